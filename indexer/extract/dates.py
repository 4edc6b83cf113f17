"""The date that a document gives for itself. Only ISO dates are read; nothing is guessed."""

from __future__ import annotations

import re
from datetime import date, datetime

_EASTERN_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})")


def iso_date(value: object) -> str | None:
    """`value` as an ISO 8601 date, with the time if it tells one; None if it is no such date.

    Texts so written sort in order of time (within a zone), which is what dates are kept for.
    """
    if not isinstance(value, str):
        return None
    text = value.strip().translate(_EASTERN_DIGITS)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _date_part(text)
    return moment.isoformat() if len(text) > 10 else moment.date().isoformat()


def _date_part(text: str) -> str | None:
    found = _YEAR_FIRST.match(text)
    if not found:
        return None
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        return None
