"""The commands: one module for each, imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.cli.line.kinds import Request


def execute(request: Request) -> int:
    """Run the command that a request is for, and return its exit code."""
    module = import_module(f"{__name__}.{request.command}")
    code: int = module.run(request)
    return code
