"""Extract the text of a file: one module per format; `formats` is the table of them.

`extract_path` opens, digests and reads a file once; `extract` takes bytes that are already read.
Both raise ExtractError, with a one-line message that does not repeat the path, if nothing of the
file can be used; smaller losses are in `Extraction.problems`. Formats and their libraries are
imported for the first file of the kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from indexer.errors import ExtractError, NoTextError
from indexer.extract.formats import (  # fmt: skip
    BY_ENDING,
    EXTENSIONS,
    OTHER_KIND,
    UNNAMED,
    Format,
    by_content,
    extension_of,
    may_be_read,
    missing,
)
from indexer.extract.sources import digest_of, hash_file, read_head, read_whole, refuse_large
from indexer.extract.types import MAX_FILE_BYTES, Extraction, Record

__all__ = [
    "EXTENSIONS",
    "MAX_FILE_BYTES",
    "Extraction",
    "Record",
    "extension_of",
    "extract",
    "extract_path",
    "hash_file",
    "may_be_read",
]

if TYPE_CHECKING:
    from indexer.extract.fields import Role

    FieldNames = Mapping[Role, str]

_HEAD_BYTES = 1 << 16


def extract_path(
    path: str, *, max_bytes: int = MAX_FILE_BYTES, fields: FieldNames | None = None
) -> Extraction:
    """Read a file, once. Record files stream: consume `records` before the rest of the result.

    `max_bytes` bounds what is held at once: the whole of a file, one line of a record file.
    `fields` are the names of the fields of records where they are not the usual ones.
    """
    named = _format(path)
    try:
        if named is UNNAMED:
            _refuse_other(path)
        data = None if named.streams else read_whole(path, max_bytes)
        return _extract(named, path, data, max_bytes, fields)
    except NoTextError as error:
        if named is UNNAMED:
            error.reader = OTHER_KIND
        raise


def extract(
    path: str,
    data: bytes,
    *,
    max_bytes: int = MAX_FILE_BYTES,
    fields: FieldNames | None = None,
    outer: Extraction | None = None,
) -> Extraction:
    """Read bytes as what they are, or else what `path` ends in; the path itself is not opened.

    outer: the file in which they lie, if they lie in another.
    """
    return _extract(_format(path), path, data, max_bytes, fields, outer)


def _extract(
    named: Format,
    path: str,
    data: bytes | None,
    max_bytes: int,
    fields: FieldNames | None,
    outer: Extraction | None = None,
) -> Extraction:
    """data: None for a record file that is to be streamed."""
    from indexer.extract.origin import completed

    streams = data is None or named.streams
    found = named if streams or data is None else by_content(data, named)
    extraction = Extraction(path, fields=fields)
    extraction.reader = found.reader
    if outer is not None and data is not None:
        from indexer.extract.package import Budget

        extraction.depth = outer.depth + 1
        extraction.budget = Budget(len(data), outer.budget)
    try:
        if data is None or streams:
            _function(found)(data, extraction, max_bytes, packed=path.lower().endswith(".gz"))
            extraction.records = completed(extraction.records, path, found)
            return extraction
        extraction.digest, extraction.size = digest_of(data), len(data)
        refuse_large(len(data), max_bytes)
        refuse_large(len(data), found.max_bytes, ExtractError)
        _function(found)(data, extraction)
    except ModuleNotFoundError as error:
        raise missing(error.name) from error
    except ExtractError as error:
        error.digest, error.reader = extraction.digest, extraction.reader
        raise
    if isinstance(extraction.records, tuple):  # what comes as it is asked for ends its own report
        extraction.close_report()
    extraction.records = completed(extraction.records, path, found)
    return extraction


def _refuse_other(path: str) -> None:
    """Raise NoTextError for a file that begins as none that is read, before all of it is read."""
    from indexer.extract.charsets import refuse_binary_head

    head = read_head(path, _HEAD_BYTES)
    if by_content(head, UNNAMED) is UNNAMED:
        refuse_binary_head(head)


def _function(row: Format) -> Callable[..., None]:
    known = _FUNCTIONS.get(row.name)
    if known is None:
        module = import_module(f"{__name__}.{row.module}")
        known = _FUNCTIONS[row.name] = getattr(module, row.function)
    return known


_FUNCTIONS: dict[str, Callable[..., None]] = {}
"""By the name of a format, filled in when its first file is read."""


def _format(path: str) -> Format:
    """The format that a name tells, `UNNAMED` where it tells none. Raises NoTextError."""
    extension = extension_of(path)
    known = BY_ENDING.get(extension)
    if known is None and not may_be_read(path):
        raise NoTextError(f"files ending in {extension} are not read, whatever they hold")
    return known or UNNAMED
