"""The text of a Word 97 to 2003 document: its pieces in order, read in the worker.

Source: [MS-DOC], sections 2.4.1 and 2.8.35: the file information block names the table of pieces,
each of which is text in UTF-16 or in windows-1252. What was deleted while changes were tracked is
left out: sections 2.8.5, 2.9.32 and 2.6.1, the properties of characters by where they are stored.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from indexer.errors import ExtractError
from indexer.extract.types import Extraction, Record

_SECONDS = 30
_WORD_97 = 0xA5EC
_FLAGS_AT, _PIECES_AT = 0x0A, 0x1A2
_IS_ENCRYPTED, _IS_IN_TABLE_1 = 0x100, 0x200
_IS_COMPRESSED = 0x40000000
_RUNS_AT = 0xFA
_PAGE_BYTES = 512
_IS_DELETED = 0x0800
_OPERAND_BYTES = (1, 1, 2, 4, 2, 2, 0, 3)
"""How long the operand of a property is, by the highest three bits of its code; 0: it says so."""
_SUMMARY = "\x05SummaryInformation"
_PAGE_ID, _TITLE_ID, _CREATED_ID = 1, 2, 12
_UTF_8 = 65001
_MOST_TITLE_BYTES = 4096
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_FIELD_CODES = re.compile("\x13[^\x13\x14\x15]*(?:\x14|(?=\x15))|\x15|\x13")
_SIGNS = str.maketrans({"\r": "\n", "\x07": "\t", "\x0b": "\n", "\x0c": "\f", "\x1e": "-",
                        **dict.fromkeys(map(chr, (0, 1, 2, 3, 4, 5, 8, 0x1F)))})  # fmt: skip


def extract_doc(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a document."""
    from indexer.extract.worker import read_apart

    title, text, date = read_apart(f"{__name__}:parse", data, seconds=_SECONDS)
    extraction.records = (Record(None, title, text, date),)


def parse(data: bytes) -> tuple[str, str, str | None]:
    """(title, text, date); what the worker is asked for."""
    import olefile

    with olefile.OleFileIO(io.BytesIO(data)) as container:
        if not container.exists("WordDocument"):
            raise ExtractError("no document of Word, but another kind of office file")
        text = _text_of(container)
        known = b""
        if container.exists(_SUMMARY):
            known = container.openstream(_SUMMARY).read()
    try:
        title, date = _title_and_date(known)
    except (struct.error, LookupError, UnicodeDecodeError, OverflowError):  # the text is enough
        title, date = "", None
    return title, text, date


def _title_and_date(summary: bytes) -> tuple[str, str | None]:
    """What the first section of the properties says; the library would read them all, for ever.

    Source: [MS-OLEPS], 2.20 to 2.22 and 2.25: a section is its size, the number of properties, then
    for each its id and place; a property is its type and its value.
    """
    begin = struct.unpack_from("<I", summary, 44)[0]
    count = struct.unpack_from("<I", summary, begin + 4)[0]
    places = dict(struct.iter_unpack("<II", summary[begin + 8 : begin + 8 + 8 * min(count, 64)]))
    page = 1252
    if _PAGE_ID in places:
        page = struct.unpack_from("<H", summary, begin + places[_PAGE_ID] + 4)[0]
    title, date = "", None
    if _TITLE_ID in places:
        at = begin + places[_TITLE_ID]
        size = struct.unpack_from("<I", summary, at + 4)[0]
        encoded = summary[at + 8 : at + 8 + min(size, _MOST_TITLE_BYTES)].partition(b"\0")[0]
        title = " ".join(encoded.decode("utf-8" if page == _UTF_8 else f"cp{page}").split())
    if _CREATED_ID in places:
        ticks = struct.unpack_from("<Q", summary, begin + places[_CREATED_ID] + 4)[0]
        date = (_EPOCH + timedelta(microseconds=ticks // 10)).isoformat() if ticks else None
    return title, date


def _text_of(container: Any) -> str:
    """The text of an open Word file; raises ExtractError for old or encrypted ones."""
    document = container.openstream("WordDocument").read()
    version = struct.unpack_from("<H", document, 0)[0]
    flags = struct.unpack_from("<H", document, _FLAGS_AT)[0]
    if version != _WORD_97:
        raise ExtractError("of Word 6 or 95: save it as .docx")
    if flags & _IS_ENCRYPTED:
        raise ExtractError("protected by a password: save it without")
    name = "1Table" if flags & _IS_IN_TABLE_1 else "0Table"
    table = container.openstream(name).read()
    begin, size = struct.unpack_from("<II", document, _PIECES_AT)
    deleted = _deleted(document, table)
    text = "".join(_pieces(document, table[begin : begin + size], deleted))
    while (bare := _FIELD_CODES.sub("", text)) != text:
        text = bare
    return text.replace("\x14", "").translate(_SIGNS)


def _deleted(document: bytes, table: bytes) -> list[tuple[int, int]]:
    """The spans of bytes of the document, ascending, whose text was deleted; damage ends them."""
    begin, size = struct.unpack_from("<II", document, _RUNS_AT)
    count = max(0, (min(size, len(table) - begin) - 4) // 8)
    spans = []
    with suppress(struct.error, IndexError):
        for number in struct.unpack_from(f"<{count}I", table, begin + 4 * (count + 1)):
            start = _PAGE_BYTES * (number & 0x3FFFFF)
            page = document[start : start + _PAGE_BYTES]
            runs = page[-1]
            bounds = struct.unpack_from(f"<{runs + 1}I", page, 0)
            for run in range(runs):
                place = 2 * page[4 * (runs + 1) + run]
                properties = page[place + 1 : place + 1 + page[place]] if place else b""
                if _marks_deletion(properties):
                    spans.append((bounds[run], bounds[run + 1]))
    return sorted(spans)


def _marks_deletion(properties: bytes) -> bool:
    """Whether properties of characters say that they were deleted."""
    at = 0
    while at + 2 < len(properties):
        (code,) = struct.unpack_from("<H", properties, at)
        if code == _IS_DELETED:
            return properties[at + 2] == 1
        at += 2 + (_OPERAND_BYTES[code >> 13] or 1 + properties[at + 2])
    return False


def _kept(start: int, stop: int, deleted: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The parts of a span that are not deleted."""
    for first, last in deleted:
        if first < stop and last > start:
            if start < first:
                yield start, first
            start = max(start, last)
    if start < stop:
        yield start, stop


def _pieces(document: bytes, table: bytes, deleted: list[tuple[int, int]]) -> list[str]:
    """The text of each piece, in the order of the document."""
    at = 0
    while table[at] == 1:  # properties, which stand before the pieces
        at += 3 + struct.unpack_from("<H", table, at + 1)[0]
    count = (struct.unpack_from("<I", table, at + 1)[0] - 4) // 12
    begin = at + 5
    if not 0 < count <= len(table):
        raise ExtractError("damaged: it has no text")
    bounds = struct.unpack_from(f"<{count + 1}I", table, begin)
    texts = []
    for number in range(count):
        place = struct.unpack_from("<I", table, begin + 4 * (count + 1) + 8 * number + 2)[0]
        chars = bounds[number + 1] - bounds[number]
        if place & _IS_COMPRESSED:
            encoding, start, stop = "cp1252", (place & ~_IS_COMPRESSED) // 2, chars
        else:
            encoding, start, stop = "utf-16-le", place, 2 * chars
        stop = min(start + stop, len(document))
        for first, last in _kept(start, stop, deleted):
            texts.append(document[first:last].decode(encoding, "replace"))
    return texts
