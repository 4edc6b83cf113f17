"""How are the files of an index opened, when whoever made the index may not be trusted?

An index comes with a folder that was copied or unpacked, so each of its files is what it should be,
a regular file in its place, or is refused: a link would lead out of the folder, a FIFO or a device
would never end. What is written is a new file, never one that was there.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from indexer.errors import IndexCorruptError

_FLAGS = ("O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
_ALWAYS = sum(getattr(os, flag, 0) for flag in _FLAGS)
"""What each of these systems has of them: Windows the last one only."""


def open_own(path: str, flags: int = os.O_RDONLY, *, size_limit: int | None = None) -> int:
    """A descriptor of a regular file of an index; new ones are their owner's alone.

    Raises IndexCorruptError for a link, for what is no regular file, and for one of more than
    `size_limit` bytes; else OSError as `os.open` does.
    """
    try:
        descriptor = os.open(path, flags | _ALWAYS, 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP or (error.errno == errno.ENXIO and flags & os.O_WRONLY):
            raise _no_regular_file(path) from error
        raise
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise _no_regular_file(path)
    if size_limit is not None and status.st_size > size_limit:
        os.close(descriptor)
        raise IndexCorruptError(f"{path} is damaged: it is too long ({status.st_size:,} bytes)")
    return descriptor


def read_own(path: str, size_limit: int) -> bytes:
    """All of a file of an index. Raises as `open_own` does."""
    with open(open_own(path, size_limit=size_limit), "rb") as file, naming(path):
        return file.read(size_limit + 1)


@contextmanager
def naming(path: str) -> Iterator[None]:
    """Errors of a file that is open already do not name it; the user must know which disk it is."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or path
        raise


def create_own(path: str) -> int:
    """A descriptor of a new, empty file in the place of whatever bore the name, a link included."""
    with suppress(FileNotFoundError):
        os.unlink(path)
    return open_own(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)


def _no_regular_file(path: str) -> IndexCorruptError:
    return IndexCorruptError(f"{path} is damaged: it is a link or a device, not a file")
