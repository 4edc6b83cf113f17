"""How do a file's bytes come in? Opened once, counted and digested as they are read.

Small files come whole, record files as a stream of chunks, gzip unpacked on the way. This file
decides what may be opened at all (regular files within the limit) and puts the system's errors
into words; it knows nothing of encodings or formats.
"""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Iterable, Iterator
from functools import partial

from indexer.errors import ExtractError, PassingError
from indexer.extract.types import Extraction

try:
    from _blake2 import blake2b  # what hashlib hands out, without OpenSSL, which comes with it
except ImportError:
    from hashlib import blake2b

CHUNK_BYTES = 1 << 20
_ROOM_BYTES = 4096
"""Asked for beyond the size of a file, so that one read shows all of it, or that it grew."""

DIGEST_BYTES = 16
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_GZIP_WINDOW = 31
"""zlib's code for "a gzip header, then the largest window"."""


def digest_of(data: bytes) -> str:
    """The content digest that the catalogue keeps: blake2b-16, in hex."""
    return blake2b(data, digest_size=DIGEST_BYTES).hexdigest()


def hash_file(path: str) -> str:
    """Digest of a file's content, in constant memory. Raises ExtractError."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    for chunk in _chunks_of(path):
        digest.update(chunk)
    return digest.hexdigest()


def read_whole(path: str, max_bytes: int) -> bytes:
    """All bytes of a regular file. Raises ExtractError where there are too many."""
    try:
        descriptor, size = _open(path)
        try:
            refuse_large(size, max_bytes)
            data = os.read(descriptor, size + 1)
            if len(data) != size:  # it grows or shrinks while it is read, or is more than one read
                data = b"".join([data, *iter(partial(os.read, descriptor, CHUNK_BYTES), b"")])
        finally:
            os.close(descriptor)
    except OSError as error:
        raise PassingError(in_words(error)) from error
    refuse_large(len(data), max_bytes)
    return data


def read_head(path: str, count: int) -> bytes:
    """The first bytes of a regular file. Raises ExtractError."""
    try:
        descriptor, _ = _open(path)
        try:
            return os.read(descriptor, count)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise PassingError(in_words(error)) from error


def refuse_large(size: int, max_bytes: int, kind: type[ExtractError] = PassingError) -> None:
    """Raise an error naming the limit and the way around it; another run may have another limit."""
    if size > max_bytes:
        raise kind(
            f"{_in_units(size)} are more than the limit of {_in_units(max_bytes)}: "
            "split the file, or write its texts as records of a .jsonl file"
        )


def in_words(error: OSError) -> str:
    """One line for an error of the system, without the path (which stands beside it)."""
    if isinstance(error, PermissionError):
        return "no permission to read it: change its mode, or leave it out"
    if isinstance(error, FileNotFoundError):
        return "it is not there any more"
    return f"cannot be read: {error.strerror or error}"


def stream(path: str, extraction: Extraction) -> Iterator[bytes]:
    """Chunks of the file; `extraction.size` and `.digest` are complete when they are consumed.

    Where reading fails on the way, what was read is kept, the failure is reported, and the digest
    stays "", which no content has. What cannot be opened at all raises ExtractError.
    """
    try:
        yield from digested(_chunks_of(path), extraction)
    except ExtractError as error:
        if not extraction.size:
            raise
        extraction.report(f"what stands before the place where reading failed is kept: {error}")


def digested(chunks: Iterable[bytes], extraction: Extraction) -> Iterator[bytes]:
    """Pass the chunks on, counting and digesting them for `extraction`."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    for chunk in chunks:
        digest.update(chunk)
        extraction.size += len(chunk)
        yield chunk
    extraction.digest = digest.hexdigest()


def gunzip(chunks: Iterator[bytes], extraction: Extraction) -> Iterator[bytes]:
    """Unpack gzip, member after member; damage ends the text, is reported, and loses no more.

    The source is read to its end in any case, so that its digest is that of the whole file.
    """
    first = next(chunks, b"")
    if not first.startswith(b"\x1f\x8b"):
        raise ExtractError("not gzip data, though its name ends in .gz: unpack or rename it")
    try:
        yield from _members(first, chunks)
    except (zlib.error, EOFError) as error:
        extraction.report(f"damaged gzip data, what stands before the damage is kept: {error}")
    for _ in chunks:
        pass


def unpacked_gzip(data: bytes) -> Iterator[bytes]:
    """The unpacked bytes of a gzip file that is held, in pieces. Raises zlib.error, EOFError."""
    return _members(data, iter(()))


def _members(data: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The unpacked bytes of a gzip file, member after member, in pieces.

    What can be unpacked before damage is given before zlib.error is raised.
    """
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    while True:
        before = unpacker.copy()
        try:
            piece = unpacker.decompress(data, CHUNK_BYTES)
        except zlib.error:
            yield from _up_to_damage(before, data)
            raise
        yield piece
        if unpacker.eof:
            data = unpacker.unused_data.lstrip(b"\0")  # writers of tapes pad with zeros
            while not data:
                following = next(chunks, None)
                if following is None:
                    return
                data = following.lstrip(b"\0")
            unpacker = zlib.decompressobj(_GZIP_WINDOW)
        elif unpacker.unconsumed_tail:
            data = unpacker.unconsumed_tail
        else:
            data = next(chunks, b"")
            if not data:
                yield unpacker.flush()
                raise EOFError("it ends early")


def _up_to_damage(unpacker: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """What a piece still holds before its damage; zlib gives nothing of a piece that fails."""
    for at in range(len(data)):
        try:
            yield unpacker.decompress(data[at : at + 1])
        except zlib.error:
            return


def _chunks_of(path: str) -> Iterator[bytes]:
    try:
        descriptor, size = _open(path)
        try:
            while chunk := os.read(descriptor, min(size + _ROOM_BYTES, CHUNK_BYTES)):
                yield chunk
        finally:
            os.close(descriptor)
    except OSError as error:
        raise PassingError(in_words(error)) from error


def _open(path: str) -> tuple[int, int]:
    """(descriptor, size) of a regular file; a pipe or device in its place is never waited for.

    Plain descriptors: a file object asks the system for twice as much, which small files feel.
    """
    descriptor = os.open(path, _READ)
    info = os.fstat(descriptor)
    if not stat.S_ISREG(info.st_mode):
        os.close(descriptor)
        raise PassingError("not a regular file: leave it out")
    return descriptor, info.st_size


def _in_units(size: int) -> str:
    if size < 1 << 20:
        return f"{size} bytes"
    return f"{size / (1 << 20):,.0f} MiB" if size < 1 << 30 else f"{size / (1 << 30):,.1f} GiB"
