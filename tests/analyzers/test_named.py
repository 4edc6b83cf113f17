"""Our named tuples are those of `typing`, which are slower to make."""

from __future__ import annotations

import ast
import pickle
import typing
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.named import NamedTuple

PROJECT = Path(__file__).resolve().parent.parent.parent


class Ours(NamedTuple):
    """A pair and a text."""

    a: int
    b: Ours | None = None
    c: str = "c"
    """What is said."""

    @property
    def double(self) -> int:
        """Twice `a`."""
        return 2 * self.a

    @classmethod
    def of(cls, a: int) -> Ours:
        """One of `a`."""
        return cls(a)

    def __str__(self) -> str:
        return f"{self.a}!"


class Theirs(typing.NamedTuple):
    """A pair and a text."""

    a: int
    b: Theirs | None = None
    c: str = "c"
    """What is said."""

    @property
    def double(self) -> int:
        """Twice `a`."""
        return 2 * self.a

    @classmethod
    def of(cls, a: int) -> Theirs:
        """One of `a`."""
        return cls(a)

    def __str__(self) -> str:
        return f"{self.a}!"


def outcome(kind: Any, values: list[Any], named: dict[str, Any]) -> object:
    """What is made of some values, or the kind of the error."""
    try:
        made = kind(*values, **named)
    except TypeError:
        return TypeError
    first, *rest = made
    changed = made._replace(a=first)
    return made, first, rest, made._asdict(), changed, hash(made), str(made), made.double


@given(
    st.lists(st.integers(), max_size=4),
    st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.integers(), max_size=3),
)
def test_ours_are_made_as_theirs(values: list[int], named: dict[str, int]) -> None:
    assert outcome(Ours, values, named) == outcome(Theirs, values, named)


SAID = ("_fields", "_field_defaults", "__doc__", "__module__", "__match_args__", "__slots__")


@pytest.mark.parametrize("name", SAID)
def test_ours_say_what_theirs_say(name: str) -> None:
    assert getattr(Ours, name) == getattr(Theirs, name)


def test_ours_are_plain_tuples_of_their_name() -> None:
    assert Ours.of(3) == (3, None, "c")
    assert (Ours.__mro__[1:], Ours.__qualname__) == ((tuple, object), "Ours")
    assert repr(Ours(1)) == repr(Theirs(1)).replace("Theirs", "Ours")
    assert pickle.loads(pickle.dumps(Ours(1))) == Ours(1)
    assert get_type_hints(Ours) == {"a": int, "b": Ours | None, "c": str}


def test_a_second_base_is_refused() -> None:
    with pytest.raises(TypeError):
        type(NamedTuple)("Two", (NamedTuple, int), {})


def test_names_and_defaults_are_checked_as_theirs() -> None:
    for body in (
        "_a: int",
        "a: int = 1\n    b: int",
        "\n    ".join(f"a{n}: int" for n in range(99)),
    ):
        with pytest.raises((TypeError, ValueError)):
            exec(f"from analyzers.named import NamedTuple\nclass C(NamedTuple):\n    {body}")


def test_what_is_made_of_an_iterable_has_all_fields() -> None:
    assert Ours._make(iter([1, None, "x"])) == (1, None, "x")
    with pytest.raises(TypeError):
        Ours._make([1])
    with pytest.raises(ValueError, match="unexpected"):
        Ours(1)._replace(d=1)  # type: ignore[call-arg]


def sources() -> list[Path]:
    return [path for room in ("analyzers", "indexer") for path in (PROJECT / room).rglob("*.py")]


def test_nobody_uses_theirs() -> None:
    for path in sources():
        if path.name == "named.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "typing":
                used = [alias.name for alias in node.names]
                assert "NamedTuple" not in used, f"{path}: take it from analyzers.named"
