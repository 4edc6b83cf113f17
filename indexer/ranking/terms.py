"""The words of an index, and their numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from analyzers.analyzer import analyze_form
from analyzers.normalizer import unmark
from indexer.ranking.keys import Keys, Places
from indexer.ranking.source import counted_forms
from indexer.ranking.stars import fitting
from indexer.reports import Meeting, TermStats
from indexer.results import TIERS
from indexer.schema import FORM_FIELDS

if TYPE_CHECKING:
    from indexer.codec.arrays import FieldArrays
    from indexer.codec.counted import Starts
    from indexer.codec.opened import OpenedIndex
    from indexer.query.nodes import Leaf
    from indexer.ranking.resolve import Resolver
    from indexer.results import TermSortKey, Tier

STAR = "*"


def terms_of(
    opened: OpenedIndex, pattern: str, limit: int | None, sort: TermSortKey
) -> Iterator[TermStats]:
    """See `Index.terms`."""
    counts: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    for name in FORM_FIELDS:
        of_field: Counter[str] = Counter()
        for arrays in opened.fields(name):
            keys = _keys_of(arrays)
            places = _fitting(pattern, keys)
            forms, slots = keys.texts(places), arrays.slot_by_ordinal.take(places)
            counts.update(dict(zip(forms, _extents(arrays.position_starts, slots), strict=True)))
            of_field.update(dict(zip(forms, _extents(arrays.doc_starts, slots), strict=True)))
        documents |= of_field
    ordered = sorted(counts)
    if sort != "alphabet":
        amounts = counts if sort == "count" else documents
        ordered.sort(key=lambda form: -amounts[form])
    for form in ordered[:limit]:
        a = analyze_form(form)
        yield TermStats(form, a.folded, a.stem, a.root, documents[form], counts[form])


def frequent(opened: OpenedIndex, prefix: str, limit: int) -> list[str]:
    """The most frequent written forms that begin with some letters, most frequent first.

    Of a field of a segment only the most frequent are looked at, ten times as many as wanted.
    """
    counts: Counter[str] = Counter()
    for name in FORM_FIELDS:
        for arrays in opened.fields(name):
            places = np.arange(*arrays.prefix_range(prefix))
            amounts = _extents(arrays.position_starts, arrays.slot_by_ordinal.take(places))
            best = np.argsort(-np.array(amounts, np.int64), kind="stable")[: 10 * limit]
            forms = _keys_of(arrays).texts(places[best])
            counts.update(dict(zip(forms, (amounts[at] for at in best.tolist()), strict=True)))
    return sorted(counts, key=lambda form: (-counts[form], form))[:limit]


def met_by(leaves: Iterable[Leaf], resolver: Resolver) -> tuple[Meeting, ...]:
    """See `Index.meetings`. A form is met at the strongest tier that any field has for it."""
    found: dict[tuple[bool, Tier], Counter[str]] = {}
    for leaf in leaves:
        for source in resolver.snapshot.sources(leaf.fields):
            for meaning in resolver.spans(leaf, source):
                key = (meaning.expansion.retrieves, meaning.expansion.tier)
                counts = found.setdefault(key, Counter())
                for form, count in counted_forms(source, meaning.spans):
                    counts[form] += count
    order = sorted(found, key=lambda key: (not key[0], TIERS.index(key[1])))
    return tuple(
        Meeting(tier, retrieves, _sorted(found[retrieves, tier])) for retrieves, tier in order
    )


def _sorted(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    """The most frequent first, equals by letters."""
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _keys_of(arrays: FieldArrays) -> Keys:
    table = arrays.terms
    return Keys(table.data, table.starts, table.lengths)


def _fitting(pattern: str, keys: Keys) -> Places:
    """The places of the terms that begin with a pattern or, where it has stars, fit it."""
    pieces = [(unmark(piece),) for piece in pattern.split(STAR)]
    return fitting(pieces if len(pieces) > 1 else [*pieces, ("",)], keys)


def _extents(starts: Starts, slots: Places) -> list[int]:
    """How much lies between the beginning of each of some slots and that of the next."""
    found: list[int] = (starts.take(slots + 1) - starts.take(slots)).tolist()
    return found


def tokens_of(opened: OpenedIndex) -> int:
    """The number of words in all documents."""
    return sum(s.reader.total_length(name) for s in opened.segments for name in FORM_FIELDS)


def distinct_terms(opened: OpenedIndex) -> int:
    """The number of different written forms."""
    held = (arrays.all_terms() for name in FORM_FIELDS for arrays in opened.fields(name))
    return len(set().union(*held))
