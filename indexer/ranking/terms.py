"""The words of an index, and their numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzers.analyzer import analyze_form
from analyzers.normalizer import unmark
from indexer.reports import TermStats
from indexer.schema import FORM_FIELDS

if TYPE_CHECKING:
    from indexer.codec.opened import OpenedIndex


def terms_of(opened: OpenedIndex, prefix: str, limit: int | None) -> Iterator[TermStats]:
    """See `Index.terms`."""
    start = unmark(prefix)
    counts: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    for name in FORM_FIELDS:
        of_field: Counter[str] = Counter()
        for arrays in opened.fields(name):
            for ordinal in range(*arrays.prefix_range(start)):
                form = arrays.term(ordinal)
                counts[form] += arrays.count_of(arrays.slots_of_term(form))
                of_field[form] += arrays.df(ordinal)
        documents |= of_field
    for form in sorted(counts)[:limit]:
        a = analyze_form(form)
        yield TermStats(form, a.folded, a.stem, a.root, documents[form], counts[form])


def tokens_of(opened: OpenedIndex) -> int:
    """The number of words in all documents."""
    return sum(s.reader.total_length(name) for s in opened.segments for name in FORM_FIELDS)


def distinct_terms(opened: OpenedIndex) -> int:
    """The number of different written forms."""
    held = (arrays.all_terms() for name in FORM_FIELDS for arrays in opened.fields(name))
    return len(set().union(*held))
