"""JSON, XML and files whose names tell nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_process import run

from indexer.errors import ExtractError, NoTextError
from indexer.extract import Record, extract, extract_path


def records(name: str, source: str | bytes) -> list[Record]:
    return list(extract(name, source.encode() if isinstance(source, str) else source).records)


def one(name: str, source: str | bytes) -> Record:
    (record,) = records(name, source)
    return record


# --- JSON


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ([{"text": "أول", "title": "ع"}, {"text": "ثان"}], [(None, "ع", "أول"), (None, "", "ثان")]),
        ([{"id": 7, "body": "أول"}], [("7", "", "أول")]),
        ({"meta": "x", "data": {"items": [{"text": "أول"}, {"text": "ثان"}]}},
         [(None, "", "أول"), (None, "", "ثان")]),
        ([{"name": "القاهرة", "n": 5, "in": {"x": ["مصر", "أفريقيا"]}}],
         [(None, "", "name: القاهرة\nx: مصر\nx: أفريقيا")]),
        ({"title": "عنوان", "text": "نص"}, [(None, "عنوان", "نص")]),
        ({"عنوان": "عنوان", "n": 3, "a": ["واحد", {"b": "اثنان"}]},
         [(None, "عنوان", "عنوان\nواحد\nاثنان")]),
        (["واحد", "اثنان"], [(None, "", "واحد\nاثنان")]),
        ("نص", [(None, "", "نص")]),
        ({"big": int("9" * 200), "t": "نص"}, [(None, "", "نص")]),
    ],
)  # fmt: skip
def test_what_a_json_file_holds(value: object, found: list[tuple]) -> None:
    given = records("a.json", json.dumps(value, ensure_ascii=False))
    assert [(r.id, r.title, r.text) for r in given] == found
    assert [(r.id, r.title, r.text) for r in records("a.json", json.dumps(value))] == found


def test_the_charset_of_json_is_what_its_bytes_say() -> None:
    source = json.dumps({"charset": "utf-8", "text": "وصل الوفد إلى المدينة"}, ensure_ascii=False)
    assert one("a.json", source.encode("cp1256")).text == "وصل الوفد إلى المدينة"
    assert one("a.json", source.encode("utf-16")).text == "وصل الوفد إلى المدينة"


def test_lines_of_json_are_read_as_such_whatever_the_name() -> None:
    assert [r.text for r in records("a.json", '{"text": "أول"}\n{"text": "ثان"}\n')] == [
        "أول",
        "ثان",
    ]


def test_a_single_date_and_number_are_read() -> None:
    record = one("a.json", '{"text": "نص", "date": "2024-03-01", "n": ' + "9" * 9000 + "}")
    assert (record.text, record.date) == ("نص", "2024-03-01")


@pytest.mark.parametrize(
    ("source", "reason"),
    [("{", "broken JSON"), ("[" * 100_000, "nested"), ("[1, 2]", "no text"), ("{}", "no text"),
     ('[{"n": 1}]', "no record has a field")],
)  # fmt: skip
def test_what_is_no_json_or_holds_no_text_is_refused(source: str, reason: str) -> None:
    with pytest.raises(ExtractError, match=reason):
        records("a.json", source)


# --- XML

TEI = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TEI [<!ENTITY lol "ها"><!ENTITY file SYSTEM "file:///etc/hostname">]>
<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt>
<title>كتاب <hi>الحيوان</hi></title><author>الجاحظ</author></titleStmt>
<publicationStmt><date when="1938-01-02">x</date></publicationStmt>
<sourceDesc><title>غيره</title></sourceDesc></fileDesc></teiHeader>
<text><body><pb n="5"/><div><head>الباب الأول</head><p>نص <w>الفقرة</w> هنا&lol;&file;<lb/>وسطر</p>
<pb n="6"/><div><head>فصل</head><lg><l>صدر</l><l>عجز</l></lg>
<p><choice><sic>خطا</sic><corr>خطأ</corr></choice></p><pb n="vii"/><p>ختام</p>
</div></div></body></text></TEI>"""


def test_tei_is_its_text_with_its_pages() -> None:
    record = one("a.xml", TEI)
    assert (record.title, record.date) == ("كتاب الحيوان - الجاحظ", "1938-01-02")
    assert record.text == "الباب الأول\n\nنص الفقرة هنا\nوسطر\n\nفصل\n\nصدر\nعجز\n\nخطأ\n\nختام\n"
    pages = {word: record.layout.page_at(record.text.index(word)).label
             for word in ("الباب", "وسطر", "فصل", "خطأ", "ختام")}  # fmt: skip
    assert pages == {"الباب": "5", "وسطر": "5", "فصل": "6", "خطأ": "6", "ختام": "vii"}
    headings = [(d.title, d.level) for d in record.layout.divisions if d.kind == "heading"]
    assert headings == [("الباب الأول", 1), ("فصل", 2)]


def test_many_headings_keep_their_order() -> None:
    heads = "".join(f"<head>ب {n}<pb n='{n}'/></head>" for n in range(20_000))
    divisions = one("a.xml", f"<TEI><text>{heads}</text></TEI>").layout.divisions
    assert [d.start for d in divisions] == sorted(d.start for d in divisions)
    assert [d.label for d in divisions if d.kind == "page"] == [str(n) for n in range(20_000)]
    assert [d.title for d in divisions if d.kind == "heading"][:2] == ["ب 0", "ب 1"]


def test_other_xml_is_its_texts() -> None:
    source = (
        "<?xml version='1.0' encoding='utf-8'?><r><title>عنوان</title><item>أول</item>"
        "<item>كلمة <b>وسط</b> نص</item><date>2024-05-06</date><style>x</style></r>"
    )
    record = one("a.xml", source.encode("cp1256"))
    assert (record.title, record.date) == ("عنوان", "2024-05-06")
    assert record.text == "عنوان\nأول\nكلمة وسط نص\n2024-05-06\n"
    assert (
        one("a.xml", "<!DOCTYPE html>\n<html><title>ع</title><p>صفحة</p></html>").text == "صفحة\n"
    )


@pytest.mark.parametrize(
    ("source", "reason"),
    [("<a>" * 300 + "</a>" * 300, "nested 256 deep"), ("<a><b></a>", "damaged XML"),
     ("<", "damaged")],
)  # fmt: skip
def test_bad_xml_is_refused(source: str, reason: str) -> None:
    with pytest.raises(ExtractError, match=reason):
        records("a.xml", source)


def test_entities_that_grow_are_never_replaced() -> None:
    grown = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    source = f'<!DOCTYPE a [<!ENTITY e0 "ها">{grown}]><a>نص&e9;</a>'
    assert one("a.xml", source).text == "نص\n"


# --- names that tell nothing

OPENITI = "######OpenITI#\n#META# Title: كتاب\n#META#Header#End#\n# نص الكتاب\n"
MAIL = "Subject: x\nContent-Type: text/plain; charset=utf-8\n\nنص\n"
UNNAMED = [
    ("README", "نص بلا لاحقة\n", "نص بلا لاحقة\n"),
    ("notes.org", "* عنوان\n", "* عنوان\n"),
    ("0255Jahiz.Hayawan.Shamela0023775-ara1", OPENITI, "\n\n\nنص الكتاب\n"),
    ("0255Jahiz.Hayawan.Shamela0023775-ara1.mARkdown", "\ufeff" + OPENITI, "\n\n\nنص الكتاب\n"),
    ("page", "\n<!DOCTYPE html><html><p>صفحة", "صفحة\n"),
    ("data.unknown", "<?xml version='1.0'?><a>نص</a>", "نص\n"),
    ("1699.host", f"Return-Path: <a@b>\n{MAIL}", "نص\n"),
    ("Inbox", f"From a@b Tue Mar 14 10:00:00 2023\n{MAIL}", "نص\n"),
    ("old", "وصل الوفد إلى المدينة".encode("cp1256"), "وصل الوفد إلى المدينة"),
    ("wide", "وصل الوفد".encode("utf-16"), "وصل الوفد"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "source", "text"), UNNAMED, ids=[row[0] for row in UNNAMED])
def test_what_is_text_is_read_whatever_its_name(
    name: str, source: str | bytes, text: str, tmp_path: Path
) -> None:
    assert one(name, source).text == text
    (tmp_path / name).write_bytes(source.encode() if isinstance(source, str) else source)
    (record,) = extract_path(str(tmp_path / name)).records
    assert record.text == text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("photo.jpg", b"text all the same"), ("program", b"\x7fELF\2\1\1" + bytes(9)),
        ("x.dat", bytes(99)),
        ("y.dat", bytes(range(1, 256)) * 9),
        ("z", b"\x89PNG\r\n\x1a\n\0\0"), ("s", b"SQLite format 3\0"),
        ("controls", b"\1\2\3\4" * 99 + b"abc"),
    ],
)  # fmt: skip
def test_other_kinds_are_refused_by_kind(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(NoTextError):
        list(extract_path(str(tmp_path / name)).records)


def test_a_large_binary_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "disk").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(NoTextError):
        extract_path(str(tmp_path / "disk"))


def test_json_records_are_found_by_their_ids(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        '[{"id": "x1", "text": "عن القطن"}, {"text": "عن الحرير"}]', "utf-8"
    )
    assert run("index", cwd=tmp_path).code == 0
    assert run("search", "القطن", "--format", "{id}", cwd=tmp_path).text == "x1\n"
    assert run("show", "x1", cwd=tmp_path).text == "عن القطن"
    assert run("show", "a.json:2", cwd=tmp_path).text == "عن الحرير"
