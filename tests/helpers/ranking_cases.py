"""Random indexes and queries, and an exhaustive oracle of what they must give."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from whoosh import index as whoosh_index

from analyzers import Analysis, analyze, analyze_form
from analyzers.feminines import parted
from analyzers.plurals import bears
from analyzers.proclitics import PROCLITICS, rests_in
from indexer.codec.whoosh import engine
from indexer.codec.whoosh.schema import fahras_schema
from indexer.codec.whoosh.snapshot import snapshot_of
from indexer.codec.whoosh.weighting import FahrasWeighting
from indexer.query.nodes import (
    LEAVES,
    AlternativeQuery,
    AndQuery,
    EveryQuery,
    ExceptQuery,
    FilterQuery,
    NothingQuery,
    OrQuery,
    PatternQuery,
    PatternWord,
    PhraseQuery,
    QueryWord,
    Question,
    RequireQuery,
    StemQuery,
    WordsQuery,
    children_of,
)
from indexer.query.patterns import Fuzzy, Wildcard
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.expand import key_at
from indexer.ranking.resolve import Resolver
from indexer.ranking.settings import RankingSettings
from indexer.results import MATCH_LEVELS

BOTH = ("title", "text")
VOCABULARY = tuple(
    """
    كتاب الكتاب والكتاب كتابهم كُتُب كتب مكتبة المكتبه بيت البيت بيته بيوت مدرسة المدرسه مدارس
    علم العلم معلم عالم مسؤول مسئول أحمد احمد سوريا سورية السوري لبنان رئيس الرئيس رئيسا مئة مائة
    مكتب مكتبه طالب الطلاب طلبة طلب من في على علي قال وقال
    2017 ٢٠١٧ 12,500 nato NATO بـ روسيا الروسية روسيه قاذفات القاذفات أمس
    نعم لا نعم لا عام تاريخ
    """.split()  # noqa: SIM905  as text it can be read
)


@dataclass(frozen=True)
class Doc:
    """A document as the oracle knows it: the analyses of its words, by field."""

    file: int
    date: str
    title: tuple[Analysis, ...]
    text: tuple[Analysis, ...]


@lru_cache(maxsize=1 << 12)
def words_of(text: str) -> tuple[Analysis, ...]:
    return tuple(token.analysis for token in analyze(text))


SETTINGS = RankingSettings()
K1, B, WINDOW = SETTINGS.k1, SETTINGS.b, SETTINGS.proximity_window


class Oracle:
    """BM25 by going through every word of every document for every word of the query.

    Which groups of forms a word means is asked of the snapshot. Documents are fewer than proximity
    looks at.
    """

    def __init__(self, docs: list[Doc], snapshot: Any = None) -> None:
        self.docs = docs
        self.snapshot = snapshot
        self.frequency = lru_cache(maxsize=None)(self.frequency)  # type: ignore[method-assign]
        self.average = lru_cache(maxsize=None)(self.average)  # type: ignore[method-assign]
        self.idf = lru_cache(maxsize=None)(self.idf)  # type: ignore[method-assign]
        self.begins = lru_cache(maxsize=None)(self.begins)  # type: ignore[method-assign]

    def rank(self, query: Any) -> dict[int, float]:
        found = {doc.file: self.score(query, doc) for doc in self.docs}
        return {file: score for file, (member, score) in found.items() if member}

    def score(self, q: Any, doc: Doc) -> tuple[bool, float]:
        if isinstance(q, LEAVES):
            return self.leaf(q, doc)
        if isinstance(q, FilterQuery):
            return admits(q, doc), 0.0
        if isinstance(q, EveryQuery | NothingQuery):
            return isinstance(q, EveryQuery), 0.0
        parts = [self.score(child, doc) for child in children_of(q)]
        members, scores = [m for m, _ in parts], [s for _, s in parts]
        return {
            "WordsQuery": lambda: (
                any(members),
                (q.boost * sum(scores) + self.gained(q, doc))
                * self.coverage(q, doc)
                * self.answer(q, doc),
            ),
            "OrQuery": lambda: (any(members), q.boost * sum(scores)),
            "AndQuery": lambda: (all(members), q.boost * sum(scores)),
            "ExceptQuery": lambda: (members[0] and not members[1], scores[0]),
            "RequireQuery": lambda: (all(members), scores[0]),
        }[type(q).__name__]()

    def gained(self, q: Any, doc: Doc) -> float:
        leads = [self.lead(child, doc) for child in children_of(q) if isinstance(child, LEAVES)]
        asked = 0.0
        if q.question and q.question.noun:
            asked = SETTINGS.noun * self.leaf(q.question.noun, doc)[1]
        return self.nearness(q, doc) + sum(leads) + asked

    def lead(self, q: Any, doc: Doc) -> float:
        """What a document gains for a word near its beginning, more where texts are long."""
        if isinstance(q, PhraseQuery | AlternativeQuery):
            return 0.0
        fields = {name: getattr(q, name) for name in q.field_names}
        words = StemQuery(**fields | {"sides": ()}) if isinstance(q, StemQuery) else q
        places = [
            at
            for field in q.fields
            for at, word in enumerate(getattr(doc, field))
            if any(retrieves for _, retrieves, _ in self.occurrences(words, (word,)))
        ]
        if not places:
            return 0.0
        share = min(1.0, self.average(q.fields) / SETTINGS.lead_length)
        early = 1 / (1 + min(places) / SETTINGS.lead_words)
        return SETTINGS.lead * self.idf(q) * q.boost * share * early

    def answer(self, q: Any, doc: Doc) -> float:
        """More than 1 where yes or no answers a question for that, less where for another."""
        fields = {child.fields for child in children_of(q) if isinstance(child, LEAVES)}
        if q.question is None or not any(self.begins(doc, its) for its in fields):
            return 1.0
        return 1 + SETTINGS.answers if q.question.whether else 1 - SETTINGS.evades

    def begins(self, doc: Doc, fields: tuple[str, ...]) -> bool:
        """Whether a document begins with yes or no, which is one where enough begin with yes."""
        counts = [sum(begins(d, fields, word) for d in self.docs) for word in ("نعم", "لا")]
        admitted = ("نعم", "لا") if counts[1] <= 4 * counts[0] else ("نعم",)
        return any(begins(doc, fields, word) for word in admitted)

    def nearness(self, q: Any, doc: Doc) -> float:
        """What a document gains for words of the query that follow each other and stand near."""
        pairs = {
            (one, other)
            for one, other in pairwise(children_of(q))
            if isinstance(one, StemQuery) and isinstance(other, StemQuery)
            if one != other and one.fields == other.fields
        }
        gained = 0.0
        for one, other in pairs:
            n = 0.0
            for field in one.fields:
                first, second = (self.places(w, getattr(doc, field)) for w in (one, other))
                weight = SETTINGS.field_weight(field)
                n += weight * sum(closeness(at, own, second) for at, own in first.items())
            idf = (self.idf(one) + self.idf(other)) / 2
            gained += SETTINGS.proximity * idf * n * (K1 + 1) / (n + self.norm(one.fields, doc))
        return gained

    def places(self, q: Any, words: tuple[Analysis, ...]) -> dict[int, bool]:
        """Where the word stands or what only adds to its score, and whether it is itself."""
        groups = Resolver.of(self.snapshot).expansions(q)
        met = {at: next((e for e in groups if weight_of(e, a)), None) for at, a in enumerate(words)}
        return {at: e.core for at, e in met.items() if e and e.core == e.retrieves}

    def coverage(self, q: Any, doc: Doc) -> float:
        """What a document gains for holding more of the words, weighed by their idf."""
        words = [child for child in children_of(q) if isinstance(child, LEAVES)]
        met = sum(self.idf(word) for word in words if self.frequency(word, doc)[1])
        return 1 + SETTINGS.coverage * met / (sum(map(self.idf, words)) or 1.0)

    def leaf(self, q: Any, doc: Doc) -> tuple[bool, float]:
        tf, member, _ = self.frequency(q, doc)
        return member, q.boost * self.idf(q) * tf * (K1 + 1) / (tf + self.norm(q.fields, doc))

    def frequency(self, q: Any, doc: Doc) -> tuple[float, bool, bool]:
        """Pooled term frequency, whether it makes a member, whether the word itself is met."""
        total, member, core = 0.0, False, False
        for field in q.fields:
            for weight, retrieves, is_core in self.occurrences(q, getattr(doc, field)):
                total += weight * SETTINGS.field_weight(field)
                member |= retrieves
                core |= is_core
        return total, member, core

    def occurrences(
        self, q: Any, words: tuple[Analysis, ...]
    ) -> Iterator[tuple[float, bool, bool]]:
        """(weight, retrieves, core) of each occurrence of a leaf in one field."""
        if isinstance(q, PhraseQuery):
            count = self.ordered(q, q.words, q.level, words)
            count = count if q.slop is None else self.near(q, words)
            yield from [(1.0, True, True)] * count
        elif isinstance(q, AlternativeQuery):
            for side in q.sides:
                yield from [(1.0, True, True)] * self.ordered(q, side, "stem", words)
        elif isinstance(q, PatternQuery):
            weights = {"folded": 1.0, "spelling": SETTINGS.spelling}
            yield from [
                (weights[tier], True, True) for a in words if (tier := fitting(q.pattern, a))
            ]
        else:
            expansions = Resolver.of(self.snapshot).expansions(q)
            for a in words:
                met = [(e, weight) for e in expansions if (weight := weight_of(e, a))]
                yield from [(weight, e.retrieves, e.core) for e, weight in met[:1]]
            for side in q.sides:
                count = self.ordered(q, side, "stem", words)
                yield from [(SETTINGS.variant, True, True)] * count

    def ordered(
        self, q: Any, phrase: tuple[Any, ...], level: str, words: tuple[Analysis, ...]
    ) -> int:
        """How often the words of a phrase follow one another."""
        return sum(
            all(self.meets(q, word, level, words[at + i]) for i, word in enumerate(phrase))
            for at in range(len(words) - len(phrase) + 1)
        )

    def near(self, q: Any, words: tuple[Analysis, ...]) -> int:
        """Windows, each counted at its last word, that hold every word of the phrase."""
        width = len(q.words) + q.slop
        met = [{str(w) for w in q.words if self.meets(q, w, q.level, a)} for a in words]
        wanted = {str(w) for w in q.words}
        return sum(
            bool(met[at]) and set().union(*met[max(0, at - width + 1) : at + 1]) == wanted
            for at in range(len(words))
        )

    def meets(self, q: Any, word: Any, level: str, met: Analysis) -> bool:
        """Whether a word of a phrase meets a word of a text at a level, by the definition."""
        if isinstance(word, PatternWord):
            return fitting(word.pattern, met) is not None
        if level in ("exact", "folded"):
            return key_at(word.analysis, level) == key_at(met, level)
        if any(analyze_form(u).folded == word.analysis.folded for u in unjoined(met.unmarked)):
            return True
        if level == "joined":
            return False
        groups = Resolver.of(self.snapshot).expanded(word, level, q.fields)
        return any(e.retrieves and e.level != "nearest" and weight_of(e, met) for e in groups)

    def norm(self, fields: tuple[str, ...], doc: Doc) -> float:
        return K1 * (1 - B + B * length(fields, doc) / self.average(fields))

    def average(self, fields: tuple[str, ...]) -> float:
        return sum(length(fields, doc) for doc in self.docs) / len(self.docs) or 1.0

    def idf(self, q: Any) -> float:
        n = len(self.docs)
        if isinstance(q, PhraseQuery):
            weighed = "stem" if q.level in ("plural", "variant", "root") else q.level
            parts = [
                self.idf(PatternQuery(q.fields, w.pattern))
                if isinstance(w, PatternWord)
                else self.idf(StemQuery(q.fields, w, weighed, respell=False, quoted=True))
                for w in q.words
                if isinstance(w, PatternWord) or not w.analysis.stopword
            ]
            return sum(parts) or math.log(1 + 0.5 / (n + 0.5))
        found = [self.frequency(q, doc) for doc in self.docs]
        counts = (sum(f[2] for f in found), sum(f[1] for f in found), sum(f[0] > 0 for f in found))
        df = next(filter(None, counts), 0)
        return math.log(1 + (n - df + 0.5) / (df + 0.5))


def begins(doc: Doc, fields: tuple[str, ...], word: str) -> bool:
    texts = (getattr(doc, field) for field in fields)
    return any(words[0].unmarked == word for words in texts if words)


def closeness(place: int, own: bool, others: dict[int, bool]) -> float:
    """1 side by side, less by an even step for each place between, 0 beyond the window.

    Only a share of it where either word is but a relative. A word is not near itself.
    """
    nearest = min(others, key=lambda at: (abs(place - at), not others[at]), default=None)
    if nearest is None or not 0 < abs(place - nearest) <= WINDOW:
        return 0.0
    share = 1.0 if own and others[nearest] else SETTINGS.proximity_relatives
    return share * (1 - (abs(place - nearest) - 1) / WINDOW)


def admits(q: FilterQuery, doc: Doc) -> bool:
    if q.files is not None and doc.file not in q.files:
        return False
    if q.dates is None:
        return True
    first, last = q.dates
    return bool(doc.date) and first <= doc.date and (not last or doc.date[: len(last)] <= last)


def length(fields: tuple[str, ...], doc: Doc) -> float:
    words = {field: sum(not a.stopword for a in getattr(doc, field)) for field in fields}
    return sum(SETTINGS.field_weight(field) * count for field, count in words.items())


def weight_of(expansion: Any, met: Analysis) -> float:
    """What a word counts as a member of a group, 0 if it is none."""
    if expansion.level == "root":
        like = likeness(expansion.stem, met.stem)
        share = SETTINGS.root_apart + (1 - SETTINGS.root_apart) * like
        return expansion.weight * share if met.root == expansion.key else 0.0
    if expansion.level != "nearest":
        held = key_at(met, expansion.level) == expansion.key
        if expansion.bears:
            held = held and bears(met.unmarked, expansion.bears)
        if expansion.behind:
            held = held and expansion.behind in rests_in(met.unmarked)
        if expansion.apart:
            held = held and not parted(expansion.form, met.unmarked)
        return expansion.weight if held else 0.0
    like = likeness(expansion.key, met.stem)
    near = like >= SETTINGS.likeness and met.stem != expansion.key
    return expansion.weight * like * like if near else 0.0


@cache
def likeness(one: str, other: str) -> float:
    """Dice of trigrams, two marks around each word; numbers have no neighbours."""
    if any(char.isdigit() for char in other):
        return 0.0
    a, b = ({f"##{word}##"[i : i + 3] for i in range(len(word) + 2)} for word in (one, other))
    return 2 * len(a & b) / (len(a) + len(b))


def fitting(pattern: Wildcard | Fuzzy, met: Analysis) -> str | None:
    """The tier at which a folded form fits a pattern: by trying every way to take it apart."""
    if isinstance(pattern, Wildcard):
        first, *middle, last = pattern.pieces
        rest = met.folded.removeprefix(first)
        if not met.folded.startswith(first) or not rest.endswith(last):
            return None
        rest = rest.removesuffix(last)
        return "folded" if all(piece in rest for piece in middle) else None
    distance = edits_between(pattern.unmarked, met.folded)
    return None if distance > pattern.edits else "spelling" if distance else "folded"


@cache
def edits_between(one: str, other: str) -> int:
    """Letters more, less, other or exchanged with their neighbour, by the definition."""
    if not one or not other:
        return len(one) + len(other)
    ways = [
        edits_between(one[1:], other) + 1,
        edits_between(one, other[1:]) + 1,
        edits_between(one[1:], other[1:]) + (one[0] != other[0]),
    ]
    if one[1:2] == other[0] and other[1:2] == one[0]:
        ways.append(edits_between(one[2:], other[2:]) + 1)
    return min(ways)


def unjoined(form: str) -> Iterator[str]:
    """What a form may be once a proclitic is taken off; an article after ل has its alef again."""
    yield form
    for proclitic in ("و", *PROCLITICS):
        if form.startswith(proclitic):
            rest = form.removeprefix(proclitic)
            yield rest
            if proclitic.endswith("ل") and rest.startswith("ل"):
                yield from ("ا" + rest, "ال" + rest)


def random_question(rng: random.Random) -> Question | None:
    noun = StemQuery(BOTH, QueryWord.of(rng.choice(["تاريخ", "كتاب"])), "variant", respell=False)
    return rng.choice([None, None, Question(True), Question(False), Question(False, noun)])


def random_text(rng: random.Random, most: int) -> str:
    return " ".join(rng.choice(VOCABULARY) for _ in range(rng.randint(0, most)))


LONGEST_EXACT = 10
"""The longest field whose length Whoosh's stock codec keeps as it is (one lossy byte)."""


def random_fields(rng: random.Random, number: int, longest: int = 30) -> dict[str, Any]:
    return {
        "file": number,
        "record": "",
        "date": rng.choice(["", "2017", "2017-11-28", "2017-12-01", "2018-01"]),
        "encoding": "utf-8",
        "title": random_text(rng, 4),
        "text": random_text(rng, longest),
    }


def doc_of(fields: dict[str, Any]) -> Doc:
    return Doc(fields["file"], fields["date"], words_of(fields["title"]), words_of(fields["text"]))


Create = Callable[[str], Any]


def stock(folder: str) -> Any:
    return whoosh_index.create_in(folder, fahras_schema())


def columnar(folder: str) -> Any:
    engine.create_index(folder)
    return engine.open_index(folder)


def write(index: Any, batches: list[list[dict[str, Any]]], deleted: list[int]) -> Any:
    """A commit, and so a segment, a batch; then the deletions. A searcher of the result."""
    for batch in batches:
        writer = index.writer()
        for fields in batch:
            writer.add_document(**fields)
        writer.commit(merge=False)
    if deleted:
        writer = index.writer()
        for number in deleted:
            writer.delete_by_term("file", number)
        writer.commit(merge=False)
    return opened(index)


def opened(index: Any) -> Any:
    searcher = index.refresh().searcher(weighting=FahrasWeighting())
    searcher.fahras_snapshot = snapshot_of(searcher, SETTINGS)
    return searcher


@dataclass(frozen=True)
class Case:
    """An index and what the oracle knows of it."""

    searcher: Any
    oracle: Oracle

    @property
    def evaluator(self) -> Evaluator:
        return Evaluator(snapshot_of(self.searcher))

    def files(self, docs: Any) -> list[int]:
        found = snapshot_of(self.searcher).file_numbers.take(np.array(docs, np.int64))
        return [int(number) for number in found]

    def found(self, query: Any) -> dict[int, float]:
        docs, scores = self.evaluator.everything(query)
        return dict(zip(self.files(docs), scores.tolist(), strict=True))


def make_case(folder: Any, create: Create, seed: int, segments: int, deletions: bool) -> Case:
    rng = random.Random(seed)
    longest = LONGEST_EXACT if create is stock else 30
    all_fields = [random_fields(rng, number, longest) for number in range(1, rng.randint(20, 40))]
    deleted = rng.sample(range(1, len(all_fields) + 1), 6) if deletions else []
    batches = [all_fields[i::segments] for i in range(segments)]
    searcher = write(create(str(folder)), batches, deleted)
    assert len(searcher.leaf_searchers()) == segments
    docs = [doc_of(f) for f in all_fields if f["file"] not in deleted]
    return Case(searcher, Oracle(docs, snapshot_of(searcher)))


SHAPES = {
    "one segment, stock codec": (stock, 1, 1, False),
    "segments and deletions, stock codec": (stock, 2, 4, True),
    "one segment": (columnar, 3, 1, False),
    "one segment, deletions": (columnar, 4, 1, True),
    "segments": (columnar, 5, 3, False),
    "segments and deletions": (columnar, 6, 5, True),
}


def random_word(rng: random.Random) -> QueryWord:
    written = rng.choice((*VOCABULARY, "غائب"))
    return QueryWord(words_of(written)[0])


def random_leaf(rng: random.Random) -> Any:
    fields = rng.choice([BOTH, BOTH, ("text",), ("title",)])
    boost = rng.choice([1.0, 1.0, 2.0, 0.5, 0.0])
    kind = rng.randrange(10)
    if kind == 0:
        folded = random_word(rng).analysis.folded
        cut = folded[: rng.randint(1, len(folded))]
        pattern = rng.choice([
            Wildcard((cut, "")), Wildcard(("", cut, "")), Wildcard(("", folded[-2:])),
            Wildcard((folded[0], folded[-1])), Fuzzy(folded, 1), Fuzzy(folded, 2),
        ])  # fmt: skip
        return PatternQuery(fields, pattern, boost)
    if kind <= 2:
        words = tuple(random_word(rng) for _ in range(rng.randint(2, 3)))
        slop = rng.choice([None, 0, 2, 6])
        level = rng.choice(["joined", "joined", *MATCH_LEVELS])
        if rng.random() < 0.3:
            cut = words[-1].analysis.folded[:3]
            pattern = rng.choice([Wildcard((cut, "")), Wildcard(("", cut, "")), Fuzzy(cut, 1)])
            words = (*words[:-1], PatternWord(pattern))
        return PhraseQuery(fields, words, level=level, slop=slop, boost=boost)
    if kind == 3:
        sides = tuple((random_word(rng),) * rng.randint(1, 2) for _ in range(2))
        return AlternativeQuery(fields, sides, boost)
    match = rng.choice(MATCH_LEVELS)
    if kind == 4:
        beside = (random_word(rng), random_word(rng))
        forms = tuple(dict.fromkeys(word.unmarked for word in beside))
        return StemQuery(fields, random_word(rng), match, boost, variants=forms, sides=(beside,))
    return StemQuery(fields, random_word(rng), match, boost)


EVERY_KIND = ("Words", "Words", "Or", "And", "Except", "Require", "Filter")
SCORED_KINDS = ("Words", "Or", "And")
"""What Whoosh's searcher is asked to unite: its Or loses members of score 0."""


def random_query(rng: random.Random, depth: int = 3, kinds: tuple[str, ...] = EVERY_KIND) -> Any:
    if depth == 0 or rng.random() < 0.4:
        leaf = random_leaf(rng)
        return leaf if leaf.boost or kinds is EVERY_KIND else random_query(rng, depth, kinds)
    kind = rng.choice(kinds)
    if kind == "Words":
        words = tuple(random_query(rng, 0, kinds) for _ in range(rng.randint(1, 5)))
        return WordsQuery(words, question=random_question(rng))
    if kind in ("Or", "And"):
        children = [random_query(rng, depth - 1, kinds) for _ in range(rng.randint(1, 4))]
        made = OrQuery if kind == "Or" else AndQuery
        return made(tuple(children), boost=rng.choice([1.0, 1.0, 2.0]))
    first = random_query(rng, depth - 1, kinds)
    if kind == "Filter":
        files = frozenset(rng.sample(range(40), 20)) if rng.random() < 0.5 else None
        dates = rng.choice([("2017", "2017"), ("2017-12", ""), ("", "2017-11")])
        return RequireQuery(first, FilterQuery(files=files, dates=None if files else dates))
    made = ExceptQuery if kind == "Except" else RequireQuery
    return made(first, random_query(rng, depth - 1, kinds))


def assert_same(found: dict[int, float], expected: dict[int, float], query: Any) -> None:
    assert found.keys() == expected.keys(), str(query)
    for file, score in expected.items():
        assert found[file] == pytest.approx(score, rel=1e-4, abs=1e-6), str(query)


def assert_ordered(files: list[int], scores: dict[int, float]) -> None:
    """Best first; what the oracle scores alike may come in any order."""
    for before, after in pairwise(files):
        assert scores[before] >= scores[after] - 1e-4 * max(abs(scores[after]), 1e-2)
