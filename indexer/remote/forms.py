"""Which forms were met in what a cluster gave, by number, and which keys have they?

Kept for as long as the index is open: what one query's candidates hold, the next ones mostly hold
too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from analyzers.bulk.normalizer import fold_all
from analyzers.bulk.packed import Numbering, Numbers, Spelled
from analyzers.bulk.vocabulary import root_all, stem_all
from indexer.ranking.source import LEVELS, Level

Ids = NDArray[np.int64]

_MOST_FORMS = 1 << 20


class _Ids(dict[str, int]):
    """By form its number; a form that is not there gets the next one, and its name is noted."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __missing__(self, form: str) -> int:
        number = self[form] = len(self.names)
        self.names.append(form)
        return number


class FormTable:
    """Forms, numbered from 0 in the order in which they were met."""

    def __init__(self) -> None:
        self.numbering = Numbering()
        self._ids = _Ids()
        self.names = self._ids.names
        self._keys: dict[Level, Numbers] = {
            level: np.zeros(0, np.uint64) for level in LEVELS if level != "exact"
        }

    @property
    def is_full(self) -> bool:
        """Whether it is time to begin a new one, to bound memory."""
        return len(self.names) > _MOST_FORMS

    def ids(self, forms: Sequence[str]) -> Ids:
        """The number of each of some forms, which are learned."""
        known = len(self.names)
        ids = np.fromiter(map(self._ids.__getitem__, forms), np.int64, len(forms))
        self._learn(self.names[known:])
        return ids

    def known(self, forms: Iterable[str]) -> list[int]:
        """The numbers of those of some forms that were met."""
        return [self._ids[form] for form in forms if form in self._ids]

    def keys(self, level: Level) -> Numbers:
        """By form, its key at a level but exact, as a number of `numbering`."""
        return self._keys[level]

    def number(self, key: str) -> np.uint64:
        """The number of a key."""
        return np.uint64(self.numbering.numbers([key])[0])

    def _learn(self, fresh: list[str]) -> None:
        if not fresh:
            return
        folded = fold_all(self.numbering, Spelled(fresh))
        stems = stem_all(self.numbering, folded)
        found: dict[Level, Numbers] = {
            "folded": folded,
            "stem": stems,
            "root": root_all(self.numbering, stems),
        }
        for level, keys in found.items():
            self._keys[level] = np.concatenate([self._keys[level], keys])
