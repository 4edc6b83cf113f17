"""Compare the files with the catalogue in a child process while this one imports its modules.

Examining tens of thousands of files takes as long as importing numpy and Whoosh; on two cores both
can happen at once. So the child is forked before either is imported, and only by a command: the
process of a library may have threads, of which a fork keeps only one.

The child reports the first changed file at once, and the imports begin; if nothing changed, they
never do. Its answer contains only the changes.

The child looks before the lock of the index is taken, so another writer may commit in between, and
files that it added or removed would then seem deleted or new. Therefore the result counts only if
the catalogue is still the one that the child compared with (`is_of`): then nothing was committed
since before the child began, and its result is as good as one under the lock. Files that change
afterwards are like files that change after any look: the run records the time when the look began
as its own start, so the next run finds a later time, or reads files that may have changed within
one tick of the clock.

Whatever fails in the child will fail again, and be reported, when this process looks.
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
from indexer.folder.catalogue import Catalogue
from indexer.folder.changes import Look, compared, look
from indexer.folder.choices import Choose
from indexer.storage import location as storage
from indexer.storage.location import Location

Answer = tuple[int | None, dict[str, Look]]
"""When the catalogue of the comparison was written, and the result for each root by its key."""

_NEEDED_TO_WRITE = (
    "indexer.codec.whoosh.engine",
    "indexer.codec.whoosh.writer",
    "indexer.extract.text",
)
_CHANGED, _AS_IT_WAS = b"+", b"="
"""The first byte of an answer: whether there is anything to write, as far as is known."""


class Ahead:
    """A child that examines some roots. It must be closed, which ends it if necessary and waits.

    paths: absolute; if empty, all roots of the index.
    """

    def __init__(
        self, location: Location, paths: Sequence[str], choose: Choose | None = None
    ) -> None:
        self.started, self.started_ns = time.perf_counter(), time.time_ns()
        self._pid = 0
        receiver, sender = os.pipe()
        self._answer = open(receiver, "rb")  # noqa: SIM115
        # the child ignores Ctrl-C: its parent handles it
        heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        with suppress(
            OSError
        ):  # no process could be made: then there is no answer, as from a dead child
            self._pid = os.fork()
            if not self._pid:
                self._answer.close()  # so that a write without a reader ends the child
                _answer_and_end(location, paths, choose, sender)
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)
        os.close(sender)  # so that the end of the child is the end of the pipe

    def is_of(self, catalogue: Catalogue) -> bool:
        """Whether nothing was committed since before the look; the caller holds the lock."""
        return self._seen[0] == catalogue.updated_ns

    def look(self, catalogue: Catalogue, root: str) -> Look:
        """What `changes.look` returns."""
        seen = self._seen[1].get(root)
        return look(catalogue, root) if seen is None else seen

    @cached_property
    def _seen(self) -> Answer:
        """The child's answer; waits for it."""
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
        """End the child, which has nothing to save, and leave no zombie."""
        self._answer.close()
        if self._pid:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)
            self._pid = 0


def look_ahead(
    start: str, paths: Sequence[str], index_dir: str | None, choose: Choose | None = None
) -> Ahead | None:
    """Begin to examine what a run will examine: `paths`, or the roots of the index.

    None if there is no index yet, which others report, or if processes cannot fork.
    """
    if not hasattr(os, "fork"):
        return None
    try:
        location = storage.locate(storage.named(index_dir) if index_dir else storage.find(start))
    except (FahrasError, OSError):
        return None
    return Ahead(location, [os.path.abspath(path) for path in paths], choose)


def _answer_and_end(
    location: Location, paths: Sequence[str], choose: Choose | None, sender: int
) -> NoReturn:
    """The work of the child: compare, answer, end."""
    code = 1
    try:
        with open(sender, "wb") as pipe:
            _compare_and_answer(location, paths, choose, pipe)
        code = 0
    finally:
        os._exit(code)  # flushes, closes and prints nothing of the parent's


def _compare_and_answer(
    location: Location, paths: Sequence[str], choose: Choose | None, pipe: IO[bytes]
) -> None:
    """Compare with the catalogue on disk, whether its generation is committed or not."""
    import pickle

    first = _FirstByte(pipe)
    catalogue = storage.load_catalogue(location)
    said = catalogue.said
    if choose is not None:
        catalogue.choose(choose(catalogue.choices))
    some = dict.fromkeys(map(catalogue.key, paths))
    roots = some if some and catalogue.said == said else catalogue.roots
    # kept until the answer is sent, because freeing the data of all files takes time
    comparisons = {root: compared(catalogue, root, first.changed) for root in roots}
    seen = {root: comparison.look() for root, comparison in comparisons.items()}
    first.send(_AS_IT_WAS)
    pickle.dump((catalogue.updated_ns, seen), pipe)
    pipe.flush()


class _FirstByte:
    """The first byte of an answer, sent once, as soon as it is known."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._is_sent = False

    def changed(self) -> None:
        """Report that there is something to write."""
        self.send(_CHANGED)

    def send(self, byte: bytes) -> None:
        """Send the byte unless one was already sent."""
        if not self._is_sent:
            self._pipe.write(byte)
            self._pipe.flush()
            self._is_sent = True
