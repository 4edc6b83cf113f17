"""Open the files of an index that may come from someone untrusted.

An index may come with a folder that was copied or unpacked, so each of its files must be a regular
file in its place, or is refused: a link could lead out of the folder, a FIFO or a device might
never end. Writing always makes a new file and never uses an existing one.
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
"""Those of these flags that the system has; Windows has only the last one."""


def open_own(path: str, flags: int = os.O_RDONLY, *, size_limit: int | None = None) -> int:
    """A descriptor of a regular file of an index; new files are private to their owner.

    Raises IndexCorruptError for a link, for anything but a regular file, and for a file of more
    than `size_limit` bytes; otherwise OSError as `os.open` does.
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
    """The content of a file of an index. Raises as `open_own` does."""
    with open(open_own(path, size_limit=size_limit), "rb") as file, naming(path):
        # room is made for as much as is asked for, so only for what there is
        return file.read(min(size_limit, os.fstat(file.fileno()).st_size) + 1)


@contextmanager
def naming(path: str) -> Iterator[None]:
    """Add the path to errors of an open file, so that the user knows which disk is meant."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or path
        raise


def create_own(path: str) -> int:
    """A descriptor of a new, empty file; it replaces whatever had the name, even a link."""
    with suppress(FileNotFoundError):
        os.unlink(path)
    return open_own(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)


def _no_regular_file(path: str) -> IndexCorruptError:
    return IndexCorruptError(f"{path} is damaged: it is a link or a device, not a file")
