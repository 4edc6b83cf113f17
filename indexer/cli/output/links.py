"""Which links does a terminal open? OSC 8 sequences around paths, as ripgrep sends them.

A format is a URL with `{path}`, `{line}`, `{column}` and `{host}` in it, or the name of one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from indexer.cli.line.kinds import UsageError

FORMATS = {
    "file": "file://{host}{path}",
    "kitty": "file://{host}{path}#{line}",
    "vscode": "vscode://file{path}:{line}:{column}",
    "vscode-insiders": "vscode-insiders://file{path}:{line}:{column}",
    "vscodium": "vscodium://file{path}:{line}:{column}",
    "cursor": "cursor://file{path}:{line}:{column}",
    "textmate": "txmt://open?url=file://{path}&line={line}&column={column}",
    "macvim": "mvim://open?url=file://{path}&line={line}&column={column}",
    "grep+": "grep+://{path}:{line}",
}
"""The formats that have names, those of ripgrep."""

_CANNOT = ("", "dumb", "linux")
"""Terminals that would print a link, or nothing else, by their TERM."""

_FIELD = re.compile(r"\{([^{}]*)\}")
_FIELDS = ("path", "line", "column", "host")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def format_of(choice: str, environment: Mapping[str, str], *, paints: bool) -> str:
    """The format of the links that are wanted, empty where none are.

    choice: auto, always, never, the name of a format, or one. paints: whether colour is sent to a
    terminal, so that escape sequences are welcome. Raises UsageError.
    """
    if choice == "never" or (choice == "auto" and not paints):
        return ""
    if choice == "auto" and environment.get("TERM", "") in _CANNOT:
        return ""
    if choice in ("auto", "always"):
        return FORMATS[_of_terminal(environment)]
    return _checked(FORMATS.get(choice, choice))


def _of_terminal(environment: Mapping[str, str]) -> str:
    """The name of the format by which this terminal finds the line, else `file`."""
    if environment.get("TERM_PROGRAM") == "vscode":
        return "vscode"
    return "kitty" if environment.get("TERM") == "xterm-kitty" else "file"


def _checked(form: str) -> str:
    """A format, if it is one."""
    fields = _FIELD.findall(form)
    if "path" not in fields or not _SCHEME.match(form) or not form.isprintable():
        names = ", ".join(("auto", "always", "never", *FORMATS))
        raise UsageError(f"--hyperlink: {form!r} is none of {names}, nor a URL with {{path}} in it")
    for field in fields:
        if field not in _FIELDS:
            raise UsageError(f"--hyperlink: {{{field}}} is none of {{{'}, {'.join(_FIELDS)}}}")
    return form


def opening(form: str, path: str, line: int | None, column: int | None) -> str:
    """The sequence before what is to be clicked; `closing` stands after it.

    path: absolute, as `os.fsdecode` gives it. Where no line is known, the first is opened.
    """
    values = {
        "path": _quoted(path),
        "line": str(line or 1),
        "column": str(column or 1),
        "host": _quoted(os.uname().nodename) if hasattr(os, "uname") else "",
    }
    return f"\x1b]8;;{_FIELD.sub(lambda found: values[found[1]], form)}\x1b\\"


CLOSING = "\x1b]8;;\x1b\\"


def _quoted(text: str) -> str:
    """The bytes of a name as a URL has them; nothing in it can end the sequence."""
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in os.fsencode(text))
