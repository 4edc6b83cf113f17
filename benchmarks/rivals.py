"""What do other engines do under the same kills and the same damage? SQLite, Whoosh, tantivy.

A process commits a document again and again and says so each time; it is killed at any moment. Then
all that it said was committed must be there, nothing half, and the next commit must work. After
that, a bit of a file is changed, and the engine is asked: a right answer, a refusal, or a wrong
answer without a word.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import time
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from report import Cell, Table
from tally import Part

from indexer import Index, SearchOptions

WORDS = ["كتاب", "في", "البيت", "والنهر", "والجبل"]
_MOST = 400
_BASE = 20


class Engine(NamedTuple):
    """How an engine commits a document, and what it holds: the numbers of all that it finds."""

    add: Callable[[Path, int], None]
    held: Callable[[Path], list[int]]


def _text(number: int) -> str:
    """Words of its own, so that no text is taken for a copy of another."""
    own = (f"كلمة{number}س{place}" for place in range(60))
    return f"رقم{number} {' '.join(WORDS)} {' '.join(own)}"


# Fahras


def _fahras_add(folder: Path, number: int) -> None:
    (folder / f"{number}.txt").write_text(_text(number), "utf-8")
    with Index.create(folder) as index:
        index.update()


def _fahras_held(folder: Path) -> list[int]:
    with Index.open(folder) as index:
        found = index.search("كتاب", SearchOptions(limit=None))
        return sorted(int(index.document(hit.id).text.split()[0][3:]) for hit in found.hits)


# SQLite FTS5, in its own journal and with a write-ahead log


def _sqlite(mode: str) -> Engine:
    def opened(folder: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(folder / "fts5.db", timeout=10)
        connection.execute(f"PRAGMA journal_mode={mode}")
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    def add(folder: Path, number: int) -> None:
        connection = opened(folder)
        with connection:
            connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS t USING fts5(body)")
            connection.execute("INSERT INTO t VALUES (?)", (_text(number),))
        connection.close()

    def held(folder: Path) -> list[int]:
        connection = opened(folder)
        rows = connection.execute("SELECT body FROM t WHERE t MATCH 'كتاب'").fetchall()
        connection.close()
        return sorted(int(body.split()[0][3:]) for (body,) in rows)

    return Engine(add, held)


# Whoosh as it comes


def _whoosh() -> Engine:
    from whoosh import fields, index
    from whoosh.query import Term

    schema = fields.Schema(body=fields.TEXT(stored=True))

    def add(folder: Path, number: int) -> None:
        found = (
            index.open_dir(folder) if index.exists_in(folder) else index.create_in(folder, schema)
        )
        writer = found.writer()
        writer.add_document(body=_text(number))
        writer.commit()
        found.close()

    def held(folder: Path) -> list[int]:
        found = index.open_dir(folder)
        with found.searcher() as searcher:
            hits = searcher.search(Term("body", "كتاب"), limit=None)
            return sorted(int(hit["body"].split()[0][3:]) for hit in hits)

    return Engine(add, held)


def _tantivy() -> Engine:
    import tantivy

    def opened(folder: Path) -> Any:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("body", stored=True)
        return tantivy.Index(builder.build(), path=str(folder))

    def add(folder: Path, number: int) -> None:
        writer = opened(folder).writer(heap_size=15_000_000, num_threads=1)
        writer.add_document(tantivy.Document(body=_text(number)))
        writer.commit()
        writer.wait_merging_threads()

    def held(folder: Path) -> list[int]:
        found = opened(folder)
        searcher = found.searcher()
        hits = searcher.search(found.parse_query("كتاب", ["body"]), _MOST * 2).hits
        return sorted(int(searcher.doc(at)["body"][0].split()[0][3:]) for _, at in hits)

    return Engine(add, held)


def engines() -> dict[str, Engine | str]:
    """All that can be run here; for the others, why not."""
    found: dict[str, Engine | str] = {"Fahras": Engine(_fahras_add, _fahras_held)}
    made: dict[str, Callable[[], Engine]] = {
        "SQLite FTS5, journal": lambda: _sqlite("DELETE"),
        "SQLite FTS5, WAL": lambda: _sqlite("WAL"),
        "Whoosh, stock": _whoosh,
        "tantivy": _tantivy,
    }
    for name, make in made.items():
        try:
            found[name] = make()
        except (ImportError, sqlite3.Error) as error:
            found[name] = f"not run here: {error}"
    return found


def rivals(work: Path, seed: int, trials: int) -> Part:
    """Kills and changed bits, so many of each for every engine."""
    columns = ["engine", "kills", "lost a commit", "cannot be used", "as promised"]
    killed = Table(f"Killed at any moment while committing, seed {seed}", columns)
    columns = ["engine", "bits", "right", "refused", "died", "wrong without a word"]
    flipped = Table(f"A bit of any file changed, then asked, seed {seed}", columns)
    wrong = []
    for name, engine in engines().items():
        if isinstance(engine, str):
            killed.notes.append(f"{name}: {engine}.")
            continue
        chance = random.Random(seed)
        outcomes = Counter(_kill(engine, work / "killed", chance) for _ in range(trials))
        cells: list[Cell] = [trials, outcomes["lost"], outcomes["broken"], outcomes["right"]]
        killed.rows.append([name, *cells])
        bits = Counter(_flips(engine, work / "flipped", chance, trials * 2))
        flipped.rows.append(
            [name, trials * 2, *(bits[x] for x in ("right", "refused", "died", "wrong"))]
        )
        print(name, dict(outcomes), dict(bits), flush=True)
        if name == "Fahras" and (outcomes["right"] < trials or bits["wrong"] or bits["died"]):
            wrong.append(f"{outcomes} {bits}")
    return Part([killed, flipped], wrong, {})


def _kill(engine: Engine, folder: Path, chance: random.Random) -> str:
    """What is there after a kill: `right`, `lost`, or `broken`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    engine.add(folder, 0)
    reads, says = os.pipe()
    child = _forked()
    if not child:
        with suppress(BaseException):
            for number in range(1, _MOST):
                engine.add(folder, number)
                os.write(says, b"x")
        os._exit(0)
    os.close(says)
    time.sleep(chance.uniform(0.02, 0.3))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said = len(os.read(reads, _MOST))
    os.close(reads)
    end = _asked(lambda: engine.held(folder) in (list(range(said + 1)), list(range(said + 2))))
    if end != "right":
        return "lost" if end == "wrong" else "broken"
    return "right" if _asked(lambda: _goes_on(engine, folder, said + 2)) == "right" else "broken"


def _goes_on(engine: Engine, folder: Path, number: int) -> bool:
    engine.add(folder, number)
    return number in engine.held(folder)


def _flips(engine: Engine, folder: Path, chance: random.Random, trials: int) -> list[str]:
    """The outcomes of so many bits changed, each in an index as it was."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number in range(_BASE):
        engine.add(folder, number)
    right = engine.held(folder)
    ignored = {".txt"}
    files = [
        path for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in ignored and path.stat().st_size
    ]  # fmt: skip
    sizes = [path.stat().st_size for path in files]
    outcomes = []
    for _ in range(trials):
        (path,) = chance.choices(files, sizes)
        sound = path.read_bytes()
        data = bytearray(sound)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        outcomes.append(_asked(lambda: engine.held(folder) == right))
        path.write_bytes(sound)
    return outcomes


def _asked(ask: Callable[[], bool]) -> str:
    """In a child, for an engine may crash: `right`, `wrong`, `refused` or `died`."""
    child = _forked()
    if not child:
        signal.alarm(20)
        code = 2
        with suppress(BaseException), open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            code = 0 if ask() else 1
        os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {0: "right", 1: "wrong", 2: "refused"}.get(code, "died")


def _forked() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()
