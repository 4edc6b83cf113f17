"""Read zips of XML, as used by office programs and e-books.

Streamed, within limits: a stranger's zip may unpack to any size (a bomb), nest without end, or
declare entities that grow or fetch files. Nothing is ever unpacked to disk, so names are harmless.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from xml.parsers import expat

from indexer.errors import ExtractError

MOST_ENTRIES = 10_000
MOST_PART_BYTES = 64 << 20
MOST_BYTES = 256 << 20
MOST_RATIO = 100
_FREE_BYTES = 1 << 20
"""This much may be unpacked at any ratio."""

MOST_DEPTH = 256
_CHUNK_BYTES = 1 << 16

_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError
)  # fmt: skip
"""What zipfile raises for damaged data."""

Start = Callable[[str, Mapping[str, str]], None]


class Package:
    """A zip that is held in memory. Raises ExtractError where it is none, or has no main part."""

    def __init__(self, data: bytes, main: str) -> None:
        self._size = len(data)
        self._given = 0
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGE as error:
            raise ExtractError("damaged: save it again, or leave it out") from error
        self.names = self._zip.namelist()
        if len(self.names) > MOST_ENTRIES:
            raise ExtractError(f"{len(self.names):,} parts, where {MOST_ENTRIES:,} are the limit")
        if main not in self.names:
            raise ExtractError(f"damaged: it has no {main}")

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part; none where there is no such part."""
        if name not in self._zip.NameToInfo:
            return
        left = MOST_PART_BYTES
        try:
            with self._zip.open(name) as part:
                while chunk := part.read(_CHUNK_BYTES):
                    left -= len(chunk)
                    self._given += len(chunk)
                    self._refuse_bomb(left)
                    yield chunk
        except _DAMAGE as error:
            raise ExtractError("damaged: save it again, or leave it out") from error
        except RuntimeError as error:  # what zipfile says of a password
            raise ExtractError("protected by a password: save it without") from error

    def read(self, name: str) -> bytes:
        """All bytes of a part; b"" where there is no such part."""
        return b"".join(self.chunks(name))

    def _refuse_bomb(self, left: int) -> None:
        ratio = self._given > _FREE_BYTES and self._given > MOST_RATIO * self._size
        if left < 0 or self._given > MOST_BYTES or ratio:
            raise ExtractError(
                f"it unpacks to more than {MOST_PART_BYTES >> 20} MiB a part, "
                f"{MOST_BYTES >> 20} MiB in all, or {MOST_RATIO} times its size: leave it out"
            )


def parse_xml(
    chunks: Iterator[bytes],
    start: Start,
    end: Callable[[str], None],
    text: Callable[[str], None],
    *,
    doctype: bool = False,
) -> None:
    """Call the functions for the tags, by their local names, and texts of an XML part.

    doctype: whether there may be one; its entities are not read in any case.
    """
    depth = 0
    parser = expat.ParserCreate(namespace_separator="}")
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
    parser.EntityDeclHandler = refused
    if not doctype:
        parser.StartDoctypeDeclHandler = refused
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
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
