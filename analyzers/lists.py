"""How are the word lists of data/ read? Text in UTF-8, `#` to the end of a line is a comment.

Plain file access: importlib.resources alone would cost a cold start 12 ms.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

_FOLDER = os.path.join(os.path.dirname(__file__), "data")
_COMMENT = "#"


def read_list(name: str) -> str:
    """The text of a list that belongs to the package."""
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
        return file.read()


def read_bytes(name: str) -> bytes:
    """The same as it lies on the disk."""
    with open(os.path.join(_FOLDER, name), "rb") as file:
        return file.read()


def write_list(name: str, text: str) -> None:
    """Put a list that is derived from others beside them."""
    with open(os.path.join(_FOLDER, name), "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a list that say something, numbered from 1, without comments."""
    for number, line in enumerate(text.splitlines(), 1):
        content = line.partition(_COMMENT)[0].strip()
        if content:
            yield number, content


def words_of(text: str) -> Iterator[str]:
    """The words of a list whose lines mean nothing."""
    for _, content in lines_of(text):
        yield from content.split()
