"""`fahras stats`: what an index holds and what it could not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.output import errors, records, render, terminal

if TYPE_CHECKING:
    from indexer.cli.line.options import StatsRequest
    from indexer.reports import IndexStats


def run(request: StatsRequest) -> int:
    """Print the figures."""
    from indexer.index import Index

    with Index.open(".", index_dir=request.index) as opened:
        stats = opened.stats()
    screen = render.Screen.of("never")
    if request.json:
        record = records.stats_record(stats)
        terminal.write(records.json_line(record, for_terminal=screen.is_terminal))
        return exits.FOUND
    for name, value in _lines(screen, stats):
        terminal.write(f"{name:<12}{value}\n")
    errors.report_problems(stats.problems)
    return exits.FOUND


def _lines(screen: render.Screen, stats: IndexStats) -> Iterator[tuple[str, str]]:
    yield "index", screen.name(stats.index_dir)
    for root in stats.roots:
        yield "indexes", screen.name(root)
    yield "documents", f"{stats.documents:,} in {stats.files:,} files"
    yield "words", f"{stats.tokens:,}, {stats.terms:,} different"
    yield "text", render.size(stats.text_bytes)
    share = f" ({stats.index_bytes / stats.text_bytes:.2f} of the text)" if stats.text_bytes else ""
    yield "index size", f"{render.size(stats.index_bytes)}{share}, segments: {stats.segments}"
    yield "versions", f"format {stats.format_version}, analyzer {stats.analyzer_version}"
    for name, field in stats.aliases.items():
        yield "field", screen.data(f"{name}: is {field}:")
    yield "updated", stats.updated or "never"
