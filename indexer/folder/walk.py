"""Walk a root and list its files without opening any.

Paths are `str` as `os.fsdecode` gives them: bytes that are not UTF-8 are lone surrogates, and
`os.fsencode` restores the name.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from operator import attrgetter

from indexer.extract import EXTENSIONS, extension_of, may_be_read
from indexer.extract.sources import in_words
from indexer.folder.choices import Choices
from indexer.folder.columns import Stamp
from indexer.folder.rules import MARKS, Rules, marks_in, rules_above
from indexer.folder.selection import HIDDEN, NEVER, UNCOUNTED, Refusal, Selection
from indexer.reports import FileProblem, LeftOut

_ROOT_GONE = "it is not there; what is indexed of it is kept: bring it back, or forget it"
_LOCK, _FILES_OF_AN_INDEX = "lock", ("fahras.json", "data-1")
_READ_FOLDER = os.O_RDONLY | os.O_DIRECTORY
_name_of = attrgetter("name")

_LINK: Refusal = ("link", "links are not followed")
_LINKED_TWICE: Refusal = ("link", "a link to what is there anyway")
_OTHER_KIND: Refusal = ("kind", "of no kind that is read")

Noticed = Callable[[str, Mapping[str, Stamp]], None]
"""Called with a folder and its files by name as soon as they are seen; each file comes once."""


class Folder:
    """A folder to walk."""

    __slots__ = ("included", "path", "rules")

    def __init__(self, path: str, rules: Rules, included: bool) -> None:
        self.path = path
        self.rules = rules
        """Those that hold for it, from the folders above."""
        self.included = included
        """Whether all files of the folder above are included."""


class Walk:
    """What was seen below one root, in the order the system gives."""

    def __init__(
        self,
        root: str,
        notice: Noticed | None = None,
        choices: Choices = Choices(),  # noqa: B008  immutable
        *,
        lists: bool = False,
    ) -> None:
        """`lists`: whether what is left out is listed."""
        self.root = root
        self.selection = Selection(root, choices)
        self.skipped: Counter[str] = Counter()
        """How many files of no kind that is read, by extension (lower case, with dot; "" for
        none)."""
        self.left_out: list[LeftOut] | None = [] if lists else None
        self.problems: list[FileProblem] = []
        self.unreadable: list[str] = []
        """Folders and files that exist, or may exist, but could not be examined."""
        self.folders: dict[str, dict[str, Stamp]] = {}
        """Size and time by folder and name; a folder is the root as given, joined with the names
        below it."""
        self.links: list[tuple[str, Folder]] = []
        """Links that are to be followed, and the folders in which they are."""
        self.entered: set[tuple[int, int]] = set()
        """If links are followed, the device and inode of each folder seen."""
        self._notice = notice

    @property
    def files(self) -> dict[str, Stamp]:
        """The same by path."""
        return {
            os.path.join(folder, name): stamp
            for folder, files in self.folders.items()
            for name, stamp in files.items()
        }

    def takes(self, path: str) -> bool:
        """Whether a path is one of the files; to list them all takes longer than to see them."""
        folder, name = os.path.split(path)
        return name in self.folders.get(folder, ())

    def take(self, folder: str, files: dict[str, Stamp]) -> None:
        """Add files of a folder, by name, none of which was added before."""
        self.folders[folder] = self.folders[folder] | files if folder in self.folders else files
        if self._notice is not None:
            self._notice(folder, files)

    def leave(self, path: str, refusal: Refusal) -> None:
        """Note what is left out."""
        if self.left_out is not None:
            self.left_out.append(LeftOut(path, *refusal))

    def complain(self, path: str, reason: str) -> None:
        """Note a problem that keeps no file from being read."""
        self.problems.append(FileProblem(path, reason, fatal=False, lost=False))

    def lose(self, path: str, error: OSError) -> None:
        """Note what could not be examined.

        A file removed since its folder was listed is no problem.
        """
        gone = isinstance(error, FileNotFoundError)
        if not gone or path == self.root:
            self.unreadable.append(path)
            self.problems.append(FileProblem(path, _ROOT_GONE if gone else in_words(error)))


def walk(
    root: str,
    notice: Noticed | None = None,
    choices: Choices = Choices(),  # noqa: B008  immutable
    *,
    lists: bool = False,
) -> Walk:
    """Examine every file below `root`, or `root` itself if it is a file.

    Left out: what `choices` and ignore files say, hidden names, links unless they are followed,
    extensions that are not read (these are counted), and whatever is an index. A link that is
    followed stands for what it leads to, unless that itself or another link to it is there too.
    Costs one `stat` per file of a supported kind, none for the others.
    """
    seen = Walk(root, notice, choices, lists=lists)
    try:
        mode = os.stat(root).st_mode
    except OSError as error:
        seen.lose(root, error)
        return seen
    if not stat.S_ISDIR(mode):
        take_file(seen, root)
        return seen
    _walk_all(seen, [top_of(seen)])
    return seen


def top_of(seen: Walk) -> Folder:
    """The root of a walk as a folder."""
    rules = rules_above(seen.root, seen.complain) if seen.selection.obeys else Rules()
    return Folder(seen.root, rules, seen.selection.include is None)


def visit(
    root: str,
    paths: Iterable[str],
    notice: Noticed | None = None,
    choices: Choices = Choices(),  # noqa: B008  immutable
) -> Walk:
    """Examine only some paths below a root, a folder: files, or folders with all below them.

    The result is what `walk` would have seen of them, if links are not followed. What is not there
    is not in it.
    """
    seen = Walk(root, notice, choices)
    ways: dict[str, Folder | None] = {root: top_of(seen)}
    wanted: dict[str, set[str]] = {}
    for path in paths:
        folder, name = os.path.split(path)
        wanted.setdefault(folder, set()).add(name)
    for folder, names in wanted.items():
        way = None if _is_within(folder, wanted) else way_to(seen, folder, ways)
        if way is not None:
            folders: list[Folder] = []
            _look_at_folder(seen, way, folders, only=names)
            _walk_all(seen, folders)
    return seen


def _is_within(folder: str, wanted: Mapping[str, Collection[str]]) -> bool:
    """Whether a folder, or one above it, is wanted as a whole."""
    parent, name = os.path.split(folder)
    while name:
        if name in wanted.get(parent, ()):
            return True
        parent, name = os.path.split(parent)
    return False


def way_to(seen: Walk, folder: str, ways: dict[str, Folder | None]) -> Folder | None:
    """A folder below the root as a walk would come to it; None if it would not."""
    if folder in ways:
        return ways[folder]
    parent, name = os.path.split(folder)
    above = way_to(seen, parent, ways) if len(parent) >= len(seen.root) else None
    found: Folder | None = None
    if above is not None and name not in NEVER and not os.path.islink(folder):
        rules = _rules_within(seen, above, marks_in(parent))
        is_folder = os.path.isdir(folder)
        if seen.selection.refuses(folder, name, is_folder=is_folder, rules=rules) is None:
            included = seen.selection.includes(parent, above=above.included)
            found = Folder(folder, rules, included)
    ways[folder] = found
    return found


def name_order(path: str) -> str:
    """A sort key: the files of a folder before those in its subfolders, each ordered by name."""
    folder, _, name = path.rpartition("/")
    return folder.replace("/", "\0") + "\0\0" + name


def _walk_all(seen: Walk, folders: list[Folder]) -> None:
    """Walk folders and what is below them, then what links lead to."""
    _walk_folders(seen, folders)
    while seen.links:
        _follow_links(seen)
    seen.problems.sort(key=lambda problem: name_order(problem.path))


def _walk_folders(seen: Walk, folders: list[Folder]) -> None:
    while folders:
        _look_at_folder(seen, folders.pop(), folders)


def _rules_within(seen: Walk, folder: Folder, marks: Collection[str]) -> Rules:
    """The rules that hold for what is in a folder."""
    if not (marks and seen.selection.obeys):
        return folder.rules
    return folder.rules.entered(folder.path, marks, seen.complain)


def _look_at_folder(
    seen: Walk, folder: Folder, folders: list[Folder], only: Collection[str] | None = None
) -> None:
    """Take the files of one folder, or `only` some; its subfolders are added to the list.

    The system looks names up in the open folder: a sixth faster than by whole paths.
    """
    path = folder.path
    try:
        descriptor = os.open(path, _READ_FOLDER)
    except OSError as error:
        seen.lose(path, error)
        return
    try:
        if not _holds_an_index(descriptor) and _is_first_time(seen, path, descriptor, only):
            with os.scandir(descriptor) as scan:
                entries = list(scan)
            marks = MARKS.intersection(map(_name_of, entries))
            within = Folder(
                path,
                _rules_within(seen, folder, marks),
                seen.selection.includes(path, above=folder.included),
            )
            if only is not None:
                entries = [entry for entry in entries if entry.name in only]
            files = _files_of(seen, entries, within, folders)
            if files or only is None:
                seen.take(path, files)
    except OSError as error:
        seen.lose(path, error)
    finally:
        os.close(descriptor)


def _is_first_time(seen: Walk, path: str, descriptor: int, only: Collection[str] | None) -> bool:
    """Whether an open folder was not walked before, by another link to it."""
    if not seen.selection.follow or only is not None:
        return True
    info = os.fstat(descriptor)
    if (info.st_dev, info.st_ino) in seen.entered:
        seen.leave(path, _LINKED_TWICE)
        return False
    seen.entered.add((info.st_dev, info.st_ino))
    return True


def _holds_an_index(descriptor: int) -> bool:
    """Whether an open folder is itself an index, whatever its name."""
    return _has(descriptor, _LOCK) and any(_has(descriptor, name) for name in _FILES_OF_AN_INDEX)


def _has(descriptor: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=descriptor, follow_symlinks=False)
    except OSError:
        return False
    return True


def _files_of(
    seen: Walk, entries: Iterable[os.DirEntry[str]], folder: Folder, folders: list[Folder]
) -> dict[str, Stamp]:
    """The files of an open folder by name, with the size and time of each."""
    files: dict[str, Stamp] = {}
    prefix = os.path.join(folder.path, "")
    selection, rules, included = seen.selection, folder.rules, folder.included
    judges, takes_hidden = bool(rules or selection.exclude), selection.hidden
    is_asked = selection.is_asked
    for entry in entries:
        name = entry.name
        if name[0] == "." and (name in NEVER or not (judges or takes_hidden)):
            if seen.left_out is not None and name not in UNCOUNTED:
                seen.leave(prefix + name, HIDDEN)
            continue
        try:
            is_file = entry.is_file(follow_symlinks=False)
            is_folder = not is_file and entry.is_dir(follow_symlinks=False)
            if not (is_file or is_folder) and entry.is_symlink():
                _meet_link(seen, prefix + name, folder)
                continue
            if judges and (
                refusal := selection.refuses(prefix + name, name, is_folder=is_folder, rules=rules)
            ):
                if name not in UNCOUNTED:
                    seen.leave(prefix + name, refusal)
            elif is_folder:
                folders.append(Folder(prefix + name, rules, included))
            elif name[name.rfind(".") :] in EXTENSIONS or _is_to_be_seen(name, is_file=is_file):
                info = entry.stat(follow_symlinks=False)
                if (is_file or _is_regular(seen, prefix + name, info)) and (
                    not is_asked or _is_chosen(seen, prefix + name, info, folder)
                ):
                    files[name] = (info.st_size, info.st_mtime_ns)
            else:
                _skip(seen, prefix + name)
        except OSError as error:
            seen.lose(prefix + name, error)
    return files


def _is_to_be_seen(name: str, *, is_file: bool) -> bool:
    """Whether something may be a file to read: without a telling name, only a regular file may."""
    return may_be_read(name) if is_file else extension_of(name) in EXTENSIONS


def _is_chosen(seen: Walk, path: str, info: os.stat_result, folder: Folder) -> bool:
    """Whether a file is one of those that were chosen; if not, that is noted."""
    refusal = seen.selection.refuses_file(
        path, extension_of(path), info.st_size, included=folder.included
    )
    if refusal is not None:
        seen.leave(path, refusal)
    return refusal is None


def _skip(seen: Walk, path: str) -> None:
    """Note a file of no kind that is read."""
    extension = extension_of(path)
    seen.skipped[extension] += 1
    seen.leave(path, _OTHER_KIND)


def take_file(seen: Walk, path: str) -> None:
    """Take a file that the user named, whatever its name and size."""
    if not may_be_read(path):
        _skip(seen, path)
        seen.problems.append(FileProblem(path, "not a kind of file that is read"))
        return
    try:
        info = os.stat(path)
    except OSError as error:
        seen.lose(path, error)
        return
    if _is_regular(seen, path, info):
        folder, name = os.path.split(path)
        seen.take(folder, {name: (info.st_size, info.st_mtime_ns)})


def _is_regular(seen: Walk, path: str, info: os.stat_result) -> bool:
    """Whether a file may be opened; if not, a problem is noted."""
    if stat.S_ISREG(info.st_mode):
        return True
    reason = "not a regular file (a pipe, socket or device): it was not opened"
    seen.problems.append(FileProblem(path, reason))
    return False


def _meet_link(seen: Walk, path: str, folder: Folder) -> None:
    """A link waits until all is seen that is no link, or is left out."""
    if seen.selection.follow:
        seen.links.append((path, folder))
    else:
        seen.leave(path, _LINK)


def _follow_links(seen: Walk) -> None:
    """Take what the links met so far lead to, each file and folder once, in the order of names."""
    links = sorted(seen.links, key=lambda link: name_order(link[0]))
    seen.links = []
    targets = _targets(seen, "")
    for path, folder in links:
        name = os.path.basename(path)
        try:
            info = os.stat(path)
        except OSError as error:
            if extension_of(path) in EXTENSIONS:
                reason = f"a link that leads nowhere: {error.strerror}"
                seen.problems.append(FileProblem(path, reason))
            continue
        is_folder = stat.S_ISDIR(info.st_mode)
        refusal = seen.selection.refuses(path, name, is_folder=is_folder, rules=folder.rules)
        if refusal is not None or name in NEVER:
            seen.leave(path, refusal or _LINK)
        elif is_folder:
            _walk_folders(seen, [Folder(path, folder.rules, folder.included)])
            targets |= _targets(seen, path)
        elif not may_be_read(path):
            _skip(seen, path)
        elif (target := os.path.realpath(path)) in targets:
            seen.leave(path, _LINKED_TWICE)
        elif _is_regular(seen, path, info) and _is_chosen(seen, path, info, folder):
            targets.add(target)
            seen.take(os.path.dirname(path), {name: (info.st_size, info.st_mtime_ns)})


def _targets(seen: Walk, below: str) -> set[str]:
    """What the files that were seen below a folder really are, links being resolved."""
    real: set[str] = set()
    for folder, files in seen.folders.items():
        if folder.startswith(below):
            place = os.path.realpath(folder)
            for name in files:
                path = os.path.join(folder, name)
                is_link = os.path.islink(path)
                real.add(os.path.realpath(path) if is_link else os.path.join(place, name))
    return real
