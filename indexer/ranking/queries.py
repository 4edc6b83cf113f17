"""What can be asked? Whoosh query classes for words, phrases and patterns over written forms.

They are ordinary Whoosh queries: they stand beside Term or And in any tree, expand to terms and
make matchers for Whoosh's own searchers. How they score is `evaluate`'s business, and a matcher
asks it there, so that both ways give the same answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from whoosh import query as whoosh_query
from whoosh.matching import ListMatcher, NullMatcher
from whoosh.searching import Searcher

from analyzers.analyzer import Analysis, analyze_form
from indexer.ranking.expand import Expansion, QueryWord, is_part, key_at
from indexer.ranking.segment import FieldSource, Span, without
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.strict import agreeing, kept, pattern_agrees


class Meaning(NamedTuple):
    """Terms that a query means in one field of one segment, and what one occurrence of each counts.

    `weights` go with `spans`.
    """

    expansion: Expansion
    spans: Sequence[Span]
    weights: Sequence[float]


def _plain(expansion: Expansion, spans: Sequence[Span]) -> Meaning:
    return Meaning(expansion, spans, [expansion.weight] * len(spans))


class FormsQuery(whoosh_query.MultiTerm):  # type: ignore[misc]
    """Base of queries that mean a group of written forms in one or several fields.

    `fields` are searched together: their term frequencies are pooled. `strict` are the foldings of
    letters that are turned off, see `ranking.strict`.
    """

    def __init__(
        self,
        fields: tuple[str, ...],
        boost: float = 1.0,
        strict: frozenset[str] = frozenset(),
    ) -> None:
        self.fields = fields
        self.boost = boost
        self.strict = strict
        self._hash: int | None = None

    def _identity(self) -> tuple[Any, ...]:
        return (type(self).__name__, self.fields, self.boost, self.strict)

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, FormsQuery) and self._identity() == other._identity()
        )

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(self._identity())
        return self._hash

    def __repr__(self) -> str:
        return f"{self._identity()!r}"

    __str__ = __repr__

    def field(self) -> str:
        """The first field; Whoosh asks queries of one field for it."""
        return self.fields[0]

    def spans(self, source: FieldSource, snapshot: Snapshot) -> Iterator[Meaning]:
        """The terms meant in one field of one segment, by expansion, no term twice."""
        raise TypeError(f"{type(self).__name__} names no terms")

    def _narrowed(self, meaning: Meaning, source: FieldSource) -> Meaning:
        """What of a meaning is left with the foldings of `strict` turned off."""
        if not self.strict:
            return meaning
        form = meaning.expansion.form
        parts = [
            (part, weight)
            for span, weight in zip(meaning.spans, meaning.weights, strict=True)
            for part in agreeing(source, [span], form, self.strict)
        ]
        return Meaning(meaning.expansion, [p for p, _ in parts], [w for _, w in parts])

    def _btexts(self, ixreader: Any) -> Iterator[bytes]:
        snapshot = Snapshot.of(Searcher(ixreader))
        terms = {
            form.encode("utf-8", "surrogatepass")
            for source in snapshot.vocabulary((self.field(),)).sources()
            for meaning in self.spans(source, snapshot)
            if meaning.expansion.retrieves
            for span in meaning.spans
            for form in source.forms(span)
        }
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
    """A word: all written forms that meet it at the tier `match` or a stronger one.

    `variants` are the unmarked forms that a table sets beside the word; `phrases`, the sides of
    the table that are several words, which count where they stand together.
    """

    def __init__(
        self,
        fields: tuple[str, ...],
        word: QueryWord,
        match: str = "variant",
        boost: float = 1.0,
        *,
        variants: tuple[str, ...] = (),
        phrases: tuple[tuple[QueryWord, ...], ...] = (),
        strict: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(fields, boost, strict)
        self.word = word
        self.match = match
        self.variants = variants
        self.phrases = phrases

    def _identity(self) -> tuple[Any, ...]:
        phrases = tuple(tuple(w.unmarked for w in phrase) for phrase in self.phrases)
        word = (self.word.unmarked, self.word.written)
        return (*super()._identity(), word, self.match, self.variants, phrases)

    def expansions(self, snapshot: Snapshot) -> tuple[Expansion, ...]:
        """The groups of terms that the word means in an index, strongest first."""
        return snapshot.expansions(self.word, self.match, self.fields, self.variants)

    def spans(self, source: FieldSource, snapshot: Snapshot) -> Iterator[Meaning]:
        """See FormsQuery."""
        return self._meanings(self.expansions(snapshot), source, snapshot)

    def own_spans(self, source: FieldSource, snapshot: Snapshot) -> Iterator[Meaning]:
        """The terms that are the word itself, in one field of one segment."""
        own = tuple(e for e in self.expansions(snapshot) if e.core)
        return self._meanings(own, source, snapshot)

    def _meanings(
        self, expansions: tuple[Expansion, ...], source: FieldSource, snapshot: Snapshot
    ) -> Iterator[Meaning]:
        taken: list[Span] = []
        narrow: list[Span] = []
        for expansion in _widest(expansions):
            if expansion.level == "nearest":
                least = snapshot.settings.likeness
                found = _near(expansion, source, set(taken), narrow, least)
            else:
                spans = source.group(expansion.level, expansion.key)
                if not spans:
                    continue
                # stems have nothing in common with one another, only with other levels
                spans = without(spans, narrow if expansion.level == "stem" else taken)
                found = [_plain(expansion, spans)]
                if expansion.level != "stem":
                    narrow += spans
            for meaning in found:
                taken += meaning.spans
                narrowed = self._narrowed(meaning, source)
                if narrowed.spans:
                    yield narrowed


def _near(
    expansion: Expansion,
    source: FieldSource,
    taken: set[Span],
    narrow: list[Span],
    least: float,
) -> list[Meaning]:
    """The spelling neighbours of a stem, but for what means something stronger already.

    `taken` are whole stems, `narrow` the terms that may be parts of one. Where they retrieve, those
    that are a piece of the stem, or it of them, are apart and do not.
    """
    admitted: list[tuple[Span, float]] = []
    pieces: list[tuple[Span, float]] = []
    for span, like in source.nearest(expansion.key, least):
        if span in taken:
            continue
        piece = expansion.retrieves and is_part(_stem_of(source, span), expansion.key)
        for part in without([span], narrow):
            (pieces if piece else admitted).append((part, expansion.weight * like * like))
    only_scored = expansion._replace(retrieves=False)
    return [
        Meaning(group, [span for span, _ in found], [weight for _, weight in found])
        for group, found in ((expansion, admitted), (only_scored, pieces))
    ]


def _stem_of(source: FieldSource, span: Span) -> str:
    return analyze_form(source.forms((span[0], span[0] + 1))[0]).stem


def _widest(expansions: tuple[Expansion, ...]) -> tuple[Expansion, ...]:
    """The expansions without the word's own narrower groups that count like the next wider one."""
    return tuple(
        expansion
        for expansion, wider in zip(expansions, (*expansions[1:], None), strict=True)
        if wider is None
        or expansion.tier not in ("exact", "folded")
        or expansion.weight != wider.weight
    )


class AlternativeQuery(FormsQuery):
    """Other names for several words of the query together: نوفمبر where it says تشرين الثاني.

    `sides` are words or phrases; a document that holds any of them belongs.
    """

    def __init__(
        self,
        fields: tuple[str, ...],
        sides: tuple[tuple[QueryWord, ...], ...],
        boost: float = 1.0,
        *,
        strict: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(fields, boost, strict)
        self.sides = sides

    def _identity(self) -> tuple[Any, ...]:
        return (*super()._identity(), tuple(tuple(w.unmarked for w in s) for s in self.sides))

    def spans(self, source: FieldSource, snapshot: Snapshot) -> Iterator[Meaning]:
        """The terms of the sides, of whole phrases too, whether or not they stand together."""
        for side in self.sides:
            for word in side:
                key = word.analysis.stem
                expansion = Expansion("stem", key, "variant", 1.0, form=word.unmarked)
                yield self._narrowed(_plain(expansion, source.group("stem", key)), source)


class PatternQuery(FormsQuery):
    """A word with a star: every form that begins with the text, or that holds it.

    The text is folded, and compared with folded forms; `unmarked` is what it was before, which
    only a strict search needs.
    """

    def __init__(
        self,
        fields: tuple[str, ...],
        folded: str,
        *,
        infix: bool = False,
        boost: float = 1.0,
        unmarked: str = "",
        strict: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(fields, boost, strict)
        self.folded = folded
        self.infix = infix
        self.unmarked = unmarked or folded

    def _identity(self) -> tuple[Any, ...]:
        wanted = self.unmarked if self.strict else self.folded
        return (*super()._identity(), wanted, self.infix)

    def meets(self, analysis: Analysis) -> bool:
        """Whether a written form is one that is meant."""
        if self.strict:
            return pattern_agrees(self.unmarked, analysis.unmarked, self.strict, infix=self.infix)
        if self.infix:
            return self.folded in analysis.folded
        return analysis.folded.startswith(self.folded)

    def spans(self, source: FieldSource, snapshot: Snapshot) -> Iterator[Meaning]:
        """See FormsQuery."""
        find = source.containing if self.infix else source.prefixed
        spans = find(self.folded)
        if self.strict:
            spans = kept(source, spans, lambda form: self.meets(analyze_form(form)))
        yield _plain(Expansion("folded", self.folded, "folded", 1.0), spans)


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
        strict: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(fields, boost, strict)
        self.words = words
        self.level = level
        self.slop = slop

    def _identity(self) -> tuple[Any, ...]:
        words = tuple((word.unmarked, word.written) for word in self.words)
        return (*super()._identity(), words, self.level, self.slop)

    def spans(self, source: FieldSource, snapshot: Snapshot) -> Iterator[Meaning]:
        """The terms of each word, whether or not they stand in the phrase."""
        for word in self.words:
            key = key_at(word.analysis, self.level)
            expansion = Expansion(self.level, key, self.level, 1.0, form=word.unmarked)
            yield self._narrowed(_plain(expansion, source.group(self.level, key)), source)


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


class WordsQuery(whoosh_query.Or):  # type: ignore[misc]
    """Words side by side, in the order of the query: any makes a document belong.

    To Whoosh it is an Or. `evaluate` also rewards documents that hold more of the words, and
    those that hold neighbours of the query as neighbours.
    """


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
    if not reader.doc_count_all():  # Whoosh's empty reader has no columns
        return []
    files, dates = reader.column_reader("file"), reader.column_reader("date")
    return [
        docnum
        for docnum in range(reader.doc_count_all())
        if not reader.is_deleted(docnum) and query.admits(files[docnum], dates[docnum])
    ]
