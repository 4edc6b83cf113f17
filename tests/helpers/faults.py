"""What if a run is broken at any one of its steps? Every step of a change, and ways to break it.

All changes of an index go through `indexer.storage.durable`; here its functions are counted, and
one call of them, or every call from one on, fails, is interrupted, or ends the process. Whatever
happens, the index is then as it was before or as it would be after, and the next run leaves no
trace of it. `tests/test_faults.py` tries a sample, `benchmarks/reliability.py` all.
"""

from __future__ import annotations

import errno
import gc
import os
import shutil
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from indexer import Index, SearchOptions
from indexer.codec import commits
from indexer.codec.container import Container
from indexer.errors import FahrasError, NoIndexError
from indexer.storage import durable, location
from indexer.upkeep.checkup import check
from indexer.upkeep.repair import repair

STEPS = ("make_folder", "create", "sync", "replace", "unlink", "remove_folder", "sync_folder")
DAY_S = 86_400
AGES_S = (0, 11 * 60, 2 * DAY_S)
QUERIES = ("كتاب", "«رقم 3»", "قلم OR خيمة", "م*")

State = dict[str, Any] | None
"""What an index holds, None where there is none."""


# Scenarios


class Scenario(NamedTuple):
    """A change of an index: what is there before it, and what is done."""

    prepare: Callable[[Path], object]
    act: Callable[[Path], object]
    words: tuple[str, ...] = ("index",)
    """The same as `act`, to be run in the folder."""


def update(home: Path, **options: Any) -> None:
    """A plain run, which makes the index where there is none."""
    with Index.create(home) as index:
        index.update(**options)


def _rebuild(home: Path) -> None:
    with Index.rebuild(home) as index:
        index.update()


def _texts(home: Path) -> None:
    for number in range(6):
        path = home / ("sub" if number % 2 else ".") / f"f{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"كتاب رقم {number} في المكتبة", "utf-8")


def _indexed(home: Path) -> None:
    _texts(home)
    update(home)


def _changed(home: Path) -> None:
    _indexed(home)
    (home / "f0.txt").write_text("قلم جديد", "utf-8")
    (home / "new.txt").write_text("خيمة", "utf-8")


def _with_file_removed(home: Path) -> None:
    _indexed(home)
    (home / "f2.txt").unlink()


def _crowded(home: Path) -> None:
    """So many segments that the next commit merges them."""
    _indexed(home)
    for number in range(6):
        (home / f"more{number}.txt").write_text(f"مكتوب {number}", "utf-8")
        update(home)
    (home / "f0.txt").write_text("قلم جديد", "utf-8")
    (home / "last.txt").write_text("مكتبة", "utf-8")


def _with_second_root(home: Path) -> None:
    _indexed(home)
    other = home.parent / f"{home.name}-other"
    shutil.rmtree(other, ignore_errors=True)
    other.mkdir()
    (other / "o.txt").write_text("قلم بعيد", "utf-8")
    update(home, paths=[str(other)])


def _damaged(home: Path) -> None:
    """Two segments, of which the first is damaged where it is not read when it is opened."""
    _indexed(home)
    (segment,) = home.glob(".fahras/data-*/*.fhs")
    (home / "new.txt").write_text("خيمة", "utf-8")
    update(home)
    assert segment.exists()
    data = bytearray(segment.read_bytes())
    data[Container.open(str(segment)).span("f/text/docs")[0]] ^= 1
    segment.write_bytes(data)


def _repair(home: Path) -> None:
    where = str(home / ".fahras")
    assert repair(where, check(where)) == ()


SCENARIOS = {
    "first build": Scenario(_texts, update),
    "update": Scenario(_changed, update),
    "removal": Scenario(_with_file_removed, update),
    "merge": Scenario(_crowded, update),
    "rebuild": Scenario(_changed, _rebuild, ("index", "--rebuild")),
    "forget": Scenario(
        _with_second_root,
        lambda home: update(home, forget=[str(home.parent / "home-other")]),
        ("index", "--forget", "../home-other"),
    ),
    "repair": Scenario(_damaged, _repair, ("verify", "--repair")),
}


# What is there


def state_of(home: Path) -> State:
    """Every document, and the answers to some queries; checks every byte of the index."""
    try:
        opened = Index.open(index_dir=str(home / ".fahras"))
    except NoIndexError:
        return None
    with opened as index:
        if damage := index._whoosh.verify():
            return {"damage": damage}
        options = SearchOptions(limit=None)
        answers = {q: sorted(h.id for h in index.search(q, options).hits) for q in QUERIES}
        texts = {name: index.document(name).text for name in index._catalogue.files}
        assert index.document_count == len(texts)
        return {"texts": texts, "answers": answers, "roots": index.stats().roots}


def leftovers(index_dir: Path) -> list[str]:
    """The files of an index folder that its newest commit does not need."""
    data = Path(location.read(str(index_dir)).data_dir)
    toc = commits.read_toc(str(data))
    needed = {f"_MAIN_{toc.generation}.toc", f"files-{toc.generation}.fhc", "MAIN_WRITELOCK"}
    needed |= {segment.file_name for segment in toc.segments}
    above = {"lock", "fahras.json", data.name}
    return [p.name for p in index_dir.iterdir() if p.name not in above] + [
        p.name for p in data.iterdir() if p.name not in needed
    ]


def age(folder: Path, seconds: int) -> None:
    """Make everything in a folder look so old."""
    then = time.time() - seconds
    for place, _, names in os.walk(folder):
        for name in (*names, "."):
            os.utime(os.path.join(place, name), (then, then))


# Ways to break


def _fails_with(number: int) -> Callable[[str, str], None]:
    def fail(_step: str, path: str) -> None:
        raise OSError(number, os.strerror(number), path)

    return fail


def _interrupt(_step: str, _path: str) -> None:
    raise KeyboardInterrupt


def _kill(_step: str, _path: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _lose_and_kill(step: str, path: str) -> None:
    """As when the power fails: of what was not synced half is there."""
    if step == "sync":
        os.truncate(path, os.path.getsize(path) // 2)
    _kill(step, path)


class Break(NamedTuple):
    """What happens at a step: instead of it or right after it, once or from then on."""

    act: Callable[[str, str], None]
    after: bool = False
    for_good: bool = False
    kills: bool = False


BREAKS = {
    "EIO": Break(_fails_with(errno.EIO)),
    "EIO from then on": Break(_fails_with(errno.EIO), for_good=True),
    "ENOSPC": Break(_fails_with(errno.ENOSPC)),
    "interrupted before": Break(_interrupt),
    "interrupted after": Break(_interrupt, after=True),
    "killed": Break(_kill, kills=True),
    "power lost": Break(_lose_and_kill, kills=True),
}


@contextmanager
def broken_at(place: int, way: Break, *, whole_paths: bool = False) -> Iterator[list[str]]:
    """Break the step of that number, from 0; the steps that were taken: what, and to which file."""
    taken: list[str] = []

    def wrapped(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any) -> Any:
            here = len(taken)
            hit = here >= place if way.for_good else here == place
            path = getattr(arguments[0], "name", arguments[0])
            path = os.readlink(f"/proc/self/fd/{path}") if isinstance(path, int) else path
            taken.append(f"{name} {path if whole_paths else os.path.basename(path)}")
            if hit and not way.after:
                way.act(name, path)
            done = real(*arguments)
            if hit and way.after:
                way.act(name, path)
            return done

        return step

    real = {name: getattr(durable, name) for name in STEPS}
    try:
        for name in STEPS:
            setattr(durable, name, wrapped(name, real[name]))
        yield taken
    finally:
        for name in STEPS:
            setattr(durable, name, real[name])


NOWHERE = Break(_kill)


# One trial


class Trial:
    """A scenario in a folder of its own; what is there before, after, and after the next run."""

    def __init__(self, name: str, folder: Path) -> None:
        self._scenario = SCENARIOS[name]
        self.words = self._scenario.words
        self.ended = 0
        """Runs that were broken and did not end well."""
        self._template, self.home = folder / "template", folder / "home"
        self.home.mkdir(parents=True)
        self._scenario.prepare(self.home)
        shutil.copytree(self.home, self._template, symlinks=True)
        self.before = state_of(self.home)
        update(self.home)
        self._next_of_before = state_of(self.home)
        self.restore(0)
        with broken_at(-1, NOWHERE) as self.steps:
            self._scenario.act(self.home)
        self.after = state_of(self.home)
        update(self.home)
        self._next_of_after = state_of(self.home)
        assert self.after != self.before or name == "rebuild"
        assert leftovers(self.home / ".fahras") == []
        merged = [step for step in self.steps if step.startswith("unlink MAIN_")]
        assert len(merged) > 1 or name != "merge"

    def restore(self, age_s: int) -> None:
        """Put everything back to before the change, the index looking so old."""
        shutil.rmtree(self.home)
        shutil.copytree(self._template, self.home, symlinks=True)
        age(self.home / ".fahras", age_s)

    def run(self, place: int, way: Break, age_s: int) -> str | None:
        """What is wrong after the scenario was broken there; None if nothing is."""
        self.restore(age_s)
        return self.judge(self._killed(place, way) if way.kills else self._hindered(place, way))

    def judge(self, error: BaseException | None) -> str | None:
        """What is wrong with what a broken run left; None if nothing is.

        error: what the run said; a KeyboardInterrupt stands for a run that could say nothing.
        """
        self.ended += error is not None
        now = state_of(self.home)
        if now not in (self.before, self.after):
            return f"neither before nor after: {now}"
        if isinstance(error, Exception) and now != self.before:
            return f"it was changed, and yet: {error!r}"
        if error is None and now != self.after:
            return "it was not changed, and nothing was said"
        expected = self._next_of_before if now == self.before else self._next_of_after
        update(self.home)
        if state_of(self.home) not in (expected, self._next_of_after):
            return "the next run made something else"
        left = leftovers(self.home / ".fahras")
        return f"left: {left}" if left else None

    def _hindered(self, place: int, way: Break) -> BaseException | None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            try:
                with broken_at(place, way):
                    self._scenario.act(self.home)
            except (OSError, FahrasError) as error:
                return error
            except KeyboardInterrupt as error:
                told = KeyboardInterrupt(*error.args)
            else:
                return None
            gc.collect()  # who is interrupted just as a file was opened never comes to close it
        return told

    def _killed(self, place: int, way: Break) -> BaseException:
        """Act in a child; an interruption, for a killed process says nothing."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # as in build/parallel.py
            child = os.fork()
        if not child:
            try:
                with broken_at(place, way):
                    self._scenario.act(self.home)
            finally:
                os._exit(1)
        os.waitpid(child, 0)
        return KeyboardInterrupt()
