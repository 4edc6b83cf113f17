"""What is in a file that is packed by gzip, bzip2, xz or zstd? It is read as if it were not."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from indexer.errors import ExtractError
from indexer.extract.members import add_reader, budget_of, extract_within
from indexer.extract.sources import unpacked_gzip
from indexer.extract.types import Extraction, Record

if TYPE_CHECKING:
    import zstandard

_CHUNK_BYTES = 1 << 20
_INPUT_BYTES = 1 << 14
_MEMORY_BYTES = 128 << 20
"""For the dictionary of a packer, which a file may ask for."""

_TARS = {".tgz": ".tar", ".tbz2": ".tar", ".tbz": ".tar", ".txz": ".tar", ".tzst": ".tar"}
_PACKED = (".gz", ".bz2", ".xz", ".zst")


def extract_compressed(data: bytes, extraction: Extraction) -> None:
    """Fill in the records of what was packed; damage ends it, and what stands before is kept."""
    budget = budget_of(extraction)
    pieces = []
    try:
        for piece in _unpacked(data):
            budget.take(len(piece))
            pieces.append(piece)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        if not any(pieces):
            raise ExtractError(f"damaged: {error}") from error
        extraction.report(f"damaged, what stands before the damage is kept: {error}")
    extraction.records = _records(name_inside(extraction.path), b"".join(pieces), extraction)


def _records(name: str, data: bytes, extraction: Extraction) -> Iterator[Record]:
    inner = extract_within(name, data, extraction)
    extraction.encoding, extraction.replaced = inner.encoding, inner.replaced
    yield from inner.records
    extraction.encoding = inner.encoding
    add_reader(extraction, inner.reader)
    extraction.problems += [p._replace(path=extraction.path) for p in inner.problems]


def name_inside(path: str) -> str:
    """What a file is called once it is unpacked."""
    stem, dot, ending = path.rpartition(".")
    ending = dot + ending.lower()
    if ending in _TARS:
        return stem + _TARS[ending]
    return stem if ending in _PACKED else path


def _unpacked(data: bytes) -> Iterator[bytes]:
    """The unpacked bytes, in pieces."""
    if data.startswith(b"\x1f\x8b"):
        yield from unpacked_gzip(data)
    elif data.startswith(b"BZh"):
        yield from _streams(bz2.BZ2Decompressor, data)
    elif data.startswith(b"\x28\xb5\x2f\xfd"):
        yield from _unpacked_zstd(data)
    elif data.startswith(b"\xfd7zXZ\0"):
        yield from _streams(_new_xz, data)
    else:
        raise ExtractError("not packed as its name says: unpack or rename it")


def _new_xz() -> lzma.LZMADecompressor:
    """It may only ask for so much memory."""
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY_BYTES)


def _streams(
    new: Callable[[], bz2.BZ2Decompressor | lzma.LZMADecompressor], data: bytes
) -> Iterator[bytes]:
    """Stream after stream, in pieces; the input too, so that of damage only its own piece is lost.

    Raises EOFError where the last one ends early.
    """
    unpacker = new()
    for start in range(0, len(data), _INPUT_BYTES):
        given = data[start : start + _INPUT_BYTES]
        while given or not unpacker.needs_input:
            yield unpacker.decompress(given, _CHUNK_BYTES)
            given = b""
            if unpacker.eof:
                given = unpacker.unused_data.lstrip(b"\0")
                if not given:
                    break
                unpacker = new()
        if unpacker.eof and start + _INPUT_BYTES < len(data):
            unpacker = new()
    if not unpacker.eof:
        raise EOFError("it ends early")


def _unpacked_zstd(data: bytes) -> Iterator[bytes]:
    import zstandard

    unpacker = zstandard.ZstdDecompressor(max_window_size=_MEMORY_BYTES)
    try:
        with unpacker.stream_reader(data, read_across_frames=True) as reader:
            while piece := reader.read(_CHUNK_BYTES):
                yield piece
        _require_whole(data, unpacker)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from error


def _require_whole(data: bytes, unpacker: zstandard.ZstdDecompressor) -> None:
    """Raise EOFError if the last frame ends early, which a reader does not tell."""
    frame = unpacker.decompressobj()
    for start in range(0, len(data), _INPUT_BYTES):
        given = data[start : start + _INPUT_BYTES]
        while given:
            frame.decompress(given)
            given = frame.unused_data
            if frame.eof and (given or start + _INPUT_BYTES < len(data)):
                frame = unpacker.decompressobj()
    if not frame.eof:
        raise EOFError("it ends early")
