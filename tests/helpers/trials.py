"""One scenario, broken again and again: is the index what it was, or what it was to be?

Whatever happens to a change, the index is then as it was before or as it would be after, what the
run said is so, and the next run leaves no trace of it.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import traceback
import warnings
from pathlib import Path

from faults import NOWHERE, Break, broken_at
from power import Disk
from scenarios import SCENARIOS, age, leftovers, state_of, update

from indexer.errors import FahrasError

WHEN_DONE = 1 << 30
"""The place behind the last step of any run; how many a run takes differs by a write or two."""

_DONE, _FAILED = 0, 1
"""How a child ends that was not killed."""


class Trial:
    """A scenario in a folder of its own; what is there before, after, and after the next run."""

    def __init__(self, name: str, folder: Path) -> None:
        self.scenario = SCENARIOS[name]
        self.ended = 0
        """Runs that were broken and did not end well."""
        self._template, self.home = folder / "template", folder / "home"
        self._stash = folder / "stash"
        self.home.mkdir(parents=True)
        self.scenario.prepare(self.home)
        shutil.copytree(self.home, self._template, symlinks=True)
        self.before = state_of(self.home)
        update(self.home)
        self._next_of_before = state_of(self.home)
        self.restore(0)
        with broken_at(-1, NOWHERE) as self.steps:
            self.scenario.act(self.home)
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

    def run(self, place: int, way: Break, age_s: int, seed: int = 18) -> str | None:
        """What is wrong after the scenario was broken there; None if nothing is.

        At `WHEN_DONE` that is right after the run has said that it is done.
        """
        self.restore(age_s)
        if not way.kills:
            return self.judge(self._hindered(place, way))
        error = self._killed(place, way, seed)
        wrong = self.judge(error)
        if wrong is None and place == WHEN_DONE and not self._was_after:
            return "it was done, and then it was not"
        return wrong

    def judge(self, error: BaseException | None) -> str | None:
        """What is wrong with what a broken run left; None if nothing is.

        error: what the run said; a KeyboardInterrupt stands for a run that could say nothing.
        """
        self.ended += error is not None
        now = state_of(self.home)
        self._was_after = now == self.after
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
                    self.scenario.act(self.home)
            except (OSError, FahrasError) as error:
                return error
            except KeyboardInterrupt as error:
                told = KeyboardInterrupt(*error.args)
            else:
                return None
            gc.collect()  # who is interrupted just as a file was opened never comes to close it
        return told

    def _killed(self, place: int, way: Break, seed: int) -> BaseException | None:
        """Act in a child; an interruption, for a killed process says nothing."""
        shutil.rmtree(self._stash, ignore_errors=True)
        self._stash.mkdir()
        disk = Disk(str(self._stash), seed) if way.loses_power else None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # as in build/parallel.py
            child = os.fork()
        if not child:
            try:
                with broken_at(place, way, disk=disk):
                    self.scenario.act(self.home)
                if disk is not None:
                    disk.fail()
                os._exit(_DONE)
            except BaseException:  # noqa: BLE001  nothing may run on in the child
                traceback.print_exc()
            os._exit(_FAILED)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code not in (_DONE, -signal.SIGKILL):
            raise RuntimeError(f"{self.scenario} fails, and nothing was broken")
        return None if code == _DONE else KeyboardInterrupt()
