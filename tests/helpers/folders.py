"""Small indexed folders for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from indexer import Index


def write_folder(folder: Path, texts: Mapping[str, str]) -> Path:
    """The texts as files of a folder, by name."""
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@contextmanager
def indexed(folder: Path) -> Iterator[Index]:
    """The index of a folder, up to date."""
    with Index.create(folder) as made:
        made.update()
        yield made
