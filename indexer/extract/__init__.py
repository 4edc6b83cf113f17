"""What text is in this file? One module a format; this one finds the format by the file's name.

`extract_path` opens, digests and reads a file once; `extract` takes bytes that are already read.
Both raise ExtractError, with one line for the reader that does not repeat the path, where
nothing of the file can be used; smaller losses are in `Extraction.problems`. Formats and their
libraries are imported when the first file of the kind comes.
"""

from __future__ import annotations

from indexer.errors import ExtractError
from indexer.extract.sources import digest_of, hash_file, read_whole, refuse_large
from indexer.extract.types import MAX_FILE_BYTES, MAX_PAGE_BYTES, Extraction, Record

__all__ = [
    "EXTENSIONS",
    "MAX_FILE_BYTES",
    "Extraction",
    "Record",
    "extension_of",
    "extract",
    "extract_path",
    "hash_file",
]

_FORMATS = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl.gz",
}

EXTENSIONS: frozenset[str] = frozenset(_FORMATS)
"""The ends of file names that are read, in lower case."""


def extension_of(path: str) -> str:
    """The extension in lower case, `.jsonl.gz` as one; "" for a name that has none."""
    name = path.rpartition("/")[2].lower()
    stem, dot, last = name.rpartition(".")
    if not dot or not stem:
        return ""
    return ".jsonl.gz" if last == "gz" and stem.endswith(".jsonl") else dot + last


def extract_path(path: str, *, max_bytes: int = MAX_FILE_BYTES) -> Extraction:
    """Read a file, once. Record files stream: consume `records` before the rest of the result.

    `max_bytes` bounds what is held at once: the whole of a file, one line of a record file.
    """
    kind = _format(path)
    data = None if kind.startswith("jsonl") else read_whole(path, max_bytes)
    return _extract(kind, path, data, max_bytes)


def extract(path: str, data: bytes, *, max_bytes: int = MAX_FILE_BYTES) -> Extraction:
    """Read bytes as what the extension of `path` says; the path itself is not opened."""
    return _extract(_format(path), path, data, max_bytes)


def _extract(kind: str, path: str, data: bytes | None, max_bytes: int) -> Extraction:
    """data: None for a record file that is to be streamed."""
    if data is None or kind.startswith("jsonl"):
        return _extract_records(kind, path, data, max_bytes)
    refuse_large(len(data), max_bytes)
    extraction = Extraction(path, digest=digest_of(data), size=len(data))
    if kind == "text":
        from indexer.extract.text import extract_text

        extract_text(data, extraction)
    elif kind == "markdown":
        from indexer.extract.markdown import extract_markdown

        extract_markdown(data, extraction)
    else:
        from indexer.extract.html import extract_html

        refuse_large(len(data), min(max_bytes, MAX_PAGE_BYTES))
        extract_html(data, extraction)
    extraction.close_report()
    return extraction


def _extract_records(kind: str, path: str, data: bytes | None, max_bytes: int) -> Extraction:
    from indexer.extract.jsonl import extract_jsonl

    extraction = Extraction(path)
    extract_jsonl(data, extraction, max_bytes, packed=kind == "jsonl.gz")
    return extraction


def _format(path: str) -> str:
    extension = extension_of(path)
    try:
        return _FORMATS[extension]
    except KeyError:
        known = " ".join(sorted(EXTENSIONS))
        which = f"files ending in {extension}" if extension else "files without extension"
        raise ExtractError(f"{which} are not read; those that are: {known}") from None
