"""What does an XML file say? Its text without tags; of TEI the text alone, titled by its header.

A tag is taken for a paragraph unless it stands within text. In TEI the paragraphs, verses and
headings are known, `<pb n>` begins a page and of `<choice>` the regular reading is taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from indexer.extract.charsets import decode
from indexer.extract.fields import full_title
from indexer.extract.flow import Flow
from indexer.extract.package import local, parse_xml
from indexer.extract.types import Extraction, Record
from indexer.parts.layout import Division, Layout

_DECLARED = re.compile(rb"""<\?xml\b[^>]*?\bencoding\s*=\s*["']([\w.:-]+)""")
_HTML = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!DOCTYPE\s+html\b|<html\b)",
                   re.IGNORECASE | re.DOTALL)  # fmt: skip
_HEAD_CHARS = 4096

_TEI = frozenset(("TEI", "TEI.2", "teiCorpus"))
_PARAGRAPHS = frozenset(("p", "head", "lg", "ab", "div", "list", "table", "note", "quote", "sp"))
_LINES = frozenset(("l", "item", "row", "byline", "dateline", "signed", "titlePart", "docTitle"))
_CELLS = frozenset(("cell",))
_HIDDEN = frozenset(("teiHeader", "script", "style", "binary", "facsimile"))
_OTHER_READINGS = frozenset(("sic", "orig", "abbr"))
_TITLES = ("title", "booktitle", "book-title", "عنوان", "العنوان")
_AUTHORS = ("author", "creator", "مؤلف", "المؤلف")
_DATES = ("date", "published", "pubDate", "updated", "تاريخ", "التاريخ")
_VALUES = frozenset((*_TITLES, *_AUTHORS, *_DATES))
_MOST_VALUE_CHARS = 300


def extract_xml(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of an XML file."""
    declared = _DECLARED.search(data[:_HEAD_CHARS])
    label = declared[1].decode("ascii", "replace") if declared else None
    text, extraction.encoding, extraction.replaced = decode(data, label)
    if _HTML.match(text[:_HEAD_CHARS]):
        from indexer.extract.html import extract_html

        extract_html(data, extraction)
        return
    reader = _Reader()
    utf8 = iter((text.encode("utf-8"),))
    parse_xml(utf8, reader.start, reader.end, reader.text, doctype=True, encoding="utf-8")
    body = reader.flow.finish()
    title = full_title(reader.value(_TITLES), reader.value(_AUTHORS))
    date = reader.value(_DATES)
    extraction.records = (Record(None, title, body, date, layout=reader.layout()),)


class _Reader:
    """Takes tags and texts as they come, and makes text and divisions of them."""

    def __init__(self) -> None:
        self.flow = Flow()
        self._divisions: list[Division] = []
        self._values: dict[str, str] = {}
        self._inside: list[str] = []
        self._has_text: list[bool] = []
        """Whether each open tag holds text of its own, so far."""
        self._value_depth = 0
        """How deep the tag is that is open and of which the value is wanted; 0 if there is none."""
        self._hidden = self._depth = 0
        self._is_tei = False
        self._pages = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag is opened."""
        if not self._inside:
            self._is_tei = tag in _TEI
        self._hidden += self._hides(tag)
        in_text = self._has_text[-1:] == [True]
        self._inside.append(tag)
        self._note_value(tag, attributes)
        self._has_text.append(False)
        if self._hidden:
            return
        if tag == "pb" and self._is_tei:
            self._begin_page(local(attributes, "n"))
        elif tag == "lb" and self._is_tei:
            if local(attributes, "break") != "no":
                self.flow.break_line(True)
        elif tag == "head":
            self.flow.separate(2)
            self.flow.watch()
        else:
            self._depth += tag == "div" or re.fullmatch(r"div[1-7]", tag) is not None
            self._separate(tag, in_text)

    def end(self, tag: str) -> None:
        """A tag is closed."""
        if len(self._inside) == self._value_depth:
            self._value_depth = 0
        self._inside.pop()
        self._has_text.pop()
        if not self._hidden:
            if tag == "head":
                self._end_heading()
            self._depth -= tag == "div" or re.fullmatch(r"div[1-7]", tag) is not None
            self._separate(tag, self._has_text[-1:] == [True])
            if tag in _CELLS:
                self.flow.end_cell()
        self._hidden -= self._hides(tag)

    def text(self, piece: str) -> None:
        """Text between tags."""
        if self._value_depth:
            name = self._inside[self._value_depth - 1]
            self._values[name] = (self._values[name] + piece)[:_MOST_VALUE_CHARS]
        if not self._hidden and self._inside:
            self.flow.add(piece, False)
            self._has_text[-1] = self._has_text[-1] or not piece.isspace()

    def value(self, names: tuple[str, ...]) -> str:
        """What the first tag of some names says."""
        values = (" ".join(self._values.get(name, "").split()) for name in names)
        return next(filter(None, values), "")

    def layout(self) -> Layout:
        """Its pages and headings; a heading comes when it ends, maybe after a page within it."""
        return Layout(tuple(sorted(self._divisions, key=lambda division: division.start)))

    def _hides(self, tag: str) -> bool:
        within_choice = bool(self._inside) and self._inside[-1] == "choice"
        return tag in _HIDDEN or (within_choice and tag in _OTHER_READINGS)

    def _note_value(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin to note what a tag says, if it is the first of its name and that is wanted."""
        wanted = tag in _VALUES and tag not in self._values and not self._value_depth
        if wanted and (not self._is_tei or "teiHeader" in self._inside):
            self._values[tag] = local(attributes, "when")
            self._value_depth = 0 if self._values[tag] else len(self._inside)

    def _separate(self, tag: str, in_text: bool) -> None:
        """Set a tag apart from its neighbours, if it is a block."""
        if self._is_tei:
            self.flow.separate(2 * (tag in _PARAGRAPHS) or tag in _LINES)
        elif not in_text:
            self.flow.separate(1)

    def _begin_page(self, label: str) -> None:
        self._pages += 1
        self._divisions.append(Division(self.flow.place, "page", label or str(self._pages)))

    def _end_heading(self) -> None:
        watched = self.flow.watched()
        if watched is not None:
            level = max(1, min(self._depth, 9))
            self._divisions.append(Division(watched[0], "heading", "", watched[1], level))
