"""Find the documents in which words occur together, and how often. Positions are sorted keys.

A place is one number, docnum << 32 | position, so that finding a phrase is intersecting sorted
arrays of places, each shifted back by the word's place in the phrase. Only documents that hold all
the words are looked at, so that a rare word makes a phrase cheap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from analyzers.ranked import changes, distinct_of, is_among
from indexer.query.nodes import stretches
from indexer.ranking.occurrences import gathered, occurrences_of
from indexer.ranking.source import NO_SPANS, Docs, FieldSource, Gathered, Located, Spans

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]

DOC_SHIFT = 32

NOWHERE: Places = np.zeros(0, np.int64)


def places_of(source: FieldSource, postings: Gathered, admitted: Mask) -> Places:
    """The places of some terms in the admitted documents, ascending. admitted: bool by docnum."""
    chosen = admitted.take(postings.docs).nonzero()[0]
    if not len(chosen):
        return NOWHERE
    keys = postings.docs.take(chosen).astype(np.int64)
    keys <<= DOC_SHIFT
    counts, positions = occurrences_of(source, postings, chosen)
    keys = keys.repeat(counts)
    keys += positions
    keys.sort(kind="stable")
    return keys


class Named(NamedTuple):
    """Where words lie that may stand for the words `first` to `last` of a phrase, exclusive."""

    first: int
    last: int
    words: tuple[Located, ...]


class PhrasePlaces(NamedTuple):
    """Where the terms of a phrase lie in one field of one segment.

    words: of each of its words; others: of other names for some of them.
    """

    words: tuple[Located, ...]
    others: tuple[Named, ...] = ()

    @property
    def all_words(self) -> tuple[Located, ...]:
        """Of its own words and of all names."""
        return (*self.words, *(word for name in self.others for word in name.words))

    @property
    def ways(self) -> list[Named]:
        """What may stand in the phrase, from which of its words to which; the last ones first.

        Its own words are cut where another name begins or ends. With a name for the words 1 and 2
        of four, it goes from 0 to 1, from there by the name or by the own words to 3, then to 4.
        """
        cut = stretches(len(self.words), ((name.first, name.last) for name in self.others))
        own = [Named(first, last, self.words[first:last]) for first, last in cut]
        ways = [way for way in (*own, *self.others) if all(word.total for word in way.words)]
        return sorted(ways, key=lambda way: way.first, reverse=True)


def united(spans: Sequence[Spans]) -> Spans:
    """Spans that may overlap as ascending ones that do not."""
    every = np.concatenate([NO_SPANS, *spans])
    if len(every) < 2:
        return every
    firsts, lasts = every.take(every[:, 0].argsort(kind="stable"), axis=0).T
    reached = np.maximum.accumulate(lasts)
    begins = np.concatenate([[0], (firsts[1:] > reached[:-1]).nonzero()[0] + 1])
    ends = np.concatenate([begins[1:], [len(firsts)]]) - 1
    return np.stack([firsts.take(begins), reached.take(ends)], axis=1)


def phrase_frequencies(
    phrase: PhrasePlaces, slop: int | None, source: FieldSource
) -> tuple[Docs, NDArray[np.float64]]:
    """Ascending docnums that hold the words as a phrase, and in how many places each."""
    starts = phrase_starts(phrase, slop, source)
    if not len(starts):
        return NOWHERE, np.zeros(0)
    docs = starts >> DOC_SHIFT
    firsts = changes(docs).nonzero()[0]
    lasts = np.concatenate([firsts[1:], [len(docs)]])
    return docs.take(firsts), (lasts - firsts).astype(np.float64)


def phrase_starts(phrase: PhrasePlaces, slop: int | None, source: FieldSource) -> Places:
    """The places in which the words stand as a phrase, ascending: where it begins.

    `slop` is None for the words in order with nothing between; else a place is where they end.
    """
    ways = phrase.ways
    ordered = (word for way in ways for word in way.words)
    wanted = ordered if slop is None else phrase.all_words
    distinct = {word.spans.tobytes(): word for word in wanted if word.total}
    postings = {key: gathered(source, located) for key, located in distinct.items()}
    admitted = _holding_all(ways, postings, len(phrase.words))
    if admitted is None:
        return NOWHERE
    places = {key: places_of(source, found, admitted) for key, found in postings.items()}
    if slop is None:
        return _ordered(ways, places, len(phrase.words))
    return _near(_places_by_word(phrase, places), len(phrase.words) + slop)


def _holding_all(
    ways: Sequence[Named], postings: Mapping[bytes, Gathered], length: int
) -> Mask | None:
    """Bool by docnum: which documents hold all words of some way through a phrase; None if none.

    Up to the last docnum that any list names.
    """
    size = max((int(found.docs.max(initial=0)) for found in postings.values()), default=0) + 1
    held: dict[int, Mask] = {}
    for first, last, words in ways:
        if last != length and last not in held:
            continue
        rest = [] if last == length else [held[last].nonzero()[0]]
        docs = [postings[key].docs for key in dict.fromkeys(w.spans.tobytes() for w in words)]
        rarest, *others = sorted([*docs, *rest], key=len)
        admitted = np.zeros(size, np.bool_)
        admitted[rarest] = True
        for some in others:
            both = np.zeros(size, np.bool_)
            both[some[admitted.take(some)]] = True
            admitted = both
        held[first] = held[first] | admitted if first in held else admitted
    return held.get(0)


def _ordered(ways: Sequence[Named], places: Mapping[bytes, Places], length: int) -> Places:
    """The places where a way through the phrase begins, each once."""
    starts: dict[int, Places] = {}
    for first, last, words in ways:
        if last != length and last not in starts:
            continue
        here = _in_order([places[word.spans.tobytes()] for word in words])
        if last != length:
            here = here[is_among(here + len(words), starts[last])]
        starts[first] = (
            here if first not in starts else distinct_of(np.concatenate([starts[first], here]))
        )
    return starts.get(0, NOWHERE)


def _in_order(places: Sequence[Places]) -> Places:
    """The places where the words follow one another, given by the first."""
    rarest, *others = sorted(range(len(places)), key=lambda word: len(places[word]))
    starts = places[rarest] - rarest
    for word in others:
        starts = starts[is_among(starts + word, places[word])]
    return starts


def _places_by_word(phrase: PhrasePlaces, places: Mapping[bytes, Places]) -> list[Places]:
    """The places of the different words of a phrase.

    A word stands where another name for it and its neighbours does: the first where the first word
    of that does, the second at the second, the last at the last.
    """
    named = [
        (name, _in_order([places[word.spans.tobytes()] for word in name.words]))
        for name in phrase.others
        if all(word.spans.tobytes() in places for word in name.words)
    ]
    found: dict[tuple[object, ...], Places] = {}
    for number, word in enumerate(phrase.words):
        here = [
            (name, starts + min(number - name.first, len(name.words) - 1))
            for name, starts in named
            if name.first <= number < name.last
        ]
        own = word.spans.tobytes()
        key = (own, *((name.first, name.last, number) for name, _ in here))
        if key not in found:
            all_places = [places.get(own, NOWHERE), *(some for _, some in here)]
            found[key] = all_places[0] if not here else distinct_of(np.concatenate(all_places))
    return list(found.values())


def _near(places: Sequence[Places], width: int) -> Places:
    """Where all words stand, in any order, in a window of so many places, given by its last word.

    A word stands in the windows that end at its place or after it, before its next place and
    before it has left them: a stretch of ends. Where as many stretches overlap as there are words,
    all stand. In a window of three, one word at 1 and 8, the other at 3: [1, 4), [8, 11) and [3, 6)
    overlap at 3, where such a window ends. A word asked for twice may be met once (a known miss).
    """
    stops = [p + width for p in places]
    for stop, p in zip(stops, places, strict=True):
        np.minimum(stop[:-1], p[1:], out=stop[:-1])
    begun, ended = (np.sort(np.concatenate(ends), kind="stable") for ends in (places, stops))
    ends: Places = begun[changes(begun)]
    standing = begun.searchsorted(ends, side="right") - ended.searchsorted(ends, side="right")
    found: Places = ends[standing == len(places)]
    return found
