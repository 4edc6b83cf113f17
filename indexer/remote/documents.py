"""Which document of a cluster does a name mean, and which words does it hold?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, cast

import numpy as np

from analyzers.analyzer import analyze_form
from analyzers.normalizer import unmark
from indexer.folder.catalogue import Catalogue
from indexer.folder.lookup import FileTable
from indexer.ranking.similar import Sample
from indexer.ranking.source import Docs
from indexer.reading.documents import Documents, Found
from indexer.remote.commit import OpenCommit
from indexer.remote.lexicon import Lexicon
from indexer.remote.mapping import Json
from indexer.remote.source import Candidate, CandidateSegment
from indexer.remote.writer import PART_BITS
from indexer.reports import TermStats
from indexer.schema import FORM_FIELDS

if TYPE_CHECKING:
    from indexer.results import TermSortKey

_COUNTED_AT_ONCE = 1_000


class RemoteDocuments(Documents):
    """The documents of one commit, by name; a long text that was cut is whole again."""

    def __init__(
        self,
        commit: OpenCommit,
        catalogue: Catalogue,
        files: FileTable,
        found: Sequence[Candidate],
    ) -> None:
        self._commit = commit
        self._size = len(found)
        super().__init__(commit.snapshot_of(found, commit.statistics()), catalogue, files)

    def all(self) -> Docs:
        """All documents at hand."""
        return np.arange(self._size)

    def sample(self, name: str, line: int | None) -> tuple[str, Sample]:
        """The id on the cluster, and the words, of the document that `document` would give."""
        segment, docnum, _ = self._placed(name, line)[0]
        assert isinstance(segment, CandidateSegment)  # noqa: S101  as `snapshot_of` makes it
        texts = (segment.text(docnum, field) for field in FORM_FIELDS)
        return segment.candidates[docnum].name, Sample(*texts)

    def _of_file(self, number: int) -> list[Found]:
        return self._found("file", number)

    def _of_id(self, name: str) -> list[Found]:
        return self._found("record", name)

    def _found(self, field: str, value: str | int) -> list[Found]:
        found = whole(self._commit.where(field, value))
        snapshot = self._commit.snapshot_of(found, self._commit.statistics())
        places = map(snapshot.locate, range(len(found)))
        return [Found(segment, docnum, segment.record(docnum)) for segment, docnum in places]


def whole(pieces: Iterator[Candidate]) -> list[Candidate]:
    """Documents in the order of their files, as they are shown; the pieces of each put together."""
    found: list[Candidate] = []
    for piece in pieces:
        shown = cast("Json", piece.shown)
        if piece.place % (1 << PART_BITS) and found:
            cast("Json", found[-1].shown)["text"] += shown["text"]
        else:
            found.append(piece)
    return found


def terms_of(
    lexicon: Lexicon, pattern: str, limit: int | None, sort: TermSortKey
) -> Iterator[TermStats]:
    """See `Index.terms`; what occurs no more is left out. Sorted by counts, all are read first."""
    pieces = [unmark(piece) for piece in pattern.split("*")]
    pieces = pieces if len(pieces) > 1 else [*pieces, ""]
    if sort == "alphabet":
        return islice(_counted(lexicon, lexicon.fitting(pieces, limit)), limit)
    found = list(_counted(lexicon, lexicon.fitting(pieces, None)))
    amount = attrgetter("collection_frequency" if sort == "count" else "document_frequency")
    return islice(sorted(found, key=lambda term: -amount(term)), limit)


def _counted(lexicon: Lexicon, forms: Iterator[str]) -> Iterator[TermStats]:
    """The numbers of some forms."""
    while page := list(islice(forms, _COUNTED_AT_ONCE)):
        for form in page:
            lexicon.note_count("u", form)
        lexicon.fetch()
        for form in page:
            counts = [lexicon.count(field, "u", form) for field in FORM_FIELDS]
            occurrences = sum(count.occurrences for count in counts)
            if occurrences:
                a = analyze_form(form)
                held = max(count.documents for count in counts)
                yield TermStats(form, a.folded, a.stem, a.root, held, occurrences)
