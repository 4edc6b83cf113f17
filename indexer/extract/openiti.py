"""The text of a book in the OpenITI corpus, without its markup.

Source: the mARkdown page of OpenITI (maximromanov.github.io/mARkdown). A mark is taken out where it
stands, so that the lines are those of the file; the header is left empty but for its values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.extract.charsets import decode
from indexer.extract.types import Extraction, Record
from indexer.parts.layout import Division, Layout, title_of

_META = re.compile(r"#META#\s*(?:\d+\.)?\s*([A-Za-z.]+)\s*:+[\t ]*(.*)")
_END_OF_HEAD = "#META#Header#End#"
_TITLES = ("booktitle", "title")
_AUTHORS = ("authorname", "authoraka", "author")
_DIED = re.compile(r"(\d{1,4})")
_OF_NAME = re.compile(r"(\d{4})[A-Z][A-Za-z]+\.")
"""The name of a book begins with that year: `0310Tabari.Tarikh`."""

_UNKNOWN = re.compile(r"(?:NO[A-Z]+|NODATA|NOTGIVEN|None|\W*)")
_AT_BEGINNING = re.compile(r"###\s*[|$]*\s*(?:EDITOR|DIC_\w+|BIO_\w+|CHR_\w+)?[|$]*\s*|#\s*|~~")
_LEVEL = re.compile(r"###\s*([|$]+)")
_PAGE = re.compile(r"PageV(\d{1,4})P(\d{1,6}[AB]?)")
_INSIDE = re.compile(r"\s*(?:PageV\d+P\d+[AB]?|\bms[A-Z]?\d+\b|%~%|@[A-Z]{2,}\d*)\s*")


def extract_openiti(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a book, titled `title - author` as far as those are given."""
    text, extraction.encoding, extraction.replaced = decode(data)
    lines = text.split("\n")
    meta: dict[str, str] = {}
    body = 1
    for number, line in enumerate(lines, 1):
        if line.startswith(_END_OF_HEAD):
            body = number
            break
        if found := _META.match(line):
            meta.setdefault(found[1].lower(), found[2].strip())
        elif number > 1 and line.strip():
            break
    shown = [""] * body + [_bare(line) for line in lines[body:]]
    bare = "\n".join(shown)
    names = [_first(meta, keys) for keys in (_TITLES, _AUTHORS)]
    title = " - ".join(name for name in names if name)
    layout = Layout(tuple(sorted(_divisions(lines, shown, body), key=_order)))
    date = _year_of(meta, extraction.path)
    extraction.records = (Record(None, title, bare, date, layout=layout),)


def _divisions(lines: list[str], shown: list[str], body: int) -> Iterator[Division]:
    """Headings where their lines begin, and pages: in this markup a page's number is at its end."""
    offset = sum(len(line) + 1 for line in shown[:body])
    page = offset
    for line, bare in zip(lines[body:], shown[body:], strict=True):
        if (level := _LEVEL.match(line)) and bare:
            yield Division(offset, "heading", "", title_of(bare), min(len(level[1]), 9))
        for mark in _PAGE.finditer(line):
            yield Division(page, "page", _label(*mark.groups()))
            page = offset + len(_bare(line[: mark.end()]))
        offset += len(bare) + 1


def _order(division: Division) -> tuple[int, bool]:
    """As they begin, a page before the heading at its top."""
    return division.start, division.kind != "page"


def _label(volume: str, page: str) -> str:
    """The number of a page, behind that of its volume where there are several."""
    number = page.lstrip("0") or "0"
    return number if int(volume) < 2 else f"{int(volume)}/{number}"


def _year_of(meta: dict[str, str], path: str) -> str | None:
    """The year in which the author died, as the corpus dates its books: 310 of the Hijra."""
    died = _DIED.search(_first(meta, ("authordied",))) or _OF_NAME.match(path.rpartition("/")[2])
    return f"{int(died[1])} هـ" if died else None


def _first(meta: dict[str, str], keys: tuple[str, ...]) -> str:
    values = (value for key in keys for name, value in meta.items() if name.endswith(key))
    return next((value for value in values if not _UNKNOWN.fullmatch(value)), "")


def _bare(line: str) -> str:
    """A line without marks; what stood on both sides of one is kept apart."""
    return _INSIDE.sub(
        " ", _AT_BEGINNING.sub("", line, count=1) if line[:1] in "#~" else line
    ).strip()
