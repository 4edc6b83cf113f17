"""What an ignore file leaves out: git's rules, in bounded time."""

import subprocess
import sys
from itertools import product

import pytest
from cli_process import PROJECT

from indexer.errors import FahrasError
from indexer.folder.ignore import Ignore

RULES = [
    ("a name anywhere", "drafts", ["drafts", "drafts/", "old/drafts"], ["draft", "drafts2"]),
    ("folders only", "drafts/", ["drafts/", "old/drafts/"], ["drafts", "old/drafts"]),
    ("from the root", "/drafts", ["drafts", "drafts/"], ["old/drafts"]),
    ("a path", "old/drafts", ["old/drafts"], ["new/old/drafts", "drafts"]),
    ("a star", "*.md", ["a.md", "old/a.md", ".md"], ["a.mdx", "md"]),
    ("a star stops at a slash", "old/*.md", ["old/a.md"], ["old/new/a.md"]),
    ("several stars", "a*b*c", ["abc", "axbxbxc", "abbc"], ["acb", "ab", "abcd"]),
    ("a question mark", "?.txt", ["a.txt", "ب.txt"], [".txt", "ab.txt"]),
    ("a class", "[a-c].txt", ["a.txt", "c.txt"], ["d.txt", "-.txt"]),
    ("no class", "[!a-c].txt", ["d.txt"], ["a.txt"]),
    ("a named class", "[[:digit:]]*", ["1", "2x"], ["x2", ":"]),
    ("a bracket in a class", "[]a].txt", ["].txt", "a.txt"], ["[].txt"]),
    ("signs of regexes in a class", r"[&&|~^a]", ["&", "~", "|", "^", "a"], ["b"]),
    ("a class never closed", "[a", [], ["a", "[a"]),
    ("a class that runs backwards", "[z-a]", [], ["a", "z", "-"]),
    ("an escaped star", r"a\*", ["a*"], ["ab", r"a\*"]),
    ("signs of regexes", "a+(b).txt", ["a+(b).txt"], ["aab.txt"]),
    ("any folders before", "**/a/b", ["a/b", "x/a/b", "x/y/a/b"], ["xa/b", "b"]),
    ("any folders between", "a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "x/a/b", "a/xb"]),
    ("all within", "a/**", ["a/x", "a/x/y"], ["a", "b/a/x"]),
    ("two stars in a name", "a**b", ["ab", "axb"], ["a/b"]),
    ("the last that fits decides", "*.md\n!keep.md", ["a.md"], ["keep.md"]),
    ("and the other way round", "!keep.md\n*.md", ["a.md", "keep.md"], ["a.txt"]),
    ("comments and empty lines", "# a\n\n  \nb", ["b"], ["a", "# a", ""]),
    ("an escaped comment", r"\#a", ["#a"], ["a"]),
    ("spaces at the end", "a  ", ["a"], ["a  "]),
    ("an escaped space", "a\\ ", ["a "], ["a"]),
    ("line ends of Windows", "a\r\nb\r\n", ["a", "b"], ["a\r"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "left_out", "kept"), [r[1:] for r in RULES], ids=[r[0] for r in RULES]
)
def test_git_s_rules(text: str, left_out: list[str], kept: list[str]) -> None:
    ignore = Ignore.parse(text, ".fahrasignore")
    assert [path for path in (*left_out, *kept) if ignore(path)] == left_out


def test_stars_agree_with_pathspec() -> None:
    pathspec = pytest.importorskip("pathspec")
    names = ["".join(letters) for size in (1, 2, 3, 4) for letters in product("ab", repeat=size)]
    patterns = {"".join(signs) for size in (1, 3, 5) for signs in product("ab*", repeat=size)}
    for pattern in sorted(patterns):
        spec = pathspec.GitIgnoreSpec.from_lines([pattern])
        ignore = Ignore.parse(pattern, "x")
        assert [n for n in names if ignore(n)] == [n for n in names if spec.match_file(n)], pattern


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a\n!", "line 2: no pattern"),
        ("a\\", "line 1: no pattern"),
        ("\n" + "a" * 1001, "line 2: up to 2,000 patterns of up to 1,000 characters"),
        ("a\n" * 2001, "line 2001: up to 2,000 patterns"),
    ],
)
def test_what_is_no_pattern_is_named(text: str, reason: str) -> None:
    with pytest.raises(FahrasError, match=f"mine, {reason}"):
        Ignore.parse(text, "mine")


BOMBS = ["a*" * 400 + "b", "**/a/" * 190 + "b", "*a" * 450, "[a-c]*" * 160 + "x"]


def test_a_bomb_takes_no_time() -> None:
    code = (
        "from indexer.folder.ignore import Ignore\n"
        f"ignore = Ignore.parse({chr(10).join(BOMBS)!r}, 'x')\n"
        "print(ignore('a' * 255), ignore('a/' * 2000 + 'a'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["False", "False"]
