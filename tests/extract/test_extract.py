"""Files to records, format by format: what is kept, what is left out, what is said of losses."""

from __future__ import annotations

import codecs
import gzip
import json
import os
import subprocess
import sys
import zlib
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ExtractError
from indexer.extract import EXTENSIONS, Record, extension_of, extract, extract_path, hash_file
from indexer.extract.text import heading
from indexer.extract.types import MAX_PAGE_BYTES, MAX_PROBLEMS
from indexer.parts.layout import Division, Layout

BODY = "وصل الوفد إلى المدينة مساء أمس، وكان في استقباله رئيس البلدية وعدد من الأعيان."


def one(name: str, source: str | bytes) -> Record:
    data = source.encode() if isinstance(source, str) else source
    (record,) = extract(name, data).records
    assert record.id is None
    return record


def digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


# --- names and files


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("a.txt", ".txt"),
        ("/x.y/A.TXT", ".txt"),
        ("a.b.md", ".md"),
        ("a.jsonl.gz", ".jsonl.gz"),
        ("a.JSONL.GZ", ".jsonl.gz"),
        ("a.txt.gz", ".gz"),
        ("x.d/name", ""),
        (".txt", ""),
        ("a.", "."),
        ("اسم.html", ".html"),
    ],
)
def test_the_extension_of_a_name(name: str, extension: str):
    assert extension_of(name) == extension


@pytest.mark.parametrize("name", ["a.png", "a.PNG", "a.txt~", "a.tmp"])
def test_other_files_are_refused(name: str):
    with pytest.raises(ExtractError, match="not read"):
        extract(name, b"text")


@pytest.mark.parametrize("extension", sorted(EXTENSIONS))
def test_an_empty_file_of_any_format_has_no_text_and_no_surprise(extension: str):
    data = gzip.compress(b"") if extension.endswith(".gz") else b""
    assert [record.text for record in extract(f"a{extension}", data).records] in ([], [""])


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.jsonl", "a.jsonl.gz"])
def test_digest_and_size_are_those_of_the_bytes_on_disk(tmp_path: Path, name: str):
    data = json.dumps({"text": BODY}).encode()
    data = gzip.compress(data) if name.endswith(".gz") else data
    path = tmp_path / name
    path.write_bytes(data)
    extraction = extract_path(str(path))
    assert len(list(extraction.records)) == 1
    assert (extraction.digest, extraction.size) == (digest(data), len(data))
    assert hash_file(str(path)) == digest(data)


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.jsonl.gz"])
def test_what_cannot_be_opened_says_so_at_once(tmp_path: Path, name: str):
    with pytest.raises(ExtractError, match="not there"):
        extract_path(str(tmp_path / name))
    (tmp_path / name).mkdir()
    with pytest.raises(ExtractError):
        extract_path(str(tmp_path / name))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_locked_file_is_refused(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("x")
    path.chmod(0)
    with pytest.raises(ExtractError, match="permission"):
        extract_path(str(path))


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_a_pipe_is_refused_without_waiting(tmp_path: Path, name: str):
    os.mkfifo(tmp_path / name)
    with pytest.raises(ExtractError, match="regular"):
        extract_path(str(tmp_path / name))


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_file_beyond_the_limit_is_refused_and_the_limit_named(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_bytes(b"x" * 1001)
    assert extract_path(str(path), max_bytes=1001)
    with pytest.raises(ExtractError, match=r"1001 bytes .* limit of 1000 bytes: split"):
        extract_path(str(path), max_bytes=1000)


def test_a_file_of_a_gigabyte_is_refused_without_reading_it(tmp_path: Path):
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(ExtractError, match=r"1\.0 GiB .* 400 MiB"):
        extract_path(str(path))


def test_a_page_has_a_lower_limit_because_its_tree_is_many_times_its_size():
    data = b" " * (MAX_PAGE_BYTES + 1)
    with pytest.raises(ExtractError, match=r"limit of 32 MiB"):
        extract("a.html", data)
    assert extract("a.txt", data)


def test_libraries_are_imported_only_for_their_formats():
    code = (
        "import sys, indexer.extract as e, indexer.folder.walk\n"
        "assert 'json' not in sys.modules\n"
        "list(e.extract('a.txt', b'x').records); list(e.extract('a.jsonl', b' ').records)\n"
        "assert not {'selectolax', 'charset_normalizer', 'numpy', 'whoosh'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# --- plain text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x06\ufeff")))
def test_any_text_comes_back_from_a_text_file(text: str):
    if not text.startswith("%PDF-"):
        extraction = extract("a.txt", text.encode())
        (record,) = extraction.records
        if extraction.encoding.endswith(" in utf-8"):  # letters that are Arabic, taken for Latin
            return
        assert (record.text, record.date, extraction.replaced) == (text, None, 0)
        assert record.title in text


def test_an_endless_line_is_read(tmp_path: Path):
    path = tmp_path / "line.txt"
    path.write_text("كلمة " * 3_000_000)
    (record,) = extract_path(str(path)).records
    assert (len(record.text), record.title) == (15_000_000, "")


def test_stray_bytes_are_said():
    extraction = extract("a.txt", BODY.encode() + b"\xff")
    assert extraction.replaced == 1
    (problem,) = extraction.problems
    assert not problem.fatal
    assert "U+FFFD" in problem.reason


HEADINGS = [
    ("then-blank-line", f"وصول الوفد\n\n{BODY}", "وصول الوفد"),
    ("then-paragraph", f"وصول الوفد\n{BODY}", "وصول الوفد"),
    ("windows-line-ends", f"وصول الوفد\r\n\r\n{BODY}", "وصول الوفد"),
    ("after-blank-lines", f"\n \n\u200fوصول الوفد \n\n{BODY}", "وصول الوفد"),
    ("question", f"هل وصل الوفد؟\n\n{BODY}", "هل وصل الوفد؟"),
    ("quotes", f"«وصول» الوفد\n\n{BODY}", "«وصول» الوفد"),
    ("150-long", "ا" * 150 + "\n\nب", "ا" * 150),
    ("151-long", "ا" * 151 + "\n\nب", ""),
    ("sentence", f"وصل الوفد أمس.\n\n{BODY}", ""),
    ("sentence-in-quotes", f"قال: «وصل الوفد أمس.»\n\n{BODY}", ""),
    ("clause", f"وصل الوفد،\n{BODY}", ""),
    ("one-line", "وصول الوفد", ""),
    ("one-line-and-blanks", "وصول الوفد\n\n \n", ""),
    ("no-letters", f"=====\n\n{BODY}", ""),
    ("paragraph-broken-by-hand", f"{BODY[:50]}\n{BODY[:55]}\n{BODY}", ""),
    ("empty", "", ""),
]


@pytest.mark.parametrize(("text", "title"), [h[1:] for h in HEADINGS], ids=[h[0] for h in HEADINGS])
def test_the_heading_of_a_plain_text(text: str, title: str):
    assert heading(text) == title


# --- Markdown

MARKDOWN = [
    ("heading", "# عنوان\n\nنص", "عنوان"),
    ("closed-heading", "## عنوان ##\n\nنص", "عنوان"),
    ("not-first", "تمهيد طويل.\n\n# عنوان\n", "عنوان"),
    ("underlined", "عنوان\n=====\n\n# آخر", "عنوان"),
    ("underlined-windows", "عنوان\r\n-----\r\n", "عنوان"),
    ("front-matter", '---\ntitle: "عنوان"\n---\n# آخر\n', "عنوان"),
    ("front-matter-without-title", "---\nlang: ar\n---\n# عنوان\n", "عنوان"),
    ("signs", "# **عنوان** [مهم](http://x) `رمز`\n", "عنوان مهم رمز"),
    ("code-is-no-heading", "```\n# تعليق\n```\n\n# عنوان\n", "عنوان"),
    ("hashtag-is-no-heading", f"#وسم\n{BODY}", "#وسم"),
    ("no-heading", f"سطر أول\n\n{BODY}", "سطر أول"),
    ("rule-is-no-heading", f"{BODY}\n\n---\n\n{BODY}", ""),
]


@pytest.mark.parametrize(
    ("source", "title"), [m[1:] for m in MARKDOWN], ids=[m[0] for m in MARKDOWN]
)
def test_markdown_keeps_its_source_and_finds_its_title(source: str, title: str):
    record = one("a.md", source)
    assert record.text == source
    assert record.title == title


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("# a" + " " * 60_000 + "x\n\nنص", "a"),
        ("# " + "*a " * 20_000 + "\n\nنص", "*a *a"),
        ("# " + "[" * 60_000 + "\n\nنص", "[[["),
        ("---\ntitle: a" + " " * 60_000 + "x\n---\nنص", "a "),
    ],
    ids=["spaces", "emphasis", "links", "front-matter"],
)
def test_a_heading_of_endless_signs_is_read(source: str, title: str):
    code = "import sys\nfrom indexer.extract import extract\n" + (
        "print(extract('a.md', sys.stdin.buffer.read()).records[0].title)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=source.encode(), capture_output=True, timeout=60
    )
    assert done.stdout.decode().startswith(title)


def test_the_date_of_front_matter():
    assert one("a.md", "---\ntitle: س\ndate: 2024-03-05\n---\nنص").date == "2024-03-05"


# --- HTML

PAGE = f"""<!doctype html><html><head><meta charset="utf-8"><title>وصول الوفد | صحيفة</title>
<meta property="article:published_time" content="2024-03-05T10:00:00Z"><style>p {{}}</style></head>
<body><div id="cookie-banner">نستخدم الكعكات</div><header>شعار الصحيفة</header>
<nav><ul><li>الرئيسية</li></ul></nav><ul class="main-menu"><li>اقتصاد</li></ul>
<article><header><h1>وصول الوفد</h1></header><p>{BODY}</p><aside>اقرأ أيضا</aside>
<p>فقرة&nbsp;ثانية &laquo;مهم<b>ة</b>&raquo;<br>سطر جديد</p><script>var x = "لا"</script></article>
<aside>الأكثر قراءة</aside><footer>جميع الحقوق محفوظة</footer></body></html>"""


def test_a_page_gives_its_article():
    assert one("a.html", PAGE) == Record(
        None,
        "وصول الوفد",
        f"وصول الوفد\n\n{BODY}\n\nفقرة\u00a0ثانية «مهمة»\nسطر جديد\n",
        "2024-03-05T10:00:00+00:00",
        title_from="page",
        date_from="page",
        date_text="2024-03-05T10:00:00Z",
        layout=Layout((Division(0, "heading", "", "وصول الوفد"),)),
    )


HTML = [
    ("no-markup", "نص فقط", "نص فقط\n"),
    ("inline-does-not-split-words", "<p>ال<b>كتا</b>ب<i> الأول</i></p>", "الكتاب الأول\n"),
    ("white-space-folds", "<p>\n  كلمة \t <b> أخرى </b>\n </p>", "كلمة أخرى\n"),
    ("entities", "<p>&lt;b&gt; &amp; &#1575;&#x628;</p>", "<b> & اب\n"),
    ("blocks", "<div>أ</div><div>ب</div>ج<p>د</p>هـ", "أ\nب\nج\n\nد\n\nهـ\n"),
    ("lists", "<ul><li>أ<li>ب</ul>", "أ\nب\n"),
    ("cells", "<table><tr><th>أ</th><td>ب</td></tr><tr><td>ج</table>", "أ\tب\nج\n"),
    ("preformatted", "<pre>\nأ\n  ب</pre>", "أ\n  ب\n"),
    ("two-breaks", "أ<br><br>ب", "أ\n\nب\n"),
    ("comments", "أ<!-- ب -->ج", "أج\n"),
    ("hidden", "<p hidden>أ</p><template>ب</template><noscript>ج</noscript><p>د", "د\n"),
    ("main", "<div>قائمة</div><main><p>نص</p></main>", "نص\n"),
    ("empty-main", "<main></main><p>نص</p>", "نص\n"),
    ("teasers", "<article>أول</article><article>ثان</article>", "أول\n\nثان\n"),
    ("roles", "<div role=navigation>أ</div><div role=banner>ب</div><p>نص", "نص\n"),
    ("nested-furniture", "<nav><nav>أ</nav><aside>ب</aside></nav><p>نص", "نص\n"),
    (
        "menu-that-is-the-page",
        "<div class=menu>حساء العدس وخبز</div><p>نص",
        "حساء العدس وخبز\n\nنص\n",
    ),
    ("cookie-on-body", "<body class='cookie-consent'><p>نص", "نص\n"),
    ("half-of-a-pair", "<p>أ&#xD800;ب", "أ\ufffdب\n"),
    ("unclosed", "<p>أ<p>ب<div>ج", "أ\n\nب\n\nج\n"),
    ("broken", "<p <b>أ</i></p></p>", "أ\n"),
]


@pytest.mark.parametrize(("source", "text"), [h[1:] for h in HTML], ids=[h[0] for h in HTML])
def test_the_text_of_a_page(source: str, text: str):
    assert one("a.html", source).text.replace("\n\n\n", "\n\n") == text


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>أ</title><h1>ب</h1>", "أ"),
        ("<title>أ - الموقع</title><h1>أ</h1>", "أ"),
        ("<h1> أ\n ب </h1>", "أ ب"),
        ("<svg><title>رسم</title></svg><p>نص", ""),
        ("<title></title><p>نص", ""),
    ],
)
def test_the_title_of_a_page(head: str, title: str):
    assert one("a.htm", head).title == title


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        ('<meta charset="windows-1256">', "windows-1256"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-6">', "iso-8859-6"),
        ('<?xml version="1.0" encoding="windows-1256"?>', "windows-1256"),
        ("", "windows-1256"),
        ('<meta charset="iso-8859-1">', "windows-1256"),
        ('<meta charset="utf-8">', "utf-16"),
        ('<meta charset="windows-1256">', "utf-8"),
    ],
)
def test_the_encoding_of_a_page(declaration: str, encoding: str):
    source = f"{declaration}<p>{BODY}</p>"
    assert one("a.html", source.encode(encoding)).text == f"{BODY}\n"


def test_a_page_nested_deeper_than_the_stack_is_read():
    assert one("a.html", "<div>" * 5000 + "نص").text == "نص\n"


def test_menus_in_menus_are_left_out_of_a_large_page():
    menus = "<div class=nav>" * 15_000 + "بحث" + "</div>" * 15_000
    assert one("a.html", f"{menus}<p>{BODY}").text == f"{BODY}\n"


def test_a_large_page_is_read_as_a_small_one_is():
    rows = "".join(f"<p>{BODY} {number}</p>" for number in range(1500))
    page = f"<title>خبر</title><meta name=date content=2024-03-05><nav>قائمة</nav>{rows}"
    record = one("a.html", page)
    assert (record.title, record.date) == ("خبر", "2024-03-05")
    assert record.text.split("\n\n")[0] == f"{BODY} 0"
    assert record.text.count(BODY) == 1500
    assert "قائمة" not in record.text


@pytest.mark.parametrize(
    "page",
    ["<div " + " ".join(f"a{number}" for number in range(400_000)) + ">نص",
     "".join(f"<b a={number}><p>" for number in range(100_000))],
    ids=["attributes", "unclosed"],
)  # fmt: skip
def test_a_page_that_its_parser_cannot_bear_is_refused(page: str):
    with pytest.raises(ExtractError, match=r"its parser|processor|memory"):
        one("a.html", page)
    assert one("a.html", PAGE).title == "وصول الوفد"


# --- records


def lines(*records: object) -> bytes:
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode()


def test_a_record_a_line():
    data = lines(
        {"id": "x", "title": "ع", "text": BODY, "date": "2024-03-05", "other": 1},
        {"id": 7, "text": "ب"},
        {"text": "ج", "title": None},
    )
    extraction = extract("a.jsonl", data)
    assert list(extraction.records) == [
        Record("x", "ع", BODY, "2024-03-05", title_from="field", date_from="field"),
        Record("7", "", "ب", None, line=2),
        Record(None, "", "ج", None, line=3, is_line=True),
    ]
    assert not extraction.problems


BAD_LINES = [
    ("broken", '{"text": "أ"', "broken JSON"),
    ("no-object", '["أ"]', "object"),
    ("no-text", '{"id": "a"}', '"text"'),
    ("text-is-no-text", '{"text": 5}', '"text"'),
    ("empty", '{"text": " "}', "empty"),
    ("too-deep", "[" * 100_000, "nested"),
    ("too-long-a-number", '{"id": ' + "1" * 5000 + ', "text": "أ"}', "broken"),
]


@pytest.mark.parametrize(
    ("line", "reason"), [b[1:] for b in BAD_LINES], ids=[b[0] for b in BAD_LINES]
)
def test_a_bad_line_costs_only_itself(line: str, reason: str):
    extraction = extract("a.jsonl", f'{{"text": "أ"}}\n\r\n{line}\n{{"text": "ب"}}\n'.encode())
    assert [record.text for record in extraction.records] == ["أ", "ب"]
    (problem,) = extraction.problems
    assert (problem.path, problem.line, problem.fatal) == ("a.jsonl", 3, False)
    assert reason in problem.reason
    assert "\n" not in problem.reason


def test_an_id_that_occurs_again_loses_nothing():
    ids = ["a", "a#2", "a", "a", None, "5"]
    extraction = extract("a.jsonl", lines(*({"id": i, "text": "نص"} for i in ids)))
    assert [record.id for record in extraction.records] == ["a", "a#2", "a#3", "a#4", None, "5"]
    assert [problem.line for problem in extraction.problems] == [3, 4]
    assert not any(problem.lost for problem in extraction.problems)


def test_a_file_of_one_id_is_read():
    code = """from indexer.extract import extract
extraction = extract("a.jsonl", b'{"id":"a","text":"x"}\\n' * 100_000)
print([record.id for record in extraction.records][-1], len(extraction.problems))"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["a#100000", str(MAX_PROBLEMS + 1)]


def test_problems_are_listed_up_to_a_limit_and_then_counted():
    extraction = extract("a.jsonl", b"broken\n" * (MAX_PROBLEMS + 5))
    assert not list(extraction.records)
    assert len(extraction.problems) == MAX_PROBLEMS + 1
    assert extraction.problems[-1].reason.startswith("5 more")
    assert extraction.problems[-1].lost


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1256", "iso-8859-6"]
)
def test_records_in_other_encodings(encoding: str):
    source = lines(*({"id": i, "text": f"{BODY} {i}"} for i in range(9000))).decode()
    extraction = extract("a.jsonl", source.encode(encoding))
    assert [record.text for record in extraction.records] == [f"{BODY} {i}" for i in range(9000)]
    assert extraction.replaced == 0


def test_stray_bytes_and_half_pairs_in_records():
    data = '{"text": "قبل \\ud83d\\ude00 \\ud83d بعد"}\n{"text": "قبل '.encode() + b'\xff"}'
    extraction = extract("a.jsonl", data)
    assert [record.text for record in extraction.records] == ["قبل 😀 \ufffd بعد", "قبل \ufffd"]
    assert extraction.replaced == 2


def test_a_line_beyond_the_limit_is_left_out_and_the_others_are_kept():
    data = lines({"text": "أ"}, {"text": "ب" * 5000}, {"text": "ج"})
    extraction = extract("a.jsonl", data, max_bytes=1000)
    assert [record.text for record in extraction.records] == ["أ", "ج"]
    assert extraction.problems[0].line == 2


def test_records_stream(tmp_path: Path):
    """The first record comes long before the file, here of 100 MB unpacked, has been read."""
    path = tmp_path / "big.jsonl.gz"
    line = lines({"text": BODY * 80}) + b"\n"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(20):
            file.write(line * 500)
    extraction = extract_path(str(path))
    records = iter(extraction.records)
    assert next(records).is_line
    assert extraction.digest == ""
    assert sum(1 for _ in records) == 9999
    assert extraction.digest == digest(path.read_bytes())


# --- gzip

PACKED = gzip.compress(
    lines(*({"id": i, "text": f"{i} {os.urandom(40).hex()}"} for i in range(500)))
)


def test_members_one_after_another_and_padding():
    data = (
        gzip.compress(lines({"text": "أ"}) + b"\n")
        + gzip.compress(lines({"text": "ب"}))
        + bytes(64)
    )
    extraction = extract("a.jsonl.gz", data)
    assert [record.text for record in extraction.records] == ["أ", "ب"]
    assert not extraction.problems


@pytest.mark.parametrize(
    "data",
    [PACKED[: len(PACKED) // 2], PACKED[:-4], PACKED[:-8] + bytes(8), PACKED + b"garbage"],
    ids=["cut", "cut-in-the-end-mark", "wrong-checksum", "garbage-behind"],
)
def test_damaged_gzip_keeps_what_stands_before_the_damage(data: bytes):
    extraction = extract("a.jsonl.gz", data)
    records = list(extraction.records)
    assert len(records) > 150
    assert [record.id for record in records] == [str(i) for i in range(len(records))]
    assert any("gzip" in problem.reason for problem in extraction.problems)
    assert extraction.digest == digest(data)


@pytest.mark.parametrize("data", [b"", b"{}", zlib.compress(b"{}")], ids=["empty", "plain", "zlib"])
def test_what_is_no_gzip_is_refused(data: bytes):
    with pytest.raises(ExtractError, match="gzip"):
        extract("a.jsonl.gz", data)


# --- sizes


@pytest.mark.parametrize(
    "data",
    [
        "نص\r\nآخر".encode(),
        codecs.BOM_UTF8 + "نص".encode(),
        "نص ناقص".encode()[:-1] + b" abc",
        "نص هنا في هذا الكتاب".encode("windows-1256"),
        "نص".encode("utf-16"),
        b"",
    ],
    ids=["utf-8", "mark", "stray", "windows-1256", "utf-16", "empty"],
)
def test_the_size_of_a_text_is_told_only_where_it_is_that_of_the_bytes(data: bytes) -> None:
    (record,) = extract("a.txt", data).records
    assert record.text_bytes in (None, len(record.text.encode()))
    assert (record.text_bytes is not None) == (record.text.encode() == data)
