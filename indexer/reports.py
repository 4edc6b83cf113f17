"""What does the library hand out besides results? Of a score, a document, an update, an index."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from analyzers.named import NamedTuple

if TYPE_CHECKING:
    from indexer.parts.layout import Division, Layout
    from indexer.parts.part import Part

__all__ = [
    "Copy",
    "CopyGroup",
    "Difference",
    "Document",
    "Explanation",
    "FileProblem",
    "IndexStats",
    "LeftOut",
    "Meeting",
    "Progress",
    "ProgressCallback",
    "TermExplanation",
    "TermStats",
    "UpdateReport",
]


class Difference(NamedTuple):
    """Words of the first document of a group that a copy has otherwise; "" where one has none."""

    first: str
    other: str


class Copy(NamedTuple):
    """A document of a group of copies, or the part of one that is the copy.

    `path` is absolute, followed by the place within the file where it has one. `part`: its number,
    from 0, with the line on which it begins and its own title, if it has one; all None where it is
    the whole document. `overlap`: the share of the runs of five words that it shares with the
    first, of those of the shorter of the two, without recurring lines. `differences`: of its text
    from that of the first, in its order.
    """

    path: str
    title: str
    date: str | None
    words: int
    overlap: float = 1.0
    differences: tuple[Difference, ...] = ()
    part: int | None = None
    line: int | None = None
    part_title: str | None = None


class CopyGroup(NamedTuple):
    """Near-identical texts: the shortest, with which all others overlap, comes first.

    They are whole documents where these are copies in all their parts, else parts.
    """

    copies: tuple[Copy, ...]


class TermExplanation(NamedTuple):
    """What one word of the query added to the score of one hit.

    Frequencies and lengths are summed over the fields, each weighted (a word of the title counts as
    several), so that `pooled_tf` is the sum of weight * tf over the terms. The contribution is
    idf * saturation of the pooled tf in a document of this length, times the word's boosts.
    """

    word: str
    terms: tuple[tuple[str, str, float, float], ...]
    """(written form, tier, tier weight, tf in the hit) of every form met in the hit."""
    df: int
    idf: float
    pooled_tf: float
    length: float
    contribution: float


class Explanation(NamedTuple):
    """The parts of a hit's score: the contributions of the words and the five below add up to it.

    `proximity` is for words near each other, `lead` for words near the beginning. `question` is for
    answering as the query asks; less than 0 for answering another question. `part` is for counting
    as its best part, not as all of it. `constant` is what belongs to no single word: the bonus for
    holding several of them.
    """

    words: tuple[TermExplanation, ...]
    proximity: float
    lead: float
    question: float
    part: float
    constant: float
    score: float


class Document(NamedTuple):
    """One document as it was indexed."""

    id: str
    path: str
    title: str
    text: str
    date: str | None
    size: int
    encoding: str
    line: int | None = None
    """Of a record, the line of its file on which it begins; None where the file is the document."""
    inside: str = ""
    """Where it is within its file: `!/inside.txt` of an archive, `#3` of a mailbox."""
    layout: Layout | None = None
    """Where its pages, slides and headings begin; None if it has none that are known."""
    division: Division | None = None
    """The page, slide or sheet that was asked for."""
    title_from: str | None = None
    """What gave the title: metadata, front matter, page, header, field, sheet, heading, first line
    or file name."""
    date_from: str | None = None
    """What gave the date: one of these, or text, for a dateline."""
    date_text: str | None = None
    """The date as it is written there."""
    calendar: str | None = None
    """`hijri` for a date that is written so."""
    parts: tuple[Part, ...] = ()
    """Its parts, end to end, where it has several: see `indexer.parts.part`."""


class FileProblem(NamedTuple):
    """A file, or a line of one, that was left out or read with losses, and why."""

    path: str
    reason: str
    line: int | None = None
    fatal: bool = True
    """False where the file was indexed all the same (stray bytes, single bad records)."""
    lost: bool = True
    """False where nothing of it is missing from the index (stray bytes, ids that come again)."""


class LeftOut(NamedTuple):
    """A file or folder that is not in the index, and why.

    `why` is ignored, excluded, hidden, type, size, link, kind (it is of no kind that is read),
    unreadable, binary or failed (no text could be made of it).
    """

    path: str
    why: str
    reason: str


class UpdateReport(NamedTuple):
    """What `Index.update` found and did.

    The counts are files, but for `documents`, which are all that the index holds.
    """

    added: int
    changed: int
    moved: int
    removed: int
    unchanged: int
    documents: int
    bytes_read: int
    elapsed_s: float
    problems: tuple[FileProblem, ...] = ()
    notes: tuple[str, ...] = ()
    unread: int = 0
    """Files that could not be read before and are the same since: they were not tried again."""


class Progress(NamedTuple):
    """How far `Index.update` is: `done` of `total` files, and which `phase` it is in.

    `file` is one that is being read and may take long, "" if there is none.
    """

    phase: str
    done: int
    total: int
    bytes_done: int = 0
    bytes_total: int = 0
    file: str = ""


ProgressCallback = Callable[[Progress], None]


class TermStats(NamedTuple):
    """A written form of the vocabulary."""

    term: str
    folded: str
    stem: str
    root: str
    document_frequency: int
    collection_frequency: int


class Meeting(NamedTuple):
    """What a word meets in an index at one tier.

    forms: (written form, how often it occurs), the most frequent first. retrieves: whether they
    make a document a hit by default, or only add to its score.
    """

    tier: str
    retrieves: bool
    forms: tuple[tuple[str, int], ...]


class IndexStats(NamedTuple):
    """What an index holds."""

    index_dir: str
    roots: tuple[str, ...]
    documents: int
    files: int
    tokens: int
    terms: int
    text_bytes: int
    index_bytes: int
    segments: int
    format_version: int
    analyzer_version: int
    updated: str | None
    problems: tuple[FileProblem, ...] = ()
    aliases: Mapping[str, str] = MappingProxyType({})
    """Names of one's own for fields, each with its field."""
    listed: int = 0
    """Single files below no root, which are kept up to date as well."""
