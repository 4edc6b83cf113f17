"""Bytes to text: a table of encodings as they are met, and of bytes that are no text."""

from __future__ import annotations

import codecs
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ExtractError
from indexer.extract.charsets import decode, detect
from indexer.extract.plausible import surprise

NEWS = (
    "عاد القطار الجبلي إلى العمل صباح اليوم بعد توقف دام ثلاثة أشهر، وقال مدير المحطة إن الرحلات "
    "ستنطلق كل ساعتين. وأضاف أن أسعار التذاكر لن تتغير حتى نهاية الموسم؛ فهل يعود الزوار؟\r\n"
)
LETTER = "السلام عليكم ورحمة الله"
HEADLINE = "افتتاح معرض الكتاب في العاصمة"
VERSE = "يَا دَارُ مَا فَعَلَتْ بِكِ الأَيَّامُ وَمَنْ سَكَنُوا"
DIGITS = "العدد 1234 / 2023-11-05: المجموع 55% من 12.5"
MIXED = "قال John Smith في تقرير Reuters إن النمو بلغ 3.5% هذا العام"
FRENCH = (
    "Le président a été reçu à Genève; l'été sera très chaud. وقال الرئيس إن المحادثات كانت مثمرة"
)
FRENCH_MOSTLY = (
    "Voilà une très belle journée d'été à la forêt, où l'élève a été très étonné: مرحبا بكم"
)
PERSIAN = "سلام، حال شما چطور است؟ پژوهش تازه دربارهٔ گل و چای"
ONE_LINE = "كلمة واحدة طويلة بلا نهاية " * 3000
LATE = "An English preface without any other letter. " * 3000 + NEWS

ARABIC = {
    "news": NEWS,
    "letter": LETTER,
    "headline": HEADLINE,
    "verse-with-marks": VERSE,
    "digits": DIGITS,
    "with-latin": MIXED,
    "one-line": ONE_LINE,
    "long": NEWS * 500,
    "late": LATE,
}
CASES = (
    [(f"{name}-1256", text, "windows-1256") for name, text in ARABIC.items()]
    + [(f"{name}-8859-6", text, "iso-8859-6") for name, text in ARABIC.items()]
    + [
        ("french-and-arabic-1256", FRENCH, "windows-1256"),
        ("more-french-than-arabic-1256", FRENCH_MOSTLY, "windows-1256"),
        ("quotes-1256", "«قال» “نعم” – ثم مضى… 50€", "windows-1256"),
        ("persian-1256", PERSIAN.replace("ٔ", "").replace("ی", "ي"), "windows-1256"),
        ("old-mac-line-ends-1256", "سطر أول\rسطر ثان\rسطر ثالث", "windows-1256"),
        ("french-1252", "Été à Genève, où l'on reçoit très bien", "windows-1252"),
        ("german-1252", "Müller fährt über Köln; die Straße ist größer", "windows-1252"),
        ("spanish-1252", "El niño comió mañana; ¿qué señor?", "windows-1252"),
    ]
    + [
        (f"{name}-{encoding}", text, encoding)
        for name, text in {**ARABIC, "french": FRENCH, "persian": PERSIAN}.items()
        for encoding in ("utf-8", "utf-16-le", "utf-16-be")
    ]
    + [("latin-only-utf-16", "Plain English text\r\n", "utf-16-le")]
    + [("no-spaces-utf-16", "مرحبا", "utf-16-le")]
)


@pytest.mark.parametrize(
    ("text", "encoding"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_an_encoding_is_recognised_without_declaration(text: str, encoding: str):
    assert decode(text.encode(encoding)) == (text, encoding, 0)


@pytest.mark.parametrize(
    ("bom", "encoding", "named"),
    [
        (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32-be"),
    ],
)
@pytest.mark.parametrize("text", ["", "س", NEWS, "日本語 🎉", "\ufeffتالية"])
def test_the_byte_order_mark_decides_and_is_dropped_once(bom, encoding, named, text):
    assert decode(bom + text.encode(encoding)) == (text, named, 0)


@pytest.mark.parametrize(
    "text", ["أ\r\nب\nج\rد\r\r\n", "\n\n\n", "", " \t", "a\u2028b\x85c\x0cd\x0be"]
)
def test_line_ends_and_spaces_stay(text: str):
    assert decode(text.encode()).text == text


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16-le", "windows-1256", "iso-8859-6"])
def test_the_names_given_are_python_codecs(name: str):
    assert codecs.lookup(name)


STRAY = [
    ("one-byte", "قبل ".encode() + b"\xff" + " بعد".encode(), "قبل \ufffd بعد", 1),
    ("cut-at-the-end", "كلمات كثيرة".encode()[:-1], "كلمات كثير\ufffd", 1),
    ("cut-at-the-beginning", "كلمات كثيرة".encode()[1:], "\ufffdلمات كثيرة", 1),
    ("latin-1-name", "كتب Andr".encode() + b"\xe9" + " هذا".encode(), "كتب Andr\ufffd هذا", 1),
    ("half-pair", "نص ".encode() + b"\xed\xa0\x80" + "ن".encode(), "نص \ufffd\ufffd\ufffdن", 3),
    ("genuine-ones-are-not-counted", "نص \ufffd و".encode() + b"\x80", "نص \ufffd و\ufffd", 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "text", "count"), [s[1:] for s in STRAY], ids=[s[0] for s in STRAY]
)
def test_stray_bytes_are_kept_as_replacement_characters_and_counted(data, text, count):
    assert decode(data) == (text, "utf-8", count)


def test_odd_and_lone_units_of_utf16_are_replaced():
    data = (
        codecs.BOM_UTF16_LE
        + "نص".encode("utf-16-le")
        + b"\x00\xd8"
        + "ـ".encode("utf-16-le")
        + b"\x06"
    )
    assert decode(data) == ("نص\ufffdـ\ufffd", "utf-16-le", 2)


BINARY = [
    ("pdf", b"%PDF-1.7\n1 0 obj", "PDF"),
    ("docx", b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)), "office document"),
    ("gzip", b"\x1f\x8b\x08\x00\xff\xfe" * 10, "gzip"),
    ("png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "picture"),
    ("zeros", bytes(1000), "binary"),
    ("text-then-zeros", NEWS.encode() + bytes(10), "binary"),
    ("small-numbers", b"".join(i.to_bytes(4, "little") for i in range(500)), "binary"),
    ("noise", random.Random(1).randbytes(5000), "binary"),
    ("noise-without-zeros", random.Random(1).randbytes(5000).replace(b"\0", b"\1"), "binary"),
    ("sound", b"RIFF\x24\x08\x00\x00WAVEfmt " + random.Random(2).randbytes(3000), "binary"),
]


@pytest.mark.parametrize(("data", "reason"), [b[1:] for b in BINARY], ids=[b[0] for b in BINARY])
def test_binary_data_are_refused_in_one_line(data: bytes, reason: str):
    with pytest.raises(ExtractError, match=reason) as caught:
        decode(data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["The word %PDF- within", "PK و BZh في وسط النص", "\x1b[31mأحمر\x1b[0m", "a\x06b", "\x06"],
)
def test_text_that_only_resembles_binary_data_is_read(text: str):
    assert decode(text.encode()).text == text


DECLARED = [
    ("believed-where-letters-agree", LETTER.encode("iso-8859-6"), "ISO-8859-6", LETTER),
    (
        "believed-for-what-is-not-guessed",
        "Привет всем".encode("cp1251"),
        "windows-1251",
        "Привет всем",
    ),
    ("alias", LETTER.encode("cp1256"), "x-cp1256", LETTER),
    ("stale-in-utf-8", LETTER.encode(), "windows-1256", LETTER),
    ("latin-1-said-arabic-meant", LETTER.encode("cp1256"), "iso-8859-1", LETTER),
    ("utf-8-said-arabic-meant", NEWS.encode("cp1256"), "cp1256", NEWS),
    ("unknown-label", LETTER.encode("cp1256"), "klingon", LETTER),
    ("no-text-codec", LETTER.encode("cp1256"), "rot13", LETTER),
    ("missing-codec", LETTER.encode("cp1256"), "windows-9999", LETTER),
]


@pytest.mark.parametrize(
    ("data", "label", "text"), [d[1:] for d in DECLARED], ids=[d[0] for d in DECLARED]
)
def test_a_declaration_outweighs_guesses_and_proof_outweighs_it(data, label, text):
    assert decode(data, label).text == text


WORDS = NEWS.replace("،", "").replace("؛", "").replace("؟", "").replace(".", "").split()


@pytest.mark.parametrize("page", ["windows-1256", "iso-8859-6"])
def test_five_words_are_enough_to_tell_the_two_arabic_pages(page: str):
    texts = [" ".join(WORDS[i : i + 5]) for i in range(len(WORDS) - 4)]
    wrong = [text for text in texts if decode(text.encode(page)).text != text]
    assert not wrong


@pytest.mark.parametrize(
    ("right", "page", "wrong_page"),
    [
        ("السلام عليكم", "iso-8859-6", "windows-1256"),
        ("مدينة على البحر", "windows-1256", "iso-8859-6"),
        ("هدى تقرأ", "windows-1256", "windows-1252"),
        ("größer Straße", "windows-1252", "windows-1256"),
        ("كَتَبَ الدَّرْسَ", "windows-1256", "iso-8859-6"),
    ],
)
def test_the_right_reading_is_the_cheaper_one(right: str, page: str, wrong_page: str):
    wrong = right.encode(page).decode(wrong_page, "replace")
    assert right != wrong
    assert surprise(right) < surprise(wrong)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x06\ufeff")))
def test_any_text_in_utf8_comes_back(text: str):
    decoded = None if text.startswith("%PDF-") else decode(text.encode())
    if decoded is not None and decoded.encoding == "utf-8":
        assert decoded == (text, "utf-8", 0)
    elif decoded is not None:  # Latin letters that are those of Arabic, taken for Latin
        assert decoded.encoding.endswith(" in utf-8")
        assert max(map(decoded.text.count, "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءأإآؤئ"), default=0)


@given(st.binary(max_size=300))
def test_no_bytes_give_lone_surrogates_or_another_error(data: bytes):
    try:
        text, encoding, replaced = decode(data)
    except ExtractError:
        return
    text.encode("utf-8")
    codecs.lookup(encoding)
    assert 0 <= replaced <= text.count("\ufffd")


@given(st.text("ابتثجحخد سلام\n", min_size=1), st.integers(0, 3))
def test_the_beginning_of_a_stream_may_end_within_a_character(text: str, cut: int):
    data = text.encode()
    assert detect(data[: len(data) - cut]) == "utf-8"


def test_the_library_is_not_imported_for_what_needs_no_guess():
    code = (
        "import sys; from indexer.extract.charsets import decode\n"
        "for page in ('utf-8', 'utf-16', 'cp1256', 'iso-8859-6'):\n"
        f"    decode({LETTER!r}.encode(page))\n"
        "assert 'charset_normalizer' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Καλημέρα κόσμε, τι κάνεις σήμερα;", "cp1253"),
        ("Это русский текст о погоде и о городе", "cp1251"),
    ],
    ids=["greek", "russian"],
)
def test_other_alphabets_are_left_to_the_library(text: str, page: str):
    assert decode(text.encode(page)).text == text


@pytest.mark.parametrize("declared", ["windows-1256", "iso-8859-6", "utf-8", "windows-1252"])
@pytest.mark.parametrize("written", ["windows-1256", "iso-8859-6", "utf-8"])
def test_a_declaration_is_not_believed_against_the_letters(written: str, declared: str) -> None:
    text = "قال المتحدث إن العملية مستمرة في محافظة دير الزور حتى إشعار آخر"
    assert decode(text.encode(written), declared).text == text


@pytest.mark.parametrize("page", ["cp1252", "latin-1"])
@pytest.mark.parametrize("written", ["utf-8", "windows-1256"])
def test_a_text_that_was_encoded_twice_is_read(written: str, page: str) -> None:
    text = "قال المتحدث إن العملية مستمرة في محافظة دير الزور «حتى إشعار آخر»"
    as_latin = "".join(
        bytes([byte]).decode(page, "ignore") or chr(byte) for byte in text.encode(written)
    )
    decoded = decode(as_latin.encode("utf-8"))
    assert decoded == (text, f"{written} in utf-8", 0)


@pytest.mark.parametrize(
    "text",
    ["Été à la forêt, où l'élève était né: déjà-vu, naïveté, château.", "ØÙÚÛ", "Ø is a letter",
     "«» “” – — …", "Größe, Übung, Ärger, Öl, süß, Maß, Straße, Füße", "§ 1 © 2 ® 3 ° 4 ± 5"],
)  # fmt: skip
def test_a_text_of_latin_letters_is_what_it_seems(text: str) -> None:
    assert decode(text.encode("utf-8")) == (text, "utf-8", 0)
