"""Which answers may be given again? The index of a resident process, with what it was asked before.

An answer holds as long as the index is open at its commit, the user's own table of variants is the
same file, and so is each file that it shows.
"""

from __future__ import annotations

import time
from functools import cached_property
from typing import Any

from indexer.errors import FahrasError
from indexer.index import Index
from indexer.ranking.memory import Memory
from indexer.reading.tables import as_it_is
from indexer.results import SearchOptions, SearchResults

MOST_BYTES = 16 << 20
"""Of answers; of pages of ten hits, some two thousand."""


class AskedIndex(Index):
    """An index that remembers answers."""

    latest: tuple[str, SearchOptions] | None = None
    """The search that was asked for last."""

    @classmethod
    def held(cls, index_dir: str) -> AskedIndex:
        """The index in a folder, as `open` opens it, which is none on a cluster."""
        opened = cls.open(index_dir=index_dir)
        if not isinstance(opened, AskedIndex):
            raise FahrasError(f"{index_dir} is on a cluster")
        return opened

    @cached_property
    def _answers(self) -> Memory:
        return Memory(MOST_BYTES)

    def search(self, query: str, options: SearchOptions = SearchOptions()) -> SearchResults:
        """As every index; an answer that is remembered and holds is given again."""
        started = time.perf_counter()
        self.latest = query, options
        known = self._answers.known((query, options))
        if known is None:
            return super().search(query, options)
        answer, basis = known
        if basis != self._basis(answer):
            return super().search(query, options)
        again: SearchResults = answer._replace(elapsed_ms=(time.perf_counter() - started) * 1e3)
        return again

    def remember(self, query: str, options: SearchOptions) -> None:
        """Search, so that what is read for it is in memory, and keep the answer if it may hold.

        It is kept as it is after its basis was looked at, so that no change in between is missed.
        """
        basis = self._basis(super().search(query, options))
        answer = super().search(query, options)
        if holds_anywhere(query, options):
            self._answers.keep((query, options), (answer, basis))

    def _basis(self, answer: SearchResults) -> tuple[object, ...]:
        """What an answer was made of besides the commit: it holds while this is the same."""
        return (*map(as_it_is, (self._own_variants, *(hit.path for hit in answer.hits))),)


def holds_anywhere(query: str, options: SearchOptions) -> bool:
    """Whether an answer depends on no current folder, as paths may, and on no file it names."""
    return not (":" in query or options.within or options.variants_files)


def to_json(query: str, options: SearchOptions) -> list[Any]:
    """A search as JSON has it."""
    return [query, {**options._asdict(), "strict": sorted(options.strict)}]


def from_json(query: str, said: dict[str, Any]) -> tuple[str, SearchOptions]:
    """The search of which `to_json` made this."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in said.items()
    }
    values["strict"] = frozenset(values["strict"])
    return query, SearchOptions(**values)
