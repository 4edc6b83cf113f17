"""Ignore files: which of them hold where, against tables, git and ripgrep."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from indexer.errors import FahrasError
from indexer.folder.choices import Choices
from indexer.folder.walk import visit, walk

PLAIN = Choices()
HIDDEN = Choices(hidden=True)


def lay_out(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return root


def taken(root: Path, choices: Choices = PLAIN) -> list[str]:
    return sorted(os.path.relpath(path, root) for path in walk(str(root), choices=choices).files)


TABLE = {
    "a .gitignore outside of a repository does nothing":
        ({"a.txt": "", "b.txt": "", ".gitignore": "a.txt"}, ["a.txt", "b.txt"]),
    "within one it holds":
        ({"a.txt": "", "b.txt": "", ".gitignore": "a.txt", ".git/": ""}, ["b.txt"]),
    ".ignore and .fahrasignore hold anywhere":
        ({"a.txt": "", "b.txt": "", "c.txt": "", ".ignore": "a.txt", ".fahrasignore": "b.txt"},
         ["c.txt"]),
    "the deeper of a kind decides":
        ({"a.txt": "", "d/a.txt": "", ".ignore": "a.txt", "d/.ignore": "!a.txt"}, ["d/a.txt"]),
    "an .ignore takes back what a deeper .gitignore leaves out":
        ({"d/a.txt": "", "d/b.txt": "", ".git/": "", "d/.gitignore": "*.txt", ".ignore": "!a.txt"},
         ["d/a.txt"]),
    "a .fahrasignore counts more than both":
        ({"d/a.txt": "", "d/b.txt": "", ".git/": "", "d/.gitignore": "!a.txt",
          "d/.ignore": "!a.txt", ".fahrasignore": "a.txt"}, ["d/b.txt"]),
    "what a folder's rule leaves out is not asked within":
        ({"d/a.txt": "", "d/.ignore": "!a.txt", ".ignore": "d/"}, []),
    "git's own list comes last":
        ({"a.txt": "", "b.txt": "", ".git/info/exclude": "*.txt", ".gitignore": "!a.txt"},
         ["a.txt"]),
    "a repository within another begins anew":
        ({"in/a.txt": "", "b.txt": "", ".git/": "", ".gitignore": "*.txt", "in/.git/": ""},
         ["in/a.txt"]),
    "patterns are from their own folder on":
        ({"a.txt": "", "d/a.txt": "", "d/e/a.txt": "", "d/.ignore": "/a.txt"},
         ["a.txt", "d/e/a.txt"]),
    "hidden names are left out, but not those that a rule takes back":
        ({".a.txt": "", ".b.txt": "", ".d/c.txt": "", ".e/c.txt": "", ".ignore": "!.a.txt\n!.d/"},
         [".a.txt", ".d/c.txt"]),
    "git's folder and an index are never entered":
        ({".git/a.txt": "", ".fahras/a.txt": "", ".ignore": "!.git\n!.fahras", "b.txt": ""},
         ["b.txt"]),
    "a folder with the files of an index is one":
        ({"i/lock": "", "i/fahras.json": "", "i/a.txt": "", "j/lock": "", "j/data-1/": "",
          "j/a.txt": "", "k/lock": "", "k/a.txt": ""}, ["k/a.txt"]),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), TABLE.values(), ids=TABLE)
def test_which_rules_hold(tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    seen = taken(lay_out(tmp_path, files))
    assert [name for name in seen if name.endswith(".txt")] == expected


def test_all_may_be_disobeyed(tmp_path: Path) -> None:
    files = {"a.txt": "", ".b.txt": "", ".git/": "", ".gitignore": "a.txt", ".ignore": "*",
             ".fahrasignore": "*"}  # fmt: skip
    lay_out(tmp_path, files)
    assert taken(tmp_path) == []
    assert taken(tmp_path, Choices(ignore=False)) == ["a.txt"]
    assert texts(taken(tmp_path, Choices(ignore=False, hidden=True))) == [".b.txt", "a.txt"]


def test_a_root_within_a_repository_has_the_rules_above_it(tmp_path: Path) -> None:
    files = {".ignore": "e.txt", "repo/.git/": "", "repo/.gitignore": "a.txt\n/d/b.txt\n",
             "repo/.fahrasignore": "c.txt",
             **{f"repo/d/{letter}.txt": "" for letter in "abce"}}  # fmt: skip
    lay_out(tmp_path, files)
    assert taken(tmp_path / "repo" / "d") == ["e.txt"]


def test_a_worktree_has_the_list_of_its_repository(tmp_path: Path) -> None:
    lay_out(tmp_path, {"repo/.git/info/exclude": "a.txt",
                       "repo/.git/worktrees/w/commondir": "../..",
                       "w/.git": f"gitdir: {tmp_path}/repo/.git/worktrees/w\n",
                       "w/a.txt": "", "w/b.txt": ""})  # fmt: skip
    assert taken(tmp_path / "w") == ["b.txt"]


def test_a_broken_line_is_an_error_only_in_a_file_of_ours(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.txt": "", "b.txt": "", "d/.ignore": "!\na\\\n", ".ignore": "a.txt\n!\n"})
    assert taken(tmp_path) == ["b.txt"]
    (tmp_path / "d" / ".fahrasignore").write_text("x\n!\n")
    with pytest.raises(FahrasError, match=r"d/\.fahrasignore, line 2: no pattern: remove the line"):
        walk(str(tmp_path))


def test_an_ignore_file_of_a_stranger_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.txt": "", "b.txt": "", ".git/": "", ".ignore": "a.txt\n" * 3000})
    os.mkfifo(tmp_path / ".gitignore")
    seen = walk(str(tmp_path))
    assert len(seen.files) == 2
    assert [(p.fatal, p.lost) for p in seen.problems] == [(False, False)] * 2
    assert all("not obeyed" in problem.reason for problem in seen.problems)


# --- random trees, against git and ripgrep

NAMES = ["a", "b", "ab", "c.txt", "نص", ".h"]
PATTERNS = [
    "a", "b/", "/a", "*.txt", "!*.txt", "!a", "!b/", "a/b", "/a/*", "!/a/ab", "**/b", "a/**", "a*",
    "?", "[a-b]", "!ab", "# a", "", "ab/c.txt", "*", "!*/", ".h", "!.h", "نص", "!نص/", "a/**/c.txt",
]  # fmt: skip


def random_tree(root: Path, chance: random.Random, rule_names: list[str]) -> None:
    folders = [root]
    for _ in range(6):
        folder = chance.choice(folders) / chance.choice(NAMES)
        if not folder.exists():
            folder.mkdir()
            folders.append(folder)
    for folder in folders:
        for name in NAMES:
            if not (folder / name).exists() and chance.random() < 0.6:
                (folder / name).write_text("")
            (folder / f"{name}.txt").write_text("") if chance.random() < 0.3 else None
        for rules in rule_names:
            if chance.random() < 0.4:
                lines = chance.choices(PATTERNS, k=chance.randint(1, 4))
                (folder / rules).write_text("\n".join(lines))


def texts(names: Iterable[str]) -> list[str]:
    """All but the ignore files, which one program takes for hidden and another has renamed."""
    return sorted(name for name in set(names) if name and not name.endswith("ignore"))


@pytest.mark.parametrize("seed", range(12))
def test_git_lists_the_same(tmp_path: Path, seed: int) -> None:
    if not shutil.which("git"):
        pytest.skip("no git")
    random_tree(tmp_path, random.Random(seed), [".gitignore"])
    quiet = {"HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, env=quiet, check=True)
    with open(tmp_path / ".git" / "info" / "exclude", "a") as exclude:
        exclude.write("ab.txt\n")
    command = ["git", "ls-files", "-z", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=tmp_path, env=quiet, capture_output=True, check=True)
    assert texts(taken(tmp_path, HIDDEN)) == texts(set(listed.stdout.decode().split("\0")))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("hidden", [False, True])
def test_ripgrep_lists_the_same(tmp_path: Path, seed: int, hidden: bool) -> None:
    if not shutil.which("rg"):
        pytest.skip("no ripgrep")
    chance = random.Random(seed)
    random_tree(tmp_path, chance, [".gitignore", ".ignore", ".rgignore"])
    (tmp_path / ".git").mkdir() if chance.random() < 0.7 else None
    quiet = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    command = ["rg", "--files", "--null", "--no-ignore-global", *["--hidden"] * hidden]
    found = subprocess.run(command, cwd=tmp_path, env=quiet, capture_output=True, check=False)
    for rules in tmp_path.rglob(".rgignore"):
        rules.rename(rules.with_name(".fahrasignore"))
    listed = {name.removeprefix("./") for name in found.stdout.decode().split("\0")}
    assert texts(taken(tmp_path, HIDDEN if hidden else PLAIN)) == texts(listed)


@pytest.mark.parametrize("seed", range(12))
def test_a_visit_of_some_paths_sees_what_a_walk_sees_of_them(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    random_tree(tmp_path, chance, [".gitignore", ".ignore", ".fahrasignore"])
    (tmp_path / ".git").mkdir()
    everything = [str(path) for path in tmp_path.rglob("*")]
    paths = [*chance.sample(everything, 5), str(tmp_path / "a" / "nowhere")]
    whole = walk(str(tmp_path)).files
    wanted = {
        path: stamp
        for path, stamp in whole.items()
        if any(path == one or path.startswith(one + "/") for one in paths)
    }
    assert visit(str(tmp_path), paths).files == wanted
