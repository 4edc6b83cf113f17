"""Which commit of an index is the newest, and is all there that it names? Without Whoosh or numpy.

A run that finds nothing to write asks no more of an index than this. The bytes of a TOC are those
of `toc.py`, which reads schema and segments as Whoosh's own objects; here a segment is no more
than the name of its file.
"""

from __future__ import annotations

import io
import mmap
import os
import pickle
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from indexer.codec import format as fmt
from indexer.errors import IndexCorruptError

INDEX_NAME = "MAIN"
"""What Whoosh calls an index that nobody named; its files begin so."""

_SEAL = struct.Struct("<8sI")
_SEAL_MAGIC = b"FAHRASTC"
_BYTE_ORDER = -12345
_INT = struct.Struct("!i")


class TocParts(NamedTuple):
    """A TOC as it lies on the disk; `schema` and `segments` are pickled."""

    version: int
    release: tuple[int, ...]
    schema: bytes
    segments: bytes


def seal_of(body: bytes) -> bytes:
    """The checksum that stands behind a TOC."""
    return _SEAL.pack(_SEAL_MAGIC, zlib.crc32(body))


def toc_parts(data: bytes) -> TocParts:
    """Take the bytes of a TOC apart, once they are seen to be what was written."""
    try:
        return _parts(io.BytesIO(_unsealed(data)))
    except (struct.error, IndexError) as error:
        raise IndexCorruptError(f"the index's table of contents is damaged: {error}") from error


def _unsealed(data: bytes) -> bytes:
    """The TOC's bytes without our checksum, which Whoosh's own writer does not leave."""
    body, seal = data[: -_SEAL.size], data[-_SEAL.size :]
    if len(seal) < _SEAL.size or seal[:8] != _SEAL_MAGIC:
        return data
    if seal != seal_of(body):
        raise IndexCorruptError("the index's table of contents is damaged: checksum")
    return body


def _parts(stream: io.BytesIO) -> TocParts:
    """Sizes of C's types, byte order, versions, schema, generation, an unused number, segments."""
    for _ in range(3):
        _varint(stream)
    if _int(stream) != _BYTE_ORDER:
        raise IndexCorruptError("the index's table of contents is damaged")
    version = _int(stream)
    release = tuple(_varint(stream) for _ in range(3))
    schema = stream.read(_varint(stream))
    for _ in range(2):
        _int(stream)
    return TocParts(version, release, schema, stream.read())


def _int(stream: io.BytesIO) -> int:
    number: int = _INT.unpack(stream.read(_INT.size))[0]
    return number


def _varint(stream: io.BytesIO) -> int:
    """Seven bits a byte, the lowest first; the last byte is the one below 128."""
    number = shift = 0
    while True:
        byte = stream.read(1)[0]
        number |= (byte & 127) << shift
        if byte < 128:
            return number
        shift += 7


def newest_generation(names: Iterable[str], indexname: str = INDEX_NAME) -> int:
    """The number of the newest commit among the files of a folder, -1 where there is none."""
    is_toc = re.compile(rf"_{re.escape(indexname)}_([0-9]+)\.toc").fullmatch
    return max((int(found[1]) for found in map(is_toc, names) if found), default=-1)


def stale_names(
    names: Iterable[str], indexname: str, generation: int, segment_ids: Iterable[str]
) -> list[str]:
    """Files of this index that neither this generation nor its segments need."""
    current = set(segment_ids)
    is_toc = re.compile(rf"_{re.escape(indexname)}_([0-9]+)\.toc(\..*)?").fullmatch
    is_segment = re.compile(rf"({re.escape(indexname)}_[0-9a-z]+)\..+").fullmatch
    stale = []
    for name in names:
        toc, segment = is_toc(name), is_segment(name)
        stale_toc = toc and (int(toc[1]) != generation or toc[2])
        if stale_toc or (segment and segment[1] not in current):
            stale.append(name)
    return stale


def generation_of(folder: str) -> int:
    """The number of the newest commit in a folder. Raises IndexCorruptError where there is none."""
    try:
        generation = newest_generation(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        generation = -1
    if generation < 0:
        raise IndexCorruptError(
            f"the index in {folder} has lost its table of contents: run fahras index --rebuild"
        )
    return generation


def check_and_clean(folder: str) -> None:
    """See every segment of the newest commit in its place, then remove what killed runs left.

    The caller holds the lock. As much is checked as opening a searcher reads: headers, footers and
    directories. Raises IndexCorruptError.
    """
    generation = generation_of(folder)
    with open(os.path.join(folder, f"_{INDEX_NAME}_{generation}.toc"), "rb") as file:
        segment_ids = _segment_ids(toc_parts(file.read()).segments)
    for segment_id in segment_ids:
        path = os.path.join(folder, segment_id + fmt.EXTENSION)
        with segments_in_place(), mapped(path) as buffer:
            read_directory(buffer, path)
    for name in stale_names(os.listdir(folder), INDEX_NAME, generation, segment_ids):
        with suppress(FileNotFoundError):
            os.unlink(os.path.join(folder, name))


@contextmanager
def segments_in_place() -> Iterator[None]:
    """Say, of a segment that is not there, what that means for the index."""
    try:
        yield
    except FileNotFoundError as error:
        raise IndexCorruptError(
            f"{error.filename}: a part of the index is gone: run fahras index --rebuild"
        ) from error


class _Segment:
    """Stands for a segment while no more than its name is asked."""

    indexname: str
    segid: str


class _SegmentUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("indexer.codec.whoosh.segment", "ColumnarSegment"):
            return _Segment
        raise IndexCorruptError(f"the index's table of contents may not refer to {module}.{name}")


def _segment_ids(pickled: bytes) -> list[str]:
    """The names of the segments' files, without extension."""
    segments = unpickled(pickled, _SegmentUnpickler)
    return [f"{segment.indexname}_{segment.segid}" for segment in segments]


def unpickled(data: bytes, unpickler: type[pickle.Unpickler]) -> Any:
    """What an unpickler that admits only known classes makes of it; else IndexCorruptError."""
    try:
        return unpickler(io.BytesIO(data)).load()
    except IndexCorruptError:
        raise
    except Exception as error:
        raise IndexCorruptError(f"the index's table of contents is damaged: {error}") from error


def mapped(path: str) -> mmap.mmap:
    """A segment's file as memory; it stays valid when the file is unlinked."""
    with open(path, "rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            raise IndexCorruptError(f"{path}: the file is empty")
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def read_directory(buffer: mmap.mmap | bytes, name: str) -> tuple[dict[str, Any], int]:
    """(directory, its offset) of a segment, after every check that opening it promises."""
    with memoryview(buffer) as data:
        try:
            return fmt.read_directory(data)
        except fmt.FormatError as error:
            raise IndexCorruptError(f"{name}: {error}") from error
