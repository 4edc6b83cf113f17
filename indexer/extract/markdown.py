"""The source of a Markdown file as written, so that offsets slice the file.

Only the title and the date are understood: front matter first, then the first heading, then the
rule for plain text. Nothing is rendered; marks of emphasis are no letters, and do no harm.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from indexer.extract.charsets import decode
from indexer.extract.text import heading
from indexer.extract.types import Extraction, Record
from indexer.parts.layout import Division, Layout

_LEAD_CHARS = 64 * 1024
_HEADING_CHARS = 500
_FRONT_MATTER = re.compile(
    r"\s*---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$", re.DOTALL | re.MULTILINE
)
_FENCE = re.compile(r"^ {0,3}(```+|~~~+).*?(?:^ {0,3}\1|\Z)", re.DOTALL | re.MULTILINE)
_HASHED = re.compile(r"^ {0,3}(#{1,6})[ \t]+([^\r\n]*)", re.MULTILINE)
_UNDERLINED = re.compile(r"^ {0,3}(\S[^\r\n]*)\r?\n {0,3}(?:=+|-{2,})[ \t]*\r?$", re.MULTILINE)
_TITLES, _DATES = "title|عنوان|العنوان", "date|published|created|تاريخ|التاريخ"
_LINK = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_EMPHASIS = re.compile(r"(\*\*|__|[*_`])(?=\S)(.+?)(?<=\S)\1")


def extract_markdown(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a Markdown file."""
    text, extraction.encoding, extraction.replaced = decode(data)
    lead = text[:_LEAD_CHARS]
    front = _FRONT_MATTER.match(lead)
    fields = front.group(1) if front else ""
    begin = front.end() if front else 0
    layout = Layout(_headings(text, begin)) if "#" in text or _UNDERLINED.search(text) else None
    title, title_from = _field(fields, _TITLES), ""
    if not title and (title := _first_heading(lead[begin:])):
        title_from = "heading"
    elif not title and (title := heading(lead[begin:])):
        title_from = "first line"
    record = Record(None, title, text, _field(fields, _DATES) or None, layout=layout)
    extraction.records = (record._replace(title_from=title_from),)


def _field(front_matter: str, names: str) -> str:
    """A one-line value of the front matter by any of its names, unquoted; "" where it has none."""
    found = re.search(rf"^(?:{names})[ \t]*:[ \t]*(.+)", front_matter, re.MULTILINE | re.I)
    value = found.group(1).rstrip(" \t\r") if found else ""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1].strip() if quoted else value


def _first_heading(text: str) -> str:
    text = _FENCE.sub("", text)
    hashed, underlined = _HASHED.search(text), _UNDERLINED.search(text)
    if hashed and not (underlined and underlined.start() < hashed.start()):
        return _plain(hashed.group(2).rstrip(" \t").rstrip("#"))
    return _plain(underlined.group(1)) if underlined else ""


def _headings(text: str, begin: int) -> tuple[Division, ...]:
    """All headings from a place on, but for what stands in fences."""
    fences = [fence.span() for fence in _FENCE.finditer(text)]
    found = [
        Division(m.start(), "heading", "", _plain(m[2].rstrip(" \t#")), len(m[1]))
        for m in _HASHED.finditer(text)
    ]
    found += [
        Division(m.start(), "heading", "", _plain(m[1]), 2 if m[0].rstrip().endswith("-") else 1)
        for m in _UNDERLINED.finditer(text)
    ]
    shown = []
    for one in sorted(found, key=lambda one: one.start):
        before = bisect_right(fences, (one.start, len(text))) - 1
        if one.start >= begin and (before < 0 or fences[before][1] <= one.start):
            shown.append(one)
    return tuple(shown)


def _plain(line: str) -> str:
    """A heading without the signs of links and emphasis, and not more of it than a heading has."""
    line = _LINK.sub(r"\1", line[:_HEADING_CHARS])
    return _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", line)).strip()
