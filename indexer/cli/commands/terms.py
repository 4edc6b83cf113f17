"""`fahras terms` and `fahras analyze`: an index's words, and what the analyzer makes of any."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from indexer.cli import exits
from indexer.cli.commands.access import open_index
from indexer.cli.line.options import ColourOption, IndexOption, JsonLinesOption, JsonOption
from indexer.cli.line.values import one_of
from indexer.cli.output import records, render, tables, terminal

if TYPE_CHECKING:
    from analyzers import Token
    from indexer.reports import TermStats

TERMS_HELP = """Print the vocabulary of the index in its order: written forms with stem and root.

Columns: term, stem, root, documents that hold it, how often it occurs. Into a pipe they are
separated by tabs, without a heading.

\b
Examples
  fahras terms كتاب            # also كتاب*
  fahras terms -n 20 وال
  fahras terms | sort -t $'\\t' -k 5 -n -r | head

Exit codes: 0 something was found, 1 no such term, 2 an error."""

ANALYZE_HELP = """Show what the analyzer makes of a text, step by step, without any index.

Columns: the word as written, without marks (unmarked), with its spelling folded (folded), without
affixes (stem), the wide key (root), and whether it is a stopword.

\b
Examples
  fahras analyze 'والكُتّاب في المكتبة'
  fahras analyze - < text.txt
  fahras analyze --json كتابهم | jq -r '.tokens[].stem'

Exit codes: 0 words were found, 1 the text holds none, 2 an error."""


def terms_command(
    *,
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="Only terms that begin so.")] = "",
    limit: Annotated[
        int | None,
        typer.Option("--limit", "-n", metavar="N", min=1, help="How many. Default: all."),
    ] = None,
    index: IndexOption = None,
    json: JsonOption = False,
    jsonl: JsonLinesOption = False,
    color: ColourOption = "auto",
) -> int:
    """Print the vocabulary; the help is `TERMS_HELP`."""
    kind = one_of(json=json, jsonl=jsonl)
    screen = render.Screen.of(color)
    beginning = terminal.utf8_argument(prefix).removesuffix("*")
    with open_index(index) as opened:
        counted = _Counted(opened.terms(beginning, limit))
        if kind == "json":
            record = {
                "version": records.JSON_VERSION,
                "terms": [records.term_record(term) for term in counted],
            }
            terminal.write(records.json_line(record, for_terminal=screen.is_terminal))
        elif kind == "jsonl":
            for term in counted:
                record = {"version": records.JSON_VERSION, **records.term_record(term)}
                terminal.write(records.json_line(record, for_terminal=screen.is_terminal))
        else:
            heading = ("term", "stem", "root", "documents", "occurrences")
            tables.show(screen, heading, map(_term_row, counted))
    if counted.seen:
        return exits.FOUND
    terminal.complain(f"no term begins with: {beginning}" if beginning else "the index has no term")
    return exits.NOTHING


class _Counted:
    """Terms as they come, and how many have."""

    def __init__(self, terms: Iterable[TermStats]) -> None:
        self._terms = terms
        self.seen = 0

    def __iter__(self) -> Iterator[TermStats]:
        for term in self._terms:
            self.seen += 1
            yield term


def _term_row(term: TermStats) -> tuple[str, ...]:
    counts = (str(term.document_frequency), str(term.collection_frequency))
    return (term.term, term.stem, term.root, *counts)


def analyze_command(
    *,
    text: Annotated[
        list[str], typer.Argument(metavar="TEXT", help="The text, or - to read it from stdin.")
    ],
    json: JsonOption = False,
    color: ColourOption = "auto",
) -> int:
    """Print the steps; the help is `ANALYZE_HELP`."""
    from analyzers import ANALYZER_VERSION, analyze

    if text == ["-"]:
        content = sys.stdin.buffer.read().decode("utf-8-sig", "replace")
    else:
        content = " ".join(map(terminal.utf8_argument, text))
    tokens = analyze(content)
    screen = render.Screen.of(color)
    if json:
        record = {
            "version": records.JSON_VERSION,
            "analyzer_version": ANALYZER_VERSION,
            "tokens": [_token_record(token) for token in tokens],
        }
        terminal.write(records.json_line(record, for_terminal=screen.is_terminal))
    elif tokens:
        heading = ("word", "unmarked", "folded", "stem", "root", "stopword")
        tables.show(screen, heading, map(_token_row, tokens))
    return exits.FOUND if tokens else exits.NOTHING


def _token_record(token: Token) -> records.Record:
    analysis = token.analysis
    return {
        "word": token.word,
        "start": token.start,
        "end": token.end,
        "unmarked": analysis.unmarked,
        "folded": analysis.folded,
        "stem": analysis.stem,
        "root": analysis.root,
        "stopword": analysis.stopword,
    }


def _token_row(token: Token) -> tuple[str, ...]:
    analysis = token.analysis
    steps = (analysis.unmarked, analysis.folded, analysis.stem, analysis.root)
    return (token.word, *steps, "yes" if analysis.stopword else "no")
