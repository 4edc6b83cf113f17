"""Which documents of a cluster are copies? Their prints and texts, as `copies` asks for them."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.codec.copies import Found
from indexer.copies.corpus import Contents, Corpus, Record
from indexer.copies.finding import found_in
from indexer.folder.columns import Files
from indexer.remote.client import ClusterError
from indexer.remote.commit import OpenCommit
from indexer.remote.mapping import PRINTS, Json
from indexer.remote.prints import unpacked
from indexer.remote.writer import PART_BITS

Ints = NDArray[Any]

_AT_ONCE = 5_000
"""Documents whose prints are taken apart together."""

_RECORDS_AT_ONCE = 500
_TEXTS_AT_ONCE = 64


def found_there(commit: OpenCommit, files: Files) -> tuple[Corpus, Found]:
    """All texts of a commit, and what there is to know of them, found anew."""
    pieces, places = [], []
    hits = commit.every({"bool": commit.admitted}, columns=[PRINTS])
    whole = (hit for hit in hits if PRINTS in hit.get("fields", ()))
    while page := list(islice(whole, _AT_ONCE)):
        pieces.append(PrintedHits(page))
        places += [(hit["sort"][0], hit["sort"][1]) for hit in page]
    corpus = Corpus(pieces, RemoteLibrary(commit, places))
    return corpus, found_in(corpus, files)


class PrintedHits:
    """Some documents of a cluster as `copies.corpus` takes them."""

    def __init__(self, hits: Sequence[Json]) -> None:
        values = [base64.b64decode(hit["fields"][PRINTS][0] + "==") for hit in hits]
        self.prints, self.texts = unpacked(values)
        self.file_numbers: Ints = np.array([hit["sort"][0] for hit in hits], np.int64)
        self.live = np.ones(len(hits), np.bool_)


class RemoteLibrary:
    """Documents of a cluster, fetched in blocks. places: (file, place) of the last piece of each.

    Raises ClusterError where one is gone since.
    """

    def __init__(self, commit: OpenCommit, places: Sequence[tuple[int, int]]) -> None:
        self._commit = commit
        self._places = places

    def records(self, docs: Iterable[int]) -> Iterator[Record]:
        """See Library."""
        for found in self._fetched(docs, _RECORDS_AT_ONCE, ["stored"]):
            yield found[-1]["stored"]

    def contents(self, docs: Iterable[int]) -> Iterator[Contents]:
        """See Library."""
        for found in self._fetched(docs, _TEXTS_AT_ONCE, ["stored", "title", "text"]):
            text = "".join(piece["text"] for piece in found)
            yield Contents(found[-1]["stored"], found[-1]["title"], text)

    def _fetched(
        self, docs: Iterable[int], at_once: int, fields: Sequence[str]
    ) -> Iterator[list[Json]]:
        """What is kept of the pieces of each document."""
        rest = iter(docs)
        while block := list(islice(rest, at_once)):
            names = [self._names(doc) for doc in block]
            wanted = list(dict.fromkeys(name for pieces in names for name in pieces))
            found = {hit["_id"]: hit["_source"] for hit in self._commit.documents(wanted, fields)}
            if len(found) < len(wanted):
                raise ClusterError("the index was changed meanwhile: run it again")
            for pieces in names:
                yield [found[name] for name in pieces]

    def _names(self, doc: int) -> list[str]:
        """The ids of the pieces of a document."""
        file, last = self._places[doc]
        first = last >> PART_BITS << PART_BITS
        return [f"{file}-{place}" for place in range(first, last + 1)]
