"""Which of several readings of the same bytes looks like language? The last word on code pages.

windows-1256 and ISO-8859-6 give the same letters to the bytes C1-D6 and different ones above, and
windows-1256 has a meaning for every byte: a short ISO text is therefore always *valid*
windows-1256, only not Arabic (عاجل becomes عاجن). What tells them apart is which letters come out,
where they stand, and whether one word mixes alphabets. This file scores exactly that. It knows
nothing of bytes or files and does not decode.
"""

from __future__ import annotations

import re

# Surprise in bits of a letter of Arabic newspaper prose, rounded; the order is what matters.
_COMMON = {
    letter: bits
    for bits, letters in (
        (2.7, "ا"), (3.1, "ل"), (3.7, "ي"), (3.9, "م"), (4.2, "ون"), (4.4, "تر"), (4.9, "عب"),
        (5.0, "ةد"), (5.3, "فهس"), (5.6, "قأ"), (5.8, "كح"), (6.2, "ج"), (6.7, "شطص"),
        (6.9, "ىإخ"), (7.3, "ضزذث"), (8.0, "ئغء"), (8.7, "ظ"), (9.8, "ؤآ"), (5.0, "ـ"),
    )
    for letter in letters
}  # fmt: skip
_MARKS = frozenset("ًٌٍَُِّْٰ")
_MARK_BITS = 3.0
_RARE_BITS = 11.0
_FOREIGN_BITS = 16.0
_ARTICLE_BITS = -6.0
_SYMBOLS = frozenset("«»،؛؟–—‘’“”…•·‹›\u00a0\u200c\u200d\u200e\u200f°€£©®،½¼¾§±²³")

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u064b-\u0652\u0670\u0640])*")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_STACKED_MARKS = re.compile(r"^[\u064b-\u0652]|[\u064b-\u0650\u0652](?=[\u064b-\u0650\u0652])")
_LATIN = re.compile(r"[A-Za-z\u00aa-\u024f]")


def surprise(text: str) -> float:
    """Bits that the non-ASCII characters of `text` cost; the cheapest reading is the likeliest.

    A text of ASCII alone costs nothing. The sum compares readings of the *same* bytes.
    """
    bits = sum(_word_bits(word.group()) for word in _WORD.finditer(text))
    return bits + sum(_symbol_bits(char) for char in _WORD.sub("", text) if not char.isascii())


def _word_bits(word: str) -> float:
    if word.isascii():
        return 0.0
    if not _ARABIC.search(word):
        return _latin_bits(word)
    if _LATIN.search(word):
        return _FOREIGN_BITS * sum(not char.isascii() for char in word)
    return _arabic_bits(word)


def _latin_bits(word: str) -> float:
    """Price of an accented word: é in été is cheap, ÇáÓáÇã is Arabic read as Latin-1."""
    accented = sum(not char.isascii() for char in word)
    if not _LATIN.fullmatch(word[0]):
        return _FOREIGN_BITS * accented
    capitals_inside = sum(char.isupper() and not char.isascii() for char in word[1:])
    if 2 * accented > len(word) + 1 or (capitals_inside and not word.isupper()):
        return _FOREIGN_BITS * accented
    return 5.0 * accented


def _arabic_bits(word: str) -> float:
    bits = sum(_MARK_BITS if c in _MARKS else _COMMON.get(c, _RARE_BITS) for c in word)
    letters = "".join(c for c in word if c not in _MARKS)
    # Two marks stand together only where one of them is a shadda.
    bits += _FOREIGN_BITS * len(_STACKED_MARKS.findall(word))
    # The article and its company; ة and ى only ever end a word.
    if re.match("[وفبك]?ال..|ولل..|لل..", letters):
        bits += _ARTICLE_BITS
    bits += _FOREIGN_BITS * sum(c in "ةى" for c in letters[:-1])
    return bits


def _symbol_bits(char: str) -> float:
    if char in _SYMBOLS:
        return 5.0
    if char == "\ufffd":
        return _FOREIGN_BITS
    return _RARE_BITS if char.isprintable() and not char.isalpha() else _FOREIGN_BITS
