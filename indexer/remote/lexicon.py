"""Which words does a cluster hold, which belong to a group, and how often do they occur?

Documents hold written forms; what shares a folded form, a stem or a root is a group of these, which
the lexicon lists. Answers are kept for as long as the index is open. Whoever will ask many things
notes them first: `fetch` asks for all of them with one request for forms and one for counts. How
often a form occurs is told by the term statistics of every shard, which count documents that are
deleted but not yet merged away.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Generic, TypeVar

from analyzers.named import NamedTuple
from analyzers.proclitics import rests_in
from indexer.codec.grams import grams_in, likeness
from indexer.query.patterns import Fuzzy, Wildcard
from indexer.ranking.source import Level
from indexer.remote.client import Client, ClusterError
from indexer.remote.mapping import (
    BOTH,
    MOST_SHOWN,
    MOST_TERMS,
    SUFFIX,
    Json,
    forms_field,
    key_of,
)
from indexer.schema import FORM_FIELDS

_MOST_STEMS = 2_000
"""Neighbours in spelling that are looked at, the nearest by the trigrams that they share."""

LEAST_LIKENESS = 0.5
"""Of all that anyone asks for."""

MOST_COUNTED = 5_000
"""Forms of a pattern that are counted, to find the frequent ones."""

MOST_FITTING = MOST_TERMS
"""Forms of a pattern with a star that are looked for."""

_COUNTED_AT_ONCE = 2_000
"""Terms whose statistics are asked for in one request."""

_OF_MANY = "responses.status,responses.hits.hits._source,responses.hits.hits.fields"

_LEAST_PAGE = 500
"""Forms in the order of the alphabet that are read at once, at least."""

Sort = str
"""u, f, s, r: a form itself, or those of a folded form, a stem, a root; p: that may bear a stem; a:
of a stem with the article."""

WITH_ARTICLE: Sort = "a"
_ARTICLES = ("ال", "وال")

Pairs = tuple[tuple[str, str], ...]
"""Forms, each with its folded form."""


class Count(NamedTuple):
    """Of forms in a field: about how many documents hold any, and how often they occur in all."""

    documents: int = 0
    occurrences: int = 0


Key = TypeVar("Key", bound=Hashable)
Told = TypeVar("Told")


class Asked(Generic[Key, Told]):
    """What is known of some keys, and of which it was noted that it will be asked."""

    def __init__(self) -> None:
        self.known: dict[Key, Told] = {}
        self._wanted: dict[Key, None] = {}

    def note(self, key: Key) -> bool:
        """That a key will be asked for; whether it is known already."""
        if key in self.known:
            return True
        self._wanted[key] = None
        return False

    def taken(self) -> list[Key]:
        """What was noted, which is forgotten."""
        wanted, self._wanted = list(self._wanted), {}
        return wanted


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
        self._counts: dict[tuple[str, str], Count] = {}
        """By field and form."""
        self._holders: dict[str, int] = {}
        """By stem, the documents that hold it, but as a stopword."""
        self._sums = Asked[tuple[Sort, str], dict[str, Count]]()
        """Of a key, by field."""
        self._forms = Asked[tuple[Sort, str], tuple[str, ...]]()
        self._nearest = Asked[str, tuple[tuple[str, float], ...]]()
        self._stems: dict[str, tuple[str, ...]] = {}
        """By root."""
        self._near = Asked[Fuzzy, Pairs]()
        self._matching: dict[Wildcard, Pairs] = {}
        self.requests = 0

    # Noting

    def note_count(self, sort: Sort, key: str) -> bool:
        """That how often a key occurs will be asked; whether it is known already."""
        return self._sums.note((sort, key))

    def note_forms(self, sort: Sort, key: str) -> bool:
        """That the forms of a key will be asked for; whether they are known already."""
        return self._forms.note((sort, key))

    def note_near(self, pattern: Fuzzy) -> bool:
        """That the forms near a word will be asked for; whether they are known already."""
        return self._near.note(pattern)

    def note_nearest(self, stem: str) -> bool:
        """That the stems spelled like one will be asked for; whether they are known already."""
        return self._nearest.note(stem)

    def fetch(self) -> bool:
        """Ask for what was noted; whether there was anything."""
        counts, near, nearest = self._sums.taken(), self._near.taken(), self._nearest.taken()
        forms = dict.fromkeys(self._forms.taken())
        asked = bool(counts or forms or near or nearest)
        counted = map(_listed_as, counts)
        forms |= {wanted: None for wanted in counted if wanted and wanted not in self._forms.known}
        if forms or near or nearest:
            self._fetch_words(list(forms), near, nearest)
        self._count_all(counts)
        return asked

    def _count_all(self, wanted: list[tuple[Sort, str]]) -> None:
        """Sum up how often the forms of some keys occur."""
        forms = {form for sort, key in wanted for form in self._of(sort, key)}
        forms = {form for form in forms if (FORM_FIELDS[0], form) not in self._counts}
        stems = {key for sort, key in wanted if sort == "s" and key not in self._holders}
        if forms or stems:
            self._fetch_counts(sorted(forms), sorted(stems))
        for sort, key in wanted:
            sums = self._sums.known[sort, key] = {}
            for field in FORM_FIELDS:
                counts = [self._counts[field, form] for form in self._of(sort, key)]
                held = sum(count.documents for count in counts)
                if sort == "s":
                    most = max((count.documents for count in counts), default=0)
                    held = max(most, self._holders[key])
                occurrences = sum(count.occurrences for count in counts)
                sums[field] = Count(held, occurrences)

    def _of(self, sort: Sort, key: str) -> Sequence[str]:
        """The forms of a key, which are known; the form itself, of which none needs to occur."""
        listed = _listed_as((sort, key))
        if listed is None:
            return (key,)
        forms = self._forms.known[listed]
        if sort == WITH_ARTICLE:
            return [form for form in forms if form.startswith(_ARTICLES)]
        return forms

    # Answers

    def count(self, field: str, sort: Sort, key: str) -> Count:
        """How often the forms of a key occur in a field."""
        if not self.note_count(sort, key):
            self.fetch()
        return self._sums.known[sort, key][field]

    def occurrences(self, field: str, form: str) -> int | None:
        """How often a form occurs in a field, if that is known."""
        known = self._counts.get((field, form))
        return None if known is None else known.occurrences

    def holds_stem(self, stem: str) -> bool:
        """Whether a form of this stem occurs."""
        return any(self.count(field, "s", stem).occurrences for field in FORM_FIELDS)

    def forms(self, sort: Sort, key: str) -> tuple[str, ...]:
        """The forms of a key, ascending; some may occur no more."""
        if not self.note_forms(sort, key):
            self.fetch()
        return self._forms.known[sort, key]

    def stems(self, root: str) -> tuple[str, ...]:
        """The stems of a root, ascending."""
        self.forms("r", root)
        return self._stems[root]

    def nearest(self, stem: str, least: float) -> list[tuple[str, float]]:
        """The other stems spelled like one, and how like each is."""
        if not self.note_nearest(stem):
            self.fetch()
        return [(other, like) for other, like in self._nearest.known[stem] if like >= least]

    def near(self, pattern: Fuzzy) -> Pairs:
        """All forms that are at most so many edits from a word."""
        if not self.note_near(pattern):
            self.fetch()
        return self._near.known[pattern]

    def matching(self, pattern: Wildcard) -> Pairs:
        """The forms that fit a pattern, ascending: MOST_FITTING of them, and one more, at most."""
        if pattern not in self._matching:
            self._matching[pattern] = tuple(
                sorted(islice(self._fitting(pattern), MOST_FITTING + 1))
            )
        return self._matching[pattern]

    def is_cut(self, pattern: Wildcard) -> bool:
        """Whether more forms fit a pattern than are looked for."""
        return len(self.matching(pattern)) > MOST_FITTING

    def _fitting(self, pattern: Wildcard) -> Iterator[tuple[str, str]]:
        query = any_of([{"wildcard": {"f": {"value": star, **_ALL}}} for star in stars(pattern)])
        seen: set[str] = set()
        for form, folded in _pairs(self._matched(query)):
            if form not in seen and pattern.tier(folded):
                seen.add(form)
                yield form, folded

    def commonest(self, forms: Sequence[str], most: int) -> list[str]:
        """The most frequent ones of some forms; of very many, none."""
        if len(forms) <= most:
            return list(forms)
        if len(forms) > MOST_COUNTED:
            return []
        for form in forms:
            self.note_count("u", form)
        self.fetch()
        return sorted(forms, key=lambda form: (-self._total(form), form))[:most]

    def _total(self, form: str) -> int:
        return sum(self.count(field, "u", form).occurrences for field in FORM_FIELDS)

    def fitting(self, pieces: Sequence[str], limit: int | None) -> Iterator[str]:
        """The forms made of some pieces and anything between, in the order of code points."""
        star = "*".join(map(plain, pieces))
        fits = re.compile(".*".join(map(re.escape, pieces)), re.DOTALL).fullmatch
        query = {"match_all": {}} if star == "*" else {"wildcard": {"u": {"value": star, **_ALL}}}
        size = MOST_SHOWN if limit is None else min(max(2 * limit, _LEAST_PAGE), MOST_SHOWN)
        pages: Json = {"size": size, "sources": [{"u": {"terms": {"field": "u"}}}]}
        body = {"size": 0, "query": query, "aggs": {"forms": {"composite": pages}}}
        while True:
            found = self._asked(f"{self._words}/_search", body)["aggregations"]["forms"]
            yield from filter(fits, (bucket["key"]["u"] for bucket in found["buckets"]))
            if len(found["buckets"]) < size:
                return
            pages["after"] = found["after_key"]

    # Requests

    def _asked(self, path: str, body: Json, **params: str) -> Json:
        self.requests += 1
        return self._client.ask("POST", path, body, preference=self._preference, **params)

    def _matched(self, query: Json) -> Iterator[Json]:
        """The words that answer a query, by their stems."""
        self.requests += 1
        params = {"preference": self._preference}
        return found_words(self._client, self._words, query, ("s", "u", "f"), **params)

    def _fetch_words(
        self, forms: list[tuple[Sort, str]], near: list[Fuzzy], nearest: list[str]
    ) -> None:
        """The forms of many keys, those near many words, and stems like others: one request."""
        keys: dict[Sort, list[str]] = {}
        for sort, key in forms:
            keys.setdefault(sort, []).append(key)
        asked = [_any_key(sort, some) for sort, some in keys.items()]
        asked += map(_near, near)
        bodies = [_page(query, ("s", "u", "f", "r")) for query in asked]
        answers = self._search_all([*bodies, *map(_spelled_like, nearest)])
        told = [self._whole(*each) for each in zip(asked, answers, strict=False)]
        for (sort, some), words in zip(keys.items(), told, strict=False):
            self._take_forms(sort, some, words)
        for pattern, words in zip(near, told[len(keys) :], strict=True):
            fitting = {pair for pair in _pairs(words) if pattern.tier(pair[1])}
            self._near.known[pattern] = tuple(sorted(fitting))
        for stem, answer in zip(nearest, answers[len(asked) :], strict=True):
            self._nearest.known[stem] = tuple(_likes(stem, answer))

    def _take_forms(self, sort: Sort, keys: list[str], words: list[Json]) -> None:
        """Keep the forms of some keys, which words of the lexicon have that have any of them."""
        found: dict[str, set[str]] = {key_of(key): set() for key in keys}
        stems: dict[str, set[str]] = {key: set() for key in found}
        for word in words:
            for form, folded in zip(word["u"], word["f"], strict=True):
                for key in _keys_of(sort, word, form, folded):
                    if key in found:
                        found[key].add(form)
                        stems[key].add(word["s"])
        for key in keys:
            self._forms.known[sort, key] = tuple(sorted(found[key_of(key)]))
            if sort == "r":
                self._stems[key] = tuple(sorted(stems[key_of(key)]))

    def _whole(self, query: Json, answer: Json) -> list[Json]:
        """All that answers a query of many."""
        found = _found(answer)
        return found if len(found) < MOST_SHOWN else list(self._matched(query))

    def _fetch_counts(self, forms: list[str], stems: list[str]) -> None:
        """How often some forms occur, and how many documents hold some stems."""
        totals: dict[tuple[str, str], Count] = {}
        asked = [(forms_field(field), key_of(form)) for form in forms for field in FORM_FIELDS]
        asked += [(BOTH, key_of(stem)) for stem in stems]
        for first in range(0, len(asked), _COUNTED_AT_ONCE):
            self._add_statistics(asked[first : first + _COUNTED_AT_ONCE], totals)
        for form in forms:
            for field in FORM_FIELDS:
                key = forms_field(field), key_of(form)
                self._counts[field, form] = totals.get(key, Count())
        self._holders |= {stem: totals.get((BOTH, key_of(stem)), Count())[0] for stem in stems}

    def _add_statistics(
        self, asked: list[tuple[str, str]], totals: dict[tuple[str, str], Count]
    ) -> None:
        """Add up what the shards say of some fields of the cluster and terms."""
        terms: dict[str, list[str]] = {}
        for name, term in asked:
            terms.setdefault(name, []).append(term)
        for vectors in self._vectors({name: " ".join(some) for name, some in terms.items()}):
            for name, vector in vectors.items():
                for term, told in vector["terms"].items():
                    documents, occurrences = totals.get((name, term), Count())
                    totals[name, term] = Count(
                        documents + told.get("doc_freq", 0), occurrences + told.get("ttf", 0)
                    )

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

    def _search_all(self, bodies: Sequence[Json]) -> list[Json]:
        """The answers to many searches of the lexicon, which are one request."""
        how = {"index": self._words, "preference": self._preference}
        where = json.dumps(how | {"allow_partial_search_results": False})
        lines = [line for body in bodies for line in (where, json.dumps(body))]
        self.requests += 1
        answer = self._client.lines("_msearch", lines, filter_path=_OF_MANY)
        answers: list[Json] = answer["responses"]
        return answers


_ALL = {"rewrite": "constant_score"}


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
    body: Json = {"size": _MOST_STEMS, "query": query, "track_total_hits": False}
    return body | {"stored_fields": "_none_", "docvalue_fields": ["s"]}


def _likes(stem: str, answer: Json) -> Iterator[tuple[str, float]]:
    """The stems of an answer that are spelled like one, and how like each is."""
    for other in dict.fromkeys(hit["fields"]["s"][0] for hit in _hits(answer)):
        like = likeness(other, stem)
        if other != stem and like >= LEAST_LIKENESS:
            yield other, like


def _any_key(sort: Sort, keys: Sequence[str]) -> Json:
    """The words that have any of some keys."""
    return any_of(
        [
            {"terms": {sort: list(map(key_of, keys[first : first + MOST_TERMS]))}}
            for first in range(0, len(keys), MOST_TERMS)
        ]
    )


def _hits(answer: Json) -> list[Json]:
    """The hits of one answer of many. Raises ClusterError if there is none."""
    if answer.get("status") != 200:
        raise ClusterError("a part of the cluster did not answer: try again")
    found: list[Json] = answer.get("hits", {}).get("hits", [])
    return found


def _found(answer: Json) -> list[Json]:
    """The documents of one answer of many. Raises ClusterError if there is none."""
    return [hit["_source"] for hit in _hits(answer)]


def _listed_as(wanted: tuple[Sort, str]) -> tuple[Sort, str] | None:
    """Under which sort and key the forms of a key are found; None of a form itself."""
    sort, key = wanted
    if sort == "u":
        return None
    return ("s", key) if sort == WITH_ARTICLE else wanted


def _pairs(words: Iterable[Json]) -> Iterator[tuple[str, str]]:
    """The forms of some documents of the lexicon, each with its folded form."""
    for word in words:
        yield from zip(word["u"], word["f"], strict=True)


def _keys_of(sort: Sort, word: Json, form: str, folded: str) -> Iterable[str]:
    """The keys of a sort that a form has. word: the document of the lexicon that has it."""
    if sort == "p":
        return map(key_of, rests_in(form))
    return (folded,) if sort == "f" else (word[sort],)


def found_words(
    client: Client, index: str, query: Json, fields: Sequence[str], **params: str
) -> Iterator[Json]:
    """The documents of a lexicon that answer a query, by their stems, a page at a time."""
    body = _page(query, fields)
    while True:
        answer = client.ask("POST", f"{index}/_search", body, **_WHOLE, **params)
        hits = answer["hits"]["hits"]
        yield from (hit["_source"] for hit in hits)
        if len(hits) < MOST_SHOWN:
            return
        body["search_after"] = hits[-1]["sort"]


_WHOLE = {"allow_partial_search_results": "false"}


def _page(query: Json, fields: Sequence[str]) -> Json:
    """The body that asks for a page of the lexicon."""
    body: Json = {"size": MOST_SHOWN, "query": query, "_source": list(fields)}
    return body | {"sort": ["s", "n"], "track_total_hits": False}


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
