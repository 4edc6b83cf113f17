"""What became of the files? Asked in a child process, while this one imports what may answer next.

Looking at tens of thousands of files takes as long as importing numpy and Whoosh; on two cores
both are done at once. So the child is forked before either is imported, and by a command only: a
library's process may have threads, of which a fork keeps but one.

The child says at once when it meets the first file that changed, and the imports begin; where none
did, they never do. Its answer is the changes alone.

A look ahead is taken before the lock of the index is, so another writer may commit in between, and
files that it read or found gone would look deleted or new. Therefore the look counts only while
the catalogue is the one that the child compared with (`is_of`): then nobody has committed since
before it began, and it is as good as a look under the lock. Files that change after it are no other
matter than files that change after any look: the run says that it began when the look did, so the
next one finds another time, or reads what may hide in one tick of the clock.

Whatever goes wrong in the child is met again, and reported, by a look in this process.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from importlib import import_module
from typing import IO, NoReturn

from indexer.errors import FahrasError
from indexer.folder import catalogue as catalogues
from indexer.folder.catalogue import Catalogue
from indexer.folder.changes import Look, compared, look
from indexer.storage import location as storage
from indexer.storage.location import Location

Answer = tuple[int | None, dict[str, Look]]
"""When the catalogue that was compared with was written, and what each root showed, by its key."""

_NEEDED_TO_WRITE = (
    "indexer.codec.whoosh.engine",
    "indexer.codec.whoosh.writer",
    "indexer.extract.text",
)
_CHANGED, _AS_IT_WAS = b"+", b"="
"""The first byte of an answer: whether there is something to write, as far as was seen."""


class Ahead:
    """A child that looks at some roots. Close it: it is ended then, if need be, and waited for.

    paths: absolute; without any, all roots of the index.
    """

    def __init__(self, location: Location, paths: Sequence[str]) -> None:
        self.started, self.started_ns = time.perf_counter(), time.time_ns()
        self._pid = 0
        receiver, sender = os.pipe()
        self._answer = open(receiver, "rb")  # noqa: SIM115
        # the child is born deaf to Ctrl-C, which is its parent's business
        heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        with suppress(OSError):  # no process to be had: then there is no answer, as from a dead one
            self._pid = os.fork()
            if not self._pid:
                self._answer.close()  # so that writing to nobody ends the child
                _answer_and_end(location, paths, sender)
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)
        os.close(sender)  # so that the end of the child is the end of the pipe

    def is_of(self, catalogue: Catalogue) -> bool:
        """Whether nobody has committed since before the look; the caller holds the lock."""
        return self._seen[0] == catalogue.updated_ns

    def look(self, catalogue: Catalogue, root: str) -> Look:
        """What `changes.look` returns."""
        seen = self._seen[1].get(root)
        return look(catalogue, root) if seen is None else seen

    @cached_property
    def _seen(self) -> Answer:
        """What the child answers, once it does."""
        import pickle

        if self._answer.read(1) == _CHANGED:
            for name in _NEEDED_TO_WRITE:
                import_module(name)
        try:
            answer: Answer = pickle.load(self._answer)  # noqa: S301  our own child's
        except (OSError, EOFError, pickle.UnpicklingError):  # cut short: the child failed
            answer = None, {}
        return answer

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
    """Begin to look at what a run will look at: `paths`, or the roots of the index.

    None where there is no index yet, which is not for this file to report, or where processes do
    not fork.
    """
    if not hasattr(os, "fork"):
        return None
    try:
        location = storage.locate(index_dir or storage.find(start))
    except (FahrasError, OSError):
        return None
    return Ahead(location, [os.path.abspath(path) for path in paths])


def _answer_and_end(location: Location, paths: Sequence[str], sender: int) -> NoReturn:
    """What the child does."""
    code = 1
    try:
        with open(sender, "wb") as pipe:
            _compare_and_answer(location, paths, pipe)
        code = 0
    finally:
        os._exit(code)  # nothing of the parent's is flushed, closed or printed here


def _compare_and_answer(location: Location, paths: Sequence[str], pipe: IO[bytes]) -> None:
    """Compare with the catalogue that is there, be its generation committed or not."""
    import pickle

    first = _FirstByte(pipe)
    catalogue = catalogues.load(storage.newest_catalogue(location.data_dir))
    catalogue.take_home(location.home)
    roots = dict.fromkeys(map(catalogue.key, paths)) or catalogue.roots
    # kept until the answer is out: to free what was seen of all files takes its time
    comparisons = {root: compared(catalogue, root, first.changed) for root in roots}
    seen = {root: comparison.look() for root, comparison in comparisons.items()}
    first.send(_AS_IT_WAS)
    pickle.dump((catalogue.updated_ns, seen), pipe)
    pipe.flush()


class _FirstByte:
    """The first byte of an answer, which is sent once and as soon as it is known."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._is_sent = False

    def changed(self) -> None:
        """Say that there is something to write."""
        self.send(_CHANGED)

    def send(self, byte: bytes) -> None:
        """Send it, unless one was sent."""
        if not self._is_sent:
            self._pipe.write(byte)
            self._pipe.flush()
            self._is_sent = True
