"""Which terms does a leaf of a query mean in an index? Node and dictionary in, spans of terms out.

What is looked up is kept as long as the snapshot is: a query that comes again, or shares words
with one before, finds its terms at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
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
from indexer.ranking.expand import Expansion, expand, is_part, name_groups, targets_of
from indexer.ranking.groups import NamedGroups
from indexer.ranking.meanings import (
    CORE,
    Meaning,
    Meant,
    Phrase,
    PhraseTerms,
    Terms,
    Words,
    plain,
)
from indexer.ranking.phrases import Named, PhrasePlaces, united
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import (
    NO_SPANS,
    FieldSource,
    Located,
    Segment,
    Spans,
    end_to_end,
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
        vocabulary.learn(targets_of(word, match, variants))
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
        words = Words([self.expansions(leaf)], self.snapshot.settings)
        yield from words.meanings(self._meant([leaf], words, source))

    def _meant(self, leaves: Sequence[StemQuery], words: Words, source: FieldSource) -> Meant:
        """What the words of some leaves mean; less with the foldings of `strict` turned off."""
        meant = words.meant(source)
        if not any(leaf.strict for leaf in leaves):
            return meant
        left = [
            agreeing(
                self._memory,
                source,
                meant.spans[at : at + 1],
                words.groups[group].form,
                leaves[words.words[group]].strict,
            )
            for at, group in enumerate(meant.groups.tolist())
        ]
        spans, places = end_to_end(left)
        return meant.take(places)._replace(spans=spans)

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
        return self.terms_of([leaf])[0]

    def terms_of(self, leaves: Sequence[Leaf]) -> list[tuple[Terms, ...]]:
        """The same of each of some leaves, looked up at once."""
        names = {leaf: (Resolver.terms, self, leaf) for leaf in leaves}
        found = {leaf: self._memory.known(name) for leaf, name in names.items()}
        unknown = [leaf for leaf, terms in found.items() if terms is None]
        for leaf, terms in self._looked_up(unknown).items():
            found[leaf] = tuple(terms)
            self._memory.keep(names[leaf], found[leaf])
        return [found[leaf] for leaf in leaves]

    def _looked_up(self, leaves: Sequence[Leaf]) -> dict[Leaf, list[Terms]]:
        """The terms of each leaf, by segment, field and kind, in the order of their slots."""
        found: dict[Leaf, list[Terms]] = {leaf: [] for leaf in leaves}
        words: dict[tuple[str, ...], list[StemQuery]] = {}
        for leaf in leaves:
            match leaf:
                case StemQuery():
                    words.setdefault(leaf.fields, []).append(leaf)
                case PatternQuery():
                    found[leaf] += self._terms_of_pattern(leaf)
                case PhraseQuery() | AlternativeQuery():
                    pass  # only what stands together counts
                case _:
                    assert_never(leaf)
        for fields, alike in words.items():
            for leaf, terms in self._terms_of_words(alike, fields):
                found[leaf].append(terms)
        return found

    def _terms_of_words(
        self, leaves: Sequence[StemQuery], fields: tuple[str, ...]
    ) -> Iterator[tuple[StemQuery, Terms]]:
        asked = [targets_of(leaf.word, leaf.match, leaf.variants) for leaf in leaves]
        self.snapshot.vocabulary(fields).learn(chain.from_iterable(asked))
        words = Words([self.expansions(leaf) for leaf in leaves], self.snapshot.settings)
        for segment, name, source in self._searched(fields):
            share = np.float32(self.snapshot.settings.field_weight(name))
            meant = self._meant(leaves, words, source)
            if not len(meant.spans):
                continue
            meant, starts, kinds = words.by_kind(meant)
            located, weights = source.locate_each(meant.spans, starts), meant.weights * share
            bounds = pairwise(starts.tolist())
            for (word, kind), here, (a, b) in zip(kinds, located, bounds, strict=True):
                yield leaves[word], Terms(segment, source, name, here, weights[a:b], kind)

    def _terms_of_pattern(self, leaf: PatternQuery) -> Iterator[Terms]:
        for segment, name, source in self._searched(leaf.fields):
            meanings = list(self._spans_of_pattern(leaf, source))
            spans = np.concatenate([meaning.spans for meaning in meanings])
            if len(spans):
                share = np.float32(self.snapshot.settings.field_weight(name))
                weights = np.concatenate([meaning.weights for meaning in meanings]) * share
                order = spans[:, 0].argsort()
                located = source.locate(spans.take(order, axis=0))
                yield Terms(segment, source, name, located, weights.take(order), CORE)

    def _searched(self, fields: tuple[str, ...]) -> Iterator[tuple[Segment, str, FieldSource]]:
        """Each of some fields in each segment that has it."""
        for segment in self.snapshot.segments:
            for name in fields:
                source = segment.field(name)
                if source is not None:
                    yield segment, name, source

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
            for segment, name, source in self._searched(leaf.fields)
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
            groups = self.phrase_groups(word, level, leaf.fields, named=named)
            spans, owners = NamedGroups(groups).terms(source)
            terms = [
                agreeing(self._memory, source, spans[owners == place], group.form, leaf.strict)
                for place, group in enumerate(groups)
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
