"""The text of office documents: Word, PowerPoint and OpenDocument.

All that a reader sees: tables, notes, comments, text boxes, headers, what was inserted while
changes were tracked; not what was deleted. A paragraph is a line, cells are kept apart by tabs,
slides end in form feeds. Title and date are those that the program keeps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType

from analyzers.named import NamedTuple
from indexer.errors import ExtractError
from indexer.extract.dates import iso_date
from indexer.extract.package import Package, local, parse_xml, values_of
from indexer.extract.types import Extraction, Record
from indexer.parts.layout import PAGE_END, Division, Layout, paged, title_of

_DATES = ("created", "creation-date", "modified", "date")
_KEPT = frozenset(("title", *_DATES))
_NUMBER = re.compile(r"\d{1,9}")
_HEADING = "\x01"
"""Stands before the level of a heading and the heading itself until offsets are known; XML has no
such character."""

_MARKED = re.compile(_HEADING + r"([1-9])([^\n\f]*)")
_STYLE = re.compile(r"heading ([1-9])", re.IGNORECASE)
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
    headings: Mapping[str, str]
    """The attribute of a tag that says which level or style the paragraph around it has."""


_LEVELS = {str(level): str(min(level, 9)) for level in range(1, 11)}

WORD = Tags(
    texts=frozenset({"t"}),
    lines=frozenset({"p", "tr"}),
    cells=frozenset({"tc"}),
    pages=frozenset(),
    breaks={"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"},
    hidden=frozenset({"del", "moveFrom", "Fallback"}),
    headings={"pStyle": "val"},
)
OPEN_DOCUMENT = Tags(
    texts=frozenset({"p", "h"}),
    lines=frozenset({"p", "h", "table-row"}),
    cells=frozenset({"table-cell"}),
    pages=frozenset({"page"}),
    breaks={"line-break": "\n", "tab": "\t", "s": " "},
    hidden=frozenset({"tracked-changes", "note-citation", "creator", "date", "styles", "script"}),
    headings={"h": "outline-level"},
)


def extract_docx(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a document of Word."""
    package = Package(data, "word/document.xml", extraction.budget)
    parts = ["word/document.xml", "word/footnotes.xml", "word/endnotes.xml", "word/comments.xml"]
    running = sorted(n for n in package.names if re.fullmatch(r"word/(header|footer)\d*\.xml", n))
    levels = _levels(package)
    texts = list(dict.fromkeys(text_of(package, part, WORD, levels) for part in parts))
    repeated = "".join(dict.fromkeys(text_of(package, part, WORD) for part in running))
    text, layout = _with_headings("".join(texts).lstrip("\n"))
    if repeated.strip():
        layout = layout._replace(running=((len(text), len(text) + len(repeated)),))
    _fill(package, "docProps/core.xml", text + repeated, layout, extraction)


def extract_pptx(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a presentation: each slide, then its notes, then a form feed."""
    package = Package(data, "ppt/presentation.xml", extraction.budget)
    slides = [n for n in package.names if re.fullmatch(r"ppt/slides/slide\d+\.xml", n)]
    text = "".join(
        text_of(package, slide, WORD) + _notes_of(package, slide) + PAGE_END
        for slide in sorted(slides, key=_number)
    ).lstrip("\n")
    _fill(package, "docProps/core.xml", text, paged(text, "slide"), extraction)


def extract_opendocument(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a text or presentation of LibreOffice and others."""
    package = Package(data, "content.xml", extraction.budget)
    marked = text_of(package, "content.xml", OPEN_DOCUMENT, _LEVELS)
    text, layout = _with_headings(marked.lstrip("\n"))
    if PAGE_END in text:
        layout = paged(text, "slide", layout.divisions)
    _fill(package, "meta.xml", text, layout, extraction)


def text_of(
    package: Package, part: str, tags: Tags, levels: Mapping[str, str] = MappingProxyType({})
) -> str:
    """What is to read in a part; "" where there is no such part.

    levels: of headings, by what the tags say of them; each is marked by `_HEADING` and its level.
    """
    pieces: list[str] = []
    inside = hidden = 0

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside, hidden
        inside += tag in tags.texts
        hidden += tag in tags.hidden
        if levels and tag in tags.headings:
            level = levels.get(local(attributes, tags.headings[tag]))
            if level and not hidden:
                pieces.append(_HEADING + level)
        if not hidden and tag in tags.breaks:
            spaces = _number(local(attributes, "c")) if tag == "s" else 1
            pieces.append(tags.breaks[tag] * (min(spaces, 100) or 1))

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


def _levels(package: Package) -> dict[str, str]:
    """The level of a heading by the id of its style, which is not the same in all languages."""
    levels: dict[str, str] = {}
    style = ""

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal style
        if tag == "style":
            style = local(attributes, "styleId")
        elif tag == "name" and (named := _STYLE.fullmatch(local(attributes, "val"))):
            levels[style] = named[1]
        elif tag == "outlineLvl" and style and local(attributes, "val") in tuple("01234567"):
            levels.setdefault(style, str(int(local(attributes, "val")) + 1))

    with suppress(ExtractError):
        if "word/styles.xml" in package.names:
            chunks = package.chunks("word/styles.xml")
            parse_xml(chunks, start, lambda _: None, lambda _: None)
    return levels


def _with_headings(marked: str) -> tuple[str, Layout]:
    """A text without the marks of `text_of`, and where its headings are."""
    divisions = []
    for removed, heading_ in enumerate(_MARKED.finditer(marked)):
        start, title = heading_.start() - 2 * removed, title_of(heading_[2])
        if title:
            divisions.append(Division(start, "heading", "", title, int(heading_[1])))
    return _MARKED.sub(r"\2", marked), Layout(tuple(divisions))


def _notes_of(package: Package, slide: str) -> str:
    """The notes that a slide's relations name."""
    folder, _, name = slide.rpartition("/")
    relations = package.read(f"{folder}/_rels/{name}.rels").decode("utf-8", "replace")
    notes = re.search(r"notesSlides/(notesSlide\d+\.xml)", relations)
    return text_of(package, f"ppt/notesSlides/{notes[1]}", WORD) if notes else ""


def _number(name: str) -> int:
    found = _NUMBER.search(name.rpartition("/")[2])
    return int(found.group()) if found else 0


def _fill(package: Package, meta: str, text: str, layout: Layout, extraction: Extraction) -> None:
    known = values_of(package.chunks(meta), _KEPT)
    date = next((known[name] for name in _DATES if iso_date(known.get(name))), None)
    title = " ".join(known.get("title", "").split())
    extraction.records = (Record(None, title, text, date, layout=layout),)
