"""A cluster that is only there in tests: its answers are functions, or documents in memory."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from indexer.index import Index
from indexer.parts.part import unpack
from indexer.remote.address import parse
from indexer.remote.analysis import Terms, prepared
from indexer.remote.client import Client
from indexer.remote.mapping import Json
from indexer.remote.writer import PART_BITS

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
    """Documents by path, written and read as a cluster does: with the number of each write.

    lose_answers: how many writes are done and then answered as by a node that went away.
    """

    def __init__(self) -> None:
        self.held: dict[str, tuple[int, Any]] = {}
        self.aliases: dict[str, str] = {}
        self.lose_answers = 0
        self._writes = 0

    def perform_request(
        self, method: str, url: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Any:
        how = dict(params or {})
        if url == "/_aliases":
            return self._change_aliases(body["actions"])
        if "/_doc/" not in url:
            return {}
        url = self._behind(url, how)
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
        if self.lose_answers:
            self.lose_answers -= 1
            raise Refusal(503)
        return {"_seq_no": self._writes, "_primary_term": 1}

    def _change_aliases(self, actions: list[dict[str, Any]]) -> dict[str, Any]:
        for action in actions:
            ((what, said),) = action.items()
            if what == "add":
                self.aliases[said["alias"]] = said["index"]
                continue
            for alias, index in list(self.aliases.items()):
                if index == said["index"] and fnmatchcase(alias, said["alias"]):
                    del self.aliases[alias]
        return {}

    def _behind(self, url: str, how: Mapping[str, Any]) -> str:
        """The path of a document that is asked for by an alias."""
        name = url.split("/")[1]
        if name not in self.aliases and how.get("require_alias"):
            raise Refusal(404)
        return url.replace(name, self.aliases.get(name, name), 1)


def held_of(index: Index) -> list[Json]:
    """What a cluster would hold of the documents of an index here, as hits."""
    snapshot, documents = index._snapshot, []
    for doc in range(snapshot.size):
        segment, docnum = snapshot.locate(doc)
        texts = {name: segment.text(docnum, name) for name in ("title", "text")}
        record = segment.record(docnum)
        parts = tuple(part.start for part in unpack(record.get("parts"))[1:])
        documents.append({**record, **texts, "_parts_text": parts})
    before: Counter[int] = Counter()
    places = []
    for document in documents:
        places.append(before[document["file"]] << PART_BITS)
        before[document["file"]] += 1
    sources = map(json.loads, prepared(Terms(), documents, places))
    return [{"_id": f"{s['file']}-{s['place']}", "_source": s} for s in sources]


class Searched:
    """Documents by id, by whose file and place they are searched, and which are fetched.

    A search answers with those of files below a number, a page of columns at a time.
    """

    def __init__(self, sources: Mapping[str, Json]) -> None:
        self.sources = sources
        self.asked: list[str] = []

    def perform_request(
        self, method: str, url: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Any:
        self.asked.append(f"{method} {url}")
        if url.endswith("point_in_time"):
            return {"pit_id": "now"}
        if url.endswith("_mget"):
            return {"docs": [self._fetched(**asked) for asked in body["docs"]]}
        (below,) = (each["range"]["file"]["lt"] for each in body["query"]["bool"]["filter"])
        after = tuple(body.get("search_after", (-1, -1)))
        found = sorted((place_of(source), name) for name, source in self.sources.items())
        found = [row for row in found if row[0] > after and row[0][0] < below][: body["size"]]
        hits = [
            {
                "_id": name,
                "sort": list(place),
                "fields": {
                    column: [self.sources[name][column].rstrip("=")]
                    for column in body["docvalue_fields"]
                    if column in self.sources[name]
                },
            }
            for place, name in found
        ]
        return {"hits": {"hits": hits}}

    def _fetched(self, _id: str, _source: list[str]) -> Json:
        if _id not in self.sources:
            return {"_id": _id, "found": False}
        source = {field: self.sources[_id][field] for field in _source}
        return {"_id": _id, "found": True, "_source": source}


def place_of(source: Json) -> tuple[int, int]:
    return source["file"], source["place"]


def client_of(transport: Any, slept: list[float] | None = None) -> Client:
    """A client of a double; what it would wait is noted."""
    sleep: Callable[[float], None] = (slept if slept is not None else []).append
    return Client(ADDRESS, transport, sleep)
