"""Who may write to an index, and what is said where nobody can?"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from indexer.errors import IndexCorruptError, IndexLockedError, IndexNotWritableError, Remedy
from indexer.storage import durable
from indexer.storage.location import LOCK_NAME, exists
from indexer.storage.untrusted import naming, open_own

LOCK_WAIT_S = 2.0
"""So long is waited for another writer: many are done by then."""

_POLL_S = 0.05

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}


class Lock:
    """The right to write to an index, from its making until `release`.

    The lock is the system's (flock): it ends with its process, however that ends, and with the
    children that inherited it. Its file is made before everything else and never removed. Raises
    IndexLockedError where another process holds it for longer than `LOCK_WAIT_S`, and
    IndexNotWritableError where there can be no lock.
    """

    def __init__(self, index_dir: str) -> None:
        with writing(index_dir):
            durable.make_folders(index_dir)
            self._descriptor = _opened(os.path.join(index_dir, LOCK_NAME))
        try:
            with naming(index_dir):
                self._wait(index_dir)
        except BaseException:
            self.release()
            raise

    def _wait(self, index_dir: str) -> None:
        import fcntl  # not on Windows, where an index can be read

        deadline = time.monotonic() + LOCK_WAIT_S
        while True:
            try:
                return fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise IndexLockedError(
                        f"another fahras{_holder(self._descriptor)} is writing to {index_dir}: "
                        "wait until it is done"
                    ) from error
            time.sleep(_POLL_S)

    def release(self) -> None:
        """Let others write; what was done is done, so errors are of no interest any more."""
        with suppress(OSError):
            os.close(self._descriptor)
        self._descriptor = -1

    def __del__(self) -> None:
        if getattr(self, "_descriptor", -1) >= 0:
            self.release()


def _opened(path: str) -> int:
    try:
        return open_own(path, os.O_RDWR | os.O_CREAT)
    except IndexCorruptError as error:  # which a rebuild needs too
        raise IndexNotWritableError(f"{path} is a link or a device: remove it") from error


def _holder(descriptor: int) -> str:
    """Which process holds a lock, where the system tells (Linux does), to be put into a sentence.

    A line of /proc/locks: "1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF".
    """
    status = os.fstat(descriptor)
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}"
    with suppress(OSError), open("/proc/locks", encoding="ascii") as locks:
        for line in locks:
            words = line.split()
            if words[1] == "FLOCK" and words[5] == f"{device}:{status.st_ino}":
                return f" (process {words[4]})"
    return ""


@contextmanager
def writing(index_dir: str) -> Iterator[None]:
    """Say, of errors of the disk that the index lies on, what they mean for the index."""
    place = os.path.abspath(index_dir)
    try:
        yield
    except OSError as error:
        if error.errno in _FULL or _is_below(error.filename, place):
            remedy = Remedy("move_index", place)
            raise IndexNotWritableError(_refusal(error, place), remedy=remedy) from error
        raise


def _refusal(error: OSError, place: str) -> str:
    outcome = "it is as it was" if exists(place) else "nothing was indexed"
    if error.errno in _FULL:
        problem, advice = f"no room to write the index in {place} ({error.strerror})", "make room"
    elif error.errno in _REFUSED:
        problem = f"the index in {place} cannot be written to ({error.strerror})"
        advice = "change its mode"
        outcome = "it can still be searched" if exists(place) else outcome
    else:
        name = os.fsdecode(error.filename)
        problem = f"the index in {place} cannot be written ({name}: {error.strerror})"
        advice = "see to the disk"
    return f"{problem}; {outcome}: {advice}, or keep it elsewhere"


def _is_below(path: object, folder: str) -> bool:
    name = os.path.abspath(os.fsdecode(path)) if isinstance(path, str | bytes) else ""
    return name == folder or name.startswith(folder + os.sep)
