"""Build segments in several processes, safely even if one of them dies.

Each worker takes units of work until none is left, collects their documents and writes segments of
its own into the index's folder, or sends them to a cluster; only the parent commits. Nothing is
shared except a counter and one pipe per worker. A worker that fails or dies fails the whole build:
the others are ended, and what was written is removed.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from indexer.codec.build.series import Made, Read, Series, Unit, build_here
from indexer.errors import FahrasError, Remedy
from indexer.process import set_apart

MESSAGES_AT_ONCE = 128
"""Messages that a worker sends at a time: waking the parent costs more than the messages."""

TICK_S = 5
"""How often whoever waits for the workers does something else."""

LONGEST_WAIT_S = 0.2
"""Messages wait no longer than this for others, if another one comes; an urgent one (`is_urgent`)
goes at once."""


class BuildError(FahrasError):
    """A worker process could not do its part."""


def build_with(
    workers: int,
    begin: Callable[[], Series[Made]],
    units: Sequence[Unit],
    read: Read[Unit],
    tell: Callable[[Any], None],
    tick: Callable[[], None] | None = None,
) -> list[Made]:
    """What this many worker processes make from the units; see `build_here`.

    begin: called in each of them. tick: called here every few seconds meanwhile.
    """
    crew = _Crew(workers)
    try:
        crew.start(_work, (begin, units, read))
        made: list[Made] = list(crew.results(tell, tick))
    except BaseException:
        crew.end()
        raise
    crew.join()
    return made


class _Crew:
    """The worker processes of one build."""

    def __init__(self, size: int) -> None:
        self._context = multiprocessing.get_context("fork")
        self._next_unit = self._context.Value("q", 0)
        self._size = size
        self._receivers: list[Any] = []
        self._processes: list[Any] = []

    def start(self, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        for _ in range(self._size):
            receiver, sender = self._context.Pipe(duplex=False)
            process = self._context.Process(
                target=work, args=(sender, self._next_unit, *arguments), daemon=True
            )
            with warnings.catch_warnings():
                # Python 3.12 warns of fork where numpy has started threads of its own. Those idle
                # and hold no lock that a worker needs: workers do no linear algebra.
                warnings.simplefilter("ignore", DeprecationWarning)
                process.start()
            self._processes.append(process)
            self._receivers.append(receiver)
            sender.close()  # so that the end of the process is the end of the pipe

    def results(
        self, tell: Callable[[Any], None], tick: Callable[[], None] | None
    ) -> Iterator[Any]:
        """What all workers made; passes their messages on meanwhile."""
        open_pipes = list(self._receivers)
        while open_pipes:
            if tick is not None:
                tick()
            for pipe in list(wait(open_pipes, None if tick is None else TICK_S)):
                kind, content = _received(pipe)
                if kind == "messages":
                    for message in content:
                        tell(message)
                elif kind == "made":
                    yield from content
                    open_pipes.remove(pipe)
                else:
                    raise content

    def end(self) -> None:
        """End the workers that still run."""
        for process in self._processes:
            process.terminate()
        self.join()

    def join(self) -> None:
        for process in self._processes:
            process.join()
        for receiver in self._receivers:
            receiver.close()


def _received(pipe: Any) -> tuple[str, Any]:
    try:
        kind, content = pipe.recv()
    except EOFError:
        return "error", BuildError(
            "a worker process ended without a result, perhaps because memory ran out; the index is "
            "as it was: close other programs and run it again"
        )
    return kind, content


def _work(
    sender: Connection,
    next_unit: Any,
    begin: Callable[[], Series[Any]],
    units: Sequence[Unit],
    read: Read[Unit],
) -> None:
    """The work of a worker process. It ignores Ctrl-C: the parent ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    set_apart()
    waiting: list[Any] = []
    sent = time.monotonic()

    def tell(message: Any) -> None:
        nonlocal sent
        waiting.append(message)
        now = time.monotonic()
        is_urgent = getattr(message, "is_urgent", False)
        if len(waiting) == MESSAGES_AT_ONCE or is_urgent or now - sent > LONGEST_WAIT_S:
            sender.send(("messages", list(waiting)))
            waiting.clear()
            sent = now

    try:
        made = build_here(begin(), _taken(units, next_unit), read, tell)
        sender.send(("messages", waiting))
        sender.send(("made", made))
    except Exception as error:  # noqa: BLE001  whatever it was, the parent must hear of it
        sender.send(("error", _for_parent(error)))


def _for_parent(error: Exception) -> Exception:
    """The error for the parent to raise: the same if it is meant for users, else a BuildError."""
    failure = error
    if not isinstance(error, FahrasError) and getattr(error, "errno", None) is None:
        failure = BuildError(
            f"indexing failed in a worker process: {type(error).__name__}: {error}",
            remedy=Remedy("report"),
        )
    failure.add_note(traceback.format_exc())
    return failure


def _taken(units: Sequence[Unit], next_unit: Any) -> Iterator[Unit]:
    """The units that this worker takes: each goes to the first worker that asks.

    A worker whose parent was killed stops at its next unit, and with it goes the index's lock.
    """
    parent = multiprocessing.parent_process()
    while parent is None or parent.is_alive():
        with next_unit.get_lock():
            number = next_unit.value
            next_unit.value = number + 1
        if number >= len(units):
            return
        yield units[number]
    raise BuildError("the parent process is gone")
