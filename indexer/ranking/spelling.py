"""Which words of an index may a word have been meant for, and how sure is that?

Candidates are an edit away, two where there is none. They are ordered as by a noisy channel: by how
frequent they are, less what the slip costs (`slips`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from math import log

from analyzers.named import NamedTuple
from analyzers.normalizer import fold
from analyzers.stemmer import behind, stem
from indexer.ranking.slips import slip_cost
from indexer.ranking.source import FieldSource, Span, Vocabulary, counted_forms, spans_of

FEWEST_LETTERS = 3
"""Of a word that may be misspelled: any two letters are near any others."""

_FEWEST_FOR_TWO = 6
"""Of a word that may have two slips."""

_PREFIXED = 3.0
"""What it costs to take the first letters of a word for what is written joined before another."""

_MOST = 3
"""Proposals that are made."""

_FEWEST_BEHIND = 4
"""Letters of a word behind what is written joined before it."""

_JOINED = re.compile("[وف]?[بكل]?").match


class Proposal(NamedTuple):
    """A word that may have been meant. worth: how much more likely it is than a word met once.

    In e-folds: its frequency less the cost of the slip.
    """

    form: str
    worth: float


def proposals(
    unmarked: str, sources: Sequence[FieldSource], vocabulary: Vocabulary, *, thorough: bool
) -> tuple[Proposal, ...]:
    """The words that a word may have been meant for, best first, the commonest form of each stem.

    thorough: where nothing likely is an edit away, also look behind what is written joined before
    the word, which is kept (وبالحكوكة was meant for وبالحكومة), and two edits away.
    """
    folded = fold(unmarked)
    if len(folded) < FEWEST_LETTERS or folded.isdigit():
        return ()
    found = _Candidates(sources, folded)
    found.add(folded, "", 1)
    if thorough and not found.likely:
        for joined, word in _without_joined(folded):
            found.add(word, joined, 1)
    if thorough and not found.worth and len(folded) >= _FEWEST_FOR_TWO:
        found.add(folded, "", 2)
    return tuple(found.best(vocabulary))


class _Candidates:
    """Folded forms near a word, and what each is worth."""

    def __init__(self, sources: Sequence[FieldSource], typed: str) -> None:
        self._sources = sources
        self._typed = typed
        self._groups: dict[str, list[tuple[FieldSource, Span]]] = {}
        self.worth: dict[tuple[str, str], float] = {}
        """By what is joined before a folded form, and that form."""

    def add(self, word: str, joined: str, edits: int) -> None:
        """The forms so many edits from what was typed, or from what `joined` stands before."""
        counts: Counter[str] = Counter()
        groups: dict[str, list[tuple[FieldSource, Span]]] = {}
        for source in self._sources:
            near = source.near(word, edits)
            found = near.spans.tolist(), source.counts(near.spans).tolist(), near.distances.tolist()
            for key, (first, last), count, far in zip(near.keys, *found, strict=True):
                if far or joined:
                    counts[key] += count
                    groups.setdefault(key, []).append((source, (first, last)))
        for key, count in counts.items():
            cost = slip_cost(word, key) + (_PREFIXED if joined else 0)
            if count and behind(joined, key) != self._typed:
                self.worth[joined, key] = log(count) - cost
                self._groups[key] = groups[key]

    @property
    def likely(self) -> bool:
        """Whether a form is more likely meant than the word is one of its own."""
        return max(self.worth.values(), default=-1.0) >= 0

    def best(self, vocabulary: Vocabulary) -> Iterator[Proposal]:
        """The proposals, best first, none of the stem of another; each finds something."""
        stems: set[str] = set()
        for joined, key in sorted(self.worth, key=lambda pair: (-self.worth[pair], pair)):
            form = behind(joined, self._commonest(key))
            its_stem = stem(fold(form))
            if its_stem not in stems and vocabulary.count("stem", its_stem):
                stems.add(its_stem)
                yield Proposal(form, self.worth[joined, key])
                if len(stems) == _MOST:
                    return

    def _commonest(self, key: str) -> str:
        """The form in which a folded form is written most often."""
        counts: Counter[str] = Counter()
        for source, span in self._groups[key]:
            for form, count in counted_forms(source, spans_of([span])):
                counts[form] += count
        return min(counts, key=lambda form: (-counts[form], form))


def _without_joined(folded: str) -> Iterator[tuple[str, str]]:
    """What may be joined before a word, and the word: وب and الحكوكه, و and بالحكوكه."""
    found = _JOINED(folded)
    joined = found[0] if found else ""
    for size in range(len(joined), 0, -1):
        rest = folded[size:]
        if folded[size - 1 : size + 1] == "لل":
            rest = "ال" + folded[size + 1 :]
        if len(rest) >= _FEWEST_BEHIND:
            yield folded[:size], rest
