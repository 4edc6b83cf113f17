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
from typing import Any

_OBJECTS_BETWEEN = 50_000
_OBJECTS_BETWEEN_IN_A_COMMAND = 200_000
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3  # glibc's malloc.h
_PAD_BYTES = 1 << 20
_PAGE_BYTES = 2 << 20
_MADV_HUGEPAGE = 14  # Linux's mman.h


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
    glibc = _glibc()
    if glibc is not None:
        _keep(glibc, freed=32 << 20, pad=_PAD_BYTES, alone=8 << 20)


def take_large_pages() -> None:
    """For a process that answers: take up to 64 MiB of memory in pages of 2 MiB, and keep it.

    Much of what the arrays of a first search cost is that the system gives each page of 4 KiB by
    itself. It gives what is used, not all of it.
    Does nothing where the C library is not glibc, or the system has no such pages, or allows only
    so much memory: then room that is not used would be missing.
    """
    glibc = _glibc()
    if glibc is None or _is_limited():
        return
    from ctypes import c_size_t, c_void_p

    _keep(glibc, freed=128 << 20, pad=64 << 20, alone=32 << 20)
    glibc.sbrk.restype = glibc.malloc.restype = c_void_p
    start = glibc.sbrk(0)
    glibc.free(c_void_p(glibc.malloc(c_size_t(_PAD_BYTES))))
    end = glibc.sbrk(0)
    first = start + -start % _PAGE_BYTES
    if first < end:
        glibc.madvise(c_void_p(first), c_size_t(end - first), _MADV_HUGEPAGE)


def _keep(glibc: Any, *, freed: int, pad: int, alone: int) -> None:
    """Keep up to `freed` bytes, take `pad` more than is asked for, map arrays from `alone` on."""
    glibc.mallopt(_TRIM_THRESHOLD, freed)
    glibc.mallopt(_TOP_PAD, pad)
    glibc.mallopt(_MMAP_THRESHOLD, alone)


def _is_limited() -> bool:
    import resource

    kinds = (resource.RLIMIT_AS, resource.RLIMIT_DATA)
    return any(resource.getrlimit(kind)[0] != resource.RLIM_INFINITY for kind in kinds)


def _glibc() -> Any:
    """The C library of this process if it is glibc."""
    if sys.platform != "linux":
        return None
    import ctypes  # numpy imports it, too

    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") else None
