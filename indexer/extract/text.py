"""What does a plain text file hold? Its text as written. And which title does a text open with?"""

from __future__ import annotations

import re

from indexer.extract.charsets import decode
from indexer.extract.types import Extraction, Record

MAX_TITLE_CHARS = 150
_LEAD_CHARS = 4096
_BLANKS = "\ufeff \t\r\n\f\v\u00a0\u200e\u200f"
_LINE_END = re.compile(r"[\n\r\f\v\x1c-\x1e\x85\u2028\u2029]")
_SENTENCE_END = re.compile(r"[.۔،,؛;:…][\s»”\"')\]}]*$")


def extract_text(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a plain text file."""
    text, extraction.encoding, extraction.replaced = decode(data)
    as_it_is = extraction.encoding == "utf-8" and not extraction.replaced
    size = len(data) if as_it_is else None
    extraction.records = (Record(None, "", text, text_bytes=size),)


def heading(text: str) -> str:
    """The first line that is not blank, if it reads like a heading of what follows, else "".

    A heading is short, holds a letter, does not end as sentences and clauses do, and is not the
    first line of a paragraph broken by hand: what follows is a blank line, or a line of quite
    another length. A text of one line has no heading but is one.
    """
    lead = text[:_LEAD_CHARS].lstrip(_BLANKS)
    if not _LINE_END.search(lead, 0, MAX_TITLE_CHARS + 50):  # most texts: no line is that short
        return ""
    lines = lead.splitlines()
    line = lines[0].strip()
    following = lines[1].strip() if len(lines) > 1 else ""
    if len(line) > MAX_TITLE_CHARS or _SENTENCE_END.search(line):
        return ""
    if not any(rest.strip(_BLANKS) for rest in lines[1:]):
        return ""
    if following and len(line) > 40 and abs(len(following) - len(line)) <= len(line) // 4:
        return ""
    return line if any(char.isalpha() for char in line) else ""
