"""The texts that tests of the command line index, some of them hostile."""

from __future__ import annotations

import json
import os
from pathlib import Path

HOSTILE = (
    "حارس الحدود \x1b[31mأحمر\x1b]0;title\x07 \x9b5m [bold red]ليس وسما[/] :smile: "
    "\u202eمقلوب \u2066معزول \u2029فقرة \x7f\x08نهاية"
)
"""Escapes, C1, a bidi override and isolate that are never closed, Rich markup, an emoji code."""

TEXTS = {
    "news/first.txt": (
        "قاذفات روسية تغطي التقدم\n\nقال الناطق إن المدينة هادئة.\nوعاد السكان إليها.\n"
    ),
    "news/second.txt": "قاذفات تعبر الحدود\n\nلم يعرف أحد من أين جاءت.\n",
    "crlf.txt": "السطر الأول\r\nفيه بستان\r\nوالسطر الثالث\r\n",
    "vowels.txt": "دَخَلَ الكَاتِبُ المَدِينَةَ\nثم خَرَجَ من المكتبة\n",
    "hostile.txt": f"عنوان الحارس\n{HOSTILE}\n",
    "notes.md": "# حديقة\n\nفي الحديقة أشجار [bold]كثيرة[/bold] وورود\n",
}

RECORDS = [
    {"id": "rec-1", "title": "سفينة", "text": "السفينة في الميناء"},
    {"id": "rec-2", "title": "ميناء", "text": "الميناء بعيد عن المدينة"},
]

ODD_NAMES = ["سطر\nآخر.txt", "مسافة و'علامة\".txt", "لون\x1b[31m.txt", "-شرطة.txt"]
UNDECODABLE_NAME = b"\xff\xfe-name.txt"


def write_texts(folder: Path) -> None:
    """The texts above, as files."""
    for name, text in TEXTS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS)
    (folder / "records.jsonl").write_text(lines, encoding="utf-8")


def write_odd_names(folder: Path) -> list[bytes]:
    """Files whose names are hard to print, each holding the word زعفران; their names."""
    folder.mkdir()
    names = [os.fsencode(name) for name in ODD_NAMES]
    for name in (*names, UNDECODABLE_NAME):
        try:
            with open(os.path.join(os.fsencode(folder), name), "wb") as file:
                file.write("زعفران وحده\n".encode())
        except OSError:  # a file system that takes UTF-8 names only
            continue
        if name not in names:
            names.append(name)
    return names
