"""`fahras analyze`: what the analyzer makes of a text, by which steps, and what its words meet."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.output import records, render, tables, terminal
from indexer.errors import FahrasError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analyzers import Token
    from indexer.cli.line.options import AnalyzeRequest
    from indexer.cli.output.lessons import Step
    from indexer.reports import Meeting

_HEADING = ("word", "unmarked", "folded", "stem", "root", "stopword")
_STEPS_HEADING = ("", "result", "by which rule")


def run(request: AnalyzeRequest) -> int:
    """Print the steps."""
    from analyzers import analyze

    if request.text == ("-",):
        content = sys.stdin.buffer.read().decode("utf-8-sig", "replace")
    else:
        content = " ".join(map(terminal.utf8_argument, request.text))
    tokens = analyze(content)
    screen = render.Screen.of(request.color)
    teaches = request.steps or (screen.is_terminal and len(tokens) == 1)
    meetings = _meetings(tokens, request.index) if teaches else {}
    if request.json:
        _print_json(tokens, meetings, screen, teaches=teaches)
    elif teaches and tokens:
        _print_steps(tokens, meetings, screen)
    elif tokens:
        tables.show(screen, _HEADING, map(_token_row, tokens))
    if not tokens and not request.json:
        terminal.complain("the text holds no words: give at least one")
    return exits.FOUND if tokens else exits.NOTHING


def _meetings(tokens: Sequence[Token], index_dir: str | None) -> dict[str, tuple[Meeting, ...]]:
    """What each form meets in the index, which need not be there unless it was named."""
    from indexer.cli.opening import open_index

    found: dict[str, tuple[Meeting, ...]] = {}
    with suppress(*() if index_dir else (FahrasError,)), open_index(index_dir) as opened:
        for form in dict.fromkeys(token.analysis.unmarked for token in tokens):
            found[form] = opened.meetings(form)
    return found


def _print_json(
    tokens: Sequence[Token],
    meetings: dict[str, tuple[Meeting, ...]],
    screen: render.Screen,
    *,
    teaches: bool,
) -> None:
    from analyzers import ANALYZER_VERSION

    shown = [_token_record(token) for token in tokens]
    if teaches:
        from indexer.cli.output import lessons

        for record, token in zip(shown, tokens, strict=True):
            record["steps"] = [step._asdict() for step in lessons.lesson(token)]
            met = meetings.get(token.analysis.unmarked, ())
            record["meets"] = [_meeting_record(meeting) for meeting in met]
    record = {
        "version": records.JSON_VERSION,
        "analyzer_version": ANALYZER_VERSION,
        "tokens": shown,
    }
    terminal.write(records.json_line(record, for_terminal=screen.is_terminal))


def _print_steps(
    tokens: Sequence[Token], meetings: dict[str, tuple[Meeting, ...]], screen: render.Screen
) -> None:
    """A table for each word; into a pipe one of all, each row headed by its word."""
    if not screen.is_terminal:
        rows = ((token.word, *step) for token in tokens for step in _steps(token, meetings))
        tables.show(screen, ("word", *_STEPS_HEADING), rows)
        return
    for token in tokens:
        screen.show([[(screen.data(token.word), "bold")]])
        tables.show(screen, _STEPS_HEADING, list(_steps(token, meetings)))


def _steps(token: Token, meetings: dict[str, tuple[Meeting, ...]]) -> Iterator[Step]:
    from indexer.cli.output import lessons

    yield from lessons.lesson(token)
    for step in lessons.met(meetings.get(token.analysis.unmarked, ())):
        yield step._replace(name=f"met: {step.name}")


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


def _meeting_record(meeting: Meeting) -> records.Record:
    """What a word meets at one tier, as JSON."""
    forms = [{"term": form, "count": count} for form, count in meeting.forms]
    return {"tier": meeting.tier, "retrieves": meeting.retrieves, "forms": forms}


def _token_row(token: Token) -> tuple[str, ...]:
    analysis = token.analysis
    steps = (analysis.unmarked, analysis.folded, analysis.stem, analysis.root)
    return (token.word, *steps, "yes" if analysis.stopword else "no")
