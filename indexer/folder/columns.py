"""The files of an index as columns, in memory and on disk.

Most files are unchanged since the last run, and a search shows only ten, so data is stored column
by column, and an object is made for a file only when it is needed. Each column is divided into
blocks of 1,024 rows, each a frame of zstd, so that one row is read without the others. Paths,
numbers and digests are three kinds of column; of a block there are

    path        UTF-8 (lone surrogates as three bytes), NUL after each except the last of a block
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
from functools import cached_property, partial
from itertools import chain
from typing import Any

from analyzers.named import NamedTuple
from indexer.errors import IndexCorruptError

Frame = bytes | memoryview
"""A block of a column as on disk."""

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
_ROW_BYTES = {"digest": _DIGEST_BYTES, **dict.fromkeys(_NUMBERS, _NUMBER_BYTES)}
_UNKNOWN = bytes(_DIGEST_BYTES)

ROWS = 1024
"""Rows of a block."""

_HELD_BLOCKS = 256
"""So many blocks are held unpacked: a row has one of each column, all of a block take 200 kB."""

PATH_END = "\0"
"""Between two paths."""

_LONGEST_PATH = 3 * 4096 + 1
"""Bytes: PATH_MAX, each byte a lone surrogate, and what is between two paths."""


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
        zeros = bytes(self._count)
        for place in range(_NUMBER_BYTES):
            here = self._data[place * self._count : (place + 1) * self._count]
            if here != zeros:  # the upper bytes of most columns are
                restored[place::_NUMBER_BYTES] = here
        column = array("q", bytes(restored))
        if sys.byteorder == "big":
            column.byteswap()
        return column


class Files(MutableMapping[str, FileEntry]):
    """Files by path. The row of a removed file stays, unused, until `packed`.

    Of files from disk a block is unpacked when something in it is first used.
    """

    def __init__(self, entries: Iterable[FileEntry] = ()) -> None:
        self.names: dict[str, list[str]] = {column: [] for column in NAMED}
        """What the numbers of the columns of names mean."""
        self._frames: dict[str, Sequence[Frame]] = {}
        """By column, its blocks as on disk."""
        self._count = 0
        """The rows that are in them."""
        self._blocks: dict[tuple[str, int], Any] = {}
        """By column and number, the blocks of which only a few rows were needed."""
        self._numbers: dict[str, array[int]] = {}
        """The columns that were needed whole."""
        self._is_packed = True
        for entry in entries:
            self[entry.path] = entry

    @cached_property
    def paths(self) -> list[str]:
        """The path of each row."""
        blocks = map(self._paths_of, range(len(self._frames.get("path", ()))))
        return list(chain.from_iterable(blocks))

    @cached_property
    def _digests(self) -> bytearray:
        return bytearray().join(self._all_of("digest"))

    def _all_of(self, column: str) -> Iterator[bytes]:
        return (self._bytes(column, number) for number in range(len(self._frames.get(column, ()))))

    def _bytes(self, column: str, block: int) -> bytes:
        """The bytes of a block of a column on disk, decompressed."""
        zstd, decompress = self._zstd
        frame = self._frames[column][block]
        rows = self._rows_of(block)
        try:
            size = zstd.frame_content_size(frame)
            if size != rows * _ROW_BYTES.get(column, 0) and (
                column != "path" or not 0 <= size <= rows * _LONGEST_PATH
            ):
                raise _damaged(f"a block of {column} has not the size that it should")
            data: bytes = decompress(frame)
        except zstd.ZstdError as error:
            raise _damaged(error) from error
        return data

    @cached_property
    def _zstd(self) -> tuple[Any, Callable[[Frame], bytes]]:
        """The library, imported where it is needed, and what decompresses a frame."""
        import zstandard

        return zstandard, zstandard.ZstdDecompressor().decompress

    def _rows_of(self, block: int) -> int:
        return min(ROWS, self._count - block * ROWS)

    def _paths_of(self, block: int) -> list[str]:
        """The paths of a block."""
        return decoded(self.packed_paths(block)).split(PATH_END)

    def place_of(self, row: int) -> tuple[int, int]:
        """The block in which a row is, and its place there."""
        return divmod(row, ROWS)

    def packed_paths(self, block: int) -> bytes:
        """The paths of a block as on disk, as many as it has rows."""
        paths = self._bytes("path", block)
        count = paths.count(PATH_END.encode()) + 1
        if count != self._rows_of(block):
            raise _damaged(f"{count} paths for {self._rows_of(block)} files")
        return paths

    @property
    def are_listed(self) -> bool:
        """Whether `paths` are unpacked; where they are not, and few are wanted, leave them so."""
        return "paths" in vars(self)

    def block(self, column: str, number: int, make: Callable[[int], Any]) -> Any:
        """A block that was made before, or is made now."""
        known = self._blocks.get((column, number))
        if known is None:
            if len(self._blocks) >= _HELD_BLOCKS:
                del self._blocks[next(iter(self._blocks))]
            known = self._blocks[column, number] = make(number)
        return known

    def _numbers_of(self, column: str, block: int) -> PackedColumn:
        return PackedColumn(self._bytes(column, block))

    def _number(self, column: str, row: int) -> int:
        """A number of one row; mostly few are needed."""
        numbers = self._numbers.get(column)
        if numbers is not None:
            return numbers[row]
        make = partial(self._numbers_of, column)
        number: int = self.block(column, row // ROWS, make)[row % ROWS]
        return number

    @cached_property
    def _row(self) -> dict[str, int]:
        return dict(zip(self.paths, range(len(self.paths)), strict=True))

    def __len__(self) -> int:
        return len(self._row)

    def __iter__(self) -> Iterator[str]:
        return iter(self._row)

    def __getitem__(self, path: str) -> FileEntry:
        return self.entry(self._row[path], path)

    def entry(self, row: int, path: str) -> FileEntry:
        """The file of a row, whose path is known."""
        return FileEntry(
            self._number("number", row),
            path,
            self._number("size", row),
            self._number("mtime_ns", row),
            self._digest(row),
            self._number("documents", row),
            self._number("text_bytes", row),
            *(self._name(column, row) for column in NAMED),
        )

    def documents(self, row: int) -> int:
        """How many documents the file of a row gave."""
        return self._number("documents", row)

    def _name(self, column: str, row: int) -> str:
        number, names = self._number(column, row), self.names[column]
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
        numbers = self._column("reader")
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
        digests: bytes | bytearray
        if "_digests" in vars(self) or not self._frames:
            digests, place = self._digests, row
        else:
            make = partial(self._bytes, "digest")
            digests, place = self.block("digest", row // ROWS, make), row % ROWS
        digest = digests[place * _DIGEST_BYTES : (place + 1) * _DIGEST_BYTES]
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

    def _column(self, name: str) -> array[int]:
        """A column of numbers, all of which are needed, or some of which will change."""
        column = self._numbers.get(name)
        if column is None:
            column = self._numbers[name] = array("q")
            for data in self._all_of(name):
                column += PackedColumn(data).unpacked()
        return column

    @property
    def _columns(self) -> list[array[int]]:
        """All columns of numbers, unpacked."""
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
        self._frames.pop("path", None)
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

    def pack(self) -> dict[str, Sequence[Frame]]:
        """The columns by name, the frames of their blocks. Goes with the `names` of `packed`."""
        from zstandard import ZstdCompressor

        files = self.packed()
        compress = ZstdCompressor(level=1).compress
        blocks = [slice(at, at + ROWS) for at in range(0, len(files.paths), ROWS)]
        changed = {name for name in _COLUMNS if name not in files._frames} | {*files._numbers}
        if "_digests" in vars(files):
            changed.add("digest")
        return {
            name: [compress(files._packed_block(name, rows)) for rows in blocks]
            if name in changed
            else files._frames[name]
            for name in _COLUMNS
        }

    def _packed_block(self, name: str, rows: slice) -> bytes:
        """Some rows of a column, as on disk."""
        if name == "path":
            return PATH_END.join(self.paths[rows]).encode("utf-8", "surrogatepass")
        if name == "digest":
            return bytes(self._digests[rows.start * _DIGEST_BYTES : rows.stop * _DIGEST_BYTES])
        return bytes(PackedColumn.of(self._column(name)[rows]))

    @classmethod
    def unpack(
        cls, columns: Mapping[str, Sequence[Frame]], names: Mapping[str, Iterable[str]]
    ) -> Files:
        """Restore the output of `pack`. ValueError or LookupError if it is anything else.

        The caller must check that the bytes are those that were written: they are not read here.
        """
        from zstandard import ZstdError, frame_content_size

        files = cls()
        files._frames = {name: columns[name] for name in _COLUMNS}
        files.names = {column: list(names[column]) for column in NAMED}
        try:
            sizes = list(map(frame_content_size, columns["digest"]))
        except ZstdError as error:
            raise ValueError(str(error)) from error
        files._count, rest = divmod(sum(sizes), _DIGEST_BYTES)
        blocks = range(-(-files._count // ROWS))
        if rest or sizes != [files._rows_of(block) * _DIGEST_BYTES for block in blocks]:
            raise ValueError("columns of impossible lengths")
        if {len(frames) for frames in files._frames.values()} != {len(blocks)}:
            raise ValueError("columns of different lengths")
        return files


def _is_known(reader: str, readers: Set[str]) -> bool:
    return all(part in readers for part in reader.split(",")) if reader else True


def decoded(paths: bytes) -> str:
    """What is on disk of paths, or of one. Raises IndexCorruptError."""
    try:
        return paths.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise _damaged(error) from error


def _damaged(reason: object) -> IndexCorruptError:
    return IndexCorruptError(f"the list of indexed files is damaged: {reason}")
