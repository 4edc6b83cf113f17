"""Which names of one's own may fields have? `عنوان_رئيسي` for `title`, kept in an index.

A name is letters, digits and _, and begins with a letter; vowel marks and capitals are no matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from analyzers.normalizer import unmark
from indexer.errors import OptionError
from indexer.query.lexer import FILTER_FIELDS, TEXT_FIELDS

FIELDS = TEXT_FIELDS | FILTER_FIELDS
"""The fields by all names that they have in every index."""

MOST_ALIASES = 100
LONGEST_ALIAS = 64

_is_name = re.compile(r"[^\W\d_]\w*").fullmatch


def renamed(known: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """The known names with those wanted: fields by name, "" takes a name away.

    Raises OptionError for what is no name, no field, or the name of another field.
    """
    found = dict(known)
    for written, field in wanted.items():
        name = _checked(written)
        if field:
            found[name] = _field(field)
        elif found.pop(name, None) is None:
            raise OptionError(f"there is no name {written} to take away")
    if len(found) > MOST_ALIASES:
        raise OptionError(f"an index may have {MOST_ALIASES} names for its fields at most")
    return found


def _checked(written: str) -> str:
    name = unmark(written)
    if not _is_name(name) or len(name) > LONGEST_ALIAS:
        raise OptionError(
            f"{written!r} cannot name a field: give up to {LONGEST_ALIAS} letters, digits and _, "
            "a letter first"
        )
    if name in FIELDS:
        raise OptionError(f"{written} is a field of every index: choose another name")
    return name


def _field(written: str) -> str:
    field = FIELDS.get(unmark(written))
    if field is None:
        known = ", ".join(dict.fromkeys(FIELDS.values()))
        raise OptionError(f"there is no field {written}: it may be {known}")
    return field
