"""The pages of the manual that are made from the code: `python -m indexer.cli.line.reference`.

Writes `docs/cli.md` to stdout from the same declarations that Typer parses with; a test compares
it with the file, so that neither an option nor its help can go undocumented.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import typer

from indexer.cli.line.typer_app import COMMANDS, build

_HEAD = """# The command line

Made from the code by `python -m indexer.cli.line.reference > docs/cli.md`; a test holds it.

Every command takes `--help`. `fahras --version` prints the version. `--debug`, anywhere on the
line, shows where an error arose. `FAHRAS_INDEX` in the environment means `--index`; `NO_COLOR`
means no colour. The fields of the JSON output are in `hit.schema.json`.
"""


def reference() -> str:
    """The whole page."""
    group: Any = typer.main.get_command(build())
    pages = [_HEAD, "## Options of `fahras` itself\n", _table(_rows(group))]
    for name in COMMANDS:
        pages.append(_page(name, group.commands[name]))
    return "\n".join(pages)


def _page(name: str, command: Any) -> str:
    words = " ".join(_usage(parameter) for parameter in command.params if _is_argument(parameter))
    usage = " ".join(filter(None, (f"fahras {name}", "[OPTIONS]", words)))
    help_text = _as_markdown(command.help)
    return f"## `fahras {name}`\n\n```\n{usage}\n```\n\n{help_text}\n\n{_table(_rows(command))}"


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _usage(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name) + ("…" if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _rows(command: Any) -> Iterator[tuple[str, str]]:
    """Each argument and option with its help and default."""
    for parameter in command.params:
        if _is_argument(parameter):
            yield f"`{_usage(parameter)}`", parameter.help
            continue
        names = ", ".join(f"`{name}`" for name in sorted(parameter.opts, key=len))
        value = _value(parameter)
        yield names + (f" `{value}`" if value else ""), parameter.help + _default(parameter)


def _value(parameter: Any) -> str:
    """What an option takes: its metavariable, or its choices."""
    if parameter.is_flag:
        return ""
    kind = getattr(parameter, "type_descriptor", None) or parameter.type
    return str(parameter.metavar or "|".join(getattr(kind, "choices", None) or ()))


def _default(parameter: Any) -> str:
    if parameter.is_flag or parameter.default is None:
        return ""
    return f" Default: {parameter.default}."


def _table(rows: Iterator[tuple[str, str]]) -> str:
    lines = ["| | |", "|---|---|"]
    for name, text in rows:
        escaped = [cell.replace("|", "\\|") for cell in (name, text)]
        lines.append(f"| {escaped[0]} | {escaped[1]} |")
    return "\n".join(lines) + "\n"


def _as_markdown(help_text: str) -> str:
    """Blocks that Typer must not wrap become code; a block's first line is its heading."""
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
