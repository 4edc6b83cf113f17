"""How are named tuples made? As `typing` makes them, in a fifth of the time.

A search makes eighty kinds of them at its start. `typing.NamedTuple` compiles each annotation of
each; here annotations stay the text that they are in a module with `annotations` of the future.
`collections.namedtuple` compiles a `__new__` for each; here kinds with as many fields share one,
with other names.
"""

from __future__ import annotations

__all__ = ["NamedTuple"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType
    from typing import Any, NamedTuple, Self
else:
    from collections import namedtuple
    from types import FunctionType

    _PLACES = 32
    """More fields no kind has."""
    _Row = namedtuple("_Row", [f"f{place}" for place in range(_PLACES)])
    _codes: dict[int, CodeType] = {}
    """What makes a tuple of so many fields."""

    def _code(count: int) -> CodeType:
        known = _codes.get(count)
        if known is None:
            names = ", ".join(f"f{place}" for place in range(count))
            known = eval(f"lambda _cls, {names}: _new(_cls, ({names},))").__code__  # noqa: S307
            _codes[count] = known
        return known

    def _make(cls: type[Self], iterable: Iterable[Any]) -> Self:
        """One of the values of an iterable."""
        made = tuple.__new__(cls, iterable)
        if len(made) != len(cls._fields):
            raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
        return made

    def _replace(self: Self, /, **changes: Any) -> Self:
        """The same with other values for some fields."""
        made = tuple.__new__(type(self), map(changes.pop, self._fields, self))
        if changes:
            raise ValueError(f"Got unexpected field names: {list(changes)!r}")
        return made

    def _asdict(self: Self) -> dict[str, Any]:
        """The values by the names of their fields."""
        return dict(zip(self._fields, self, strict=True))

    def _repr(self: Self) -> str:
        pairs = zip(self._fields, self, strict=True)
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in pairs)})"

    def _getnewargs(self: Self) -> tuple[Any, ...]:
        return tuple(self)

    _SHARED = {
        "__slots__": (),
        "_make": classmethod(_make),
        "_replace": _replace,
        "__replace__": _replace,
        "_asdict": _asdict,
        "__repr__": _repr,
        "__getnewargs__": _getnewargs,
    }

    class _Maker(type):
        """Makes a named tuple of the body of a class."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)
            if len(bases) > 1:
                raise TypeError("a named tuple has no other base")
            fields = tuple(body.get("__annotations__", ()))
            if len(fields) > _PLACES:
                raise TypeError(f"a named tuple has at most {_PLACES} fields")
            defaults = {field: body.pop(field) for field in fields if field in body}
            if [*defaults] != [*fields[len(fields) - len(defaults) :]]:
                raise TypeError("a field without a default follows one with one")
            if any(field[0] == "_" for field in fields):
                raise ValueError("names of fields do not begin with an underscore")
            code = _code(len(fields)).replace(co_varnames=("_cls", *fields), co_name="__new__")
            made = FunctionType(code, {"_new": tuple.__new__}, "__new__", tuple(defaults.values()))
            said = {"_fields": fields, "_field_defaults": defaults, "__match_args__": fields}
            ways = {field: getattr(_Row, f"f{place}") for place, field in enumerate(fields)}
            body.setdefault("__doc__", f"{name}({', '.join(fields)})")
            return type(name, (tuple,), {**_SHARED, "__new__": made, **said, **ways, **body})

    class NamedTuple(metaclass=_Maker):
        """The base by which a named tuple is declared."""
