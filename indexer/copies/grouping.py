"""Which texts of a corpus make a group? Brought up to a new commit where texts changed.

Groups follow from the pairs that hang together (`pairs.owners_of`): where none of these came, went
or changed, a group is what it was.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import distinct_of, is_among, numbered, places
from indexer.copies.corpus import Corpus
from indexer.copies.lookup import holding
from indexer.copies.pairs import FOLDED_OVERLAP, Pairs, owners_of
from indexer.copies.prints import Hashes

Ints = NDArray[Any]
Groups = NDArray[np.uint32]
"""By text its group, numbered from 1 in the order of their first texts; 0 for none."""

_HALF = np.uint64(32)

_MOST_STEPS = 16
"""From pair to pair, after which all groups are made anew."""


def grouped(corpus: Corpus, pairs: Pairs, least: float = FOLDED_OVERLAP) -> Groups:
    """The groups of all texts. least: the overlap from which on pairs are copies."""
    groups = np.zeros(corpus.size, np.uint32)
    texts = np.flatnonzero(corpus.live & corpus.has_grams)
    _group(groups, texts, corpus, pairs.where(pairs.overlaps >= least))
    return _in_order(groups)


def regrouped(
    corpus: Corpus, known: Groups, before: Pairs, pairs: Pairs, changed: Hashes
) -> Groups:
    """The groups of all texts, of which `known` are those of another commit, with other pairs.

    changed: the keys, ascending, of texts that are there more or less often or have other pairs.
    """
    affected = _connected(changed, before, pairs)
    if affected is None:
        return grouped(corpus, pairs)
    groups = np.where(corpus.live, known, np.uint32(0))[: corpus.size]
    texts = np.flatnonzero(is_among(corpus.keys[: corpus.size], affected))
    groups[texts] = 0
    texts = texts[(corpus.live & corpus.has_grams).take(texts)]
    here = is_among(pairs.shorter, affected) & (pairs.overlaps >= FOLDED_OVERLAP)
    _group(groups, texts, corpus, pairs.where(here))
    return _in_order(groups)


def _connected(keys: Hashes, *lists: Pairs) -> Hashes | None:
    """Some keys and all to which pairs lead from them, ascending; None if that leads too far."""
    for _ in range(_MOST_STEPS):
        found = [keys]
        for pairs in lists:
            short, long = is_among(pairs.shorter, keys), is_among(pairs.longer, keys)
            found += [pairs.longer[short & ~long], pairs.shorter[long & ~short]]
        grown = distinct_of(np.concatenate(found))
        if len(grown) == len(keys):
            return keys
        keys = grown
    return None


def _group(groups: Groups, texts: Ints, corpus: Corpus, copies: Pairs) -> None:
    """Number the groups of some texts, of which `copies` are all pairs that are copies."""
    known, owners = owners_of(copies)
    texts = texts.take(_perhaps_grouped(corpus.keys.take(texts), known))
    keys = corpus.keys.take(texts)
    order = keys.argsort()
    texts, keys = texts.take(order), keys.take(order)  # to look up ascending ones is quick
    owner = keys
    if len(known):
        at = places(keys, known)
        owner = np.where(known.take(at) == keys, owners.take(at), keys)
    distinct, _, number = numbered(owner)
    several = np.bincount(number, minlength=len(distinct)) > 1
    names = np.where(several, several.cumsum() + int(groups.max(initial=0)), 0)
    groups[texts] = names.take(number)


def _perhaps_grouped(keys: Hashes, known: Hashes) -> Ints:
    """The places of keys that are known or there twice, and of few others: by half of each key."""
    halves, sought = ((values >> _HALF).astype(np.uint32) for values in (keys, known))
    ranked = np.sort(halves)
    twice = ranked[1:][ranked[1:] == ranked[:-1]]
    return holding(halves, distinct_of(np.concatenate([twice, sought])))


def _in_order(groups: Groups) -> Groups:
    """Groups numbered in the order of their first texts."""
    texts = groups.nonzero()[0]
    numbers = groups.take(texts)
    firsts = np.full(int(numbers.max(initial=0)) + 1, len(groups))
    firsts[numbers[::-1]] = texts[::-1]
    order = firsts.argsort(kind="stable")[: int((firsts < len(groups)).sum())]
    names = np.zeros(len(firsts), np.uint32)
    names[order] = np.arange(1, len(order) + 1)
    return names.take(groups)
