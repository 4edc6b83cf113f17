"""Changes of an index, each with what is there before it, and what an index holds then.

`faults.py` breaks them at any of their steps; `trials.py` looks at what that leaves.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from indexer import Index, SearchOptions
from indexer.cli.commands import updating
from indexer.codec import commits
from indexer.codec.build import scratch
from indexer.codec.container import Container
from indexer.errors import NoIndexError
from indexer.storage import location
from indexer.upkeep.checkup import check
from indexer.upkeep.repair import repair

DAY_S = 86_400
AGES_S = (0, 11 * 60, 2 * DAY_S)
QUERIES = ("كتاب", "«رقم 3»", "قلم OR خيمة", "م*")

State = dict[str, Any] | None
"""What an index holds, None where there is none."""


class Scenario(NamedTuple):
    """A change of an index: what is there before it, and what is done."""

    prepare: Callable[[Path], object]
    act: Callable[[Path], object]
    words: tuple[str, ...] = ("index",)
    """The same as `act`, to be run in the folder."""
    changed: tuple[str, ...] = ()
    """Instead of words: the files of which `watch` tells the process that updates for it."""

    def command(self, home: Path) -> tuple[list[str], bytes]:
        """The same as `act` as a process to be run in the folder, and what goes to its stdin."""
        if not self.changed:
            return [sys.executable, "-m", "indexer", *self.words], b""
        paths = [os.fsencode(home / name) for name in self.changed]
        command = [sys.executable, "-c", updating.START, str(home / ".fahras"), *sys.path]
        return command, b"\0".join(paths)


def update(home: Path, **options: Any) -> None:
    """A plain run, which makes the index where there is none."""
    with Index.create(home) as index:
        index.update(**options)


def _rebuild(home: Path) -> None:
    with Index.rebuild(home) as index:
        index.update()


def _texts(home: Path) -> None:
    for number in range(6):
        path = home / ("sub" if number % 2 else ".") / f"f{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"كتاب رقم {number} في المكتبة", "utf-8")


def _indexed(home: Path) -> None:
    _texts(home)
    update(home)


def _changed(home: Path) -> None:
    _indexed(home)
    (home / "f0.txt").write_text("قلم جديد", "utf-8")
    (home / "new.txt").write_text("خيمة", "utf-8")


def _with_file_removed(home: Path) -> None:
    _indexed(home)
    (home / "f2.txt").unlink()


def _crowded(home: Path) -> None:
    """So many segments that the next commit merges them."""
    _indexed(home)
    for number in range(6):
        (home / f"more{number}.txt").write_text(f"مكتوب {number}", "utf-8")
        update(home)
    (home / "f0.txt").write_text("قلم جديد", "utf-8")
    (home / "last.txt").write_text("مكتبة", "utf-8")


def _with_second_root(home: Path) -> None:
    _indexed(home)
    other = home.parent / f"{home.name}-other"
    shutil.rmtree(other, ignore_errors=True)
    other.mkdir()
    (other / "o.txt").write_text("قلم بعيد", "utf-8")
    update(home, paths=[str(other)])


def _damaged(home: Path) -> None:
    """Two segments, of which the first is damaged where it is not read when it is opened."""
    _indexed(home)
    (segment,) = home.glob(".fahras/data-*/*.fhs")
    (home / "new.txt").write_text("خيمة", "utf-8")
    update(home)
    assert segment.exists()
    data = bytearray(segment.read_bytes())
    data[Container.open(str(segment)).span("f/text/docs")[0]] ^= 1
    segment.write_bytes(data)


def _repair(home: Path) -> None:
    where = str(home / ".fahras")
    assert not any(repair(where, check(where)))


_WATCHED = ("f0.txt", "new.txt")


def _watch(home: Path) -> None:
    with Index.open(home) as index:
        index.update(changed=[str(home / name) for name in _WATCHED])


def _alias(home: Path) -> None:
    with Index.open(home) as index:
        index.alias_fields({"كاتب": "title"})


def _spilled(home: Path) -> None:
    """As if memory were scarce: every array that grows waits in a file without a name."""
    kept, scratch._IN_MEMORY_BYTES = scratch._IN_MEMORY_BYTES, 1
    try:
        update(home)
    finally:
        scratch._IN_MEMORY_BYTES = kept


SCENARIOS = {
    "first build": Scenario(_texts, update),
    "update": Scenario(_changed, update),
    "removal": Scenario(_with_file_removed, update),
    "merge": Scenario(_crowded, update),
    "rebuild": Scenario(_changed, _rebuild, ("index", "--rebuild")),
    "forget": Scenario(
        _with_second_root,
        lambda home: update(home, forget=[str(home.parent / "home-other")]),
        ("index", "--forget", "../home-other"),
    ),
    "repair": Scenario(_damaged, _repair, ("verify", "--repair")),
    "watch": Scenario(_changed, _watch, changed=_WATCHED),
    "alias": Scenario(_indexed, _alias, ("index", "--field-alias", "كاتب=title")),
    "spilled": Scenario(_changed, _spilled),
}


# What is there


def state_of(home: Path) -> State:
    """Every document, and the answers to some queries; checks every byte of the index."""
    try:
        opened = Index.open(index_dir=str(home / ".fahras"))
    except NoIndexError:
        return None
    with opened as index:
        if damage := index._whoosh.verify():
            return {"damage": damage}
        options = SearchOptions(limit=None)
        answers = {q: sorted(h.id for h in index.search(q, options).hits) for q in QUERIES}
        texts = {name: index.document(name).text for name in index._catalogue.files}
        assert index.document_count == len(texts)
        roots, aliases = index.stats().roots, index.aliases
        return {"texts": texts, "answers": answers, "roots": roots, "aliases": aliases}


def leftovers(index_dir: Path) -> list[str]:
    """The files of an index folder that its newest commit does not need."""
    data = Path(location.read(str(index_dir)).data_dir)
    toc = commits.read_toc(str(data))
    needed = {f"_MAIN_{toc.generation}.toc", f"files-{toc.generation}.fhc", "MAIN_WRITELOCK"}
    needed |= {f"copies-{toc.generation}.fhc"} if toc.copies else set()
    needed |= {segment.file_name for segment in toc.segments}
    above = {"lock", "fahras.json", data.name}
    return [p.name for p in index_dir.iterdir() if p.name not in above] + [
        p.name for p in data.iterdir() if p.name not in needed
    ]


def age(folder: Path, seconds: int) -> None:
    """Make everything in a folder look so old."""
    then = time.time() - seconds
    for place, _, names in os.walk(folder):
        for name in (*names, "."):
            os.utime(os.path.join(place, name), (then, then))
