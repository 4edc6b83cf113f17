"""Adding documents takes no document out of a default result, whatever words they have.

A word meets a form or does not by the two alone; what an index counts only weighs them. What
replaces a word that the index lacks, words spelled like it, is no result of the word: the search
says so, and drops it when the word comes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from folders import indexed, write_folder
from memory_engine import Fields, memory_snapshot

from analyzers.lists import lines_of
from analyzers.normalizer import fold
from analyzers.stemmer import stem
from analyzers.variants import VariantTable
from indexer import Index, SearchOptions
from indexer.query.parser import QueryParser
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.settings import RankingSettings

DATA = Path(__file__).parents[1] / "data"
CORPUS = Path(__file__).parents[2] / "corpus"
ROUNDS, ADDITIONS, WORDS = 200, 12, 3


def lines(name: str) -> list[str]:
    return [line for _, line in lines_of((DATA / name).read_text("utf-8"))]


MEET = [line.split() for line in lines("proclitics_must_meet.txt")]
APART = [pair.split() for line in lines("proclitics_must_not_meet.txt") for pair in line.split(",")]
LISTED = sorted({word for row in (*MEET, *APART) for word in row})
PLURALS = [line.split() for line in lines("plurals_must_meet.txt")]


def families() -> list[list[str]]:
    """Words that meet or look alike: proclitics, traps, plurals; and words of texts by stem."""
    by_stem: dict[str, set[str]] = {}
    for path in sorted(CORPUS.rglob("*.txt"))[:30]:
        for word in path.read_text("utf-8", "replace").split():
            if len(word) > 3 and word.isalpha() and word[0] in "بلفكوساتم":
                by_stem.setdefault(stem(fold(word))[-3:], set()).add(word)
    groups = [sorted(words) for words in by_stem.values() if len(words) > 2]
    return [*MEET, *APART, *PLURALS, *groups]


def document(number: int, words: list[str]) -> Fields:
    text = " ".join(words)
    return {
        "file": number, "record": "", "line": 1, "date": "", "encoding": "",
        "title": "", "text": text,
    }  # fmt: skip


def test_no_addition_takes_a_document_out() -> None:
    """2,400 additions of a document; after each, words of the families are asked for.

    Roots and spelling are left out: they make no members of a word that the index holds.
    """
    rng, known = random.Random(14), families()
    table, settings = VariantTable.default(), RankingSettings(root=0, spelling=0)
    grown = 0
    for _ in range(ROUNDS):
        words = [word for family in rng.sample(known, 5) for word in family]
        asked = {
            word: QueryParser(variants=table).parse(word).query for word in rng.sample(words, 4)
        }
        found = {word: set[int]() for word in asked}
        documents: list[Fields] = []
        for number in range(ADDITIONS):
            documents.append(document(number, rng.choices(words, k=WORDS)))
            evaluator = Evaluator(memory_snapshot(documents, 1, settings))
            for word, query in asked.items():
                here = set(evaluator.members(query).tolist())
                assert found[word] <= here, (word, [doc["text"] for doc in documents])
                grown += len(here) > len(found[word])
                found[word] = here
    assert grown > ROUNDS * ADDITIONS / 2


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Each word of the tables in a document of its own, what bears a proclitic in three."""
    rare = {f"{number:04}.txt": word for number, word in enumerate(LISTED)}
    often = {f"{name[:-4]}-{copy}.txt": rare[name] for name in rare for copy in "ab"}
    with indexed(write_folder(tmp_path_factory.mktemp("words"), rare | often)) as made:
        yield made


def words_found(index: Index, query: str) -> set[str]:
    hits = index.search(query, SearchOptions(limit=None, snippets=0, plain=True)).hits
    return {LISTED[int(hit.id[:4])] for hit in hits}


def test_a_word_is_found_behind_its_proclitics(index: Index) -> None:
    pairs = [(word, form) for word, *forms in MEET for form in forms]
    assert len(pairs) > 200
    assert [(w, form) for w, form in pairs if form not in words_found(index, w)] == []


def test_a_word_whose_first_letters_are_its_own_is_not_found_without_them(index: Index) -> None:
    assert len(APART) > 100
    assert [pair for pair in APART if pair[0] in words_found(index, pair[1])] == []


@pytest.mark.parametrize("often", [1, 2, 30])
def test_how_often_a_form_occurs_does_not_matter(tmp_path: Path, often: int) -> None:
    """With one file that has لحقوق a search for حقوق found it, with two it did not."""
    texts = {f"{n}.txt": "قال المرصد السوري لحقوق الإنسان" for n in range(often)}
    with indexed(write_folder(tmp_path, texts)) as made:
        results = made.search("حقوق")
        assert results.total == often
        assert not results.unknown_words
        assert made.search("الحقوق").total == often


def test_a_form_with_the_article_bears_no_proclitic(tmp_path: Path) -> None:
    """البخنسة is not read as بخنسة would be, one with the same stem."""
    texts = {"a.txt": "بخنسة", "b.txt": "البخنسة", "c.txt": "خنسة"}
    with indexed(write_folder(tmp_path, texts)) as made:
        assert {hit.id for hit in made.search("خنسة").hits} == {"a.txt", "c.txt"}
        assert {hit.id for hit in made.search("بخنسة").hits} == {"a.txt", "b.txt", "c.txt"}


def test_what_was_put_in_place_of_a_word_goes_when_the_word_comes(tmp_path: Path) -> None:
    """The one exception, and it is said."""
    with indexed(write_folder(tmp_path, {"a.txt": "المستشفيات"})) as made:
        before = made.search("المستشفيتت")
        write_folder(tmp_path, {"b.txt": "المستشفيتت"})
        made.update()
        after = made.search("المستشفيتت")
    assert {hit.id for hit in after.hits} == {"b.txt"}
    if before.hits:
        assert [unknown.word for unknown in before.unknown_words] == ["المستشفيتت"]
