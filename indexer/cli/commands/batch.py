"""Which queries does a file hold? A query a line, or JSON lines with `id` and `text`; also gzip.

The same reading serves `search --queries` and `eval`.
"""

from __future__ import annotations

import io
import json
import sys
from typing import NamedTuple

from indexer.errors import FahrasError
from indexer.given import MIB, read_given, too_large

MOST_BYTES = 256 * MIB
"""Of a file, unpacked: bytes, text and lines, side by side, take less than 1 GiB."""


class Query(NamedTuple):
    """A query and what its results are tagged with."""

    id: str
    text: str


class BatchError(FahrasError):
    """A file of queries or judgements that cannot be read."""


def read(path: str) -> list[Query]:
    """All queries of a file, of stdin if it is `-`; empty lines are skipped."""
    queries = []
    for number, line in enumerate(read_lines(path), 1):
        if line.strip():
            queries.append(_query(line, number, path))
    if not queries:
        raise BatchError(f"no queries in {path}; write one a line")
    return queries


def read_lines(path: str) -> list[str]:
    """The lines of a UTF-8 file without their ends; a name in .gz is unpacked."""
    if path == "-":
        data = sys.stdin.buffer.read(MOST_BYTES + 1)
    else:
        data = read_given(path, MOST_BYTES, streams=True)
    if path.endswith(".gz"):
        data = _unpacked(path, data)
    if len(data) > MOST_BYTES:
        raise too_large("stdin" if path == "-" else path, MOST_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BatchError(f"{path}:{line}: not UTF-8; save the file as UTF-8") from None
    return [line.removesuffix("\r") for line in text.split("\n")]


def _unpacked(path: str, data: bytes) -> bytes:
    import gzip
    import zlib

    try:
        with gzip.open(io.BytesIO(data)) as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise BatchError(f"{path}: not a whole gzip file") from None


def _query(line: str, number: int, path: str) -> Query:
    """A line that begins with { is JSON; any other is the query itself."""
    if not line.lstrip().startswith("{"):
        return Query(str(number), line)
    try:
        record = json.loads(line)
        text = record["text"]
    except (ValueError, KeyError, TypeError):
        message = f'{path}:{number}: not a JSON object with "text", nor a plain query'
        raise BatchError(message) from None
    if not isinstance(text, str):
        raise BatchError(f'{path}:{number}: "text" is not a string')
    return Query(str(record.get("id", number)), text)
