"""The options that several commands share, and how their values are written.

Each is declared once, with its help, so that it means the same everywhere.
"""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from indexer.results import STRICT_SWITCHES

Colour = Literal["auto", "always", "never"]
MatchLevel = Literal["exact", "folded", "stem", "variant", "root"]
SortKey = Literal["relevance", "path", "date", "size"]

IndexOption = Annotated[
    str | None,
    typer.Option(
        "--index",
        metavar="DIR",
        envvar="FAHRAS_INDEX",
        help="The index itself, where it is not .fahras here or in a folder above.",
    ),
]

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

JsonLinesOption = Annotated[
    bool, typer.Option("--jsonl", help="Print one JSON object a line, raw UTF-8.")
]

ColourOption = Annotated[
    Colour,
    typer.Option(
        "--color",
        help="Colour: auto is colour on a terminal, unless NO_COLOR is set.",
    ),
]

FieldOption = Annotated[
    list[str] | None,
    typer.Option(
        "--field",
        metavar="NAME,…",
        help="Search these fields only: title, text. Default: both.",
    ),
]

MatchOption = Annotated[
    MatchLevel,
    typer.Option(
        "--match",
        help="The loosest way of meeting a word that makes a document a hit: the same letters "
        "(exact), the same but for hamza, ta marbuta and the like (folded), the same stem, "
        "another spelling of the table (variant), or the same root.",
    ),
]

StrictOption = Annotated[
    list[str] | None,
    typer.Option(
        "--strict",
        metavar="NAME,…",
        help="Tell letters apart that are one by default: hamza, ta (ة from ه), ya (ى from ي), "
        "marks (the vowel marks that the query bears; reads the texts, so it is slower).",
    ),
]

AllWordsOption = Annotated[
    bool, typer.Option("--all-words", help="Only documents that hold every word of the query.")
]

VariantsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--variants",
        metavar="FILE",
        help="More words that stand for each other, a group a line: سوريا سورية. May be repeated.",
    ),
]

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
            raise typer.BadParameter(f"{option} knows {', '.join(known)}, not {name!r}")
    return names


def one_of(**chosen: bool) -> str | None:
    """The one flag that was given; an error where there are two."""
    given = [name for name, is_given in chosen.items() if is_given]
    if len(given) > 1:
        first, second = (f"--{name.replace('_', '-')}" for name in given[:2])
        raise typer.BadParameter(f"{first} and {second} exclude each other")
    return given[0] if given else None
