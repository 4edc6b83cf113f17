"""Read what is noted of how words are written: `analyzers.notes`, and the bytes in `format.py`."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from indexer.codec.container import Container
from indexer.codec.postings import Array, slice_indices, starts_of
from indexer.codec.strings import StringTable


class FieldNotes:
    """The notes of one field of one segment; of a field of no such, none of any document."""

    def __init__(self, container: Container, prefix: str) -> None:
        self._container = container
        self._prefix = f"{prefix}note_"
        self.present = f"{self._prefix}counts" in container

    @cached_property
    def starts(self) -> Array:
        """int64 [documents + 1]: where the entries of each document begin."""
        return starts_of(self._container.array(f"{self._prefix}counts"))

    @property
    def entry_count(self) -> int:
        """How many entries there are."""
        return len(self._container.unchecked(f"{self._prefix}kinds"))

    @cached_property
    def strings(self) -> StringTable:
        """The notes by kind."""
        return StringTable(self._container, self._prefix)

    def __getitem__(self, kind: int) -> str:
        """A note."""
        return self.strings[kind].decode("utf-8", "surrogatepass")

    @cached_property
    def table(self) -> list[str]:
        """All notes, for work on the whole field."""
        return [self[kind] for kind in range(len(self.strings))]

    def entries(self, docs: Array) -> tuple[Array, Array, Array]:
        """(how many entries each of some ascending documents has; their gaps; their kinds)."""
        starts = self.starts.take(docs)
        counts = self.starts.take(docs + 1) - starts
        gaps, kinds = (self._part(name, starts, counts) for name in ("gaps", "kinds"))
        return counts, gaps, kinds

    def _part(self, name: str, starts: Array, counts: Array) -> Array:
        """Some slices of an array, end to end, checked."""
        whole = self._prefix + name
        self._container.checks(whole).parts(np.stack([starts, starts + counts], axis=1))
        return self._container.unchecked(whole).take(slice_indices(starts, counts))

    def of(self, docs: Array) -> tuple[Array, Array, Array]:
        """(places in `docs`, tokens, kinds) of the notes of some ascending documents."""
        if not self.present or not len(docs):
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint8)
        counts, gaps, kinds = self.entries(docs)
        sums, owners = starts_of(gaps), np.arange(len(docs)).repeat(counts)
        tokens = sums[1:] - sums.take(starts_of(counts)[:-1]).take(owners)
        noted = kinds.nonzero()[0]
        return owners.take(noted), tokens.take(noted), kinds.take(noted)
