"""What is in an open index on a cluster? One commit, as its head says it; others may follow.

Every search goes to the same copies of the shards for as long as the index is open: copies
are refreshed apart, and a count must not fall between two searches.
"""

from __future__ import annotations

import secrets
from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import cached_property

from indexer.query.nodes import Leaf
from indexer.ranking.snapshot import Snapshot
from indexer.remote.client import Client, ClusterError
from indexer.remote.forms import FormTable
from indexer.remote.head import Head, Meta
from indexer.remote.lexicon import Lexicon
from indexer.remote.mapping import MOST_TERMS, Json
from indexer.remote.source import CandidateSegment
from indexer.remote.statistics import RemoteStatistics

_PAGE = 500
_PAGE_OF_COLUMNS = 5_000
_TEXTS_AT_ONCE = 64


def admitted_by(head: Head) -> Json:
    """The clauses of a `bool` that leave out what is not part of a commit."""
    found: Json = {"filter": [{"range": {"file": {"lt": head.next_number}}}]}
    gone = [
        {"terms": {"file": list(head.gone[first : first + MOST_TERMS])}}
        for first in range(0, len(head.gone), MOST_TERMS)
    ]
    return found | ({"must_not": gone} if gone else {})


class OpenCommit:
    """A commit that is open for reading."""

    def __init__(self, client: Client, meta: Meta, head: Head) -> None:
        self._client = client
        self.head = head
        self._index = meta.documents_index(head.number)
        self._preference = secrets.token_hex(8)
        words = meta.words_index(head.number)
        self.lexicon = Lexicon(client, self._index, words, head.routes, self._preference)
        self.admitted = admitted_by(head)
        self._table = FormTable()

    def statistics(self, told: Mapping[Leaf, int] | None = None) -> RemoteStatistics:
        """The statistics of the whole commit."""
        return RemoteStatistics(self.head, self.lexicon, told)

    def snapshot_of(self, hits: Sequence[Json], statistics: RemoteStatistics) -> Snapshot:
        """Some documents, to be ranked by the statistics of the whole."""
        if self._table.is_full:
            self._table = FormTable()
        segment = CandidateSegment(hits, self._table, self.lexicon, self.texts)
        return Snapshot([segment], statistics=statistics)

    def search(self, body: Json) -> Json:
        """One search. Raises ClusterError if a shard did not answer: no result is a part."""
        self.lexicon.requests += 1
        answer = self._client.ask(
            "POST",
            f"{self._index}/_search",
            body,
            preference=self._preference,
            search_type="dfs_query_then_fetch",
            allow_partial_search_results="false",
        )
        if answer["_shards"]["failed"] or answer.get("timed_out"):
            raise ClusterError(f"not all parts of {self._client.address} answered: try again")
        return answer

    def every(
        self, query: Json, fields: Sequence[str] = (), columns: Sequence[str] = ()
    ) -> Generator[Json, None, None]:
        """All documents that answer, in the order of the index, at one point in time.

        fields: of the source. columns: doc values. By `sort` each has its file and place.
        """
        point = self._client.ask(
            "POST", f"{self._index}/_search/point_in_time", keep_alive="2m",
            preference=self._preference,
        )["pit_id"]  # fmt: skip
        page = _PAGE if fields else _PAGE_OF_COLUMNS
        body: Json = {
            "size": page,
            "query": query,
            "_source": list(fields) or False,
            "docvalue_fields": list(columns),
            "sort": ["file", "place"],
            "track_total_hits": False,
            "pit": {"id": point, "keep_alive": "2m"},
        }
        whole = {"allow_partial_search_results": "false"}
        try:
            while True:
                hits = self._client.ask("POST", "_search", body, **whole)["hits"]["hits"]
                yield from hits
                if len(hits) < page:
                    return
                body["search_after"] = hits[-1]["sort"]
        finally:
            self._client.ask("DELETE", "_search/point_in_time", {"pit_id": [point]})

    def documents(self, names: Sequence[str], fields: Sequence[str]) -> list[Json]:
        """Some documents by their ids."""
        found: list[Json] = []
        for first in range(0, len(names), _PAGE):
            body = {"ids": list(names[first : first + _PAGE])}
            answer = self._client.ask(
                "POST", f"{self._index}/_mget", body, _source=",".join(fields)
            )
            found += [doc for doc in answer["docs"] if doc.get("found")]
        return found

    def texts(self, names: Sequence[str]) -> dict[str, str]:
        """The texts of some documents by their ids."""
        self.lexicon.requests += 1
        found: dict[str, str] = {}
        for first in range(0, len(names), _TEXTS_AT_ONCE):
            some = self.documents(names[first : first + _TEXTS_AT_ONCE], ["text"])
            found |= {doc["_id"]: doc["_source"]["text"] for doc in some}
        return found

    def where(self, field: str, value: str | int) -> Iterator[Json]:
        """The documents with a value in a field, whole."""
        query = {"bool": {"must": [{"term": {field: value}}], **self.admitted}}
        return self.every(query, ["file", "place", "date", "record", "title", "text", "stored"])

    @cached_property
    def figures(self) -> Json:
        """Sizes of the index."""
        return self._client.ask("GET", f"{self._index},{self._index}-words/_stats/store,segments")
