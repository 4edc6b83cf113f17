"""Completion: what may follow a line, and that each shell gets it where Tab is pressed in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_process import environment, run
from hypothesis import given
from hypothesis import strategies as st
from shells import SHELLS, pressed, with_fahras

from indexer.cli.line.completing import FILES, FOLDERS, WORDS, begun, completed
from indexer.cli.line.options import COMMANDS
from indexer.cli.output.records import HIT_FIELDS
from indexer.results import MATCH_LEVELS, STRICT_SWITCHES


@pytest.fixture(autouse=True)
def _among_texts(texts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(texts)
    monkeypatch.delenv("FAHRAS_INDEX", raising=False)


def after(line: str) -> list[str]:
    return [candidate.text for candidate in completed(line).candidates]


MAY_FOLLOW = [
    ("fahras ", [*COMMANDS]),
    ("fahras ex", ["export"]),
    ("fahras --v", ["--version"]),
    ("fahras search --ma", ["--match"]),
    ("fahras search --match ", [*MATCH_LEVELS]),
    ("fahras search --match=ro", ["--match=root"]),
    ("fahras search --strict ", [*STRICT_SWITCHES]),
    ("fahras search --strict ta,h", ["ta,hamza"]),
    ("fahras search --strict=ta,hamza,", ["--strict=ta,hamza,marks", "--strict=ta,hamza,ya"]),
    ("fahras search --all --al", ["--all-words"]),
    ("fahras search قاذف", ["قاذفات"]),
    ("fahras search -قاذف", ["-قاذفات"]),
    ("fahras search 'مدينة +قاذف", ["مدينة +قاذفات"]),
    ("fahras search عنوان:قاذف", ["عنوان:قاذفات"]),
    ("fahras search «قاذف", ["«قاذفات"]),
    ("fahras search ق", []),
    ("fahras search path:ne", ["path:news/"]),
    ("fahras search --in news/f", ["news/first.txt"]),
    ("fahras search --format '{path}:{li", ["{path}:{line}"]),
    ("fahras search --format x", []),
    ("fahras search --hyperlink kit", ["kitty"]),
    ("fahras search -n 3 قاذف", ["قاذفات"]),
    ("fahras search -n3 --sort=date -- قاذف", ["قاذفات"]),
    ("fahras search -- --ma", []),
    ("fahras search --since 20", []),
    ("fahras search --index nowhere قاذف", []),
    ("fahras search --index=nowhere قاذف", []),
    ("fahras --debug search --ma", ["--match"]),
    ("fahras terms بست", ["بستان"]),
    ("fahras help ver", ["verify"]),
    ("fahras completion f", ["fish"]),
    ("fahras stats x", []),
    ("fahras nothing --ma", []),
    ("", [*COMMANDS]),
]


@pytest.mark.parametrize(("line", "expected"), MAY_FOLLOW)
def test_what_may_follow(line: str, expected: list[str]) -> None:
    assert after(line) == expected


@pytest.mark.parametrize(
    ("line", "kind"),
    [("fahras show ", FILES), ("fahras index ", FILES), ("fahras search --variants ", FILES),
     ("fahras eval a ", FILES), ("fahras eval a b ", WORDS), ("fahras stats --index ", FOLDERS),
     ("fahras show a ", WORDS)],
)  # fmt: skip
def test_names_of_files_are_left_to_the_shell(line: str, kind: str) -> None:
    assert completed(line).kind == kind


@pytest.mark.parametrize(
    ("line", "first"), [("fahras search ti", "title:"), ("fahras search +عن", "+عنوان:")]
)
def test_fields_come_before_words(line: str, first: str) -> None:
    assert after(line)[0] == first


def test_a_dash_shows_short_names_too() -> None:
    found = after("fahras search -")
    assert {"-n", "--limit", "-0", "--help"} <= set(found)
    assert not [name for name in after("fahras search --") if len(name) == 2]


def test_every_field_of_a_template_is_offered() -> None:
    assert after("fahras search --format {") == [f"{{{field}}}" for field in HIT_FIELDS]


@pytest.mark.parametrize(
    ("line", "words", "last", "quoted"),
    [("a b", ("a",), "b", False), ("a b ", ("a", "b"), "", False), ("a 'b c", ("a",), "b c", True),
     ("a 'b' ", ("a", "b"), "", False), ('a "b\\"c', ("a",), 'b"c', True),
     ("a b\\ c", ("a",), "b c", False), ("a '' b", ("a", ""), "b", False)],
)  # fmt: skip
def test_a_line_is_divided_as_a_shell_does(
    line: str, words: tuple[str, ...], last: str, quoted: bool
) -> None:
    assert begun(line) == (words, last, quoted)


@given(line=st.text("ab -='\"\\:,{}«قاذف\n", max_size=30))
def test_any_line_has_an_answer(line: str) -> None:
    answer = completed(f"fahras search {line}")
    assert answer.kind in (WORDS, FILES, FOLDERS)


def test_an_option_is_completed_without_numpy_or_an_index(tmp_path: Path) -> None:
    code = (
        "import sys; from indexer.cli.line.completing import completed; "
        "assert completed('fahras search --ma').candidates; "
        "print(*{'numpy', 'typer', 'indexer.index'} & {*sys.modules})"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_bash_is_given_what_stands_behind_its_last_break(texts: Path) -> None:
    asked = {
        "fahras search --match=ro": "root ",
        "fahras search عنوان:قاذف": "قاذفات ",
        "fahras search 'عنوان:قاذف": "عنوان:قاذفات",
        "fahras search path:ne": "news/",
    }
    for line, expected in asked.items():
        done = run("completion", "bash", "--line", line, cwd=texts)
        assert done.text == f"words\n{expected}\n"


def test_an_unknown_shell_is_refused(texts: Path) -> None:
    done = run("completion", "tcsh", cwd=texts)
    assert (done.code, done.out) == (2, b"")
    assert "not one of bash, zsh, fish" in done.err


PRESSED = [
    ("fahras sea", ["fahras", "search"]),
    ("fahras search --match=ro", ["fahras", "search", "--match=root"]),
    ("fahras search قاذف", ["fahras", "search", "قاذفات"]),
    ("fahras search عنوان:قاذف", ["fahras", "search", "عنوان:قاذفات"]),
    ("fahras show vow", ["fahras", "show", "vowels.txt"]),
]


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_what_fish_completes(texts: Path, tmp_path: Path) -> None:
    env = with_fahras(tmp_path / "bin")
    for line, words in PRESSED:
        script = f"fahras completion fish | source; complete -C '{line}'"
        done = subprocess.run(
            ["fish", "--private", "-c", script], cwd=texts, env=env, capture_output=True, check=True
        )
        found = [line.split("\t")[0] for line in done.stdout.decode().splitlines()]
        assert found == words[-1:]


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_in_a_shell(shell: str, texts: Path, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    env = with_fahras(tmp_path / "bin")
    for line, words in PRESSED:
        assert pressed(shell, line, cwd=texts, env=env) == words
