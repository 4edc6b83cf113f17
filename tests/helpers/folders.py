"""Small indexed folders for the tests of a module."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from indexer import Index
from indexer.storage import manifest


def write_folder(folder: Path, texts: Mapping[str, str]) -> Path:
    """The texts as files of a folder, by name."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def write_records(path: Path, records: Iterable[Mapping[str, object]]) -> None:
    """A file of records, one a line."""
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    path.write_text("".join(lines), "utf-8")


def set_version(folder: Path, **versions: int) -> None:
    """Let the index of a folder say that it is of these versions."""
    path = folder / ".fahras" / "fahras.json"
    said = manifest.decode(path.read_bytes(), "fahras.json")
    path.write_bytes(manifest.encode(said._replace(**versions)))


def write_program(folder: Path, name: str, script: str) -> None:
    """A program in a folder of programs."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    (folder / name).chmod(0o755)


@contextmanager
def indexed(folder: Path) -> Iterator[Index]:
    """The index of a folder, up to date."""
    with Index.create(folder) as made:
        made.update()
        yield made
