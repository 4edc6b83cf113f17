"""`fahras similar` prints as `search` does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli_process import PROJECT, run, run_on_terminal

from indexer.cli.line.options import SearchRequest, SimilarRequest

ONE = "flood-wadi-reem-1-mirsal.txt"


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    news = tmp_path_factory.mktemp("similar") / "corpus" / "news"
    shutil.copytree(PROJECT / "corpus", news.parent, ignore=shutil.ignore_patterns(".fahras"))
    assert run("index", cwd=news.parent).code == 0
    return news


def test_it_has_the_outputs_of_search() -> None:
    meaning = {"query", "queries", "sort", "field", "match", "strict", "all_words", "plain"}
    meaning |= {"spelling", "variants", "pick", "copies", "by"}
    assert set(SearchRequest.rows()) - meaning <= set(SimilarRequest.rows())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-l"], "\nflood-wadi-reem-"),
        (["--format", "{title}\t{path}"], "\tflood-wadi-reem-"),
        (["--jsonl"], '\n{"version": 2, "id": "news/flood-wadi-reem-'),
        (["--csv"], "\nnews/flood-wadi-reem-"),
        ([], "\nflood-wadi-reem-"),
    ],
    ids=["paths", "format", "jsonl", "csv", "text"],
)
def test_each_output(news: Path, arguments: list[str], expected: str) -> None:
    done = run("similar", ONE, *arguments, cwd=news)
    assert (done.code, done.err) == (0, "")
    assert expected in f"\n{done.text}"


def test_json_names_the_words(news: Path) -> None:
    record = json.loads(run("similar", ONE, "--json", cwd=news).out)
    assert "ريم" in record["query"].split()
    assert record["total"] == int(run("similar", ONE, "-c", cwd=news).out)
    assert len(record["hits"]) == min(record["total"], 10)


def test_a_place_as_search_prints_it(news: Path) -> None:
    whole = run("similar", ONE, "--jsonl", cwd=news).out
    assert run("similar", f"{ONE}:3", "--jsonl", cwd=news).out == whole
    record = run("similar", "../records/wires.jsonl:3", "-l", "-n1", cwd=news)
    assert record.text.startswith("cup-final-")


def test_a_terminal_is_told_the_words(news: Path) -> None:
    done = run_on_terminal("similar", ONE, "-n", "2", cwd=news)
    assert "found by: " in done.text
    assert "2 of " in done.text


def test_nothing_and_nobody(news: Path, texts: Path) -> None:
    done = run("similar", "crlf.txt", cwd=texts)
    assert (done.code, done.out) == (1, b"")
    assert "nothing shares enough words with crlf.txt" in done.err
    assert run("similar", "-q", "crlf.txt", cwd=texts).err == ""
    assert run("similar", "none.txt", cwd=news).code == 2
