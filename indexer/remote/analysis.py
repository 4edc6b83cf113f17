"""What is sent for a document? Its stored values, and the terms of its texts at every level.

Each distinct form is analysed once for a whole run, by the same rules in numpy as for a local
index.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.bulk.normalizer import fold_all
from analyzers.bulk.packed import Numbering, Numbers, Spelled
from analyzers.bulk.vocabulary import root_all, stem_all
from analyzers.stopwords import stopwords
from analyzers.tokenizer import Tokenizer
from indexer.codec.build.bearing import bearings_of
from indexer.codec.grams import grams_in
from indexer.codec.postings import starts_of
from indexer.codec.prints import PRINTED_FIELD
from indexer.ranking.settings import DEFAULT
from indexer.remote.columns import Column, Ranked, columns_of, number_of, packed
from indexer.remote.mapping import BOTH, PRINTS, RANKED, key_of
from indexer.remote.prints import Printer
from indexer.schema import FORM_FIELDS

Document = dict[str, Any]
"""Stored values and texts by name, see `schema`."""

ARTICLES = ("ال", "وال")


class Terms:
    """The distinct forms of a run, by number, and their keys at every level."""

    def __init__(self) -> None:
        self.tokenizer = Tokenizer()
        self.printer = Printer()
        self._numbering = Numbering()
        self._u: list[str] = []
        self._f: list[str] = []
        self._s: list[str] = []
        self._r: list[str] = []
        self._counts = np.zeros(0, np.int64)
        """By form, 1 unless it is a stopword."""
        self._numbers: Numbers = np.zeros(0, np.uint64)
        """By form, its number in `columns`."""
        self._bears: dict[int, list[str]] = {}
        """By form, the stems of what is left of it without a lone proclitic, if any."""
        self._stems: set[str] = set()
        self._told = 0

    def learn(self) -> None:
        """Analyse the forms that the tokenizer has met since the last time."""
        fresh = self.tokenizer.forms[len(self._u) :]
        if not fresh:
            return
        folded = fold_all(self._numbering, Spelled(fresh))
        stems = stem_all(self._numbering, folded)
        self._learn_bearings(folded)
        texts = self._numbering.texts
        self._f += map(key_of, texts(folded))
        self._s += map(key_of, texts(stems))
        self._r += map(key_of, texts(root_all(self._numbering, stems)))
        self._u += map(key_of, fresh)
        numbers = np.array(list(map(number_of, fresh)), np.uint64)
        self._numbers = np.concatenate([self._numbers, numbers])
        counted = [form not in stopwords() for form in fresh]
        self._counts = np.concatenate([self._counts, np.array(counted, np.int64)])

    def _learn_bearings(self, folded: Numbers) -> None:
        """Which forms may bear a proclitic. folded: of those that come next."""
        first = len(self._u)
        words, targets = bearings_of(self._numbering, np.unique(folded))
        rests: dict[int, list[str]] = {}
        for word, target in zip(words.tolist(), self._numbering.texts(targets), strict=True):
            rests.setdefault(word, []).append(target)
        for place in np.isin(folded, words).nonzero()[0].tolist():
            self._bears[first + place] = rests[int(folded[place])]

    def fields(self, name: str, ids: NDArray[Any]) -> dict[str, Any]:
        """What is sent for the tokens of a field. ids: of their forms."""
        tokens = ids.tolist()
        stems = [self._s[i] for i in tokens]
        with_article = [
            self._s[i] for i in tokens if self._u[i].startswith(ARTICLES) and self._s[i]
        ]
        distinct = np.unique(ids).tolist()
        return {
            f"{name}_u": " ".join([self._u[i] for i in tokens]),
            f"{name}_f": " ".join([self._f[i] for i in tokens]),
            f"{name}_s": " ".join(stems),
            f"{name}_r": " ".join(dict.fromkeys(self._r[i] for i in distinct)),
            f"{name}_a": " ".join(with_article),
            f"{name}_length": int(self._counts.take(ids).sum()),
            BOTH: " ".join([self._s[i] for i in ids[self._counts.take(ids) > 0].tolist()]),
        }

    def columns(
        self, ids: NDArray[Any], bounds: NDArray[Any], parts: Sequence[NDArray[Any]]
    ) -> Iterator[Column]:
        """What ranking reads of a field of several documents, see `columns.columns_of`."""
        lengths = np.diff(starts_of(self._counts.take(ids)).take(bounds))
        return columns_of(ids, bounds, self._numbers, lengths, parts)

    def fresh_words(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(id, document of the lexicon) of each form and stem not given before."""
        for i in range(self._told, len(self._u)):
            u, f, s, r = self._u[i], self._f[i], self._s[i], self._r[i]
            found: dict[str, Any] = {"u": u, "f": f, "s": s, "r": r}
            if i in self._bears:
                found["p"] = sorted(set(self._bears[i]))
            yield id_of_word("u", u), found
            if s not in self._stems:
                self._stems.add(s)
                grams = sorted(grams_in(s))
                if grams:
                    yield id_of_word("k", s), {"k": s, "g": grams}
        self._told = len(self._u)


def id_of_word(kind: str, word: str) -> str:
    """The id of a word's document: of a size that the cluster takes, and no two alike."""
    return blake2b(f"{kind}{word}".encode("utf-8", "replace"), digest_size=16).hexdigest()


def prepared(terms: Terms, documents: Sequence[Document], places: Sequence[int]) -> list[str]:
    """The source of each document as JSON. places: its number within its file."""
    sources: list[dict[str, Any]] = []
    for document, place in zip(documents, places, strict=True):
        stored = {
            name: value
            for name, value in document.items()
            if value is not None and name not in FORM_FIELDS and not name.startswith("_")
        }
        sources.append(
            {
                "file": document["file"],
                "place": place,
                "date": document.get("date") or "",
                "record": document.get("record") or "",
                "stored": stored,
                "title": document.get("title") or "",
                "text": document.get("text") or "",
            }
        )
    columns: list[list[Column]] = []
    for name in FORM_FIELDS:
        batch = terms.tokenizer.tokenize_batch([source[name] for source in sources])
        terms.learn()
        bounds = batch.bounds.tolist()
        parts: list[NDArray[Any]] = []
        for source, document, first, last in zip(
            sources, documents, bounds, bounds[1:], strict=False
        ):
            fields = terms.fields(name, batch.form_ids[first:last])
            both = [fields[BOTH]] * int(DEFAULT.field_weight(name))
            fields[BOTH] = " ".join(filter(None, [source.get(BOTH, ""), *both]))
            source.update(fields)
            begins = np.array(document.get(f"_parts_{name}", ()), np.int64)
            parts.append(batch.starts[first:last].searchsorted(begins))
        columns.append(list(terms.columns(batch.form_ids, batch.bounds, parts)))
        if name == PRINTED_FIELD:
            texts = [source[name] for source in sources]
            values = terms.printer.values(documents, texts, batch, parts, terms.tokenizer.forms)
            for source, value in zip(sources, values, strict=True):
                if value is not None:
                    source[PRINTS] = value
    for source, *own in zip(sources, *columns, strict=True):
        ranked = Ranked(source["file"], source["place"], source["date"], tuple(own))
        source[RANKED] = b64encode(packed(ranked)).decode("ascii")
    return [json.dumps(source, ensure_ascii=False, separators=(",", ":")) for source in sources]
