"""What is said when something goes wrong, and with which exit code? One line that says what to do.

Typer's own exceptions are known by their attributes, for older versions take theirs from Click.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

from indexer.cli import exits, terminal
from indexer.cli.records import relative_path
from indexer.errors import FahrasError, QueryError
from indexer.results import FileProblem

_PROBLEMS_SHOWN = 10


def report(error: Exception, arguments: Sequence[str], commands: Sequence[str]) -> int:
    """Say what went wrong on stderr and return the exit code for it."""
    if isinstance(error, QueryError):
        _report_query(error)
    elif isinstance(error, FahrasError):
        terminal.complain(str(error))
    elif hasattr(error, "format_message"):
        terminal.complain(_usage_message(error, arguments, commands))
    elif isinstance(error, OSError):
        terminal.complain(_system_message(error))
    elif isinstance(error, MemoryError):
        terminal.complain("out of memory")
    else:
        kind = type(error).__name__
        terminal.complain(f"internal error: {kind}: {error} (--debug shows where)")
    return exits.ERROR


def report_problems(problems: Sequence[FileProblem]) -> None:
    """List the first files that were not read, or not wholly, and count the others."""
    for problem in problems[:_PROBLEMS_SHOWN]:
        place = relative_path(problem.path)
        if problem.line is not None:
            place = f"{place}:{problem.line}"
        outcome = "" if problem.fatal else " (indexed all the same)"
        terminal.complain(f"{terminal.safe_name(place)}: {problem.reason}{outcome}")
    rest = len(problems) - _PROBLEMS_SHOWN
    if rest > 0:
        terminal.complain(f"… and {rest:,} more; `fahras index --json` lists all")


def _report_query(error: QueryError) -> None:
    """The message with the part at fault, then the query with a caret under that part.

    The part is in the message because a bidi terminal may show the caret's place elsewhere.
    """
    from indexer.cli.tables import columns_of

    message = str(error)
    part = error.query[error.position : error.position + error.length].strip()
    if part and part not in message:
        message = f"{message}: here: {part}"
    terminal.complain(message)
    if error.query:
        indent = " " * columns_of(error.query[: error.position])
        caret = "^" * max(columns_of(error.query[error.position :][: error.length]), 1)
        terminal.complain_more(f"  {error.query}")
        terminal.complain_more(f"  {indent}{caret}")


def _system_message(error: OSError) -> str:
    reason = error.strerror or str(error)
    if error.filename is None:
        return reason
    name = error.filename if isinstance(error.filename, str) else os.fsdecode(error.filename)
    return f"{terminal.safe_name(name)}: {reason}"


def _usage_message(error: Exception, arguments: Sequence[str], commands: Sequence[str]) -> str:
    """The message of Typer's parser in our words, with the nearest option and the help to read."""
    command = next((word for word in arguments if word in commands), None)
    help_command = f"fahras {command} --help" if command else "fahras --help"
    option = getattr(error, "option_name", None)
    if option is not None and hasattr(error, "possibilities"):
        nearest = _nearest(option, error)
        hint = f"; did you mean {nearest}?" if nearest else ""
        return f"no such option: {option}{hint} (see {help_command})"
    first = next((word for word in arguments if not word.startswith("-")), None)
    if command is None and first is not None:
        return _no_such_command(first, arguments, commands)
    if command is None:
        return f"give a command: {', '.join(commands)} (see fahras --help)"
    text = " ".join(getattr(error, "message", "").split()) or _formatted(error)
    text = text.removeprefix("Value error, ")
    text = text[:1].lower() + text[1:] if text[1:2].islower() else text
    return f"{_place(error)}{text.rstrip('.')} (see {help_command})"


def _place(error: Exception) -> str:
    """The option or argument that a value was given to, if the parser knows it."""
    parameter = getattr(error, "param", None)
    if parameter is None:
        return ""
    name = max(parameter.opts, key=len) if parameter.opts else parameter.name
    return f"{name}: " if name.startswith("-") else f"{parameter.metavar or name}: "


def _formatted(error: Exception) -> str:
    """Typer's sentence for an error that has no message of its own."""
    return " ".join(str(getattr(error, "format_message", error.__str__)()).split())


def _no_such_command(word: str, arguments: Sequence[str], commands: Sequence[str]) -> str:
    import shlex
    from difflib import get_close_matches

    nearest = get_close_matches(word, commands, n=1)
    if nearest:
        return f"no such command: {word}; did you mean {nearest[0]}?"
    words = shlex.join(arguments) if word.isascii() else " ".join(arguments)
    return f"no such command: {word}; to search for it: fahras search {words}"


def _nearest(option: str, error: Exception) -> str | None:
    """The option of this command that is spelt most like the unknown one."""
    from difflib import get_close_matches

    context = getattr(error, "ctx", None)
    options = [name for parameter in _parameters(context) for name in parameter.opts]
    found = get_close_matches(option.lower(), options, n=1, cutoff=0.6)
    return found[0] if found else None


def _parameters(context: object) -> Iterable[Any]:
    command = getattr(context, "command", None)
    return command.get_params(context) if command is not None else ()
