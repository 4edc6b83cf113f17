"""What does a JSON file hold? Records, if it is a list of them or has one; else one document.

A record is read like a line of JSON lines, by its fields; one without a field for the text gives
all its texts, each behind the name of its field. A single object is one document: its text, or all
its texts, one a line. Numbers are no text. Records have their number in the file as line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from indexer.errors import ExtractError
from indexer.extract.charsets import decode
from indexer.extract.jsonl import BadLineError, Ids, TextlessError, extract_jsonl, record_of
from indexer.extract.types import MAX_FILE_BYTES, Extraction, Record

_DEEP = 4
"""How many objects may lie around a list of records."""

_LONGEST_NUMBER = 300
"""Python refuses to read some thousands of digits, and nobody means them as a number."""

Value = object


def extract_json(data: bytes, extraction: Extraction) -> None:
    """Fill in the records of a file, or its one document. Raises ExtractError."""
    text, extraction.encoding, extraction.replaced = decode(data)
    try:
        value = json.loads(text, parse_int=_whole)
    except RecursionError:
        raise ExtractError("nested too deeply: leave it out") from None
    except ValueError as error:
        if not _is_lines(text):
            raise ExtractError(f"broken JSON: {error}") from None
        extraction.size = 0  # what reads lines counts them
        extract_jsonl(data, extraction, MAX_FILE_BYTES, packed=False)
        return
    records = _records_in(value, extraction)
    if records is None:
        extraction.records = (_whole_document(value, extraction),)
    else:
        extraction.is_of_records = True
        extraction.records = _records(records, extraction)


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) < _LONGEST_NUMBER else digits


def _is_lines(text: str) -> bool:
    """Whether the first line is an object of its own, and others follow."""
    first, _, rest = text.strip().partition("\n")
    try:
        return bool(rest) and isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _records_in(value: Value, extraction: Extraction) -> list[Value] | None:
    """The list of records that a value is, or that lies in it; None if there is none."""
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return value
    waiting = [value]
    for _ in range(_DEEP):
        below = [v for o in waiting if isinstance(o, dict) for v in o.values()]
        lists = [v for v in below if isinstance(v, list) and _are_records(v, extraction)]
        if lists:
            return max(lists, key=len)
        waiting = below
    return None


def _are_records(items: list[Value], extraction: Extraction) -> bool:
    """Whether most of some values are objects with a text."""
    objects = [item for item in items if isinstance(item, dict)]
    texts = sum(isinstance(extraction.fields.value(item, "text"), str) for item in objects)
    return bool(items) and 2 * texts > len(items)


def _records(items: list[Value], extraction: Extraction) -> Iterator[Record]:
    """A record for each item; what is none is reported."""
    ids = Ids()
    given = other = 0
    for number, item in enumerate(items, 1):
        try:
            record = _record(item, number, extraction)
        except BadLineError as error:
            extraction.report(f"record {number}: {error}")
            other += not isinstance(error, TextlessError)
        else:
            given += 1
            yield record._replace(id=ids.own(record.id) if record.id else None)
    if not given and not other:
        extraction.problems.clear()  # one reason for all of them says more
        raise ExtractError(extraction.fields.without_text())
    extraction.close_report()


def _record(item: Value, number: int, extraction: Extraction) -> Record:
    if not isinstance(item, dict):
        raise BadLineError("not an object {…}; it was left out")
    try:
        return record_of(item, number, extraction)
    except TextlessError:
        named = [f"{name}: {text}" for name, text in _texts(item)]
        if not named or extraction.fields.said.get("text"):
            raise
        return record_of({**item, "text": "\n".join(named)}, number, extraction)


def _whole_document(value: Value, extraction: Extraction) -> Record:
    """The document that a value is as a whole."""
    fields: Mapping[str, object] = value if isinstance(value, dict) else {}
    text = extraction.fields.value(fields, "text")
    if not isinstance(text, str):
        text = "\n".join(text for _, text in _texts(value))
    if not text.strip():
        raise ExtractError("it holds no text")
    record = record_of({**fields, "text": text}, 1, extraction)
    return record._replace(id=None, is_line=False)


def _texts(value: Value) -> Iterator[tuple[str, str]]:
    """(name of its field, text) of everything in a value that is text, in order."""
    waiting: list[tuple[str, Value]] = [("", value)]
    while waiting:
        name, here = waiting.pop()
        if isinstance(here, str):
            if here.strip():
                yield name, here
        elif isinstance(here, dict):
            waiting += [(str(key), inner) for key, inner in reversed(here.items())]
        elif isinstance(here, list):
            waiting += [(name, inner) for inner in reversed(here)]
