"""Read how words are written: `analyzers.notes`, and the bytes in `format.py`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import pairwise

import numpy as np

from indexer.codec.container import Container
from indexer.codec.counted import Heads, Starts
from indexer.codec.format import NOTES_A_BLOB
from indexer.codec.postings import Array, slice_indices, starts_of
from indexer.codec.stored import BlobReader
from indexer.errors import IndexCorruptError


class FieldNotes:
    """How the words of one field of one segment are written.

    A *way* is a form with a note, or without: the ways of a slot are numbered from the most
    frequent one on. slot_count: of the field. position_starts: gives where the positions of each
    slot begin.
    """

    def __init__(
        self,
        container: Container,
        prefix: str,
        slot_count: int,
        position_starts: Callable[[], Starts],
    ) -> None:
        self._container = container
        self._prefix = f"{prefix}note_"
        self._blobs_prefix = f"{prefix}note/"
        self._slot_count = slot_count
        self._position_starts = position_starts
        self._last: tuple[int, list[str]] = -1, []
        self.present = f"{self._prefix}slots" in container

    def _array(self, part: str) -> Array:
        return self._container.array(self._prefix + part)

    @cached_property
    def _noted(self) -> Heads:
        return Heads(self._array("slots"), self._slot_count)

    @property
    def noted_slots(self) -> Array:
        """int64: the slots that have notes, ascending."""
        return np.flatnonzero(np.unpackbits(self._array("slots"), count=self._slot_count))

    @property
    def slots(self) -> Array:
        """int64, by way: the slot, ascending."""
        return self.noted_slots.repeat(np.diff(self.way_starts))

    @property
    def kinds(self) -> Array:
        """By way, which note it is, 0 being the empty one."""
        kinds: Array = self._array("kinds")
        return kinds

    @cached_property
    def way_starts(self) -> Array:
        """int64 [slots that have notes + 1]: where the ways of each begin."""
        return Heads(self._array("heads"), len(self.kinds)).whole

    @cached_property
    def _several(self) -> Array:
        """int64: before each slot that has notes, how many of these are written in several ways."""
        return starts_of(np.diff(self.way_starts) > 1)

    @cached_property
    def code_starts(self) -> Starts:
        """Where the codes of each slot of several ways begin, in bits."""
        return Starts(self._array("counts"), self._array("large"))

    def __getitem__(self, kind: int) -> str:
        """A note; of one after another, the faster the nearer they are."""
        if not kind:
            return ""
        blob, last = kind // NOTES_A_BLOB, self._last
        if blob != last[0]:
            self._last = last = blob, self._notes(blob)
        return last[1][kind % NOTES_A_BLOB]

    @property
    def table(self) -> list[str]:
        """All notes, for work on the whole field."""
        return [note for blob in range(self._blobs.count) for note in self._notes(blob)]

    def texts_are_right(self) -> bool:
        """Whether there are the notes, each once, in their order, the empty one first."""
        if not self._blobs.bounds_are_right():
            return False
        notes = [note.encode("utf-8", "surrogatepass") for note in self.table]
        return notes[0] == b"" and all(one < other for one, other in pairwise(notes))

    @cached_property
    def _blobs(self) -> BlobReader:
        return BlobReader(self._container, self._blobs_prefix)

    def _notes(self, blob: int) -> list[str]:
        data = self._blobs.get(blob)
        return [] if data is None else data.decode("utf-8", "surrogatepass").split("\n")

    def kinds_at(self, slots: Array, places: Array) -> Array:
        """int64: which note is on the words at some places among all positions.

        slots: ascending, those whose positions are there.
        """
        if not self.present or not len(slots):
            return np.zeros(len(places), np.int64)
        starts = self._position_starts().take(slots)
        shifts = starts_of(self._position_starts().take(slots + 1) - starts)[:-1] - starts
        own = places + shifts.take(starts.searchsorted(places, "right") - 1)
        ways = self.ways_of(slots).take(own)
        kinds = np.zeros(len(ways), np.int64)
        noted = ways.nonzero()[0]
        kinds[noted] = self.kinds.take(ways.take(noted) - 1)
        return kinds

    def ways_of(self, slots: Array) -> Array:
        """int64, by position of some slots: the way of the word, numbered from 1 on; 0: no note.

        Raises IndexCorruptError where there are more or fewer codes than positions.
        """
        starts = self._position_starts()
        counts = starts.take(slots + 1) - starts.take(slots)
        held = self._array("slots").take(slots >> 3) & (0x80 >> (slots & 7)).astype(np.uint8)
        noted = held.nonzero()[0]
        ranks = self._noted.groups_of(slots.take(noted))
        firsts = self.way_starts.take(ranks)
        ways = self.way_starts.take(ranks + 1) - firsts
        base = np.zeros(len(slots), np.int64)
        base[noted] = firsts + 1
        found = base.repeat(counts)
        many = (ways > 1).nonzero()[0]
        if len(many):
            owners = noted.take(many)
            own = slice_indices(starts_of(counts).take(owners), counts.take(owners))
            coded = self._decoded(self._several.take(ranks.take(many)), ways.take(many) - 1)
            if len(coded) != len(own):
                raise IndexCorruptError(
                    f"{self._container.name}: {self._prefix}codes: no such codes"
                )
            found[own] += coded
        return found

    def _decoded(self, places: Array, lasts: Array) -> Array:
        """The ranks that the codes of some slots of several ways say. lasts: their last ranks."""
        firsts = self.code_starts.take(places)
        sizes = self.code_starts.take(places + 1) - firsts
        name = f"{self._prefix}codes"
        first_bytes, last_bytes = firsts >> 3, firsts + sizes + 7 >> 3
        self._container.checks(name).parts(np.stack([first_bytes, last_bytes], axis=1))
        at = slice_indices(firsts, sizes)
        bits = self._container.unchecked(name).take(at >> 3) >> (7 - (at & 7)).astype(np.uint8) & 1
        return _ranks_of(bits.view(np.bool_), sizes, lasts)


def _ranks_of(ones: Array, sizes: Array, lasts: Array) -> Array:
    """The ranks that the codes of some slots say, whose bits are end to end.

    sizes, lasts: by slot, how many bits it has, and its last rank. A rank is as many ones and a
    zero, but of the last rank there are only the ones.
    """
    # of the last rank 2, the bits 0 1 0 1 1 1 1 1 0 are 0 | 1 0 | 1 1 | 1 1 | 1 0: ranks 0 1 2 2 1
    zeros = np.flatnonzero(~ones)
    run_starts = np.zeros(len(ones) + 1, np.int64)
    for starts in (zeros + 1, starts_of(sizes)[:-1]):
        run_starts[starts] = starts
    since = np.arange(len(ones)) - np.maximum.accumulate(run_starts[:-1])
    last = lasts.repeat(sizes)
    rank = since % last
    rank[ones] += 1
    ranks: Array = rank[~ones | (rank == last)]
    return ranks
