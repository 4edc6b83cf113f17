"""What does a search hand out? Named tuples, free of Whoosh.

What the library hands out besides is in `reports`, for a search to do without: each of these
classes takes its time to make. `indexer.results.Document` and the like are found
all the same.

Offsets are code points of the extracted text (for a plain file: the decoded file, BOM dropped,
line ends as they are), counted from 0, ends exclusive; lines and columns are counted from 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from indexer.reports import Explanation

TIERS = ("exact", "folded", "stem", "variant", "spelling", "root")
"""How a word of a document met a word of the query, strongest first."""

MATCH_LEVELS = ("exact", "folded", "stem", "variant", "root")
"""The least tier by which a document may belong to a result."""

STRICT_SWITCHES = ("marks", "hamza", "ta", "ya")
"""Foldings that a query may turn off."""

SORT_KEYS = ("relevance", "path", "date", "size")


class Match(NamedTuple):
    """A written word of a document that met the query: `text[start:end] == word`."""

    word: str
    start: int
    end: int
    tier: str


class Snippet(NamedTuple):
    """A passage of a document: `document_text[offset:offset + len(text)] == text`.

    The offsets of `matches` count from the beginning of the document, not of the passage. `line` is
    that of the first match in the file; for a record, the line on which the record stands.
    """

    text: str
    offset: int
    line: int
    matches: tuple[Match, ...] = ()


class Hit(NamedTuple):
    """One document of a result.

    `path` is absolute; surrogates stand for bytes of a file name that are not UTF-8
    (`os.fsdecode`). `line` and `column` place the best passage. `byte_offset` is that passage's
    place in the file, or None where text and file bytes do not agree. `id` is what
    `Index.document` takes: a record's own id, else the path below the indexed folder.
    """

    id: str
    path: str
    line: int
    column: int
    byte_offset: int | None
    part: int
    title: str
    date: str | None
    size: int
    score: float
    snippets: tuple[Snippet, ...] = ()
    copies: tuple[str, ...] = ()
    stale: bool = False
    explanation: Explanation | None = None

    @property
    def matches(self) -> tuple[Match, ...]:
        """The matches of all snippets, in the order of the text."""
        found = {(m.start, m.end): m for s in self.snippets for m in s.matches}
        return tuple(found[key] for key in sorted(found))


class UnknownWord(NamedTuple):
    """A word of the query that the index does not hold, with the nearest that it does."""

    word: str
    suggestions: tuple[str, ...]


class SearchResults(NamedTuple):
    """The answer to a query: `hits` are places `offset .. offset + len(hits)` of `total`."""

    query: str
    total: int
    hits: tuple[Hit, ...]
    offset: int
    limit: int | None
    elapsed_ms: float
    unknown_words: tuple[UnknownWord, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences for the reader: what was ignored in the query, what was retrieved by spelling."""


class SearchOptions(NamedTuple):
    """Everything about a search but its words; the command line's flags, one field each."""

    limit: int | None = 10
    offset: int = 0
    match: str = "variant"
    strict: frozenset[str] = frozenset()
    fields: tuple[str, ...] = ("title", "text")
    sort: str = "relevance"
    within: tuple[str, ...] = ()
    """Globs over paths relative to the indexed folder; a document must meet one of them."""
    all_words: bool = False
    snippets: int = 1
    context_chars: int = 160
    explain: bool = False
    plain: bool = False
    """Take the query as plain words: no operators, no fields, no errors."""
    variants_files: tuple[str, ...] = ()


def __getattr__(name: str) -> Any:
    """A value from `reports`. Python itself asks for names with underscores, at every import."""
    if not name.startswith("_"):
        from indexer import reports

        if name in reports.__all__:
            return getattr(reports, name)
    raise AttributeError(f"module 'indexer.results' has no attribute {name!r}")
