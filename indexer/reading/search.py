"""One query on one open index, from its text to its hits: rank, fold copies, choose parts.

`ranking` scores; this file connects it with files and with what is known of copies. What is shown
of the hits says `showing`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analyzers.variants import VariantTable
from indexer.errors import IndexCorruptError
from indexer.folder.lookup import FileTable
from indexer.query.grammar import ParsedQuery
from indexer.query.nodes import FilterQuery, Node, RequireQuery
from indexer.query.parser import QueryParser
from indexer.ranking.evaluator import Evaluator, Ranked
from indexer.ranking.hits import PartChooser, Place, Places
from indexer.ranking.leaves import Verify
from indexer.ranking.order import first_of, path_ranks, places_by
from indexer.ranking.resolve import notes_on_limits
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import Docs
from indexer.ranking.unknown import missing_words, note_on
from indexer.reading.showing import Found, Showing
from indexer.results import Match, SearchOptions, SearchResults
from indexer.schema import (
    id_of,
    part_of,
)

if TYPE_CHECKING:
    from indexer.copies import folding
    from indexer.copies.folding import Groups
    from indexer.ranking.explain import Explainer

NOTHING_RECURS: Mapping[str, frozenset[str]] = MappingProxyType({})


class Search:
    """One query, parsed and ready to run on the documents of a snapshot and their files.

    Raises QueryError where the query cannot be understood.
    """

    _shows = Showing

    def __init__(
        self,
        snapshot: Snapshot,
        files: FileTable,
        variants: VariantTable,
        text: str,
        options: SearchOptions,
        aliases: Mapping[str, str],
        parsed: ParsedQuery | None = None,
        groups: Groups | None = None,
        recurring: Mapping[str, frozenset[str]] = NOTHING_RECURS,
    ) -> None:
        """`parsed`: what the text means, where it was not written by anybody.

        `groups`: of copies, see `copies.folding`; None where there are none. `recurring`: lines, by
        folder, see `copies.passing`.
        """
        self.snapshot = snapshot
        self._groups = None if options.copies else groups
        self._recurring = recurring
        self._files = files
        self.options = options
        self.text = text
        self._started = time.perf_counter()
        self._parser = QueryParser(
            fields=options.fields,
            match=options.match,
            all_words=options.all_words,
            paths=self._files.matching,
            variants=variants,
            strict=options.strict,
            respell=options.respell,
            asked=snapshot.settings.asked,
            negation=snapshot.settings.negation,
            aliases=aliases,
            request=snapshot.settings.request,
        )
        read = self._parser.plain_query if options.plain else self._parser.parse
        self.parsed: ParsedQuery = read(text) if parsed is None else parsed
        self.evaluator = Evaluator(snapshot, self._verify())

    def _verify(self) -> Verify | None:
        """What reads texts for marks, if marks are asked for."""
        if "marks" not in self.options.strict:
            return None
        from indexer.snippets.vowels import MarksReader

        return MarksReader(self.snapshot).bearing

    @cached_property
    def query(self) -> Node:
        """What is searched for, with the filters of the options."""
        if self._filter is None:
            return self.parsed.query
        return RequireQuery(self.parsed.query, self._filter)

    @cached_property
    def _filter(self) -> FilterQuery | None:
        """The filters of the options, if there are any."""
        options, admitted = self.options, list(self.admitted.values())
        dates = (options.since, options.until) if options.since or options.until else None
        if not admitted and dates is None:
            return None
        files = admitted[0] if admitted else None
        if files is not None and len(admitted) > 1:
            files = files.intersection(*admitted[1:])
        return FilterQuery(files=files, dates=dates)

    @cached_property
    def admitted(self) -> dict[str, frozenset[int]]:
        """The numbers of the files that each option about places admits, by its field."""
        options, found = self.options, {}
        if options.within:
            first, *others = map(self._files.matching, options.within)
            found["within"] = first.union(*others) if others else first
        if options.below:
            found["below"] = self._files.at_or_below([options.below])[0]
        if options.only is not None:
            found["only"] = self._listed[0]
        return found

    @cached_property
    def _listed(self) -> tuple[frozenset[int], int]:
        return self._files.at_or_below(self.options.only or ())

    def members(self) -> Docs:
        """All documents that answer, ascending; without words, all that pass the filters."""
        wanted = self.query if self.text.strip() else self._filter or FilterQuery()
        return self.evaluator.everything(wanted)[0]

    def results(self) -> SearchResults:
        """Run the query and gather its hits, with their snippets."""
        return self.shown(self._found())

    @property
    def _reach(self) -> int | None:
        """How many of the best documents are to be ranked; None for all."""
        options = self.options
        return None if options.by == "part" else self._page.stop

    @property
    def _page(self) -> slice:
        """The hits that are shown, of all in their order."""
        offset, limit = self.options.offset, self.options.limit
        return slice(offset, None if limit is None else offset + limit)

    def similar(self, doc: int) -> SearchResults:
        """The documents that are like one of which the query has the most telling words."""
        from indexer.ranking.similar import Likeness

        admitted = None if self._filter is None else self.evaluator.members(self._filter)
        found = Likeness(self.evaluator, self.parsed, doc)
        return self.shown(self._opened(found.ranked(admitted, self._reach, self._path_ranks)))

    def shown(self, found: Found) -> SearchResults:
        """Hits, with their snippets."""
        options, total = self.options, found.total
        explainer = self._explainer_of(found) if options.explain else None
        missing = missing_words(self.parsed.leaves, self.text, self.evaluator)
        by_spelling = tuple(note_on(word) for word in missing if word.retrieved and total)
        return SearchResults(
            query=self.text,
            total=total,
            hits=self._showing(explainer).hits(found),
            offset=options.offset,
            limit=options.limit,
            elapsed_ms=(time.perf_counter() - self._started) * 1e3,
            unknown_words=tuple(word.unknown for word in missing),
            notes=(*self.parsed.notes, *by_spelling, *self._limits(), *self._unlisted()),
            groups=found.groups,
            by=options.by,
        )

    @cached_property
    def _chooser(self) -> PartChooser:
        return PartChooser(self.parsed.leaves, self.evaluator.leaves)

    def _found(self) -> Found:
        """What is shown of all that is found."""
        if not self._folds:
            return self._opened(self.rank(self._reach))
        return self._folded_parts() if self.options.by == "part" else self._folded()

    @property
    def _folds(self) -> bool:
        """Whether a hit stands for its copies."""
        return self._groups is not None

    def _grouped(self) -> Groups:
        """By part of the documents at hand, its group of copies."""
        groups = self._groups
        if groups is None or len(groups) != self._chooser.parts.count:
            raise IndexCorruptError("the groups of copies are not those of this index")
        return groups

    def _opened(self, ranked: Ranked) -> Found:
        """What is shown of a ranking where each document, or part, is a hit."""
        if self.options.by == "part":
            hits = self._every(ranked)
            return Found(_places(hits, self._page), len(hits.docs))
        return Found(self._by_best_part(ranked.docs, ranked.scores, self._page), ranked.total)

    def _every(self, ranked: Ranked) -> Places:
        return self._chooser.every(ranked, by_score=self.options.sort == "relevance")

    def _by_best_part(self, docs: Docs, scores: NDArray[Any], page: slice | Docs) -> list[Place]:
        """Some documents of a ranking by their best parts."""
        docs = docs[page]
        return _places(Places(docs, self._chooser.best(docs), scores[page]))

    def _folded(self) -> Found:
        """The documents, each with those whose best parts are copies of its own."""
        from indexer.copies import folding

        reach = self._reach
        wanted, known = folding.ranked_for(reach), None
        while True:
            ranked = self._ranked_to_fold(wanted)
            if ranked.members is not known:  # candidates of a cluster are others each time
                known, groups = ranked.members, self._grouped()
                members = self._chooser.texts(known, groups)
            texts = members.take(known.searchsorted(ranked.docs))
            firsts = folding.firsts_of(texts, groups)
            if wanted is None or len(firsts) >= (reach or 0) or wanted >= ranked.total:
                break
            wanted = folding.ranked_for(reach, wanted)
        choose = self._alike(texts, ranked.scores)
        shown = folding.standing_for(firsts[self._page], texts, groups, choose)
        copies = folding.copies_of(texts.take(shown), members, groups)
        folded = len(members) - folding.count_of(members, groups)
        places = self._by_best_part(ranked.docs, ranked.scores, shown)
        return Found(places, ranked.total, copies, ranked.total - folded)

    def _ranked_to_fold(self, wanted: int | None) -> Ranked:
        """The best documents, of which copies are folded."""
        return self.rank(wanted)

    def _folded_parts(self) -> Found:
        """The parts, each with its copies."""
        from indexer.copies import folding

        hits = self._every(self._ranked_to_fold(None))
        groups = self._grouped()
        texts = self._chooser.parts.texts(hits.docs, hits.parts)
        firsts = folding.firsts_of(texts, groups)
        choose = self._alike(texts, hits.scores)
        shown = folding.standing_for(firsts[self._page], texts, groups, choose)
        copies = folding.copies_of(texts.take(shown), np.sort(texts), groups)
        return Found(_places(hits, shown), len(texts), copies, len(firsts))

    def _alike(self, texts: Docs, scores: NDArray[Any]) -> folding.Choose:
        """What chooses among copies that score alike: the oldest, those without a date last."""

        def choose(places: Docs) -> int:
            first = places[0]
            if self.options.sort != "relevance":
                return int(first)
            alike = places[scores.take(places) == scores[first]]
            if len(alike) == 1:
                return int(first)
            dates = map(self._date, *self._chooser.parts.places(texts.take(alike)))
            oldest: int = min(zip((date or "~" for date in dates), alike.tolist(), strict=True))[1]
            return oldest

        return choose

    def _date(self, doc: int, number: int) -> str:
        """The date of a part, or of its document."""
        stored = self.snapshot.record(int(doc))
        part = part_of(stored, int(number))
        date: str = (part.date if part else "") or stored["date"]
        return date

    def _showing(self, explainer: Explainer | None = None) -> Showing:
        """What makes hits of what was found."""
        known = self._files, self.parsed, self.options, self.evaluator, self._recurring
        return self._shows(*known, explainer)

    def _explainer_of(self, found: Found) -> Explainer:
        """What explains the scores of the documents that are hits."""
        from indexer.ranking.explain import Explainer

        docs = np.array(sorted({place.doc for place in found.places}), np.int64)
        return Explainer(self.query, self.text, self.evaluator, docs)

    def matches(self, text: str) -> tuple[Match, ...]:
        """The words of any text that match the query."""
        return self._showing().matches(text)

    def _limits(self) -> tuple[str, ...]:
        """What is said of words that may be misspelled in more ways than are searched."""
        return tuple(dict.fromkeys(notes_on_limits(self.query, self.evaluator.leaves.resolver)))

    def _unlisted(self) -> tuple[str, ...]:
        """What is said of the files of a list that the index does not have."""
        if not self.options.only or not self._listed[1]:
            return ()
        return (f"{self._listed[1]:,} of {len(self.options.only):,} paths are not in the index",)

    def rank(self, count: int | None) -> Ranked:
        """The best `count` documents in the order that the options ask for."""
        if self.options.sort == "relevance":
            return self.evaluator.rank(self.query, count, self._path_ranks)
        docs = self.evaluator.found(self.query)
        places = places_by(self.snapshot, self._files, self.options.sort)
        first = first_of(docs, places, count)
        scores = self.evaluator.scores_among(self.query, docs, first)
        return Ranked(first, scores, len(docs), docs)

    def _path_ranks(self, docs: Docs) -> NDArray[np.int64]:
        return path_ranks(self.snapshot, self._files, docs)

    def document_id(self, doc: int) -> str:
        """The id of a document: a record's own, else the path of its file below the home."""
        stored = self.snapshot.record(doc)
        return id_of(stored, self._files.entry(stored["file"]).path)


def _places(hits: Places, page: slice | Docs = slice(None)) -> list[Place]:
    """Some hits one by one."""
    columns = (column[page].tolist() for column in hits)
    return [Place(*hit) for hit in zip(*columns, strict=True)]
