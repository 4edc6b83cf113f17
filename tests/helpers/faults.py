"""What if a run is broken at any one of its steps? Every step of a change, and ways to break it.

All changes of an index go through `indexer.storage.durable`; here its functions are counted, with
every write to the files that they make, and one call of them, or every call from one on, fails, is
interrupted, or ends the process. `trials.py` looks at what that leaves, of a sample in
`tests/storage/test_faults.py`, of all in `benchmarks/reliability.py`.
"""

from __future__ import annotations

import errno
import io
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from power import Disk

from indexer.storage import durable

STEPS = ("make_folder", "create", "sync", "replace", "unlink", "remove_folder", "sync_folder")
WRITE = "write"


class Break(NamedTuple):
    """What happens at a step: instead of it or right after it, once or from then on."""

    act: Callable[[str, str], None]
    after: bool = False
    for_good: bool = False
    kills: bool = False
    partly: bool = False
    """Of a write, half is done before; other steps are left alone."""
    loses_power: bool = False
    """Whether the disk loses what nobody waited for."""


def _fails_with(number: int) -> Callable[[str, str], None]:
    def fail(_step: str, path: str) -> None:
        raise OSError(number, os.strerror(number), path)

    return fail


def _interrupt(_step: str, _path: str) -> None:
    raise KeyboardInterrupt


def kill(_step: str = "", _path: str = "") -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _nothing(_step: str, _path: str) -> None:
    return


BREAKS = {
    "EIO": Break(_fails_with(errno.EIO)),
    "EIO from then on": Break(_fails_with(errno.EIO), for_good=True),
    "ENOSPC": Break(_fails_with(errno.ENOSPC)),
    "short write": Break(_nothing, partly=True),
    "short write, then ENOSPC": Break(_fails_with(errno.ENOSPC), partly=True),
    "interrupted before": Break(_interrupt),
    "interrupted after": Break(_interrupt, after=True),
    "killed": Break(kill, kills=True),
    "killed within a write": Break(kill, kills=True, partly=True),
    "power lost": Break(kill, kills=True, loses_power=True),
}
NOWHERE = Break(kill)


class _Steps:
    """Counts the steps of a change, and breaks one."""

    def __init__(self, place: int, way: Break, whole_paths: bool, disk: Disk | None) -> None:
        self.taken: list[str] = []
        self._place = place
        self._way = way
        self._whole_paths = whole_paths
        self._disk = disk

    def arrive(self, name: str, path: str) -> bool:
        """Note a step, and break it if it is its turn; whether it is to be broken afterwards."""
        here = len(self.taken)
        self.taken.append(f"{name} {path if self._whole_paths else os.path.basename(path)}")
        hit = here >= self._place >= 0 if self._way.for_good else here == self._place
        if hit and not self._way.after and not self._way.partly:
            if self._disk is not None:
                self._disk.fail()
            self._way.act(name, path)
        return hit

    def wrapped(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any) -> Any:
            path = _path_of(arguments[0])
            hit = self.arrive(name, path)
            if self._disk is not None:
                self._disk.note(name, path, arguments[1] if name == "replace" else "")
            done = real(*arguments)
            if hit and self._way.after:
                self._way.act(name, path)
            return self.watched(done) if name == "create" else done

        return step

    def watched(self, file: Any) -> Any:
        """The same new file, whose writes are steps as well."""
        raw = _Watched(os.dup(file.fileno()), "wb")
        raw.steps = self
        file.close()
        return io.BufferedWriter(raw)

    def write(self, file: io.FileIO, data: Any) -> int:
        path = _path_of(file)
        hit = self.arrive(WRITE, path)
        if hit and self._way.partly:
            view = memoryview(data).cast("B")
            written = io.FileIO.write(file, view[: max(len(view) // 2, 1)])
            self._way.act(WRITE, path)
            return written
        written = io.FileIO.write(file, data)
        if hit and self._way.after:
            self._way.act(WRITE, path)
        return written


class _Watched(io.FileIO):
    steps: _Steps

    def write(self, data: Any) -> int:
        return self.steps.write(self, data)


def _path_of(file: Any) -> str:
    """The path of a path, or of an open file that may know only its descriptor."""
    name = getattr(file, "name", file)
    return os.readlink(f"/proc/self/fd/{name}") if isinstance(name, int) else str(name)


@contextmanager
def broken_at(
    place: int, way: Break, *, whole_paths: bool = False, disk: Disk | None = None
) -> Iterator[list[str]]:
    """Break the step of that number, from 0; the steps that were taken: what, and to which file."""
    steps = _Steps(place, way, whole_paths, disk)
    real = {name: getattr(durable, name) for name in STEPS}
    nameless = tempfile.TemporaryFile
    try:
        for name in STEPS:
            setattr(durable, name, steps.wrapped(name, real[name]))
        tempfile.TemporaryFile = lambda *options, **more: _both(steps, nameless(*options, **more))
        yield steps.taken
    finally:
        for name in STEPS:
            setattr(durable, name, real[name])
        tempfile.TemporaryFile = nameless


def _both(steps: _Steps, file: Any) -> Any:
    """A file without a name, written and read."""
    raw = _Watched(os.dup(file.fileno()), "r+b")
    raw.steps = steps
    file.close()
    return io.BufferedRandom(raw)
