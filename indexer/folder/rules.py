"""Which ignore files hold in a folder, and what do they say of a path? As ripgrep has it.

`.fahrasignore` counts more than `.ignore`, and that more than `.gitignore`, whichever is deeper;
among files of one name the deepest decides, and `.git/info/exclude` comes last. `.gitignore` and
`exclude` hold only within a git repository, and none from above its top. Every file may take back
what those behind it leave out, by a pattern with `!`; then also a hidden name is taken.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from indexer.errors import FahrasError
from indexer.extract.sources import in_words
from indexer.given import MIB, read_given

if TYPE_CHECKING:
    from indexer.folder.ignore import Ignore, Rule

OWN, COMMON, OF_GIT, REPOSITORY = ".fahrasignore", ".ignore", ".gitignore", ".git"
MARKS = frozenset((OWN, COMMON, OF_GIT, REPOSITORY))
"""The names in a folder that tell of rules."""

_MOST_BYTES = 1 * MIB
_MOST_POINTER_BYTES = 1 << 13

Complain = Callable[[str, str], None]
"""Told the path of an ignore file that cannot be used, and why."""


class Rules:
    """The ignore files that hold in a folder; `Rules()` are none."""

    __slots__ = ("_by_kind", "_in_git", "_ordered")

    def __init__(
        self,
        by_kind: tuple[tuple[Ignore, ...], ...] = ((), (), (), ()),
        *,
        in_git: bool = False,
    ) -> None:
        """by_kind: the files by kind, the most important kind first, of each the deepest first."""
        self._by_kind = by_kind
        self._ordered = tuple(ignore for files in by_kind for ignore in files)
        self._in_git = in_git

    def __bool__(self) -> bool:
        """Whether there is any rule."""
        return bool(self._ordered)

    def decide(self, path: str, *, is_folder: bool) -> tuple[Ignore, Rule] | None:
        """The rule that decides about a path, and its file; None if no rule does."""
        for ignore in self._ordered:
            rule = ignore.decides(path, is_folder=is_folder)
            if rule is not None:
                return ignore, rule
        return None

    def entered(self, folder: str, names: Collection[str], complain: Complain) -> Rules:
        """The rules that hold within a folder; `names` are those of `MARKS` that are in it.

        Raises FahrasError for a `.fahrasignore` that cannot be used: what it leaves out would be
        indexed. The others, which are a stranger's more often, are complained of.
        """
        own, common, of_git, excluded = self._by_kind
        in_git = self._in_git
        if REPOSITORY in names:
            in_git, of_git = True, ()
            excluded = _read(_exclude_file(folder), folder, complain)
        if OWN in names:
            own = _read(os.path.join(folder, OWN), folder, None) + own
        if COMMON in names:
            common = _read(os.path.join(folder, COMMON), folder, complain) + common
        if in_git and OF_GIT in names:
            of_git = _read(os.path.join(folder, OF_GIT), folder, complain) + of_git
        return Rules((own, common, of_git, excluded), in_git=in_git)


def rules_above(root: str, complain: Complain) -> Rules:
    """The rules that hold at a root, from the folders above it up to the top of its repository.

    Outside of a repository there are none: nothing above a root is asked.
    """
    rules = Rules()
    for folder in _up_to_repository(root):
        rules = rules.entered(folder, marks_in(folder), complain)
    return rules


def marks_in(folder: str) -> list[str]:
    """The names of `MARKS` that are in a folder."""
    return [name for name in MARKS if os.path.lexists(os.path.join(folder, name))]


def _up_to_repository(root: str) -> list[str]:
    """The folders above a root that belong to its repository, the top first."""
    folders: list[str] = []
    here = root
    while not os.path.lexists(os.path.join(here, REPOSITORY)):
        above = os.path.dirname(here)
        if above == here:
            return []
        folders.append(above)
        here = above
    return folders[::-1]


def _read(path: str, folder: str, complain: Complain | None) -> tuple[Ignore, ...]:
    """The rules of an ignore file for what is below `folder`; () if there is none.

    `complain` None: what is wrong with it is raised.
    """
    from indexer.folder.ignore import Ignore

    try:
        data = read_given(path, _MOST_BYTES)
        text = data.decode("utf-8-sig", "surrogateescape")
        return (Ignore.parse(text, path, folder, strict=complain is None),)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        if complain is None:
            if not os.access(folder, os.X_OK):  # the folder itself will be reported
                return ()
            raise FahrasError(f"{path} says what to leave out: {in_words(error)}") from error
        complain(path, f"an ignore file that is not obeyed: {in_words(error)}")
    except FahrasError as error:
        if complain is None:
            raise
        complain(path, f"an ignore file that is not obeyed: {str(error).removeprefix(path)}")
    return ()


def _exclude_file(folder: str) -> str:
    """The path of `info/exclude` of a repository, also of a further worktree or a submodule."""
    git = os.path.join(folder, REPOSITORY)
    if os.path.isfile(git):
        git = _pointed_at(git, folder, "gitdir:") or git
        git = _pointed_at(os.path.join(git, "commondir"), git, "") or git
    return os.path.join(git, "info", "exclude")


def _pointed_at(path: str, folder: str, begin: str) -> str | None:
    """The path that a small file of git holds, from `folder`; None if there is none."""
    try:
        said = os.fsdecode(read_given(path, _MOST_POINTER_BYTES)).strip()
    except (OSError, FahrasError):
        return None
    if not said.startswith(begin) or "\0" in said:
        return None
    return os.path.join(folder, said.removeprefix(begin).strip())
