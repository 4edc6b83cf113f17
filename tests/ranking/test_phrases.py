"""Which written words does a phrase meet? Its own, with what is written joined before them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from folders import indexed, write_folder
from oracles import SHARED

from analyzers.analyzer import analyze
from analyzers.proclitics import PROCLITICS
from indexer import Index, SearchOptions

CORPUS = Path(__file__).parents[2] / "corpus"
EVERYTHING = SearchOptions(limit=None, snippets=1, copies=True)

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


def test_match_widens_a_phrase(index: Index) -> None:
    assert "حقوقه الإنسان" in found(index, "حقوق الإنسان", match="stem")
    assert "حقوق إنسان" in found(index, "حقوق الإنسان", match="stem")
    assert found(index, "حقوق الإنسان") < found(index, "حقوق الإنسان", match="stem")


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


NAMED = [
    "محمد بن علي", "محمد ابن علي", "سلمان بن عبدالعزيز", "سلمان بن عبد العزيز", "لبن علي",
    "حرب تشرين الثاني 2017", "حرب نوفمبر 2017", "حرب نونبر 2017", "حرب تشرين 2017",
    "النبي صلى الله عليه وسلم هنا", "النبي ﷺ هنا", "الله أكبر", "ﷲ أكبر", "عبد الله", "عبدالله",
    "من آب 2017", "من أب 2017", "من أغسطس 2017", "الشعب السوداني", "لسورية الجديدة",
    "سوريا الجديدة", "الرئيس الإنكليزي", "الرئيس الإنجليزي", "رئيس إنكليزي",
    "المملكة العربية السعودية", "في السعودية",
]  # fmt: skip

BY_ANOTHER_NAME = {
    "محمد بن علي": {"محمد بن علي", "محمد ابن علي"},
    "ابن علي": {"محمد بن علي", "محمد ابن علي", "لبن علي"},
    "محمد بن": {"محمد بن علي"},
    "سلمان بن عبد العزيز": {"سلمان بن عبدالعزيز", "سلمان بن عبد العزيز"},
    "سلمان ابن عبدالعزيز": {"سلمان بن عبدالعزيز", "سلمان بن عبد العزيز"},
    "تشرين الثاني 2017": {"حرب تشرين الثاني 2017", "حرب نوفمبر 2017", "حرب نونبر 2017"},
    "حرب نوفمبر": {"حرب تشرين الثاني 2017", "حرب نوفمبر 2017", "حرب نونبر 2017"},
    "حرب 2017": set(),
    "النبي ﷺ هنا": {"النبي صلى الله عليه وسلم هنا", "النبي ﷺ هنا"},
    "النبي صلى الله عليه وسلم هنا": {"النبي صلى الله عليه وسلم هنا", "النبي ﷺ هنا"},
    "ﷲ أكبر": {"الله أكبر", "ﷲ أكبر"},
    "عبدالله": {"عبد الله", "عبدالله"},
    "عبد الله": {"عبد الله", "عبدالله"},
    "من أغسطس": {"من آب 2017", "من أغسطس 2017"},
    "سوريا الجديدة": {"سوريا الجديدة", "لسورية الجديدة"},
    "لسوريا الجديدة": {"لسورية الجديدة"},
    "الرئيس الإنجليزي": {"الرئيس الإنكليزي", "الرئيس الإنجليزي"},
    "العربية السعودية": {"المملكة العربية السعودية"},
    "السعودية": {"المملكة العربية السعودية", "في السعودية"},
}  # fmt: skip


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    texts = {f"{number:02}.txt": text for number, text in enumerate(NAMED)}
    with indexed(write_folder(tmp_path_factory.mktemp("named"), texts)) as made:
        yield made


@pytest.mark.parametrize("query", BY_ANOTHER_NAME)
def test_words_by_another_name(named: Index, query: str) -> None:
    hits = named.search(f'"{query}"', EVERYTHING).hits
    assert {NAMED[int(hit.id.removesuffix(".txt"))] for hit in hits} == BY_ANOTHER_NAME[query]
    assert all(hit.snippets[0].matches for hit in hits)


def test_a_level_without_the_table_has_no_other_names(named: Index) -> None:
    for match in ("exact", "folded", "stem", "plural"):
        hits = named.search('"حرب نوفمبر"', EVERYTHING._replace(match=match)).hits
        assert [NAMED[int(hit.id.removesuffix(".txt"))] for hit in hits] == ["حرب نوفمبر 2017"]


PATTERNS = {
    '"حقوق الإنس*"': {"حقوق الإنسان", "وحقوق الانسان", "لحقوق الإنسان", "وبحقوق الإنسان"},
    '"حُقوق الانـس*"': {"حقوق الإنسان", "وحقوق الانسان", "لحقوق الإنسان", "وبحقوق الإنسان"},
    '"*حقوق الإنسان"': {
        "حقوق الإنسان", "وحقوق الانسان", "لحقوق الإنسان", "وبحقوق الإنسان", "الحقوق الإنسان",
        "حقوق للإنسان",
    },
    '"ال*ة العر*ة"': {"اللغة العربية"},
    '"حقوق الإنسام~1"': {"حقوق الإنسان", "وحقوق الانسان", "لحقوق الإنسان", "وبحقوق الإنسان"},
    '"حقوق قطط*"': set(),
    '"الأميركي رئيس*"~0': {"رئيس الأميركي"},
}  # fmt: skip


@pytest.mark.parametrize("query", PATTERNS)
def test_stars_and_tildes_in_a_phrase(index: Index, query: str) -> None:
    hits = index.search(query, EVERYTHING).hits
    assert {TEXTS[int(hit.id.removesuffix(".txt"))] for hit in hits} == PATTERNS[query]
    assert all(len(hit.snippets[0].matches) == 2 for hit in hits)


SEEDS = {
    '"حقوق الإنسان"': "000 001 003 004",
    '"وزارة الدفاع"': "000 002 004",
    '"وزارة الدفاع الأمريكية"': "002",
    '"الأمم المتحدة"': "001 003",
    '"الولايات المتحدة"': "000 001 002 003",
    '"دير الزور"': "000 002 003 004",
    '"قوات النظام"': "000 001 003 004",
    '"نوفمبر (تشرين الثاني)"': "000 002 003 004",
    '"لدى الأمم المتح*"': "003",
    '"حقوق الدفاع"': "",
}
"""Phrases and the pages that hold them, read by hand."""


@pytest.mark.parametrize("query", SEEDS)
def test_phrases_of_real_pages(seeds: Index, query: str) -> None:
    hits = seeds.search(query, EVERYTHING).hits
    assert sorted(hit.id[:3] for hit in hits) == SEEDS[query].split()


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    pages = sorted((SHARED / "seeds").glob("*.txt"))
    if not pages:
        pytest.skip("the pages are not here")
    home = tmp_path_factory.mktemp("pages")
    with indexed(write_folder(home, {p.name: p.read_text("utf-8") for p in pages})) as made:
        yield made


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
            options = EVERYTHING._replace(snippets=0, copies=True)
            hits = corpus.search(f'"{one} {other}"', options).hits
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
