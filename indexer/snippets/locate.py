"""Find the words that match the query in the texts of hits.

The index knows which tokens match: their numbers are positions. It also stores where every 64th
token of a text begins, so only the pieces with such tokens are read, those of all hits together. If
that is not stored, or does not agree with the text, the whole text is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from analyzers.tokenizer import shared_tokenizer
from indexer.codec.format import SAMPLE_TOKENS
from indexer.query.nodes import Leaf
from indexer.ranking.meanings import OTHER
from indexer.ranking.occurrences import occurrences_of, postings_of
from indexer.ranking.resolve import Resolver
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import NO_SPANS, FieldSource, Segment, Spans
from indexer.snippets.highlighter import Highlight, Highlighter, Meetings

MOST_SHOWN = 20_000
"""Occurrences of a form in a text among which the best passage is looked for."""

_Spans = dict[int, tuple[int, int]]
"""By number of a token, its span in its text."""


class _Piece(NamedTuple):
    """Tokens `first` to `first + tokens` of a hit's text, which begin at code point `start`.

    `met`: the numbers of those that met the query.
    """

    hit: int
    first: int
    tokens: int
    start: int
    text: str
    met: list[int]


def highlights_in(
    texts: Sequence[str],
    docs: Sequence[int],
    leaves: Sequence[Leaf],
    highlighter: Highlighter,
    snapshot: Snapshot,
    *,
    field: str = "text",
    most: int | None = None,
) -> list[list[Highlight]]:
    """For each document (its number in the index, its text), its highlights, in order.

    texts: of the field named, that of each document. most: only the first so many of each form, so
    that a text that is one word a million times takes no more memory than others.
    """
    met = _meetings(docs, leaves, highlighter, snapshot, field, most)
    pieces = _pieces(texts, docs, met, snapshot, field)
    if pieces is None:
        return [highlighter.of_text(text) for text in texts]
    spans = _spans(pieces, met)
    found = []
    for hit, text in enumerate(texts):
        tokens = met[hit]
        if len(spans[hit]) == len(tokens):
            ordered = {number: tokens[number][1] for number in sorted(tokens)}
            found.append(highlighter.of_tokens(text, ordered, spans[hit]))
        else:  # the text does not agree with what is stored of it
            found.append(highlighter.of_text(text))
    return found


_Met = list[dict[int, tuple[str, Meetings]]]
"""For each hit, by number of a token: its form, and what it meets."""


def _meetings(
    docs: Sequence[int],
    leaves: Sequence[Leaf],
    highlighter: Highlighter,
    snapshot: Snapshot,
    field: str,
    most: int | None,
) -> _Met:
    """What the tokens of some documents meet, as the postings of the leaves' terms tell it."""
    met: _Met = [{} for _ in docs]
    resolver = Resolver.of(snapshot)
    by_segment: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for hit, doc in enumerate(docs):
        segment, docnum = snapshot.locate(doc)
        by_segment[snapshot.segments.index(segment)].append((docnum, hit))
    for number, here in by_segment.items():
        segment = snapshot.segments[number]
        source = segment.field(field)
        if source is None:
            continue
        terms = [spans for leaf in leaves for spans in sought_spans(leaf, field, source, resolver)]
        spans = np.concatenate([NO_SPANS, *terms])
        if len(spans):
            spans = spans[spans[:, 0].argsort()]
            _add_meetings(met, dict(here), segment, source, spans, highlighter, most)
    return met


def sought_spans(leaf: Leaf, field: str, source: FieldSource, resolver: Resolver) -> list[Spans]:
    """The terms of a field that a leaf may highlight, also where it is searched in others only."""
    if field in leaf.fields:
        found = resolver.terms(leaf)
        terms = [
            part.located.spans for part in found if part.source is source and part.kind < OTHER
        ]
    else:
        meanings = resolver.spans(leaf, source)
        terms = [meaning.spans for meaning in meanings if meaning.expansion.retrieves]
    terms += [
        word.spans
        for phrase in resolver.phrase_terms(leaf)
        if phrase.source is source
        for word in phrase.places.all_words
    ]
    return terms


def _add_meetings(
    met: _Met,
    hit_of_docnum: dict[int, int],
    segment: Segment,
    source: FieldSource,
    spans: Spans,
    highlighter: Highlighter,
    most: int | None,
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
            last = at + (tf if most is None else min(tf, most))
            tokens.update(dict.fromkeys(positions[at:last], (form, meetings)))
        at += tf


def _pieces(
    texts: Sequence[str], docs: Sequence[int], met: _Met, snapshot: Snapshot, field: str
) -> list[_Piece] | None:
    """The pieces of the texts with matching tokens; None if offsets are not stored."""
    pieces = []
    for hit, (text, doc, tokens) in enumerate(zip(texts, docs, met, strict=True)):
        if not tokens:
            continue
        segment, docnum = snapshot.locate(doc)
        source = segment.field(field)
        offsets = None if source is None else source.samples(docnum)
        count = None if source is None else source.token_count(docnum)
        if offsets is None or count is None:
            return None
        bounds = [*offsets.tolist(), len(text)]
        for place, numbers in _by_sample(tokens):
            first = place * SAMPLE_TOKENS
            if first < count:
                start, stop = bounds[place : place + 2]
                size = min(SAMPLE_TOKENS, count - first)
                pieces.append(_Piece(hit, first, size, start, text[start:stop], numbers))
    return pieces


def _by_sample(tokens: Iterable[int]) -> list[tuple[int, list[int]]]:
    """The numbers of some tokens by the stored offset before each, ascending."""
    found: dict[int, list[int]] = defaultdict(list)
    for number in tokens:
        found[number // SAMPLE_TOKENS].append(number)
    return sorted(found.items())


def _spans(pieces: Sequence[_Piece], met: _Met) -> list[_Spans]:
    """By hit, where the matching tokens are; without those of pieces that disagree.

    Each token is examined once, with its own piece: a text may have a million of them.
    """
    tokenizer = shared_tokenizer()
    batch = tokenizer.tokenize_batch([piece.text for piece in pieces])
    bounds = batch.bounds.tolist()
    wanted: list[tuple[int, int, int]] = []
    places: list[int] = []
    for number, piece in enumerate(pieces):
        if bounds[number + 1] - bounds[number] == piece.tokens:
            shift = bounds[number] - piece.first
            inside = [token for token in piece.met if token < piece.first + piece.tokens]
            wanted += [(piece.hit, token, piece.start) for token in inside]
            places += [token + shift for token in inside]
    at: NDArray[np.int64] = np.array(places, np.int64)
    forms = [tokenizer.forms[form] for form in batch.form_ids.take(at).tolist()]
    starts, ends = batch.starts.take(at).tolist(), batch.ends.take(at).tolist()
    spans: list[_Spans] = [{} for _ in met]
    for (hit, token, begin), form, start, end in zip(wanted, forms, starts, ends, strict=True):
        if met[hit][token][0] == form:
            spans[hit][token] = (start + begin, end + begin)
    return spans
