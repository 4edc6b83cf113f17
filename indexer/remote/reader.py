"""What can be asked of an index on a cluster? The answers of any other: see `reading.reader`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from indexer.errors import IndexCorruptError
from indexer.folder import catalogue as catalogues
from indexer.folder.catalogue import Catalogue
from indexer.reading.reader import Reader
from indexer.reading.tables import VariantTables
from indexer.remote.client import Client, MissingError
from indexer.remote.commit import OpenCommit
from indexer.remote.head import Head, Meta
from indexer.remote.mapping import REMOTE_VERSION
from indexer.results import SearchOptions, SearchResults

if TYPE_CHECKING:
    from indexer.copies.duplicates import Known
    from indexer.copies.lines import Recurring
    from indexer.query.grammar import ParsedQuery
    from indexer.reading.documents import Documents
    from indexer.reading.reasons import Count, Reason
    from indexer.remote.copies import Lines
    from indexer.remote.documents import RemoteDocuments
    from indexer.remote.search import RemoteSearch
    from indexer.remote.source import Candidate
    from indexer.reports import Document, Meeting, TermStats
    from indexer.results import TermSortKey


Answer = TypeVar("Answer")


class RemoteReader(Reader):
    """An open index on a cluster that answers."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._address = client.address
        self._meta = Meta(client)
        self._fresh: tuple[Head, Catalogue] | None = None
        """Of an index that is not in use yet: what it begins with."""
        self._is_new = False
        self._variant_tables = VariantTables()

    # What is open

    @cached_property
    def _commit_open(self) -> OpenCommit:
        if self._fresh is not None and self._is_new:
            return OpenCommit(self._client, self._meta, self._fresh[0])
        return OpenCommit(self._client, self._meta, self._meta.read()[0])

    @property
    def _head(self) -> Head:
        return self._commit_open.head

    def _catalogue_of(self, head: Head) -> Catalogue:
        return catalogues.unpacked(self._meta.read_pieces("catalogue", head), str(self._address))

    @cached_property
    def _known_catalogue(self) -> Catalogue:
        if self._fresh is not None and self._is_new:
            return self._fresh[1]
        return self._of_the_head(self._catalogue_of)

    @cached_property
    def _lines(self) -> Lines:
        """The lines that recur, as they were when they were last learnt."""
        from indexer.remote.copies import lines_in

        return lines_in(self._of_the_head(lambda head: self._meta.read_pieces("lines", head)))

    @cached_property
    def _recurring(self) -> Mapping[str, frozenset[str]]:
        """See OpenIndex."""
        from indexer.copies.passing import by_folder

        return by_folder(self._lines.recurring)

    def _of_the_head(self, read: Callable[[Head], Answer]) -> Answer:
        """What is read of the open commit, or of a later one if that has replaced it."""
        for _ in range(3):
            try:
                return read(self._head)
            except IndexCorruptError:
                before = self._head
                self.refresh()  # another commit has removed it
                if self._head == before:
                    raise
        return read(self._head)

    @property
    def _catalogue(self) -> Catalogue:
        return self._known_catalogue

    def _let_go(self) -> None:
        for name in (
            *("_commit_open", "_known_catalogue", "_lines", "_recurring"),
            *("_files", "_ids", "_newer"),
        ):
            vars(self).pop(name, None)

    def refresh(self) -> None:
        """See Index."""
        self._let_go()

    def refresh_if_changed(self) -> bool:
        """See Index."""
        if "_commit_open" not in vars(self):
            return False
        newest, known = self._meta.read()[0], self._head
        if newest == known:
            return False
        self._let_go()
        return True

    @property
    def state(self) -> str:
        """See Index."""
        return repr(self._head)

    @property
    def aliases(self) -> dict[str, str]:
        """See Index."""
        return dict(self._head.aliases)

    def document_path(self, key: str) -> str:
        """The absolute path of a file by its key."""
        return self._catalogue.absolute(key)

    def documented(self) -> list[str]:
        """The keys of the files that have documents."""
        files = self._catalogue.files
        return [key for key in files if files[key].documents]

    # Answers

    def search(self, query: str, options: SearchOptions = SearchOptions()) -> SearchResults:
        """See Reader."""
        return self._current(lambda: self._search(query, options).results())

    def document(self, name: str, line: int | None = None) -> Document:
        """See Reader."""
        return self._current(lambda: self._documents.document(name, line))

    def _current(self, answer: Callable[[], Answer]) -> Answer:
        """An answer, by the newest commit where a rebuild has just removed what was open."""
        try:
            return answer()
        except MissingError:
            if not self.refresh_if_changed():
                raise
            return answer()

    def similar(
        self, name: str, line: int | None = None, options: SearchOptions = SearchOptions()
    ) -> SearchResults:
        """See Reader."""
        return self._current(lambda: self._like(name, line, options))

    def _like(self, name: str, line: int | None, options: SearchOptions) -> SearchResults:
        from indexer.ranking.similar import as_query, considered, telling, text_of

        ident, sample = self._documents_of([]).sample(name, line)
        statistics = self._commit_open.statistics()
        bare = self._commit_open.snapshot_of([], statistics)
        with statistics.noting():
            considered(sample, bare, options.fields)
        words = considered(sample, bare, options.fields)
        options = options._replace(strict=frozenset(), respell=False)
        parsed = as_query(words)
        counted = self._search(text_of(parsed), options, parsed).counted(words)
        parsed = telling(words, counted)
        return self._search(text_of(parsed), options, parsed).like(ident)

    def _known_texts(self) -> Known:
        """See Reader. Nothing is kept: what copies are found by is fetched of all documents."""
        from indexer.copies.duplicates import Known
        from indexer.remote.copies import found_there

        corpus, found = found_there(self._commit_open, self._catalogue.files)
        return Known(corpus, found.pairs, found.common)

    def _known_lines(self) -> Sequence[Recurring]:
        """See Reader."""
        return self._lines.recurring

    def _reasons(
        self, results: SearchResults, options: SearchOptions, count: Count
    ) -> list[Reason]:
        """See Reader. Nothing is said of single words where too many documents hold them."""
        from indexer.reading import reasons

        search = self._search(results.query, options)
        if search.take_all_with_a_word():
            return reasons.of_query(search, results, count)
        return reasons.without_options(options, count, led=False)

    def _search(
        self, query: str, options: SearchOptions, parsed: ParsedQuery | None = None
    ) -> RemoteSearch:
        options.check()
        from indexer.remote.search import RemoteSearch

        table = self._variants(options.variants_files)
        recurring = self._recurring  # before the commit: it may be a later one then
        common = None if options.copies else self._lines.common
        known = self._commit_open, self._files, table
        return RemoteSearch(*known, query, options, self.aliases, parsed, recurring, common)

    @property
    def _own_variants(self) -> str:
        """See Index: a cluster keeps none."""
        return ""

    def rank(
        self, query: str, options: SearchOptions = SearchOptions(), k: int = 100
    ) -> list[tuple[str, float]]:
        """See Reader. Numbers of documents are those of one search here, so no ids are kept."""
        return self._current(lambda: self._ranked(query, options, k))

    def _ranked(self, query: str, options: SearchOptions, k: int) -> list[tuple[str, float]]:
        search = self._search(query, options)
        ranked = search.rank(k)
        search.fetch(ranked.docs.tolist())
        return [
            (search.document_id(doc), score)
            for doc, score in zip(ranked.docs.tolist(), ranked.scores.tolist(), strict=True)
        ]

    def documents(
        self, query: str = "", options: SearchOptions = SearchOptions()
    ) -> Iterator[Document]:
        """See Index."""
        for each in self._search(query, options).each():
            documents = self._documents_of([each])
            yield from documents.each(documents.all())

    @property
    def _documents(self) -> Documents:
        return self._documents_of([])

    def _documents_of(self, found: Sequence[Candidate]) -> RemoteDocuments:
        from indexer.remote.documents import RemoteDocuments

        return RemoteDocuments(self._commit_open, self._catalogue, self._files, found)

    @property
    def document_count(self) -> int:
        """See Index."""
        return self._head.documents

    def terms(
        self, pattern: str = "", limit: int | None = None, sort: TermSortKey = "alphabet"
    ) -> Iterator[TermStats]:
        """See Index."""
        from indexer.remote.documents import terms_of

        return terms_of(self._commit_open.lexicon, pattern, limit, sort)

    def frequent_words(self, beginning: str, limit: int = 50) -> list[str]:
        """See Index. None: nobody waits for a cluster while typing."""
        return []

    def meetings(self, word: str, options: SearchOptions = SearchOptions()) -> tuple[Meeting, ...]:
        """See Index. None: each form would be asked for by itself."""
        return ()

    def _own_figures(self) -> dict[str, Any]:
        """See Reader."""
        commit = self._commit_open
        total = commit.figures["_all"]["primaries"]
        return {
            "index_dir": str(self._address),
            "tokens": sum(length for _, length in commit.head.lengths),
            "terms": commit.head.forms,
            "index_bytes": total["store"]["size_in_bytes"],
            "segments": total["segments"]["count"],
            "format_version": REMOTE_VERSION,
        }
