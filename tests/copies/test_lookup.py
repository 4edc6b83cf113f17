"""Texts with some grams are found by an order as by looking at all of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from indexer.copies.lookup import holding, order_of, rows_with
from indexer.copies.prints import BINS, EMPTY

SMALL = st.integers(0, 5)
MINIMA = st.integers(0, 12).flatmap(lambda rows: arrays(np.uint32, (rows, BINS), elements=SMALL))


@given(MINIMA, st.lists(st.tuples(SMALL, st.integers(0, BINS - 1)), max_size=9, unique=True))
def test_rows_are_those_that_have_the_grams(
    least: np.ndarray, grams: list[tuple[int, int]]
) -> None:
    minima = least * BINS + np.arange(BINS, dtype=np.uint32)
    minima[least == 5] = EMPTY
    minima = minima.reshape(-1)
    wanted = np.array(sorted(value * BINS + place for value, place in grams), np.uint32)
    found = rows_with(wanted, minima, order_of(minima))
    expected = holding(minima, wanted) // BINS
    assert sorted(found.tolist()) == sorted(expected.tolist())
    assert expected.tolist() == [
        at // BINS for at, value in enumerate(minima.tolist()) if value in set(wanted.tolist())
    ]


def test_the_highest_gram_is_no_empty_bin() -> None:
    minima = np.full(2 * BINS, EMPTY)
    minima[BINS - 1] = EMPTY - BINS
    assert rows_with(minima[BINS - 1 : BINS], minima, order_of(minima)).tolist() == [0]
