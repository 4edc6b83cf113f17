"""What the library raises: messages that speak of no command, and remedies as plain values."""

from __future__ import annotations

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from indexer import errors
from indexer.cli.output.errors import with_advice
from indexer.errors import FahrasError, IndexCorruptError, Remedy

PROJECT = Path(__file__).resolve().parents[1]
LIBRARY = [
    path
    for package in ("analyzers", "indexer")
    for path in (PROJECT / package).rglob("*.py")
    if not {"cli", "web"} & set(path.parts) and path.name != "__main__.py"
]
COMMAND = re.compile(r"\bfahras (index|search|show|stats|terms)\b|(?<![\w-])--[a-z]")


def texts_of(tree: ast.AST) -> Iterator[str]:
    """The strings of a module that are no docstrings."""
    alone = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


def test_the_library_speaks_of_no_command() -> None:
    assert len(LIBRARY) > 80
    speaks = {
        f"{path.relative_to(PROJECT)}: {text}"
        for path in LIBRARY
        for text in texts_of(ast.parse(path.read_text("utf-8")))
        if COMMAND.search(text) and "pip install" not in text
    }
    assert not speaks


ADVICE = [
    (Remedy("index"), [], "m: make one with fahras index"),
    (Remedy("index", "ix"), [], "m: make one with fahras index PATH --index ix"),
    (Remedy("rebuild"), ["stats"], "m: run fahras index --rebuild"),
    (Remedy("rebuild"), ["stats", "--index", "ix"], "m: run fahras index --rebuild --index ix"),
    (Remedy("rebuild"), ["stats", "--index=ix"], "m: run fahras index --rebuild --index ix"),
    (Remedy("name_roots", "ix"), [], "m, as in fahras index --rebuild PATH --index ix"),
    (Remedy("name_index", "ix"), [], "m: --index ix"),
    (Remedy("move_index", "ix"), [], "m with --index DIR"),
    (Remedy("forget", "a"), [], "m with --forget a"),
    (Remedy("report"), [], "m (--debug shows where)"),
]


@pytest.mark.parametrize(("remedy", "line", "message"), ADVICE)
def test_a_remedy_is_worded_as_a_command(remedy: Remedy, line: list[str], message: str) -> None:
    assert with_advice(FahrasError("m", remedy=remedy), line) == message


def test_every_remedy_has_words() -> None:
    acts = get_args(get_type_hints(Remedy)["act"])
    assert set(acts) == {remedy.act for remedy, _, _ in ADVICE}
    assert with_advice(FahrasError("m"), []) == "m"


def test_an_error_of_a_worker_process_keeps_its_remedy() -> None:
    error = pickle.loads(pickle.dumps(FahrasError("m", remedy=Remedy("forget", "a"))))
    assert (str(error), error.remedy) == ("m", Remedy("forget", "a"))
    damaged = pickle.loads(pickle.dumps(IndexCorruptError("m")))
    assert (str(damaged), damaged.remedy) == ("m", Remedy("rebuild"))


def test_every_error_of_the_library_is_one() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    raised = [kind for kind in kinds if issubclass(kind, Exception)]
    assert len(raised) > 10
    assert all(issubclass(kind, FahrasError) for kind in raised)
