"""Locate an index and check its version.

An index folder (`.fahras` in the indexed folder, or wherever `--index` says) holds one small
file, `fahras.json`, that names the versions and the data folder in use, and that data folder with
the segments and the catalogue. A rebuild fills a new data folder, then replaces the small file:
until then the old index answers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import count, islice
from typing import TYPE_CHECKING, Any

from analyzers import ANALYZER_VERSION
from analyzers.named import NamedTuple
from indexer.codec.format import FORMAT_VERSION
from indexer.errors import (
    IndexCorruptError,
    IndexVersionError,
    NoIndexError,
    NoRootsError,
    Remedy,
)
from indexer.folder.catalogue import Catalogue, head_of, load
from indexer.storage import durable, manifest, ownership
from indexer.storage.manifest import Manifest
from indexer.storage.untrusted import read_own

if TYPE_CHECKING:
    from indexer.codec.contents import Toc

INDEX_NAME = ".fahras"
_CATALOGUE = "files-"
"""The prefix of the names of catalogues."""

LOCK_NAME = "lock"
_NEW = ".new"
_WHOOSH_TEMPORARY = "MAIN.tmp"
"""An empty folder that a killed writer of an earlier format may have left."""

_A_CATALOGUE = r"files-([0-9]+)\.(?:fhc|json)"
_OF_A_COMMIT = r"(?:files-([0-9]+)\.(?:fhc|json)|copies-([0-9]+)\.fhc)"
"""What goes with one commit, whose number is in its name."""
_A_TOC = r"_MAIN_([0-9]+)\.toc"
_OURS = (
    r"_MAIN_[0-9]+\.toc(\.new)?|MAIN_[0-9a-z]{16}\.fhs|MAIN_WRITELOCK|files-[0-9]+\.(fhc|json)"
    r"|copies-[0-9]+\.fhc"
)
"""The files of a data folder; no others are ever removed."""


def _is_ours(name: str) -> bool:
    return re.fullmatch(_OURS, name) is not None


REMOTE = ("opensearch://", "opensearch+https://")
"""How the address of an index on a cluster begins, see `remote.address`."""


def is_remote(index_dir: str) -> bool:
    """Whether an index is not in a folder, but on a cluster."""
    return index_dir.startswith(REMOTE)


class Location(NamedTuple):
    """An index folder and the data folder that it names."""

    index_dir: str
    data_dir: str
    home: str
    aliases: tuple[tuple[str, str], ...] = ()
    """Names of one's own for fields."""


def default_index_dir(folder: str) -> str:
    """The default place for the index of a folder."""
    return os.path.join(os.path.abspath(folder), INDEX_NAME)


def find(start: str) -> str:
    """The index folder of `start` or of the nearest folder above it, as git finds a repository.

    Raises NoIndexError if there is none, and IndexRefusedError if it may be a stranger's.
    """
    folder = os.path.abspath(start)
    if not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    first = folder
    while True:
        candidate = os.path.join(folder, INDEX_NAME)
        if exists(candidate):
            require_trusted(candidate)
            return candidate
        parent = os.path.dirname(folder)
        if parent == folder:
            below = _one_below(first)
            raise NoIndexError(
                f"there is no index in {first} or in any folder above it"
                + (", but there is one below it" if below else ""),
                remedy=Remedy("name_index", below) if below else Remedy("index"),
            )
        folder = parent


_ENTRIES_LOOKED_AT = 1000


def _one_below(folder: str) -> str:
    """A folder in this one that has an index; empty if none is seen among the first entries."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in islice(entries, _ENTRIES_LOOKED_AT):
            if entry.is_dir() and exists(os.path.join(entry.path, INDEX_NAME)):
                return entry.path
    return ""


def named(index_dir: str) -> str:
    """The index folder that is meant by a name: that or, where an index is in it, its `.fahras`."""
    inside = os.path.join(index_dir, INDEX_NAME)
    return inside if not exists(index_dir) and exists(inside) else index_dir


def exists(index_dir: str) -> bool:
    """Whether there is an index, of any version. PermissionError if that cannot be seen."""
    try:
        os.lstat(os.path.join(index_dir, manifest.NAME))
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def require_trusted(index_dir: str) -> None:
    """Raise IndexRefusedError if an index that was not named may be a stranger's."""
    ownership.require_own(index_dir, os.path.join(index_dir, manifest.NAME))
    with suppress(IndexCorruptError):
        ownership.require_home_within(index_dir, locate(index_dir).home)


def read(index_dir: str) -> Location:
    """The location of an index of this version.

    Raises NoIndexError, IndexVersionError, or IndexCorruptError.
    """
    said = _manifest(index_dir)
    if (said.format, said.analyzer) != (FORMAT_VERSION, ANALYZER_VERSION):
        raise IndexVersionError(
            f"the index in {index_dir} is of format {said.format}, analyzer {said.analyzer}; this "
            f"Fahras needs format {FORMAT_VERSION}, analyzer {ANALYZER_VERSION}"
        )
    return _location(index_dir, said)


def require(index_dir: str) -> None:
    """Raise NoIndexError if there is no index of any version."""
    if not exists(index_dir):
        remedy = Remedy("index", index_dir)
        raise NoIndexError(f"there is no index in {index_dir}", remedy=remedy)


def locate(index_dir: str) -> Location:
    """The location of an index of any version. Raises NoIndexError or IndexCorruptError."""
    return _location(index_dir, _manifest(index_dir))


def _manifest(index_dir: str) -> Manifest:
    require(index_dir)
    path = os.path.join(index_dir, manifest.NAME)
    return manifest.decode(read_own(path, manifest.LARGEST_BYTES), path)


def _location(index_dir: str, said: Manifest) -> Location:
    data_dir = os.path.join(index_dir, said.data)
    if os.path.islink(data_dir):
        raise IndexCorruptError(f"{data_dir} is damaged: it is a link, not a folder")
    home = os.path.abspath(os.path.join(index_dir, said.home))
    return Location(index_dir, data_dir, home, said.aliases)


def home_and_roots(
    index_dir: str, instead: Sequence[str] = ()
) -> tuple[str, list[str], dict[str, Any]]:
    """The home of an index that may be of another version, the keys of its roots, and the rest.

    The rest are arguments of `Catalogue` that are kept when an index is rebuilt.

    If `fahras.json` is damaged, the catalogue gives all. If the roots cannot be read, they are the
    paths `instead`, or, for an index with the default name, the folder that it is in; any other
    index might be anywhere, so NoRootsError is raised. Raises NoIndexError if there is no index.
    """
    home, roots = os.path.dirname(os.path.abspath(index_dir)), []
    head: dict[str, Any] = {}
    is_inside = os.path.basename(os.path.abspath(index_dir)) == INDEX_NAME
    try:
        _, data_dir, home, _ = locate(index_dir)
        with suppress(
            IndexCorruptError, OSError, ValueError, LookupError, TypeError, RecursionError
        ):
            head = head_of(newest_catalogue(data_dir))
            roots = head["roots"]
    except IndexCorruptError:
        known = any_catalogue(index_dir)
        if known is not None:
            home, roots = home if is_inside else known.home, known.roots
            head = {"choices": known.said, "loose": known.loose}
    roots = roots or [os.path.abspath(path) for path in instead]
    kept = {"said": head.get("choices"), "loose": head.get("loose", ())}
    if not roots and not is_inside and not kept["loose"]:
        raise NoRootsError(
            f"which folders {index_dir} is an index of cannot be read any more: name them",
            remedy=Remedy("name_roots", index_dir),
        )
    keys = [Catalogue(home).key(root) for root in roots]
    return home, keys if keys or kept["loose"] else ["."], kept


def aliases_of(index_dir: str) -> tuple[tuple[str, str], ...]:
    """The names of fields of an index that may be of another version, none if it is damaged."""
    try:
        return locate(index_dir).aliases
    except (NoIndexError, IndexCorruptError):
        return ()


def any_catalogue(index_dir: str) -> Catalogue | None:
    """An undamaged catalogue in the newest data folder, if there is one."""
    folders = filter(manifest.is_data_folder, os.listdir(index_dir))
    for name in sorted(folders, key=lambda name: int(name.partition("-")[2]), reverse=True):
        with suppress(OSError, IndexCorruptError):
            return load(newest_catalogue(os.path.join(index_dir, name)))
    return None


def newest_catalogue(data_dir: str) -> str:
    """The catalogue of the newest commit, else the one with the highest number. Raises OSError."""
    names = os.listdir(data_dir)
    numbered = _numbered(_A_CATALOGUE, names)
    if not numbered:
        raise FileNotFoundError(data_dir)
    committed = max(_numbered(_A_TOC, names), default=-1)
    return os.path.join(data_dir, numbered.get(committed) or numbered[max(numbered)])


def _numbered(pattern: str, names: Sequence[str]) -> dict[int, str]:
    """By the number in it, each of the names that is as the pattern says."""
    found = (re.fullmatch(pattern, name) for name in names)
    return {int(match[1]): match[0] for match in found if match}


def catalogue_name(generation: int) -> str:
    """The name of the catalogue of a commit."""
    return f"{_CATALOGUE}{generation}.fhc"


def load_catalogue(location: Location, toc: Toc | None = None) -> Catalogue:
    """The catalogue of a commit; without one the newest. Raises OSError and IndexCorruptError."""
    data_dir = location.data_dir
    if toc is None:
        catalogue = load(newest_catalogue(data_dir))
    else:
        catalogue = load(os.path.join(data_dir, catalogue_name(toc.generation)), toc.catalogue)
    catalogue.take_home(location.home)
    return catalogue


def new_data_dir(index_dir: str) -> str:
    """Make an empty data folder beside the one in use, which stays in use; needs the lock."""
    for number in count(1):
        path = os.path.join(index_dir, f"data-{number}")
        with suppress(FileExistsError):
            durable.make_folder(path)
            break
    return path


def switch(location: Location) -> None:
    """Make a data folder, whose files are safely on disk, the one in use; the switch is atomic."""
    index_dir, data_dir, home, aliases = location
    inside = os.path.dirname(os.path.abspath(index_dir)) == home
    said = Manifest(
        FORMAT_VERSION,
        ANALYZER_VERSION,
        os.path.basename(data_dir),
        ".." if inside else home,
        aliases,
    )
    path = os.path.join(index_dir, manifest.NAME)
    durable.sync_folder(data_dir)
    durable.sync_folder(index_dir)
    durable.write(path + _NEW, manifest.encode(said))
    durable.replace(path + _NEW, path)


def clear(index_dir: str, keep: str | None = None) -> None:
    """Remove data folders that killed runs and finished rebuilds left behind; needs the lock.

    `fahras.json` on disk decides which one is in use, not what this process believes, so an
    interruption at any moment does no harm. If it cannot be read, nothing is removed.
    """
    used = {os.path.basename(keep or "")}
    if exists(index_dir):
        try:
            used.add(os.path.basename(locate(index_dir).data_dir))
        except IndexCorruptError:
            return
    for entry in list(os.scandir(index_dir)):
        if entry.name == manifest.NAME + _NEW:
            durable.unlink(entry.path)
        elif _is_data(entry) and entry.name not in used:
            _remove_data(entry.path)


def _is_data(entry: os.DirEntry[str]) -> bool:
    return bool(manifest.is_data_folder(entry.name)) and entry.is_dir(follow_symlinks=False)


def clear_data(data_dir: str, generation: int) -> None:
    """Remove the other files that earlier commits and killed runs left in a data folder."""
    for name in os.listdir(data_dir):
        found = re.fullmatch(_OF_A_COMMIT, name)
        if found and int(found[1] or found[2]) != generation:
            durable.unlink(os.path.join(data_dir, name))
        elif name == _WHOOSH_TEMPORARY:
            _remove_if_empty(os.path.join(data_dir, name))


def make_private(index_dir: str, data_dir: str) -> None:
    """Restrict an index to its owner, whatever mode it was made with."""
    ownership.make_private(index_dir, [manifest.NAME, LOCK_NAME])
    ownership.make_private(data_dir, filter(_is_ours, os.listdir(data_dir)))


def _remove_data(data_dir: str) -> None:
    """Remove an unused data folder; any files in it that are not Fahras's stay, and so does it."""
    for name in os.listdir(data_dir):
        path = os.path.join(data_dir, name)
        if name == _WHOOSH_TEMPORARY:
            _remove_if_empty(path)
        elif _is_ours(name):
            durable.unlink(path)
    if not os.listdir(data_dir):
        durable.remove_folder(data_dir)


def _remove_if_empty(folder: str) -> None:
    """Remove an empty folder of that name; anything else there is not Fahras's."""
    with suppress(NotADirectoryError):
        if not os.path.islink(folder) and not os.listdir(folder):
            durable.remove_folder(folder)
