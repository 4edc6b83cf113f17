"""Which fields does a document have?

file      number of the file in the catalogue, which knows its path
record    the id of a record inside its file; empty where the file is the document
item      the name of a document within its file, which has no id of its own: the number of a mail;
          empty where its line is that name
member    where its file lies within the file that was opened, as `!/inside.txt`
line      the line of its file on which the document begins, 1 for a whole file
layout    where its pages and headings begin, see `indexer.parts.layout`
parts     of a document of several, where they begin, see `indexer.parts.part`
date      ISO 8601, or empty
title_from, date_from  what says so, "metadata" or "first line"
date_text, calendar    the date as it is written, and `hijri` where it is one
encoding  of the file, as it was read
title     text, a form field
text      text, a form field

Item, member, layout, parts and what follows date are there only where they say something.

The terms of a form field are unmarked written forms. What the analyzer derives from them belongs
to the term dictionary, see `indexer.ranking.source`. To Whoosh: `codec/whoosh/schema.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from indexer.errors import IndexCorruptError

if TYPE_CHECKING:
    from indexer.parts.layout import Layout
    from indexer.parts.part import StoredPart

SCHEMA_VERSION = 2
"""What a TOC calls these fields; raised with them."""
ORIGINS = ("title_from", "date_from", "date_text", "calendar")
FORM_FIELDS = ("title", "text")


def place_within(stored: Mapping[str, Any]) -> str:
    """Where a document is within its file, as its id says it: `!/inside.txt`, `#3`, or ""."""
    member, item = stored.get("member") or "", stored.get("item")
    return f"{member}#{item}" if item else member


def name_within(stored: Mapping[str, Any]) -> str:
    """What a document without an id of its own is called within its file; its line, if need be."""
    line = f"#{stored['line']}" if stored.get("item") == "" else ""
    return place_within(stored) + line


def copy_within(stored: Mapping[str, Any]) -> str:
    """What its path is followed by where a document is named by place, whatever its id."""
    return f"{place_within(stored)}#{stored['record']}" if stored["record"] else name_within(stored)


def id_of(stored: Mapping[str, Any], path: str) -> str:
    """A record's own id, else where it is: the path of its file and the place within that."""
    return stored["record"] or path + name_within(stored)


def is_record(stored: Mapping[str, Any]) -> bool:
    """Whether its text is not lines of its file."""
    return bool(stored["record"]) or "item" in stored


def layout_of(stored: Mapping[str, Any]) -> Layout | None:
    """The layout of a document that has one, which few kinds of files do.

    Raises IndexCorruptError, as `parts.layout.unpack`.
    """
    if not stored.get("layout"):
        return None
    from indexer.parts.layout import unpack

    return unpack(stored["layout"])


def parts_of(stored: Mapping[str, Any]) -> tuple[StoredPart, ...]:
    """The parts of a document that has several, else none. Raises IndexCorruptError."""
    if not stored.get("parts"):
        return ()
    from indexer.parts.part import unpack

    return unpack(stored["parts"])


def part_of(stored: Mapping[str, Any], number: int) -> StoredPart | None:
    """A part of a document that has several. Raises IndexCorruptError where it lacks that."""
    parts = parts_of(stored)
    if not parts and not number:
        return None
    if number >= len(parts):
        raise IndexCorruptError(f"a document has no part {number}")
    return parts[number]


def part_span(stored: Mapping[str, Any], number: int, length: int) -> tuple[int, int] | None:
    """Where a part of a document that has several begins and ends. length: of its text."""
    part = part_of(stored, number)
    if part is None:
        return None
    after = [other.start for other in parts_of(stored)[number + 1 : number + 2]]
    return part.start, min([*after, length])
