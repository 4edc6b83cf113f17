"""Collect the fields of documents until their segment is written.

`FormCollector` takes texts, which it tokenizes in batches and inverts in runs; `TermCollector`
takes the postings that any other Whoosh field makes from a value.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from whoosh import formats

from analyzers.named import NamedTuple
from analyzers.ranked import inverse_of
from analyzers.tokenizer import BatchArrays, cut
from indexer.codec.build.dictionary import Vocabulary
from indexer.codec.build.fieldwriter import DocumentValues, FieldData, FieldRuns, PartStarts
from indexer.codec.build.forms import FormVocabulary, vocabulary_of_terms
from indexer.codec.build.notes import NotedWays
from indexer.codec.build.prepare import PartsByDoc
from indexer.codec.build.prints import PrintsCollector
from indexer.codec.build.scratch import Scratch
from indexer.codec.format import SAMPLE_TOKENS
from indexer.codec.postings import Array, Postings, invert, smallest_unsigned, starts_of
from indexer.codec.whoosh.formfield import FormField

BATCH_CHARS = 1 << 18
"""Texts are tokenized together until they have this many code points."""

RUN_TOKENS = 2_000_000
"""Number of tokens that are inverted at once; this needs about 100 MB of arrays."""


class _Run(NamedTuple):
    """goes_on: whether its first document is the last one of the run before."""

    postings: Postings
    goes_on: bool


class FormCollector:
    """The texts of one form field."""

    def __init__(
        self,
        name: str,
        vocabulary: FormVocabulary,
        scratch: Scratch,
        prints: PrintsCollector | None = None,
    ) -> None:
        self._name = name
        self._prints = prints
        self._vocabulary = vocabulary
        self._scratch = scratch
        self._texts: list[str] = []
        self._text_docs: list[int] = []
        self._text_chars = 0
        self._ids: list[Array] = []
        self._counts: list[Array] = []
        self._docnums: list[Array] = []
        self._ways: list[Array | None] = []
        self._run_tokens = 0
        self._run_first = 0
        self._runs: list[_Run] = []
        self._lengths = DocumentValues()
        self._token_counts = DocumentValues()
        self._samples: list[Array] = []
        self._parts: PartsByDoc = {}
        self._part_starts: list[PartStarts] = []
        self.token_count = 0

    def add(self, docnums: list[int], texts: list[str], parts: PartsByDoc) -> None:
        """The texts of some documents; docnums must be ascending. parts: by docnum."""
        self._parts |= parts
        for docnum, text in zip(docnums, texts, strict=True):
            if len(text) >= BATCH_CHARS:
                self._tokenize()
                self._tokenize_long(docnum, text)
                continue
            self._texts.append(text)
            self._text_docs.append(docnum)
            self._text_chars += len(text)
            if self._text_chars >= BATCH_CHARS:
                self._tokenize()

    def _tokenize(self) -> None:
        if not self._texts:
            return
        batch = self._vocabulary.tokenizer.tokenize_batch(self._texts)
        counts = np.diff(batch.bounds)
        within = np.arange(len(batch.form_ids)) - np.repeat(batch.bounds[:-1], counts)
        self._samples.append(batch.starts[within % SAMPLE_TOKENS == 0].astype("<u4"))
        docnums = np.array(self._text_docs, np.int64)
        parts = self._parts_among(batch)
        self._part_starts.append(parts)
        if self._prints is not None:
            self._prints.add(docnums, self._texts, batch, parts, self._vocabulary.hashes())
        ways = self._vocabulary.ways(self._texts, batch)
        self._texts, self._text_docs, self._text_chars = [], [], 0
        self._collect(batch.form_ids, counts, docnums, ways, 0)

    def _parts_among(self, batch: BatchArrays) -> PartStarts:
        """Where parts begin in the waiting texts, of which these are the tokens."""
        docs, found = [], [np.zeros(0, np.int64)]
        if self._parts:
            for docnum, (first, last) in zip(self._text_docs, pairwise(batch.bounds), strict=True):
                if docnum in self._parts:
                    starts = np.array(self._parts.pop(docnum), np.int64)
                    found.append(batch.starts[first:last].searchsorted(starts))
                    docs += [docnum] * len(starts)
        return PartStarts(np.array(docs, np.int64), np.concatenate(found))

    def _tokenize_long(self, docnum: int, text: str) -> None:
        """Tokenize a text piece by piece, so that at most one run of its tokens is in memory."""
        first = 0
        parts = np.array(self._parts.pop(docnum, ()), np.int64)
        long = None if self._prints is None else self._prints.long(docnum)
        for offset, piece in cut(text):
            tokens = self._vocabulary.tokenizer.tokenize_batch([piece])
            here = parts[(parts >= offset) & (parts < offset + len(piece))]
            firsts = tokens.starts.searchsorted(here - offset)
            self._part_starts.append(PartStarts(np.full(len(firsts), docnum), first + firsts))
            if long is not None:
                long.add(tokens, piece, firsts, self._vocabulary.hashes())
            starts = tokens.starts[-first % SAMPLE_TOKENS :: SAMPLE_TOKENS] + offset
            self._samples.append(starts.astype("<u4"))
            count = len(tokens.form_ids)
            ways = self._vocabulary.ways([piece], tokens)
            self._collect(tokens.form_ids, np.array([count]), np.array([docnum]), ways, first)
            first += count
        if long is not None:
            long.end()

    def _collect(
        self, form_ids: Array, counts: Array, docnums: Array, ways: Array | None, first: int
    ) -> None:
        """Tokens of some documents. first: how many tokens of the first one went before."""
        if not self._ids:
            self._run_first = first
        self._ids.append(form_ids)
        self._counts.append(counts)
        self._docnums.append(docnums)
        self._ways.append(ways)
        self._run_tokens += len(form_ids)
        self.token_count += len(form_ids)
        if self._run_tokens >= RUN_TOKENS:
            self._runs.append(self._inverted(spill=True))

    def _inverted(self, *, spill: bool) -> _Run:
        """The postings of the waiting tokens, on disk if `spill`; afterwards no tokens wait."""
        ids = np.concatenate(self._ids)
        counts, docnums = _by_document(np.concatenate(self._counts), np.concatenate(self._docnums))
        ways = _ways_joined(self._ways, self._ids)
        self._ids, self._counts, self._docnums, self._ways, self._run_tokens = [], [], [], [], 0
        counted = ~self._vocabulary.stopword_flags().take(ids)
        self._lengths.add(docnums, np.diff(starts_of(counted).take(starts_of(counts))))
        self._token_counts.add(docnums, counts)
        postings = invert(ids, counts, docnums, len(self._vocabulary), self._run_first, ways)
        if spill:
            postings = self._scratch.spill(postings)
        return _Run(postings, self._run_first > 0)

    def close(self) -> None:
        """Tokenize and invert what is waiting after the last text; then all forms are known."""
        self._tokenize()
        if self._ids:
            self._runs.append(self._inverted(spill=False))

    def finish(self) -> FieldData:
        """Everything collected, once the vocabulary is analyzed."""
        used = np.zeros(len(self._vocabulary), np.bool_)
        for run in self._runs:
            used[run.postings.keys] = True
        vocabulary, places = self._vocabulary.part(used)
        sources = [
            FieldRuns(
                vocabulary,
                places.take(run.keys),
                run,
                goes_on=goes_on,
                ways=self._noted(run, places),
            )
            for run, goes_on in self._runs
        ]
        return FieldData(
            self._name,
            formats.Positions.__name__,
            sources,
            self._lengths,
            self._token_counts,
            self._samples,
            self._part_starts,
        )

    def _noted(self, run: Postings, places: Array) -> NotedWays | None:
        """How the words of a run are written. places: by form id, in the vocabulary."""
        held = run.ways
        if held is None:
            return None
        forms, kinds, table = self._vocabulary.known_ways()
        return NotedWays(places.take(forms), kinds, table, lambda _, where: held[where])


def _ways_joined(ways: list[Array | None], ids: list[Array]) -> Array | None:
    """The ways of some batches of tokens as one, None where no word has a note."""
    if all(batch is None for batch in ways):
        return None
    return np.concatenate(
        [
            np.zeros(len(tokens), np.uint32) if batch is None else batch
            for batch, tokens in zip(ways, ids, strict=True)
        ]
    )


def _by_document(counts: Array, docnums: Array) -> tuple[Array, Array]:
    """(counts, docnums) with the pieces of one document, which are neighbours, as one."""
    heads = np.flatnonzero(np.diff(docnums, prepend=-1))
    return np.add.reduceat(counts, heads), docnums[heads]


class TermCollector:
    """The postings of one field of any other type, held in memory."""

    def __init__(self, name: str, fieldobj: Any) -> None:
        self._name = name
        self._forms = isinstance(fieldobj, FormField)
        self._format = fieldobj.format
        self._kind = type(fieldobj.format)
        self._scorable = bool(fieldobj.scorable)
        self._term_ids: dict[bytes, int] = {}
        self._ids: list[int] = []
        self._docs: list[int] = []
        self._weights: list[float] = []
        self._values: list[bytes] = []
        self._length_docs: list[int] = []
        self._length_values: list[int] = []

    def add(
        self, docs: list[int], terms: list[bytes], weights: list[float], values: list[bytes]
    ) -> None:
        """Some postings: the document, term, weight and value of each."""
        ids = self._term_ids
        self._ids += [ids.setdefault(term, len(ids)) for term in terms]
        self._docs += docs
        self._weights += weights
        self._values += values

    def add_length(self, docnum: int, length: int) -> None:
        """The length of a document's field."""
        self._length_docs.append(docnum)
        self._length_values.append(length)

    def finish(self) -> FieldData:
        """All that was collected."""
        terms = sorted(self._term_ids)
        rank = inverse_of(np.array([self._term_ids[term] for term in terms], np.int64))
        owners = rank.take(np.array(self._ids, np.int64))
        order = np.lexsort((np.array(self._docs, np.int64), owners))
        lengths = DocumentValues()
        lengths.add(np.array(self._length_docs, np.int64), np.array(self._length_values, np.int64))
        vocabulary = vocabulary_of_terms(terms) if self._forms else Vocabulary(terms)
        doc_starts = starts_of(np.bincount(owners, minlength=len(terms)))
        source = FieldRuns(vocabulary, np.arange(len(terms)), self._postings(doc_starts, order))
        return FieldData(
            self._name, self._kind.__name__, [source], lengths if self._scorable else None
        )

    def _postings(self, doc_starts: Array, order: Array) -> Postings:
        """The postings, put in this order of terms and docnums."""
        weights = np.array(self._weights, "<f4").take(order)
        values = [self._values[i] for i in order.tolist()]
        positions = None
        if self._kind is formats.Positions:
            positions = [self._format.decode_positions(value) for value in values]
            tf = np.array([len(p) for p in positions], np.int64)
        elif self._kind is formats.Frequency:
            tf = np.array([self._format.decode_frequency(value) for value in values], np.int64)
        else:
            tf = np.maximum(weights, 1).astype(np.int64)
        postings = Postings(
            keys=np.arange(len(doc_starts) - 1),
            doc_starts=doc_starts,
            docs=np.array(self._docs, np.uint32).take(order),
            tf=tf.astype(smallest_unsigned(int(tf.max(initial=0)))),
            weights=None if np.array_equal(weights, tf.astype("<f4")) else weights,
        )
        if positions is not None:
            joined = np.array([p for places in positions for p in places], np.int64)
            return postings._replace(
                positions=joined.astype(smallest_unsigned(int(joined.max(initial=0)), 2)),
                pos_starts=starts_of(tf).take(doc_starts),
            )
        if self._kind in (formats.Existence, formats.Frequency):
            return postings
        return postings._replace(
            values=np.frombuffer(b"".join(values), np.uint8),
            value_starts=starts_of(np.array([len(v) for v in values], np.int64)),
        )
