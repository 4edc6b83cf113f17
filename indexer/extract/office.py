"""The text of office documents: Word, PowerPoint and OpenDocument.

All that a reader sees: tables, notes, comments, text boxes, headers, what was inserted while
changes were tracked; not what was deleted. A paragraph is a line, cells are kept apart by tabs,
slides end in form feeds. Title and date are those that the program keeps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from indexer.extract.dates import iso_date
from indexer.extract.package import Package, local, parse_xml, values_of
from indexer.extract.text import heading
from indexer.extract.types import Extraction, Record

PAGE_END = "\f"
_DATES = ("created", "creation-date", "modified", "date")
_KEPT = frozenset(("title", *_DATES))
_NUMBER = re.compile(r"\d+")
_BLANKS = re.compile(r"[ \t]+\n")
_EMPTY_LINES = re.compile(r"\n{3,}")


class Tags(NamedTuple):
    """What the tags of a kind of XML mean, by local name."""

    texts: frozenset[str]
    """Hold what is read; text elsewhere is not."""
    lines: frozenset[str]
    cells: frozenset[str]
    pages: frozenset[str]
    breaks: Mapping[str, str]
    hidden: frozenset[str]


WORD = Tags(
    texts=frozenset({"t"}),
    lines=frozenset({"p", "tr"}),
    cells=frozenset({"tc"}),
    pages=frozenset(),
    breaks={"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"},
    hidden=frozenset({"del", "moveFrom", "Fallback"}),
)
OPEN_DOCUMENT = Tags(
    texts=frozenset({"p", "h"}),
    lines=frozenset({"p", "h", "table-row"}),
    cells=frozenset({"table-cell"}),
    pages=frozenset({"page"}),
    breaks={"line-break": "\n", "tab": "\t", "s": " "},
    hidden=frozenset({"tracked-changes", "note-citation", "creator", "date", "styles", "script"}),
)


def extract_docx(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a document of Word."""
    package = Package(data, "word/document.xml")
    parts = ["word/document.xml", "word/footnotes.xml", "word/endnotes.xml", "word/comments.xml"]
    parts += sorted(n for n in package.names if re.fullmatch(r"word/(header|footer)\d*\.xml", n))
    texts = dict.fromkeys(text_of(package, part, WORD) for part in parts)
    _fill(package, "docProps/core.xml", "".join(texts), extraction)


def extract_pptx(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a presentation: each slide, then its notes, then a form feed."""
    package = Package(data, "ppt/presentation.xml")
    slides = [n for n in package.names if re.fullmatch(r"ppt/slides/slide\d+\.xml", n)]
    text = "".join(
        text_of(package, slide, WORD) + _notes_of(package, slide) + PAGE_END
        for slide in sorted(slides, key=_number)
    )
    _fill(package, "docProps/core.xml", text, extraction)


def extract_opendocument(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a text or presentation of LibreOffice and others."""
    package = Package(data, "content.xml")
    _fill(package, "meta.xml", text_of(package, "content.xml", OPEN_DOCUMENT), extraction)


def text_of(package: Package, part: str, tags: Tags) -> str:
    """What is to read in a part; "" where there is no such part."""
    pieces: list[str] = []
    inside = hidden = 0

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside, hidden
        inside += tag in tags.texts
        hidden += tag in tags.hidden
        if not hidden and tag in tags.breaks:
            spaces = local(attributes, "c") if tag == "s" else ""
            pieces.append(tags.breaks[tag] * (min(int(spaces), 100) if spaces.isdecimal() else 1))

    def end(tag: str) -> None:
        nonlocal inside, hidden
        inside -= tag in tags.texts
        hidden -= tag in tags.hidden
        if not hidden and tag in tags.lines:
            pieces.append("\n")
        if tag in tags.cells:
            while pieces and pieces[-1] == "\n":
                pieces.pop()
            pieces.append("\t")
        if tag in tags.pages:
            pieces.append(PAGE_END)

    def text(piece: str) -> None:
        if inside and not hidden:
            pieces.append(piece)

    if part in package.names:
        parse_xml(package.chunks(part), start, end, text)
    return _EMPTY_LINES.sub("\n\n", _BLANKS.sub("\n", "".join(pieces)))


def _notes_of(package: Package, slide: str) -> str:
    """The notes that a slide's relations name."""
    folder, _, name = slide.rpartition("/")
    relations = package.read(f"{folder}/_rels/{name}.rels").decode("utf-8", "replace")
    notes = re.search(r"notesSlides/(notesSlide\d+\.xml)", relations)
    return text_of(package, f"ppt/notesSlides/{notes[1]}", WORD) if notes else ""


def _number(name: str) -> int:
    found = _NUMBER.search(name.rpartition("/")[2])
    return int(found.group()) if found else 0


def _fill(package: Package, meta: str, text: str, extraction: Extraction) -> None:
    known = values_of(package.chunks(meta), _KEPT)
    date = next((found for name in _DATES if (found := iso_date(known.get(name)))), None)
    title = " ".join(known.get("title", "").split())
    text = text.lstrip("\n")
    extraction.records = (Record(None, title or heading(text.replace(PAGE_END, "\n")), text, date),)
