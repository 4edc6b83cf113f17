"""What do the files look like? Asked in a child process, while this one imports what answers next.

To look at some ten thousands of files takes as long as to import numpy and Whoosh; on two cores
both are done at once. So the child is forked before either is imported, and by a command only: a
library's process may have threads, of which a fork keeps but one.

A look ahead is taken before the lock of the index is, so another writer may commit in between, and
files that it read or found gone would look deleted or new. Therefore the look counts only while
the catalogue is the one that named the roots (`is_of`): then nobody has committed since before it
began, and it is as good as a look under the lock. Files that change after it are no other matter
than files that change after any look: the run says that it began when the look did, so the next
one finds another time, or reads what may hide in one tick of the clock.

Whatever goes wrong in the child is met again, and reported, by a look in this process.
"""

from __future__ import annotations

import fcntl
import marshal
import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Any, NoReturn

from zstandard import ZstdCompressor, ZstdDecompressor, ZstdError

from indexer import scan, storage
from indexer.catalogue import Catalogue, head_of
from indexer.errors import FahrasError
from indexer.reports import FileProblem
from indexer.scan import Walk

_PIPE_BYTES = 1 << 20
"""The most that Linux gives without asking for more rights."""


class Ahead:
    """A child that walks over some roots. Close it: it is ended then, if need be, and waited for.

    updated_ns: which catalogue named the roots, by the time in it, which each commit sets anew.
    """

    def __init__(self, roots: Sequence[str], updated_ns: int) -> None:
        self.started, self.started_ns = time.perf_counter(), time.time_ns()
        self._roots = list(roots)
        self._updated_ns = updated_ns
        self._seen: dict[str, Walk] | None = None
        self._pid = 0
        self._answer, sender = _pipe()
        # the child is born deaf to Ctrl-C, which is its parent's business
        heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        with suppress(OSError):  # no process to be had: then there is no answer, as from a dead one
            self._pid = os.fork()
            if not self._pid:
                _answer_and_end(self._roots, self._answer, sender)
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)
        sender.close()  # so that the end of the child is the end of the pipe

    def is_of(self, catalogue: Catalogue) -> bool:
        """Whether nobody has committed since before the walk; the caller holds the lock."""
        return catalogue.updated_ns == self._updated_ns

    def walk(self, root: str) -> Walk:
        """What `scan.walk` returns or raises."""
        if self._seen is None:
            self._seen = self._received()
            self.close()
        seen = self._seen.get(root)
        return scan.walk(root) if seen is None else seen

    def _received(self) -> dict[str, Walk]:
        try:
            answer = ZstdDecompressor().decompress(self._answer.read())
            walks = map(_unpacked, marshal.loads(answer))  # noqa: S302  our own child's
            return dict(zip(self._roots, walks, strict=True))
        except (OSError, ZstdError):  # cut short: the child failed
            return {}

    def __enter__(self) -> Ahead:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child, which has nothing to lose, and leave no zombie."""
        self._answer.close()
        if self._pid:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)
            self._pid = 0


def look_ahead(start: str, paths: Sequence[str], index_dir: str | None) -> Ahead | None:
    """Begin to walk over what a run will walk over: `paths`, or the roots of the index.

    None where there is no index that can be updated, which is not for this file to report, or
    none that was ever filled, or where processes do not fork.
    """
    if not hasattr(os, "fork"):
        return None
    try:
        location = storage.read(index_dir or storage.find(start))
        head = head_of(storage.newest_catalogue(location.data_dir))
        known = Catalogue(location.home, head["roots"], updated_ns=head["updated_ns"])
        roots = [known.key(os.path.abspath(path)) for path in paths] or known.roots
        return Ahead([*map(known.absolute, roots)], known.updated_ns) if known.updated_ns else None
    except (FahrasError, OSError, ValueError, LookupError, TypeError):
        return None


def _pipe() -> tuple[IO[bytes], IO[bytes]]:
    """Both ends of a pipe that holds an answer whole: handed over in pieces, each costs a switch.

    One of 30,000 files is 230 kB.
    """
    receiver, sender = os.pipe()
    with suppress(AttributeError, OSError):  # Linux alone lets it grow
        fcntl.fcntl(sender, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return open(receiver, "rb"), open(sender, "wb")


def _answer_and_end(roots: list[str], answer: IO[bytes], sender: IO[bytes]) -> NoReturn:
    """What the child does."""
    code = 1
    try:
        answer.close()  # so that nobody reads once the parent is gone, and writing ends the child
        seen = marshal.dumps([_packed(scan.walk(root)) for root in roots])
        sender.write(ZstdCompressor(level=1).compress(seen))
        sender.flush()
        code = 0
    finally:
        os._exit(code)  # nothing of the parent's is flushed, closed or printed here


def _packed(seen: Walk) -> tuple[Any, ...]:
    """A walk in what `marshal` knows, without its rule, which nobody asks after the walk."""
    problems = list(map(tuple, seen.problems))
    return seen.root, seen.files, dict(seen.skipped), problems, seen.unreadable


def _unpacked(packed: tuple[Any, ...]) -> Walk:
    root, files, skipped, problems, unreadable = packed
    told = [FileProblem(*problem) for problem in problems]
    return Walk(root, files, Counter(skipped), told, unreadable)
