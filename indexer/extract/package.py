"""Read zips of XML, as used by office programs and e-books; how much may be unpacked of any file.

Streamed, within limits: a stranger's zip may unpack to any size (a bomb), nest without end, or
declare entities that grow or fetch files. Nothing is ever unpacked to disk, so names are harmless.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from xml.parsers import expat

from indexer.errors import ExtractError

MOST_ENTRIES = 10_000
MOST_PART_BYTES = 64 << 20
MOST_BYTES = 256 << 20
MOST_DEEP_BYTES = 1 << 30
"""Limits for a part, for all parts together, and with what is unpacked of parts in their turn."""

MOST_RATIO = 100
_FREE_BYTES = 1 << 20
"""This much may be unpacked at any ratio."""

_MOST_HEADERS = 20 * MOST_ENTRIES
"""Of entries in a zip, and in those that it holds as they are: beyond, it is not even listed."""

MOST_DEPTH = 256
_CHUNK_BYTES = 1 << 16

_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError
)  # fmt: skip
"""What zipfile raises for damaged data."""

Start = Callable[[str, Mapping[str, str]], None]


class BombError(ExtractError):
    """So much comes out of a file that nothing more of it is read."""


class Budget:
    """What may be unpacked of a file of `size` bytes; `above`: that of the file in which it lies.

    Raises BombError where it is too much, whichever part it is found in.
    """

    def __init__(self, size: int, above: Budget | None = None) -> None:
        self._size = size
        self._above = above
        self._given = self._deeper = 0

    def part(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks of a part as they come. Raises ExtractError where there are too many."""
        left = MOST_PART_BYTES
        for chunk in chunks:
            left -= len(chunk)
            self.take(len(chunk))
            if left < 0:
                raise ExtractError(
                    f"it unpacks to more than {MOST_PART_BYTES >> 20} MiB: leave it out"
                )
            yield chunk

    def take(self, count: int) -> None:
        """Count bytes that were unpacked."""
        self._given += count
        self._refuse()
        if self._above is not None:
            self._above.take_deeper(count)

    def take_deeper(self, count: int) -> None:
        """Count bytes that were unpacked of what was unpacked before."""
        self._deeper += count
        self._refuse()
        if self._above is not None:
            self._above.take_deeper(count)

    @property
    def is_spent(self) -> bool:
        """Whether it was too much."""
        total = self._given + self._deeper
        ratio = total > _FREE_BYTES and total > MOST_RATIO * self._size
        return self._given > MOST_BYTES or total > MOST_DEEP_BYTES or ratio

    def _refuse(self) -> None:
        if self.is_spent:
            raise BombError(
                f"it unpacks to more than {MOST_BYTES >> 20} MiB, or {MOST_RATIO} times its size: "
                "leave it out"
            )


def open_zip(data: bytes) -> zipfile.ZipFile:
    """A zip that is held in memory. Raises ExtractError where it is none."""
    if data.count(b"PK\x01\x02") > _MOST_HEADERS:
        raise ExtractError(f"more than {_MOST_HEADERS:,} parts: leave it out")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGE as error:
        raise ExtractError("damaged: save it again, or leave it out") from error


def zip_chunks(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a part. Raises ExtractError where they cannot be had."""
    try:
        with package.open(part) as opened:
            while chunk := opened.read(_CHUNK_BYTES):
                yield chunk
    except NotImplementedError as error:
        raise ExtractError("packed in a way that is not read: unpack it") from error
    except _DAMAGE as error:
        raise ExtractError("damaged: save it again, or leave it out") from error
    except RuntimeError as error:  # what zipfile says of a password
        raise ExtractError("protected by a password: save it without") from error


class Package:
    """A zip that is held in memory. Raises ExtractError where it is none, or has no main part."""

    def __init__(self, data: bytes, main: str, above: Budget | None = None) -> None:
        """above: what may be unpacked of the file in which it lies."""
        self._budget = Budget(len(data), above)
        self._zip = open_zip(data)
        self.names = self._zip.namelist()
        if len(self.names) > MOST_ENTRIES:
            raise ExtractError(f"{len(self.names):,} parts, where {MOST_ENTRIES:,} are the limit")
        if main not in self.names:
            raise ExtractError(f"damaged: it has no {main}")

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part; none where there is no such part."""
        if name not in self._zip.NameToInfo:
            return
        yield from self._budget.part(zip_chunks(self._zip, self._zip.NameToInfo[name]))

    def read(self, name: str) -> bytes:
        """All bytes of a part; b"" where there is no such part."""
        return b"".join(self.chunks(name))


def parse_xml(
    chunks: Iterator[bytes],
    start: Start,
    end: Callable[[str], None],
    text: Callable[[str], None],
    *,
    doctype: bool = False,
    encoding: str | None = None,
) -> None:
    """Call the functions for the tags, by their local names, and texts of an XML part.

    doctype: whether there may be one; its entities are left out of the text. encoding: of the
    chunks, where it is known better than what they declare.
    """
    depth = 0
    parser = expat.ParserCreate(encoding, namespace_separator="}")
    parser.buffer_text = True

    def opened(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            raise ExtractError(f"its tags are nested {MOST_DEPTH} deep: leave it out")
        start(tag.rpartition("}")[2], attributes)

    def closed(tag: str) -> None:
        nonlocal depth
        depth -= 1
        end(tag.rpartition("}")[2])

    def refused(*_: object) -> None:
        raise ExtractError("it declares entities, which no such file needs: leave it out")

    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.CharacterDataHandler = text
    if doctype:
        parser.DefaultHandler = lambda _: None  # with one, expat does not replace entities
    else:
        parser.EntityDeclHandler = parser.StartDoctypeDeclHandler = refused
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # also of an unknown encoding
        raise ExtractError(f"damaged XML: {error}") from error


def values_of(chunks: Iterator[bytes], wanted: frozenset[str]) -> dict[str, str]:
    """The text of the first tag of each local name; what is damaged gives none."""
    found: dict[str, str] = {}
    inside: list[str] = []

    def start(tag: str, _: Mapping[str, str]) -> None:
        inside.append(tag)

    def end(_: str) -> None:
        inside.pop()

    def text(piece: str) -> None:
        if inside and inside[-1] in wanted:
            found[inside[-1]] = found.get(inside[-1], "") + piece

    try:
        parse_xml(chunks, start, end, text)
    except ExtractError:
        return {}
    return found


def local(attributes: Mapping[str, str], name: str) -> str:
    """The attribute of a local name, whatever its namespace; "" if there is none."""
    return next((v for key, v in attributes.items() if key.rpartition("}")[2] == name), "")
