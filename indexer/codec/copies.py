"""What is known of copies and recurring lines at a commit. This docstring is the specification.

`copies-N.fhc` goes with commit N, whose table of contents has its size and checksum. It is a
container as a segment is (`format.py`), without fields, with the number of texts as `documents` in
its `meta`, and the following arrays. A text is a part of a document, see there.

================ ======== ==================================================================
`groups`         u4       by text of the commit, in the order of its segments, of deleted documents
                          too: the number of its group, from 1; 0 where it has no copies
`pair_sizes`     u4       by pair of texts that overlap: how many grams the shorter one has,
`pair_shorter`   u8       the key of the shorter one,
`pair_longer`    u8       and of the longer one; ascending in these three
`pair_overlaps`  f4       the share of the grams of the shorter one that the longer one has
`common`         u4       the grams within recurring lines, ascending: they found no copies
`lines`          u1       recurring lines: JSON, UTF-8, [[folder, text, line, documents], ...],
                          ascending by folder and line
================ ======== ==================================================================

Keys, grams and lines are those of `copies.prints`. `groups` follows from the segments, and all else
too: what is stored saves the next commit from looking at more than what changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from indexer.codec import contents
from indexer.codec.container import Container, ContainerWriter
from indexer.codec.contents import Fingerprint, Toc
from indexer.errors import IndexCorruptError
from indexer.storage import durable

if TYPE_CHECKING:
    from indexer.copies.lines import Recurring
    from indexer.copies.pairs import Pairs
    from indexer.copies.prints import Grams

Groups = NDArray[np.uint32]


def copies_name(generation: int) -> str:
    """The name of the file of a commit."""
    return f"copies-{generation}.fhc"


class Found(NamedTuple):
    """What a commit found; see above."""

    groups: Groups
    pairs: Pairs
    common: Grams
    lines: Sequence[Recurring]


def save(folder: str, generation: int, found: Found) -> Fingerprint:
    """Write the file of a commit; it is on disk when this returns."""
    with durable.created(os.path.join(folder, copies_name(generation))) as file:
        writer = ContainerWriter(file)
        writer.meta = {"documents": len(found.groups)}
        writer.add("groups", found.groups)
        for name, column in found.pairs._asdict().items():
            writer.add(f"pair_{name}", column)
        writer.add("common", found.common)
        text = json.dumps([list(line) for line in found.lines], ensure_ascii=False)
        data = text.encode("utf-8", "surrogatepass")
        writer.add("lines", np.frombuffer(data, np.uint8))
        return writer.close()


class StoredCopies:
    """The file of a commit, its arrays read and checked when they are first used."""

    def __init__(self, container: Container, documents: int) -> None:
        self._container = container
        self._documents = documents

    @classmethod
    def open(cls, folder: str, toc: Toc) -> StoredCopies | None:
        """That of a commit, None if it has none. Raises IndexCorruptError."""
        if toc.copies is None:
            return None
        path = os.path.join(folder, copies_name(toc.generation))
        try:
            container = Container.open(path)
        except FileNotFoundError:
            raise IndexCorruptError(f"{path}: a part of the index is gone") from None
        if contents.fingerprint_of(container.buffer) != toc.copies:
            raise IndexCorruptError(f"{path}: it is not the file that the table of contents names")
        return cls(container, sum(entry.documents for entry in toc.segments))

    @property
    def container(self) -> Container:
        """The file."""
        return self._container

    @cached_property
    def groups(self) -> Groups:
        """By text, see above."""
        groups = self._array("groups", "<u4")
        if len(groups) < self._documents or int(groups.max(initial=0)) > len(groups):
            raise self._damaged("groups")
        return groups

    @cached_property
    def pairs(self) -> Pairs:
        """All pairs."""
        from indexer.copies.pairs import Pairs

        types = ("<u4", "<u8", "<u8", "<f4")
        columns = [
            self._array(f"pair_{name}", kind)
            for name, kind in zip(Pairs._fields, types, strict=True)
        ]
        if len({len(column) for column in columns}) > 1:
            raise self._damaged("pairs")
        return Pairs(*columns)

    @cached_property
    def common(self) -> Grams:
        """The grams of recurring lines."""
        return self._array("common", "<u4")

    @cached_property
    def lines(self) -> list[Recurring]:
        """The recurring lines."""
        from indexer.copies.lines import Recurring

        data = self._array("lines", "|u1").tobytes()
        try:
            found = [Recurring(*row) for row in json.loads(data.decode("utf-8", "surrogatepass"))]
        except (ValueError, TypeError, RecursionError):
            raise self._damaged("lines") from None
        for line in found:
            if [type(value) for value in line] != [str, str, int, int]:
                raise self._damaged("lines")
        return found

    def _array(self, name: str, kind: str) -> NDArray[Any]:
        try:
            array = self._container.array(name)
        except KeyError:
            raise self._damaged(name) from None
        if array.dtype.str != kind:
            raise self._damaged(name)
        return array

    def _damaged(self, what: str) -> IndexCorruptError:
        return IndexCorruptError(f"{self._container.name}: its {what} are not what they should be")
