"""How do the words of a command line reach a command, and how does a run end?

Errors, interrupts and exit codes are ours, so that they mean the same for every command.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from indexer.cli import exits
from indexer.cli.line.reader import plain_index, plain_search, prepared
from indexer.cli.output import terminal


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; nothing is raised."""
    terminal.prepare_streams()
    words, debug = prepared(arguments)
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
        from indexer.cli.line.typer_app import COMMANDS
        from indexer.cli.output import errors

        code = errors.report(error, arguments, tuple(COMMANDS))
    terminal.drop_unwritten()
    return code


def _invoke(words: list[str]) -> int:
    """Do at once what a plain line asks; let Typer read any other."""
    if (asked := plain_search(words, os.environ)) is not None:
        from indexer.cli.commands.answer import answer

        return answer(**asked)
    if (asked := plain_index(words, os.environ)) is not None:
        from indexer.cli.commands.follow import follow

        return follow(**asked)
    from indexer.cli.line import typer_app

    return typer_app.invoke(words)
