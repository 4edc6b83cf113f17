"""Where does an index live, and which version is it?

An index folder (`.fahras` in the indexed folder, or wherever `--index` says) holds one small
file, `fahras.json`, that names the versions and the data folder in use, and that data folder with
the Whoosh index and its catalogue. A rebuild fills a new data folder, then replaces the small
file: until then the old index answers.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import Any, NamedTuple

from analyzers import ANALYZER_VERSION
from indexer.codec.format import FORMAT_VERSION
from indexer.errors import (
    IndexCorruptError,
    IndexVersionError,
    NoIndexError,
    NoRootsError,
)
from indexer.folder.catalogue import Catalogue, head_of
from indexer.storage import durable

INDEX_NAME = ".fahras"
CATALOGUE = "files-"
"""What the names of catalogues begin with."""

_IDENTITY = "fahras.json"
_NEW = ".new"
_WHOOSH_TEMPORARY = "MAIN.tmp"
"""An empty folder that writers before format 3 made; a killed one left it."""

_is_data = re.compile(r"data-[1-9][0-9]*").fullmatch
_is_catalogue = re.compile(r"files-([0-9]+)\.(?:fhc|json)").fullmatch
_is_toc = re.compile(r"_MAIN_([0-9]+)\.toc").fullmatch
_is_ours = re.compile(
    r"_MAIN_[0-9]+\.toc(\.new)?|MAIN_[0-9a-z]{16}\.fhs|MAIN_WRITELOCK|files-[0-9]+\.(fhc|json)"
).fullmatch
"""The files that a data folder has; no other is ever removed."""


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


def require(index_dir: str) -> None:
    """Raise NoIndexError where there is no index, of whatever version."""
    if not exists(index_dir):
        raise NoIndexError(f"there is no index in {index_dir}: run fahras index first")


def locate(index_dir: str) -> Location:
    """The location of an index of whatever version. Raises NoIndexError or IndexCorruptError."""
    return _location(index_dir, _identity(index_dir))


def _identity(index_dir: str) -> dict[str, Any]:
    require(index_dir)
    try:
        with open(os.path.join(index_dir, _IDENTITY), encoding="utf-8") as file:
            identity = json.load(file)
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


def home_and_roots(index_dir: str, instead: Sequence[str] = ()) -> tuple[str, list[str]]:
    """The home of an index that may be of another version, and the keys of its roots.

    Where the roots cannot be learnt they are the paths `instead`, or the folder that the index of
    its default name lies in; any other index might lie anywhere, so then NoRootsError is raised,
    and NoIndexError where there is no index.
    """
    home, roots = os.path.dirname(os.path.abspath(index_dir)), []
    with suppress(IndexCorruptError, OSError, ValueError, LookupError, TypeError):
        _, data_dir, home = locate(index_dir)
        roots = head_of(newest_catalogue(data_dir))["roots"]
    roots = roots or [os.path.abspath(path) for path in instead]
    if not roots and os.path.basename(os.path.abspath(index_dir)) != INDEX_NAME:
        raise NoRootsError(
            f"which folders {index_dir} is an index of cannot be read any more: name them, as in "
            f"fahras index --rebuild PATH --index {index_dir}"
        )
    return home, [Catalogue(home).key(root) for root in roots] or ["."]


def newest_catalogue(data_dir: str) -> str:
    """The catalogue of the newest commit, else the one of the highest number. Raises OSError."""
    names = os.listdir(data_dir)
    numbered = {int(found[1]): found[0] for found in map(_is_catalogue, names) if found}
    if not numbered:
        raise FileNotFoundError(data_dir)
    committed = max((int(found[1]) for found in map(_is_toc, names) if found), default=-1)
    return os.path.join(data_dir, numbered.get(committed) or numbered[max(numbered)])


def new_data_dir(index_dir: str) -> str:
    """Make an empty data folder beside the one in use, which stays in use; the lock is held."""
    for number in count(1):
        path = os.path.join(index_dir, f"data-{number}")
        with suppress(FileExistsError):
            durable.make_folder(path)
            break
    return path


def switch(index_dir: str, data_dir: str, home: str) -> None:
    """Name `data_dir`, whose files are on the disk, as the data in use: at one moment."""
    inside = os.path.dirname(os.path.abspath(index_dir)) == home
    identity = {
        "format": FORMAT_VERSION,
        "analyzer": ANALYZER_VERSION,
        "data": os.path.basename(data_dir),
        "home": ".." if inside else home,
    }
    path = os.path.join(index_dir, _IDENTITY)
    durable.sync_folder(data_dir)
    durable.sync_folder(index_dir)
    durable.write(path + _NEW, json.dumps(identity).encode("ascii"))
    durable.replace(path + _NEW, path)


def clear(index_dir: str, keep: str | None = None) -> None:
    """Remove what killed runs and finished rebuilds left of data folders; the lock is held.

    `fahras.json` on the disk decides which one is in use, not what this process believes: so an
    interruption at any moment costs nothing. Where it cannot be read nothing is removed.
    """
    used = {keep}
    if exists(index_dir):
        try:
            used.add(locate(index_dir).data_dir)
        except IndexCorruptError:
            return
    durable.unlink(os.path.join(index_dir, _IDENTITY + _NEW))
    for name in os.listdir(index_dir):
        path = os.path.join(index_dir, name)
        if _is_data(name) and path not in used and not os.path.islink(path):
            _remove_data(path)


def clear_data(data_dir: str, generation: int) -> None:
    """Remove what commits before and killed runs left beside the TOCs and segments of a commit."""
    for name in os.listdir(data_dir):
        found = _is_catalogue(name)
        if found and int(found[1]) != generation:
            durable.unlink(os.path.join(data_dir, name))
        elif name == _WHOOSH_TEMPORARY:
            durable.remove_folder(os.path.join(data_dir, name))


def _remove_data(data_dir: str) -> None:
    """Remove a data folder that is not in use; what is not Fahras's own stays, and so does it."""
    for name in os.listdir(data_dir):
        path = os.path.join(data_dir, name)
        if name == _WHOOSH_TEMPORARY:
            durable.remove_folder(path)
        elif _is_ours(name):
            durable.unlink(path)
    if not os.listdir(data_dir):
        durable.remove_folder(data_dir)
