"""Check who owns an index, and keep indexes private.

In a folder that others may write to, anyone can plant an index: it would decide which files `fahras
index` reads, and answer what it likes. So an index that was not named with `--index` must belong to
its user, and its home must not lie outside the folder that it was found in. The accepted owners are
those of git (`safe.directory`): the effective user and, if that is root through sudo, the user who
called sudo.

An index contains the texts of files that may be private, so it is private as well.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress

from indexer.errors import IndexRefusedError, Remedy
from indexer.storage.untrusted import open_own

_ROOT = 0
_UID_DIGITS = 10
_OTHERS = 0o077
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600


def require_own(index_dir: str, *files: str) -> None:
    """Raise IndexRefusedError if the folder, or an existing file, belongs to another user."""
    if not hasattr(os, "geteuid"):  # Windows has no such owners
        return
    allowed = _allowed_owners()
    for path in (index_dir, *files):
        for owner in _owners(path):
            if owner not in allowed:
                raise IndexRefusedError(
                    f"the index in {index_dir} belongs to {_name_of(owner)}, not to you: if you "
                    "trust whoever made it, name it",
                    remedy=Remedy("name_index", index_dir),
                )


def _allowed_owners() -> set[int]:
    allowed = {os.geteuid()}
    caller = os.environ.get("SUDO_UID", "")
    if _ROOT in allowed and caller.isascii() and caller.isdecimal() and len(caller) <= _UID_DIGITS:
        allowed.add(int(caller))
    return allowed


def _owners(path: str) -> set[int]:
    """The owner of a file and, if it is a link, of its target."""
    owners = set()
    for status_of in (os.lstat, os.stat):
        with suppress(FileNotFoundError):
            owners.add(status_of(path).st_uid)
    return owners


def _name_of(user: int) -> str:
    with suppress(ImportError, KeyError):
        import pwd

        return pwd.getpwuid(user).pw_name
    return f"user {user}"


def require_home_within(index_dir: str, home: str) -> None:
    """Raise IndexRefusedError if an index belongs to a folder outside the one that it is in."""
    folder = os.path.dirname(os.path.abspath(index_dir))
    if not _is_within(home, folder) and not _is_within(*map(os.path.realpath, (home, folder))):
        raise IndexRefusedError(
            f"the index in {index_dir} is of {home}, which is outside {folder}: if that is meant, "
            "name it",
            remedy=Remedy("name_index", index_dir),
        )


def _is_within(path: str, folder: str) -> bool:
    path = os.path.normpath(path)
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def make_private(folder: str, names: Iterable[str]) -> None:
    """Let only their owner read a folder of an index and these files in it.

    Indexes up to format 2 were as open as the umask allowed. Nothing changes for files of another
    user, or on a system without such modes.
    """
    if not hasattr(os, "fchmod"):
        return
    with suppress(PermissionError):
        if stat.S_IMODE(os.lstat(folder).st_mode) & _OTHERS:
            os.chmod(folder, _FOLDER_MODE)
        for name in names:
            _make_file_private(os.path.join(folder, name))


def _make_file_private(path: str) -> None:
    with suppress(FileNotFoundError):
        if stat.S_IMODE(os.lstat(path).st_mode) & _OTHERS:
            descriptor = open_own(path)
            try:
                os.fchmod(descriptor, _FILE_MODE)
            finally:
                os.close(descriptor)
