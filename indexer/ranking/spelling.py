"""Which words of a dictionary may a misspelled word have been meant for, and which first?

Candidates are one slip away (`slips`). They are ordered as by a noisy channel (Kernighan, Church
and Gale, A Spelling Correction Program Based on a Noisy Channel Model, 1990): the less the slip
costs, and the commoner the word, the better.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from math import log

from analyzers.analyzer import analyze_form
from indexer.ranking.slips import FEWEST_LETTERS, edit_cost
from indexer.ranking.source import FieldSource

_WORTH = 8.0
"""How much commoner, in e-folds, a word must be to make up for a slip that costs 1 more."""


def proposals(unmarked: str, sources: Iterable[FieldSource]) -> tuple[str, ...]:
    """The words one slip away, best first, the commonest form of each stem.

    Where the word bears prefixes it is also looked for without them, and with the article.
    """
    keys = _keys(unmarked)
    counts: Counter[str] = Counter()
    for source in sources:
        slots = {slot for key in keys for slot in _slots(source, key)}
        for slot in slots:
            counts[source.forms((slot, slot + 1))[0]] += source.count((slot, slot + 1))
    score = {
        form: log(count) - _WORTH * min(edit_cost(key, form) for key in keys)
        for form, count in counts.items()
        if count and not analyze_form(form).stopword
    }
    ranked = sorted(score, key=lambda form: (-score[form], form))
    best: dict[str, str] = {}
    for form in ranked:
        best.setdefault(analyze_form(form).stem, form)
    return tuple(best.values())


def _slots(source: FieldSource, key: str) -> Iterator[int]:
    for first, last in source.near(key, 1).spans.tolist():
        yield from range(first, last)


def _keys(unmarked: str) -> tuple[str, ...]:
    analysis = analyze_form(unmarked)
    place = analysis.folded.find(analysis.stem)
    if place <= 0 or len(analysis.folded) - place < FEWEST_LETTERS + 1:
        return (unmarked,)
    rest = analysis.folded[place:]
    return tuple(dict.fromkeys((unmarked, rest, "ال" + rest)))
