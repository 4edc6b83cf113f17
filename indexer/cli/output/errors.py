"""What is said when something goes wrong: one line on stderr that says what to do."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from indexer.cli import OUT_OF_MEMORY, exits
from indexer.cli.line.kinds import UsageError
from indexer.cli.line.options import COMMANDS
from indexer.cli.line.reader import is_word
from indexer.cli.output import terminal
from indexer.cli.output.records import relative_path
from indexer.errors import FahrasError, QueryError, WhooshMismatchError

if TYPE_CHECKING:
    from indexer.reports import FileProblem

_NO_MEMORY = re.compile("failed to map segment|[Cc]annot allocate memory")
"""What the loader of libraries says for it."""

_PROBLEMS_SHOWN = 10

_QUERY_SHOWN = 120
"""Code points of a query that are shown around the part at fault."""


def report(error: Exception, arguments: Sequence[str]) -> int:
    """Say what went wrong on stderr and return the exit code for it."""
    if isinstance(error, QueryError):
        _report_query(error)
    elif isinstance(error, FahrasError):
        terminal.complain(with_advice(error, arguments))
    elif isinstance(error, UsageError):
        terminal.complain(_usage_message(error, arguments))
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


def query_message(error: QueryError) -> str:
    """What is wrong with a query, and the part at fault."""
    message = str(error)
    part = error.query[error.position : error.position + error.length].strip()
    return message if not part or part in message else f"{message}: here: {part}"


def _report_query(error: QueryError) -> None:
    """The message with the part at fault, then the query with a caret under that part.

    The part is in the message because a bidi terminal may show the caret's place elsewhere.
    """
    from indexer.cli.output.wrap import columns_of

    terminal.complain(query_message(error))
    if error.query:
        start = max(error.position - _QUERY_SHOWN // 2, 0)
        shown = error.query[start : start + _QUERY_SHOWN]
        place = error.position - start
        indent = " " * columns_of(shown[:place])
        caret = "^" * max(columns_of(shown[place:][: error.length]), 1)
        terminal.complain_more(f"  {shown}")
        terminal.complain_more(f"  {indent}{caret}")


def with_advice(error: FahrasError, arguments: Sequence[str]) -> str:
    """The message, and what helps as a command that names the index that was named."""
    if error.remedy is None:
        return str(error)
    act, path = error.remedy
    given = [value for option, value in pairwise(arguments) if option == "--index"]
    given += [word.removeprefix("--index=") for word in arguments if word.startswith("--index=")]
    where = f" --index {given[-1]}" if given else ""
    advice = {
        "index": f": make one with fahras index{f' PATH --index {path}' if path else ''}",
        "rebuild": f": run fahras index --rebuild{where}",
        "name_roots": f", as in fahras index --rebuild PATH --index {path}",
        "name_index": f": --index {path}",
        "move_index": " with --index DIR",
        "forget": f" with --forget {path}",
        "report": " (--debug shows where)",
    }
    return str(error) + advice[act]


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


def _usage_message(error: UsageError, arguments: Sequence[str]) -> str:
    """The message, with the help to read."""
    if not error.points_to_help:
        return str(error)
    command = next((word for word in arguments if is_word(word)), None)
    topic = f"fahras {command}" if command in COMMANDS else "fahras"
    return f"{error} (see {topic} --help)"
