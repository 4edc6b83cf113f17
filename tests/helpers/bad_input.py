"""Every bad input that was thought of, and what Fahras answers: the table behind `bad-input.md`.

`python tests/helpers/bad_input.py > docs/bad-input.md` writes the page; `test_bad_input.py` runs
each row in real processes and compares the answers, and the page with this table.

In an answer PATH stands for the folder of the row, N for a number that differs from run to run.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from cli_process import Run, run

WORD = "قاذفات"
"""Held by `good.txt` of every row's folder, so by the index; found after whatever happened."""

Prepare = Callable[[Path], object]
Act = Callable[[Path], Run]


@dataclass(frozen=True)
class Case:
    """A row: what is done to a folder, the command that meets it, and the answer on stderr.

    `index` says whether the folder is indexed before `prepare`. `then` is a command that must
    succeed afterwards; the word of `good.txt` must then be found, unless `lost` says why not.
    """

    id: str
    group: str
    input: str
    command: list[str] | Act
    answer: str
    code: int
    prepare: Prepare = lambda folder: None
    index: bool = True
    then: list[str] | None = None
    environment: dict[str, str] | None = None

    def perform(self, folder: Path) -> Run:
        """Meet the input, in a folder that holds `good.txt` (and its index)."""
        self.prepare(folder)
        if not isinstance(self.command, list):
            return self.command(folder)
        return run(*self.command, cwd=folder, **(self.environment or {}))


def normal(text: str, folder: Path) -> str:
    """An answer without what differs from machine to machine and from run to run."""
    text = text.replace(str(folder), "PATH")
    text = re.sub(r"MAIN_[0-9a-z]{16}", "MAIN_N", text)
    text = re.sub(r"\(process \d+\)", "(process N)", text)
    return text.rstrip("\n")


def cases() -> list[Case]:
    """All rows, in the order of the page."""
    from bad_commands import COMMANDS
    from bad_files import FILES
    from bad_indexes import INDEXES
    from bad_moments import MOMENTS
    from bad_strangers import STRANGERS

    return [*FILES, *COMMANDS, *INDEXES, *STRANGERS, *MOMENTS]


_HEAD = """# What bad input is answered with

Made by `python tests/helpers/bad_input.py > docs/bad-input.md`; `tests/cli/test_bad_input.py`
runs every row.

An answer is one line on stderr that says what to do (a broken query is shown below it, with a mark
under the place), and an exit code: 0 something was found or done, 1 nothing was found, 2 an error,
also when single files could not be read; the others are indexed then. After each of these inputs
the index holds what it held before. PATH stands for the folder at hand, N for what differs.
"""


def page() -> str:
    """The page, as Markdown."""
    lines = [_HEAD]
    group = ""
    for case in cases():
        if case.group != group:
            group = case.group
            lines += [f"\n## {group}\n", "| input | answer | exit code |", "|---|---|---|"]
        answer = "<br>".join(f"`{_cell(line)}`" for line in case.answer.splitlines()) or "(nothing)"
        lines.append(f"| {_cell(case.input)} | {answer} | {case.code} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def write(folder: Path, name: str | bytes, content: bytes | str = "نص\n") -> None:
    """A file in the folder, whatever its name."""
    path = os.path.join(os.fsencode(folder), os.fsencode(name))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    sys.modules["bad_input"] = sys.modules["__main__"]
    sys.stdout.write(page())
