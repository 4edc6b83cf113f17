"""How do documents get to a cluster? In bulk, from worker processes that read and analyse them.

Each document has the id FILE-PLACE, so a request that is sent again changes nothing. Requests are
kept far below what a cluster takes; what it refuses because it is busy is sent again after a while.
Nothing that is written is part of the index before the head is (`head`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from indexer.codec.build.parallel import build_with
from indexer.codec.build.series import build_here
from indexer.remote.address import Address
from indexer.remote.analysis import Document, Terms, prepared
from indexer.remote.client import PATIENT, Client, ClusterError
from indexer.remote.head import Lease
from indexer.remote.mapping import Json, document_name

Unit = TypeVar("Unit")

BULK_BYTES = 4 << 20
"""A request is sent when it has grown so large."""

DOCUMENTS_AT_ONCE = 256
CHARS_AT_ONCE = 1 << 18

MOST_CHARS = 3 << 20
"""Of a text in one document: with its terms it is a request of about 35 MB. A longer one is cut."""

PART_BITS = 16

_DELETED_AT_ONCE = 20_000
_WAITS_S = (0.1, 0.3, 1, 2, 4, 8, 15, 15, 15)
_NONE = (404, 409)
"""What is answered where a word is there already."""


class Bulk:
    """Requests of many documents. Raises ClusterError for what the cluster will not take."""

    def __init__(self, client: Client, sleep: Callable[[float], None] | None = None) -> None:
        self._client = client
        self._sleep = sleep or client.sleep
        self._items: list[tuple[str, str]] = []
        self._bytes = 0
        self.sent_bytes = 0

    def add(self, action: Json, source: str) -> None:
        """Add one; a request may be sent."""
        line = json.dumps(action)
        size = len(line) + 3 * len(source) // 2
        if self._items and self._bytes + size > BULK_BYTES:
            self.send()
        self._items.append((line, source))
        self._bytes += size

    def send(self) -> None:
        """Send what waits; whatever the cluster was too busy for, again and again."""
        items, self._items, self._bytes = self._items, [], 0
        for wait in (*_WAITS_S, None):
            if not items:
                return
            answer = self._client.lines("_bulk", [line for item in items for line in item])
            busy = []
            for item, told in zip(items, answer["items"], strict=True):
                (result,) = told.values()
                if result["status"] == 429 or result["status"] >= 500:
                    busy.append(item)
                elif result["status"] >= 400 and result["status"] not in _NONE:
                    raise ClusterError(_refusal(result))
            items = busy
            if items and wait is None:
                raise ClusterError("the cluster is too busy to take more: run it again later")
            if items and wait is not None:
                self._sleep(wait)


def _refusal(result: Json) -> str:
    reason = result.get("error")
    said = reason.get("reason") if isinstance(reason, dict) else reason
    return f"the cluster refused a document ({result['status']}): {str(said)[:300]}"


class RemoteSeries:
    """What one worker sends. See `codec.build.series.Series`."""

    def __init__(self, address: Address, documents: str, words: str) -> None:
        self._bulk = Bulk(Client(address, patience=PATIENT))
        self._documents, self._words = documents, words
        self._terms = Terms()
        self._waiting: list[Document] = []
        self._places: list[int] = []
        self._chars = 0
        self._count = 0
        self._file, self._place = -1, 0

    def add(self, document: Document) -> None:
        """Add a document, in the order of its file."""
        self._place = self._place + 1 if document["file"] == self._file else 0
        self._file = document["file"]
        for part, piece in enumerate(cut(document)):
            self._waiting.append(piece)
            self._places.append(self._place << PART_BITS | part)
            self._chars += len(piece["text"] or "")
            if len(self._waiting) >= DOCUMENTS_AT_ONCE or self._chars >= CHARS_AT_ONCE:
                self._send_waiting()

    def _send_waiting(self) -> None:
        waiting, places = self._waiting, self._places
        self._waiting, self._places, self._chars = [], [], 0
        sources = prepared(self._terms, waiting, places)
        for document, place, source in zip(waiting, places, sources, strict=True):
            name = document_name(document["file"], place)
            self._bulk.add({"index": {"_index": self._documents, "_id": name}}, source)
        for name, word in self._terms.fresh_words():
            source = json.dumps(word, ensure_ascii=False)
            self._bulk.add({"create": {"_index": self._words, "_id": name}}, source)
        self._count += len(waiting)

    def finish(self) -> list[int]:
        """Send what is left; how many documents there were."""
        self._send_waiting()
        self._bulk.send()
        return [self._count]

    def remove(self) -> None:
        """Nothing: what was sent is no part of the index, and the next run removes it."""


def cut(document: Document) -> Iterator[Document]:
    """A document, or where its text is too long for a request, pieces of it cut at line ends."""
    text = document["text"] or ""
    if len(text) <= MOST_CHARS:
        yield document
        return
    first, line = 0, document["line"]
    while first < len(text):
        last = len(text)
        if last - first > MOST_CHARS:
            last = text.rfind("\n", first + MOST_CHARS // 2, first + MOST_CHARS) + 1
            last = last or first + MOST_CHARS
        piece = {"text": text[first:last], "cut": line, "layout": None, "parts": None}
        yield document | piece | {"_parts_text": (), "_goes_on": last < len(text)}
        line += text.count("\n", first, last)
        first = last


class RemoteWriter:
    """One run that writes; what it does is seen when the head is written."""

    def __init__(
        self,
        client: Client,
        lease: Lease,
        documents: str,
        words: str,
        first_number: int,
        generation: int,
    ) -> None:
        """first_number: of the files that this run adds."""
        self._client = client
        self._lease = lease
        self._documents, self._words = documents, words
        self._first_number = first_number
        self.generation = generation
        self.gone: list[int] = []
        self.notes: list[str] = []

    def build(
        self,
        units: Sequence[Unit],
        read: Callable[[Unit], Iterable[dict[str, Any] | Any]],
        *,
        processes: int = 2,
        on_message: Callable[[Any], None] | None = None,
    ) -> int:
        """See `ColumnarWriter.build`."""
        begin = partial(RemoteSeries, self._client.address, self._documents, self._words)

        def tell(message: Any) -> None:
            self._lease.keep()
            if on_message is not None:
                on_message(message)

        workers = min(processes, len(units))
        if workers > 1:
            return sum(build_with(workers, begin, units, read, tell, self._lease.keep))
        return sum(build_here(begin(), units, read, tell))

    def delete_by_values(self, fieldname: str, values: Iterable[int]) -> None:
        """Files whose documents are no part of the index from the next commit on."""
        assert fieldname == "file"  # noqa: S101  nothing else is deleted by
        self.gone += values

    def cancel(self) -> None:
        """Remove what was written."""
        self.remove({"range": {"file": {"gte": self._first_number}}})

    def refresh(self) -> None:
        """Let what was written be seen."""
        self._client.ask("POST", f"{self._documents},{self._words}/_refresh")

    def remove(self, query: Json) -> int:
        """Delete the documents that answer a query; how many there were."""
        self.refresh()
        total = 0
        while True:
            self._lease.keep()
            answer = self._client.ask(
                "POST", f"{self._documents}/_delete_by_query", {"query": query},
                max_docs=_DELETED_AT_ONCE, conflicts="proceed", refresh="true",
            )  # fmt: skip
            total += int(answer["deleted"])
            if answer["deleted"] < _DELETED_AT_ONCE and not answer["version_conflicts"]:
                return total
