"""Frozen values of a few named fields, as frozen dataclasses are, but made without delay.

To make a dataclass takes nearly 1 ms, at every start; a query needs a dozen kinds of values.
"""

from __future__ import annotations

from typing import Any, ClassVar, dataclass_transform


@dataclass_transform(eq_default=False, frozen_default=True)
class Value:
    """A value with the fields annotated in its class; those assigned there may be left out.

    Compared by identity. Raises TypeError where fields are missing, unknown or given twice.
    """

    field_names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        """Remember the fields, in their order."""
        cls.field_names = tuple(cls.__annotations__)

    def __init__(self, *values: Any, **named: Any) -> None:
        fields = type(self).field_names
        given = dict(zip(fields, values, strict=False))
        wrong = given.keys() & named.keys() or named.keys() - {*fields} or values[len(fields) :]
        given |= named
        missing = [name for name in fields if name not in given and not hasattr(self, name)]
        if wrong or missing:
            name = type(self).__name__
            raise TypeError(f"{name} takes {fields}, not {values} and {named}")
        vars(self).update(given)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __repr__(self) -> str:
        fields = (f"{name}={getattr(self, name)!r}" for name in self.field_names)
        return f"{type(self).__name__}({', '.join(fields)})"
