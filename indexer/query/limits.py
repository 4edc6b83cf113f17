"""How large may a query be? All limits in one place; each is far beyond what a person writes.

What a query costs grows with its words, and with those that are compared with the whole dictionary
most of all. A larger one is refused with its limit rather than left to run for minutes.
"""

from __future__ import annotations

CHARACTERS = 200_000
"""Of a whole query."""

LETTERS = 1_000
"""Of one word, stars included."""

TERMS = 2_000
"""Different words, phrases and patterns in all; a phrase counts as many as its words."""

PATTERNS = 50
"""Different words with a star or ~, each of which is compared with the whole dictionary."""

DEPTH = 100
"""Brackets, signs and fields around one another."""

EDITS = 2
"""Letters by which a word may be misspelled."""

SLOP = 1_000_000
"""Words that may stand between those of a phrase."""

BOOST = 1_000.0
"""How many times a word may count; more is taken as this."""


def number(digits: str, limit: int) -> int:
    """The number that some digits write; of one above a limit, any number above it."""
    digits = digits.lstrip("0٠")
    return int(digits or 0) if len(digits) <= len(str(limit)) else limit + 1
