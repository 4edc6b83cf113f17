"""How is a small file read that a user names, or that lies in a folder of strangers? To a limit.

What is no regular file is refused before it is opened for good: a FIFO would be waited for, a
device never end. Where a user names the file, it may be a stream, as `<(…)` of a shell is; then the
limit ends it.
"""

from __future__ import annotations

import os
import stat

from indexer.errors import FahrasError

MIB = 1 << 20


def read_given(path: str, most_bytes: int, *, streams: bool = False) -> bytes:
    """All bytes of a file. `streams`: whether it may be a pipe or a device.

    Raises OSError as `os.open` does, and FahrasError, which names the path, for a file of another
    kind or of more than `most_bytes`.
    """
    waits = 0 if streams else getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | waits)
    with open(descriptor, "rb") as file:
        if not streams and not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FahrasError(f"{path}: not a regular file: put one in its place")
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise too_large(path, most_bytes)
    return data


def too_large(path: str, most_bytes: int) -> FahrasError:
    """What is said of a file of more bytes than are read."""
    return FahrasError(f"{path}: more than {most_bytes // MIB} MiB, the limit: make it smaller")
