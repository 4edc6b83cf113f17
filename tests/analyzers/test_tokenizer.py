"""The tokenizer: what splits and what does not, the plain oracle, offsets, hostile input."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import SHARED, PlainToken, plain_tokens, plain_tokens_of_long, shared_texts

from analyzers import letters, tokenizer
from analyzers.normalizer import fold, plain_words, unmark
from analyzers.tokenizer import BatchArrays, TokenArrays, Tokenizer

SHARED_TOKENIZER = Tokenizer()


def as_list(tokens: TokenArrays | BatchArrays, known: Tokenizer) -> list[PlainToken]:
    return [
        (known.forms[form], start, end)
        for form, start, end in zip(
            tokens.form_ids.tolist(), tokens.starts.tolist(), tokens.ends.tolist(), strict=True
        )
    ]


def tokens(text: str, known: Tokenizer = SHARED_TOKENIZER) -> list[PlainToken]:
    return as_list(known.tokenize(text), known)


def forms(text: str) -> list[str]:
    return [form for form, _, _ in tokens(text)]


ONE_WORD = {
    "vowel marks": ("كِتَابٌ", "كتاب"),
    "shadda and vowel": ("مُدَرِّس", "مدرس"),
    "superscript alef": ("الرحمٰن", "الرحمن"),
    "quranic small high marks": ("قَالُوٓا۟ۖ", "قالوا"),
    "honorific sign": ("محمدؐ", "محمد"),
    "tatweel": ("كتـــاب", "كتاب"),
    "tatweel at the end": ("هـ", "ه"),
    "zero width joiner": ("هـ\u200d", "ه"),
    "zero width joiner inside": ("كت\u200dاب", "كتاب"),
    "zero width non-joiner": ("می\u200cخواهم", "میخواهم"),
    "decomposed hamza above": ("مسو\u0654ول", "مسؤول"),
    "decomposed hamza below": ("ا\u0655لى", "إلى"),
    "decomposed madda": ("ا\u0653ب", "آب"),
    "decomposed hamza after a vowel": ("سُو\u064f\u0654ال", "سؤال"),
    "hamza on tatweel": ("شَيۡـٔٗا", "شيئا"),
    "hamza on tatweel after a vowel": ("يَسۡـَٔلُونَكَ", "يسألونك"),
    "hamza on the second of two tatweels": ("الــٔاخرة", "الآخرة"),
    "soft hyphen": ("كت\u00adاب", "كتاب"),
    "left-to-right mark": ("كت\u200eاب", "كتاب"),
    "right-to-left mark": ("\u200fكتاب\u200f", "كتاب"),
    "embedding": ("\u202bكتاب\u202c", "كتاب"),
    "isolate": ("\u2067كتاب\u2069", "كتاب"),
    "arabic letter mark": ("كت\u061cاب", "كتاب"),
    "byte order mark": ("\ufeffكتاب", "كتاب"),
    "presentation forms": ("ﻛﺘﺎﺏ", "كتاب"),
    "ligature lam alef": ("ﺳﻼﻡ", "سلام"),
    "ligature allah": ("ﷲ", "الله"),
    "persian letters": ("پنجره", "پنجره"),
    "latin capitals": ("NATO", "nato"),
    "latin beside digits": ("B52", "b52"),
    "latin accents, decomposed": ("cafe\u0301", "café"),
    "astral letters": ("\U0001ee00", "ا"),
    "arabic digits": ("٢٠١٧", "2017"),
    "persian digits": ("۲۰۱۷", "2017"),
    "fullwidth digits": ("２０１７", "2017"),
    "decimal point": ("3.5", "3.5"),
    "arabic decimal point": ("٣٫٥", "3.5"),
    "thousands": ("12,500", "12500"),
    "arabic thousands": ("١٢٬٥٠٠", "12500"),
    "millions": ("1,250,000", "1250000"),
    "thousands and decimals": ("1,250.75", "1250.75"),
    "arabic thousands and decimals": ("١٬٢٥٠٫٧٥", "1250.75"),
    "mark before the end": ("كتابُ", "كتاب"),
    "arabic comma in thousands": ("1،500", "1500"),
    "letter and number": ("F-16", "f16"),
    "two letters and number": ("Su-35", "su35"),
    "letter, firm hyphen and number": ("F\u201116", "f16"),
    "letters drawn out": ("عاااااجل", "عاجل"),
    "letters drawn out with tatweel": ("جمييـــييل", "جميل"),
    "the sign of God with an alef": ("اﷲ", "الله"),
    "the sign of God behind ba": ("باﷲ", "بالله"),
    "the sign of God behind lam": ("لﷲ", "لله"),
    "servant of the sign of God": ("عبداﷲ", "عبدالله"),
    "ta marbuta at the end": ("مدرسةُ", "مدرسة"),
    "alef above": ("ٱلۡكِتَـٰبُ", "ٱلكتاب"),
    "alef above that is not written today": ("هَـٰذَا", "هذا"),
}
SEVERAL_WORDS = {
    "space": ("كتاب جديد", ["كتاب", "جديد"]),
    "no-break space": ("كتاب\u00a0جديد", ["كتاب", "جديد"]),
    "narrow no-break space": ("كتاب\u202fجديد", ["كتاب", "جديد"]),
    "line separator": ("كتاب\u2028جديد", ["كتاب", "جديد"]),
    "hyphen": ("عربي-إنجليزي", ["عربي", "إنجليزي"]),
    "en dash": ("عربي–إنجليزي", ["عربي", "إنجليزي"]),
    "maqaf of another script": ("عربي־إنجليزي", ["عربي", "إنجليزي"]),
    "underscore": ("حزب_الله", ["حزب", "الله"]),
    "hashtag": ("#اليوم_الوطني", ["اليوم", "الوطني"]),
    "mention": ("@someone", ["someone"]),
    "slash": ("تشرين/نوفمبر", ["تشرين", "نوفمبر"]),
    "guillemets": ("«داعش»", ["داعش"]),
    "quotation marks": ("“قال”", ["قال"]),
    "ornate brackets": ("﴿الحمد﴾", ["الحمد"]),
    "arabic question mark": ("قال؟نعم", ["قال", "نعم"]),
    "arabic comma": ("قال،نعم", ["قال", "نعم"]),
    "arabic semicolon": ("قال؛نعم", ["قال", "نعم"]),
    "arabic full stop": ("قال۔نعم", ["قال", "نعم"]),
    "arabic percent sign": ("٢٥٪", ["25"]),
    "end of ayah": ("العالمين\u06ddالرحمن", ["العالمين", "الرحمن"]),
    "end of ayah with its number": ("العالمين \u06dd٢ الرحمن", ["العالمين", "2", "الرحمن"]),
    "rub el hizb": ("العالمين\u06deالرحمن", ["العالمين", "الرحمن"]),
    "place of sajdah": ("يسجدون\u06e9ثم", ["يسجدون", "ثم"]),
    "arabic number sign": ("صفحة\u0600١٢", ["صفحة", "12"]),
    "phrase in one sign": ("محمد ﷺ نبي", ["محمد", "صلى", "الله", "عليه", "وسلم", "نبي"]),
    "phrase behind a word": ("اللهﷻ", ["الله", "جل", "جلاله"]),
    "phrases side by side": ("ﷻﷺ", ["جل", "جلاله", "صلى", "الله", "عليه", "وسلم"]),
    "basmala in one sign": ("﷽", ["بسم", "الله", "الرحمن", "الرحيم"]),
    "word behind ta marbuta": ("لعبةفليكي", ["لعبة", "فليكي"]),
    "vowelled word behind ta marbuta": ("مدينةٌجديدةٌ", ["مدينة", "جديدة"]),
    "joined vocative": ("يَـٰٓأَيُّهَا", ["يا", "أيها"]),
    "joined vocative behind waw": ("وَيَـٰقَوْمِ", ["ويا", "قوم"]),
    "emoji": ("قال 😀 نعم", ["قال", "😀", "نعم"]),
    "emoji side by side": ("😀😀❤️", ["😀", "😀", "❤"]),
    "emoji in a tone": ("👍🏽", ["👍"]),
    "emoji joined": ("👨\u200d👩", ["👨", "👩"]),
    "emoji behind a word": ("شكرا❤️", ["شكرا", "❤"]),
    "flags": ("🇸🇦🇪🇬", ["🇸🇦", "🇪🇬"]),
    "half a flag": ("🇸", ["🇸"]),
    "long name and number": ("COVID-19", ["covid", "19"]),
    "hyphen after a number": ("2017-F", ["2017", "f"]),
    "number, letter and number": ("1F-16", ["1f", "16"]),
    "arabic letters and number": ("إف-16", ["إف", "16"]),
    "web address": ("https://www.example.com", ["example", "com"]),
    "path of an address": (
        "http://example.com/news/egypt.html",
        ["example", "com", "news", "egypt"],
    ),
    "code in an address": ("https://t.co/aB3xY9z1", ["co"]),
    "query of an address": ("https://example.com/a?id=77&page=نفط#top", ["example", "com"]),
    "arabic path": (
        "https://ar.example.org/wiki/كتاب_قديم",
        ["ar", "example", "org", "wiki", "كتاب", "قديم"],
    ),
    "encoded path": ("https://example.org/wiki/%D9%83%D8%AA", ["example", "org", "wiki"]),
    "date in an address": (
        "https://example.org/2017/11/news",
        ["example", "org", "2017", "11", "news"],
    ),
    "number in an address": ("https://example.org/news/1234567", ["example", "org", "news"]),
    "address in brackets": ("(https://example.com/news)ثم", ["example", "com", "news", "ثم"]),
    "address without scheme": (
        "انظر www.example.com/news ثم",
        ["انظر", "example", "com", "news", "ثم"],
    ),
    "host with a port": ("https://example.com:8080/a", ["example", "com", "8080", "a"]),
    "one letter before a page": ("http://example.com/p/news", ["example", "com", "news"]),
    "slashes that are no address": ("و/أو 12/5", ["و", "أو", "12", "5"]),
    "alef above a flag": ("🇦ٰ🇦", ["🇦🇦"]),
    "article and number": ("الـ24", ["ال", "24"]),
    "arabic letter and digit": ("إم3", ["إم", "3"]),
    "arabic and latin": ("الـBBC", ["ال", "bbc"]),
    "full stop without space": ("انتهى.ثم", ["انتهى", "ثم"]),
    "date with points": ("28.11.2017", ["28", "11", "2017"]),
    "date with slashes": ("28/11/2017", ["28", "11", "2017"]),
    "version number": ("1.2.3", ["1", "2", "3"]),
    "no thousands": ("14,00", ["14", "00"]),
    "list of numbers": ("1,2,3", ["1", "2", "3"]),
    "point after a number": ("عام 2017.", ["عام", "2017"]),
    "point before a number": (".5", ["5"]),
    "time": ("10:30", ["10", "30"]),
    "parts of a host": ("example.com", ["example", "com"]),
    "apostrophe": ("can't", ["can", "t"]),
}
NO_WORD = {
    "nothing": "",
    "spaces": " \t\r\n\u00a0",
    "punctuation": "«؟» ، ؛ ... !",
    "marks alone": "\u064e \u0651 \u0640\u0640",
    "format characters alone": "\u200f\u200c\ufeff",
    "hamza above alone": "\u0654",
    "bullets": "✓ ★ ❖ ➢",
    "how an emoji is shown": "\ufe0f",
    "replacement character": "\ufffd",
}


@pytest.mark.parametrize(("word", "form"), ONE_WORD.values(), ids=ONE_WORD)
def test_one_word(word: str, form: str) -> None:
    assert forms(word) == [form]
    assert forms(f"قال {word} نعم") == ["قال", form, "نعم"]


@pytest.mark.parametrize(("text", "words"), SEVERAL_WORDS.values(), ids=SEVERAL_WORDS)
def test_several_words(text: str, words: list[str]) -> None:
    assert forms(text) == words


@pytest.mark.parametrize("text", NO_WORD.values(), ids=NO_WORD)
def test_no_word(text: str) -> None:
    assert forms(text) == []


SAME_NUMBER = {
    "thousands": "1,500 1500 ١٬٥٠٠ ١٥٠٠ 1.500 1٬500 ١٫٥٠٠ ۱۵۰۰ 1،500",
    "thousands or three decimals": "9.125 ٩٫١٢٥ 9,125 9125",
    "millions": "1,250,000 1250000 ١٬٢٥٠٬٠٠٠",
    "decimals": "1250.75 1,250.75 ١٬٢٥٠٫٧٥",
    "aeroplane": "F-16 F16 f16 F-١٦",
}


@pytest.mark.parametrize("text", SAME_NUMBER.values(), ids=SAME_NUMBER)
def test_one_number_in_many_spellings(text: str) -> None:
    assert len({fold(form) for form in forms(text)}) == 1
    assert len(forms(text)) == len(text.split())


WRITTEN = {
    "final vowel": ("قرأ كِتَابًا.", "كِتَابًا"),
    "final tatweel": ("عام 1438هـ.", "هـ"),
    "quranic mark at the end": ("قَالُوا۟ۖ ثم", "قَالُوا۟ۖ"),
    "invisible character inside": ("قال كت\u200dاب", "كت\u200dاب"),
    "bidi controls stay outside": ("قال \u202bكتاب\u202c", "كتاب"),
    "no mark of a word before": ("قال\u064e كتاب", "كتاب"),
    "number": ("نحو 12,500 كتاب", "12,500"),
    "no full stop": ("عام 3.5. ثم", "3.5"),
    "hamza on tatweel": ("لم يكن شَيۡـٔٗا مذكورا", "شَيۡـٔٗا"),
    "after astral characters": ("😀😀 كتاب", "كتاب"),
}


@pytest.mark.parametrize(("text", "word"), WRITTEN.values(), ids=WRITTEN)
def test_offsets_slice_the_written_word(text: str, word: str) -> None:
    assert word in [text[start:end] for _, start, end in tokens(text)]


ALPHABET = st.one_of(
    st.sampled_from("ابتثجحخدذرزسشصضطظعغفقكلمنهويءأإآٱؤئىة"),
    st.sampled_from(sorted(letters.MARKS)),
    st.sampled_from("\u0640\u0640\u0653\u0654\u0655\u0670"),
    st.sampled_from("\u200b\u200c\u200d\u200e\u200f\u00ad\u202b\u202c\u2067\u2069\ufeff\u061c"),
    st.sampled_from("0123456789٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"),
    st.sampled_from(".,٫٬.,٫٬"),
    st.sampled_from("abcXYZéßİſ\u0301"),
    st.sampled_from("ﻛﺘﺎﺏﻻﷲﷺﹷﹰﱠ﴿﴾پچگکیہھ"),
    st.sampled_from("\U0001ee00\U0001d7ce😀\U00010330\ud800"),
    st.sampled_from(" \t\n\r\u00a0\u2028"),
    st.sampled_from("«»؟،؛-_#@/()*+^~:\"'\u06dd\u06de\u06e9\u0600\ufffd"),
    st.characters(),
)
ADDRESSES = st.lists(
    st.sampled_from(
        ["https://", "www.", "t.co", "/", "aB3x", "نفط", "?", "%D9", " ", ".", "-", "F-16", "x"]
    ),
    max_size=10,
).map("".join)
SIGNS = st.text("ةبتيٰ\u064e\u0653ـٔوا😀❤\ufe0f🇸🇦ﷺﷻ 🏽Ff-16", max_size=16)
TEXTS = st.lists(ALPHABET, max_size=60).map("".join)
NUMBERS = st.text("012٣٤.,٫٬ ا", max_size=24)
UTHMANI = st.text("اسلي\u0640\u0654\u064e\u0652\u200d 3", max_size=16)


@given(TEXTS | NUMBERS | UTHMANI | ADDRESSES | SIGNS)
@settings(max_examples=400)
def test_equals_the_plain_oracle(text: str) -> None:
    assert tokens(text) == plain_tokens(text)


@given(TEXTS | UTHMANI | SIGNS)
def test_offsets_slice_the_text_back(text: str) -> None:
    """The forms in a place are its slice; in numbers and names separators are dropped."""
    end_before = 0
    for (start, end), found in groupby(tokens(text), key=lambda token: token[1:]):
        assert end_before <= start < end <= len(text)
        written, forms = text[start:end], [form for form, *_ in found]
        if written in letters.PHRASES:
            assert forms == letters.PHRASES[written].split()
        elif not set(written) & {*letters.THOUSANDS_SEPARATORS, "-", "\u2011"}:
            assert unmark(written) == "".join(forms)
        end_before = end


@given(st.lists(TEXTS, max_size=6))
def test_batch_is_one_by_one(texts: list[str]) -> None:
    batch = SHARED_TOKENIZER.tokenize_batch(texts)
    together = as_list(batch, SHARED_TOKENIZER)
    bounds = batch.bounds.tolist()
    assert len(bounds) == len(texts) + 1
    assert [together[a:b] for a, b in pairwise(bounds)] == [tokens(text) for text in texts]


@given(st.lists(TEXTS, max_size=6), st.integers(1, 12))
@settings(max_examples=60)
def test_cutting_into_chunks_changes_nothing(texts: list[str], chunk_chars: int) -> None:
    expected = [plain_tokens(text) for text in texts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokenizer, "CHUNK_CHARS", chunk_chars)
        batch = SHARED_TOKENIZER.tokenize_batch(texts)
    assert as_list(batch, SHARED_TOKENIZER) == [token for text in expected for token in text]


def test_long_texts_are_cut_and_join_again() -> None:
    piece = "كِتَابٌ 12,500 NATO «داعش» شَيۡـٔٗا\n"
    count = 3 * tokenizer.CHUNK_CHARS // len(piece)
    found = Tokenizer().tokenize(piece * count)
    once = plain_tokens(piece)
    starts = np.array([start for _, start, _ in once])
    expected = (np.arange(count)[:, None] * len(piece) + starts).ravel()
    assert np.array_equal(found.starts, expected)
    assert np.array_equal(
        found.form_ids.reshape(count, -1)[0], found.form_ids.reshape(count, -1)[-1]
    )


def test_an_endless_word_is_one_word() -> None:
    text = "ب" * (3 * tokenizer.CHUNK_CHARS)
    assert [(start, end) for _, start, end in tokens(text, Tokenizer())] == [(0, len(text))]


def test_a_letter_with_many_marks_is_one_word() -> None:
    text = "ب" + "َ" * 100 + "ت" + "ّ" * 50 + " ث"
    assert [(start, end) for _, start, end in tokens(text, Tokenizer())] == [(0, 152), (153, 154)]


def test_empty_batch() -> None:
    batch = Tokenizer().tokenize_batch([])
    assert (batch.bounds.tolist(), len(batch.form_ids)) == ([0], 0)


WORDS = st.lists(
    st.text("ابتabc12\u064e", min_size=1, max_size=4)
    | st.text("ابa𐤀\U00010901", min_size=1, max_size=40),
    max_size=40,
)


def colliding(kind: str) -> Tokenizer:
    """A tokenizer whose hash tells few words apart, or none."""
    known = Tokenizer(seed=7)
    kept = {"all": 0, "four letters": 1, "random": 4}[kind]
    known._spellings._multipliers[kept:] = 0
    return known


@pytest.mark.parametrize("kind", ["all", "four letters", "random"])
@given(words=WORDS)
@settings(max_examples=60)
def test_colliding_hashes_give_the_right_forms(kind: str, words: list[str]) -> None:
    known = colliding(kind)
    for text in (" ".join(words), " ".join(reversed(words))):
        assert tokens(text, known) == plain_tokens(text)
    assert len(set(known.forms)) == len(known.forms)


def test_vocabulary_grows_beyond_its_first_table() -> None:
    words = [f"كلمة{i} w{i}" for i in range(60_000)]
    known = Tokenizer()
    first = known.tokenize(" ".join(words))
    again = known.tokenize(" ".join(words))
    assert np.array_equal(first.form_ids, again.form_ids)
    assert [known.forms[i] for i in first.form_ids[-3:].tolist()] == ["كلمة", "59999", "w59999"]


def test_spellings_of_one_form_share_its_number() -> None:
    found = Tokenizer().tokenize("كتاب كِتَاب كتـاب ﻛﺘﺎﺏ")
    assert found.form_ids.tolist() == [0, 0, 0, 0]


def test_threads_do_not_share_a_tokenizer() -> None:
    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(tokenizer.shared_tokenizer).result()
    assert other is not tokenizer.shared_tokenizer()
    assert tokenizer.shared_tokenizer() is tokenizer.shared_tokenizer()


SHARED_TEXTS = {
    "collections/arcd/docs.jsonl.gz": None,
    "collections/xquad_ar/docs.jsonl.gz": None,
    "collections/quranqa/docs.jsonl.gz": None,
    "collections/najiz_faq/docs.jsonl.gz": None,
    "collections/nsurl_q2q/docs.jsonl.gz": None,
    "collections/saudinews/docs.jsonl.gz": 2000,
    "corpora/diacritized_classical.jsonl.gz": 2000,
}


@pytest.mark.parametrize("name", SHARED_TEXTS)
def test_equals_the_oracle_on_real_texts(name: str) -> None:
    if not (SHARED / name).exists():
        pytest.skip("the shared texts are not here")
    texts = list(shared_texts(name, SHARED_TEXTS[name]))
    known = Tokenizer()
    batch = known.tokenize_batch(texts)
    found, bounds = as_list(batch, known), batch.bounds.tolist()
    for i, text in enumerate(texts):
        assert found[bounds[i] : bounds[i + 1]] == plain_tokens_of_long(text)


def test_equals_the_oracle_on_the_scraped_pages() -> None:
    pages = sorted((SHARED / "seeds").glob("*.txt"))
    if not pages:
        pytest.skip("the shared texts are not here")
    for page in pages:
        text = page.read_text("utf-8")
        assert tokens(text) == plain_tokens(text)


@given(st.text("اابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأؤإئ  \u0640\u064e\u063b1a", max_size=24))
def test_plain_words_are_the_tokens(text: str) -> None:
    tokenizer = Tokenizer()
    tokens = tokenizer.tokenize(text)
    forms = [tokenizer.forms[form] for form in tokens.form_ids.tolist()]
    found = list(zip(forms, tokens.starts.tolist(), tokens.ends.tolist(), strict=True))
    plain = plain_words(text)
    assert plain in (None, found)
    if any(char in "\u0640\u064e\u063b1a" for char in text):
        assert plain is None
