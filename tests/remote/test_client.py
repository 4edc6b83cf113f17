"""How is a cluster asked? What is tried again, and what is said when it fails."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from cluster_doubles import Answers, Refusal, client_of

from indexer.errors import FahrasError
from indexer.remote.client import HASTY, ClusterError, ConflictError, MissingError


class ConnectionTimeout(Exception):  # noqa: N818  as the client library calls it
    """No answer in time."""


class SSLError(ConnectionTimeout):
    """Not trusted."""


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_cluster_is_asked_again(status: int) -> None:
    slept: list[float] = []
    answers = Answers(Refusal(status), Refusal(status), {"a": 1})
    assert client_of(answers, slept).ask("GET", "news/_doc/1") == {"a": 1}
    assert slept == [*HASTY[:2]]
    assert {asked[:2] for asked in answers.asked} == {("GET", "/news/_doc/1")}


def test_a_cluster_that_stays_busy_is_given_up() -> None:
    slept: list[float] = []
    with pytest.raises(ClusterError, match="503"):
        client_of(Answers(*[Refusal(503)] * 20), slept).ask("GET", "x")
    assert slept == [*HASTY]


NO_FIELD = {"error": {"root_cause": [{"reason": "no such field"}]}}
SAID: list[tuple[Exception, type[Exception], str]] = [
    (Refusal(404), MissingError, "news is not on the cluster"),
    (Refusal(409), ConflictError, "another process"),
    (Refusal(401), ClusterError, "FAHRAS_CLUSTER_USER"),
    (Refusal(403), ClusterError, "FAHRAS_CLUSTER_PASSWORD"),
    (Refusal(400, NO_FIELD), ClusterError, "no such field"),
    (Refusal(400, "x" * 9999), ClusterError, "no reason given"),
    (SSLError(), ClusterError, "FAHRAS_CLUSTER_CA"),
    (ValueError("secret request"), ClusterError, "ValueError"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "kind", "words"), SAID)
def test_what_is_said_of_an_error(error: Exception, kind: type[Exception], words: str) -> None:
    """One line that says what to do, and nothing of the request, which may hold a text."""
    answers = Answers(error)
    with pytest.raises(kind, match=words) as said:
        client_of(answers).ask("GET", "x")
    assert len(answers.asked) == 1
    assert "secret" not in str(said.value)
    assert "\n" not in str(said.value)
    assert len(str(said.value)) < 400


def test_a_cluster_that_does_not_answer_is_named() -> None:
    with pytest.raises(ClusterError, match=r"cluster\.test:9200 does not answer"):
        client_of(Answers(*[ConnectionTimeout()] * 9)).ask("GET", "x")


def test_lines_end_each_and_stray_surrogates_are_replaced() -> None:
    answers = Answers({})
    client_of(answers).lines("_bulk", ['{"a":"\udc80"}', "{}"])
    assert answers.asked[0][3] == b'{"a":"?"}\n{}\n'


def test_the_client_library_is_asked_for_where_it_is_missing() -> None:
    code = """
import sys
sys.modules["opensearchpy"] = None
from indexer.index import Index
try:
    Index.open(index_dir="opensearch://127.0.0.1:9/news")
except Exception as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("FahrasError")
    assert "pip install 'fahras[opensearch]'" in done.stdout


def test_a_cluster_that_is_not_there_is_said_by_every_command(monkeypatch: Any) -> None:
    pytest.importorskip("opensearchpy")
    from indexer.index import Index

    monkeypatch.setattr("indexer.remote.client.HASTY", ())
    monkeypatch.setattr("indexer.remote.client.Client.__init__.__defaults__", (None, print, ()))
    with pytest.raises(FahrasError, match=r"127\.0\.0\.1:9 does not answer"):
        Index.open(index_dir="opensearch://127.0.0.1:9/news")
