"""The groups of copies in an index, for a person: how much they overlap, and what differs.

Here whole texts are compared, not samples.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice

import numpy as np

from analyzers.named import NamedTuple
from analyzers.ranked import distinct_of, is_among
from indexer.copies.corpus import Contents, Corpus, Library, Record
from indexer.copies.grouping import Groups, grouped
from indexer.copies.pairs import FOLDED_OVERLAP, STORED_OVERLAP, Pairs, overlap_of
from indexer.copies.prints import Grams, grams_of, hashes_in
from indexer.errors import OptionError
from indexer.folder.lookup import FileTable
from indexer.reports import Copy, CopyGroup, Difference
from indexer.schema import copy_within, part_of, part_span

_COMPARED_WORDS = 3000
"""Of a text, from its beginning, in which differences are looked for."""


class Known(NamedTuple):
    """The texts of an index, the pairs among them, and the grams that have no weight."""

    corpus: Corpus
    pairs: Pairs
    common: Grams


def duplicates(
    known: Callable[[], Known | None], files: FileTable, *, path: str | None, least: float | None
) -> Iterator[CopyGroup]:
    """See `Index.duplicates`. known: asked with the first group; None where nothing is."""
    wanted = FOLDED_OVERLAP if least is None else least
    if not STORED_OVERLAP <= wanted <= 1:
        raise OptionError(f"min_overlap is {wanted:g}: it is from {STORED_OVERLAP:g} to 1")
    below = None if path is None else files.at_or_below([path])[0]
    return _groups(known, files, below, wanted)


class _Member(NamedTuple):
    """A document of a group, or the part of it that is the copy; None for all of it."""

    doc: int
    part: int | None


def _groups(
    known: Callable[[], Known | None], files: FileTable, below: frozenset[int] | None, least: float
) -> Iterator[CopyGroup]:
    """The groups in the order of the paths of their first documents."""
    every = known()
    if every is None:
        return
    corpus = every.corpus
    groups = grouped(corpus, every.pairs, least)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for text in np.flatnonzero(groups).tolist():
        members[int(groups[text])].append(text)
    found = []
    for group, texts in members.items():
        if below is None or not below.isdisjoint(corpus.file_numbers.take(texts).tolist()):
            listed = _listed(group, texts, corpus, groups)
            if listed:
                found.append(listed)
    shown = _Shown(files, corpus.library, every.common)
    names = shown.names([listed[0].doc for listed in found])
    order = [listed for _, listed in sorted(zip(names, found, strict=True))]
    copies = shown.compared(order)
    for listed in order:
        yield CopyGroup(tuple(islice(copies, len(listed))))


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
        return [_Member(int(corpus.docs[text]), corpus.part_of(text)) for text in order]
    if group != min(parts[0]):
        return []
    first = {doc: span.start for doc, span in spans.items()}
    sizes = {doc: int(corpus.sizes[span].sum()) for doc, span in spans.items()}
    order = sorted(docs, key=lambda doc: (sizes[doc], corpus.keys[first[doc]], doc))
    return [_Member(doc, None) for doc in order]


class _Shown:
    """The documents of an index, compared in pairs."""

    def __init__(self, files: FileTable, library: Library, common: Grams) -> None:
        self._files = files
        self._library = library
        self._common = common

    def names(self, docs: Sequence[int]) -> Iterator[str]:
        """The path of each of some documents and its place within the file."""
        return map(self._name, self._library.records(docs))

    def _name(self, stored: Record) -> str:
        entry = self._files.entry(stored["file"])
        within = "" if entry.documents == 1 else copy_within(stored)
        return self._files.absolute(entry.path) + within

    def compared(self, groups: Sequence[Sequence[_Member]]) -> Iterator[Copy]:
        """The members of some groups, each compared with the first of its group."""
        contents = self._library.contents(member.doc for group in groups for member in group)
        for group in groups:
            first: list[str] = []
            first_grams: Grams = np.zeros(0, np.uint32)
            for number, member in enumerate(group):
                copy, text = self._copy(member, next(contents))
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

    def _copy(self, member: _Member, contents: Contents) -> tuple[Copy, str]:
        """(what there is to say of a member by itself, its text)."""
        stored, title, text = contents
        date = stored["date"] or None
        copy = Copy(self._name(stored), title, date, 0)
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
