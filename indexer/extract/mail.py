"""The sender, recipients, subject and text of a mail message, or of each one in a mailbox.

A message in a box is called `FILE#NUMBER`. Of a text that comes in several forms the plain one
is read, else the page of HTML. The names of attachments are read with it, and what they hold as
files within the message. A charset that does not exist, or that the bytes contradict, is not
believed.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from indexer.errors import ExtractError
from indexer.extract.charsets import decode
from indexer.extract.types import Extraction, Record

_MOST_PARTS = 1_000
_MOST_DEPTH = 30
_SHOWN_HEADERS = ("From", "To", "Cc")
_BEGINNING = re.compile(rb"^From [^\n]*\d{4}[^\n]*\r?\n", re.MULTILINE)
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


def extract_mail(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a message."""
    record, attached = _read(data, "", 1)
    extraction.records = _all(record, attached, extraction)


def extract_box(data: bytes, extraction: Extraction) -> None:
    """Fill in a record for each message of an mbox, as they are asked for."""
    extraction.records = _records(data, extraction)


def _records(data: bytes, extraction: Extraction) -> Iterator[Record]:
    """A record for each message of a mailbox; damaged messages are reported and left out."""
    begins = [match.span() for match in _BEGINNING.finditer(data)]
    line = 1
    before = 0
    for number, (start, body) in enumerate(begins, 1):
        stop = begins[number][0] if number < len(begins) else len(data)
        line += data.count(b"\n", before, start)
        before = start
        message = _ESCAPED.sub(rb"\1", data[body:stop])
        try:
            record, attached = _read(message, str(number), line)
        except ExtractError as error:
            extraction.report(f"{error}; it was left out", line)
        else:
            yield from _all(record, attached, extraction)
    extraction.close_report()


def _all(record: Record, attached: list[Message], extraction: Extraction) -> Iterator[Record]:
    """The record of a message, and those of what is attached to it."""
    yield record
    if attached:
        from indexer.extract.members import Member, records_of

        members = (Member(_header_text(m.get_filename() or ""), _bytes_of(m)) for m in attached)
        within = f"#{record.item}" if record.item else ""
        yield from records_of(members, extraction, within, tells_skipped=False)


def _bytes_of(part: Message) -> Iterator[bytes]:
    payload = part.get_payload(decode=True)
    yield payload if isinstance(payload, bytes) else b""


def _read(data: bytes, item: str, line: int) -> tuple[Record, list[Message]]:
    """The record of a message, and the parts that are attached to it."""
    try:
        message = email.message_from_bytes(data)
        texts, names, attached = _contents(message)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise ExtractError(f"a damaged message ({type(error).__name__})") from error
    head = [f"{name}: {value}" for name in _SHOWN_HEADERS if (value := _header(message, name))]
    parts = ["\n".join(head), *(text.strip("\n") for text in texts), "\n".join(names)]
    text = "\n\n".join(part for part in parts if part)
    subject = _header(message, "Subject")
    date = _header(message, "Date") or None
    return Record(None, subject, f"{text}\n", date, line, item=item), attached


def _header(message: Message, name: str) -> str:
    """A header in readable letters, on one line; "" where there is none."""
    given = (value for key, value in message.raw_items() if key.lower() == name.lower())
    return _header_text(str(next(given, "")))


def _header_text(value: str) -> str:
    """What a header or a name of a file says, on one line."""
    try:
        pieces = decode_header(value)
    except HeaderParseError:  # letters of base64 that are none
        pieces = [(value, None)]
    texts = [
        _decoded(
            piece.encode("utf-8", "surrogateescape") if isinstance(piece, str) else piece, set_
        )
        for piece, set_ in pieces
    ]
    return " ".join("".join(texts).split())


def _decoded(data: bytes, charset: str | None) -> str:
    try:
        return decode(data, charset).text
    except ExtractError:  # binary data under the name of text
        return ""


def _contents(message: Message) -> tuple[list[str], list[str], list[Message]]:
    """(texts, names of attachments, attachments) of a message and those within it."""
    texts: list[str] = []
    names: list[str] = []
    attached: list[Message] = []
    waiting = [(message, 0)]
    for _ in range(_MOST_PARTS):
        if not waiting:
            break
        part, depth = waiting.pop()
        name = part.get_filename()
        within = part.get_payload() if part.is_multipart() else None
        if name:
            names.append(_header_text(name))
            if not isinstance(within, list):
                attached.append(part)
        if isinstance(within, list) and depth < _MOST_DEPTH:
            forms = [form for form in within if isinstance(form, Message)]
            if part.get_content_type() == "multipart/alternative":
                forms = forms and [_plainest(forms)]
            waiting += [(form, depth + 1) for form in reversed(forms)]
        elif not name and part.get_content_maintype() == "text":
            texts.append(_text_of(part))
    return texts, names, attached


def _plainest(forms: list[Message]) -> Message:
    plain = (form for form in forms if form.get_content_type() == "text/plain")
    return next(plain, forms[-1])


def _text_of(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if part.get_content_subtype() == "html":
        from indexer.extract.html import text_of_page

        return text_of_page(data)[0].text
    charset = part.get_param("charset")
    return _decoded(data, charset if isinstance(charset, str) else None).replace("\r\n", "\n")
