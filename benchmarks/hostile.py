"""What people who mean ill write: texts to be indexed, and queries."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

WORD = "كتاب"
_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"


def _text(name: str, text: Callable[[], str]) -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        (folder / name).write_bytes(text().encode("utf-8", "surrogatepass"))

    return make


def many_words(folder: Path, count: int = 300_000) -> None:
    """So many different words, with one that is searched for."""
    chance = random.Random(18)
    words = ("".join(chance.choices(_LETTERS, k=chance.randint(3, 9))) for _ in range(count))
    for number in range(30):
        part = [next(words) for _ in range(count // 30)]
        (folder / f"{number}.txt").write_text(f"{WORD} {' '.join(part)}", "utf-8")


def _names(folder: Path) -> None:
    """Names of files that would command a terminal."""
    for name in ("a\x1b[2J.txt", "b\u202etxt.exe.txt", "c\nd.txt", "e\x9b31m.txt", "f\x07.txt"):
        (folder / name).write_text(f"{WORD} في ملف", "utf-8")
    (folder / "bad\x1b]0;x\x07.pdf").write_bytes(b"%PDF-1.4 nothing")


def _similar(count: int) -> Iterator[str]:
    """Words of one hash's neighbourhood: equal but for one letter of the last four."""
    for number in range(count):
        letters = [_LETTERS[number // 28**k % 28] for k in range(4)]
        yield "ابجدهوزحطيكل" + "".join(letters)


def _plurals(folder: Path) -> None:
    """One stem in so many forms."""
    before = ("", "و", "ف", "ب", "ك", "ل", "ال", "وال", "بال", "كال", "فال", "لل")
    after = ("", "ي", "ك", "ه", "ها", "نا", "كم", "هم", "هن", "ان", "ين", "ون", "ات")
    marks = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0640"
    chance = random.Random(18)
    forms = [
        "".join(letter + chance.choice(marks) * chance.randint(0, 3) for letter in f"{a}كتاب{z}")
        for _ in range(2000) for a in before for z in after
    ]  # fmt: skip
    (folder / "a.txt").write_text(" ".join(forms), "utf-8")


def _deep_json(folder: Path) -> None:
    deep = '{"a":' * 100_000 + "1" + "}" * 100_000
    (folder / "a.jsonl").write_text(json.dumps({"text": WORD}) + "\n" + deep + "\n", "utf-8")
    (folder / "b.json").write_text("[" * 1_000_000, "utf-8")


def _deep_xml(folder: Path) -> None:
    (folder / "a.xml").write_text("<a>" * 200_000 + WORD, "utf-8")
    laughs = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(10)
    )
    (folder / "b.xml").write_text(f"{laughs}]><x>&k;</x>", "utf-8")
    (folder / "c.html").write_text("<div>" * 100_000 + WORD, "utf-8")


def _bombs(folder: Path) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("big.txt", " " * (1 << 30))
        box.writestr("ok.txt", f"{WORD} سليم")
    inner = folder / "a.zip"
    with zipfile.ZipFile(folder / "b.docx", "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("word/document.xml", "<w:t>" + "x" * (1 << 29))
        box.write(inner, "inner.zip")


TEXTS: dict[str, Callable[[Path], object]] = {
    "escape sequences in text and title": _text(
        "a.txt", lambda: f"\x1b]0;{WORD}\x07\x1b[2J {WORD} \x9b31m\n{WORD} \x1b[8m خفي \x08\x08"
    ),
    "U+202E and isolates, never closed": _text(
        "a.txt", lambda: f"{WORD} \u202e{WORD} txt \u2066\u2067 {WORD}\n" * 1000
    ),
    "names that command a terminal": _names,
    "NULs between letters": _text("a.txt", lambda: f"{WORD}\0ال\0{WORD}\n" * 1000),
    "lone surrogates, as CESU-8 has them": _text("a.txt", lambda: f"{WORD} \ud83d \ude00 " * 1000),
    "a word of ten million letters": _text("a.txt", lambda: WORD + " " + "ض" * 10_000_000),
    "a thousand words of ten thousand letters": _text(
        "a.txt", lambda: " ".join(f"{n} " + "ضط" * 5000 for n in range(1000)) + WORD
    ),
    "ten million marks on a letter": _text("a.txt", lambda: f"{WORD} ب" + "\u064e" * 10_000_000),
    "300,000 different words": many_words,
    "words whose letters differ in the last four": _text(
        "a.txt", lambda: " ".join(_similar(300_000)) + f" {WORD}"
    ),
    "300,000 forms of one stem": _plurals,
    "one word five million times": _text("a.txt", lambda: f"{WORD} " * 5_000_000),
    "100,000 lines of one letter": _text("a.txt", lambda: "ا\n" * 100_000 + WORD),
    "a line of 20 MB without a space": _text("a.txt", lambda: f"{WORD}،" * 2_200_000),
    "JSON nested deeply": _deep_json,
    "XML and HTML nested deeply, laughs": _deep_xml,
    "a zip and a .docx that are bombs": _bombs,
}

_MANY = [
    _LETTERS[n % 28] + _LETTERS[n // 28 % 28] + _LETTERS[n // 784] + "ا" for n in range(10_000)
]

QUERIES: dict[str, str] = {
    "10,000 words": " ".join(_MANY),
    "2,000 words": " ".join(_MANY[:2000]),
    "2,000 words with OR": " OR ".join(_MANY[:2000]),
    "1,000 words, each required": " ".join(f"+{word}" for word in _MANY[:1000]),
    "one word 10,000 times": f"{WORD} " * 10_000,
    "a phrase of 2,000 words": f'"{" ".join(_MANY[:2000])}"',
    "500 phrases": " ".join(
        f'"{a} {b}"' for a, b in zip(_MANY[:500], _MANY[500:1000], strict=True)
    ),
    "50 patterns": " ".join(f"{a}*" for a in _MANY[:50]),
    "200 patterns": " ".join(f"{a}*" for a in _MANY[:200]),
    "one letter and a star": "ا*",
    "a star alone": "*",
    "50 patterns with a star at both ends": " ".join(f"*{a[:2]}*" for a in _MANY[:50]),
    "a pattern of 400 stars": "*ا" * 400 + "*",
    "50 words misspelled": " ".join(f"{a}ب~2" for a in _MANY[:50]),
    "200 words misspelled": " ".join(f"{a}ب~2" for a in _MANY[:200]),
    "brackets 90 deep": "(" * 90 + WORD + ")" * 90,
    "brackets 100,000 deep": "(" * 100_000 + WORD,
    "negations 10,000 deep": "-" * 10_000 + WORD,
    "a word of a million letters": "ض" * 1_000_000,
    "100,000 quotation marks": '"' * 100_000,
    "escape sequences": f"\x1b[2J{WORD}\x1b]0;x\x07 \x9b31m AND",
    "U+202E": f"\u202e{WORD} ( \u2066",
    "NULs": f"{WORD}\0{WORD} titel:\0",
    "lone surrogates": f"{WORD} \ud83d {WORD}",
    "a slop of 10^30": f'"{WORD} {WORD}"~{10**30}',
    "a boost of 10^300": f"{WORD}^{'9' * 300}",
    "dates that are none": f"{WORD} date:99999999999-99-99..0",
}
