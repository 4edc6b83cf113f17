"""What happens below the roots of an index? Changes in batches, as the system tells of them.

Every batch is a list of paths, or None where everything is to be looked at: at the beginning, when
a root came, went or was replaced, when the index was told something else, and when so much happened
that the system may have lost some of it. Nothing is read or written here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Protocol

from indexer.codec import commits
from indexer.errors import FahrasError, IndexCorruptError, NoIndexError
from indexer.folder.catalogue import Catalogue
from indexer.folder.matter import what_matters
from indexer.storage import location as storage

MANY = 1000
"""Changes from which on everything is looked at: that costs less, and misses nothing."""

_QUIET_MS = 200
"""A batch ends when nothing has happened for so long."""
_LONGEST_MS = 1600
"""Or after so long, if there is no such pause."""
_LOOK_MS = 500
"""How often the roots and the index are looked at while nothing happens."""

_RETRIES_S = (1, 2, 4, 8, 16, 32, 60)

Batch = list[str] | None


class Stop(Protocol):
    """Whether to end."""

    def is_set(self) -> bool: ...  # noqa: D102


class Following:
    """Follows the roots of one index."""

    def __init__(self, index_dir: str) -> None:
        """Raises NoIndexError, IndexVersionError or IndexCorruptError."""
        self._index_dir = index_dir
        self._generation: tuple[str, int] | None = None
        self.catalogue = self._load()
        self._retry_at: float | None = None
        self._failures = 0

    def failed(self) -> None:
        """The last batch could not be carried out: everything will be looked at in a while."""
        wait = _RETRIES_S[min(self._failures, len(_RETRIES_S) - 1)]
        self._failures += 1
        self._retry_at = time.monotonic() + wait

    def succeeded(self) -> None:
        """The last batch was carried out."""
        self._failures, self._retry_at = 0, None

    def batches(self, stop: Stop) -> Iterator[Batch]:
        """What happens, until `stop`. Raises FahrasError if the system cannot tell."""
        while not stop.is_set():
            if self._present():
                yield from self._while_as_is(stop)
            else:
                time.sleep(_LOOK_MS / 1000)

    def _while_as_is(self, stop: Stop) -> Iterator[Batch]:
        """What happens while the roots and what the index was told stay as they are."""
        from watchfiles import watch

        before = self._state()
        is_first = True
        try:
            for changes in watch(
                *self._present(),
                watch_filter=None,
                debounce=_LONGEST_MS,
                step=_QUIET_MS,
                stop_event=stop,
                rust_timeout=_LOOK_MS,
                yield_on_timeout=True,
                raise_interrupt=False,
                ignore_permission_denied=True,
            ):
                if self._state() != before:
                    return
                if is_first or self._is_due():
                    is_first = False
                    yield None
                elif len(changes) >= MANY:
                    yield None
                elif paths := self._that_matter([path for _, path in changes]):
                    yield paths
        except FileNotFoundError:  # a root went just now
            return
        except OSError as error:
            raise FahrasError(
                f"the system cannot tell what happens in so many folders ({error}): raise "
                "fs.inotify.max_user_watches, or leave some out"
            ) from error

    def _that_matter(self, paths: list[str]) -> Batch:
        """Those of some paths that may change the index; None for everything."""
        own = os.path.join(os.path.abspath(self._index_dir), "")
        paths = [path for path in paths if not path.startswith(own) and path != own[:-1]]
        if self.catalogue.choices.follow:
            return None if paths else []
        matter: dict[str, None] = {}
        for root in self._present():
            below = os.path.join(root, "")
            mine = [path for path in paths if path == root or path.startswith(below)]
            try:
                matter |= dict.fromkeys(what_matters(root, mine, self.catalogue.choices))
            except FahrasError:  # an ignore file that cannot be used: the update will say so
                return None
        return list(matter)

    def _is_due(self) -> bool:
        if self._retry_at is None or time.monotonic() < self._retry_at:
            return False
        self._retry_at = None
        return True

    def _present(self) -> list[str]:
        """The roots that are there."""
        roots = map(self.catalogue.absolute, self.catalogue.roots)
        return [root for root in roots if os.path.exists(root)]

    def _state(self) -> object:
        """What, if it changes, means that all begins anew."""
        try:
            self.catalogue = self._load()
        except (NoIndexError, IndexCorruptError, OSError):  # just being rebuilt
            return None
        roots = map(self.catalogue.absolute, self.catalogue.roots)
        return self.catalogue.head(), [_identity(root) for root in roots]

    def _load(self) -> Catalogue:
        """The newest catalogue; the same as before if nothing was committed since."""
        location = storage.read(self._index_dir)
        generation = (location.data_dir, commits.generation_of(location.data_dir))
        if generation != self._generation:
            self._generation, self.catalogue = generation, storage.load_catalogue(location)
        return self.catalogue


def _identity(path: str) -> tuple[int, int] | None:
    try:
        info = os.stat(path)
    except OSError:
        return None
    return info.st_dev, info.st_ino
