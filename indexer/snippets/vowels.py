"""Find documents with the vowel marks that a query requires.

Forms in the index have no marks; what words bear is noted beside them (`analyzers.notes`). A
document counts if the word has the marks in at least one place; for a phrase, all words in one
place. The marks of words near each other ("…"~5) are searched anywhere in the field, and those of a
word with a star are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from analyzers.notes import Notes
from analyzers.ranked import distinct_of, is_among, numbered
from analyzers.tokenizer import Tokenizer, shared_tokenizer
from indexer.codec.postings import slice_indices
from indexer.query.nodes import Leaf, PhraseQuery, QueryWord
from indexer.ranking.occurrences import places_of, postings_of
from indexer.ranking.resolve import Resolver
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import NO_DOCS, NO_SPANS, Docs, FieldSource, Segment, Spans, Written
from indexer.snippets.highlighter import Highlighter, Meetings, Phrase
from indexer.snippets.locate import sought_spans
from indexer.snippets.targets import targets_of_leaf

Mask = NDArray[np.bool_]
Places = NDArray[np.int64]
"""Of tokens: `i << 32 | token` for a token of the i-th of some documents, ascending."""


class MarksReader:
    """Reads the documents of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def bearing(self, leaf: Leaf, segment: Segment, docs: Docs) -> Mask:
        """Which of some documents of a segment hold the leaf with the marks it was written with."""
        sought = targets_of_leaf(leaf, Resolver.of(self._snapshot))
        highlighter = Highlighter(sought, shared_tokenizer())
        bearing = np.zeros(len(docs), np.bool_)
        for name in leaf.fields:
            source = segment.field(name)
            if source is None:
                continue
            met = self._met(leaf, source, segment, name, docs, highlighter)
            if isinstance(leaf, PhraseQuery) and leaf.slop is not None:
                bearing |= _near(met, highlighter, _different(leaf), len(docs))
            else:
                found = [met.of(target) for target in sought.loose]
                found += [_begins(phrase, met) for phrase in sought.phrases]
                for places in found:
                    bearing[places >> 32] = True
        return bearing

    def _met(
        self,
        leaf: Leaf,
        source: FieldSource,
        segment: Segment,
        field: str,
        docs: Docs,
        highlighter: Highlighter,
    ) -> _Met:
        """The tokens of some documents that meet a leaf as they are written."""
        terms = sought_spans(leaf, field, source, Resolver.of(self._snapshot))
        slots = _slots_of(np.concatenate([NO_SPANS, *terms]))
        each = np.stack([slots, slots + 1], axis=1)
        place_of = np.full(segment.size, -1, np.int64)
        place_of[docs] = np.arange(len(docs))
        postings = postings_of(source, each)
        owners = place_of.take(postings.docs)
        chosen = (owners >= 0).nonzero()[0]
        lengths, at = places_of(postings, chosen)
        terms_at = np.arange(len(slots)).repeat(postings.located.counts)
        places = owners.take(chosen).repeat(lengths) << 32 | source.positions(at)
        written = source.written(slots, at) or _read(segment, field, docs, places)
        kinds = terms_at.take(chosen).repeat(lengths) << 32 | written.kinds
        pairs, _, ways = numbered(kinds)
        forms = source.forms(each)
        both = [(pair >> 32, pair & 0xFFFFFFFF) for pair in pairs.tolist()]
        notes = {kind: written.note(kind) if kind else "" for kind in sorted({k for _, k in both})}
        meetings = [highlighter.admitted(forms[slot], notes[kind]) for slot, kind in both]
        order = places.argsort()
        return _Met(places.take(order), ways.take(order), meetings)


class _Met(NamedTuple):
    """Tokens, which ascend, and for each the number of what it meets, among `meetings`."""

    places: Places
    ways: NDArray[np.int64]
    meetings: list[Meetings]

    def of(self, target: int) -> Places:
        """The tokens that meet a target."""
        meeting = [any(met == target for met, _ in meetings) for meetings in self.meetings]
        return self.places[np.array(meeting, np.bool_).take(self.ways)]

    def by_document(self) -> Iterator[tuple[int, dict[int, Meetings]]]:
        """(a document, by token of it what that meets) of those with any, ascending."""
        found: dict[int, dict[int, Meetings]] = {}
        for place, way in zip(self.places.tolist(), self.ways.tolist(), strict=True):
            if self.meetings[way]:
                tokens = found.setdefault(place >> 32, {})
                tokens[place & 0xFFFFFFFF] = self.meetings[way]
        yield from found.items()


def _begins(phrase: Phrase, met: _Met) -> Places:
    """The tokens at which a phrase begins, found from its end."""
    length = max(way.last for way in phrase)
    found: dict[int, Places] = {}
    for way in sorted(phrase, key=lambda way: way.first, reverse=True):
        places = met.of(way.targets[0])
        for step, target in enumerate(way.targets[1:], 1):
            places = places[is_among(places + step, met.of(target))]
        if way.last != length:
            rest = found.get(way.last, NO_DOCS)
            places = places[is_among(places + len(way.targets), rest)]
        found[way.first] = distinct_of(np.concatenate([found.get(way.first, NO_DOCS), places]))
    return found.get(0, NO_DOCS)


def _near(met: _Met, highlighter: Highlighter, words: int, count: int) -> Mask:
    """Which documents have so many different words of a phrase, of `count` documents."""
    bearing = np.zeros(count, np.bool_)
    for place, tokens in met.by_document():
        chosen = highlighter.chosen(tokens)
        bearing[place] = len({target for target, _ in chosen.values()}) >= words
    return bearing


def _different(leaf: PhraseQuery) -> int:
    """How many words of a phrase must be seen: all that differ and have no name with others."""
    named = {at for first, last, _ in leaf.others for at in range(first, last)}
    words = [word for at, word in enumerate(leaf.words) if at not in named]
    return len({w.analysis.folded if isinstance(w, QueryWord) else str(w) for w in words})


def _slots_of(spans: Spans) -> NDArray[np.int64]:
    """The slots of some spans, of which some may be there twice, ascending."""
    return distinct_of(slice_indices(spans[:, 0], spans[:, 1] - spans[:, 0]))


def _read(segment: Segment, field: str, docs: Docs, places: Places) -> Written:
    """How words of some documents are written, in an index that does not store it: all is read."""
    tokenizer = Tokenizer()
    notes = Notes(tokenizer)
    found = [(NO_DOCS, NO_DOCS)]
    for first in range(0, len(docs), _PAGE):
        texts = [segment.text(docnum, field) for docnum in docs[first : first + _PAGE].tolist()]
        batch = tokenizer.tokenize_batch(texts)
        lengths = np.fromiter(map(len, tokenizer.forms), np.int64, len(tokenizer.forms))
        ways = notes.of_batch(texts, batch, lengths)
        if ways is not None:
            tokens = np.flatnonzero(ways)
            owners = batch.bounds.searchsorted(tokens, "right") - 1
            own = owners + first << 32 | tokens - batch.bounds.take(owners)
            found.append((own, notes.ways.kinds.take(ways.take(tokens))))
    noted, their_kinds = map(np.concatenate, zip(*found, strict=True))
    kinds = np.zeros(len(places), np.int64)
    here = is_among(places, noted).nonzero()[0]
    kinds[here] = their_kinds.take(noted.searchsorted(places.take(here)))
    return Written(kinds, notes.table.__getitem__)


_PAGE = 256
"""Documents whose texts are held at once."""
