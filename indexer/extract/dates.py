"""Which day does a date mean, however it is written? A wrong one is worse than none.

ISO 8601, RFC 2822, the dates of PDFs, numbers with the day or the year first, names of months, of
the Hijra too, in Arabic and other digits. What has an offset is told in UTC, so that dates sort in
order of time. Of day and month the day is first, as Arabs write: 5-11-2017 is in November.
A year of 1406 or later that is too early for ours is one of the Hijra; what could as well be a year
of the Persian calendar is not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache

from analyzers.named import NamedTuple
from indexer.extract import hijri, months

HIJRI = "hijri"
_MOST_CHARS = 200
_FIRST_HIJRI, _LAST_HIJRI = 1406, 1500
_FIRST_YEAR = 1000
_DAYS_AHEAD = 366
"""A date later than in so many days is a slip, or a year of another calendar."""

_FOLDED = str.maketrans(
    "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹أإآٱةىیک\u00a0\u202f", "01234567890123456789ااااهييك  "
)
_IGNORED = re.compile("[\u064b-\u0652\u0670\u0640\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Dated(NamedTuple):
    """A date that was found. date: ISO 8601, of a year or month alone only so far."""

    date: str
    text: str
    """As it is written."""
    calendar: str = ""
    """`HIJRI`, or "" for ours."""


class Place(NamedTuple):
    """Where a date stands in a text, `text[start:end]`."""

    start: int
    end: int
    dated: Dated


def iso_date(value: object) -> str | None:
    """The date that a value means in ISO 8601, see `read_date`."""
    read = read_date(value)
    return read.date if read else None


def read_date(value: object) -> Dated | None:
    """The date that a value means, which is a date and nothing else; None if it is none."""
    if not isinstance(value, str) or len(value) > _MOST_CHARS:
        return None
    text = value.strip()
    folded = _IGNORED.sub("", text.translate(_FOLDED))
    if not folded[:1].isalnum():
        return None
    if year := _YEAR_OF_HIJRA.fullmatch(folded):
        return _of_hijra(int(year[1]), None, None, text)
    iso = _iso(folded) or _of_program(folded)
    if iso is not None:
        found: Dated | None = Dated(iso, text)
        if _FIRST_HIJRI <= int(iso[:4]) <= _LAST_HIJRI and len(iso) <= 10:
            found = _of_hijra(*_parts(iso), text)
        return found if found and is_plausible(found.date) else None
    return one_of(list(dates_in(text)), first=True)


def is_plausible(iso: str) -> bool:
    """Whether a document may be of that time: none is of a later one than in a year.

    The first day of all, and the first second of computers, stand for no date.
    """
    if iso.startswith(("0001-01-01", "1970-01-01T00:00:00")):
        return False
    return iso[:10] <= _latest(date.today())


@cache
def _latest(today: date) -> str:
    return date.fromordinal(today.toordinal() + _DAYS_AHEAD).isoformat()


def one_of(places: list[Place], *, first: bool = False) -> Dated | None:
    """The date that some places agree on; ours, where one of the Hijra stands beside it.

    first: take the first where they do not agree.
    """
    ours = [place.dated for place in places if not place.dated.calendar]
    chosen = ours or [place.dated for place in places]
    if not chosen or (len({dated.date for dated in chosen}) > 1 and not first):
        return None
    return chosen[0]


# --- values of programs

_YEAR_OF_HIJRA = re.compile(r"(\d{1,4})\s*(?:ه|هجري\w*|AH)")
_YEAR_OR_MONTH = re.compile(r"(\d{4})(?:[-/](\d{1,2}))?")
_YEAR_FIRST = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_OF_PDF = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([+-])(\d\d)'?(\d\d)?|Z)?.*")
_RFC_2822 = re.compile(r"(?:[A-Za-z]{3,9},?\s+)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d{1,2}:\d\d.*")


def _iso(text: str) -> str | None:
    """An ISO date, with the time if it tells one, in UTC if it has an offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _date_part(text)
    if len(text) <= 10:
        return moment.date().isoformat()
    return _in_utc(moment)


def _in_utc(moment: datetime) -> str:
    try:
        return (moment.astimezone(UTC) if moment.tzinfo else moment).isoformat()
    except OverflowError:  # of the first or last day that there is
        return moment.date().isoformat()


def _date_part(text: str) -> str | None:
    """A date with something after it, or a year, or a month of one."""
    short = _YEAR_OR_MONTH.fullmatch(text)
    found = short or _YEAR_FIRST.match(text)
    return _joined(*(int(part) for part in found.groups() if part)) if found else None


def _joined(year: int, month: int | None = None, day: int | None = None) -> str | None:
    """The parts in ISO 8601, as far as they are given; None where there is no such day."""
    try:
        whole = date(year, month or 1, day or 1).isoformat()
    except ValueError:
        return None
    return whole if day else whole[:7] if month else whole[:4]


def _parts(iso: str) -> tuple[int, int | None, int | None]:
    year, month, day = (*map(int, iso.split("-")), None, None)[:3]
    return year or 0, month, day


def _of_program(text: str) -> str | None:
    """A date of PDF, or of mail."""
    if found := _OF_PDF.fullmatch(text):
        return _of_pdf(found)
    if not _RFC_2822.fullmatch(text):
        return None
    from email.utils import parsedate_to_datetime

    try:
        return _in_utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError):
        return None


def _of_pdf(found: re.Match[str]) -> str | None:
    year, month, day, hour, minute, second, sign, hours, minutes = found.groups()
    whole = _joined(int(year), int(month or 0) or None, int(day or 0) or None)
    if not whole or not hour:
        return whole
    offset = f"{sign}{hours}:{minutes or '00'}" if sign else "+00:00" * ("Z" in found[0])
    return _iso(f"{whole}T{hour}:{minute or '00'}:{second or '00'}{offset}") or whole


# --- what people write

_BEFORE, _AFTER = r"(?<![\w/.-])", r"(?![\w])"
_ERA = r"(?:\s*(?P<era>ه|م|ميلادي\w*|هجري\w*|AH|CE|AD)(?![\w]))?"
_SEP = r"\s?(?P<sep>[-/._])\s?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er)?"
_YEAR = r"(?P<year>\d{3,4})"
_IN = r"(?:\s+(?:من|of|شهر|عام|سنه|لسنه|لعام))*"
_NAMES = (
    f"(?:(?P<ours>{months.pattern(months.GREGORIAN)})|(?P<theirs>{months.pattern(months.HIJRI)}))"
)
_SECOND = rf"(?:(?:\s*[/(،-]\s*|\s+)(?P<second>{months.pattern(months.GREGORIAN)})\s*\)?)?"
_WRITTEN = (
    rf"{_DAY}{_IN}\s*[-/]?\s*{_NAMES}{_SECOND}\s*[-/،,.]?{_IN}\s*{_YEAR}(?![\d/])",
    rf"(?P<ours>[a-zé]{{3,9}})\.?\s+{_DAY}\s*,?\s+(?P<year>\d{{4}})(?P<theirs>(?!))?(?P<second>(?!))?",
    rf"(?P<year>\d{{4}}){_SEP}(?P<month>\d{{1,2}})\s?(?P=sep)\s?(?P<day>\d{{1,2}})(?![\d])(?![-/.]\d)",
    rf"(?P<day>\d{{1,2}}){_SEP}(?P<month>\d{{1,2}})\s?(?P=sep)\s?(?P<year>\d{{4}})(?![\d])(?![-/.]\d)",
    rf"{_NAMES}{_SECOND}{_IN}\s*,?\s*{_YEAR}",
)  # fmt: skip
"""Forms of dates; the last is a month without a day."""

_OF_DAYS = range(len(_WRITTEN) - 1)

_BLANKS = re.compile(r"\s+")


@cache
def form(number: int) -> re.Pattern[str]:
    """What finds one of the forms; compiled when it is first needed, which takes up to 3 ms."""
    return re.compile(f"{_BEFORE}{_WRITTEN[number]}{_ERA}{_AFTER}", re.IGNORECASE)


def compile_forms() -> None:
    """Compile what days are found by, once for all processes that will be made of this one."""
    for number in _OF_DAYS:
        form(number)


def folded(text: str) -> tuple[str, list[int] | None]:
    """A text as dates are looked for in it, and where each of its characters stood; None: there."""
    same = text.translate(_FOLDED)
    if not _IGNORED.search(same):
        return same, None
    kept = [place for place, char in enumerate(same) if not _IGNORED.match(char)]
    return "".join(same[place] for place in kept), kept


def dates_in(text: str, *, months_alone: bool = True) -> Iterator[Place]:
    """The dates in a short text, in no particular order; months without a day if asked for."""
    plain, places = folded(text)
    taken: list[tuple[int, int]] = []
    for number in range(len(_WRITTEN)) if months_alone else _OF_DAYS:
        for match in form(number).finditer(plain):
            start, end = match.span()
            if any(start < other_end and other < end for other, other_end in taken):
                continue
            taken.append((start, end))
            if places is not None:
                start, end = places[start], places[end - 1] + 1
                while end < len(text) and _IGNORED.match(text[end]):  # the rest of هـ
                    end += 1
            dated = _meant(match.groupdict(), text[start:end])
            if dated is not None and is_plausible(dated.date):
                yield Place(start, end, dated)


def _meant(parts: dict[str, str | None], text: str) -> Dated | None:
    year, day = int(parts["year"] or 0), int(parts.get("day") or 0) or None
    era = (parts.get("era") or "").lower()
    of_hijra = era.startswith(("ه", "ah"))
    if parts.get("month"):
        month = int(parts["month"] or 0)
        if of_hijra or (not era and _FIRST_HIJRI <= year <= _LAST_HIJRI):
            return _of_hijra(year, month, day, text)
        return _of_ours(year if year >= 1700 or era else 0, month, day, text)
    if theirs := parts.get("theirs"):
        known = year >= 1000 or of_hijra  # رمضان 310 needs its sign
        return _of_hijra(year, _number(theirs, months.HIJRI), day, text) if known else None
    month = _number(parts["ours"] or "", months.GREGORIAN)
    second = parts.get("second")
    if of_hijra or (second and _number(second, months.GREGORIAN) != month):
        return None
    return _of_ours(year, month, day, text)


def _number(name: str, names: dict[str, int]) -> int:
    return names.get(_BLANKS.sub(" ", name.lower()), 0)


def _of_ours(year: int, month: int, day: int | None, text: str) -> Dated | None:
    if day and day <= 12 < month:
        month, day = day, month
    iso = _joined(year, month, day) if year >= _FIRST_YEAR and 1 <= month <= 12 else None
    return Dated(iso, text) if iso else None


def _of_hijra(year: int, month: int | None, day: int | None, text: str) -> Dated | None:
    """A month of the Hijra is ours that holds its middle, a year likewise."""
    whole = hijri.gregorian(year, month or 6, day or 15)
    if whole is None:
        return None
    iso = whole.isoformat()
    return Dated(iso if day else iso[:7] if month else iso[:4], text, HIJRI)
