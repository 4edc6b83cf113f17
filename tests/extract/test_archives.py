"""Files within files: archives, compressed files, attachments. Places, names, limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import zipfile
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest
import zstandard
from archive_files import encrypted, tar_of, zip_named, zip_of
from cli_process import PROJECT, run
from mutations import overwritten
from pages import presentation_of

from indexer.errors import ExtractError
from indexer.extract import Extraction, extract, members, package
from indexer.extract.archives import readable_name

OTHER = PROJECT.parent.parent / "shared" / "documents" / "other"
if not OTHER.exists():
    OTHER = PROJECT.parent / "shared" / "documents" / "other"

TEXT = "وصل الوفد إلى المدينة مساء أمس\n"
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
}


def read(name: str, data: bytes) -> tuple[dict[str, str], Extraction]:
    """The texts by place, and the extraction."""
    extraction = extract(name, data)
    texts = {r.member + (f"#{r.item}" if r.item else ""): r.text for r in extraction.records}
    return texts, extraction


def reasons(extraction: Extraction) -> list[str]:
    return [problem.reason for problem in extraction.problems]


@pytest.mark.parametrize("ending", PACKERS)
def test_what_is_packed_is_read_as_if_it_were_not(ending: str) -> None:
    packed = PACKERS[ending](TEXT.encode("cp1256"))
    texts, extraction = read(f"a.txt.{ending}", packed)
    assert (texts, extraction.encoding) == ({"": TEXT}, "windows-1256")
    assert read("misnamed.txt", packed)[0] == {"": TEXT}
    assert read(f"page.html.{ending}", PACKERS[ending](b"<p>x</p>"))[0] == {"": "x\n"}
    tar = PACKERS[ending](tar_of({"مجلد/نص.txt": TEXT}))
    for name in (f"a.tar.{ending}", f"a.t{ending}"):
        assert read(name, tar)[0] == {"!/مجلد/نص.txt": TEXT}
    assert (
        extraction.reader
        == f"{ {'gz': 'gzip', 'bz2': 'bzip2', 'zst': 'zstd'}.get(ending, ending) }/1,text/1"
    )


@pytest.mark.parametrize("ending", PACKERS)
def test_what_stands_before_damage_is_kept(ending: str) -> None:
    text = "".join(f"{TEXT}{random.Random(n).random()}\n" for n in range(40_000))
    packed = PACKERS[ending](text.encode())
    texts, extraction = read(f"a.txt.{ending}", packed[: len(packed) // 2])
    assert text.startswith(texts[""][:-1])
    assert len(texts[""]) > 1000
    assert "damage" in reasons(extraction)[0]
    with pytest.raises(ExtractError):
        read(f"a.txt.{ending}", b"plain text")


def test_every_member_has_its_place() -> None:
    data = zip_of({
        "a.txt": TEXT, "مجلد/ب.md": "# عنوان\n", "../../evil.txt": "خارج", "deep/": "",
        "a.zip": zip_of({"b.tar": tar_of({"c.txt": "في العمق"}), "c.jsonl": '{"text": "سجل"}'}),
        ".hidden.txt": "x", "__MACOSX/a.txt": "x", "photo.jpg": b"\xff\xd8\xff\0",
        "LICENSE": "نص بلا لاحقة", "data.bin": b"\0\1\2", "a\\b.txt": "شرطة",
    })  # fmt: skip
    texts, extraction = read("x.zip", data)
    assert texts == {
        "!/a.txt": TEXT, "!/مجلد/ب.md": "# عنوان\n", "!/../../evil.txt": "خارج",
        "!/a.zip!/b.tar!/c.txt": "في العمق", "!/a.zip!/c.jsonl": "سجل", "!/LICENSE": "نص بلا لاحقة",
        "!/a/b.txt": "شرطة",
    }  # fmt: skip
    assert reasons(extraction) == ["files of other kinds in it were skipped: 1 .jpg, 1 .bin"]
    assert not any(problem.lost for problem in extraction.problems)


def test_a_name_that_comes_twice_is_kept_twice() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "أول")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", "ثان")
    assert read("x.zip", buffer.getvalue())[0] == {"!/a.txt": "أول", "!/a.txt#2": "ثان"}


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("ملف نصي", "cp1256"), ("ملف نصي", "cp720"), ("ملف نصي", "iso8859-6"), ("ملف نصي", "utf-8"),
        ("تقرير اللجنة السنوي 2023", "cp720"), ("تقرير اللجنة السنوي 2023", "cp1256"),
        ("محضر الاجتماع", "cp720"), ("الفصل الأول", "iso8859-6"),
        ("résumé", "cp437"), ("plain", "ascii"),
    ],
)  # fmt: skip
def test_names_are_read_in_the_code_page_that_makes_language_of_them(name: str, page: str) -> None:
    raw = name.encode(page)
    assert readable_name(raw) == name
    assert list(read("x.zip", zip_named(raw + b".txt", TEXT))[0]) == [f"!/{name}.txt"]


def test_an_office_document_in_an_archive_is_one_and_an_archive_none() -> None:
    inner = zip_of({"word/document.xml": "<d><p><t>وثيقة</t></p></d>"}, stored=True)
    for stored in (True, False):
        data = zip_of({"x/doc.docx": inner, "a.txt": TEXT}, stored=stored)
        assert read("x.zip", data)[0] == {"!/x/doc.docx": "وثيقة\n", "!/a.txt": TEXT}


# --- limits


def nested(depth: int) -> bytes:
    data = TEXT.encode()
    for level in range(depth):
        data = zip_of({"a.txt" if not level else "a.zip": data})
    return data


def test_files_lie_in_three_others_at_most() -> None:
    assert read("x.zip", nested(3))[0] == {"!/a.zip!/a.zip!/a.txt": TEXT}
    texts, extraction = read("x.zip", nested(4))
    assert texts == {}
    assert "lies in more than 3 others" in reasons(extraction)[0]
    packed = TEXT.encode()
    for _ in range(5):
        packed = gzip.compress(packed)
    with pytest.raises(ExtractError, match="more than 3"):
        read("a.txt.gz.gz.gz.gz.gz", packed)


def test_a_bomb_is_refused_and_what_lay_before_it_kept() -> None:
    zeros = bytes(3 << 20)
    for ending, packer in PACKERS.items():
        with pytest.raises(ExtractError, match="100 times its size"):
            read(f"a.txt.{ending}", packer(zeros))
    extraction = extract("x.zip", zip_of({"a.txt": TEXT, "b.txt": zeros}))
    found = []
    with pytest.raises(ExtractError, match="100 times its size"):
        found.extend(extraction.records)
    assert [record.member for record in found] == ["!/a.txt"]


def test_a_bomb_within_is_refused_and_the_rest_read() -> None:
    ballast = random.Random(1).randbytes(3 << 19).hex()
    inner = zip_of({"b.txt": bytes(4 << 20)})
    texts, extraction = read("x.zip", zip_of({"b.zip": inner, "a.txt": TEXT, "c.txt": ballast}))
    assert set(texts) == {"!/a.txt", "!/c.txt"}
    assert "!/b.zip: " in reasons(extraction)[0]
    assert "100 times" in reasons(extraction)[0]


def test_parts_and_entries_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MOST_PART_BYTES", 1000)
    monkeypatch.setattr(members, "MOST_ENTRIES", 3)
    texts, extraction = read(
        "x.zip", zip_of({"big.txt": TEXT * 50, **{f"{n}.txt": TEXT for n in range(4)}})
    )
    assert list(texts) == ["!/0.txt", "!/1.txt"]
    assert [reason.partition(":")[0] for reason in reasons(extraction)] == [
        "!/big.txt", "only the first 3 files in it were read",
    ]  # fmt: skip
    monkeypatch.setattr(package, "MOST_BYTES", 150)
    with pytest.raises(ExtractError, match="leave it out"):
        read("x.zip", zip_of({f"{n}.txt": TEXT for n in range(4)}))


def test_an_encrypted_zip_says_so() -> None:
    data = zip_of({"a.txt": TEXT})
    with pytest.raises(ExtractError, match="protected by a password"):
        read("x.zip", encrypted(data))


@pytest.mark.parametrize(
    ("name", "data"),
    [("x.zip", zip_of({"a.txt": TEXT * 20, "b.md": TEXT})), ("x.tar", tar_of({"a.txt": TEXT * 20})),
     ("x.tar.gz", gzip.compress(tar_of({"a.txt": TEXT}))), ("a.xz", lzma.compress(TEXT.encode()))],
)  # fmt: skip
def test_mutated_archives_are_read_or_refused(name: str, data: bytes) -> None:
    for mutated in overwritten(data, 150, name, most=7, cut=0.3):
        with suppress(ExtractError):
            read(name, mutated)


# --- mail


def letter(**attached: bytes) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "تقرير"
    message.set_content(TEXT)
    for name, data in attached.items():
        filename = name.replace("_", ".")
        message.add_attachment(data, maintype="application", subtype="x", filename=filename)
    return message


def test_what_is_attached_is_read() -> None:
    inner = letter(جدول_csv="النص\nخلية\n".encode())
    message = letter(نص_txt=TEXT.encode("cp1256"), رزمة_zip=zip_of({"a.txt": "في الرزمة"}),
                     صورة_png=b"\x89PNG\0", رسالة_eml=inner.as_bytes())  # fmt: skip
    texts, extraction = read("mail.eml", message.as_bytes())
    assert texts.pop("").split() == [*TEXT.split(), "نص.txt", "رزمة.zip", "صورة.png", "رسالة.eml"]
    assert texts.pop("!/رسالة.eml").split() == [*TEXT.split(), "جدول.csv"]
    assert texts == {
        "!/نص.txt": TEXT, "!/رزمة.zip!/a.txt": "في الرزمة", "!/رسالة.eml!/جدول.csv": "خلية",
    }  # fmt: skip
    assert reasons(extraction) == []
    box = b"From a@b Tue Mar 14 10:00:00 2023\n" + message.as_bytes() + b"\n"
    assert list(read("box.mbox", box * 2)[0])[5:7] == ["#2", "#2!/نص.txt"]


# --- on the command line


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("archives")
    (where / "sub").mkdir()
    book = presentation_of(["أول", "الزعفران"])
    lines = '{"id": "r1", "text": "سجل القطن"}\n{"text": "سجل الحرير"}\n'
    data = zip_of({"نص.txt": "سطر\nعن البخور\n", "talk.pptx": book, "d.jsonl": lines,
                   "in.zip": zip_of({"c.txt": "عن الكافور"})})  # fmt: skip
    (where / "sub" / "رزمة.zip").write_bytes(data)
    box = b"From a@b Tue Mar 14 10:00:00 2023\n" + letter(نص_txt="عن العنبر".encode()).as_bytes()
    (where / "box.mbox").write_bytes(box)
    (where / "sub" / "box.mbox").write_bytes(box.replace(b"Subject", b"X"))
    (where / "a.txt.gz").write_bytes(gzip.compress("سطر\nعن المسك".encode()))
    assert run("index", cwd=where).code == 0
    return where


@pytest.mark.parametrize(
    ("word", "places"),
    [
        ("البخور", ["sub/رزمة.zip!/نص.txt:2"]),
        ("الزعفران", ["sub/رزمة.zip!/talk.pptx:p2"]),
        ("القطن", ["sub/رزمة.zip!/d.jsonl:1"]),
        ("الحرير", ["sub/رزمة.zip!/d.jsonl:2"]),
        ("الكافور", ["sub/رزمة.zip!/in.zip!/c.txt:1"]),
        ("العنبر", ["box.mbox#1!/نص.txt:1", "sub/box.mbox#1!/نص.txt:1"]),
        ("المسك", ["a.txt.gz:2"]),
    ],
)
def test_show_takes_every_place_and_id(folder: Path, word: str, places: list[str]) -> None:
    lines = run("search", word, cwd=folder).text.splitlines()
    assert sorted(line.partition(": ")[0] for line in lines) == places
    for place in places:
        assert word in run("show", place, cwd=folder).text
    for found in run("search", word, "--format", "{id}", cwd=folder).text.splitlines():
        assert word in run("show", found, cwd=folder).text


def test_paths_are_those_of_files_that_are_there(folder: Path) -> None:
    assert run("search", "البخور", "-l", cwd=folder).text == "sub/رزمة.zip\n"
    assert run("show", "box.mbox", cwd=folder).text.startswith("وصل")
    missing = run("show", "sub/رزمة.zip!/none.txt", cwd=folder)
    assert (missing.code, missing.err.count("\n")) == (2, 1)


@pytest.mark.skipif(not OTHER.exists(), reason="no ../shared/documents")
@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("a.zip", ["!/مجلد/نص.txt", "!/doc.docx", "!/../../evil.txt"]),
        ("cp1256names.zip", ["!/ملف نصي.txt"]),
        ("cp720names.zip", ["!/ملف نصي.txt"]),
        ("a.tar.gz", ["!/نص.txt"]),
        *((f"text.txt.{ending}", [""]) for ending in ("gz", "xz", "zst")),
        ("mail.eml", ["", "!/المرفق.docx"]),
        ("box.mbox", ["#1", "#1!/المرفق.docx", "#2", "#3"]),
    ],
)
def test_known_archives(name: str, places: list[str]) -> None:
    texts, extraction = read(name, (OTHER / name).read_bytes())
    assert list(texts) == places
    known = (OTHER / "text.txt").read_text("utf-8")
    if name.startswith(("a.", "cp", "text")):
        assert texts[places[0]] == known
    assert reasons(extraction) == []
