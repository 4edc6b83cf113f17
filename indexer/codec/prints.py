"""Read the prints of a segment's texts: what they are is said in `copies.prints`.

There is a text for each part of each document, in their order; a document of one part, or without a
field `PRINTED_FIELD`, is one text.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import changes
from indexer.codec.columns import read_numbers
from indexer.codec.container import Container
from indexer.codec.contents import SegmentEntry
from indexer.codec.opened import deleted_mask
from indexer.copies.prints import Prints, TextsByDoc

Ints = NDArray[Any]

PRINTED_FIELD = "text"

_FIELD = f"f/{PRINTED_FIELD}/"


def has_prints(container: Container) -> bool:
    """Whether any document of a segment was given prints."""
    return "prints/keys" in container


def read_prints(container: Container) -> Prints:
    """The prints of all texts of a segment; of none, where it has none."""
    if has_prints(container):
        return Prints(*(container.array(f"prints/{name}") for name in Prints._fields))
    count = len(read_texts(container).docs)
    none = np.zeros(count, np.int64)
    return Prints.none()._replace(
        gram_counts=none, line_counts=none, keys=np.zeros(count, np.uint64)
    )


def read_order(container: Container) -> Ints:
    """What `copies.lookup` finds minima by."""
    return container.array("prints/order") if has_prints(container) else np.zeros(0, np.uint32)


def read_texts(container: Container) -> TextsByDoc:
    """The texts of a segment."""
    count = container.meta["documents"]
    docs, words = np.arange(count), np.zeros(count, np.int64)
    if f"{_FIELD}token_counts" in container:
        words = container.array(f"{_FIELD}token_counts").astype(np.int64)
    if f"{_FIELD}part_docs" not in container:
        return TextsByDoc(docs, words)
    owners = container.array(f"{_FIELD}part_docs").astype(np.int64)
    docs = docs.repeat(1 + np.bincount(owners, minlength=count))
    firsts = np.zeros(len(docs), np.int64)
    firsts[owners + 1 + np.arange(len(owners))] = container.array(f"{_FIELD}part_tokens")
    ends = np.append(firsts[1:], 0)
    last = changes(docs[::-1])[::-1]
    ends[last] = words
    return TextsByDoc(docs, ends - firsts)


class PrintedSegment:
    """A segment as `copies.corpus` takes it; gone: none of it is live."""

    def __init__(self, entry: SegmentEntry, container: Container, *, gone: bool) -> None:
        self._container = container
        self.name = entry.segment_id
        self.live = np.zeros(entry.documents, np.bool_) if gone else ~deleted_mask(entry)

    @cached_property
    def texts(self) -> TextsByDoc:
        """All texts."""
        return read_texts(self._container)

    @cached_property
    def prints(self) -> Prints:
        """Of all texts."""
        return read_prints(self._container)

    @cached_property
    def order(self) -> Ints:
        """What minima are looked up by."""
        return read_order(self._container)

    @cached_property
    def file_numbers(self) -> Ints:
        """By document, the number of its file."""
        return read_numbers(self._container, "file")
