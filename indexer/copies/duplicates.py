"""The groups of copies in an index, for a person: how much they overlap, and what differs.

Here whole texts are compared, not samples.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import numpy as np

from analyzers.named import NamedTuple
from analyzers.ranked import distinct_of, is_among
from indexer.codec.copies import Groups, StoredCopies
from indexer.codec.opened import OpenedIndex
from indexer.copies.corpus import Corpus
from indexer.copies.grouping import grouped
from indexer.copies.pairs import FOLDED_OVERLAP, STORED_OVERLAP, overlap_of
from indexer.copies.prints import Grams, grams_of, hashes_in
from indexer.errors import OptionError
from indexer.folder.lookup import FileTable
from indexer.ranking.snapshot import Snapshot
from indexer.reports import Copy, CopyGroup, Difference
from indexer.schema import copy_within, part_of, part_span

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
    return _groups(opened, stored, _Shown(files, snapshot, stored), below, wanted)


class _Member(NamedTuple):
    """A document of a group, or the part of it that is the copy; None for all of it."""

    doc: int
    part: int | None


def _groups(
    opened: OpenedIndex,
    stored: StoredCopies | None,
    shown: _Shown,
    below: frozenset[int] | None,
    least: float,
) -> Iterator[CopyGroup]:
    """The groups in the order of the paths of their first documents."""
    if stored is None:
        return
    corpus = Corpus([(segment.entry, segment.reader.container) for segment in opened.segments])
    groups = grouped(corpus, stored.pairs, least)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for text in np.flatnonzero(groups).tolist():
        members[int(groups[text])].append(text)
    found = []
    for group, texts in members.items():
        if below is None or not below.isdisjoint(corpus.file_numbers.take(texts).tolist()):
            listed = _listed(group, texts, corpus, groups)
            if listed:
                found.append((shown.name(listed[0].doc), listed))
    for _, listed in sorted(found):
        yield CopyGroup(tuple(shown.compared(listed)))


def _listed(group: int, texts: list[int], corpus: Corpus, groups: Groups) -> list[_Member]:
    """The members of a group, the shortest first; none if a group before it has the same ones.

    Where documents are copies in all their parts, which so make several groups, they are listed as
    whole documents with the first of these.
    """
    docs = dict.fromkeys(corpus.docs.take(texts).tolist())
    spans = {doc: slice(*corpus.docs.searchsorted((doc, doc + 1)).tolist()) for doc in docs}
    parts = [groups[span][corpus.has_grams[span]].tolist() for span in spans.values()]
    if parts.count(parts[0]) < len(parts) or 0 in parts[0]:
        order = sorted(texts, key=lambda text: (corpus.sizes[text], corpus.keys[text], text))
        return [_Member(int(corpus.docs[text]), corpus.place_of(text)[2]) for text in order]
    if group != min(parts[0]):
        return []
    first = {doc: span.start for doc, span in spans.items()}
    sizes = {doc: int(corpus.sizes[span].sum()) for doc, span in spans.items()}
    order = sorted(docs, key=lambda doc: (sizes[doc], corpus.keys[first[doc]], doc))
    return [_Member(doc, None) for doc in order]


class _Shown:
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

    def compared(self, members: Sequence[_Member]) -> Iterator[Copy]:
        """The members of a group, each compared with the first."""
        first: list[str] = []
        first_grams: Grams = np.zeros(0, np.uint32)
        for number, member in enumerate(members):
            copy, text = self._copy(member)
            words, grams = text.split(), self._grams(text)
            copy = copy._replace(words=len(words))
            if not number:
                first, first_grams = words, grams
                yield copy
                continue
            yield copy._replace(
                overlap=overlap_of(grams, first_grams),
                differences=tuple(differences(first, words)),
            )

    def _copy(self, member: _Member) -> tuple[Copy, str]:
        """(what there is to say of a member by itself, its text)."""
        segment, docnum = self._snapshot.locate(member.doc)
        stored, text = segment.record(docnum), segment.text(docnum, "text")
        title, date = segment.text(docnum, "title"), stored["date"] or None
        copy = Copy(self.name(member.doc), title, date, 0)
        part = None if member.part is None else part_of(stored, member.part)
        if member.part is None or part is None:
            return copy, text
        copy = copy._replace(
            date=part.date or date,
            part=member.part,
            line=part.line,
            part_title=part.title or None,
        )
        return copy, text[slice(*part_span(stored, member.part, len(text)) or ())]

    def _grams(self, text: str) -> Grams:
        (hashes,) = hashes_in([text])
        grams = distinct_of(grams_of(hashes))
        own: Grams = grams[~is_among(grams, self._common)]
        return own


def differences(first: Sequence[str], other: Sequence[str]) -> Iterator[Difference]:
    """What two texts, as words, have otherwise."""
    one, two = first[:_COMPARED_WORDS], other[:_COMPARED_WORDS]
    matcher = SequenceMatcher(None, one, two, autojunk=False)
    for kind, low, high, from_, to in matcher.get_opcodes():
        if kind != "equal":
            yield Difference(" ".join(one[low:high]), " ".join(two[from_:to]))
