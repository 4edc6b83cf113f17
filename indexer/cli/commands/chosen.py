"""What does a line say about which files an index takes in, and how would a line say it?"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any

from indexer.cli.line.kinds import UsageError
from indexer.given import MIB, read_given

if TYPE_CHECKING:
    from indexer.cli.line.options import IndexRequest
    from indexer.folder.choices import Choices, Choose

_MOST_LISTED_BYTES = 1024 * MIB
_SIZE = r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(?:i?b)?"
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def choose_of(request: IndexRequest) -> Choose | None:
    """What a line says; None if nothing. Raises UsageError."""
    said: dict[str, Any] = {
        name: value
        for name in ("include", "exclude", "types", "hidden", "follow")
        if (value := getattr(request, name))
    }
    if request.no_ignore:
        said["ignore"] = False
    if request.max_size is not None:
        said["max_bytes"] = _bytes(request.max_size)
    if request.fields:
        said["fields"] = _fields(request.fields)
    if not (said or request.reset_options):
        return None
    from indexer.folder.choices import Choices
    from indexer.folder.selection import Selection

    Selection(os.sep, Choices(**said))  # raises FahrasError for what is no pattern or type

    def choose(before: Choices) -> Choices:
        return (Choices() if request.reset_options else before)._replace(**said)

    return choose


def listed_files(request: IndexRequest) -> list[str] | None:
    """The paths in the list that is named; None if none is. Raises OSError and UsageError."""
    if request.files_from is None:
        if request.null:
            raise UsageError("--null: it is for --files-from")
        return None
    if request.paths or request.forget or request.rebuild:
        raise UsageError("--files-from: it cannot be combined with PATH, --forget or --rebuild")
    return paths_in(request.files_from, ended_by_nul=request.null)


def paths_in(name: str, *, ended_by_nul: bool = False) -> list[str]:
    """The paths that a file lists, stdin if it is `-`: a line each, or ended by NUL if it has any.

    Raises OSError.
    """
    if name == "-":
        data = sys.stdin.buffer.read()
    else:
        data = read_given(name, _MOST_LISTED_BYTES, streams=True)
    names = data.split(b"\0") if ended_by_nul or b"\0" in data else data.splitlines()
    return [os.fsdecode(path) for path in names if path]


def words_of(choices: Choices) -> list[str]:
    """The options of a command line that say this."""
    words: list[str] = []
    for option, values in (
        ("--include", choices.include),
        ("--exclude", choices.exclude),
        ("--type", choices.types),
    ):
        words += [word for value in values for word in (option, value)]
    words += ["--hidden"] * choices.hidden + ["--no-ignore"] * (not choices.ignore)
    words += ["--follow"] * choices.follow
    if choices.max_bytes is not None:
        words += ["--max-size", str(choices.max_bytes)]
    if choices.fields:
        words += ["--fields", ",".join(f"{role}={name}" for role, name in choices.fields)]
    return words


def _bytes(text: str) -> int:
    """The number of bytes that a size means."""
    found = re.fullmatch(_SIZE, text.strip(), re.IGNORECASE)
    if found is None:
        raise UsageError(f"--max-size: {text!r} is no size: give 500K, 20M or 1G, or 0 for any")
    return int(float(found[1]) * 1024 ** _POWERS[found[2].lower()])


def _fields(words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Pairs of role and name, the last name of each role."""
    from indexer.extract.fields import ROLES

    pairs: dict[str, str] = {}
    for word in ",".join(words).split(","):
        role, equals, name = (part.strip() for part in word.partition("="))
        if not (equals and name) or role not in ROLES:
            roles = ", ".join(ROLES)
            raise UsageError(f"--fields: {word!r} is not ROLE=NAME, with a role of {roles}")
        pairs[role] = name
    return tuple(pairs.items())
