"""What is sent of documents and of their words? Terms of texts, and what the lexicon says of forms.

Each distinct form is analysed once for a whole run, by the same rules in numpy as for a local
index.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from json import JSONEncoder
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.bulk.normalizer import fold_all
from analyzers.bulk.packed import Numbering, Numbers, Spelled
from analyzers.bulk.vocabulary import root_all, stem_all
from analyzers.ranked import changes
from analyzers.stopwords import stopwords
from analyzers.tokenizer import BatchArrays, Tokenizer
from indexer.codec.build.bearing import bearings_of
from indexer.codec.grams import build_grams, texts_of
from indexer.codec.postings import starts_of
from indexer.codec.prints import PRINTED_FIELD
from indexer.ranking.settings import DEFAULT
from indexer.remote.columns import Column, Ranked, columns_of, number_of, packed
from indexer.remote.mapping import BOTH, PRINTS, RANKED, forms_field, key_of
from indexer.remote.prints import Printer
from indexer.schema import FORM_FIELDS

Document = dict[str, Any]
"""Stored values and texts by name, see `schema`."""

Known = Mapping[str, frozenset[str]]
"""By stem, the forms that a lexicon lists; a stem that it lacks is missing."""

as_json = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Terms:
    """The distinct forms of a run, by number, and their keys."""

    def __init__(self) -> None:
        self.tokenizer = Tokenizer()
        self.printer = Printer()
        self._numbering = Numbering()
        self._u = _Names()
        self._s = _Names()
        self._keys: list[tuple[Numbers, Numbers, Numbers]] = []
        """Folded forms, stems and roots of the forms, as they were learned."""
        self._counts = np.zeros(0, np.int64)
        """By form, 1 unless it is a stopword."""
        self._numbers: Numbers = np.zeros(0, np.uint64)
        """By form, its number in `columns`."""

    def __len__(self) -> int:
        return len(self._u)

    def tokenize(self, *texts: Sequence[str]) -> list[BatchArrays]:
        """The words of the texts of some fields; their forms are learned together."""
        batches = list(map(self.tokenizer.tokenize_batch, texts))
        self._learn()
        return batches

    def _learn(self) -> None:
        """Analyse the forms that the tokenizer has met since the last time."""
        fresh = self.tokenizer.forms[len(self._u) :]
        if not fresh:
            return
        folded = fold_all(self._numbering, Spelled(fresh))
        stems = stem_all(self._numbering, folded)
        self._keys.append((folded, stems, root_all(self._numbering, stems)))
        self._s.extend(map(key_of, self._numbering.texts(stems)))
        self._u.extend(map(key_of, fresh))
        numbers = np.array([number_of(form) for form in fresh], np.uint64)
        self._numbers = np.concatenate([self._numbers, numbers])
        counted = [form not in stopwords() for form in fresh]
        self._counts = np.concatenate([self._counts, np.array(counted, np.int64)])

    def lengths(self, batch: BatchArrays) -> NDArray[np.int64]:
        """How many words but stopwords each document has."""
        return np.diff(starts_of(self._counts.take(batch.form_ids)).take(batch.bounds))

    def columns(self, batch: BatchArrays, parts: Sequence[NDArray[Any]]) -> Iterator[Column]:
        """What ranking reads of each document, see `columns`. parts: where some begin, in words."""
        ids, starts, bounds = batch.form_ids, batch.starts, batch.bounds
        return columns_of(ids, starts, bounds, self._numbers, self.lengths(batch), parts)

    def forms(self, batch: BatchArrays) -> Iterator[str]:
        """The written forms of each document, joined."""
        return self._u.joined(batch.form_ids, batch.bounds)

    def stems(self, batch: BatchArrays) -> Iterator[str]:
        """The stems of the words of each document but stopwords, joined."""
        counted = self._counts.take(batch.form_ids) > 0
        return self._s.joined(batch.form_ids[counted], starts_of(counted).take(batch.bounds))

    # The lexicon

    def distinct_stems(self) -> list[str]:
        """All stems."""
        return list(dict.fromkeys(self._s.listed))

    def words(self, run: int, known: Known) -> Iterator[tuple[str, list[int]]]:
        """A document of the lexicon for each stem that has forms not known, and these by number.

        run: the `n` of all of them, see `mapping`.
        """
        if not self._keys:
            return
        u = self._u.listed
        folded, stems, roots = (np.concatenate(keys) for keys in zip(*self._keys, strict=True))
        order = stems.argsort(kind="stable")
        begins = np.flatnonzero(changes(stems.take(order)))
        f = list(map(key_of, self._numbering.texts(folded)))
        own = order.take(begins)
        r = map(key_of, self._numbering.texts(roots.take(own)))
        grams = self._grams(stems.take(own))
        bears = self._bearings(folded)
        groups = np.split(order, begins[1:])
        for stem, root, gram, group in zip(self._s.of(own), r, grams, groups, strict=True):
            fresh = group.tolist()
            seen = known.get(stem)
            if seen:
                fresh = [i for i in fresh if u[i] not in seen]
            if not fresh:
                continue
            forms, folds = [u[i] for i in fresh], [f[i] for i in fresh]
            word = {"s": stem, "n": run, "u": forms, "f": folds, "r": root}
            rests = {rest for i in fresh if i in bears for rest in bears[i]}
            if rests:
                word["p"] = sorted(rests)
            if gram and not seen:
                word["g"] = gram
            yield as_json(word), fresh

    def numbers(self, forms: Sequence[int]) -> Numbers:
        """What `columns` calls some forms."""
        return self._numbers.take(np.array(forms, np.int64))

    def _grams(self, stems: Numbers) -> Iterator[list[str]]:
        """The trigrams of each of some distinct stems, as `grams_in` gives them."""
        grams = build_grams(self._numbering, stems)
        names = texts_of(grams.codes)
        owned = np.arange(len(names)).repeat(np.diff(grams.starts).astype(np.int64))
        ordered = owned.take(grams.owners.argsort(kind="stable")).tolist()
        for first, last in pairwise(starts_of(grams.counts).tolist()):
            yield [names[gram] for gram in ordered[first:last]]

    def _bearings(self, folded: Numbers) -> dict[int, list[str]]:
        """By form, the stems of what is left of it without a lone proclitic, if any."""
        words, targets = bearings_of(self._numbering, np.unique(folded))
        rests: dict[int, list[str]] = {}
        for word, target in zip(words.tolist(), self._numbering.texts(targets), strict=True):
            rests.setdefault(word, []).append(key_of(target))
        held = np.isin(folded, words).nonzero()[0]
        return {
            place: rests[word]
            for place, word in zip(held.tolist(), folded.take(held).tolist(), strict=True)
        }


class _Names:
    """Texts by number, to be taken many at a time."""

    def __init__(self) -> None:
        self.listed: list[str] = []
        self._held = np.zeros(0, object)

    def __len__(self) -> int:
        return len(self.listed)

    def extend(self, names: Iterable[str]) -> None:
        """Add some, with the numbers that come next."""
        known = len(self.listed)
        self.listed += names
        if len(self.listed) > len(self._held):
            self._held.resize(2 * len(self.listed), refcheck=False)
        self._held[known : len(self.listed)] = self.listed[known:]

    def of(self, ids: NDArray[Any]) -> list[str]:
        """Those of some numbers."""
        return self._held.take(ids).tolist()  # type: ignore[no-any-return]

    def joined(self, ids: NDArray[Any], bounds: NDArray[np.int64]) -> Iterator[str]:
        """Those of some numbers, joined by spaces from each bound to the next."""
        words = self.of(ids)
        for first, last in pairwise(bounds.tolist()):
            yield " ".join(words[first:last])


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
                BOTH: [],
            }
        )
    columns: list[Iterator[Column]] = []
    of_fields = [[source[name] for source in sources] for name in FORM_FIELDS]
    batches = terms.tokenize(*of_fields)
    for name, texts, batch in zip(FORM_FIELDS, of_fields, batches, strict=True):
        fields = zip(terms.forms(batch), terms.stems(batch), terms.lengths(batch), strict=True)
        for source, (forms, stems, length) in zip(sources, fields, strict=True):
            source.update({forms_field(name): forms, f"{name}_length": int(length)})
            source[BOTH] += [stems] * int(DEFAULT.field_weight(name)) if stems else []
        parts = list(_parts(documents, name, batch))
        columns.append(terms.columns(batch, parts))
        if name == PRINTED_FIELD:
            values = terms.printer.values(documents, texts, batch, parts, terms.tokenizer.forms)
            for source, value in zip(sources, values, strict=True):
                source.update({} if value is None else {PRINTS: value})
    for source, *own in zip(sources, *columns, strict=True):
        ranked = Ranked(source["file"], source["place"], source["date"], tuple(own))
        source[RANKED] = b64encode(packed(ranked)).decode("ascii")
        source[BOTH] = " ".join(source[BOTH])
    return list(map(as_json, sources))


def _parts(documents: Sequence[Document], name: str, batch: BatchArrays) -> Iterator[NDArray[Any]]:
    """Before which words of a field of each document a part begins, but for the first."""
    for document, (first, last) in zip(documents, pairwise(batch.bounds.tolist()), strict=True):
        begins = np.array(document.get(f"_parts_{name}", ()), np.int64)
        yield batch.starts[first:last].searchsorted(begins)
