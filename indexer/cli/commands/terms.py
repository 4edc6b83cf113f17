"""`fahras terms`: the written forms of an index, with stem, root and frequencies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.line.kinds import one_of
from indexer.cli.output import records, render, tables, terminal

if TYPE_CHECKING:
    from indexer.cli.line.options import TermsRequest
    from indexer.reports import TermStats


def run(request: TermsRequest) -> int:
    """Print the terms that fit, in the order asked for."""
    from indexer.cli.opening import open_index

    kind = one_of(json=request.json, jsonl=request.jsonl)
    screen = render.Screen.of(request.color)
    pattern = terminal.utf8_argument(request.pattern)
    with open_index(request.index) as opened:
        counted = _Counted(opened.terms(pattern, request.limit, request.sort))
        _print(counted, kind, screen)
    if counted.seen:
        return exits.FOUND
    beginning = pattern.removesuffix("*")
    if "*" in beginning:
        terminal.complain(f"no term fits: {pattern}")
    else:
        terminal.complain(f"no term begins with: {beginning}" if beginning else "no term is there")
    return exits.NOTHING


def _print(terms: Iterable[TermStats], kind: str | None, screen: render.Screen) -> None:
    """As one JSON object, as JSON lines, or as a table; the last two as the terms come."""
    version = {"version": records.JSON_VERSION}
    if kind == "json":
        record = {**version, "terms": [records.term_record(term) for term in terms]}
        terminal.write(records.json_line(record, for_terminal=screen.is_terminal))
    elif kind == "jsonl":
        for term in terms:
            record = {**version, **records.term_record(term)}
            terminal.write(records.json_line(record, for_terminal=screen.is_terminal))
    else:
        heading = ("term", "stem", "root", "documents", "occurrences")
        tables.show(screen, heading, map(_term_row, terms))


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
