"""The query language: what each construct means, and the errors with their places."""

from __future__ import annotations

import re
from itertools import islice, product
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from work import counted, is_linear

from indexer.errors import QueryError
from indexer.query import limits
from indexer.query.grammar import ParsedQuery
from indexer.query.nodes import (
    AlternativeQuery,
    AndQuery,
    EveryQuery,
    FilterQuery,
    PatternQuery,
    PhraseQuery,
    RequireQuery,
    StemQuery,
    WordsQuery,
    children_of,
)
from indexer.query.parser import QueryParser
from indexer.results import MATCH_LEVELS, MatchLevel

BOTH = ("title", "text")
FILES = {"news": frozenset({1}), "news/*.txt": frozenset({2}), "a b": frozenset({3})}


def parser(**settings: Any) -> QueryParser:
    return QueryParser(paths=lambda glob: FILES.get(glob, frozenset()), **settings)


def shape(query: Any) -> str:
    """A query tree in one line; fields, levels and boosts only where they are not the usual."""
    if isinstance(query, StemQuery):
        level = "" if query.match == "variant" else f"@{query.match}"
        word = f"«{query.word}»" if query.quoted else str(query.word)
        return _field(query) + word + level + _boost(query)
    if isinstance(query, PatternQuery):
        return f"{_field(query)}{query.pattern}{_boost(query)}"
    if isinstance(query, PhraseQuery):
        words = " ".join(map(str, query.words))
        slop = "" if query.slop is None else f"~{query.slop}"
        level = "" if query.level == "joined" else f"@{query.level}"
        return f"{_field(query)}«{words}»{level}{slop}{_boost(query)}"
    if isinstance(query, AlternativeQuery):
        return "{" + ", ".join(" ".join(map(str, side)) for side in query.sides) + "}"
    if isinstance(query, FilterQuery):
        return f"files{sorted(query.files)}" if query.files is not None else f"dates{query.dates}"
    if isinstance(query, EveryQuery):
        return "ALL"
    if isinstance(query, RequireQuery) and isinstance(query.a, WordsQuery):
        must = list(query.b.subqueries) if isinstance(query.b, AndQuery) else [query.b]
        if all(part in query.a.subqueries for part in must):
            return wanted(must, [part for part in query.a.subqueries if part not in must])
    names = {
        "WordsQuery": " | ",
        "AndQuery": " & ",
        "OrQuery": " OR ",
        "ExceptQuery": " - ",
        "RequireQuery": " ! ",
    }
    name = type(query).__name__
    return f"({names[name].join(map(shape, children_of(query)))})" if name in names else "NOTHING"


def wanted(must: list[Any], may: list[Any]) -> str:
    """All are scored together, some are wanted: (wanted ? welcome)."""
    both = [" & ".join(map(shape, must)), " | ".join(map(shape, may))]
    groups = [f"({g})" if len(p) > 1 and may else g for g, p in zip(both, (must, may), strict=True)]
    return f"({' ? '.join(filter(None, groups))})"


def _boost(query: Any) -> str:
    return "" if query.boost == 1 else f"^{query.boost:g}"


def _field(query: Any) -> str:
    return "" if query.fields == BOTH else "".join(f"{name}:" for name in query.fields)


def parsed(text: str, **settings: Any) -> ParsedQuery:
    return parser(**settings).parse(text)


MEANS = {
    "word": ("كتاب", "كتاب"),
    "words": ("كتاب بيت", "(كتاب | بيت)"),
    "vowelled word": ("كِتَابٌ", "كتاب"),
    "phrase": ("«كتاب بيت»", "«كتاب بيت»"),
    "phrase is wanted": ("مدرسة «كتاب بيت»", "(«كتاب بيت» ? مدرسة)"),
    "phrase of one word is wanted, by its letters": ("«كتاب» بيت", "(«كتاب»@joined ? بيت)"),
    "phrase of one pattern": ("«كتا*» بيت", "(كتا* ? بيت)"),
    "phrase of a word and a pattern": ("«كتاب جَديـ*»", "«كتاب جدي*»"),
    "pattern before a word": ("«*تاب بيت»", "«*تاب بيت»"),
    "pattern inside a phrase": ("«في ك*ب، بيت»", "«في ك*ب بيت»"),
    "a misspelled word of a phrase": ('"كتاب بيت~1 جديد"', "«كتاب بيت~1 جديد»"),
    "patterns near": ('"كتا* بيت~2"~4', "«كتا* بيت~2»@variant~4"),
    "star alone in a phrase": ("«كتاب * بيت»", "«كتاب بيت»"),
    "straight quotes": ('"كتاب بيت"', "«كتاب بيت»"),
    "english quotes": ("“كتاب بيت”", "«كتاب بيت»"),
    "german quotes": ("„كتاب بيت“", "«كتاب بيت»"),
    "closing quotes on both sides": ("”كتاب بيت”", "«كتاب بيت»"),
    "single quotes are punctuation": ("'كتاب' ‘بيت’", "(كتاب | بيت)"),
    "phrase keeps its stopwords": ("«كتاب من بيت»", "«كتاب من بيت»"),
    "phrase of nothing": ("«» كتاب «؟»", "كتاب"),
    "guillemets touching words": ("كتاب«بيت جديد»مدرسة", "(«بيت جديد» ? (كتاب | مدرسة))"),
    "near": ('"كتاب بيت"~5', "«كتاب بيت»@variant~5"),
    "near and boost": ('"كتاب بيت"~5^2', "«كتاب بيت»@variant~5^2"),
    "boost of a phrase": ("«كتاب بيت»^2", "«كتاب بيت»^2"),
    "wanted": ("+كتاب بيت", "(كتاب ? بيت)"),
    "two wanted": ("+كتاب +بيت", "(كتاب & بيت)"),
    "not wanted": ("كتاب -بيت", "(كتاب - بيت)"),
    "not wanted alone": ("-كتاب", "(ALL - كتاب)"),
    "group not wanted": ("كتاب -(بيت مدرسة)", "(كتاب - (بيت | مدرسة))"),
    "phrase not wanted": ("كتاب -«بيت جديد»", "(كتاب - «بيت جديد»)"),
    "parts of one word not wanted": ("كتاب -بيت_جديد", "(كتاب - (بيت & جديد))"),
    "parts of one word wanted": ("+بيت_جديد", "(بيت & جديد)"),
    "dash inside a word": ("كتاب-بيت", "(كتاب | بيت)"),
    "dash between spaces": ("كتاب - بيت", "(كتاب | بيت)"),
    "two dashes": ("--كتاب", "كتاب"),
    "signs alone": ("+ - كتاب", "كتاب"),
    "AND": ("كتاب AND بيت", "(كتاب & بيت)"),
    "OR": ("كتاب OR بيت", "(كتاب OR بيت)"),
    "NOT": ("كتاب NOT بيت", "(كتاب - بيت)"),
    "AND NOT": ("كتاب AND NOT بيت", "(كتاب - بيت)"),
    "OR NOT": ("كتاب OR NOT بيت", "(كتاب OR (ALL - بيت))"),
    "NOT NOT": ("NOT NOT كتاب", "(ALL - (ALL - كتاب))"),
    "wanted NOT": ("+NOT كتاب", "(ALL - كتاب)"),
    "small letters are words": ("nato and russia", "(nato | and | russia)"),
    "arabic conjunctions are words": ("كتاب و بيت", "(كتاب | بيت)"),
    "AND before OR": ("كتاب OR بيت AND مدرسة", "(كتاب OR (بيت & مدرسة))"),
    "AND before OR, other side": ("كتاب AND بيت OR مدرسة", "((كتاب & بيت) OR مدرسة)"),
    "OR before standing side by side": ("+كتاب OR بيت مدرسة", "((كتاب OR بيت) | مدرسة)"),
    "brackets": ("(كتاب OR بيت) AND مدرسة", "((كتاب OR بيت) & مدرسة)"),
    "brackets touching": ("كتاب(بيت)", "(كتاب | بيت)"),
    "brackets in brackets": ("((كتاب))", "كتاب"),
    "wanted group": ("+(كتاب بيت) مدرسة", "((كتاب | بيت) ? مدرسة)"),
    "empty brackets": ("() كتاب (())", "كتاب"),
    "prefix": ("بيت*", "بيت*"),
    "infix": ("*بيت*", "*بيت*"),
    "prefix is unmarked": ("أَحمَـد*", "أحمد*"),
    "suffix": ("*بيت", "*بيت"),
    "star inside": ("كتا*ب بيت", "(كتا*ب | بيت)"),
    "several stars": ("**م**تب*", "*م*تب*"),
    "fuzzy": ("كتاب~1", "كتاب~1"),
    "fuzzy by one unless said": ("كِتاب~", "كتاب~1"),
    "fuzzy by none": ("كتاب~0", "كتاب"),
    "fuzzy with boost": ("title:كتاب~2^3", "title:كتاب~2^3"),
    "prefix with boost": ("بيت*^2", "بيت*^2"),
    "prefix with a question mark": ("بيت*؟", "بيت*"),
    "prefix with a comma": ("بيت*، كتاب", "(بيت* | كتاب)"),
    "boost with a full stop": ("كتاب^2.", "كتاب^2"),
    "boost": ("كتاب^2 بيت^0.5", "(كتاب^2 | بيت^0.5)"),
    "boost of nothing": ("^2", "NOTHING"),
    "boosts have a bound": ("كتاب^999999999999999999999999999999999999999999", "كتاب^1000"),
    "field": ("title:كتاب", "title:كتاب"),
    "field in arabic": ("عنوان:كتاب نص:بيت", "(title:كتاب | text:بيت)"),
    "field of a group": ("title:(كتاب بيت) مدرسة", "((title:كتاب | title:بيت) | مدرسة)"),
    "field of a phrase": ("title:«كتاب بيت»", "title:«كتاب بيت»"),
    "field of a prefix": ("title:بيت*", "title:بيت*"),
    "field, not wanted": ("كتاب -title:بيت", "(كتاب - title:بيت)"),
    "field, then not wanted": ("كتاب title:-بيت", "(كتاب - title:بيت)"),
    "colon and space": ("عنوان: كتاب", "(عنوان | كتاب)"),
    "colon at the end": ("قال:", "قال"),
    "time of day": ("10:30", "(10 | 30)"),
    "path": ("كتاب path:news", "(كتاب ! files[1])"),
    "path alone": ("مسار:news", "(ALL ! files[1])"),
    "path with a star": ("path:news/*.txt", "(ALL ! files[2])"),
    "path with a space": ('path:"a b" كتاب', "(كتاب ! files[3])"),
    "path with a colon is no field": ("path:title:x كتاب", "(كتاب ! files[])"),
    "path wanted is a filter": ("+path:news كتاب", "(كتاب ! files[1])"),
    "path not wanted": ("كتاب -path:news", "(كتاب - files[1])"),
    "date": ("date:2017-11", "(ALL ! dates('2017-11', '2017-11'))"),
    "date range": ("date:2017-11..2017-12", "(ALL ! dates('2017-11', '2017-12'))"),
    "date from": ("date:2017-11-28..", "(ALL ! dates('2017-11-28', ''))"),
    "date until": ("date:..2017", "(ALL ! dates('', '2017'))"),
    "date in arabic": ("تاريخ:٢٠١٧", "(ALL ! dates('2017', '2017'))"),
    "two filters": ("date:2017 path:news", "(ALL ! (dates('2017', '2017') & files[1]))"),
    "stopword beside a word": ("من كتاب في", "كتاب"),
    "stopwords alone": ("من في", "(من | في)"),
    "stopword wanted": ("+من كتاب", "(من ? كتاب)"),
    "stopword under AND": ("من AND كتاب", "كتاب"),
    "stopword under OR": ("من OR كتاب", "كتاب"),
    "stopwords in brackets": ("(من في) كتاب", "كتاب"),
    "stopword not wanted": ("كتاب -من", "(كتاب - من)"),
    "name that folds like a stopword": ("علي كتاب", "(علي | كتاب)"),
    "question mark": ("قال؟", "قال"),
    "arabic comma and semicolon": ("قال، كتاب؛", "(قال | كتاب)"),
    "arabic percent and full stop": ("٢٥٪ كتاب۔", "(25 | كتاب)"),
    "question mark between operators": ("؟ AND كتاب OR ؟", "كتاب"),
    "ascii question mark is no wildcard": ("قال?", "قال"),
    "hashtag": ("#بيت_جديد", "(بيت | جديد)"),
    "square and curly brackets": ("[كتاب] {بيت}", "(كتاب | بيت)"),
    "number": ("12,500 ٣٫٥", "(12500 | 3.5)"),
    "colon, no field": ("البقرة:255", "(البقرة | 255)"),
    "colon before a word": ("قال:اقرأ", "(قال | اقرأ)"),
    "colon before a sign": ("قال:-اقرأ", "(قال | اقرأ)"),
    "colon before a prefix": ("سورة:الكه*", "(سورة | الكه*)"),
    "drive": (r"C:\Users", "(c | users)"),
    "four letters are other words": ("test:كتاب data:بيت يسار:مدرسة",
                                     "(test | كتاب | data | بيت | يسار | مدرسة)"),
    "verse references": ("(البقرة: 255-257) [2:255]", "((البقرة | 255 | 257) | 2 | 255)"),
    "time with seconds": ("12:30:05 الساعة", "(12 | 30 | 05 | الساعة)"),
    "smileys": ("كتاب :) :-) :( بيت ;)", "(كتاب | بيت)"),
    "colons alone": (":: كتاب :", "كتاب"),
    "two colons": ("std::string", "(std | string)"),
    "colon at the beginning": (":كتاب", "كتاب"),
    "lone quotes": ("كتاب » ” بيت '", "(كتاب | بيت)"),
    "path of a drive": (r"C:\Users\x.txt D:/y", "(c | users | x | txt | d | y)"),
    "mail": ("mailto:a@b.org", "(mailto | a | b | org)"),
    "web address": ("http://example.com", "(example | com)"),
    "bracket never closed": ("كتاب (بيت", "(كتاب | بيت)"),
    "inner bracket never closed": ("((كتاب)", "كتاب"),
    "bracket never opened": ("كتاب) بيت", "(كتاب | بيت)"),
    "bracket never opened, after a field": ("title:)", "title"),
    "quote never closed": ("كتاب «بيت", "(كتاب | بيت)"),
    "quote at the end": ('نفط"', "نفط"),
    "quote after a phrase": ('"كتاب بيت" "', "«كتاب بيت»"),
    "quotes of two kinds": ("“كتاب»", "كتاب"),
    "boost without a number": ("نفط^ كتاب^x", "(نفط | كتاب | x)"),
    "nothing": ("", "NOTHING"),
    "punctuation alone": ("؟ ، * ~ ^ _ …", "NOTHING"),
    "star alone": ("*", "NOTHING"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "meaning"), MEANS.values(), ids=MEANS)
def test_means(text: str, meaning: str) -> None:
    assert shape(parsed(text).query) == meaning


ALIASES = {"عنوان2": "title", "العنوان_الرئيسي": "title", "ملف": "path", "rubrik": "title"}

BY_ALIAS = {
    "with a digit": ("عنوان2:كتاب بيت", "(title:كتاب | بيت)"),
    "with a low line": ("العنوان_الرئيسي:«كتاب بيت»", "title:«كتاب بيت»"),
    "with marks and capitals": ("عُنوان2:كتاب Rubrik:بيت", "(title:كتاب | title:بيت)"),
    "not wanted": ("كتاب -عنوان2:بيت", "(كتاب - title:بيت)"),
    "of a group": ("عنوان2:(كتاب بيت)", "(title:كتاب | title:بيت)"),
    "of a filter": ("كتاب ملف:news", "(كتاب ! files[1])"),
    "of a filter with a colon": ("ملف:a:b كتاب", "(كتاب ! files[])"),
    "colon and space": ("عنوان2: كتاب", "(عنوان | 2 | كتاب)"),
    "inside a word": ("الـملف:كتاب", "(الملف | كتاب)"),
    "the others stay": ("title:كتاب البقرة:255", "(title:كتاب | البقرة | 255)"),
}


@pytest.mark.parametrize(("text", "meaning"), BY_ALIAS.values(), ids=BY_ALIAS)
def test_fields_by_names_of_the_index(text: str, meaning: str) -> None:
    assert shape(parsed(text, aliases=ALIASES).query) == meaning


def test_a_name_is_proposed_that_is_nearly_typed() -> None:
    with pytest.raises(QueryError, match="did you mean rubrik:"):
        parsed("rubrk:كتاب", aliases=ALIASES)
    assert shape(parsed("rubrk:كتاب").query) == "(rubrk | كتاب)"
    assert shape(parsed("عنوان2:كتاب").query) == "(عنوان | 2 | كتاب)"


NOTED = ["(ربما", "ربما)", 'نفط"', "«نفط", "نفط^", "نفط^كثير", '"نفط أسود"^']


@pytest.mark.parametrize("text", NOTED)
def test_a_sign_taken_as_punctuation_is_said(text: str) -> None:
    assert any("was taken as punctuation" in note for note in parsed(text).notes)


@pytest.mark.parametrize("text", ["(ربما)", "البقرة:255", '"نفط"', "نفط^2", "^2", "https://a.b/c"])
def test_nothing_is_said_of_signs_that_mean_something(text: str) -> None:
    assert not any("punctuation" in note for note in parsed(text).notes)


REFUSED = {
    "nearly title": ("كتاب titel:بيت", 5, 6),
    "nearly عنوان": ("عنوانن:بيت", 0, 7),
    "a letter more": ("paths:news", 0, 6),
    "a letter less": ("تارخ:2017", 0, 5),
    "another letter in a long name": ("titla:x", 0, 6),
    "AND alone": ("AND", 0, 3),
    "AND at the end": ("كتاب AND", 5, 3),
    "AND at the beginning": ("AND كتاب", 0, 3),
    "OR at the end of brackets": ("(كتاب OR) بيت", 6, 2),
    "AND OR": ("كتاب AND OR بيت", 5, 3),
    "NOT at the end": ("كتاب NOT", 5, 3),
    "dash before a bracket's end": ("(كتاب -)", 6, 1),
    "no date": ("date:غدا", 5, 3),
    "thirteenth month": ("كتاب date:2017-13", 10, 7),
    "date range of nothing": ("date:..", 5, 2),
    "date without its zero": ("date:2017-1", 5, 6),
    "path of a bracket": ("path:(news)", 5, 1),
    "too many edits": ("بيت كتاب~3", 8, 2),
    "too many edits in a phrase": ("«بيت كتاب~3»", 9, 2),
    "nested too deeply": ("(" * 5000 + "كتاب" + ")" * 5000, 100, 1),
    "too many NOT": ("NOT " * 5000 + "كتاب", 400, 1),
}  # fmt: skip

DIGITS = "9" * 5000
MANY = ["".join(letters) for letters in islice(product("بتثجحخدذرزسشصضطظع", repeat=3), 3000)]

TOO_LARGE = {
    "slop": ("كتاب «بيت جديد»~" + DIGITS, 16, 20, "1,000,000 words may stand between"),
    "edits": ("بيت كتاب~" + DIGITS, 8, 20, "2 letters at most"),
    "word": ("كتاب " + "بت" * 500 + "ب", 5, 20, "1,000 letters at most; this one has 1,001"),
    "word with stars": ("*ب" * 501, 0, 20, "1,000 letters at most; this one has 1,002"),
    "word of a phrase": ("«كتاب " + "بت" * 500 + "ب" + "»", 6, 20, "1,000 letters at most"),
    "query": ("كتاب " * 40_001, 0, 1, "200,000 characters at most; this one has 200,005"),
    "words": (" ".join(MANY), 0, 1, "2,000 different words at most"),
    "words in groups": (" OR ".join(f"({word})" for word in MANY), 0, 1, "2,000 different words"),
    "words not wanted": (" ".join(f"-{word}" for word in MANY), 0, 1, "2,000 different words"),
    "words of phrases": (f"«{' '.join(MANY)}»", 0, 1, "2,000 different words"),
    "stars": (" ".join(f"{word}*" for word in MANY), 0, 1, "50 different words with a star or ~"),
    "stars in phrases": (" ".join(f"«{word}* {word}»" for word in MANY), 0, 1,
                         "50 different words with a star or ~"),
    "tildes": (" ".join(f"{word[:5]}{word[:n]}~" for word in MANY[:20] for n in range(5)), 0, 1,
               "50 different words with a star or ~"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "position", "length", "limit"), TOO_LARGE.values(), ids=TOO_LARGE)
def test_too_large_with_its_limit(text: str, position: int, length: int, limit: str) -> None:
    with pytest.raises(QueryError, match=re.escape(limit)) as caught:
        parsed(text)
    assert (caught.value.position, caught.value.length) == (position, length)


WITHIN_LIMITS = {
    "slop": f"«كتاب بيت»~{limits.SLOP}",
    "edits": "كتاب~0002",
    "word": "ب" * limits.LETTERS,
    "repeated words": "كتاب بيت " * 10_000,
    "repeated stars": "كتا* " * 1000,
    "words": " ".join(MANY[: limits.TERMS]),
    "stars": " ".join(f"{word}*" for word in MANY[: limits.PATTERNS]),
}


@pytest.mark.parametrize("text", WITHIN_LIMITS.values(), ids=WITHIN_LIMITS)
def test_within_the_limits(text: str) -> None:
    assert parsed(text).leaves


def test_plain_queries_have_the_same_limits() -> None:
    for text in (" ".join(MANY), "بت" * 500 + "ب", "كتاب " * 40_001):
        with pytest.raises(QueryError, match="at most"):
            parser().plain_query(text)


@pytest.mark.parametrize(("text", "position", "length"), REFUSED.values(), ids=REFUSED)
def test_refused_with_its_place(text: str, position: int, length: int) -> None:
    with pytest.raises(QueryError) as caught:
        parsed(text)
    error = caught.value
    if error.query:
        assert error.query == text
    assert (error.position, error.length) == (position, length)
    assert "\n" not in str(error)


NOTES = {
    "plain": ("كتاب", 0),
    "stopwords alone": ("من في", 1),
    "stopwords under OR": ("من OR في", 1),
    "nothing": ("", 1),
    "punctuation": ("؟", 1),
    "star beside a number": ("كتاب2*ب", 1),
    "star and tilde": ("كتا*~1", 1),
    "tilde after several words": ("كتاب-بيت~1", 1),
    "fuzzy": ("كتاب~1", 0),
    "star inside": ("كتا*ب بيت", 0),
    "filter alone": ("path:news", 0),
    "stopword beside a word": ("من كتاب", 0),
}


@pytest.mark.parametrize(("text", "count"), NOTES.values(), ids=NOTES)
def test_notes_tell_what_was_ignored(text: str, count: int) -> None:
    assert len(parsed(text).notes) == count


def test_words_know_their_places_in_the_query() -> None:
    text = "+كتاب «بيت جديد» title:مدرسة^2 -سوق من"
    found = parsed(text)
    assert [text[word.start : word.end] for word in found.words] == [
        "كتاب", "بيت", "جديد", "مدرسة",
    ]  # fmt: skip
    assert [shape(leaf) for leaf in found.leaves] == ["كتاب", "«بيت جديد»", "title:مدرسة^2"]


def test_dropped_stopwords_are_not_shown_either() -> None:
    assert [shape(leaf) for leaf in parsed("(من في) كتاب (على OR بيت)").leaves] == ["كتاب", "بيت"]


def test_all_words() -> None:
    assert shape(parsed("كتاب بيت -سوق", all_words=True).query) == "((كتاب & بيت) - سوق)"
    assert shape(parsed("من كتاب", all_words=True).query) == "كتاب"
    assert shape(parsed("كتاب ؟ ()", all_words=True).query) == "كتاب"


@pytest.mark.parametrize("match", ["exact", "folded", "stem", "plural", "variant", "root"])
def test_match_is_the_level_of_words(match: str) -> None:
    (leaf,) = parsed("كتاب", match=match).leaves
    assert isinstance(leaf, StemQuery)
    assert leaf.match == match


@pytest.mark.parametrize("match", MATCH_LEVELS)
def test_a_level_that_is_given_is_that_of_quoted_words(match: MatchLevel) -> None:
    for text in ("«كتاب بيت»", "«كتاب بيت»~3", "«كتاب»"):
        (leaf,) = parsed(text, match=match).leaves
        assert isinstance(leaf, PhraseQuery | StemQuery)
        assert match == (leaf.level if isinstance(leaf, PhraseQuery) else leaf.match)


def test_plain_query_takes_no_signs() -> None:
    text = 'كتاب AND -بيت (foo:bar "«مدرسة* date:x'
    plain = parser().plain_query(text)
    assert shape(plain.query) == "(كتاب | and | بيت | foo | bar | مدرسة | date | x)"
    assert plain.notes == ()


def test_a_long_text_is_parsed_in_linear_time() -> None:
    def cost(count: int) -> int:
        text = " ".join(f"كلمه{'ابتثجح'[i % 6]} من" for i in range(count))
        with counted() as work:
            assert len(parser().plain_query(text).leaves) == count
        return work.done

    cost(6)  # what is remembered of words is known then
    assert is_linear(cost, 1250)


PIECES = st.sampled_from(
    ["كتاب", "بيت", "من", "AND", "OR", "NOT", "+", "-", "(", ")", "«", "»", '"', "“", "”", "„", "~",
     "~2", "^", "^2", "*", "title:", "path:", "date:", "2017-11", "..", "foo:", ":", " ", " ", " ",
     "؟", "،", "\u064e", "\u200f", "_", "1,5", "\ud800", "\n", "\x00"]
)  # fmt: skip
QUERIES = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=40)


@given(QUERIES)
@settings(max_examples=300)
@example('"' * 3)
@example("لا0")
def test_parse_raises_only_query_errors(text: str) -> None:
    found, error = outcome(text)
    if error is not None:
        assert 0 <= error.position <= len(text)
        assert error.length >= 1
    if found is not None:
        assert shape(found.query) == "NOTHING" or "NOTHING" not in shape(found.query)
        assert all(text[word.start : word.end] for word in found.words)


def outcome(text: str) -> tuple[ParsedQuery | None, QueryError | None]:
    try:
        return parsed(text), None
    except QueryError as error:
        return None, error


@given(QUERIES)
@settings(max_examples=200)
@example("لا0")
def test_plain_query_never_raises(text: str) -> None:
    """Its leaves are words, and the pairs of a negator and a word."""
    plain = parser().plain_query(text)
    assert all(isinstance(leaf, StemQuery | AlternativeQuery) for leaf in plain.leaves)
