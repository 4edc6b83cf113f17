"""What is in a database of Access? Its tables; of a book of Shamela (`.bok`) the text by pages.

Read by the programs of mdbtools, which the worker runs, so that they have its limits. A `.bok` has
a table `Main` with title and author, `bN` with the pages and `tN` with the headings.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

from indexer.errors import ExtractError, PassingError
from indexer.extract.fields import full_title
from indexer.extract.types import Extraction, Record
from indexer.parts.layout import PAGE_END, Division, Layout, title_of

_TABLES, _ROWS = "mdb-tables", "mdb-json"
_SECONDS, _SECONDS_A_MIB = 60, 5
_MOST_BYTES = 256 << 20
_MOST_TABLES = 500

Row = Mapping[str, Any]


def extract_access(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a book, or a record for each table. Raises ExtractError."""
    from indexer.extract.worker import read_apart

    if not (shutil.which(_TABLES) and shutil.which(_ROWS)):
        raise PassingError("mdbtools are missing, which read it: install the package mdbtools")
    seconds = _SECONDS + _SECONDS_A_MIB * (len(data) >> 20)
    tables: dict[str, list[Row]] = read_apart(f"{__name__}:parse", data, seconds=seconds)
    book = _book(tables)
    if book is not None:
        extraction.records = (book,)
        return
    texts = ((name, _text_of(rows)) for name, rows in tables.items())
    extraction.records = tuple(
        Record(None, name, text, line=number, item=name)
        for number, (name, text) in enumerate(texts, 1)
        if text.strip()
    )
    if not extraction.records:
        raise ExtractError("its tables hold no text")


def parse(data: bytes) -> dict[str, list[Row]]:
    """The rows of each table; what the worker is asked for."""
    left = _MOST_BYTES
    tables: dict[str, list[Row]] = {}
    with _named(data) as path:
        names = _output([_TABLES, "-1", path], _MOST_BYTES).decode("utf-8", "replace").splitlines()
        for name in list(filter(None, names))[:_MOST_TABLES]:
            rows = _output([_ROWS, path, name], left)
            left -= len(rows)
            tables[name] = list(_rows(rows))
    return tables


def _rows(lines: bytes) -> Iterator[Row]:
    for line in lines.splitlines():
        with contextlib.suppress(ValueError):
            row = json.loads(line.decode("utf-8", "replace"))
            if isinstance(row, dict):
                yield row


@contextlib.contextmanager
def _named(data: bytes) -> Iterator[str]:
    """A path by which programs can read bytes: of memory, where the system has that."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("fahras")
        try:
            with os.fdopen(os.dup(descriptor), "wb") as file:
                file.write(data)
            yield f"/proc/{os.getpid()}/fd/{descriptor}"
        finally:
            os.close(descriptor)
    else:
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            yield file.name


def _output(command: list[str], most: int) -> bytes:
    """What a program prints. Raises ExtractError where it fails, or prints too much."""
    environment = {**os.environ, "MDB_JET3_CHARSET": "CP1256", "MDBICONV": "UTF-8"}
    with subprocess.Popen(  # noqa: S603  known programs, no shell
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        if process.stdout is None:
            raise ValueError("a program has a pipe")
        given = process.stdout.read(most + 1)
        if len(given) > most:
            process.kill()
            raise ExtractError(f"it holds more than {_MOST_BYTES >> 20} MiB: leave it out")
    if process.returncode and not given:
        raise ExtractError("damaged, or of a kind that mdbtools do not read")
    return given


def _text_of(rows: list[Row]) -> str:
    """A row a line, its texts and numbers apart by tabs."""
    lines = ("\t".join(_shown(value) for value in row.values()) for row in rows)
    return "".join(f"{line}\n" for line in lines if line.strip())


def _shown(value: object) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


def _book(tables: Mapping[str, list[Row]]) -> Record | None:
    """The book of a `.bok`; None if these are other tables."""
    lower = {name.lower(): rows for name, rows in tables.items()}
    main = next(iter(lower.get("main", [])), {})
    about = {key.lower(): value for key, value in main.items()}
    number = about.get("bkid")
    pages = lower.get(f"b{number}")
    if pages is None or not any("nass" in map(str.lower, row) for row in pages[:1]):
        return None
    text, divisions = _pages_of(pages, lower.get(f"t{number}", []))
    title = full_title(about.get("bk"), about.get("auth"))
    return Record(None, title, text, layout=Layout(tuple(divisions)))


def _pages_of(pages: list[Row], titles: list[Row]) -> tuple[str, list[Division]]:
    """The text of a book, its pages apart by form feeds, and where pages and headings begin."""
    headings: dict[object, list[Row]] = {}
    for row in titles:
        lower = {key.lower(): value for key, value in row.items()}
        headings.setdefault(lower.get("id"), []).append(lower)
    pieces: list[str] = []
    divisions: list[Division] = []
    start = 0
    for row in sorted(pages, key=_row_number):
        lower = {key.lower(): value for key, value in row.items()}
        text = str(lower.get("nass", "")).replace("\r\n", "\n").replace("\r", "\n")
        label = _label(lower.get("part"), lower.get("page"))
        if label:
            divisions.append(Division(start, "page", label))
        for heading in headings.get(lower.get("id"), ()):
            level = heading.get("lvl")
            level = level if isinstance(level, int) and 0 < level < 10 else 1
            title = title_of(str(heading.get("tit", "")))
            divisions.append(Division(start, "heading", "", title, level))
        pieces.append(f"{text}\n{PAGE_END}")
        start += len(pieces[-1])
    return "".join(pieces), divisions


def _row_number(row: Row) -> int:
    number = next((value for key, value in row.items() if key.lower() == "id"), 0)
    return number if isinstance(number, int) else 0


def _label(part: object, page: object) -> str:
    """The number of a page, behind that of its volume where there are several."""
    if not isinstance(page, int | str) or not str(page).strip():
        return ""
    volume = str(part).strip() if isinstance(part, int | str) else ""
    return f"{volume}/{page}" if volume not in ("", "0", "1") else str(page)
