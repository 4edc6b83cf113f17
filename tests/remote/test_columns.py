"""Is what ranking reads of a document what was packed, and what the document says?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.remote.columns import Column, Ranked, columns_of, number_of, packed, unpacked

FORMS = ["كتب", "الولد", "كتاب", "مكتبة"]
NUMBERS = np.array([number_of(form) for form in FORMS], np.uint64)

texts = st.lists(st.integers(0, len(FORMS) - 1), max_size=12)


def columns(documents: Sequence[Sequence[int]], parts: Sequence[Sequence[int]]) -> list[Column]:
    ids = np.array([i for document in documents for i in document], np.int64)
    bounds = np.cumsum([0, *map(len, documents)])
    starts = np.arange(len(ids)) * 5
    lengths = np.array([len(document) for document in documents], np.int64)
    return list(
        columns_of(ids, starts, bounds, NUMBERS, lengths, [np.array(p, np.int64) for p in parts])
    )


def words_of(column: Column) -> list[str]:
    """The words of a field again, in their order."""
    named = dict(zip(NUMBERS.tolist(), FORMS, strict=True))
    forms = [named[number] for number in column.numbers.repeat(column.counts).tolist()]
    return [form for _, form in sorted(zip(column.positions.tolist(), forms, strict=True))]


@given(st.lists(texts, max_size=5))
def test_columns_say_which_form_is_where(documents: list[list[int]]) -> None:
    for document, column in zip(documents, columns(documents, [()] * len(documents)), strict=True):
        assert words_of(column) == [FORMS[i] for i in document]
        assert len(set(column.numbers.tolist())) == len(column.numbers)
        for here in np.split(column.positions, np.cumsum(column.counts)):
            assert here.tolist() == sorted(here.tolist()), "those of a form ascend"


def plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def as_lists(ranked: Ranked) -> list[Any]:
    return [*ranked[:3], *([*map(plain, column)] for column in ranked.columns)]


@given(texts, texts, st.integers(0, 2**62), st.sampled_from(["", "2017-11-30"]))
def test_what_is_packed_is_unpacked(
    title: list[int], text: list[int], place: int, date: str
) -> None:
    own = columns([title, text], [[], range(1, len(text), 3)])
    ranked = Ranked(place // 3, place, date, tuple(own))
    assert as_lists(unpacked(packed(ranked))) == as_lists(ranked)


@pytest.mark.parametrize("words", [255, 256, 65_535, 65_536, 70_000])
def test_long_texts_keep_their_places(words: int) -> None:
    own = columns([[], [0] * (words - 1) + [1]], [[], [words - 1]])
    found = unpacked(packed(Ranked(1, 2, "", tuple(own)))).columns[1]
    assert found.counts.tolist() == [words - 1, 1]
    assert found.positions.tolist() == list(range(words))
    assert found.parts.tolist() == [words - 1]
    assert found.samples.tolist() == list(range(0, 5 * words, 5 * 64))


def test_a_form_has_one_number_for_ever() -> None:
    """Known values: what is on a cluster was written by another process, maybe another version."""
    assert number_of("كتاب") == 15_742_711_007_920_401_590
    assert len({number_of(form) for form in FORMS}) == len(FORMS)


def test_bytes_of_an_example() -> None:
    """Of كتب الولد كتب, as the docstring of the module has it."""
    (title,), (text,) = columns([[]], [[]]), columns([[0, 1, 0]], [[]])
    expected = [
        (7).to_bytes(8, "little"),
        (5 << 16).to_bytes(8, "little"),
        bytes([4]),
        *(number.to_bytes(4, "little") for number in (0, 0, 0, 0, 3, 2, 3, 0)),
        b"2020",
        *(number_of(form).to_bytes(8, "little") for form in ("كتب", "الولد")),
        bytes([2, 1]),
        bytes([0, 2, 1]),
        (0).to_bytes(4, "little"),
    ]
    assert packed(Ranked(7, 5 << 16, "2020", (title, text))) == b"".join(expected)
