"""A table on a terminal stays one at any width: cells are wrapped in their columns."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_process import run, run_on_terminal
from hypothesis import given
from hypothesis import strategies as st
from screens import drawn

from indexer.cli.output import tables, terminal
from indexer.cli.output.render import Screen
from indexer.cli.output.wrap import columns_of

HEADING = ("name", "forms", "rule")
ISOLATES = str.maketrans("", "", terminal.FIRST_STRONG_ISOLATE + terminal.POP_ISOLATE)

words = st.text("abcكتابمدينة", min_size=1, max_size=10)
cells = st.lists(words, max_size=30).map(" ".join)
rows = st.lists(st.tuples(cells, cells, cells), max_size=4)


def shown(table: list[tuple[str, str, str]], columns: int) -> list[str]:
    """The lines of a table on a terminal of so many columns, with their isolates."""
    written: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal, "write", written.append)
        tables.show(Screen(is_terminal=True, colour=False, columns=columns), HEADING, table)
    return "".join(written).splitlines()


def cells_of(line: str) -> list[str]:
    return [
        cell.partition(terminal.POP_ISOLATE)[0]
        for cell in line.split(terminal.FIRST_STRONG_ISOLATE)[1:]
    ]


@given(rows, st.integers(40, 200))
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(
    table: list[tuple[str, str, str]], columns: int
) -> None:
    lines = shown(table, columns)
    assert all(columns_of(line.translate(ISOLATES)) <= columns for line in lines)
    split = [cells_of(line) for line in lines]
    for place in range(3):
        told = " ".join(cells[place] for cells in split).split()
        assert told == " ".join([HEADING[place], *(row[place] for row in table)]).split()


@given(rows)
def test_a_table_that_fits_has_a_line_for_each_row(table: list[tuple[str, str, str]]) -> None:
    lines = shown(table, 3 * 30 * 11)
    assert [cells_of(line) for line in lines] == [list(HEADING), *map(list, table)]


@pytest.mark.parametrize("columns", [60, 80])
def test_the_steps_of_a_word_are_a_table(tmp_path: Path, columns: int) -> None:
    forms = [f"{before}قاذفات" for before in ("", "ال", "بال", "كال", "فال", "لل", "ب", "ك")]
    (tmp_path / "forms.txt").write_text(" ".join(forms), "utf-8")
    run("index", cwd=tmp_path)
    lesson = run_on_terminal("analyze", "--steps", "والقاذفات", cwd=tmp_path, columns=columns)
    rows = drawn(lesson.text.translate(ISOLATES), columns).rows
    begin = next(row for row in rows if "by which rule" in row).index("result")
    assert {"root", "met: stem"} <= {row[:begin].strip() for row in rows}
    assert all(row[begin - 2 : begin] == "  " for row in rows[1:])
