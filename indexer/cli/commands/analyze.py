"""`fahras analyze`: what the analyzer makes of a text, step by step."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.output import records, render, tables, terminal

if TYPE_CHECKING:
    from analyzers import Token
    from indexer.cli.line.options import AnalyzeRequest


def run(request: AnalyzeRequest) -> int:
    """Print the steps."""
    from analyzers import ANALYZER_VERSION, analyze

    if request.text == ("-",):
        content = sys.stdin.buffer.read().decode("utf-8-sig", "replace")
    else:
        content = " ".join(map(terminal.utf8_argument, request.text))
    tokens = analyze(content)
    screen = render.Screen.of(request.color)
    if request.json:
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
    """The JSON object of a token."""
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
