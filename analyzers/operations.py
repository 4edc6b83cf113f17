"""The operations that stemmer rules use, the same for one word and for many at once.

A rule of the stemmer is written once, as a function of `on` and of words: `on` is `ONE` where the
words are one string, and `bulk.words.MANY` where they are a whole vocabulary of packed words. The
answer to a question is a flag, a bool or an array of them, combined with `&` and `|`; so a rule has
no `if`, but says where another rule applies:

    def without_future(on, word):  # سيكتب
        return on.changed(word, on.begins(word, ("سي",)) & on.longer(word, 4), without_first_letter)

This file contains no rules. Places in a word are counted from its last letter, which is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Protocol, Self, TypeVar

from analyzers.protected import protected_stem

RADICAL = "-"
"""In a pattern: a letter of the root."""


class Flag(Protocol):
    """Whether something holds for one word, or for each of many."""

    def __and__(self, other: Self, /) -> Self:
        """Both."""

    def __or__(self, other: Self, /) -> Self:
        """Either or both."""


W = TypeVar("W")
"""One word, or many: str or `bulk.packed.Words`."""

F = TypeVar("F", bound=Flag)
WordList = Callable[[], frozenset[str]]
"""A list of words, read when it is first asked for."""


class Operations(Protocol[W, F]):
    """All that rules are made of."""

    def longer(self, word: W, size: int) -> F:
        """Whether the word has more letters than `size`."""

    def same(self, word: W, before: W) -> F:
        """Whether the word is unchanged since `before`."""

    def letter_in(self, word: W, letters: str, place: int = 0) -> F:
        """Whether the word has a letter in this place that is one of these."""

    def pair_in(self, word: W, pairs: frozenset[str], place: int = 1) -> F:
        """Whether the letter in this place and the last one are one of these pairs."""

    def begins(self, word: W, beginnings: tuple[str, ...]) -> F:
        """Whether the word begins with any of these."""

    def ends(self, word: W, endings: tuple[str, ...]) -> F:
        """Whether the word ends with any of these."""

    def among(self, word: W, words: WordList) -> F:
        """Whether the word is on a list."""

    def known(self, word: W, least: int) -> F:
        """Whether `protected` knows the word by a beginning of at least `least` letters."""

    def no(self, flag: F) -> F:
        """The negation of the flag."""

    def also(self, word: W, where: F, ask: Callable[[Operations[W, F], W], F]) -> F:
        """Whether the flag is set and `ask` holds; `ask` is called only where the flag is set."""

    def without_first(self, word: W, count: int) -> W:
        """The word without its first `count` letters."""

    def without_last(self, word: W, count: int) -> W:
        """The word without its last `count` letters."""

    def without_beginning(self, word: W, beginnings: tuple[str, ...], leaving: int) -> W:
        """The word without the first of these beginnings that leaves enough letters.

        Longer beginnings come before shorter ones; the same holds in `without_ending`.
        """

    def without_ending(self, word: W, endings: tuple[str, ...], leaving: int) -> W:
        """The word without the first of these endings that leaves enough letters."""

    def trimmed(self, word: W, letters: str, leaving: int) -> W:
        """The word without any of these letters at its end, removed one after the other."""

    def put(self, word: W, letter: str, place: int = 0) -> W:
        """The word with this letter put in an existing place."""

    def radicals(self, word: W, patterns: Mapping[int, tuple[str, ...]]) -> W:
        """The letters of the root, by the first pattern of the word's length that fits."""

    def changed(
        self,
        word: W,
        where: F,
        rule: Callable[[Operations[W, F], W], W],
        otherwise: W | None = None,
    ) -> W:
        """The word changed by the rule where the flag is set, else the word (or `otherwise`)."""

    def known_or(self, word: W, rule: Callable[[Operations[W, F], W], W]) -> W:
        """The stem of a word that `protected` knows, else the result of the rule."""


class _OneWord:
    """The operations on a string."""

    @staticmethod
    def longer(word: str, size: int) -> bool:
        return len(word) > size

    @staticmethod
    def same(word: str, before: str) -> bool:
        return len(word) == len(before)

    @staticmethod
    def letter_in(word: str, letters: str, place: int = 0) -> bool:
        return len(word) > place and word[-1 - place] in letters

    @staticmethod
    def pair_in(word: str, pairs: frozenset[str], place: int = 1) -> bool:
        return len(word) > place and word[-1 - place] + word[-1] in pairs

    begins = staticmethod(str.startswith)
    ends = staticmethod(str.endswith)

    @staticmethod
    def among(word: str, words: WordList) -> bool:
        return word in words()

    @staticmethod
    def known(word: str, least: int) -> bool:
        return protected_stem(word, least) is not None

    @staticmethod
    def no(flag: bool) -> bool:
        return not flag

    def also(
        self, word: str, where: bool, ask: Callable[[Operations[str, bool], str], bool]
    ) -> bool:
        return where and ask(self, word)

    @staticmethod
    def without_first(word: str, count: int) -> str:
        return word[count:]

    @staticmethod
    def without_last(word: str, count: int) -> str:
        return word[:-count]

    @staticmethod
    def without_beginning(word: str, beginnings: tuple[str, ...], leaving: int) -> str:
        if word.startswith(beginnings):
            for beginning in beginnings:
                if word.startswith(beginning) and len(word) - len(beginning) >= leaving:
                    return word[len(beginning) :]
        return word

    @staticmethod
    def without_ending(word: str, endings: tuple[str, ...], leaving: int) -> str:
        if word.endswith(endings):
            for ending in endings:
                if word.endswith(ending) and len(word) - len(ending) >= leaving:
                    return word[: -len(ending)]
        return word

    @staticmethod
    def trimmed(word: str, letters: str, leaving: int) -> str:
        return word[: max(leaving, len(word.rstrip(letters)))]

    @staticmethod
    def put(word: str, letter: str, place: int = 0) -> str:
        at = len(word) - 1 - place
        return word[:at] + letter + word[at + 1 :]

    @staticmethod
    def radicals(word: str, patterns: Mapping[int, tuple[str, ...]]) -> str:
        for pattern in patterns.get(len(word), ()):
            fixed, free = _places(pattern)
            if all(word[at] == letter for at, letter in fixed):
                return "".join([word[at] for at in free])
        return word

    def changed(
        self,
        word: str,
        where: bool,
        rule: Callable[[Operations[str, bool], str], str],
        otherwise: str | None = None,
    ) -> str:
        return rule(self, word) if where else word if otherwise is None else otherwise

    def known_or(self, word: str, rule: Callable[[Operations[str, bool], str], str]) -> str:
        known = protected_stem(word)
        return rule(self, word) if known is None else known


@cache
def _places(pattern: str) -> tuple[tuple[tuple[int, str], ...], tuple[int, ...]]:
    """((place, letter) of each fixed letter, places of the radicals), from the beginning."""
    fixed = tuple((i, letter) for i, letter in enumerate(pattern) if letter != RADICAL)
    return fixed, tuple(i for i, letter in enumerate(pattern) if letter == RADICAL)


ONE: Operations[str, bool] = _OneWord()
"""The operations on one word."""
