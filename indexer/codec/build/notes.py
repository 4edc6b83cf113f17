"""Collect what is noted of words (`analyzers.notes`) until their segment is written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analyzers.named import NamedTuple
from indexer.codec.build.dictionary import write_strings
from indexer.codec.build.scratch import ArraySpool, Scratch
from indexer.codec.container import ContainerWriter
from indexer.codec.format import LARGEST_GAP
from indexer.codec.postings import Array, smallest_unsigned


class NoteEntries(NamedTuple):
    """The entries of some documents, as they are written.

    docs: which have any, ascending; counts: how many each. gaps, kinds: by entry, the kinds being
    places in `table`, of which the first is the empty note.
    """

    docs: Array
    counts: Array
    gaps: Array
    kinds: Array
    table: Sequence[str]


class NotesCollector:
    """The notes of the documents of one field, which ascend."""

    def __init__(self) -> None:
        self._entries: list[NoteEntries] = []
        self._last = (-1, 0)

    def add(self, docs: Array, tokens: Array, kinds: Array, table: Sequence[str]) -> None:
        """Notes on some tokens: the document, number in it and kind of each, ascending."""
        if not len(docs):
            return
        goes_on = np.empty(len(docs), np.bool_)
        goes_on[0] = docs[0] == self._last[0]
        np.equal(docs[1:], docs[:-1], out=goes_on[1:])
        before = np.append(self._last[1], tokens[:-1])
        gaps = tokens - np.where(goes_on, before, 0)
        self._last = int(docs[-1]), int(tokens[-1])
        # what is further away has entries of no note before its own
        lasts = (gaps // LARGEST_GAP + 1).cumsum() - 1
        all_gaps = np.full(int(lasts[-1]) + 1, LARGEST_GAP, np.uint8)
        all_gaps[lasts] = gaps % LARGEST_GAP
        all_kinds = np.zeros(len(all_gaps), np.uint32)
        all_kinds[lasts] = kinds
        heads = np.flatnonzero(np.diff(docs, prepend=-1))
        ends = np.append(lasts[heads[1:] - 1], lasts[-1]) + 1
        counts = np.diff(ends, prepend=0)
        self._entries.append(NoteEntries(docs.take(heads), counts, all_gaps, all_kinds, table))

    def finish(self) -> list[NoteEntries]:
        """All of them."""
        found, self._entries = self._entries, []
        return found


def write_notes(
    writer: ContainerWriter,
    prefix: str,
    entries: Sequence[NoteEntries],
    doc_count: int,
    scratch: Scratch,
) -> None:
    """Write the arrays `<prefix>note_...`; none where no document has a note."""
    used = [(some, _used(some)) for some in entries if len(some.docs)]
    if not used:
        return
    counts = np.zeros(doc_count, np.int64)
    texts: set[str] = {""}
    for some, own_kinds in used:
        np.add.at(counts, some.docs, some.counts)
        texts.update(some.table[kind] for kind in own_kinds)
    encoded = sorted(text.encode("utf-8", "surrogatepass") for text in texts)
    place = {text: number for number, text in enumerate(encoded)}
    gaps = ArraySpool(scratch, np.dtype("u1"))
    kinds = ArraySpool(scratch, smallest_unsigned(len(encoded)))
    for some, own_kinds in used:
        own = np.zeros(len(some.table), np.uint32)
        for kind in own_kinds:
            own[kind] = place[some.table[kind].encode("utf-8", "surrogatepass")]
        gaps.append(some.gaps)
        kinds.append(own.take(some.kinds))
    writer.add(f"{prefix}note_counts", counts.astype(smallest_unsigned(int(counts.max()))))
    gaps.finish(writer, f"{prefix}note_gaps")
    kinds.finish(writer, f"{prefix}note_kinds")
    write_strings(writer, f"{prefix}note_", encoded)


def _used(entries: NoteEntries) -> list[int]:
    """The kinds that occur."""
    used = np.zeros(len(entries.table), np.bool_)
    used[entries.kinds] = True
    kinds: list[int] = np.flatnonzero(used).tolist()
    return kinds
