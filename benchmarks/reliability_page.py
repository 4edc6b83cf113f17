"""`docs/reliability.md`: the newest reports of each part of `reliability.py`, in their order.

    python benchmarks/reliability.py --page > docs/reliability.md

Every figure comes from a report in `runs/`; the sentences around them are here.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from typing import Any

from report import RUNS, Table

_NAME = re.compile(r"(\d{4}-\d\d-\d\d)-reliability-([a-z]+)(?:-(\d+))?\.json")

_HEAD = """# Reliability

Made by `python benchmarks/reliability.py --page > docs/reliability.md` from the newest report of
each part in `benchmarks/runs/`; a test holds it. `benchmarks/README.md` says how to run the parts.

The promise: whatever ends a run, the index is what it was before or what it was to be, the message
says which, and the next run leaves no trace of it. No byte that is not as it was written leads to a
wrong answer. A stranger's index, text or query is answered or refused within bounds.
"""

SECTIONS = {
    "Broken, killed, without power": (
        ("faults", "kills", "calls", "signals", "watching", "pairs"),
        "Each trial breaks one change of an index at one place and compares the whole "
        "index with what it was and was to be. Ways to break it: a write, sync, renaming "
        "or removal fails (EIO, ENOSPC, once or from then on), a write is short, Ctrl-C "
        "before or after, SIGKILL, also within a write, and lost power: the disk then "
        "loses any part of what was not synced, names and bytes. Changes: first build, "
        "update, removal, merge, rebuild, a forgotten root, repair, what `watch` does, a "
        "field's name, and an update whose arrays do not fit in memory.",
    ),
    "Damaged": (
        ("small", "large", "files", "updates"),
        "After each damage the index is asked for everything, and `fahras verify` must "
        "name the damage. Answered rightly is what did not need the damaged bytes.",
    ),
    "Forged, and hostile": (
        ("forged", "texts", "queries"),
        "Forged indexes have right checksums; each is asked, verified and updated in a "
        "process that may take 512 MiB of address space and 20 s. Texts and queries: "
        "whole commands, as promised within 30 s of the processor and 1 GiB, without a "
        "control character in what is printed.",
    ),
    "Fuzzed": (
        ("fuzz",),
        "`make fuzz` feeds analyzer, query parser, extractors and segment reader, guided "
        "by atheris. What broke one is a seed in `tests/fuzz/seeds/`, and so a test.",
    ),
    "A thousand updates": (
        ("endurance",),
        "Files, size, memory and times must stay flat, and a reader sees whole commits only.",
    ),
    "Beside other engines": (
        ("rivals",),
        "The same kills and the same changed bits, each engine as a user of it would write it.",
    ),
    "What the checks cost": (
        ("checks",),
        "Whole commands, with the checksums of segments and without.",
    ),
}

OTHERS = {
    "SQLite": "Transactions are atomic and durable across crashes and lost power, if the disk "
    "syncs; tested by simulated errors, crashes and lost power. Pages have no "
    "checksums unless an extension (cksumvfs) adds them; `PRAGMA integrity_check` "
    "looks at structure.",
    "Lucene": "A commit syncs new files, then publishes `segments_N` by renaming. Every file "
    "ends with a checksum; small files are checked when they are opened, all by "
    "`CheckIndex` and before merges.",
    "tantivy": "A commit replaces `meta.json` atomically. Files end with a checksum, which "
    "`validate_checksum` compares when it is asked.",
    "Whoosh": "Says nothing of crashes. It never syncs, its table of contents is a pickle, and "
    "there are no checksums.",
    "recoll": "After Ctrl-C an index is somewhat inconsistent until the next run. One that is "
    "corrupted shows by odd results or crashes: erase it and index again (`recollindex -z`).",
}


def newest(folder: str = RUNS) -> dict[str, list[dict[str, Any]]]:
    """The newest report of each part, and others of the same revision, of other seeds."""
    found: defaultdict[str, list[tuple[str, int, str]]] = defaultdict(list)
    for name in os.listdir(folder):
        if match := _NAME.fullmatch(name):
            found[match[2]].append((match[1], int(match[3] or 1), name))
    reports = {}
    for part, keys in found.items():
        read = [_read(folder, name) for _, _, name in sorted(keys)]
        last = read[-1]["versions"]["fahras"]
        reports[part] = [report for report in read if report["versions"]["fahras"] == last]
    return reports


def _read(folder: str, name: str) -> dict[str, Any]:
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return {**json.load(file), "file": name.removesuffix(".json")}


def page(reports: dict[str, list[dict[str, Any]]]) -> str:
    """The whole page."""
    parts = [_HEAD, _summary([report for some in reports.values() for report in some])]
    missing = [part for names, _ in SECTIONS.values() for part in names if part not in reports]
    if missing:
        parts.append(f"Parts without a report yet: {', '.join(missing)}.")
    for title, (names, about) in SECTIONS.items():
        known = [report for name in names for report in reports.get(name, ())]
        if known:
            parts += [f"## {title}", about]
            parts += [text for report in known for text in _report(report)]
        if title == "Beside other engines":
            table = Table("What the others document", ["engine", "promise"], [*OTHERS.items()])
            parts.append("#" + table.markdown())
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _summary(reports: list[dict[str, Any]]) -> str:
    counts: Counter[str] = Counter()
    wrong = 0
    for report in sorted(reports, key=lambda report: report["file"]):
        counts.update(report["raw"]["counts"])
        wrong += len(report["raw"]["wrong"])
    table = Table("In all", ["tried", "times"], [*sorted(counts.items())])
    kills = sum(count for name, count in counts.items() if name.startswith("kills "))
    table.rows.append(["kills, all together", kills])
    table.rows.append(["not as promised", wrong])
    return table.markdown()


def _report(report: dict[str, Any]) -> list[str]:
    name, settings = report["file"], report["settings"]
    where = f"[{name}](../benchmarks/runs/{name}.md)"
    version = report["versions"]["fahras"].split()[0]
    texts = [f"Report {where}: seeds {settings['seeds']}, revision {version}."]
    for table in report["tables"]:
        made = Table(table["title"], table["columns"], table["rows"], table["notes"])
        texts.append("#" + made.markdown())
    if report["raw"]["wrong"]:
        texts.append(
            "Not as promised:\n\n" + "\n".join(f"- {w[:300]}" for w in report["raw"]["wrong"])
        )
    return texts
