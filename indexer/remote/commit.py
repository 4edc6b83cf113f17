"""What is in an open index on a cluster? One commit, as its head says it; others may follow.

Every search goes to the same copies of the shards for as long as the index is open: copies
are refreshed apart, and a count must not fall between two searches.
"""

from __future__ import annotations

import secrets
from base64 import b64decode
from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from indexer.query.nodes import Leaf
from indexer.ranking.memory import Memory
from indexer.ranking.snapshot import Snapshot
from indexer.remote.client import Client, MissingError
from indexer.remote.columns import unpacked
from indexer.remote.head import Head, Meta
from indexer.remote.lexicon import Lexicon
from indexer.remote.mapping import MOST_TERMS, PRINTS, RANKED, SHOWN, STORED, Json
from indexer.remote.source import Candidate, CandidateSegment
from indexer.remote.statistics import RemoteStatistics

_PAGE = 500
_PAGE_OF_COLUMNS = 5_000
_SHOWN_AT_ONCE = 64
_FREQUENCY_BYTES = 4 << 20
_PADDING = "=="
"""A cluster leaves it out."""

_OF_THE_BEST = "timed_out,_shards.failed,hits.total,aggregations,hits.hits.fields,hits.hits._source"


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
        self.asked = self.statistics()
        self.bare = Snapshot([self._segment_of([])], statistics=self.asked)
        """The commit without documents: what words mean in it is kept in its memory."""
        self._frequencies = Memory(_FREQUENCY_BYTES)

    def statistics(self, told: Mapping[Leaf, int] | None = None) -> RemoteStatistics:
        """The statistics of the whole commit."""
        return RemoteStatistics(self.head, self.lexicon, told)

    def snapshot_of(
        self, candidates: Sequence[Candidate], statistics: RemoteStatistics
    ) -> Snapshot:
        """Some documents, to be ranked by the statistics of the whole."""
        segment = self._segment_of(candidates)
        return Snapshot([segment], statistics=statistics, words=self.bare.memory)

    def _segment_of(self, candidates: Sequence[Candidate]) -> CandidateSegment:
        return CandidateSegment(candidates, self.lexicon, self.shown)

    def frequency(self, leaf: Leaf) -> int | None:
        """How many documents hold a leaf, if that was asked before."""
        found: int | None = self._frequencies.known((leaf,))
        return found

    def keep_frequencies(self, told: Mapping[Leaf, int]) -> None:
        """Remember how many documents hold some leaves: it holds as long as the commit is open."""
        for leaf, documents in told.items():
            self._frequencies.keep((leaf,), documents)

    def search(self, body: Json, **params: str) -> Json:
        """One search. Raises ClusterError if a shard did not answer: no result is a part."""
        self.lexicon.requests += 1
        return self._client.ask(
            "POST",
            f"{self._index}/_search",
            body,
            preference=self._preference,
            search_type="dfs_query_then_fetch",
            allow_partial_search_results="false",
            **params,
        )

    def best(
        self,
        query: Json,
        size: int,
        columns: Sequence[str] = (RANKED,),
        *,
        shown: bool = False,
        counting: Json | None = None,
    ) -> tuple[list[Candidate], int, Json]:
        """The documents that the cluster ranks first, how many answer, and what was counted.

        columns: doc values that are given. shown: whether to give what is shown of them, too; else
        the cluster reads no more of a document than these values. counting: aggregations.
        """
        body: Json = {"size": size, "query": query, "track_total_hits": True}
        body |= _told(columns, shown=shown) | ({"aggs": counting} if counting else {})
        answer = self.search(body, filter_path=_OF_THE_BEST)
        found = answer["hits"]
        candidates = list(map(_ranked, found.get("hits", ())))
        return candidates, found["total"]["value"], answer.get("aggregations", {})

    def every(
        self, query: Json, columns: Sequence[str] = (), *, shown: bool = False
    ) -> Generator[Json, None, None]:
        """All documents that answer, in the order of the index, at one point in time.

        By `sort` each has its file, place and date. columns: doc values that are given. shown:
        whether to give what is shown of them, too.
        """
        point = self._client.ask(
            "POST", f"{self._index}/_search/point_in_time", keep_alive="2m",
            preference=self._preference,
        )["pit_id"]  # fmt: skip
        page = _PAGE if shown or RANKED in columns else _PAGE_OF_COLUMNS
        body: Json = {
            "size": page,
            "query": query,
            "sort": ["file", "place", "date"],
            "track_total_hits": False,
            "pit": {"id": point, "keep_alive": "2m"},
            **_told(columns, shown=shown),
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

    def candidates(
        self, query: Json, columns: Sequence[str] = (), *, shown: bool = False
    ) -> Generator[Candidate, None, None]:
        """All documents that answer, as `every` gives them."""
        for hit in self.every(query, columns, shown=shown):
            yield _ranked(hit) if RANKED in columns else _placed(hit)

    def named(self, names: Sequence[str], columns: Sequence[str] = (RANKED,)) -> list[Candidate]:
        """Doc values of some documents, by their ids."""
        found: list[Candidate] = []
        for first in range(0, len(names), _PAGE):
            some = list(names[first : first + _PAGE])
            found += self.best({"ids": {"values": some}}, len(some), columns)[0]
        return found

    def documents(self, wanted: Mapping[str, Sequence[str]]) -> dict[str, Json]:
        """What is kept of some documents. wanted: the fields of each, by its id.

        Raises MissingError where one is gone since.
        """
        found: dict[str, Json] = {}
        rest = iter(wanted.items())
        while page := list(islice(rest, _PAGE)):
            asked = [{"_id": name, "_source": list(fields)} for name, fields in page]
            answer = self._client.ask("POST", f"{self._index}/_mget", {"docs": asked})
            if not all(doc.get("found") for doc in answer["docs"]):
                raise MissingError(f"{self._client.address} was changed meanwhile: try again")
            found |= {doc["_id"]: doc["_source"] for doc in answer["docs"]}
        return found

    def shown(self, names: Sequence[str], others: Sequence[str] = ()) -> dict[str, Json]:
        """What is shown of some documents, by their ids. others: of which no text is needed."""
        found: dict[str, Json] = {}
        wanted = dict.fromkeys(others, STORED) | dict.fromkeys(names, SHOWN)
        rest = iter(wanted.items())
        while page := dict(islice(rest, _SHOWN_AT_ONCE)):
            self.lexicon.requests += 1
            found |= self.documents(page)
        return found

    def where(self, field: str, value: str | int) -> Iterator[Candidate]:
        """The documents with a value in a field, as they are shown."""
        query = {"bool": {"must": [{"term": {field: value}}], **self.admitted}}
        return self.candidates(query, shown=True)

    @cached_property
    def figures(self) -> Json:
        """Sizes of the index."""
        return self._client.ask("GET", f"{self._index},{self._index}-words/_stats/store,segments")


def _told(columns: Sequence[str], *, shown: bool) -> Json:
    """What of a search says which parts of the documents it gives."""
    found: Json = {"_source": True} if shown else {"stored_fields": "_none_"}
    return found | {"docvalue_fields": list(columns)}


def value_of(hit: Json, column: str) -> bytes:
    """A doc value of a document."""
    return b64decode(hit["fields"][column][0] + _PADDING)


def _ranked(hit: Json) -> Candidate:
    """A document with what ranking reads of it."""
    ranked = unpacked(value_of(hit, RANKED))
    prints = value_of(hit, PRINTS) if PRINTS in hit["fields"] else b""
    return Candidate(*ranked[:3], ranked, hit.get("_source"), prints)


def _placed(hit: Json) -> Candidate:
    """A document of some that are sorted by file, place and date."""
    file, place, date, *_ = hit["sort"]
    return Candidate(file, place, date, None, hit.get("_source"))
