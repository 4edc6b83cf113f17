"""Can a stranger's index, text or query do harm? Each is tried in a process with limits.

`forged`: indexes whose sizes, places, counts and types lie, with right checksums. `texts` and
`queries`: what people who mean ill write. Promised is an answer or a refusal, within bounds of time
and memory, and nothing on a terminal but text.
"""

from __future__ import annotations

import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import forgery
import hostile
from processes import FAHRAS, environment
from report import Cell, Table
from tally import Part, Tally

from indexer import Index
from indexer.errors import FahrasError
from indexer.upkeep.checkup import check

MEMORY_BYTES = 512 << 20
"""Of address space, beyond what the process has when it begins."""

SECONDS = 20
CPU_SECONDS = 30
MEMORY_MIB = 1024
_ENDS = {0: "answered", 1: "refused", 2: "internal error"}
_DANGEROUS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def forged(work: Path, seed: int, trials: int) -> Part:
    """Indexes with lies of all kinds and right checksums: what opening, asking, verifying does."""
    chance = random.Random(seed)
    sound = work / "sound"
    sound.mkdir(parents=True)
    for number, word in enumerate(("كتاب", "قلم", "بحر", "جبل", "شمس")):
        (sound / f"{number}.txt").write_text(f"{word} في البيت {word}\n2017", "utf-8")
    with Index.create(sound) as index:
        index.update()
    title = f"Forged indexes, with right checksums, seed {seed}"
    tally = Tally(title, ("lie", "answered", "refused"), "wrong")
    for name, lie in forgery.LIES.items():
        ends: Counter[str] = Counter()

        def results(
            name: str = name,
            lie: Callable[[Path, random.Random], str] = lie,
            ends: Counter[str] = ends,
        ) -> Iterator[tuple[str, str | None]]:
            for _ in range(trials // len(forgery.LIES)):
                folder = work / "forged"
                shutil.rmtree(folder, ignore_errors=True)
                shutil.copytree(sound, folder)
                what = lie(folder, chance)
                for use, act in USES.items():
                    end = limited(partial(act, folder))
                    ends[end] += 1
                    yield f"{what}, {use}", None if end in ("answered", "refused") else end

        tally.add(name, results(), lambda ends=ends: (ends["answered"], ends["refused"]))
    return tally.part("uses of forged indexes")


def _ask(folder: Path) -> None:
    with Index.open(folder) as index:
        for query in ("كتاب", '"في البيت"', "بح*", "شمص~", "date:2017", "title:بحر"):
            index.search(query)
        index.document("1.txt")
        list(index.terms())
        index.stats()


def _update(folder: Path) -> None:
    (folder / "0.txt").write_text("سفينة", "utf-8")
    with Index.open(folder) as index:
        index.update()


USES: dict[str, Callable[[Path], object]] = {
    "asked": _ask,
    "verified": lambda folder: check(str(folder / ".fahras")),
    "updated": _update,
}


def limited(act: Callable[[], object]) -> str:
    """How something ends in a child with limits of memory and time."""
    child = os.fork()
    if not child:
        code = 2
        try:
            with open("/proc/self/statm", encoding="ascii") as file:
                held = int(file.read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY_BYTES,) * 2)
            signal.alarm(SECONDS)
            act()
            code = 0
        except FahrasError:
            code = 1
        except BaseException as error:  # noqa: BLE001  that is what is looked for
            print(f"{error!r}"[:300], file=sys.stderr)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return _ENDS.get(code, f"ended with {code}")


# Texts and queries


class Cost(NamedTuple):
    """What a run took."""

    code: int
    cpu_s: float
    memory_mib: float
    said: str


def texts(work: Path, _seed: int, _trials: int = 0) -> Part:
    """Folders of a stranger's texts: indexed, and searched."""
    table = Table("A stranger's texts", ["texts", "MB", "index, CPU s", "MiB", "search, CPU s",
                                         "MiB", "as promised"])  # fmt: skip
    wrong = []
    for name, make in hostile.TEXTS.items():
        folder = work / "texts"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        index = _run(["index"], folder)
        search = _run(["search", "--color", "always", "-n", "3", "كتاب"], folder)
        problem = _problem(index, (0, 2)) or _problem(search, (0, 1))
        if problem:
            wrong.append(f"{name}: {problem}")
            print(wrong[-1], file=sys.stderr)
        cells: list[Cell] = [index.cpu_s, index.memory_mib, search.cpu_s, search.memory_mib]
        table.rows.append([name, size / 1e6, *cells, not problem])
    return Part([table], wrong, {"kinds of hostile texts": len(table.rows)})


def queries(work: Path, _seed: int, _trials: int = 0) -> Part:
    """A stranger's queries, on an index with many words."""
    folder = work / "queries"
    folder.mkdir(parents=True)
    hostile.many_words(folder)
    if _run(["index"], folder).code:
        raise SystemExit("the texts of the queries cannot be indexed")
    table = Table("A stranger's queries", ["query", "characters", "CPU s", "MiB", "exit code",
                                           "as promised"])  # fmt: skip
    wrong = []
    for name, query in hostile.QUERIES.items():
        (folder / "q.jsonl").write_text(json.dumps({"id": "q", "text": query}) + "\n", "utf-8")
        done = _run(["search", "--queries", "q.jsonl", "--color", "always"], folder)
        problem = _problem(done, (0, 1, 2))
        if problem:
            wrong.append(f"{name}: {problem}")
            print(wrong[-1], file=sys.stderr)
        cells: list[Cell] = [done.cpu_s, done.memory_mib, done.code, not problem]
        table.rows.append([name, len(query), *cells])
    return Part([table], wrong, {"kinds of hostile queries": len(table.rows)})


_WATCHED = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
said = (done.stdout + done.stderr).decode("utf-8", "replace")
print(json.dumps([done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said]))
"""


def _run(words: list[str], cwd: Path) -> Cost:
    """The command, by itself, with the largest memory of any of its processes."""
    command = [sys.executable, "-c", _WATCHED, *FAHRAS, *words]
    done = subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, check=True)
    found: list[Any] = json.loads(done.stdout)
    return Cost(*found)


def _problem(done: Cost, codes: tuple[int, ...]) -> str | None:
    if done.code not in codes or "internal error" in done.said or "Traceback" in done.said:
        return f"exit code {done.code}: {done.said[-300:]}"
    if done.cpu_s > CPU_SECONDS or done.memory_mib > MEMORY_MIB:
        return f"{done.cpu_s:.1f} s, {done.memory_mib:.0f} MiB"
    rest = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;;(file://[!-~]*)?\x1b\\", "", done.said)
    found = _DANGEROUS.search(rest)
    return f"{found[0]!r} in what is printed" if found else None
