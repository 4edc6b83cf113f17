"""When are reference cycles looked for, while very many objects are made? Seldom.

Each search for cycles goes through everything that was made since, and now and then through all
there is; whoever makes a hundred thousand objects that stay pays for it many times. Cycles are
still found, parse trees of web pages among them, only later.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS_BETWEEN = 50_000
_OBJECTS_BETWEEN_IN_A_COMMAND = 200_000


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for cycles every 50,000 objects instead of every few hundred."""
    before = gc.get_threshold()
    if before[0] == 0 or before[0] >= _OBJECTS_BETWEEN:
        yield
        return
    gc.set_threshold(_OBJECTS_BETWEEN, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def collect_seldom() -> None:
    """For a process of our own: look for cycles every 200,000 objects from here on.

    What imports make stays, and so does what is known of some ten thousands of files.
    """
    gc.set_threshold(_OBJECTS_BETWEEN_IN_A_COMMAND, *gc.get_threshold()[1:])


def set_apart() -> None:
    """What there is now is never searched again.

    For a forked process: what it came with stays shared memory.
    """
    gc.freeze()
