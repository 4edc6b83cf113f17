"""What is on a disk when the power fails? Less than was done, and nothing that was waited for.

Until a folder is synced, the last changes of its names may be lost, any number of them; until a
file is synced, any of its bytes from some place on. So do journaling file systems behave (ext4 with
data=writeback, XFS); where a name is kept before its content is, the file is found cut off.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from contextlib import suppress

Undo = Callable[[], object]


class Disk:
    """The changes of one process that may be lost still, in their order."""

    def __init__(self, stash: str, seed: int) -> None:
        """stash: an empty folder on the same disk, for what is replaced or removed."""
        self._chance = random.Random(seed)
        self._stash = stash
        self._names: list[tuple[str, Undo]] = []
        self._unsynced: set[str] = set()

    def note(self, step: str, path: str, other: str = "") -> None:
        """Remember a step that is about to be taken."""
        folder = os.path.dirname(other or path)
        if step == "sync":
            self._unsynced.discard(path)
        elif step == "sync_folder":
            self._names = [(at, undo) for at, undo in self._names if at != path]
        elif step == "make_folder":
            if not os.path.lexists(path):  # else it is refused
                self._names.append((folder, lambda: shutil.rmtree(path, ignore_errors=True)))
        elif step == "remove_folder":
            self._names.append((folder, lambda: os.mkdir(path)))
        else:
            back = self._kept(other or path)
            if step == "create":
                self._unsynced.add(path)
            elif step == "replace":
                if path in self._unsynced:
                    self._unsynced ^= {path, other}
                back = _after(lambda: os.rename(other, path), back)
            self._names.append((folder, back))

    def _kept(self, path: str) -> Undo:
        """How a name gets back the file that it has now, or none."""
        if not os.path.lexists(path):
            return lambda: _remove(path)
        aside = os.path.join(self._stash, f"{len(os.listdir(self._stash))}")
        os.link(path, aside, follow_symlinks=False)
        return _after(lambda: _remove(path), lambda: os.link(aside, path))

    def fail(self) -> None:
        """Lose what may be lost, by chance: a part of it, all, or nothing."""
        for path in self._unsynced:
            with suppress(FileNotFoundError):
                size = os.path.getsize(path)
                os.truncate(
                    path, self._chance.choice((0, size // 2, self._chance.randint(0, size)))
                )
        kept: dict[str, int] = {}
        for folder in dict.fromkeys(folder for folder, _ in self._names):
            count = sum(1 for at, _ in self._names if at == folder)
            kept[folder] = self._chance.choice((0, count, self._chance.randint(0, count)))
        numbered = []
        for folder, undo in self._names:
            kept[folder] -= 1
            numbered.append((kept[folder] >= 0, undo))
        for is_kept, undo in reversed(numbered):
            if not is_kept:
                with suppress(FileNotFoundError):
                    undo()


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)


def _after(first: Undo, then: Undo) -> Undo:
    def both() -> None:
        first()
        then()

    return both
