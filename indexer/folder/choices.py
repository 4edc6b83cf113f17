"""What is an index told to take in? Which files, and what the fields of records are called.

What one run is told is kept with the list of files, so that later runs and `fahras watch` do the
same. It holds for all roots of an index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from analyzers.named import NamedTuple

if TYPE_CHECKING:
    from indexer.extract.fields import Role

_MOST_VALUES = 10_000
_MOST_CHARS = 10_000
"""Limits for what is read from an index that may be a stranger's."""


class Choices(NamedTuple):
    """What an index takes in; the defaults are those of a new one."""

    include: tuple[str, ...] = ()
    """Patterns as in .gitignore, from the root on: if any, only files that one matches."""
    exclude: tuple[str, ...] = ()
    """Patterns as in .gitignore: what they match is left out."""
    types: tuple[str, ...] = ()
    """Names of `indexer.extract.kinds`: if any, only files of these types."""
    hidden: bool = False
    """Whether names that begin with a dot are taken."""
    ignore: bool = True
    """Whether ignore files are obeyed."""
    follow: bool = False
    """Whether links are followed."""
    max_bytes: int | None = None
    """The largest file that is taken; 0: of any size; None: what a format can hold in memory."""
    fields: tuple[tuple[Role, str], ...] = ()
    """What the fields of records are called."""

    def encode(self) -> dict[str, Any]:
        """What differs from the defaults, for JSON."""
        said: dict[str, Any] = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in self._asdict().items()
            if value != self._field_defaults[name]
        }
        if "fields" in said:
            said["fields"] = list(map(list, said["fields"]))
        return said

    @classmethod
    def decode(cls, said: Mapping[str, Any]) -> Choices:
        """The output of `encode`. Raises ValueError or TypeError if it is anything else."""
        if not isinstance(said, dict):
            raise TypeError("choices are no object")
        values: dict[str, Any] = {}
        for name, value in said.items():
            if name in ("include", "exclude", "types"):
                values[name] = _texts(value)
            elif name in ("hidden", "ignore", "follow"):
                values[name] = _checked(value, bool)
            elif name == "max_bytes":
                values[name] = _checked(value, int)
            elif name == "fields":
                values[name] = tuple(_pair(pair) for pair in value)
            else:
                raise ValueError(f"no choice: {name:.40}")
        return cls(**values)


Choose = Callable[[Choices], Choices]
"""Makes of what an index was told before what it is told now."""


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list) or len(values) > _MOST_VALUES:
        raise TypeError("no list of texts")
    for value in values:
        if not isinstance(value, str) or len(value) > _MOST_CHARS:
            raise TypeError("no text")
    return tuple(values)


def _checked(value: object, kind: type[int]) -> int:
    """A number, or a truth, that is not negative."""
    if type(value) is not kind or not 0 <= value < 1 << 63:
        raise TypeError(f"no {kind.__name__}")
    return value


def _pair(pair: object) -> tuple[Role, str]:
    from indexer.extract.fields import ROLES

    role, name = _texts(pair)
    return ROLES[ROLES.index(role)], name
