"""What is said when something goes wrong, and with which exit code? One line that says what to do.

Typer's own exceptions are known by their attributes, for older versions take theirs from Click.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from indexer.cli import OUT_OF_MEMORY, exits
from indexer.cli.output import terminal
from indexer.cli.output.records import relative_path
from indexer.errors import (
    FahrasError,
    IndexCorruptError,
    IndexVersionError,
    QueryError,
    WhooshMismatchError,
)

if TYPE_CHECKING:
    from indexer.reports import FileProblem

_NO_MEMORY = re.compile("failed to map segment|[Cc]annot allocate memory")
"""What the loader of libraries says for it."""

_PROBLEMS_SHOWN = 10

_QUERY_SHOWN = 120
"""Code points of a query that are shown around the part at fault."""

_OUT_OF_RANGE = re.compile(r"(\S+) is not in the range x>=(\d+)")


def report(error: Exception, arguments: Sequence[str], commands: Sequence[str]) -> int:
    """Say what went wrong on stderr and return the exit code for it."""
    if isinstance(error, QueryError):
        _report_query(error)
    elif isinstance(error, IndexCorruptError | IndexVersionError):
        terminal.complain(_with_rebuild(str(error), arguments))
    elif isinstance(error, FahrasError):
        terminal.complain(str(error))
    elif hasattr(error, "format_message"):
        terminal.complain(_usage_message(error, arguments, commands))
    elif isinstance(error, OSError):
        terminal.complain(_system_message(error))
    elif isinstance(error, MemoryError):
        terminal.complain(OUT_OF_MEMORY)
    elif isinstance(error, ImportError):
        terminal.complain(_import_message(error))
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
        outcome = " (the rest is indexed)" if problem.lost and not problem.fatal else ""
        terminal.complain(f"{terminal.safe_name(place)}: {problem.reason}{outcome}")
    rest = len(problems) - _PROBLEMS_SHOWN
    if rest > 0:
        terminal.complain(f"… and {rest:,} more; `fahras index --json` lists all")


def _report_query(error: QueryError) -> None:
    """The message with the part at fault, then the query with a caret under that part.

    The part is in the message because a bidi terminal may show the caret's place elsewhere.
    """
    from indexer.cli.output.tables import columns_of

    message = str(error)
    part = error.query[error.position : error.position + error.length].strip()
    if part and part not in message:
        message = f"{message}: here: {part}"
    terminal.complain(message)
    if error.query:
        start = max(error.position - _QUERY_SHOWN // 2, 0)
        shown = error.query[start : start + _QUERY_SHOWN]
        place = error.position - start
        indent = " " * columns_of(shown[:place])
        caret = "^" * max(columns_of(shown[place:][: error.length]), 1)
        terminal.complain_more(f"  {shown}")
        terminal.complain_more(f"  {indent}{caret}")


def _with_rebuild(message: str, arguments: Sequence[str]) -> str:
    """The message with the command that rebuilds, which names the index that was named."""
    command = "fahras index --rebuild"
    message = message.removesuffix(f": run {command}")
    given = [value for option, value in pairwise(arguments) if option == "--index"]
    given += [word.removeprefix("--index=") for word in arguments if word.startswith("--index=")]
    where = f" --index {given[-1]}" if given else ""
    return f"{message}: run {command}{where}"


def _import_message(error: ImportError) -> str:
    """A package that is missing, or another Whoosh in the place of ours."""
    if _NO_MEMORY.search(str(error)):
        return OUT_OF_MEMORY
    package = (error.name or "").partition(".")[0]
    if package == "whoosh" and error.name != package:
        return str(WhooshMismatchError(f"a Whoosh without {error.name}"))
    if isinstance(error, ModuleNotFoundError) and package not in ("", "indexer", "analyzers"):
        return f"{package} is missing: install it with pip install --force-reinstall fahras"
    return f"internal error: ImportError: {error} (--debug shows where)"


def _system_message(error: OSError) -> str:
    reason = error.strerror or str(error)
    if error.filename is None:
        if error.errno == errno.EBADF:
            return "stdin or stdout is closed, and is needed here"
        return "the current folder is gone: cd to another" if _is_nowhere() else reason
    name = error.filename if isinstance(error.filename, str) else os.fsdecode(error.filename)
    advice = ": change its mode, or ask its owner" if isinstance(error, PermissionError) else ""
    return f"{terminal.safe_name(name)}: {reason}{advice}"


def _is_nowhere() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


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
    text = _OUT_OF_RANGE.sub(r"\1 is too small, give \2 or more", text)
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
