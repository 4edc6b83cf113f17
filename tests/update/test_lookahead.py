"""A look ahead sees what a look sees, is relied on only while it may be, and leaves no process."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import Index
from indexer.errors import FahrasError
from indexer.folder import catalogue as catalogues
from indexer.folder.catalogue import Catalogue
from indexer.folder.changes import look
from indexer.storage import location as storage
from indexer.update import lookahead as ahead_module
from indexer.update.lookahead import Ahead, look_ahead


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an index, where a walk has something of each kind to tell."""
    home = tmp_path / "texts"
    (home / "inside").mkdir(parents=True)
    for name in ("b.txt", "a.txt", "inside/c.md", "left.txt", "d.png"):
        (home / name).write_text("نفط", encoding="utf-8")
    (home / os.fsdecode(b"\xff.txt")).write_text("غاز", encoding="utf-8")
    (home / "link.txt").symlink_to("nowhere")
    os.mkfifo(home / "pipe.txt")
    (home / ".fahrasignore").write_text("left.*\n", encoding="utf-8")
    with Index.create(home) as index:
        index.update()
    return home


def ahead_of(folder: Path, *paths: str) -> Ahead:
    ahead = look_ahead(str(folder), paths, None)
    assert ahead is not None
    return ahead


def catalogue_of(folder: Path) -> Catalogue:
    catalogue = catalogues.load(storage.newest_catalogue(str(folder / ".fahras" / "data-1")))
    catalogue.take_home(str(folder))
    return catalogue


@pytest.mark.parametrize("named", [(), ("inside",), ("a.txt", "inside")], ids=str)
def test_it_sees_what_a_look_sees(
    folder: Path, named: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.txt").write_text("نفط آخر", encoding="utf-8")
    (folder / "b.txt").rename(folder / "inside" / "b.txt")
    (folder / "inside" / "new.txt").write_text("ذهب", encoding="utf-8")
    (folder / "inside" / "c.md").unlink()
    catalogue = catalogue_of(folder)
    roots = named or (".",)
    looked = [look(catalogue, root) for root in roots]
    with ahead_of(folder, *(str(folder / name) for name in named)) as ahead:
        monkeypatch.setattr(ahead_module, "look", lambda _, root: pytest.fail(f"{root} again"))
        assert ahead.is_of(catalogue)
        assert [ahead.look(catalogue, root) for root in roots] == looked


NAMES = st.sampled_from(["a.txt", "b.txt", "s/a.txt", "s/c.md", "t/d.txt", "e.pdf"])
TREES = st.dictionaries(NAMES, st.tuples(st.sampled_from(["", "واحد", "اثنان"]), st.integers(1, 2)))


@settings(max_examples=25)
@given(TREES, TREES)
def test_a_child_finds_the_changes_that_this_process_finds(
    before: dict[str, tuple[str, int]], after: dict[str, tuple[str, int]]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve() / "texts"
        lay_out(folder, before)
        with Index.create(folder) as index:
            index.update()
        lay_out(folder, after)
        with ahead_of(folder) as ahead:
            catalogue = catalogue_of(folder)
            assert ahead.is_of(catalogue)
            assert ahead.look(catalogue, ".") == look(catalogue, ".")


def lay_out(folder: Path, tree: dict[str, tuple[str, int]]) -> None:
    """Make the texts of a folder these, each with its content and its time in days."""
    for path in [path for path in folder.rglob("*.*") if path.suffix and path.is_file()]:
        if ".fahras" not in path.parts:
            path.unlink()
    for name, (content, days) in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        os.utime(path, (days * 86_400, days * 86_400))
    folder.mkdir(parents=True, exist_ok=True)


def test_what_is_wrong_is_raised_here(folder: Path) -> None:
    (folder / ".fahrasignore").write_text("!\n", encoding="utf-8")
    with (
        Index.open(folder) as index,
        ahead_of(folder) as ahead,
        pytest.raises(FahrasError, match="no pattern"),
    ):
        index.update(ahead=ahead)


def test_a_child_that_died_is_made_up_for(folder: Path) -> None:
    (folder / "e.txt").write_text("ذهب", encoding="utf-8")
    with Index.open(folder) as index, ahead_of(folder) as ahead:
        os.kill(ahead._pid, signal.SIGKILL)
        assert index.update(ahead=ahead).added == 1


def test_without_another_process_it_looks_itself(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise BlockingIOError("no more processes")

    (folder / "e.txt").write_text("ذهب", encoding="utf-8")
    monkeypatch.setattr(os, "fork", refuse)
    with Index.open(folder) as index, ahead_of(folder) as ahead:
        assert index.update(ahead=ahead).added == 1
    monkeypatch.delattr(os, "fork")
    assert look_ahead(str(folder), (), None) is None


def _nothing(folder: Path) -> None:
    del folder


def _remove(folder: Path) -> None:
    (folder / "a.txt").unlink()


def _touch(folder: Path) -> None:
    os.utime(folder / "inside" / "c.md", (1, 1))


def _add(folder: Path) -> None:
    (folder / "inside" / "e.txt").write_text("ذهب", encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "says"), [(_nothing, False), (_remove, False), (_touch, True), (_add, True)]
)
def test_the_imports_begin_when_a_file_is_met_that_changed(
    folder: Path, change: Callable[[Path], None], says: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported: list[str] = []
    monkeypatch.setattr(ahead_module, "import_module", imported.append)
    change(folder)
    with ahead_of(folder) as ahead:
        assert ahead.is_of(catalogue_of(folder))
    assert bool(imported) is says


@pytest.mark.parametrize("asked", [True, False])
def test_no_process_is_left(folder: Path, asked: bool) -> None:
    ahead = ahead_of(folder)
    child = ahead._pid
    if asked:
        ahead.is_of(catalogue_of(folder))
    ahead.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_nothing_is_looked_at_where_there_is_no_index(tmp_path: Path) -> None:
    assert look_ahead(str(tmp_path), (), None) is None


def test_an_update_relies_on_it(folder: Path) -> None:
    (folder / "e.txt").write_text("ذهب", encoding="utf-8")
    with Index.open(folder) as index, ahead_of(folder) as ahead:
        assert ahead.is_of(catalogue_of(folder))
        (folder / "late.txt").write_text("ذهب", encoding="utf-8")
        assert index.update(ahead=ahead).added == 1
        assert index.search("ذهب").total == 1


def test_what_another_writer_found_meanwhile_is_not_taken_for_gone(folder: Path) -> None:
    with Index.open(folder) as index, ahead_of(folder) as ahead:
        assert ahead.is_of(catalogue_of(folder))
        (folder / "e.txt").write_text("ذهب", encoding="utf-8")
        with Index.open(folder) as other:
            assert other.update().added == 1
        report = index.update(ahead=ahead)
        assert (report.added, report.removed) == (0, 0)
        assert index.search("ذهب").total == 1


def test_a_change_after_the_look_is_found_by_the_next_run(folder: Path) -> None:
    with Index.open(folder) as index, ahead_of(folder) as ahead:
        (folder / "e.txt").write_text("ذهب", encoding="utf-8")
        assert ahead.is_of(catalogue_of(folder))
        (folder / "a.txt").write_text("فضة", encoding="utf-8")
        index.update(ahead=ahead)
        index.update()
        assert index.search("فضة").total == 1
