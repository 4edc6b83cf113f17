"""How a process of ours treats memory: when it looks for reference cycles, and what it keeps.

A command makes a hundred thousand objects that stay; each search for cycles goes through all of
them. And it makes and frees arrays of some megabytes all the time: the C library would map each
one again and fill its pages with zeros, which took a tenth of an index run.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS_BETWEEN = 50_000
_OBJECTS_BETWEEN_IN_A_COMMAND = 200_000
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3  # glibc's malloc.h
_KEPT_BYTES = 32 << 20
_PAD_BYTES = 1 << 20
_MAPPED_BYTES = 8 << 20


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
    """For a process of our own: look for cycles every 200,000 objects from here on."""
    gc.set_threshold(_OBJECTS_BETWEEN_IN_A_COMMAND, *gc.get_threshold()[1:])


def set_apart() -> None:
    """Never search again what exists now.

    For a forked process: memory that it shares with its parent stays shared.
    """
    gc.freeze()


def keep_freed_memory() -> None:
    """For a process of our own and those forked from it: keep up to 32 MiB for arrays up to 8 MiB.

    Does nothing where the C library is not glibc.
    """
    if sys.platform != "linux":
        return
    import ctypes  # numpy imports it, too

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_TOP_PAD, _PAD_BYTES)
        mallopt(_MMAP_THRESHOLD, _MAPPED_BYTES)
