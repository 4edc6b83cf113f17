"""A dictionary in the form of Arramooz, of a few words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

COLUMNS = (
    *("vocalized", "root", "wordtype", "gender"),
    *("number", "single", "broken_plural", "definition"),
)


def write(
    path: Path, nouns: Iterable[dict[str, str]], verbs: Iterable[tuple[str, str]] = ()
) -> str:
    """Make the file; nouns by column, verbs as vocalized form and root."""
    connection = sqlite3.connect(path)
    connection.execute(f"CREATE TABLE nouns (id INTEGER, {', '.join(COLUMNS)})")
    connection.execute("CREATE TABLE verbs (id INTEGER, vocalized, root)")
    for number, noun in enumerate(nouns):
        values = [number, *(noun.get(column) for column in COLUMNS)]
        connection.execute(f"INSERT INTO nouns VALUES ({','.join('?' * len(values))})", values)
    connection.executemany(
        "INSERT INTO verbs VALUES (?, ?, ?)", [(n, *verb) for n, verb in enumerate(verbs)]
    )
    connection.commit()
    connection.close()
    return str(path)
