"""Remove differences of writing habit from a word: form `u` (unmark) and form `f` (fold).

`unmark` removes what is not a letter of the word: vowel marks, Quranic signs, tatweel, invisible
characters, presentation forms, other digit systems, capitals. `fold` goes on to letters that
writers exchange: hamza seats, final ya and ta marbuta, Persian keys, the numeral mi'a. Affixes are
not a matter of spelling: they belong to the stemmer. Both functions are idempotent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from pyarabic import araby_const as araby

from analyzers.late import late
from analyzers.letters import (
    ALLAH,
    DECIMAL_SEPARATORS,
    DECOMPOSED_HAMZA,
    EMOJI_MODIFIERS,
    MARKS,
    NUMBER_SIGNS,
    char_mapping,
)
from analyzers.uthmani import modern

PLAIN_RANGES = ((araby.HAMZA, araby.GHAIN), (araby.FEH, araby.YEH), ("a", "z"), ("0", "9"))
"""Bounds of a range of characters: `unmark` leaves a word of nothing else alone."""

_PLAIN = re.compile(f"[{''.join(f'{first}-{last}' for first, last in PLAIN_RANGES)}]*").fullmatch

_COMPATIBILITY_BLOCKS = (
    (0xFB00, 0xFB06),  # Latin ligatures
    (0xFB50, 0xFDFF),  # Arabic presentation forms A
    (0xFE70, 0xFEFE),  # Arabic presentation forms B
    (0xFF10, 0xFF5A),  # fullwidth digits and Latin letters
    (0x1EE00, 0x1EEFF),  # Arabic mathematical letters
)


class _UnmarkTable(dict[int, str]):
    """What `str.translate` substitutes for a character; computed when it is first met."""

    def __missing__(self, code: int) -> str:
        value = self[code] = _unmarked_char(chr(code))
        return value


def _unmarked_char(char: str) -> str:
    """What a character becomes in an unmarked form; empty for marks."""
    code = ord(char)
    if char == ALLAH:
        return char  # what it is depends on what stands before it
    if any(first <= code <= last for first, last in _COMPATIBILITY_BLOCKS):
        resolved = unicodedata.normalize("NFKC", char)
        letters = "".join(c for c in resolved if c not in MARKS)
        # A whole phrase in one sign (U+FDFA) stays a sign; a mark shown on a space goes.
        return char if " " in letters.strip() else letters.strip().lower()
    if char in MARKS or char in EMOJI_MODIFIERS:
        return ""
    if char in DECIMAL_SEPARATORS:
        return "."
    if unicodedata.category(char) == "Cf" and char not in NUMBER_SIGNS:
        return ""
    mapped = char_mapping(char)
    return mapped if mapped != char else char.lower()


_LETTERS = f"{araby.HAMZA}-{araby.GHAIN}{araby.FEH}-{araby.YEH}"
_REPEATED = late(f"(?!^تتت(?!ت))([{araby.HAMZA}-{araby.GHAIN}{araby.FEH}-{araby.YEH}])\\1\\1++")
"""Three or more equal letters that stand for one; but تتتبع is a verb."""

_ALLAH = late("ا{2,}لله(?=م?$)")
_is_written_long = re.compile(f"{_REPEATED.pattern}|{_ALLAH.pattern}").search

_UNMARK = _UnmarkTable()
_DROP_DECOMPOSED = str.maketrans("", "", DECOMPOSED_HAMZA)


_PLAIN_TEXT = late(f"[ {_LETTERS}]*")
_NEEDS_TOKENIZER = late(
    f"([{_LETTERS}])\\1\\1|{araby.ALEF}{araby.ALEF}|{araby.TEH_MARBUTA}(?=[{_LETTERS}])"
)
_PLAIN_WORDS = late(f"[{_LETTERS}]+")


def plain_words(text: str) -> list[tuple[str, int, int]] | None:
    """(word, start, end) in a text of plain letters and spaces, whose words are their own form `u`.

    None if there is anything else, which needs the tokenizer.
    """
    if not _PLAIN_TEXT.fullmatch(text) or _NEEDS_TOKENIZER.search(text):
        return None
    return [(match.group(), *match.span()) for match in _PLAIN_WORDS.finditer(text)]


def unmark(word: str) -> str:
    """Form `u` of a written word; empty if the word is nothing but marks."""
    if _PLAIN(word) and not _is_written_long(word):
        return word
    while (unmarked := _unmark_once(word)) != word:
        word = unmarked
    return word


def _unmark_once(word: str) -> str:
    word = modern(word).translate(_UNMARK)
    if ALLAH in word:
        word = word.replace(araby.LAM + ALLAH, "لله").replace(ALLAH, "الله")
    if len(word) > _MOST_COMBINING:
        word = _stream_safe(word)
    word = unicodedata.normalize("NFC", word).translate(_DROP_DECOMPOSED)
    return _shortened(word) if _is_written_long(word) else word


def _shortened(word: str) -> str:
    """The word without letters that were drawn out (عاااجل) or repeated before the sign ﷲ (اﷲ)."""
    return _REPEATED.sub(r"\1", _ALLAH.sub("الله", word))


_MOST_COMBINING = 30


def _stream_safe(word: str) -> str:
    """A word without any signs after the thirtieth on one letter.

    Normalization sorts the signs of a letter in quadratic time. No language has more: the limit is
    that of Unicode's Stream-Safe Text Format (UAX #15).
    """
    kept = []
    start = run = 0
    for place, char in enumerate(word):
        run = run + 1 if unicodedata.combining(char) else 0
        if run > _MOST_COMBINING:
            if start < place:
                kept.append(word[start:place])
            start = place + 1
    return "".join([*kept, word[start:]])


_ALEFS = araby.ALEF_MADDA + araby.ALEF_HAMZA_ABOVE + araby.ALEF_HAMZA_BELOW + araby.ALEF_WASLA
OTHER_ALPHABETS = {
    "ک": araby.KAF, "ڪ": araby.KAF, "ګ": araby.KAF, "گ": araby.KAF, "ڭ": araby.KAF,
    "ی": araby.YEH, "ې": araby.YEH, "ۍ": araby.YEH, "ێ": araby.YEH, "ے": araby.YEH,
    "ۓ": araby.YEH, "ۑ": araby.YEH, "ٸ": araby.YEH,
    "ہ": araby.HEH, "ھ": araby.HEH, "ە": araby.HEH, "ۀ": araby.HEH, "ۂ": araby.HEH,
    "ۃ": araby.HEH, "ۿ": araby.HEH,
    "پ": araby.BEH, "چ": araby.JEEM, "ژ": araby.ZAIN, "ڤ": araby.FEH, "ڥ": araby.FEH,
    "ڢ": araby.FEH, "ڨ": araby.QAF, "ڧ": araby.QAF, "ٹ": araby.TEH, "ټ": araby.TEH,
    "ڈ": araby.DAL, "ډ": araby.DAL, "ڑ": araby.REH, "ړ": araby.REH, "ڕ": araby.REH,
    "ں": araby.NOON, "ڼ": araby.NOON, "ڵ": araby.LAM, "ښ": araby.SHEEN,
    "ۆ": araby.WAW, "ۇ": araby.WAW, "ۈ": araby.WAW, "ۋ": araby.WAW, "ۉ": araby.WAW,
    "ٶ": araby.WAW, "ٷ": araby.WAW, "ٲ": araby.ALEF, "ٳ": araby.ALEF, "ٵ": araby.ALEF,
}  # fmt: skip
"""Letters of Persian, Urdu, Kurdish, Pashto and Maghrebi keyboards, each with its Arabic one."""

FOLD_LETTERS = str.maketrans(
    {
        **OTHER_ALPHABETS,
        **dict.fromkeys(_ALEFS, araby.ALEF),
        araby.ALEF_MAKSURA: araby.YEH,
        araby.TEH_MARBUTA: araby.HEH,
    }
)
FOLD_SEATS = str.maketrans({araby.WAW_HAMZA: araby.WAW, araby.YEH_HAMZA: araby.YEH})

SEATS = araby.HAMZA + araby.WAW_HAMZA + araby.YEH_HAMZA
_TWO_HAMZAS = late(f"[{SEATS}]{{2}}")
_ALEF_HAMZA = araby.ALEF_HAMZA_ABOVE
WAW_ENDINGS = (araby.WAW + araby.NOON, araby.WAW + araby.ALEF)
YEH_HAMZA_ENDINGS = (araby.YEH + araby.HAMZA, araby.YEH + araby.YEH_HAMZA)
_BEFORE_SEAT = araby.MEEM + araby.YEH + araby.TEH + araby.NOON
QURANIC_MADDA = araby.HAMZA + araby.ALEF
_REH_ALEF = araby.REH + araby.ALEF
_MADDA_AFTER_REH = late(f"{araby.REH}{QURANIC_MADDA}(?=.)")
"""قرءان and رءاه, today قرآن and رآه; امرءا keeps its hamza before tanween."""

_FIRST = f"(?:[{araby.WAW}{araby.FEH}]?(?:[بك]?ال|لل|[بلك])?)"
_SEATLESS = tuple(
    (late(pattern), seated)
    for pattern, seated in (
        (f"^({_FIRST}ر)ء(?=ي[اة])", r"\1ؤ"),  # رءية, رءيا
        (f"^({_FIRST}مس)ء(?=ل[ةت])", r"\1أ"),  # مسءلة
        (f"^({_FIRST}[فرم])ء(?=ة$)", r"\1ئ"),  # فءة
        ("(ا[^اويىء])ء(?=ة$)", r"\1ئ"),  # دافءة
        (f"^({_FIRST}[^اأإآويىء]{{2}})ء(?=ة$)", r"\1أ"),  # نشءة
        ("(.)ء(?=[يى](?!ن$))", r"\1ئ"),  # رءيس, جزءي
    )
)
"""A hamza that was written without the seat that its place gives it, and the seat."""

_ARTICLE_OR_CONJUNCTION = late(f"[{araby.WAW}{araby.FEH}]?(?:{araby.ALEF}{araby.LAM})?")
ARTICLES = tuple(
    conjunction + article
    for conjunction in (araby.WAW, araby.FEH, "")
    for article in ("بال", "كال", "لل", "ال")
)
_ARTICLE = late("|".join(ARTICLES))
MIN_LETTERS_BEFORE_HAMZA = 3

HAMZA_ALEFS = araby.ALEF_MADDA + araby.ALEF_HAMZA_ABOVE + araby.ALEF_HAMZA_BELOW
_NO_ARTICLE = late(
    f"((?:[{araby.WAW}{araby.FEH}]?(?:[بك]?ال|لل|[بلك])?)?)"
    f"[{HAMZA_ALEFS}](?=ل(?:غاز|هام|حاد|ام|غاء|غائ|غاؤ|ياس))"
)
"""A hamza that keeps a word from being read as one with the article: ألغاز, not الغاز; likewise
إلهام, إلحاد, آلام, إلغاء, إلياس. It is kept as ء. Other such words are not known to be ambiguous:
ألعاب may lose it."""

_MIA = {
    "مايه": "ميه", "مايتان": "ميتان", "مايتين": "ميتين", "مايتي": "ميتي", "مايات": "ميات",
    "ثلاثمايه": "ثلاثميه", "اربعمايه": "اربعميه", "خمسمايه": "خمسميه", "ستمايه": "ستميه",
    "سبعمايه": "سبعميه", "ثمانمايه": "ثمانميه", "ثمانيمايه": "ثمانميه", "ثمنمايه": "ثمانميه",
    "تسعمايه": "تسعميه", "ثلثمايه": "ثلاثميه", "ثلثميه": "ثلاثميه", "ثمانيميه": "ثمانميه",
    "مايوي": "ميوي", "مايويه": "ميويه", "ماءوي": "ميوي", "ماءويه": "ميويه",
    "مءوي": "ميوي", "مءويه": "ميويه",
}  # fmt: skip
"""The hundreds: one word in two spellings, مئة and مائة. A closed list, so nothing else changes."""

_PROCLITICS = ("", "و", "ف", "ب", "ل", "ك", "ال", "وال", "فال", "بال", "كال", "لل",
                          "وب", "ول", "وبال", "ولل")  # fmt: skip
NUMERALS = {
    proclitic + spelling: proclitic + folded
    for proclitic in _PROCLITICS
    for spelling, folded in _MIA.items()
}

_OLD_SPELLINGS = {
    "سموات": "سماوات", "صلوه": "صلاه", "زكوه": "زكاه", "حيوه": "حياه", "مشكوه": "مشكاه",
    "اسحق": "اسحاق", "ابرهيم": "ابراهيم", "ابراهم": "ابراهيم", "اسمعيل": "اسماعيل",
    "هرون": "هارون", "سليمن": "سليمان", "لقمن": "لقمان", "اسراءيل": "اسراييل",
    "لءل": "لولو", "مسيله": "مساله", "جزاين": "جزءين", "عباين": "عبءين",
    "جبراءيل": "جبراييل", "ملءكه": "ملايكه", "ملءيكه": "ملايكه",
}  # fmt: skip
_NIGHT = ("ال", "وال", "فال", "بال", "كال")
"""The Quran writes الليل, the night, with one ل."""

CLOSED_LIST = {
    **NUMERALS,
    **{
        proclitic + spelling: proclitic + folded
        for proclitic in _PROCLITICS
        for spelling, folded in _OLD_SPELLINGS.items()
    },
    **{article + "يل": article + "ليل" for article in _NIGHT},
}
"""Whole words that have two spellings, folded: one spelling to the other."""

TO_BARE = str.maketrans(dict.fromkeys("ءأإآٱاؤوئىيةه"))
"""Removes what folding and stemming may change or drop at the edges of a word: words that differ
without these letters cannot be one. So the words of a list are told apart before any is folded."""

_FIRST_ARABIC, _LAST_ARABIC = "\u0600", "\u08ff"
_TWO_ALEFS = araby.ALEF + araby.ALEF
_GROUPED = late(r"[1-9]\d{0,2}\.\d{3}")
"""A point before three digits may separate thousands as well as decimals."""

_ACCENTS = late("[\u02b9-\u02bf\u0300-\u036f]+")
_LATIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


def fold(unmarked: str) -> str:
    """Form `f` of an unmarked word: one spelling for letters that writers exchange."""
    if unmarked.isascii():
        return unmarked.replace(".", "") if _GROUPED.fullmatch(unmarked) else unmarked
    if not _FIRST_ARABIC <= unmarked[0] <= _LAST_ARABIC:
        return _fold_latin(unmarked)
    if _ALEF_HAMZA in unmarked and unmarked.endswith(WAW_ENDINGS):
        unmarked = _alef_hamza_before_ending(unmarked)
    if "أل" in unmarked or "إل" in unmarked or "آل" in unmarked:
        unmarked = _with_kept_hamza(unmarked)
    if araby.HAMZA in unmarked[1:-1]:
        unmarked = _with_seats(unmarked)
    folded = unmarked.translate(FOLD_LETTERS)
    for seat in SEATS:
        if seat in folded:
            folded = _fold_hamza(folded)
            if _TWO_HAMZAS.search(unmarked) and folded != unmarked:
                return fold(folded)  # what is left of two may have another place
            break
    if folded.startswith(_TWO_ALEFS):
        folded = araby.ALEF + folded.lstrip(araby.ALEF)  # أأمنتم
    return CLOSED_LIST.get(folded, folded)


def _fold_latin(word: str) -> str:
    """The letters of a Latin word without accents and signs of transliteration (Qurʾān, café)."""
    letters = unicodedata.normalize("NFD", word.translate(_LATIN))
    found = unicodedata.normalize("NFC", _ACCENTS.sub("", letters)) or word
    return fold(found) if found != word and _FIRST_ARABIC <= found[0] <= _LAST_ARABIC else found


def _with_kept_hamza(word: str) -> str:
    """The word with ء for an initial hamza that no article has."""
    found = _NO_ARTICLE.match(word)
    return found[1] + araby.HAMZA + word[found.end() :] if found else word


def _with_seats(word: str) -> str:
    """The word, each hamza inside it on the seat that its place gives it, where only one fits."""
    for find, seated in _SEATLESS:
        word = find.sub(seated, word)
    return word


def _alef_hamza_before_ending(word: str) -> str:
    """Hamza for alef hamza before a verb's waw, where يقرأون, يقرؤون and يقرءون are one word."""
    stem = word[:-2]
    return stem[:-1] + araby.HAMZA + word[-2:] if stem[2:].endswith(_ALEF_HAMZA) else word


def _fold_hamza(word: str) -> str:
    """Hamza by its place: kept before waw, dropped at the end of a long word, else its seat."""
    if QURANIC_MADDA in word:
        word = _fold_quranic_madda(word)
    if araby.HAMZA in word[1:-1]:
        word = _seated_inside(word)
    for seat in SEATS:
        word = word.replace(seat + araby.WAW, araby.HAMZA + araby.WAW)
    if word.endswith(YEH_HAMZA_ENDINGS):
        word = word[:-1]
    if word.endswith(araby.HAMZA) and _letters_before_hamza(word) >= MIN_LETTERS_BEFORE_HAMZA:
        word = word[:-1]
    return word.translate(FOLD_SEATS)


def _seated_inside(word: str) -> str:
    """Hamza on the seat that it has inside a word: on ي behind ي (مليءة), on و in مؤصدة, يؤمن."""
    if word[1] == araby.HAMZA and word[0] in _BEFORE_SEAT and word[2] not in araby.ALEF + araby.WAW:
        word = word[0] + araby.WAW_HAMZA + word[2:]
    word = _MADDA_AFTER_REH.sub(_REH_ALEF, word)
    return word[:-1].replace(araby.YEH + araby.HAMZA, araby.YEH + araby.YEH_HAMZA) + word[-1]


def _fold_quranic_madda(word: str) -> str:
    """Alef for the ءا that the Quran's spelling has for آ at the beginning of a word."""
    start = _beginning(_ARTICLE_OR_CONJUNCTION.match, word)
    return word[:start] + word[start + 1 :] if word.startswith(QURANIC_MADDA, start) else word


def _letters_before_hamza(word: str) -> int:
    """Number of letters before the final hamza; the article, which does not count, is left out."""
    return len(word) - 1 - _beginning(_ARTICLE.match, word)


def _beginning(match: Callable[[str], re.Match[str] | None], word: str) -> int:
    found = match(word)
    return found.end() if found else 0
