"""Split a run of letters that is not simply one word into its words.

Most runs are one word, and the tokenizer does not ask. Several words come from signs that are words
(ﷺ), from emoji, from the يا that the Quran joins to what it addresses (يَـٰٓأَيُّهَا), and from words
run together after a ة (لعبةفليكي). All the words of a sign have the offsets of the sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pyarabic import araby_const as araby

from analyzers.letters import ARABIC, PHRASES, QURANIC_LETTERS, REGIONAL_INDICATORS, char_class
from analyzers.letters import EMOJI as EMOJI_CLASS
from analyzers.named import NamedTuple
from analyzers.normalizer import unmark
from analyzers.uthmani import vocative_end

_BEHIND_TEH_MARBUTA = re.compile(f"(?<={araby.TEH_MARBUTA})(?=.)")
"""In an unmarked form, whose ة may have been another sign (ﺔ)."""


class Piece(NamedTuple):
    """A word of a run: its unmarked form, never empty, and `run[start:end]`, as it is written."""

    form: str
    start: int
    end: int


@lru_cache(maxsize=1 << 15)
def pieces(run: str) -> tuple[Piece, ...]:
    """The words of a run of letters, marks and signs of one class."""
    found = _signs(run) if run[0] in PHRASES else _emoji(run) if _is_emoji(run) else _words(run)
    return tuple(piece for piece in found if piece.form)


def _is_emoji(run: str) -> bool:
    return char_class(run[0]) == EMOJI_CLASS


def _signs(run: str) -> Iterator[Piece]:
    for at, sign in enumerate(run):
        for word in PHRASES.get(sign, "").split():
            yield Piece(word, at, at + 1)


def _emoji(run: str) -> Iterator[Piece]:
    """Each emoji, or flag of two, with its modifiers and marks."""
    places = [at for at, sign in enumerate(run) if _is_emoji(sign)]
    while places:
        count = 2 if len(places) > 1 and all(_is_half_flag(run[at]) for at in places[:2]) else 1
        shown, places = places[:count], places[count:]
        end = shown[-1] + 1
        while end < len(run) and not _is_emoji(run[end]) and run[end] not in QURANIC_LETTERS:
            end += 1
        yield Piece("".join(run[at] for at in shown), shown[0], end)


def _is_half_flag(sign: str) -> bool:
    first, last = REGIONAL_INDICATORS
    return first <= ord(sign) <= last


def _words(run: str) -> Iterator[Piece]:
    start = 0
    for end in (vocative_end(run), *_ends_behind_teh_marbuta(run), len(run)):
        if end > start:
            for form in _BEHIND_TEH_MARBUTA.split(unmark(run[start:end])):
                yield Piece(form, start, end)
            start = end


def _ends_behind_teh_marbuta(run: str) -> Iterator[int]:
    """Where a letter follows a ة and the marks of that ة."""
    at = run.find(araby.TEH_MARBUTA)
    while at >= 0:
        at += 1
        while at < len(run) and char_class(run[at]) != ARABIC:
            at += 1
        if at == len(run):
            return
        yield at
        at = run.find(araby.TEH_MARBUTA, at)
