"""Which files does an index hold, and what were they when they were read?

The catalogue is the truth about paths: documents know only the number of their file, so a file
that moved changes the catalogue and nothing else. It is written beside each commit of the Whoosh
index and bears its generation, so the two are never out of step.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from indexer.errors import IndexCorruptError
from indexer.garbage import seldom_collected
from indexer.results import FileProblem


class FileEntry(NamedTuple):
    """A file of the catalogue.

    `path` is relative to the index's home where the file is below it, else absolute. `digest` is
    blake2b-16 of its bytes in hex. `documents` is how many it gave, `text_bytes` their UTF-8 size.
    """

    number: int
    path: str
    size: int
    mtime_ns: int
    digest: str
    documents: int
    text_bytes: int
    encoding: str


@dataclass(slots=True)
class Catalogue:
    """The roots of an index, its files by path, and what could not be read at the last update.

    `home` is where relative paths start. `updated` is an ISO 8601 time, `updated_ns` the same in
    nanoseconds since the epoch.
    """

    home: str
    roots: list[str] = field(default_factory=list)
    files: dict[str, FileEntry] = field(default_factory=dict)
    next_number: int = 1
    updated: str | None = None
    updated_ns: int = 0
    problems: list[FileProblem] = field(default_factory=list)

    def key(self, path: str) -> str:
        """The path under which the catalogue knows an absolute path."""
        if path == self.home:
            return "."
        inside = path.startswith(self.home.rstrip(os.sep) + os.sep)
        return os.path.relpath(path, self.home) if inside else path

    def absolute(self, key: str) -> str:
        """The absolute path of a key."""
        return os.path.normpath(os.path.join(self.home, key))

    def below(self, root: str) -> dict[str, FileEntry]:
        """The files at or below the key `root`."""
        if root == ".":
            return {p: e for p, e in self.files.items() if not p.startswith(os.sep)}
        prefix = root.rstrip(os.sep) + os.sep
        return {p: e for p, e in self.files.items() if p == root or p.startswith(prefix)}

    def take_number(self) -> int:
        """A file number never used before in this index."""
        number = self.next_number
        self.next_number += 1
        return number

    def add_root(self, root: str) -> None:
        """Remember a root; roots below it are part of it from now on."""
        if any(_covers(known, root) for known in self.roots):
            return
        self.roots = sorted([known for known in self.roots if not _covers(root, known)] + [root])


class FileTable:
    """The files of a catalogue as a search needs them: by number, and in the order of paths.

    Made once for many searches; it does not see later changes of the catalogue.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.absolute = catalogue.absolute
        self.by_number = {entry.number: entry for entry in catalogue.files.values()}
        self._paths = catalogue.files

    @cached_property
    def rank_of_number(self) -> dict[int, int]:
        """The place of each file in the order of paths."""
        return {self._paths[path].number: rank for rank, path in enumerate(sorted(self._paths))}

    def matching(self, glob: str) -> frozenset[int]:
        """The numbers of the files whose path meets a glob; a folder stands for all below it.

        A glob may begin anywhere below the home: `*.md` and `news/*` both do what they say.
        """
        glob = glob.rstrip(os.sep)
        meets = re.compile(
            "|".join(
                fnmatch.translate(pattern)
                for pattern in (glob, os.path.join(glob, "*"), os.path.join("*", glob))
            )
        ).match
        return frozenset(entry.number for path, entry in self._paths.items() if meets(path))


def _covers(root: str, path: str) -> bool:
    if root == ".":
        return not os.path.isabs(path)
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def save(catalogue: Catalogue, path: str) -> None:
    """Write the catalogue whole and sync it: it is complete or, after a crash, unused.

    Names that are not UTF-8 hold surrogates; JSON's escapes keep them. Files are written column by
    column: of a hundred thousand, that is read in half the time of rows.
    """
    columns = zip(*catalogue.files.values(), strict=True) if catalogue.files else ()
    document = {
        "home": catalogue.home,
        "roots": catalogue.roots,
        "next_number": catalogue.next_number,
        "updated": catalogue.updated,
        "updated_ns": catalogue.updated_ns,
        "problems": [asdict(problem) for problem in catalogue.problems],
        "columns": FileEntry._fields,
        "files": list(columns),
    }
    with open(path, "w", encoding="ascii") as file:
        file.write(json.dumps(document, separators=(",", ":")))
        file.flush()
        os.fsync(file.fileno())


def load(path: str) -> Catalogue:
    """Read a catalogue. Raises IndexCorruptError where it is missing or not what `save` writes."""
    try:
        with open(path, encoding="ascii") as file, seldom_collected():
            document: Mapping[str, Any] = json.load(file)
        return Catalogue(
            home=document["home"],
            roots=list(document["roots"]),
            files=_entries(document["columns"], document["files"]),
            next_number=document["next_number"],
            updated=document["updated"],
            updated_ns=document["updated_ns"],
            problems=[FileProblem(**problem) for problem in document["problems"]],
        )
    except PermissionError:
        raise
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise IndexCorruptError(
            f"the list of indexed files, {path}, is damaged: run fahras index --rebuild"
        ) from error


def _entries(names: Sequence[str], columns: Sequence[Sequence[Any]]) -> dict[str, FileEntry]:
    if tuple(names) != FileEntry._fields:
        raise ValueError("unknown columns")
    entries = map(FileEntry._make, zip(*columns, strict=True))
    paths = columns[names.index("path")] if columns else ()
    return dict(zip(paths, entries, strict=True))
