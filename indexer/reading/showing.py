"""What is shown of a hit: its place and names, the best passages, whether its file has changed.

`search` finds the hits of one query; `Showing` makes of them what a user sees. `snippets` finds the
words in texts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from analyzers.named import NamedTuple
from analyzers.tokenizer import shared_tokenizer
from indexer.copies import passing
from indexer.folder.columns import FileEntry
from indexer.folder.lookup import FileTable
from indexer.folder.stale import staleness_of
from indexer.query.grammar import ParsedQuery
from indexer.query.nodes import Leaf
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.hits import Place
from indexer.ranking.order import path_ranks
from indexer.ranking.parts import Parts
from indexer.ranking.source import NO_DOCS, Docs, Record
from indexer.results import Hit, Match, SearchOptions, Snippet, Staleness
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
    from indexer.parts.layout import Layout
    from indexer.ranking.explain import Explainer

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


class Showing:
    """Makes the hits of one query. recurring: see `Search`. explainer: of their scores, if any."""

    def __init__(
        self,
        files: FileTable,
        parsed: ParsedQuery,
        options: SearchOptions,
        evaluator: Evaluator,
        recurring: Mapping[str, frozenset[str]],
        explainer: Explainer | None = None,
    ) -> None:
        self.options = options
        self.parsed = parsed
        self.evaluator = evaluator
        self.snapshot = evaluator.snapshot
        self._files = files
        self._recurring = recurring
        self._explainer = explainer
        self._in_passing: set[int] = set()
        self._stale: dict[str, Staleness | None] = {}

    def hits(self, found: Found) -> tuple[Hit, ...]:
        """The hits of a page; those that only link to what was looked for are the last of them."""
        hits = list(self._hits(found))
        if self.options.sort == "relevance" and self._in_passing:
            aside = {doc for doc in self._in_passing if not self._in_title(doc)}
            hits.sort(key=lambda hit: hit[0] in aside)
        return tuple(hit for _, hit in hits)

    def _in_title(self, doc: int) -> bool:
        """Whether the title of a document has a word of the query."""
        if not self._title_leaves:
            return False
        return bool(self._highlighter.of_text(self.snapshot.text(doc, "title")))

    def _hits(self, found: Found) -> Iterator[tuple[int, Hit]]:
        """(document, its hit) of each place, of so many at a time as may be in memory."""
        told = Told()
        copies = iter(found.copies)
        for first in range(0, len(found.places), _PAGE):
            page = found.places[first : first + _PAGE]
            docs = [place.doc for place in page]
            records = [self.snapshot.record(doc) for doc in docs]
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
        texts = [self.snapshot.text(doc, "text") for doc in docs]
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

    def _title_matches(self, docs: Sequence[int]) -> Iterator[tuple[Match, ...]]:
        """The matches in the title of each document; empty if they are not wanted."""
        leaves = self._title_leaves if self.options.mark_titles else []
        if not leaves:
            yield from (() for _ in docs)
            return
        titles = [self.snapshot.text(doc, "title") for doc in docs]
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
        part, title = part_of(stored, number), self.snapshot.text(doc, "title")
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

    def _copy_names(self, texts: Docs) -> tuple[str, ...]:
        """The names of some parts, or of their documents, in the order of their paths."""
        docs, parts = Parts.of(self.snapshot).places(texts)
        order = np.lexsort((parts, path_ranks(self.snapshot, self._files, docs)))
        docs, parts = docs.take(order), parts.take(order)
        files = self._files.named(self.snapshot.file_numbers.take(docs))
        names = []
        for doc, part, (path, count) in zip(docs.tolist(), parts.tolist(), files, strict=True):
            within = "" if count == 1 else copy_within(self.snapshot.record(doc))
            if self.options.by == "part" and part_of(self.snapshot.record(doc), part):
                within += f":part{part}"
            names.append(self._files.absolute(path) + within)
        return tuple(names)

    def _staleness(self, path: str, entry: FileEntry) -> Staleness | None:
        """As `staleness_of`, but looked at only once for all records of a file."""
        if path not in self._stale:
            self._stale[path] = staleness_of(path, entry)
        return self._stale[path]

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
