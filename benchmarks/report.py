"""What was measured, on what, with which versions? A report of tables, as Markdown and JSON.

Names of corpora and packages go into a report, paths of the machine never. It measures nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib import metadata

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
RUNS = os.path.join(HERE, "runs")
PACKAGES = ("whoosh3", "numpy", "pyarabic", "zstandard", "typer", "rich", "tantivy")

SOURCES = ("analyzers", "indexer/codec", "indexer/extract", "indexer/codec/whoosh/engine.py",
           "indexer/schema.py", "indexer/storage/location.py", "indexer/update/run.py")  # fmt: skip
"""What an index depends on: a kept one serves as long as these stay the same."""

Cell = str | int | float | bool | None


def use_checkout() -> None:
    """Measure the code beside this file, whatever is installed."""
    if ROOT not in sys.path:
        sys.path.insert(0, ROOT)


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a corpus is, so that another run can be told to be on the same one."""

    name: str
    files: int
    size_bytes: int
    blake2b: str

    @classmethod
    def of(cls, path: str, name: str | None = None) -> Corpus:
        """A file or all files below a folder. Hidden files and folders do not count.

        The hash (16 bytes) goes over each file in the order of its relative name: length of the
        name, name, length of the contents, contents; lengths as 8 bytes, little-endian.
        """
        path = os.path.abspath(path)
        digest = hashlib.blake2b(digest_size=16)
        count = size = 0
        for relative in relative_names(path):
            with open(os.path.join(path, relative) if relative else path, "rb") as file:
                data = file.read()
            encoded = os.fsencode(relative)
            for part in (encoded, data):
                digest.update(len(part).to_bytes(8, "little"))
                digest.update(part)
            count, size = count + 1, size + len(data)
        return cls(name or os.path.basename(path), count, size, digest.hexdigest())


def relative_names(path: str) -> list[str]:
    """The files below a folder, sorted by their bytes; the empty name for a path that is a file."""
    if os.path.isfile(path):
        return [""]
    return sorted(_walk(path, ""), key=os.fsencode)


def _walk(folder: str, prefix: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{prefix}{entry.name}/")
            elif entry.is_file(follow_symlinks=False):
                yield prefix + entry.name


def machine() -> dict[str, Cell]:
    """What the figures depend on besides the code, and how busy the machine was at the start."""
    return {
        "cpu": _first_match("/proc/cpuinfo", r"model name\s*:\s*(.+)") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(
            int(_first_match("/proc/meminfo", r"MemTotal:\s*(\d+)") or 0) / 2**20, 1
        ),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def _first_match(path: str, pattern: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            found = re.search(pattern, file.read())
    except OSError:
        return None
    return found[1].strip() if found else None


def versions() -> dict[str, str]:
    """The revision that is measured, and the packages that it stands on or is compared with."""
    found = {"fahras": _revision(), "sqlite": sqlite3.sqlite_version}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def _revision() -> str:
    try:
        revision = _git("rev-parse", "--short=12", "HEAD")
        changed = _git("status", "--porcelain", "--", "analyzers", "indexer")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{revision} with uncommitted changes" if changed else revision


def _git(*arguments: str) -> str:
    command = ["git", "-C", ROOT, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def source_digest() -> str:
    """A digest of the code and the tables that decide what is in an index."""
    digest = hashlib.blake2b(digest_size=8)
    for source in SOURCES:
        path = os.path.join(ROOT, source)
        if not os.path.exists(path):
            continue
        found = [path] if os.path.isfile(path) else _code_below(path)
        for name in sorted(found):
            with open(name, "rb") as file:
                digest.update(name[len(ROOT) :].encode() + file.read())
    return digest.hexdigest()


def _code_below(folder: str) -> list[str]:
    return [
        os.path.join(base, name)
        for base, _, names in os.walk(folder)
        for name in names
        if name.endswith((".py", ".txt"))
    ]


@dataclass(slots=True)
class Table:
    """A table of a report; notes are printed below it."""

    title: str
    columns: Sequence[str]
    rows: list[Sequence[Cell]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        """The table as GitHub prints it; the first column is text, the others align right."""
        lines = [f"## {self.title}", "", _line(self.columns)]
        lines.append("|---|" + "---:|" * (len(self.columns) - 1))
        lines += [_line([shown(cell) for cell in row]) for row in self.rows]
        for note in self.notes:
            lines += ["", note]
        return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def shown(cell: Cell) -> str:
    """A cell for people: three significant digits, but whole numbers whole."""
    if cell is None:
        return "-"
    if isinstance(cell, bool):
        return "yes" if cell else "**no**"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 1000 else f"{cell:.3g}"
    return cell


@dataclass(slots=True)
class Report:
    """One run of a benchmark. `raw` keeps every single figure, for the JSON only."""

    name: str
    corpora: list[Corpus]
    settings: dict[str, Cell]
    tables: list[Table] = field(default_factory=list)
    raw: dict[str, object] = field(default_factory=dict)
    machine: dict[str, Cell] = field(default_factory=machine)
    versions: dict[str, str] = field(default_factory=versions)
    date: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def markdown(self) -> str:
        """The whole report for people."""
        facts = [
            f"- date: {self.date}",
            "- machine: " + _pairs(self.machine),
            "- versions: " + _pairs(self.versions),
            "- settings: " + _pairs(self.settings),
            *(
                f"- corpus {corpus.name}: {corpus.files:,} files, "
                f"{corpus.size_bytes / 1e6:,.1f} MB, blake2b {corpus.blake2b}"
                for corpus in self.corpora
            ),
        ]
        return "\n\n".join(
            [f"# {self.name}", "\n".join(facts), *(t.markdown() for t in self.tables)]
        )

    def save(self, folder: str = RUNS) -> str:
        """Write `<date>-<name>.md` and `.json`, never over an earlier run; the path so far."""
        os.makedirs(folder, exist_ok=True)
        base = stem = os.path.join(folder, f"{self.date[:10]}-{self.name}")
        number = 2
        while os.path.exists(stem + ".json"):
            stem, number = f"{base}-{number}", number + 1
        with open(stem + ".md", "w", encoding="utf-8") as file:
            file.write(self.markdown() + "\n")
        with open(stem + ".json", "w", encoding="utf-8") as file:
            json.dump({"version": 1, **asdict(self)}, file, ensure_ascii=False, indent=1)
            file.write("\n")
        return stem


def _pairs(values: dict[str, Cell] | dict[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items())


def publish(report: Report, folder: str) -> str | None:
    """Print a report and save it, unless `folder` is `-`; the path without ending, if saved."""
    print(report.markdown())
    if folder == "-":
        return None
    stem = report.save(folder)
    print(f"\nwritten: {os.path.relpath(stem)}.md and .json", file=sys.stderr)
    return stem
