"""What does the library hand out besides results? Of a document, an update, an index.

Explanations of scores are found here too, but made in `explanations`, for a run to do without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from indexer.explanations import Explanation, TermExplanation

__all__ = [
    "Document",
    "Explanation",
    "FileProblem",
    "IndexStats",
    "Progress",
    "TermExplanation",
    "TermStats",
    "UpdateReport",
]


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


class FileProblem(NamedTuple):
    """A file, or a line of one, that was left out or read with losses, and why."""

    path: str
    reason: str
    line: int | None = None
    fatal: bool = True
    """False where the file was indexed all the same (stray bytes, single bad records)."""


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


class Progress(NamedTuple):
    """How far `Index.update` is: `done` of `total` files, and which `phase` it is in."""

    phase: str
    done: int
    total: int


class TermStats(NamedTuple):
    """A written form of the vocabulary."""

    term: str
    folded: str
    stem: str
    root: str
    document_frequency: int
    collection_frequency: int


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


def __getattr__(name: str) -> Any:
    """An explanation, imported when first asked for."""
    if name in ("Explanation", "TermExplanation"):
        from indexer import explanations

        return getattr(explanations, name)
    raise AttributeError(f"module 'indexer.reports' has no attribute {name!r}")
