"""How is a query asked of a cluster? Nodes become clauses of its query DSL.

A clause admits the documents that our evaluator admits, and ranks them roughly: by BM25 over stems,
forms of a word pooled, with a little for the exact form and for relatives. Whatever is
ranked is ranked again here, so only which documents are among the first hundred depends on it.

Documents are found by their written forms, which the lexicon lists for a folded form, a stem or a
root; a stem that no stopword has also by itself, where title and text are asked together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import assert_never

from analyzers.analyzer import analyze_form
from analyzers.stopwords import stopwords
from indexer.codec.grams import likeness
from indexer.query.letters import letters_agree
from indexer.query.nodes import (
    LEAVES,
    AndQuery,
    EveryQuery,
    ExceptQuery,
    FilterQuery,
    ForeignQuery,
    Leaf,
    Node,
    NothingQuery,
    OrQuery,
    PatternQuery,
    PatternWord,
    PhraseWord,
    RequireQuery,
    StemQuery,
    WordsQuery,
    stretches,
)
from indexer.query.patterns import Fuzzy, Wildcard
from indexer.ranking.bm25 import idf
from indexer.ranking.expand import Expansion, is_part
from indexer.ranking.meanings import BESIDE, CORE, OTHER, Phrase
from indexer.ranking.resolve import Resolver
from indexer.ranking.unknown import RARE
from indexer.remote.lexicon import MOST_FITTING, NOTHING, Lexicon, Sort, any_of, sort_of
from indexer.remote.mapping import BOTH, MOST_TERMS, Json, forms_field, key_of
from indexer.schema import FORM_FIELDS

_EXACT = 0.07
"""Roughly what the very form adds to the word."""

_OTHER = 0.8
"""Roughly what relatives give where the word itself is not, as a share of its idf and of theirs."""

_PLACED = 2.0
"""Roughly what a phrase that is there gives, as a multiple of its idf."""

_BESIDE = 0.15
"""Roughly the share that is left of what counts less where something counts more."""

_MOST_SCORED, _MOST_PLACED = 400, 500
"""Terms of all words that are scored, and forms of all words of phrases: a cluster takes 1,024."""

_FEWEST = 8
"""Of each word, however many there are."""

_MOST_WAYS = 64
"""Ways through a phrase with other names for some of its words."""

_BOOLEAN = {"boost": 1.0}


Weighted = dict[tuple[Sort, float], list[str]]
"""Keys by their sort and by what an occurrence counts."""


Kinds = tuple[Weighted, Weighted, Weighted]
"""What a leaf means, by kind: CORE, BESIDE, OTHER."""


@cache
def _stems_of_stopwords() -> frozenset[str]:
    """Stems whose field leaves some of their words out."""
    return frozenset(analyze_form(word).stem for word in stopwords())


class Clauses:
    """Makes the clauses of one query. resolver: of a snapshot with the cluster's statistics."""

    def __init__(self, resolver: Resolver, lexicon: Lexicon) -> None:
        self._resolver = resolver
        self._settings = resolver.snapshot.settings
        self._lexicon = lexicon
        self._scored_each = self._placed_each = 0
        self.cut: dict[Wildcard, None] = {}
        """Patterns that more forms fit than are looked for."""

    def share_among(self, leaves: Sequence[Leaf]) -> None:
        """Share what a cluster takes at once among the leaves of a query."""
        scored = sum(len(leaf.fields) for leaf in leaves)
        placed = sum(
            len(leaf.fields) * sum(1 for _ in _words_of(phrase))
            for leaf in leaves
            for phrase in self._resolver.phrases(leaf)
        )
        self._scored_each = max(_MOST_SCORED // max(scored, 1), _FEWEST)
        self._placed_each = max(_MOST_PLACED // max(placed, 1), _FEWEST)

    # Noting what will be asked

    def note(self, leaf: Leaf) -> None:
        """Note what making the clauses of a leaf will ask of the lexicon, as far as is known."""
        fields = leaf.fields
        if isinstance(leaf, StemQuery):
            groups = self._resolver.expanded(
                leaf.word, leaf.match, fields, leaf.variants, leaf.quoted
            )
            for group in groups:
                meant = group.retrieves or not (group.narrowed or leaf.strict)
                if group.level not in ("nearest", "exact") and meant:
                    self._lexicon.note_forms(*_source_of(group))
        for phrase in self._resolver.phrases(leaf):
            for word, named in _words_of(phrase):
                if not isinstance(word, PatternWord):
                    groups = self._resolver.phrase_groups(word, phrase.level, fields, named=named)
                    for group in groups:
                        is_listed = group.level != "exact"
                        if not is_listed or self._lexicon.note_forms(*_source_of(group)):
                            for form in self._forms_of(group):
                                self._lexicon.note_count("u", form)

    # Words

    def keys(self, leaf: StemQuery | PatternQuery) -> Kinds:
        """What a word or a pattern means."""
        if isinstance(leaf, PatternQuery):
            return self._pattern_keys(leaf), {}, {}
        kinds: Kinds = ({}, {}, {})
        groups = self._resolver.expansions(leaf)
        for group in groups:
            kind = OTHER if not group.retrieves else CORE if group.core else BESIDE
            if group.level == "nearest" and kind == OTHER and self._is_common(leaf, groups):
                continue  # neighbours only weigh much where the word itself is rare
            if group.level == "root" and group.retrieves:
                forms = self._relatives(leaf, group, groups)
                kinds[kind].setdefault(("u", group.weight), []).extend(forms)
                continue
            for sort, key, of_kind, share in self._keys_of(leaf, group, kind):
                weight = 1.0 if of_kind == CORE else round(group.weight * share, 1)
                kinds[of_kind].setdefault((sort, weight), []).append(key)
        return kinds

    def _relatives(
        self, leaf: StemQuery, group: Expansion, groups: Sequence[Expansion]
    ) -> Iterator[str]:
        """The forms of a root but for those that are only met as spelled like the word."""
        near = [other for other in groups if other.level == "nearest"]
        for form in self._forms_of(group):
            stem = analyze_form(form).stem
            hidden = any(
                stem != other.key
                and likeness(stem, other.key) >= self._settings.likeness
                and (not other.retrieves or is_part(stem, other.key))
                for other in near
            )
            if not hidden and (not leaf.strict or letters_agree(group.form, form, leaf.strict)):
                yield form

    def _is_common(self, leaf: StemQuery, groups: Sequence[Expansion]) -> bool:
        """Whether a whole group that makes a document belong is not rare."""
        vocabulary = self._resolver.snapshot.vocabulary(leaf.fields)
        for group in groups:
            if group.level == "nearest" or not group.retrieves:
                continue
            if not group.narrowed and vocabulary.count(group.level, group.key) > RARE:
                return True
        return False

    def _keys_of(
        self, leaf: StemQuery, group: Expansion, kind: int
    ) -> Iterator[tuple[Sort, str, int, float]]:
        """The keys of a group, each with its kind, and the share that it has of the weight.

        What is only a piece of the word is of another kind.
        """
        if group.level == "nearest":
            for stem, like in self._lexicon.nearest(group.key, self._settings.likeness):
                yield "s", stem, OTHER if is_part(stem, group.key) else kind, like * like
        elif not (group.narrowed or leaf.strict):
            yield sort_of(group.level), group.key, kind, 1.0
        elif kind != OTHER:
            for form in self._forms_of(group):
                if not leaf.strict or letters_agree(group.form, form, leaf.strict):
                    yield "u", form, kind, 1.0

    def _forms_of(self, group: Expansion) -> Iterator[str]:
        """The forms that a named group means."""
        if group.level == "exact" and not group.narrowed:
            yield group.key
            return
        for form in self._lexicon.forms(*_source_of(group)):
            if not group.narrowed or (group.admits(form) and _is_of(form, group)):
                yield form

    def _pattern_keys(self, leaf: PatternQuery) -> Weighted:
        if isinstance(leaf.pattern, Fuzzy):
            return self._fuzzy_keys(leaf, leaf.pattern)
        return {("u", 1.0): self._agreeing(leaf, self._fitting(leaf.pattern))}

    def _fitting(self, pattern: Wildcard) -> list[str]:
        """The forms that fit a pattern with a star; of very many, some."""
        forms = [form for form, _ in self._lexicon.matching(pattern)]
        if self._lexicon.is_cut(pattern):
            self.cut[pattern] = None
        return forms[:MOST_FITTING]

    def _fuzzy_keys(self, leaf: PatternQuery, pattern: Fuzzy) -> Weighted:
        found = self._resolver.misspelled(pattern, leaf.fields)
        forms = {f for near in found.found.values() for f in near.keys}
        meant = sorted(forms if found.meant is None else found.meant)
        if not leaf.strict:
            others = [key for key in self._by_count(pattern, meant) if key != pattern.word]
            return {("f", 1.0): [pattern.word], ("f", self._settings.spelling): others}
        chosen = set(meant)
        written = [form for form, folded in self._lexicon.near(pattern) if folded in chosen]
        return {("u", 1.0): self._agreeing(leaf, written)}

    def _by_count(self, pattern: Fuzzy, folded: Sequence[str]) -> list[str]:
        """The word itself, then folded forms near it, the most frequent ones first."""
        counts: Counter[str] = Counter()
        for form, its_folded in self._lexicon.near(pattern):
            counts[its_folded] += sum(
                self._lexicon.occurrences(field, form) or 0 for field in FORM_FIELDS
            )
        return sorted(folded, key=lambda key: (key != pattern.word, -counts[key], key))

    def _agreeing(self, leaf: PatternQuery, forms: Sequence[str]) -> list[str]:
        if not leaf.strict:
            return list(forms)
        return [form for form in forms if leaf.pattern.agrees(form, leaf.strict)]

    def holding(self, leaf: Leaf, kind: int) -> Json:
        """Documents that hold terms of a leaf of that kind, or closer to it."""
        found: list[Json] = []
        if isinstance(leaf, StemQuery | PatternQuery):
            held: dict[Sort, list[str]] = {}
            for weighted in self.keys(leaf)[: kind + 1]:
                for (sort, _), keys in weighted.items():
                    held.setdefault(sort, []).extend(keys)
            for sort, keys in held.items():
                found += self._having(leaf.fields, sort, keys)
        found += self._phrases(leaf)
        return any_of(found)

    def _having(self, fields: tuple[str, ...], sort: Sort, keys: Sequence[str]) -> list[Json]:
        """Documents that hold any of some keys, whatever it weighs."""
        if sort == "r":
            keys = [stem for key in keys for stem in self._lexicon.stems(key)]
            sort = "s"
        stems = [key for key in keys if sort == "s" and _is_kept(fields, key)]
        held = set(stems)
        forms = self._written(sort, [key for key in keys if key not in held])
        found = _terms(BOTH, stems)
        for field in fields:
            found += _terms(forms_field(field), forms)
        return found

    def _written(self, sort: Sort, keys: Sequence[str]) -> list[str]:
        """The forms of some keys, asked for together."""
        if sort == "u":
            return list(keys)
        for key in keys:
            self._lexicon.note_forms(sort, key)
        self._lexicon.fetch()
        return [form for key in keys for form in self._lexicon.forms(sort, key)]

    def _phrases(self, leaf: Leaf) -> list[Json]:
        return [
            self._phrase(phrase, leaf, field)
            for phrase in self._resolver.phrases(leaf)
            for field in leaf.fields
        ]

    def _scored(self, leaf: Leaf) -> list[Json]:
        """What a leaf adds to the score of a document, roughly."""
        found: list[Json] = []
        if isinstance(leaf, StemQuery):
            ways = self._ways_to_score(leaf)
            if ways:
                best = {"queries": ways, "tie_breaker": _BESIDE, "boost": leaf.boost}
                found.append({"dis_max": best})
            exact: Weighted = {("u", _EXACT): [leaf.word.unmarked]}
            found += self._matches(leaf, exact, leaf.boost)
        elif isinstance(leaf, PatternQuery):
            found += self._matches(leaf, self.keys(leaf)[CORE], leaf.boost)
        return found + [
            self._scored_phrase(phrase, leaf) for phrase in self._resolver.phrases(leaf)
        ]

    def _scored_phrase(self, phrase: Phrase, leaf: Leaf) -> Json:
        """What a phrase adds to the score: by the rarest of its words, as its own are not counted.

        A cluster gives it less than 1 however often it occurs, by its places alone.
        """
        words = [self._phrase_forms(w, leaf, phrase, named=False) for w in phrase.words]
        rarest = max((self._idf("u", forms) for forms in words), default=0.0)
        boost = _PLACED * rarest * phrase.weight * leaf.boost
        fields = [self._phrase(phrase, leaf, field) for field in leaf.fields]
        return {"bool": {"should": fields, "boost": boost}}

    def _ways_to_score(self, leaf: StemQuery) -> list[Json]:
        """What a word gives a document: by itself, by what may stand for it, by its relatives.

        An occurrence counts once, by the word's idf, whatever it is: so forms of its stems are not
        counted again, and what is rarer or more frequent than the word is weighed by that.
        """
        kinds = self.keys(leaf)
        stems = {key for (sort, _), keys in kinds[CORE].items() if sort == "s" for key in keys}
        own = self._own_idf(stems, kinds)
        found: list[Json] = []
        for held in kinds[:OTHER]:
            for (sort, weight), keys in held.items():
                known = stems and sort != "s"
                left = [key for key in keys if not known or analyze_form(key).stem not in stems]
                share = own / (self._idf(sort, left) or own) if held is kinds[BESIDE] else 1.0
                found += self._matches(leaf, {(sort, weight): left}, share)
        for (sort, weight), keys in kinds[OTHER].items():
            boost = {"boost": _OTHER * weight * own}
            found += [_boosted(some, boost) for some in self._having(leaf.fields, sort, keys)]
        return found

    def _own_idf(self, stems: Collection[str], kinds: Kinds) -> float:
        """What a word weighs: by its stems, or where none is held by what stands for it."""
        documents = self._documents("s", stems)
        for held in kinds:
            if not documents:
                counts = (self._documents(sort, keys) for (sort, _), keys in held.items())
                documents = max(counts, default=0)
        return idf(self._resolver.snapshot.documents, documents)

    def _idf(self, sort: Sort, keys: Collection[str]) -> float:
        """What the most frequent of some keys weighs; 0 where there are none."""
        return idf(self._resolver.snapshot.documents, self._documents(sort, keys)) if keys else 0.0

    def _documents(self, sort: Sort, keys: Collection[str]) -> int:
        """About how many documents hold the most frequent of some keys."""
        counts = [
            self._lexicon.count(field, sort, key).documents for key in keys for field in FORM_FIELDS
        ]
        return min(max(counts, default=0), self._resolver.snapshot.documents)

    def _matches(self, leaf: Leaf, held: Weighted, share: float) -> list[Json]:
        """Scored clauses: the keys of a sort pooled into one word, stems those of both fields."""
        found: list[Json] = []
        for (sort, weight), keys in held.items():
            boost = share * weight
            known = [key for key in dict.fromkeys(keys) if key]
            if sort == "s" and all(_is_kept(leaf.fields, key) for key in known):
                pooled = "|".join(map(key_of, known[: self._scored_each]))
                found += [{"match": {BOTH: {"query": pooled, "boost": boost}}}] if known else []
                continue
            forms = dict.fromkeys(self._written(sort, known))
            pooled = "|".join(map(key_of, self._lexicon.commonest([*forms], self._scored_each)))
            for field in leaf.fields if pooled else ():
                own = boost * self._settings.field_weight(field)
                asked = {"query": pooled, "boost": own}
                found.append({"match": {forms_field(field): asked}})
        return found

    # Phrases

    def _phrase(self, phrase: Phrase, leaf: Leaf, field: str) -> Json:
        """Words that stand together: intervals over the written forms."""
        if phrase.slop is None:
            ways = [self._in_order(way, leaf, phrase) for way in _ways(phrase)]
            rule: Json = _either(ways)
        else:
            words = [self._near(at, leaf, phrase) for at in range(len(phrase.words))]
            rule = {
                "all_of": {"ordered": False, "max_gaps": phrase.slop, "intervals": _once(words)}
            }
        return {"intervals": {forms_field(field): rule}}

    def _in_order(self, way: Sequence[tuple[PhraseWord, bool]], leaf: Leaf, phrase: Phrase) -> Json:
        rules = [_either(self._word(word, leaf, phrase, named=named)) for word, named in way]
        if len(rules) == 1:
            return rules[0]
        return {"all_of": {"ordered": True, "max_gaps": 0, "intervals": rules}}

    def _near(self, at: int, leaf: Leaf, phrase: Phrase) -> Json:
        """A word of a phrase whose words are near each other: itself, or its place in a name."""
        rules = self._word(phrase.words[at], leaf, phrase, named=False)
        for name in phrase.others:
            if name.first <= at < name.last:
                word = name.words[min(at - name.first, len(name.words) - 1)]
                here = self._word(word, leaf, phrase, named=True)
                if len(name.words) > 1:
                    whole = self._in_order([(w, True) for w in name.words], leaf, phrase)
                    within = {"filter": {"contained_by": whole}}
                    here = [{"any_of": {"intervals": here or [NOWHERE], **within}}]
                rules += [rule for rule in here if rule not in rules]
        return _either(rules)

    def _word(self, word: PhraseWord, leaf: Leaf, phrase: Phrase, *, named: bool) -> list[Json]:
        """An interval for each form of a word of a phrase."""
        forms = self._phrase_forms(word, leaf, phrase, named=named)
        return [_form(form) for form in dict.fromkeys(forms)][: self._placed_each]

    def _phrase_forms(
        self, word: PhraseWord, leaf: Leaf, phrase: Phrase, *, named: bool
    ) -> list[str]:
        """The forms of a word of a phrase."""
        if isinstance(word, PatternWord):
            pattern = PatternQuery(leaf.fields, word.pattern, strict=leaf.strict)
            if isinstance(word.pattern, Wildcard):
                return self._agreeing(pattern, self._fitting(word.pattern))
            keys = self._fuzzy_keys(PatternQuery(leaf.fields, word.pattern), word.pattern)
            meant = {key for some in keys.values() for key in some}
            near = self._lexicon.near(word.pattern)
            return self._agreeing(pattern, [u for u, f in near if f in meant])
        groups = self._resolver.phrase_groups(word, phrase.level, leaf.fields, named=named)
        return [
            form
            for group in groups
            for form in self._forms_of(group)
            if not leaf.strict or letters_agree(group.form, form, leaf.strict)
        ]

    def credited(self, weights: Mapping[Leaf, float], least: float) -> Json:
        """The documents that hold some leaves whose weights are at least so much together."""
        each: list[Json] = [
            {"constant_score": {"filter": self.holding(leaf, BESIDE), "boost": weight}}
            for leaf, weight in weights.items()
        ]
        return {"function_score": {"query": any_of(each), "min_score": least}}

    # Nodes

    def of(self, node: Node) -> Json:
        """The documents that answer a query, ranked roughly."""
        if isinstance(node, LEAVES):
            return _admitted([self.holding(node, BESIDE)], self._scored(node))
        match node:
            case WordsQuery() | OrQuery():
                children = [self.of(child) for child in node.subqueries]
                return any_of(children)
            case AndQuery():
                return {"bool": {"must": [self.of(child) for child in node.subqueries]}}
            case RequireQuery():
                return {"bool": {"must": [self.of(node.a)], "filter": [self.of(node.b)]}}
            case ExceptQuery():
                return {"bool": {"must": [self.of(node.a)], "must_not": [self.of(node.b)]}}
            case EveryQuery():
                return {"match_all": {"boost": 0}}
            case NothingQuery() | ForeignQuery():
                return NOTHING
            case FilterQuery():
                return {"bool": {"filter": filters_of(node)}}
            case _:
                assert_never(node)


def filters_of(node: FilterQuery) -> list[Json]:
    """The tests of a filter."""
    found: list[Json] = []
    if node.files is not None:
        found.append(any_of(_terms("file", sorted(node.files))))
    if node.dates is not None:
        first, last = node.dates
        bounds = {"gte": first or "0"}
        if last:
            bounds["lte"] = last + "\uffff"
        found.append({"range": {"date": bounds}})
    return found


def _admitted(members: list[Json], scored: list[Json]) -> Json:
    return {"bool": {"filter": members, "should": scored}}


def _terms(field: str, keys: Sequence[str] | Sequence[int]) -> list[Json]:
    """Documents with any of these terms; of many, some at a time."""
    cut = [key_of(key) if isinstance(key, str) else key for key in keys]
    some = [cut[first : first + MOST_TERMS] for first in range(0, len(cut), MOST_TERMS)]
    return [{"terms": {field: part}} for part in some]


def _boosted(terms: Json, boost: Json) -> Json:
    return {"terms": terms["terms"] | boost}


def _is_kept(fields: tuple[str, ...], stem: str) -> bool:
    """Whether `both` tells exactly which documents hold a stem."""
    return set(fields) == set(FORM_FIELDS) and stem not in _stems_of_stopwords()


def _source_of(group: Expansion) -> tuple[Sort, str]:
    """Where the forms of a group are found."""
    if group.behind:
        return "p", group.behind
    assert group.level != "nearest"  # noqa: S101  those have no key of their own
    return sort_of(group.level), group.key


def _is_of(form: str, group: Expansion) -> bool:
    return not group.behind or analyze_form(form).stem == group.key


def _form(form: str) -> Json:
    return {"match": {"query": key_of(form), "analyzer": "ready"}}


NOWHERE = _form("\u0001")


def _either(rules: list[Json]) -> Json:
    """An interval of any of some; of none, one that is nowhere."""
    if len(rules) == 1:
        return rules[0]
    return {"any_of": {"intervals": rules or [NOWHERE]}}


def _once(rules: list[Json]) -> list[Json]:
    """Rules, none twice: a word asked for twice may be met once, as at home."""
    return [rule for place, rule in enumerate(rules) if rule not in rules[:place]]


def _words_of(phrase: Phrase) -> Iterator[tuple[PhraseWord, bool]]:
    """All words of a phrase, and whether each is of another name."""
    yield from ((word, False) for word in phrase.words)
    for name in phrase.others:
        yield from ((word, True) for word in name.words)


def _ways(phrase: Phrase) -> list[list[tuple[PhraseWord, bool]]]:
    """The ways through a phrase: its own words, or other names for some of them."""
    cut = stretches(len(phrase.words), ((name.first, name.last) for name in phrase.others))
    steps = [(first, last, [(w, False) for w in phrase.words[first:last]]) for first, last in cut]
    steps += [(n.first, n.last, [(w, True) for w in n.words]) for n in phrase.others]
    found: list[list[tuple[PhraseWord, bool]]] = []
    waiting: list[tuple[int, list[tuple[PhraseWord, bool]]]] = [(0, [])]
    while waiting and len(found) < _MOST_WAYS:
        at, way = waiting.pop(0)
        if at == len(phrase.words):
            found.append(way)
        waiting += [(last, way + words) for first, last, words in steps if first == at]
    return found


__all__ = ["CORE", "Clauses", "filters_of"]
