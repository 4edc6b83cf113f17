"""Errors of a disk name what lies on it, also where the system is asked by a descriptor."""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
from pathlib import Path

import pytest
from folders import indexed, write_folder

from indexer import Index

CALLS = [(fcntl, "flock", 0), (fcntl, "flock", 1), (mmap, "mmap", 0), (os, "fsync", 0)]


@pytest.mark.parametrize(("module", "name", "spared"), CALLS, ids=[f"{c[1]}-{c[2]}" for c in CALLS])
def test_an_update_names_the_place(
    module: object, name: str, spared: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path, {"a.txt": "نص"})
    with indexed(folder):
        pass
    (folder / "b.txt").write_text("نص", encoding="utf-8")
    calls = 0
    real = getattr(module, name)

    def failing(*arguments: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls > spared:
            raise OSError(errno.EIO, "Input/output error")
        return real(*arguments, **options)

    monkeypatch.setattr(module, name, failing)
    with pytest.raises(Exception, match=r"\.fahras") as raised, Index.open(folder) as index:
        index.update()
    assert "Input/output error" in str(raised.value)
    assert calls > spared


def test_a_search_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_folder(tmp_path, {"a.txt": "نص"})
    with indexed(folder):
        pass

    def failing(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(mmap, "mmap", failing)
    with pytest.raises(OSError, match=r"Input/output error.*\.fhs"), Index.open(folder) as index:
        index.search("نص")
