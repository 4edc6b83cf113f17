"""The library's API: create, open, update, search. Nothing here prints or exposes a Whoosh type.

with Index.create("texts") as index:
    index.update()
    results = index.search("«منع الصدام» روسيا")
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from indexer.codec import commits
from indexer.errors import IndexCorruptError
from indexer.folder import catalogue as catalogues
from indexer.folder.catalogue import Catalogue
from indexer.reading.reader import Reader
from indexer.storage import durable
from indexer.storage import location as storage
from indexer.storage.location import Location
from indexer.storage.lock import Lock, writing

if TYPE_CHECKING:
    from indexer.codec.contents import Fingerprint, SegmentEntry
    from indexer.codec.whoosh.writer import ColumnarWriter
    from indexer.folder.choices import Choose
    from indexer.remote.index import RemoteIndex
    from indexer.reports import ProgressCallback, UpdateReport
    from indexer.update.lookahead import Ahead

    RenewCopies = Callable[[Sequence[SegmentEntry]], Fingerprint | None]


class Index(Reader):
    """An index of the texts below some folders. Make one with `create`, `open` or `rebuild`.

    What can be asked of it is `Reader`; here is what makes and changes one.
    """

    def __init__(
        self, location: Location, lock: Lock | None = None, *, wait_s: float | None = None
    ) -> None:
        """`lock`: held for a new index, not in use before its first update is committed."""
        super().__init__(location, is_new=lock is not None)
        self._lock = lock
        self._wait_s = wait_s

    @classmethod
    def create(
        cls,
        folder: str | os.PathLike[str],
        *,
        index_dir: str | None = None,
        wait_s: float | None = None,
    ) -> Index:
        """An empty index for a folder, in its `.fahras` or in `index_dir`.

        It is on disk, for others to open, after its first `update`; until then, or until it is
        closed, nobody else can write there. If there is an index already, it is opened instead.
        `wait_s`: how long to wait for another writer, now and later; two seconds if not said.
        Raises IndexVersionError if that has another version, and IndexLockedError.
        """
        home = os.path.abspath(folder)
        if index_dir is not None and storage.is_remote(index_dir):
            return _on_cluster().made(home, index_dir, wait_s)
        where = storage.named(index_dir) if index_dir else storage.default_index_dir(home)
        if not storage.exists(where):
            lock = Lock(where, wait_s)
            if not storage.exists(where):  # no other process was faster
                return cls._begin(where, lock, home)
            lock.release()
        if index_dir is None:
            storage.require_trusted(where)
        return cls._in_use(where, wait_s)

    @classmethod
    def open(
        cls,
        start: str | os.PathLike[str] = ".",
        *,
        index_dir: str | None = None,
        wait_s: float | None = None,
    ) -> Index:
        """Open the index of `start` or of the nearest folder above it, or that in `index_dir`.

        `index_dir` may also be the folder in whose `.fahras` the index is.

        Raises NoIndexError, IndexVersionError or IndexCorruptError.
        """
        if index_dir is not None and storage.is_remote(index_dir):
            return _on_cluster().at(index_dir, wait_s)
        where = storage.named(index_dir) if index_dir else storage.find(os.fspath(start))
        return cls._in_use(where, wait_s)

    @classmethod
    def _in_use(cls, where: str, wait_s: float | None = None) -> Index:
        """The index that is in use there; another process may just be rebuilding it."""
        while True:
            location = storage.read(where)
            try:
                return cls(location, wait_s=wait_s)
            except IndexCorruptError:
                if storage.read(where) == location:
                    raise

    @classmethod
    def rebuild(
        cls,
        folder: str | os.PathLike[str] | None = None,
        *,
        index_dir: str | None = None,
        roots: Sequence[str] = (),
        wait_s: float | None = None,
    ) -> Index:
        """An empty index that replaces one of any version; `update` then reads all its roots.

        The old data answer until that update is committed. Nobody else can write there until then,
        or until this index is closed. `roots`: what to index if the roots of the old index can no
        longer be read. Raises NoIndexError, NoRootsError and IndexLockedError.
        """
        if index_dir is not None and storage.is_remote(index_dir):
            return _on_cluster().anew(index_dir, roots, os.fspath(folder or "."), wait_s)
        where = storage.named(index_dir) if index_dir else storage.find(os.fspath(folder or "."))
        storage.require(where)
        return cls._begin(where, Lock(where, wait_s), roots=roots)

    @classmethod
    def _begin(
        cls, where: str, lock: Lock, home: str | None = None, roots: Sequence[str] = ()
    ) -> Index:
        """An index in a data folder of its own, which `_commit` puts to use.

        Without a `home` it has home, roots and choices of the index that is there.
        """
        try:
            with writing(where):
                storage.clear(where)
                kept: dict[str, Any] = {}
                if home is None:
                    home, roots, kept = storage.home_and_roots(where, roots)
                data_dir = storage.new_data_dir(where)
                _fill(data_dir, Catalogue(home, roots, **kept))
                return cls(Location(where, data_dir, home, storage.aliases_of(where)), lock)
        except BaseException:
            _undo(where, lock)
            raise

    def update(
        self,
        paths: Sequence[str] = (),
        *,
        forget: Sequence[str] = (),
        listed: Sequence[str] | None = None,
        changed: Sequence[str] | None = None,
        choose: Choose | None = None,
        progress: ProgressCallback | None = None,
        ahead: Ahead | None = None,
    ) -> UpdateReport:
        """Bring the index up to date with its roots, or only with `paths`, which become roots.

        `forget` removes roots. `listed`: only these files; those below no root are kept up to date
        from now on, instead of those of an earlier list. `changed`: only these paths, known or new.
        `choose` makes of the choices of the index (`indexer.folder.choices`) those that hold from
        now on, for all roots. One writer at a time: raises IndexLockedError. Files that cannot be
        read are in the report's problems and keep what was indexed of them before. `ahead` has
        examined the files already; its result is used if it can be relied on.
        """
        from indexer.folder import changes
        from indexer.update.plan import Asked, plan_update, refuse_loss
        from indexer.update.run import Run, problems_of, report_of, stamp

        started, started_ns = time.perf_counter(), time.time_ns()
        with self._locked():
            notes = self._clear()
            catalogue = self._load_catalogue()
            before = catalogue.head()
            look: Callable[[Catalogue, str], changes.Look] = changes.look
            if ahead is not None and ahead.is_of(catalogue):
                look, started, started_ns = ahead.look, ahead.started, ahead.started_ns
            asked = Asked(paths, forget, listed, changed, choose)
            plan = plan_update(catalogue, asked, progress, look)
            if self._is_new:
                refuse_loss(catalogue)
            idle = plan.is_empty and catalogue.head() == before
            if idle and not self._is_new:
                return report_of(plan, catalogue, None, started, notes)
            if ahead is not None:
                ahead.close()
            with self._writing(catalogue, notes) as writer:
                run = Run(writer, catalogue, progress)
                run.carry_out(plan)
                stamp(catalogue, started_ns, problems_of(plan, run), plan.places)
        return report_of(plan, catalogue, run, started, notes)

    def replace_broken(
        self,
        broken: Set[str],
        again: Callable[[Catalogue, str], list[str]],
        progress: ProgressCallback | None = None,
    ) -> None:
        """Commit without the segments whose files are `broken`, and read some files again.

        `again` says which, by key, from the catalogue and the data folder. Everything else is
        updated as by `update`.
        """
        from indexer.folder.changes import look
        from indexer.update.plan import Asked, plan_update
        from indexer.update.run import Run, problems_of, stamp

        started_ns = time.time_ns()
        with self._locked():
            self.refresh()
            catalogue = self._load_catalogue()
            keys = again(catalogue, self._location.data_dir)
            gone = [catalogue.files.pop(key).number for key in keys]
            plan = plan_update(catalogue, Asked(), progress, look)
            with self._writing(catalogue, [], copies_anew=True) as writer:
                writer.leave_out(broken)
                run = Run(writer, catalogue, progress, gone)
                run.carry_out(plan)
                stamp(catalogue, started_ns, problems_of(plan, run), plan.places)

    def alias_fields(self, aliases: Mapping[str, str]) -> tuple[str, ...]:
        """Give fields names of one's own for queries, {"كاتب": "title"}; "" takes a name away.

        They are kept in the index, with the first update of a new one. Returns notes, if the disk
        may lose them again. Raises OptionError for what cannot be a name or is no field, and
        IndexLockedError.
        """
        from indexer.query.aliases import renamed

        with self._locked():
            self._follow()
            named = tuple(sorted(renamed(self.aliases, aliases).items()))
            self._location = self._location._replace(aliases=named)
            notes: list[str] = []
            if not self._is_new:
                storage.switch(self._location)
                with durable.noting(notes, durable.NOT_SYNCED):
                    durable.sync_folder(self._location.index_dir)
            return tuple(notes)

    def close(self) -> None:
        """Release the files; a new index that was never updated is removed."""
        super().close()
        if self._lock is not None:
            lock, self._lock = self._lock, None
            _undo(self._location.index_dir, lock)

    @contextmanager
    def _writing(
        self, catalogue: Catalogue, notes: list[str], *, copies_anew: bool = False
    ) -> Iterator[ColumnarWriter]:
        """A writer, committed at the end with the catalogue and cancelled on an error."""
        from indexer.codec.whoosh import engine

        writer = engine.open_writer(self._whoosh)
        try:
            yield writer
            renewing = self._renewing(writer, catalogue, anew=copies_anew)
            notes += self._commit(writer, catalogue, renewing)
        except BaseException:
            with suppress(Exception):
                writer.cancel()  # this undoes nothing that was committed
            raise

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the index for writing; a new one has been held since it was begun."""
        where = self._location.index_dir
        lock = self._lock or Lock(where, self._wait_s)
        try:
            with writing(where):
                yield
        finally:
            if not self._is_new:
                self._lock = None
                lock.release()

    def _clear(self) -> list[str]:
        """Check that the newest commit is complete, and remove what killed runs left beside it.

        Returns notes about what could not be removed.
        """
        self.refresh()
        notes: list[str] = []
        index_dir, data_dir, *_ = self._location
        commits.check(data_dir)
        with durable.noting(notes, durable.NOT_REMOVED):
            commits.remove_stale_files(data_dir)
            storage.clear_data(data_dir, self._generation)
            storage.clear(index_dir, keep=data_dir)
        return notes

    def _commit(
        self, writer: ColumnarWriter, catalogue: Catalogue, renew: RenewCopies
    ) -> list[str]:
        """Write the catalogue of the next generation, then commit that generation.

        The commit is one rename: of the TOC or, for a new index, of `fahras.json`. Later failures
        cannot undo it; they are returned, and the next run finishes the work.
        """
        index_dir, data_dir, *_ = self._location
        path = os.path.join(data_dir, storage.catalogue_name(writer.generation))
        writer.catalogue = catalogues.save(catalogue, path)
        writer.renew_copies = renew
        writer.commit()
        notes: list[str] = writer.notes
        if self._is_new:
            storage.switch(self._location)
            self._is_new = False
            with durable.noting(notes, durable.NOT_SYNCED):
                durable.sync_folder(index_dir)
                with durable.noting(notes, durable.NOT_REMOVED):
                    storage.clear(index_dir)
        with durable.noting(notes, durable.NOT_REMOVED):
            storage.clear_data(data_dir, writer.generation)
            storage.make_private(index_dir, data_dir)
        self._let_go()
        return notes

    def _renewing(self, writer: ColumnarWriter, catalogue: Catalogue, *, anew: bool) -> RenewCopies:
        """What writes what is known of copies in the next generation."""
        from indexer.copies.renewal import renew

        where, moved = (self._location.data_dir, writer.generation), writer.moved_files
        return lambda entries: renew(*where, entries, catalogue.files, moved, anew=anew)


def _on_cluster() -> type[RemoteIndex]:
    """Indices on a cluster: by name, as they are made of this module's `Index`."""
    found: type[RemoteIndex] = import_module("indexer.remote.index").RemoteIndex
    return found


def _fill(data_dir: str, catalogue: Catalogue) -> None:
    """Make an index without documents in an empty data folder."""
    from indexer.codec.whoosh import engine

    path = os.path.join(data_dir, storage.catalogue_name(0))
    engine.create_index(data_dir, catalogues.save(catalogue, path))


def _undo(index_dir: str, lock: Lock) -> None:
    """Remove a new index, unless it is the one in use by now, and let others write."""
    with suppress(OSError):
        storage.clear(index_dir)
    lock.release()
