"""Who answers? Processes that hold the index open, each one question at a time.

Two answer on two cores what threads would answer on one; none can take down the site; and one that
takes too long is ended, which a thread cannot be. Asked through pipes: a line of JSON there
(`{"path": "/", "query": "q=...", "known": null}`), a line of JSON and so many bytes back. A process
that is ready says so by a line.

Answers are kept, up to a number of bytes. One that was given before is given again if a process
says that what it was made of still is so: the same commit, and of each file the same to be said.

Each process ends by itself when its stdin does, so that none outlives the site, however that ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress

from indexer.ranking.memory import Memory
from indexer.web.answers import SAME, Answer, Answers, Basis, failure

ANSWER_S = 20.0
"""Seconds after which an answer is given up, and its process ended."""

START_S = 120.0
"""Seconds in which a process must be ready; it takes a third of one, on a busy computer many."""

MOST_WAITING = 100
"""Questions that wait for a process at a time; more are sent away."""

_KEY_BYTES = 300
"""What keeping an answer takes besides it and its address."""

MOST_KEPT_BYTES = 32 << 20
"""Of answers that may be given again; of pages of ten hits, some three thousand."""

_HEAD_BYTES = 4 << 20
"""Of a line about an answer: the paths of a hundred hits may take half of it."""

_START = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from indexer.web.workers import main; main(sys.argv[1])"
)
Process = asyncio.subprocess.Process


class Workers:
    """Some processes, started at once and again whenever one ends."""

    def __init__(self, index_dir: str, count: int) -> None:
        self._index_dir = index_dir
        self._count = count
        self._idle: asyncio.Queue[Process | None] = asyncio.Queue()
        self._running: set[Process] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._kept = Memory(MOST_KEPT_BYTES)

    async def start(self) -> None:
        """Start them; they open the index meanwhile."""
        for _ in range(self._count):
            self._replace()

    async def ask(self, path: str, query_string: bytes) -> Answer:
        """The answer of the first process that is free."""
        if self._waiting >= MOST_WAITING:
            return failure(path, 503, "too many questions at a time: ask again")
        self._waiting += 1
        try:
            worker = await asyncio.wait_for(self._idle.get(), ANSWER_S)
        except TimeoutError:
            return failure(path, 503, f"no answer after {ANSWER_S:g} s: ask again")
        finally:
            self._waiting -= 1
        if worker is None:
            self._replace()
            return failure(path, 500, "what answers cannot be started: see where fahras serve runs")
        kept: Answer | None = self._kept.known((path, query_string))
        known = None if kept is None else kept.basis
        answer = await self._answered(worker, path, query_string, known)
        if kept is not None and answer == SAME:
            return kept
        if answer.basis is not None:
            self._kept.keep((path, query_string), answer, _KEY_BYTES + len(query_string))
        return answer

    async def _answered(
        self, worker: Process, path: str, query_string: bytes, known: Basis | None
    ) -> Answer:
        """The answer of a process, which is free again afterwards, or replaced."""
        is_sound = False
        try:
            answer = await asyncio.wait_for(_asked(worker, path, query_string, known), ANSWER_S)
            is_sound = True
            return answer
        except TimeoutError:
            return failure(path, 503, f"no answer after {ANSWER_S:g} s: ask for less")
        except (OSError, ValueError, EOFError):
            return failure(path, 500, "the process that answers has ended: ask again")
        finally:
            if is_sound:
                self._idle.put_nowait(worker)
            else:  # also where whoever asked has gone: the answer on its way is nobody's
                self._end(worker)
                self._replace()

    async def stop(self) -> None:
        """End them all."""
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        running = list(self._running)
        for worker in running:
            self._end(worker)
        await asyncio.gather(*(worker.wait() for worker in running))

    def _replace(self) -> None:
        task = asyncio.create_task(self._begin())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _begin(self) -> None:
        """Start a process; it is free when it says so, or None stands in its place."""
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _START,
            self._index_dir,
            *sys.path,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for us
            limit=_HEAD_BYTES,
        )
        self._running.add(worker)
        assert worker.stdout is not None  # noqa: S101  for mypy: it was asked for
        try:
            is_ready = bool(await asyncio.wait_for(worker.stdout.readline(), START_S))
        except TimeoutError:
            is_ready = False
        if not is_ready:
            self._end(worker)
        self._idle.put_nowait(worker if is_ready else None)

    def _end(self, worker: Process) -> None:
        self._running.discard(worker)
        with suppress(ProcessLookupError):
            worker.kill()


async def _asked(worker: Process, path: str, query_string: bytes, known: Basis | None) -> Answer:
    """One question and its answer. Raises OSError, ValueError or EOFError where there is none."""
    assert worker.stdin is not None  # noqa: S101  for mypy: it was asked for
    assert worker.stdout is not None  # noqa: S101
    question = {"path": path, "query": query_string.decode("latin-1"), "known": known}
    worker.stdin.write(json.dumps(question).encode("ascii") + b"\n")
    await worker.stdin.drain()
    head = json.loads(await worker.stdout.readline())
    body = await worker.stdout.readexactly(head["bytes"])
    return Answer(head["status"], head["kind"], body, head["basis"])


def main(index_dir: str) -> None:
    """The process: it answers what comes on stdin until that ends."""
    from indexer.process import collect_seldom, take_large_pages

    collect_seldom()
    take_large_pages()
    answers = Answers(index_dir)
    answers.warm()
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        answer = answers.answer(asked["path"], asked["query"].encode("latin-1"), asked["known"])
        head = {
            "status": answer.status,
            "kind": answer.kind,
            "bytes": len(answer.body),
            "basis": answer.basis,
        }
        sys.stdout.buffer.write(json.dumps(head).encode("ascii") + b"\n" + answer.body)
        sys.stdout.buffer.flush()
