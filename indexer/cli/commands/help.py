"""`fahras help`: the same as `--help`, for a command or for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.line.options import COMMANDS
from indexer.cli.line.reader import no_such_command

if TYPE_CHECKING:
    from indexer.cli.line.options import HelpRequest


def run(request: HelpRequest) -> int:
    """Print the help."""
    if request.about and request.about not in COMMANDS:
        raise no_such_command(request.about, [request.about])
    from indexer.cli.line import typer_app

    typer_app.show_help(request.about)
    return exits.FOUND
