"""What does Arramooz, a dictionary of Arabic, say of its nouns and verbs?

Arramooz (Taha Zerrouki, data collected by Mohamed Kebdani; GPL) is published as the package
`arramooz-pysqlite`. It is needed to make the word tables of `analyzers/data/` and to check the
stemmer, never by the product. Install it in an environment of its own, or name its file:

    pip install arramooz-pysqlite==0.4.2

The entries are handed out as they stand: plurals and roots have faults, which are left to whoever
uses them.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from typing import NamedTuple

from analyzers.lists import write_list
from analyzers.normalizer import fold, unmark

PACKAGE = "arramooz"
FILE = os.path.join("data", "arabicdictionary.sqlite")
BROKEN_PLURAL = "جمع تكسير"
_BETWEEN = re.compile(r"[;,:،؛]|\s+")
_ARABIC = re.compile(r"[\u0621-\u063a\u0641-\u0652\u0670]+").fullmatch
_BETWEEN_ROOTS = re.compile(r"[,،;/\s-]+")


class Noun(NamedTuple):
    """An entry among the nouns.

    vocalized: with its vowel marks. word: the same without (`u`). roots: unmarked; none where the
    dictionary does not know. kind: its part of speech, in Arabic. plurals: vocalized, of a
    singular. singular: vocalized, of a broken plural. definition: may be empty.
    """

    vocalized: str
    word: str
    roots: frozenset[str]
    kind: str
    gender: str
    is_plural: bool
    singular: str
    plurals: tuple[str, ...]
    definition: str


class Verb(NamedTuple):
    """A verb in the past, with its root."""

    vocalized: str
    word: str
    roots: frozenset[str]


def installed() -> str | None:
    """The dictionary's file, if the package is installed here."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    return os.path.join(found.submodule_search_locations[0], FILE)


def rewrite(table: str, derive: Callable[[str], str], description: str) -> None:
    """Write a table of `analyzers/data/` anew, of the dictionary that is named or installed."""
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
    parser.add_argument("--dictionary", default=installed(), help="Arramooz's SQLite file")
    options = parser.parse_args()
    if options.dictionary is None:
        parser.error("Arramooz is not installed: pip install arramooz-pysqlite, or --dictionary")
    write_list(table, derive(options.dictionary))


def _rows(path: str, columns: str, table: str) -> Iterator[tuple[str, ...]]:
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        for row in connection.execute(f"SELECT {columns} FROM {table} ORDER BY id"):  # noqa: S608
            yield tuple((value or "").strip() for value in row)
    finally:
        connection.close()


def nouns(path: str) -> Iterator[Noun]:
    """All nouns, in the dictionary's order."""
    columns = "vocalized, root, wordtype, gender, number, single, broken_plural, definition"
    for vocalized, root, kind, gender, number, single, plurals, definition in _rows(
        path, columns, "nouns"
    ):
        yield Noun(
            vocalized,
            unmark(vocalized),
            _roots(root),
            kind,
            gender,
            number == BROKEN_PLURAL,
            single,
            tuple(part for part in _BETWEEN.split(plurals) if _ARABIC(part)),
            definition,
        )


def verbs(path: str) -> Iterator[Verb]:
    """All verbs, in the dictionary's order."""
    for vocalized, root in _rows(path, "vocalized, root", "verbs"):
        yield Verb(vocalized, unmark(vocalized), _roots(root))


def _roots(text: str) -> frozenset[str]:
    return frozenset(unmark(part) for part in _BETWEEN_ROOTS.split(text) if part)


def folded(vocalized: str) -> str:
    """Form `f` of a vocalized word."""
    return fold(unmark(vocalized))
