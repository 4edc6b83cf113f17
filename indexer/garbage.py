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


def set_apart() -> None:
    """For a forked process: what it came with is never searched, and so stays shared memory."""
    gc.freeze()
