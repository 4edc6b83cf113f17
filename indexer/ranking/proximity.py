"""Find where neighbouring words of the query are near each other, in the best documents only.

The bonus only adds, so it reorders the top and never drops a document. All pairs are compared at
once: a place is one number, ((pair * documents + document) * fields + field) << 32 | position.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from indexer.query.nodes import LEAVES, Node, StemQuery
from indexer.ranking.gathering import Chosen, Gathering, summed_at
from indexer.ranking.meanings import CORE, OTHER
from indexer.ranking.phrases import DOC_SHIFT, Places
from indexer.ranking.settings import RankingSettings

Counts = NDArray[np.float64]

Pair = tuple[int, int]
"""The numbers of two words."""


def neighbours_of(children: Sequence[Node]) -> list[Pair]:
    """Words that follow one another in a query, with nothing between, sought in the same fields.

    Words are numbered by their place among the leaves of those children.
    """
    pairs = []
    place = 0
    for one, other in pairwise(children):
        match one, other:
            case StemQuery(), StemQuery() if one.fields == other.fields:
                pairs.append((place, place + 1))
        place += isinstance(one, LEAVES)
    return pairs


def pair_frequencies(
    pairs: Sequence[Pair],
    gathering: Gathering,
    fields: tuple[str, ...],
    chosen: Chosen,
    settings: RankingSettings,
) -> Counts:
    """[pairs, chosen.docs]: how near the two words of a pair stand in a document, in all.

    Each place of the first word, or of a relative of it, counts by how near the second or a
    relative of that is: side by side 1, from there on less by the place, and a share of it where
    either is a relative; as much as its field, of which all words have the same. Either word may
    come first.
    """
    size = len(chosen.docs) * len(fields) << DOC_SHIFT + 1
    places = _marked_places(pairs, gathering, fields, chosen, settings)
    bounds = places.searchsorted(np.arange(len(gathering.words) + 1) * size).tolist()
    first, second = (_numbered(places, bounds, words, size) for words in zip(*pairs, strict=True))
    near, closeness = _near(first, second, settings.proximity_window, settings.proximity_relatives)
    rows, field = np.divmod(near >> DOC_SHIFT, len(fields))
    closeness *= np.array([settings.field_weight(name) for name in fields]).take(field)
    shape = len(pairs), len(chosen.docs)
    return summed_at(rows, closeness, shape[0] * shape[1]).reshape(shape)


def _numbered(places: Places, bounds: Sequence[int], words: Sequence[int], size: int) -> Places:
    """The places of some words one after the other, as if they were the words 0, 1, ...

    bounds: where those of each word begin, and the last end. size: by which words lie apart.
    """
    first = words[0]
    if words == tuple(range(first, first + len(words))):
        return places[bounds[first] : bounds[first + len(words)]] - first * size
    stretches = [
        places[bounds[word] : bounds[word + 1]] + (number - word) * size
        for number, word in enumerate(words)
    ]
    return np.concatenate(stretches)


def _marked_places(
    pairs: Sequence[Pair],
    gathering: Gathering,
    fields: tuple[str, ...],
    chosen: Chosen,
    settings: RankingSettings,
) -> Places:
    """The places of the words of pairs, ascending, as place << 1 | it is a relative.

    In a place, the word stands where a pair would.
    """
    if not gathering.is_plain or len({n for pair in pairs for n in pair}) < len(gathering.words):
        chosen = chosen.only(_wanted_runs(pairs, gathering, settings))
    docs, at, rows, runs = chosen
    numbers = {name: number for number, name in enumerate(fields)}
    field_of = np.array([*(numbers.get(block.field, 0) for block in gathering.blocks), 0])
    words, kinds, blocks = gathering.runs[:3]
    places_of_run = words * (len(docs) * len(fields)) + field_of.take(blocks)
    places_of_run <<= DOC_SHIFT + 1
    places_of_run += kinds == OTHER
    places: Places = rows.astype(np.int64)
    places *= len(fields) << DOC_SHIFT + 1
    places += places_of_run.take(runs)
    counts, positions = gathering.occurrences(at, runs)
    marked = places.repeat(counts)
    positions <<= 1
    marked += positions
    marked.sort()
    return marked


def _wanted_runs(
    pairs: Sequence[Pair], gathering: Gathering, settings: RankingSettings
) -> NDArray[np.bool_]:
    """Bool by run: whether a word of a pair itself, or a relative that counts."""
    words = np.zeros(len(gathering.words), np.bool_)
    words[np.array(pairs).ravel()] = True
    kinds = np.zeros(OTHER + 1, np.bool_)
    kinds[CORE], kinds[OTHER] = True, settings.proximity_relatives > 0
    wanted: NDArray[np.bool_] = words.take(gathering.runs.words)
    wanted &= kinds.take(gathering.runs.kinds)
    wanted &= gathering.runs.blocks < len(gathering.blocks)
    return wanted


def _near(one: Places, other: Places, window: int, share: float) -> tuple[Places, Counts]:
    """The places of `one` with a place of `other` at most `window` away, and the closeness of each.

    Both ascend and are marked. What counts is the nearest place, of two as near that of the word
    itself. A place that is of both words, by a common relative, counts for nothing.
    """
    closeness = _closeness(window, share)
    bounded = np.concatenate([_BEFORE_ALL, other, _AFTER_ALL])
    at = one & ~_RELATIVE
    after = bounded.searchsorted(at)
    nearest = bounded.take(after) - at  # twice the distance, and one more for a relative
    # A word stands at 10: 20. The other stands at 12, 24, and a relative of it at 9, 19. After 20
    # comes 24, and 24 - 20 is twice the distance; before it 19, and (21 - 19) ^ 1 = 3 is twice 1
    # and one more. So the relative counts, as closeness[3] says.
    after -= 1
    np.minimum(nearest, ((at | 1) - bounded.take(after)) ^ 1, out=nearest)
    found = (nearest.view(np.uint64) < len(closeness)).nonzero()[0]
    marks = one.take(found)
    return marks >> 1, closeness.take(nearest.take(found) | marks & _RELATIVE)


@lru_cache(maxsize=8)
def _closeness(window: int, share: float) -> Counts:
    """By twice the distance, and one more where a relative is met: how close that is.

    It falls evenly, from 1 side by side to 1 / window at the window's end, and is multiplied by
    `share` for a relative. A word is not near itself.
    """
    close = 1 - np.arange(-1, window) / window
    close[0] = 0
    table: Counts = np.stack([close, close * share], axis=1).ravel()
    return table


_RELATIVE = 1
_BEFORE_ALL: Places = np.array([-(1 << 62)])
_AFTER_ALL: Places = np.array([1 << 62])
