"""Some documents of a cluster as a segment: what ranking needs of them, in arrays.

The postings are those of the documents at hand, counted from their tokens, which the cluster
stores. The dictionary is that of the whole index: what is asked of words that may be misspelled is
answered by the lexicon, and such words get slots after those of the documents, without postings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import changes
from analyzers.tokenizer import shared_tokenizer
from indexer.codec.format import SAMPLE_TOKENS
from indexer.codec.grams import Grams, build_grams, likeness, nearest, shared
from indexer.codec.postings import slice_indices, smallest_unsigned
from indexer.query.patterns import Fuzzy
from indexer.ranking.source import (
    NO_SPANS,
    Docs,
    FieldSource,
    Floats,
    Gathered,
    Level,
    Located,
    Near,
    Positions,
    Record,
    Span,
    Spans,
)
from indexer.remote.forms import FormTable, Ids
from indexer.remote.lexicon import Lexicon, stars
from indexer.remote.mapping import Json

if TYPE_CHECKING:
    from indexer.query.patterns import Wildcard

FetchTexts = Callable[[Sequence[str]], dict[str, str]]
"""The texts of some documents by their ids."""


class CandidateField:
    """One field of some documents."""

    def __init__(
        self,
        name: str,
        texts: Sequence[Sequence[str]],
        lengths: Floats,
        parts: Sequence[Sequence[int] | None],
        table: FormTable,
        lexicon: Lexicon,
        written: Callable[[int], str],
    ) -> None:
        """texts: by document, the forms of its words. lengths: without stopwords.

        parts: where parts begin in each, but for the first, in words. written: the text itself.
        """
        self._written = written
        self._parts = parts
        self._name = name
        self._table = table
        self._lexicon = lexicon
        self._lengths = lengths
        counts = self._counts = np.fromiter(map(len, texts), np.int64, len(texts))
        ids = table.ids(list(chain.from_iterable(texts)))
        docs = np.arange(len(texts)).repeat(counts)
        positions = np.arange(len(ids)) - (counts.cumsum() - counts).repeat(counts)
        held = np.bincount(ids).nonzero()[0]
        keys = [table.keys(level).take(held) for level in ("folded", "stem", "root")]
        order = np.lexsort((held, *keys))  # by root, then stem, then folded form
        self._forms: Ids = held.take(order)
        """By slot, the form; those of the lexicon alone at the end."""
        self._size = len(self._forms)
        slots = np.zeros(len(table.names), smallest_unsigned(self._size))
        slots[self._forms] = np.arange(self._size)
        self._invert(slots.take(ids), docs, positions)
        self._grams: tuple[Grams, NDArray[Any]] | None = None

    def _invert(self, slots: NDArray[Any], docs: Docs, positions: Positions) -> None:
        """Postings by slot, of tokens in the order of the documents."""
        order = slots.argsort(kind="stable")
        slots, docs, self._positions = slots.take(order), docs.take(order), positions.take(order)
        fresh = changes(slots) | changes(docs)
        begins = fresh.nonzero()[0]
        self._docs = docs.take(begins)
        self._tfs = np.diff(begins, append=len(slots)).astype(np.float32)
        self._owners = slots.take(begins)
        every = np.arange(self._size + 1)
        self._postings_from = self._owners.searchsorted(every)
        self._positions_from = slots.searchsorted(every)

    # Terms

    def _spans(self, slots: NDArray[np.int64]) -> Spans:
        """Ascending slots as spans, neighbours in one."""
        if not len(slots):
            return NO_SPANS
        parted = np.diff(slots) != 1
        firsts = np.concatenate([slots[:1], slots[1:][parted]])
        lasts = np.concatenate([slots[:-1][parted], slots[-1:]]) + 1
        return np.stack([firsts, lasts], axis=1)

    def _slots_with(self, level: Level, key: str) -> NDArray[np.int64]:
        if level == "exact":
            return np.isin(self._forms, self._table.known([key])).nonzero()[0]
        keys = self._table.keys(level).take(self._forms)
        slots: NDArray[np.int64] = (keys == self._table.number(key)).nonzero()[0]
        return slots

    def group(self, level: Level, key: str) -> Spans:
        """See FieldSource."""
        return self._spans(self._slots_with(level, key))

    def _texts_of(self, level: Level, slots: NDArray[np.int64]) -> list[str]:
        keys = self._table.keys(level).take(self._forms.take(slots))
        return self._table.numbering.texts(keys)

    def _by_key(self, level: Level, slots: NDArray[np.int64]) -> tuple[Spans, list[str]]:
        """Some ascending slots as spans, none of two keys of a level, and the key of each."""
        if not len(slots):
            return NO_SPANS, []
        keys = self._table.keys(level).take(self._forms.take(slots))
        begins = (changes(keys) | (np.diff(slots, prepend=-2) != 1)).nonzero()[0]
        ends = np.append(begins[1:], len(slots)) - 1
        spans = np.stack([slots.take(begins), slots.take(ends) + 1], axis=1)
        return spans, self._table.numbering.texts(keys.take(begins))

    def matching(self, pattern: Wildcard) -> Spans:
        """See FieldSource: of the documents' own terms."""
        fits = re.compile("|".join(map(_regex, stars(pattern))), re.DOTALL).fullmatch
        slots = np.arange(len(self._forms))
        folded = self._texts_of("folded", slots)
        return self._spans(slots[[bool(fits(form)) for form in folded]])

    def nearest(self, stem: str, least: float) -> tuple[Spans, NDArray[np.float64]]:
        """See FieldSource: of the whole index if it lacks the stem, else of the documents."""
        if not self._lexicon.holds_stem(stem):
            found = dict(self._lexicon.nearest(stem, least))
            self._learn_all("s", list(found))
            slots = self._with_keys("stem", list(found))
            spans, keys = self._by_key("stem", slots)
            return spans, np.array([found[key] for key in keys], np.float64)
        grams, stems = self._stem_grams
        places, likes = nearest(grams, shared(grams, stem), least)
        others = stems.take(places) != self._table.number(stem)
        places, likes = places[others], likes[others]
        keys_by_slot = self._table.keys("stem").take(self._forms)
        slots = np.isin(keys_by_slot, stems.take(places)).nonzero()[0]
        spans, _ = self._by_key("stem", slots)
        place_of = stems.take(places).searchsorted(keys_by_slot.take(spans[:, 0]))
        return spans, likes.take(place_of)

    @property
    def _stem_grams(self) -> tuple[Grams, NDArray[Any]]:
        """The trigrams of the documents' stems, and the numbers of these, ascending."""
        if self._grams is None:
            stems = np.unique(self._table.keys("stem").take(self._forms[: self._size]))
            self._grams = build_grams(self._table.numbering, stems), stems
        return self._grams

    def _with_keys(self, level: Level, keys: Sequence[str]) -> NDArray[np.int64]:
        numbers = self._table.numbering.numbers(list(keys)) if keys else np.zeros(0, np.uint64)
        return np.isin(self._table.keys(level).take(self._forms), numbers).nonzero()[0]

    def near(self, word: str, edits: int) -> Near:
        """See FieldSource: of the whole index."""
        pattern = Fuzzy(word, edits)
        self._learn(form for form, _ in self._lexicon.near(pattern))
        slots = self._with_keys("folded", list({f for _, f in self._lexicon.near(pattern)}))
        spans, keys = self._by_key("folded", slots)
        distances = [_distance(pattern, key) for key in keys]
        return Near(keys, spans, np.array(distances, np.uint8))

    def relatives(self, root: str, stem: str) -> tuple[Spans, NDArray[np.float64]]:
        """See FieldSource."""
        spans, stems = self._by_key("stem", self._slots_with("root", root))
        return spans, np.array([_likeness(stem, other) for other in stems], np.float64)

    def bearing(self, target: str) -> dict[str, Spans]:
        """See FieldSource."""
        ids = self._table.known(self._lexicon.forms("p", target))
        slots = np.isin(self._forms, ids).nonzero()[0]
        found: dict[str, list[Spans]] = {}
        spans, stems = self._by_key("stem", slots)
        for span, stem in zip(spans, stems, strict=True):
            found.setdefault(stem, []).append(span[np.newaxis])
        return {stem: np.concatenate(some) for stem, some in found.items()}

    def _learn_all(self, sort: str, keys: Sequence[str]) -> None:
        """Give the forms of some keys slots, if they occur in the field."""
        for key in keys:
            self._lexicon.note_forms(sort, key)
        self._lexicon.fetch()
        self._learn(form for key in keys for form in self._lexicon.forms(sort, key))

    def _learn(self, forms: Iterable[str]) -> None:
        """Give some forms slots, if they occur in the field and have none."""
        wanted = list(dict.fromkeys(forms))
        for form in wanted:
            self._lexicon.note_count("u", form)
        self._lexicon.fetch()
        wanted = [form for form in wanted if self._lexicon.occurrences(self._name, form)]
        if wanted:
            ids = self._table.ids(wanted)
            fresh = ids[~np.isin(ids, self._forms)]
            keys = [self._table.keys(level).take(fresh) for level in ("folded", "stem", "root")]
            self._forms = np.concatenate([self._forms, fresh[np.lexsort((fresh, *keys))]])

    def forms(self, span: Span) -> list[str]:
        """See FieldSource."""
        return [self._table.names[form] for form in self._forms[slice(*span)].tolist()]

    def count(self, span: Span) -> int:
        """See FieldSource: in the whole index where that is known, else in the documents."""
        total = 0
        for slot, form in enumerate(self.forms(span), span[0]):
            known = self._lexicon.occurrences(self._name, form)
            first, last = self._positions_from.take([slot, slot + 1], mode="clip").tolist()
            total += last - first if known is None else known
        return total

    # Postings

    def locate(self, spans: Spans) -> Located:
        """See FieldSource."""
        ranges = self._postings_from.take(spans, mode="clip")
        counts = ranges[:, 1] - ranges[:, 0]
        positions = self._positions_from.take(spans[:, 0], mode="clip")
        return Located(spans, ranges, counts, int(counts.sum()), positions)

    def gather(self, ranges: Spans, total: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """See FieldSource."""
        places = slice_indices(ranges[:, 0], ranges[:, 1] - ranges[:, 0])
        return self._docs.take(places), self._tfs.take(places)

    def positions(self, places: NDArray[np.int64]) -> Positions:
        """See FieldSource."""
        return self._positions.take(places)

    def forms_at(self, gathered: Gathered, chosen: NDArray[np.int64]) -> Sequence[str]:
        """See FieldSource."""
        ranges = gathered.located.ranges
        places = slice_indices(ranges[:, 0], ranges[:, 1] - ranges[:, 0])
        slots = self._owners.take(places.take(chosen))
        return [self._table.names[form] for form in self._forms.take(slots).tolist()]

    def samples(self, docnum: int) -> NDArray[np.int64] | None:
        """See FieldSource: of the text, whose words are numbered again."""
        starts = shared_tokenizer().tokenize(self._written(docnum)).starts
        return starts[::SAMPLE_TOKENS].astype(np.int64)

    def token_count(self, docnum: int) -> int | None:
        """See FieldSource."""
        return int(self._counts[docnum])

    def written(self, docs: Docs) -> None:
        """See FieldSource: not stored."""

    def part_starts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """See FieldSource."""
        found = [(doc, token) for doc, tokens in enumerate(self._parts) for token in tokens or ()]
        docs, tokens = np.array(found, np.int64).reshape(-1, 2).T
        return docs, tokens

    def lengths(self) -> Floats:
        """See FieldSource."""
        return self._lengths


class CandidateSegment:
    """Some documents, by their hits: in the order of their files and of their places in these."""

    base = 0
    live = None

    def __init__(
        self, hits: Sequence[Json], table: FormTable, lexicon: Lexicon, fetch: FetchTexts
    ) -> None:
        self.hits = sorted(hits, key=lambda hit: (hit["_source"]["file"], hit["_source"]["place"]))
        self.size = len(self.hits)
        self._fetch = fetch
        self._texts: dict[int, str] = {}
        self._table = table
        self._lexicon = lexicon
        self._fields: dict[str, FieldSource] = {}

    def _sources(self, name: str) -> list[Any]:
        return [hit["_source"].get(name) for hit in self.hits]

    def field(self, name: str) -> FieldSource | None:
        """See Segment."""
        if name not in self._fields:
            texts = [said.split(" ") if said else [] for said in self._sources(f"{name}_u")]
            lengths = np.array(self._sources(f"{name}_length"), np.float32)
            parts = self._sources(f"parts_{name}")
            known = self._table, self._lexicon, partial(self.text, field=name)
            self._fields[name] = CandidateField(name, texts, lengths, parts, *known)
        return self._fields[name]

    def holding(self, field: str, term: str) -> Docs:
        """See Segment."""
        held = [said == term for said in self._sources(field)]
        return np.array(held, np.bool_).nonzero()[0]

    def record(self, docnum: int) -> Record:
        """See Segment."""
        return cast("Record", self.hits[docnum]["_source"]["stored"])

    def text(self, docnum: int, field: str) -> str:
        """See Segment."""
        if field == "title":
            return str(self.hits[docnum]["_source"]["title"])
        self.fetch_texts([docnum])
        return self._texts[docnum]

    def fetch_texts(self, docnums: Sequence[int]) -> None:
        """Have the texts of some documents at hand, fetched with one request."""
        missing = [docnum for docnum in docnums if docnum not in self._texts]
        here = {d: t for d in missing if (t := self.hits[d]["_source"].get("text")) is not None}
        self._texts |= here
        wanted = {self.hits[d]["_id"]: d for d in missing if d not in here}
        if wanted:
            found = self._fetch(list(wanted))
            self._texts |= {docnum: found.get(name, "") for name, docnum in wanted.items()}

    @property
    def dates(self) -> NDArray[np.str_]:
        """See Segment."""
        return np.array(self._sources("date"), dtype=np.str_)

    @property
    def file_numbers(self) -> NDArray[np.int64]:
        """See Segment."""
        return np.array(self._sources("file"), np.int64)


def _regex(star: str) -> str:
    return ".*".join(re.escape(re.sub(r"\\(.)", r"\1", piece)) for piece in star.split("*"))


def _distance(pattern: Fuzzy, folded: str) -> int:
    fitting = (n for n in range(pattern.edits + 1) if Fuzzy(pattern.word, n).tier(folded))
    return next(fitting, pattern.edits)


def _likeness(stem: str, other: str) -> float:
    """As for the keys that have trigrams: those with a digit are like none."""
    return 0.0 if any(map(str.isdigit, other)) else likeness(stem, other)
