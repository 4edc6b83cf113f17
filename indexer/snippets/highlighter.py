"""Choose the tokens of a text that a query highlights, matching each distinct form once.

It knows nothing about indexes and queries: `Sought` is all it needs. Here a text is read in full;
`locate` finds the tokens of hits by what the index stores, and then uses this file to choose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import zip_longest
from sys import maxsize
from typing import Protocol

from analyzers.named import NamedTuple
from analyzers.notes import word_of
from analyzers.tokenizer import Tokenizer
from indexer.results import Tier


class Highlight(NamedTuple):
    """A token that matches the query: its span, its tier, and the number of its target."""

    start: int
    end: int
    tier: Tier
    target: int


Meetings = tuple[tuple[int, Tier], ...]
"""(number of a target, tier) for each target that a form matches."""


class Way(NamedTuple):
    """Targets that side by side stand for the words `first` to `last` of a phrase, exclusive."""

    first: int
    last: int
    targets: tuple[int, ...]


Phrase = tuple[Way, ...]
"""A phrase begins at 0 and goes on where each way ends, to the end of all: one way, or several."""


class Sought(Protocol):
    """What a query looks for, each target by its number."""

    @property
    def phrases(self) -> Sequence[Phrase]:
        """Targets that are highlighted only where they are side by side."""

    @property
    def loose(self) -> AbstractSet[int]:
        """Targets that are highlighted anywhere."""

    @property
    def written(self) -> Mapping[int, str]:
        """Targets whose vowel marks count, as they are written."""

    def meetings(self, form: str) -> Meetings:
        """The targets that an unmarked form matches."""

    def admits(self, target: int, word: str) -> bool:
        """Whether a word, as written in a text, has the vowel marks of a target."""


class Highlighter:
    """Highlights the targets in texts."""

    def __init__(self, sought: Sought, tokenizer: Tokenizer) -> None:
        self._sought = sought
        self._tokenizer = tokenizer
        self._by_form_id: dict[int, Meetings] = {}
        self._by_form: dict[str, Meetings] = {}

    def of_text(self, text: str) -> list[Highlight]:
        """The highlights of a text, in order."""
        tokens = self._tokenizer.tokenize(text)
        form_ids = tokens.form_ids.tolist()
        known = self._by_form_id
        for form in set(form_ids).difference(known):
            known[form] = self.meetings(self._tokenizer.forms[form])
        met = {number: known[form] for number, form in enumerate(form_ids) if known[form]}
        numbers = list(met)
        starts, ends = tokens.starts.take(numbers).tolist(), tokens.ends.take(numbers).tolist()
        spans = zip(starts, ends, strict=True)
        return self.of_tokens(text, met, dict(zip(numbers, spans, strict=True)))

    def meetings(self, form: str) -> Meetings:
        """The targets that a form meets."""
        known = self._by_form.get(form)
        if known is None:
            known = self._by_form[form] = self._sought.meetings(form)
        return known

    def of_tokens(
        self, text: str, met: Mapping[int, Meetings], spans: Mapping[int, tuple[int, int]]
    ) -> list[Highlight]:
        """The highlights of a text whose matching tokens are known.

        met: by token number, ascending, what it matches; spans: where each is in the text.
        """
        if self._sought.written:
            met = {
                number: self._admitted(meetings, text[slice(*spans[number])])
                for number, meetings in met.items()
            }
        return [
            Highlight(*spans[number], tier, target)
            for number, (target, tier) in sorted(self.chosen(met).items())
        ]

    def _admitted(self, meetings: Meetings, word: str) -> Meetings:
        """What of its meetings a word has, given its vowel marks."""
        return tuple(meeting for meeting in meetings if self._sought.admits(meeting[0], word))

    def admitted(self, form: str, note: str) -> Meetings:
        """The targets that a form meets where it is written as a note says, see `vowels`."""
        return self._admitted(self.meetings(form), word_of(form, note))

    def chosen(self, met: Mapping[int, Meetings]) -> dict[int, tuple[int, Tier]]:
        """By number of a token, the target that it is highlighted for, of all that it matches."""
        chosen = self._in_phrases(met)
        for number, meetings in met.items():
            for target, tier in meetings:
                if target in self._sought.loose:
                    chosen.setdefault(number, (target, tier))
        return chosen

    def _in_phrases(self, met: Mapping[int, Meetings]) -> dict[int, tuple[int, Tier]]:
        """By token, its (target, tier) in a whole phrase; of two phrases, in the later."""
        chosen: dict[int, tuple[int, Tier]] = {}
        if not self._sought.phrases:
            return chosen
        tiers = {number: dict(meetings) for number, meetings in met.items()}
        for phrase in self._sought.phrases:
            found = _found(phrase, tiers)
            begins = sorted(found.get(0, ()))
            for first, next_begin in zip_longest(begins, begins[1:], fillvalue=maxsize):
                end = next_begin if len(phrase) == 1 else maxsize  # beyond is the next one's
                for number, target in _walked(found, first, end):
                    chosen[number] = (target, tiers[number][target])
        return chosen


_Found = dict[int, dict[int, Way]]
"""By place in a phrase and token: the way that leads on from there to the end of the phrase."""


def _found(phrase: Phrase, tiers: Mapping[int, Mapping[int, Tier]]) -> _Found:
    """Where the phrase stands, or from which of its words on, found from its end."""
    length = max(way.last for way in phrase)
    found: _Found = {}
    for way in sorted(phrase, key=lambda way: way.first, reverse=True):
        rest = found.get(way.last, {})
        for token in tiers:
            fits = all(target in tiers.get(token + i, ()) for i, target in enumerate(way.targets))
            if fits and (way.last == length or token + len(way.targets) in rest):
                found.setdefault(way.first, {}).setdefault(token, way)
    return found


def _walked(found: _Found, token: int, end: int) -> Iterator[tuple[int, int]]:
    """The tokens of one occurrence of a phrase up to a token, each with its target."""
    place = 0
    while place in found and token in found[place] and token < end:
        way = found[place][token]
        yield from zip(range(token, end), way.targets, strict=False)
        place, token = way.last, token + len(way.targets)
