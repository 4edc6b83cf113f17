"""Write how words are written: `analyzers.notes`, and the bytes in `format.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from analyzers.named import NamedTuple
from analyzers.ranked import distinct_of
from indexer.codec.build.scratch import ArraySpool, Scratch
from indexer.codec.container import ContainerWriter
from indexer.codec.format import LARGE_COUNT, NOTES_A_BLOB
from indexer.codec.postings import Array, smallest_unsigned, starts_of
from indexer.codec.stored import BlobWriter

_HALF = 32
_KIND = (1 << _HALF) - 1


class NotedWays(NamedTuple):
    """How the words of some postings are written, by ways; way 0 is that of words without a note.

    terms, kinds: by way, the word, an index in the vocabulary, -1 where it is gone; the note, of
    `notes`, whose first is the empty one. at: the ways of some lists of postings by position, from
    the numbers of the lists and the places of their positions, whichever is easier.
    """

    terms: Array
    kinds: Array
    notes: Sequence[str]
    at: Callable[[Array, Array | slice], Array]


class WaysOfSlots(NamedTuple):
    """The ways of a whole segment's field, but for words without a note.

    keys: int64, `slot << 32 | kind`, ascending, numbered from 1. notes: their bytes, ascending, by
    kind; the first is empty.
    """

    keys: Array
    notes: Sequence[bytes]

    @classmethod
    def of(
        cls, noted: Sequence[tuple[NotedWays, Array]]
    ) -> tuple[WaysOfSlots, list[Callable[[Array, Array | slice], Array]]]:
        """(those of some sources; of each source, what gives its ways by their numbers here).

        noted: sources, each with the slots of the terms in its vocabulary.
        """
        tables = [
            [note.encode("utf-8", "surrogatepass") for note in ways.notes] for ways, _ in noted
        ]
        notes = sorted({b""}.union(*tables))
        place = {note: kind for kind, note in enumerate(notes)}
        each = []
        for table, (ways, slots) in zip(tables, noted, strict=True):
            kinds = np.array([place[note] for note in table], np.int64).take(ways.kinds)
            at = slots.take(ways.terms)
            each.append(np.where((kinds > 0) & (at >= 0), at << _HALF | kinds, -1))
        keys = distinct_of(np.concatenate([np.array([-1]), *each]))[1:]
        return cls(keys, notes), [
            _numbered(ways.at, np.where(own < 0, 0, keys.searchsorted(own) + 1).astype(np.uint32))
            for own, (ways, _) in zip(each, noted, strict=True)
        ]


def _numbered(
    at: Callable[[Array, Array | slice], Array], numbers: Array
) -> Callable[[Array, Array | slice], Array]:
    return lambda lists, where: numbers.take(at(lists, where))


class NotesWriter:
    """Takes how words are written, by position, slot after slot, and writes it."""

    def __init__(self, ways: WaysOfSlots, scratch: Scratch) -> None:
        self._ways = ways
        self._scratch = scratch
        self._noted: list[Array] = []
        self._heads: list[Array] = []
        self._kinds: list[Array] = []
        self._code_counts: list[Array] = []
        self._codes = BitSpool(scratch)

    def add(self, first: int, counts: Array, ways: Array | None) -> None:
        """Some slots from `first` on. counts: by slot, its positions. ways: by position."""
        noted = np.zeros(len(counts), np.bool_)
        self._noted.append(noted)
        if ways is None:
            return
        bounds = np.array([first, first + len(counts)]) << _HALF
        low, high = self._ways.keys.searchsorted(bounds).tolist()
        keys = self._ways.keys[low:high]
        own = np.maximum(ways.astype(np.int64) - low, 0)
        times = np.bincount(own, minlength=len(keys) + 1)[1:]
        if not times.any():
            return
        slots = (keys >> _HALF) - first
        noted[slots[times > 0]] = True
        others = counts - np.bincount(slots, times, len(counts)).astype(np.int64)
        others[~noted] = 0
        # the ways of each slot, that of words without a note among them, the most frequent first
        bare = others.nonzero()[0]
        all_slots = np.concatenate([bare, slots])
        all_times = np.concatenate([others.take(bare), times])
        order = np.lexsort((-all_times, all_slots))
        order = order[all_times.take(order) > 0]
        in_order = all_slots.take(order)
        heads = np.diff(in_order, prepend=-1) > 0
        numbers = np.flatnonzero(heads)
        ranks = np.arange(len(order)) - numbers.repeat(np.diff(numbers, append=len(order)))
        self._heads.append(heads)
        kinds = np.concatenate([np.zeros(len(bare), np.int64), keys & _KIND])
        self._kinds.append(kinds.take(order).astype(np.uint32))
        rank_of = np.zeros(len(all_slots), np.int64)
        rank_of[order] = ranks
        lasts = np.zeros(len(counts), np.int64)
        lasts[in_order] = ranks  # of each slot the last one stays
        self._encode(counts, lasts, own, rank_of[len(bare) :], bare, rank_of[: len(bare)])

    def _encode(
        self,
        counts: Array,
        lasts: Array,
        own: Array,
        ranks: Array,
        bare: Array,
        bare_ranks: Array,
    ) -> None:
        """The codes of the words of slots of which there are several ways.

        counts, lasts: by slot its positions, and the last rank. own: by position its way, from 1
        on. ranks: by way. bare_ranks: of way 0 in the slots `bare`.
        """
        several = np.flatnonzero(lasts)
        if not len(several):
            return
        sizes = counts.take(several)
        chosen = (lasts > 0).repeat(counts)
        own = own[chosen]
        zeros = np.zeros(len(counts), np.int64)
        zeros[bare] = bare_ranks
        found = np.append(0, ranks).take(own)
        unnoted = np.flatnonzero(own == 0)
        owners = np.arange(len(several)).repeat(sizes)
        found[unnoted] = zeros.take(several).take(owners.take(unnoted))
        last = lasts.take(several).take(owners)
        lengths = np.minimum(found + 1, last)
        ends = lengths.cumsum()
        bits = np.ones(int(ends[-1]), np.bool_)
        bits[ends[found < last] - 1] = False
        starts = starts_of(sizes)
        self._code_counts.append(np.diff(np.append(0, ends).take(starts)))
        self._codes.append(bits)

    def finish(self, writer: ContainerWriter, prefix: str) -> None:
        """Write the arrays `<prefix>note...`; none where no word has a note."""
        if not self._kinds:
            return
        kinds = np.concatenate(self._kinds)
        used = distinct_of(np.append(kinds, 0))
        place = np.zeros(len(self._ways.notes), np.int64)
        place[used] = np.arange(len(used))
        numbers = place.take(kinds).astype(smallest_unsigned(len(used)))
        writer.add(f"{prefix}note_slots", np.packbits(np.concatenate(self._noted)))
        writer.add(f"{prefix}note_heads", np.packbits(np.concatenate(self._heads)))
        writer.add(f"{prefix}note_kinds", numbers)
        code_counts = np.concatenate([np.zeros(0, np.int64), *self._code_counts])
        large = code_counts[code_counts >= LARGE_COUNT]
        writer.add(f"{prefix}note_counts", np.minimum(code_counts, LARGE_COUNT).astype("u1"))
        writer.add(
            f"{prefix}note_large", large.astype(smallest_unsigned(int(large.max(initial=0)), 4))
        )
        self._codes.finish(writer, f"{prefix}note_codes")
        blobs = BlobWriter(self._scratch.spool())
        notes = [self._ways.notes[kind] for kind in used.tolist()]
        for number, first in enumerate(range(0, len(notes), NOTES_A_BLOB)):
            blobs.add(number, b"\n".join(notes[first : first + NOTES_A_BLOB]))
        blobs.finish(writer, f"{prefix}note/", -(-len(notes) // NOTES_A_BLOB))


class BitSpool:
    """Bits that are written piece by piece, eight to a byte, the first the highest."""

    def __init__(self, scratch: Scratch) -> None:
        self._spool = ArraySpool(scratch, np.dtype("u1"))
        self._rest = np.zeros(0, np.bool_)

    def append(self, bits: Array) -> None:
        """Add bits at the end."""
        held = np.concatenate([self._rest, bits])
        whole = len(held) & ~7
        self._spool.append(np.packbits(held[:whole]))
        self._rest = held[whole:]

    def finish(self, writer: ContainerWriter, name: str) -> None:
        """Write all bytes under a name."""
        self._spool.append(np.packbits(self._rest))
        self._spool.finish(writer, name)
