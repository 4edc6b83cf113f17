"""What can be asked? Whoosh query classes for words, phrases and patterns over written forms.

They are ordinary Whoosh queries: they stand beside Term or And in any tree, expand to terms and
make matchers for Whoosh's own searchers. How they score is `evaluate`'s business, and a matcher
asks it there, so that both ways give the same answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from whoosh import query as whoosh_query
from whoosh.matching import ListMatcher, NullMatcher

from analyzers.analyzer import Analysis
from indexer.ranking.expand import Expansion, QueryWord, expand
from indexer.ranking.segment import FieldSource, Span, without
from indexer.ranking.snapshot import Snapshot


class FormsQuery(whoosh_query.MultiTerm):  # type: ignore[misc]
    """Base of queries that mean a group of written forms in one or several fields.

    `fields` are searched together: their term frequencies are pooled.
    """

    def __init__(self, fields: tuple[str, ...], boost: float = 1.0) -> None:
        self.fields = fields
        self.boost = boost

    def _identity(self) -> tuple[Any, ...]:
        return (type(self).__name__, self.fields, self.boost)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FormsQuery) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __repr__(self) -> str:
        return f"{self._identity()!r}"

    __str__ = __repr__

    def field(self) -> str:
        """The first field; Whoosh asks queries of one field for it."""
        return self.fields[0]

    def spans(self, source: FieldSource) -> Iterator[tuple[Expansion, Sequence[Span]]]:
        """The terms meant in one field of one segment, by expansion, no term twice."""
        raise TypeError(f"{type(self).__name__} names no terms")

    def _btexts(self, ixreader: Any) -> Iterator[bytes]:
        from indexer.ranking.segment import open_field

        readers = [leaf for leaf, _ in ixreader.leaf_readers()]
        terms: set[bytes] = set()
        for reader in readers:
            if self.field() in reader.indexed_field_names():
                source = open_field(reader, self.field())
                for _, spans in self.spans(source):
                    for span in spans:
                        terms.update(f.encode("utf-8", "surrogatepass") for f in source.forms(span))
        yield from sorted(terms)

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        """A Whoosh matcher over the documents of one segment, with Fahras's scores."""
        from indexer.ranking.evaluate import Evaluator

        snapshot = Snapshot.of(searcher)
        number = next(i for i, s in enumerate(snapshot.segments) if s.reader is searcher.reader())
        docs, scores = Evaluator(snapshot).members(self, number)
        if not len(docs):
            return NullMatcher()
        return ListMatcher(docs.tolist(), scores.tolist())


class StemQuery(FormsQuery):
    """A word: all written forms that meet it at the tier `match` or a stronger one."""

    def __init__(
        self,
        fields: tuple[str, ...],
        word: QueryWord,
        match: str = "variant",
        boost: float = 1.0,
    ) -> None:
        super().__init__(fields, boost)
        self.word = word
        self.match = match
        self.expansions = expand(word, match)

    def _identity(self) -> tuple[Any, ...]:
        return (*super()._identity(), self.word.unmarked, self.match)

    def spans(self, source: FieldSource) -> Iterator[tuple[Expansion, Sequence[Span]]]:
        """See FormsQuery."""
        taken: list[Span] = []
        for expansion in self.expansions:
            fresh = without(source.group(expansion.level, expansion.key), taken)
            taken += fresh
            if fresh:
                yield expansion, fresh


class PatternQuery(FormsQuery):
    """A word with a star: every form that begins with the text, or that holds it.

    The text is folded, and compared with folded forms.
    """

    def __init__(
        self, fields: tuple[str, ...], folded: str, *, infix: bool = False, boost: float = 1.0
    ) -> None:
        super().__init__(fields, boost)
        self.folded = folded
        self.infix = infix

    def _identity(self) -> tuple[Any, ...]:
        return (*super()._identity(), self.folded, self.infix)

    def meets(self, analysis: Analysis) -> bool:
        """Whether a written form is one that is meant."""
        if self.infix:
            return self.folded in analysis.folded
        return analysis.folded.startswith(self.folded)

    def spans(self, source: FieldSource) -> Iterator[tuple[Expansion, Sequence[Span]]]:
        """See FormsQuery."""
        find = source.containing if self.infix else source.prefixed
        yield Expansion("folded", self.folded, "folded", 1.0), find(self.folded)


class PhraseQuery(FormsQuery):
    """Words in this order, compared by folded form (`level`), nothing between them.

    With `slop`, the words in any order with at most so many other words between them in all.
    """

    def __init__(
        self,
        fields: tuple[str, ...],
        words: tuple[QueryWord, ...],
        *,
        level: str = "folded",
        slop: int | None = None,
        boost: float = 1.0,
    ) -> None:
        super().__init__(fields, boost)
        self.words = words
        self.level = level
        self.slop = slop

    def _identity(self) -> tuple[Any, ...]:
        words = tuple(word.unmarked for word in self.words)
        return (*super()._identity(), words, self.level, self.slop)

    def spans(self, source: FieldSource) -> Iterator[tuple[Expansion, Sequence[Span]]]:
        """The terms of each word, whether or not they stand in the phrase."""
        for word in self.words:
            for expansion in expand(word, self.level):
                yield expansion, source.group(expansion.level, expansion.key)


def leaves_of(query: Any) -> Iterator[FormsQuery]:
    """The words, phrases and patterns in a query tree."""
    if isinstance(query, FormsQuery):
        yield query
    else:
        for child in query.children():
            yield from leaves_of(child)


def leaf_words(leaf: FormsQuery) -> tuple[QueryWord, ...]:
    """The words that a leaf of a query stands for; a pattern stands for none."""
    if isinstance(leaf, StemQuery):
        return (leaf.word,)
    if isinstance(leaf, PhraseQuery):
        return leaf.words
    return ()


class FilterQuery(whoosh_query.Query):  # type: ignore[misc]
    """Documents whose catalogue or column data pass a test; adds nothing to scores.

    `files`, where given, are the file numbers admitted; `dates`, where given, the first and the
    last ISO date prefix admitted, either of which may be empty.
    """

    def __init__(
        self,
        *,
        files: frozenset[int] | None = None,
        dates: tuple[str, str] | None = None,
    ) -> None:
        self.files = files
        self.dates = dates
        self.boost = 1.0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FilterQuery) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.files, self.dates))

    def __repr__(self) -> str:
        return f"FilterQuery(files={self.files!r}, dates={self.dates!r})"

    __str__ = __repr__

    def admits(self, file: int, date: str) -> bool:
        """Whether a document of this file and date passes."""
        if self.files is not None and file not in self.files:
            return False
        if self.dates is None:
            return True
        first, last = self.dates
        return bool(date) and (first <= date) and (not last or date[: len(last)] <= last)

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        """A Whoosh matcher over the documents that pass, each with score 0."""
        reader = searcher.reader()
        docs = filtered_docs(self, reader)
        return ListMatcher(docs, [0.0] * len(docs)) if docs else NullMatcher()


def filtered_docs(query: FilterQuery, reader: Any) -> list[int]:
    """The live docnums of a segment that pass a filter, ascending."""
    files, dates = reader.column_reader("file"), reader.column_reader("date")
    return [
        docnum
        for docnum in range(reader.doc_count_all())
        if not reader.is_deleted(docnum) and query.admits(files[docnum], dates[docnum])
    ]
