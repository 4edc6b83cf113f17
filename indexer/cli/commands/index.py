"""`fahras index`: which index is meant, how far the run is, and what was done."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.commands.chosen import choose_of, listed_files
from indexer.cli.line.kinds import UsageError
from indexer.cli.output import terminal
from indexer.errors import FahrasError, NoIndexError
from indexer.process import keep_freed_memory
from indexer.update.lookahead import look_ahead

if TYPE_CHECKING:
    from indexer.cli.line.options import IndexRequest
    from indexer.folder.choices import Choose
    from indexer.index import Index
    from indexer.reports import UpdateReport


def run(request: IndexRequest) -> int:
    """Bring the index that is meant up to date and print what was done."""
    if request.formats:
        from indexer.cli.output import formats

        formats.show(as_json=request.json)
        return exits.FOUND
    for path in request.paths:
        os.stat(path)
    choose, listed = choose_of(request), listed_files(request)
    report, places = _updated(request, choose, listed)
    _print(report, request)
    if _is_blank(report) and not (request.forget or request.quiet or listed is not None):
        _say_no_texts(places)
    is_whole = not report.unread and not any(problem.lost for problem in report.problems)
    return exits.FOUND if is_whole else exits.ERROR


def _updated(
    request: IndexRequest, choose: Choose | None, listed: list[str] | None
) -> tuple[UpdateReport, list[str]]:
    """What was done, and to which folders."""
    named, forget = list(request.paths), list(request.forget)
    aliases = dict(map(_alias, request.field_alias))
    looks = not (request.rebuild or forget or listed is not None)
    looking = look_ahead(_home(named), named, request.index, choose) if looks else None
    with looking or nullcontext() as ahead:
        from indexer.cli.output.progress import shown

        opened = _opened(named, request)
        keep_freed_memory()
        terminal.end_on_closed_pipe(False)
        terminal.interrupt_on_end_signals()
        with opened, shown(quiet=request.quiet) as progress:
            notes = opened.alias_fields(aliases) if aliases else ()
            with _saying("--field-alias is done, but not the update") if aliases else nullcontext():
                report = opened.update(
                    named,
                    forget=forget,
                    listed=listed,
                    choose=choose,
                    progress=progress,
                    ahead=ahead,
                )
            if _is_blank(report) and not (named or forget or listed is not None):
                if not opened.roots():  # all was forgotten
                    report = opened.update(["."], progress=progress)
                named = list(opened.roots())
    terminal.end_on_closed_pipe(True)
    return report._replace(notes=(*notes, *report.notes)), named


@contextmanager
def _saying(what: str) -> Iterator[None]:
    """Say what was done already where the rest fails."""
    try:
        yield
    except (FahrasError, OSError):
        terminal.complain(what)
        raise


def _alias(text: str) -> tuple[str, str]:
    name, equals, field = terminal.utf8_argument(text).partition("=")
    if not (name and equals):
        raise UsageError(f"--field-alias: {text!r} is no NAME=FIELD, as in كاتب=title")
    return name, field


def _print(report: UpdateReport, request: IndexRequest) -> None:
    from indexer.cli.output import errors, figures, records, render

    if request.json:
        on_terminal = terminal.is_terminal(sys.stdout)
        terminal.write(records.json_line(records.report_record(report), for_terminal=on_terminal))
    elif not request.quiet:
        screen = render.Screen.of("never")
        for line in (summary(report), *report.notes):
            terminal.write(screen.data(line) + "\n")
        if screen.is_terminal and report.documents:
            _say_what_next(request)
    errors.report_problems(report.problems)
    if report.unread:
        files = figures.counted(report.unread, "file")
        terminal.complain(f"{files} could not be read before and did not change: see fahras stats")


def _opened(paths: list[str], request: IndexRequest) -> Index:
    """The index that is meant, a new one where there is none.

    As git finds its folder: the one at the first path or above it, else a new one there. Several
    paths share the index of the folder where the command runs.
    """
    from indexer.index import Index

    home, index_dir, wait_s = _home(paths), request.index, request.wait
    if request.rebuild:
        return Index.rebuild(home, index_dir=index_dir, roots=paths, wait_s=wait_s)
    try:
        return Index.open(home, index_dir=index_dir, wait_s=wait_s)
    except NoIndexError:
        if request.forget:
            raise
        return Index.create(home, index_dir=index_dir, wait_s=wait_s)


def _home(paths: list[str]) -> str:
    home = paths[0] if len(paths) == 1 else "."
    return home if os.path.isdir(home) else os.path.dirname(home) or "."


def _say_what_next(request: IndexRequest) -> None:
    """Where the index is, and how it is searched: for a person who sees it for the first time."""
    from shlex import quote

    from indexer.storage import location as storage

    home = _home(list(request.paths))
    if request.index and storage.is_remote(request.index):
        address = terminal.safe_name(request.index)
        terminal.write(f"Search it with: fahras search --index {quote(address)} WORDS\n")
        return
    where = os.path.abspath(request.index or storage.find(home))
    name = quote(terminal.safe_name(where))
    folder = os.path.dirname(where)
    here = os.path.join(os.getcwd(), "")
    if os.path.basename(where) != storage.INDEX_NAME:
        search = f"fahras search --index {name} WORDS"
    elif here.startswith(os.path.join(folder, "")):
        search = "fahras search WORDS"
    else:
        search = f"cd {quote(terminal.safe_name(folder))}; fahras search WORDS"
    terminal.write(f"The index is in {name}; search it with: {search}\n")


def _say_no_texts(places: list[str]) -> None:
    from indexer.cli.output.records import relative_path

    where = ", ".join(terminal.safe_name(relative_path(os.path.abspath(p))) for p in places)
    terminal.complain(f"no texts in {where}: fahras index --formats lists what is read")


def _is_blank(report: UpdateReport) -> bool:
    files = report.added + report.changed + report.moved + report.removed + report.unchanged
    return not (files or report.documents or report.problems or report.unread)


def summary(report: UpdateReport) -> str:
    """What was done, on one line."""
    from indexer.cli.output.figures import counted, size

    touched = {
        "added": report.added,
        "changed": report.changed,
        "moved": report.moved,
        "removed": report.removed,
    }
    parts = [f"{count:,} {name}" for name, count in touched.items() if count]
    holds = f"{counted(report.documents, 'document')} in the index"
    if not parts:
        seconds = f"{report.elapsed_s:.2f} s"
        return f"Nothing changed: {counted(report.unchanged, 'file')}, {holds} ({seconds})"
    if report.unchanged:
        parts.append(f"{report.unchanged:,} unchanged")
    cost = f"{size(report.bytes_read)} read in {report.elapsed_s:.2f} s"
    return f"Files: {', '.join(parts)}; {holds} ({cost})"
