"""Which terms have the groups that a word means in a field? Many groups are asked for at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.ranking.expand import Expansion
from indexer.ranking.source import NO_SPANS, FieldSource, Level, Owned, Spans
from indexer.ranking.strict import kept_of_each


class NamedGroups:
    """Some named groups, to be looked up in several fields.

    None of the level "nearest": those have no key of their own.
    """

    def __init__(self, groups: Sequence[Expansion]) -> None:
        self._groups = groups
        by_level: dict[Level, list[int]] = {}
        behind: list[int] = []
        for place, group in enumerate(groups):
            assert group.level != "nearest"  # noqa: S101
            (behind if group.behind else by_level.setdefault(group.level, [])).append(place)
        self._by_level = [
            (level, tuple(groups[place].key for place in places), np.array(places))
            for level, places in by_level.items()
        ]
        self._targets = tuple(dict.fromkeys(groups[place].behind for place in behind))
        numbers = {target: number for number, target in enumerate(self._targets)}
        self._behind = [(place, numbers[groups[place].behind]) for place in behind]
        self._fit = np.array([bool(group.apart or group.bears) for group in groups], np.bool_)

    def terms(self, source: FieldSource) -> Owned:
        """The terms of each group in one field of one segment, in any order; owners: its place."""
        spans, owners = [NO_SPANS], [np.zeros(0, np.int64)]
        for level, keys, places in self._by_level:
            found = source.groups(level, keys)
            spans.append(found.spans)
            owners.append(places.take(found.owners))
        bearing = source.bearing(self._targets)
        for place, target in self._behind:
            some = bearing[target].get(self._groups[place].key)
            if some is not None:
                spans.append(some)
                owners.append(np.full(len(some), place))
        return self._fitting(source, np.concatenate(spans), np.concatenate(owners))

    def _fitting(self, source: FieldSource, spans: Spans, owners: NDArray[np.int64]) -> Owned:
        """What is left where only some terms of a group are meant."""
        chosen = self._fit.take(owners)
        if not chosen.any():
            return Owned(spans, owners)
        fits = [self._groups[owner].fits for owner in owners[chosen].tolist()]
        left, of = kept_of_each(source, spans[chosen], lambda place, form: fits[place](form))
        return Owned(
            np.concatenate([spans[~chosen], left]),
            np.concatenate([owners[~chosen], owners[chosen].take(of)]),
        )
