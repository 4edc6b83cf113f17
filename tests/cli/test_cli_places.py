"""Which index and which of its files does a line mean: --index, --here, --files-from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_process import run

from indexer import Index, SearchOptions

WORD = "سفينة"
NAMES = ["a.txt", "sub/b.txt", "sub/deep/c.txt", "[x]/d.txt"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("places") / "above" / "home"
    for name in NAMES:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(f"{WORD} {name}\n", "utf-8")
    (home / "empty").mkdir()
    assert run("index", cwd=home).code == 0
    return home


@pytest.mark.parametrize(
    ("folder", "found"),
    [(".", NAMES), ("sub", NAMES[1:3]), ("sub/deep", NAMES[2:3]), ("[x]", NAMES[3:])],
)
def test_here_is_below_the_folder_of_the_command(home: Path, folder: str, found: list[str]) -> None:
    done = run("search", "--here", "-l", WORD, cwd=home / folder)
    assert {(home / folder / line).resolve() for line in done.lines} == {home / n for n in found}


@pytest.mark.parametrize(
    ("folder", "glob", "found"),
    [
        (".", ".", NAMES),
        (".", "./*.txt", NAMES),
        (".", "./sub/*", NAMES[1:3]),
        ("sub", ".", NAMES[1:3]),
        ("sub", "./deep", NAMES[2:3]),
        ("sub/deep", "..", NAMES[1:3]),
        ("sub/deep", "../b.*", NAMES[1:2]),
        ("sub/deep", "../../a.txt", NAMES[:1]),
        ("[x]", ".", NAMES[3:]),
        ("[x]", "./d*", NAMES[3:]),
        ("sub", "./a.txt", []),
        ("sub", "a.txt", NAMES[:1]),
        ("sub/deep", "../../..", NAMES),
    ],
)
def test_a_glob_with_dots_begins_here(
    home: Path, folder: str, glob: str, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home / folder)
    with Index.open(".") as index:
        hits = index.search(WORD, SearchOptions(within=(glob,))).hits
    assert sorted(hit.id for hit in hits) == sorted(found)


def test_here_and_in_both_count(home: Path) -> None:
    done = run("search", "--here", "--in", "*/deep/*", "-l", WORD, cwd=home / "sub")
    assert done.lines == ["deep/c.txt"]


def test_here_finds_nothing_where_nothing_is_indexed(home: Path) -> None:
    done = run("search", "--here", WORD, cwd=home / "empty")
    assert done.code == 1
    assert f"no file is indexed in {home / 'empty'}" in done.err


def test_here_leads_to_what_is_elsewhere(home: Path) -> None:
    done = run("search", "--here", "+a", "+txt", cwd=home / "sub")
    assert done.code == 1
    assert "without --here: 1 document" in done.err


@pytest.mark.parametrize("end", [b"\n", b"\0"])
def test_files_are_listed_on_lines_or_ended_by_nul(home: Path, end: bytes) -> None:
    listed = end.join([b"a.txt", b"sub/deep", b"../home/[x]/d.txt", b""])
    done = run("search", "-l", "--files-from", "-", WORD, cwd=home, stdin=listed)
    assert set(done.lines) == {"a.txt", "sub/deep/c.txt", "[x]/d.txt"}
    assert not done.err


def test_listed_files_that_the_index_lacks_are_counted(home: Path) -> None:
    done = run("search", "-c", "--files-from", "-", WORD, cwd=home, stdin=b"a.txt\nnone.txt\n")
    assert (done.code, done.lines) == (0, ["1"])
    assert "1 of 2 paths are not in the index" in done.err


def test_an_empty_list_admits_nothing(home: Path) -> None:
    done = run("search", "-c", "--files-from", "-", WORD, cwd=home)
    assert (done.code, done.lines) == (1, ["0"])
    assert "without --files-from: 4 documents" in done.err


def test_one_search_goes_through_the_files_of_another(home: Path) -> None:
    first = run("search", "-0", "--in", "sub", WORD, cwd=home)
    done = run("search", "-l", "--files-from", "-", "deep", cwd=home, stdin=first.out)
    assert done.lines == ["sub/deep/c.txt"]


def test_stdin_is_read_once(home: Path) -> None:
    done = run("search", "--queries", "-", "--files-from", "-", cwd=home)
    assert done.code == 2
    assert "cannot both read stdin" in done.err


def test_export_has_the_same_filters(home: Path) -> None:
    lines = run("export", "--here", cwd=home / "sub").lines
    assert {json.loads(line)["id"] for line in lines} == {"sub/b.txt", "sub/deep/c.txt"}
    lines = run("export", "--files-from", "-", cwd=home, stdin=b"a.txt\n").lines
    assert [json.loads(line)["id"] for line in lines] == ["a.txt"]


def test_a_folder_above_the_home_holds_all(home: Path) -> None:
    with Index.open(home) as index:
        options = SearchOptions(below=str(home.parent))
        assert index.search(WORD, options).total == len(NAMES)
        assert not index.search(WORD, options._replace(below=str(home) + "x")).total


@pytest.mark.parametrize("named", ["home", "home/.fahras", "home/"])
def test_an_index_may_be_named_by_its_folder(home: Path, named: str) -> None:
    for command in (["search", "-l", WORD], ["stats"], ["verify"], ["index"]):
        assert run(*command, "--index", named, cwd=home.parent).code == 0, command
    assert run("search", "-c", WORD, cwd=home.parent, FAHRAS_INDEX=named).lines == ["4"]
    assert not (home / "fahras.json").exists()


def test_an_index_one_folder_below_is_named(home: Path) -> None:
    done = run("search", WORD, cwd=home.parent)
    assert done.code == 2
    assert f"but there is one below it: --index {home}" in done.err


def test_an_index_two_folders_below_is_not(home: Path) -> None:
    assert "make one with fahras index" in run("search", WORD, cwd=home.parent.parent).err
