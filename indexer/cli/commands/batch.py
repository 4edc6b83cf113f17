"""Which queries does a file hold? A query a line, or JSON lines with `id` and `text`; also gzip.

The same reading serves `search --queries` and `eval`.
"""

from __future__ import annotations

import io
import json
import sys

from analyzers.named import NamedTuple
from indexer.errors import FahrasError
from indexer.given import MIB, read_given, too_large

MOST_BYTES = 256 * MIB
"""Of a file, unpacked: bytes, text and lines, side by side, take less than 1 GiB."""


class Query(NamedTuple):
    """A query, what its results are tagged with, and the line where it stands.

    `problem` says why a line is no query; empty where it is one.
    """

    id: str
    text: str
    line: int
    problem: str = ""

    @property
    def checked_text(self) -> str:
        """The text. Raises BatchError where the line is no query."""
        if self.problem:
            raise BatchError(self.problem)
        return self.text


class BatchError(FahrasError):
    """A file of queries or judgements that cannot be read."""


def read_whole(path: str) -> list[Query]:
    """As `read`. Raises BatchError for the first line that is no query."""
    queries = read(path)
    for query in queries:
        if query.problem:
            raise BatchError(f"{path}:{query.line}: {query.problem}")
    return queries


def read(path: str) -> list[Query]:
    """All queries of a file, of stdin if it is `-`, broken lines too; empty are skipped.

    Raises BatchError where there is none.
    """
    queries = []
    for number, line in enumerate(read_lines(path), 1):
        if line.strip():
            queries.append(_query(line, number))
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


def _query(line: str, number: int) -> Query:
    """A line that begins with { is JSON; any other is the query itself."""
    if not line.lstrip().startswith("{"):
        return Query(str(number), line, number)
    try:
        record = json.loads(line)
        text = record["text"]
    except (ValueError, KeyError, TypeError):
        problem = 'not a JSON object with "text", nor a plain query'
        return Query(str(number), "", number, problem)
    if not isinstance(text, str):
        return Query(str(number), "", number, '"text" is not a string')
    return Query(str(record.get("id", number)), text, number)
