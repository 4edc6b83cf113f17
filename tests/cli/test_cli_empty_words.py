"""What does a command say to an empty word, which mostly comes of a variable that was never set?"""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from cli_process import run

from indexer.cli.line.kinds import Remaining, Request, Text, Texts, UsageError, Word
from indexer.cli.line.options import COMMANDS
from indexer.cli.line.reader import read

NO_WORDS = "the query holds no words, so nothing was searched: give at least one"
ANSWERS = {
    "search ''": (1, NO_WORDS),
    "search x --in ''": (
        2,
        "--in: GLOB is empty: give one, or leave --in out (see fahras search --help)",
    ),
    "search --queries ''": (
        2,
        "--queries: FILE is empty: give one, or leave --queries out (see fahras search --help)",
    ),
    "search x --match ''": (
        2,
        "--match: '' is not one of exact, folded, stem, plural, variant, root "
        "(see fahras search --help)",
    ),
    "search x --limit ''": (2, "--limit: '' is not a whole number (see fahras search --help)"),
    "show ''": (2, "HIT is empty: give one (see fahras show --help)"),
    "similar ''": (2, "HIT is empty: give one (see fahras similar --help)"),
    "analyze ''": (1, "the text holds no words: give at least one"),
    "analyze --steps ''": (1, "the text holds no words: give at least one"),
    "analyze --steps '!'": (1, "the text holds no words: give at least one"),
    "index ''": (2, "PATH is empty: give one, or leave it out (see fahras index --help)"),
    "index --forget ''": (
        2,
        "--forget: PATH is empty: give one, or leave --forget out (see fahras index --help)",
    ),
    "eval '' qrels.tsv": (2, "QUERIES is empty: give one (see fahras eval --help)"),
    "serve --host ''": (
        2,
        "--host: ADDRESS is empty: give one, or leave --host out (see fahras serve --help)",
    ),
    "verify '' x": (2, "too many arguments: '' x (see fahras verify --help)"),
    "completion ''": (2, "SHELL is empty: give one (see fahras completion --help)"),
    "''": (2, f"give a command: {', '.join(COMMANDS)}"),
}


@pytest.mark.parametrize("line", ANSWERS)
def test_one_sentence_says_what_to_do(texts: Path, line: str) -> None:
    code, sentence = ANSWERS[line]
    done = run(*shlex.split(line), cwd=texts)
    assert (done.code, done.out) == (code, b"")
    assert done.errors[0] in (f"fahras: {sentence}", f"fahras: {sentence} (see fahras --help)")
    assert len(done.errors) == 1


ROWS = [
    (kind, row)
    for kind in COMMANDS.values()
    for row in kind.rows().values()
    if isinstance(row, Text | Texts | Word | Remaining)
]
MAY_BE_EMPTY = {
    ("search", "query"), ("export", "query"), ("show", "query"), ("analyze", "text"),
    ("terms", "pattern"), ("duplicates", "path"), ("help", "about"), ("completion", "line"),
}  # fmt: skip
"""Where nothing is meant by it: as if it was not given, or as a text without words."""


@pytest.mark.parametrize(
    ("kind", "row"), ROWS, ids=[f"{kind.command} {row.label}" for kind, row in ROWS]
)
def test_no_other_row_takes_one(kind: type[Request], row: Text | Texts | Word | Remaining) -> None:
    required = ["x" if argument is not row else "" for argument in kind.arguments()]
    line = [kind.command, *required]
    if isinstance(row, Text | Texts):
        line = [kind.command, row.names[0], "", *required]
    if (kind.command, row.name) in MAY_BE_EMPTY:
        read(line, {})
        return
    with pytest.raises(UsageError, match=f"{row.metavar} is empty: give one"):
        read(line, {})


def test_an_empty_variable_of_the_environment_is_none() -> None:
    request = read(["search", "x"], {"FAHRAS_INDEX": ""})
    assert request == read(["search", "x"], {})


def test_nothing_is_forgotten_by_it(texts: Path) -> None:
    before = run("stats", "--json", cwd=texts).out
    run("index", "--forget", "", cwd=texts)
    assert run("stats", "--json", cwd=texts).out == before
