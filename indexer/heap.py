"""How much memory does the C library keep, of what was freed, for the arrays to come?

Far too little for whoever makes arrays of some megabytes and lets them go all the time: each is
mapped anew and its pages are filled with zeros as they are touched, which took a tenth of the time
of a run.
"""

from __future__ import annotations

import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3  # glibc's malloc.h
_KEPT_BYTES = 32 << 20
_PAD_BYTES = 1 << 20
_MAPPED_BYTES = 8 << 20


def keep_freed_memory() -> None:
    """For a process of our own and those forked from it: keep up to 32 MiB for arrays up to 8.

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
