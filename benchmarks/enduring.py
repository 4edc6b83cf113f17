"""Does an index stay as small and fast as it was after a thousand updates beside its readers?

One process updates again and again: a file added, one changed, one removed or moved. Another reads
all the time: each of its answers must be that of one whole commit. Files, bytes, memory and times
are looked at every hundred cycles.
"""

from __future__ import annotations

import os
import random
import resource
import statistics
import time
from pathlib import Path

from processes import folder_bytes, pss_bytes
from report import Cell, Table
from tally import Part

from indexer import Index, SearchOptions
from indexer.upkeep.checkup import check

FILES = 200
_ALL = SearchOptions(limit=None, snippets=1)
_COLUMNS = [
    "cycles", "files of the index", "KB", "segments", "open files", "writer, MiB",
    "update, CPU ms", "search, CPU ms",
]  # fmt: skip


def _write(home: Path, name: int, cycle: int, chance: random.Random) -> None:
    """A text in which the number of the cycle stands twice: a torn answer would have one."""
    words = " ".join(f"كلمة{chance.randrange(3000)}" for _ in range(150))
    (home / f"{name}.txt").write_text(f"دورة{cycle}\n{words}\nكتاب دورة{cycle}", "utf-8")


def endurance(work: Path, seed: int, trials: int) -> Part:
    """So many cycles, with a reader."""
    chance = random.Random(seed)
    home = work / "home"
    home.mkdir(parents=True)
    for name in range(FILES):
        _write(home, name, 0, chance)
    with Index.create(home) as index:
        index.update()
    reads, done = os.pipe()
    reader = os.fork()
    if not reader:
        os.close(reads)
        _read_on(home, done)
    os.close(done)
    table = Table(f"{trials:,} updates beside a reader, seed {seed}", _COLUMNS)
    wrong: list[str] = []
    updates: list[float] = []
    for cycle in range(1, trials + 1):
        _change(home, cycle, chance)
        began = time.process_time()
        with Index.open(home) as index:
            index.update()
        updates.append((time.process_time() - began) * 1000)
        if cycle % (trials // 10) == 0:
            table.rows.append(_state(home, cycle, updates))
            updates.clear()
    os.kill(reader, 15)
    said = os.read(reads, 1 << 16).decode()
    os.waitpid(reader, 0)
    counts = [int(line) for line in said.split() if line.isdigit()]
    wrong += [line for line in said.splitlines() if not line.isdigit()]
    if damage := check(str(home / ".fahras"), deep=True).damage:
        wrong.append(f"damage: {damage}")
    table.notes.append(f"The reader asked {max(counts, default=0):,} times meanwhile.")
    return Part(
        [table], wrong, {"cycles endured": trials, "reads beside them": max(counts, default=0)}
    )


def _change(home: Path, cycle: int, chance: random.Random) -> None:
    names = [int(path.stem) for path in home.glob("*.txt")]
    _write(home, chance.choice(names), cycle, chance)
    gone = chance.choice(names)
    if cycle % 3:
        (home / f"{gone}.txt").unlink()
        _write(home, max(names) + 1, cycle, chance)
    else:
        (home / f"{gone}.txt").rename(home / f"{max(names) + 1}.txt")


def _state(home: Path, cycle: int, updates: list[float]) -> list[Cell]:
    files = [path for path in (home / ".fahras").rglob("*") if path.is_file()]
    with Index.open(home) as index:
        index.search("كتاب", _ALL)
        began = time.process_time()
        for _ in range(5):
            index.search("كتاب دورة1", _ALL)
        search_ms = (time.process_time() - began) * 200
        segments = index.stats().segments
    size = folder_bytes(str(home / ".fahras")) / 1000
    opened = len(os.listdir("/proc/self/fd"))
    memory = pss_bytes(os.getpid()) / (1 << 20)
    return [
        cycle,
        len(files),
        size,
        segments,
        opened,
        memory,
        statistics.median(updates),
        search_ms,
    ]


def _read_on(home: Path, done: int) -> None:
    """The reader: ask until it is ended; what is wrong goes into the pipe, then how often."""
    import signal

    asked = 0

    def end(*_: object) -> None:
        os.write(done, f"{asked}\n".encode())
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    os.nice(5)
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, 256), limit))
    with Index.open(home) as index:
        while True:
            index.refresh()
            try:
                found = index.search("كتاب", _ALL)
                if found.total != FILES or len({hit.id for hit in found.hits}) != FILES:
                    os.write(done, f"{found.total} documents in the place of {FILES}\n".encode())
                for hit in random.sample(found.hits, 5):
                    text = index.document(hit.id).text
                    if text.split()[0] != text.split()[-1]:
                        os.write(done, f"a torn text: {hit.id}\n".encode())
            except Exception as error:  # noqa: BLE001  that is what is looked for
                os.write(done, f"{error!r}\n".encode())
            asked += 1
            time.sleep(0.02)
