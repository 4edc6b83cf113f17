"""Runs one command line: reads it, runs the command, and decides the exit code.

Errors, interrupts and exit codes are ours, so that they mean the same for every command.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from indexer.cli import VERSION, exits
from indexer.cli.commands import execute
from indexer.cli.line.options import FahrasRequest
from indexer.cli.line.reader import Help, read, without_debug
from indexer.cli.output import terminal


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; nothing is raised."""
    terminal.prepare_streams()
    words, debug = without_debug(arguments)
    try:
        code = _invoke(words)
        terminal.flush()
    except KeyboardInterrupt as ending:
        if debug:
            raise
        terminal.complain("interrupted")
        code = exits.of_signal(ending.args[0]) if ending.args else exits.INTERRUPTED
    except Exception as error:  # the last resort: every error ends as one line
        if debug:
            raise
        from indexer.cli.output import errors

        code = errors.report(error, arguments)
    terminal.drop_unwritten()
    return code


def _invoke(words: list[str]) -> int:
    """Do what a line asks; only help needs Typer."""
    asked = read(words, os.environ)
    if isinstance(asked, Help):
        from indexer.cli.line import typer_app

        typer_app.show_help(asked)
    elif isinstance(asked, FahrasRequest):
        terminal.write(f"fahras {VERSION}\n")
    else:
        return execute(asked)
    return exits.FOUND
