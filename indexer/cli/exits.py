"""What the exit codes mean, grep's meaning of them."""

from __future__ import annotations

from typing import Final

FOUND: Final = 0
"""Something was found, or the command did what it was asked."""

NOTHING: Final = 1
"""Nothing was found, and nothing went wrong."""

ERROR: Final = 2
"""Something went wrong, if only with some of the files."""

INTERRUPTED: Final = 130
"""Ended from the keyboard, as a shell reports it: 128 and the number of SIGINT."""


def of_signal(number: int) -> int:
    """Ended by a signal, as a shell reports it."""
    return 128 + number
