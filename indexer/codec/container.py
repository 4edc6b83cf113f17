"""Write named arrays to one file, and read them back.

The bytes are specified in `format.py`. This file knows arrays, checksums and mmap; it does not
know what any array means.
"""

from __future__ import annotations

import json
import mmap
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from analyzers.named import NamedTuple
from indexer.codec import format as fmt
from indexer.codec.checks import Checks, checksums_of
from indexer.codec.commits import mapped, read_directory
from indexer.codec.contents import Fingerprint, SegmentEntry
from indexer.errors import IndexCorruptError

Array = npt.NDArray[Any]
_COPY_BYTES = 1 << 20


def little_endian(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The same type in the byte order of the format."""
    return dtype.newbyteorder("<")


class Fault(NamedTuple):
    """What is wrong in one section of a segment: an array, or several under one prefix."""

    section: str
    problem: str


class ContainerWriter:
    """Appends arrays to an empty binary file and ends it with directory and footer."""

    def __init__(self, file: IO[bytes]) -> None:
        self.meta: dict[str, Any] = {}
        self._file = file
        self._arrays: dict[str, list[Any]] = {}
        self._blocks: dict[str, list[int]] = {}
        self._offset = 0
        self._put(fmt.pack_header())

    def add(self, name: str, array: Array) -> None:
        """Write a whole array under a new name."""
        data = np.ascontiguousarray(array, dtype=little_endian(array.dtype))
        self._begin(name)
        view = data.reshape(-1).view(np.uint8).data if data.size else memoryview(b"")
        start, crc = self._offset, zlib.crc32(view)
        self._put(view)
        self._arrays[name] = [data.dtype.str, start, int(data.size), crc]
        if len(view) > fmt.LONG_BYTES:
            self._blocks[name] = checksums_of(view)

    def add_stream(self, name: str, dtype: np.dtype[Any], stream: IO[bytes]) -> None:
        """Copy little-endian values of `dtype` from the stream's beginning to its end."""
        self._begin(name)
        start, crc = self._offset, 0
        blocks: list[int] = []
        stream.seek(0)
        while block := stream.read(_COPY_BYTES):
            crc = zlib.crc32(block, crc)
            blocks += checksums_of(block)
            self._put(block)
        if self._offset - start > fmt.LONG_BYTES:
            self._blocks[name] = blocks
        dtype = little_endian(np.dtype(dtype))
        self._arrays[name] = [dtype.str, start, (self._offset - start) // dtype.itemsize, crc]

    def close(self) -> Fingerprint:
        """Write directory and footer; the file stays open for its owner to sync."""
        for name, crcs in list(self._blocks.items()):
            self.add(f"{fmt.CHECKSUMS}{name}", np.array(crcs, "<u4"))
        directory = json.dumps(
            {"arrays": self._arrays, "meta": self.meta}, separators=(",", ":"), sort_keys=True
        ).encode("ascii")
        self._pad()
        footer = fmt.pack_footer(self._offset, directory)
        self._put(directory)
        self._put(footer)
        self._file.flush()
        return Fingerprint(self._offset, zlib.crc32(footer))

    def _begin(self, name: str) -> None:
        if name in self._arrays:
            raise ValueError(f"array {name!r} is written twice")
        self._pad()

    def _pad(self) -> None:
        self._put(bytes(-self._offset % fmt.ALIGNMENT))

    def _put(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._offset += len(data)


class Container:
    """The arrays of one finished file, as views on a map of it; nothing is read before it is used.

    Opening checks header, footer and directory; an array is checked when it is first asked for, a
    long one that is read in parts block by block. `verify` reads and checks everything. What is
    not as it was written raises IndexCorruptError.
    """

    def __init__(
        self, buffer: mmap.mmap | bytes, name: str, expected: SegmentEntry | None = None
    ) -> None:
        self.name = name
        self.buffer = buffer
        directory, self._directory_offset = read_directory(buffer, name, expected)
        self.meta: dict[str, Any] = directory["meta"]
        self._arrays: dict[str, tuple[str, int, int, int]] = directory["arrays"]
        self._views: dict[str, Array] = {}
        self._checks: dict[str, Checks] = {}

    @classmethod
    def open(cls, path: str, expected: SegmentEntry | None = None) -> Container:
        """Map a file, which must be the segment in the TOC; the map survives unlinking the file."""
        return cls(mapped(path), path, expected)

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def names(self) -> list[str]:
        """Every array's name, in the order of the directory."""
        return list(self._arrays)

    def array(self, name: str) -> Array:
        """The array of that name, read-only and checked; KeyError if there is none."""
        view = self._views.get(name)
        if view is None:
            self.checks(name).all()
            view = self._views[name] = self.unchecked(name)
        return view

    def unchecked(self, name: str) -> Array:
        """The array of that name; who reads a part of it asks its `checks` for that part before."""
        dtype, offset, count, _ = self._arrays[name]
        return np.frombuffer(self.buffer, np.dtype(dtype), count, offset)

    def checks(self, name: str) -> Checks:
        """The checks of an array, which remember what they have checked."""
        known = self._checks.get(name)
        if known is None:
            dtype, _, _, crc = self._arrays[name]
            listed = f"{fmt.CHECKSUMS}{name}"
            blocks = self.array(listed) if listed in self._arrays else None
            what, size = f"{self.name}: checksum of {name}", np.dtype(dtype).itemsize
            known = self._checks[name] = Checks(what, self.raw(name), size, crc, blocks)
        return known

    def span(self, name: str) -> tuple[int, int]:
        """(offset, length) in bytes of an array in the file."""
        dtype, offset, count, _ = self._arrays[name]
        return offset, count * np.dtype(dtype).itemsize

    def view(self, name: str) -> memoryview:
        """The bytes of an array, checked, without a copy."""
        self.checks(name).all()
        return self.raw(name)

    def raw(self, name: str) -> memoryview:
        """The bytes of an array, unchecked, without a copy."""
        offset, length = self.span(name)
        return memoryview(self.buffer)[offset : offset + length]

    def verify(self) -> list[str]:
        """Every array or gap whose bytes are not those that were written; [] means undamaged."""
        return [
            f"{self.name}: checksum of {section} does not match"
            if section
            else f"{self.name}: {problem}"
            for section, problem in self.faults()
        ]

    def faults(self, seen: Callable[[int], None] | None = None) -> Iterator[Fault]:
        """The same, a gap in no section; `seen` is told how many bytes have been checked."""
        end = fmt.HEADER.size
        spans = sorted((*self.span(name), name) for name in self._arrays)
        for offset, length, name in [*spans, (self._directory_offset, 0, "")]:
            if any(self.buffer[end:offset]):
                yield Fault("", f"stray bytes before offset {offset}")
            if name and zlib.crc32(self.raw(name)) != self._arrays[name][3]:
                yield Fault(name, "its checksum does not match")
            end = offset + length
            if seen is not None:
                seen(end)

    def require_sound(self) -> None:
        """Raise IndexCorruptError for the first array that is not as it was written."""
        for problem in self.verify():
            raise IndexCorruptError(problem)
        for name in self._arrays:
            self.checks(name).sound = True
