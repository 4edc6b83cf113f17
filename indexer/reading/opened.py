"""One process has an index open: at which commit, and what has been read of it?

Others may commit or rebuild meanwhile: what is open stays one whole state, until it is refreshed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from indexer.codec import commits
from indexer.errors import FahrasError, IndexCorruptError, NoIndexError
from indexer.folder.catalogue import Catalogue
from indexer.storage import location as storage
from indexer.storage.location import Location

if TYPE_CHECKING:
    from indexer.codec.copies import StoredCopies
    from indexer.codec.opened import OpenedIndex
    from indexer.codec.whoosh.index import ColumnarIndex
    from indexer.folder.lookup import FileTable
    from indexer.folder.newer import Newer
    from indexer.ranking.snapshot import Snapshot


class OpenIndex:
    """The newest commit of an index, opened when it is first needed, piece by piece."""

    def __init__(self, location: Location, *, is_new: bool = False) -> None:
        """is_new: nobody uses it yet, so that nobody rebuilds it either."""
        commits.generation_of(location.data_dir)
        self._location = location
        self._is_new = is_new

    @property
    def home(self) -> str:
        """The folder that ids which are paths are counted from."""
        return self._location.home

    @property
    def aliases(self) -> dict[str, str]:
        """The names of one's own that fields have in queries, each with its field."""
        return dict(self._location.aliases)

    def refresh(self) -> None:
        """Reopen the index, to see what other processes have committed or rebuilt."""
        self._let_go()
        self._follow()

    def refresh_if_changed(self) -> bool:
        """Reopen the index if another process has committed or rebuilt; tells whether one has.

        For those that stay: it reads the names of some files, and nothing else where all is as
        it was.
        """
        if "_opened" not in vars(self):
            return self._follow()  # what is opened is the newest
        if not self._follow() and self._newest()[1] == self._opened[0].toc.generation:
            return False
        self._let_go()
        return True

    def is_in_use(self, where: str) -> bool:
        """Whether this is, as it is open, what `Index.open` would open there.

        If so, its folder is called `where` from now on.
        """
        location = storage.read(where)
        known = self._location
        if location._replace(index_dir=known.index_dir, data_dir=known.data_dir) != known:
            return False
        if not os.path.samefile(location.data_dir, known.data_dir):
            return False
        if commits.generation_of(location.data_dir) != self._opened[0].toc.generation:
            return False
        self._location = location
        return True

    def _follow(self) -> bool:
        """Switch to the data folder in use if another process has rebuilt; tells whether it has."""
        if self._is_new:
            return False
        location = storage.read(self._location.index_dir)
        moved = location != self._location
        if moved:
            self._location = location
            self._close_whoosh()
        return moved

    def _newest(self) -> tuple[Location, int]:
        """The data folder in use now, and the number of its newest commit."""
        try:
            return self._location, self._generation
        except IndexCorruptError:
            if not self._follow():
                raise
            return self._newest()

    @property
    def _generation(self) -> int:
        """The number of the newest commit."""
        return commits.generation_of(self._location.data_dir)

    def _load_catalogue(self) -> Catalogue:
        return storage.load_catalogue(self._location, commits.read_toc(self._location.data_dir))

    def _let_go(self) -> None:
        for name in ("_opened", "_copies", "_recurring", "_snapshot", "_files", "_ids", "_newer"):
            vars(self).pop(name, None)

    @cached_property
    def _opened(self) -> tuple[OpenedIndex, Catalogue]:
        """An open commit and its catalogue; others may commit meanwhile."""
        from indexer.codec.opened import open_newest
        from indexer.schema import SCHEMA_VERSION

        while True:
            newest = self._newest()
            try:
                catalogue = self._load_catalogue()
                opened = open_newest(self._location.data_dir, SCHEMA_VERSION)
            except (IndexCorruptError, NoIndexError):
                if not self._follow() and self._newest() == newest:
                    raise
                continue
            if self._newest() == newest:
                return opened, catalogue

    @property
    def _catalogue(self) -> Catalogue:
        return self._opened[1]

    @cached_property
    def _snapshot(self) -> Snapshot:
        """The documents to rank."""
        from indexer.codec.columnar import LocalSegment
        from indexer.ranking.snapshot import Snapshot

        segments = tuple(LocalSegment(segment) for segment in self._opened[0].segments)
        return Snapshot(segments, foreign=self._foreign)

    def _foreign(self, query: object) -> tuple[Sequence[int], Sequence[float]]:
        """What Whoosh's own matchers find: only here does a search need them."""
        from indexer.codec.whoosh import engine

        return engine.found_in(self._opened[0], query)

    @cached_property
    def _whoosh(self) -> ColumnarIndex:
        """The index as Whoosh's writer needs it; readers do not need it."""
        from indexer.codec.whoosh import engine

        return engine.open_index(self._location.data_dir)

    def _close_whoosh(self) -> None:
        if "_whoosh" in vars(self):
            self._whoosh.close()
            del self._whoosh

    @cached_property
    def _files(self) -> FileTable:
        from indexer.folder.lookup import FileTable

        return FileTable(self._catalogue)

    @cached_property
    def _copies(self) -> StoredCopies | None:
        """What is known of copies in this commit."""
        from indexer.codec.copies import StoredCopies

        opened = self._opened[0]
        return StoredCopies.open(opened.folder, opened.toc)

    @cached_property
    def _recurring(self) -> Mapping[str, frozenset[str]]:
        """The lines that recur in each folder."""
        from indexer.copies.passing import by_folder

        return by_folder(self._copies.lines) if self._copies else {}

    @cached_property
    def _ids(self) -> dict[int, str]:
        """The ids of documents that rankings have named, by docnum."""
        return {}

    @cached_property
    def _newer(self) -> Newer:
        from indexer.folder.newer import newer

        return newer(self._catalogue)

    def close(self) -> None:
        """Release the files."""
        self._let_go()
        self._close_whoosh()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close. What no rule foresees may come of damage on the disk: then that is said."""
        try:
            if isinstance(error, Exception) and not isinstance(error, FahrasError | OSError):
                self._refuse_damage(error)
        finally:
            self.close()

    def _refuse_damage(self, error: Exception) -> None:
        """Raise IndexCorruptError if damage on disk may have caused an error."""
        if "_opened" not in vars(self) and "_whoosh" not in vars(self):
            return
        from indexer.codec.consistency import disagreements_of
        from indexer.codec.opened import damage_of

        folder = self._location.data_dir
        damage = damage_of(folder) or disagreements_of(folder)
        if damage:
            raise IndexCorruptError(damage[0]) from error
