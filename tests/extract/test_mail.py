"""Messages and boxes of them: headers and texts in whatever charset they claim to be in."""

from __future__ import annotations

import base64
import random
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest
from cli_process import PROJECT, run

from indexer.errors import ExtractError
from indexer.extract import Record, extract

OTHER = PROJECT.parent.parent / "shared" / "documents" / "other"
if not OTHER.exists():
    OTHER = PROJECT.parent / "shared" / "documents" / "other"
BODY = "وصل الوفد إلى المدينة مساء أمس وكان في استقباله رئيس البلدية"


def one(data: bytes) -> Record:
    (record,) = extract("a.eml", data).records
    return record


def plain(charset: str, encoding: str, subject: bytes = b"x") -> bytes:
    head = f"From: a@b\r\nContent-Type: text/plain; charset={charset}\r\n".encode()
    return b"Subject: " + subject + b"\r\n" + head + b"\r\n" + BODY.encode(encoding) + b"\r\n"


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("windows-1256", "cp1256"),
        ("utf-8", "utf-8"),
        ("utf-8", "cp1256"),
        ("cp-1256ar", "cp1256"),
        ("us-ascii", "cp1256"),
        ("iso-8859-6", "iso-8859-6"),
        ("windows-1256", "utf-8"),
    ],
)
def test_a_charset_is_believed_only_if_it_fits(charset: str, encoding: str) -> None:
    assert one(plain(charset, encoding)).text == f"From: a@b\n\n{BODY}\n"


@pytest.mark.parametrize(
    "subject",
    [
        b"=?windows-1256?B?" + base64.b64encode("رسالة قديمة".encode("cp1256")) + b"?=",
        b"=?utf-8?Q?" + "".join(f"={b:02X}" for b in "رسالة قديمة".encode()).encode() + b"?=",
        "رسالة قديمة".encode(),
    ],
    ids=["base64", "quoted", "raw"],
)
def test_a_subject_is_the_title(subject: bytes) -> None:
    assert one(plain("utf-8", "utf-8", subject)).title == "رسالة قديمة"


def test_the_plain_form_is_read_and_attachments_named() -> None:
    message = EmailMessage()
    message["Subject"] = "تقرير"
    message["From"] = "أحمد <a@example.org>"
    message["Date"] = "Tue, 14 Mar 2023 10:00:00 +0300"
    message.set_content(BODY)
    message.add_alternative(f"<p>{BODY} بالصفحة</p>", subtype="html")
    message.add_attachment(b"PK", maintype="application", subtype="zip", filename="المرفق.zip")
    record = one(message.as_bytes())
    assert (record.title, record.date) == ("تقرير", "2023-03-14T07:00:00+00:00")
    assert record.text == f"From: أحمد <a@example.org>\n\n{BODY}\n\nالمرفق.zip\n"


def test_a_page_alone_is_read_as_one() -> None:
    message = EmailMessage()
    message.set_content(f"<nav>قائمة</nav><p>{BODY}</p>", subtype="html")
    assert one(message.as_bytes()).text == f"{BODY}\n"


def test_parts_in_parts_are_read_to_a_depth() -> None:
    inner = f"Content-Type: text/plain; charset=utf-8\n\n{BODY}\n"
    for depth in (5, 200):
        text = inner
        for level in range(depth):
            bound = f"b{level}"
            text = (
                f"Content-Type: multipart/mixed; boundary={bound}\n\n--{bound}\n{text}--{bound}--\n"
            )
        with suppress(ExtractError):
            assert (BODY in one(text.encode()).text) == (depth < 30)


def test_a_box_is_its_messages(tmp_path: Path) -> None:
    messages = [
        plain("utf-8", "utf-8", f"رسالة {n}".encode()).replace(b"\r\n", b"\n") for n in (1, 2)
    ]
    quoted = messages[1].replace(b"\n\n", b"\n\n>From here\n")
    head = b"From a@b Tue Mar 14 10:00:00 2023\n"
    box = head + messages[0] + b"\n" + head + quoted
    records = list(extract("box.mbox", box).records)
    assert [(r.item, r.title, r.line) for r in records] == [
        ("1", "رسالة 1", 1),
        ("2", "رسالة 2", 8),
    ]
    assert "\nFrom here\n" in records[1].text
    (tmp_path / "box.mbox").write_bytes(box)
    assert run("index", cwd=tmp_path).code == 0
    assert run("search", "الوفد", "-c", cwd=tmp_path).text == "2\n"
    assert "From here" in run("show", "box.mbox#2", cwd=tmp_path).text


def test_mutated_messages_are_read_or_refused() -> None:
    chance = random.Random(7)
    data = plain("windows-1256", "cp1256", b"=?utf-8?B?2LHYs9in2YTYqQ==?=")
    for _ in range(500):
        mutated = bytearray(data)
        for _ in range(chance.randrange(1, 8)):
            mutated[chance.randrange(len(mutated))] = chance.randrange(256)
        with suppress(ExtractError):
            one(bytes(mutated))


@pytest.mark.skipif(not OTHER.exists(), reason="no ../shared/documents")
@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("mail.eml", "تقرير الاجتماع السنوي"),
        ("mail1256.eml", "رسالة قديمة"),
        ("mailbadcs.eml", "رسالة قديمة"),
        ("mailraw.eml", "عنوان خام"),
    ],
)
def test_known_messages(name: str, title: str) -> None:
    record = next(iter(extract("a.eml", (OTHER / name).read_bytes()).records))
    assert record.title == title
    assert "السلام عليكم ورحمة الله وبركاته" in record.text
    assert "\ufffd" not in record.text
