"""`fahras search`: from words and flags to a search, one or a batch, and an exit code.

`printing` prints an answer; `hints` says why there is none.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.line.kinds import UsageError, one_of
from indexer.cli.output import render, terminal
from indexer.cli.output.printing import Output
from indexer.errors import QueryError
from indexer.results import SearchOptions, SearchResults, ascii_digits

if TYPE_CHECKING:
    from indexer.cli.line.options import ExportRequest, SearchRequest, SimilarRequest
    from indexer.cli.output.template import Template
    from indexer.index import Index
    from indexer.results import Hit


def run(request: SearchRequest) -> int:
    """Search and print, one query or a batch."""
    from indexer.cli.opening import open_index

    output = output_of(request)
    interactive = request.pick or request.open
    if bool(request.query) == (request.queries is not None) and not request.pick:
        raise UsageError("give a query, or --queries FILE, one of the two")
    if interactive and request.queries is not None:
        raise UsageError("--pick and --open are for one query, not for --queries")
    if request.html is not None and request.queries is not None:
        raise UsageError(
            "--html is a page of one query: give the queries of the file one by one, or take --csv "
            "for a table of all"
        )
    if request.pick and request.files_from == "-":
        raise UsageError("--pick reads the keys: give the list of --files-from as a file")
    if request.queries == request.files_from == "-":
        raise UsageError("--queries and --files-from cannot both read stdin")
    options = _options(request, output)
    with open_index(request.index) as opened:
        # imported deep inside other imports, numpy takes 5 ms longer: where a piece of Python's
        # stack is just full, each call maps and unmaps the next one
        import_module("numpy")
        if request.queries is not None:
            return _search_batch(opened, request.queries, options, output)
        text = " ".join(terminal.utf8_argument(word) for word in request.query)
        if request.pick:
            from indexer.cli.commands.picking import pick

            shown = options._replace(snippets=request.snippets, places=True, mark_titles=True)
            return pick(request, text, lambda words: opened.search(words, shown))
        return _search_once(opened, text, options, output)


def output_of(request: SearchRequest | SimilarRequest) -> Output:
    """The output that the flags ask for; without any of them, text."""
    kind = one_of(
        json=request.json,
        jsonl=request.jsonl,
        format=request.format is not None,
        csv=request.csv,
        html=request.html is not None,
        paths=request.paths or request.null,
        count=request.count,
    )
    pieces = [] if request.format is None else _pieces(request.format)
    kind = "open" if request.open else "quiet" if request.quiet else kind or "text"
    screen = render.Screen.of(request.color, request.bidi, request.hyperlink or "auto")
    return Output(kind, screen, pieces, request.null, request.html or "")


def _pieces(line: str) -> Template:
    from indexer.cli.output import records, template

    try:
        return template.parse(line, records.HIT_FIELDS)
    except template.TemplateError as error:
        raise UsageError(str(error)) from None


def _options(request: SearchRequest, output: Output) -> SearchOptions:
    """What the library is asked: no more hits and passages than are printed."""
    options = options_of(request)._replace(
        sort=request.sort,
        by=request.by,
        respell=_respells(request.spelling, output),
        copies=request.copies or output.kind == "paths" or not output.needs_hits,
    )
    return as_shown(options, request, output)


def as_shown(
    options: SearchOptions, request: SearchRequest | SimilarRequest, output: Output
) -> SearchOptions:
    """The options with no more hits and passages than are printed."""
    options = options._replace(
        limit=None if request.all_hits else request.limit,
        offset=request.offset,
        snippets=request.snippets if output.needs_snippets and not request.no_snippets else 0,
        context_chars=request.context,
        places=output.needs_places,
        mark_titles=output.marks_titles,
        explain=request.explain,
    )
    if output.kind == "open":
        return options._replace(limit=1)
    return options if output.needs_hits else options._replace(limit=1, offset=0)


def options_of(request: SearchRequest | ExportRequest) -> SearchOptions:
    """What a line says of which documents are meant, and of what words mean."""
    return filters_of(request)._replace(
        match=request.match,
        strict=frozenset(request.strict),
        fields=request.field,
        all_words=request.all_words,
        plain=request.plain,
        variants_files=request.variants,
    )


def filters_of(request: SearchRequest | SimilarRequest | ExportRequest) -> SearchOptions:
    """Which documents may be meant at all. Raises OSError."""
    return SearchOptions(
        within=request.within,
        since=ascii_digits(request.since),
        until=ascii_digits(request.until),
        below=os.getcwd() if request.here else "",
        only=_listed(request.files_from),
    )


def _listed(name: str | None) -> tuple[str, ...] | None:
    """The paths that a file lists; None where none is named."""
    if name is None:
        return None
    from indexer.cli.commands.chosen import paths_in

    return tuple(paths_in(name))


def _respells(choice: str, output: Output) -> bool:
    """Whether words that the index lacks are replaced: auto is where a person reads the hits."""
    if choice == "auto":
        return output.kind == "html" or (output.kind == "text" and output.screen.is_terminal)
    return choice == "always"


def _search_once(index: Index, text: str, options: SearchOptions, output: Output) -> int:
    """Run one query, print its results and hints, and return the exit code."""
    results = index.search(text, options)
    if not results.total and output.kind != "quiet":
        results = results._replace(reasons=index.why_nothing(results, options))
    output.printer()(results, None)
    if output.kind not in ("quiet", "json"):
        from indexer.cli.output import hints

        terminal.flush()
        if not results.total:
            hints.explain(results)
        else:
            hints.remark(results, output)
    return exits.FOUND if _is_something(results, output) else exits.NOTHING


def _is_something(results: SearchResults, output: Output) -> bool:
    """Whether anything was found; of paths, any that still is there."""
    if output.kind == "paths" and results.hits:
        return any(hit.stale != "vanished" for hit in results.hits)
    return bool(results.total)


def _search_batch(index: Index, path: str, options: SearchOptions, output: Output) -> int:
    """Answer the queries of a file in order on one open index; a broken one is only reported."""
    from indexer.cli.commands import batch

    printer = output.printer()
    found, failed = False, False
    stale: dict[str, Hit] = {}
    for query in batch.read(path):
        try:
            results = index.search(query.checked_text, options)
        except (QueryError, batch.BatchError) as error:
            terminal.complain(f"{path}:{query.line}: {error}")
            failed = True
            continue
        if not results.total and output.kind == "json":
            results = results._replace(reasons=index.why_nothing(results, options))
        found = found or _is_something(results, output)
        printer(results, query.id)
        stale |= {hit.path: hit for hit in results.hits if hit.stale}
        if output.kind not in ("quiet", "json"):
            for note in results.notes:
                terminal.complain(f"{path}:{query.line}: {note}")
    if stale and output.kind != "json":
        from indexer.cli.output import hints

        terminal.flush()
        hints.tell_stale(stale.values(), left_out=output.kind == "paths")
    if failed:
        return exits.ERROR
    return exits.FOUND if found else exits.NOTHING
