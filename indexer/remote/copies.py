"""Which documents of a cluster are copies? Their prints and texts, as `copies` asks for them."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from indexer.codec.copies import Found
from indexer.copies.corpus import Contents, Corpus, Library, Record
from indexer.copies.finding import common_of, found_in, lines_of
from indexer.copies.grouping import Groups, grouped
from indexer.copies.lines import Recurring
from indexer.copies.pairs import pairs_among
from indexer.copies.prints import Grams
from indexer.folder.columns import Files
from indexer.remote.commit import OpenCommit, value_of
from indexer.remote.mapping import PRINTS, SHOWN, STORED, Json, document_name
from indexer.remote.prints import NOTHING, unpacked
from indexer.remote.source import Candidate
from indexer.remote.writer import PART_BITS

Ints = NDArray[Any]

_AT_ONCE = 5_000
"""Documents whose prints are taken apart together."""

_RECORDS_AT_ONCE = 500
_TEXTS_AT_ONCE = 64


class Lines(NamedTuple):
    """The lines that recur in folders, and the grams within them, which make no copies."""

    recurring: Sequence[Recurring] = ()
    common: Grams = np.zeros(0, np.uint32)


def texts_there(commit: OpenCommit, each_page: Callable[[], None] = lambda: None) -> Corpus:
    """All texts of a commit. each_page: called again and again while they are fetched."""
    pieces, places = [], []
    hits = commit.every({"bool": commit.admitted}, [PRINTS])
    whole = (hit for hit in hits if PRINTS in hit.get("fields", ()))
    while page := list(islice(whole, _AT_ONCE)):
        each_page()
        own = [(hit["sort"][0], hit["sort"][1]) for hit in page]
        pieces.append(PrintedDocuments([value_of(hit, PRINTS) for hit in page], own))
        places += own
    return Corpus(pieces, RemoteLibrary(commit, places))


def found_there(commit: OpenCommit, files: Files) -> tuple[Corpus, Found]:
    """All texts of a commit, and what there is to know of them, found anew."""
    corpus = texts_there(commit)
    return corpus, found_in(corpus, files)


def learnt_in(corpus: Corpus, files: Files) -> bytes:
    """The lines that recur in some texts, as they are kept."""
    recurring = lines_of(corpus, np.arange(corpus.size), None, files, ())
    if not recurring:
        return b""
    common = common_of(recurring).astype("<u4").tobytes()
    said = {"lines": recurring, "common": b64encode(common).decode("ascii")}
    return json.dumps(said).encode("ascii")


def lines_in(data: bytes) -> Lines:
    """The lines that were kept so; of nothing, none."""
    if not data:
        return Lines()
    said = json.loads(data)
    common = np.frombuffer(b64decode(said["common"]), "<u4")
    return Lines([Recurring(*line) for line in said["lines"]], common)


def groups_among(candidates: Sequence[Candidate], common: Grams, library: Library) -> Groups:
    """The groups of some documents of a cluster, by text: as if there were no others."""
    values = [candidate.prints or NOTHING for candidate in candidates]
    places = [(candidate.file, candidate.place) for candidate in candidates]
    corpus = Corpus([PrintedDocuments(values, places)], library)
    return grouped(corpus, pairs_among(corpus.distinct(np.arange(corpus.size)), common))


class PrintedDocuments:
    """Some documents of a cluster as `copies.corpus` takes them. places: (file, place) of each."""

    def __init__(self, values: Sequence[bytes], places: Sequence[tuple[int, int]]) -> None:
        self.prints, self.texts = unpacked(values)
        self.file_numbers: Ints = np.array([file for file, _ in places], np.int64)
        self.live = np.ones(len(values), np.bool_)


class RemoteLibrary:
    """Documents of a cluster, fetched in blocks. places: (file, place) of the last piece."""

    def __init__(self, commit: OpenCommit, places: Sequence[tuple[int, int]]) -> None:
        self._commit = commit
        self._places = places

    def records(self, docs: Iterable[int]) -> Iterator[Record]:
        """See Library."""
        for found in self._fetched(docs, _RECORDS_AT_ONCE, STORED):
            yield found[-1]["stored"]

    def contents(self, docs: Iterable[int]) -> Iterator[Contents]:
        """See Library."""
        for found in self._fetched(docs, _TEXTS_AT_ONCE, SHOWN):
            text = "".join(piece["text"] for piece in found)
            yield Contents(found[-1]["stored"], found[-1]["title"], text)

    def _fetched(
        self, docs: Iterable[int], at_once: int, fields: Sequence[str]
    ) -> Iterator[list[Json]]:
        """What is kept of the pieces of each document."""
        rest = iter(docs)
        while block := list(islice(rest, at_once)):
            names = [self._names(doc) for doc in block]
            wanted = dict.fromkeys((name for pieces in names for name in pieces), fields)
            found = self._commit.documents(wanted)
            for pieces in names:
                yield [found[name] for name in pieces]

    def _names(self, doc: int) -> list[str]:
        """The ids of the pieces of a document."""
        file, last = self._places[doc]
        first = last >> PART_BITS << PART_BITS
        return [document_name(file, place) for place in range(first, last + 1)]
