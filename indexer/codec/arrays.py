"""A field of a segment as arrays: the reading side that evaluators use.

Arrays are views on the mapped file: never write to them. `docs` are docnums in the segment,
including deleted ones; the segment's bitmap says which (`TocSegment.deleted_mask`). This file knows
nothing about scores, queries or text analysis.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from analyzers.named import NamedTuple
from indexer.codec.checks import Checks
from indexer.codec.container import Container
from indexer.codec.counted import Heads, Starts
from indexer.codec.format import BEARING_LEVEL, GRAM_LEVEL, LEVELS, SAMPLE_TOKENS
from indexer.codec.grams import Grams
from indexer.codec.notes import FieldNotes
from indexer.codec.postings import Array, Postings, slice_indices, starts_of
from indexer.codec.strings import Sought, StringTable, encoded


class Slots(NamedTuple):
    """A slice of slots, first to last (exclusive): a term, a group, or nothing if equal."""

    first: int
    last: int


NOTHING = Slots(0, 0)


class FieldArrays:
    """One indexed field of one segment.

    A term is named by its ordinal (place in the order of bytes); postings are reached by slots.
    For form fields every group of every level (folded, stem, root) is one slice of slots.
    """

    def __init__(self, container: Container, fieldname: str) -> None:
        self.fieldname = fieldname
        self._container = container
        self._prefix = f"f/{fieldname}/"
        meta = container.meta["fields"][fieldname]
        self.document_count: int = container.meta["documents"]
        self.posting_count: int = meta["postings"]
        self.position_count: int = meta["positions"]
        self.max_tf: int = meta["max_tf"]
        self.terms = StringTable(container, f"{self._prefix}term_")
        self.grouped = f"{self._prefix}slots" in container
        self._keys: dict[str, StringTable] = {}
        self._group_starts: dict[str, Heads] = {}
        self._spelled: dict[str, Array] = {}

    def _array(self, part: str) -> Array:
        return self._container.array(self._prefix + part)

    def _starts(self, prefix: str) -> Starts:
        return Starts(self._array(f"{prefix}counts"), self._array(f"{prefix}large"))

    def _optional(self, part: str) -> Array | None:
        name = self._prefix + part
        return self._container.array(name) if name in self._container else None

    # Terms

    @property
    def term_count(self) -> int:
        """The number of distinct terms in the field."""
        return len(self.terms)

    def ordinal(self, term: bytes | str) -> int:
        """The ordinal of a term, -1 if the segment does not have it."""
        return self.terms.find(encoded(term))

    def term(self, ordinal: int) -> str:
        """The term as text."""
        return self.terms[ordinal].decode("utf-8", "surrogatepass")

    def terms_at(self, slots: Array) -> list[str]:
        """The terms of some slots."""
        terms = self.terms.take(self.ordinals_at(slots))
        return [term.decode("utf-8", "surrogatepass") for term in terms]

    def prefix_range(self, prefix: bytes | str) -> tuple[int, int]:
        """(first, last + 1): the ordinals of the terms that begin with `prefix`."""
        return self.terms.prefix_range(encoded(prefix))

    def all_terms(self) -> list[bytes]:
        """Every term in order; a copy, for work on the whole dictionary."""
        data = self.terms.data.tobytes()
        return [data[a:b] for a, b in pairwise(self.terms.starts.tolist())]

    def ordinals(self, terms: Collection[bytes]) -> Array:
        """int64: the ordinals of those terms that the segment has, in one lookup."""
        return self.terms.find_all(terms)

    # Slots and groups

    def slot(self, ordinal: int) -> int:
        """The slot of a term's postings."""
        if not self.grouped:
            return ordinal
        slots, checks = self._single_slots
        checks.part(ordinal, ordinal + 1)
        slot: int = slots[ordinal]
        return slot

    @cached_property
    def _single_slots(self) -> tuple[Any, Checks]:
        """Slot of each term, of which one is asked at a time, and what checks it."""
        name = f"{self._prefix}slots"
        return memoryview(self._container.unchecked(name)), self._container.checks(name)  # type: ignore[arg-type]

    def slots_of_term(self, term: bytes | str) -> Slots:
        """The slice of one term, `NOTHING` if the segment does not have it."""
        ordinal = self.ordinal(term)
        if ordinal < 0:
            return NOTHING
        slot = self.slot(ordinal)
        return Slots(slot, slot + 1)

    @cached_property
    def slot_by_ordinal(self) -> Array:
        """Slot of each term."""
        return self._array("slots") if self.grouped else np.arange(self.term_count)

    def slots_at(self, ordinals: Array) -> Array:
        """The slots of some terms; no more of them are read."""
        return self._some("slots", ordinals) if self.grouped else ordinals

    def _some(self, part: str, places: Array) -> Array:
        """The values of an array at some places."""
        name = self._prefix + part
        self._container.checks(name).places(places)
        return self._container.unchecked(name).take(places)

    @cached_property
    def ordinal_by_slot(self) -> Array:
        """int64: the ordinal of the term of each slot, for who asks for all."""
        if not self.grouped:
            return np.arange(self.term_count)
        return self._array("ordinals").astype(np.int64)

    def slots_of_terms(self, sought: Sought) -> tuple[Array, Array]:
        """int64: (the number of each term among those sought that the segment has; its slot)."""
        numbers, ordinals = self.terms.find_some(sought)
        return numbers, self.slots_at(ordinals).astype(np.int64)

    def ordinals_at(self, slots: Array) -> Array:
        """The ordinals of the terms of some slots; no more of them are read."""
        return self._some("ordinals", slots) if self.grouped else slots

    def group(self, level: str, key: bytes | str) -> int:
        """The group named by a folded form, stem or root, -1 if the segment has none."""
        found = self.groups_named(level, Sought.of([encoded(key)]))[1].tolist()
        return found[0] if found else -1

    def _are_spelled(self, level: str, slots: Array) -> Array:
        """Bool: whether the terms of some slots are spelled as the keys of their groups."""
        if not len(slots):
            return np.zeros(0, np.bool_)
        bits = self._array(f"{level}_spelled").take(slots >> 3)
        found: Array = (bits >> (7 - (slots & 7)).astype(np.uint8) & 1).view(np.bool_)
        return found

    def group_slots(self, level: str, group: int) -> Slots:
        """The slice of a group's slots; `NOTHING` for group -1."""
        if group < 0:
            return NOTHING
        return Slots(*self.group_starts(level).spans(np.array([group]))[0].tolist())

    def groups_named(self, level: str, sought: Sought) -> tuple[Array, Array]:
        """int64: (the number of each key among those sought that names a group; the group)."""
        numbers, slots = self.slots_of_terms(sought)
        others, places = self.other_keys(level).find_some(sought)
        if not len(numbers) and not len(others):
            return numbers, others
        spelled = self._are_spelled(level, slots)
        groups = self.group_starts(level).groups_of(slots[spelled])
        return (
            np.concatenate([numbers[spelled], others]),
            np.concatenate([groups, self.groups_of_keys(level, places)]),
        )

    def group_starts(self, level: str) -> Heads:
        """int64 [groups + 1]: first slot of each group, and the end."""
        known = self._group_starts.get(level)
        if known is None:
            heads = Heads(self._array(f"{level}_heads"), self.term_count)
            known = self._group_starts[level] = heads
        return known

    def group_count(self, level: str) -> int:
        """How many groups a level has."""
        return len(self.group_starts(level)) - 1

    def group_by_ordinal(self, level: str) -> Array:
        """int64: the group of each term."""
        return self.group_starts(level).groups_of(self.slot_by_ordinal)

    def group_key(self, level: str, group: int) -> str:
        """The folded form, stem or root that names a group."""
        return self.keys_of_groups(level, np.array([group]))[group]

    def keys_of_groups(self, level: str, groups: Array) -> dict[int, str]:
        """By group, the folded form, stem or root that names each of some."""
        spans = self.group_starts(level).spans(groups)
        slots = slice_indices(spans[:, 0], spans[:, 1] - spans[:, 0])
        spelled = slots[self._are_spelled(level, slots)]
        owners = self.group_starts(level).groups_of(spelled).tolist()
        keys = dict(zip(owners, self.terms_at(spelled), strict=True))
        if len(keys) < len(groups):
            named = self._array(f"{level}_key_groups")
            wanted = np.zeros(self.group_count(level), np.bool_)
            wanted[groups] = True
            wanted[owners] = False
            places = wanted.take(named).nonzero()[0]
            others = self.other_keys(level).take(places)
            texts = (key.decode("utf-8", "surrogatepass") for key in others)
            keys |= zip(named.take(places).tolist(), texts, strict=True)
        return keys

    def are_keys(self, level: str, ordinals: Array) -> Array:
        """Bool: whether each of some terms is spelled as the key of its group."""
        return self._spelled_by_slot(level).take(self.slots_at(ordinals))

    def groups_of_terms(self, level: str, ordinals: Array) -> Array:
        """int64: the group of each of some terms."""
        return self.group_starts(level).groups_of(self.slots_at(ordinals))

    def groups_of_keys(self, level: str, places: Array) -> Array:
        """int64: the groups that some of the `other_keys` name."""
        return self._array(f"{level}_key_groups").take(places).astype(np.int64)

    def _spelled_by_slot(self, level: str) -> Array:
        """Bool by slot: whether the term is spelled as the key of its group."""
        known = self._spelled.get(level)
        if known is None:
            bits = np.unpackbits(self._array(f"{level}_spelled"), count=self.term_count)
            known = self._spelled[level] = bits.view(np.bool_)
        return known

    def group_keys(self, level: str) -> list[bytes]:
        """The key of each group, by group; a copy, for work on the whole dictionary."""
        keys = [b""] * self.group_count(level)
        slots = np.flatnonzero(self._spelled_by_slot(level))
        groups = self.group_starts(level).groups_of(slots)
        terms = self.all_terms()
        ordinals = self.ordinals_at(slots)
        for group, ordinal in zip(groups.tolist(), ordinals.tolist(), strict=True):
            keys[group] = terms[ordinal]
        others = self.other_keys(level)
        for place, group in enumerate(self._array(f"{level}_key_groups").tolist()):
            keys[group] = others[place]
        return keys

    @cached_property
    def other_letters(self) -> str:
        """The letters of folded Arabic keys that are not of the folded alphabet."""
        return "".join(map(chr, self._array(f"{BEARING_LEVEL}_letters").tolist()))

    @cached_property
    def stem_grams(self) -> Grams:
        """The trigrams of the stems, for words that are spelled nearly alike."""
        prefix = f"{GRAM_LEVEL}_gram_"
        return Grams(
            self._array(f"{prefix}codes"),
            self._array(f"{prefix}starts"),
            self._container.unchecked(f"{self._prefix}{prefix}groups"),
            self._array(f"{prefix}counts"),
            self._container.checks(f"{self._prefix}{prefix}groups").parts,
        )

    @cached_property
    def bearing_targets(self) -> StringTable:
        """The stems of which some forms may have a lone proclitic."""
        return StringTable(self._container, f"{self._prefix}bearing_")

    def bearing(self, sought: Sought) -> tuple[Array, Array]:
        """int64: (number of a stem among those sought; folded group of a lone proclitic and it).

        That is, the group may be so; all of one stem side by side.
        """
        numbers, places = self.bearing_targets.find_some(sought)
        bounds = self.bearing_starts.take(places[:, np.newaxis] + [0, 1]).astype(np.int64)
        sizes = bounds[:, 1] - bounds[:, 0]
        groups = self.bearing_groups.take(slice_indices(bounds[:, 0], sizes))
        return numbers.repeat(sizes), groups.astype(np.int64)

    @property
    def bearing_starts(self) -> Array:
        """u4 [targets + 1]: where the groups of each target begin."""
        return self._array("bearing_group_starts")

    @property
    def bearing_groups(self) -> Array:
        """u4: the folded groups of each target, one after another."""
        return self._array("bearing_groups")

    def other_keys(self, level: str) -> StringTable:
        """The keys of the groups of which no term is spelled as the key."""
        known = self._keys.get(level)
        if known is None:
            known = self._keys[level] = StringTable(self._container, f"{self._prefix}{level}_key_")
        return known

    # Postings

    @cached_property
    def doc_starts(self) -> Starts:
        """int64 [slots + 1], into `docs` and `tf`."""
        return self._starts("doc_")

    @cached_property
    def docs(self) -> Array:
        """Docnum of every posting, by slot. `check_postings` comes before reading any."""
        return self._container.unchecked(f"{self._prefix}docs")

    @cached_property
    def tf(self) -> Array:
        """Occurrences of every posting. `check_postings` comes before reading any."""
        return self._container.unchecked(f"{self._prefix}tf")

    def check_postings(self, ranges: Array) -> None:
        """Check ranges of `docs` and `tf`, int64 [n, 2]. Raises IndexCorruptError."""
        for checks in self._posting_checks:
            checks.parts(ranges)

    @cached_property
    def _posting_checks(self) -> list[Checks]:
        return [self._container.checks(self._prefix + part) for part in ("docs", "tf")]

    @cached_property
    def weights(self) -> Array:
        """Weight of every posting as given by Whoosh; the tf by default."""
        weights = self._optional("weights")
        return self.tf if weights is None else weights

    @property
    def has_positions(self) -> bool:
        """Whether positions are kept."""
        return f"{self._prefix}positions" in self._container

    def doc_range(self, slots: Slots) -> slice:
        """Where the postings of a slice of slots are in `docs`, `tf` and `weights`, checked."""
        starts = self.doc_starts
        first, last = starts[slots.first], starts[slots.last]
        for checks in self._posting_checks:
            checks.part(first, last)
        return slice(first, last)

    def postings(self, slots: Slots) -> tuple[Array, Array]:
        """(docs, tf) of a slice: sorted within a slot, several slots one after the other."""
        span = self.doc_range(slots)
        return self.docs[span], self.tf[span]

    def docs_of(self, ordinals: Array) -> Array:
        """The documents of some terms, one term after the other."""
        slots = self.slot_by_ordinal[ordinals]
        ranges = self.doc_starts.take(np.stack([slots, slots + 1], axis=1))
        docs = self.docs
        self.check_postings(ranges)
        return np.concatenate([docs[:0], *(docs[a:b] for a, b in ranges.tolist())])

    def positions(self, slots: Slots) -> Array:
        """The positions of a slice, posting after posting; tf of them belong to each."""
        starts = self.position_starts
        first, last = starts[slots.first], starts[slots.last]
        self._position_checks.part(first, last)
        return self._all_positions[first:last]

    def positions_at(self, places: Array) -> Array:
        """The positions at some places among all of them."""
        self._position_checks.places(places)
        return self._all_positions.take(places)

    @cached_property
    def position_starts(self) -> Starts:
        """int64 [slots + 1], into all positions."""
        return self._starts("pos_")

    @cached_property
    def _all_positions(self) -> Array:
        """Every position, by slot and posting."""
        return self._container.unchecked(f"{self._prefix}positions")

    @cached_property
    def _position_checks(self) -> Checks:
        return self._container.checks(f"{self._prefix}positions")

    def df(self, ordinal: int) -> int:
        """The number of documents with a term, including deleted ones."""
        slot = self.slot(ordinal)
        starts = self.doc_starts
        return starts[slot + 1] - starts[slot]

    def counts_of(self, spans: Array) -> Array:
        """int64: how often the terms of some slices occur, [n, 2]."""
        if self.has_positions:
            bounds = self.position_starts.take(spans)
            return bounds[:, 1] - bounds[:, 0]
        slices = (self.tf[self.doc_range(Slots(*slots))] for slots in spans.tolist())
        return np.array([tfs.sum(dtype=np.int64) for tfs in slices], np.int64)

    def values(self, posting: int) -> bytes:
        """Whoosh's posting value; only for formats that need one."""
        starts = self._array("value_starts")
        return self._array("values")[int(starts[posting]) : int(starts[posting + 1])].tobytes()

    @property
    def has_values(self) -> bool:
        """Whether posting values are kept."""
        return f"{self._prefix}values" in self._container

    def as_postings(self) -> Postings:
        """All postings, in the form that a merge takes; the keys are slots."""
        for checks in self._posting_checks:
            checks.all()
        return Postings(
            keys=np.arange(self.term_count),
            doc_starts=self.doc_starts.whole,
            docs=self.docs,
            tf=self.tf,
            pos_starts=self.position_starts.whole if self.has_positions else None,
            positions=self._optional("positions"),
            weights=self._optional("weights"),
            value_starts=self._optional("value_starts"),
            values=self._optional("values"),
        )

    @cached_property
    def notes(self) -> FieldNotes:
        """How the words are written."""
        return FieldNotes(
            self._container, self._prefix, self.term_count, lambda: self.position_starts
        )

    # Documents

    @cached_property
    def lengths_by_docnum(self) -> Array | None:
        """Exact field lengths (no stopwords); None if the field is not scorable."""
        return self._optional("lengths")

    @cached_property
    def token_counts_by_docnum(self) -> Array | None:
        """All tokens of each document; form fields only."""
        return self._optional("token_counts")

    @cached_property
    def sample_starts_by_docnum(self) -> Array:
        """int64 [documents + 1]: where the samples of each document begin."""
        counts = self._array("token_counts").astype(np.int64)
        return starts_of((counts + SAMPLE_TOKENS - 1) // SAMPLE_TOKENS)

    @cached_property
    def sample_offsets(self) -> Array:
        """u4: the code point at which tokens 0, 64, 128, ... of each document begin."""
        return self._array("sample_offsets")

    def samples(self, docnum: int) -> Array:
        """The sample offsets of one document: token 64 * i begins at code point samples[i]."""
        starts, name = self.sample_starts_by_docnum, f"{self._prefix}sample_offsets"
        first, last = int(starts[docnum]), int(starts[docnum + 1])
        self._container.checks(name).part(first, last)
        return self._container.unchecked(name)[first:last]

    @cached_property
    def part_docs(self) -> Array:
        """u4, by part but for the first of each document: its docnum, ascending."""
        found = self._optional("part_docs")
        return np.zeros(0, "<u4") if found is None else found

    @cached_property
    def part_tokens(self) -> Array:
        """u4, likewise: with which token of the document it begins, ascending in each."""
        found = self._optional("part_tokens")
        return np.zeros(0, "<u4") if found is None else found


def levels_of(arrays: FieldArrays) -> tuple[str, ...]:
    """The group levels of a field, narrowest first; () where terms have no groups."""
    return LEVELS if arrays.grouped else ()
