"""Which day of ours is a day of the Hijra?

For the years 1343 to 1500 (1924 to 2077) it is the calendar of Umm al-Qura, which is printed on
letters and newspapers, from the tables of `hijridate`; before, the tabular calendar with the leap
years 2, 5, 7, 10, 13, 16, 18, 21, 24, 26 and 29 of 30, which is a day or two off at times. A month
of 29 days may have a 30th: where the moon decides, it does. Source of the formula: Reingold and
Dershowitz, Calendrical Calculations, chapter 7.
"""

from __future__ import annotations

from datetime import date

_TABLES = range(1343, 1501)
_EPOCH = date(622, 7, 19).toordinal()
"""1 Muharram 1 in the Gregorian calendar, as ISO 8601 extends it."""


def gregorian(year: int, month: int, day: int) -> date | None:
    """The day in the Gregorian calendar; None for one that no month of the Hijra has."""
    if year < 1 or year > _TABLES[-1] or not (1 <= month <= 12 and 1 <= day <= 30):
        return None
    if year not in _TABLES:
        return _tabular(year, month, day)
    from hijridate import Hijri

    counted = min(day, 28)  # some months of the table have no more days, the next has 31
    try:
        known = Hijri(year, month, counted).to_gregorian()
    except (ValueError, OverflowError):
        return None
    return date.fromordinal(known.toordinal() + day - counted)


def _tabular(year: int, month: int, day: int) -> date:
    months = 29 * (month - 1) + month // 2  # 30 and 29 days in turn, the first has 30
    return date.fromordinal(_EPOCH - 1 + 354 * (year - 1) + (3 + 11 * year) // 30 + months + day)
