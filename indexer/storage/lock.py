"""The lock for writing to an index, and the messages for errors when it cannot be written.

Who holds the lock stands in its file, for the message to others, until the lock is released:
process, host, and since when, as in `1234 nas 2026-11-28T12:03:04+00:00`. What a killed process
left there is never asked for, because nobody holds its lock.
"""

from __future__ import annotations

import errno
import os
import platform
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from analyzers.late import late
from indexer.errors import IndexCorruptError, IndexLockedError, IndexNotWritableError, Remedy
from indexer.storage import durable
from indexer.storage.location import LOCK_NAME, exists
from indexer.storage.untrusted import naming, open_own

LOCK_WAIT_S = 2.0
"""How long to wait for another writer, if nobody says; many are done by then."""

_POLL_S = 0.05

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
"""What file systems without flock answer, as some of the network do."""

_HOLDER_BYTES = 512
_HOLDER = late(r"(?a)(\d{1,10}) ([\w.-]{1,255}) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\+00:00\n")


class Lock:
    """The right to write to an index, from construction until `release`.

    The lock is the system's (flock): it ends when its process ends, for whatever reason, together
    with any children that inherited it. Its file is made before all others and never removed.
    Raises IndexLockedError if another process holds it for longer than `wait_s` (`LOCK_WAIT_S` if
    that is None), and IndexNotWritableError if it cannot be made.
    """

    def __init__(self, index_dir: str, wait_s: float | None = None) -> None:
        self._is_held = False
        with writing(index_dir):
            durable.make_folders(index_dir)
            self._descriptor = _opened(os.path.join(index_dir, LOCK_NAME))
        try:
            with naming(index_dir):
                self._wait(index_dir, LOCK_WAIT_S if wait_s is None else wait_s)
            self._is_held = True
            with suppress(OSError):  # only messages need it
                os.ftruncate(self._descriptor, 0)
                os.pwrite(self._descriptor, _holder_now(), 0)
        except BaseException:
            self.release()
            raise

    def _wait(self, index_dir: str, wait_s: float) -> None:
        """Take the lock; raise IndexLockedError if another process keeps it for too long."""
        import fcntl  # not on Windows, where an index can be read

        deadline = time.monotonic() + wait_s
        while True:
            try:
                return fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise IndexLockedError(
                        f"another fahras{_holder(self._descriptor)} is writing to {index_dir}: "
                        "wait until it is done"
                    ) from error
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise
                raise IndexNotWritableError(
                    f"the file system of {index_dir} keeps no locks ({error.strerror}), so that "
                    "two runs could write at once: keep the index on a disk of this machine",
                    remedy=Remedy("move_index", index_dir),
                ) from error
            time.sleep(_POLL_S)

    def release(self) -> None:
        """Let others write. Errors are ignored, because the work is already done."""
        with suppress(OSError):
            if self._is_held:
                os.ftruncate(self._descriptor, 0)
        self._is_held = False
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


def _holder_now() -> bytes:
    host = re.sub(r"[^\w.-]", "-", platform.node())[:255] or "-"
    return (
        f"{os.getpid()} {host} {time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime())}+00:00\n".encode()
    )


def _holder(descriptor: int) -> str:
    """Who holds a lock, as part of a sentence: what the system tells (Linux does) and its file.

    Where the two disagree, the file is that of somebody else who was killed.
    """
    told = _process_of(descriptor)
    text = ""
    with suppress(OSError):
        text = os.pread(descriptor, _HOLDER_BYTES, 0).decode("utf-8", "replace")
    said = _HOLDER.fullmatch(text)
    if said is None or told not in ("", "0", said[1]):
        return f" (process {told})" if told.strip("0") else ""
    process, host, since = said.groups()
    return f" (process {process} on {host} since {since.replace('T', ' ')} UTC)"


def _process_of(descriptor: int) -> str:
    """The process that holds a lock, if the system tells; 0 or "" if it does not.

    A line of /proc/locks: "1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF".
    """
    status = os.fstat(descriptor)
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}"
    with suppress(OSError), open("/proc/locks", encoding="ascii") as locks:
        for line in locks:
            words = line.split()
            if words[1] == "FLOCK" and words[5] == f"{device}:{status.st_ino}":
                return words[4]
    return ""


@contextmanager
def writing(index_dir: str) -> Iterator[None]:
    """Turn disk errors into IndexNotWritableError, which says what they mean for the index."""
    place = os.path.abspath(index_dir)
    try:
        yield
    except OSError as error:
        if error.errno in _FULL or _is_below(error.filename, place):
            remedy = Remedy("move_index", place)
            raise IndexNotWritableError(_refusal(error, place), remedy=remedy) from error
        raise


def _refusal(error: OSError, place: str) -> str:
    """What a disk error means for the index in `place`, and what to do about it."""
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
        advice = "check the disk"
    return f"{problem}; {outcome}: {advice}, or keep it elsewhere"


def _is_below(path: object, folder: str) -> bool:
    name = os.path.abspath(os.fsdecode(path)) if isinstance(path, str | bytes) else ""
    return name == folder or name.startswith(folder + os.sep)
