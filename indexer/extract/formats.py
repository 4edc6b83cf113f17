"""Which kinds of files are read, by what, and which kind is this one? The one table of formats.

A new format is a module with a function of `(data, extraction)` and a row here. What a file is, its
first bytes tell before its name does: a `.doc` is often RTF. Modules, and the libraries that they
need, are imported when the first file of the kind comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from indexer.extract.types import MAX_FILE_BYTES, MAX_PAGE_BYTES


class Format(NamedTuple):
    """A row of the table."""

    name: str
    endings: tuple[str, ...]
    """Of file names, in lower case."""
    module: str
    function: str
    magic: tuple[bytes, ...] = ()
    """What such files begin with, whatever their name."""
    library: str = ""
    """The package on PyPI that reads them, where the project alone does not."""
    streams: bool = False
    """Whether it is read piece by piece, as a file of records is, and never held whole."""
    is_risky: bool = False
    """Whether its parser runs in the worker process."""
    max_bytes: int = MAX_FILE_BYTES


FORMATS = (
    Format("text", (".txt", ".text"), "text", "extract_text"),
    Format("Markdown", (".md", ".markdown"), "markdown", "extract_markdown"),
    Format("HTML", (".html", ".htm", ".xhtml"), "html", "extract_html", (), "selectolax",
           max_bytes=MAX_PAGE_BYTES),
    Format("JSON lines", (".jsonl", ".jsonl.gz"), "jsonl", "extract_jsonl", streams=True),
    Format("PDF", (".pdf",), "pdf", "extract_pdf", (b"%PDF-",), "pypdfium2", is_risky=True),
)  # fmt: skip

BY_ENDING = {ending: format_ for format_ in FORMATS for ending in format_.endings}
EXTENSIONS: frozenset[str] = frozenset(BY_ENDING)
"""The ends of file names that are read, in lower case."""


def extension_of(path: str) -> str:
    """The extension in lower case, `.jsonl.gz` as one; "" for a name that has none."""
    name = path.rpartition("/")[2].lower()
    stem, dot, last = name.rpartition(".")
    if not dot or not stem:
        return ""
    return ".jsonl.gz" if last == "gz" and stem.endswith(".jsonl") else dot + last


def by_content(data: bytes, named: Format) -> Format:
    """The format that the first bytes tell, or else the one that the name does; text if empty."""
    if not data:
        return FORMATS[0]
    return next((row for row in _with_magic() if data.startswith(row.magic)), named)


def _with_magic() -> Iterator[Format]:
    return (row for row in FORMATS if row.magic)
