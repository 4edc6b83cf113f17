"""What does a search hand out? Named tuples, free of Whoosh.

What the library hands out besides is in `reports`, for a search to do without: each of these
classes takes its time to make. `indexer.results.Document` and the like are found
all the same.

Offsets are code points of the extracted text (for a plain file: the decoded file, BOM dropped,
line ends as they are), counted from 0, ends exclusive; lines and columns are counted from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from analyzers.named import NamedTuple
from indexer.errors import OptionError

if TYPE_CHECKING:
    from indexer.reading.reasons import Reason
    from indexer.reports import Explanation

Tier = Literal["exact", "folded", "stem", "plural", "variant", "asking", "spelling", "root"]
"""How a word of a document met a word of the query, strongest first."""

MatchLevel = Literal["exact", "folded", "stem", "plural", "variant", "root"]
"""The weakest tier by which a document may belong to a result."""

StrictSwitch = Literal["marks", "hamza", "ta", "ya"]
"""A folding that a query may turn off."""

SortKey = Literal["relevance", "path", "date", "size"]

Unit = Literal["document", "part"]
"""What a hit is: a document by its best part, or a part."""

TermSortKey = Literal["alphabet", "count", "documents"]

FieldName = Literal["title", "text"]

Staleness = Literal["changed", "vanished"]
"""What became of a file since it was indexed."""

STALENESS: tuple[Staleness, ...] = get_args(Staleness)
TIERS: tuple[Tier, ...] = get_args(Tier)
MATCH_LEVELS: tuple[MatchLevel, ...] = get_args(MatchLevel)
DEFAULT_MATCH: MatchLevel = "variant"
STRICT_SWITCHES: tuple[StrictSwitch, ...] = get_args(StrictSwitch)
UNITS: tuple[Unit, ...] = get_args(Unit)
SORT_KEYS: tuple[SortKey, ...] = get_args(SortKey)
TERM_SORT_KEYS: tuple[TermSortKey, ...] = get_args(TermSortKey)
FIELD_NAMES: tuple[FieldName, ...] = get_args(FieldName)


class Match(NamedTuple):
    """A written word of a document that met the query: `text[start:end] == word`."""

    word: str
    start: int
    end: int
    tier: Tier


class Snippet(NamedTuple):
    """A passage of a document: `document_text[offset:offset + len(text)] == text`.

    The offsets of `matches` count from the beginning of the document, not of the passage. `line` is
    that of the first match, None where there is none; for a record, the line on which it begins.
    """

    text: str
    offset: int
    line: int | None
    matches: tuple[Match, ...] = ()
    page: int | str | None = None
    """The page or slide on which the first match stands; a text if it is no number."""


class Hit(NamedTuple):
    """One document of a result, which stands for its near-identical copies.

    Where parts were asked for, a part of one.

    `path` is absolute; surrogates stand for bytes of a file name that are not UTF-8
    (`os.fsdecode`). `line` and `column` are those of the first match of the best passage: lines of
    the text as `fahras show` prints it, which are the file's where it is plain text; for a record,
    the line on which it begins. `page` is that of the match in a text that has pages or slides.
    `byte_offset` is where that passage begins in the file, None where text and file bytes do not
    agree. All four are None where no passage was looked for, and where none holds a match: the
    words stand in the title alone, or nothing but filters was asked for. `title_matches` are those
    in the title, their offsets count from its beginning. `id` is what `Index.document` takes: a
    record's own id, else the path below the indexed folder and `inside`, the place of the document
    within its file (`!/inside.txt` of an archive, `#3` of a mailbox). `copies` names the copies
    found with it, by absolute path and place within the file, in the order of paths. `part` is the
    number, from 0, of the part of a long text, or of one of several articles in a text, that
    answers best, and `part_title` its own title; `date` is that of the part where it has one.
    """

    id: str
    path: str
    line: int | None
    column: int | None
    byte_offset: int | None
    part: int
    title: str
    date: str | None
    size: int
    score: float
    snippets: tuple[Snippet, ...] = ()
    copies: tuple[str, ...] = ()
    stale: Staleness | None = None
    explanation: Explanation | None = None
    title_matches: tuple[Match, ...] = ()
    inside: str = ""
    page: int | str | None = None
    date_text: str | None = None
    """The date as it is written where that is in the calendar of the Hijra."""
    part_title: str | None = None

    @property
    def matches(self) -> tuple[Match, ...]:
        """The matches of all snippets, in the order of the text."""
        found = {(m.start, m.end): m for s in self.snippets for m in s.matches}
        return tuple(found[key] for key in sorted(found))


class UnknownWord(NamedTuple):
    """A word of the query that the index does not hold, with those that may have been meant.

    `held`: the index does hold it, but others are far more likely. `written`: how often it is
    written there; 0 where only other forms of it are.
    """

    word: str
    suggestions: tuple[str, ...]
    written: int = 0
    held: bool = False


class SearchResults(NamedTuple):
    """The answer to a query: `hits` are places `offset .. offset + len(hits)` of `hit_count`.

    `total` is how many documents were found, copies too; or parts, where `by` says so.
    """

    query: str
    total: int
    hits: tuple[Hit, ...]
    offset: int
    limit: int | None
    elapsed_ms: float
    unknown_words: tuple[UnknownWord, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences for the reader: what was ignored in the query, what was retrieved by spelling."""
    reasons: tuple[Reason, ...] = ()
    """Why nothing was found, where `Index.why_nothing` was asked; `search` leaves them out."""
    by: Unit = "document"
    groups: int | None = None
    """How many hits there are in all, a document and its copies being one; None if no copies were
    looked for."""

    @property
    def hit_count(self) -> int:
        """How many hits there are in all."""
        return self.total if self.groups is None else self.groups


DAYS_WRITTEN = "2017, 2017-11 or 2017-11-28"


def ascii_digits(date: str | None) -> str:
    """A date in the digits of filters; ١٤ and ۱۴ are 14."""
    return "".join(str(int(c)) if c.isdecimal() else c for c in date or "")


def is_day(text: str) -> bool:
    """Whether a text is a year, month or day as filters take them."""
    parts = text.split("-")
    if not text.isascii() or [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]):
        return False
    if not all(map(str.isdecimal, parts)):
        return False
    year, month, day = (*map(int, parts), 1, 1)[:3]
    return year > 0 and 1 <= month <= 12 and 1 <= day <= 31


class SearchOptions(NamedTuple):
    """Everything about a search but its words; the command line's flags, one field each."""

    limit: int | None = 10
    offset: int = 0
    match: MatchLevel | None = None
    """None is what is usual: `DEFAULT_MATCH`, and for quoted words their letters (docs/ranking.md).
    """
    strict: frozenset[StrictSwitch] = frozenset()
    fields: tuple[FieldName, ...] = ("title", "text")
    sort: SortKey = "relevance"
    within: tuple[str, ...] = ()
    """Globs over paths relative to the indexed folder; a document must meet one of them."""
    since: str = ""
    """Only documents of this year, month or day (2017, 2017-11, 2017-11-28) or later ones."""
    until: str = ""
    """Only documents of this year, month or day, to its end, or earlier ones."""
    below: str = ""
    """Only files at or below this path of the file system."""
    only: tuple[str, ...] | None = None
    """Only files at or below one of these paths of the file system; those unknown are counted."""
    by: Unit = "document"
    """What a hit is; documents of one part are the same either way."""
    all_words: bool = False
    snippets: int = 1
    context_chars: int = 160
    places: bool = False
    """Say where the best passage of each hit is, also where no snippets are wanted."""
    mark_titles: bool = False
    """Say which words of the titles met the query."""
    explain: bool = False
    plain: bool = False
    """Take the query as plain words: no operators, no fields, no errors."""
    respell: bool = True
    """Find a word that the index lacks by the one that was probably meant; `notes` name it."""
    variants_files: tuple[str, ...] = ()
    copies: bool = False
    """Make near-identical documents hits of their own, not one hit with `copies`."""

    def check(self) -> None:
        """Raise OptionError for a value that no search knows, with those that it may be."""
        _refuse_unknown("match", [] if self.match is None else [self.match], MATCH_LEVELS)
        _refuse_unknown("sort", (self.sort,), SORT_KEYS)
        _refuse_unknown("by", (self.by,), UNITS)
        _refuse_unknown("strict", self.strict, STRICT_SWITCHES)
        _refuse_unknown("fields", self.fields, FIELD_NAMES)
        for name in ("since", "until"):
            value = getattr(self, name)
            if value and not is_day(value):
                raise OptionError(f"{name} is {value!r}: a date is written {DAYS_WRITTEN}")
        if not self.fields:
            raise OptionError(f"fields is empty: give some of {', '.join(FIELD_NAMES)}")
        for name, minimum in (("limit", 0), ("offset", 0), ("snippets", 0), ("context_chars", 1)):
            value = getattr(self, name)
            if value is not None and value < minimum:
                raise OptionError(f"{name} is {value}: the minimum is {minimum}")


def _refuse_unknown(name: str, given: Iterable[str], known: Sequence[str]) -> None:
    if isinstance(given, str):
        raise OptionError(f"{name} is {given!r}, a single text: give a collection of names")
    for value in given:
        if value not in known:
            raise OptionError(f"{name} has {value!r}: it may be {', '.join(known)}")


def __getattr__(name: str) -> Any:
    """A value from `reports`. Python itself asks for names with underscores, at every import."""
    if not name.startswith("_"):
        from indexer import reports

        if name in reports.__all__:
            return getattr(reports, name)
    raise AttributeError(f"module 'indexer.results' has no attribute {name!r}")
