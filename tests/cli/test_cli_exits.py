"""Exit codes, what goes to stdout and what to stderr, and how a run ends early."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_process import COMMAND, PATIENCE_S, environment, run, run_on_terminal

from indexer.cli import VERSION

EXIT_CODES = [
    pytest.param(["search", "قاذفات"], 0, id="found"),
    pytest.param(["search", "-q", "قاذفات"], 0, id="found-quiet"),
    pytest.param(["search", "-c", "قاذفات"], 0, id="found-count"),
    pytest.param(["search", "--json", "قاذفات"], 0, id="found-json"),
    pytest.param(["search", "طغرغريشات"], 1, id="nothing"),
    pytest.param(["search", "-q", "طغرغريشات"], 1, id="nothing-quiet"),
    pytest.param(["search", "-c", "طغرغريشات"], 1, id="nothing-count"),
    pytest.param(["search", "--json", "طغرغريشات"], 1, id="nothing-json"),
    pytest.param(["search", "--jsonl", "طغرغريشات"], 1, id="nothing-jsonl"),
    pytest.param(["search"], 2, id="no-query"),
    pytest.param(["search", "-n", "0", "x"], 2, id="limit-zero"),
    pytest.param(["search", "-n", "ten", "x"], 2, id="limit-no-number"),
    pytest.param(["search", "--limt", "x"], 2, id="unknown-option"),
    pytest.param(["search", "--match", "fuzzy", "x"], 2, id="unknown-match"),
    pytest.param(["search", "--strict", "hamza,tah", "x"], 2, id="unknown-strict"),
    pytest.param(["search", "--field", "body", "x"], 2, id="unknown-field-option"),
    pytest.param(["search", "--format", "{name}", "x"], 2, id="unknown-format-field"),
    pytest.param(["search", "--json", "-c", "x"], 2, id="two-outputs"),
    pytest.param(["search", "--queries", "absent.txt"], 2, id="no-queries-file"),
    pytest.param(["show", "absent.txt"], 2, id="show-unknown"),
    pytest.param(["show", "news/first.txt"], 0, id="show"),
    pytest.param(["export"], 0, id="export"),
    pytest.param(["stats"], 0, id="stats"),
    pytest.param(["verify"], 0, id="verify"),
    pytest.param(["verify", "--deep"], 0, id="verify-deep"),
    pytest.param(["terms"], 0, id="terms"),
    pytest.param(["terms", "طغرغريشات"], 1, id="terms-nothing"),
    pytest.param(["analyze", "كتاب"], 0, id="analyze"),
    pytest.param(["analyze", "!!"], 1, id="analyze-nothing"),
    pytest.param(["eval", "absent.jsonl", "absent.tsv"], 2, id="eval-absent"),
    pytest.param(["serch", "x"], 2, id="unknown-command"),
    pytest.param(["قاذفات"], 2, id="query-without-command"),
    pytest.param([], 0, id="bare"),
    pytest.param(["--help"], 0, id="help"),
    pytest.param(["search", "--help"], 0, id="search-help"),
    pytest.param(["--version"], 0, id="version"),
]


@pytest.mark.parametrize(("arguments", "code"), EXIT_CODES)
def test_exit_code(texts: Path, arguments: list[str], code: int) -> None:
    done = run(*arguments, cwd=texts)
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    if code == 2:
        assert done.out == b""
        assert len(done.errors) == 1
        assert done.err.startswith("fahras: ")
    if code == 0:
        assert done.err == ""


ERRORS_THAT_HELP = [
    pytest.param(["search", "--limt", "3", "x"], "did you mean --limit?", id="nearest-option"),
    pytest.param(["search", "-N", "3", "x"], "did you mean -n?", id="nearest-letter"),
    pytest.param(["serch", "x"], "did you mean search?", id="nearest-command"),
    pytest.param(["قاذفات"], "fahras search قاذفات", id="query-without-command"),
    pytest.param(["search", "--match", "x", "y"], "stem, plural, variant", id="choices"),
    pytest.param(["search", "-n", "0", "y"], "--limit: ", id="names-the-option"),
    pytest.param(["search", "--format", "{x}", "y"], "byte_offset", id="names-the-fields"),
    pytest.param(["index", "absent"], "absent: No such file", id="names-the-path"),
    pytest.param(["show", "absent.txt"], "absent.txt", id="names-the-document"),
]


@pytest.mark.parametrize(("arguments", "words"), ERRORS_THAT_HELP)
def test_error_says_what_to_do(texts: Path, arguments: list[str], words: str) -> None:
    assert words in run(*arguments, cwd=texts).err


def test_version_names_the_program(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path).text == f"fahras {VERSION}\n"
    assert run("--debug", "--version", cwd=tmp_path).text == f"fahras {VERSION}\n"


@pytest.mark.parametrize("command", [["search", "x"], ["stats"], ["terms"], ["show", "x"]])
def test_without_an_index_the_command_to_make_one_is_named(
    tmp_path: Path, command: list[str]
) -> None:
    done = run(*command, cwd=tmp_path)
    assert (done.code, done.out) == (2, b"")
    assert done.err == (
        f"fahras: there is no index in {tmp_path} or in any folder above it: "
        "make one with fahras index\n"
    )


def test_broken_query_points_at_the_place(texts: Path) -> None:
    done = run("search", "قاذفات AND", cwd=texts)
    assert done.code == 2
    message, query, caret = done.errors
    assert message.startswith("fahras: ")
    assert query == "  قاذفات AND"
    assert caret.strip().strip("^") == ""
    assert caret.index("^") == query.index("AND")


def test_nothing_found_says_so(texts: Path) -> None:
    done = run("search", "طغرغريشات", cwd=texts)
    assert (done.code, done.out) == (1, b"")
    assert done.errors[0] == "fahras: nothing found for: طغرغريشات"


def test_nothing_found_names_the_unknown_word(texts: Path) -> None:
    done = run("search", "--match", "stem", "قاذفاط", cwd=texts)
    assert done.code == 1
    assert "fahras: not in the index: قاذفاط; did you mean (هل تقصد): قاذفات" in done.errors


def test_nothing_found_names_the_filter(texts: Path) -> None:
    done = run("search", "قاذفات", "--in", "absent/*", cwd=texts)
    assert done.code == 1
    assert "without --in: 2 documents" in done.err


def test_traceback_only_with_debug(texts: Path) -> None:
    plain = run("search", "--limt", "x", cwd=texts)
    debug = run("search", "--debug", "--limt", "x", cwd=texts)
    assert "Traceback" not in plain.err
    assert "Traceback" in debug.err


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="pipes end otherwise here")
@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "--jsonl", "--all", "المدينة"],
        ["search", "المدينة"],
        ["terms"],
        ["show", "news/first.txt"],
        ["search", "--help"],
    ],
)
def test_pipe_closed_before_the_first_byte_ends_quietly(texts: Path, arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=texts,
        stdout=writer,
        stderr=subprocess.PIPE,
        env=environment(),
        check=False,
    )
    os.close(writer)
    assert done.stderr == b""
    assert done.returncode in (0, -signal.SIGPIPE, 128 + signal.SIGPIPE)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_full_disk_is_an_error(texts: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*COMMAND, "search", "المدينة"],
            cwd=texts,
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == b"fahras: No space left on device\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to send")
def test_interrupt_is_130_and_one_line(texts: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "analyze", "-"],
        cwd=texts,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out, err) == (130, b"", b"fahras: interrupted\n")


LOCALES = [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]


@pytest.mark.parametrize("changes", LOCALES, ids=["C", "C-strictly"])
def test_output_is_utf8_in_any_locale(texts: Path, changes: dict[str, str]) -> None:
    usual = run("search", "قاذفات روسية", cwd=texts)
    assert run("search", "قاذفات روسية", cwd=texts, **changes).out == usual.out
    as_json = run("search", "--json", "قاذفات", cwd=texts, **changes)
    assert "قاذفات" in as_json.text


def test_help_is_not_painted_on_a_terminal(texts: Path) -> None:
    shown = run_on_terminal("search", "--help", cwd=texts)
    assert "Query language" in shown.text
    assert "\x1b" not in shown.text


def test_what_is_registered_for_the_exit_is_run_and_goes_out(texts: Path) -> None:
    code = """
import atexit, sys
from indexer.__main__ import main
atexit.register(print, "registered")
sys.argv = ["fahras", "search", "-c", "طغرغريشات"]
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=texts, env=environment(), capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "0\nregistered\n")


MET_IN_A_FINALIZER = """
import signal, sys, time
from indexer.cli.output import terminal
terminal.interrupt_on_end_signals()
class Closing:
    def __del__(self):
        signal.raise_signal(int(sys.argv[1]))
        print("closed")
try:
    Closing()
    time.sleep(20)
    print("went on")
except KeyboardInterrupt as ending:
    print(ending.args[0])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_meets_a_finalizer_is_not_swallowed(number: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MET_IN_A_FINALIZER, str(int(number))],
        env=environment(), capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert (done.stdout.split(), done.stderr) == (["closed", str(int(number))], "")
