"""In which form is an answer printed? One function for each kind of output that `search` has.

A batch of queries goes through the same functions, each of its lines tagged with the query's id.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers.named import NamedTuple
from indexer.cli.output import records, render, terminal
from indexer.results import SearchResults

if TYPE_CHECKING:
    from indexer.cli.output.template import Template

Printer = Callable[[SearchResults, str | None], None]


class Output(NamedTuple):
    """What to print of an answer, and on what."""

    kind: str
    screen: render.Screen
    template: Template
    ends_with_nul: bool
    page: str = ""
    """The file that a page is written to."""

    @property
    def needs_hits(self) -> bool:
        """Whether more than the number of documents is printed."""
        return self.kind not in ("count", "quiet")

    @property
    def needs_snippets(self) -> bool:
        """Whether the text of the hits is printed."""
        reads_text = {"snippet", "snippet_offset", "matches"}
        if self.kind == "format":
            return not reads_text.isdisjoint(self.fields)
        return self.needs_hits and self.kind != "paths"

    @property
    def marks_titles(self) -> bool:
        """Whether the words of titles that met the query are printed."""
        if self.kind == "format":
            return "title_matches" in self.fields
        return self.kind in ("json", "jsonl", "csv", "html") or (
            self.kind == "text" and self.screen.is_terminal
        )

    @property
    def needs_places(self) -> bool:
        """Whether the place of the best passage is printed."""
        if self.kind == "format":
            return not {"line", "column", "byte_offset", "page", "place"}.isdisjoint(self.fields)
        return self.needs_hits and self.kind != "paths"

    @property
    def fields(self) -> frozenset[str]:
        """The fields that `--format` names."""
        return frozenset(piece.text for piece in self.template if piece.is_field)

    def printer(self) -> Printer:
        """The function that prints an answer so."""
        printers: dict[str, Printer] = {
            "quiet": lambda results, query_id: None,
            "open": _open_first,
            "count": _print_count,
            "json": lambda results, query_id: _print_json(self, results, query_id),
            "jsonl": lambda results, query_id: _print_json_lines(self, results, query_id),
            "format": lambda results, query_id: _print_format(self, results, query_id),
            "csv": _CsvPrinter(self.screen),
            "html": lambda results, query_id: _write_page(self.page, results),
            "paths": lambda results, query_id: _print_paths(self, results, query_id),
            "text": lambda results, query_id: _print_text(self.screen, results, query_id),
        }
        return printers[self.kind]


def _open_first(results: SearchResults, query_id: str | None) -> None:
    """Open the best hit in an editor."""
    if results.hits:
        from indexer.cli.output import editor

        editor.open_at(editor.spot_of(results.hits[0]))


def _print_count(results: SearchResults, query_id: str | None) -> None:
    terminal.write(f"{results.total}\n" if query_id is None else f"{query_id}\t{results.total}\n")


def _print_json(output: Output, results: SearchResults, query_id: str | None) -> None:
    record = records.results_record(results, query_id)
    terminal.write(records.json_line(record, for_terminal=output.screen.is_terminal))


def _print_json_lines(output: Output, results: SearchResults, query_id: str | None) -> None:
    for hit in results.hits:
        record = {"version": records.JSON_VERSION, **records.hit_record(hit, query_id)}
        terminal.write(records.json_line(record, for_terminal=output.screen.is_terminal))


def _print_format(output: Output, results: SearchResults, query_id: str | None) -> None:
    """A line for each hit, as `--format` asks for it."""
    from indexer.cli.output import template

    screen = output.screen
    for hit in results.hits:
        record = records.hit_record(hit, query_id)
        shown = {
            name: screen.data(value) if isinstance(value, str) else value
            for name, value in record.items()
        }
        shown["path"] = screen.name(records.relative_path(hit.path))
        shown["place"] = screen.name(records.place_of(hit))
        terminal.write(template.fill(output.template, shown) + "\n")


def _write_page(path: str, results: SearchResults) -> None:
    """The hits as a page for a browser, in a file or to stdout."""
    from indexer.web.page import static_page

    page = static_page(results).encode("utf-8")
    if path == "-":
        terminal.write_bytes(page)
        return
    with open(path, "wb") as file:
        file.write(page)


class _CsvPrinter:
    """The hits of any number of answers as one table of RFC 4180, a line for each hit."""

    def __init__(self, screen: render.Screen) -> None:
        self._screen = screen
        self._has_heading = False

    def __call__(self, results: SearchResults, query_id: str | None) -> None:
        import csv

        from indexer.cli.output.template import text_of

        writer = csv.writer(_Written(), lineterminator="\n")
        if not self._has_heading:
            writer.writerow(records.HIT_FIELDS)
            self._has_heading = True
        for hit in results.hits:
            shown = records.hit_record(hit, query_id)
            shown["path"] = self._screen.name(records.relative_path(hit.path))
            shown["place"] = self._screen.name(records.place_of(hit))
            values = (text_of(shown[name]) for name in records.HIT_FIELDS)
            writer.writerow(self._screen.data(value) for value in values)


class _Written:
    """Where the csv module writes to: our standard output."""

    def write(self, text: str) -> None:
        terminal.write(text)


def _print_paths(output: Output, results: SearchResults, query_id: str | None) -> None:
    """Each path once, as the bytes of the file system; only a terminal gets it made harmless.

    What has vanished is left out: programs open what they are given.
    """
    head = b"" if query_id is None else query_id.encode("utf-8", "replace") + b"\t"
    end = b"\0" if output.ends_with_nul else b"\n"
    raw = not output.screen.is_terminal
    for path in dict.fromkeys(hit.path for hit in results.hits if hit.stale != "vanished"):
        name = records.relative_path(path)
        shown = os.fsencode(name) if raw else terminal.safe_name(name).encode("utf-8", "replace")
        terminal.write_bytes(head + shown + end)


def _print_text(screen: render.Screen, results: SearchResults, query_id: str | None) -> None:
    lay_out = render.grep_lines
    if screen.is_terminal:
        from indexer.cli.output.blocks import blocks

        lay_out = blocks
    if results.hits or query_id is not None:
        screen.show(lay_out(screen, results, query_id))
