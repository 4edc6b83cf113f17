"""A cluster that is only there in tests: its answers are functions, or documents in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from indexer.remote.address import parse
from indexer.remote.client import Client

ADDRESS = parse("opensearch://cluster.test/news")


class Refusal(Exception):  # noqa: N818  as the answer that it is
    """As the client library's errors: with a status and what the cluster says."""

    def __init__(self, status: int, info: Any = None) -> None:
        super().__init__(f"secret request {status}")
        self.status_code = status
        self.info = info


class Answers:
    """Gives one answer after the other; exceptions are raised. Keeps what was asked."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, str, Any, Any]] = []

    def perform_request(
        self, method: str, url: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Any:
        self.asked.append((method, url, params, body))
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer(body) if callable(answer) else answer


class Documents:
    """Documents by path, written and read as a cluster does: with the number of each write."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[int, Any]] = {}
        self._writes = 0

    def perform_request(
        self, method: str, url: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Any:
        how = dict(params or {})
        if "/_doc/" not in url:
            return {}
        held = self.held.get(url)
        if method == "GET":
            if held is None:
                raise Refusal(404)
            return {"_seq_no": held[0], "_primary_term": 1, "_source": json.loads(held[1])}
        expected = how.get("if_seq_no", held[0] if held else None)
        if (how.get("op_type") == "create" and held) or (held and held[0] != expected):
            raise Refusal(409)
        if "if_seq_no" in how and held is None:
            raise Refusal(409)
        if method == "DELETE":
            if self.held.pop(url, None) is None:
                raise Refusal(404)
            return {}
        self._writes += 1
        self.held[url] = self._writes, json.dumps(body)
        return {"_seq_no": self._writes, "_primary_term": 1}


def client_of(transport: Any, slept: list[float] | None = None) -> Client:
    """A client of a double; what it would wait is noted."""
    sleep: Callable[[float], None] = (slept if slept is not None else []).append
    return Client(ADDRESS, transport, sleep)
