"""Slow and plain answers that the tests hold the fast code against."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path

from analyzers import letters
from analyzers.addresses import spoken
from analyzers.normalizer import unmark
from analyzers.pieces import pieces

SHARED = Path(__file__).resolve().parents[3] / "shared"
"""Texts that are not part of the project; tests that want them are skipped where they are not."""

PlainToken = tuple[str, int, int]
"""(unmarked form, start, end)"""

_NUMBER_RUN = re.compile(r"\d+(?:[.,٫٬،]\d+)*")
_ONE_NUMBER = re.compile(r"\d{1,3}(?:[,٬،]\d{3})+(?:[.٫]\d+)?|\d+[.٫]\d+")
_NOT_SPACE = re.compile(r"\S+")
_char_class = lru_cache(maxsize=1 << 12)(letters.char_class)
_WORD_LETTERS = {
    letters.ARABIC: "arabic",
    letters.DIGIT: "number or latin",
    letters.OTHER: "number or latin",
    letters.EMOJI: "emoji",
    letters.PHRASE: "phrase",
}


def edits_between(one: str, other: str) -> int:
    """The optimal string alignment distance: the whole table, cell by cell, as it is defined."""
    table = [[max(i, j) for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i, letter in enumerate(one, 1):
        for j, its in enumerate(other, 1):
            table[i][j] = min(
                table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (letter != its)
            )
            if i > 1 and j > 1 and (letter, one[i - 2]) == (other[j - 2], its):
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


def plain_tokens(text: str) -> list[PlainToken]:
    """The tokenizer, one character after the other."""
    text = spoken(text, [at for at, char in enumerate(text) if char == "/"])
    decimal_points, dropped = _separators_inside_numbers(text)
    dropped |= _hyphens_of_names(text)
    seats = {match.start(): match.end() - 1 for match in letters.HAMZA_ON_TATWEEL.finditer(text)}
    words: list[tuple[str, int, int]] = []
    kind_before = ""  # of the letter before, "" after a separator
    for at, char in enumerate(text):
        cls = _char_class(char)
        if at in decimal_points:
            cls = letters.DIGIT
        elif at in seats:
            cls = letters.ARABIC
        elif cls in (letters.MARK, letters.FORMAT) or at in dropped or at in seats.values():
            continue
        kind = _WORD_LETTERS.get(cls, "")
        if kind and kind == kind_before:
            words[-1] = (words[-1][0], words[-1][1], at + 1)
        elif kind:
            words.append((kind, at, at + 1))
        kind_before = kind
    spans = [(start, _over_marks(text, end, seats)) for _, start, end in words]
    return [token for start, end in spans for token in _words_of_run(text, start, end, dropped)]


def _words_of_run(text: str, start: int, end: int, dropped: set[int]) -> list[PlainToken]:
    if _char_class(text[start]) in (letters.DIGIT, letters.OTHER):
        return [(_form(text, start, end, dropped), start, end)]
    run = pieces(text[start:end])
    return [(piece.form, start + piece.start, start + piece.end) for piece in run]


def _hyphens_of_names(text: str) -> set[int]:
    """The hyphens between one letter or two that are no Arabic ones and a number."""
    return {
        at
        for at in range(1, len(text) - 1)
        if text[at] in "-\u2011"
        and _char_class(text[at + 1]) == letters.DIGIT
        and _classes_before(text, at) in ([letters.OTHER], [letters.OTHER] * 2)
    }


def _classes_before(text: str, at: int) -> list[int]:
    """The classes of the letters of a run that ends before a place, at most three."""
    found: list[int] = []
    while at > 0 and len(found) < 3:
        at -= 1
        found.append(_char_class(text[at]))
        if found[-1] not in (letters.OTHER, letters.DIGIT):
            return found[:-1]
    return found


def _separators_inside_numbers(text: str) -> tuple[set[int], set[int]]:
    inside = [
        (match.start() + i, char)
        for match in _NUMBER_RUN.finditer(text)
        if _ONE_NUMBER.fullmatch(match.group())
        for i, char in enumerate(match.group())
    ]
    return (
        {at for at, char in inside if char in letters.DECIMAL_SEPARATORS},
        {at for at, char in inside if char in letters.THOUSANDS_SEPARATORS},
    )


def _over_marks(text: str, end: int, seats: dict[int, int]) -> int:
    while end < len(text) and end not in seats:
        if _char_class(text[end]) != letters.MARK and end not in seats.values():
            break
        end += 1
    return end


def _form(text: str, start: int, end: int, thousands: set[int]) -> str:
    return unmark("".join(text[at] for at in range(start, end) if at not in thousands))


def plain_tokens_of_long(text: str) -> list[PlainToken]:
    """The same for long texts: no word reaches across white space, and most come again."""
    return [
        (form, run.start() + start, run.start() + end)
        for run in _NOT_SPACE.finditer(text)
        for form, start, end in _plain_tokens_of_run(run.group())
    ]


@lru_cache(maxsize=1 << 17)
def _plain_tokens_of_run(run: str) -> list[PlainToken]:
    return plain_tokens(run)


def shared_texts(name: str, limit: int | None = None) -> Iterator[str]:
    """The texts of a shared record file, titles among them."""
    with gzip.open(SHARED / name, "rt", encoding="utf-8") as file:
        for line in islice(file, limit):
            record = json.loads(line)
            yield record["text"]
            if record.get("title"):
                yield record["title"]
