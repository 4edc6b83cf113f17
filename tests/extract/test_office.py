"""Documents that are zips of XML: what is to read in them, and what a stranger may pack."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from cli_process import PROJECT
from mutations import overwritten

from indexer.errors import ExtractError
from indexer.extract import Record, extract
from indexer.extract.package import MOST_DEPTH, MOST_ENTRIES
from indexer.parts.layout import Division

OTHER = PROJECT.parent.parent / "shared" / "documents" / "other"
if not OTHER.exists():
    OTHER = PROJECT.parent / "shared" / "documents" / "other"
needs_documents = pytest.mark.skipif(not OTHER.exists(), reason="no ../shared/documents")


def packed(parts: dict[str, str | bytes], **how: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **how) as package:
        for name, content in parts.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            package.writestr(name, content, kind)
    return buffer.getvalue()


def word(body: str, **parts: str) -> bytes:
    document = f'<w:document xmlns:w="w" xmlns:mc="mc"><w:body>{body}</w:body></w:document>'
    return packed({"word/document.xml": document, **{f"word/{n}.xml": p for n, p in parts.items()}})


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def one(name: str, data: bytes) -> Record:
    (record,) = extract(name, data).records
    return record


WORD = [
    ("paragraphs", f"<w:p>{run('أول')}</w:p><w:p>{run('ثان')}</w:p>", "أول\nثان\n"),
    ("a word in runs", f"<w:p>{run('المكت')}{run('بات')}</w:p>", "المكتبات\n"),
    ("breaks", f"<w:p>{run('قبل')}<w:r><w:br/><w:tab/></w:r>{run('بعد')}</w:p>", "قبل\n\tبعد\n"),
    ("a table", f"<w:tbl><w:tr><w:tc><w:p>{run('مصر')}</w:p></w:tc><w:tc><w:p>{run('سوريا')}</w:p>"
     "</w:tc></w:tr></w:tbl>", "مصر\tسوريا\n"),
    ("changes", f"<w:p><w:ins>{run('مضاف')}</w:ins><w:del><w:r><w:delText>محذوف</w:delText></w:r>"
     "</w:del></w:p>", "مضاف\n"),
    ("a text box once", "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p>"
     f"{run('مربع')}</w:p></w:txbxContent></mc:Choice><mc:Fallback><w:p>{run('مربع')}</w:p>"
     "</mc:Fallback></mc:AlternateContent></w:r></w:p>", "مربع\n\n"),
    ("field codes", f"<w:p><w:r><w:instrText>PAGE 3</w:instrText></w:r>{run('نص')}</w:p>", "نص\n"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "text"), [r[1:] for r in WORD], ids=[r[0] for r in WORD])
def test_what_is_to_read_in_a_document_of_word(body: str, text: str) -> None:
    assert one("a.docx", word(body)).text == text


def test_notes_and_headers_are_read_and_each_once() -> None:
    note = f'<w:footnotes xmlns:w="w"><w:p>{run("حاشية")}</w:p></w:footnotes>'
    header = f'<w:hdr xmlns:w="w"><w:p>{run("ترويسة")}</w:p></w:hdr>'
    data = word(f"<w:p>{run('نص')}</w:p>", footnotes=note, header1=header, header2=header)
    assert one("a.docx", data).text == "نص\nحاشية\nترويسة\n"


def test_title_and_date_are_those_of_the_program() -> None:
    core = (
        '<c xmlns:dc="d" xmlns:t="t"><dc:title>عنوان</dc:title>'
        "<t:created>2023-03-14T10:00:00Z</t:created></c>"
    )
    document = f'<w:document xmlns:w="w"><w:p>{run("نص")}</w:p></w:document>'
    record = one("a.docx", packed({"word/document.xml": document, "docProps/core.xml": core}))
    assert (record.title, record.date) == ("عنوان", "2023-03-14T10:00:00+00:00")


def test_slides_in_the_order_of_their_numbers_with_notes() -> None:
    def slide(text: str) -> str:
        return f'<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>'

    parts = {f"ppt/slides/slide{n}.xml": slide(f"شريحة {n}") for n in (10, 2, 1)}
    parts["ppt/presentation.xml"] = "<p/>"
    parts["ppt/slides/_rels/slide2.xml.rels"] = '<R Target="../notesSlides/notesSlide1.xml"/>'
    parts["ppt/notesSlides/notesSlide1.xml"] = slide("ملاحظة")
    text = one("a.pptx", packed(parts)).text
    assert text == "شريحة 1\n\fشريحة 2\nملاحظة\n\fشريحة 10\n\f"


def test_numbers_of_any_length_are_no_obstacle() -> None:
    digits = "9" * 5000
    slide = "<p:s xmlns:p='p' xmlns:a='a'><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:s>"
    slides = {"1": "أول", digits: "آخر"}
    parts = {f"ppt/slides/slide{n}.xml": slide.format(text) for n, text in slides.items()}
    record = one("a.pptx", packed({"ppt/presentation.xml": "<p/>", **parts}))
    assert record.text == "أول\n\fآخر\n\f"
    content = f'<o:d xmlns:o="o" xmlns:t="t"><t:p>أ<t:s t:c="{digits}"/>ب</t:p></o:d>'
    text = one("a.odt", packed({"content.xml": content})).text
    assert text == f"أ{' ' * 100}ب\n"


def test_headings_of_documents_are_told_by_their_styles() -> None:
    styles = (
        '<w:styles xmlns:w="w"><w:style w:styleId="Titre1"><w:name w:val="heading 1"/></w:style>'
        '<w:style w:styleId="X"><w:name w:val="Mine"/><w:outlineLvl w:val="1"/></w:style>'
        "</w:styles>"
    )
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{run(text)}</w:p>'
        for style, text in (("Titre1", "الباب"), ("Y", "نص"), ("X", "الفصل"), ("Titre1", ""))
    )
    record = one("a.docx", word(body, styles=styles))
    assert record.text == "الباب\nنص\nالفصل\n\n"
    assert record.layout.divisions == (
        Division(0, "heading", "", "الباب", 1), Division(9, "heading", "", "الفصل", 2),
    )  # fmt: skip
    content = '<o:d xmlns:o="o" xmlns:t="t"><t:p>نص</t:p><t:h t:outline-level="3">فصل</t:h></o:d>'
    record = one("a.odt", packed({"content.xml": content}))
    assert record.layout.divisions == (Division(3, "heading", "", "فصل", 3),)


def test_headers_of_a_document_of_word_run() -> None:
    header = f'<w:hdr xmlns:w="w"><w:p>{run("ترويسة")}</w:p></w:hdr>'
    record = one("a.docx", word(f"<w:p>{run('نص')}</w:p>", header1=header))
    ((start, end),) = record.layout.running
    assert record.text[start:end] == "ترويسة\n"


def test_open_document() -> None:
    content = (
        '<o:document xmlns:o="o" xmlns:t="t" xmlns:b="b"><o:styles><t:p>لا</t:p></o:styles>'
        '<t:h>عنوان</t:h><t:p>أول<t:s t:c="2"/>ثان<t:line-break/>ثالث</t:p>'
        "<t:tracked-changes><t:p>محذوف</t:p></t:tracked-changes><b:table-row><b:table-cell>"
        "<t:p>مصر</t:p></b:table-cell><b:table-cell><t:p>سوريا</t:p></b:table-cell></b:table-row>"
        "</o:document>"
    )
    kind = "application/vnd.oasis.opendocument.text"
    data = packed({"mimetype": kind, "content.xml": content})
    assert one("a.odt", data).text == "عنوان\nأول  ثان\nثالث\nمصر\tسوريا\n"
    assert one("misnamed.docx", data).text.startswith("عنوان")


def book(opf: str, **pages: str) -> bytes:
    parts: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<c><rootfile full-path="OPS/book.opf"/></c>',
        "OPS/book.opf": opf,
    }
    for name, text in pages.items():
        parts[f"OPS/{name}.xhtml"] = f"<html><body><p>{text}</p></body></html>"
    return packed(parts)


def test_a_book_is_its_spine() -> None:
    opf = (
        '<!DOCTYPE package><package xmlns:dc="d"><dc:title>كتاب</dc:title>'
        "<dc:date>2001-02-03</dc:date>"
        '<item id="a" href="first%20page.xhtml"/><item id="b" href="./two.xhtml"/>'
        '<item id="c" href="cover.xhtml"/><itemref idref="b"/><itemref idref="a"/></package>'
    )
    record = one("a.epub", book(opf, **{"first page": "أول", "two": "ثان", "cover": "غلاف"}))
    assert (record.title, record.date) == ("كتاب", "2001-02-03")
    assert record.text == "ثان\n\fأول\n\f"


ENTITY = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
DEEP = f"<d>{'<p>' * MOST_DEPTH}{'</p>' * MOST_DEPTH}</d>"
HOSTILE = [
    ("entities", packed({"word/document.xml": ENTITY}), "declares entities"),
    ("depth", packed({"word/document.xml": DEEP}), "nested"),
    (
        "a bomb",
        packed({"word/document.xml": b"<d>" + b" " * (8 << 20)}, compresslevel=9),
        "unpacks",
    ),
    ("broken XML", packed({"word/document.xml": "<d><p></d>"}), "damaged XML"),
    ("no main part", packed({"other.xml": "<d/>"}), "damaged: it has no word/document.xml"),
    ("no zip", b"PK\x03\x04 nothing", "damaged"),
    ("parts", packed({str(n): "" for n in range(MOST_ENTRIES + 1)}), "the limit"),
]


@pytest.mark.parametrize(("data", "reason"), [r[1:] for r in HOSTILE], ids=[r[0] for r in HOSTILE])
def test_what_a_stranger_packed_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ExtractError, match=reason):
        one("a.docx", data)


def test_an_entity_in_a_book_is_left_out() -> None:
    with pytest.raises(ExtractError, match="no text"):
        one("a.epub", book(ENTITY))
    spine = '<p><t>&x;ع</t><item id="a" href="a.xhtml"/><itemref idref="a"/></p>'
    record = one("a.epub", book(f'<!DOCTYPE p [<!ENTITY x "نمو">]>{spine}', a="نص"))
    assert record.text == "نص\n\f"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", word(f"<w:p>{run('نص')}</w:p>" * 50)),
        ("a.epub", book('<p><item id="a" href="a.xhtml"/><itemref idref="a"/></p>', a="نص " * 50)),
    ],
)
def test_mutated_files_are_read_or_refused(name: str, data: bytes) -> None:
    for mutated in overwritten(data, 300, name, most=5, cut=0.2):
        with suppress(ExtractError):
            assert len(list(extract(name, mutated).records)) == 1


KNOWN = [
    ("doc.docx", "عنوان الوثيقة", ["المكتبات الوطنية", "بعد الجدولة", "21750000", "نصمضاف",
                                   "مربعالنص", "حاشيةسفلية", "ترويسة الصفحة"]),
    ("doc.odt", "عنوان الوثيقة", ["المكتبات الوطنية", "21750000", "نصمضاف", "مربعالنص"]),
    ("deck.pptx", "الشريحة 1", ["الشريحة 12", "ملاحظات المتحدث", "خلية أولى\tخلية ثانية"]),
    ("doc.epub", "عنوان الوثيقة", ["المكتبات الوطنية", "21750000"]),
]  # fmt: skip


@needs_documents
@pytest.mark.parametrize(("name", "title", "texts"), KNOWN, ids=[k[0] for k in KNOWN])
def test_known_documents(name: str, title: str, texts: list[str]) -> None:
    record = one(name, Path(OTHER / name).read_bytes())
    assert record.title == title
    assert [text for text in texts if text not in record.text] == []
    if name != "doc.epub":  # whose maker wrote it out as any text
        assert "نصمحذوف" not in record.text


@needs_documents
@pytest.mark.parametrize("name", ["bomb.docx", "deep.docx", "laugh.docx", "xxe.docx"])
def test_known_bombs_are_refused(name: str) -> None:
    with pytest.raises(ExtractError):
        one(name, Path(OTHER / name).read_bytes())
