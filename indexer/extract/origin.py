"""What is a document called and of which day is it, and what says so?

What the document says of itself comes first; formats hand it out as it is written. A title is then
the first line, if it reads like one, or a file name of several words; a date that of the file name,
or that of a line at the beginning which says little else. Dates within sentences are those of
events, not of documents, and are never taken. `datelines` and `dates`, which know what dates look
like, are imported for the first year that stands where one may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from indexer.extract.formats import Format
from indexer.extract.text import heading
from indexer.extract.types import Record

if TYPE_CHECKING:
    from indexer.extract.dates import Dated

_HEADED_CHARS = 4096
"""As many as `heading` looks at."""

_YEAR = re.compile("[12١٢۱۲][0-9٠-٩۰-۹]{3}")


def completed(records: Iterable[Record], path: str, row: Format) -> Iterable[Record]:
    """The records with title and date and where they are from, as far as they are known.

    row: of their format. Records of files that only hold others are complete.
    """
    if not row.given:
        return records
    if isinstance(records, tuple):
        return tuple(_completed(record, path, row) for record in records)
    return (_completed(record, path, row) for record in records)


def _completed(record: Record, path: str, row: Format) -> Record:
    if record.member:  # a file within this one, and completed as such
        return record
    title, title_from = record.title, record.title_from or row.given
    is_file = record.id is None and not record.item and not record.is_line
    if not title:
        title, title_from = _title_of(record.text, path, row) if is_file else ("", "")
    dated = _read_date(record.date) if record.date else None
    date_from = row.given
    if dated is None and is_file:
        dated, date_from = _date_of(record.text, path, row)
    if dated is None:
        if not title and record.date is None:
            return record
        return record._replace(title=title, title_from=title_from, date=None)
    written = dated.text if dated.text != dated.date else ""
    return record._replace(
        title=title,
        title_from=title_from,
        date=dated.date,
        date_from=date_from,
        date_text=written,
        calendar=dated.calendar,
    )


def dated_until(record: Record, end: int) -> Record:
    """The record, its date not from a line at or behind `end`, where another article begins."""
    if record.date_from != "text":
        return record
    dated = date_of_line(record.text[:end])
    if dated is None:
        return record._replace(date=None, date_from="", date_text="", calendar="")
    written = dated.text if dated.text != dated.date else ""
    return record._replace(date=dated.date, date_text=written, calendar=dated.calendar)


def _read_date(written: str) -> Dated | None:
    from indexer.extract.dates import read_date

    return read_date(written)


def _title_of(text: str, path: str, row: Format) -> tuple[str, str]:
    """(title, what says so) of a document that gives itself none."""
    if row.is_prose and (title := heading(text[:_HEADED_CHARS].replace("\f", "\n"))):
        return title, "first line"
    title = name_as_title(path)
    return title, "file name" if title else ""


def _date_of(text: str, path: str, row: Format) -> tuple[Dated | None, str]:
    if dated := date_in_name(path):
        return dated, "file name"
    return date_of_line(text) if row.is_prose else None, "text"


# --- names of files

_WORD = re.compile(r"[^\W\d_]{2,}")
_YEAR_IN_NAME = re.compile("(?<![0-9a-f])[12١٢۱۲](?:[0-9٠-٩۰-۹]{3}|[0-9]{7})(?![0-9a-f])")
"""A year which is not some digits of a long number in hexadecimal ones."""


def stem_of(path: str) -> str:
    """The name of a file without its ending."""
    name = path.rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    return stem if dot and stem and len(ending) <= 10 and " " not in ending else name


def name_as_title(path: str) -> str:
    """The name of a file, if it is words: two or more, and more letters than other signs."""
    stem = stem_of(path)
    if len(_WORD.findall(stem)) < 2:
        return ""
    stem = " ".join(re.sub(r"[\s_]+|(?<=\w)[-.+](?=\w)", " ", stem).split())
    words = _WORD.findall(stem)
    if 2 * sum(map(len, words)) < len(stem) or "\udc80" <= max(stem) <= "\udcff":
        return ""
    return stem


def date_in_name(path: str) -> Dated | None:
    """The date that a file's name holds; None where it holds several, or none that is clear."""
    stem = stem_of(path)
    if not _YEAR_IN_NAME.search(stem):
        return None
    from indexer.extract.datelines import of_name

    return of_name(stem)


# --- lines of a text

_LEAD_CHARS, _LEAD_LINES = 1500, 10
_LINE_CHARS = 160
"""A line that says a date and nothing else is no longer."""

_BEGINNING_CHARS = 75
"""Of a line of prose, in which a dateline must end."""


def date_of_line(text: str) -> Dated | None:
    """The date of a dateline in the first lines of a text."""
    start = number = 0
    while number < _LEAD_LINES:
        end = text.find("\n", start, _LEAD_CHARS)
        length = end - start if end >= 0 else _LEAD_CHARS
        looked_at = length if length <= _LINE_CHARS else _BEGINNING_CHARS
        if _YEAR.search(text, start, start + looked_at):
            from indexer.extract.datelines import of_line

            line = text[start : start + length]
            if dated := of_line(line, most=_LINE_CHARS, is_first=number == 0):
                return dated
        if end < 0:
            break
        number += length > 1
        start = end + 1
    return None
