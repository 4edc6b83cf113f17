"""Forms u and f: one spelling for one word, and words that stay apart."""

import tracemalloc
from itertools import product
from unicodedata import combining

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analyzers.normalizer import _stream_safe, fold, unmark

ARABIC_TEXT = st.text(
    st.characters(min_codepoint=0x600, max_codepoint=0x6FF)
    | st.characters(min_codepoint=0xFB50, max_codepoint=0xFEFF)
    | st.sampled_from("\u0640\u0653\u0654\u0655\u0670\u200c\u200d\u00ad\ufeffءأإآٱؤئيىةهوا")
)

UNMARKED = {
    "vowels": ("كِتَابٌ", "كتاب"),
    "shadda": ("مُدرِّسة", "مدرسة"),
    "tatweel": ("كتـــاب", "كتاب"),
    "superscript alef": ("الرحمٰن", "الرحمن"),
    "quranic small signs": ("قَالُوٓا۟ۖ", "قالوا"),
    "small waw": ("لَهُۥ", "له"),
    "decomposed hamza": ("مسو\u0654ول", "مسؤول"),
    "decomposed madda": ("ا\u0653ب", "آب"),
    "decomposed hamza below": ("ا\u0655لى", "إلى"),
    "hamza on tatweel": ("شَيۡـٔٗا", "شيئا"),
    "presentation forms": ("ﻛﺘﺎﺏ", "كتاب"),
    "ligature lam alef": ("ﻻ", "لا"),
    "ligature allah": ("ﷲ", "الله"),
    "arabic digits": ("٢٠١٧", "2017"),
    "persian digits": ("۲۰۱۷", "2017"),
    "latin capitals": ("NATO", "nato"),
    "zero width non-joiner": ("می\u200cخواهم", "میخواهم"),
    "bidi controls": ("\u202bكتاب\u202c", "كتاب"),
    "byte order mark": ("\ufeffكتاب", "كتاب"),
    "soft hyphen": ("كت\u00adاب", "كتاب"),
}


@pytest.mark.parametrize(("word", "unmarked"), UNMARKED.values(), ids=UNMARKED)
def test_unmark(word: str, unmarked: str) -> None:
    assert unmark(word) == unmarked


MEET = {
    "hamza above alef": ("أحمد", "احمد"),
    "hamza below alef": ("إسلام", "اسلام"),
    "madda": ("آسيا", "اسيا"),
    "wasla": ("ٱلكتاب", "الكتاب"),
    "alef maksura": ("مستشفى", "مستشفي"),
    "ta marbuta": ("مدرسة", "مدرسه"),
    "hamza seats before waw": ("مسؤول", "مسئول"),
    "hamza seats before waw, bare": ("شؤون", "شءون"),
    "hamza seats of a plural verb": ("يقرأون", "يقرؤون"),
    "final hamza after ya": ("شيء", "شئ"),
    "final hamza after ya, twice": ("سيئ", "سيء"),
    "final hamza": ("وفاء", "وفا"),
    "numeral": ("مئة", "مائة"),
    "numeral with article": ("المئة", "المائة"),
    "numeral with proclitics": ("بالمئة", "بالمائة"),
    "numeral compound": ("ثلاثمئة", "ثلاثمائة"),
    "numeral dual": ("مئتان", "مائتان"),
    "persian kaf and ya": ("کتابی", "كتابي"),
    "urdu heh": ("مدرسہ", "مدرسه"),
    "peh": ("پاريس", "باريس"),
    "veh": ("ڤيتامين", "فيتامين"),
    "quranic madda": ("ءامنوا", "آمنوا"),
}
STAY_APART = {
    "ruus": ("رؤوس", "روس"),
    "water": ("ماء", "ما"),
    "the water": ("الماء", "الما"),
    "illness": ("داء", "دا"),
    "part": ("جزء", "جز"),
    "hamza is not ayn": ("سؤال", "سعال"),
    "no numeral": ("مائدة", "ميدة"),
}


@pytest.mark.parametrize(("one", "other"), MEET.values(), ids=MEET)
def test_spellings_meet(one: str, other: str) -> None:
    assert fold(unmark(one)) == fold(unmark(other))


@pytest.mark.parametrize(("one", "other"), STAY_APART.values(), ids=STAY_APART)
def test_words_stay_apart(one: str, other: str) -> None:
    assert fold(unmark(one)) != fold(unmark(other))


@given(st.text() | ARABIC_TEXT)
def test_unmark_is_idempotent(text: str) -> None:
    assert unmark(unmark(text)) == unmark(text)


@given(st.text() | ARABIC_TEXT)
@example("\u0300ۆ")  # an accent that stands on nothing
def test_fold_is_idempotent(text: str) -> None:
    folded = fold(unmark(text))
    assert fold(folded) == folded


@pytest.mark.parametrize("length", [2, 3, 4])
def test_fold_is_idempotent_for_hamzas_in_a_row(length: int) -> None:
    for letters in product("اءئؤأآبيو", repeat=length):
        folded = fold("".join(letters))
        assert fold(folded) == folded, letters


@given(st.text(alphabet="\u064e\u0323a\u0301\u05b0ض\u0e38", max_size=120))
def test_no_letter_keeps_more_than_thirty_signs(word: str) -> None:
    kept, run = "", 0
    for char in word:
        run = run + 1 if combining(char) else 0
        kept += char * (run <= 30)
    assert _stream_safe(word) == kept


@pytest.mark.parametrize("word", ["ض" * 1_000_000, "ضط" * 500_000, "ب" + "\u0323" * 1_000_000])
def test_a_gigantic_word_takes_a_few_times_its_own_memory(word: str) -> None:
    tracemalloc.start()
    try:
        unmark(word)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20 * len(word)
