"""How is a search answered? From words and flags to a search, one or a batch, and an exit code.

How an answer is printed stands in `printing`; why there is none, in `absence`. Typer has no part in
this: `search` hands on what it parsed, `plain` what needed no parser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.commands import batch
from indexer.cli.commands.access import open_index
from indexer.cli.line.values import misused, one_of, searched_fields, strict_switches
from indexer.cli.output import hints, terminal
from indexer.cli.output.printing import Output
from indexer.results import SearchOptions

if TYPE_CHECKING:
    from indexer.index import Index


def answer(
    *,
    query: list[str] | None = None,
    limit: int = 10,
    offset: int = 0,
    all_hits: bool = False,
    paths: bool = False,
    null: bool = False,
    count: bool = False,
    quiet: bool = False,
    json: bool = False,
    jsonl: bool = False,
    format: str | None = None,  # noqa: A002 - the option's name is the contract
    sort: str = "relevance",
    within: list[str] | None = None,
    field: list[str] | None = None,
    match: str = "variant",
    strict: list[str] | None = None,
    all_words: bool = False,
    variants: list[str] | None = None,
    snippets: int = 1,
    no_snippets: bool = False,
    context: int = 160,
    explain: bool = False,
    queries: str | None = None,
    index: str | None = None,
    color: str = "auto",
) -> int:
    """Search and print; the parameters are those of `search_command`, which tells what they are."""
    output = Output.of(
        one_of(json=json, jsonl=jsonl, format=format is not None, paths=paths or null, count=count),
        quiet=quiet,
        line_template=format or "",
        ends_with_nul=null,
        colour=color,
    )
    options = SearchOptions(
        limit=None if all_hits else limit,
        offset=offset,
        match=match,
        strict=strict_switches(strict),
        fields=searched_fields(field),
        sort=sort,
        within=tuple(within or ()),
        all_words=all_words,
        snippets=0 if no_snippets else snippets,
        context_chars=context,
        explain=explain,
        variants_files=tuple(variants or ()),
    )
    if not output.needs_hits:
        options = options._replace(limit=1, offset=0)
    if not output.needs_snippets:
        options = options._replace(snippets=0)
    if (query is None) == (queries is None):
        raise misused("give a query, or --queries FILE, one of the two")
    with open_index(index) as opened:
        if queries is not None:
            return _search_batch(opened, batch.read(queries), options, output)
        text = " ".join(terminal.utf8_argument(word) for word in query or ())
        return _search_once(opened, text, options, output)


def _search_once(index: Index, text: str, options: SearchOptions, output: Output) -> int:
    results = index.search(text, options)
    output.printer()(results, None)
    if output.kind not in ("quiet", "json"):
        terminal.flush()
        if not results.total:
            hints.explain(index, text, options, results)
        else:
            hints.remark(results, output)
    return exits.FOUND if results.total else exits.NOTHING


def _search_batch(
    index: Index, queries: list[batch.Query], options: SearchOptions, output: Output
) -> int:
    """Answer the queries in order on one open index; a broken one is reported and passed over."""
    printer = output.printer()
    found, failed = False, False
    for query in queries:
        try:
            results = index.search(query.text, options)
        except batch.QUERY_ERRORS as error:
            terminal.complain(f"query {query.id}: {error}")
            failed = True
            continue
        found = found or bool(results.total)
        printer(results, query.id)
    if failed:
        return exits.ERROR
    return exits.FOUND if found else exits.NOTHING
