"""Values behave as frozen dataclasses do, which they stand for."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.query.nodes import EveryQuery, FilterQuery, NothingQuery
from indexer.query.values import Value


class Ours(Value):
    a: int
    b: str = "b"
    c: float = 0.5


@dataclass(frozen=True)
class Theirs:
    a: int
    b: str = "b"
    c: float = 0.5


def outcome(make: Callable[[], object]) -> object:
    """The fields of what is made, or the kind of the error."""
    try:
        made = make()
    except TypeError:
        return TypeError
    return [getattr(made, name) for name in ("a", "b", "c")], repr(made).partition("(")[2]


@given(
    st.lists(st.integers(), max_size=4),
    st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.integers(), max_size=3),
)
def test_a_value_takes_what_a_dataclass_takes(values: list[int], named: dict[str, int]) -> None:
    assert outcome(lambda: Ours(*values, **named)) == outcome(lambda: Theirs(*values, **named))


def test_a_value_is_never_changed() -> None:
    value = Ours(1)
    with pytest.raises(AttributeError):
        value.a = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del value.a
    assert (value.a, copy(value).a) == (1, 1)


ALIKE = [
    (FilterQuery(frozenset({1}), written="x"), FilterQuery(frozenset({1}), written="y"), True),
    (FilterQuery(frozenset({1})), FilterQuery(frozenset({2})), False),
    (FilterQuery(), EveryQuery(), False),
    (EveryQuery(), EveryQuery(), True),
    (EveryQuery(), NothingQuery(), False),
    (Ours(1), Ours(1), False),
]


@pytest.mark.parametrize(("one", "other", "alike"), ALIKE)
def test_which_values_are_equal(one: Value, other: Value, alike: bool) -> None:
    assert (one == other) is alike
    assert not alike or hash(one) == hash(other)
