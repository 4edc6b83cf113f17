"""Which terms of a field agree with a word in their letters, where foldings are turned off?

What agrees is said in `query.letters`; here the dictionary of a segment is asked.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analyzers.ranked import changes
from indexer.query.letters import letters_agree
from indexer.ranking.memory import Memory
from indexer.ranking.source import (
    NO_SPANS,
    FieldSource,
    Owned,
    Span,
    Spans,
    joined,
    parted,
    slots_in,
    spans_of,
)


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
    return kept_of_each(source, spans, lambda _, form: meets(form)).spans


def kept_of_each(source: FieldSource, spans: Spans, meets: Callable[[int, str], bool]) -> Owned:
    """The same of a test that is given the place of the span, too; owners: those places."""
    sizes = spans[:, 1] - spans[:, 0]
    owners = np.arange(len(spans)).repeat(sizes)
    met = np.fromiter(map(meets, owners.tolist(), source.forms(spans)), np.bool_, len(owners))
    each, owners = slots_in(spans)[met], owners[met]
    heads = parted(each) | changes(owners)
    return Owned(joined(each, heads), owners[heads])
