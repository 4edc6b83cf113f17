"""`fahras eval`: its measures beside pytrec_eval's, its run, its input."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest
import pytrec_eval
from cli_process import run

from indexer import measures

QUERIES = (
    '{"id": "a", "text": "قاذفات"}\n{"id": "b", "text": "السفينة الميناء؟ (-"}\n'
    '{"id": "c", "text": "طغرغريشات"}\n{"id": "d", "text": "بلا حكم"}\n'
)
QRELS = "a\tnews/second.txt\t1\na\tnews/first.txt\t2\nb\trec-1\t1\nc\tcrlf.txt\t1\nd\trec-1\t0\n"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("judged")
    queries, qrels = folder / "queries.jsonl.gz", folder / "qrels.tsv"
    queries.write_bytes(gzip.compress(QUERIES.encode()))
    qrels.write_text(QRELS, encoding="utf-8")
    return str(queries), str(qrels)


def test_eval_prints_means(texts: Path, judged: tuple[str, str]) -> None:
    done = run("eval", *judged, "--json", cwd=texts)
    assert done.code == 0, done.err
    measured = json.loads(done.text)
    assert (measured["queries"], measured["left_out"]) == (3, 1)
    assert measured["recall_10"] == pytest.approx(2 / 3)
    assert measured["mrr_10"] == pytest.approx(2 / 3)
    lines = run("eval", *judged, cwd=texts).lines
    assert lines[0] == f"nDCG@10     {measured['ndcg_10']:.4f}"
    assert lines[4].startswith("3 queries (1 without judgements left out) in ")


def test_run_is_what_was_measured(texts: Path, judged: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "out.run"
    measured = json.loads(run("eval", *judged, "--json", "--run", str(path), cwd=texts).text)
    run_lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    assert {(line[1], line[5]) for line in run_lines} == {("Q0", "fahras")}
    for query_id in ("a", "b"):
        rows = [line for line in run_lines if line[0] == query_id]
        assert [int(row[3]) for row in rows] == list(range(1, len(rows) + 1))
        keys = [(-float(row[4]), row[2]) for row in rows]
        assert keys == sorted(keys)
    rankings: dict[str, list[str]] = {"c": []}
    for line in run_lines:
        rankings.setdefault(line[0], []).append(line[2])
    judgements = {
        "a": {"news/second.txt": 1, "news/first.txt": 2},
        "b": {"rec-1": 1},
        "c": {"x": 1},
    }
    means = measures.mean(
        [measures.measure(rankings[query_id], judgements[query_id]) for query_id in "abc"]
    )
    assert means.ndcg_10 == pytest.approx(measured["ndcg_10"])


def test_field_text_leaves_titles_out(texts: Path, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("سفينة\n", encoding="utf-8")
    (tmp_path / "qrels").write_text("1 0 rec-1 1\n", encoding="utf-8")
    command = ["eval", str(tmp_path / "q.txt"), str(tmp_path / "qrels"), "--run", "-"]
    both = run(*command, cwd=texts).lines
    text = run(*command, "--field", "text", cwd=texts).lines
    assert [line.split()[2] for line in both] == [line.split()[2] for line in text] == ["rec-1"]
    assert float(both[0].split()[4]) != float(text[0].split()[4])


BAD_INPUT = [
    pytest.param("{", "a\tx\t1\n", "queries.jsonl:1: not a JSON object", id="query-json"),
    pytest.param('{"text": 1}', "a\tx\t1\n", '"text" is not a string', id="query-text"),
    pytest.param("", "a\tx\t1\n", "no queries in", id="no-queries"),
    pytest.param('{"id": "a", "text": "x"}', "a\tx\n", "qrels.tsv:1: not query,", id="qrels"),
    pytest.param('{"id": "a", "text": "x"}', "a\tx\tone\n", "qrels.tsv:1: not query,", id="grade"),
    *(
        pytest.param(
            '{"id": "a", "text": "x"}', f"a\tx\t{grade}\n", "qrels.tsv:1: not query,", id=key
        )
        for key, grade in (("huge", "1000001"), ("below", "-1000001"), ("digits", "9" * 400))
    ),
    pytest.param('{"id": "a", "text": "x"}', "b\tx\t1\n", "no query of", id="strangers"),
]


@pytest.mark.parametrize(("queries", "qrels", "message"), BAD_INPUT)
def test_bad_input_is_named(
    texts: Path, tmp_path: Path, queries: str, qrels: str, message: str
) -> None:
    (tmp_path / "queries.jsonl").write_text(queries, encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text(qrels, encoding="utf-8")
    paths = [str(tmp_path / name) for name in ("queries.jsonl", "qrels.tsv")]
    done = run("eval", *paths, cwd=texts)
    assert (done.code, len(done.errors)) == (2, 1)
    assert message in done.err


@pytest.mark.parametrize("seed", range(20))
def test_measures_are_those_of_trec_eval(seed: int) -> None:
    chance = random.Random(seed)
    documents = [f"d{number:03}" for number in range(300)]
    judgements, run_scores, rankings = {}, {}, {}
    for query_id in ("q1", "q2", "q3"):
        sample = chance.sample(documents, chance.randint(2, 60))
        judgements[query_id] = {document: chance.randint(-1, 3) for document in sample} | {
            "d000": 1
        }
        rankings[query_id] = chance.sample(documents, chance.randint(1, 150))
        run_scores[query_id] = {
            document: 1 / rank for rank, document in enumerate(rankings[query_id], 1)
        }
    names = {"ndcg_cut.10", "recall.10,100", "recip_rank"}
    theirs = pytrec_eval.RelevanceEvaluator(judgements, names).evaluate(run_scores)
    for query_id, ranking in rankings.items():
        ours = measures.measure(ranking, judgements[query_id])
        expected = theirs[query_id]
        assert ours.ndcg_10 == pytest.approx(expected["ndcg_cut_10"], abs=1e-12)
        assert ours.recall_10 == pytest.approx(expected["recall_10"], abs=1e-12)
        assert ours.recall_100 == pytest.approx(expected["recall_100"], abs=1e-12)
        reciprocal = expected["recip_rank"]
        assert ours.mrr_10 == pytest.approx(reciprocal if reciprocal >= 0.1 else 0, abs=1e-12)


def test_nothing_found_counts_zero() -> None:
    zero = measures.Measures(0, 0, 0, 0)
    assert measures.measure([], {"a": 1}) == zero
    assert measures.measure(["a"], {}) == zero
    assert measures.mean([]) == zero
