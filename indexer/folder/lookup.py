"""Look up files for a search: by number, and their rank in the order of paths.

A search shows ten files out of tens of thousands: they are looked up by bisection.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import compress, dropwhile, repeat
from operator import contains

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import is_among, places
from indexer.errors import IndexCorruptError
from indexer.folder.catalogue import Catalogue
from indexer.folder.columns import PATH_END, FileEntry, decoded
from indexer.ranking.memory import Memory

_REMEMBERED_BYTES = 8 << 20
"""Of the files that fit patterns."""

_SPECIAL = "[*?[]"


class FileTable:
    """The files of a catalogue as a search needs them: by number, and ordered by path.

    Made once for many searches; it does not see later changes to the catalogue.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.absolute = catalogue.absolute
        self._key, self._home = catalogue.key, catalogue.home
        self._files = catalogue.files.packed()
        self._memory = Memory(_REMEMBERED_BYTES)

    def ranks(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rank of each of some files in the order of paths.

        Raises IndexCorruptError for a number that no file has: every document belongs to a file.
        """
        known, ranks = self._ranks
        if not is_among(numbers, known).all():
            raise IndexCorruptError(
                "the list of indexed files is damaged: it lacks some that have documents"
            )
        found: NDArray[np.int64] = ranks.take(places(numbers, known))
        return found

    @cached_property
    def _ranks(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The numbers of all files, ascending, and the rank of each."""
        numbers = np.array(self._files.column("number"), np.int64)
        if (numbers[1:] > numbers[:-1]).all():  # as those of a first run are
            return numbers, np.arange(len(numbers))
        order = numbers.argsort(kind="stable")
        return numbers.take(order), order

    def sizes(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The size of each of some files, in bytes. Raises as `ranks`."""
        return np.array(self._files.column("size"), np.int64).take(self.ranks(numbers))

    def entry(self, number: int) -> FileEntry:
        """The file with this number. Raises IndexCorruptError where no file has it."""
        return self._memory.get(self._entry, number)

    def _entry(self, number: int) -> FileEntry:
        row = int(self.ranks(np.array([number]))[0])
        return self._files.entry(row, self._path(row))

    def named(self, numbers: NDArray[np.int64]) -> Iterator[tuple[str, int]]:
        """The path of each of some files, and how many documents it gave. Raises as `ranks`."""
        rows = self.ranks(numbers).tolist()
        return ((self._path(row), self._files.documents(row)) for row in rows)

    def _path(self, row: int) -> str:
        """The path of a row, cut out of those of its block: few are wanted of each."""
        if self._files.are_listed:
            return self._files.paths[row]
        block, place = self._files.place_of(row)
        paths, ends = self._files.block("path", block, self._paths_of)
        return decoded(paths[ends[place] + 1 : ends[place + 1]])

    def _paths_of(self, block: int) -> tuple[bytes, NDArray[np.int64]]:
        """The paths of a block as on disk; where each ends, and -1 before the first."""
        paths = self._files.packed_paths(block)
        ends = np.flatnonzero(np.frombuffer(paths, np.uint8) == ord(PATH_END))
        return paths, np.concatenate([[-1], ends, [len(paths)]])

    def matching(self, glob: str) -> frozenset[int]:
        """The numbers of the files whose path matches a glob; a folder stands for all below it.

        A glob may begin anywhere below the home: `*.md` and `news/*` both work as expected. One
        that begins with `.` or `..` begins at the current folder: `.`, `./news/*`, `../*.md`.
        """
        glob = glob.rstrip(os.sep) or glob
        anchored = glob.split(os.sep, 1)[0] in (os.curdir, os.pardir)
        glob = self._from_here(glob) if anchored else glob
        return self._memory.get(self._matching, glob, anchored)

    def _matching(self, glob: str, anchored: bool) -> frozenset[int]:
        """The numbers of files that fit, looked for among those that have the letters of a glob."""
        import fnmatch

        patterns = [glob, os.path.join(glob, "*")]
        patterns += [] if anchored else [os.path.join("*", glob)]
        meets = re.compile("|".join(map(fnmatch.translate, patterns))).match
        letters = max(re.split(r"[*?]", glob.partition("[")[0]), key=len)
        numbers = self._files.column("number")
        paths = self._files.paths
        likely = compress(range(len(paths)), map(contains, paths, repeat(letters)))
        return frozenset(numbers[row] for row in likely if meets(paths[row]))

    def _from_here(self, glob: str) -> str:
        """A glob that begins at the current folder, as one that begins at the home."""
        names = glob.split(os.sep)
        rest = list(dropwhile(lambda name: name in (os.curdir, os.pardir, ""), names))
        here = self._key(os.path.abspath(os.sep.join(names[: len(names) - len(rest)])))
        if not rest and self._home.startswith(os.path.join(here, "")):
            return "*"
        literal = [] if here == os.curdir else [re.sub(_SPECIAL, r"[\g<0>]", here)]
        return os.sep.join([*literal, *rest]) or "*"

    def at_or_below(self, paths: Sequence[str]) -> tuple[frozenset[int], int]:
        """The numbers of the files at or below some paths of the file system.

        And at or below how many of the paths nothing is.
        """
        wanted: dict[str, int] = {}
        for place, path in enumerate(map(os.path.abspath, paths)):
            wanted.setdefault(self._key(path), place)
            wanted.setdefault(path, place)
            if self._home.startswith(os.path.join(path, "")):
                wanted.setdefault(".", place)
        met, numbers = set(), []
        for key, number in zip(self._files.paths, self._files.column("number"), strict=True):
            places = [wanted[name] for name in _at_or_above(key) if name in wanted]
            if places:
                met.update(places)
                numbers.append(number)
        return frozenset(numbers), len(set(wanted.values()) - met)


def _at_or_above(key: str) -> Iterator[str]:
    """A key, and those of the folders above it."""
    yield key
    at = key.rfind(os.sep)
    while at > 0:
        yield key[:at]
        at = key.rfind(os.sep, 0, at)
    if not key.startswith((os.sep, os.pardir + os.sep)):
        yield "."
