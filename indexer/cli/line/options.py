"""The options that several commands share; what their values mean stands in `values`.

Each is declared once, with its help, so that it means the same everywhere.
"""

from __future__ import annotations

from typing import Annotated, Literal

import typer

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
