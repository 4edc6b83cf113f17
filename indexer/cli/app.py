"""How the words of a command line reach a command, and how a run ends.

Only the module of the command that is asked for is imported. Typer parses and helps; errors,
interrupts and exit codes are ours, so that they mean the same for every command.
"""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from indexer.cli import VERSION, exits, terminal

COMMANDS = {
    "index": "indexing",
    "search": "search",
    "show": "show",
    "terms": "vocabulary",
    "analyze": "vocabulary",
    "eval": "evaluate",
    "stats": "stats",
}
"""Each command and the module of `indexer.cli` that holds it as `<command>_command`."""

_QUERY_DASH = re.compile(r"-[^A-Za-z0-9-]", re.DOTALL)
_NUL = "\0"
"""Marks a dash that belongs to the query; no argument of a process can hold a NUL."""

_ABOUT = """Index a folder of Arabic text once, then search it.

\b
  fahras index ~/texts           build the index, or bring it up to date
  fahras search مجلس الأمن        ranked hits with the words marked
  fahras search -l قاذفات -روسية   only the paths; without the word روسية
  fahras show texts/news.txt:12  the text of a hit

The index lives in .fahras in the indexed folder and is found from any folder below it."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; nothing is raised."""
    terminal.prepare_streams()
    words, debug = _prepared(arguments)
    name = next((word for word in words if not word.startswith("-")), None)
    try:
        code = _invoke(build(name if name in COMMANDS else None), words)
        terminal.flush()
    except typer.Exit as ending:
        code = ending.exit_code
    except (KeyboardInterrupt, typer.Abort) as ending:
        if debug:
            raise
        terminal.complain("interrupted")
        code = exits.of_signal(ending.args[0]) if ending.args else exits.INTERRUPTED
    except Exception as error:  # the last resort: every error ends as one line
        if debug:
            raise
        from indexer.cli import complaints

        code = complaints.report(error, arguments, tuple(COMMANDS))
    terminal.drop_unwritten()
    return code


def build(only: str | None = None) -> typer.Typer:
    """The application, with all its commands or with the one that will run."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help=_ABOUT)(_root)
    for name in (only,) if only else COMMANDS:
        module = importlib.import_module(f"indexer.cli.{COMMANDS[name]}")
        function = getattr(module, f"{name}_command")
        app.command(name, help=getattr(module, f"{name.upper()}_HELP"))(_unmarked(function))
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        terminal.write(f"fahras {VERSION}\n")
        raise typer.Exit(exits.FOUND)


def _root(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            callback=_print_version,
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option("--debug", help="On an error, show where it arose. May stand anywhere."),
    ] = False,
) -> None:
    """Stand for the options of `fahras` itself; `--debug` was taken out before."""
    del version, debug


def _invoke(app: typer.Typer, words: list[str]) -> int:
    """Parse and run, without Typer's own handling of errors, interrupts and closed pipes."""
    command = typer.main.get_command(app)
    if not words:
        words = ["--help"]
    with command.make_context("fahras", words) as context:
        code = command.invoke(context)
    return code if isinstance(code, int) else exits.FOUND


def _prepared(arguments: Sequence[str]) -> tuple[list[str], bool]:
    """The words with each dash of the query marked, and whether `--debug` stood among them."""
    words: list[str] = []
    debug = False
    for place, argument in enumerate(arguments):
        if argument == "--":
            return [*words, *arguments[place:]], debug
        if argument == "--debug":
            debug = True
        elif _QUERY_DASH.match(argument):
            words.append(_NUL + argument)
        else:
            words.append(argument)
    return words, debug


def _unmarked(function: Callable[..., int]) -> Callable[..., int]:
    """The command, given its words as they were typed and as UTF-8 reads them."""

    @functools.wraps(function)
    def command(**values: Any) -> int:
        return function(**{name: _as_typed(value) for name, value in values.items()})

    return command


def _as_typed(value: Any) -> Any:
    if isinstance(value, str):
        return value.removeprefix(_NUL)
    if isinstance(value, list):
        return [_as_typed(item) for item in value]
    return value
