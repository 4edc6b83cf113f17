"""What is sent of a document to find its copies is what an index here keeps, and comes back."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from copied_texts import story
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from indexer.codec.postings import starts_of
from indexer.copies.prints import BINS, Prints, TextsByDoc
from indexer.copies.segments import SegmentCorpus
from indexer.errors import IndexCorruptError
from indexer.index import Index
from indexer.remote import writer
from indexer.remote.analysis import Terms, prepared
from indexer.remote.mapping import PRINTS
from indexer.remote.prints import NOTHING, packed, unpacked


def value_of(source: dict[str, Any]) -> bytes:
    return base64.b64decode(source[PRINTS])


def alike(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(map(np.array_equal, one, other))


@st.composite
def documents(draw: st.DrawFn) -> tuple[Prints, TextsByDoc]:
    """Any prints of documents of one to three texts."""
    counts = np.array(draw(st.lists(st.integers(1, 3), min_size=1, max_size=4)), np.int64)
    texts = int(counts.sum())

    def numbers(size: int, most: int, kind: Any = np.int64) -> Any:
        return draw(arrays(kind, size, elements=st.integers(0, most)))

    gram_counts, line_counts = numbers(texts, 4), numbers(texts, 3)
    others = int(np.maximum(gram_counts - 1, 0).sum())
    prints = Prints(
        gram_counts,
        numbers(BINS * int((gram_counts > 0).sum()), 2**32 - 1, np.uint32),
        numbers(others, 2**32 - 1, np.uint32),
        line_counts,
        numbers(int(line_counts.sum()), 2**32 - 1, np.uint32),
        numbers(texts, 2**64 - 1, np.uint64),
    )
    return prints, TextsByDoc(np.arange(len(counts)).repeat(counts), numbers(texts, 10**6))


@given(documents())
def test_what_is_packed_is_unpacked(given_: tuple[Prints, TextsByDoc]) -> None:
    prints, texts = given_
    values = packed(prints, texts)
    found = unpacked(values)
    assert alike(found[0], prints)
    assert alike(found[1], texts)
    firsts = starts_of(np.bincount(texts.docs))
    for doc, value in enumerate(values):
        own = np.arange(firsts[doc], firsts[doc + 1])
        assert alike(unpacked([value])[0], prints.of(own)), "each by itself"


@given(documents(), st.integers(1, 400))
def test_a_value_that_was_cut_short_is_refused(
    given_: tuple[Prints, TextsByDoc], less: int
) -> None:
    (value, *_) = packed(*given_)
    with pytest.raises(IndexCorruptError):
        unpacked([value[: -min(less, len(value))]])


def test_nothing_is_one_text_without_words() -> None:
    prints, texts = unpacked([NOTHING])
    assert not prints.has_grams.any()
    assert alike(texts, ([0], [0]))


def test_it_is_what_an_index_here_keeps(local: Index, hits: list[dict[str, Any]]) -> None:
    segments = local._opened[0].segments
    corpus = SegmentCorpus([(segment.entry, segment.reader.container) for segment in segments])
    prints, texts = unpacked([value_of(hit["_source"]) for hit in hits])
    assert len(texts.docs) > len(hits), "some have several parts"
    assert alike(prints, corpus.of(np.arange(corpus.size)))
    assert alike(texts.docs, corpus.docs)


def test_the_last_piece_of_a_text_has_the_value_of_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    long, short = ({"file": 1, "line": 1, "title": "", "text": story(n, 300)} for n in (1, 2))
    (whole,) = map(json.loads, prepared(Terms(), [long], [0]))
    monkeypatch.setattr(writer, "MOST_CHARS", 700)
    pieces = [*writer.cut(long), *writer.cut(short | {"text": story(2, 60)}), *writer.cut(long)]
    assert len(pieces) > 5
    sources = [*map(json.loads, prepared(Terms(), pieces, range(len(pieces))))]
    own = [source[PRINTS] for source in sources if PRINTS in source]
    assert own[0] == own[2] == whole[PRINTS] != own[1]
    assert len(own) == 3
    ends = [place for place, source in enumerate(sources) if PRINTS in source]
    assert ends == [len(pieces) // 2 - 1, len(pieces) // 2, len(pieces) - 1]
