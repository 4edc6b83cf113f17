"""How do documents get to a cluster? In bulk, from worker processes that read and analyse them.

Each document has the id FILE-PLACE, so a request that is sent again changes nothing. Requests are
kept far below what a cluster takes; what it refuses because it is busy is sent again after a while.
While some are on their way, the next ones are made. Words go to the lexicon when all documents of a
worker are sent, but for those that it has. Nothing that is written is part of the index before the
head is (`head`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import numpy as np

from analyzers.named import NamedTuple
from indexer.codec.build.parallel import build_with
from indexer.codec.build.series import build_here
from indexer.remote.address import Address
from indexer.remote.analysis import Document, Known, Terms, as_json, prepared
from indexer.remote.client import AT_ONCE, PATIENT, Client, ClusterError, overtaken
from indexer.remote.columns import Numbers
from indexer.remote.head import Lease
from indexer.remote.lexicon import found_words
from indexer.remote.mapping import RUN_BITS, Json, document_name

Unit = TypeVar("Unit")

BULK_BYTES = 4 << 20
"""A request is sent when it has grown so large."""

DOCUMENTS_AT_ONCE = 1024
CHARS_AT_ONCE = 1 << 20
"""Documents are analysed when there are this many, or this many characters in them."""

MOST_CHARS = 3 << 20
"""Of a text in one document: with its terms it is a request of about 15 MB. A longer one is cut."""

MOST_FORMS = 1 << 20
"""A worker sends its words when it has met so many, and forgets them, to bound memory."""

_STEMS_AT_ONCE = 2_000
"""Stems whose known forms are asked for in one request."""

PART_BITS = 16

_DELETED_AT_ONCE = 20_000
_WAITS_S = (0.1, 0.3, 1, 2, 4, 8, 15, 15, 15)
_GONE = 404
"""What is answered where the gate, or the index behind it, is no more."""

_ANSWERED = "errors,items.*.status,items.*.error"
"""What of an answer is read."""


class Bulk:
    """Requests of many documents. Raises ClusterError for what the cluster will not take."""

    def __init__(self, client: Client, sleep: Callable[[float], None] | None = None) -> None:
        self._client = client
        self._sleep = sleep or client.sleep
        self._senders = ThreadPoolExecutor(AT_ONCE)
        self._sent: list[Future[None]] = []
        self._index = ""
        self._items: list[tuple[str, str]] = []
        self._bytes = 0

    def add(self, index: str, name: str | None, source: str) -> None:
        """Add a document to an index, by a name or by one that the cluster gives it.

        A request may be sent.
        """
        said = {} if name is None else {"_id": name}
        line = as_json({"index": said})
        size = len(line) + 3 * len(source) // 2
        if self._items and (index != self._index or self._bytes + size > BULK_BYTES):
            self._post()
        self._index = index
        self._items.append((line, source))
        self._bytes += size

    def refresh(self, index: str) -> None:
        """Have the cluster sort in what it has of an index, while more is sent to others."""
        self._post()
        self._await(AT_ONCE - 1)
        self._sent.append(self._senders.submit(self._client.refresh, index))

    def send(self) -> None:
        """Send what waits, and wait until the cluster has everything."""
        self._post()
        self._await(0)

    def close(self) -> None:
        """Send nothing more."""
        self._senders.shutdown(cancel_futures=True)

    def _post(self) -> None:
        items, self._items, self._bytes = self._items, [], 0
        if items:
            self._await(AT_ONCE)
            self._sent.append(self._senders.submit(self._carry, self._index, items))

    def _await(self, most: int) -> None:
        """Wait until so many requests at most are on their way."""
        while len(self._sent) > most:
            self._sent.pop(0).result()

    def _carry(self, index: str, items: list[tuple[str, str]]) -> None:
        """Send some documents; whatever the cluster was too busy for, again and again."""
        for wait in (*_WAITS_S, None):
            lines = [line for item in items for line in item]
            answer = self._client.lines(
                f"{index}/_bulk", lines, require_alias="true", filter_path=_ANSWERED
            )
            if not answer["errors"]:
                return
            items = [
                item
                for item, told in zip(items, answer["items"], strict=True)
                if self._is_refused_for_now(told["index"])
            ]
            if items and wait is not None:
                self._sleep(wait)
        if items:
            raise ClusterError("the cluster is too busy to take more: run it again later")

    def _is_refused_for_now(self, result: Json) -> bool:
        """Whether a document is to be sent again. Raises ClusterError where that will not help."""
        status = result["status"]
        if status == _GONE:
            raise overtaken(self._client.address)
        if 400 <= status < 500 and status != 429:
            reason = result.get("error")
            said = reason.get("reason") if isinstance(reason, dict) else reason
            raise ClusterError(f"the cluster refused a document ({status}): {str(said)[:300]}")
        return bool(status >= 400)


class Place(NamedTuple):
    """Where a run writes.

    documents, words: the gates to them. first_number: of the files that it adds. knows: that there
    are words.
    """

    documents: str
    words: str
    first_number: int
    knows: bool


class Made(NamedTuple):
    """What one worker sent: documents, and forms that the lexicon did not have, by number."""

    documents: int
    forms: Numbers


class RemoteSeries:
    """What one worker sends. See `codec.build.series.Series`."""

    def __init__(self, address: Address, place: Place) -> None:
        self._client = Client(address, patience=PATIENT)
        self._bulk = Bulk(self._client)
        self._to = place
        self._terms = Terms()
        self._batch = 0
        self._forms: list[Numbers] = []
        self._waiting: list[Document] = []
        self._places: list[int] = []
        self._chars = 0
        self._count = 0
        self._file, self._place = -1, 0

    def add(self, document: Document) -> None:
        """Add a document, in the order of its file."""
        if len(self._terms) > MOST_FORMS:
            self._send_waiting()
            self._send_words()
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
            self._bulk.add(self._to.documents, name, source)
        self._count += len(waiting)

    def _send_words(self) -> None:
        """Add the forms met so far to the lexicon, but for those that are there."""
        knows = self._to.knows or self._batch > 0
        known = self._known(self._terms.distinct_stems()) if knows else {}
        worker = (os.getpid() << 10 | self._batch & 0x3FF) % (1 << RUN_BITS)
        told: list[int] = []
        for word, forms in self._terms.words(self._to.first_number << RUN_BITS | worker, known):
            self._bulk.add(self._to.words, None, word)
            told += forms
        self._forms.append(self._terms.numbers(told))
        self._terms = Terms()
        self._batch += 1

    def _known(self, stems: Sequence[str]) -> Known:
        """The forms of some stems that the lexicon lists."""
        if self._batch:
            self._bulk.send()
            self._client.refresh(self._to.words)
        found: dict[str, set[str]] = {}
        for first in range(0, len(stems), _STEMS_AT_ONCE):
            some = {"terms": {"s": stems[first : first + _STEMS_AT_ONCE]}}
            for word in found_words(self._client, self._to.words, some, ("s", "u")):
                found.setdefault(word["s"], set()).update(word["u"])
        return {stem: frozenset(forms) for stem, forms in found.items()}

    def finish(self) -> list[Made]:
        """Send what is left; what it was in all."""
        self._send_waiting()
        self._bulk.refresh(self._to.documents)
        self._send_words()
        self._bulk.send()
        self._bulk.close()
        return [Made(self._count, np.concatenate(self._forms))]

    def remove(self) -> None:
        """Send nothing more. What was sent is no part of the index, and the next run removes it."""
        self._bulk.close()


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

    def __init__(self, client: Client, lease: Lease, place: Place, generation: int) -> None:
        self._client = client
        self._lease = lease
        self._place = place
        self.generation = generation
        self.gone: list[int] = []
        self.notes: list[str] = []
        self.forms = 0
        """Forms that this run added to the lexicon."""

    def build(
        self,
        units: Sequence[Unit],
        read: Callable[[Unit], Iterable[dict[str, Any] | Any]],
        *,
        processes: int = 2,
        on_message: Callable[[Any], None] | None = None,
    ) -> int:
        """See `ColumnarWriter.build`."""
        begin = partial(RemoteSeries, self._client.address, self._place)

        def tell(message: Any) -> None:
            self._lease.keep()
            if on_message is not None:
                on_message(message)

        workers = min(processes, len(units))
        if workers > 1:
            made = build_with(workers, begin, units, read, tell, self._lease.keep)
        else:
            made = build_here(begin(), units, read, tell)
        self.forms += len(np.unique(np.concatenate([some.forms for some in made])))
        return sum(some.documents for some in made)

    def delete_by_values(self, fieldname: str, values: Iterable[int]) -> None:
        """Files whose documents are no part of the index from the next commit on."""
        assert fieldname == "file"  # noqa: S101  nothing else is deleted by
        self.gone += values

    def cancel(self) -> None:
        """Remove what was written."""
        self.remove({"range": {"file": {"gte": self._place.first_number}}})
        self.remove_words()

    def refresh(self) -> None:
        """Let what was written be seen."""
        self._client.refresh(f"{self._place.documents},{self._place.words}")

    def remove(self, query: Json) -> int:
        """Delete the documents that answer a query; how many there were."""
        return self._remove(self._place.documents, query)

    def remove_words(self) -> int:
        """Delete the words of this run, and of killed ones; how many there were."""
        least = self._place.first_number << RUN_BITS
        return self._remove(self._place.words, {"range": {"n": {"gte": least}}})

    def _remove(self, index: str, query: Json) -> int:
        self._lease.keep()
        self.refresh()
        total = 0
        while True:
            self._lease.keep()
            answer = self._client.ask(
                "POST", f"{index}/_delete_by_query", {"query": query},
                max_docs=_DELETED_AT_ONCE, conflicts="proceed", refresh="true",
            )  # fmt: skip
            total += int(answer["deleted"])
            if answer["deleted"] < _DELETED_AT_ONCE and not answer["version_conflicts"]:
                return total
