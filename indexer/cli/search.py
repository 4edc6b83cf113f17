"""`fahras search`: from the words and flags to a search, one or a batch, and to an exit code.

How an answer is printed stands in `printing`; why there is none, in `absence`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from indexer.cli import absence, batch, exits, terminal
from indexer.cli.access import open_index
from indexer.cli.options import (
    AllWordsOption,
    ColourOption,
    FieldOption,
    IndexOption,
    JsonLinesOption,
    JsonOption,
    MatchOption,
    SortKey,
    StrictOption,
    VariantsOption,
    one_of,
    searched_fields,
    strict_switches,
)
from indexer.cli.printing import Output
from indexer.results import SearchOptions

if TYPE_CHECKING:
    from indexer.index import Index

SEARCH_HELP = """Search the index; the best documents come first, ten unless asked otherwise.

The words of the query are joined with spaces. A word also meets its other forms: with and
without article, conjunction, preposition, pronoun, plural ending, vowel marks, and in another
spelling of hamza, ta marbuta or ya; the nearer the form, the higher the document.

\b
Query language
  مجلس الأمن            any of the words; more of them, and nearer, is better
  "مجلس الأمن"          the phrase; also «مجلس الأمن»
  "مجلس الأمن"~5        the words within five places of each other
  +قاذفات -روسية       must hold; must not hold (a dash needs no -- before Arabic)
  بيت AND (شعر OR نثر) NOT حديث    in capitals; و, أو and ليس are ordinary words
  بيت*  *بيت*  م*تب     any word that begins so; that holds it; a star is any letters
  موتسارت~1             the word, or one a letter apart (~2: two)
  عنوان:حرب title:حرب   in the title; نص: or text: in the text
  path:news/*           by path; date:2017-11..2017-12 by date
  نفط^2                 counts double

\b
Examples
  fahras search مجلس الأمن
  fahras search -n 3 --snippets 2 '"مجلس الأمن"'
  fahras search -l قاذفات -روسية | head -1
  fahras search -0 نفط --in 'news/*' | xargs -0 wc -w
  fahras search --jsonl --all نفط | jq -r .title
  fahras search --format '{path}:{line}: {snippet}' نفط
  fahras search --queries questions.txt --jsonl > hits.jsonl

Exit codes: 0 something was found, 1 nothing was, 2 an error."""


def search_command(
    *,
    query: Annotated[
        list[str] | None, typer.Argument(metavar="QUERY", help="The words to search for.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", metavar="N", min=1, help="How many hits.")
    ] = 10,
    offset: Annotated[
        int, typer.Option("--offset", metavar="N", min=0, help="Leave out the first N hits.")
    ] = 0,
    all_hits: Annotated[bool, typer.Option("--all", help="All hits.")] = False,
    paths: Annotated[
        bool, typer.Option("--paths", "-l", help="Print the paths only, each once.")
    ] = False,
    null: Annotated[
        bool,
        typer.Option("--null", "-0", help="End each path with NUL, for xargs -0; implies -l."),
    ] = False,
    count: Annotated[
        bool, typer.Option("--count", "-c", help="Print how many documents there are.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing; the exit code tells.")
    ] = False,
    json: JsonOption = False,
    jsonl: JsonLinesOption = False,
    format: Annotated[  # noqa: A002 - the option's name is the contract
        str | None,
        typer.Option(
            "--format",
            metavar="TEMPLATE",
            help="A line for each hit, {name} for the fields of the JSON: "
            "'{path}:{line}: {snippet}'. \\t and \\n are a tab and a line end.",
        ),
    ] = None,
    sort: Annotated[
        SortKey,
        typer.Option("--sort", help="The order of the hits; dates newest, sizes largest first."),
    ] = "relevance",
    within: Annotated[
        list[str] | None,
        typer.Option(
            "--in",
            metavar="GLOB",
            help="Only files whose path below the indexed folder fits, as in 'news/*'. "
            "May be repeated: one must fit.",
        ),
    ] = None,
    field: FieldOption = None,
    match: MatchOption = "variant",
    strict: StrictOption = None,
    all_words: AllWordsOption = False,
    variants: VariantsOption = None,
    snippets: Annotated[
        int, typer.Option("--snippets", metavar="N", min=1, help="Passages for each hit.")
    ] = 1,
    no_snippets: Annotated[bool, typer.Option("--no-snippets", help="No passages.")] = False,
    context: Annotated[
        int,
        typer.Option("--context", metavar="CHARS", min=1, help="About how long a passage is."),
    ] = 160,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what each word added to a score.")
    ] = False,
    queries: Annotated[
        str | None,
        typer.Option(
            "--queries",
            metavar="FILE",
            help="Run a batch: a query a line, or JSON lines with id and text; - is stdin. "
            "Results bear the id, or the number of the line.",
        ),
    ] = None,
    index: IndexOption = None,
    color: ColourOption = "auto",
) -> int:
    """Search and print; the help is `SEARCH_HELP`."""
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
        options = replace(options, limit=1, offset=0)
    if not output.needs_snippets:
        options = replace(options, snippets=0)
    if (query is None) == (queries is None):
        raise typer.BadParameter("give a query, or --queries FILE, one of the two")
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
            absence.explain(index, text, options, results)
        else:
            absence.remark(results, output)
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
