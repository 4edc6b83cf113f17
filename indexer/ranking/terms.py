"""Which words does an index hold, and how many?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from analyzers.analyzer import analyze_form
from analyzers.normalizer import unmark
from indexer.reports import TermStats
from indexer.schema import FORM_FIELDS


def terms_of(reader: Any, prefix: str, limit: int | None) -> Iterator[TermStats]:
    """See `Index.terms`."""
    start = unmark(prefix)
    counts: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    for name in FORM_FIELDS:
        for term in reader.expand_prefix(name, start):
            form = term.decode("utf-8", "surrogatepass")
            info = reader.term_info(name, term)
            counts[form] += int(info.weight())
            documents[form] = max(documents[form], int(info.doc_frequency()))
    for form in sorted(counts)[:limit]:
        a = analyze_form(form)
        yield TermStats(form, a.folded, a.stem, a.root, documents[form], counts[form])


def tokens_of(reader: Any) -> int:
    """How many words all documents have together."""
    return sum(int(reader.field_length(name)) for name in FORM_FIELDS)


def distinct_terms(reader: Any) -> int:
    """How many different written forms there are."""
    return len({term for name in FORM_FIELDS for term in reader.lexicon(name)})
