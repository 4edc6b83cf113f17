"""Which terms of a field agree with a word in their letters, where foldings are turned off?

What agrees is said in `query.letters`; here the dictionary of a segment is asked.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from indexer.query.letters import letters_agree
from indexer.ranking.memory import Memory
from indexer.ranking.source import NO_SPANS, FieldSource, Span, Spans, spans_of


def agreeing(
    memory: Memory, source: FieldSource, spans: Spans, form: str, switches: frozenset[str]
) -> Spans:
    """The parts of some spans whose terms agree with an unmarked form; all without a switch."""
    if not switches:
        return spans
    found = (memory.get(_agreeing, source, tuple(span), form, switches) for span in spans.tolist())
    return np.concatenate([NO_SPANS, *found])


def _agreeing(source: FieldSource, span: Span, form: str, switches: frozenset[str]) -> Spans:
    return kept(source, spans_of([span]), lambda term: letters_agree(form, term, switches))


def kept(source: FieldSource, spans: Spans, meets: Callable[[str], bool]) -> Spans:
    """The parts of some spans whose terms meet a test; each within one of the spans."""
    found: list[Span] = []
    for span in spans.tolist():
        for slot, form in enumerate(source.forms(span), span[0]):
            if not meets(form):
                continue
            if found and found[-1][1] == slot > span[0]:
                found[-1] = (found[-1][0], slot + 1)
            else:
                found.append((slot, slot + 1))
    return spans_of(found)
