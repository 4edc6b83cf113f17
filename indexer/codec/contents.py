"""The table of contents (TOC) of a commit. This docstring is the specification.

A TOC names all parts of its commit, and says enough about each file to detect any other file in its
place. Numbers are little-endian; `u4` and `u8` are unsigned integers of 4 and 8 bytes.

::

    toc       = header segment* deletions* checksum
    header    = "FAHRASTC" format:u4 schema:u4 generation:u8 segments:u4
                catalogue_bytes:u8 catalogue_crc32:u4
                copies_bytes:u8 copies_crc32:u4                           52 bytes
    segment   = id:16 bytes bytes:u8 footer_crc32:u4 documents:u4 deleted:u4   36 bytes
    deletions = of each segment with deleted documents, ceil(documents / 8) bytes: bit 7 - d % 8 of
                byte d // 8 is set where document d is deleted; what is left of the last byte is 0
    checksum  = crc32:u4 of all before

`format` is `format.FORMAT_VERSION`; `schema` says which fields documents have (0: the caller that
opens the index knows); `generation` is the number in the file's own name, `_MAIN_<generation>.toc`.
For the catalogue there are its size and checksum, both 0 if there is none; likewise for what is
known of copies (`copies.py`), where the checksum is that of its last 32 bytes. The id of a segment
consists of digits and small letters and names its file, `MAIN_<id>.fhs`; `bytes` is its size,
`footer_crc32` the crc32 of its last 32 bytes, which hold the checksum of its directory, which holds
the checksum of every array: no other file has the same.

A worked example: generation 2, schema 1, a catalogue of 300 bytes, 512 of copies, and one segment
of three documents, the second of them deleted::

     0  46 41 48 52 41 53 54 43 06 00 00 00 01 00 00 00  FAHRASTC........
    16  02 00 00 00 00 00 00 00 01 00 00 00 2c 01 00 00  ............,...
    32  00 00 00 00 78 56 34 12 00 02 00 00 00 00 00 00  ....xV4.........
    48  ef cd ab 89 30 31 32 33 34 35 36 37 38 39 61 62  ....0123456789ab
    64  63 64 65 66 e5 00 00 00 00 00 00 00 dd cc bb aa  cdef............
    80  03 00 00 00 01 00 00 00 40 CRC32....             ........@....
"""

from __future__ import annotations

import mmap
import os
import re
import struct
import zlib
from collections.abc import Iterable, Iterator

from analyzers.named import NamedTuple
from indexer.codec.format import EXTENSION, FORMAT_VERSION, FormatError

_MAGIC = b"FAHRASTC"
_HEADER = struct.Struct("<8sIIQIQIQI")
_SEGMENT = struct.Struct("<16sQIII")
_CHECKSUM = struct.Struct("<I")

INDEX_NAME = "MAIN"
"""Whoosh's name for an index without a name; the names of its files begin with it."""

LARGEST_BYTES = 1 << 26
"""Limit for a TOC: enough for 500 million documents with deletions, in a million segments."""

_ID_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_is_segment_id = re.compile(rb"[0-9a-z]{16}").fullmatch


def new_segment_id() -> str:
    """An id that no other segment has."""
    return "".join(_ID_LETTERS[byte % len(_ID_LETTERS)] for byte in os.urandom(16))


class Fingerprint(NamedTuple):
    """Distinguishes a file from any other that may be in its place."""

    size_bytes: int
    crc32: int


NO_FILE = Fingerprint(0, 0)
_FOOTER_BYTES = 32


def fingerprint_of(segment: mmap.mmap | bytes) -> Fingerprint:
    """The fingerprint of the bytes of a segment's file."""
    return Fingerprint(len(segment), zlib.crc32(segment[-_FOOTER_BYTES:]))


class SegmentEntry(NamedTuple):
    """One segment of a commit.

    documents: in its file, deleted ones too. deleted: how many are deleted. deletions: which, bit
    7 - d % 8 of byte d // 8 for document d; b"" where none is.
    """

    segment_id: str
    file: Fingerprint
    documents: int
    deleted: int = 0
    deletions: bytes = b""

    @property
    def file_name(self) -> str:
        """The name of the segment's file."""
        return f"{INDEX_NAME}_{self.segment_id}{EXTENSION}"


class Toc(NamedTuple):
    """One commit. `catalogue` and `copies` are None where the index has none."""

    generation: int
    schema: int
    segments: tuple[SegmentEntry, ...] = ()
    catalogue: Fingerprint | None = None
    copies: Fingerprint | None = None


def toc_name(generation: int) -> str:
    """The name of a commit's TOC."""
    return f"_{INDEX_NAME}_{generation}.toc"


def encode(toc: Toc) -> bytes:
    """The bytes of a TOC. Raises ValueError for one that `decode` would refuse."""
    header = _HEADER.pack(
        _MAGIC,
        FORMAT_VERSION,
        toc.schema,
        toc.generation,
        len(toc.segments),
        *(toc.catalogue or NO_FILE),
        *(toc.copies or NO_FILE),
    )
    rows = b"".join(
        _SEGMENT.pack(row.segment_id.encode("ascii"), *row.file, row.documents, row.deleted)
        for row in toc.segments
    )
    body = header + rows + b"".join(row.deletions for row in toc.segments)
    data = body + _CHECKSUM.pack(zlib.crc32(body))
    try:
        decode(data)
    except FormatError as error:
        raise ValueError(f"this is no table of contents: {error}") from error
    return data


def decode(data: bytes) -> Toc:
    """The TOC in these bytes, fully checked. Raises FormatError."""
    if len(data) < _HEADER.size + _CHECKSUM.size:
        raise FormatError("it is cut off")
    magic, version, schema, generation, count, *files = _HEADER.unpack_from(data)
    if magic != _MAGIC:
        raise FormatError("it is no table of contents")
    if version != FORMAT_VERSION:
        raise FormatError(f"format version {version}, this program reads {FORMAT_VERSION}")
    if zlib.crc32(data[: -_CHECKSUM.size]) != _CHECKSUM.unpack(data[-_CHECKSUM.size :])[0]:
        raise FormatError("checksum")
    rows_end = _HEADER.size + count * _SEGMENT.size
    if rows_end + _CHECKSUM.size > len(data):
        raise FormatError(f"it has no room for {count} segments")
    rows = list(_SEGMENT.iter_unpack(data[_HEADER.size : rows_end]))
    if len({row[0] for row in rows}) < len(rows):
        raise FormatError("a segment is named twice")
    segments = tuple(_segments(rows, data[rows_end : -_CHECKSUM.size]))
    catalogue, copies = (Fingerprint(*files[:2]), Fingerprint(*files[2:]))
    return Toc(
        generation,
        schema,
        segments,
        None if catalogue == NO_FILE else catalogue,
        None if copies == NO_FILE else copies,
    )


def _segments(
    rows: Iterable[tuple[bytes, int, int, int, int]], bitmaps: bytes
) -> Iterator[SegmentEntry]:
    """The segments of some rows, each with its part of the bitmaps, which must not be too many."""
    place = 0
    for name, size_bytes, crc32, documents, deleted in rows:
        if not _is_segment_id(name):
            raise FormatError("a segment has no name")
        end = place + (documents + 7) // 8 if deleted else place
        deletions = bitmaps[place:end]
        number = int.from_bytes(deletions, "big")
        unused = -documents % 8
        if len(deletions) != end - place or number.bit_count() != deleted:
            raise FormatError("the deletions are not as many as it says")
        if number & ((1 << unused) - 1):
            raise FormatError("it deletes documents that are not there")
        fingerprint = Fingerprint(size_bytes, crc32)
        yield SegmentEntry(name.decode("ascii"), fingerprint, documents, deleted, deletions)
        place = end
    if place != len(bitmaps):
        raise FormatError("there is more in it than it says")
