"""Which documents bear the vowel marks that a query asks for? Read from their stored texts.

Forms in the index have no marks, so `--strict marks` reads the texts of all documents that hold a
marked word of the query, and is as much slower. A document counts if at one place at least the word
stands as asked; of a phrase all words at one place. The marks of words near each other ("…"~5) are
looked for anywhere in the field, and those of a word with a star are not looked at.
"""

from __future__ import annotations

from indexer.ranking.queries import FormsQuery, PhraseQuery
from indexer.ranking.snapshot import Segment, Snapshot
from indexer.ranking.source import Docs
from indexer.snippets.locate import hits_in
from indexer.snippets.targets import targets_of_leaf


class MarksReader:
    """Reads the documents of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def bearing(self, leaf: FormsQuery, segment: Segment, docs: Docs) -> list[bool]:
        """Which of some documents of a segment hold the leaf with the marks it was written with."""
        highlighter = targets_of_leaf(leaf, self._snapshot).highlighter()
        least = 1
        if isinstance(leaf, PhraseQuery) and leaf.slop is not None:
            least = len({word.analysis.folded for word in leaf.words})
        bearing: list[bool] = []
        for first in range(0, len(docs), _PAGE):
            page = docs[first : first + _PAGE]
            found = [False] * len(page)
            for name in leaf.fields:
                texts = [segment.text(docnum, name) for docnum in page.tolist()]
                numbers = (page + segment.base).tolist()
                marked = hits_in(texts, numbers, [leaf], highlighter, self._snapshot, field=name)
                for place, hits in enumerate(marked):
                    found[place] |= len({hit.word for hit in hits}) >= least
            bearing += found
        return bearing


_PAGE = 256
"""Documents whose texts are held at once."""
