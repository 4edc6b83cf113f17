"""The queries to run, and their equivalents for an engine that knows no Arabic.

Drawn by seed from the corpus itself, in classes by the document frequency of the stem. The same
pass writes the analysed corpus, a line a document, so that peers hold the same terms.
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from corpora import SEED, texts_of
from numpy.typing import NDArray
from report import use_checkout

use_checkout()

from analyzers.analyzer import Analysis, analyze_form  # noqa: E402
from analyzers.tokenizer import Tokenizer  # noqa: E402

CLASSES = ("rare", "mid", "common", "OR of 3", "AND of 2", "phrase", "prefix", "OR of 8")


@dataclass(frozen=True, slots=True)
class BenchQuery:
    """A query for Fahras, and the terms it comes down to: stems, or folded forms where quoted."""

    kind: str
    text: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The queries of a corpus, and the files that hold them and the analysed corpus."""

    plan: str
    stems: str
    folded: str
    queries: tuple[BenchQuery, ...]
    documents: int


class Prepare:
    """One pass over a corpus: its words by document, then document frequencies, then queries."""

    def __init__(self, seed: int = SEED) -> None:
        self._rng = random.Random(seed)
        self._tokenizer = Tokenizer(seed)
        self._documents: list[NDArray[np.uint32]] = []
        self._analyses: list[Analysis] = []

    def read(self, corpus: str) -> None:
        """Tokenize every text."""
        for text in texts_of(corpus):
            self._documents.append(self._tokenizer.tokenize(text).form_ids)
        self._analyses = [analyze_form(form) for form in self._tokenizer.forms]
        numbers: dict[str, int] = {}
        stems = [numbers.setdefault(a.stem, len(numbers)) for a in self._analyses]
        self._stem_ids = np.array(stems, np.int64)
        self._df = np.zeros(len(numbers), np.int64)
        for ids in self._documents:
            self._df[np.unique(self._stem_ids[ids])] += 1

    def write(self, folder: str) -> tuple[str, str]:
        """Stems and folded forms, a document a line; the two files."""
        paths = []
        for level in ("stem", "folded"):
            words = np.array([getattr(a, level) for a in self._analyses] or [""], dtype=object)
            paths.append(os.path.join(folder, f"{level}.txt"))
            with open(paths[-1], "w", encoding="utf-8") as file:
                for ids in self._documents:
                    file.write(" ".join(words[ids]) + "\n")
        return paths[0], paths[1]

    def queries(self, per_class: int) -> list[BenchQuery]:
        """`per_class` queries of every class that the corpus has words for."""
        count = len(self._documents)
        rare = self._words(2, max(20, 2))
        mid = self._words(max(count // 100, 3), max(count // 20, 6))
        common = self._words(max(count // 5, 7), count)
        if len(common) < 10:
            common = self._most_frequent(40)
        both = mid + common
        draw, words = self._draw, self._words_query
        made = [
            *(words("rare", [w]) for w in draw(rare, per_class)),
            *(words("mid", [w]) for w in draw(mid, per_class)),
            *(words("common", [w]) for w in draw(common, per_class)),
            *(words("OR of 3", draw(both, 3)) for _ in range(per_class)),
            *(words("AND of 2", draw(both, 2), "+") for _ in range(per_class)),
            *self._phrases(per_class),
            *(self._prefix(w) for w in draw(mid, per_class)),
            *(words("OR of 8", w) for w in self._runs(8, per_class)),
        ]
        return [query for query in made if query.terms]

    def _words(self, low: int, high: int) -> list[int]:
        """Forms whose stem is in `low` to `high` documents: Arabic, no stopwords, one a stem."""
        df = self._df[self._stem_ids]
        found: dict[int, int] = {}
        for form in np.flatnonzero((df >= low) & (df <= high)).tolist():
            if self._is_plain(form):
                found.setdefault(int(self._stem_ids[form]), form)
        return list(found.values())

    def _most_frequent(self, count: int) -> list[int]:
        words = self._words(2, len(self._documents))
        return sorted(words, key=lambda form: -int(self._df[self._stem_ids[form]]))[:count]

    def _is_plain(self, form: int) -> bool:
        analysis = self._analyses[form]
        word = analysis.unmarked
        return len(word) >= 3 and "\u0621" <= word[0] <= "\u064a" and not analysis.stopword

    def _draw(self, words: Sequence[int], count: int) -> list[int]:
        return self._rng.sample(list(words), min(count, len(words)))

    def _words_query(self, kind: str, forms: Sequence[int], sign: str = "") -> BenchQuery:
        analyses = [self._analyses[form] for form in forms]
        text = " ".join(sign + a.unmarked for a in analyses)
        return BenchQuery(kind, text, tuple(dict.fromkeys(a.stem for a in analyses)))

    def _runs(self, length: int, count: int) -> list[list[int]]:
        """Neighbouring words of random documents, stopwords left out."""
        found: list[list[int]] = []
        for _ in range(50 * count):
            document = self._rng.choice(self._documents).tolist()
            start = self._rng.randrange(max(1, len(document)))
            run = [form for form in document[start : start + 3 * length] if self._is_plain(form)]
            if len(run) >= length:
                found.append(run[:length])
            if len(found) == count:
                break
        return found

    def _phrases(self, count: int) -> list[BenchQuery]:
        """Two or three neighbouring words, quoted."""
        found: list[BenchQuery] = []
        for _ in range(200 * count):
            document = self._rng.choice(self._documents).tolist()
            start = self._rng.randrange(max(1, len(document)))
            run = document[start : start + self._rng.randint(2, 3)]
            if len(run) > 1 and all(self._is_plain(form) for form in run):
                analyses = [self._analyses[form] for form in run]
                text = " ".join(a.unmarked for a in analyses)
                found.append(BenchQuery("phrase", f'"{text}"', tuple(a.folded for a in analyses)))
            if len(found) == count:
                break
        return found

    def _prefix(self, form: int) -> BenchQuery:
        start = self._analyses[form].folded[:3]
        return BenchQuery("prefix", start + "*", (start,))

    @property
    def documents(self) -> int:
        """How many texts were read."""
        return len(self._documents)


def prepare(corpus: str, work: str, per_class: int) -> Prepared:
    """Queries and analysed texts of a corpus, in `work`; made once a folder."""
    plan = os.path.join(work, f"queries-{per_class}.json")
    if not os.path.exists(plan):
        os.makedirs(work, exist_ok=True)
        made = Prepare()
        made.read(corpus)
        stems, folded = made.write(work)
        asked = tuple(made.queries(per_class))
        prepared = Prepared(plan, stems, folded, asked, made.documents)
        with open(plan, "w", encoding="utf-8") as file:
            json.dump(dataclasses.asdict(prepared), file, ensure_ascii=False)
    with open(plan, encoding="utf-8") as file:
        kept = json.load(file)
    return Prepared(**{**kept, "queries": tuple(read_plan(plan))})


def read_plan(path: str) -> list[BenchQuery]:
    """The queries of a plan."""
    with open(path, encoding="utf-8") as file:
        kept = json.load(file)["queries"]
    return [BenchQuery(q["kind"], q["text"], tuple(q["terms"])) for q in kept]
