"""The glyphs on a page of a PDF, with their positions, made from pdfium's characters.

Producers disagree about what the characters of a glyph are. A ligature (لا) may come as Word writes
it, its letters reversed; a glyph with vowel marks may come in pieces of equal boxes at one origin,
as Chrome writes it; the ligature of الله comes as اهلل. What is known of Arabic letters tells which
way round they are: those that do not join to the left end a ligature. A glyph that the font gives
no character for takes its place with no text.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from itertools import pairwise
from typing import Any

from analyzers.named import NamedTuple

MOST_CHARS = 50_000
"""Of a page; a printed one has 3,000."""

_END_OF_LINE = (0, 10, 13, 0xFFFE, 0xFFFF)
_NOT_JOINING = frozenset("اأإآٱدذرزوؤةىء")
_REVERSED = {"هلل": "لله", "هللا": "الله", "ملسو هيلع هللا ىلص": "صلى الله عليه وسلم"}
_PRESENTATION = ((0xFB50, 0xFDFF), (0xFE70, 0xFEFC))
_LIGATURES = {
    unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0xFBEA, 0xFD3E), *range(0xFD50, 0xFDC8), *range(0xFEF5, 0xFEFD))
}
"""What the ligatures of the presentation forms stand for, in the order of reading."""

_NEAR = 8
"""Places that lie between the pieces of one glyph, at most."""

_CONTROLS = dict.fromkeys(
    map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
)


class Glyph(NamedTuple):
    """What is drawn in one place.

    text: in the order of reading; "" where nobody knows, " " for a space. left, right: of its box;
    origin: of the pen; y: of the line that it stands on. size: of the font. All in points.
    """

    text: str
    left: float
    right: float
    origin: float
    y: float
    size: float
    is_pieced: bool = False
    """Whether its box is that of its ink, put together from pieces."""


def glyphs_of(page: Any) -> list[Glyph]:
    """The glyphs of pdfium's text page, in the order in which they are drawn."""
    return _in_reading_order(_joined(_read(page)))


def _read(page: Any) -> list[Glyph]:
    """One glyph for each character, as pdfium gives it."""
    import pypdfium2.raw as pdfium

    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    at_box, at_matrix, at_x, at_y = map(ctypes.byref, (box, matrix, x, y))
    glyphs: list[Glyph] = []
    size, font_size = 1.0, -1.0
    for i in range(min(pdfium.FPDFText_CountChars(page), MOST_CHARS)):
        code = pdfium.FPDFText_GetUnicode(page, i)
        if code in _END_OF_LINE:
            continue
        pdfium.FPDFText_GetLooseCharBox(page, i, at_box)
        if code == ord(" ") and box.right - box.left < 0.02:
            continue  # pdfium's own guess
        pdfium.FPDFText_GetCharOrigin(page, i, at_x, at_y)
        given = pdfium.FPDFText_GetFontSize(page, i)
        if given != font_size:
            font_size = given
            pdfium.FPDFText_GetMatrix(page, i, at_matrix)
            size = given * (math.hypot(matrix.c, matrix.d) or 1.0)
        unknown = code > 127 and pdfium.FPDFText_HasUnicodeMapError(page, i) == 1
        text = "" if unknown else _text_of(code)
        if text is not None:
            glyphs.append(Glyph(text, box.left, box.right, x.value, y.value, size))
    return glyphs


def _text_of(code: int) -> str | None:
    """The text of a character: its letters where it is a presentation form; None if it is none."""
    char = chr(code) if code < 0x110000 else ""
    if ord(char or " ") in _CONTROLS:
        return None
    if char == "\u00ad":
        return "-"
    if char.isspace():
        return " "
    if not char or unicodedata.category(char) in ("Cc", "Cs", "Co"):
        return ""
    if any(first <= code <= last for first, last in _PRESENTATION):
        return unicodedata.normalize("NFKC", char).strip() or char
    return char


def is_mark(text: str) -> bool:
    """Whether it is nothing but marks, which are drawn above or below letters."""
    return bool(text) and all(unicodedata.category(char) == "Mn" for char in text)


def _joined(glyphs: list[Glyph]) -> list[Glyph]:
    """Characters of one place as one glyph: pieces of equal boxes, or several for one box.

    Pieces stand near each other in the stream, not always side by side.
    """
    joined: list[list[Glyph]] = []
    open_: dict[tuple[float, float], list[Glyph]] = {}  # the newest places last
    for glyph in glyphs:
        place = (glyph.origin, glyph.y)
        group = open_.get(place)
        if group is None or glyph.text == " ":
            group = []
            joined.append(group)
            open_[place] = group
            if len(open_) > _NEAR:
                del open_[next(iter(open_))]
        group.append(glyph)
    return [one for group in joined for one in _group(group)]


def _group(group: list[Glyph]) -> list[Glyph]:
    """The glyphs of one place: joined if they are pieces of one glyph, else unchanged."""
    first = group[0]
    if len(group) == 1:
        return group
    if all(g.left == first.left and g.right == first.right for g in group):
        return [first._replace(text="".join(g.text for g in group))]
    pieces = sorted(group, key=lambda g: g.left)
    widths = [g.right - g.left for g in pieces]
    abut = all(abs(a.right - b.left) < 0.05 for a, b in pairwise(pieces))
    if not abut or max(widths) - min(widths) > 0.02 * max(widths) + 0.01:
        return group
    text = "".join(g.text for g in pieces)
    if is_mark(text[0]) or _is_reversed(_letters(text)):
        text = text[::-1]
    return [first._replace(text=text, left=pieces[0].left, right=pieces[-1].right, is_pieced=True)]


def _letters(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char) != "Mn")


def _is_reversed(letters: str) -> bool:
    """Whether letters of one glyph are surely the wrong way round."""
    if letters in _REVERSED or letters in _REVERSED.values():
        return letters in _REVERSED
    return len(letters) > 1 and letters[0] in _NOT_JOINING and letters[-1] not in _NOT_JOINING


def _in_reading_order(glyphs: list[Glyph]) -> list[Glyph]:
    """The letters of each glyph in the order of reading.

    Where the letters do not tell, they are taken to be drawn from left to right, but for those of a
    ligature that Unicode knows in this order.
    """
    ordered = []
    for given in glyphs:
        glyph, text = given, given.text
        if len(text) > 1 and not glyph.is_pieced and _is_arabic(text):
            letters = _letters(text)
            if len(letters) > 1:
                known = letters[-1] in _NOT_JOINING and letters[0] not in _NOT_JOINING
                known = known or letters in _REVERSED.values()
                known = known or (letters in _LIGATURES and letters[::-1] not in _LIGATURES)
                turned = _is_reversed(letters) or not known
            else:
                turned = bool(letters) and is_mark(text[0])
            glyph = glyph._replace(text=text[::-1] if turned else text)
        ordered.append(glyph)
    return ordered


def _is_arabic(text: str) -> bool:
    return any("\u0590" <= char <= "\u08ff" for char in text)
