"""Characters in and around Arabic words: named code points, classes, one-to-one mappings.

pyarabic supplies the tables it has (marks, alefs, small letters, digits); the rest is Unicode's.
Nothing here looks at more than one character: context is the tokenizer's job, words are the
normalizer's.
"""

from __future__ import annotations

import unicodedata

from pyarabic import araby_const as araby

from analyzers.late import late

SEPARATOR, MARK, FORMAT, ARABIC, DIGIT, OTHER, NUMBER_SEPARATOR, EMOJI, PHRASE = range(9)
"""Classes of characters:

SEPARATOR         between words
MARK              part of the word it follows, but not of its unmarked form (vowel marks, tatweel)
FORMAT            invisible (Cf) and without meaning inside or beside a word (ZWNJ, bidi controls)
ARABIC            Arabic letter, decomposed hamza and madda included
DIGIT             decimal digit of any system
OTHER             letter, number or combining mark of another script
NUMBER_SEPARATOR  a separator, unless it stands inside a number (12,500 or 3.5) or before one (F-16)
EMOJI             each a word of its own, two of them where they are a flag
PHRASE            a sign that is several words (U+FDFA)
"""

SUPERSCRIPT_ALEF = araby.MINI_ALEF
TATWEEL = araby.TATWEEL
DECOMPOSED_HAMZA = "\u0653\u0654\u0655"
"""Combining madda and hamzas: they form another letter (NFC), so they are not vowel marks."""

AYAH_END, RUB_EL_HIZB, SAJDAH = "\u06dd", "\u06de", "\u06e9"
VERSE_SIGNS = AYAH_END + RUB_EL_HIZB + SAJDAH
NUMBER_SIGNS = "\u0600\u0601\u0602\u0603\u0604\u0605\u08e2"
"""Category Cf, but visible signs between words."""

QURANIC_MARKS = "".join(
    chr(c)
    for first, last in (
        (0x0610, 0x061A),  # honorifics and small high letters
        (0x0656, 0x065F),  # subscript alef to wavy hamza below
        (0x06D6, 0x06DC),
        (
            0x06DF,
            0x06E8,
        ),  # small high rounded zero to small high noon; small waw and yeh among them
        (0x06EA, 0x06ED),
        (0x08CA, 0x08E1),
        (0x08E3, 0x08FF),
        (0x0898, 0x089F),
    )
    for c in range(first, last + 1)
)
MARKS = frozenset(araby.TASHKEEL) | frozenset(QURANIC_MARKS) | {SUPERSCRIPT_ALEF, TATWEEL}
"""Vowel marks, Quranic signs and tatweel: all that the unmarked form `u` leaves out except Cf."""

QURANIC_LETTERS = SUPERSCRIPT_ALEF + "\u06e5\u06e6\u06e7\u06e8"
"""Marks that may be read as letters: see `uthmani`."""

SILENT = "\u06df"
"""A small circle above a letter that is not read: the alef of قالوا۟."""

READ_MARKS = QURANIC_LETTERS + SILENT
"""Marks that decide how a word is spelled today."""

HAMZA_ON_TATWEEL = late(f"{TATWEEL}[{''.join(sorted(MARKS - {TATWEEL}))}]*{araby.HAMZA_ABOVE}")
"""Uthmani spelling: a hamza without a seat of its own rides on a tatweel. It is read as ئ."""

ALLAH = "\ufdf2"
PHRASES = {
    "\ufdfa": "صلى الله عليه وسلم",
    "\ufdfb": "جل جلاله",
    "\ufdfd": "بسم الله الرحمن الرحيم",
    "\ufdfe": "سبحانه وتعالى",
    "\ufdff": "عز وجل",
    "\ufd40": "رحمه الله",
    "\ufd41": "رضي الله عنه",
    "\ufd42": "رضي الله عنها",
    "\ufd43": "رضي الله عنهم",
    "\ufd44": "رضي الله عنهما",
    "\ufd45": "رضي الله عنهن",
    "\ufd46": "صلى الله عليه وآله",
    "\ufd47": "عليه السلام",
    "\ufd48": "عليهم السلام",
    "\ufd49": "عليهما السلام",
    "\ufd4a": "عليه الصلاة والسلام",
    "\ufd4b": "قدس سره",
    "\ufd4c": "صلى الله عليه وآله وسلم",
    "\ufd4d": "عليها السلام",
    "\ufd4e": "تبارك وتعالى",
    "\ufd4f": "رحمهم الله",
}
"""Signs that are several words, by Unicode's names for them."""

_EMOJI = (
    (0x1F1E6, 0x1F1FF), (0x1F300, 0x1F3FA), (0x1F400, 0x1FAFF), (0x1F004, 0x1F004),
    (0x1F0CF, 0x1F0CF), (0x1F170, 0x1F171), (0x1F17E, 0x1F17F), (0x1F18E, 0x1F19A),
    (0x231A, 0x231B), (0x23E9, 0x23F3), (0x2600, 0x2604), (0x260E, 0x260E), (0x2614, 0x2615),
    (0x261D, 0x261D), (0x2639, 0x263A), (0x2648, 0x2653), (0x2660, 0x2668), (0x267F, 0x267F),
    (0x2693, 0x2693), (0x26A0, 0x26A1), (0x26AA, 0x26AB), (0x26BD, 0x26BE), (0x26C4, 0x26C5),
    (0x26CE, 0x26CE), (0x26D4, 0x26D4), (0x26EA, 0x26EA), (0x26F2, 0x26F5), (0x26FA, 0x26FD),
    (0x2705, 0x2705), (0x2708, 0x270D), (0x2728, 0x2728), (0x274C, 0x274C), (0x274E, 0x274E),
    (0x2753, 0x2755), (0x2757, 0x2757), (0x2763, 0x2764), (0x27B0, 0x27B0),
    (0x2B50, 0x2B50), (0x2B55, 0x2B55),
)  # fmt: skip
"""Unicode's emoji, except those that also serve as bullets or arithmetic signs."""

_FIRST_EMOJI = min(_EMOJI)[0]

REGIONAL_INDICATORS = (0x1F1E6, 0x1F1FF)
EMOJI_MODIFIERS = frozenset(map(chr, (0xFE0E, 0xFE0F, 0x20E3, *range(0x1F3FB, 0x1F400))))
"""These change how an emoji is shown; they are not part of its form."""

DECIMAL_SEPARATORS = "." + araby.DECIMAL
THOUSANDS_SEPARATORS = "," + araby.THOUSANDS + araby.COMMA
HYPHENS = "-\u2011"
"""They separate words, except in names such as F-16."""

NUMBER_SEPARATORS = DECIMAL_SEPARATORS + THOUSANDS_SEPARATORS + HYPHENS

ARABIC_BLOCKS = (
    (0x0600, 0x06FF),
    (0x0750, 0x077F),
    (0x0870, 0x08FF),
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFF),
    (0x10EC0, 0x10EFF),
    (0x1EE00, 0x1EEFF),
)


_CATEGORY_CLASS = {"Nd": DIGIT, "Cf": FORMAT}


def _presentation_class(char: str) -> int:
    """The class of an Arabic presentation form: that of the letters it stands for."""
    plain = unicodedata.normalize("NFKC", char)
    if not any(c not in MARKS and c != " " for c in plain):
        return MARK  # a vowel mark on a space or on a tatweel
    if " " in plain:
        return SEPARATOR  # a whole phrase in one sign (U+FDFA): a sign between words
    return ARABIC


def _arabic_class(char: str, category: str) -> int:
    """The class of a character in the Arabic blocks that is neither mark nor digit."""
    if char in VERSE_SIGNS or char in NUMBER_SIGNS:
        return SEPARATOR
    if category == "Cf":
        return FORMAT
    if char in DECOMPOSED_HAMZA:
        return ARABIC
    if category[0] not in "LM":
        return OTHER if category[0] == "N" else SEPARATOR
    if ord(char) >= 0xFB50:
        return _presentation_class(char)
    return ARABIC if category[0] == "L" else OTHER


def is_arabic_block(code: int) -> bool:
    """Whether the code point lies in a block of the Arabic script."""
    return any(first <= code <= last for first, last in ARABIC_BLOCKS)


def char_class(char: str) -> int:
    """The class of one character; see the constants above."""
    if char in MARKS:
        return MARK
    if char in NUMBER_SEPARATORS:
        return NUMBER_SEPARATOR
    if char in PHRASES:
        return PHRASE
    if char in EMOJI_MODIFIERS:
        return FORMAT
    if ord(char) >= _FIRST_EMOJI and any(first <= ord(char) <= last for first, last in _EMOJI):
        return EMOJI
    category = unicodedata.category(char)
    if category != "Nd" and is_arabic_block(ord(char)):
        return _arabic_class(char, category)
    return _CATEGORY_CLASS.get(category, OTHER if category[0] in "LNM" else SEPARATOR)


def char_mapping(char: str) -> str:
    """The character that replaces this one in unmarked forms: ASCII digits, lowercase Latin.

    A character whose lowercase form is longer than one character stays as it is; the normalizer
    resolves it when it first sees the word. Tatweel occurs in such a form only as the seat of a
    hamza.
    """
    if char == TATWEEL:
        return str(araby.YEH_HAMZA)
    if char in DECIMAL_SEPARATORS:
        return "."
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    lower = char.lower()
    return lower if len(lower) == 1 else char
