"""What can be asked? Whoosh query classes for words, phrases and patterns over written forms.

They are ordinary Whoosh queries: they stand beside Term or And in any tree, expand to terms and
make matchers for Whoosh's own searchers. How they score is `evaluate`'s business, and a matcher
asks it there, so that both ways give the same answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import query as whoosh_query
from whoosh.matching import ListMatcher, NullMatcher
from whoosh.searching import Searcher

from analyzers.analyzer import Analysis, analyze_form
from indexer.ranking.expand import Expansion, QueryWord, key_at
from indexer.ranking.meanings import (
    Meaning,
    Phrase,
    PhraseTerms,
    Terms,
    by_kind,
    meanings_of,
    pairs_of,
    plain,
    weighted,
)
from indexer.ranking.phrases import located_words
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import FieldSource, spans_of, without
from indexer.ranking.strict import agreeing, kept

if TYPE_CHECKING:
    from indexer.ranking.patterns import FormPattern


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

    def _identity(self) -> tuple[Any, ...]:
        return (type(self).__name__, self.fields, self.boost, self.strict)

    @cached_property
    def _key(self) -> tuple[Any, ...]:
        return self._identity()

    @cached_property
    def _hash(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, FormsQuery) and self._key == other._key)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"{self._key!r}"

    __str__ = __repr__

    def field(self) -> str:
        """The first field; Whoosh asks queries of one field for it."""
        return self.fields[0]

    def spans(self, source: FieldSource, snapshot: Snapshot) -> Iterator[Meaning]:
        """The terms meant in one field of one segment, by expansion, no term twice."""
        raise TypeError(f"{type(self).__name__} names no terms")

    def phrases(self, snapshot: Snapshot) -> Iterator[Phrase]:
        """The phrases that count as the query, beside or instead of its terms."""
        return iter(())

    def terms(self, snapshot: Snapshot) -> Iterator[Terms]:
        """All that counts by itself, wherever it stands: by segment, field and kind."""
        for segment in snapshot.segments:
            for name in self.fields:
                source = segment.field(name)
                if source is not None:
                    share = np.float32(snapshot.settings.field_weight(name))
                    for kind, meanings in by_kind(self.spans(source, snapshot)).items():
                        spans = np.concatenate([m.spans for m in meanings])
                        weights = np.concatenate([m.weights for m in meanings]) * share
                        order = spans[:, 0].argsort()
                        located = source.locate(spans[order])
                        yield Terms(segment, source, name, located, weights[order], kind)

    def phrase_terms(self, snapshot: Snapshot) -> Iterator[PhraseTerms]:
        """Where the phrases may stand that count as the query: by phrase, segment and field."""
        for phrase in self.phrases(snapshot):
            for segment in snapshot.segments:
                for name in self.fields:
                    source = segment.field(name)
                    if source is None:
                        continue
                    words = located_words(phrase.words, phrase.level, source, self.strict)
                    if words:
                        weight = phrase.weight * snapshot.settings.field_weight(name)
                        yield PhraseTerms(segment, source, words, phrase.slop, weight)

    def _narrowed(self, meaning: Meaning, source: FieldSource) -> Meaning:
        """What of a meaning is left with the foldings of `strict` turned off."""
        if not self.strict:
            return meaning
        form = meaning.expansion.form
        parts = [
            (part, weight)
            for span, weight in zip(meaning.spans, meaning.weights.tolist(), strict=True)
            for part in agreeing(source, span[np.newaxis], form, self.strict).tolist()
        ]
        return weighted(meaning.expansion, parts)

    def _btexts(self, ixreader: Any) -> Iterator[bytes]:
        snapshot = Snapshot.of(Searcher(ixreader))
        terms = {
            form.encode("utf-8", "surrogatepass")
            for source in snapshot.vocabulary((self.field(),)).sources()
            for meaning in self.spans(source, snapshot)
            if meaning.expansion.retrieves
            for span in meaning.spans.tolist()
            for form in source.forms(span)
        }
        yield from sorted(terms)

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        """A Whoosh matcher over the documents of one segment, with Fahras's scores."""
        from indexer.ranking.evaluator import Evaluator

        snapshot = Snapshot.of(searcher)
        docs, scores = Evaluator(snapshot).of_segment(self, snapshot.segment_of(searcher))
        if not len(docs):
            return NullMatcher()
        return ListMatcher(docs.tolist(), scores.tolist())


class StemQuery(FormsQuery):
    """A word: all written forms that meet it at the tier `match` or a stronger one.

    `variants` are the unmarked forms that a table sets beside the word; `sides`, the sides of the
    table that are several words, which count where they stand together.
    """

    def __init__(
        self,
        fields: tuple[str, ...],
        word: QueryWord,
        match: str = "variant",
        boost: float = 1.0,
        *,
        variants: tuple[str, ...] = (),
        sides: tuple[tuple[QueryWord, ...], ...] = (),
        strict: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(fields, boost, strict)
        self.word = word
        self.match = match
        self.variants = variants
        self.sides = sides

    def _identity(self) -> tuple[Any, ...]:
        sides = tuple(tuple(w.unmarked for w in side) for side in self.sides)
        word = (self.word.unmarked, self.word.written)
        return (*super()._identity(), word, self.match, self.variants, sides)

    def phrases(self, snapshot: Snapshot) -> Iterator[Phrase]:
        """See FormsQuery."""
        for side in self.sides:
            yield Phrase(side, "stem", None, snapshot.settings.variant)

    def expansions(self, snapshot: Snapshot) -> tuple[Expansion, ...]:
        """The groups of terms that the word means in an index, strongest first."""
        return snapshot.expansions(self.word, self.match, self.fields, self.variants)

    def spans(self, source: FieldSource, snapshot: Snapshot) -> Iterator[Meaning]:
        """See FormsQuery."""
        for meaning in meanings_of(self.expansions(snapshot), source, snapshot.settings):
            narrowed = self._narrowed(meaning, source)
            if len(narrowed.spans):
                yield narrowed


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

    def phrases(self, snapshot: Snapshot) -> Iterator[Phrase]:
        """See FormsQuery."""
        for side in self.sides:
            yield Phrase(side, "stem", None, 1.0)

    def terms(self, snapshot: Snapshot) -> Iterator[Terms]:
        """None: only what stands together counts."""
        return iter(())

    def spans(self, source: FieldSource, snapshot: Snapshot) -> Iterator[Meaning]:
        """The terms of the sides, of whole phrases too, whether or not they stand together."""
        for side in self.sides:
            for word in side:
                key = word.analysis.stem
                expansion = Expansion("stem", key, "variant", 1.0, form=word.unmarked)
                yield self._narrowed(plain(expansion, source.group("stem", key)), source)


class PatternQuery(FormsQuery):
    """A word with a star, or one that may be misspelled: every form that fits the pattern."""

    def __init__(
        self,
        fields: tuple[str, ...],
        pattern: FormPattern,
        boost: float = 1.0,
        *,
        strict: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(fields, boost, strict)
        self.pattern = pattern

    def _identity(self) -> tuple[Any, ...]:
        return (*super()._identity(), type(self.pattern).__name__, self.pattern)

    def tier(self, analysis: Analysis) -> str | None:
        """The tier at which a written form is meant, None if it is not."""
        tier = self.pattern.tier(analysis.folded)
        strictly = not self.strict or self.pattern.agrees(analysis.unmarked, self.strict)
        return tier if strictly else None

    def spans(self, source: FieldSource, snapshot: Snapshot) -> Iterator[Meaning]:
        """The word itself, where the pattern is one; then all else that fits."""
        fitting = source.matching(self.pattern)
        if self.strict:
            fitting = kept(source, fitting, lambda form: self.tier(analyze_form(form)) is not None)
        word = self.pattern.word
        weight = snapshot.settings.spelling if word else 1.0
        if word:
            own = pairs_of(source.group("folded", word))
            others = without(pairs_of(fitting), own)
            itself = spans_of(without(pairs_of(fitting), others))
            yield plain(Expansion("folded", word, "folded", 1.0), itself)
            fitting = spans_of(others)
        tier = "spelling" if word else "folded"
        yield plain(Expansion("folded", str(self.pattern), tier, weight), fitting)


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

    def phrases(self, snapshot: Snapshot) -> Iterator[Phrase]:
        """See FormsQuery."""
        yield Phrase(self.words, self.level, self.slop, 1.0)

    @cached_property
    def weighing(self) -> list[StemQuery]:
        """The words that make a phrase weigh what it does, each by itself."""
        return [
            StemQuery(self.fields, QueryWord(word.analysis), "folded", strict=self.strict)
            for word in self.words
            if not word.analysis.stopword
        ]

    def terms(self, snapshot: Snapshot) -> Iterator[Terms]:
        """None: only what stands together counts."""
        return iter(())

    def spans(self, source: FieldSource, snapshot: Snapshot) -> Iterator[Meaning]:
        """The terms of each word, whether or not they stand in the phrase."""
        for word in self.words:
            key = key_at(word.analysis, self.level)
            expansion = Expansion(self.level, key, self.level, 1.0, form=word.unmarked)
            yield self._narrowed(plain(expansion, source.group(self.level, key)), source)


def leaves_of(query: Any) -> list[FormsQuery]:
    """The words, phrases and patterns in a query tree, in their order."""
    found = []
    waiting = [query]
    while waiting:
        node = waiting.pop()
        if isinstance(node, FormsQuery):
            found.append(node)
        else:
            waiting += reversed(list(node.children()))
    return found


def parted(query: Any) -> tuple[list[FormsQuery], list[Any]]:
    """The leaves among the children of a query, and the others."""
    words = [child for child in query.subqueries if isinstance(child, FormsQuery)]
    return words, [child for child in query.subqueries if not isinstance(child, FormsQuery)]


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
