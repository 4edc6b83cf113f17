"""Which words does a cluster hold, which belong to a group, and how often do they occur?

Answers are kept for as long as the index is open. Whoever will ask many things notes them first:
`fetch` asks for all of them with one request a kind. How often a term occurs is told by the term
statistics of every shard, which count documents that are deleted but not yet merged away.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from analyzers.named import NamedTuple
from indexer.codec.grams import grams_in, likeness
from indexer.query.patterns import Fuzzy, Wildcard
from indexer.ranking.source import Level
from indexer.remote.client import Client, ClusterError
from indexer.remote.mapping import ARTICLE, MOST_SHOWN, SUFFIX, Json, key_of
from indexer.schema import FORM_FIELDS

_MOST_STEMS = 2_000
"""Neighbours in spelling that are looked at, the nearest by the trigrams that they share."""

LEAST_LIKENESS = 0.5
"""Of all that anyone asks for."""

MOST_COUNTED = 5_000
"""Forms of a pattern that are counted, to find the frequent ones."""

_COUNTED_AT_ONCE = 2_000
"""Terms whose statistics are asked for in one request."""

Sort = str
"""u, f, s, r of a form; p: what it may bear; a: the stem of a form with the article."""


class Count(NamedTuple):
    """Of a term in a field: documents that hold it, and how often it occurs in all."""

    documents: int = 0
    occurrences: int = 0


class Lexicon:
    """The words of one index on a cluster."""

    def __init__(
        self,
        client: Client,
        documents: str,
        words: str,
        routes: Iterable[str],
        preference: str,
    ) -> None:
        """documents, words: the names of the two indices. routes: one for each shard.

        preference: which makes the cluster ask the same copies again.
        """
        self._preference = preference
        self._client = client
        self._documents = documents
        self._words = words
        self._routes = tuple(routes)
        self._counts: dict[tuple[str, str, str], Count] = {}
        self._forms: dict[tuple[Sort, str], tuple[str, ...]] = {}
        self._nearest: dict[str, tuple[tuple[str, float], ...]] = {}
        self._near: dict[Fuzzy, tuple[tuple[str, str], ...]] = {}
        self._matching: dict[Wildcard, tuple[tuple[str, str], ...]] = {}
        self._common: dict[Wildcard, list[str]] = {}
        self._wanted_counts: dict[tuple[Sort, str], None] = {}
        self._wanted_forms: dict[tuple[Sort, str], None] = {}
        self._wanted_near: dict[Fuzzy, None] = {}
        self._wanted_nearest: dict[str, None] = {}
        self.requests = 0

    # Noting

    def note_count(self, sort: Sort, key: str) -> bool:
        """That how often a key occurs will be asked; whether it is known already."""
        known = (FORM_FIELDS[0], sort, key) in self._counts
        if not known:
            self._wanted_counts[sort, key] = None
        return known

    def note_forms(self, sort: Sort, key: str) -> bool:
        """That the forms of a key will be asked for; whether they are known already."""
        known = (sort, key) in self._forms
        if not known:
            self._wanted_forms[sort, key] = None
        return known

    def note_near(self, pattern: Fuzzy) -> bool:
        """That the forms near a word will be asked for; whether they are known already."""
        known = pattern in self._near
        if not known:
            self._wanted_near[pattern] = None
        return known

    def note_nearest(self, stem: str) -> bool:
        """That the stems spelled like one will be asked for; whether they are known already."""
        known = stem in self._nearest
        if not known:
            self._wanted_nearest[stem] = None
        return known

    def fetch(self) -> bool:
        """Ask for what was noted; whether there was anything."""
        counts, self._wanted_counts = list(self._wanted_counts), {}
        forms, self._wanted_forms = list(self._wanted_forms), {}
        near, self._wanted_near = list(self._wanted_near), {}
        nearest, self._wanted_nearest = list(self._wanted_nearest), {}
        if forms or near:
            self._fetch_words(forms, near)
        if nearest:
            self._fetch_nearest(nearest)
        for first in range(0, len(counts), _COUNTED_AT_ONCE):
            self._fetch_counts(counts[first : first + _COUNTED_AT_ONCE])
        return bool(counts or forms or near or nearest)

    # Answers

    def count(self, field: str, sort: Sort, key: str) -> Count:
        """How often a key occurs in a field."""
        if not self.note_count(sort, key):
            self.fetch()
        return self._counts[field, sort, key]

    def occurrences(self, field: str, form: str) -> int | None:
        """How often a form occurs in a field, if that is known."""
        known = self._counts.get((field, "u", form))
        return None if known is None else known.occurrences

    def holds_stem(self, stem: str) -> bool:
        """Whether a form of this stem occurs."""
        return any(self.count(field, "s", stem).occurrences for field in FORM_FIELDS)

    def forms(self, sort: Sort, key: str) -> tuple[str, ...]:
        """The forms of a key, ascending; some may occur no more."""
        if not self.note_forms(sort, key):
            self.fetch()
        return self._forms[sort, key]

    def nearest(self, stem: str, least: float) -> list[tuple[str, float]]:
        """The other stems spelled like one, and how like each is."""
        if not self.note_nearest(stem):
            self.fetch()
        return [(other, like) for other, like in self._nearest[stem] if like >= least]

    def near(self, pattern: Fuzzy) -> tuple[tuple[str, str], ...]:
        """(form, folded form) of all that are at most so many edits from a word."""
        if not self.note_near(pattern):
            self.fetch()
        return self._near[pattern]

    def matching(self, pattern: Wildcard) -> tuple[tuple[str, str], ...]:
        """(form, folded form) of all that fit a pattern, by form."""
        if pattern not in self._matching:
            found = self._sources(_fitting(pattern), ("u", "f"))
            self._matching[pattern] = tuple((source["u"], source["f"]) for source in found)
        return self._matching[pattern]

    def commonest(self, pattern: Wildcard, most: int) -> list[str]:
        """The folded forms that fit a pattern, the most frequent ones first; of very many, none."""
        if pattern not in self._common:
            found = self._sources(_fitting(pattern), ("f",), MOST_COUNTED + 1)
            forms = [source["f"] for source in islice(found, MOST_COUNTED + 1)]
            folded = [] if len(forms) > MOST_COUNTED else list(dict.fromkeys(forms))
            for form in folded:
                self.note_count("f", form)
            self.fetch()
            self._common[pattern] = sorted(folded, key=lambda form: (-self._total(form), form))
        return self._common[pattern][:most]

    def _total(self, folded: str) -> int:
        return sum(self.count(field, "f", folded).occurrences for field in FORM_FIELDS)

    def fitting(self, pattern: str, limit: int | None) -> Iterator[str]:
        """The forms that fit a pattern with stars, in the order of their code points."""
        size = MOST_SHOWN if limit is None else min(2 * limit, MOST_SHOWN)
        star: Json = {"wildcard": {"u": {"value": pattern, **_ALL}}}
        query = star if pattern != "*" else {"exists": {"field": "u"}}
        for source in self._sources(query, ("u",), size):
            yield source["u"]

    def distinct(self) -> int:
        """How many forms there are."""
        body = {"query": {"exists": {"field": "u"}}}
        return int(self._asked(f"{self._words}/_count", body)["count"])

    # Requests

    def _asked(self, path: str, body: Json, **params: str) -> Json:
        self.requests += 1
        return self._client.ask("POST", path, body, preference=self._preference, **params)

    def _sources(
        self, query: Json, fields: tuple[str, ...], size: int = MOST_SHOWN
    ) -> Iterator[Json]:
        """The words that answer a query, by their forms, a page at a time."""
        body: Json = {"size": size, "query": query, "_source": list(fields), "sort": ["u"]}
        body["track_total_hits"] = False
        while True:
            hits = self._asked(f"{self._words}/_search", body)["hits"]["hits"]
            yield from (hit["_source"] for hit in hits)
            if len(hits) < size:
                return
            body["search_after"] = hits[-1]["sort"]

    def _fetch_words(self, forms: list[tuple[Sort, str]], near: list[Fuzzy]) -> None:
        """The forms of many keys, and those near many words, with one request."""
        asked: list[Json] = [{"term": {sort: key_of(key)}} for sort, key in forms]
        asked += map(_near, near)
        where = json.dumps({"index": self._words, "preference": self._preference})
        lines = []
        for query in asked:
            body = {"size": MOST_SHOWN, "query": query, "_source": ["u", "f"], "sort": ["u"]}
            lines += [where, json.dumps(body)]
        self.requests += 1
        answers = iter(self._client.lines("_msearch", lines)["responses"])
        for wanted in forms:
            self._forms[wanted] = tuple(source["u"] for source in _found(next(answers)))
        for pattern in near:
            found = [(source["u"], source["f"]) for source in _found(next(answers))]
            self._near[pattern] = tuple(pair for pair in found if pattern.tier(pair[1]))

    def _fetch_counts(self, wanted: list[tuple[Sort, str]]) -> None:
        """How often many keys occur: an empty document with these terms, asked of every shard."""
        terms: dict[Sort, list[str]] = {}
        for sort, key in wanted:
            terms.setdefault(sort, []).append(key_of(key))
        said = {f"{f}_{sort}": " ".join(keys) for f in FORM_FIELDS for sort, keys in terms.items()}
        totals = self._term_statistics(said)
        for sort, key in wanted:
            for field in FORM_FIELDS:
                found = totals.get((f"{field}_{sort}", key_of(key)), (0, 0))
                self._counts[field, sort, key] = Count(*found)

    def _term_statistics(self, said: dict[str, str]) -> dict[tuple[str, str], tuple[int, int]]:
        """By field of the cluster and term: (documents, occurrences), summed over the shards."""
        totals: dict[tuple[str, str], tuple[int, int]] = {}
        for vectors in self._vectors(said):
            for name, vector in vectors.items():
                for term, told in vector["terms"].items():
                    documents, occurrences = totals.get((name, term), (0, 0))
                    totals[name, term] = (
                        documents + told.get("doc_freq", 0),
                        occurrences + told.get("ttf", 0),
                    )
        return totals

    def _vectors(self, said: dict[str, str]) -> Iterator[Json]:
        """The vectors of a document with these terms on every shard."""
        asked: Json = {
            "doc": said,
            "fields": list(said),
            "term_statistics": True,
            **dict.fromkeys(("positions", "offsets", "payloads"), False),
        }
        docs = [asked | {"routing": route} for route in self._routes]
        answer = self._asked(f"{self._documents}/_mtermvectors", {"docs": docs})
        for doc in answer["docs"]:
            yield doc.get("term_vectors", {})

    def _fetch_nearest(self, stems: list[str]) -> None:
        """The stems spelled like each of some, with one request."""
        where = json.dumps({"index": self._words, "preference": self._preference})
        lines = [line for stem in stems for line in (where, json.dumps(_spelled_like(stem)))]
        self.requests += 1
        answers = self._client.lines("_msearch", lines)["responses"]
        for stem, answer in zip(stems, answers, strict=True):
            likes = {source["k"]: likeness(source["k"], stem) for source in _found(answer)}
            self._nearest[stem] = tuple(
                (other, like)
                for other, like in likes.items()
                if other != stem and like >= LEAST_LIKENESS
            )


_ALL = {"rewrite": "constant_score"}


def _fitting(pattern: Wildcard) -> Json:
    return any_of([{"wildcard": {"f": {"value": star, **_ALL}}} for star in stars(pattern)])


def _near(pattern: Fuzzy) -> Json:
    within = {"value": pattern.word, "fuzziness": pattern.edits, "transpositions": True}
    return {"fuzzy": {"f": within | {"max_expansions": MOST_SHOWN, **_ALL}}}


def _spelled_like(stem: str) -> Json:
    """A search for the stems that share enough trigrams with one."""
    grams = grams_in(stem)
    if not grams:
        return {"query": NOTHING}
    # 2 s >= least (n + m) and m >= s: what shares less cannot be like enough
    fewest = max(1, -int(-LEAST_LIKENESS * len(grams) // (2 - LEAST_LIKENESS)))
    shared = [{"constant_score": {"filter": {"term": {"g": gram}}}} for gram in grams]
    query = {"bool": {"should": shared, "minimum_should_match": fewest}}
    return {"size": _MOST_STEMS, "query": query, "_source": ["k"], "track_total_hits": False}


def _found(answer: Json) -> list[Json]:
    """The documents of one answer of many. Raises ClusterError if there is none."""
    if "hits" not in answer:
        raise ClusterError("a part of the cluster did not answer: try again")
    return [hit["_source"] for hit in answer["hits"]["hits"]]


def any_of(clauses: list[Json]) -> Json:
    """A clause that any of some meets."""
    if len(clauses) == 1:
        return clauses[0]
    return {"bool": {"should": clauses, "minimum_should_match": 1}} if clauses else NOTHING


NOTHING: Json = {"match_none": {}}


def stars(pattern: Wildcard) -> list[str]:
    """A pattern as wildcards over folded forms, one for every spelling of its pieces."""
    found = [""]
    for place, spellings in enumerate(pattern.spellings):
        star = "*" if place else ""
        found = [before + star + plain(piece) for before in found for piece in spellings]
    return found


def plain(piece: str) -> str:
    """A piece without what a wildcard takes for a sign."""
    return "".join("\\" + letter if letter in "\\*?" else letter for letter in piece)


def sort_of(level: Level) -> Sort:
    """The sort of the keys of a level."""
    return SUFFIX[level]


WITH_ARTICLE: Sort = ARTICLE
