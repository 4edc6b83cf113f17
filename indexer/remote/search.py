"""One query on a cluster: statistics, candidates, then our own ranking and snippets.

Three round trips for words never met: what the words mean, once or twice; then, in one search, how
many documents hold each and the best candidates. Texts come with one more, for the hits shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from analyzers.analyzer import analyze_form
from analyzers.ranked import distinct_of
from analyzers.variants import VariantTable
from indexer.copies.folding import ranked_for
from indexer.folder.lookup import FileTable
from indexer.query.grammar import ParsedQuery
from indexer.query.nodes import (
    FilterQuery,
    Leaf,
    OrQuery,
    PhraseQuery,
    StemQuery,
    WordsQuery,
    children_of,
    leaves_of,
    patterns_of,
)
from indexer.query.patterns import Fuzzy, Wildcard
from indexer.ranking.evaluator import Evaluator, Ranked
from indexer.ranking.hits import Place
from indexer.ranking.meanings import BESIDE, CORE, OTHER
from indexer.ranking.resolve import Resolver
from indexer.ranking.source import NO_DOCS, Docs, Record
from indexer.ranking.spelling import FEWEST_LETTERS
from indexer.ranking.unknown import RARE
from indexer.reading.search import NOTHING_RECURS, Search
from indexer.reading.showing import Found, Showing, Shown
from indexer.remote.clauses import Clauses
from indexer.remote.lexicon import MOST_FITTING, NOTHING, sort_of
from indexer.remote.mapping import MOST_SHOWN, PRINTS, RANKED, Json
from indexer.remote.source import Candidate, CandidateSegment
from indexer.results import Hit, Match, SearchOptions, SearchResults

if TYPE_CHECKING:
    from indexer.copies.folding import Groups
    from indexer.copies.prints import Grams
    from indexer.remote.commit import OpenCommit

_REACH, _LEAST_REACH = 200, 20
"""Documents that are ranked again beyond those that are shown: at most, and of very long texts."""

_RANKED_WORDS = 120_000
"""About as many words of candidates are fetched; they are a tenth of a second of work."""

_PAGE = 500
"""Documents fetched at once where all are wanted."""

_ROUNDS = 8

_MORE_TEXTS = 10
"""Documents like one whose texts are fetched beyond those that are shown: some are its copies."""

_MOST_EXAMINED = 2_000
"""Documents of which the texts are read: for their marks, or to say why none was found."""

_MARKS = "vowel marks are compared in texts: on a cluster only the best {} were read, and counted"

_NO_MARKS = (
    "vowel marks were not compared: on a cluster more than {} texts are not read to be sorted"
)


def _cut(pattern: Wildcard) -> str:
    return f"«{pattern}» fits more than {MOST_FITTING:,} forms: only these were searched"


class RemoteShowing(Showing):
    """Makes the hits of one query on a cluster."""

    def _hit(self, place: Place, stored: Record, shown: Shown) -> Hit:
        """See Showing. Of a piece of a long text, lines are those of the whole."""
        hit = super()._hit(place, stored, shown)
        line = cast("Json", stored).get("cut")
        if line is None or hit.line is None:
            return hit
        snippets = tuple(
            s if s.line is None else s._replace(line=s.line + line - 1) for s in hit.snippets
        )
        return hit._replace(line=hit.line + line - 1, byte_offset=None, snippets=snippets)


class RemoteSearch(Search):
    """One query, parsed and ready to run on a cluster."""

    _shows = RemoteShowing

    def __init__(
        self,
        commit: OpenCommit,
        files: FileTable,
        variants: VariantTable,
        text: str,
        options: SearchOptions,
        aliases: Mapping[str, str],
        parsed: ParsedQuery | None = None,
        recurring: Mapping[str, frozenset[str]] = NOTHING_RECURS,
        common: Grams | None = None,
    ) -> None:
        """common: the grams within lines that recur, which make no copies; needed to fold these."""
        self._commit = commit
        self._common = common
        known = commit.bare, files, variants
        super().__init__(*known, text, options, aliases, parsed, None, recurring)
        self._clauses = Clauses(Resolver.of(commit.bare), commit.lexicon)
        self._notes: list[str] = []
        self._prepared = False
        self._columns: tuple[str, ...] = (RANKED,)
        """What is fetched of candidates."""

    # Statistics

    def _prepare(self) -> None:
        """Have at hand what the words of the query mean in the whole index."""
        if self._prepared:
            return
        self._prepared = True
        resolver, leaves = Resolver.of(self.snapshot), self._weighed()
        self._clauses.share_among(leaves)
        self._commit.asked.notes = True
        for _ in range(_ROUNDS):
            for leaf in leaves:
                self._clauses.note(leaf)
                self._note_terms(leaf)
            for leaf in self.parsed.leaves:
                self._note_doubts(leaf)
            for leaf in leaves:
                if isinstance(leaf, StemQuery):  # as who looks for unknown words will ask
                    variants = leaf.variants
                    groups = resolver.expanded(leaf.word, "variant", leaf.fields, variants)
                    for group in groups:
                        if group.level != "nearest":
                            self.snapshot.vocabulary(leaf.fields).holds((group,))
            if not self._commit.lexicon.fetch():
                break
            self.snapshot.memory.clear()  # expanded by what was known
        self._commit.asked.notes = False

    def _note_terms(self, leaf: Leaf) -> None:
        """Note what ranking will ask of the lexicon for a word, as far as is known."""
        lexicon, resolver = self._commit.lexicon, Resolver.of(self.snapshot)
        for pattern in patterns_of(leaf):
            if isinstance(pattern, Fuzzy):
                lexicon.note_near(pattern)
        if not isinstance(leaf, StemQuery):
            return
        own = resolver.expanded(leaf.word, leaf.match, leaf.fields, leaf.variants, leaf.quoted)
        for group in own:
            if group.level == "nearest":
                if lexicon.note_nearest(group.key):
                    for stem, _ in lexicon.nearest(group.key, self.snapshot.settings.likeness):
                        lexicon.note_forms("s", stem)
            elif group.level != "exact":
                lexicon.note_forms(sort_of(group.level), group.key)

    def _note_doubts(self, leaf: Leaf) -> None:
        """Note what a rare word may be a slip of, as who looks for it will ask."""
        if not isinstance(leaf, StemQuery) or leaf.word.analysis.stopword:
            return
        lexicon, folded = self._commit.lexicon, leaf.word.analysis.folded
        if len(folded) < FEWEST_LETTERS or not lexicon.note_count("f", folded):
            return
        if self.snapshot.vocabulary(leaf.fields).count("folded", folded) <= RARE:
            pattern = Fuzzy(folded, 1)
            if lexicon.note_near(pattern):
                for form, _ in lexicon.near(pattern):
                    lexicon.note_count("u", form)
                    lexicon.note_count("s", analyze_form(form).stem)

    def shown(self, found: Found) -> SearchResults:
        """See Search."""
        docs = [place.doc for place in found.places]
        self._segment.fetch(docs, self._named_by_records(found.copies))
        return super().shown(found)

    def _named_by_records(self, copies: Sequence[Docs]) -> list[int]:
        """The documents of some parts, of which the name of a copy is not only its file's."""
        docs = self._chooser.parts.places(np.concatenate([NO_DOCS, *copies]))[0]
        if self.options.by == "part":
            return list(docs.tolist())
        files = self._files.named(self.snapshot.file_numbers.take(docs))
        return [doc for doc, (_, count) in zip(docs.tolist(), files, strict=True) if count != 1]

    def _weighed(self) -> list[Leaf]:
        """All leaves whose document frequency ranking asks for."""
        leaves = leaves_of(self.query)
        found = dict.fromkeys(leaves)
        for leaf in leaves:
            if isinstance(leaf, PhraseQuery):
                found |= dict.fromkeys(leaf.weighing)
        waiting = [self.query]
        while waiting:
            node = waiting.pop()
            waiting += children_of(node)
            if isinstance(node, WordsQuery) and node.question and node.question.noun:
                found[node.question.noun] = None
        return list(found)

    def _counting(self, leaves: Sequence[Leaf], kinds: Sequence[int]) -> Json | None:
        """What of a search counts the documents that hold each leaf, by kind."""
        if not leaves:
            return None
        filters = {
            f"{number} {kind}": self._clauses.holding(leaf, kind)
            for number, leaf in enumerate(leaves)
            for kind in kinds
        }
        held = {"filters": {"filters": filters}}
        within: Json = {"filter": {"bool": self._commit.admitted}, "aggs": {"held": held}}
        return {"every": {"global": {}, "aggs": {"within": within}}}

    def _told(self, leaves: Sequence[Leaf], counted: Json) -> dict[Leaf, int]:
        """The document frequency of each leaf: of the word itself, or what stands for it."""
        if not leaves:
            return {}
        told = self._read(leaves, counted)
        lacking = [leaf for leaf, n in told.items() if not n and isinstance(leaf, StemQuery)]
        if lacking:
            counting = self._counting(lacking, (BESIDE, OTHER))
            told |= self._read(lacking, self._commit.best(NOTHING, 0, counting=counting)[2])
        return told

    def _read(self, leaves: Sequence[Leaf], counted: Json) -> dict[Leaf, int]:
        """What was counted of each leaf: of the first kind of which there is any."""
        buckets = counted["every"]["within"]["held"]["buckets"]
        counts = {name: bucket["doc_count"] for name, bucket in buckets.items()}
        return {
            leaf: next(
                (n for kind in (CORE, BESIDE, OTHER) if (n := counts.get(f"{number} {kind}", 0))), 0
            )
            for number, leaf in enumerate(leaves)
        }

    def _members(self) -> Json:
        """The documents that answer, ranked roughly."""
        return {"bool": {"must": [self._clauses.of(self.query)], **self._commit.admitted}}

    # Ranking

    def rank(self, count: int | None) -> Ranked:
        """See Search."""
        return self._ranked(count, count)

    def _ranked(self, count: int | None, reach: int | None) -> Ranked:
        """The `count` best of candidates among which the best `reach` are."""
        self._prepare()
        query, leaves = self._members(), self._weighed()
        if self._verified:
            _, total, told = self._best(query, 0, leaves)
            if total <= _MOST_EXAMINED:
                self._take(list(self._all_of(query)), told)
                return super().rank(count)
        if self.options.sort != "relevance":
            return self._rank_by_other(count)
        found, total, told = self._candidates(query, reach, leaves)
        self._take(found, told)
        ranked = self.evaluator.rank(self.query, count, self._path_ranks)
        if self._verified and total > len(found):
            self._notes = [_MARKS.format(f"{len(found):,}")]
        return ranked if self._verified else ranked._replace(total=total)

    @property
    def _folds(self) -> bool:
        """See Search."""
        return self._common is not None

    def _ranked_to_fold(self, wanted: int | None) -> Ranked:
        """See Search. At first no more candidates are fetched than where copies are open."""
        self._columns = (RANKED, PRINTS)
        is_first = wanted == ranked_for(self._reach)
        return self._ranked(wanted, self._reach if is_first else wanted)

    def _grouped(self) -> Groups:
        """See Search: as if there were no other documents than the candidates."""
        from indexer.remote.copies import RemoteLibrary, groups_among

        candidates = self._segment.candidates
        library = RemoteLibrary(self._commit, [(each.file, each.place) for each in candidates])
        return groups_among(candidates, cast("Grams", self._common), library)

    @property
    def _beyond(self) -> int:
        """How many documents are ranked beyond those that are shown, by how long they are."""
        head = self._commit.head
        average = sum(length for _, length in head.lengths) / max(head.documents, 1)
        return int(min(max(_RANKED_WORDS / max(average, 1), _LEAST_REACH), _REACH))

    def _candidates(
        self, query: Json, count: int | None, leaves: Sequence[Leaf]
    ) -> tuple[list[Candidate], int, dict[Leaf, int]]:
        """Documents among which the `count` best are, all if None; else see `_best`."""
        size = _PAGE if count is None else min(count + self._beyond, MOST_SHOWN)
        found, total, told = self._best(query, size, leaves)
        if total > len(found) and (count is None or count > len(found)):
            found = list(self._all_of(query))
        return found, total, told

    def _best(
        self, query: Json, size: int, leaves: Sequence[Leaf]
    ) -> tuple[list[Candidate], int, dict[Leaf, int]]:
        """The best documents, how many answer, and how many of the index hold each leaf."""
        told = {leaf: self._commit.frequency(leaf) for leaf in leaves}
        unknown = [leaf for leaf, documents in told.items() if documents is None]
        counting = self._counting(unknown, (CORE,))
        found, total, counted = self._commit.best(
            query, size, self._columns, shown=self._reads_texts, counting=counting
        )
        fresh = self._told(unknown, counted)
        self._commit.keep_frequencies(fresh)
        told |= fresh
        return found, total, cast("dict[Leaf, int]", told)

    def _all_of(self, query: Json) -> Iterator[Candidate]:
        """All documents that answer."""
        return self._commit.candidates(query, self._columns, shown=self._reads_texts)

    @cached_property
    def _reads_texts(self) -> bool:
        """Whether ranking reads the texts of candidates: for marks, or where many forms fit."""
        patterns = (pattern for leaf in self._weighed() for pattern in patterns_of(leaf))
        return self._verified or any(
            isinstance(pattern, Wildcard) and self._commit.lexicon.is_cut(pattern)
            for pattern in patterns
        )

    def counted(self, leaves: Sequence[Leaf]) -> Evaluator:
        """What knows how many documents hold each word of the query, whatever its place."""
        self._prepare()
        told = self._best(NOTHING, 0, leaves)[2]
        return Evaluator(self._commit.snapshot_of([], self._commit.statistics(told)))

    @property
    def _verified(self) -> bool:
        return "marks" in self.options.strict

    def _take(self, found: Sequence[Candidate], told: Mapping[Leaf, int]) -> None:
        """Rank among these documents from here on."""
        self.snapshot = self._commit.snapshot_of(found, self._commit.statistics(told))
        self.evaluator = Evaluator(self.snapshot, self._verify())
        vars(self).pop("_chooser", None)  # of what was at hand before

    def fetch(self, docs: Sequence[int]) -> None:
        """Have what is shown of some documents at hand."""
        self._segment.fetch(docs)

    @property
    def _segment(self) -> CandidateSegment:
        segment = self.snapshot.segments[0]
        assert isinstance(segment, CandidateSegment)  # noqa: S101  as `snapshot_of` makes it
        return segment

    def _rank_by_other(self, count: int | None) -> Ranked:
        """All members by path, date or size: their places first, then what is shown."""
        query = self._members()
        if self._verified:
            self._notes.append(_NO_MARKS.format(f"{_MOST_EXAMINED:,}"))
        found = list(self._commit.candidates(query))
        files = np.array([each.file for each in found], np.int64)
        places = np.array([each.place for each in found], np.int64)
        keys: list[Any] = [places, self._files.ranks(files)]
        if self.options.sort == "size":
            keys.append([-self._files.entry(number).size for number in files.tolist()])
        if self.options.sort == "date":
            dates = [each.date for each in found]
            rank = {date: -place for place, date in enumerate(sorted(set(dates)))}
            keys.append([rank[date] for date in dates])
        order = np.lexsort(keys)[:count].tolist()
        wanted = [found[place].name for place in order]
        best, _, told = self._best(query, self._beyond, self._weighed())
        at_hand = {each.name for each in best}
        others = [name for name in wanted if name not in at_hand]
        self._take([*best, *self._commit.named(others, self._columns)], told)
        place_of = {each.name: docnum for docnum, each in enumerate(self._segment.candidates)}
        docs = np.array([place_of[name] for name in wanted], np.int64)
        members = self.evaluator.found(self.query)
        scores = self.evaluator.scores_among(self.query, members, docs)
        return Ranked(docs, scores, len(found), distinct_of(np.concatenate([members, docs])))

    def take_all_with_a_word(self) -> bool:
        """Have all documents at hand that hold any word of the query, unless they are too many."""
        self._prepare()
        leaves = leaves_of(self.parsed.query)
        query = self._clauses.of(OrQuery((*leaves,))) if leaves else NOTHING
        some = self._commit.candidates(
            {"bool": {"must": [query], **self._commit.admitted}}, self._columns, shown=True
        )
        found = list(islice(some, _MOST_EXAMINED + 1))
        some.close()
        if len(found) > _MOST_EXAMINED:
            return False
        self._take(found, {})
        return True

    def like(self, name: str) -> SearchResults:
        """The documents that are like one of which the query has the most telling words.

        name: its id on the cluster. Which belong, and how many, the cluster says; the best of them
        are ranked here.
        """
        from indexer.ranking.similar import Likeness, enough, weights_of

        counted = self.counted(self.parsed.leaves)
        weights = weights_of(self.parsed.leaves, counted)
        told = {leaf: counted.leaves.document_frequency(leaf) for leaf in weights}
        query = self._members()["bool"]
        query["filter"] = [*query["filter"], self._clauses.credited(weights, enough(weights))]
        query["must_not"] = [*query.get("must_not", ()), {"ids": {"values": [name]}}]
        found, total, _ = self._candidates({"bool": query}, self._reach, ())
        self._take([*found, *self._commit.named([name])], told)
        doc = next(n for n, each in enumerate(self._segment.candidates) if each.name == name)
        likeness = Likeness(self.evaluator, self.parsed, doc)
        order = likeness.ordered(None, self._path_ranks)[0]
        seen = None if self._reach is None else self._reach + _MORE_TEXTS
        self.fetch([doc, *order[:seen].tolist()])
        ranked = likeness.ranked(None, self._reach, self._path_ranks)
        return self.shown(self._opened(ranked._replace(total=ranked.total + total - len(order))))

    # What is shown

    def _date(self, doc: int, number: int) -> str:
        """See Search. Of a document of one part nothing is fetched."""
        if len(self._chooser.parts.among(np.array([doc]))):
            return super()._date(doc, number)
        return self._segment.candidates[doc].date

    def _limits(self) -> tuple[str, ...]:
        return (*super()._limits(), *self._notes, *map(_cut, self._clauses.cut))

    def matches(self, text: str) -> tuple[Match, ...]:
        """See Search."""
        self._prepare()
        return super().matches(text)

    def each(self) -> Iterator[Candidate]:
        """All documents that answer, in the order of the index; without words, all that pass."""
        self._prepare()
        wanted = self.query if self.text.strip() else self._filter or FilterQuery()
        query = {"bool": {"must": [self._clauses.of(wanted)], **self._commit.admitted}}
        if self._verified:
            self._take(list(self._all_of(query)), {})
            for docnum in self.evaluator.members(self.query).tolist():
                yield self._segment.candidates[docnum]
        else:
            yield from self._commit.candidates(query, shown=True)
