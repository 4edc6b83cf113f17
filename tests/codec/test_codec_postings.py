"""Inversion and merging against a plain oracle."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.codec.build.merge import Source, merge
from indexer.codec.postings import (
    Postings,
    invert,
    slice_indices,
    stable_order,
)

TEXTS = st.lists(st.lists(st.integers(0, 9), max_size=12), max_size=8)


def oracle(texts: list[list[int]], first_doc: int = 0) -> dict[int, list[tuple[int, list[int]]]]:
    """id -> [(docnum, positions)]."""
    found: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for docnum, text in enumerate(texts, first_doc):
        for position, token in enumerate(text):
            found[token][docnum].append(position)
    return {token: sorted(docs.items()) for token, docs in found.items()}


def inverted(texts: list[list[int]], first_doc: int = 0) -> Postings:
    ids = np.array([token for text in texts for token in text], np.uint32)
    counts = np.array([len(text) for text in texts], np.int64)
    return invert(ids, counts, np.arange(first_doc, first_doc + len(texts)), 10)


def listed(postings: Postings) -> dict[int, list[tuple[int, list[int]]]]:
    result = {}
    for row, key in enumerate(postings.keys.tolist()):
        begin, end = postings.doc_starts[row : row + 2].tolist()
        at = int(postings.pos_starts[row])
        entries = []
        for docnum, tf in zip(
            postings.docs[begin:end].tolist(), postings.tf[begin:end].tolist(), strict=True
        ):
            entries.append((docnum, postings.positions[at : at + tf].tolist()))
            at += tf
        assert at == postings.pos_starts[row + 1]
        result[key] = entries
    return result


@given(TEXTS)
def test_inversion(texts):
    assert listed(inverted(texts)) == oracle(texts)


@given(st.lists(st.integers(0, 1 << 20), max_size=60))
def test_radix_order_is_the_stable_order(ids):
    array = np.array(ids, np.uint32)
    assert stable_order(array, 1 << 21).tolist() == sorted(range(len(ids)), key=ids.__getitem__)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), max_size=10))
def test_slice_indices(slices):
    starts = np.array([start for start, _ in slices], np.int64)
    lengths = np.array([length for _, length in slices], np.int64)
    expected = [i for start, length in slices for i in range(start, start + length)]
    assert slice_indices(starts, lengths).tolist() == expected


@given(st.lists(TEXTS, min_size=1, max_size=4), st.permutations(range(10)), st.data())
def test_merged_runs_are_one_run_without_the_deleted(runs, slot_of_id, data):
    slots = np.array(slot_of_id)
    sources, texts, first = [], [], 0
    for run in runs:
        deleted = {i for i in range(len(run)) if data.draw(st.booleans())}
        docmap = np.full(max(len(run), 1), -1, np.int64)
        for i in range(len(run)):
            if i not in deleted:
                docmap[i] = first + sum(j not in deleted for j in range(i))
        kept = [text for i, text in enumerate(run) if i not in deleted]
        postings = inverted(run)
        alive = set(oracle(kept))
        wanted = np.array([slots[k] if k in alive else -1 for k in postings.keys.tolist()], int)
        sources.append(Source(postings, wanted, docmap))
        texts += kept
        first += len(kept)
    blocks = list(merge(sources, 10))
    merged = Postings(
        keys=np.arange(10),
        doc_starts=np.append(0, np.cumsum(np.concatenate([b.doc_counts for b in blocks]))),
        docs=np.concatenate([b.docs for b in blocks]),
        tf=np.concatenate([b.tf for b in blocks]),
        pos_starts=np.append(0, np.cumsum(np.concatenate([b.pos_counts for b in blocks]))),
        positions=np.concatenate([b.positions for b in blocks]),
    )
    found = {slot_of_id.index(slot): entries for slot, entries in listed(merged).items() if entries}
    assert found == oracle(texts)


def test_blocks_never_part_a_list(monkeypatch):
    monkeypatch.setattr("indexer.codec.build.merge.BLOCK_TOKENS", 3)
    texts = [[i % 10 for i in range(40)] for _ in range(3)]
    source = Source(inverted(texts), np.arange(10), None)
    firsts = [block.first for block in merge([source], 10)]
    assert firsts == list(range(10))
