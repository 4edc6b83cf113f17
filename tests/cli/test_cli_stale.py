"""Files that changed or vanished since they were indexed: marked, or left out, and said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_process import run, run_on_terminal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four files with one word: one as it was, one edited, two gone."""
    for name in ("same.txt", "edited.txt", "gone.txt", "lost.txt"):
        (tmp_path / name).write_text("عنوان\n\nفيه زعفران\n", "utf-8")
    assert run("index", cwd=tmp_path).code == 0
    (tmp_path / "edited.txt").write_text("عنوان\n\nفيه كلام آخر\n", "utf-8")
    (tmp_path / "gone.txt").unlink()
    (tmp_path / "lost.txt").unlink()
    return tmp_path


SAID = "fahras: since the index was updated 1 file has changed and 2 files have vanished{}"


def test_lines_in_a_pipe_are_marked_before_their_text(folder: Path) -> None:
    done = run("search", "--sort", "path", "زعفران", cwd=folder)
    assert done.lines == [
        "edited.txt:3: [changed] فيه زعفران",
        "gone.txt:3: [vanished] فيه زعفران",
        "lost.txt:3: [vanished] فيه زعفران",
        "same.txt:3: فيه زعفران",
    ]
    assert done.errors == [SAID.format(": run fahras index")]
    bare = run("search", "--sort", "path", "--no-snippets", "زعفران", cwd=folder)
    assert bare.lines[0] == "edited.txt:3: [changed] "
    assert bare.lines[3] == "same.txt:3"


def test_json_and_formats_name_the_state(folder: Path) -> None:
    states = {"edited.txt": "changed", "gone.txt": "vanished", "lost.txt": "vanished"}
    lines = run("search", "--jsonl", "زعفران", cwd=folder).lines
    hits = {hit["path"]: hit["stale"] for hit in map(json.loads, lines)}
    assert hits == {**states, "same.txt": None}
    whole = run("search", "--json", "زعفران", cwd=folder)
    assert {hit["path"]: hit["stale"] for hit in json.loads(whole.text)["hits"]} == hits
    assert whole.err == ""
    filled = run("search", "--format", "{path}={stale}", "زعفران", cwd=folder).lines
    assert sorted(filled) == sorted(f"{path}={state or ''}" for path, state in hits.items())


@pytest.mark.parametrize("flag", ["-l", "-0"])
def test_paths_leave_out_what_is_gone_and_say_so(folder: Path, flag: str) -> None:
    done = run("search", flag, "--sort", "path", "زعفران", cwd=folder)
    assert done.text.replace("\0", "\n").splitlines() == ["edited.txt", "same.txt"]
    assert done.errors == [SAID.format(", left out here: run fahras index")]
    assert done.code == 0
    batch = run("search", flag, "--queries", "-", cwd=folder, stdin="زعفران\nعنوان\n".encode())
    assert batch.errors == done.errors


def test_where_all_is_gone_no_path_was_found(folder: Path) -> None:
    done = run("search", "-l", "--in", "[gl]o*", "زعفران", cwd=folder)
    assert (done.code, done.text) == (1, "")
    said = "fahras: since the index was updated 2 files have vanished, left out here"
    assert done.errors == [f"{said}: run fahras index"]


def test_a_terminal_shows_the_state(folder: Path) -> None:
    shown = run_on_terminal("search", "--color", "never", "زعفران", cwd=folder).text
    assert shown.count("(changed since it was indexed)") == 1
    assert shown.count("(vanished since it was indexed)") == 2
