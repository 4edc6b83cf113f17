"""Copies are parts: a hit is a copy of another if the parts by which they are found are copies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_process import run
from copied_texts import changed, story

from analyzers import tokenizer
from indexer import Index
from indexer.codec.build import collect
from indexer.reports import CopyGroup
from indexer.results import SearchOptions

BRIDGE, MUSEUM, RIVER = "افتتاح الجسر الجديد", "معرض المتحف السنوي", "فيضان النهر الكبير"


def article(headline: str, seed: int, share: float = 0.0) -> str:
    return f"{headline}\n\n{changed(story(seed, 120), share)}\n"


def page(*articles: str) -> str:
    return "\n\n\n".join(articles)


FILES = {
    "one.txt": page(article(BRIDGE, 1), article(MUSEUM, 2)),
    "two.txt": page(article(BRIDGE, 1, 0.03), article(RIVER, 3)),
    "museum.txt": article(MUSEUM, 2, 0.03),
    "three.txt": page(article("وصول السفينة", 5), article("سباق الخيل", 6)),
    "again.txt": page(article("وصول السفينة", 5, 0.02), article("سباق الخيل", 6)),
    "twice.txt": page(article("قصر الأمير", 7), article("برج الساعة", 8), article("قصر الأمير", 7)),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("pages")
    for name, text in FILES.items():
        (home / name).write_text(text, "utf-8")
    with Index.create(home) as index:
        index.update()
    return home


def shown(folder: Path, query: str, **options: object) -> set[frozenset[str]]:
    """Each hit with its copies."""
    with Index.open(folder) as index:
        found = index.search(query, SearchOptions(limit=None)._replace(**options)).hits
    part = options.get("by") == "part"
    return {
        frozenset(
            [
                f"{hit.id}:part{hit.part}" if part and hit.id != "museum.txt" else hit.id,
                *(Path(name).name for name in hit.copies),
            ]
        )
        for hit in found
    }


@pytest.mark.parametrize(
    ("query", "hits"),
    {
        "الجسر": [{"one.txt", "two.txt"}],
        "المتحف": [{"one.txt", "museum.txt"}],
        "النهر": [{"two.txt"}],  # the other part of that page has a copy
        "الجسر المتحف": [{"one.txt", "museum.txt"}, {"two.txt"}],
        "السفينة": [{"three.txt", "again.txt"}],
        "الخيل": [{"three.txt", "again.txt"}],
        "الساعة": [{"twice.txt"}],
    }.items(),
)
def test_hits_are_folded_by_the_parts_that_are_shown(
    folder: Path, query: str, hits: list[set[str]]
) -> None:
    found = shown(folder, query)
    if query == "الجسر المتحف":  # its best part is one or the other
        assert {"one.txt", "two.txt", "museum.txt"} == set().union(*found)
        assert len(found) == 2
    else:
        assert found == {frozenset(hit) for hit in hits}


def test_parts_are_folded_into_parts(folder: Path) -> None:
    assert shown(folder, "الجسر", by="part") == {frozenset({"one.txt:part0", "two.txt:part0"})}
    assert shown(folder, "الأمير", by="part") == {frozenset({"twice.txt:part0", "twice.txt:part2"})}
    assert len(shown(folder, "الأمير", by="part", copies=True)) == 2


@pytest.mark.parametrize("query", ["الجسر", "الجسر المتحف", "السفينة الخيل الأمير", ""])
@pytest.mark.parametrize("by", ["document", "part"])
@pytest.mark.parametrize("sort", ["relevance", "path"])
def test_what_is_folded_in_is_what_copies_opens(
    folder: Path, query: str, by: str, sort: str
) -> None:
    with Index.open(folder) as index:
        options = SearchOptions(limit=None, by=by, sort=sort)
        folded = index.search(query or "*", options)
        opened = index.search(query or "*", options._replace(copies=True))
    named = [name for hit in folded.hits for name in (hit.path, *hit.copies)]
    paths = sorted(name.partition(":part")[0] for name in named)
    assert paths == sorted(hit.path for hit in opened.hits)
    assert folded.total == opened.total == len(opened.hits)
    assert folded.groups == len(folded.hits)


def listed(groups: list[CopyGroup]) -> set[frozenset[tuple[str, int | None]]]:
    return {frozenset((Path(c.path).name, c.part) for c in group.copies) for group in groups}


def test_groups_are_of_parts_or_of_documents_that_agree_in_all(folder: Path) -> None:
    with Index.open(folder) as index:
        groups = list(index.duplicates())
    assert listed(groups) == {
        frozenset({("one.txt", 0), ("two.txt", 0)}),
        frozenset({("one.txt", 1), ("museum.txt", None)}),
        frozenset({("three.txt", None), ("again.txt", None)}),
        frozenset({("twice.txt", 0), ("twice.txt", 2)}),
    }
    (bridge,) = (g for g in groups if ("two.txt", 0) in {(Path(c.path).name, c.part) for c in g[0]})
    assert [copy.line for copy in bridge.copies] == [1, 1]
    assert all(copy.overlap > 0.7 for copy in bridge.copies)
    (museum,) = (g for g in groups if any(c.part == 1 for c in g.copies))
    (part,) = (copy for copy in museum.copies if copy.part == 1)
    assert (part.part_title, part.line) == (MUSEUM, FILES["one.txt"].split("\n").index(MUSEUM) + 1)


def test_the_command_line_names_parts_as_show_takes_them(folder: Path) -> None:
    lines = run("duplicates", cwd=folder).lines
    assert any(line.split()[:1] == ["one.txt:part1"] and MUSEUM in line for line in lines)
    assert run("show", "one.txt:part1", cwd=folder).text.startswith(MUSEUM)
    found = json.loads(run("duplicates", "--json", cwd=folder).text)["groups"]
    parts = {(d["path"], d["part"], d["part_title"]) for g in found for d in g["documents"]}
    assert ("one.txt", 1, MUSEUM) in parts
    assert ("three.txt", None, None) in parts


def test_a_lower_overlap_lists_more(tmp_path: Path) -> None:
    for seed in range(30):
        (tmp_path / f"{seed}.txt").write_text(story(seed), "utf-8")
        (tmp_path / f"{seed}-again.txt").write_text(changed(story(seed), 0.1, seed), "utf-8")
    with Index.create(tmp_path) as index:
        index.update()
        counts = [len(list(index.duplicates(min_overlap=least))) for least in (0.5, 0.6, 0.8)]
        assert counts[0] > counts[1] > counts[2]
        assert counts[1] == len(list(index.duplicates()))


@pytest.mark.parametrize("chars", [40, 300, 1000])
def test_prints_of_long_texts_are_those_of_short_ones(
    folder: Path, chars: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that are tokenized in pieces have the prints that they have as a whole."""
    monkeypatch.setattr(collect, "BATCH_CHARS", chars)
    monkeypatch.setattr(tokenizer, "CHUNK_CHARS", chars)
    with Index.create(folder, index_dir=str(tmp_path / "index")) as index:
        index.update()
        pieces = arrays_of(index)
    with Index.open(folder) as index:
        assert pieces == arrays_of(index)


def arrays_of(index: Index) -> dict[str, list[int]]:
    (segment,) = index._opened[0].segments
    container = segment.reader.container
    names = [name for name in container.names() if name.startswith("prints/")]
    return {name: container.array(name).tolist() for name in names}
