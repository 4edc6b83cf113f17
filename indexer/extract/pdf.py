"""The text of a PDF: its pages in reading order, each followed by a form feed.

pdfium gives the glyphs; `pdf_layout` brings those of Arabic pages in order, for no library does. A
page without Arabic is what pdfium makes of it. All this runs in the worker process: pdfium ends its
process where memory runs out. What holds no text is said to be a scan, protected or damaged.
"""

from __future__ import annotations

import re
from itertools import accumulate, islice
from typing import Any

from indexer.errors import ExtractError
from indexer.extract.dates import iso_date
from indexer.extract.pdf_glyphs import MOST_CHARS, glyphs_of
from indexer.extract.pdf_layout import Brackets, text_of
from indexer.extract.types import Extraction, Record
from indexer.parts.layout import PAGE_END, Division, paged, title_of

MOST_PAGES = 20_000
MOST_MARKS = 5_000

_SECONDS, _SECONDS_A_MIB, _MOST_SECONDS = 30, 20, 600
_MOST_BROKEN = 100
"""Limit for consecutive pages that cannot be opened; a file may claim to have a billion."""

_PICTURE = 3
"""pdfium's number for an image among the objects of a page."""

_LOOKED_AT = 20
"""Pages, and objects of each, that are asked why there is no text."""

_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")
_NO_TITLE = re.compile(r"(?:microsoft \w+ - .*|untitled.*|.*\.\w{3,4}|\W*)", re.IGNORECASE)
_COMMON = frozenset(
    [
        "في",
        "من",
        "على",
        "أن",
        "إلى",
        "ما",
        "لا",
        "عن",
        "هذا",
        "التي",
        "الذي",
        "كان",
        "مع",
        "قد",
        "هو",
        "هذه",
    ]
)
_WORD = re.compile(r"[\u0621-\u064a]+")
_JUDGED_WORDS = 300
_LEAST_COMMON = 0.02
"""Of the words of any Arabic prose, these sixteen are a fifth."""


def extract_pdf(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a PDF. Raises ExtractError where it has no text."""
    from indexer.extract.worker import read_apart

    seconds = min(_MOST_SECONDS, _SECONDS + _SECONDS_A_MIB * (len(data) >> 20))
    read = read_apart(f"{__name__}:parse", data, seconds=seconds)
    pages = [f"{page}\n{PAGE_END}" for page in read["pages"]]
    text = "".join(pages)
    starts = [0, *accumulate(map(len, pages))]
    outline = [Division(starts[at], "heading", "", name, lv) for lv, name, at in read["outline"]]
    for problem, lost in read["problems"]:
        extraction.report(problem, lost=lost)
    layout = paged(text, headings=outline)
    extraction.records = (Record(None, read["title"], text, read["date"], layout=layout),)


def parse(data: bytes) -> dict[str, Any]:
    """The pages, title, date and problems of a PDF; what the worker is asked for."""
    document = _opened(data)
    count = len(document)
    pages, broken, cut = _pages(document, min(count, MOST_PAGES))
    problems = []
    if cut:
        problems.append(
            (f"of {cut} pages only the first {MOST_CHARS:,} characters were read", True)
        )
    if count > MOST_PAGES:
        problems.append((f"only the first {MOST_PAGES:,} of {count:,} pages were read", True))
    if broken:
        problems.append((f"{broken} of {count:,} pages are damaged and were left out", True))
    text = "\n".join(pages)
    if not text.strip():
        raise ExtractError(_why_no_text(document, broken))
    if _is_garbled(text):
        problems.append(("its letters are not those that it shows, as far as can be told", False))
    outline = _outline(document, len(pages))
    return {"pages": pages, "problems": problems, "outline": outline, **_metadata(document)}


def _opened(data: bytes) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ExtractError("protected by a password: save it without") from None
        raise ExtractError("damaged, or no PDF: open and save it again, or leave it out") from None


def _why_no_text(document: Any, broken: int) -> str:
    if broken:
        return "damaged: none of its pages can be read"
    for number in range(min(len(document), _LOOKED_AT)):
        kinds = {shape.type for shape in islice(document[number].get_objects(), _LOOKED_AT)}
        if _PICTURE in kinds:
            return "its pages are pictures (a scan): let a program for OCR add the text"
    return "its pages hold no text"


def _pages(document: Any, count: int) -> tuple[list[str], int, int]:
    """The text of each page; how many could not be opened, their text is ""; how many are cut."""
    import pypdfium2

    brackets = Brackets()
    pages: list[str] = []
    broken = on_end = cut = 0
    for number in range(count):
        try:
            page = document[number]
            text_page = page.get_textpage()
            pages.append(_text_of(text_page, brackets))
            cut += text_page.count_chars() > MOST_CHARS
            text_page.close()
            page.close()
            on_end = 0
        except pypdfium2.PdfiumError:
            pages.append("")
            broken, on_end = broken + 1, on_end + 1
            if on_end == _MOST_BROKEN:
                return pages, broken + count - len(pages), cut
    return pages, broken, cut


def _text_of(page: Any, brackets: Brackets) -> str:
    text = page.get_text_range(0, min(page.count_chars(), MOST_CHARS))
    if _ARABIC.search(text):
        return text_of(glyphs_of(page), brackets)
    return "\n".join(text.replace("\ufffe", "-").replace("\0", "").splitlines())


def _is_garbled(text: str) -> bool:
    """Whether there are Arabic words but hardly those that every text has."""
    words = _WORD.findall(text)
    common = sum(word in _COMMON for word in words)
    return len(words) >= _JUDGED_WORDS and common < _LEAST_COMMON * len(words)


def _outline(document: Any, count: int) -> list[tuple[int, str, int]]:
    """(level from 1, title, page from 0) of the bookmarks that lead to a page; damaged: none."""
    import pypdfium2

    found = []
    try:
        for mark in islice(document.get_toc(), MOST_MARKS):
            place = mark.get_dest()
            page = place.get_index() if place else None
            if page is not None and 0 <= page < count:
                found.append((mark.level + 1, title_of(mark.get_title()), page))
    except (pypdfium2.PdfiumError, RuntimeError, ValueError):
        return []
    return found


def _metadata(document: Any) -> dict[str, str | None]:
    """The title, "" where it is a program's or a file's name, and the date of making."""
    known = document.get_metadata_dict()
    title = " ".join(known.get("Title", "").split())
    dates = (known.get(name, "") for name in ("CreationDate", "ModDate"))
    return {
        "title": "" if _NO_TITLE.fullmatch(title) else title,
        "date": next((date for date in dates if iso_date(date)), None),
    }
