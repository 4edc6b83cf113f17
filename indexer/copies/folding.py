"""Which hits stand for their copies, and which are folded into them?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import changes

Texts = NDArray[np.int64]
"""Hits by the numbers of the parts by which they are shown."""
Groups = NDArray[np.uint32]
"""By part of an index the number of its group, 0 where it has no copies."""

_MORE = 6
"""So many documents are ranked for each hit that is wanted, at first."""

_AT_LEAST = 64


Choose = Callable[[Texts], int]
"""Which of the places that copies have in a ranking stands for all of them."""


def ranked_for(wanted: int | None, total: int | None = None) -> int | None:
    """How many documents to rank for so many hits; `total`: of those that were not enough."""
    if wanted is None:
        return None
    return max(wanted * _MORE, _AT_LEAST) if total is None else total * _MORE


def count_of(members: Texts, groups: Groups) -> int:
    """How many hits there are of some, each with its copies."""
    of_members = groups.take(members)
    met = _marked(of_members, groups)
    return int(np.count_nonzero(of_members == 0)) + int(np.count_nonzero(met))


def _marked(numbers: Groups, groups: Groups) -> NDArray[np.bool_]:
    """By number of a group, whether it is among some; 0 is none."""
    marked = np.zeros(int(groups.max(initial=0)) + 1, np.bool_)
    marked[numbers] = True
    marked[0] = False
    return marked


def firsts_of(texts: Texts, groups: Groups) -> Texts:
    """Of ranked hits the places of those that come first of their groups, rising."""
    of_texts = groups.take(texts)
    first = np.ones(len(texts), np.bool_)
    grouped = np.flatnonzero(of_texts)
    order = grouped.take(of_texts.take(grouped).argsort(kind="stable"))
    first[order[~changes(of_texts.take(order))]] = False
    return np.flatnonzero(first)


def standing_for(firsts: Texts, texts: Texts, groups: Groups, choose: Choose) -> Texts:
    """Of some of `firsts_of` the places of those that are shown, in their order.

    A group comes where its first hit does; which of those that are ranked stands for it, `choose`
    says.
    """
    of_texts, shown = groups.take(texts), firsts.copy()
    for at in np.flatnonzero(of_texts.take(firsts)).tolist():
        shown[at] = choose(np.flatnonzero(of_texts == of_texts[firsts[at]]))
    return shown


def copies_of(shown: Texts, members: Texts, groups: Groups) -> list[Texts]:
    """Of each shown hit its copies among the members of a result, ascending as these."""
    of_shown = groups.take(shown)
    here = members[_marked(of_shown, groups).take(groups.take(members))]
    of_here = groups.take(here)
    pairs = zip(shown.tolist(), of_shown.tolist(), strict=True)
    return [here[(of_here == group) & (here != text)] for text, group in pairs]
