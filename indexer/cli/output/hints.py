"""Why was nothing found, and what should a reader know beside the hits? Sentences on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from indexer.cli.output import terminal
from indexer.results import STALENESS, SearchOptions, SearchResults

if TYPE_CHECKING:
    from indexer.cli.output.printing import Output
    from indexer.index import Index
    from indexer.results import Hit

_FILTERS = {
    "within": "--in",
    "fields": "--field",
    "strict": "--strict",
    "all_words": "--all-words",
    "match": "--match",
}


def explain(index: Index, query: str, options: SearchOptions, results: SearchResults) -> None:
    """Say that nothing was found, and each reason that is known."""
    if not any(map(str.isalnum, query)):
        terminal.complain("the query holds no words, so nothing was searched: give at least one")
        return
    terminal.complain(f"nothing found for: {query}")
    tell_words(results)
    relaxed = _without_filters(options)
    if relaxed is not None:
        total = index.search(query, relaxed).total
        if total:
            noun = "document" if total == 1 else "documents"
            terminal.complain(f"without {_filters_used(options)}: {total:,} {noun}")
    skipped = sum(problem.fatal for problem in index.problems())
    if not index.document_count:
        terminal.complain("the index holds no documents: add some with fahras index PATH")
    elif skipped:
        noun = "file" if skipped == 1 else "files"
        terminal.complain(f"{skipped:,} {noun} could not be read; fahras stats names them")


def remark(results: SearchResults, output: Output) -> None:
    """What stands beside an answer: notes, files that are not as they were, and that there is more.

    The last where paths end on a terminal; other answers say it themselves.
    """
    if output.kind == "text" and output.screen.is_terminal:
        tell_words(results)
    else:
        for note in results.notes:
            terminal.complain(note)
    tell_stale(results.hits, left_out=output.kind == "paths")
    cut_short = output.kind == "paths" and len(results.hits) < results.total
    if cut_short and terminal.is_terminal(sys.stderr):
        shown = f"the first {len(results.hits):,} of {results.total:,}"
        terminal.complain(f"{shown} documents; --all for all")


def tell_stale(hits: Iterable[Hit], *, left_out: bool) -> None:
    """How many of the files of some hits have changed or vanished.

    left_out: whether those that have vanished are not shown.
    """
    states = list({hit.path: hit.stale for hit in hits}.values())
    told = []
    for state in STALENESS:
        count = states.count(state)
        if count:
            have = "files have" if count > 1 else "file has"
            rest = ", left out here" if left_out and state == "vanished" else ""
            told.append(f"{count:,} {have} {state}{rest}")
    if told:
        message = " and ".join(told)
        terminal.complain(f"since the index was updated {message}: run fahras index")


def tell_words(results: SearchResults) -> None:
    """The words that the index does not hold, with the nearest it does, and the notes."""
    noted = "\n".join(results.notes)
    for unknown in results.unknown_words:
        told = f"«{unknown.word}»" in noted  # what was found in its place
        if told and all(word in noted for word in unknown.suggestions[:1]):
            continue
        message = f"not in the index: {unknown.word}"
        if unknown.suggestions:
            message += f"; did you mean (هل تقصد): {'، '.join(unknown.suggestions)}"
        terminal.complain(message)
    for note in results.notes:
        terminal.complain(note)


def _changed(options: SearchOptions) -> list[str]:
    default = SearchOptions()
    return [name for name in _FILTERS if getattr(options, name) != getattr(default, name)]


def _filters_used(options: SearchOptions) -> str:
    return ", ".join(_FILTERS[name] for name in _changed(options))


def _without_filters(options: SearchOptions) -> SearchOptions | None:
    """The same search without its filters, or None where it had none."""
    if not _changed(options):
        return None
    default = SearchOptions()
    return options._replace(
        limit=1,
        offset=0,
        snippets=0,
        explain=False,
        within=default.within,
        fields=default.fields,
        strict=default.strict,
        all_words=default.all_words,
        match=default.match,
    )
