"""How is a file opened at its line? In VISUAL or EDITOR, each in its own way."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from analyzers.named import NamedTuple
from indexer.cli.line.kinds import UsageError
from indexer.cli.output import terminal

if TYPE_CHECKING:
    from indexer.results import Hit

_FIRST_BYTES = 8192

_WAYS = {
    "vi vim nvim gvim mvim view nvi elvis joe jed jmacs ne kak mg ee": ("+{line}", "{path}"),
    "emacs emacsclient micro gedit gnome-text-editor": ("+{line}:{column}", "{path}"),
    "nano pico": ("+{line},{column}", "{path}"),
    "code code-insiders codium vscodium cursor windsurf": ("--goto", "{path}:{line}:{column}"),
    "subl sublime_text zed hx helix": ("{path}:{line}:{column}",),
    "kate kwrite idea pycharm": ("--line", "{line}", "--column", "{column}", "{path}"),
    "mate": ("--line", "{line}", "{path}"),
}
"""By program, how it is told a line. Those that are not here are given the file alone."""

_BY_PROGRAM = {name: way for names, way in _WAYS.items() for name in names.split()}

_OPENERS = ("xdg-open", "open")
"""What opens a file that is no text with the program that the system has for it."""


class Spot(NamedTuple):
    """Where to open a file: its absolute path, and line and column from 1, if they are known."""

    path: str
    line: int | None = None
    column: int | None = None


def spot_of(hit: Hit) -> Spot:
    """Where a hit is opened: at its line, if that is one of its file."""
    whole = hit.page is None and not hit.inside
    return Spot(hit.path, *((hit.line, hit.column) if whole else (None, None)))


def open_at(spot: Spot) -> None:
    """Open a file and wait for the program. Raises OSError, and UsageError where that fails.

    What is no text goes to the program that the system has for it, where it tells.
    """
    command = command_for(spot, os.environ, is_text=_is_text(spot.path))
    terminal.flush()
    try:
        code = subprocess.run(command, check=False).returncode  # noqa: S603
    except OSError as error:
        reason = f"{command[0]}: {error.strerror}: set VISUAL or EDITOR"
        raise UsageError(reason, points_to_help=False) from None
    if code:
        raise UsageError(f"{command[0]} ended with {code}", points_to_help=False)


def command_for(spot: Spot, environment: Mapping[str, str], *, is_text: bool) -> list[str]:
    """The words of the command that opens a file."""
    opener = next((name for name in _OPENERS if shutil.which(name)), None)
    if not is_text and opener is not None:
        return [opener, spot.path]
    editor = _editor(environment)
    program = os.path.basename(editor[0]).removesuffix(".exe")
    way = _BY_PROGRAM.get(program)
    if way is None or spot.line is None or not is_text:
        return [*editor, spot.path]
    values = {"path": spot.path, "line": str(spot.line), "column": str(spot.column or 1)}
    return [*editor, *(_filled(word, values) for word in way)]


def _filled(word: str, values: Mapping[str, str]) -> str:
    """A word with its fields filled; the path last, which may itself hold braces."""
    for name in ("line", "column", "path"):
        word = word.replace(f"{{{name}}}", values[name])
    return word


def _editor(environment: Mapping[str, str]) -> Sequence[str]:
    """The words of the editor's command: VISUAL, else EDITOR, else vi. Raises UsageError."""
    for name in ("VISUAL", "EDITOR"):
        if environment.get(name, "").strip():
            try:
                return shlex.split(environment[name])
            except ValueError:
                raise UsageError(f"{name} has a quotation mark without its partner") from None
    return ["vi"]


def _is_text(path: str) -> bool:
    """Whether a file begins as texts do. Raises OSError."""
    with open(path, "rb") as file:
        head = file.read(_FIRST_BYTES)
    utf16 = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    return utf16 or not (b"\0" in head or head.startswith(b"%PDF"))
