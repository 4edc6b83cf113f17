"""The files of an index as columns, in memory and on disk.

Most files are unchanged since the last run, and a search shows only ten, so data is stored column
by column, and an object is made for a file only when it is needed. Paths, numbers and digests are
three kinds of column, each compressed with zstd:

    path        UTF-8 (lone surrogates as three bytes), NUL after each except the last
    digest      16 bytes per file; zeros if the content is not known
    the others  64-bit numbers, little-endian: first the lowest byte of every file, then the next
                of every file, so that similar bytes are adjacent. An encoding, a reader or a
                failure is an index in a list

Rows on disk are ordered by path.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence, Set
from functools import cached_property

from analyzers.named import NamedTuple
from indexer.errors import IndexCorruptError

Stamp = tuple[int, int]
"""Size and mtime_ns: they show, without reading, that a file is unchanged."""

NO_STAMP: Stamp = (-1, 0)
"""Of no file."""

Stamps = Mapping[str, Mapping[str, Stamp]]
"""Stamps by path of the folder, then by name, so that lookups stay within one folder."""

NAMED = ("encoding", "reader", "failure")
"""Columns of numbers that mean names, in lists of their own."""

_NUMBERS = ("number", "size", "mtime_ns", "documents", "text_bytes", *NAMED)
_COLUMNS = ("path", "digest", *_NUMBERS)
_NUMBER_BYTES = 8
_DIGEST_BYTES = 16
_UNKNOWN = bytes(_DIGEST_BYTES)

_MOST_PACKED = 1000
"""Limit for the size of an unpacked column, as a multiple of the largest packed column."""


class FileEntry(NamedTuple):
    """A file of the catalogue.

    `path` is relative to the index's home if the file is below it, else absolute. `digest` is
    blake2b-16 of its bytes in hex. `documents` is how many documents it gave, `text_bytes` their
    size in UTF-8. `reader` is the format that read it, or tried to, with its version, as
    `Extraction.reader`. `failure` says why its content cannot be read, "" where it can; the
    documents, if any, are then those of an earlier content.
    """

    number: int
    path: str
    size: int
    mtime_ns: int
    digest: str
    documents: int
    text_bytes: int
    encoding: str
    reader: str = ""
    failure: str = ""


class PackedColumn:
    """64-bit numbers as stored on disk: reading a few from it is faster than unpacking them all."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._count = len(data) // _NUMBER_BYTES

    @classmethod
    def of(cls, column: array[int] | PackedColumn) -> PackedColumn:
        """These numbers, packed; returned as they are if they already are."""
        if isinstance(column, PackedColumn):
            return column
        if sys.byteorder == "big":
            column = array("q", column)
            column.byteswap()
        data = column.tobytes()
        return cls(b"".join(data[place::_NUMBER_BYTES] for place in range(_NUMBER_BYTES)))

    def __len__(self) -> int:
        return self._count

    def __bytes__(self) -> bytes:
        return self._data

    def __getitem__(self, row: int) -> int:
        return int.from_bytes(self._data[row :: self._count], "little", signed=True)

    def unpacked(self) -> array[int]:
        """The numbers."""
        restored = bytearray(self._count * _NUMBER_BYTES)
        for place in range(_NUMBER_BYTES):
            here = slice(place * self._count, (place + 1) * self._count)
            restored[place::_NUMBER_BYTES] = self._data[here]
        column = array("q", bytes(restored))
        if sys.byteorder == "big":
            column.byteswap()
        return column


class Files(MutableMapping[str, FileEntry]):
    """Files by path. The row of a removed file stays, unused, until `packed`.

    A column from disk is unpacked when it is first used.
    """

    def __init__(self, entries: Iterable[FileEntry] = ()) -> None:
        self.names: dict[str, list[str]] = {column: [] for column in NAMED}
        """What the numbers of the columns of names mean."""
        self._compressed: dict[str, bytes] = {}
        self._numbers: dict[str, array[int] | PackedColumn] = {}
        self._is_packed = True
        self._count: int | None = None
        """The packed columns of files that were read from disk."""
        for entry in entries:
            self[entry.path] = entry

    @cached_property
    def paths(self) -> list[str]:
        """The path of each row."""
        try:
            text = self._bytes("path").decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise _damaged(error) from error
        paths = text.split("\0") if text else []
        if self._count not in (None, len(paths)):
            raise _damaged(f"{len(paths)} paths for {self._count} files")
        return paths

    @cached_property
    def _digests(self) -> bytearray:
        return bytearray(self._bytes("digest"))

    def _bytes(self, column: str) -> bytes:
        """The bytes of a column on disk, decompressed."""
        if column not in self._compressed:
            return b""
        from zstandard import ZstdDecompressor, ZstdError

        try:
            data: bytes = ZstdDecompressor().decompress(self._compressed[column])
        except ZstdError as error:
            raise _damaged(error) from error
        return data

    @cached_property
    def _row(self) -> dict[str, int]:
        return dict(zip(self.paths, range(len(self.paths)), strict=True))

    def __len__(self) -> int:
        return len(self._row)

    def __iter__(self) -> Iterator[str]:
        return iter(self._row)

    def __getitem__(self, path: str) -> FileEntry:
        return self.entry(self._row[path])

    def entry(self, row: int) -> FileEntry:
        """The file of a row."""
        values = self._values
        return FileEntry(
            values("number")[row],
            self.paths[row],
            values("size")[row],
            values("mtime_ns")[row],
            self._digest(row),
            values("documents")[row],
            values("text_bytes")[row],
            *(self._name(column, row) for column in NAMED),
        )

    def _name(self, column: str, row: int) -> str:
        number, names = self._values(column)[row], self.names[column]
        if number >= len(names):
            raise _damaged(f"no {column} has the number {number}")
        return names[number]

    def failures(self) -> Iterator[tuple[str, str]]:
        """(path, why) of the files whose content cannot be read, ordered by path."""
        if any(self.names["failure"]):
            for path in sorted(self):
                if failure := self._name("failure", self._row[path]):
                    yield path, failure

    def read_by(self, reader: str) -> list[str]:
        """The paths of the files that were read by one reader."""
        if reader not in self.names["reader"]:
            return []
        number = self.names["reader"].index(reader)
        numbers = self._values("reader")
        return [path for path, row in self._row.items() if numbers[row] == number]

    def outdated(self, readers: Set[str]) -> frozenset[str]:
        """The paths of files that were read by others than these."""
        names = self.names["reader"]
        known = {number for number, name in enumerate(names) if _is_known(name, readers)}
        if len(known) == len(names):  # mostly so: then nothing is unpacked
            return frozenset()
        column = self._column("reader")
        return frozenset(path for path, row in self._row.items() if column[row] not in known)

    def digest(self, path: str) -> str:
        """The digest of one file; for packed ones this makes no dictionary of all files."""
        row = bisect_left(self.paths, path) if self._is_packed else self._row[path]
        if self.paths[row : row + 1] != [path]:
            raise KeyError(path)
        return self._digest(row)

    def _digest(self, row: int) -> str:
        digest = self._digests[row * _DIGEST_BYTES : (row + 1) * _DIGEST_BYTES]
        return "" if digest == _UNKNOWN else digest.hex()

    def __setitem__(self, path: str, entry: FileEntry) -> None:
        """Add a file under its own path; ValueError if the two differ."""
        if entry.path != path:
            raise ValueError(f"{entry.path} is not {path}")
        digest = bytes.fromhex(entry.digest) or _UNKNOWN
        numbers = (
            entry.number,
            entry.size,
            entry.mtime_ns,
            entry.documents,
            entry.text_bytes,
            self._code("encoding", entry.encoding),
            self._code("reader", entry.reader),
            self._code("failure", entry.failure),
        )
        columns = self._columns
        row = self._row.get(path)
        if row is None:
            self._row[path] = len(self.paths)
            self._is_packed = False
            self.paths.append(path)
            self._digests += digest
            for column, number in zip(columns, numbers, strict=True):
                column.append(number)
            return
        self._digests[row * _DIGEST_BYTES : (row + 1) * _DIGEST_BYTES] = digest
        for column, number in zip(columns, numbers, strict=True):
            column[row] = number

    def _values(self, name: str) -> array[int] | PackedColumn:
        """A column of numbers, of which only a few are needed."""
        if name not in self._numbers:
            self._numbers[name] = PackedColumn(self._bytes(name))
        return self._numbers[name]

    def _column(self, name: str) -> array[int]:
        """A column of numbers, all of which are needed, or some of which will change."""
        column = self._numbers.get(name) or self._values(name)
        if isinstance(column, PackedColumn):
            column = self._numbers[name] = column.unpacked()
        return column

    @property
    def _columns(self) -> list[array[int]]:
        """All columns of numbers, unpacked."""
        columns = [self._numbers.get(name) for name in _NUMBERS]
        if all(type(column) is array for column in columns):
            return columns  # type: ignore[return-value]  # as was just seen
        return list(map(self._column, _NUMBERS))

    def _code(self, column: str, name: str) -> int:
        codes = self._codes[column]
        code = codes.get(name)
        if code is None:
            names = self.names[column]
            code = codes[name] = len(names)
            names.append(name)
        return code

    @cached_property
    def _codes(self) -> dict[str, dict[str, int]]:
        """By column, the number of each name."""
        return {
            column: {name: number for number, name in enumerate(names)}
            for column, names in self.names.items()
        }

    def __delitem__(self, path: str) -> None:
        del self._row[path]
        self._is_packed = False

    def rename(self, new_name: Callable[[str], str]) -> bool:
        """Rename each file by `new_name`, unless two files would get the same name."""
        old = self.packed()
        paths = [new_name(path) for path in old.paths]
        if len(set(paths)) < len(paths):
            return False
        self.__dict__ = {**vars(old), "paths": paths, "_is_packed": False}
        self._compressed.pop("path", None)
        vars(self).pop("_row", None)
        return True

    def column(self, name: str) -> Sequence[int]:
        """`number`, `size`, `mtime_ns`, `documents` or `text_bytes` of each file, in any order."""
        column = self._column(name)
        return column if self._is_packed else [column[row] for row in self._row.values()]

    def stamps(self) -> Iterator[tuple[str, Stamp]]:
        """The path of each file with its size and time."""
        stamps = zip(self.column("size"), self.column("mtime_ns"), strict=True)
        return zip(self.paths if self._is_packed else self._row, stamps, strict=True)

    def packed(self) -> Files:
        """The same files, one row each, ordered by path."""
        if self._is_packed:
            return self
        rows = sorted(self._row.values(), key=self.paths.__getitem__)
        other = Files()
        other.paths = [self.paths[row] for row in rows]
        digests = memoryview(self._digests)
        starts = (row * _DIGEST_BYTES for row in rows)
        other._digests = bytearray().join(digests[at : at + _DIGEST_BYTES] for at in starts)
        for name in _NUMBERS:
            other._numbers[name] = array("q", map(self._column(name).__getitem__, rows))
        for name in NAMED:
            other._take_names(name, self.names[name])
        return other

    def _take_names(self, column: str, names: list[str]) -> None:
        """Take over the names that any file has; reasons and readers of the past are let go."""
        numbers = self._column(column)
        used = sorted(set(numbers))
        if used and used[-1] >= len(names):
            raise _damaged(f"no {column} has the number {used[-1]}")
        self.names[column] = [names[number] for number in used]
        if len(used) < len(names):
            new_number = {number: place for place, number in enumerate(used)}
            self._numbers[column] = array("q", map(new_number.__getitem__, numbers))

    def pack(self) -> dict[str, bytes]:
        """The columns by name as stored on disk. Goes with the `names` of `packed`."""
        from zstandard import ZstdCompressor

        files = self.packed()
        columns = {"digest": bytes(files._digests)}
        columns |= {name: bytes(PackedColumn.of(files._values(name))) for name in _NUMBERS}
        if "path" not in files._compressed:
            columns["path"] = "\0".join(files.paths).encode("utf-8", "surrogatepass")
        compress = ZstdCompressor(level=1).compress
        return files._compressed | {name: compress(data) for name, data in columns.items()}

    @classmethod
    def unpack(cls, columns: Mapping[str, bytes], names: Mapping[str, Iterable[str]]) -> Files:
        """Restore the output of `pack`. ValueError or LookupError if it is anything else.

        The caller must check that the bytes are those that were written: they are not read here.
        """
        from zstandard import ZstdError, frame_content_size

        files = cls()
        files._compressed = {name: columns[name] for name in _COLUMNS}
        files.names = {column: list(names[column]) for column in NAMED}
        try:
            sizes = {name: frame_content_size(columns[name]) for name in _COLUMNS}
        except ZstdError as error:
            raise ValueError(str(error)) from error
        files._count, rest = divmod(sizes["digest"], _DIGEST_BYTES)
        if rest or {sizes[name] for name in _NUMBERS} != {files._count * _NUMBER_BYTES}:
            raise ValueError("columns of different lengths")
        largest = max(len(columns[name]) for name in _COLUMNS) * _MOST_PACKED
        if not all(0 <= size <= largest for size in sizes.values()):
            raise ValueError("columns of impossible lengths")
        return files


def _is_known(reader: str, readers: Set[str]) -> bool:
    return all(part in readers for part in reader.split(",")) if reader else True


def _damaged(reason: object) -> IndexCorruptError:
    return IndexCorruptError(f"the list of indexed files is damaged: {reason}")
