"""PDFs: glyphs in reading order, whichever program drew them; files without text, and why."""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_process import PROJECT, run

from indexer.errors import ExtractError
from indexer.extract import Record, extract
from indexer.extract.pdf_glyphs import Glyph, _in_reading_order, _joined
from indexer.extract.pdf_layout import Brackets, text_of

DOCUMENTS = PROJECT.parent.parent / "shared" / "documents"
if not DOCUMENTS.exists():
    DOCUMENTS = PROJECT.parent / "shared" / "documents"
needs_documents = pytest.mark.skipif(not DOCUMENTS.exists(), reason="no ../shared/documents")
needs_pdfium = pytest.mark.skipif(
    not any((Path(folder) / "pypdfium2").exists() for folder in sys.path if folder),
    reason="pypdfium2 is not installed",
)


# --- layout: what is drawn, from left to right, and how it is read


def drawn(*rows: str, em: float = 10.0) -> list[Glyph]:
    """Glyphs half an em wide, a row a line; `|` is a gap of 0.3 em, `_` one of four."""
    return [
        glyph for number, row in enumerate(rows) for glyph in _row(row, 100.0 - number * 20, em)
    ]


def _row(row: str, y: float, em: float) -> Iterator[Glyph]:
    x = 0.0
    for char in row:
        if char in "|_":
            x += em * (0.3 if char == "|" else 4)
        else:
            yield Glyph(char, x, x + em / 2, x, y, em)
            x += em / 2


def read(*rows: str) -> str:
    return text_of(drawn(*rows), Brackets())


ROWS = [
    ("a word", "باتك", "كتاب"),
    ("spaces that are written", "ةسردم يف", "في مدرسة"),
    ("spaces that are gaps", "ةسردم|يف", "في مدرسة"),
    ("cells", "رصم_ةرهاقلا", "القاهرة\tمصر"),
    ("a number", "2023 ماع", "عام 2023"),
    ("Arabic digits", "١٤٤٥ ماع", "عام ١٤٤٥"),
    ("a number with separators", "لجس 1,250.5", "1,250.5 سجل"),
    ("a Latin word", "جذومن GPT-4 ةكرش", "شركة GPT-4 نموذج"),
    ("Latin words", "ةعماج|New|York|يف", "في New York جامعة"),
    ("numbers apart", "9|ىلإ|3", "3 إلى 9"),
    ("years", "2022-2020|تانايب", "بيانات 2020-2022"),
    ("an address", "http://a.ar/b|عقوملا|ىلع|رشنلا", "النشر على الموقع http://a.ar/b"),
    ("Latin alone", "plain (text) 1.5", "plain (text) 1.5"),
    ("Arabic in Latin", "the|word|باتك|means|book|in|Arabic", "the word كتاب means book in Arabic"),
]


@pytest.mark.parametrize(("row", "text"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
def test_a_line_is_read_as_it_was_written(row: str, text: str) -> None:
    assert read(row) == text


def test_lines_and_columns_in_the_order_in_which_they_are_drawn() -> None:
    assert read("لوأ", "يناث") == "أول\nثاني".replace("أول", "لوأ"[::-1])
    left = drawn("راسي")
    right = [
        g._replace(left=g.left + 300, right=g.right + 300, origin=g.origin + 300)
        for g in drawn("نيمي")
    ]
    below = [g._replace(y=g.y - 20) for g in right]
    text = text_of([*right, *below, *left], Brackets())
    assert text == "يمين\nيمين\nيسار"


@pytest.mark.parametrize(("row", "mirrored"), [(")سجل(", "لجس"), ("(سجل)", "لجس")])
def test_brackets_open_and_close_however_a_file_draws_them(row: str, mirrored: str) -> None:
    assert read(row) == f"({mirrored})"


def test_marks_are_hung_on_their_letter() -> None:
    letters = drawn("بتك")
    marks = [Glyph("\u064e", x + 1, x + 4, x + 1, 102.0, 10.0) for x in (0.0, 5.0, 10.0)]
    assert text_of([*letters, *marks], Brackets()) == "كَتَبَ"


def test_a_glyph_without_a_character_keeps_its_word_whole() -> None:
    glyphs = drawn("ملاس")
    glyphs[2] = glyphs[2]._replace(text="")
    assert text_of(glyphs, Brackets()) == "سلم"


def test_a_sign_over_a_letter_is_a_part_of_it() -> None:
    letters = drawn("ناسنا")
    sign = letters[4]._replace(text="A", left=letters[4].left + 1, origin=letters[4].origin + 1)
    assert text_of([*letters, sign], Brackets()) == "انسان"


LIGATURES = [
    ("lam alef as Word writes it", "ال", "لا"),
    ("lam alef in order", "لا", "لا"),
    ("lam alef with hamza", "أل", "لأ"),
    ("the name of God", "هللا", "الله"),
    ("the name of God in order", "الله", "الله"),
    ("a ligature of Unicode", "لم", "لم"),
    ("the same from left to right", "حم", "مح"),
    ("a letter with its mark", "بَ", "بَ"),
    ("its mark first", "\u064eب", "بَ"),
    ("Latin", "fi", "fi"),
]


@pytest.mark.parametrize(
    ("given", "text"), [r[1:] for r in LIGATURES], ids=[r[0] for r in LIGATURES]
)
def test_the_letters_of_a_ligature(given: str, text: str) -> None:
    glyph = Glyph(given, 0, 5, 0, 0, 10)
    assert [g.text for g in _in_reading_order([glyph])] == [text]


def test_characters_of_one_box_are_one_glyph() -> None:
    box = Glyph("", 0, 5, 0, 0, 10)
    assert [g.text for g in _joined([box._replace(text=c) for c in "لا"])] == ["لا"]


def test_pieces_of_equal_boxes_at_one_origin_are_one_glyph() -> None:
    shadda, reh, alef = "\u0651", "ر", "ا"
    pieces = [
        Glyph(shadda, 2, 4, 1, 0, 10),
        Glyph(alef, 6, 9, 6, 0, 10),
        Glyph(reh, 0, 2, 1, 0, 10),
    ]
    assert [(g.text, g.left, g.right) for g in _joined(pieces)] == [
        (reh + shadda, 0, 4),
        (alef, 6, 9),
    ]


# --- files


def simple(*contents: bytes) -> bytes:
    """A PDF in Helvetica, a page for each content stream."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(contents)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(contents)}>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for i, content in enumerate(contents):
        packed = zlib.compress(content)
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 3 0 R>>>>"
            f"/Contents {5 + 2 * i} 0 R>>".encode(),
            b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed),
        ]
    body, offsets = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        len(body),
    )
    return body + head + table + trailer


def shown(text: str) -> bytes:
    return f"BT /F 12 Tf 20 700 Td ({text}) Tj ET".encode()


def one(data: bytes) -> Record:
    (record,) = extract("a.pdf", data).records
    return record


@needs_pdfium
def test_pages_end_in_form_feeds() -> None:
    record = one(simple(shown("first page"), shown("second page")))
    assert record.text == "first page\n\fsecond page\n\f"


@needs_pdfium
def test_a_pdf_is_known_by_its_first_bytes() -> None:
    (record,) = extract("misnamed.txt", simple(shown("text"))).records
    assert record.text == "text\n\f"


@needs_pdfium
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (simple(b""), "no text"),
        (simple(shown("text"))[:150], "damaged"),
        (b"%PDF-1.7 nothing", "damaged"),
    ],
)
def test_a_pdf_without_text_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(ExtractError, match=reason):
        one(data)


@needs_pdfium
@needs_documents
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("pdf/x-encrypted-user.pdf", "password"),
        ("pdf/x-scanned.pdf", "scan"),
        ("pdf/x-truncated.pdf", "damaged"),
        ("hostile/loop.pdf", "damaged"),
        ("hostile/nest.pdf", "no text"),
    ],
)
def test_known_files_without_text(name: str, reason: str) -> None:
    with pytest.raises(ExtractError, match=reason):
        one((DOCUMENTS / name).read_bytes())


@needs_pdfium
@needs_documents
def test_known_words_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PROJECT / "benchmarks"))
    import documents

    names = [name for name in sorted(os.listdir(DOCUMENTS / "pdf")) if not name.startswith("x-")]
    scores, _ = documents.measure(documents.by_fahras, str(DOCUMENTS), names)
    for reached, bar in zip(documents.mean(scores["all"]), documents.BARS, strict=True):
        assert reached >= bar


@needs_pdfium
@needs_documents
def test_a_folder_of_hostile_files_is_indexed(tmp_path: Path) -> None:
    for path in (DOCUMENTS / "hostile").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "good.pdf").write_bytes(simple(shown("aleppo")))
    done = run("index", cwd=tmp_path, timeout=300)
    assert done.code == 2
    assert all(".pdf: " in line for line in done.errors)
    assert run("search", "-l", "aleppo", cwd=tmp_path).lines == ["good.pdf"]
