"""The files of an index as columns, in memory and on disk.

Most files are unchanged since the last run, and a search shows only ten, so data is stored column
by column, and an object is made for a file only when it is needed. Paths, numbers and digests are
three kinds of column, each compressed with zstd:

    path        UTF-8 (lone surrogates as three bytes), NUL after each except the last
    digest      16 bytes per file; zeros if the content is not known
    the others  64-bit numbers, little-endian: first the lowest byte of every file, then the next
                of every file, so that similar bytes are adjacent. An encoding is an index in a list

Rows on disk are ordered by path.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from functools import cached_property
from typing import NamedTuple

from indexer.errors import IndexCorruptError

Stamp = tuple[int, int]
"""Size and mtime_ns: they show, without reading, that a file is unchanged."""

Stamps = Mapping[str, Mapping[str, Stamp]]
"""Stamps by path of the folder, then by name, so that lookups stay within one folder."""

_NUMBERS = ("number", "size", "mtime_ns", "documents", "text_bytes", "encoding")
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
    size in UTF-8.
    """

    number: int
    path: str
    size: int
    mtime_ns: int
    digest: str
    documents: int
    text_bytes: int
    encoding: str


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
        self.encodings: list[str] = []
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
        encoding = values("encoding")[row]
        if encoding >= len(self.encodings):
            raise _damaged(f"no encoding has the number {encoding}")
        return FileEntry(
            values("number")[row],
            self.paths[row],
            values("size")[row],
            values("mtime_ns")[row],
            self._digest(row),
            values("documents")[row],
            values("text_bytes")[row],
            self.encodings[encoding],
        )

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
            self._code(entry.encoding),
        )
        columns = map(self._column, _NUMBERS)
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
        column = self._values(name)
        if isinstance(column, PackedColumn):
            column = self._numbers[name] = column.unpacked()
        return column

    def _code(self, encoding: str) -> int:
        if encoding not in self.encodings:
            self.encodings.append(encoding)
        return self.encodings.index(encoding)

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
        other.encodings = self.encodings
        digests = memoryview(self._digests)
        starts = (row * _DIGEST_BYTES for row in rows)
        other._digests = bytearray().join(digests[at : at + _DIGEST_BYTES] for at in starts)
        for name in _NUMBERS:
            other._numbers[name] = array("q", map(self._column(name).__getitem__, rows))
        return other

    def pack(self) -> dict[str, bytes]:
        """The columns by name as stored on disk. Goes with `encodings`."""
        from zstandard import ZstdCompressor

        files = self.packed()
        columns = {"digest": bytes(files._digests)}
        columns |= {name: bytes(PackedColumn.of(files._values(name))) for name in _NUMBERS}
        if "path" not in files._compressed:
            columns["path"] = "\0".join(files.paths).encode("utf-8", "surrogatepass")
        compress = ZstdCompressor(level=1).compress
        return files._compressed | {name: compress(data) for name, data in columns.items()}

    @classmethod
    def unpack(cls, columns: Mapping[str, bytes], encodings: Iterable[str]) -> Files:
        """Restore the output of `pack`. ValueError or LookupError if it is anything else.

        The caller must check that the bytes are those that were written: they are not read here.
        """
        from zstandard import ZstdError, frame_content_size

        files = cls()
        files._compressed = {name: columns[name] for name in _COLUMNS}
        files.encodings = list(encodings)
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


def _damaged(reason: object) -> IndexCorruptError:
    return IndexCorruptError(f"the list of indexed files is damaged: {reason}")
