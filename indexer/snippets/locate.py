"""Where in the texts of some hits do the words stand that met the query?

The index knows which tokens met: their numbers are positions. It also holds where every 64th token
of a text begins, so that only the pieces of the texts with such tokens are read, those of all hits
in one go. Where that is not stored, or does not agree with the text, the whole text is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analyzers.tokenizer import shared_tokenizer
from indexer.codec.format import SAMPLE_TOKENS
from indexer.ranking.meanings import OTHER
from indexer.ranking.queries import FormsQuery
from indexer.ranking.snapshot import Segment, Snapshot
from indexer.ranking.source import NO_SPANS, FieldSource, Spans, occurrences_of, postings_of
from indexer.snippets.passages import Highlighter, Meetings, WordHit

Place = tuple[int, int]
"""A document's place among the hits, and the number of a token."""


class _Piece(NamedTuple):
    """Tokens `first` to `first + tokens` of a hit's text, which begin at code point `start`."""

    hit: int
    first: int
    tokens: int
    start: int
    text: str


def hits_in(
    texts: Sequence[str],
    docs: Sequence[int],
    leaves: Sequence[FormsQuery],
    highlighter: Highlighter,
    snapshot: Snapshot,
    *,
    field: str = "text",
) -> list[list[WordHit]]:
    """For each document (its number in the index, its text), the tokens that met, in order.

    texts: of the field named, that of each document.
    """
    met = _meetings(docs, leaves, highlighter, snapshot, field)
    pieces = _pieces(texts, docs, met, snapshot, field)
    if pieces is None:
        return [highlighter.hits(text) for text in texts]
    spans = _spans(pieces, met)
    found = []
    for hit, text in enumerate(texts):
        tokens = met[hit]
        if all((hit, number) in spans for number in tokens):
            ordered = {number: tokens[number][1] for number in sorted(tokens)}
            found.append(highlighter.marked(text, ordered, {n: spans[hit, n] for n in ordered}))
        else:  # the text does not agree with what is stored of it
            found.append(highlighter.hits(text))
    return found


_Met = list[dict[int, tuple[str, Meetings]]]
"""For each hit, by number of a token: its form, and what it meets."""


def _meetings(
    docs: Sequence[int],
    leaves: Sequence[FormsQuery],
    highlighter: Highlighter,
    snapshot: Snapshot,
    field: str,
) -> _Met:
    met: _Met = [{} for _ in docs]
    by_segment: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for hit, doc in enumerate(docs):
        segment, docnum = snapshot.locate(doc)
        by_segment[snapshot.segments.index(segment)].append((docnum, hit))
    for number, here in by_segment.items():
        segment = snapshot.segments[number]
        source = segment.field(field)
        if source is None:
            continue
        terms = [spans for leaf in leaves for spans in _marked_spans(leaf, source, snapshot)]
        spans = np.concatenate([NO_SPANS, *terms])
        if len(spans):
            spans = spans[spans[:, 0].argsort()]
            _add_meetings(met, dict(here), segment, source, spans, highlighter)
    return met


def _marked_spans(leaf: FormsQuery, source: FieldSource, snapshot: Snapshot) -> list[Spans]:
    """The terms of a field that a leaf may mark."""
    terms = [
        part.located.spans
        for part in snapshot.terms(leaf)
        if part.source is source and part.kind < OTHER
    ]
    if not terms:
        meanings = leaf.spans(source, snapshot)
        terms = [meaning.spans for meaning in meanings if meaning.expansion.retrieves]
    for phrase in leaf.phrases(snapshot):
        terms += [source.group(phrase.level, key) for key in phrase.keys]
    return terms


def _add_meetings(
    met: _Met,
    hit_of_docnum: dict[int, int],
    segment: Segment,
    source: FieldSource,
    spans: Spans,
    highlighter: Highlighter,
) -> None:
    """Add what the terms of some ascending spans, of which some may be there twice, meet."""
    admitted = np.zeros(segment.size, np.bool_)
    admitted[list(hit_of_docnum)] = True
    postings = postings_of(source, spans)
    chosen = admitted.take(postings.docs).nonzero()[0]
    if not len(chosen):
        return
    tfs, positions = (found.tolist() for found in occurrences_of(source, postings, chosen))
    forms = source.forms_at(postings, chosen)
    at = 0
    for docnum, tf, form in zip(postings.docs.take(chosen).tolist(), tfs, forms, strict=True):
        meetings = highlighter.meetings(form)
        if meetings:
            tokens = met[hit_of_docnum[docnum]]
            tokens.update(dict.fromkeys(positions[at : at + tf], (form, meetings)))
        at += tf


def _pieces(
    texts: Sequence[str], docs: Sequence[int], met: _Met, snapshot: Snapshot, field: str
) -> list[_Piece] | None:
    """The pieces of the texts that hold tokens that met; None where offsets are not stored."""
    pieces = []
    for hit, (text, doc, tokens) in enumerate(zip(texts, docs, met, strict=True)):
        if not tokens:
            continue
        segment, docnum = snapshot.locate(doc)
        source = segment.field(field)
        samples = None if source is None else source.samples(docnum)
        if samples is None:
            return None
        offsets, count = samples
        bounds = [*offsets.tolist(), len(text)]
        for place in sorted({number // SAMPLE_TOKENS for number in tokens}):
            first = place * SAMPLE_TOKENS
            if first < count:
                start, stop = bounds[place : place + 2]
                size = min(SAMPLE_TOKENS, count - first)
                pieces.append(_Piece(hit, first, size, start, text[start:stop]))
    return pieces


def _spans(pieces: Sequence[_Piece], met: _Met) -> dict[Place, tuple[int, int]]:
    """Where the tokens that met stand in their texts; without those of pieces that disagree."""
    tokenizer = shared_tokenizer()
    batch = tokenizer.tokenize_batch([piece.text for piece in pieces])
    bounds = batch.bounds.tolist()
    wanted: list[tuple[Place, int, int]] = []
    for number, piece in enumerate(pieces):
        if bounds[number + 1] - bounds[number] == piece.tokens:
            tokens = met[piece.hit]
            here = range(piece.first, piece.first + piece.tokens)
            shift = bounds[number] - piece.first
            wanted += [((piece.hit, t), t + shift, piece.start) for t in tokens if t in here]
    places: NDArray[np.int64] = np.array([at for _, at, _ in wanted], np.int64)
    forms = [tokenizer.forms[form] for form in batch.form_ids.take(places).tolist()]
    starts, ends = batch.starts.take(places).tolist(), batch.ends.take(places).tolist()
    return {
        place: (start + begin, end + begin)
        for (place, _, begin), form, start, end in zip(wanted, forms, starts, ends, strict=True)
        if met[place[0]][place[1]][0] == form
    }
