"""Is an answer given again exactly as long as it would be made again?"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from indexer.index import Index
from indexer.web.answers import SAME, Answer, Answers
from indexer.web.workers import Workers

QUESTION = f"q={quote('سنونو')}".encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("سنونو وخزامى", "utf-8")
    (tmp_path / "b.txt").write_text("سنونو", "utf-8")
    commit(tmp_path)
    return tmp_path


def commit(folder: Path) -> None:
    with Index.create(folder) as index:
        index.update()


def committed(folder: Path) -> None:
    (folder / "c.txt").write_text("سنونو", "utf-8")
    commit(folder)


def rebuilt(folder: Path) -> None:
    with Index.rebuild(folder) as index:
        index.update()


def named_otherwise(folder: Path) -> None:
    with Index.open(folder) as index:
        index.alias_fields({"كاتب": "title"})


CHANGES: dict[str, tuple[Callable[[Path], object], bool]] = {
    "nothing": (lambda folder: None, False),
    "a commit": (committed, True),
    "a rebuild": (rebuilt, True),
    "a file of a hit": (lambda folder: (folder / "a.txt").write_text("غيره", "utf-8"), True),
    "a file of a hit is gone": (lambda folder: (folder / "a.txt").unlink(), True),
    "the time of a file, nothing in it": (lambda folder: os.utime(folder / "a.txt"), False),
    "a file that is no hit": (lambda folder: (folder / "d.txt").write_text("س", "utf-8"), False),
    "the table of variants": (
        lambda folder: (folder / ".fahras/variants.txt").write_text("سنونو خطاف\n", "utf-8"),
        True,
    ),
    "the names of fields": (named_otherwise, True),
}
"""What happens, and whether an answer is made anew then."""


@pytest.mark.parametrize("path", ["/", "/api/search"])
@pytest.mark.parametrize(("change", "is_new"), CHANGES.values(), ids=CHANGES)
def test_an_answer_holds_until_it_would_be_another(
    folder: Path, path: str, change: Callable[[Path], object], is_new: bool
) -> None:
    answers = Answers(str(folder / ".fahras"))
    first = answers.answer(path, QUESTION)
    basis = json.loads(json.dumps(first.basis))
    assert answers.answer(path, QUESTION, basis) == SAME
    change(folder)
    again = answers.answer(path, QUESTION, basis)
    assert (again != SAME) == is_new
    if is_new:
        assert answers.answer(path, QUESTION, again.basis) == SAME


@pytest.mark.parametrize(
    ("path", "query", "kept"),
    [
        ("/", "", True),
        ("/api/stats", "", True),
        ("/api/search", f"q={quote('سنونو')}&offset=5", True),
        ("/api/search", f"q={quote('لقلق')}", False),  # the folder may have it by now
        ("/document", "id=a.txt", False),
        ("/api/document", "id=a.txt", False),
        ("/api/search", "q=(", False),
        ("/api/search", "limit=no", False),
        ("/document", "id=none.txt", False),
    ],
)
def test_what_may_be_given_again(folder: Path, path: str, query: str, kept: bool) -> None:
    answer = Answers(str(folder / ".fahras")).answer(path, query.encode())
    assert (answer.basis is not None) == kept


def test_names_that_are_not_utf_8_hold_too(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/\xff.txt", "wb") as file:
        file.write("سنونو".encode())
    commit(tmp_path)
    answers = Answers(str(tmp_path / ".fahras"))
    basis = json.loads(json.dumps(answers.answer("/", QUESTION).basis))
    assert answers.answer("/", QUESTION, basis) == SAME


def asked_in_turn(folder: Path, *changes: Callable[[Path], object]) -> Iterator[Answer]:
    """The answers of two processes to one question, first, again, and after each change."""

    async def asked() -> list[Answer]:
        workers = Workers(str(folder / ".fahras"), 2)
        await workers.start()
        try:
            found = [await workers.ask("/api/search", QUESTION) for _ in range(4)]
            for change in changes:
                change(folder)
                found.append(await workers.ask("/api/search", QUESTION))
            return found
        finally:
            await workers.stop()

    yield from asyncio.run(asked())


def test_processes_give_an_answer_once_for_all(folder: Path) -> None:
    answers = asked_in_turn(folder, CHANGES["a file of a hit"][0], committed)
    first, *again, changed, renewed = (json.loads(answer.body) for answer in answers)
    assert again == [first] * 3  # with the time that the first took
    stale = [sorted(str(hit["stale"]) for hit in found["hits"]) for found in (first, changed)]
    assert stale == [["None", "None"], ["None", "changed"]]
    assert (first["total"], changed["total"], renewed["total"]) == (2, 2, 2)
    assert {Path(hit["path"]).name for hit in renewed["hits"]} == {"b.txt", "c.txt"}
