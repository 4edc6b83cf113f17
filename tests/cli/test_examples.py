"""What the help and `docs/recipes.md` show works in `corpus/`, as it stands there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_process import PATIENCE_S, PROJECT, environment
from folders import write_program

from indexer.cli.line.manual import ABOUT, HELP

RECIPES = re.findall(
    r"```sh\n(.*?)```", (PROJECT / "docs/recipes.md").read_text("utf-8"), re.DOTALL
)

ELSEWHERE = re.compile(
    r"watch|serve|--pick|eval \"|\| source|/mnt/|book\.pdf|git ls-files|~/drafts|docs\.jsonl\.gz"
    r"|queries\.jsonl\.gz|--fields|--exclude|opensearch|news\.txt:12|jq '\.damage"
)
"""What needs another place than `corpus/`, a reader, or an end; damage, where there is none."""

PROGRAMS = ("jq", "fzf", "vim")


def examples() -> list[str]:
    """The commands of the help, without what is said of them."""
    texts = [ABOUT, *(text.partition("Examples\n")[2] for text in HELP.values())]
    lines = [line[2:] for text in texts for line in text.splitlines() if line.startswith("  ")]
    commands = [re.split(r"\s{2,}(?![|'{-])", line)[0] for line in lines if "fahras" in line]
    return [command for command in commands if not ELSEWHERE.search(command)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(PROJECT / "corpus", home / "corpus", ignore=shutil.ignore_patterns(".fahras"))
    shutil.copytree(PROJECT / "corpus" / "news", home / "texts")
    (home / "corpus" / "questions.txt").write_text("سيول وادي ريم\nتحلية\n", "utf-8")
    (home / "corpus" / "text.txt").write_text("والكتاب\n", "utf-8")
    (home / "corpus" / "found").mkdir()
    (home / "corpus" / ".ignore").write_text("/found\n/*.csv\n/*.txt\n/*.jsonl\n", "utf-8")
    write_program(home / "bin", "fahras", f'exec "{sys.executable}" -m indexer "$@"')
    ran = ran_in(home, "fahras index")
    assert ran.returncode == 0, ran.stderr
    command = [sys.executable, "-m", "indexer", "serve", "--socket"]
    resident = subprocess.Popen(command, cwd=home / "corpus", env=environment(), stdout=-1)
    assert resident.stdout is not None
    resident.stdout.readline()  # it listens: from here on searches take a fraction of the time
    yield home
    resident.terminate()
    resident.wait()
    resident.stdout.close()


def ran_in(home: Path, command: str) -> subprocess.CompletedProcess[str]:
    env = environment(HOME=str(home), LC_ALL="C.UTF-8", TERM="dumb")
    env["PATH"] = f"{home / 'bin'}:{env['PATH']}"
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=home / "corpus", env=env,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip


SILENT = (" > ", ">> ", "vim", "--html", "--parents", "--skipped")


def assert_works(home: Path, command: str) -> None:
    missing = [name for name in PROGRAMS if re.search(rf"\b{name}\b", command)]
    missing = [name for name in missing if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{missing[0]} is not installed")
    done = ran_in(home, command)
    assert done.returncode in (0, 141), done.stderr  # 141: head has seen enough
    assert done.stdout or any(word in command for word in SILENT)


def test_the_examples_are_many() -> None:
    assert len(examples()) > 35
    assert len(RECIPES) > 15


@pytest.mark.parametrize("command", examples())
def test_an_example_of_the_help_works(home: Path, command: str) -> None:
    assert_works(home, command)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_works(home: Path, recipe: str) -> None:
    # nobody is there: vim shows what its list holds and leaves, fzf takes what it is given first
    recipe = re.sub(r"^vim -q", "vim -es -u NONE -c 'clist' -c 'qa!' -q", recipe, flags=re.M)
    recipe = recipe.replace("fzf --delim", "fzf --filter '' --delim")
    assert_works(home, recipe)


def test_what_recipes_leave_behind(home: Path) -> None:
    """The files that two of them make hold what was found."""
    for recipe in RECIPES:
        if "> dates.csv" in recipe or "--parents" in recipe:
            assert_works(home, recipe)
    rows = (home / "corpus" / "dates.csv").read_text("utf-8").splitlines()
    assert rows
    assert all(re.match(r'"\d{4}', row) for row in rows)
    assert list((home / "corpus" / "found" / "news").glob("flood-wadi-reem-*.txt"))


@pytest.mark.skipif(shutil.which("vim") is None, reason="vim is not installed")
def test_vim_has_the_hits_in_its_quickfix_list(home: Path) -> None:
    (recipe,) = (recipe for recipe in RECIPES if recipe.startswith("vim -q"))
    script = "for q in getqflist() | call writefile([bufname(q.bufnr) . ':' . q.lnum], 'qf', 'a')"
    (home / "corpus" / "script.vim").write_text(f"{script} | endfor\nqa!\n", "utf-8")
    ran_in(home, recipe.replace("vim -q", "vim -es -u NONE -S script.vim -q"))
    listed = (home / "corpus" / "qf").read_text("utf-8").splitlines()
    expected = ran_in(home, "fahras search --all --format '{path}:{line}' سيول").stdout.splitlines()
    assert listed == expected
