"""What ranking needs from an index: anything that implements these protocols is an engine.

`FieldSource` is one field of one segment, `Segment` is a segment, `Statistics` are counted over the
whole index. `codec.columnar` answers for our own segments, `codec.whoosh.snapshot` for those of any
Whoosh reader. Groups: every term is a written form `u`;
its folded form, stem and root are computed from it, so a group is named by its level and its key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NotRequired, Protocol, TypedDict, get_args

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from indexer.codec.postings import slice_indices

if TYPE_CHECKING:
    from indexer.query.nodes import Leaf
    from indexer.query.patterns import Wildcard
    from indexer.ranking.expand import Expansion

Level = Literal["exact", "folded", "stem", "root"]
"""A form of a term by which terms are grouped; all but exact are levels of the codec."""

LEVELS: tuple[Level, ...] = get_args(Level)
"""The term itself, then its groups, narrowest first."""

Docs = NDArray[np.int64]
Floats = NDArray[np.float32]
Positions = NDArray[np.int64]

NO_DOCS: Docs = np.zeros(0, np.int64)

Span = tuple[int, int]
"""(first, last): slots of terms, last exclusive."""

Spans = NDArray[np.int64]
"""[n, 2], a span a row: disjoint, ascending unless it is said otherwise."""

NO_SPANS: Spans = np.zeros((0, 2), np.int64)


def spans_of(spans: Sequence[Span]) -> Spans:
    """An array of some spans."""
    return np.array(spans, np.int64) if len(spans) else NO_SPANS


class Owned(NamedTuple):
    """Spans of several things that were asked for together. owners: int64, the place of each's."""

    spans: Spans
    owners: NDArray[np.int64]


def end_to_end(found: Iterable[Spans]) -> Owned:
    """The spans of several things, one after the other."""
    every = list(found)
    owners = np.arange(len(every)).repeat(np.array([len(some) for some in every], np.int64))
    return Owned(np.concatenate([NO_SPANS, *every]), owners)


NO_ROOTS = Owned(NO_SPANS, np.zeros(0, np.int64))


class Alike(NamedTuple):
    """Spans of stems, none of two, each owned by a number; likeness: float64, to another stem."""

    spans: Spans
    owners: NDArray[np.int64]
    likeness: NDArray[np.float64]


def alike_of_each(
    nearest: Sequence[tuple[Spans, NDArray[np.float64]]],
    roots: Spans,
    likeness: Sequence[float],
) -> tuple[Alike, Alike]:
    """See FieldSource.alike: of what is nearest to each stem, and roots of a term each."""
    near = end_to_end(spans for spans, _ in nearest)
    likes = np.concatenate([np.zeros(0), *(likes for _, likes in nearest)])
    kin = Alike(roots, np.arange(len(roots)), np.array(likeness, np.float64))
    return Alike(*near, likes), kin


class Located(NamedTuple):
    """Some spans, and where what stands in them lies in the source's own arrays.

    spans: ascending. ranges: of postings; spans side by side share one. counts: postings by span;
    total: of all. positions: where those of each span begin.
    """

    spans: Spans
    ranges: Spans
    counts: NDArray[np.int64]
    total: int
    positions: NDArray[np.int64]


class Gathered(NamedTuple):
    """The postings of several spans end to end."""

    located: Located
    docs: NDArray[Any]
    tfs: NDArray[Any]


class Near(NamedTuple):
    """Terms that are some edits from a word: by span their folded form and its distance.

    No span of two folded forms.
    """

    keys: list[str]
    spans: Spans
    distances: NDArray[np.uint8]


class Written(NamedTuple):
    """How some words are written.

    kinds: of each, the number by which `note` gives the note on it, see `analyzers.notes`; 0 where
    it has none.
    """

    kinds: NDArray[np.int64]
    note: Callable[[int], str]


class FieldSource(Protocol):
    """One field of one segment.

    Terms are numbered by slots, in an order of the source's own. Sources keep the forms of a group
    side by side where they can, so that a group is few spans.
    """

    def group(self, level: Level, key: str) -> Spans:
        """The spans of the terms whose form at `level` is `key`."""

    def groups(self, level: Level, keys: tuple[str, ...]) -> Owned:
        """The same of many keys at once, in any order."""

    def matching(self, pattern: Wildcard) -> Spans:
        """The spans of the terms whose folded form fits a pattern."""

    def near(self, word: str, edits: int) -> Near:
        """The terms whose folded form is at most so many edits from a word, see `edits`."""

    def alike(self, stems: tuple[str, ...], least: float, roots: Owned) -> tuple[Alike, Alike]:
        """The other stems that are `least` or more like some stems, and those of some roots.

        roots: groups of roots; the owner of each is the number of the stem to which what it has is
        likened. The first answer has the number of that stem as owner, the other the place of the
        root.
        """

    def bearing(self, targets: tuple[str, ...]) -> list[dict[str, Spans]]:
        """The terms that are a lone proclitic and a word of some stem, by their own stem.

        Of each of some `targets`, see `analyzers.proclitics.rests_in`.
        """

    def forms(self, spans: Spans) -> list[str]:
        """The terms of some spans, one after the other."""

    def beginning(self, spans: Spans, letters: tuple[str, ...]) -> Spans:
        """The terms of some spans that begin with any of these letters; each within one of them."""

    def counts(self, spans: Spans) -> NDArray[np.int64]:
        """How often the terms of each span occur."""

    def locate(self, spans: Spans) -> Located:
        """Where the postings of some ascending spans lie: what can be known once and for all."""

    def locate_each(self, spans: Spans, starts: NDArray[np.int64]) -> list[Located]:
        """The same of several parts of some spans. starts: where each begins, and the end."""

    def gather(self, ranges: Spans, total: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """(docs, tfs) of the postings of some ranges, one after the other; `total` in all.

        Docs ascend within a term only.
        """

    def positions(self, places: NDArray[np.int64]) -> Positions:
        """The positions in some places of the source's array of them."""

    def forms_at(self, gathered: Gathered, chosen: NDArray[np.int64]) -> Sequence[str]:
        """The term of each of some of the postings of some spans, by their places, which rise."""

    def samples(self, docnum: int) -> NDArray[np.int64] | None:
        """Where each `SAMPLE_TOKENS`-th token of a document begins, in code points of its text.

        None where that is not stored.
        """

    def token_count(self, docnum: int) -> int | None:
        """How many tokens a document has; None where that is not stored."""

    def written(self, slots: NDArray[np.int64], places: NDArray[np.int64]) -> Written | None:
        """How the words at some places, as `positions` takes, are written; None: it is not stored.

        slots: ascending, those whose positions are there.
        """

    def part_starts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(docs, tokens): where parts begin, see `parts.part`, but for the first of each document.

        Ascending. Most documents have one part and are not there.
        """

    def lengths(self) -> Floats:
        """Length of each document by docnum: its words that are not stopwords."""


class Record(TypedDict):
    """The stored values of a document, see `schema.py`."""

    file: int
    record: str
    line: int
    date: str
    encoding: str
    item: NotRequired[str]
    member: NotRequired[str]
    layout: NotRequired[str]
    parts: NotRequired[str]
    title_from: NotRequired[str]
    date_from: NotRequired[str]
    date_text: NotRequired[str]
    calendar: NotRequired[str]


class Segment(Protocol):
    """Documents that are numbered together: `base .. base + size` of the index.

    A docnum is the number of a document in its segment.
    """

    @property
    def base(self) -> int:
        """The number of its first document in the index."""

    @property
    def size(self) -> int:
        """The number of its documents, including deleted ones."""

    @property
    def live(self) -> NDArray[np.bool_] | None:
        """By docnum, which documents are not deleted; None where none is."""

    def field(self, name: str) -> FieldSource | None:
        """The field's terms and postings, None where no document of the segment has it."""

    def holding(self, field: str, term: str) -> Docs:
        """The docnums of the documents with a term in a field without groups."""

    def record(self, docnum: int) -> Record:
        """The stored values of a document, without its texts."""

    def text(self, docnum: int, field: str) -> str:
        """The stored text of a field, empty where there is none."""

    @property
    def dates(self) -> NDArray[np.str_]:
        """The date of each document as it was given, by docnum; empty where there is none."""

    @property
    def file_numbers(self) -> NDArray[np.int64]:
        """The number of each document's file, by docnum."""


class Vocabulary(Protocol):
    """What expansion asks of the dictionary of some fields of a whole index."""

    def count(self, level: Level, key: str) -> int:
        """How often the terms of a group occur."""

    def holds(self, groups: Sequence[Expansion]) -> bool:
        """Whether any term that any of some named groups means occurs."""

    def article_count(self, stem: str) -> int:
        """How often terms of a stem occur that are written with the article, or و and it."""

    def bearing(self, target: str) -> frozenset[str]:
        """The stems of the terms that are a lone proclitic and a word of the stem `target`."""

    def learn(self, targets: Iterable[str]) -> None:
        """Look up at once what will be asked of words of some stems: what bears them, how often.

        May be left until it is asked.
        """


class Statistics(Protocol):
    """What is counted over all live documents of an index, wherever they are held."""

    @property
    def documents(self) -> int:
        """How many documents there are."""

    def total_length(self, field: str) -> float:
        """The lengths of a field, summed."""

    def vocabulary(self, fields: tuple[str, ...]) -> Vocabulary:
        """The dictionary of some fields."""

    def document_frequency(self, leaf: Leaf) -> int | None:
        """How many documents hold a leaf; None where the segments at hand are all there is."""


def slots_in(spans: Spans) -> Spans:
    """The slots of some spans, as a span each."""
    slots = slice_indices(spans[:, 0], spans[:, 1] - spans[:, 0])
    return np.stack([slots, slots + 1], axis=1)


def counted_forms(source: FieldSource, spans: Spans) -> Iterator[tuple[str, int]]:
    """Each term of some spans, and how often it occurs."""
    each = slots_in(spans)
    return zip(source.forms(each), source.counts(each).tolist(), strict=True)


def parted(spans: Spans) -> NDArray[np.bool_]:
    """By ascending span, whether it does not begin where the one before it ends."""
    heads = np.ones(len(spans), np.bool_)
    np.not_equal(spans[1:, 0], spans[:-1, 1], out=heads[1:])
    return heads


def joined(spans: Spans, heads: NDArray[np.bool_] | None = None) -> Spans:
    """Ascending spans with neighbours made one. heads: where one begins, else see `parted`."""
    firsts = (parted(spans) if heads is None else heads).nonzero()[0]
    lasts = np.append(firsts, len(spans))[1:] - 1
    return np.stack([spans[:, 0].take(firsts), spans[:, 1].take(lasts)], axis=1)
