"""Where does an index live, and which version is it?

An index folder (`.fahras` in the indexed folder, or wherever `--index` says) holds one small
file, `fahras.json`, that names the versions and the data folder in use, and that data folder with
the Whoosh index and its catalogue. A rebuild fills a new data folder, then replaces the small
file: until then the old index answers.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from analyzers import ANALYZER_VERSION
from indexer.codec.format import FORMAT_VERSION
from indexer.errors import (
    IndexCorruptError,
    IndexLockedError,
    IndexNotWritableError,
    IndexVersionError,
    NoIndexError,
)
from indexer.folder.catalogue import Catalogue, head_of
from indexer.storage.durable import sync_folder

INDEX_NAME = ".fahras"
CATALOGUE = "files-"
"""What the names of catalogues begin with."""

_IDENTITY = "fahras.json"
_LOCK = "lock"

_ABANDONED_S = 600
"""A data folder that is not in use and so old belongs to no rebuild that is about to begin."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}


class Location(NamedTuple):
    """An index folder and the data folder that it names."""

    index_dir: str
    data_dir: str
    home: str


def default_index_dir(folder: str) -> str:
    """Where the index of a folder lives unless told otherwise."""
    return os.path.join(os.path.abspath(folder), INDEX_NAME)


def find(start: str) -> str:
    """The index folder of `start` or of the nearest folder above it, as git finds its own.

    Raises NoIndexError where there is none.
    """
    folder = os.path.abspath(start)
    if not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    first = folder
    while True:
        candidate = os.path.join(folder, INDEX_NAME)
        if exists(candidate):
            return candidate
        parent = os.path.dirname(folder)
        if parent == folder:
            raise NoIndexError(
                f"nothing is indexed in {first} or above it: run fahras index there first"
            )
        folder = parent


def exists(index_dir: str) -> bool:
    """Whether an index, of whatever version, is there. PermissionError where that is hidden."""
    try:
        os.stat(os.path.join(index_dir, _IDENTITY))
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


@contextmanager
def writing(index_dir: str) -> Iterator[None]:
    """Say, of errors of the disk that the index lies on, what they mean for the index."""
    place = os.path.abspath(index_dir)
    try:
        yield
    except OSError as error:
        reason = error.strerror
        if error.errno in _FULL:
            raise IndexNotWritableError(
                f"no room to write the index in {place} ({reason}); it is as it was: make room, "
                "or keep it elsewhere with --index DIR"
            ) from error
        if error.errno in _REFUSED and _is_below(error.filename, place):
            can = "it can still be searched" if exists(place) else "nothing was indexed"
            raise IndexNotWritableError(
                f"the index in {place} cannot be written to ({reason}); {can}: change its mode, "
                "or keep it elsewhere with --index DIR"
            ) from error
        raise


@contextmanager
def exclusive(index_dir: str) -> Iterator[None]:
    """Hold the index for writing. Raises IndexLockedError where another process does.

    The lock is the system's (flock): it ends with its process, however that ends. What keeps the
    index from being written to, from the first byte to the last, comes as IndexNotWritableError.
    """
    import fcntl  # not on Windows, where an index can be read

    with writing(index_dir), open(os.path.join(index_dir, _LOCK), "w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise IndexLockedError(
                f"another fahras is writing to {index_dir}: wait until it is done"
            ) from error
        yield


def _is_below(path: object, folder: str) -> bool:
    name = os.path.abspath(os.fsdecode(path)) if isinstance(path, str | bytes) else ""
    return name == folder or name.startswith(folder + os.sep)


def read(index_dir: str) -> Location:
    """The location of an index of this version.

    Raises NoIndexError, IndexVersionError, or IndexCorruptError.
    """
    identity = _identity(index_dir)
    versions = (identity.get("format"), identity.get("analyzer"))
    if versions != (FORMAT_VERSION, ANALYZER_VERSION):
        raise IndexVersionError(
            f"the index in {index_dir} is of format {versions[0]}, analyzer {versions[1]}; this "
            f"Fahras needs format {FORMAT_VERSION}, analyzer {ANALYZER_VERSION}: run fahras index "
            "--rebuild"
        )
    return _location(index_dir, identity)


def locate(index_dir: str) -> Location:
    """The location of an index of whatever version. Raises NoIndexError or IndexCorruptError."""
    return _location(index_dir, _identity(index_dir))


def _identity(index_dir: str) -> dict[str, Any]:
    try:
        with open(os.path.join(index_dir, _IDENTITY), encoding="utf-8") as file:
            identity = json.load(file)
    except (FileNotFoundError, NotADirectoryError):
        raise NoIndexError(f"there is no index in {index_dir}: run fahras index first") from None
    except PermissionError:
        raise
    except (OSError, ValueError) as error:
        raise IndexCorruptError(
            f"{os.path.join(index_dir, _IDENTITY)} is damaged: run fahras index --rebuild"
        ) from error
    return identity if isinstance(identity, dict) else {}


def _location(index_dir: str, identity: dict[str, Any]) -> Location:
    data, home = identity.get("data"), identity.get("home")
    if not isinstance(data, str) or not isinstance(home, str) or os.sep in data:
        raise IndexCorruptError(f"{index_dir} names no data: run fahras index --rebuild")
    return Location(
        index_dir,
        os.path.join(index_dir, data),
        os.path.abspath(os.path.join(index_dir, home)),
    )


def home_and_roots(index_dir: str) -> tuple[str, list[str]]:
    """The home of an index that may be of another version, and its roots, for a rebuild.

    What cannot be learnt is what a first `fahras index` would take. Raises NoIndexError.
    """
    home = os.path.dirname(os.path.abspath(index_dir))
    try:
        location = locate(index_dir)
    except IndexCorruptError:
        return home, ["."]
    try:
        roots = head_of(newest_catalogue(location.data_dir))["roots"]
    except (OSError, ValueError, LookupError, TypeError):
        roots = []
    return location.home, [Catalogue(location.home).key(root) for root in roots] or ["."]


def newest_catalogue(data_dir: str) -> str:
    """The catalogue that was written last, be its generation committed or not. Raises OSError."""
    names = [name for name in os.listdir(data_dir) if name.startswith(CATALOGUE)]
    paths = [os.path.join(data_dir, name) for name in names]
    if not paths:
        raise FileNotFoundError(data_dir)
    return max(paths, key=os.path.getmtime)


def discard(data_dir: str) -> None:
    """Remove a data folder that is not, or no longer, in use."""
    import shutil

    shutil.rmtree(data_dir, ignore_errors=True)


def new_data_dir(index_dir: str) -> str:
    """Make an empty data folder beside the one in use, which stays in use."""
    number = 0
    with writing(index_dir):
        os.makedirs(index_dir, exist_ok=True)
        while True:
            number += 1
            path = os.path.join(index_dir, f"data-{number}")
            try:
                os.mkdir(path)
            except FileExistsError:
                continue
            return path


def switch(index_dir: str, data_dir: str, home: str) -> Location:
    """Name `data_dir` as the data in use, atomically, and remove the others."""
    inside = os.path.dirname(os.path.abspath(index_dir)) == home
    identity = {
        "format": FORMAT_VERSION,
        "analyzer": ANALYZER_VERSION,
        "data": os.path.basename(data_dir),
        "home": ".." if inside else home,
    }
    path = os.path.join(index_dir, _IDENTITY)
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(identity, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)
    sync_folder(index_dir)
    _remove_other_data(index_dir, data_dir)
    return Location(index_dir, data_dir, home)


def remove_abandoned(index_dir: str, data_dir: str) -> None:
    """Remove the data folders of rebuilds that were killed; the caller holds the lock."""
    newest = time.time() - _ABANDONED_S
    for entry in os.scandir(index_dir):
        unused = entry.name.startswith("data-") and entry.path != data_dir
        if unused and entry.stat().st_mtime < newest:
            discard(entry.path)


def _remove_other_data(index_dir: str, data_dir: str) -> None:
    for name in os.listdir(index_dir):
        path = os.path.join(index_dir, name)
        if name.startswith("data-") and path != data_dir:
            discard(path)
