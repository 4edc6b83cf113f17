"""Where slices begin is counted from sums as it is from all counts, and from bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.codec import counted
from indexer.codec.counted import Heads, Starts
from indexer.codec.format import LARGE_COUNT
from indexer.codec.postings import starts_of

COUNTS = st.lists(st.integers(0, 3) | st.integers(250, 260) | st.integers(0, 1 << 40), max_size=60)


@pytest.fixture(autouse=True)
def few_are_never_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "_FEW", 0)


def starts_from(counts: list[int]) -> Starts:
    large = [count for count in counts if count >= LARGE_COUNT]
    return Starts(
        np.minimum(np.array(counts, np.uint64), LARGE_COUNT).astype(np.uint8),
        np.array(large, np.uint64),
    )


@given(COUNTS)
def test_starts_are_those_of_all_counts(counts: list[int]) -> None:
    starts, every = starts_from(counts), starts_of(np.array(counts, np.int64))
    places = np.arange(len(counts) + 1)
    assert len(starts) == len(every)
    assert starts.take(places).tolist() == every.tolist()
    assert [starts[place] for place in places.tolist()] == every.tolist()
    assert starts.take(np.stack([places, places], axis=1)).tolist() == [[n, n] for n in every]
    assert starts.whole.tolist() == every.tolist()


@given(COUNTS, st.data())
def test_each_place_is_in_its_slice(counts: list[int], data: st.DataObject) -> None:
    counts = [count or 1 for count in counts] or [1]
    starts, every = starts_from(counts), starts_of(np.array(counts, np.int64))
    owners = np.arange(len(counts)).repeat(2)
    places = np.stack([every[:-1], every[1:] - 1], axis=1).ravel()
    spans = [
        (data.draw(st.integers(0, owner)), data.draw(st.integers(owner + 1, len(counts))))
        for owner in owners.tolist()
    ]
    assert starts.owners(places, np.array(spans)).tolist() == owners.tolist()


def test_whoever_asks_often_is_answered_alike() -> None:
    counts = [1, 255, 0, 7, 1 << 20] * 5
    starts, every = starts_from(counts), starts_of(np.array(counts))
    asked = [starts.take(np.array([at % 26])).tolist() for at in range(3 * counted._OFTEN)]
    assert asked == [[int(every[at % 26])] for at in range(3 * counted._OFTEN)]
    assert "whole" in vars(starts)


GROUPS = st.lists(st.integers(1, 3) | st.integers(6, 40), min_size=1, max_size=40)
"""How many slots each group has."""


@given(GROUPS)
@settings(max_examples=200)
def test_heads_are_the_starts_of_groups(sizes: list[int]) -> None:
    every = starts_of(np.array(sizes))
    slots = int(every[-1])
    marks = np.zeros(slots, np.bool_)
    marks[every[:-1]] = True
    heads = Heads(np.packbits(marks), slots)
    groups, owners = np.arange(len(every)), np.repeat(np.arange(len(sizes)), sizes)
    assert (len(heads), heads.whole.tolist()) == (len(every), every.tolist())
    assert heads.take(groups).tolist() == every.tolist()
    for kind in (np.int64, np.uint32):
        assert heads.groups_of(np.arange(slots, dtype=kind)).tolist() == owners.tolist()
    assert heads.spans(groups[:-1]).tolist() == np.stack([every[:-1], every[1:]], axis=1).tolist()
    for _ in range(counted._OFTEN):
        heads.take(groups)
    assert heads.groups_of(np.arange(slots)).tolist() == owners.tolist()
