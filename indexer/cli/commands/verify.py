"""`fahras verify`: what of an index is damaged, and what could be made again from the texts."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.output import figures, records, render, terminal
from indexer.process import keep_freed_memory

if TYPE_CHECKING:
    from indexer.cli.line.options import VerifyRequest
    from indexer.upkeep.checkup import Checkup, Damage
    from indexer.upkeep.repair import Repaired

_SHOWN = 50


def run(request: VerifyRequest) -> int:
    """Check, print what is damaged, and repair it if that is asked for."""
    from indexer.cli.output.progress import shown
    from indexer.storage import location as storage
    from indexer.upkeep.repair import Repaired, done_before

    if request.index and storage.is_remote(request.index):
        from indexer.remote.checkup import check, repair

        index_dir = request.index
    else:
        from indexer.upkeep.checkup import check
        from indexer.upkeep.repair import repair

        index_dir = os.path.abspath(
            storage.named(request.index) if request.index else storage.find(".")
        )
    keep_freed_memory()
    terminal.end_on_closed_pipe(False)
    terminal.interrupt_on_end_signals()
    done = Repaired()
    with shown(quiet=False) as progress:
        found = check(index_dir, deep=request.deep, report=progress)
        after = found
        if found.damage and request.repair:
            done = repair(index_dir, found, report=progress, wait_s=request.wait)
            with done_before():
                after = check(index_dir, deep=request.deep, report=progress)
    terminal.end_on_closed_pipe(True)
    if request.json:
        _print_json(index_dir, found, after, done)
    else:
        _print(found, after, done)
    return exits.ERROR if after.damage or any(done) else exits.FOUND


def _print(found: Checkup, after: Checkup, done: Repaired) -> None:
    screen = render.Screen.of("never")
    for item in found.damage[:_SHOWN]:
        terminal.write(screen.data(_line(item)) + "\n")
    if len(found.damage) > _SHOWN:
        terminal.write(f"… and {len(found.damage) - _SHOWN:,} more; --json lists all\n")
    for path in done.lost:
        terminal.complain(f"{terminal.safe_name(path)}: lost: the file cannot be read again")
    if done.unnamed:
        documents = figures.counted(done.unnamed, "document")
        terminal.complain(f"{documents} lost with the list of files, which alone had their names")
    if found.damage and after is found:
        terminal.complain("the index is damaged: run fahras verify --repair")
    elif after.damage:
        terminal.complain(f"still damaged: {_line(after.damage[0])}")
    else:
        what = f"segments: {after.segments}, documents: {after.documents:,}"
        compared = f", files compared: {after.files_compared:,}" if after.files_compared else ""
        size = figures.size(after.bytes_checked)
        outcome = "repaired" if found.damage else "sound"
        terminal.write(f"{outcome}: {what}, {size} checked{compared}\n")


def _line(item: Damage) -> str:
    return ": ".join(part for part in item if part)


def _print_json(index_dir: str, found: Checkup, after: Checkup, done: Repaired) -> None:
    record: records.Record = {
        "version": records.JSON_VERSION,
        **records.path_fields(index_dir, "index_dir"),
        "sound": not after.damage,
        "repaired": bool(found.damage) and not after.damage,
        "segments": after.segments,
        "documents": after.documents,
        "bytes_checked": after.bytes_checked,
        "files_compared": after.files_compared,
        "damage": [_damage_record(item) for item in found.damage],
        "lost": [records.path_fields(path)["path"] for path in done.lost],
        "lost_unnamed": done.unnamed,
    }
    on_terminal = terminal.is_terminal(sys.stdout)
    terminal.write(records.json_line(record, for_terminal=on_terminal))


def _damage_record(item: Damage) -> records.Record:
    file = records.path_fields(item.file, "file")
    return {**file, "section": item.section, "problem": item.problem}
