"""Which files are chosen by --include, --exclude, --type and --max-size."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from indexer.cli.commands.chosen import words_of
from indexer.errors import FahrasError
from indexer.extract.formats import EXTENSIONS, FORMATS
from indexer.extract.kinds import GROUPS, endings_of, types
from indexer.folder.choices import Choices
from indexer.folder.walk import walk

FILES = ["a.txt", "b.md", "news/c.txt", "news/d.html", "news/old/e.txt", "old/f.txt", "g.png"]

TABLE: dict[str, tuple[Choices, list[str]]] = {
    "all": (Choices(), FILES[:-1]),
    "one folder": (Choices(include=("news/",)), ["news/c.txt", "news/d.html", "news/old/e.txt"]),
    "names": (Choices(include=("*.md", "*.html")), ["b.md", "news/d.html"]),
    "a path": (Choices(include=("/old/*.txt",)), ["old/f.txt"]),
    "part of a folder": (Choices(include=("news/", "!old/")), ["news/c.txt", "news/d.html"]),
    "not a folder": (Choices(exclude=("old/",)), ["a.txt", "b.md", "news/c.txt", "news/d.html"]),
    "not from the root": (Choices(exclude=("/old",)),
        ["a.txt", "b.md", "news/c.txt", "news/d.html", "news/old/e.txt"]),
    "both": (Choices(include=("*.txt",), exclude=("news",)), ["a.txt", "old/f.txt"]),
    "a type": (Choices(types=("html",)), ["news/d.html"]),
    "a group": (Choices(types=("web", "markdown")), ["b.md", "news/d.html"]),
    "a size": (Choices(max_bytes=3), ["a.txt", "b.md"]),
    "any size": (Choices(max_bytes=0, types=("md",)), ["b.md"]),
}  # fmt: skip


@pytest.mark.parametrize(("choices", "expected"), TABLE.values(), ids=TABLE)
def test_what_is_chosen(tmp_path: Path, choices: Choices, expected: list[str]) -> None:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x" * (3 if "/" not in name else 4))
    seen = walk(str(tmp_path), choices=choices, lists=True)
    assert sorted(os.path.relpath(path, tmp_path) for path in seen.files) == expected
    left = {os.path.relpath(item.path, tmp_path) for item in seen.left_out or ()}
    missing = set(FILES) - set(expected)
    assert {n for n in missing if not any(n == x or n.startswith(x + "/") for x in left)} == set()
    assert not left & set(expected)


def test_what_is_chosen_survives_json_and_becomes_options() -> None:
    choices = Choices(("*.txt",), ("a b",), ("pdf",), True, False, True, 0, (("text", "body"),))
    assert Choices.decode(json.loads(json.dumps(choices.encode()))) == choices
    assert words_of(choices) == [
        "--include", "*.txt", "--exclude", "a b", "--type", "pdf", "--hidden", "--no-ignore",
        "--follow", "--max-size", "0", "--fields", "text=body",
    ]  # fmt: skip
    assert Choices().encode() == {}
    assert words_of(Choices()) == []


@pytest.mark.parametrize(
    "said",
    [[], {"colour": 1}, {"hidden": 1}, {"include": "x"}, {"include": [1]}, {"max_bytes": -1},
     {"max_bytes": True}, {"fields": [["text"]]}, {"fields": [["tone", "x"]]}, {"fields": 5}],
    ids=str,
)  # fmt: skip
def test_what_an_index_of_a_stranger_may_not_say(said) -> None:
    with pytest.raises((ValueError, TypeError)):
        Choices.decode(said)


def test_types_are_those_of_the_table_of_formats() -> None:
    assert {name for names in GROUPS.values() for name in names} <= {row.name for row in FORMATS}
    assert frozenset().union(*types().values()) == EXTENSIONS
    assert endings_of(("mail",)) >= {".eml", ".mbox"}
    with pytest.raises(FahrasError, match=r"soup is no type of file; there are .*pdf"):
        endings_of(("soup",))
