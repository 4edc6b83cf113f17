"""One query from its text to the results shown: rank, look up, cut snippets.

`Search` is one query on one open index. `ranking` scores and `snippets` highlights; this file
connects them with documents and files.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from analyzers.tokenizer import shared_tokenizer
from analyzers.variants import VariantTable
from indexer.copies import passing
from indexer.errors import ExtractError, IndexCorruptError
from indexer.folder.columns import FileEntry
from indexer.folder.lookup import FileTable
from indexer.query.grammar import ParsedQuery
from indexer.query.nodes import FilterQuery, Leaf, Node, RequireQuery
from indexer.query.parser import QueryParser
from indexer.ranking.evaluator import Evaluator, Ranked
from indexer.ranking.hits import PartChooser, Place, Places
from indexer.ranking.leaves import Verify
from indexer.ranking.order import first_of, path_ranks, places_by
from indexer.ranking.resolve import notes_on_limits
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import NO_DOCS, Docs, Record
from indexer.ranking.unknown import missing_words, note_on
from indexer.results import Hit, Match, SearchOptions, SearchResults, Snippet, Staleness
from indexer.schema import (
    copy_within,
    id_of,
    is_record,
    layout_of,
    name_within,
    part_of,
    part_span,
    place_within,
)
from indexer.snippets.highlighter import Highlight, Highlighter
from indexer.snippets.locate import MOST_SHOWN, highlights_in
from indexer.snippets.passages import Told, best_snippets, inside, matches_of
from indexer.snippets.targets import Targets, targets_of

if TYPE_CHECKING:
    from indexer.copies import folding
    from indexer.copies.folding import Groups
    from indexer.parts.layout import Layout
    from indexer.ranking.explain import Explainer

NOTHING_RECURS: Mapping[str, frozenset[str]] = MappingProxyType({})

_PAGE = 64
"""Number of hits whose texts are in memory at once."""


class Shown(NamedTuple):
    """Of a hit, its text and the best passages of it, and the matches in its title.

    Empty where nothing of the kind is wanted.
    """

    text: str
    snippets: tuple[Snippet, ...]
    title_matches: tuple[Match, ...]


class Found(NamedTuple):
    """What there is to show. places: the hits of a page. total: of documents, or parts.

    copies: those of each hit, as numbers of parts (`Parts.texts`), and `groups`, how many hits
    there are in all; none and None where they were not looked for.
    """

    places: Sequence[Place]
    total: int
    copies: Sequence[Docs] = ()
    groups: int | None = None


class Search:
    """One query, parsed and ready to run on the documents of a snapshot and their files.

    Raises QueryError where the query cannot be understood.
    """

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
        self._in_passing: set[int] = set()
        self._files = files
        self.options = options
        self.text = text
        self._started = time.perf_counter()
        self._stale: dict[str, Staleness | None] = {}
        self._explainer: Explainer | None = None
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
        options = self.options
        places, total = found.places, found.total
        if options.explain:
            self._explain(np.array(sorted({place.doc for place in places}), np.int64))
        hits = self._own_first(self._hits(found))
        missing = missing_words(self.parsed.leaves, self.text, self.evaluator)
        by_spelling = tuple(note_on(word) for word in missing if word.retrieved and total)
        return SearchResults(
            query=self.text,
            total=total,
            hits=hits,
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
        wanted = folding.ranked_for(reach)
        while True:
            ranked = self._ranked_to_fold(wanted)
            groups = self._grouped()
            members = self._chooser.texts(ranked.members, groups)
            texts = members.take(ranked.members.searchsorted(ranked.docs))
            first = folding.firsts_of(texts, groups, self._alike(texts, ranked.scores))
            if wanted is None or len(first) >= (reach or 0) or wanted >= ranked.total:
                break
            wanted = folding.ranked_for(reach, wanted)
        shown = first[self._page]
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
        first = folding.firsts_of(texts, groups, self._alike(texts, hits.scores))
        shown = first[self._page]
        copies = folding.copies_of(texts.take(shown), np.sort(texts), groups)
        return Found(_places(hits, shown), len(texts), copies, len(first))

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
        stored = self._stored(int(doc))
        part = part_of(stored, int(number))
        date: str = (part.date if part else "") or stored["date"]
        return date

    def _copy_names(self, texts: Docs) -> tuple[str, ...]:
        """The names of some parts, or of their documents, in the order of their paths."""
        docs, parts = self._chooser.parts.places(texts)
        order = np.lexsort((parts, self._path_ranks(docs)))
        docs, parts = docs.take(order), parts.take(order)
        files = self._files.named(self.snapshot.file_numbers.take(docs))
        names = []
        for doc, part, (path, count) in zip(docs.tolist(), parts.tolist(), files, strict=True):
            within = "" if count == 1 else copy_within(self._stored(doc))
            if self.options.by == "part" and part_of(self._stored(doc), part):
                within += f":part{part}"
            names.append(self._files.absolute(path) + within)
        return tuple(names)

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

    def _stored(self, doc: int) -> Record:
        segment, docnum = self.snapshot.locate(doc)
        return segment.record(docnum)

    def _field(self, doc: int, field: str) -> str:
        segment, docnum = self.snapshot.locate(doc)
        return segment.text(docnum, field)

    def document_id(self, doc: int) -> str:
        """The id of a document: a record's own, else the path of its file below the home."""
        stored = self._stored(doc)
        return id_of(stored, self._files.entry(stored["file"]).path)

    def _hits(self, found: Found) -> Iterator[tuple[int, Hit]]:
        """(document, its hit) of each place, of so many at a time as may be in memory."""
        told = Told()
        copies = iter(found.copies)
        for first in range(0, len(found.places), _PAGE):
            page = found.places[first : first + _PAGE]
            docs = [place.doc for place in page]
            records = [self._stored(doc) for doc in docs]
            texts, titles = self._texts(page, records, told), self._title_matches(docs)
            for place, stored, (text, snippets), matches in zip(
                page, records, texts, titles, strict=True
            ):
                hit = self._hit(place, stored, Shown(text, snippets, matches))
                own = next(copies, NO_DOCS)
                yield (
                    place.doc,
                    hit._replace(copies=self._copy_names(own)) if len(own) else hit,
                )

    def _texts(
        self, places: Sequence[Place], records: Sequence[Record], told: Told
    ) -> Iterator[tuple[str, tuple[Snippet, ...]]]:
        """The text of each document and its best passages; empty if none are wanted.

        told: what the hits above show, so that those below show something else.
        """
        options = self.options
        if options.snippets <= 0 and not options.places:
            yield from (("", ()) for _ in places)
            return
        docs = [place.doc for place in places]
        texts = [self._field(doc, "text") for doc in docs]
        layouts = list(map(layout_of, records))
        found = highlights_in(
            texts, docs, self.parsed.leaves, self._highlighter, self.snapshot, most=MOST_SHOWN
        )
        for place, stored, text, layout, highlights in zip(
            places, records, texts, layouts, found, strict=True
        ):
            span = part_span(stored, place.part, len(text))
            own = highlights if options.by == "document" else inside(highlights, span)
            snippets = best_snippets(
                text,
                own,
                self._targets.weights,
                count=max(options.snippets, 1),
                width=options.context_chars,
                running=self._no_part_of(place.doc, text, layout, own),
                preferred=span,
                told=told,
            )
            yield text, (_with_pages(snippets, layout) if layout else snippets)

    def _no_part_of(
        self, doc: int, text: str, layout: Layout | None, highlights: Sequence[Highlight]
    ) -> Sequence[tuple[int, int]]:
        """The spans, ascending, of what runs on every page, recurs in the folder, or only links.

        Notes a document of which nothing else has a word of the query.
        """
        running = layout.running if layout else ()
        if not highlights:
            return running
        number = int(self.snapshot.file_numbers[doc])
        folder = os.path.dirname(self._files.entry(number).path)
        spans = passing.spans_in(text, self._recurring.get(folder, frozenset()))
        spans = passing.whole(text, spans, [highlight[:2] for highlight in highlights])
        if not spans:
            return running
        if passing.are_within((highlight.start for highlight in highlights), spans):
            self._in_passing.add(doc)
        return sorted({*running, *spans})

    def _own_first(self, hits: Iterator[tuple[int, Hit]]) -> tuple[Hit, ...]:
        """The hits of a page; those that only link to what was looked for are the last of them."""
        found = list(hits)
        if self.options.sort == "relevance" and self._in_passing:
            aside = {doc for doc in self._in_passing if not self._in_title(doc)}
            found.sort(key=lambda hit: hit[0] in aside)
        return tuple(hit for _, hit in found)

    def _in_title(self, doc: int) -> bool:
        """Whether the title of a document has a word of the query."""
        if not self._title_leaves:
            return False
        return bool(self._highlighter.of_text(self._field(doc, "title")))

    def _title_matches(self, docs: Sequence[int]) -> Iterator[tuple[Match, ...]]:
        """The matches in the title of each document; empty if they are not wanted."""
        leaves = self._title_leaves if self.options.mark_titles else []
        if not leaves:
            yield from (() for _ in docs)
            return
        titles = [self._field(doc, "title") for doc in docs]
        highlighter = self._highlighter
        if len(leaves) < len(self.parsed.leaves):  # some are of the text alone
            highlighter = Highlighter(targets_of(leaves, self.evaluator), shared_tokenizer())
        found = highlights_in(titles, docs, leaves, highlighter, self.snapshot, field="title")
        yield from map(matches_of, titles, found)

    @cached_property
    def _title_leaves(self) -> list[Leaf]:
        return [leaf for leaf in self.parsed.leaves if "title" in leaf.fields]

    def _hit(self, place: Place, stored: Record, shown: Shown) -> Hit:
        """The hit for a part of a document, with its place in the file."""
        text, snippets, title_matches = shown
        doc, number, score = place
        part, title = part_of(stored, number), self._field(doc, "title")
        entry = self._files.entry(stored["file"])
        path = self._files.absolute(entry.path)
        line: int | None = None
        column: int | None = None
        if is_record(stored):
            line, column = stored["line"], 1
            snippets = tuple(snippet._replace(line=line) for snippet in snippets)
        elif snippets and snippets[0].matches:
            anchor = snippets[0].matches[0].start
            line = snippets[0].line
            column = anchor - text.rfind("\n", 0, anchor)
        return Hit(
            id=id_of(stored, entry.path),
            path=path,
            line=line,
            column=column,
            byte_offset=_byte_offset(text, stored, entry, snippets),
            part=number,
            part_title=part.title if part and part.title not in ("", title) else None,
            title=title,
            date=(part.date if part else "") or stored["date"] or None,
            date_text=stored["date_text"]
            if stored.get("calendar") and not (part and part.date)
            else None,
            size=entry.size,
            score=score,
            snippets=snippets[: self.options.snippets],
            stale=self._staleness(path, entry),
            explanation=self._explainer.explain(doc, score) if self._explainer else None,
            title_matches=title_matches,
            inside=place_within(stored),
            page=snippets[0].page if snippets else None,
        )

    def _staleness(self, path: str, entry: FileEntry) -> Staleness | None:
        """As `staleness_of`, but looked at only once for all records of a file."""
        if path not in self._stale:
            self._stale[path] = staleness_of(path, entry)
        return self._stale[path]

    def _explain(self, docs: Docs) -> None:
        """Have the hits that these documents are explain their scores."""
        from indexer.ranking.explain import Explainer

        self._explainer = Explainer(self.query, self.text, self.evaluator, docs)

    @cached_property
    def _targets(self) -> Targets:
        """What this query looks for in texts."""
        return targets_of(self.parsed.leaves, self.evaluator)

    @cached_property
    def _highlighter(self) -> Highlighter:
        return Highlighter(self._targets, shared_tokenizer())

    def matches(self, text: str) -> tuple[Match, ...]:
        """The words of any text that match the query."""
        return matches_of(text, self._highlighter.of_text(text))


def _places(hits: Places, page: slice | Docs = slice(None)) -> list[Place]:
    """Some hits one by one."""
    columns = (column[page].tolist() for column in hits)
    return [Place(*hit) for hit in zip(*columns, strict=True)]


def _with_pages(snippets: Sequence[Snippet], layout: Layout) -> tuple[Snippet, ...]:
    """The passages, each with the page on which it is."""
    from indexer.parts.layout import page_number

    found = []
    for snippet in snippets:
        page = layout.page_at(snippet.matches[0].start) if snippet.matches else None
        number = None if page is None else page_number(page.label)
        found.append(snippet._replace(page=number))
    return tuple(found)


def _byte_offset(
    text: str, stored: Record, entry: FileEntry, snippets: Sequence[Snippet]
) -> int | None:
    """Where the best passage begins in the file, if text and bytes of the file agree."""
    if stored["record"] or name_within(stored) or stored["encoding"] != "utf-8":
        return None
    if not (snippets and snippets[0].matches):
        return None
    if entry.text_bytes != entry.size or entry.failure:
        return None
    return len(text[: snippets[0].offset].encode("utf-8", "surrogatepass"))


def staleness_of(path: str, entry: FileEntry) -> Staleness | None:
    """Whether the file is gone or has changed since indexing. Read only if its time differs."""
    try:
        now = os.stat(path)
    except OSError:
        return "vanished"
    if entry.failure:  # its documents are those of an earlier content
        return "changed"
    if now.st_size != entry.size or now.st_mtime_ns == entry.mtime_ns:
        return "changed" if now.st_size != entry.size else None
    from indexer.extract import hash_file

    try:
        return "changed" if hash_file(path) != entry.digest else None
    except (OSError, ExtractError):
        return "changed"
