"""`fahras stats`: what an index holds, what it takes in, and what it left out or could not read."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.commands.chosen import words_of
from indexer.cli.line.kinds import UsageError
from indexer.cli.output import errors, figures, records, render, terminal

if TYPE_CHECKING:
    from indexer.cli.line.options import StatsRequest
    from indexer.copies.lines import Recurring
    from indexer.folder.choices import Choices
    from indexer.reports import IndexStats, LeftOut

_ROOTS_SHOWN = 10

_WHY = {
    "ignored": "by ignore files",
    "excluded": "by --include or --exclude",
    "type": "of another --type",
    "hidden": "hidden",
    "size": "too large",
    "link": "links",
    "kind": "of kinds that are not read",
    "binary": "binary",
    "unreadable": "unreadable",
    "failed": "failed",
}
"""What is counted of `LeftOut.why`."""


def run(request: StatsRequest) -> int:
    """Print the figures."""
    from indexer.cli.opening import open_index

    if request.null and not request.skipped:
        raise UsageError("--null: it is for --skipped")
    if request.boilerplate and request.skipped:
        raise UsageError("--boilerplate: it is another list than that of --skipped")
    with open_index(request.index) as opened:
        if request.boilerplate:
            _print_recurring(opened.recurring_lines(), request)
            return exits.FOUND
        left_out = opened.left_out()
        if request.skipped:
            _print_skipped(left_out, request)
            return exits.FOUND
        stats, choices = opened.stats(), opened.choices()
    screen = render.Screen.of("never")
    counts = Counter(item.why for item in left_out)
    if request.json:
        record = records.stats_record(stats, words_of(choices), counts)
        terminal.write(records.json_line(record, for_terminal=screen.is_terminal))
        return exits.FOUND
    for name, value in _lines(screen, stats, choices):
        terminal.write(f"{name:<12}{value}\n")
    for name, value in _left_out_lines(left_out, counts):
        terminal.write(f"{name:<12}{screen.data(value)}\n")
    errors.report_problems(stats.problems)
    return exits.FOUND


def _lines(screen: render.Screen, stats: IndexStats, choices: Choices) -> Iterator[tuple[str, str]]:
    yield "index", screen.name(stats.index_dir)
    for root in stats.roots[:_ROOTS_SHOWN]:
        yield "indexes", screen.name(root)
    if len(stats.roots) > _ROOTS_SHOWN:
        yield "", f"and {len(stats.roots) - _ROOTS_SHOWN:,} more"
    if stats.listed:
        yield "", f"{stats.listed:,} single files of --files-from"
    if words := words_of(choices):
        yield "options", screen.name(shlex.join(words))
    yield "documents", f"{stats.documents:,} in {stats.files:,} files"
    yield "words", f"{stats.tokens:,}, {stats.terms:,} different"
    yield "text", figures.size(stats.text_bytes)
    share = f" ({stats.index_bytes / stats.text_bytes:.2f} of the text)" if stats.text_bytes else ""
    yield "index size", f"{figures.size(stats.index_bytes)}{share}, segments: {stats.segments}"
    yield "versions", f"format {stats.format_version}, analyzer {stats.analyzer_version}"
    for name, field in stats.aliases.items():
        yield "field", screen.data(f"{name}: is {field}:")
    yield "updated", stats.updated or "never"


def _left_out_lines(left_out: Sequence[LeftOut], counts: Counter[str]) -> Iterator[tuple[str, str]]:
    """How much is left out, by kind; of kinds that are not read, the commonest endings."""
    endings = Counter(os.path.splitext(i.path)[1] or "none" for i in left_out if i.why == "kind")
    some = ", ".join(f"{ending} {count:,}" for ending, count in endings.most_common(5))
    title = "left out"
    for why, words in _WHY.items():
        if counts[why]:
            yield title, f"{counts[why]:,} {words}" + (f" ({some})" if why == "kind" else "")
            title = ""
    if counts:
        yield "", "fahras stats --skipped lists them"


def _print_recurring(lines: Sequence[Recurring], request: StatsRequest) -> None:
    """One row for each line: how many documents have it, the folder, the line."""
    from indexer.cli.output import tables

    screen = render.Screen.of("never")
    if request.json:
        record = records.recurring_record(lines)
        terminal.write(records.json_line(record, for_terminal=screen.is_terminal))
        return
    rows = ((str(line.documents), line.folder or ".", line.text) for line in lines)
    tables.show(screen, ("documents", "folder", "line"), rows)


def _print_skipped(left_out: Sequence[LeftOut], request: StatsRequest) -> None:
    """One line for each: its path, why, and the reason, separated by tabs."""
    screen = render.Screen.of("never")
    if request.json:
        record = records.skipped_record(left_out)
        terminal.write(records.json_line(record, for_terminal=screen.is_terminal))
        return
    for item in left_out:
        path = records.relative_path(item.path)
        if request.null:
            terminal.write(f"{screen.name(path) if screen.is_terminal else path}\0")
        else:
            terminal.write(f"{screen.name(path)}\t{item.why}\t{screen.data(item.reason)}\n")
