"""The kinds of options and arguments: what each takes, and the typed value it makes of words.

A row of the table (`options`) is an instance of one of these classes, an attribute of the request
of a command. In an instance of the request the row has become its value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, NoReturn, Self, TypeVar, overload

Value_co = TypeVar("Value_co", covariant=True)
Name_co = TypeVar("Name_co", bound=str, covariant=True)


_FEW = 10
"""Options that a reader takes in without groups."""


class UsageError(Exception):
    """A command line that cannot be run; the message says why."""

    def __init__(self, message: str, *, points_to_help: bool = True) -> None:
        super().__init__(message)
        self.points_to_help = points_to_help


class Row(Generic[Value_co]):
    """What all rows have: a name in the request, a default, and help."""

    name: str
    metavar = ""
    repeats = False
    """Whether all its words count, not only the last."""

    def __init__(self, default: Value_co, help_text: str) -> None:
        self.default = default
        self.help = help_text

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, request: None, owner: type) -> Self: ...
    @overload
    def __get__(self, request: Request, owner: type) -> Value_co: ...
    def __get__(self, request: Request | None, owner: type) -> Self | Value_co:
        """The row itself from the class; in a request its value stands before it."""
        return self if request is None else self.default

    @property
    def label(self) -> str:
        """What a message calls it."""
        return self.metavar

    def read(self, words: Sequence[str]) -> Value_co:
        """The value of the words given, at least one; UsageError where they have none."""
        raise NotImplementedError

    def _refuse(self, reason: str) -> NoReturn:
        raise UsageError(f"{self.label}: {reason}")


class Option(Row[Value_co]):
    """A row that is given by name: `names` are its long name and, after a space, its short one."""

    takes_value = True

    def __init__(
        self, group: str, names: str, help_text: str, default: Value_co, metavar: str = ""
    ) -> None:
        super().__init__(default, help_text)
        self.group = group
        self.names = tuple(names.split())
        self.metavar = metavar
        self.environment = ""

    @property
    def label(self) -> str:
        """Its long name."""
        return self.names[0]


class Flag(Option[bool]):
    """Given or not."""

    takes_value = False

    def __init__(self, group: str, names: str, help_text: str) -> None:
        super().__init__(group, names, help_text, default=False)

    def read(self, words: Sequence[str]) -> bool:
        """Whether it stands on the line."""
        return bool(words)


class Text(Option[str | None]):
    """One text; where it is not given, that of a variable of the environment, or None."""

    def __init__(
        self,
        group: str,
        names: str,
        help_text: str,
        *,
        metavar: str,
        environment: str = "",
        may_be_empty: bool = False,
    ) -> None:
        super().__init__(group, names, help_text, None, metavar)
        self.environment = environment
        self.may_be_empty = may_be_empty

    def read(self, words: Sequence[str]) -> str:
        """The last one."""
        return words[-1] if self.may_be_empty else _full(self, words[-1:])[0]


class _Numeric(Option[Value_co]):
    """A whole number of at least `minimum`."""

    def __init__(
        self,
        group: str,
        names: str,
        help_text: str,
        *,
        metavar: str,
        default: Value_co,
        minimum: int = 0,
        environment: str = "",
    ) -> None:
        super().__init__(group, names, help_text, default, metavar)
        self.minimum = minimum
        self.environment = environment

    def number(self, text: str) -> int:
        """The number that a text is."""
        try:
            number = int(text)
        except ValueError:
            self._refuse(f"{text!r} is not a whole number")
        if number < self.minimum:
            self._refuse(f"{number} is too small, give {self.minimum} or more")
        return number


class Number(_Numeric[int]):
    """A whole number."""

    def read(self, words: Sequence[str]) -> int:
        """The last one."""
        return self.number(words[-1])


class OptionalNumber(_Numeric[int | None]):
    """A whole number, or None for no bound."""

    def read(self, words: Sequence[str]) -> int | None:
        """The last one."""
        return self.number(words[-1])


class Choice(Option[Name_co]):
    """One of several names."""

    def __init__(
        self,
        group: str,
        names: str,
        help_text: str,
        choices: tuple[Name_co, ...],
        *,
        default: Name_co,
    ) -> None:
        super().__init__(group, names, help_text, default)
        self.choices = choices

    def read(self, words: Sequence[str]) -> Name_co:
        """The last one."""
        return _known(self, words[-1], self.choices)


class OptionalChoice(Option[Name_co | None]):
    """One of several names, or None."""

    def __init__(
        self, group: str, names: str, help_text: str, choices: tuple[Name_co, ...]
    ) -> None:
        super().__init__(group, names, help_text, None)
        self.choices = choices

    def read(self, words: Sequence[str]) -> Name_co:
        """The last one."""
        return _known(self, words[-1], self.choices)


class Texts(Option[tuple[str, ...]]):
    """Several texts: the option may be repeated."""

    repeats = True

    def __init__(self, group: str, names: str, help_text: str, *, metavar: str) -> None:
        super().__init__(group, names, help_text, (), metavar)

    def read(self, words: Sequence[str]) -> tuple[str, ...]:
        """All of them."""
        return _full(self, words)


class Names(Option[tuple[Name_co, ...]]):
    """Some of several names, with commas between; the option may be repeated."""

    repeats = True

    def __init__(
        self,
        group: str,
        names: str,
        help_text: str,
        choices: tuple[Name_co, ...],
        *,
        default: tuple[Name_co, ...] = (),
    ) -> None:
        super().__init__(group, names, help_text, default, "NAME,…")
        self.choices = choices

    def read(self, words: Sequence[str]) -> tuple[Name_co, ...]:
        """Each name once, in the order given."""
        given = [name.strip() for word in words for name in word.split(",")]
        return tuple(dict.fromkeys(_known(self, name, self.choices) for name in given))


def _full(row: Text | Texts, words: Sequence[str]) -> tuple[str, ...]:
    """The words, none of which is empty; one that is comes of a variable that was never set."""
    if "" in words:
        raise UsageError(f"{row.label}: {row.metavar} is empty: give one, or leave {row.label} out")
    return tuple(words)


def _known(row: Option[object], text: str, choices: tuple[Name_co, ...]) -> Name_co:
    for choice in choices:
        if choice == text:
            return choice
    raise UsageError(f"{row.label}: {text!r} is not one of {', '.join(choices)}")


class Word(Row[str]):
    """An argument: one word; empty where it need not be given and is not."""

    def __init__(self, metavar: str, help_text: str, *, required: bool = True) -> None:
        super().__init__("", help_text)
        self.metavar = metavar
        self.required = required

    def read(self, words: Sequence[str]) -> str:
        """The one."""
        if self.required and not words[-1]:
            raise UsageError(f"{self.metavar} is empty: give one")
        return words[-1]


class Remaining(Row[tuple[str, ...]]):
    """An argument: all words that remain."""

    repeats = True

    def __init__(
        self, metavar: str, help_text: str, *, required: bool = False, may_be_empty: bool = False
    ) -> None:
        super().__init__((), help_text)
        self.metavar = metavar
        self.required = required
        self.may_be_empty = may_be_empty

    def read(self, words: Sequence[str]) -> tuple[str, ...]:
        """All of them."""
        if "" in words and not self.may_be_empty:
            raise UsageError(f"{self.metavar} is empty: give one, or leave it out")
        return tuple(words)


class Request:
    """What a command is asked: a value for each row of its class. Read-only."""

    command: ClassVar[str]

    def __init__(self, **given: object) -> None:
        values = {name: row.default for name, row in self.rows().items()}
        if unknown := given.keys() - values.keys():
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        vars(self).update(values, **given)

    @classmethod
    def rows(cls) -> dict[str, Row[object]]:
        """Its rows by name, in the order of the table."""
        return {name: row for name, row in vars(cls).items() if isinstance(row, Row)}

    @classmethod
    def options(cls) -> list[Option[object]]:
        """The rows that are given by name."""
        return [row for row in cls.rows().values() if isinstance(row, Option)]

    @classmethod
    def groups(cls) -> dict[str, list[Option[object]]]:
        """Its options by group, for help; where there are few, all are `Options`."""
        options = cls.options()
        groups: dict[str, list[Option[object]]] = {}
        for option in options:
            name = option.group if len(options) > _FEW else "Options"
            groups.setdefault(name, []).append(option)
        return groups

    @classmethod
    def arguments(cls) -> list[Word | Remaining]:
        """The rows that are given by place."""
        return [row for row in cls.rows().values() if isinstance(row, Word | Remaining)]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a request is read-only: {name}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        changed = (
            f"{name}={value!r}"
            for name, value in vars(self).items()
            if value != self.rows()[name].default
        )
        return f"{type(self).__name__}({', '.join(changed)})"


def one_of(**chosen: bool) -> str | None:
    """The one flag that was given; UsageError where there are two."""
    given = [name for name, is_given in chosen.items() if is_given]
    if len(given) > 1:
        first, second = given[:2]
        raise UsageError(f"--{first} and --{second} exclude each other")
    return given[0] if given else None
