"""Which commands are there, and which of them is meant? Typer parses and helps.

Only the module of the command that is asked for is imported.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Annotated, Any

import typer

from indexer.cli import VERSION, exits
from indexer.cli.line.reader import as_typed
from indexer.cli.output import terminal

COMMANDS = {
    "index": "index",
    "search": "search",
    "show": "show",
    "terms": "terms",
    "analyze": "terms",
    "eval": "evaluate",
    "stats": "stats",
}
"""Each command and the module of `indexer.cli.commands` that holds it as `<command>_command`."""

_ABOUT = """Index a folder of Arabic text once, then search it.

\b
  fahras index ~/texts           build the index, or bring it up to date
  fahras search مجلس الأمن        ranked hits with the words marked
  fahras search -l قاذفات -روسية   only the paths; without the word روسية
  fahras show texts/news.txt:12  the text of a hit

The index lives in .fahras in the indexed folder and is found from any folder below it."""


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
        module = importlib.import_module(f"indexer.cli.commands.{COMMANDS[name]}")
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


def invoke(words: list[str]) -> int:
    """Parse and run, without Typer's own handling of errors, interrupts and closed pipes."""
    name = next((word for word in words if not word.startswith("-")), None)
    command = typer.main.get_command(build(name if name in COMMANDS else None))
    try:
        with command.make_context("fahras", words or ["--help"]) as context:
            code = command.invoke(context)
    except typer.Exit as ending:
        return ending.exit_code
    except typer.Abort as ending:
        raise KeyboardInterrupt from ending
    return code if isinstance(code, int) else exits.FOUND


def _unmarked(function: Callable[..., int]) -> Callable[..., int]:
    """The command, given its words as they were typed and as UTF-8 reads them."""

    @functools.wraps(function)
    def command(**values: Any) -> int:
        return function(**{name: as_typed(value) for name, value in values.items()})

    return command
