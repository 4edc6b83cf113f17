"""`fahras stats`: what an index holds and what it could not read."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.cli import exits
from indexer.cli.commands.access import open_index
from indexer.cli.commands.follow import size
from indexer.cli.line.options import IndexOption, JsonOption
from indexer.cli.output import errors, records, render, terminal
from indexer.reports import IndexStats

STATS_HELP = """Print what the index holds: folders, documents, words, sizes, versions.

Files that could not be read at the last update are listed on stderr.

\b
Examples
  fahras stats
  fahras stats --json | jq .documents

Exit codes: 0 printed, 2 an error."""


def stats_command(*, index: IndexOption = None, json: JsonOption = False) -> int:
    """Print the figures; the help is `STATS_HELP`."""
    with open_index(index) as opened:
        stats = opened.stats()
    screen = render.Screen.of("never")
    if json:
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
    yield "text", size(stats.text_bytes)
    share = f" ({stats.index_bytes / stats.text_bytes:.2f} of the text)" if stats.text_bytes else ""
    yield "index size", f"{size(stats.index_bytes)}{share}, segments: {stats.segments}"
    yield "versions", f"format {stats.format_version}, analyzer {stats.analyzer_version}"
    yield "updated", stats.updated or "never"
