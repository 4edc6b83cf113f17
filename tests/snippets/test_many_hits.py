"""A text with many hits costs as much a hit as one with few: work is counted, not timed.

Counted are the lines of our own code that run, and the items that are taken from lists of hits;
four times the hits may cost little more than four times as much.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_process import run
from highlights import highlighter
from work import Work, counted, is_linear

from indexer import Index
from indexer.results import Hit, SearchOptions
from indexer.snippets.highlighter import Highlight
from indexer.snippets.passages import best_snippets

WORDS = ("قال", "رسول", "الله")
LINE = "قال رسول الله كلام كثير لا صلة له بشيء\n"

SHAPES = {
    "one paragraph": LINE,
    "a paragraph a hit": LINE + "\n",
    "a sentence a word": "قال. رسول. الله. ",
    "nothing but hits": "قال رسول الله ",
    "one endless line": LINE.replace("\n", " "),
}
"""By name, what is said again and again; each holds three words of the query."""

WAYS = {
    "one passage": (1, 160),
    "many passages": (10**6, 160),
    "short passages": (10**6, 1),
    "two long passages": (2, 2000),
    "many long passages": (10**6, 1000),
}
"""By name, (snippets, width)."""


def counting_list(work: Work, hits: list[Highlight]) -> list[Highlight]:
    """The same hits; taking a slice counts each item."""

    class Counting(list[Highlight]):
        def __getitem__(self, at: Any) -> Any:
            found = super().__getitem__(at)
            work.done += len(found) if isinstance(at, slice) else 1
            return found

    return Counting(hits)


@pytest.mark.parametrize(("count", "width"), WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_passages(shape: str, count: int, width: int) -> None:
    def cost(times: int) -> int:
        hits = highlighter(*WORDS).of_text(shape * times)
        assert len(hits) == 3 * times
        with counted() as work:
            found = best_snippets(
                shape * times, counting_list(work, hits), [1.0, 2.0, 1.5], count=count, width=width
            )
        assert found
        return work.done

    assert is_linear(cost, 400)


@pytest.mark.parametrize("phrase", [False, True])
def test_hits_of_a_text(phrase: bool) -> None:
    def cost(times: int) -> int:
        highlights = highlighter(*WORDS, phrases=((0, 1, 2),) if phrase else ())
        with counted() as work:
            assert len(highlights.of_text(LINE * times)) == 3 * times
        return work.done

    assert is_linear(cost, 400)


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Index]]:
    """By size, a folder of one text with so many lines, and of a file of a quarter the records."""
    opened = {}
    for times in (400, 1600):
        folder = tmp_path_factory.mktemp("texts")
        (folder / "a.txt").write_text(LINE * times, "utf-8")
        record = '{"id": "%d", "text": "سطر"}\n'
        (folder / "b.jsonl").write_text("".join(record % n for n in range(times // 4)), "utf-8")
        opened[times] = Index.create(folder)
        opened[times].update()
        opened[times].search("قال سطر")
    yield opened
    for index in opened.values():
        index.close()


SEARCHES = {
    "words": ("قال رسول الله", SearchOptions()),
    "phrase": ('"قال رسول الله"', SearchOptions()),
    "many passages": ("قال رسول الله", SearchOptions(snippets=10**6)),
    "marks": ("قَالَ", SearchOptions(strict=frozenset({"marks"}))),
    "records": ("سطر", SearchOptions(limit=None)),
    "records explained": ("سطر قال", SearchOptions(limit=None, explain=True)),
}


@pytest.mark.parametrize(("query", "options"), SEARCHES.values(), ids=SEARCHES)
def test_searches(indexes: dict[int, Index], query: str, options: SearchOptions) -> None:
    def cost(times: int) -> int:
        indexes[times].search(query, options)
        with counted() as work:
            indexes[times].search(query, options)
        return work.done

    assert is_linear(cost, 400)


def test_a_file_of_many_records_is_looked_at_once(
    indexes: dict[int, Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexer.reading import showing

    asked: list[str] = []
    monkeypatch.setattr(showing, "staleness_of", lambda path, entry: asked.append(path))
    hits: tuple[Hit, ...] = indexes[400].search("سطر", SearchOptions(limit=None)).hits
    assert len(hits) == 100
    assert [Path(path).name for path in asked] == ["b.jsonl"]


def test_a_hundred_thousand_hits_do_not_hang(tmp_path: Path) -> None:
    """Walking over all hits for each piece of the text took minutes."""
    (tmp_path / "a.txt").write_text(LINE * 35_000, "utf-8")
    assert run("index", cwd=tmp_path).code == 0
    found = run("search", "--snippets", "3", "قال رسول الله", cwd=tmp_path, timeout=60)
    assert found.code == 0
    assert len(found.lines) == 3
    shown = run("show", "a.txt", "-Q", "قال", "--color", "always", cwd=tmp_path, timeout=60)
    assert shown.text.count("قال") == 35_000
