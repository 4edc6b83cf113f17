"""Highlighters of given words, without a query or an index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analyzers.tokenizer import Tokenizer
from indexer.snippets.highlighter import Highlighter, Meetings, Phrase, Way


@dataclass
class Words:
    """Looks for words as they are written: by form, what each meets."""

    met: Mapping[str, Meetings]
    phrases: tuple[Phrase, ...] = ()
    loose: frozenset[int] = frozenset()
    written: Mapping[int, str] = field(default_factory=dict)

    def meetings(self, form: str) -> Meetings:
        return self.met.get(form, ())

    def admits(self, target: int, word: str) -> bool:
        return self.written.get(target, word) == word


def highlighter(*words: str, phrases: tuple[tuple[int, ...], ...] = ()) -> Highlighter:
    """Highlights these words, wherever they stand unless they are in phrases."""
    met = {word: ((number, "exact"),) for number, word in enumerate(words)}
    loose = frozenset(range(len(words))).difference(*phrases)
    return Highlighter(Words(met, tuple(map(in_order, phrases)), loose), Tokenizer())


def in_order(targets: tuple[int, ...]) -> Phrase:
    """A phrase of some targets, nothing else for any of them."""
    return (Way(0, len(targets), targets),)
