"""What does a table of comma- or tab-separated values hold? A record a row, read by its header.

A column that is called text, title, date or id, or the same in Arabic, is that of the record. A
table without a column of texts gives all of a row, each value behind the name of its column. A row
without an id has the number of its line as one.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator

from indexer.errors import ExtractError
from indexer.extract.charsets import decode
from indexer.extract.dates import iso_date
from indexer.extract.jsonl import Ids
from indexer.extract.types import Extraction, Record

_ROLES = {
    name: role
    for role, names in {
        "text": "text body content نص النص محتوى المحتوى",
        "title": "title headline subject عنوان العنوان",
        "date": "date published تاريخ التاريخ",
        "id": "id identifier معرف المعرف",
    }.items()
    for name in names.split()
}
_DELIMITERS = ",;\t|"
_MOST_FIELD_CHARS = 1 << 30


def extract_table(data: bytes, extraction: Extraction) -> None:
    """Fill in the records of a table, as they are asked for."""
    text, extraction.encoding, extraction.replaced = decode(data)
    extraction.records = _records(text, extraction)


def _records(text: str, extraction: Extraction) -> Iterator[Record]:
    """A record for each row that is not empty. Raises ExtractError where the table breaks off."""
    lines = text.splitlines(keepends=True)
    csv.field_size_limit(_MOST_FIELD_CHARS)
    reader = csv.reader(lines, delimiter=_delimiter(lines[0] if lines else ""))
    header = [name.strip() for name in next(reader, [])]
    roles = [_ROLES.get(name.lower(), "") for name in header]
    ids = Ids()
    line = reader.line_num + 1
    try:
        for row in reader:
            if any(value.strip() for value in row):
                yield _record(row, header, roles, ids, line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise ExtractError(f"no table from line {line} on: {error}") from error


def _delimiter(header: str) -> str:
    """The sign that parts most names in the header."""
    counts = Counter(char for char in header if char in _DELIMITERS)
    return counts.most_common(1)[0][0] if counts else ","


def _record(row: list[str], header: list[str], roles: list[str], ids: Ids, line: int) -> Record:
    """The record of a row; without a column for the text, all its values with their names."""
    values = {role: value for role, value in zip(roles, row, strict=False) if role}
    text = values.get("text", "")
    if not text.strip():
        names = [*header, *[""] * (len(row) - len(header))]
        pairs = zip(names, row, strict=False)
        text = "\n".join(f"{name}: {value}" if name else value for name, value in pairs if value)
    return Record(
        ids.own(values.get("id", "").strip() or str(line)),
        " ".join(values.get("title", "").split()),
        text,
        iso_date(values.get("date")),
        line,
    )
