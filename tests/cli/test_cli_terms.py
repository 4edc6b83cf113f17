"""`fahras terms`: patterns and orders, compared with a count of the words themselves."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from cli_process import run
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers import analyze
from analyzers.normalizer import unmark
from indexer import Index
from indexer.ranking.terms import frequent
from indexer.results import TERM_SORT_KEYS

TEXTS = [
    "كتاب كتاب الكتاب مكتب",
    "كِتاب كتب مكتوب كاتب أكتب",
    "مكتبة مكتب أسد سأل قرأ",
    "b2b كتاب",
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("terms")
    made = Index.create(folder)
    for number, text in enumerate(TEXTS):  # each an update, so that there are segments
        (folder / f"{number}.md").write_text(text, "utf-8")
        made.update()
    return made


WORDS = [[token.analysis.unmarked for token in analyze(text)] for text in TEXTS]
COUNTS = Counter(word for words in WORDS for word in words)
DOCUMENTS = Counter(word for words in WORDS for word in set(words))
"""Nothing is counted for titles: those of these texts are their own first lines."""

PATTERNS = ["", "*", "**", "كت", "كت*", "*كت*", "*تب", "م*ب", "م*ت*ب", "أ*", "*أ", "ا*", "ب*ب", "z"]


def fits(word: str, pattern: str) -> bool:
    return fnmatchcase(word, pattern if "*" in pattern else f"{pattern}*")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_fits_written_forms(index: Index, pattern: str) -> None:
    found = [stats.term for stats in index.terms(pattern)]
    assert found == sorted(word for word in COUNTS if fits(word, pattern))


@given(pattern=st.text("كتبمأا*", max_size=5))
@settings(max_examples=60)
def test_any_pattern_fits_as_a_shell_s_does(index: Index, pattern: str) -> None:
    written = "*".join(map(unmark, pattern.split("*")))  # أأأ is one letter, drawn out
    assert {stats.term for stats in index.terms(pattern)} == {w for w in COUNTS if fits(w, written)}


def test_marks_in_a_pattern_do_not_count(index: Index) -> None:
    assert [*index.terms("كِت")] == [*index.terms("كت")]
    assert [*index.terms("*كِت*")] == [*index.terms("*كت*")]


@pytest.mark.parametrize("sort", TERM_SORT_KEYS)
def test_the_order_is_the_one_asked_for(index: Index, sort: str) -> None:
    rows = [*index.terms(sort=sort)]
    keys = {
        "alphabet": lambda row: row.term,
        "count": lambda row: (-row.collection_frequency, row.term),
        "documents": lambda row: (-row.document_frequency, row.term),
    }
    assert rows == sorted(rows, key=keys[sort])
    assert [*index.terms(sort=sort, limit=3)] == rows[:3]
    assert {row.term: row.document_frequency for row in rows} == DOCUMENTS


@pytest.mark.parametrize("prefix", ["", "ك", "كت", "zz"])
def test_the_most_frequent_words_come_first(index: Index, prefix: str) -> None:
    found = frequent(index._opened[0], prefix, 3)
    counts = {row.term: row.collection_frequency for row in index.terms()}
    most = sorted((w for w in counts if w.startswith(prefix)), key=lambda w: (-counts[w], w))
    assert found == most[:3]


def test_on_the_command_line(texts: Path) -> None:
    rows = [line.split("\t") for line in run("terms", "--sort", "count", cwd=texts).lines]
    counts = [int(row[4]) for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert run("terms", "--sort=count", "-n1", cwd=texts).text.split() == rows[0]
    assert {line.split("\t")[0] for line in run("terms", "*ديق*", cwd=texts).lines} == {
        "الحديقة", "حديقة"
    }  # fmt: skip
    done = run("terms", "ط*غ*ش", cwd=texts)
    assert (done.code, done.errors) == (1, ["fahras: no term fits: ط*غ*ش"])
