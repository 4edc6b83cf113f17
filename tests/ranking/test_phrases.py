"""Which written words does a phrase meet? Its own, with what is written joined before them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from folders import indexed, write_folder

from analyzers.analyzer import analyze
from analyzers.proclitics import PROCLITICS
from indexer import Index, SearchOptions

CORPUS = Path(__file__).parents[2] / "corpus"
EVERYTHING = SearchOptions(limit=None, snippets=1)

TEXTS = [
    "حقوق الإنسان", "لحقوق الإنسان", "وحقوق الانسان", "وبحقوق الإنسان", "الحقوق الإنسان",
    "حقوق إنسان", "حقوق للإنسان", "اللغة العربية", "باللغة العربية", "للغة العربية",
    "وللغة العربية", "لغة العربية", "الرئيس الأميركي", "رئيس الأميركي", "لرئيس الأميركي",
    "للأمم المتحدة", "الأمم المتحدة", "أمم المتحدة", "حقوقه الإنسان", "لإسلام آباد", "إسلام آباد",
]  # fmt: skip

CASES = {
    "حقوق الإنسان": {
        "حقوق الإنسان", "لحقوق الإنسان", "وحقوق الانسان", "وبحقوق الإنسان", "حقوق للإنسان",
    },
    "اللغة العربية": {"اللغة العربية", "باللغة العربية", "للغة العربية", "وللغة العربية"},
    "رئيس الأميركي": {"رئيس الأميركي", "لرئيس الأميركي"},
    "الرئيس الأميركي": {"الرئيس الأميركي"},
    "الأمم المتحدة": {"للأمم المتحدة", "الأمم المتحدة"},
    "أمم المتحدة": {"أمم المتحدة"},
    "لحقوق الإنسان": {"لحقوق الإنسان"},
    "إسلام آباد": {"لإسلام آباد", "إسلام آباد"},
}  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    texts = {f"{number:02}.txt": text for number, text in enumerate(TEXTS)}
    with indexed(write_folder(tmp_path_factory.mktemp("phrases"), texts)) as made:
        yield made


def found(index: Index, query: str, **options: object) -> set[str]:
    hits = index.search(f'"{query}"', EVERYTHING._replace(**options)).hits
    return {TEXTS[int(hit.id.removesuffix(".txt"))] for hit in hits}


@pytest.mark.parametrize("query", CASES)
def test_words_with_what_is_written_before_them(index: Index, query: str) -> None:
    assert found(index, query) == CASES[query]


def test_match_narrows_a_phrase(index: Index) -> None:
    assert found(index, "حقوق الإنسان", match="folded") == {"حقوق الإنسان"}
    assert found(index, "وحقوق الإنسان", match="folded") == {"وحقوق الانسان"}
    assert found(index, "وحقوق الإنسان", match="exact") == set()
    assert found(index, "وحقوق الانسان", match="exact") == {"وحقوق الانسان"}


def test_strict_letters_are_compared_behind_the_proclitic(index: Index) -> None:
    strict = frozenset({"hamza"})
    assert found(index, "إسلام آباد", strict=strict) == {"لإسلام آباد", "إسلام آباد"}
    assert found(index, "اسلام آباد", strict=strict) == set()


def test_whole_written_words_are_marked(index: Index) -> None:
    hits = index.search('"حقوق الإنسان"', EVERYTHING).hits
    for hit in hits:
        (snippet,) = hit.snippets
        marked = " ".join(snippet.text[m.start : m.end] for m in snippet.matches)
        assert marked == TEXTS[int(hit.id.removesuffix(".txt"))]


def test_a_plain_program_finds_no_file_more(tmp_path: Path) -> None:
    texts = {
        path.name: text
        for path in sorted(CORPUS.rglob("*.txt"))
        if "\ufffd" not in (text := path.read_text("utf-8", errors="replace"))
    }
    words = {
        name: [token.analysis.folded for token in analyze(text)] for name, text in texts.items()
    }
    pairs = Counter(pair for these in words.values() for pair in pairwise(these))
    with indexed(write_folder(tmp_path, texts)) as corpus:
        for (one, other), _ in pairs.most_common(40):
            hits = corpus.search(f'"{one} {other}"', EVERYTHING._replace(snippets=0)).hits
            first, second = pattern(one), pattern(other)
            expected = {
                name
                for name, these in words.items()
                if any(first.fullmatch(a) and second.fullmatch(b) for a, b in pairwise(these))
            }
            assert {hit.id for hit in hits} == expected, (one, other)


def pattern(word: str) -> re.Pattern[str]:
    """The folded forms of a word with what may be written joined before it, by a plain regex."""
    before = "|".join(["و", *PROCLITICS])
    joined = "|[وف]?لل" + re.sub("^الل?", "", word) if word.startswith("ال") else ""
    return re.compile(f"(?:{before})?{word}{joined}")
