"""How is a file read whose parser may not end, or may end its process? In a process of its own.

Parsers written in C abort where memory runs out, and the time of some grows with the square of what
a stranger wrote. So one lasting worker runs them, with limits of the system on its memory and its
time. Where it dies, the file at hand is refused with the reason; the next one gets a new worker.

What goes in is a length and bytes, what comes out the same: JSON, for a parser that a file has
taken over must not reach who asked. A worker ends when who asked does.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import IO, Any

from indexer.errors import ExtractError, PassingError
from indexer.extract.formats import missing

MEMORY_BYTES = 2 << 30
"""Of address space, which a worker may take."""

MOST_ANSWER_BYTES = 1 << 30
_PATIENCE = 30
"""How many times its time of the processor a worker may take by the clock: others work, too."""

_LENGTH_BYTES = 8
_PIECE_BYTES = 1 << 20
_START = "import sys; sys.path[:] = sys.argv[1:]; from indexer.extract.worker import serve; serve()"
_SIGXCPU = getattr(signal, "SIGXCPU", None)


def read_apart(function: str, data: bytes, *, seconds: int) -> Any:
    """What a function of a module (`module:name`) makes of bytes; it must be a value of JSON.

    seconds: of the processor. Raises ExtractError, also where the worker did, or died.
    """
    worker = _worker()
    try:
        answer = json.loads(worker.ask(function, data, seconds))
    except BaseException:  # nobody waits for its answer any more
        worker.end()
        raise
    if "missing" in answer:
        raise missing(answer["missing"])
    if "error" in answer:
        raise ExtractError(answer["error"])
    return answer["value"]


class Worker:
    """The process, as its caller sees it."""

    def __init__(self) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own code
                [sys.executable, "-c", _START, *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise PassingError(f"no process to read it in: {error.strerror}") from error
        self.owner = os.getpid()

    @property
    def lives(self) -> bool:
        """Whether it can be asked."""
        return self.owner == os.getpid() and self._process.poll() is None

    def ask(self, function: str, data: bytes, seconds: int) -> bytes:
        """The bytes that it answers. Raises ExtractError where there are none."""
        deadline = time.monotonic() + _PATIENCE * seconds
        asked = json.dumps([function, seconds]).encode("ascii")
        try:
            for part in (asked, data):
                _pipe(self._process.stdin).write(len(part).to_bytes(_LENGTH_BYTES, "little") + part)
            _pipe(self._process.stdin).flush()
            size = int.from_bytes(self._read(_LENGTH_BYTES, deadline), "little")
            if size > MOST_ANSWER_BYTES:
                raise ExtractError("more text comes out of it than is read: leave it out")
            return self._read(size, deadline)
        except (BrokenPipeError, EOFError):
            raise ExtractError(self._why_it_died(seconds)) from None

    def _read(self, size: int, deadline: float) -> bytes:
        """Exactly `size` bytes of the worker's answer.

        Raises ExtractError after the deadline (of time.monotonic), EOFError where the worker ended.
        """
        pieces = []
        descriptor = _pipe(self._process.stdout).fileno()
        while size:
            if not select.select([descriptor], [], [], max(0, deadline - time.monotonic()))[0]:
                raise ExtractError("reading it does not end: split it, or leave it out")
            piece = os.read(descriptor, min(size, _PIECE_BYTES))
            if not piece:
                raise EOFError
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def _why_it_died(self, seconds: int) -> str:
        code = self._process.wait()
        if _SIGXCPU is not None and code == -_SIGXCPU:
            return (
                f"reading it takes more than {seconds} seconds of the processor: split it, "
                "or leave it out"
            )
        return "it makes its parser crash, or takes too much memory: leave it out"

    def end(self) -> None:
        """Let go of it; only its own parent ends it."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                _pipe(pipe).close()
        if self.owner == os.getpid():
            self._process.kill()
            self._process.wait()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("a worker has pipes")
    return stream


_lasting: Worker | None = None


def _worker() -> Worker:
    """The worker of this process, a new one where the last has died."""
    global _lasting  # noqa: PLW0603  one a process is the point
    if _lasting is None or not _lasting.lives:
        if _lasting is None:
            atexit.register(_end)
        _lasting = Worker()
    return _lasting


def _end() -> None:
    if _lasting is not None and _lasting.lives:
        _lasting.end()


def serve() -> None:
    """What the worker does: answers until nobody asks any more."""
    _limit()
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            function, seconds = json.loads(_received(asked))
            data = _received(asked)
        except EOFError:
            return
        _allow(seconds)
        answer = json.dumps(_answer(function, data)).encode("ascii")
        del data
        answers.write(len(answer).to_bytes(_LENGTH_BYTES, "little"))
        answers.write(answer)
        answers.flush()


def _received(stream: IO[bytes]) -> bytes:
    head = stream.read(_LENGTH_BYTES)
    if len(head) < _LENGTH_BYTES:
        raise EOFError
    return stream.read(int.from_bytes(head, "little"))


def _answer(function: str, data: bytes) -> dict[str, Any]:
    """What a parser returned, or why it could not, as a plain value to send back."""
    module, _, name = function.partition(":")
    try:
        parse: Callable[[bytes], Any] = getattr(import_module(module), name)
        return {"value": parse(data)}
    except ExtractError as error:
        return {"error": str(error)}
    except ModuleNotFoundError as error:
        return {"missing": error.name}
    except MemoryError:
        return {"error": "reading it takes too much memory: split it, or leave it out"}
    except Exception as error:  # noqa: BLE001  whatever a damaged file makes of a parser
        kind = type(error).__name__
        return {"error": f"damaged, or more than its parser can take ({kind}): leave it out"}


def _limit() -> None:
    """Bound what this process may take, and end it with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C ends
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    if sys.platform == "linux":
        import ctypes

        set_death_signal = 1  # PR_SET_PDEATHSIG
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)


def _allow(seconds: int) -> None:
    """So much more time of the processor, then SIGXCPU ends this process."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        most = int(time.process_time()) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (most, hard))
