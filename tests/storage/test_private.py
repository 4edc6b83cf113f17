"""An index is its owner's: nobody else may read it, and nobody else's is used unless named."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
from cli_process import run

from indexer import Index
from indexer.errors import IndexRefusedError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and owners are POSIX's")
WORD = "قاذفات"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text(WORD, encoding="utf-8")
    return tmp_path


def _modes(index_dir: Path) -> set[tuple[bool, int]]:
    """(whether it is a folder, mode) of all that an index consists of."""
    paths = [index_dir, *index_dir.rglob("*")]
    assert len(paths) >= 6
    return {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in paths}


PRIVATE = {(True, 0o700), (False, 0o600)}


@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
def test_an_index_is_made_for_its_owner_alone(folder: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        for index_dir in (None, str(folder / "deep" / "kept")):
            with Index.create(folder, index_dir=index_dir) as index:
                index.update()
                (folder / "b.txt").write_text("سفينة", encoding="utf-8")
                index.update()
            assert _modes(Path(index_dir or folder / ".fahras")) == PRIVATE
            with Index.rebuild(folder, index_dir=index_dir) as index:
                index.update()
            assert _modes(Path(index_dir or folder / ".fahras")) == PRIVATE
        assert stat.S_IMODE((folder / "deep").stat().st_mode) == 0o777 & ~umask
    finally:
        os.umask(before)


def test_an_open_index_is_closed_to_others_by_its_next_change(folder: Path) -> None:
    with Index.create(folder) as index:
        index.update()
    index_dir, outside = folder / ".fahras", folder / "mine.md"
    outside.write_text("سفينة", encoding="utf-8")
    (index_dir / "variants.txt").symlink_to(outside)
    for path in (index_dir, *index_dir.rglob("*"), outside):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with Index.open(folder) as index:
        assert index.update().added == 1
    (index_dir / "variants.txt").unlink()
    assert _modes(index_dir) == PRIVATE
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644


@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("part", ["", "fahras.json"])
def test_the_index_of_another_user_is_used_only_where_it_is_named(folder: Path, part: str) -> None:
    assert run("index", cwd=folder).code == 0
    (folder / "below").mkdir()
    os.chown(folder / ".fahras" / part, 4711, -1)
    named = f"name it: --index {folder}/.fahras"
    for command in (["search", WORD], ["index"], ["index", "--rebuild"], ["show", "a.txt"]):
        done = run(*command, cwd=folder / "below")
        assert (done.code, done.out) == (2, b"")
        assert done.err.startswith(f"fahras: the index in {folder}/.fahras belongs to user 4711")
        assert named in done.err
    with pytest.raises(IndexRefusedError):
        Index.create(folder)
    assert run("search", "-q", WORD, "--index", "../.fahras", cwd=folder / "below").code == 0
    assert run("search", "-q", WORD, cwd=folder, FAHRAS_INDEX=".fahras").code == 0
    assert run("search", "-q", WORD, cwd=folder, SUDO_UID="4711").code == 0
    shutil.rmtree(folder / ".fahras")
    assert run("index", cwd=folder / "below").code == 0
