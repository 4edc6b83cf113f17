"""Read the word lists in data/: UTF-8 text, where `#` starts a comment.

Plain file access, because importlib.resources alone would add 12 ms to a cold start.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

_FOLDER = os.path.join(os.path.dirname(__file__), "data")
_COMMENT = "#"


def read_list(name: str) -> str:
    """The text of one of the package's lists."""
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
        return file.read()


def read_bytes(name: str) -> bytes:
    """The bytes of one of the package's lists."""
    with open(os.path.join(_FOLDER, name), "rb") as file:
        return file.read()


def write_list(name: str, text: str) -> None:
    """Write a list that is derived from others beside them."""
    with open(os.path.join(_FOLDER, name), "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """(number from 1, content) of each line that is not empty without its comment."""
    for number, line in enumerate(text.splitlines(), 1):
        content = line.partition(_COMMENT)[0].strip()
        if content:
            yield number, content


def words_of(text: str) -> list[str]:
    """The words of a list in which line breaks have no meaning."""
    return "\n".join(line.partition(_COMMENT)[0] for line in text.splitlines()).split()
