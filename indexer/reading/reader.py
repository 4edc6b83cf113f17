"""What can be asked of an index? Each answer is a method; the work is done where it belongs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from indexer.codec.format import FORMAT_VERSION
from indexer.reading.opened import OpenIndex
from indexer.reading.tables import VARIANTS_NAME, VariantTables, as_it_is
from indexer.results import Match, SearchOptions, SearchResults, Staleness, TermSortKey
from indexer.storage.location import Location

if TYPE_CHECKING:
    from analyzers.variants import VariantTable
    from indexer.copies.duplicates import Known
    from indexer.copies.lines import Recurring
    from indexer.folder.choices import Choices
    from indexer.query.grammar import ParsedQuery
    from indexer.reading.documents import Documents
    from indexer.reading.reasons import Count, Reason
    from indexer.reading.search import Search
    from indexer.reports import (
        CopyGroup,
        Document,
        FileProblem,
        IndexStats,
        LeftOut,
        Meeting,
        TermStats,
    )


class Reader(OpenIndex):
    """An open index that answers: searches, documents, words, figures."""

    def __init__(self, location: Location, *, is_new: bool = False) -> None:
        super().__init__(location, is_new=is_new)
        self._variant_tables = VariantTables()

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
        from indexer.ranking.similar import Sample, considered, telling, text_of

        doc, snapshot = self._documents.number(name, line), self._snapshot
        words = considered(Sample.of(snapshot, doc), snapshot, options.fields)
        parsed = telling(words, Evaluator(snapshot))
        options = options._replace(strict=frozenset(), respell=False)
        return self._search(text_of(parsed), options, parsed).similar(doc)

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

    def _search(
        self, query: str, options: SearchOptions, parsed: ParsedQuery | None = None
    ) -> Search:
        options.check()
        from indexer.reading.search import Search

        table = self._variants(options.variants_files)
        groups = None if options.copies or self._copies is None else self._copies.groups
        known = self._snapshot, self._files, table
        return Search(*known, query, options, self.aliases, parsed, groups, self._recurring)

    def why_nothing(
        self, results: SearchResults, options: SearchOptions = SearchOptions()
    ) -> tuple[Reason, ...]:
        """Why a search with these options found nothing; () where it found something.

        Only here, and only once for an open index, is it compared with its folder: names, sizes
        and times of up to 50,000 files.
        """
        if results.total:
            return ()
        from indexer.reading import reasons

        def count(others: SearchOptions) -> int:
            return self._search(results.query, others).rank(1).total

        found = self._reasons(results, options, count)
        return (*found, *reasons.of_index(self.document_count, self.problems(), self._newer))

    def _reasons(
        self, results: SearchResults, options: SearchOptions, count: Count
    ) -> list[Reason]:
        """Those that lie in the query. count: see `reasons.Count`."""
        from indexer.reading.reasons import of_query

        return of_query(self._search(results.query, options), results, count)

    @property
    def state(self) -> str:
        """Tells what is open from what was before: answers of one state are alike.

        But for what they say of files, see `staleness`.
        """
        return repr((self._location, self._opened[0].toc.generation, as_it_is(self._own_variants)))

    def staleness(self, path: str) -> Staleness | None:
        """Whether a file of the index, named as hits name it, is gone or has changed since."""
        from indexer.folder.stale import staleness_of

        return staleness_of(path, self._catalogue.files[self._catalogue.key(path)])

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
        from indexer.reading.documents import Documents

        return Documents(self._snapshot, self._catalogue, self._files)

    def duplicates(
        self, path: str | None = None, *, min_overlap: float | None = None
    ) -> Iterator[CopyGroup]:
        """The groups of near-identical documents, with what differs in them.

        path: only groups with a document there or below. min_overlap: the share of the runs of five
        words of the shorter text that copies have in common, from 0.5. Raises OptionError.
        """
        from indexer.copies.duplicates import duplicates

        return duplicates(self._known_texts, self._files, path=path, least=min_overlap)

    def _known_texts(self) -> Known | None:
        """All texts of the index, and what is known of their copies."""
        from indexer.copies.duplicates import Known
        from indexer.copies.segments import SegmentCorpus

        if self._copies is None:
            return None
        segments = self._opened[0].segments
        corpus = SegmentCorpus([(segment.entry, segment.reader.container) for segment in segments])
        return Known(corpus, self._copies.pairs, self._copies.common)

    def recurring_lines(self) -> tuple[Recurring, ...]:
        """The lines of each folder that recur in files which have nothing else in common.

        Captions, navigation, footers; those that most documents have come first.
        """
        found = self._known_lines()
        return tuple(sorted(found, key=lambda line: (-line.documents, line.folder, line.text)))

    def _known_lines(self) -> Sequence[Recurring]:
        """The recurring lines of the index."""
        return self._copies.lines if self._copies else []

    def _variants(self, files: tuple[str, ...]) -> VariantTable:
        """The built-in table, this index's own (variants.txt in its folder), then `files`."""
        return self._variant_tables.united(self._own_variants, files)

    @property
    def _own_variants(self) -> str:
        """The path of this index's own table of variants, which need not be there."""
        return os.path.join(self._location.index_dir, VARIANTS_NAME)

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

    def stats(self) -> IndexStats:
        """The contents of the index, and its size."""
        from analyzers import ANALYZER_VERSION
        from indexer.extract.formats import OTHER_KIND
        from indexer.reports import IndexStats

        catalogue = self._catalogue
        others = len(catalogue.files.read_by(OTHER_KIND))
        failures = [catalogue.files[path] for path, _ in catalogue.files.failures()]
        return IndexStats(
            aliases=self.aliases,
            roots=self.roots(),
            documents=self.document_count,
            files=len(catalogue.files) - sum(not entry.documents for entry in failures) - others,
            text_bytes=sum(catalogue.files.column("text_bytes")),
            analyzer_version=ANALYZER_VERSION,
            updated=catalogue.updated,
            problems=self.problems(),
            listed=len(catalogue.loose),
            **self._own_figures(),
        )

    def _own_figures(self) -> dict[str, Any]:
        """What statistics say of the index itself, not of the files: where it is and how large."""
        from indexer.ranking.terms import distinct_terms, tokens_of

        opened = self._opened[0]
        return {
            "index_dir": self._location.index_dir,
            "tokens": tokens_of(opened),
            "terms": distinct_terms(opened),
            "index_bytes": _size_of(self._location.data_dir),
            "segments": len(opened.segments),
            "format_version": FORMAT_VERSION,
        }


def _size_of(folder: str) -> int:
    return sum(entry.stat().st_size for entry in os.scandir(folder) if entry.is_file())
