"""What files are there? A root is looked at without opening any file.

Paths are `str` in the manner of `os.fsdecode`: bytes that are not UTF-8 are lone surrogates, and
`os.fsencode` gives the name back.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from indexer.errors import FahrasError
from indexer.extract import EXTENSIONS, extension_of
from indexer.extract.sources import in_words
from indexer.files import Stamp
from indexer.reports import FileProblem

IGNORE_NAME = ".fahrasignore"

_ROOT_GONE = (
    "it is not there; what is indexed of it is kept: bring it back, or take it out with "
    "fahras index --forget"
)
_FILES_OF_AN_INDEX = ("fahras.json", "lock")


_READ_FOLDER = os.O_RDONLY | os.O_DIRECTORY


class Walk:
    """What was seen below one root, in the order of the names."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.files: dict[str, Stamp] = {}
        """Size and time by path: the root as it was given, joined with the names below it."""
        self.skipped: Counter[str] = Counter()
        """How many files were passed over, by extension (lower case, with dot; "" for none)."""
        self.problems: list[FileProblem] = []
        self.unreadable: list[str] = []
        """Folders and files that are there, or may be, but could not be looked at."""
        self.ignore: Callable[[str], bool] | None = None
        """Whether a path, a folder's with "/" at its end, is left out by the root's ignore file."""

    @property
    def reachable(self) -> bool:
        """False where the root itself could not be looked at: nothing is known about it."""
        return self.root not in self.unreadable


Noticed = Callable[[Mapping[str, Stamp]], None]
"""Is told of the files of each folder as soon as they are seen; of each file once."""


def walk(root: str, notice: Noticed | None = None) -> Walk:
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
        if notice is not None:
            notice(seen.files)
        return seen
    seen.ignore = _ignore_rule(root)
    links: list[str] = []
    folders = [root]
    while folders:
        folders += reversed(_look_at_folder(seen, folders.pop(), links, notice))
    if links:
        added = _follow_links(seen, links)
        if notice is not None:
            notice(added)
    seen.problems.sort(key=lambda problem: _name_order(problem.path))
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


def _look_at_folder(seen: Walk, folder: str, links: list[str], notice: Noticed | None) -> list[str]:
    """Note the files of one folder; its folders are returned, in the order of their names.

    The system looks names up in the folder that is open: a sixth sooner than whole paths.
    """
    try:
        descriptor = os.open(folder, _READ_FOLDER)
    except OSError as error:
        _lost(seen, folder, error)
        return []
    folders: list[str] = []
    try:
        if not _holds_an_index(descriptor):
            found = _Folder(os.path.join(folder, ""))
            with os.scandir(descriptor) as entries:
                _note_entries(seen, entries, found)
            if notice is not None:
                notice(found.files)
            folders = found.end(seen, links)
    except OSError as error:
        _lost(seen, folder, error)
    finally:
        os.close(descriptor)
    return folders


class _Folder:
    """What is in one folder, by path, in whatever order the system tells it."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.files: dict[str, Stamp] = {}
        self.folders: list[str] = []
        self.links: list[str] = []

    def end(self, seen: Walk, links: list[str]) -> list[str]:
        """Hand files and links on in the order of the names; the folders are returned in it."""
        for path in sorted(self.files):
            seen.files[path] = self.files[path]
        links += sorted(self.links)
        return sorted(self.folders)


def _holds_an_index(descriptor: int) -> bool:
    """Whether an open folder is itself that of an index, whatever its name."""
    for name in _FILES_OF_AN_INDEX:
        try:
            os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        except OSError:
            return False
    return True


def _note_entries(seen: Walk, entries: Iterable[os.DirEntry[str]], found: _Folder) -> None:
    """Note what is in an open folder; each file is asked for its size and time at once."""
    prefix, files, ignore = found.prefix, found.files, seen.ignore
    for entry in entries:
        name = entry.name
        if name[0] == ".":
            continue
        try:
            if not entry.is_file(follow_symlinks=False):
                _note_other(seen, entry, found)
            elif ignore is not None and ignore(prefix + name):
                continue
            elif name[name.rfind(".") :] in EXTENSIONS or extension_of(name) in EXTENSIONS:
                info = entry.stat(follow_symlinks=False)
                files[prefix + name] = (info.st_size, info.st_mtime_ns)
            else:
                seen.skipped[extension_of(name)] += 1
        except OSError as error:
            _lost(seen, prefix + name, error)


def _note_other(seen: Walk, entry: os.DirEntry[str], found: _Folder) -> None:
    """Note what is no regular file: a folder, a link, or what is never opened."""
    path = found.prefix + entry.name
    is_folder = entry.is_dir(follow_symlinks=False)
    if seen.ignore is not None and seen.ignore(path + "/" * is_folder):
        return
    if is_folder:
        found.folders.append(path)
    elif entry.is_symlink():
        found.links.append(path)
    elif extension_of(entry.name) in EXTENSIONS:
        _note(seen, path, entry.stat(follow_symlinks=False))
    else:
        seen.skipped[extension_of(entry.name)] += 1


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


def _follow_links(seen: Walk, links: list[str]) -> dict[str, Stamp]:
    """Add the files that links lead to, each once, and restore the order of the names.

    The files that were added are returned.
    """
    before = set(seen.files)
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
    return {path: stamp for path, stamp in seen.files.items() if path not in before}


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
