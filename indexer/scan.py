"""What files are there, and what became of them? The folder set against the catalogue.

`walk` looks at a root without opening any file; `compare` sets what it saw against what the
catalogue knows, and reads a file only where name, size and time leave a doubt. Nothing is
written, and nothing that could not be looked at is ever taken for deleted.

Paths are `str` in the manner of `os.fsdecode`: bytes that are not UTF-8 are lone surrogates, and
`os.fsencode` gives the name back.
"""

from __future__ import annotations

import math
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from indexer.errors import ExtractError, FahrasError
from indexer.extract import EXTENSIONS, extension_of, hash_file
from indexer.extract.sources import in_words
from indexer.files import Stamp
from indexer.reports import FileProblem

IGNORE_NAME = ".fahrasignore"

_ROOT_GONE = (
    "it is not there; what is indexed of it is kept: bring it back, or take it out with "
    "fahras index --forget"
)
_FILES_OF_AN_INDEX = {"fahras.json", "lock"}

RACY_WINDOW_NS = 2_000_000_000
"""The coarsest clock of a file system in use (FAT): two writes within it may show one time."""


_entry_name = attrgetter("name")


class FileState(NamedTuple):
    """A file as it is or was. `digest` is blake2b-16 of the content in hex, "" if not yet known."""

    path: str
    size: int
    mtime_ns: int
    digest: str = ""


@dataclass(slots=True)
class Walk:
    """What was seen below one root, in the order of the names."""

    root: str
    files: dict[str, Stamp] = field(default_factory=dict)
    """Size and time by path: the root as it was given, joined with the names below it."""
    skipped: Counter[str] = field(default_factory=Counter)
    """How many files were passed over, by extension (lower case, with dot; "" for none)."""
    problems: list[FileProblem] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    """Folders and files that are there, or may be, but could not be looked at."""
    ignore: Callable[[str], bool] | None = None
    """Whether a path, a folder's with "/" at its end, is left out by the root's ignore file."""

    @property
    def reachable(self) -> bool:
        """False where the root itself could not be looked at: nothing is known about it."""
        return self.root not in self.unreadable


@dataclass(frozen=True, slots=True)
class Changes:
    """The files of a root by what became of them; each known or seen path is in one place."""

    added: tuple[FileState, ...] = ()
    changed: tuple[FileState, ...] = ()
    """The new states; the digest is "" where the size already told that the content differs."""
    moved: tuple[tuple[FileState, FileState], ...] = ()
    """(old, new) of files that changed only their path."""
    touched: tuple[FileState, ...] = ()
    """The new states of files that have another time but the same content."""
    removed: tuple[FileState, ...] = ()
    unchanged: tuple[str, ...] = ()
    """The paths, for these are most."""
    unreachable: tuple[str, ...] = ()
    """Paths of known files that could not be looked at this time: kept as they are."""
    problems: tuple[FileProblem, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write, not even a new time."""
        return not (self.added or self.changed or self.moved or self.touched or self.removed)


def walk(root: str) -> Walk:
    """Look at every file below `root`, or at `root` itself if it is a file.

    Passed over: names that begin with a dot (and so `.fahras`), extensions that are not read
    (counted), links to folders. A link to a file stands for that file, unless the file itself or
    another link to it is there too. Costs one `stat` a file that is read, none for the others.
    """
    seen = Walk(root)
    try:
        mode = os.stat(root).st_mode
    except OSError as error:
        _lost(seen, root, error)
        return seen
    if not stat.S_ISDIR(mode):
        _look_at_file_root(seen)
        return seen
    seen.ignore = _ignore_rule(root)
    links: list[str] = []
    folders = [root]
    while folders:
        folders += reversed(_look_at_folder(seen, folders.pop(), links))
    _follow_links(seen, links)
    return seen


def _ignore_rule(root: str) -> Callable[[str], bool] | None:
    """What the `.fahrasignore` of a root leaves out, in the syntax of .gitignore; None if none."""
    path = os.path.join(root, IGNORE_NAME)
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if not os.access(root, os.X_OK):  # the root itself will be reported
            return None
        raise FahrasError(f"{path} tells what to leave out: {in_words(error)}") from error
    from pathspec import GitIgnoreSpec

    try:
        spec = GitIgnoreSpec.from_lines(lines)
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise FahrasError(f"{path} holds a line that is no pattern: {reason}") from error
    begin = len(root.rstrip("/")) + 1
    return lambda path: spec.match_file(path[begin:])


def _look_at_folder(seen: Walk, folder: str, links: list[str]) -> list[str]:
    """Note the files of one folder; its folders are returned, in the order of their names."""
    try:
        with os.scandir(folder) as entries:
            ordered = sorted(entries, key=_entry_name)
    except OSError as error:
        _lost(seen, folder, error)
        return []
    if _FILES_OF_AN_INDEX.issubset(map(_entry_name, ordered)):
        return []
    folders = []
    for entry in ordered:
        name = entry.name
        if name[0] == ".":
            continue
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            if seen.ignore is not None and seen.ignore(entry.path + "/" * is_folder):
                continue
            if is_folder:
                folders.append(entry.path)
            elif entry.is_symlink():
                links.append(entry.path)
            elif name[name.rfind(".") :] in EXTENSIONS or extension_of(name) in EXTENSIONS:
                _note(seen, entry.path, entry.stat(follow_symlinks=False))
            else:
                seen.skipped[extension_of(name)] += 1
        except OSError as error:
            _lost(seen, entry.path, error)
    return folders


def _look_at_file_root(seen: Walk) -> None:
    """A root that is a file was named by the user: its name may begin with a dot."""
    extension = extension_of(seen.root)
    if extension in EXTENSIONS:
        _note(seen, seen.root, os.stat(seen.root))
    else:
        seen.skipped[extension] += 1
        known = " ".join(sorted(EXTENSIONS))
        seen.problems.append(FileProblem(seen.root, f"not a kind of file that is read: {known}"))


def _note(seen: Walk, path: str, info: os.stat_result) -> None:
    if stat.S_ISREG(info.st_mode):
        seen.files[path] = (info.st_size, info.st_mtime_ns)
    else:
        reason = "not a regular file (a pipe, socket or device): it was not opened"
        seen.problems.append(FileProblem(path, reason))


def _follow_links(seen: Walk, links: list[str]) -> None:
    """Add the files that links lead to, each once, then restore the order of the names."""
    if not links:
        return
    real_root = os.path.realpath(seen.root).rstrip("/")
    targets = {real_root + path[len(seen.root.rstrip("/")) :] for path in seen.files}
    for path in links:
        extension = extension_of(path)
        try:
            info = os.stat(path)
        except OSError as error:
            if extension in EXTENSIONS:
                reason = f"a link that leads nowhere: {error.strerror}"
                seen.problems.append(FileProblem(path, reason))
            continue
        target = os.path.realpath(path)
        if stat.S_ISDIR(info.st_mode) or target in targets:
            continue
        if extension not in EXTENSIONS:
            seen.skipped[extension] += 1
            continue
        targets.add(target)
        _note(seen, path, info)
    seen.files = {path: seen.files[path] for path in sorted(seen.files, key=_name_order)}


def _name_order(path: str) -> tuple[bool | str, ...]:
    """Files of a folder before those of its folders, each in the order of the names."""
    folders = path.split("/")
    return (*(part for name in folders[:-1] for part in (True, name)), False, folders[-1])


def _lost(seen: Walk, path: str, error: OSError) -> None:
    """Note what could not be looked at. A file gone since its folder was listed is just gone."""
    if isinstance(error, FileNotFoundError) and path != seen.root:
        return
    seen.unreadable.append(path)
    gone = isinstance(error, FileNotFoundError)
    seen.problems.append(FileProblem(path, _ROOT_GONE if gone else in_words(error)))


def compare(
    known: Mapping[str, Stamp],
    seen: Walk,
    *,
    digest_of: Callable[[str], str],
    last_run_ns: int | None = None,
    content_of: Callable[[str], str] = hash_file,
) -> Changes:
    """Sort the files of one root by what became of them.

    `known` is what the catalogue holds of this root, by path; `digest_of` gives the digest that it
    has of a known path (empty: content not known), and is asked only in doubt.
    Same size and time: unchanged, except within two seconds of `last_run_ns`, the time when the
    run that wrote the catalogue began: such a file may have been written again within the tick of
    the clock (git calls it racy), and is read. Same size and another time: read, touched or
    changed. Added files are read only where a removed one of the same size may have moved.
    """
    found = _Comparison(digest_of, content_of)
    racy_from = math.inf if last_run_ns is None else last_run_ns - RACY_WINDOW_NS
    for path, now in seen.files.items():
        before = known.get(path)
        if before == now and now[1] < racy_from:
            found.unchanged.append(path)
        elif before is None:
            found.added.append(FileState(path, *now))
        elif before[0] != now[0]:
            found.changed.append(FileState(path, *now))
        else:
            found.settle(before, FileState(path, *now))
    missing = sorted(path for path in known if path not in seen.files)
    hidden = _below(seen.unreadable, missing)
    gone = [path for path in missing if path not in hidden]
    found.unreachable += [path for path in missing if path in hidden]
    removed = [FileState(path, *known[path], digest_of(path)) for path in gone]
    moved, found.added, removed = _moves(removed, found.added, found.content)
    return Changes(
        added=tuple(found.added),
        changed=tuple(found.changed),
        moved=tuple(moved),
        touched=tuple(found.touched),
        removed=tuple(removed),
        unchanged=tuple(found.unchanged),
        unreachable=tuple(found.unreachable),
        problems=(*seen.problems, *found.problems),
    )


class _Comparison:
    """The piles that `compare` sorts into, and the reading that settles doubts."""

    def __init__(self, digest_of: Callable[[str], str], content_of: Callable[[str], str]) -> None:
        self._digest_of = digest_of
        self._content_of = content_of
        self.added: list[FileState] = []
        self.changed: list[FileState] = []
        self.touched: list[FileState] = []
        self.unchanged: list[str] = []
        self.unreachable: list[str] = []
        self.problems: list[FileProblem] = []

    def content(self, state: FileState) -> FileState:
        """`state` with its digest; as it was where the file cannot be read."""
        try:
            return state._replace(digest=self._content_of(state.path))
        except ExtractError:
            return state

    def settle(self, before: Stamp, now: FileState) -> None:
        """Decide by content what size and time leave open."""
        try:
            now = now._replace(digest=self._content_of(now.path))
        except ExtractError as error:
            self.unreachable.append(now.path)
            self.problems.append(FileProblem(now.path, str(error)))
            return
        if now.digest != self._digest_of(now.path):
            self.changed.append(now)
        elif before != (now.size, now.mtime_ns):
            self.touched.append(now)
        else:
            self.unchanged.append(now.path)


def _below(folders: Iterable[str], paths: Iterable[str]) -> set[str]:
    """The paths that are one of `folders` or lie below one of them."""
    exact = set(folders)
    prefixes = tuple(folder.rstrip("/") + "/" for folder in exact)
    return {path for path in paths if path in exact or path.startswith(prefixes)}


def _moves(
    removed: list[FileState],
    added: list[FileState],
    content: Callable[[FileState], FileState],
) -> tuple[list[tuple[FileState, FileState]], list[FileState], list[FileState]]:
    """Pair removed with added files of the same content: (moved, added, removed) that remain.

    Among several of one content, those that kept their name are paired first (a folder was
    renamed), the others in the order they come in.
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
