"""What do the values of options mean, and what is said of those that mean nothing?

Typer is imported for the error alone: a plain search does without it.
"""

from __future__ import annotations

from indexer.results import STRICT_SWITCHES

FIELDS = ("title", "text")


def strict_switches(values: list[str] | None) -> frozenset[str]:
    """The foldings to turn off, from values such as `hamza,ta`."""
    return frozenset(_names("--strict", values, STRICT_SWITCHES))


def searched_fields(values: list[str] | None) -> tuple[str, ...]:
    """The fields to search, all where none is named."""
    return tuple(dict.fromkeys(_names("--field", values, FIELDS))) or FIELDS


def _names(option: str, values: list[str] | None, known: tuple[str, ...]) -> list[str]:
    names = [name.strip() for value in values or () for name in value.split(",")]
    for name in names:
        if name not in known:
            raise misused(f"{option} knows {', '.join(known)}, not {name!r}")
    return names


def one_of(**chosen: bool) -> str | None:
    """The one flag that was given; an error where there are two."""
    given = [name for name, is_given in chosen.items() if is_given]
    if len(given) > 1:
        first, second = (f"--{name.replace('_', '-')}" for name in given[:2])
        raise misused(f"{first} and {second} exclude each other")
    return given[0] if given else None


def misused(message: str) -> Exception:
    """The error that Typer itself raises for a value that will not do."""
    import typer

    return typer.BadParameter(message)
