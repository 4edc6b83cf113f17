"""Put the glyphs of a page in reading order: glyphs with positions become lines of text.

A page has no words and no direction, only glyphs. Those of one height are a line; a line with
Arabic is read from the right, what is Latin or a number in it from the left: the bidirectional
algorithm of Unicode run backwards. A gap is a space where the file writes none, as Chrome's do;
vowel marks, which are glyphs of their own, are hung on the letter below or above them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from indexer.extract.pdf_glyphs import Glyph, is_mark

_ARABIC = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u052f]")
_JOINS_NUMBERS = frozenset(".,:/٫٬\u00a0")
"""Between two digits these are of the number; other signs (- % +) are not."""

_MIRRORED = {
    sign: pair[1 - place]
    for pair in ("()", "[]", "{}", "«»", "<>", "‹›")
    for place, sign in enumerate(pair)
}
_SPACE_EM = 0.18
_SPACE_EM_OF_INK = 0.24
"""A gap beside a glyph of which only the ink is known: that is narrower than the glyph."""

_CELL_EM = 2.5
_LINE_EM = 0.5
_OVERLAPPING = 0.5
_OPEN_LINES = 3
_RTL, _LTR, _DIGIT, _BLANK, _OTHER = ("R", "L", "D", "S", "N")


class Line:
    """The glyphs of one height."""

    def __init__(self, glyph: Glyph) -> None:
        self.y, self.size = glyph.y, glyph.size
        self.left, self.right = glyph.left, glyph.right
        self.glyphs: list[Glyph] = []
        self.marks: list[Glyph] = []

    def takes(self, glyph: Glyph, *, is_last: bool) -> bool:
        """Whether a glyph stands in this line; an older line takes only what is beside it."""
        size = max(glyph.size, self.size, 1.0)
        if abs(glyph.y - self.y) >= _LINE_EM * size:
            return False
        reach = 1.5 * glyph.size
        return is_last or (glyph.left < self.right + reach and glyph.right > self.left - reach)

    def add(self, glyph: Glyph) -> None:
        """Take a glyph in."""
        self.glyphs.append(glyph)
        self.left, self.right = min(self.left, glyph.left), max(self.right, glyph.right)
        self.size = max(self.size, glyph.size)


def lines_of(glyphs: Sequence[Glyph]) -> list[Line]:
    """The lines of a page, in the order in which they are begun."""
    lines: list[Line] = []
    waiting: list[Glyph] = []
    for glyph in glyphs:
        if is_mark(glyph.text):
            (lines[-1].marks if lines else waiting).append(glyph)
            continue
        recent = lines[: -_OPEN_LINES - 1 : -1]
        line = next((li for li in recent if li.takes(glyph, is_last=li is lines[-1])), None)
        if line is None:
            line = Line(glyph)
            lines.append(line)
            line.marks += waiting
            waiting = []
        line.add(glyph)
    return lines


class Brackets:
    """Whether a file's brackets are drawn as they are read, or mirrored: what fits is counted."""

    def __init__(self) -> None:
        self._fitting = 0

    def count(self, text: str) -> None:
        """Look at the brackets of a line that was read without mirroring."""
        is_open = 0
        for char in text:
            if char == "(":
                is_open += 1
            elif char == ")":
                self._fitting += 1 if is_open else -1
                is_open = max(0, is_open - 1)

    @property
    def are_mirrored(self) -> bool:
        """What most of them say."""
        return self._fitting < 0


def text_of(glyphs: Sequence[Glyph], brackets: Brackets) -> str:
    """The text of a page, line by line."""
    all_text = "".join(glyph.text for glyph in glyphs)
    rtl = len(_ARABIC.findall(all_text)) >= len(_LATIN.findall(all_text))
    drawn = [_drawn(line) for line in lines_of(glyphs)]
    for pieces in drawn:
        brackets.count(_read(pieces, rtl, mirrored=False))
    read = [_read(pieces, rtl, mirrored=brackets.are_mirrored) for pieces in drawn]
    return "\n".join(line for line in read if line.strip())


def _drawn(line: Line) -> list[str]:
    """What stands in a line from left to right: glyphs, blanks between words, tabs for cells."""
    pieces: list[tuple[str, float, float]] = []
    end: float | None = None
    blank = pieced = False
    for glyph in _without_false_signs(line.glyphs):
        if glyph.text == " ":
            blank = True
            continue
        if end is not None:
            gap = (glyph.left - end) / line.size
            wide = _SPACE_EM_OF_INK if pieced or glyph.is_pieced else _SPACE_EM
            if gap > _CELL_EM:
                pieces.append(("\t", end, glyph.left))
            elif blank or gap > wide:
                pieces.append((" ", end, glyph.left))
        pieces.append((glyph.text, glyph.left, glyph.right))
        end = glyph.right if end is None else max(end, glyph.right)
        blank, pieced = False, glyph.is_pieced
    _hang(line, pieces)
    return [text for text, _, _ in pieces if text]


def _without_false_signs(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """The glyphs from left to right; a sign drawn over an Arabic letter has no text.

    It is a part of the letter (a hamza, dots) that the file gives a number for a character.
    """
    ordered = sorted(glyphs, key=lambda g: (round(g.origin, 2), g.left + g.right))
    for i, glyph in enumerate(ordered):
        if glyph.text.isascii() and glyph.text.strip():
            beside = ordered[max(0, i - 2) : i] + ordered[i + 1 : i + 3]
            if any(_ARABIC.search(g.text) and _overlap(glyph, g) > _OVERLAPPING for g in beside):
                ordered[i] = glyph._replace(text="")
    return ordered


def _overlap(glyph: Glyph, other: Glyph) -> float:
    """How much of the width of a glyph another one covers, 0 to 1."""
    shared = min(glyph.right, other.right) - max(glyph.left, other.left)
    return shared / max(glyph.right - glyph.left, 0.01)


def _hang(line: Line, pieces: list[tuple[str, float, float]]) -> None:
    """Put each mark behind the letter that it is nearest to."""
    letters = [i for i, (text, _, _) in enumerate(pieces) if text.strip()]
    for mark in line.marks:
        middle = (mark.left + mark.right) / 2

        def distance(i: int, middle: float = middle) -> float:
            _, left, right = pieces[i]
            outside = max(left - middle, middle - right, 0.0)
            return outside + 0.01 * abs(middle - (left + right) / 2)

        nearest = min(letters, key=distance, default=None)
        if nearest is not None and distance(nearest) < line.size:
            text, left, right = pieces[nearest]
            pieces[nearest] = (text + mark.text, left, right)


def _read(pieces: list[str], rtl: bool, *, mirrored: bool) -> str:
    """What is drawn from left to right in the order of reading."""
    if not any(map(_ARABIC.search, pieces)):
        return "".join(pieces)
    kinds = [_kind(piece) for piece in pieces]
    if not rtl and kinds.count(_LTR) > kinds.count(_RTL):
        return _read_from_left(pieces, kinds)
    inward = _from_left(pieces, kinds)
    read: list[str] = []
    at = len(pieces) - 1
    while at >= 0:
        begin = at
        if inward[at]:
            while begin > 0 and inward[begin - 1]:
                begin -= 1
            read += pieces[begin : at + 1]
        else:
            piece = pieces[at]
            read.append(_MIRRORED.get(piece, piece) if mirrored else piece)
        at = begin - 1
    return "".join(read)


def _read_from_left(pieces: list[str], kinds: list[str]) -> str:
    """A line of Latin text in which Arabic words stand: each run of those is turned."""
    read: list[str] = []
    at = 0
    while at < len(pieces):
        end = at + 1
        if kinds[at] == _RTL:
            while end < len(pieces) and kinds[end] in (_RTL, _BLANK, _OTHER):
                end += 1
            while kinds[end - 1] != _RTL:
                end -= 1
        read += pieces[at:end][::-1]
        at = end
    return "".join(read)


def _kind(piece: str) -> str:
    first = piece[0]
    if piece in (" ", "\t"):
        return _BLANK
    if first.isdecimal():
        return _DIGIT
    if _ARABIC.search(piece) and unicodedata.bidirectional(first) in ("R", "AL"):
        return _RTL
    return _LTR if _LATIN.search(piece) else _OTHER


def _from_left(pieces: list[str], kinds: list[str]) -> list[bool]:
    """Which pieces of an Arabic line are read from the left: Latin words, numbers.

    Words beside each other are one stretch if both are Latin, or the second begins with a number.
    """
    inward = [False] * len(pieces)
    before: list[int] = []
    for word in _words(pieces, kinds):
        latin = any(kinds[i] == _LTR for i in word)
        strong = [i for i in word if kinds[i] in (_LTR, _DIGIT)]
        if latin:
            inward[strong[0] : strong[-1] + 1] = [True] * (strong[-1] + 1 - strong[0])
        else:
            for i in word:
                inward[i] = kinds[i] == _DIGIT or _is_within_number(i, pieces, kinds, word)
        joins = before and word[0] - before[-1] == 2 and pieces[word[0] - 1] != "\t"
        if joins and any(kinds[i] == _LTR for i in before) and (latin or kinds[word[0]] == _DIGIT):
            inward[before[-1] : word[0] + 1] = [True] * (word[0] + 1 - before[-1])
        before = word
    return inward


def _words(pieces: list[str], kinds: list[str]) -> list[list[int]]:
    """Stretches without blanks and Arabic letters that hold Latin letters or digits."""
    words: list[list[int]] = [[]]
    for i, kind in enumerate(kinds):
        if kind in (_RTL, _BLANK):
            words.append([])
        else:
            words[-1].append(i)
    return [word for word in words if any(kinds[i] in (_LTR, _DIGIT) for i in word)]


def _is_within_number(at: int, pieces: list[str], kinds: list[str], word: list[int]) -> bool:
    inside = word[0] < at < word[-1]
    return (
        inside
        and pieces[at] in _JOINS_NUMBERS
        and kinds[at - 1] == _DIGIT
        and kinds[at + 1] == _DIGIT
    )
