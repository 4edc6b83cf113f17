"""A command line means the same, whether it is plain and read at once or Typer reads it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from indexer.cli.commands.answer import answer
from indexer.cli.commands.follow import follow
from indexer.cli.commands.index import index_command
from indexer.cli.commands.search import search_command
from indexer.cli.line import typer_app
from indexer.cli.line.reader import as_typed, plain_index, plain_search, prepared

GROUP: Any = typer.main.get_command(typer_app.build())
PLAIN = {"search": (plain_search, answer), "index": (plain_index, follow)}

WORDS = st.sampled_from(["نفط", "-روسية", "+قاذفات", "", "5", "a b", "\udcff", "search", "«", "/x"])
OPTIONS = st.sampled_from(
    [["-l"], ["--paths"], ["-0"], ["-c"], ["-q"], ["--json"], ["--jsonl"], ["--all"], ["--null"],
     ["--count"], ["--quiet"], ["--no-snippets"], ["-n", "3"], ["--limit", "07"],
     ["--index", "x"], ["--index", ""], ["-n", "٣"], ["--index", "-x"], ["-n", "-1"], ["-lc"],
     ["--index=x"], ["-n3"], ["--sort", "path"], ["--in", "a*"], ["--explain"], ["-"], ["--", "-l"]]
)  # fmt: skip
LINES = st.lists(st.one_of(WORDS.map(lambda word: [word]), OPTIONS), max_size=6).map(
    lambda parts: [word for part in parts for word in part]
)


def defaults(function: Callable[..., int]) -> dict[str, Any]:
    return {name: p.default for name, p in inspect.signature(function).parameters.items()}


def by_typer(words: list[str]) -> dict[str, Any]:
    context = GROUP.commands[words[0]].make_context(words[0], words[1:])
    return {name: as_typed(plainly(value)) for name, value in context.params.items()}


def plainly(value: Any) -> Any:
    return list(value or ()) if isinstance(value, list | tuple | None) else value


@pytest.mark.parametrize("command", PLAIN)
@given(arguments=LINES, index=st.sampled_from([None, "", "elsewhere"]))
def test_a_plain_line_is_read_as_typer_reads_it(command, arguments, index) -> None:
    words, _ = prepared([command, *arguments])
    plain, function = PLAIN[command]
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("FAHRAS_INDEX", raising=False)
        if index is not None:
            patch.setenv("FAHRAS_INDEX", index)
        asked = plain(words, {} if index is None else {"FAHRAS_INDEX": index})
        if asked is not None:
            read = {name: plainly(value) for name, value in {**defaults(function), **asked}.items()}
            assert read == by_typer(words)


@pytest.mark.parametrize(
    "line",
    [
        "search نفط",
        "search -l قاذفات -روسية",
        "search --jsonl --all نفط",
        "search -n 3 --index x نفط",
    ],
)
def test_the_commonest_searches_need_no_typer(line: str) -> None:
    assert plain_search(prepared(line.split())[0], {}) is not None


@pytest.mark.parametrize("line", ["index", "index texts", "index a b --index x --rebuild --json"])
def test_the_commonest_runs_need_no_typer(line: str) -> None:
    assert plain_index(prepared(line.split())[0], {}) is not None


@pytest.mark.parametrize(
    "line",
    ["", "search", "search -h", "search نفط --help", "search -n 0 نفط", "search -n x نفط",
     "search --index", "search -- -l", "search --queries f", "search --nothing نفط",
     "index -h", "index --forget a", "index -l", "index -n 3", "show x"],
)  # fmt: skip
def test_help_errors_and_rare_options_are_typer_s(line: str) -> None:
    words, _ = prepared(line.split())
    assert plain_search(words, {}) is None
    assert plain_index(words, {}) is None


@pytest.mark.parametrize(
    ("command", "function"), [(search_command, answer), (index_command, follow)]
)
def test_a_command_and_what_does_it_take_the_same(command, function) -> None:
    assert defaults(command) == defaults(function)
