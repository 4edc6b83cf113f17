"""Bad input, each as a real process: the answer, the exit code, and that nothing is lost."""

from __future__ import annotations

import os
import re
import shutil
import signal
from pathlib import Path

import bad_input
import pytest
from bad_input import WORD, Case, normal
from bad_moments import signalled
from cli_process import PROJECT, run

from indexer import Index

CASES = bad_input.cases()
NEEDS_SETPRIV = os.geteuid() == 0 and shutil.which("setpriv") is None


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of one text, and its index, which is copied for each row that needs it."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "good.txt").write_text(f"{WORD} روسية تعبر الحدود من البيت\n", encoding="utf-8")
    assert run("index", cwd=folder).code == 0
    return folder


def _pattern(answer: str) -> re.Pattern[str]:
    """The answer as a pattern: N is anything that differs."""
    return re.compile(re.sub(r"\bN\b|(?<=ض)N|N(?=ض)", ".+", re.escape(answer)))


def _open_again(folder: Path) -> None:
    for path, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            inside = os.path.join(path, name)
            if not os.path.islink(inside):
                os.chmod(inside, 0o755)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_bad_input_is_answered(case: Case, indexed: Path, tmp_path: Path) -> None:
    if NEEDS_SETPRIV and getattr(case.command, "__module__", "") == "bad_files":
        pytest.skip("root reads everything, and setpriv is not here")
    folder = tmp_path / "folder"
    ignore = None if case.index else shutil.ignore_patterns(".fahras")
    shutil.copytree(indexed, folder, ignore=ignore)
    done = case.perform(folder)
    answer = normal(done.err, folder)
    assert _pattern(case.answer).fullmatch(answer), answer
    assert done.code == case.code
    _open_again(folder)
    if case.then is not None:
        after = run(*case.then, cwd=folder)
        assert after.code == 0, after.err
    reads_only = isinstance(case.command, list) and case.command[0] != "index" and not case.then
    if not reads_only and (folder / "good.txt").exists() and (folder / ".fahras").exists():
        with Index.open(folder) as opened:
            assert opened.search(WORD).total


def test_the_page_is_up_to_date() -> None:
    page = (PROJECT / "docs" / "bad-input.md").read_text(encoding="utf-8")
    assert page == bad_input.page(), "run: python tests/helpers/bad_input.py > docs/bad-input.md"


def test_ids_are_unique() -> None:
    assert len({case.id for case in CASES}) == len(CASES)


def test_what_killed_runs_leave_does_not_grow(indexed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(indexed, folder)
    kill = next(case for case in CASES if case.id == "sigkill")
    kill.perform(folder)
    signalled(signal.SIGKILL)(folder)
    for path in folder.glob("much*"):
        path.unlink()
    abandoned = folder / ".fahras" / "data-7"
    abandoned.mkdir()
    os.utime(abandoned, (0, 0))
    for _ in range(50):  # workers whose parent was killed hold the lock to the end of their unit
        if run("index", cwd=folder).code == 0:
            break
    data = folder / ".fahras" / "data-1"
    assert not abandoned.exists()
    assert len(list(data.glob("*.fhs"))) == 1
