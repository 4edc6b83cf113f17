"""RTF, Word 97, spreadsheets and subtitles: what is read, and what is said of the rest."""

from __future__ import annotations

import importlib.util
import struct
from contextlib import suppress

import pytest
from cli_process import PROJECT
from mutations import overwritten

from indexer.errors import ExtractError
from indexer.extract import Record, extract
from indexer.extract.doc import _deleted, _kept, _title_and_date
from indexer.extract.formats import BY_ENDING, by_content
from indexer.extract.rtf import without_deletions, without_pictures
from indexer.extract.sheets import _shown

OTHER = PROJECT.parent.parent / "shared" / "documents" / "other"
if not OTHER.exists():
    OTHER = PROJECT.parent / "shared" / "documents" / "other"
needs_documents = pytest.mark.skipif(not OTHER.exists(), reason="no ../shared/documents")


def needs(module: str) -> pytest.MarkDecorator:
    missing = importlib.util.find_spec(module) is None
    return pytest.mark.skipif(missing, reason=f"{module} is not installed")


def records(name: str, data: bytes) -> list[Record]:
    return list(extract(name, data).records)


# --- subtitles

SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>أهلا</i> بكم\r\nيا أصدقاء\r\n\r\n"
    "2\r\n0:03,0 --> 0:04,0\r\n1984\r\n"
)
VTT = "WEBVTT\n\nNOTE ملاحظة\nخفية\n\nsome-id\n00:01.000 --> 00:02.000 line:0\n<v أحمد>أهلا</v>\n"


def test_subtitles_keep_their_lines() -> None:
    (record,) = records("a.srt", SRT.encode("cp1256"))
    assert record.text == "\n\nأهلا بكم\nيا أصدقاء\n\n\n\n1984\n"
    assert record.text.count("\n") == SRT.count("\n")


def test_notes_of_vtt_are_left_out() -> None:
    (record,) = records("a.vtt", VTT.encode())
    assert record.text.split() == ["some-id", "أهلا"]


# --- RTF


def test_pictures_are_cut_with_all_that_is_in_them() -> None:
    data = rb"{\rtf1 a{\*\shppict{\pict\pngblip {\*\x \}}0102}}b{\pict 03}c{\picture d}}"
    assert without_pictures(data) == rb"{\rtf1 abc{\picture d}}"
    assert without_pictures(rb"{\rtf1 a{\pict 0102") == rb"{\rtf1 a"


@needs("striprtf")
def test_letters_of_rtf_are_those_of_the_charset_of_their_font() -> None:
    text = "".join(rf"\'{byte:02x}" for byte in "السلام عليكم".encode("cp1256"))
    data = rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset178 Arial;}}\f0 " + text.encode()
    (record,) = records("a.rtf", data + rb"\par}")
    assert record.text == "السلام عليكم\n"
    (record,) = records("a.doc", data + rb"\par}")  # as many are called
    assert record.text == "السلام عليكم\n"


DELETIONS = [
    ("a group", rb"a{\deleted b}c", rb"a{\deleted }c"),
    ("to its end", rb"{\deleted b\deleted0 c}d", rb"{\deleted \deleted0 c}d"),
    ("by plain", rb"\deleted b\plain c", rb"\deleted \plain c"),
    ("within", rb"{\deleted{\b x}\'e1\u1575?\par y}z", rb"{\deleted{\b }\par }z"),
    ("none", rb"a\{b\}{\revised c}", rb"a\{b\}{\revised c}"),
    ("its name in text", rb"a \\deleted b", rb"a \\deleted b"),
]


@pytest.mark.parametrize(
    ("data", "bare"), [r[1:] for r in DELETIONS], ids=[r[0] for r in DELETIONS]
)
def test_what_was_deleted_in_rtf_is_no_text(data: bytes, bare: bytes) -> None:
    assert without_deletions(data) == bare


@needs("striprtf")
def test_a_deletion_is_not_read() -> None:
    (record,) = records("a.rtf", rb"{\rtf1\ansi kept {\revised\b new} {\deleted gone}last\par}")
    assert record.text == "kept new last\n"


# --- Word 97


def page_of(runs: list[tuple[int, bytes]], end: int) -> bytes:
    """A page of properties of characters: the runs begin at these bytes of the document."""
    page = bytearray(512)
    page[-1] = len(runs)
    place = 510
    for number, (start, properties) in enumerate([*runs, (end, b"")]):
        struct.pack_into("<I", page, 4 * number, start)
        if properties:
            place = (place - len(properties) - 1) & ~1
            page[place : place + len(properties) + 1] = bytes([len(properties)]) + properties
            page[4 * (len(runs) + 1) + number] = place // 2
    return bytes(page)


IS_DELETED, IS_KEPT = b"\x00\x08\x01", b"\x00\x08\x00"
BOLD, SIZE, LONG = b"\x35\x08\x01", b"\x43\x4a\x18\x00", b"\x00\xca\x02\x01\x01"


@pytest.mark.parametrize(
    ("properties", "deleted"),
    [(IS_DELETED, True), (IS_KEPT, False), (BOLD + SIZE + LONG + IS_DELETED, True), (BOLD, False),
     (b"", False), (b"\x00", False), (LONG[:3] + b"\xff" + IS_DELETED, False)],
)  # fmt: skip
def test_properties_tell_what_was_deleted(properties: bytes, deleted: bool) -> None:
    page = page_of([(1000, BOLD), (1010, properties), (1020, IS_DELETED)], 1030)
    document = bytearray(0x200) + page
    table = struct.pack("<III", 1000, 1030, 1)
    struct.pack_into("<II", document, 0xFA, 0, len(table))
    found = _deleted(bytes(document), table)
    assert found == [(1010, 1020)] * deleted + [(1020, 1030)]
    assert list(_kept(1005, 1025, found)) == ([(1005, 1010)] if deleted else [(1005, 1020)])


@needs("python_calamine")
@pytest.mark.parametrize(
    ("cell", "shown"),
    [(12.0, "12"), (12.5, "12.5"), (1e15, "1" + "0" * 15), (1e300, "1e+300"), (-0.0, "0"),
     (float("inf"), "inf"), (float("nan"), "nan"), (True, "True"), ("a\n b", "a b")],
)  # fmt: skip
def test_a_cell_is_shown_as_people_write_it(cell: object, shown: str) -> None:
    assert _shown(cell) == shown


# --- what is which


@pytest.mark.parametrize(
    ("data", "named", "found"),
    [
        (b"%PDF-1.7", ".txt", "PDF"),
        (rb"{\rtf1", ".doc", "RTF"),
        (b"PK\x03\x04 word/document.xml", ".epub", "Word"),
        (b"PK\x03\x04 xl/workbook.xml", ".xls", "spreadsheet"),
        (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet", ".odt",
         "OpenDocument sheets"),
        (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.text", ".ods", "OpenDocument"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument Workbook".encode("utf-16-le"), ".txt",
         "Word 97"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument Workbook".encode("utf-16-le"), ".xls",
         "spreadsheet 97"),
        (b"PK\x03\x04 anything", ".docx", "Word"),
        (b"text", ".md", "Markdown"),
        (b"", ".pdf", "text"),
    ],
)  # fmt: skip
def test_first_bytes_tell_before_the_name(data: bytes, named: str, found: str) -> None:
    assert by_content(data, BY_ENDING[named]).name == found


# --- known files


def known(name: str) -> list[Record]:
    return records(name, (OTHER / name).read_bytes())


@needs_documents
@needs("olefile")
def test_a_document_of_word_97() -> None:
    (record,) = known("doc.doc")
    assert (record.title, record.date) == ("عنوان الوثيقة", "2013-12-23T23:15:00+00:00")
    for text in ("المكتبات الوطنية", "بعد الجدولة", "21750000", "مربعالنص", "ترويسة الصفحة"):
        assert text in record.text
    assert "نصمضاف" in record.text
    assert "محذوف" not in record.text


@needs("striprtf")
@pytest.mark.parametrize(
    ("info", "title", "date"),
    [
        (rb"{\info{\title \'e4\'d5}{\creatim\yr2017\mo3\dy9\hr4}}", "نص", "2017-03-09"),
        (rb"{\info{\title \u1606?\u1589? 2}{\revtim\yr2017\mo11\dy14}}", "نص 2", "2017-11-14"),
        (rb"{\info{\revtim\yr2018\mo1\dy1}{\creatim\yr2017\mo11\dy14}}", "", "2017-11-14"),
        (rb"{\info{\author x}{\creatim\yr2017\mo13\dy14}}", "", None),
        (b"", "", None),
    ],
)
def test_title_and_date_of_rtf(info: bytes, title: str, date: str | None) -> None:
    data = rb"{\rtf1\ansi\ansicpg1256\deff0 " + info + rb" \pard some text, not a title.\par}"
    (record,) = records("a.rtf", data)
    assert record.title == title
    assert record.date == date
    assert record.text.strip() == "some text, not a title."


@needs_documents
@needs("striprtf")
def test_a_document_in_rtf() -> None:
    (record,) = known("doc.rtf")
    assert "نصمضاف" in record.text
    assert "محذوف" not in record.text


@needs_documents
@needs("python_calamine")
@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.xls", "sheet.ods"])
def test_a_sheet(name: str) -> None:
    (record,) = known(name)
    assert record.title == "ورقة الأسعار"
    lines = record.text.splitlines()
    assert lines[0] == "الاسم\tالمدينة\tالسكان"
    assert lines[1].startswith("القاهرة\tالكبرى\tمصر\t")
    assert lines[1].endswith("12.5")


@needs_documents
@pytest.mark.parametrize(
    ("name", "module"),
    [
        pytest.param("doc.doc", "olefile", marks=needs("olefile")),
        pytest.param("sheet.xls", "python_calamine", marks=needs("python_calamine")),
        pytest.param("sheet.xlsx", "python_calamine", marks=needs("python_calamine")),
        pytest.param("r2.rtf", "striprtf", marks=needs("striprtf")),
    ],
)
def test_mutated_files_are_read_or_refused(name: str, module: str) -> None:
    data = (OTHER / name).read_bytes()
    for mutated in overwritten(data, 200, name, most=19, cut=0.2):
        with suppress(ExtractError):
            records(name, mutated)


@pytest.mark.parametrize(
    ("page", "title"), [(1256, "عنوان"), (65001, "عنوان"), (1252, "été"), (99, None)]
)
def test_the_title_of_word_97_is_in_its_own_code_page(page: int, title: str | None) -> None:
    codec = "ascii" if title is None else "utf-8" if page == 65001 else f"cp{page}"
    encoded = (title or "x").encode(codec) + b"\0"
    values = [
        struct.pack("<IHxx", 2, page),
        struct.pack("<II", 30, len(encoded)) + encoded,
        struct.pack("<IQ", 64, 131_543_424_000_000_000),
    ]
    ids, places, at = (1, 2, 12), b"", 8 + 3 * 8
    for number, value in zip(ids, values, strict=True):
        places += struct.pack("<II", number, at)
        at += len(value)
    section = struct.pack("<II", at, 3) + places + b"".join(values)
    summary = bytes(44) + struct.pack("<I", 48) + section
    if title is None:
        with pytest.raises(LookupError):
            _title_and_date(summary)
    else:
        assert _title_and_date(summary) == (title, "2017-11-05T08:00:00+00:00")
