"""The groups of copies in an index, for a person: how much they overlap, and what differs.

Here whole texts are compared, not samples.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import numpy as np

from analyzers.ranked import distinct_of, is_among
from analyzers.tokenizer import shared_tokenizer
from indexer.codec.copies import StoredCopies
from indexer.codec.opened import OpenedIndex
from indexer.copies.pairs import FOLDED_OVERLAP, STORED_OVERLAP
from indexer.copies.prints import Grams, grams_of, hashes_of
from indexer.copies.renewal import Corpus, Docs, grouped
from indexer.errors import OptionError
from indexer.folder.lookup import FileTable
from indexer.ranking.snapshot import Snapshot
from indexer.reports import Copy, CopyGroup, Difference
from indexer.schema import copy_within

_COMPARED_WORDS = 3000
"""Of a text, from its beginning, in which differences are looked for."""


def duplicates(
    opened: OpenedIndex,
    stored: StoredCopies | None,
    files: FileTable,
    snapshot: Snapshot,
    *,
    path: str | None,
    least: float | None,
) -> Iterator[CopyGroup]:
    """See `Index.duplicates`."""
    wanted = FOLDED_OVERLAP if least is None else least
    if not STORED_OVERLAP <= wanted <= 1:
        raise OptionError(f"min_overlap is {wanted:g}: it is from {STORED_OVERLAP:g} to 1")
    below = None if path is None else files.at_or_below([path])[0]
    return _groups(opened, stored, _Texts(files, snapshot, stored), below, wanted)


def _groups(
    opened: OpenedIndex,
    stored: StoredCopies | None,
    texts: _Texts,
    below: frozenset[int] | None,
    least: float,
) -> Iterator[CopyGroup]:
    """The groups in the order of the paths of their first documents."""
    if stored is None:
        return
    corpus = Corpus([(segment.entry, segment.reader.container) for segment in opened.segments])
    groups = grouped(corpus, stored.pairs, least)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for doc in np.flatnonzero(groups).tolist():
        members[int(groups[doc])].append(doc)
    found = []
    for docs in members.values():
        if below is None or not below.isdisjoint(corpus.file_numbers.take(docs).tolist()):
            order = sorted(docs, key=lambda doc: (corpus.sizes[doc], corpus.keys[doc], doc))
            found.append((texts.name(order[0]), order))
    for _, docs in sorted(found):
        yield CopyGroup(tuple(texts.compared(docs)))


class _Texts:
    """The documents of an index, compared in pairs."""

    def __init__(self, files: FileTable, snapshot: Snapshot, stored: StoredCopies | None) -> None:
        self._files = files
        self._snapshot = snapshot
        self._common: Grams = np.zeros(0, np.uint32) if stored is None else stored.common

    def name(self, doc: int) -> str:
        """The path of a document and its place within the file."""
        segment, docnum = self._snapshot.locate(doc)
        stored = segment.record(docnum)
        entry = self._files.by_number[stored["file"]]
        within = "" if entry.documents == 1 else copy_within(stored)
        return self._files.absolute(entry.path) + within

    def compared(self, docs: Docs | Sequence[int]) -> Iterator[Copy]:
        """The documents, each compared with the first."""
        first: list[str] = []
        first_grams: Grams = np.zeros(0, np.uint32)
        for number, doc in enumerate(docs):
            segment, docnum = self._snapshot.locate(int(doc))
            text = segment.text(docnum, "text")
            words, grams = text.split(), self._grams(text)
            copy = Copy(
                self.name(int(doc)),
                segment.text(docnum, "title"),
                segment.record(docnum)["date"] or None,
                len(words),
            )
            if not number:
                first, first_grams = words, grams
                yield copy
                continue
            shared = int(is_among(grams, first_grams).sum())
            fewer = min(len(grams), len(first_grams))
            yield copy._replace(
                overlap=shared / fewer if fewer else 1.0,
                differences=tuple(differences(first, words)),
            )

    def _grams(self, text: str) -> Grams:
        tokenizer = shared_tokenizer()
        ids = tokenizer.tokenize(text).form_ids.tolist()
        grams = distinct_of(grams_of(hashes_of(tokenizer.forms[i] for i in ids)))
        own: Grams = grams[~is_among(grams, self._common)]
        return own


def differences(first: Sequence[str], other: Sequence[str]) -> Iterator[Difference]:
    """What two texts, as words, have otherwise."""
    one, two = first[:_COMPARED_WORDS], other[:_COMPARED_WORDS]
    matcher = SequenceMatcher(None, one, two, autojunk=False)
    for kind, low, high, from_, to in matcher.get_opcodes():
        if kind != "equal":
            yield Difference(" ".join(one[low:high]), " ".join(two[from_:to]))
