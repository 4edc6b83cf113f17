"""How is a cluster asked? What is tried again, and what is said when it fails."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from contextlib import nullcontext
from typing import Any

import pytest
from cluster_doubles import Answers, Refusal, client_of

from indexer.errors import FahrasError
from indexer.remote.address import parse
from indexer.remote.client import HASTY, Client, ClusterError, ConflictError, MissingError


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


@pytest.mark.parametrize(("reason", "times"), [("[parent] Data too large", 2), ("a fault", 1)])
def test_a_node_whose_memory_is_full_is_asked_again(reason: str, times: int) -> None:
    answers = Answers(Refusal(500, {"error": {"reason": reason}}), {"a": 1})
    with nullcontext() if times == 2 else pytest.raises(ClusterError, match="500"):
        assert client_of(answers).ask("GET", "x") == {"a": 1}
    assert len(answers.asked) == times


def test_a_cluster_that_stays_busy_is_given_up() -> None:
    slept: list[float] = []
    with pytest.raises(ClusterError, match="503"):
        client_of(Answers(*[Refusal(503)] * 20), slept).ask("GET", "x")
    assert slept == [*HASTY]


NO_FIELD = {"error": {"root_cause": [{"reason": "no such field"}]}}
NO_RIGHT = {"error": {"root_cause": [{"reason": (
    "no permissions for [indices:data/write/bulk[s]] and User [name=me, backend_roles=[]]"
)}]}}  # fmt: skip
SAID: list[tuple[Exception, type[Exception], str]] = [
    (Refusal(404), MissingError, "news is not on the cluster"),
    (Refusal(409), ConflictError, "another process"),
    (Refusal(401), ClusterError, "FAHRAS_CLUSTER_USER"),
    (Refusal(401), ClusterError, "FAHRAS_CLUSTER_PASSWORD, or .*netrc"),
    (Refusal(403, NO_RIGHT), ClusterError, r"that \(indices:data/write/bulk\[s\]\): docs"),
    (Refusal(403), ClusterError, "let this user do that: docs/cluster.md has"),
    (Refusal(400, NO_FIELD), ClusterError, "no such field"),
    (Refusal(400, "x" * 9999), ClusterError, "no reason given"),
    (SSLError("CERTIFICATE_VERIFY_FAILED"), ClusterError, "FAHRAS_CLUSTER_CA"),
    (SSLError(), ClusterError, "did not agree on TLS"),
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


def test_what_is_asked_by_a_gate_that_is_shut_is_another_run() -> None:
    with pytest.raises(ConflictError, match=r"another process writes .* run it again"):
        client_of(Answers(Refusal(404))).ask("POST", "news-d1-by-0123abcd/_refresh")


def test_a_name_may_look_like_a_gate() -> None:
    for path in ("news-by-topic-meta", "a-by-0123abcd-meta/_doc/head"):
        with pytest.raises(MissingError):
            client_of(Answers(Refusal(404))).ask("GET", path)


def of_shards(failed: int) -> dict[str, Any]:
    return {"_shards": {"total": 3, "failed": failed}}


LATE = {"timed_out": True, "hits": {}}
NO_SHARD = {"docs": [{"_id": "1", "error": {"type": "no_shard_available_action_exception"}}]}
PARTS: dict[str, Any] = {
    "a search": of_shards(1),
    "a search that took too long": LATE,
    "one of several searches": {"responses": [of_shards(0), of_shards(2)]},
    "one of several that failed": {"responses": [{"error": {"type": "x"}, "status": 503}]},
    "one of several documents": NO_SHARD,
    "what was to be deleted": {"deleted": 1, "failures": [{"shard": 2}]},
}


@pytest.mark.parametrize("case", PARTS)
def test_a_part_is_not_taken_for_the_whole(case: str) -> None:
    slept: list[float] = []
    assert client_of(Answers(PARTS[case], of_shards(0)), slept).ask("GET", "x") == of_shards(0)
    assert slept == [HASTY[0]]
    with pytest.raises(ClusterError, match="not all parts"):
        client_of(Answers(*[PARTS[case]] * 9), slept).ask("GET", "x")


def one_of(error: dict[str, Any], **said: Any) -> dict[str, Any]:
    return {"docs": [{"_id": "1", "error": error, **said}]}


WRONG: list[tuple[Any, type[Exception], str]] = [
    (one_of({"type": "security_exception", **NO_RIGHT["error"]}), ClusterError, "this user"),
    (one_of({"type": "index_not_found_exception"}), MissingError, "not on the cluster"),
    ({"responses": [{**NO_FIELD, "status": 400}]}, ClusterError, "no such field"),
]


@pytest.mark.parametrize(("answer", "kind", "words"), WRONG)
def test_what_one_of_several_is_refused_for_is_not_asked_again(
    answer: Any, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        client_of(Answers(answer)).ask("GET", "x")


def test_a_write_that_one_copy_missed_is_done() -> None:
    """The copy is out of use then, until it is made anew."""
    done = {"result": "created", **of_shards(1)}
    assert client_of(Answers(done)).ask("PUT", "x") == done


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


def test_a_host_that_says_nothing_at_all_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that is switched off: nothing refuses the connection. The queue of ours is full."""
    pytest.importorskip("opensearchpy")
    monkeypatch.setattr("indexer.remote.client._CONNECT_S", 0.3)
    monkeypatch.setattr("indexer.remote.client._TIMEOUT_S", 600)
    said: list[Exception] = []

    def ask(where: str) -> None:
        try:
            Client(parse(where), patience=()).ask("GET", "x")
        except ClusterError as error:
            said.append(error)

    with socket.create_server(("127.0.0.1", 0), backlog=0) as silent:
        full = [socket.socket() for _ in range(8)]
        for one in full:
            one.setblocking(False)
            one.connect_ex(silent.getsockname())
        where = f"opensearch://127.0.0.1:{silent.getsockname()[1]},127.0.0.1:9/news"
        asking = threading.Thread(target=ask, args=(where,), daemon=True)
        asking.start()
        asking.join(60)
        for one in full:
            one.close()
    assert "does not answer" in str(said)
