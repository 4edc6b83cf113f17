"""The manual and the start: every option documented, nothing imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from cli_process import COMMAND, PROJECT, environment, run

from indexer.cli import VERSION
from indexer.cli.line import reference, typer_app
from indexer.results import MATCH_LEVELS, SORT_KEYS, SearchOptions

GROUP: Any = typer.main.get_command(typer_app.build())
PARAMETERS = [
    pytest.param(name, parameter, id=f"{name}-{parameter.name}")
    for name, command in [("", GROUP), *GROUP.commands.items()]
    for parameter in command.params
]


def test_the_reference_is_up_to_date() -> None:
    page = (PROJECT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert page == reference.reference(), "run: python -m indexer.cli.line.reference > docs/cli.md"


def test_the_reference_has_every_command() -> None:
    page = reference.reference()
    for name, command in GROUP.commands.items():
        assert f"## `fahras {name}`" in page
        assert "Examples" in command.help
        assert "Exit codes" in command.help


@pytest.mark.parametrize(("command", "parameter"), PARAMETERS)
def test_every_option_has_help_and_is_in_the_reference(command: str, parameter: Any) -> None:
    assert parameter.help
    heading = f"## `fahras {command}`" if command else "## Options of `fahras` itself"
    section = reference.reference().split(heading + "\n")[1].split("\n## ")[0]
    assert parameter.help.split("|")[0] in section
    if parameter.param_type_name == "option":
        assert all(f"`{option}`" in section for option in parameter.opts)


def test_choices_are_those_of_the_library() -> None:
    page = reference.reference()
    assert "\\|".join(MATCH_LEVELS) in page
    assert "\\|".join(SORT_KEYS) in page


def test_defaults_are_those_of_the_library() -> None:
    search = {parameter.name: parameter.default for parameter in GROUP.commands["search"].params}
    default = SearchOptions()
    assert search["limit"] == default.limit
    assert search["match"] == default.match
    assert search["snippets"] == default.snippets
    assert search["context"] == default.context_chars


def test_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == VERSION


def imported(*arguments: str, cwd: Path) -> set[str]:
    """The modules that a run imports, by Python's own account."""
    command = [sys.executable, "-X", "importtime", *COMMAND[1:], *arguments]
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, env=environment(), check=False, text=True
    )
    rows = (line for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {row.rsplit("|", 1)[1].strip() for row in rows}


def test_version_imports_nothing(tmp_path: Path) -> None:
    assert not imported("--version", cwd=tmp_path) & {"typer", "numpy", "whoosh", "rich"}


@pytest.mark.parametrize("arguments", [["search", "--json", "قاذفات"], ["search", "-l", "قاذفات"]])
def test_search_in_a_pipe_does_not_import_rich(texts: Path, arguments: list[str]) -> None:
    modules = imported(*arguments, cwd=texts)
    assert "indexer.cli.output.printing" in modules
    assert not {name for name in modules if name.split(".")[0] == "rich"}
    unneeded = {
        "indexer.cli.commands.evaluate",
        "indexer.cli.commands.index",
        "indexer.cli.commands.follow",
        "indexer.extract",
        "indexer.update.run",
    }
    assert not modules & unneeded


def test_help_imports_neither_numpy_nor_whoosh(tmp_path: Path) -> None:
    assert not imported("search", "--help", cwd=tmp_path) & {"numpy", "whoosh", "rich"}


def test_bare_command_is_the_help(tmp_path: Path) -> None:
    assert run(cwd=tmp_path).out == run("--help", cwd=tmp_path).out
