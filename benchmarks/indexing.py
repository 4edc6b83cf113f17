"""What does `fahras index` cost, beside other engines that read the same files?

Whole commands in processes of their own. Each contender starts from nothing each time; updates
follow on the index of the last full run, over a copy of the corpus that may be changed.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import peers
from corpora import add_line, linked, slice_of
from processes import (
    FAHRAS,
    CommandError,
    Ran,
    folder_bytes,
    interleaved,
    medians,
    progress,
    run,
)
from report import HERE, Corpus, Table, relative_names, use_checkout

use_checkout()

PEERS = os.path.join(HERE, "peers.py")
ONE_PERCENT = 100
MIB = 1 << 20
FULL, UNCHANGED, CHANGED = "fahras index", "nothing changed", "1 % changed"
TANTIVY_1, TANTIVY_N = "tantivy, 1 thread", "tantivy, default threads"
TANTIVY_STEM = "tantivy, 1 thread, Arabic stemmer"
FTS5, WHOOSH = "SQLite FTS5", "stock Whoosh, same analyzer"
TANTIVY = {TANTIVY_1: ["--threads", "1"], TANTIVY_N: [],
           TANTIVY_STEM: ["--threads", "1", "--analyzer", "stem"]}  # fmt: skip


@dataclass(slots=True)
class Found:
    """What the parts of a run found: figures for the bar, tables, and every single time."""

    values: dict[str, float] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    raw: dict[str, object] = field(default_factory=dict)


def fahras_index(corpus: str | Sequence[str], index_dir: str, *, memory: bool = False) -> Ran:
    """One `fahras index` of a folder or several."""
    paths = [corpus] if isinstance(corpus, str) else corpus
    command = [*FAHRAS, "index", *paths, "--index", index_dir, "--json"]
    # 2: some files could not be read, which a benchmark of any folder must survive.
    ran = run(command, codes=(0, 2), cwd=os.path.dirname(index_dir), memory=memory)
    if not ran.output or not json.loads(ran.output)["documents"]:
        raise CommandError(f"fahras index failed: {ran.complaints}")
    return ran


def peer_index(
    engine: str, extra: Sequence[str], corpus: str, out: str, *, memory: bool = False
) -> Ran:
    """One index of a peer."""
    return run([sys.executable, PEERS, engine, *extra, corpus, out], memory=memory)


class Indexing:
    """The indexing half of a run over one corpus (a folder of files), in a working folder."""

    def __init__(self, corpus: Corpus, path: str, work: str, rounds: int) -> None:
        self._corpus = corpus
        self._path = path
        self._work = work
        self._rounds = rounds
        self._copy = os.path.join(work, "copy")
        self._changes = 0
        self.index_dir = os.path.join(work, "fahras")

    def whole(self, *, updates: bool, competitors: bool) -> Found:
        """Full runs, beside peers and followed by updates if these are wanted."""
        source = self._path
        if updates:
            shutil.rmtree(self._copy, ignore_errors=True)
            linked(self._path, self._copy)
            source = self._copy
        contenders: dict[str, Callable[[], float]] = {FULL: lambda: self._full(source)}
        if updates:
            contenders[UNCHANGED] = lambda: fahras_index(source, self.index_dir).elapsed_s
            contenders[CHANGED] = self._changed
        if competitors:
            contenders |= self._peers()
        self._full(source)  # nothing is compiled or read for the first time in a timed run
        times = interleaved(contenders, self._rounds)
        if updates:
            self._full(self._path)  # sizes and queries are those of an index without updates
        found = self._whole_values(times)
        if competitors:
            found.tables += self._whole_tables(times)
        return found

    def _full(self, source: str) -> float:
        shutil.rmtree(self.index_dir, ignore_errors=True)
        return fahras_index(source, self.index_dir).elapsed_s

    def _changed(self) -> float:
        """Add a line to another hundredth of the files, then update."""
        first = self._changes % ONE_PERCENT
        self._changes += 1
        for name in relative_names(self._copy)[first::ONE_PERCENT]:
            add_line(os.path.join(self._copy, name), f"تعديل {self._changes}")
        return fahras_index(self._copy, self.index_dir).elapsed_s

    def _out(self, name: str) -> str:
        return os.path.join(self._work, "peers", "".join(filter(str.isalnum, name)))

    def _peers(self) -> dict[str, Callable[[], float]]:
        contenders: dict[str, Callable[[], float]] = {}
        if peers.has_tantivy():
            for name, extra in TANTIVY.items():
                contenders[name] = partial(self._peer, "tantivy", name, extra, self._path)
        if peers.has_fts5():
            contenders[FTS5] = lambda: self._peer("fts5", FTS5, [], self._path)
        return contenders

    def _peer(self, engine: str, name: str, extra: Sequence[str], corpus: str) -> float:
        shutil.rmtree(self._out(name), ignore_errors=True)
        os.makedirs(os.path.dirname(self._out(name)), exist_ok=True)
        return peer_index(engine, extra, corpus, self._out(name)).elapsed_s

    def _whole_values(self, times: dict[str, list[float]]) -> Found:
        middle = medians(times)
        with_text, without = index_sizes(self.index_dir)
        text = max(self._corpus.size_bytes, 1)
        values = {"size_with": with_text / text}
        if without is not None:
            values["size_without"] = without / text
        for key, name in (("index_tantivy_1", TANTIVY_1), ("index_tantivy_n", TANTIVY_N)):
            if name in middle:
                values[key] = middle[name] / middle[FULL]
        if UNCHANGED in middle:
            values["unchanged_s"] = middle[UNCHANGED]
            values["changed"] = middle[CHANGED] / middle[FULL]
        tables = [self._update_table(middle), bytes_table(self.index_dir, text)]
        return Found(values, tables, {"index_s": times, "arrays": array_bytes(self.index_dir)})

    def _update_table(self, middle: dict[str, float]) -> Table:
        table = Table("Fahras: full run and updates", ["run", "seconds", "of the full run"])
        for name in (FULL, UNCHANGED, CHANGED):
            if name in middle:
                table.rows.append([name, middle[name], middle[name] / middle[FULL]])
        return table

    def _whole_tables(self, times: dict[str, list[float]]) -> list[Table]:
        columns = ["engine", "seconds", "least .. most", "MB/s", "Fahras's speed over it",
                   "index / text"]  # fmt: skip
        table = Table("Whole index command, the same files", columns)
        middle, text = medians(times), self._corpus.size_bytes
        for name in (FULL, *TANTIVY, FTS5):
            if name not in times:
                table.rows.append([name, "not installed", *[None] * 4])
                continue
            folder = self.index_dir if name == FULL else self._out(name)
            spread = f"{min(times[name]):.2f} .. {max(times[name]):.2f}"
            seconds, size = middle[name], folder_bytes(folder) / max(text, 1)
            speed = seconds / middle[FULL]
            table.rows.append([name, seconds, spread, text / 1e6 / seconds, speed, size])
        table.notes.append(
            "Medians of whole processes. All read the files one by one, store the text and keep "
            "positions; the tantivy rows without a name of a stemmer only lower-case."
        )
        return [table]

    def memory(self) -> Found:
        """Peak memory of one more run of each, watched."""
        out = os.path.join(self._work, "watched")
        runs = {FULL: partial(fahras_index, self._path, out, memory=True)}
        if peers.has_tantivy():
            for name in (TANTIVY_1, TANTIVY_N):
                extra = TANTIVY[name]
                arguments = ("tantivy", extra, self._path, out)
                runs[name] = partial(peer_index, *arguments, memory=True)
        table = Table("Peak memory while indexing", ["engine", "MiB, PSS of all processes"])
        peaks = {}
        for name, watched in runs.items():
            shutil.rmtree(out, ignore_errors=True)
            peaks[name] = watched().peak_bytes / MIB
            progress(f"memory: {name} {peaks[name]:.0f} MiB")
            table.rows.append([name, peaks[name]])
        shutil.rmtree(out, ignore_errors=True)
        return Found({"memory_mib": peaks[FULL]}, [table], {"peak_mib": peaks})

    def against_whoosh(self, slice_bytes: int) -> Found:
        """A slice of the corpus, indexed by Fahras and by stock Whoosh with the same analyzer."""
        corpus = os.path.join(self._work, "slice")
        shutil.rmtree(corpus, ignore_errors=True)
        written = slice_of(self._path, corpus, slice_bytes)
        out = os.path.join(self._work, "slice-index")

        def ours() -> float:
            shutil.rmtree(out, ignore_errors=True)
            return fahras_index(corpus, out).elapsed_s

        contenders = {FULL: ours, WHOOSH: lambda: self._peer("whoosh", WHOOSH, [], corpus)}
        times = interleaved(contenders, self._rounds)
        middle = medians(times)
        title = f"A slice of {written.size_bytes / 1e6:.1f} MB, {written.files:,} files"
        table = Table(
            title, ["engine", "seconds", "MB/s", "Fahras's speed over it", "index / text"]
        )
        for name, folder in ((FULL, out), (WHOOSH, self._out(WHOOSH))):
            size = folder_bytes(folder) / max(written.size_bytes, 1)
            speed = middle[name] / middle[FULL]
            megabytes = written.size_bytes / 1e6 / middle[name]
            table.rows.append([name, middle[name], megabytes, speed, size])
        values = {"index_whoosh": middle[WHOOSH] / middle[FULL]}
        return Found(values, [table], {"slice_s": times})


def array_bytes(index_dir: str) -> dict[str, int]:
    """Bytes of an index by the name of the array in its segments; empty for another codec's.

    Names are those of the format without the field: `docs`, `positions`, `s/blocks`.
    """
    try:
        from indexer.codec.container import Container
        from indexer.codec.format import EXTENSION
    except ImportError:
        return {}
    found: Counter[str] = Counter()
    for base, _, names in os.walk(index_dir):
        for name in filter(lambda name: name.endswith(EXTENSION), names):
            container = Container.open(os.path.join(base, name))
            for array in container.names():
                kind, _, rest = array.partition("/")
                shown = rest.rpartition("/")[2] if kind == "f" else f"{kind}/{rest}"
                shown = f"s/{shown.rpartition('/')[2]}" if kind == "s" else shown
                found[shown] += container.span(array)[1]
    return dict(found)


def index_sizes(index_dir: str) -> tuple[int, int | None]:
    """(bytes of an index, bytes without its stored texts); None where the codec cannot tell."""
    total, arrays = folder_bytes(index_dir), array_bytes(index_dir)
    stored = sum(size for name, size in arrays.items() if name.startswith("s/"))
    return total, total - stored if arrays else None


def bytes_table(index_dir: str, text_bytes: int) -> Table:
    """Where the bytes of an index go, largest first, down to a hundredth of the whole."""
    total, arrays = folder_bytes(index_dir), array_bytes(index_dir)
    table = Table("Where the bytes of the index go", ["array", "MB", "of the text"])
    rest = total
    for name, size in sorted(arrays.items(), key=lambda item: -item[1]):
        if size >= total / 100:
            table.rows.append([name, size / 1e6, size / text_bytes])
            rest -= size
    table.rows.append(["everything else", rest / 1e6, rest / text_bytes])
    table.rows.append(["index", total / 1e6, total / text_bytes])
    return table
