"""A negator is not nothing: the word behind it is another than the word alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from folders import indexed, write_folder

from analyzers.variants import VariantTable
from indexer import Index, SearchOptions
from indexer.query.nodes import AlternativeQuery
from indexer.query.parser import QueryParser

REST = "كلام كثير عن شيء بعيد هنا"
TEXTS = (
    "الحكم نهائي", "نهائي نهائي نهائي نهائي", "الحكم غير نهائي", "قرارات غير النهائية",
    "غير ذلك حكم نهائي", "لا مركزية إدارية", "اللامركزية الإدارية", "مركزية الحكم مركزية",
    "بدون تأشيرة دخول", "تأشيرة دخول تأشيرة", "دخول دون تأشيرة", "عدم استقرار سياسي",
    "استقرار استقرار سياسي", "ليس صحيحا القول", "صحيحا صحيحا القول", "لا يجوز البيع",
    "يجوز البيع يجوز",
)  # fmt: skip
EVERYTHING = SearchOptions(limit=None)

FIRST = {
    "غير نهائي": {"الحكم غير نهائي", "قرارات غير النهائية"},
    "وغير نهائي": {"الحكم غير نهائي", "قرارات غير النهائية"},
    "غير النهائي": {"الحكم غير نهائي", "قرارات غير النهائية"},
    "الحكم غير نهائي": {"الحكم غير نهائي"},
    "لا مركزية": {"لا مركزية إدارية"},
    "اللامركزية": {"اللامركزية الإدارية", "لا مركزية إدارية"},
    "بلا تأشيرة": {"بدون تأشيرة دخول", "دخول دون تأشيرة"},
    "عدم استقرار": {"عدم استقرار سياسي"},
    "ليس صحيحا": {"ليس صحيحا القول"},
    "لماذا لا يجوز البيع": {"لا يجوز البيع"},
}
"""Which texts come first."""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder: Path = tmp_path_factory.mktemp("negations")
    texts = {f"{number:02}.txt": f"{text}. {REST}" for number, text in enumerate(TEXTS)}
    with indexed(write_folder(folder, texts)) as made:
        yield made


def found(index: Index, query: str, options: SearchOptions = EVERYTHING) -> list[str]:
    return [TEXTS[int(hit.id.removesuffix(".txt"))] for hit in index.search(query, options).hits]


@pytest.mark.parametrize("query", FIRST)
def test_texts_with_the_negator_come_first(index: Index, query: str) -> None:
    first = FIRST[query]
    assert set(found(index, query)[: len(first)]) == first


def test_the_negator_and_its_word_are_marked(index: Index) -> None:
    best = index.search("غير نهائي", EVERYTHING).hits[0]
    assert best.matches[0].word == "غير"


@pytest.mark.parametrize("options", [EVERYTHING, EVERYTHING._replace(all_words=True)], ids=str)
@pytest.mark.parametrize(("query", "word"), [("غير نهائي", "نهائي"), ("ليس صحيحا", "صحيحا")])
def test_no_text_is_lost(index: Index, query: str, word: str, options: SearchOptions) -> None:
    assert set(found(index, query, options)) == set(found(index, word, options))


def test_a_word_in_la_is_found_in_two_words(index: Index) -> None:
    assert set(found(index, "اللامركزية")) == {"اللامركزية الإدارية", "لا مركزية إدارية"}
    assert "اللامركزية الإدارية" in found(index, "لا مركزية")


PAIRS = {
    "غير نهائي": ["غير نهائي"],
    "الحكم غير نهائي اليوم": ["غير نهائي"],
    "نهائي غير": [],
    "غير من نهائي": [],
    "غير": [],
    "غير في": [],
    "«غير نهائي»": [],
    "غير «نهائي»": [],
    "غير -نهائي": [],
    "غير OR نهائي": [],
    "title:غير نهائي": [],
    "تغيير نهائي": [],
    "لا يجوز": ["لا يجوز", "لايجوز"],
    "دون علم": ["بلا علم", "بدون علم", "دون علم", "بغير علم"],
}


@pytest.mark.parametrize("query", PAIRS)
def test_what_is_a_negated_word(query: str) -> None:
    leaves = QueryParser(variants=VariantTable.default()).parse(query).leaves
    sides = [side for q in leaves if isinstance(q, AlternativeQuery) for side in q.sides]
    assert [" ".join(map(str, side)) for side in sides] == PAIRS[query]


@pytest.mark.parametrize("match", ["exact", "folded"])
def test_letters_alone_have_no_negations(match: str) -> None:
    leaves = QueryParser(match=match).parse("غير نهائي").leaves
    assert not any(isinstance(leaf, AlternativeQuery) for leaf in leaves)
