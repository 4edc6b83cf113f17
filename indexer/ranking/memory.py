"""What is worked out once and wanted again: kept, up to a number of bytes.

Whatever an open index remembers of its queries is in one `Memory`, so that it never grows beyond
that, however many there are. What was not used for longest is let go first.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, ParamSpec, TypeVar, cast

MOST_BYTES = 32 << 20

_KEY_BYTES = 500
"""What a key and its place take, as a rule."""

_WEIGHED = 64
"""Elements of a long collection that are weighed; the others are taken to be like them."""

Given = ParamSpec("Given")
Made = TypeVar("Made")


def most_bytes_of(documents: int) -> int:
    """How much to remember of an index with so many documents.

    One order of them, or the norms of some fields, takes 4 to 8 bytes a document, and all of these
    are wanted again and again.
    """
    return max(MOST_BYTES, 64 * documents)


class Memory:
    """Values by what made them: `get` calls a function once for the same arguments.

    Functions and arguments must be hashable and the values never be changed. Methods are kept apart
    by their objects. Safe to use from several threads, which may then make a value twice.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._held: dict[Hashable, tuple[object, int]] = {}
        self._lock = Lock()
        self.held_bytes = 0

    def __len__(self) -> int:
        return len(self._held)

    def get(
        self, make: Callable[Given, Made], /, *given: Given.args, **named: Given.kwargs
    ) -> Made:
        """`make(*given, **named)`, as it was worked out before if it still is remembered."""
        return self.named((make, given, *named.items()), lambda: make(*given, **named))

    def named(self, name: tuple[Hashable, ...], make: Callable[[], Made]) -> Made:
        """What is remembered by this name, else what is made; for whoever makes it by other means.

        The name begins with what no other value is called by.
        """
        held = self._used(name)
        if held is not None:
            return cast("Made", held[0])
        made = make()
        self.keep(name, made)
        return made

    def known(self, name: tuple[Hashable, ...]) -> Any:
        """What is remembered by this name, None where nothing is."""
        held = self._used(name)
        return None if held is None else held[0]

    def keep(self, name: tuple[Hashable, ...], value: object, name_bytes: int = _KEY_BYTES) -> None:
        """Remember a value by a name, which takes so many bytes."""
        self._hold(name, value, name_bytes + weight_of(value))

    def _used(self, name: Hashable) -> tuple[object, int] | None:
        with self._lock:
            held = self._held.pop(name, None)
            if held is not None:
                self._held[name] = held  # the last is the one used most lately
            return held

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()
            self.held_bytes = 0

    def _hold(self, name: Hashable, made: object, size: int) -> None:
        with self._lock:
            self._drop(name)
            self._held[name] = made, size
            self.held_bytes += size
            while self.held_bytes > self._most_bytes and len(self._held) > 1:
                self._drop(next(iter(self._held)))

    def _drop(self, name: Hashable) -> None:
        _, size = self._held.pop(name, (None, 0))
        self.held_bytes -= size


def weight_of(value: Any) -> int:
    """About how many bytes a value takes.

    Arrays as a whole, also such as are views; of collections, what is in them, each object once; of
    other objects, not what they refer to: they belong to somebody else.
    """
    return sys.getsizeof(value) if type(value) is int else _weight_of(value, set())


def _weight_of(value: Any, seen: set[int]) -> int:
    """The bytes of a value, but for objects that were `seen`, by their id."""
    if id(value) in seen:
        return 0
    seen.add(id(value))
    size = sys.getsizeof(value, 0)
    if isinstance(value, tuple | list | frozenset | set):
        return size + _weight_of_all([*value], seen)
    if isinstance(value, dict):
        return size + _weight_of_all([*value, *value.values()], seen)
    viewed: int = getattr(value, "nbytes", 0)  # the size of an array that owns its bytes has them
    return max(size, viewed)


def _weight_of_all(values: list[Any], seen: set[int]) -> int:
    if len(values) <= _WEIGHED:
        return sum(_weight_of(value, seen) for value in values)
    some = values[:: len(values) // _WEIGHED]
    return sum(_weight_of(value, seen) for value in some) * len(values) // len(some)
