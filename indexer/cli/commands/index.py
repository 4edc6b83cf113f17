"""`fahras index` as Typer knows it: its paths, its options and its help. `follow` does it."""

from __future__ import annotations

from typing import Annotated

import typer

from indexer.cli.commands.follow import follow
from indexer.cli.line.options import IndexOption, JsonOption

INDEX_HELP = """Build the index of a folder, or bring it up to date.

New, changed, moved and removed files are found by size and time, in doubt by content; only they
are read. Without PATH everything that the index of this folder holds is brought up to date, or
this folder is indexed for the first time. With PATH only that folder or file is.

Files: .txt, .md, .html, .jsonl and .jsonl.gz (a document for each record with id, title, text).

\b
Examples
  fahras index                                  this folder
  fahras index ~/texts                          that one, its index in ~/texts/.fahras
  fahras index /mnt/archive --index ~/archive   a folder that cannot be written to
  fahras index docs.jsonl.gz --index ./records  records of one file
  fahras index --forget ~/drafts                no longer index what was indexed so
  fahras index --rebuild                        write the whole index anew

Exit codes: 0 all is indexed, 2 an error, also when single files could not be read."""


def index_command(
    *,
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH", help="Folders or files to index.")
    ] = None,
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="Write it anew, also where another version wrote it."),
    ] = False,
    forget: Annotated[
        list[str] | None,
        typer.Option(
            "--forget",
            metavar="PATH",
            help="Take out what `fahras index PATH` once put in. May be repeated.",
        ),
    ] = None,
    index: IndexOption = None,
    json: JsonOption = False,
) -> int:
    """Index and print what was done; the help is `INDEX_HELP`."""
    return follow(paths=paths, rebuild=rebuild, forget=forget, index=index, json=json)
