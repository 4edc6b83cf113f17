"""What does the analyzer say of the forms that one segment's texts have, each asked once?

The tokenizer numbers distinct forms; this file keeps folded form, stem, root and stopword flag by
form id, as arrays that grow with the vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analyzers.normalizer import fold
from analyzers.roots import root
from analyzers.stemmer import stem
from analyzers.stopwords import is_stopword
from analyzers.tokenizer import Tokenizer
from indexer.codec.dictionary import Level, Vocabulary
from indexer.codec.postings import Array


def vocabulary_of_terms(terms: list[bytes]) -> Vocabulary:
    """The groups of terms that came as terms, not as texts (from another codec's segment)."""
    folded, stems, roots = _Derived(fold), _Derived(stem), _Derived(root)
    roots.extend(stems.extend(folded.extend([t.decode("utf-8", "surrogatepass") for t in terms])))
    by_stem = stems.ids().take(folded.ids())
    return Vocabulary(terms, (
        folded.level(folded.ids()), stems.level(by_stem), roots.level(roots.ids().take(by_stem)),
    ))  # fmt: skip


class FormVocabulary:
    """Tokenizer and analyses of one segment in the making; shared by its fields.

    fold is asked once a form, stem once a folded form, root once a stem: the same steps as
    `analyze_form`, at a fraction of the calls.
    """

    def __init__(self) -> None:
        self.tokenizer = Tokenizer()
        self._folded = _Derived(fold)
        self._stems = _Derived(stem)
        self._roots = _Derived(root)
        self._stopwords = bytearray()

    def __len__(self) -> int:
        return len(self.tokenizer.forms)

    def stopword_flags(self) -> Array:
        """Bool by form id: whether the form is a stopword. Analyzes what is new."""
        known = len(self._stopwords)
        new = self.tokenizer.forms[known:]
        if new:
            self._stopwords.extend(map(is_stopword, new))
            self._roots.extend(self._stems.extend(self._folded.extend(new)))
        return np.frombuffer(bytes(self._stopwords), np.bool_)

    def vocabulary(self, form_ids: Array) -> Vocabulary:
        """The terms and groups of these forms, in this order. form_ids: rising."""
        self.stopword_flags()
        forms = self.tokenizer.forms
        terms = [forms[i].encode("utf-8", "surrogatepass") for i in form_ids.tolist()]
        folded = self._folded.ids().take(form_ids)
        stems = self._stems.ids().take(folded)
        roots = self._roots.ids().take(stems)
        return Vocabulary(terms, (
            self._folded.level(folded), self._stems.level(stems), self._roots.level(roots),
        ))  # fmt: skip


class _Derived:
    """A function's results over a growing list of words, as ids of distinct results."""

    def __init__(self, function: Callable[[str], str]) -> None:
        self._function = function
        self._id_of: dict[str, int] = {}
        self._ids: list[int] = []

    def extend(self, words: list[str]) -> list[str]:
        """Derive more words; returns the results not seen before, in the order of their ids."""
        before = len(self._id_of)
        id_of = self._id_of
        self._ids.extend([id_of.setdefault(d, len(id_of)) for d in map(self._function, words)])
        return list(id_of)[before:]

    def ids(self) -> Array:
        return np.array(self._ids, np.int64)

    def level(self, ids: Array) -> Level:
        """The level of terms with these result ids, without the results that none of them has."""
        is_used = np.bincount(ids, minlength=len(self._id_of)) > 0
        used, compact = np.flatnonzero(is_used), (np.cumsum(is_used) - 1).take(ids)
        results = list(self._id_of)
        keys = [results[i].encode("utf-8", "surrogatepass") for i in used.tolist()]
        return Level(compact, keys)
