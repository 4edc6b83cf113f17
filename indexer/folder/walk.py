"""Walk a root and list its files without opening any.

Paths are `str` as `os.fsdecode` gives them: bytes that are not UTF-8 are lone surrogates, and
`os.fsencode` restores the name.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from indexer.errors import FahrasError
from indexer.extract import EXTENSIONS, extension_of, may_be_read
from indexer.extract.sources import in_words
from indexer.folder.columns import Stamp
from indexer.given import MIB, read_given
from indexer.reports import FileProblem

IGNORE_NAME = ".fahrasignore"
_IGNORE_BYTES = 1 * MIB

_ROOT_GONE = "it is not there; what is indexed of it is kept: bring it back, or forget it"
_FILES_OF_AN_INDEX = ("fahras.json", "lock")
_READ_FOLDER = os.O_RDONLY | os.O_DIRECTORY

Noticed = Callable[[str, Mapping[str, Stamp]], None]
"""Called with a folder and its files by name as soon as they are seen; each file comes once."""


class Walk:
    """What was seen below one root, in the order the system gives."""

    def __init__(self, root: str, notice: Noticed | None = None) -> None:
        self.root = root
        self.skipped: Counter[str] = Counter()
        """How many files were skipped, by extension (lower case, with dot; "" for none)."""
        self.problems: list[FileProblem] = []
        self.unreadable: list[str] = []
        """Folders and files that exist, or may exist, but could not be examined."""
        self.ignore: Callable[[str], bool] | None = None
        """Whether the root's ignore file leaves out a path; that of a folder ends with "/"."""
        self.folders: dict[str, dict[str, Stamp]] = {}
        """Size and time by folder and name; a folder is the root as given, joined with the names
        below it."""
        self._notice = notice

    @property
    def files(self) -> dict[str, Stamp]:
        """The same by path."""
        return {
            os.path.join(folder, name): stamp
            for folder, files in self.folders.items()
            for name, stamp in files.items()
        }

    def take(self, folder: str, files: dict[str, Stamp]) -> None:
        """Add files of a folder, by name, none of which was added before."""
        self.folders[folder] = self.folders[folder] | files if folder in self.folders else files
        if self._notice is not None:
            self._notice(folder, files)


def walk(root: str, notice: Noticed | None = None) -> Walk:
    """Examine every file below `root`, or `root` itself if it is a file.

    Skipped: names that begin with a dot (such as `.fahras`), other extensions (these are counted),
    links to folders. A link to a file stands for that file, unless the file itself or another link
    to it is there too. Costs one `stat` per file of a supported kind, none for the others.
    """
    seen = Walk(root, notice)
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
        _look_at_folder(seen, folders.pop(), folders, links)
    if links:
        _follow_links(seen, sorted(links, key=name_order))
    seen.problems.sort(key=lambda problem: name_order(problem.path))
    return seen


def name_order(path: str) -> str:
    """A sort key: the files of a folder before those in its subfolders, each ordered by name."""
    folder, _, name = path.rpartition("/")
    return folder.replace("/", "\0") + "\0\0" + name


def _ignore_rule(root: str) -> Callable[[str], bool] | None:
    """The rule in the `.fahrasignore` of a root, if any, in the syntax of .gitignore."""
    path = os.path.join(root, IGNORE_NAME)
    try:
        data = read_given(path, _IGNORE_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if not os.access(root, os.X_OK):  # the root itself will be reported
            return None
        raise FahrasError(f"{path} says what to leave out: {in_words(error)}") from error
    from indexer.folder.ignore import Ignore

    ignore = Ignore.parse(data.decode("utf-8-sig", "surrogateescape"), path)
    begin = len(root.rstrip("/")) + 1
    return lambda path: ignore(path[begin:])


def _look_at_folder(seen: Walk, folder: str, folders: list[str], links: list[str]) -> None:
    """Take the files of one folder; its subfolders and links are added to the lists.

    The system looks names up in the open folder: a sixth faster than by whole paths.
    """
    try:
        descriptor = os.open(folder, _READ_FOLDER)
    except OSError as error:
        _lost(seen, folder, error)
        return
    try:
        if not _holds_an_index(descriptor):
            with os.scandir(descriptor) as entries:
                files = _files_of(seen, entries, os.path.join(folder, ""), folders, links)
            seen.take(folder, files)
    except OSError as error:
        _lost(seen, folder, error)
    finally:
        os.close(descriptor)


def _holds_an_index(descriptor: int) -> bool:
    """Whether an open folder is itself an index, whatever its name."""
    for name in _FILES_OF_AN_INDEX:
        try:
            os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        except OSError:
            return False
    return True


def _files_of(
    seen: Walk,
    entries: Iterable[os.DirEntry[str]],
    prefix: str,
    folders: list[str],
    links: list[str],
) -> dict[str, Stamp]:
    """The files of an open folder by name, with the size and time of each."""
    files: dict[str, Stamp] = {}
    ignore = seen.ignore
    for entry in entries:
        name = entry.name
        if name[0] == ".":
            continue
        try:
            is_file = entry.is_file(follow_symlinks=False)
            is_folder = not is_file and entry.is_dir(follow_symlinks=False)
            if ignore is not None and ignore(prefix + name + "/" * is_folder):
                continue
            if is_folder:
                folders.append(prefix + name)
            elif not is_file and entry.is_symlink():
                links.append(prefix + name)
            elif name[name.rfind(".") :] in EXTENSIONS or _is_to_be_seen(name, is_file=is_file):
                info = entry.stat(follow_symlinks=False)
                if is_file or _is_regular(seen, prefix + name, info):
                    files[name] = (info.st_size, info.st_mtime_ns)
            else:
                seen.skipped[extension_of(name)] += 1
        except OSError as error:
            _lost(seen, prefix + name, error)
    return files


def _is_to_be_seen(name: str, *, is_file: bool) -> bool:
    """Whether something may be a file to read: without a telling name, only a regular file may."""
    return may_be_read(name) if is_file else extension_of(name) in EXTENSIONS


def _look_at_file_root(seen: Walk) -> None:
    """Take a root that is a file; the user named it, so its name may begin with a dot."""
    extension = extension_of(seen.root)
    if may_be_read(seen.root):
        info = os.stat(seen.root)
        if _is_regular(seen, seen.root, info):
            folder, name = os.path.split(seen.root)
            seen.take(folder, {name: (info.st_size, info.st_mtime_ns)})
    else:
        seen.skipped[extension] += 1
        seen.problems.append(FileProblem(seen.root, "not a kind of file that is read"))


def _is_regular(seen: Walk, path: str, info: os.stat_result) -> bool:
    """Whether a file may be opened; if not, a problem is noted."""
    if stat.S_ISREG(info.st_mode):
        return True
    reason = "not a regular file (a pipe, socket or device): it was not opened"
    seen.problems.append(FileProblem(path, reason))
    return False


def _follow_links(seen: Walk, links: list[str]) -> None:
    """Take the files that links point to, each once."""
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
        if not may_be_read(path):
            seen.skipped[extension] += 1
            continue
        targets.add(target)
        if _is_regular(seen, path, info):
            folder, name = os.path.split(path)
            seen.take(folder, {name: (info.st_size, info.st_mtime_ns)})


def _lost(seen: Walk, path: str, error: OSError) -> None:
    """Note what could not be examined. A file removed since its folder was listed is no problem."""
    if isinstance(error, FileNotFoundError) and path != seen.root:
        return
    seen.unreadable.append(path)
    gone = isinstance(error, FileNotFoundError)
    seen.problems.append(FileProblem(path, _ROOT_GONE if gone else in_words(error)))
