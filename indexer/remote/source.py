"""Some documents of a cluster as a segment: what ranking needs of them, in arrays.

The postings are those of the documents at hand, in which forms are told by numbers (`columns`).
Their letters are not there: which forms a group has is asked of the lexicon, and only of these it
is looked up who holds them. What is asked of words that may be misspelled is answered by the
lexicon, too, and such words get slots after those of the documents, without postings. Only
where more forms fit a word with a star than it lists are the texts of the documents read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from analyzers.analyzer import analyze_form
from analyzers.bulk.normalizer import fold_all
from analyzers.bulk.packed import Numbering, Spelled
from analyzers.named import NamedTuple
from analyzers.ranked import changes, distinct_of, is_among
from analyzers.tokenizer import Tokenizer
from indexer.codec.grams import likeness
from indexer.codec.postings import slice_indices, starts_of
from indexer.query.patterns import Fuzzy
from indexer.ranking.source import (
    Alike,
    Docs,
    FieldSource,
    Floats,
    Gathered,
    Level,
    Located,
    Near,
    Owned,
    Positions,
    Record,
    Spans,
    alike_of_each,
    end_to_end,
)
from indexer.ranking.strict import kept
from indexer.remote.columns import Column, Ranked, number_of
from indexer.remote.lexicon import Lexicon, sort_of, stars
from indexer.remote.mapping import Json, document_name
from indexer.schema import FORM_FIELDS

if TYPE_CHECKING:
    from indexer.query.patterns import Wildcard

Slots = NDArray[np.int64]


class Candidate(NamedTuple):
    """A document: its place, and of it what was asked for.

    shown: what is shown of it, by the names title, text and stored. prints: see `remote.prints`;
    empty where it has none.
    """

    file: int
    place: int
    date: str = ""
    ranked: Ranked | None = None
    shown: Json | None = None
    prints: bytes = b""

    @property
    def name(self) -> str:
        """Its id on the cluster."""
        return document_name(self.file, self.place)


Fetch = Callable[[Sequence[str], Sequence[str]], dict[str, Json]]
"""What is shown of some documents, and stored of others, by their ids."""


class CandidateField:
    """One field of some documents."""

    def __init__(
        self,
        name: str,
        columns: Sequence[Column],
        lexicon: Lexicon,
        written: Callable[[Sequence[int]], list[str]],
    ) -> None:
        """columns: of each document. written: the texts of the field in some of them."""
        self._name = name
        self._lexicon = lexicon
        self._written = written
        self._columns = columns
        self._lengths = np.array([column.length for column in columns], np.float32)
        docs = np.arange(len(columns)).repeat([len(column.numbers) for column in columns])
        numbers = _joined([column.numbers for column in columns], np.uint64)
        tfs = _joined([column.counts for column in columns], np.int64)
        order = numbers.argsort(kind="stable")
        numbers, self._docs = numbers.take(order), docs.take(order)
        begins = changes(numbers).nonzero()[0]
        self._numbers = numbers.take(begins)
        """By slot of the documents, ascending, the number of its form."""
        self._size = len(begins)
        self._postings_from = np.append(begins, len(numbers))
        self._positions = _joined([column.positions for column in columns], np.int32)
        """Document by document; `positions` finds those that are asked for by form."""
        self._own_firsts = starts_of(tfs).take(order)
        """By posting, where its positions begin there."""
        tfs = tfs.take(order)
        self._firsts = starts_of(tfs)
        """By posting, where its positions would begin if they were in the order of the postings."""
        self._positions_from = self._firsts.take(self._postings_from)
        self._tfs = tfs.astype(np.float32)
        self._names: dict[int, str] = {}
        """The forms of the slots that were met, by slot."""
        self._others: dict[str, int] = {}
        """The slots of forms that no document at hand has, by form."""

    # Terms

    def _slots_of(self, forms: Iterable[str]) -> Slots:
        """The slots of those of some forms that have any, ascending."""
        wanted = tuple(forms)
        numbers = _numbers_of(wanted)
        held = is_among(numbers, self._numbers).nonzero()[0]
        slots: list[int] = self._numbers.searchsorted(numbers.take(held)).tolist()
        self._names.update(zip(slots, map(wanted.__getitem__, held.tolist()), strict=True))
        if self._others:
            slots += [self._others[form] for form in wanted if form in self._others]
        return distinct_of(np.array(slots, np.int64))

    def _each(self, slots: Slots) -> tuple[Spans, list[str]]:
        """A span for each of some ascending slots, and its form."""
        return _spans(slots), [self._names[slot] for slot in slots.tolist()]

    def group(self, level: Level, key: str) -> Spans:
        """See FieldSource."""
        forms = (key,) if level == "exact" else self._lexicon.forms(sort_of(level), key)
        return _spans(self._slots_of(forms))

    def groups(self, level: Level, keys: tuple[str, ...]) -> Owned:
        """See FieldSource."""
        return end_to_end(self.group(level, key) for key in keys)

    def matching(self, pattern: Wildcard) -> Spans:
        """See FieldSource. Where more forms fit than the lexicon lists, texts are read."""
        if not self._lexicon.is_cut(pattern):
            forms = (form for form, _ in self._lexicon.matching(pattern))
            return _spans(self._slots_of(forms))
        fits = re.compile("|".join(map(_regex, stars(pattern))), re.DOTALL).fullmatch
        tokenizer, numbering = Tokenizer(), Numbering()
        tokenizer.tokenize_batch(self._written(range(len(self._columns))))
        folded = numbering.texts(fold_all(numbering, Spelled(tokenizer.forms)))
        read = zip(tokenizer.forms, folded, strict=True)
        return _spans(self._slots_of(form for form, key in read if fits(key)))

    def alike(self, stems: tuple[str, ...], least: float, roots: Owned) -> tuple[Alike, Alike]:
        """See FieldSource: of the whole index if it lacks a stem, else of the documents."""
        own = (analyze_form(self._names[slot]).stem for slot in roots.spans[:, 0].tolist())
        of = map(stems.__getitem__, roots.owners.tolist())
        return alike_of_each(
            [self._nearest(stem, least) for stem in stems], roots.spans, [*map(_likeness, of, own)]
        )

    def _nearest(self, stem: str, least: float) -> tuple[Spans, NDArray[np.float64]]:
        found = {} if stem.isdigit() else dict(self._lexicon.nearest(stem, least))
        for other in found:
            self._lexicon.note_forms("s", other)
        self._lexicon.fetch()
        likes = {
            form: like for other, like in found.items() for form in self._lexicon.forms("s", other)
        }
        if not self._lexicon.holds_stem(stem):
            self._learn(likes)
        spans, forms = self._each(self._slots_of(likes))
        return spans, np.array([likes[form] for form in forms], np.float64)

    def near(self, word: str, edits: int) -> Near:
        """See FieldSource: of the whole index."""
        pattern = Fuzzy(word, edits)
        folded = dict(self._lexicon.near(pattern))
        self._learn(folded)
        spans, forms = self._each(self._slots_of(folded))
        keys = [folded[form] for form in forms]
        distances = [_distance(pattern, key) for key in keys]
        return Near(keys, spans, np.array(distances, np.uint8))

    def bearing(self, targets: tuple[str, ...]) -> list[dict[str, Spans]]:
        """See FieldSource."""
        return [self._bearing(target) for target in targets]

    def _bearing(self, target: str) -> dict[str, Spans]:
        found: dict[str, list[str]] = {}
        for form in self._lexicon.forms("p", target):
            found.setdefault(analyze_form(form).stem, []).append(form)
        spans = {stem: _spans(self._slots_of(forms)) for stem, forms in found.items()}
        return {stem: some for stem, some in spans.items() if len(some)}

    def _learn(self, forms: Iterable[str]) -> None:
        """Give some forms slots, if they occur in the field and have none."""
        wanted = list(dict.fromkeys(forms))
        for form in wanted:
            self._lexicon.note_count("u", form)
        self._lexicon.fetch()
        here = is_among(_numbers_of(tuple(wanted)), self._numbers)
        for form, held in zip(wanted, here.tolist(), strict=True):
            known = held or form in self._others
            if not known and self._lexicon.occurrences(self._name, form):
                slot = self._others[form] = self._size + len(self._others)
                self._names[slot] = form

    def forms(self, spans: Spans) -> list[str]:
        """See FieldSource: of spans that were given."""
        return [self._names[slot] for span in spans.tolist() for slot in range(*span)]

    def beginning(self, spans: Spans, letters: tuple[str, ...]) -> Spans:
        """See FieldSource."""
        return kept(self, spans, lambda form: form.startswith(letters))

    def counts(self, spans: Spans) -> NDArray[np.int64]:
        """See FieldSource: in the whole index where that is known, else in the documents."""
        counts = (sum(map(self._count, range(*span))) for span in spans.tolist())
        return np.fromiter(counts, np.int64, len(spans))

    def _count(self, slot: int) -> int:
        known = self._lexicon.occurrences(self._name, self._names[slot])
        first, last = self._positions_from.take([slot, slot + 1], mode="clip").tolist()
        return int(last - first) if known is None else known

    # Postings

    def locate(self, spans: Spans) -> Located:
        """See FieldSource."""
        ranges = self._postings_from.take(spans, mode="clip")
        counts = ranges[:, 1] - ranges[:, 0]
        positions = self._positions_from.take(spans[:, 0], mode="clip")
        return Located(spans, ranges, counts, int(counts.sum()), positions)

    def locate_each(self, spans: Spans, starts: NDArray[np.int64]) -> list[Located]:
        """See FieldSource."""
        return [self.locate(spans[a:b]) for a, b in pairwise(starts.tolist())]

    def gather(self, ranges: Spans, total: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """See FieldSource."""
        places = slice_indices(ranges[:, 0], ranges[:, 1] - ranges[:, 0])
        return self._docs.take(places), self._tfs.take(places)

    def positions(self, places: NDArray[np.int64]) -> Positions:
        """See FieldSource."""
        postings = self._firsts.searchsorted(places, side="right") - 1
        within = places - self._firsts.take(postings)
        return self._positions.take(self._own_firsts.take(postings) + within).astype(np.int64)

    def forms_at(self, gathered: Gathered, chosen: NDArray[np.int64]) -> Sequence[str]:
        """See FieldSource."""
        ranges = gathered.located.ranges
        places = slice_indices(ranges[:, 0], ranges[:, 1] - ranges[:, 0]).take(chosen)
        slots = self._postings_from.searchsorted(places, side="right") - 1
        return [self._names[slot] for slot in slots.tolist()]

    def samples(self, docnum: int) -> NDArray[np.int64] | None:
        """See FieldSource."""
        return self._columns[docnum].samples.astype(np.int64)

    def token_count(self, docnum: int) -> int | None:
        """See FieldSource."""
        return len(self._columns[docnum].positions)

    def written(self, slots: Positions, places: Positions) -> None:
        """See FieldSource: not stored."""

    def part_starts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """See FieldSource."""
        parts = [column.parts for column in self._columns]
        return np.arange(len(parts)).repeat(list(map(len, parts))), _joined(parts, np.int64)

    def lengths(self) -> Floats:
        """See FieldSource."""
        return self._lengths


class CandidateSegment:
    """Some documents, in the order of their files and of their places in these."""

    base = 0
    live = None

    def __init__(self, candidates: Sequence[Candidate], lexicon: Lexicon, fetch: Fetch) -> None:
        self.candidates = sorted(candidates, key=lambda each: each[:2])
        self.size = len(self.candidates)
        self._fetch = fetch
        self._shown = {
            docnum: each.shown for docnum, each in enumerate(self.candidates) if each.shown
        }
        self._stored: dict[int, Json] = {}
        """What was fetched without texts."""
        self._lexicon = lexicon
        self._fields: dict[str, FieldSource] = {}

    def field(self, name: str) -> FieldSource | None:
        """See Segment."""
        if name not in self._fields:
            place = FORM_FIELDS.index(name)
            columns = [cast("Ranked", each.ranked).columns[place] for each in self.candidates]
            written = partial(self._written, name)
            self._fields[name] = CandidateField(name, columns, self._lexicon, written)
        return self._fields[name]

    def _written(self, field: str, docnums: Sequence[int]) -> list[str]:
        self.fetch(docnums)
        return [self.text(docnum, field) for docnum in docnums]

    def holding(self, field: str, term: str) -> Docs:
        """See Segment."""
        self.fetch(range(self.size))
        held = [cast("Json", self.record(docnum))[field] == term for docnum in range(self.size)]
        return np.array(held, np.bool_).nonzero()[0]

    def record(self, docnum: int) -> Record:
        """See Segment."""
        known = self._stored.get(docnum) or self._shown_of(docnum)
        return cast("Record", known["stored"])

    def text(self, docnum: int, field: str) -> str:
        """See Segment."""
        return str(self._shown_of(docnum)[field])

    def _shown_of(self, docnum: int) -> Json:
        self.fetch([docnum])
        return self._shown[docnum]

    def fetch(self, docnums: Sequence[int], others: Sequence[int] = ()) -> None:
        """Have what is shown of some documents at hand, fetched with one request.

        others: of which only the record is needed.
        """
        wanted = {self.candidates[d].name: d for d in docnums if d not in self._shown}
        records = {self.candidates[d].name: d for d in others if d not in self._shown}
        if wanted or records:
            found = self._fetch(list(wanted), list(records))
            self._shown |= {docnum: found[name] for name, docnum in wanted.items()}
            self._stored |= {docnum: found[name] for name, docnum in records.items()}

    @property
    def dates(self) -> NDArray[np.str_]:
        """See Segment."""
        return np.array([each.date for each in self.candidates], dtype=np.str_)

    @property
    def file_numbers(self) -> NDArray[np.int64]:
        """See Segment."""
        return np.array([each.file for each in self.candidates], np.int64)


def _spans(slots: Slots) -> Spans:
    """A span for each of some ascending slots: forms of one stem are nowhere side by side here.

    So a span that is taken lies within another one or outside of it, as `meanings` has it.
    """
    return np.stack([slots, slots + 1], axis=1)


@lru_cache(maxsize=1 << 11)
def _numbers_of(forms: tuple[str, ...]) -> NDArray[np.uint64]:
    """The numbers of some forms: groups are asked for again and again."""
    return np.array(list(map(number_of, forms)), np.uint64)


def _joined(arrays: Sequence[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    """Arrays end to end, as one of a type."""
    return np.concatenate(arrays, dtype=dtype) if arrays else np.zeros(0, dtype)


def _regex(star: str) -> str:
    return ".*".join(re.escape(re.sub(r"\\(.)", r"\1", piece)) for piece in star.split("*"))


def _distance(pattern: Fuzzy, folded: str) -> int:
    fitting = (n for n in range(pattern.edits + 1) if Fuzzy(pattern.word, n).tier(folded))
    return next(fitting, pattern.edits)


def _likeness(stem: str, other: str) -> float:
    """As for the keys that have trigrams: those with a digit are like none."""
    return 0.0 if any(map(str.isdigit, other)) else likeness(stem, other)
