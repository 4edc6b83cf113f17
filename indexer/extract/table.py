"""What does a table of comma- or tab-separated values hold? A record a row, read by its header.

A column that is called text, title, date or id, or as `fields` knows or was told, is that of the
record. A table without a column of texts gives all of a row, each value behind the name of its
column. A row without an id is called by its line.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from indexer.errors import ExtractError
from indexer.extract.charsets import decode
from indexer.extract.fields import Role, full_title
from indexer.extract.jsonl import Ids
from indexer.extract.types import Extraction, Record

if TYPE_CHECKING:
    import _csv

_DELIMITERS = ",;\t|"
_MOST_FIELD_CHARS = 1 << 30


def extract_table(data: bytes, extraction: Extraction) -> None:
    """Fill in the records of a table, as they are asked for."""
    text, extraction.encoding, extraction.replaced = decode(data)
    lines = text.splitlines(keepends=True)
    csv.field_size_limit(_MOST_FIELD_CHARS)
    reader = csv.reader(lines, delimiter=_delimiter(lines[0] if lines else ""))
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise ExtractError(f"no table: {error}") from error
    extraction.is_of_records = True
    columns = extraction.fields.columns(header)
    extraction.records = _records(reader, header, columns, extraction)


def _records(
    reader: _csv.Reader, header: list[str], columns: Mapping[Role, int], extraction: Extraction
) -> Iterator[Record]:
    """A record for each row that is not empty. Raises ExtractError where the table breaks off."""
    ids = Ids()
    line = reader.line_num + 1
    try:
        for row in reader:
            if any(value.strip() for value in row):
                yield _record(row, header, columns, ids, line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise ExtractError(f"no table from line {line} on: {error}") from error
    extraction.close_report()


def _delimiter(header: str) -> str:
    """The sign that parts most names in the header."""
    counts = Counter(char for char in header if char in _DELIMITERS)
    return counts.most_common(1)[0][0] if counts else ","


def _record(
    row: list[str], header: list[str], columns: Mapping[Role, int], ids: Ids, line: int
) -> Record:
    """The record of a row; without a column for the text, all its values with their names."""
    values = {role: row[at] for role, at in columns.items() if at < len(row)}
    text = values.get("text", "")
    if not text.strip():
        names = [*header, *[""] * (len(row) - len(header))]
        pairs = zip(names, row, strict=False)
        text = "\n".join(f"{name}: {value}" if name else value for name, value in pairs if value)
    own_id = values.get("id", "").strip()
    return Record(
        ids.own(own_id) if own_id else None,
        full_title(values.get("title"), values.get("author")),
        text,
        values.get("date"),
        line,
        is_line=not own_id,
    )
