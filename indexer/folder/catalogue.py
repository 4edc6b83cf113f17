"""The catalogue: the files in an index, and their state when they were read.

Paths are kept only here: documents know only the number of their file, so moving a file changes the
catalogue and nothing else. It is written with each commit of the index and carries its generation,
so the two are never out of step.

On disk: one line of JSON with everything but the files, and the length of each block of each of
their columns; the columns (see `columns.py`), one after the other, block by block; the crc32 (u4,
little-endian) of everything before it.
"""

from __future__ import annotations

import json
import os
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import accumulate, chain, pairwise
from typing import TYPE_CHECKING, Any

from indexer.codec.contents import Fingerprint
from indexer.errors import IndexCorruptError
from indexer.folder.columns import NAMED, NO_STAMP, Files, Stamp, Stamps
from indexer.storage import durable
from indexer.storage.untrusted import read_own

if TYPE_CHECKING:
    from indexer.folder.choices import Choices
    from indexer.reports import FileProblem

_CHECKSUM_BYTES = 4

_MOST_FILES = (1 << 32) - 1
"""As columns of documents hold the numbers of files."""

LARGEST_BYTES = 1 << 31
"""Enough for more than twenty million files."""


class Catalogue:
    """The roots of an index, its files by path, and what could not be read at the last update.

    `home` is where relative paths start. `problems` are those of folders and of files that are not
    in `files`, which say themselves why they cannot be read. `updated` is an ISO 8601 time,
    `updated_ns` the same in nanoseconds since the epoch.
    """

    def __init__(
        self,
        home: str,
        roots: Iterable[str] = (),
        files: Files | None = None,
        next_number: int = 1,
        updated: str | None = None,
        updated_ns: int = 0,
        problems: Iterable[FileProblem] = (),
        said: Mapping[str, Any] | None = None,
        loose: Iterable[str] = (),
    ) -> None:
        self.home = home
        self.roots = list(roots)
        self.files = Files() if files is None else files
        self.next_number = next_number
        self.updated = updated
        self.updated_ns = updated_ns
        self.problems = list(problems)
        self.said = said or {}
        """What the index was told to take in, as `Choices.encode` gives it."""
        self.loose = list(loose)
        """The keys of single files below no root, which are kept up to date as well."""
        self._misread: tuple[str, ...] = ()
        """The endings of files of records, if their fields are called otherwise than before."""

    def key(self, path: str) -> str:
        """The path under which the catalogue knows an absolute path."""
        if path == self.home:
            return "."
        above = self.home.rstrip(os.sep) + os.sep
        if not path.startswith(above):
            return path
        name = path[len(above) :]
        return name if _is_normal(name) else os.path.relpath(path, self.home)

    def absolute(self, key: str) -> str:
        """The absolute path of a key."""
        return os.path.normpath(os.path.join(self.home, key))

    def take_home(self, home: str) -> None:
        """Relative paths start at `home` from now on; what lies below it is relative.

        If the index was named by a relative path, Fahras 0.1 kept all paths absolute. They stay
        absolute if a file is listed under both names.
        """
        self.home = home
        roots = [self.key(root) for root in self.roots]
        if roots != self.roots and self.files.rename(self.key):
            self.roots = roots

    @property
    def choices(self) -> Choices:
        """What the index takes in. A search does not ask. Raises IndexCorruptError."""
        from indexer.folder.choices import Choices

        try:
            return Choices.decode(self.said)
        except (ValueError, TypeError) as error:
            raise IndexCorruptError(f"the list of indexed files is damaged: {error}") from error

    def choose(self, choices: Choices) -> None:
        """Take in what `choices` say from now on."""
        from indexer.extract.formats import FORMATS

        if choices.fields != self.choices.fields:
            rows = [row for row in FORMATS if row.has_fields]
            self._misread = tuple(ending for row in rows for ending in row.endings)
        self.said = choices.encode()

    def root_of(self, key: str) -> str | None:
        """The root at or above a key, if there is one."""
        return next((root for root in self.roots if _covers(root, key)), None)

    def head(self) -> tuple[object, ...]:
        """What is kept of an index besides its files: to be compared with what it was."""
        return tuple(self.roots), tuple(self.loose), self.said

    def below(self, root: str) -> list[str]:
        """The keys of the files at or below the key `root`."""
        return [key for key in self.files if _covers(root, key)]

    def stamps_below(self, root: str, outdated: Set[str] = frozenset()) -> Stamps:
        """Size and time of the files at or below the key `root`, by absolute folder and name.

        Those of `outdated`, which are keys, have stamps that no file has: they will be read again.
        """
        all_below = root == "."
        by_start: defaultdict[str, dict[str, Stamp]] = defaultdict(dict)
        for key, stamp in self.files.stamps():
            if (all_below and key[0] != os.sep) or _covers(root, key):
                cut = key.rfind(os.sep) + 1
                is_outdated = outdated and key in outdated  # mostly there are none
                by_start[key[:cut]][key[cut:]] = NO_STAMP if is_outdated else stamp
        below: dict[str, dict[str, Stamp]] = {}
        for start, files in by_start.items():
            folder = self.absolute(start or ".")
            below[folder] = below[folder] | files if folder in below else files
        if "." in by_start[""]:  # the home is itself a file
            folder, name = os.path.split(self.home)
            below.setdefault(folder, {})[name] = below[self.home].pop(".")
        return below

    def all_problems(self) -> list[FileProblem]:
        """What could not be read, and still cannot as far as is known, by absolute path."""
        failures = list(self.files.failures())
        if not failures:
            return self.problems
        from indexer.reports import FileProblem

        remembered = [FileProblem(self.absolute(key), reason) for key, reason in failures]
        return [*self.problems, *remembered]

    def outdated(self, readers: Set[str]) -> Set[str]:
        """The keys of the files that would be read otherwise today, by other readers or fields."""
        outdated: Set[str] = self.files.outdated(readers)
        if self._misread:
            outdated |= {key for key in self.files if key.lower().endswith(self._misread)}
        return outdated

    def stamps_of(self, keys: Iterable[str], outdated: Set[str] = frozenset()) -> Stamps:
        """Size and time of those of some files that are known, by absolute folder and name."""
        stamps: defaultdict[str, dict[str, Stamp]] = defaultdict(dict)
        for entry in filter(None, map(self.files.get, keys)):
            folder, name = os.path.split(self.absolute(entry.path))
            is_outdated = entry.path in outdated
            stamps[folder][name] = NO_STAMP if is_outdated else (entry.size, entry.mtime_ns)
        return stamps

    def take_number(self) -> int:
        """A file number never used before in this index."""
        number = self.next_number
        self.next_number += 1
        return number

    def add_root(self, root: str) -> None:
        """Add a root; roots below it become part of it."""
        if any(_covers(known, root) for known in self.roots):
            return
        self.roots = sorted([known for known in self.roots if not _covers(root, known)] + [root])
        self.loose = [key for key in self.loose if not _covers(root, key)]


def _is_normal(name: str) -> bool:
    """Whether `os.path.normpath`, which is slow, would surely leave a relative path as it is."""
    spelled = "/" + name
    return os.sep == "/" and spelled[-1] != "/" and "//" not in spelled and "/." not in spelled


def _covers(root: str, path: str) -> bool:
    if root == ".":
        return not os.path.isabs(path)
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def save(catalogue: Catalogue, path: str) -> Fingerprint:
    """Write the whole catalogue and sync it: after a crash it is either complete or unused.

    The fingerprint is for the TOC of the commit.
    """
    data = packed(catalogue)
    durable.write(path, data)
    return Fingerprint(len(data), int.from_bytes(data[-_CHECKSUM_BYTES:], "little"))


def packed(catalogue: Catalogue) -> bytes:
    """The bytes of a catalogue.

    Names that are not UTF-8 hold surrogates; JSON's escapes keep them.
    """
    files = catalogue.files.packed()
    columns = files.pack()
    head = {
        "home": catalogue.home,
        "roots": catalogue.roots,
        "next_number": catalogue.next_number,
        "updated": catalogue.updated,
        "updated_ns": catalogue.updated_ns,
        "problems": [problem._asdict() for problem in catalogue.problems],
        "choices": catalogue.said,
        "loose": catalogue.loose,
        "names": files.names,
        "columns": [[name, list(map(len, frames))] for name, frames in columns.items()],
    }
    line = json.dumps(head, separators=(",", ":")).encode("ascii") + b"\n"
    body = b"".join((line, *chain.from_iterable(columns.values())))
    return body + zlib.crc32(body).to_bytes(_CHECKSUM_BYTES, "little")


def load(path: str, expected: Fingerprint | None = None) -> Catalogue:
    """Read a catalogue, and check that it is the one that a TOC expects, if given.

    Raises IndexCorruptError if it is missing, another one, or not what `save` writes, and OSError
    if the disk fails: a rebuild would not mend that.
    """
    try:
        size_limit = LARGEST_BYTES if expected is None else expected.size_bytes
        data = read_own(path, min(size_limit, LARGEST_BYTES))
    except (FileNotFoundError, ValueError) as error:
        raise IndexCorruptError(f"the list of indexed files, {path}, is damaged") from error
    return unpacked(data, path, expected)


def unpacked(data: bytes, where: str, expected: Fingerprint | None = None) -> Catalogue:
    """The catalogue in these bytes, which are from `where`. Raises IndexCorruptError."""
    try:
        return _unpacked(data, expected)
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise IndexCorruptError(f"the list of indexed files, {where}, is damaged") from error


def _unpacked(data: bytes, expected: Fingerprint | None) -> Catalogue:
    """The catalogue in these bytes. Raises ValueError, LookupError, TypeError or RecursionError."""
    body, checksum = memoryview(data)[:-_CHECKSUM_BYTES], data[-_CHECKSUM_BYTES:]
    crc32 = zlib.crc32(body)
    if crc32 != int.from_bytes(checksum, "little"):
        raise ValueError("checksum")
    if expected not in (None, Fingerprint(len(data), crc32)):
        raise ValueError("it is the catalogue of another commit")
    end = data.index(b"\n", 0, len(body))
    line, packed = data[:end], body[end + 1 :]  # a view: there are megabytes of many files
    head = _checked(json.loads(line))
    return Catalogue(
        home=head["home"],
        roots=head["roots"],
        files=Files.unpack(dict(_divided(packed, head["columns"])), head["names"]),
        next_number=head["next_number"],
        updated=head["updated"],
        updated_ns=head["updated_ns"],
        problems=_problems(head["problems"]),
        said=head.get("choices", {}),
        loose=head["loose"],
    )


def _checked(head: Any) -> dict[str, Any]:
    """The head of a catalogue, with the type of every value checked."""
    lists = [head[name] for name in ("roots", "loose", "columns", "problems")]
    lists += [head["names"][column] for column in NAMED]
    if not all(isinstance(value, list) for value in lists):
        raise TypeError("no list")
    problems = [(p["path"], p["reason"], p["line"], p["fatal"]) for p in head["problems"]]
    paths = [head["home"], *head["roots"], *head["loose"], *(path for path, *_ in problems)]
    texts = [
        head["updated"] or "",
        *chain(*lists[-len(NAMED) :]),
        *(reason for _, reason, *_ in problems),
    ]
    numbers = [head["next_number"], head["updated_ns"]]
    numbers += chain.from_iterable(sizes for _, sizes in head["columns"])
    numbers += [line for *_, line, _ in problems if line is not None]
    if not all(type(number) is int and 0 <= number < 1 << 63 for number in numbers):
        raise ValueError("no number")
    if head["next_number"] > _MOST_FILES:
        raise ValueError("no number of a file")
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("no text")
    if any(b"\0" in os.fsencode(path) for path in paths):
        raise ValueError("no path")
    checked: dict[str, Any] = head
    return checked


def _problems(records: list[dict[str, Any]]) -> list[FileProblem]:
    if not records:
        return []
    from indexer.reports import FileProblem

    return [FileProblem(**record) for record in records]


def _divided(
    packed: memoryview, columns: Iterable[tuple[str, list[int]]]
) -> Iterator[tuple[str, list[memoryview]]]:
    """The blocks of each column."""
    place = 0
    for name, lengths in columns:
        bounds = list(accumulate(lengths, initial=place))
        yield name, [packed[start:end] for start, end in pairwise(bounds)]
        place = bounds[-1]


def head_of(path: str) -> dict[str, Any]:
    """All of a catalogue of any format except its files. Raises IndexCorruptError or OSError.

    In format 1 the whole file was the line of JSON. The checksum is not checked.
    """
    line, _, _ = read_own(path, LARGEST_BYTES).partition(b"\n")
    try:
        head = json.loads(line)
        for paths in (head["roots"], head.get("loose", [])):
            if not isinstance(paths, list) or b"\0" in b"".join(map(os.fsencode, paths)):
                raise ValueError("no paths")
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise IndexCorruptError(f"the list of indexed files, {path}, is damaged") from error
    checked: dict[str, Any] = head
    return checked
