"""The records of a file of JSON lines, streamed; a bad line costs only itself.

Which of its fields are text, title, date and id is for `fields` to say; others are ignored. A line
without an id is called by its number. An id that occurs again is kept as `id#2` and reported, so
that nothing is lost. Memory is that of the longest line and of the ids, whatever the size of the
file.
"""

from __future__ import annotations

import codecs
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping

from indexer.errors import ExtractError
from indexer.extract.charsets import bom_length, decode_as, detect
from indexer.extract.fields import full_title
from indexer.extract.sources import digested, gunzip, stream
from indexer.extract.types import Extraction, Record

_SURROGATE = re.compile("[\ud800-\udfff]")
_UTF8 = ("utf-8", "utf-8-sig")


class BadLineError(ValueError):
    """A line that is not a record; the message is for the user."""


class TextlessError(BadLineError):
    """A record without a text."""


def extract_jsonl(data: bytes | None, extraction: Extraction, max_bytes: int, packed: bool) -> None:
    """Fill in the records of a file, as a stream; `data` None means to read it from its path."""
    chunks = stream(extraction.path, extraction) if data is None else digested((data,), extraction)
    if packed:
        chunks = gunzip(chunks, extraction)
    # The first chunk is read now: it tells the encoding, and what cannot be opened says so here.
    first = next(filter(None, chunks), b"")
    extraction.encoding = detect(first)
    body = first[bom_length(first, extraction.encoding) :]
    whole: Iterator[bytes] = itertools.chain((body,), chunks)
    if extraction.encoding not in _UTF8:
        whole = _as_utf8(whole, extraction)
    extraction.records = _records(_lines(whole, max_bytes), extraction, max_bytes)


def _as_utf8(chunks: Iterable[bytes], extraction: Extraction) -> Iterator[bytes]:
    """The same text in UTF-8, so that one kind of lines is read; counts what is replaced."""
    make_decoder = codecs.getincrementaldecoder(extraction.encoding)
    decoder, genuine = make_decoder("replace"), make_decoder("ignore")
    for chunk, last in itertools.chain(((c, False) for c in chunks), ((b"", True),)):
        text = decoder.decode(chunk, last)
        genuine_count = genuine.decode(chunk, last).count("\ufffd")
        extraction.replaced += text.count("\ufffd") - genuine_count
        yield text.encode("utf-8")


def _lines(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes | None]:
    """Lines without their ends; None stands for one of more than `max_bytes`."""
    pieces: list[bytes] = []
    held = 0
    for chunk in chunks:
        head, *rest = chunk.split(b"\n")
        held += len(head)
        if held <= max_bytes:
            pieces.append(head)
        else:
            pieces.clear()
        for part in rest:
            yield b"".join(pieces) if held <= max_bytes else None
            pieces, held = [part], len(part)
    if held:
        yield b"".join(pieces) if held <= max_bytes else None


def _records(
    lines: Iterable[bytes | None], extraction: Extraction, max_bytes: int
) -> Iterator[Record]:
    """The record of each line; reports and leaves out lines that are not records."""
    ids = Ids()
    extraction.is_of_records = True
    given = textless = other = 0
    for number, line in enumerate(lines, 1):
        if line is None:
            extraction.report(f"a line of more than {max_bytes} bytes was left out", number)
            other += 1
        elif not line.isspace() and line:
            try:
                record = _record(line, number, extraction)
            except BadLineError as error:
                extraction.report(str(error), number)
                textless += isinstance(error, TextlessError)
                other += not isinstance(error, TextlessError)
            else:
                given += 1
                own_id = ids.own(record.id) if record.id else None
                if own_id != record.id:
                    extraction.report(
                        f"the id {record.id!r} occurs again; this record is kept as {own_id!r}",
                        number,
                        lost=False,
                    )
                yield record._replace(id=own_id)
    if textless and not given and not other:
        extraction.problems.clear()  # one reason for all of them says more
        raise ExtractError(extraction.fields.without_text())
    extraction.close_report()


def _record(line: bytes, number: int, extraction: Extraction) -> Record:
    """The record of one line; raises BadLineError if it is not one."""
    text, _, replaced = decode_as(line, "utf-8")
    extraction.replaced += replaced
    try:
        fields = json.loads(text)
    except RecursionError:
        raise BadLineError("nested too deeply for a record; the line was left out") from None
    except ValueError as error:
        raise BadLineError(f"broken JSON, the line was left out: {error}") from None
    if not isinstance(fields, dict):
        raise BadLineError("not a JSON object {…}; the line was left out")
    return record_of(fields, number, extraction)


def record_of(fields: Mapping[str, object], number: int, extraction: Extraction) -> Record:
    """The record of one object; `number` is its line, and names it where it has no id.

    Raises TextlessError, or BadLineError for an empty one.
    """
    value = extraction.fields.value
    body, title = value(fields, "text"), value(fields, "title")
    date, id_ = value(fields, "date"), value(fields, "id")
    if extraction.fields.said:
        title = full_title(title, value(fields, "author"))
        if extraction.fields.is_unmet:
            extraction.fields.note(fields)
    if not isinstance(body, str):
        extraction.fields.note(fields)
        raise TextlessError('no "text" in this record; it was left out')
    if not body.strip() and not (isinstance(title, str) and title.strip()):
        raise BadLineError("an empty record; it was left out")
    own_id = _id(id_)
    return Record(
        _clean(own_id, extraction) if own_id else None,
        _clean(title, extraction) if isinstance(title, str) else "",
        _clean(body, extraction),
        date if isinstance(date, str) else None,
        number,
        is_line=not own_id,
    )


def _id(value: object) -> str:
    if isinstance(value, str):
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else ""


def _clean(text: str, extraction: Extraction) -> str:
    r"""Put U+FFFD for halves of surrogate pairs, which `\ud800` in JSON can smuggle in."""
    if text.isascii() or not _SURROGATE.search(text):
        return text
    cleaned, count = _SURROGATE.subn("\ufffd", text)
    extraction.replaced += count
    return cleaned


class Ids:
    """The ids that the records of a file already use."""

    def __init__(self) -> None:
        self._copies: dict[str, int] = {}
        """By id, the number of the next copy to try: a file of one id is not searched again."""

    def own(self, wanted: str) -> str:
        """`wanted`, or the first of wanted#2, wanted#3, … that no record has yet."""
        own = wanted
        while own in self._copies:
            copy = self._copies[wanted]
            self._copies[wanted] = copy + 1
            own = f"{wanted}#{copy}"
        self._copies[own] = 2
        return own
