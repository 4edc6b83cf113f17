"""What is remembered is what was made, and never more of it than is allowed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.ranking.memory import MOST_BYTES, Memory, most_bytes_of, weight_of


class Maker:
    """Makes arrays, and counts how often."""

    def __init__(self) -> None:
        self.made: list[int] = []

    def make(self, number: int, size: int = 10_000) -> np.ndarray:
        self.made.append(number)
        return np.full(size, number % 256, np.uint8)


def test_made_once_for_the_same_arguments() -> None:
    memory, maker = Memory(), Maker()
    first = memory.get(maker.make, 1)
    assert memory.get(maker.make, 1) is first
    assert memory.get(maker.make, 1, size=5) is not first
    assert memory.get(maker.make, 2) is not first
    assert maker.made == [1, 1, 2]


def test_objects_do_not_share_what_their_methods_made() -> None:
    memory, one, other = Memory(), Maker(), Maker()
    memory.get(one.make, 1)
    memory.get(other.make, 1)
    assert one.made == other.made == [1]


def test_nothing_is_a_value_like_others() -> None:
    memory, asked = Memory(), []
    for _ in range(3):
        assert memory.get(asked.append, 1) is None
    assert asked == [1]


def test_what_is_kept_by_name_is_known_until_it_is_let_go() -> None:
    memory = Memory(3_000)
    assert memory.known(("a", 1)) is None
    memory.keep(("a", 1), "first")
    assert (memory.known(("a", 1)), memory.known(("a", 2))) == ("first", None)
    memory.keep(("a", 1), "second")
    assert memory.known(("a", 1)) == "second"
    memory.keep(("b",), "third", name_bytes=2_800)
    assert (memory.known(("a", 1)), memory.known(("b",))) == (None, "third")


def test_what_was_not_used_for_longest_is_let_go_first() -> None:
    memory, maker = Memory(35_000), Maker()
    for number in (1, 2, 3, 1, 4):  # room for three
        memory.get(maker.make, number)
    maker.made.clear()
    for number in (4, 1, 3):
        memory.get(maker.make, number)
    assert maker.made == []
    memory.get(maker.make, 2)
    assert maker.made == [2]


def test_one_value_larger_than_all_that_is_allowed_is_kept_until_the_next() -> None:
    memory, maker = Memory(1_000), Maker()
    memory.get(maker.make, 1)
    memory.get(maker.make, 1)
    assert maker.made == [1]
    memory.get(maker.make, 2)
    assert len(memory) == 1


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3_000)), max_size=60))
def test_never_more_than_is_allowed(asked: list[tuple[int, int]]) -> None:
    memory, maker = Memory(8_000), Maker()
    for number, size in asked:
        found = memory.get(maker.make, number, size)
        assert (len(found), set(found.tolist()) <= {number}) == (size, True)
        assert memory.held_bytes <= 8_000
    memory.clear()
    assert memory.held_bytes == len(memory) == 0


def test_several_threads_leave_the_books_in_order() -> None:
    memory, maker = Memory(60_000), Maker()

    def ask(seed: int) -> None:
        for number in np.random.default_rng(seed).integers(0, 12, 300).tolist():
            assert memory.get(maker.make, number)[0] == number

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    assert memory.held_bytes == sum(size for _, size in memory._held.values()) <= 60_000


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        (np.zeros(1000), 8_000, 8_400),
        ((np.zeros(1000), np.zeros(1000)), 16_000, 16_800),
        ({"a": np.zeros(1000)}, 8_000, 8_800),
        (list(range(10_000)), 300_000, 400_000),
        (("اب", 1, None), 100, 400),
        (frozenset(range(1000)), 50_000, 80_000),
    ],
)
def test_about_as_much_as_it_takes(value: object, least: int, most: int) -> None:
    assert least <= weight_of(value) <= most


def test_what_is_shared_is_weighed_once() -> None:
    shared = np.zeros(1000)
    assert weight_of((shared, shared, [shared])) < weight_of((shared,)) + 200
    apart = weight_of((np.zeros(1000), np.zeros(1000)))
    assert apart > 2 * shared.nbytes
    assert weight_of(shared) == weight_of(shared)


def test_all_orders_of_a_large_index_are_remembered_together() -> None:
    documents = 3_000_000
    memory = Memory(most_bytes_of(documents))
    orders = [memory.named((name,), lambda: np.zeros(documents, np.int64)) for name in "abc"]
    norms = memory.named(("norms",), lambda: np.zeros(documents, np.float32))
    assert all(memory.known((name,)) is order for name, order in zip("abc", orders, strict=True))
    assert memory.known(("norms",)) is norms
    assert most_bytes_of(1000) == MOST_BYTES
