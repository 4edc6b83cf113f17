"""A folder as people have them: some seventy files of all formats, encodings and nestings.

`fill` writes it. `EXPECTED` has of each document that must be found its id, title, date and words
of its text; `REFUSED` of each file that cannot be read a part of the reason.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

import zstandard
from archive_files import encrypted, tar_of, zip_of
from pages import pdf_of, presentation_of

STORY = "وصل الوفد إلى المدينة مساء أمس، وكان في استقباله رئيس البلدية وعدد من الأعيان."


class Found(NamedTuple):
    id: str
    title: str
    date: str | None
    text: str = STORY


FILES: dict[str, bytes] = {}
EXPECTED: list[Found] = []
REFUSED: dict[str, str] = {}


def _file(name: str, data: bytes | str, *found: Found) -> None:
    FILES[name] = data.encode() if isinstance(data, str) else data
    EXPECTED.extend(found)


def _refused(name: str, data: bytes, reason: str) -> None:
    FILES[name] = data
    REFUSED[name] = reason


def _zip(parts: Mapping[str, str | bytes]) -> bytes:
    return zip_of({name: p.encode() if isinstance(p, str) else p for name, p in parts.items()})


def _office(body: str, main: str, core: str = "") -> bytes:
    meta = f"<c><title>عنوان</title><created>{core}</created></c>" if core else "<c/>"
    return _zip({main: body, "docProps/core.xml": meta})


def _word(*lines: str, core: str = "2017-11-05T10:00:00Z") -> bytes:
    body = "".join(f"<p><r><t>{line}</t></r></p>" for line in lines)
    return _office(f"<document><body>{body}</body></document>", "word/document.xml", core)


def _open_document(kind: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as box:
        box.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        box.writestr("content.xml", f"<d><body><h>خبر</h><p>{STORY}</p></body></d>")
        box.writestr(
            "meta.xml", "<m><title>عنوان</title><creation-date>2017-11-05</creation-date></m>"
        )
    return packed.getvalue()


def _book() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as box:
        box.writestr("mimetype", "application/epub+zip")
        box.writestr("META-INF/container.xml", "<c><rootfile full-path='a/b.opf'/></c>")
        opf = (
            "<package><metadata><title>كتاب</title><date>2017-11-05</date><date>2001</date>"
            "</metadata><manifest><item id='1' href='p.xhtml'/></manifest>"
            "<spine><itemref idref='1'/></spine></package>"
        )
        box.writestr("a/b.opf", opf)
        box.writestr("a/p.xhtml", f"<html><body><p>{STORY}</p></body></html>")
    return packed.getvalue()


def _mail(subject: str) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"] = subject, "a@example.org"
    message["Date"] = "Sun, 05 Nov 2017 10:00:00 +0300"
    message.set_content(STORY)
    return message.as_bytes()


def _page(title: str, head: str = "", charset: str = "utf-8") -> str:
    return (
        f"<html><head><meta charset={charset}><title>{title}</title>{head}</head>"
        f"<body><nav>قائمة</nav><article><p>{STORY}</p></article></body></html>"
    )


# plain texts of many encodings
for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1256",
                 "iso-8859-6"):  # fmt: skip
    _file(f"texts/{encoding}.txt", f"خبر\n\n{STORY}\n".encode(encoding),
          Found(f"texts/{encoding}.txt", "خبر", None))  # fmt: skip
_file("texts/twice.txt", f"خبر\n\n{STORY}\n".encode().decode("latin-1").encode(),
      Found("texts/twice.txt", "خبر", None))  # fmt: skip
_file("texts/README", f"اقرأ\n\n{STORY}\n", Found("texts/README", "اقرأ", None))

# dates: in names, lines, front matter
for name, title, date in (
    ("2017-11-05", "خبر", "2017-11-05"), ("20171105", "خبر", "2017-11-05"),
    ("٢٠١٧-١١-٠٥", "خبر", "2017-11-05"), ("محضر ٥ تشرين الثاني ٢٠١٧", "خبر", "2017-11-05"),
    ("خطاب 16-2-1439هـ", "خبر", "2017-11-05"), ("نشرة نوفمبر 2017", "خبر", "2017-11"),
):  # fmt: skip
    _file(f"dates/{name}.txt", f"خبر\n\n{STORY}\n", Found(f"dates/{name}.txt", title, date))
for number, line in enumerate((
    "الأحد 5 نوفمبر 2017", "نشر في: ٥/١١/٢٠١٧", "الأحد 16 صفر 1439 هـ - 5 نوفمبر 2017 م",
    "الخرطوم - 16 صفر 1439هـ",
)):  # fmt: skip
    _file(f"dates/line{number}.txt", f"خبر عاجل\n{line}\n\n{STORY}\n",
          Found(f"dates/line{number}.txt", "خبر عاجل", "2017-11-05"))  # fmt: skip
for number, written in enumerate(("2017-11-05", "٥ تشرين الثاني ٢٠١٧", "16 صفر 1439 هـ")):
    _file(f"dates/front{number}.md", f"---\ntitle: عنوان\ndate: {written}\n---\n{STORY}\n",
          Found(f"dates/front{number}.md", "عنوان", "2017-11-05"))  # fmt: skip
_file("dates/heading.md", f"# خبر\n\n{STORY}\n", Found("dates/heading.md", "خبر", None))
_file("dates/event.txt", f"خبر\n\nفي 5 نوفمبر 1956 اندلعت الحرب. {STORY}\n",
      Found("dates/event.txt", "خبر", None))  # fmt: skip

# pages
PUBLISHED = "<meta property='article:published_time' content='2017-11-05T01:00:00+02:00'>"
_file(
    "pages/a.html",
    _page("خبر", PUBLISHED),
    Found("pages/a.html", "خبر", "2017-11-04T23:00:00+00:00"),
)
LINKED = '<script type="application/ld+json">{"datePublished":"2017-11-05"}</script>'
_file("pages/ld.html", _page("خبر", LINKED), Found("pages/ld.html", "خبر", "2017-11-05"))
_file("pages/lies.htm", _page("خبر", charset="utf-8").encode("windows-1256"),
      Found("pages/lies.htm", "خبر", None))  # fmt: skip
_file("pages/iso.htm", _page("خبر", charset="windows-1256").encode("iso-8859-6", "replace"),
      Found("pages/iso.htm", "خبر", None))  # fmt: skip

# records
RECORDS = [
    {"id": "r1", "title": "خبر", "text": STORY, "date": "2017-11-05"},
    {"id": "r2", "text": STORY},
]
LINES = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS)


def _records(prefix: str) -> tuple[Found, Found]:
    return Found(f"{prefix}1", "خبر", "2017-11-05"), Found(f"{prefix}2", "", None)


def _lines(prefix: str) -> str:
    return LINES.replace('"r', f'"{prefix}')


_file("records/a.jsonl", _lines("a"), *_records("a"))
_file("records/b.jsonl.gz", gzip.compress(_lines("b").encode()), *_records("b"))
_file("records/c.jsonl", _lines("c").encode("utf-16"), *_records("c"))
_file("records/d.json", json.dumps(json.loads(f"[{_lines('d').strip()}]".replace("}\n{", "},{"))),
      *_records("d"))  # fmt: skip
for sign, name in ((",", "e.csv"), (";", "f.csv"), ("\t", "g.tsv")):
    prefix = name[0]
    rows = [("id", "عنوان", "نص", "تاريخ"), (f"{prefix}1", "خبر", f'"{STORY}"', "5/11/2017"),
            (f"{prefix}2", "", f'"{STORY}"', "")]  # fmt: skip
    _file(f"records/{name}", "\n".join(map(sign.join, rows)) + "\n", *_records(prefix))

# mail, subtitles, books, documents
_file("mail/one.eml", _mail("تقرير"), Found("mail/one.eml", "تقرير", "2017-11-05T07:00:00+00:00"))
RAW = b"Subject: " + "خبر".encode("windows-1256") + b"\nContent-Type: text/plain; charset=utf-8\n\n"
_file("mail/lies.eml", RAW + STORY.encode("windows-1256"), Found("mail/lies.eml", "خبر", None))
BOX = b"".join(b"From a@b Sun Nov  5 10:00:00 2017\n" + _mail(f"تقرير {n}") + b"\n" for n in "12")
_file("mail/box.mbox", BOX, *(
    Found(f"mail/box.mbox#{n}", f"تقرير {n}", "2017-11-05T07:00:00+00:00") for n in "12"
))  # fmt: skip
_file("films/a.srt", f"1\n00:00:01,000 --> 00:00:02,000\n{STORY}\n".encode("windows-1256"),
      Found("films/a.srt", "", None))  # fmt: skip
_file(
    "films/a.vtt", f"WEBVTT\n\n00:01.000 --> 00:02.000\n{STORY}\n", Found("films/a.vtt", "", None)
)
_file("books/0310Tabari.completed",
      "######OpenITI#\n#META# 010.AuthorNAME :: الطبري\n#META# 020.BookTITLE :: التاريخ\n"
      f"#META#Header#End#\n# {STORY} ms001\n",
      Found("books/0310Tabari.completed", "التاريخ - الطبري", "0922"))  # fmt: skip
_file("books/tei.xml", "<?xml version='1.0'?><TEI><teiHeader><title>كتاب</title></teiHeader>"
      f"<text><body><p>{STORY}</p></body></text></TEI>",
      Found("books/tei.xml", "كتاب", None))  # fmt: skip
_file("books/a.epub", _book(), Found("books/a.epub", "كتاب", "2017-11-05"))
_file("office/a.docx", _word(STORY), Found("office/a.docx", "عنوان", "2017-11-05T10:00:00+00:00"))
_file("office/b.docx", _word("خبر", "", STORY, core=""), Found("office/b.docx", "خبر", None))
_file("office/a.odt", _open_document("text"), Found("office/a.odt", "عنوان", "2017-11-05"))
_file("office/a.odp", _open_document("presentation"), Found("office/a.odp", "عنوان", "2017-11-05"))
_file("office/a.pptx", presentation_of([STORY]), Found("office/a.pptx", "", None))
_file(
    "office/named.txt",
    _word(STORY),
    Found("office/named.txt", "عنوان", "2017-11-05T10:00:00+00:00"),
)
ESCAPED = "".join(f"\\'{byte:02x}" for byte in STORY.encode("windows-1256"))
_file("office/a.rtf", rb"{\rtf1\ansi\ansicpg1256 " + ESCAPED.encode() + b"}",
      Found("office/a.rtf", "", None))  # fmt: skip
_file("office/a.pdf", pdf_of([["Report of the day", "The delegation arrived"]]),
      Found("office/a.pdf", "Report of the day", None, "The delegation arrived"))  # fmt: skip
_file("office/تقرير سنوي.pdf", pdf_of([["The delegation arrived."]]),
      Found("office/تقرير سنوي.pdf", "تقرير سنوي", None, "The delegation arrived."))  # fmt: skip

# files within files
TEXT = f"خبر\n\n{STORY}\n".encode()
_file("packed/a.txt.gz", gzip.compress(TEXT), Found("packed/a.txt.gz", "خبر", None))
_file("packed/2017-11-05.txt.bz2", bz2.compress(TEXT),
      Found("packed/2017-11-05.txt.bz2", "خبر", "2017-11-05"))  # fmt: skip
_file("packed/a.txt.xz", lzma.compress(TEXT), Found("packed/a.txt.xz", "خبر", None))
_file("packed/a.txt.zst", zstandard.ZstdCompressor().compress(TEXT),
      Found("packed/a.txt.zst", "خبر", None))  # fmt: skip
INNER = _zip({"2017-11-05.txt": TEXT, "ورد.docx": _word(STORY)})
_file("packed/a.zip", _zip({"مجلد/نص.txt": TEXT, "inner.zip": INNER, "r.jsonl": _lines("z")}),
      Found("packed/a.zip!/مجلد/نص.txt", "خبر", None),
      Found("packed/a.zip!/inner.zip!/2017-11-05.txt", "خبر", "2017-11-05"),
      Found("packed/a.zip!/inner.zip!/ورد.docx", "عنوان", "2017-11-05T10:00:00+00:00"),
      *_records("z"))  # fmt: skip
_file("packed/a.tar.gz", gzip.compress(tar_of({"نص.txt": TEXT})),
      Found("packed/a.tar.gz!/نص.txt", "خبر", None))  # fmt: skip
_file("packed/b.tar", tar_of({"deep/b.txt": TEXT}), Found("packed/b.tar!/deep/b.txt", "خبر", None))

# what cannot be read
DEEP = "<document><body>" + "<p>" * 5000 + "</p>" * 5000 + "</body></document>"
LAUGHS = (
    '<!DOCTYPE d [<!ENTITY a "lol">]><document><body><p><r><t>&a;</t></r></p></body></document>'
)
BOMB = f"<document><body><p><r><t>{'a' * (110 << 20)}</t></r></p></body></document>"
_refused("refused/broken.pdf", b"%PDF-1.7\nnothing", "damaged")
_refused("refused/empty.pdf", pdf_of([[]]), "no text")
_refused("refused/deep.docx", _office(DEEP, "word/document.xml"), "nested")
_refused("refused/laugh.docx", _office(LAUGHS, "word/document.xml"), "entities")
_refused("refused/bomb.docx", _office(BOMB, "word/document.xml"), "unpacks to more")
_refused("refused/cut.docx", _word(STORY)[:-40], "damaged")
_refused("refused/program.txt", b"\x7fELF\0\0\1" * 9, "a program")
_refused("refused/zeros.txt", bytes(50) + b"abc", "binary")
_refused("refused/cut.xml", b"<a><b>text", "damaged")
_refused("refused/text.gz", b"no gzip", "not")
_refused("refused/old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "")
_refused("refused/secret.zip", encrypted(zip_of({"a.txt": TEXT})), "password")


def fill(folder: Path) -> None:
    """Write all files."""
    for name, data in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
