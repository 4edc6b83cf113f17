"""`fahras search` as Typer knows it: its words, its options and its help. `answer` does it."""

from __future__ import annotations

from typing import Annotated

import typer

from indexer.cli.commands.answer import answer
from indexer.cli.line.options import (
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
)

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
    return answer(
        query=query,
        limit=limit,
        offset=offset,
        all_hits=all_hits,
        paths=paths,
        null=null,
        count=count,
        quiet=quiet,
        json=json,
        jsonl=jsonl,
        format=format,
        sort=sort,
        within=within,
        field=field,
        match=match,
        strict=strict,
        all_words=all_words,
        variants=variants,
        snippets=snippets,
        no_snippets=no_snippets,
        context=context,
        explain=explain,
        queries=queries,
        index=index,
        color=color,
    )
