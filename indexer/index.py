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
from functools import cached_property
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from indexer.codec import commits
from indexer.codec.format import FORMAT_VERSION
from indexer.errors import FahrasError, IndexCorruptError, NoIndexError
from indexer.folder import catalogue as catalogues
from indexer.folder.catalogue import Catalogue
from indexer.given import MIB, read_given
from indexer.results import Match, SearchOptions, SearchResults, TermSortKey
from indexer.storage import durable
from indexer.storage import location as storage
from indexer.storage.location import Location
from indexer.storage.lock import Lock, writing

if TYPE_CHECKING:
    from analyzers.variants import VariantTable
    from indexer.codec.contents import Fingerprint, SegmentEntry
    from indexer.codec.copies import StoredCopies
    from indexer.codec.opened import OpenedIndex
    from indexer.codec.whoosh.index import ColumnarIndex
    from indexer.codec.whoosh.writer import ColumnarWriter
    from indexer.copies.lines import Recurring
    from indexer.documents import Documents
    from indexer.folder.choices import Choices, Choose
    from indexer.folder.lookup import FileTable
    from indexer.folder.newer import Newer
    from indexer.query.grammar import ParsedQuery
    from indexer.ranking.snapshot import Snapshot
    from indexer.reasons import Reason
    from indexer.remote.index import RemoteIndex
    from indexer.reports import (
        CopyGroup,
        Document,
        FileProblem,
        IndexStats,
        LeftOut,
        Meeting,
        ProgressCallback,
        TermStats,
        UpdateReport,
    )
    from indexer.search import Search
    from indexer.update.lookahead import Ahead

    RenewCopies = Callable[[Sequence[SegmentEntry]], Fingerprint | None]


class Index:
    """An index of the texts below some folders. Make one with `create`, `open` or `rebuild`."""

    def __init__(
        self, location: Location, lock: Lock | None = None, *, wait_s: float | None = None
    ) -> None:
        """`lock`: held for a new index, not in use before its first update is committed."""
        self._location = location
        self._lock = lock
        self._wait_s = wait_s
        self._is_new = lock is not None
        commits.generation_of(location.data_dir)
        self._variant_tables: dict[tuple[object, ...], VariantTable] = {}

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

    @property
    def home(self) -> str:
        """The folder that ids which are paths are counted from."""
        return self._location.home

    @property
    def aliases(self) -> dict[str, str]:
        """The names of one's own that fields have in queries, each with its field."""
        return dict(self._location.aliases)

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

    @cached_property
    def _whoosh(self) -> ColumnarIndex:
        """The index as Whoosh's writer needs it; readers do not need it."""
        from indexer.codec.whoosh import engine

        return engine.open_index(self._location.data_dir)

    def _close_whoosh(self) -> None:
        if "_whoosh" in vars(self):
            self._whoosh.close()
            del self._whoosh

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

    def _let_go(self) -> None:
        for name in ("_opened", "_copies", "_recurring", "_snapshot", "_files", "_ids", "_newer"):
            vars(self).pop(name, None)

    def _load_catalogue(self) -> Catalogue:
        return storage.load_catalogue(self._location, commits.read_toc(self._location.data_dir))

    @property
    def _generation(self) -> int:
        """The number of the newest commit."""
        return commits.generation_of(self._location.data_dir)

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

    @cached_property
    def _snapshot(self) -> Snapshot:
        """The documents to rank."""
        from indexer.codec.columnar import LocalSegment
        from indexer.ranking.memory import Memory
        from indexer.ranking.snapshot import Snapshot

        memory = Memory()
        segments = tuple(LocalSegment(segment, memory) for segment in self._opened[0].segments)
        return Snapshot(segments, foreign=self._foreign, memory=memory)

    def _foreign(self, query: object) -> tuple[Sequence[int], Sequence[float]]:
        """What Whoosh's own matchers find: only here does a search need them."""
        from indexer.codec.whoosh import engine

        return engine.found_in(self._opened[0], query)

    @property
    def _catalogue(self) -> Catalogue:
        return self._opened[1]

    @cached_property
    def _files(self) -> FileTable:
        from indexer.folder.lookup import FileTable

        return FileTable(self._catalogue)

    @cached_property
    def _ids(self) -> dict[int, str]:
        """The ids of documents that rankings have named, by docnum."""
        return {}

    def search(self, query: str, options: SearchOptions = SearchOptions()) -> SearchResults:
        """The documents that answer a query, best first, with passages that show why.

        Raises QueryError, with its place, if the query cannot be understood, and OptionError if an
        option has an unknown value.
        """
        return self._search(query, options).results()

    def similar(
        self, name: str, line: int | None = None, options: SearchOptions = SearchOptions()
    ) -> SearchResults:
        """The documents that are most like one, which is named as for `document`.

        Found by its own most telling words, which are the query of the results. Itself and texts
        that are the same again are left out. Of the options those count that filter documents, and
        those about what is shown.
        """
        from indexer.ranking.evaluator import Evaluator
        from indexer.ranking.similar import Sample, telling, text_of

        doc = self._documents.number(name, line)
        sample = Sample.of(self._snapshot, doc)
        parsed = telling(sample, Evaluator(self._snapshot), options.fields)
        options = options._replace(strict=frozenset(), respell=False)
        return self._search(text_of(parsed), options, parsed).similar(doc)

    def why_nothing(
        self, results: SearchResults, options: SearchOptions = SearchOptions()
    ) -> tuple[Reason, ...]:
        """Why a search with these options found nothing; () where it found something.

        Only here, and only once for an open index, is it compared with its folder: names, sizes
        and times of up to 50,000 files.
        """
        if results.total:
            return ()
        from indexer import reasons

        def count(others: SearchOptions) -> int:
            return self._search(results.query, others).rank(1).total

        found = reasons.of_query(self._search(results.query, options), results, count)
        return (*found, *reasons.of_index(self.document_count, self.problems(), self._newer))

    @cached_property
    def _newer(self) -> Newer:
        from indexer.folder.newer import newer

        return newer(self._catalogue)

    def _search(
        self, query: str, options: SearchOptions, parsed: ParsedQuery | None = None
    ) -> Search:
        options.check()
        from indexer.search import Search

        table = self._variants(options.variants_files)
        groups = None if options.copies or self._copies is None else self._copies.groups
        known = self._snapshot, self._files, table
        return Search(*known, query, options, self.aliases, parsed, groups, self._recurring)

    @cached_property
    def _recurring(self) -> Mapping[str, frozenset[str]]:
        """The lines that recur in each folder."""
        from indexer.copies.passing import by_folder

        return by_folder(self._copies.lines) if self._copies else {}

    def recurring_lines(self) -> tuple[Recurring, ...]:
        """The lines of each folder that recur in files which have nothing else in common.

        Captions, navigation, footers; those that most documents have come first.
        """
        found = self._copies.lines if self._copies else []
        return tuple(sorted(found, key=lambda line: (-line.documents, line.folder, line.text)))

    def duplicates(
        self, path: str | None = None, *, min_overlap: float | None = None
    ) -> Iterator[CopyGroup]:
        """The groups of near-identical documents, with what differs in them.

        path: only groups with a document there or below. min_overlap: the share of the runs of five
        words of the shorter text that copies have in common, from 0.5. Raises OptionError.
        """
        from indexer.copies.duplicates import duplicates

        opened = self._opened[0]
        known = opened, self._copies, self._files, self._snapshot
        return duplicates(*known, path=path, least=min_overlap)

    @cached_property
    def _copies(self) -> StoredCopies | None:
        """What is known of copies in this commit."""
        from indexer.codec.copies import StoredCopies

        opened = self._opened[0]
        return StoredCopies.open(opened.folder, opened.toc)

    @property
    def _own_variants(self) -> str:
        """The path of this index's own table of variants, which need not be there."""
        return os.path.join(self._location.index_dir, VARIANTS_NAME)

    def _variants(self, files: tuple[str, ...]) -> VariantTable:
        """The built-in table, this index's own (variants.txt in its folder), then `files`."""
        from analyzers.variants import VariantTable

        own = self._own_variants
        wanted = (own, *files) if os.path.exists(own) else files
        known = tuple(map(_as_it_is, wanted))
        if known not in self._variant_tables:
            table = VariantTable.default()
            for path in wanted:
                table = _with_file(table, path, streams=path != own)
            self._variant_tables[known] = table
        return self._variant_tables[known]

    def rank(
        self, query: str, options: SearchOptions = SearchOptions(), k: int = 100
    ) -> list[tuple[str, float]]:
        """(document id, score) of the `k` best documents, for evaluations."""
        search = self._search(query, options)
        ranked = search.rank(k)
        docs = ranked.docs.tolist()
        for doc in docs:
            if doc not in self._ids:
                self._ids[doc] = search.document_id(doc)
        return [(self._ids[d], s) for d, s in zip(docs, ranked.scores.tolist(), strict=True)]

    def matches(
        self, text: str, query: str, options: SearchOptions = SearchOptions()
    ) -> tuple[Match, ...]:
        """The words of any text that match a query as this index understands it."""
        return self._search(query, options).matches(text)

    def document(self, name: str, line: int | None = None) -> Document:
        """A document by record id, by path below the home, or by file-system path.

        With a `line`, of a file of records the one at that line, or the last before it; a file
        that is one document has it whatever the line. Raises DocumentNotFoundError, also where
        several records bear the id and not one alone is at the line; the message then names the
        place of each.
        """
        return self._documents.document(name, line)

    def documents(
        self, query: str = "", options: SearchOptions = SearchOptions()
    ) -> Iterator[Document]:
        """The documents that answer a query, without one all that pass the filters of the options.

        In the order of the index, one text at a time in memory; limit and offset do not count.
        Raises QueryError and OptionError as `search` does.
        """
        return self._documents.each(self._search(query, options).members())

    def holds(self, name: str) -> bool:
        """Whether `document` would find any document by this name."""
        return self._documents.holds(name)

    @property
    def _documents(self) -> Documents:
        from indexer.documents import Documents

        return Documents(self._snapshot, self._catalogue, self._files)

    @property
    def document_count(self) -> int:
        """The number of documents in the index."""
        return self._opened[0].document_count

    def roots(self) -> tuple[str, ...]:
        """The absolute paths of its roots."""
        return tuple(map(self._catalogue.absolute, self._catalogue.roots))

    def choices(self) -> Choices:
        """What it takes in, as it was told."""
        return self._catalogue.choices

    def left_out(self) -> list[LeftOut]:
        """What below its roots is not in it, and why: as the folders are now, by path."""
        from indexer.folder.leftovers import left_out

        return left_out(self._catalogue)

    def problems(self) -> tuple[FileProblem, ...]:
        """What could not be read, at the last update or, if it is the same since, before."""
        return tuple(self._catalogue.all_problems())

    def terms(
        self, pattern: str = "", limit: int | None = None, sort: TermSortKey = "alphabet"
    ) -> Iterator[TermStats]:
        """The written forms that begin with `pattern` or, where it has stars, that fit it.

        In the order of their code points, or the most frequent first: by how often they occur
        (count), or in how many documents (documents).
        """
        from indexer.ranking.terms import terms_of

        return terms_of(self._opened[0], pattern, limit, sort)

    def meetings(self, word: str, options: SearchOptions = SearchOptions()) -> tuple[Meeting, ...]:
        """The written forms of the index that each word of a text meets, by tier, strongest first.

        What only adds to scores comes last.
        """
        from indexer.ranking.terms import met_by

        search = self._search(word, options._replace(plain=True, respell=False))
        return met_by(search.parsed.leaves, search.evaluator.leaves.resolver)

    def frequent_words(self, beginning: str, limit: int = 50) -> list[str]:
        """Written forms that begin with some letters, the most frequent first."""
        from analyzers.normalizer import unmark
        from indexer.ranking.terms import frequent

        return frequent(self._opened[0], unmark(beginning), limit)

    def stats(self) -> IndexStats:
        """The contents of the index, and its size."""
        from analyzers import ANALYZER_VERSION
        from indexer.extract.formats import OTHER_KIND
        from indexer.ranking.terms import distinct_terms, tokens_of
        from indexer.reports import IndexStats

        opened, catalogue = self._opened
        others = len(catalogue.files.read_by(OTHER_KIND))
        failures = [catalogue.files[path] for path, _ in catalogue.files.failures()]
        return IndexStats(
            index_dir=self._location.index_dir,
            aliases=self.aliases,
            roots=self.roots(),
            documents=self.document_count,
            files=len(catalogue.files) - sum(not entry.documents for entry in failures) - others,
            tokens=tokens_of(opened),
            terms=distinct_terms(opened),
            text_bytes=sum(catalogue.files.column("text_bytes")),
            index_bytes=_size_of(self._location.data_dir),
            segments=len(opened.segments),
            format_version=FORMAT_VERSION,
            analyzer_version=ANALYZER_VERSION,
            updated=catalogue.updated,
            problems=self.problems(),
            listed=len(catalogue.loose),
        )

    def close(self) -> None:
        """Release the files; a new index that was never updated is removed."""
        self._let_go()
        self._close_whoosh()
        if self._lock is not None:
            lock, self._lock = self._lock, None
            _undo(self._location.index_dir, lock)

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


def _on_cluster() -> type[RemoteIndex]:
    """Indices on a cluster: by name, as they are made of this module's `Index`."""
    found: type[RemoteIndex] = import_module("indexer.remote.index").RemoteIndex
    return found


VARIANTS_NAME = "variants.txt"
"""A user's own table, beside the data folder; it outlives rebuilds."""


_VARIANTS_BYTES = 4 * MIB


def _as_it_is(path: str) -> object:
    """What tells a file from another of that name, or from itself before it was changed."""
    try:
        info = os.stat(path)
    except OSError:
        return path
    return os.path.abspath(path), info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns


def _with_file(table: VariantTable, path: str, *, streams: bool) -> VariantTable:
    """The table with the groups of a user's file; errors name the file."""
    try:
        data = read_given(path, _VARIANTS_BYTES, streams=streams)
        return table.with_text(data.decode("utf-8-sig"), path)
    except OSError as error:
        raise FahrasError(f"the table of variants {path}: {error.strerror}") from error
    except FahrasError as error:
        raise FahrasError(f"the table of variants {error}") from error
    except UnicodeDecodeError as error:
        raise FahrasError(f"the table of variants {path} is not UTF-8: save it as UTF-8") from error
    except ValueError as error:
        raise FahrasError(f"the table of variants {error}") from error


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


def _size_of(folder: str) -> int:
    return sum(entry.stat().st_size for entry in os.scandir(folder) if entry.is_file())
