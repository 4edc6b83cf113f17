"""Of which day is a document by its file name, or by a line at its beginning?

`origin` asks only where there is a year.
"""

from __future__ import annotations

import re

from indexer.extract.dates import Dated, Place, dates_in, folded, one_of, read_date

# --- names of files

_BETWEEN = re.compile(
    r"(?<!\d)_|_(?!\d)|(?<=[^\W\d_])[-.](?=\d)|(?<=\d)[-.](?=[^\W\d_])"
    r"|(?<=\d{4}[-.]\d\d[-.]\d\d)_(?=\d{4,6}(?!\d))"
)
"""What stands between words, not within a date."""

_NUMERIC = re.compile(
    r"(?:(?<![\w])|(?<=_)|(?<![^\W_])(?P<word>[A-Z][A-Za-z]{1,9}))"
    r"(?P<year>1[0-9]{3}|20[0-9]{2})(?P<month>[01][0-9])(?P<day>[0-3][0-9])(?=T?[0-9]{0,6}(?:[\W_]|$))"
)
_MONTHLY = re.compile(
    r"(?:(?<!\w)|(?<=_))(?P<year>(?:19|20)\d\d)[-_.](?P<month>0[1-9]|1[0-2])(?![\w]|[-.]\d)"
)


def of_name(stem: str) -> Dated | None:
    """The date in a name without its ending; None where it holds several, or none that is clear."""
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

_NEW_ERA = 1990
_TWO_NUMBERS = re.compile(r"\d\D+\d")
"""A day and a year."""

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


def of_line(line: str, *, most: int, is_first: bool) -> Dated | None:
    """The date of a line that is a dateline.

    most: characters of a line that says nothing else. is_first: whether the line opens the text.
    """
    start = line[:most]
    if not _TWO_NUMBERS.search(start):  # most often the year of something that is told
        return None
    places = sorted(dates_in(start, months_alone=False))
    if not places:
        return None
    first, last = places[0], places[-1]
    rest = [word for word in _words(_without(start, places)) if word not in _PLAIN_WORDS]
    before = _words(start[: first.start])
    joined = _JOINING.search(folded(start[: first.start])[0]) is not None
    is_whole = len(line) <= most
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
