"""The manual's page of all commands: `python -m indexer.cli.line.reference > docs/cli.md`.

It is made from the table of options and the help texts; a test compares it with the file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from analyzers.named import NamedTuple
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
line, shows where an error arose. `FAHRAS_INDEX` in the environment means `--index`, `FAHRAS_WAIT`
`--wait`; `NO_COLOR` means no colour. The fields of the JSON output are in `hit.schema.json`.
"""


def reference() -> str:
    """The whole page."""
    own = _table(_cells(entry(row)) for row in FahrasRequest.options())
    pages = [_HEAD, "## Options of `fahras` itself\n", own]
    return "\n".join([*pages, *(_page(COMMANDS[name]) for name in COMMANDS)])


def _page(kind: type[Request]) -> str:
    help_text = _as_markdown(HELP[kind.command])
    head = f"## `fahras {kind.command}`\n\n```\n{usage(kind)}\n```\n\n{help_text}\n"
    return "\n".join([head, _table(map(_cells, entries(kind)))])


class Entry(NamedTuple):
    """A row of the table as a manual shows it: how it is written, what it takes, what it does."""

    names: tuple[str, ...]
    value: str
    help: str


def entries(kind: type[Request]) -> Iterator[Entry | str]:
    """The arguments, then the options, of each group under its name if there are several."""
    yield from map(entry, kind.arguments())
    groups = kind.groups()
    for group, options in groups.items():
        if len(groups) > 1:
            yield group
        yield from map(entry, options)


def entry(row: Row[object]) -> Entry:
    """What a manual says of an option or argument."""
    if not isinstance(row, Option):
        return Entry((_usage(row),), "", row.help)
    value = "|".join(row.choices) if isinstance(row, Choice | OptionalChoice) else row.metavar
    default = "" if isinstance(row, Flag) or row.repeats or row.default is None else row.default
    shown = f" Default: {default}." if default != "" else ""
    return Entry(tuple(reversed(row.names)), value or "", row.help + shown)


def usage(kind: type[Request]) -> str:
    """How a command is called."""
    words = " ".join(map(_usage, kind.arguments()))
    return f"fahras {kind.command} [OPTIONS] {words}".rstrip()


def blocks(help_text: str) -> Iterator[tuple[str | None, str]]:
    """The paragraphs of a help text: (None, text), or (heading, lines) of what is not wrapped."""
    for paragraph in help_text.split("\n\n"):
        if not paragraph.startswith("\b\n"):
            yield None, paragraph
            continue
        lines = paragraph.removeprefix("\b\n").split("\n")
        heading = "" if lines[0].startswith(" ") else lines.pop(0)
        yield heading, "\n".join(line.removeprefix("  ") for line in lines)


def _cells(row: Entry | str) -> tuple[str, str]:
    if isinstance(row, str):
        return f"**{row}**", ""
    names = ", ".join(f"`{name}`" for name in row.names)
    return names + (f" `{row.value}`" if row.value else ""), row.help


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
    return "\n\n".join(
        text if heading is None else f"{heading}:\n\n```\n{text}\n```"
        for heading, text in blocks(help_text)
    )


if __name__ == "__main__":
    from indexer.cli.output.terminal import prepare_streams

    prepare_streams()
    sys.stdout.write(reference())
