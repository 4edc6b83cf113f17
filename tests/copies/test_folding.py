"""What a search does with copies: one hit for each group, and nothing is lost by it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cli_process import run
from copied_texts import changed, story
from folders import indexed, write_folder, write_records
from hypothesis import given
from hypothesis import strategies as st

from indexer import Index
from indexer.copies.folding import copies_of, count_of, firsts_of, standing_for
from indexer.results import SearchOptions

WORD = "قاذفات"
FIRST, SECOND = (f"{WORD} {story(seed, 80)}" for seed in (1, 2))
FILES = {
    "a/first.txt": FIRST,
    "a/near.txt": changed(FIRST, 0.03),
    "b/again.txt": FIRST,
    "b/second.txt": SECOND,
    "b/third.txt": f"{WORD} {story(3, 80)}",
    "c/without.txt": FIRST.replace(WORD, "كلمة", 1),
}
RECORDS = [
    {"id": "new", "text": SECOND, "date": "2020-05-01"},
    {"id": "old", "text": SECOND, "date": "2017-11-19"},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = write_folder(tmp_path_factory.mktemp("folding"), FILES)
    write_records(home / "records.jsonl", RECORDS)
    with indexed(home):
        return home


def hits(folder: Path, query: str = WORD, **options: object) -> dict[str, set[str]]:
    """The id of each hit, and the names of its copies."""
    with Index.open(folder) as index:
        found = index.search(query, SearchOptions(limit=None)._replace(**options)).hits
    home = f"{folder}/"
    return {hit.id: {name.removeprefix(home) for name in hit.copies} for hit in found}


def test_a_hit_stands_for_the_copies_that_were_found(folder: Path) -> None:
    groups = {
        frozenset([name.partition("#")[2] or name, *copies])
        for name, copies in hits(folder).items()
    }
    assert groups == {
        frozenset({"a/first.txt", "a/near.txt", "b/again.txt"}),
        frozenset({"old", "b/second.txt", "records.jsonl#new"}),
        frozenset({"b/third.txt"}),
    }  # not c/without.txt: the query does not find it


def test_of_those_that_score_alike_the_oldest_is_shown(folder: Path) -> None:
    assert "old" in hits(folder)
    assert "new" in hits(folder, since="2018")


def test_the_copies_are_those_that_pass_the_filters(folder: Path) -> None:
    assert hits(folder, within=("a",)).popitem()[1] < {"a/first.txt", "a/near.txt"}
    assert hits(folder, within=("b/again.txt",)) == {"b/again.txt": set()}


@pytest.mark.parametrize("sort", ["relevance", "path", "date", "size"])
def test_opened_copies_are_exactly_what_was_folded_in(folder: Path, sort: str) -> None:
    with Index.open(folder) as index:
        options = SearchOptions(limit=None, sort=sort)
        folded = index.search(WORD, options)
        opened = index.search(WORD, options._replace(copies=True))
    named = [name for hit in folded.hits for name in (hit.path, *hit.copies)]
    paths = sorted(name.partition("#")[0] for name in named)
    assert paths == sorted(hit.path for hit in opened.hits)
    assert folded.total == opened.total == opened.hit_count == len(opened.hits) == 7
    assert folded.hit_count == folded.groups == len(folded.hits) == 3
    if sort == "relevance":  # of several that score alike, the first may not be the oldest
        return
    order = {hit.id: place for place, hit in enumerate(opened.hits)}
    assert [order[hit.id] for hit in folded.hits] == sorted(order[hit.id] for hit in folded.hits)


def test_pages_of_hits_go_on(folder: Path) -> None:
    whole = list(hits(folder))
    pages = [*hits(folder, limit=1), *hits(folder, limit=1, offset=1), *hits(folder, offset=2)]
    assert pages == whole


def test_names_of_copies_are_taken_by_show(folder: Path) -> None:
    with Index.open(folder) as index:
        for hit in index.search(WORD, SearchOptions(limit=None)).hits:
            for name in hit.copies:
                assert index.document(name).text.split()[0] == WORD


def test_the_command_line_says_what_it_counts(folder: Path) -> None:
    whole = json.loads(run("search", "--json", WORD, cwd=folder).text)
    assert (whole["total"], whole["groups"], len(whole["hits"])) == (7, 3, 3)
    assert all("/" in n or "#" in n for hit in whole["hits"] for n in hit["copies"])
    assert len(run("search", "--json", "-n", "2", WORD, cwd=folder).text) > 0
    opened = json.loads(run("search", "--json", "--copies", WORD, cwd=folder).text)
    assert (opened["total"], opened["groups"], len(opened["hits"])) == (7, 7, 7)
    assert run("search", "-c", WORD, cwd=folder).lines == ["7"]
    assert sorted(run("search", "-l", WORD, cwd=folder).lines) == sorted(
        name for name in [*FILES, "records.jsonl"] if name != "c/without.txt"
    )


def test_the_ranking_for_evaluations_has_copies_open(folder: Path) -> None:
    with Index.open(folder) as index:
        assert len(index.rank(WORD)) == 7


GROUPS = st.lists(st.integers(0, 4), max_size=30)


@given(GROUPS, st.randoms())
def test_folding_keeps_every_document_once(groups: list[int], chance: object) -> None:
    by_doc = np.array(groups, np.uint32)
    ranked = np.arange(len(groups))
    chance.shuffle(ranked)
    firsts = firsts_of(ranked, by_doc)
    shown = ranked.take(standing_for(firsts, ranked, by_doc, lambda places: int(places[-1])))
    members = np.arange(len(groups))
    copies = copies_of(shown, members, by_doc)
    assert len(copies) == len(shown)
    named = [*shown.tolist(), *(doc for others in copies for doc in others.tolist())]
    assert sorted(named) == members.tolist()
    assert len(shown) == count_of(members, by_doc)
    heads = [
        next(i for i, doc in enumerate(ranked) if by_doc[doc] == by_doc[d])
        if by_doc[d]
        else ranked.tolist().index(d)
        for d in shown.tolist()
    ]
    assert heads == sorted(heads)
