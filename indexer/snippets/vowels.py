"""Find documents with the vowel marks that a query requires, in their stored texts.

Forms in the index have no marks, so `--strict marks` reads the texts of all documents that hold a
marked word of the query, and is that much slower. A document counts if the word has the marks in at
least one place; for a phrase, all words in one place. The marks of words near each other ("…"~5)
are searched anywhere in the field, and those of a word with a star are ignored.
"""

from __future__ import annotations

from analyzers.tokenizer import shared_tokenizer
from indexer.query.nodes import Leaf, PhraseQuery, QueryWord
from indexer.ranking.resolve import Resolver
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import Docs, Segment
from indexer.snippets.highlighter import Highlighter
from indexer.snippets.locate import highlights_in
from indexer.snippets.targets import targets_of_leaf


class MarksReader:
    """Reads the documents of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def bearing(self, leaf: Leaf, segment: Segment, docs: Docs) -> list[bool]:
        """Which of some documents of a segment hold the leaf with the marks it was written with."""
        sought = targets_of_leaf(leaf, Resolver.of(self._snapshot))
        highlighter = Highlighter(sought, shared_tokenizer())
        minimum = 1
        if isinstance(leaf, PhraseQuery) and leaf.slop is not None:
            minimum = _different(leaf)
        bearing: list[bool] = []
        for first in range(0, len(docs), _PAGE):
            page = docs[first : first + _PAGE]
            found = [False] * len(page)
            for name in leaf.fields:
                texts = [segment.text(docnum, name) for docnum in page.tolist()]
                numbers = (page + segment.base).tolist()
                highlights = highlights_in(
                    texts, numbers, [leaf], highlighter, self._snapshot, field=name
                )
                for place, here in enumerate(highlights):
                    found[place] |= len({highlight.target for highlight in here}) >= minimum
            bearing += found
        return bearing


_PAGE = 256
"""Documents whose texts are held at once."""


def _different(leaf: PhraseQuery) -> int:
    """How many words of a phrase must be seen: all that differ and have no name with others."""
    named = {at for first, last, _ in leaf.others for at in range(first, last)}
    words = [word for at, word in enumerate(leaf.words) if at not in named]
    return len({w.analysis.folded if isinstance(w, QueryWord) else str(w) for w in words})
