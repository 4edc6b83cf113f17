"""What is a document called and of which day is it, and what says so?

What the document says of itself comes first; formats hand it out as it is written. A title is then
the first line, if it reads like one, or a file name of several words; a date that of the file name,
or that of a line at the beginning which says little else. Dates within sentences are those of
events, not of documents, and are never taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from indexer.extract.dates import Dated, Place, dates_in, folded, one_of, read_date
from indexer.extract.formats import Format
from indexer.extract.text import heading
from indexer.extract.types import Record

_HEADED_CHARS = 8192
"""More than `heading` looks at."""

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
    dated = read_date(record.date) if record.date else None
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
_BETWEEN = re.compile(
    r"(?<!\d)_|_(?!\d)|(?<=[^\W\d_])[-.](?=\d)|(?<=\d)[-.](?=[^\W\d_])"
    r"|(?<=\d{4}[-.]\d\d[-.]\d\d)_(?=\d{4,6}(?!\d))"
)
"""What stands between words, not within a date."""

_YEAR_IN_NAME = re.compile("(?<![0-9a-f])[12١٢۱۲](?:[0-9٠-٩۰-۹]{3}|[0-9]{7})(?![0-9a-f])")
"""A year which is not some digits of a long number in hexadecimal ones."""

_NUMERIC = re.compile(
    r"(?:(?<![\w])|(?<=_)|(?<![^\W_])(?P<word>[A-Z][A-Za-z]{1,9}))"
    r"(?P<year>1[0-9]{3}|20[0-9]{2})(?P<month>[01][0-9])(?P<day>[0-3][0-9])(?=T?[0-9]{0,6}(?:[\W_]|$))"
)
_MONTHLY = re.compile(
    r"(?:(?<!\w)|(?<=_))(?P<year>(?:19|20)\d\d)[-_.](?P<month>0[1-9]|1[0-2])(?![\w]|[-.]\d)"
)


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
    spaced = _BETWEEN.sub(" ", stem)  # as long as before: a date's place is that in the name
    found = [place.dated._replace(text=stem[place.start : place.end]) for place in dates_in(spaced)]
    plain = folded(stem)[0]
    for pattern in (_NUMERIC, _MONTHLY):
        if not found:
            found += [dated for match in pattern.finditer(plain) if (dated := _of_digits(match))]
    return one_of([Place(0, 0, dated) for dated in found])


def _of_digits(match: re.Match[str]) -> Dated | None:
    parts = match.groupdict()
    read = read_date("-".join(parts[name] for name in ("year", "month", "day") if name in parts))
    return read._replace(text=match[0].removeprefix(parts.get("word") or "")) if read else None


# --- lines of a text

_LEAD_CHARS, _LEAD_LINES, _LINE_CHARS = 1500, 10, 160
_BEGINNING_CHARS = 75
"""Of a line of prose, in which a dateline must end."""

_NEW_ERA = 1990
_TIME = re.compile(r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s*[+-]\d{1,2}(?::?\d\d)?)?")
_SAID = """
الاحد الاثنين الثلاثاء الاربعاء الخميس الجمعه السبت احد اثنين ثلاثاء اربعاء خميس جمعه سبت يوم
نشر نشرت نشره النشر تاريخ التاريخ بتاريخ اخر تحديث التحديث حدث اضيف اضافه الاضافه كتب حرر في من
الموافق الموافقه الساعه بتوقيت غرينتش جرينتش جمت مكه المكرمه القدس صباحا مساء ظهرا ص م ه العدد عدد
رقم published updated posted date on at am pm gmt utc last the of sunday monday tuesday wednesday
thursday friday saturday sun mon tue wed thu fri sat
"""
_PLAIN_WORDS = frozenset(_SAID.split())
"""What a line of a date may say besides: days, hours, publishing, the number of an issue."""

_JOINING = re.compile(r"(?:[-–—،,:/|(]|(?<!\w)(?:في|بتاريخ|يوم|الموافق)(?:\s+\w+)?)\s*$")
_AGENCY_AND_DASH = re.compile(r"\s*م?\s*[)]?\s*(?:[(/«][^()\n]{0,30}[)/»])?\s*[-–—:]")
_PROSE = "في من منذ عن حتي الي علي وفي بعد قبل ان لما منتصف عام يوم مساء صباح كما نشرت قال بتاريخ"
_NO_PLACE = frozenset(_PROSE.split())
"""What begins a sentence, not the name of a place."""


def date_of_line(text: str) -> Dated | None:
    """The date of a dateline in the first lines of a text."""
    end = number = 0
    start = -1
    while end >= 0 and number < _LEAD_LINES:
        start, end = start + 1, text.find("\n", start + 1, _LEAD_CHARS)
        stop = end if end >= 0 else start + _LEAD_CHARS
        looked_at = min(
            stop, start + (_LINE_CHARS if stop - start <= _LINE_CHARS else _BEGINNING_CHARS)
        )
        if _YEAR.search(text, start, looked_at):
            line = text[start:stop]
            if dated := _of_line(line, is_first=number == 0):
                return dated
        number += stop > start + 1
        start = end
    return None


def _of_line(line: str, *, is_first: bool) -> Dated | None:
    start = line[:_LINE_CHARS]
    places = sorted(dates_in(start, months_alone=False))
    if not places:
        return None
    first, last = places[0], places[-1]
    rest = [word for word in _words(_without(start, places)) if word not in _PLAIN_WORDS]
    before = _words(start[: first.start])
    joined = _JOINING.search(folded(start[: first.start])[0]) is not None
    is_whole = len(line) <= _LINE_CHARS
    if is_whole and not rest:
        return one_of(places, first=True)
    if is_whole and len(rest) <= 2 and joined and not is_first:
        return one_of(places)
    is_place = 0 < len(before) <= 4 and first.start <= 45
    is_place &= _NO_PLACE.isdisjoint(word.lstrip("وف") for word in [*before[:1], *before[:-1]])
    is_place &= not start[: first.start].rstrip().endswith("(")  # the day of a birth
    if is_place and not _is_title(is_first, line) and _AGENCY_AND_DASH.match(start, last.end):
        return one_of(places)
    if is_first and is_whole and _set_off(start, first, last):
        dated = one_of(places)
        return dated if dated and int(dated.date[:4]) >= _NEW_ERA else None
    return None


def _is_title(is_first: bool, line: str) -> bool:
    """Whether a line that opens a text is too short for the beginning of a story."""
    return is_first and len(line) < 80


def _set_off(line: str, first: Place, last: Place) -> bool:
    """Whether the dates stand at the end, or the beginning, of a heading, behind a dash."""
    head, tail = line[: first.start].rstrip(), line[last.end :].strip()
    if not tail.strip(".م "):
        return head.endswith(("-", "–", "—", "|", ":"))
    return not head and tail.startswith(("-", "–", "—", "|", ":"))


def _without(line: str, places: list[Place]) -> str:
    kept, at = [], 0
    for place in places:
        kept.append(line[at : place.start])
        at = place.end
    return _TIME.sub(" ", folded(" ".join([*kept, line[at:]]))[0])


def _words(text: str) -> list[str]:
    """The words of a part of a line; a number in brackets is that of an issue."""
    return re.findall(r"[^\W\d_][^\W_]*", folded(text)[0].lower())
