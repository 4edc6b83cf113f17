"""Analyze the distinct forms of one segment's texts, each once.

The tokenizer numbers distinct forms, for all fields of the segment together; when all are known,
folded forms, stems and roots are computed together (`analyzers.bulk`), and each field gets its part
of the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from analyzers.bulk.normalizer import fold_all
from analyzers.bulk.packed import Numbering, Numbers, Spelled, order_by
from analyzers.bulk.vocabulary import root_all, stem_all
from analyzers.notes import Notes
from analyzers.stopwords import stopwords
from analyzers.tokenizer import BatchArrays, Tokenizer
from indexer.codec.build.bearing import bearings_of
from indexer.codec.build.dictionary import Level, Vocabulary, decoded, own_numbers
from indexer.codec.postings import Array
from indexer.copies.prints import Hashes, hashes_of


def vocabulary_of_terms(terms: list[bytes]) -> Vocabulary:
    """The groups of ascending terms that came from another codec's segment, not as texts."""
    numbering = Numbering()
    forms = Spelled(decoded(terms))
    folded = fold_all(numbering, forms)
    return _analyzed(terms, numbering, folded, own_numbers(numbering, forms, folded))


def _analyzed(
    terms: list[bytes], numbering: Numbering, folded: Numbers, own: Numbers
) -> Vocabulary:
    """The vocabulary of ascending terms. folded, own: by term."""
    words = Level.of(folded)
    stems = Level.of(stem_all(numbering, words.keys))
    roots = Level.of(root_all(numbering, stems.keys))
    stem_ids = stems.ids.take(words.ids)
    levels = (words, stems._replace(ids=stem_ids), roots._replace(ids=roots.ids.take(stem_ids)))
    return Vocabulary(terms, levels, numbering, own, bearings_of(numbering, words.keys))


def order_of(texts: Spelled) -> Array:
    """The order that sorts texts by their code points, which is that of their UTF-8.

    Numpy sorts by as many first letters as fit in 64 bits; few texts remain equal.
    """
    present = np.zeros(int(texts.codes.max(initial=0)) + 1, np.bool_)
    present[texts.codes] = True
    ranks = np.cumsum(present, dtype=np.uint64)
    bits = max(int(ranks[-1]).bit_length(), 1)
    letters = ranks.take(texts.codes)
    keys = np.zeros(len(texts.texts), np.uint64)
    for place in range(64 // bits):
        at = texts.heads + place
        keys <<= np.uint64(bits)
        keys |= np.where(texts.lengths > place, letters.take(at, mode="clip"), np.uint64(0))
    return order_by(keys, lambda where: [texts.texts[i] for i in where.tolist()])


class ByForm:
    """A value of each form, by its id; computed once, as forms are met."""

    def __init__(self, values_of: Callable[[list[str]], Array], dtype: type[np.generic]) -> None:
        self._values_of = values_of
        self._values: Array = np.zeros(1 << 12, dtype)
        self._known = 0

    def of(self, forms: list[str]) -> Array:
        """The values of all forms that there are, and room behind them."""
        if len(forms) > len(self._values):
            grown = np.zeros(2 * len(forms), self._values.dtype)
            grown[: self._known] = self._values[: self._known]
            self._values = grown
        self._values[self._known : len(forms)] = self._values_of(forms[self._known :])
        self._known = len(forms)
        return self._values


def _lengths_of(forms: list[str]) -> Array:
    return np.fromiter(map(len, forms), np.int64, len(forms))


class FormVocabulary:
    """Tokenizer and stopwords of one segment while it is built; shared by its fields."""

    def __init__(self) -> None:
        self.tokenizer = Tokenizer()
        self._stopwords = bytearray()
        self._hashes = ByForm(hashes_of, np.uint64)
        self._lengths = ByForm(_lengths_of, np.int64)
        self._notes = Notes(self.tokenizer)
        self._whole: tuple[Array, Vocabulary] | None = None

    def __len__(self) -> int:
        return len(self.tokenizer.forms)

    def stopword_flags(self) -> Array:
        """Bool by form id: whether the form is a stopword."""
        known = len(self._stopwords)
        self._stopwords.extend(map(stopwords().__contains__, self.tokenizer.forms[known:]))
        return np.frombuffer(bytes(self._stopwords), np.bool_)

    def hashes(self) -> Hashes:
        """By form id: its hash, see `copies.prints`."""
        return self._hashes.of(self.tokenizer.forms)

    def ways(self, texts: Sequence[str], batch: BatchArrays) -> Array | None:
        """By token of some texts: the way in which it is written; None where none has a note."""
        lengths = self._lengths.of(self.tokenizer.forms)
        return self._notes.of_batch(texts, batch, lengths)

    def known_ways(self) -> tuple[Array, Array, list[str]]:
        """(form, kind of note; the notes by kind): of each way in which words are written."""
        return *self._notes.ways, self._notes.table

    def analyze(self) -> None:
        """Analyze all forms; no others can be added from here on."""
        forms = Spelled(self.tokenizer.forms)
        order = order_of(forms)
        terms = forms.encoded(order)
        numbering = Numbering()
        folded = fold_all(numbering, forms)
        own = own_numbers(numbering, forms, folded).take(order)
        del forms  # it is large, and the stems are still to be computed
        self._whole = order, _analyzed(terms, numbering, folded.take(order), own)

    def part(self, used: Array) -> tuple[Vocabulary, Array]:
        """(the vocabulary of some of the forms, by form id the place of each in it).

        used: bool by form id. `analyze` was called before.
        """
        if self._whole is None:
            raise RuntimeError("the forms are not analyzed yet")
        order, whole = self._whole
        where = np.flatnonzero(used.take(order))
        places = np.full(len(order), -1, np.int64)
        places[order.take(where)] = np.arange(len(where))
        return whole.part(where), places
