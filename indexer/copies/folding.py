"""Which hits stand for their copies, and which are folded into them?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import changes, distinct_of, is_among

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
    grouped = of_members[of_members > 0]
    met = np.zeros(int(grouped.max(initial=0)) + 1, np.bool_)
    met[grouped] = True
    return len(members) - len(grouped) + int(met.sum())


def firsts_of(texts: Texts, groups: Groups, choose: Choose) -> Texts:
    """Of ranked hits the places of those that are shown, one of each group.

    A group comes where its first hit does; which of those that are ranked stands for it, `choose`
    says.
    """
    of_texts = groups.take(texts)
    first = np.ones(len(texts), np.bool_)
    grouped = np.flatnonzero(of_texts)
    order = grouped.take(of_texts.take(grouped).argsort(kind="stable"))
    first[order[~changes(of_texts.take(order))]] = False
    shown = np.flatnonzero(first)
    for at in np.flatnonzero(of_texts.take(shown)).tolist():
        shown[at] = choose(np.flatnonzero(of_texts == of_texts[shown[at]]))
    return shown


def copies_of(shown: Texts, members: Texts, groups: Groups) -> list[Texts]:
    """Of each shown hit its copies among the members of a result, ascending as these."""
    of_shown = groups.take(shown)
    wanted = distinct_of(of_shown[of_shown > 0])
    here = members[is_among(groups.take(members), wanted)]
    of_here = groups.take(here)
    pairs = zip(shown.tolist(), of_shown.tolist(), strict=True)
    return [here[(of_here == group) & (here != text)] for text, group in pairs]
