"""Does an index say what a dictionary of texts says, whatever is done to the folder, in any order?

Files are added, changed, moved and removed, the index is updated, in part or whole, rebuilt,
reopened, and its updates fail at any step. After each of these it holds what it held before, or
what the folder holds; an index that was opened earlier goes on answering for its own time.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path

import hypothesis.strategies as st
from faults import BREAKS, broken_at
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from scenarios import leftovers

from indexer import Index, SearchOptions
from indexer.errors import FahrasError
from indexer.upkeep.checkup import check

WORDS = ("شمس", "قمر", "نهر", "جبل", "بحر")
NAMES = ("a.txt", "b.txt", "sub/c.txt", "sub/d.txt", "sub/deep/e.txt")
ALL = SearchOptions(limit=None, match="exact")
FAILURES = ("EIO", "EIO from then on", "ENOSPC", "short write, then ENOSPC", "interrupted before")

names = st.sampled_from(NAMES)
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


def answers(index: Index) -> dict[str, str]:
    """The texts of an index by name, once every word has been asked for."""
    held = {name: index.document(name).text for name in index._catalogue.files}
    for word in WORDS:
        found = {hit.id for hit in index.search(word, ALL).hits}
        assert found == {name for name, text in held.items() if word in text.split()}, word
    assert index.document_count == len(held)
    return held


class Folder(RuleBasedStateMachine):
    """A folder, its index, and what both ought to hold."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.files: dict[str, str] = {}
        self.held: dict[str, str] = {}
        self.earlier: list[tuple[Index, dict[str, str]]] = []
        with Index.create(self.home) as index:
            index.update()

    def teardown(self) -> None:
        for index, _ in self.earlier:
            index.close()
        shutil.rmtree(self.home)

    def _write(self, name: str, text: str) -> None:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        self.files[name] = text

    @rule(name=names, text=texts)
    def write(self, name: str, text: str) -> None:
        self._write(name, text)

    @precondition(lambda self: self.files)
    @rule(data=st.data(), name=names)
    def move(self, data: st.DataObject, name: str) -> None:
        old = data.draw(st.sampled_from(sorted(self.files)))
        (self.home / name).parent.mkdir(parents=True, exist_ok=True)
        (self.home / old).rename(self.home / name)
        self.files[name] = self.files.pop(old)

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.files)))
        (self.home / name).unlink()
        del self.files[name]

    @rule()
    def update(self) -> None:
        with Index.open(self.home) as index:
            index.update()
        self.held = dict(self.files)

    @rule(name=names)
    def update_one(self, name: str) -> None:
        """As `watch` does, which is told of one name."""
        with Index.open(self.home) as index:
            index.update(changed=[str(self.home / name)])
            self.held = {key: text for key, text in self.held.items() if key != name}
            if name in self.files:
                self.held[name] = self.files[name]

    @rule(place=st.integers(0, 30), way=st.sampled_from(FAILURES))
    def update_that_fails(self, place: int, way: str) -> None:
        try:
            with Index.open(self.home) as index, broken_at(place, BREAKS[way]):
                index.update()
        except (OSError, FahrasError):
            pass  # the index is as it was
        except KeyboardInterrupt:
            with Index.open(self.home) as index:
                if answers(index) == self.files:
                    self.held = dict(self.files)
        else:
            self.held = dict(self.files)

    @rule()
    def rebuild(self) -> None:
        with Index.rebuild(self.home) as index:
            index.update()
        self.held = dict(self.files)

    @precondition(lambda self: len(self.earlier) < 3)
    @rule()
    def open_for_later(self) -> None:
        index = Index.open(self.home)
        assert answers(index) == self.held
        self.earlier.append((index, dict(self.held)))

    @precondition(lambda self: self.earlier)
    @rule(refreshes=st.booleans())
    def ask_an_earlier_one(self, refreshes: bool) -> None:
        index, held = self.earlier.pop(0)
        with index:
            if refreshes:
                index.refresh()
            assert answers(index) == (self.held if refreshes else held)

    @invariant()
    def it_holds_what_it_ought_to(self) -> None:
        with Index.open(self.home) as index:
            assert answers(index) == self.held

    @rule()
    def verify(self) -> None:
        assert check(str(self.home / ".fahras")).damage == ()
        with Index.open(self.home) as index:
            index.update()
        self.held = dict(self.files)
        assert leftovers(self.home / ".fahras") == []


TestFolder = Folder.TestCase
TestFolder.settings = settings(
    max_examples=6, stateful_step_count=20, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def test_many_small_runs_are_merged_and_say_the_same(tmp_path: Path) -> None:
    """Enough runs for several merges, which the machine is too short for."""
    chance = random.Random(18)
    held: dict[str, str] = {}
    with Index.create(tmp_path) as index:
        for number in range(30):
            name = f"{chance.randrange(12)}.txt"
            held[name] = " ".join([*chance.choices(WORDS, k=3), f"رقم{number}"])
            (tmp_path / name).write_text(held[name], "utf-8")
            index.update()
        assert answers(index) == held
        assert index.stats().segments < 12
