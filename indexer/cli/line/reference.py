"""The manual's page of all commands: `python -m indexer.cli.line.reference > docs/cli.md`.

It is made from the table of options and the help texts; a test compares it with the file.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator

from indexer.cli.line.kinds import (
    Choice,
    Flag,
    Option,
    OptionalChoice,
    Remaining,
    Request,
    Row,
    Word,
)
from indexer.cli.line.manual import HELP
from indexer.cli.line.options import COMMANDS, FahrasRequest

_HEAD = """# The command line

Made from the code by `python -m indexer.cli.line.reference > docs/cli.md`; a test holds it.

Every command takes `--help`. `fahras --version` prints the version. `--debug`, anywhere on the
line, shows where an error arose. `FAHRAS_INDEX` in the environment means `--index`; `NO_COLOR`
means no colour. The fields of the JSON output are in `hit.schema.json`.
"""


def reference() -> str:
    """The whole page."""
    own = _table(map(_cells, FahrasRequest.options()))
    pages = [_HEAD, "## Options of `fahras` itself\n", own]
    return "\n".join([*pages, *(_page(COMMANDS[name]) for name in COMMANDS)])


def _page(kind: type[Request]) -> str:
    words = " ".join(_usage(argument) for argument in kind.arguments())
    usage = f"fahras {kind.command} [OPTIONS] {words}".rstrip()
    help_text = _as_markdown(HELP[kind.command])
    head = f"## `fahras {kind.command}`\n\n```\n{usage}\n```\n\n{help_text}\n"
    return "\n".join([head, _table(_rows(kind))])


def _rows(kind: type[Request]) -> Iterator[tuple[str, str]]:
    """The arguments, then the options, of each group under its name if there are several."""
    yield from map(_cells, kind.arguments())
    groups = kind.groups()
    for group, options in groups.items():
        if len(groups) > 1:
            yield f"**{group}**", ""
        yield from map(_cells, options)


def _cells(row: Row[object]) -> tuple[str, str]:
    if not isinstance(row, Option):
        return f"`{_usage(row)}`", row.help
    names = ", ".join(f"`{name}`" for name in reversed(row.names))
    value = "|".join(row.choices) if isinstance(row, Choice | OptionalChoice) else row.metavar
    default = "" if isinstance(row, Flag) or row.repeats or row.default is None else row.default
    shown = f" Default: {default}." if default != "" else ""
    return names + (f" `{value}`" if value else ""), row.help + shown


def _usage(row: Row[object]) -> str:
    name = row.metavar + ("…" if row.repeats else "")
    return name if isinstance(row, Word | Remaining) and row.required else f"[{name}]"


def _table(rows: Iterable[tuple[str, str]]) -> str:
    lines = ["| | |", "|---|---|"]
    for name, text in rows:
        escaped = [cell.replace("|", "\\|") for cell in (name, text)]
        lines.append(f"| {escaped[0]} | {escaped[1]} |")
    return "\n".join(lines) + "\n"


def _as_markdown(help_text: str) -> str:
    """Blocks that must not be wrapped become code; a block's first line is its heading."""
    paragraphs = []
    for paragraph in re.split(r"\n\n", help_text):
        if not paragraph.startswith("\b\n"):
            paragraphs.append(paragraph)
            continue
        heading, _, lines = paragraph.removeprefix("\b\n").partition("\n")
        unindented = "\n".join(line.removeprefix("  ") for line in lines.split("\n"))
        paragraphs.append(f"{heading}:\n\n```\n{unindented}\n```")
    return "\n\n".join(paragraphs)


if __name__ == "__main__":
    from indexer.cli.output.terminal import prepare_streams

    prepare_streams()
    sys.stdout.write(reference())
