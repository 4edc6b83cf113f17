"""Compare the files of a root with the catalogue: what has changed since the last run?

A file is read only if name, size and time leave a doubt. Nothing is written, and a file that could
not be examined is never taken for deleted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Set

from analyzers.named import NamedTuple
from indexer.errors import ExtractError
from indexer.extract import hash_file
from indexer.extract.formats import readers
from indexer.folder.catalogue import Catalogue
from indexer.folder.columns import Stamp, Stamps
from indexer.folder.walk import Walk, name_order, take_file, visit, walk
from indexer.reports import FileProblem

RACY_WINDOW_NS = 2_000_000_000
"""The coarsest clock of a file system in use (FAT): two writes within it may get the same time."""

_NEVER = float("inf")


class FileState(NamedTuple):
    """A file as it is or was. `digest` is blake2b-16 of the content in hex, "" if not yet known."""

    path: str
    size: int
    mtime_ns: int
    digest: str = ""


class Changes(NamedTuple):
    """The files of a root by kind of change; each known or seen path occurs once."""

    added: tuple[FileState, ...] = ()
    changed: tuple[FileState, ...] = ()
    """The new states; the digest is "" if the size already shows that the content differs."""
    moved: tuple[tuple[FileState, FileState], ...] = ()
    """(old, new) of files that changed only their path."""
    touched: tuple[FileState, ...] = ()
    """The new states of files with another time but the same content."""
    removed: tuple[FileState, ...] = ()
    unchanged: int = 0
    """Only their number, because these are the most."""
    unreachable: tuple[str, ...] = ()
    """Paths of known files that could not be examined this time: kept as they are."""
    problems: tuple[FileProblem, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write, not even a new time."""
        return not (self.added or self.changed or self.moved or self.touched or self.removed)


class Look(NamedTuple):
    """The result of comparing one root with the catalogue."""

    changes: Changes
    skipped: Mapping[str, int]
    """See `Walk.skipped`."""


def look(catalogue: Catalogue, root: str) -> Look:
    """Walk a root, or what is below one, given by its key, and compare it with the catalogue."""
    return compared(catalogue, root).look()


def compared(
    catalogue: Catalogue, root: str, on_change: Callable[[], None] | None = None
) -> Comparison:
    """The same, with the `on_change` of `Comparison`; what older readers read has changed."""
    comparison = _comparison(
        catalogue, catalogue.stamps_below(root, catalogue.outdated(readers())), on_change
    )
    place, top = catalogue.absolute(root), catalogue.absolute(catalogue.root_of(root) or root)
    if top == place or catalogue.choices.follow or not os.path.exists(place):
        seen = walk(place, comparison.take, catalogue.choices)
    else:
        seen = visit(top, [place], comparison.take, catalogue.choices)
        if not seen.folders and not seen.problems:
            seen.complain(place, "left out, by an ignore file or by what the index was told")
    comparison.end(seen)
    return comparison


def look_at(catalogue: Catalogue, root: str, paths: Collection[str]) -> Look:
    """Compare only some absolute paths below a root, and what is below them, with the catalogue."""
    place, choices = catalogue.absolute(root), catalogue.choices
    if place in paths or choices.follow or not os.path.isdir(place):
        return look(catalogue, root)
    known = _only(catalogue.stamps_below(root, catalogue.outdated(readers())), frozenset(paths))
    comparison = _comparison(catalogue, known)
    comparison.end(visit(place, paths, comparison.take, choices))
    return comparison.look()


def look_at_loose(catalogue: Catalogue, keys: Collection[str], *, must_be: bool) -> Look:
    """Compare single files, given by their keys; `must_be`: one that is not there is a problem."""
    comparison = _comparison(catalogue, catalogue.stamps_of(keys, catalogue.outdated(readers())))
    seen = Walk(os.sep, comparison.take)
    for path in map(catalogue.absolute, keys):
        if os.path.isdir(path):
            reason = "a folder: name it as PATH, a list is for files"
            seen.problems.append(FileProblem(path, reason))
        elif os.path.lexists(path):
            take_file(seen, path)
        elif must_be:
            seen.problems.append(FileProblem(path, "it is not there"))
    comparison.end(seen)
    return comparison.look()


def _comparison(
    catalogue: Catalogue, known: Stamps, on_change: Callable[[], None] | None = None
) -> Comparison:
    return Comparison(
        known,
        digest_of=lambda path: catalogue.files.digest(catalogue.key(path)),
        last_run_ns=catalogue.updated_ns or None,
        on_change=on_change,
    )


def _only(known: Stamps, paths: Set[str]) -> Stamps:
    """The known files that are one of some paths, or below one of them."""
    below: dict[str, bool] = {}

    def is_below(folder: str) -> bool:
        found = below.get(folder)
        if found is None:
            parent = os.path.dirname(folder)
            found = folder in paths or (parent != folder and is_below(parent))
            below[folder] = found
        return found

    wanted: dict[str, Mapping[str, Stamp]] = {}
    for folder, files in known.items():
        if is_below(folder):
            wanted[folder] = files
        else:
            some = {n: s for n, s in files.items() if os.path.join(folder, n) in paths}
            if some:
                wanted[folder] = some
    return wanted


class Comparison:
    """Sorts the files of one root by kind of change, folder by folder as they are seen.

    `known` is the part of the catalogue below this root; `digest_of` gives the digest that it has
    for a known path (empty: content not known), and is called only in doubt.
    Same size and time: unchanged, except within two seconds of `last_run_ns`, the time when the
    run that wrote the catalogue began: such a file may have been written again within one tick of
    the clock (git calls it racy), and is read. Same size and another time: read, then touched or
    changed. Added files are read only if a removed one of the same size may have moved.

    `on_change` is called as soon as a folder has a file that is new or has another size or time.
    Removed files are known only at the end.
    """

    _seen: Walk

    def __init__(
        self,
        known: Stamps,
        *,
        digest_of: Callable[[str], str],
        last_run_ns: int | None = None,
        content_of: Callable[[str], str] = hash_file,
        on_change: Callable[[], None] | None = None,
    ) -> None:
        self._known = known
        self._digest_of = digest_of
        self._content_of = content_of
        self._on_change = on_change
        self._racy_from = _NEVER if last_run_ns is None else last_run_ns - RACY_WINDOW_NS
        self._taken = 0
        self._doubtful: dict[str, Stamp] = {}
        self._added: list[FileState] = []
        self._changed: list[FileState] = []
        self._touched: list[FileState] = []
        self._unchanged = 0
        self._unreachable: list[str] = []
        self._problems: list[FileProblem] = []

    def take(self, folder: str, files: Mapping[str, Stamp]) -> None:
        """Compare the files of a folder, and note those that may have changed."""
        before, racy_from = self._known.get(folder, {}).get, self._racy_from
        doubtful = {
            name: now for name, now in files.items() if before(name) != now or now[1] >= racy_from
        }
        self._taken += len(files)
        self._doubtful |= {os.path.join(folder, name): now for name, now in doubtful.items()}
        if self._on_change and any(before(name) != now for name, now in doubtful.items()):
            self._on_change()

    def end(self, seen: Walk) -> None:
        """Settle the doubtful files after all files of a walk were taken."""
        self._seen = seen
        for path in sorted(self._doubtful, key=name_order):
            self._sort(FileState(path, *self._doubtful[path]))

    def look(self) -> Look:
        """The result of the walk."""
        return Look(self._changes(self._seen), self._seen.skipped)

    def _changes(self, seen: Walk) -> Changes:
        """The changes of the root, with moved files paired, after the whole walk."""
        missing = self._missing(seen)
        hidden = below(seen.unreadable, missing)
        removed = [
            FileState(path, *stamp, self._digest_of(path))
            for path, stamp in missing.items()
            if path not in hidden
        ]
        moved, added, removed = _moves(removed, self._added, self._with_content)
        return Changes(
            added=tuple(added),
            changed=tuple(self._changed),
            moved=tuple(moved),
            touched=tuple(self._touched),
            removed=tuple(removed),
            unchanged=self._taken - len(self._doubtful) + self._unchanged,
            unreachable=(*self._unreachable, *(path for path in missing if path in hidden)),
            problems=(*seen.problems, *self._problems),
        )

    def _missing(self, seen: Walk) -> dict[str, Stamp]:
        """The known files that were not seen, ordered by path."""
        if sum(map(len, self._known.values())) == self._taken - len(self._added):
            return {}
        missing = {
            os.path.join(folder, name): stamp
            for folder, files in self._known.items()
            for name, stamp in files.items()
            if name not in seen.folders.get(folder, {})
        }
        return dict(sorted(missing.items()))

    def _sort(self, now: FileState) -> None:
        folder, name = os.path.split(now.path)
        before = self._known.get(folder, {}).get(name)
        if before is None:
            self._added.append(now)
        elif before[0] != now.size:
            self._changed.append(now)
        else:
            self._settle(before, now)

    def _settle(self, before: Stamp, now: FileState) -> None:
        """Decide by content where size and time leave a doubt."""
        try:
            now = now._replace(digest=self._content_of(now.path))
        except ExtractError as error:
            self._unreachable.append(now.path)
            self._problems.append(FileProblem(now.path, str(error)))
            return
        if now.digest != self._digest_of(now.path):
            self._changed.append(now)
        elif before != (now.size, now.mtime_ns):
            self._touched.append(now)
        else:
            self._unchanged += 1

    def _with_content(self, state: FileState) -> FileState:
        """`state` with its digest; unchanged if the file cannot be read."""
        try:
            return state._replace(digest=self._content_of(state.path))
        except ExtractError:
            return state


def below(folders: Iterable[str], paths: Iterable[str]) -> set[str]:
    """The paths that are one of `folders` or lie below one of them."""
    exact = set(folders)
    prefixes = tuple(folder.rstrip("/") + "/" for folder in exact)
    return {path for path in paths if path in exact or path.startswith(prefixes)}


def _moves(
    removed: list[FileState],
    added: list[FileState],
    content: Callable[[FileState], FileState],
) -> tuple[list[tuple[FileState, FileState]], list[FileState], list[FileState]]:
    """Pair removed and added files with the same content: (moved, remaining added and removed).

    Among several with the same content, those that kept their name are paired first (a folder was
    renamed), the others in the given order.
    """
    sizes = {state.size for state in removed if state.digest}
    added = [content(state) if state.size in sizes else state for state in added]
    moved: list[tuple[FileState, FileState]] = []
    for keep_name in (True, False):
        waiting: dict[tuple[str, ...], list[FileState]] = {}
        for old in reversed(removed):
            waiting.setdefault(_identity(old, keep_name), []).append(old)
        for new in added:
            olds = waiting.get(_identity(new, keep_name)) if new.digest else None
            if olds:
                moved.append((olds.pop(), new))
        gone = {old.path for old, _ in moved}
        come = {new.path for _, new in moved}
        removed = [state for state in removed if state.path not in gone]
        added = [state for state in added if state.path not in come]
    return moved, added, removed


def _identity(state: FileState, keep_name: bool) -> tuple[str, ...]:
    name = state.path.rpartition("/")[2] if keep_name else ""
    return (state.digest, str(state.size), name)
