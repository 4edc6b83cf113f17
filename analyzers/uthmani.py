"""Rewrite a word in the Quran's spelling with the letters it has today.

The Uthmani spelling often replaces alef with U+0670 above a letter (ٱلْكِتَـٰبُ), or above the
و or ى that stands for it (ٱلصَّلَوٰةَ, مُوسَىٰ); a hamza without a seat sits on a tatweel (شَيْـًٔا); small
letters stand for letters that are left out (ٱلنَّبِيِّـۧنَ). Most of these alefs are written today; in a
closed list of words they are not (هٰذا, الرحمٰن). The rules need the vowel marks, which this file
does not remove: `normalizer.unmark` does so afterwards.
"""

from __future__ import annotations

import re

from pyarabic import araby_const as araby

from analyzers.late import late
from analyzers.letters import (
    DIGIT,
    EMOJI,
    HAMZA_ON_TATWEEL,
    MARKS,
    OTHER,
    QURANIC_LETTERS,
    READ_MARKS,
    SILENT,
    TATWEEL,
    char_class,
)

ALEF_ABOVE, SMALL_WAW, SMALL_YEH, HIGH_YEH, HIGH_NOON = SIGNS = QURANIC_LETTERS

_MADDA = "\u0653"
_SMALL = "".join(sorted(MARKS - {*SIGNS})) + _MADDA
_M = f"[{_SMALL}]*"
_END = f"(?={_M}$)"

_SIGNS = late(f"[{READ_MARKS}]|{HAMZA_ON_TATWEEL.pattern}")

# `re` compiles those below when a word first asks for them: few searches do.
_SEATED = f"({HAMZA_ON_TATWEEL.pattern})(?:{_M}([{araby.ALEF}{ALEF_ABOVE}]))?"
_BARE = str.maketrans("", "", _SMALL)
_TANWEEN = (araby.FATHATAN, "\u0657")

_RULES = (
    (f"(?<=[ا{ALEF_ABOVE}])({_M})ؤ{_M}ا{SILENT}{_END}", r"\1ء"),  # شركٰٓؤا۟
    (f"ؤ{_M}ا{SILENT}{_END}", "أ"),  # الملؤا۟
    (f"[ىي]{SILENT}|ا{SILENT}(?!{_M}$)", ""),  # بأيي۟د, نبإى۟, لشا۟ىء
    (HIGH_YEH, araby.YEH),  # النبيـۧن
    (HIGH_NOON, araby.NOON),  # نـۨجي
    (f"(?<=و{araby.DAMMA}){SMALL_WAW}(?!{_M}د{_M}$)(?!{_M}$)", araby.WAW),  # الغاوۥن, not داوۥد
    (f"(?<=ى{araby.KASRA}){SMALL_YEH}{_END}", araby.YEH),  # يحىۦ
    (f"{SMALL_YEH}(?!{_M}$)", araby.YEH),  # إۦلاف
    (f"ا({_M}){ALEF_ABOVE}", r"آ\1"),  # اٰمنوا
    (f"و[{TATWEEL}]*{ALEF_ABOVE}(?:{_M}ا)?", araby.ALEF),  # الصلوٰة, الربوٰا
    (f"{ALEF_ABOVE}{_M}و(?=ة|ت{_M}$)", araby.ALEF),  # الصلٰوة
    (f"(ى{_M}){ALEF_ABOVE}{_END}", r"\1"),  # موسىٰ
    (f"ى{_M}{ALEF_ABOVE}", araby.ALEF),  # هدىٰهم
    (f"([ٱا]ل{_M}){ALEF_ABOVE}(?={_M}(?:ت|ئ){_M}[ىي]{_M}$)", r"\1لا"),  # الّٰتي
)

_NOT_TODAY = (
    "(?:[وفأ]?(?:[بلك]|[ٱا]ل|[بك][ٱا]ل|لل)?)"
    f"(?:ه{ALEF_ABOVE}(?:ذ|كذ|هن|ؤل|ءؤل)|ذ{ALEF_ABOVE}ل|ل{ALEF_ABOVE}كن|[أا]ول{ALEF_ABOVE}ئ"
    f"|[إا]ل{ALEF_ABOVE}ه|رحم{ALEF_ABOVE}ن|[ٱا]?لل{ALEF_ABOVE}ه|سم{ALEF_ABOVE}و|[إا]سح{ALEF_ABOVE}ق"
    f"|ط{ALEF_ABOVE}ه$|ي{ALEF_ABOVE}س$)"
)
"""Words that are still written without the alef, given with their letters and U+0670."""

_LETTER = f"[^{_SMALL}{SIGNS}]"
_VOCATIVE = (
    f"[وف]?{_M}ي{_M}{ALEF_ABOVE}[{_SMALL.replace(TATWEEL, '')}]*"
    f"(?={_M}(?:{_LETTER}|{araby.HAMZA_ABOVE}){_M}[{SIGNS}]?{_M}{_LETTER})"
)


def modern(word: str) -> str:
    """The word in today's letters; its other marks stay.

    A word without such signs, a number, an emoji, or a word that begins in another script is
    unchanged.
    """
    if not _SIGNS.search(word) or char_class(word[0]) in (DIGIT, OTHER, EMOJI):
        return word
    word = re.sub(_SEATED, _with_seat, word)
    if re.match(_NOT_TODAY, word.translate(_BARE)):
        word = word.replace(ALEF_ABOVE, "", 1)
    for rule, written in _RULES:
        word = re.sub(rule, written, word)
    return re.sub(f"{ALEF_ABOVE}{_MADDA}?", araby.ALEF, word)


def _with_seat(found: re.Match[str]) -> str:
    """A hamza that was on a tatweel, on the seat it has today, and the alef that makes it آ."""
    vowels, alef = found[1], found[2]
    before = found.string[: found.start()].translate(_BARE)[-1:]
    if alef and before not in (araby.YEH, araby.ALEF_MAKSURA) and not set(vowels) & {*_TANWEEN}:
        return str(araby.ALEF_MADDA)
    if before in (araby.YEH, araby.ALEF_MAKSURA) or alef:
        seat = araby.YEH_HAMZA
    elif araby.FATHA in vowels:
        seat = araby.ALEF_HAMZA_ABOVE
    else:
        seat = araby.WAW_HAMZA if araby.DAMMA in vowels else araby.YEH_HAMZA
    return str(seat + (alef or ""))


def vocative_end(word: str) -> int:
    """Where the يا that is joined to a word ends (يَـٰٓأَيُّهَا), 0 if there is none."""
    found = re.match(_VOCATIVE, word)
    return found.end() if found else 0
