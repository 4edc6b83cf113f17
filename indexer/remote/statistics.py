"""What ranking asks of a whole index on a cluster: `Statistics` and `Vocabulary` of `source`.

Expansion asks one thing after the other. So it is run first with a vocabulary that notes what it
does not know and answers with nothing; when all that was noted is fetched, it is run again, until
it asks for nothing new: two round trips for words never met, none for known ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from analyzers.analyzer import analyze_form
from indexer.query.nodes import Leaf
from indexer.ranking.expand import Expansion
from indexer.ranking.source import Level, Vocabulary
from indexer.remote.head import Head
from indexer.remote.lexicon import WITH_ARTICLE, Lexicon, Sort, sort_of


class RemoteStatistics:
    """`Statistics` of a commit. told: how many documents hold a leaf, where that was asked."""

    def __init__(
        self, head: Head, lexicon: Lexicon, told: Mapping[Leaf, int] | None = None
    ) -> None:
        self._lexicon = lexicon
        self._lengths = dict(head.lengths)
        self._told = told or {}
        self.documents = head.documents
        self.notes = False
        """Whether what is not known is noted, not asked at once."""

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note what is asked for and not known, and fetch that at the end."""
        self.notes = True
        yield
        self.notes = False
        self._lexicon.fetch()

    def total_length(self, field: str) -> float:
        """See Statistics."""
        return float(self._lengths.get(field, 0))

    def vocabulary(self, fields: tuple[str, ...]) -> Vocabulary:
        """See Statistics."""
        return _RemoteVocabulary(fields, self._lexicon, self)

    def document_frequency(self, leaf: Leaf) -> int | None:
        """See Statistics."""
        return self._told.get(leaf)


class _RemoteVocabulary:
    """The dictionary of some fields."""

    def __init__(
        self, fields: tuple[str, ...], lexicon: Lexicon, statistics: RemoteStatistics
    ) -> None:
        self._fields = fields
        self._lexicon = lexicon
        self._statistics = statistics

    def count(self, level: Level, key: str) -> int:
        """See Vocabulary."""
        return self._count(sort_of(level), key)

    def article_count(self, stem: str) -> int:
        """See Vocabulary."""
        return self._count(WITH_ARTICLE, stem)

    def _count(self, sort: Sort, key: str) -> int:
        if not key or (self._statistics.notes and not self._lexicon.note_count(sort, key)):
            return 0
        return sum(self._lexicon.count(field, sort, key).occurrences for field in self._fields)

    def holds(self, groups: Sequence[Expansion]) -> bool:
        """See Vocabulary."""
        return any(map(self._holds, groups))

    def _holds(self, group: Expansion) -> bool:
        if not group.narrowed:
            return self.count(group.level, group.key) > 0  # type: ignore[arg-type]  # not "nearest"
        return any(self.count("exact", form) for form in self._admitted(group))

    def _admitted(self, group: Expansion) -> Iterator[str]:
        for form in self.forms_of(group):
            if group.admits(form):
                yield form

    def forms_of(self, group: Expansion) -> tuple[str, ...]:
        """The forms of which a narrowed group means some."""
        sort, key = ("p", group.behind) if group.behind else ("s", group.key)
        if self._statistics.notes and not self._lexicon.note_forms(sort, key):
            return ()
        forms = self._lexicon.forms(sort, key)
        if group.behind:
            return tuple(form for form in forms if analyze_form(form).stem == group.key)
        return forms

    def learn(self, targets: Iterable[str]) -> None:
        """See Vocabulary: it is noted when it is asked for."""

    def bearing(self, target: str) -> frozenset[str]:
        """See Vocabulary."""
        if not target or (self._statistics.notes and not self._lexicon.note_forms("p", target)):
            return frozenset()
        return frozenset(analyze_form(form).stem for form in self._lexicon.forms("p", target))
