"""How do the words of a command line reach a command, and how does a run end?

Errors, interrupts and exit codes are ours, so that they mean the same for every command.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from indexer.cli import exits, terminal
from indexer.cli.arguments import plain_index, plain_search, prepared


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
        from indexer.cli import complaints
        from indexer.cli.commands import COMMANDS

        code = complaints.report(error, arguments, tuple(COMMANDS))
    terminal.drop_unwritten()
    return code


def _invoke(words: list[str]) -> int:
    """Do at once what a plain line asks; let Typer read any other."""
    if (asked := plain_search(words, os.environ)) is not None:
        from indexer.cli.answer import answer

        return answer(**asked)
    if (asked := plain_index(words, os.environ)) is not None:
        from indexer.cli.follow import follow

        return follow(**asked)
    from indexer.cli import commands

    return commands.invoke(words)
