"""Which terms does a leaf of a query mean in an index? Node and dictionary in, spans of terms out.

What is looked up is kept as long as the snapshot is: a query that comes again, or shares words
with one before, finds its terms at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, assert_never

import numpy as np

from analyzers.analyzer import analyze_form
from indexer.query.nodes import (
    AlternativeQuery,
    Leaf,
    Node,
    PatternQuery,
    PatternWord,
    PhraseQuery,
    PhraseWord,
    QueryWord,
    StemQuery,
    WordLevel,
    leaves_of,
    patterns_of,
)
from indexer.query.patterns import Fuzzy, Wildcard
from indexer.ranking.expand import Expansion, expand, is_part, name_groups
from indexer.ranking.meanings import (
    Meaning,
    Phrase,
    PhraseTerms,
    Terms,
    by_kind,
    meanings_of,
    plain,
    weighted,
)
from indexer.ranking.phrases import Named, PhrasePlaces, united
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import (
    NO_SPANS,
    FieldSource,
    Located,
    Spans,
)
from indexer.ranking.strict import agreeing, kept

if TYPE_CHECKING:
    from indexer.ranking.fuzzy import Misspelled
    from indexer.ranking.spelling import Proposal


class Resolver:
    """The terms of leaves over one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._memory = snapshot.memory

    @classmethod
    def of(cls, snapshot: Snapshot) -> Resolver:
        """The resolver of a snapshot, made once."""
        return snapshot.memory.get(cls, snapshot)

    def expansions(self, leaf: StemQuery) -> tuple[Expansion, ...]:
        """The groups of terms that a word means, strongest first."""
        found = self.expanded(leaf.word, leaf.match, leaf.fields, leaf.variants, leaf.quoted)
        if not any(e.level == "nearest" and e.retrieves for e in found):
            return found
        meant = self._meant_by(leaf) if leaf.respell else None
        if leaf.respell and meant is None:
            return found
        scored = [e._replace(retrieves=False) if e.level == "nearest" else e for e in found]
        return (*scored,) if meant is None else (meant, *scored)

    def _meant_by(self, leaf: StemQuery) -> Expansion | None:
        """The word that was meant by one that the index lacks; it counts as if it was typed.

        None unless one is likely: else all neighbours in spelling retrieve.
        """
        for form, worth in self.proposals(leaf.word.unmarked, leaf.fields, True):
            key = analyze_form(form).stem
            own = leaf.word.analysis.stem
            if worth >= 0 and key != own and not is_part(key, own):
                return Expansion("stem", key, "spelling", 1.0, core=False, form=form)
        return None

    def proposals(
        self, unmarked: str, fields: tuple[str, ...], thorough: bool
    ) -> tuple[Proposal, ...]:
        """The words of the index that a word may have been meant for, see `spelling`."""
        return self._memory.get(self._proposals, unmarked, fields, thorough)

    def _proposals(
        self, unmarked: str, fields: tuple[str, ...], thorough: bool
    ) -> tuple[Proposal, ...]:
        from indexer.ranking.spelling import proposals

        sources = list(self.snapshot.sources(fields))
        return proposals(unmarked, sources, self.snapshot.vocabulary(fields), thorough=thorough)

    def expanded(
        self,
        word: QueryWord,
        match: WordLevel,
        fields: tuple[str, ...],
        variants: tuple[str, ...] = (),
        quoted: bool = False,
    ) -> tuple[Expansion, ...]:
        """The groups of terms that a word means in the dictionary, strongest first."""
        return self.snapshot.words.named(
            (Resolver._expanded, word, match, fields, variants, quoted),
            lambda: self._expanded(word, match, fields, variants, quoted),
        )

    def _expanded(
        self,
        word: QueryWord,
        match: WordLevel,
        fields: tuple[str, ...],
        variants: tuple[str, ...],
        quoted: bool,
    ) -> tuple[Expansion, ...]:
        vocabulary = self.snapshot.vocabulary(fields)
        settings = self.snapshot.settings
        return expand(word, match, vocabulary, settings, variants, quoted=quoted)

    def spans(self, leaf: Leaf, source: FieldSource) -> Iterator[Meaning]:
        """The terms that a leaf names in one field of one segment, no term twice.

        Not those of phrases, see `phrases`: only where they stand together do they mean the leaf.
        """
        match leaf:
            case StemQuery():
                yield from self._spans_of_word(leaf, source)
            case PatternQuery():
                yield from self._spans_of_pattern(leaf, source)
            case PhraseQuery() | AlternativeQuery():
                pass
            case _:
                assert_never(leaf)

    def _spans_of_word(self, leaf: StemQuery, source: FieldSource) -> Iterator[Meaning]:
        settings = self.snapshot.settings
        for meaning in meanings_of(self.expansions(leaf), source, settings):
            narrowed = self._narrowed(leaf, meaning, source)
            if len(narrowed.spans):
                yield narrowed

    def _narrowed(self, leaf: Leaf, meaning: Meaning, source: FieldSource) -> Meaning:
        """What of a meaning is left with the foldings of `strict` turned off."""
        if not leaf.strict:
            return meaning
        form = meaning.expansion.form
        parts = [
            (part, weight)
            for span, weight in zip(meaning.spans, meaning.weights.tolist(), strict=True)
            for part in agreeing(self._memory, source, span[np.newaxis], form, leaf.strict).tolist()
        ]
        return weighted(meaning.expansion, parts)

    def _spans_of_pattern(self, leaf: PatternQuery, source: FieldSource) -> Iterator[Meaning]:
        """Everything that matches; of a word that may be misspelled, first the word itself."""
        pattern = leaf.pattern
        if isinstance(pattern, Wildcard):
            found = _agreeing(leaf, source.matching(pattern), source)
            yield plain(Expansion("folded", str(pattern), "folded", 1.0), found)
            return
        found = _agreeing(leaf, self.misspelled(pattern, leaf.fields).spans(source), source)
        own = np.sort(source.group("folded", pattern.word), axis=0)
        # a span lies in one of the word's own, whose bounds are then odd in number before its end
        itself = own.ravel().searchsorted(found[:, 0], side="right") % 2 == 1
        yield plain(Expansion("folded", pattern.word, "folded", 1.0), found[itself])
        weight = self.snapshot.settings.spelling
        yield plain(Expansion("folded", str(pattern), "spelling", weight), found[~itself])

    def misspelled(self, pattern: Fuzzy, fields: tuple[str, ...]) -> Misspelled:
        """The forms that a word may have which may be misspelled."""
        from indexer.ranking.fuzzy import misspelled

        return self._memory.get(misspelled, pattern, self.snapshot, fields)

    def phrases(self, leaf: Leaf) -> Iterator[Phrase]:
        """The phrases that count as a leaf, beside or instead of its terms."""
        match leaf:
            case StemQuery():
                level: WordLevel = "joined" if leaf.match == "joined" else "stem"
                for side in leaf.sides:
                    yield Phrase(side, level, None, self.snapshot.settings.variant)
            case AlternativeQuery():
                for side in leaf.sides:
                    yield Phrase(side, "stem", None, 1.0)
            case PhraseQuery():
                yield Phrase(leaf.words, leaf.level, leaf.slop, 1.0, leaf.others)
            case PatternQuery():
                pass
            case _:
                assert_never(leaf)

    def terms(self, leaf: Leaf) -> tuple[Terms, ...]:
        """All that counts by itself, wherever it stands: by segment, field and kind."""
        return self._memory.get(self._terms, leaf)

    def _terms(self, leaf: Leaf) -> tuple[Terms, ...]:
        if isinstance(leaf, PhraseQuery | AlternativeQuery):
            return ()  # only what stands together counts
        return tuple(self._looked_up(leaf))

    def _looked_up(self, leaf: StemQuery | PatternQuery) -> Iterator[Terms]:
        """The terms of a leaf, by segment, field and kind, in the order of their slots."""
        for segment in self.snapshot.segments:
            for name in leaf.fields:
                source = segment.field(name)
                if source is not None:
                    share = np.float32(self.snapshot.settings.field_weight(name))
                    for kind, meanings in by_kind(self.spans(leaf, source)).items():
                        spans = np.concatenate([m.spans for m in meanings])
                        weights = np.concatenate([m.weights for m in meanings]) * share
                        order = spans[:, 0].argsort()
                        located = source.locate(spans[order])
                        yield Terms(segment, source, name, located, weights[order], kind)

    def phrase_terms(self, leaf: Leaf) -> tuple[PhraseTerms, ...]:
        """Where the phrases may stand that count as a leaf: by phrase, segment and field."""
        return self._memory.get(self._phrase_terms, leaf)

    def _phrase_terms(self, leaf: Leaf) -> tuple[PhraseTerms, ...]:
        return tuple(
            PhraseTerms(
                segment,
                source,
                self.phrase_places(phrase, leaf, source),
                phrase.slop,
                phrase.weight * self.snapshot.settings.field_weight(name),
            )
            for phrase in self.phrases(leaf)
            for segment in self.snapshot.segments
            for name in leaf.fields
            if (source := segment.field(name)) is not None
        )

    def phrase_places(self, phrase: Phrase, leaf: Leaf, source: FieldSource) -> PhrasePlaces:
        """Where the terms of a phrase lie in one field of one segment."""
        beside: dict[int, list[QueryWord]] = {}
        names = []
        for other in phrase.others:
            if other.is_of_one_word:
                beside.setdefault(other.first, []).extend(other.words)
            else:
                located = (self._located(source, leaf, phrase.level, None, w) for w in other.words)
                names.append(Named(other.first, other.last, tuple(located)))
        own = (
            self._located(source, leaf, phrase.level, word, *beside.get(at, ()))
            for at, word in enumerate(phrase.words)
        )
        return PhrasePlaces(tuple(own), tuple(names))

    def _located(
        self,
        source: FieldSource,
        leaf: Leaf,
        level: WordLevel,
        word: PhraseWord | None,
        *names: QueryWord,
    ) -> Located:
        """Where the terms of a word of a phrase, and of other names for it, lie."""
        terms = [] if word is None else [self.phrase_spans(word, level, leaf, source)]
        terms += [self.phrase_spans(name, level, leaf, source, named=True) for name in names]
        return source.locate(united(terms))

    def phrase_spans(
        self,
        word: PhraseWord,
        level: WordLevel,
        leaf: Leaf,
        source: FieldSource,
        *,
        named: bool = False,
    ) -> Spans:
        """The terms of a word of a phrase that counts as a leaf, in any order.

        `named`: the word is of another name.
        """
        if isinstance(word, PatternWord):
            pattern = PatternQuery(leaf.fields, word.pattern, strict=leaf.strict)
            terms = [meaning.spans for meaning in self._spans_of_pattern(pattern, source)]
        else:
            terms = [
                agreeing(self._memory, source, group.terms(source), group.form, leaf.strict)
                for group in self.phrase_groups(word, level, leaf.fields, named=named)
            ]
        return np.concatenate([NO_SPANS, *terms])

    def phrase_groups(
        self, word: QueryWord, level: WordLevel, fields: tuple[str, ...], *, named: bool = False
    ) -> tuple[Expansion, ...]:
        """The groups of terms that a word of a phrase means: none that is but spelled like it."""
        if named:
            vocabulary, settings = self.snapshot.vocabulary(fields), self.snapshot.settings
            return name_groups(word.unmarked, level, vocabulary, settings)
        groups = self.expanded(word, level, fields, (), True)
        return tuple(group for group in groups if group.retrieves and group.level != "nearest")


def notes_on_limits(query: Node, resolver: Resolver) -> Iterator[str]:
    """What a reader is told of the misspelled words of a query of which forms are left out."""
    for leaf in leaves_of(query):
        for pattern in patterns_of(leaf):
            if isinstance(pattern, Fuzzy):
                from indexer.ranking.fuzzy import MOST_FORMS

                found = resolver.misspelled(pattern, leaf.fields)
                if found.is_cut:
                    yield (
                        f"«{pattern}» fits {found.forms:,} forms: only the {MOST_FORMS:,} "
                        "nearest were searched, of those as near the most frequent"
                    )


def _agreeing(leaf: PatternQuery, spans: Spans, source: FieldSource) -> Spans:
    """The terms of some that fit a pattern which do so with the foldings of `strict` turned off."""
    if not leaf.strict:
        return spans
    return kept(source, spans, lambda form: leaf.tier(analyze_form(form)) is not None)
