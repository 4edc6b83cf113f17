"""`search --pick`: a list of hits from which one is chosen, searched anew as one types.

fzf shows the list where it is installed: it runs our own search again at each key and shows the
text beside it. Else the hits are numbered, and a number, or other words, are asked for.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import indexer
from indexer.cli import exits
from indexer.cli.line.kinds import Flag, Names, Option, UsageError
from indexer.cli.output import editor, records, terminal
from indexer.cli.output.editor import Spot

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.cli.line.options import SearchRequest
    from indexer.results import SearchResults

_FIELDS = ("{path}", "{line}", "{column}", "{place}", "{title}", "{snippet}")
_SHOWN_FROM = 4
"""The first of the fields, counted from 1, that is shown: before it is what opens the hit."""

_NOT_TOLD = (
    "queries", "pick", "open", "color", "bidi", "hyperlink", "limit", "explain",
    "paths", "null", "count", "quiet", "json", "jsonl", "csv", "format",
)  # fmt: skip
"""Options that fzf's searches are not given: what is printed is the list's own."""

_ASKED = "A number, other words, or Enter to leave"

_LISTED = 100
"""Hits in the list."""

_LEFT = (1, 130)
"""What fzf returns where nothing was chosen."""


def pick(request: SearchRequest, text: str, search: Callable[[str], SearchResults]) -> int:
    """Let a hit be chosen, and open it or print its place."""
    if shutil.which("fzf"):
        _need_terminal()
        chosen = _by_fzf(request, text)
    else:
        chosen = _by_number(text, search)
    if chosen is None:
        return exits.NOTHING
    place, spot = chosen
    if request.open:
        editor.open_at(spot)
    else:
        name = records.relative_path(spot.path) if request.paths else place
        terminal.write(f"{terminal.utf8_name(name)}\n")
    return exits.FOUND


def _need_terminal() -> None:
    """Raise UsageError where no keys can be typed, before fzf complains in its own words."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        raise UsageError("--pick: there is no terminal to choose on: run it on one") from None


Chosen = tuple[str, Spot]
"""The place of a hit as `show` takes it, and where its file is opened."""


def _by_fzf(request: SearchRequest, text: str) -> Chosen | None:
    """What is chosen in fzf."""
    environment = {**os.environ, "PYTHONPATH": _own_path(), "SHELL": "/bin/sh"}
    found = subprocess.run(  # noqa: S603  our own command
        ["/bin/sh", "-c", _searching(request).replace("{q}", shlex.quote(text))],
        stdout=subprocess.PIPE,
        env=environment,
        check=False,
    )
    done = subprocess.run(  # noqa: S603
        _fzf(request, text),
        input=found.stdout,
        stdout=subprocess.PIPE,
        env=environment,
        check=False,
    )
    if done.returncode in _LEFT:
        return None
    if done.returncode:
        raise UsageError("--pick: fzf could not be run", points_to_help=False)
    path, line, column, place, *_ = os.fsdecode(done.stdout).rstrip("\n").split("\t")
    numbers = (int(number) if number else None for number in (line, column))
    return place, Spot(os.path.abspath(path), *numbers)


def _fzf(request: SearchRequest, text: str) -> list[str]:
    """The command line of fzf."""
    query = request.index and f"--index={request.index}"
    shown = shlex.join([*_OURS, "show", *([query] if query else []), "--color=always"])
    preview = f"{shown} --no-pager --query={{q}} -- {{{_SHOWN_FROM}}} 2>/dev/null"
    return [
        "fzf",
        "--disabled",
        "--delimiter=\t",
        f"--with-nth={_SHOWN_FROM}..",
        f"--query={text}",
        f"--bind=change:reload:{_searching(request)}",
        f"--preview={preview}",
        "--preview-window=down:60%:wrap",
        "--header=words to search for; Enter chooses, Esc leaves",
    ]


_OURS = (sys.executable, "-m", "indexer")


def _own_path() -> str:
    """PYTHONPATH with the folder from which this program was imported, first."""
    own = os.path.dirname(os.path.dirname(os.path.abspath(indexer.__file__)))
    return os.pathsep.join(filter(None, (own, os.environ.get("PYTHONPATH"))))


def _searching(request: SearchRequest) -> str:
    """The line by which fzf searches, in its language: {q} are the words, quoted for a shell."""
    words = [*_OURS, "search", *_words_of(request)]
    words += [f"--limit={_LISTED}", "--format=" + "\\t".join(_FIELDS), "--color=never"]
    return f"{shlex.join(words)} -- {{q}} 2>/dev/null"


def _words_of(request: SearchRequest) -> list[str]:
    """The options that a line has beside those of the list itself."""
    words: list[str] = []
    for option in request.options():
        value = getattr(request, option.name)
        if value != option.default and option.name not in _NOT_TOLD:
            words += _written(option, value)
    return words


def _written(option: Option[object], value: object) -> list[str]:
    """An option with its value, as it may stand on a line."""
    name = option.names[0]
    if isinstance(option, Flag):
        return [name]
    if isinstance(value, tuple):
        values = [",".join(value)] if isinstance(option, Names) else value
        return [f"{name}={one}" for one in values]
    return [f"{name}={value}"]


def _by_number(text: str, search: Callable[[str], SearchResults]) -> Chosen | None:
    """What is chosen by its number, on a terminal. Raises UsageError where there is none."""
    if not (terminal.is_terminal(sys.stdin) and terminal.is_terminal(sys.stdout)):
        raise UsageError("--pick: install fzf, or run it on a terminal")
    from rich.prompt import Prompt

    from indexer.cli.output import render
    from indexer.cli.output.blocks import blocks

    screen = render.Screen.of("auto")
    while True:
        results = search(text)
        screen.show(blocks(screen, results, None, numbered=True))
        terminal.flush()
        try:
            answer = Prompt.ask(_ASKED, default="", show_default=False).strip()
        except EOFError:
            return None
        if not answer:
            return None
        if answer.isdecimal() and 0 < int(answer) <= len(results.hits):
            hit = results.hits[int(answer) - 1]
            return records.place_of(hit), editor.spot_of(hit)
        text = answer
