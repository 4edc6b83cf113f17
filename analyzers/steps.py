"""By which steps does a written word become its unmarked form, folded form, stem and root?

For teaching: the same rules as `normalizer`, `stemmer` and `roots`, watched while they work. It
gives codes and letters, which the command line puts into sentences.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from pyarabic import araby_const as araby

from analyzers.analyzer import Analysis
from analyzers.letters import HAMZA_ON_TATWEEL, MARKS, TATWEEL
from analyzers.named import NamedTuple
from analyzers.normalizer import (
    CLOSED_LIST,
    FOLD_LETTERS,
    FOLD_SEATS,
    HAMZA_ALEFS,
    OTHER_ALPHABETS,
    SEATS,
    unmark,
)
from analyzers.operations import ONE, Operations, _OneWord
from analyzers.plurals import relatives
from analyzers.proclitics import splits
from analyzers.roots import root_key
from analyzers.stemmer import COMPOUNDS, LONE_PROCLITICS, light_stem
from analyzers.uthmani import modern

Spelling = Literal[
    "marks", "tatweel", "invisible", "shapes", "digits", "capitals", "quranic", "run", "letters"
]
"""What a written word has that its unmarked form has not: vowel marks, tatweel, invisible
characters, presentation forms, digits of another system, capitals, a spelling of the Quran, more
letters or words (ﷺ, عاااجل), other letters."""

Folding = Literal["alef", "ya", "ta", "hamza", "keyboard", "latin", "thousands", "listed"]
"""Which letters are one with others: أ and ا, ى and ي, ة and ه, the seats of hamza, those of other
keyboards, accented ones, a point that parts thousands, or the word is one of a closed list."""

Affix = Literal["known", "article", "proclitic", "future", "ending", "letter"]
"""A step of the stemmer: the word is known, or something was removed, or a letter exchanged."""


class Change(NamedTuple):
    """A step of the stemmer: what kind, which letters it removed or put, and what it left."""

    kind: Affix
    letters: str
    result: str


class Steps(NamedTuple):
    """The way of one word. pattern: of derivation, by which its root was read; empty for none.

    parts: what it may be without a lone proclitic. plurals: its broken plurals, or its singulars.
    """

    spelled: tuple[Spelling, ...]
    folded: tuple[Folding, ...]
    changes: tuple[Change, ...]
    pattern: str
    parts: tuple[str, ...]
    plurals: tuple[str, ...]


def steps(written: str, analysis: Analysis) -> Steps:
    """The steps of a word from how it is written to its root."""
    return Steps(
        tuple(_spelled(written, analysis.unmarked)),
        tuple(_folded(analysis.unmarked, analysis.folded)),
        _changes(analysis.folded, analysis.stem),
        _pattern(analysis.stem),
        () if analysis.stopword else splits(analysis.folded),
        () if analysis.stopword else relatives(analysis.unmarked),
    )


def _spelled(written: str, unmarked: str) -> Iterator[Spelling]:
    if written == unmarked:
        return
    found: dict[Spelling, bool] = {
        "marks": any(c in MARKS and c != TATWEEL for c in written),
        "tatweel": TATWEEL in written and not HAMZA_ON_TATWEEL.search(written),
        "invisible": any(unicodedata.category(c) == "Cf" for c in written),
        "shapes": any(0xFB50 <= ord(c) <= 0xFEFE for c in written),
        "digits": any(c.isdecimal() and not c.isascii() for c in written),
        "capitals": written.lower() != written,
        "quranic": modern(written) != written,
    }
    yield from (name for name, is_so in found.items() if is_so)
    if unmark(written) != unmarked or len(unmarked) < _letters(written):
        yield "run"
    elif not any(found.values()):
        yield "letters"


def _letters(written: str) -> int:
    """The characters of a word that are neither marks nor invisible."""
    return sum(c not in MARKS and unicodedata.category(c) not in ("Cf", "Mn") for c in written)


def _folded(unmarked: str, folded: str) -> Iterator[Folding]:
    if unmarked == folded:
        return
    if unmarked.isascii():
        yield "thousands"
        return
    if not "\u0600" <= unmarked[0] <= "\u08ff":
        yield "latin"
        return
    groups: dict[Folding, str] = {
        "alef": HAMZA_ALEFS + araby.ALEF_WASLA,
        "ya": araby.ALEF_MAKSURA,
        "ta": araby.TEH_MARBUTA,
        "hamza": SEATS,
        "keyboard": "".join(OTHER_ALPHABETS),
    }
    yield from (name for name, letters in groups.items() if any(c in letters for c in unmarked))
    if unmarked.translate(FOLD_LETTERS).translate(FOLD_SEATS) in CLOSED_LIST:
        yield "listed"


class _Watched(_OneWord):
    """The operations on one word, each change of it noted, but for those that only ask."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Change]] = []
        self.pattern = ""
        self._asking = 0

    def also(
        self, word: str, where: bool, ask: Callable[[Operations[str, bool], str], bool]
    ) -> bool:
        self._asking += 1
        try:
            return super().also(word, where, ask)
        finally:
            self._asking -= 1

    def without_first(self, word: str, count: int) -> str:  # type: ignore[override]
        return self._noted(word, ONE.without_first(word, count))

    def without_last(self, word: str, count: int) -> str:  # type: ignore[override]
        return self._noted(word, ONE.without_last(word, count))

    def without_beginning(  # type: ignore[override]
        self, word: str, beginnings: tuple[str, ...], leaving: int
    ) -> str:
        return self._noted(word, ONE.without_beginning(word, beginnings, leaving))

    def without_ending(  # type: ignore[override]
        self, word: str, endings: tuple[str, ...], leaving: int
    ) -> str:
        return self._noted(word, ONE.without_ending(word, endings, leaving))

    def put(self, word: str, letter: str, place: int = 0) -> str:  # type: ignore[override]
        return self._noted(word, ONE.put(word, letter, place))

    def radicals(  # type: ignore[override]
        self, word: str, patterns: Mapping[int, tuple[str, ...]]
    ) -> str:
        for pattern in patterns.get(len(word), ()):
            found = ONE.radicals(word, {len(word): (pattern,)})
            if found != word:
                self.pattern = pattern
                return found
        return word

    def known_or(self, word: str, rule: Callable[[Operations[str, bool], str], str]) -> str:
        known = True

        def unknown(on: Operations[str, bool], word: str) -> str:
            nonlocal known
            known = False
            return rule(self, word)

        found = ONE.known_or(word, unknown)
        if known and not self._asking:
            self.seen.append((word, Change("known", "", found)))
        return found

    def _noted(self, word: str, result: str) -> str:
        if result != word and not self._asking:
            self.seen.append((word, _change(word, result)))
        return result


def _change(word: str, result: str) -> Change:
    """What a change did to a word."""
    if result and word.endswith(result):
        letters = word[: -len(result)]
        kind: Affix = "proclitic" if letters in LONE_PROCLITICS else "future"
        return Change("article" if letters in COMPOUNDS else kind, letters, result)
    if word.startswith(result):
        return Change("ending", word[len(result) :], result)
    letters = "".join(new for old, new in zip(word, result, strict=True) if old != new)
    return Change("letter", letters, result)


def _changes(folded: str, stem: str) -> tuple[Change, ...]:
    """The shortest way from a folded form to its stem, by what was noted while it was found.

    A change that was made to try something, and dropped, leads nowhere.
    """
    watched = _Watched()
    light_stem(watched, folded)
    if folded == stem and all(word != folded or c.kind != "known" for word, c in watched.seen):
        return ()
    ways: dict[str, tuple[Change, ...]] = {folded: ()}
    waiting = [folded]
    while waiting:
        here = waiting.pop(0)
        for word, change in watched.seen:
            if word == here and change.kind == "known" and change.result == stem:
                return (*ways[here], change)
            if word == here and change.result not in ways:
                ways[change.result] = (*ways[here], change)
                waiting.append(change.result)
    return ways.get(stem, ())


def _pattern(stem: str) -> str:
    if stem.isascii():
        return ""
    watched = _Watched()
    root_key(watched, stem)
    return watched.pattern
