"""Parts on the command line: `--by part`, `show PATH:partN`, and what a terminal shows of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_process import run
from screens import view

CORPUS = Path(__file__).parents[2] / "corpus"
FIRST, SECOND = (
    (CORPUS / "science" / f"{name}.txt").read_text("utf-8").strip()
    for name in ("honey-bees", "volcanoes")
)
TITLE = SECOND.partition("\n")[0].strip()
PAGE = f"{FIRST}\n\n\n\n{SECOND}\n"
LINE = f"{FIRST}\n\n\n\n".count("\n") + 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pages")
    (made / "page.txt").write_text(PAGE, "utf-8")
    (made / "volcano.txt").write_text(f"{SECOND}\n", "utf-8")
    assert run("index", cwd=made).code == 0
    return made


def test_json_says_which_part(folder: Path) -> None:
    found = json.loads(run("search", "--json", "--copies", "بركان النحل", cwd=folder).text)
    hits = {hit["id"]: hit for hit in found["hits"]}
    assert (found["by"], found["total"]) == ("document", 2)
    assert (hits["volcano.txt"]["part"], hits["volcano.txt"]["part_title"]) == (0, None)
    parts = json.loads(run("search", "--json", "--by", "part", "بركان النحل", cwd=folder).text)
    assert (parts["by"], parts["total"], parts["groups"], len(parts["hits"])) == ("part", 3, 2, 2)
    line = ("search", "--json", "--copies", "--by", "part", "بركان النحل")
    opened = json.loads(run(*line, cwd=folder).text)
    titles = {(hit["id"], hit["part"]): hit["part_title"] for hit in opened["hits"]}
    assert titles == {("page.txt", 0): None, ("page.txt", 1): TITLE, ("volcano.txt", 0): None}


@pytest.mark.parametrize(("flags", "count"), [([], "2"), (["--by", "part"], "3")])
def test_the_count_is_of_what_hits_are(folder: Path, flags: list[str], count: str) -> None:
    assert run("search", "-c", *flags, "بركان النحل", cwd=folder).lines == [count]


def test_paths_are_printed_once(folder: Path) -> None:
    lines = run("search", "-l", "--by", "part", "بركان النحل", cwd=folder).lines
    assert sorted(lines) == ["page.txt", "volcano.txt"]


def test_a_part_leads_to_show(folder: Path) -> None:
    line = "{path}:part{part}|{part_title}|{line}"
    (found,) = run(
        "search", "--in", "page.txt", "--format", line, "بركان", cwd=folder
    ).lines  # fmt: skip
    name, title, _ = found.split("|")
    assert (name, title) == ("page.txt:part1", TITLE)
    shown = run("show", name, cwd=folder)
    assert shown.text == f"{SECOND}\n"
    assert run("show", "page.txt:part0", cwd=folder).text == f"{FIRST}\n\n\n\n"
    assert run("show", "volcano.txt:part0", cwd=folder).text == f"{SECOND}\n"
    numbered = run("show", "-N", name, cwd=folder).lines[0]
    assert numbered == f"{LINE:6}\t{TITLE}"


@pytest.mark.parametrize("command", ["show", "similar"])
@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("page.txt:part2", "has no part 2: its parts are 0 to 1"),
        ("volcano.txt:part1", "has no part 1: it is all one, part 0"),
        ("page.txt:part" + "9" * 40, "its parts are 0 to 1"),
        ("page.txt:p7", "has no page 7: it has none"),
        ("volcano.txt:9999", "has no line 9999: it has "),
    ],
)
def test_a_part_that_is_not_there(folder: Path, command: str, name: str, known: str) -> None:
    done = run(command, name, cwd=folder)
    assert (done.code, done.text) == (2, "")
    assert known in done.err


def test_what_is_like_a_part_is_like_its_document(folder: Path) -> None:
    found = [run("similar", f"volcano.txt{end}", cwd=folder) for end in ("", ":part0", ":3")]
    assert found[0].code == 1, "nothing, but it was looked for"
    assert [(done.code, done.text) for done in found] == [(1, "")] * 3


def test_show_lists_the_parts(folder: Path) -> None:
    shown = json.loads(run("show", "--json", "page.txt", cwd=folder).text)
    first, second = shown["parts"]
    assert (first["title"], first["line"], first["offset"]) == (None, 1, 0)
    assert (second["part"], second["title"], second["line"]) == (1, TITLE, LINE)
    assert first["length"] + second["length"] == len(shown["text"])
    assert json.loads(run("show", "--json", "volcano.txt", cwd=folder).text)["parts"] == []


def test_a_terminal_shows_the_title_of_the_part_below_that_of_the_page(folder: Path) -> None:
    rows = view("search", "--in", "page.txt", "الصهارة", cwd=folder, columns=100).rows
    title = FIRST.partition("\n")[0].strip()
    at = rows.index(f"  {title}")
    assert rows[at + 1] == f"  {TITLE}"
    assert rows[at + 2].strip()
    counted = view("search", "--by", "part", "بركان النحل", cwd=folder, columns=100).rows
    assert any(row.startswith("2 parts and 1 copy in ") for row in counted)
