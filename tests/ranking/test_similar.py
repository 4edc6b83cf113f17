"""Which documents are like one: those of its story, never itself, never the same text again."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import Index, SearchOptions
from indexer.errors import DocumentNotFoundError
from indexer.ranking.similar import SHARE

CORPUS = Path(__file__).resolve().parents[2] / "corpus"

STORIES = {
    "flood-wadi-reem": "ريم",
    "merger-waha-difaf": "الواح[ةه]",
    "manuscript-qasr-rumman": "مخطوط",
    "outage-diwan": "ديوان",
    "desalination-ras-ghadir": "الغدير",
    "cup-final": "الصفا|المرسى",
}
"""What all texts on a story of `corpus/news` say, whichever outlet tells it, and no other does."""

FILES = sorted(
    f"news/{path.name}" for name in STORIES for path in (CORPUS / "news").glob(f"{name}-?-*.txt")
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("similar") / "corpus"
    shutil.copytree(CORPUS, home, ignore=shutil.ignore_patterns(".fahras"))
    first = (home / FILES[0]).read_text("utf-8")
    (home / "again.txt").write_text(f"نقلا عن الوكالة\n{first}", "utf-8")
    (home / "short.txt").write_text("طغرغشات\n", "utf-8")
    (home / "signs.txt").write_text("في من على 😀 . ؟\n", "utf-8")
    return home


@pytest.fixture(scope="module")
def index(home: Path) -> Index:
    made = Index.create(home)
    made.update()
    return made


ALL = SearchOptions(limit=None, snippets=0)


@pytest.mark.parametrize("name", FILES)
def test_the_first_are_of_the_same_story(index: Index, name: str) -> None:
    story = next(word for story, word in STORIES.items() if story in name)
    hits = index.similar(name, options=SearchOptions(limit=3, snippets=0)).hits
    assert len(hits) == 3
    assert all(re.search(story, index.document(hit.id).text) for hit in hits)


def test_a_recipe_is_like_recipes(index: Index) -> None:
    hits = index.similar("recipes/maqluba-eggplant.md", options=SearchOptions(limit=3)).hits
    assert all("recipes" in hit.id for hit in hits)


@given(name=st.sampled_from([*FILES, "science/honey-bees.txt", "wire-003", "post-001"]))
@settings(max_examples=25)
def test_neither_itself_nor_a_copy_is_found(index: Index, name: str) -> None:
    results = index.similar(name, options=ALL)
    found = [hit.id for hit in results.hits]
    assert index.document(name).id not in found
    assert len(set(found)) == len(found) == results.total
    scores = [hit.score for hit in results.hits]
    assert scores == sorted(scores, reverse=True)
    few = index.similar(name, options=ALL._replace(offset=1, limit=2))
    assert [hit.id for hit in few.hits] == found[1:3]


def test_a_copy_is_left_out_from_both_sides(index: Index) -> None:
    for one, other in ((FILES[0], "again.txt"), ("again.txt", FILES[0])):
        found = {hit.id for hit in index.similar(one, options=ALL).hits}
        assert found
        assert other not in found


@pytest.mark.parametrize("name", ["short.txt", "signs.txt"])
def test_what_tells_nothing_is_like_nothing(index: Index, name: str) -> None:
    results = index.similar(name, options=ALL)
    assert (results.total, results.hits) == (0, ())


def test_filters_hold(index: Index) -> None:
    everything = {hit.id: hit for hit in index.similar(FILES[0], options=ALL).hits}
    within = index.similar(FILES[0], options=ALL._replace(within=("news/html",)))
    assert {hit.id for hit in within.hits} == {i for i in everything if i.startswith("news/html")}
    assert within.hits
    assert all(everything[hit.id].score == hit.score for hit in within.hits)


def test_the_query_is_the_telling_words_and_they_are_marked(index: Index) -> None:
    results = index.similar(FILES[0])
    words = results.query.split()
    assert len(words) == len(set(words)) <= 25
    assert all(hit.matches for hit in results.hits)
    assert not results.unknown_words


def test_what_is_found_shares_enough(index: Index) -> None:
    results = index.similar(FILES[0], options=ALL._replace(explain=True))
    assert 0 < SHARE < 1
    for hit in results.hits:
        assert hit.explanation is not None
        parts = sum(word.contribution for word in hit.explanation.words)
        assert parts == pytest.approx(hit.score, rel=1e-4)


def test_a_name_that_is_none(index: Index) -> None:
    with pytest.raises(DocumentNotFoundError):
        index.similar("nothing.txt")
