"""Which files are read, with what, and what would have to be installed for the others?"""

from __future__ import annotations

import shutil
from importlib import metadata

from analyzers.named import NamedTuple
from indexer.cli.output import records, render, tables, terminal
from indexer.extract.formats import FORMATS, UNNAMED, Format

_HEADING = ("kind", "endings", "read with", "install")
_BY_CONTENT = "any other, or none"
_PROGRAMS = {"mdbtools": "mdb-json"}
"""A program of each package of the system that reads files."""


class Reader(NamedTuple):
    """Who reads a kind of files."""

    name: str
    version: str | None
    """None where it is not installed."""
    install: str
    """The command that installs it; empty where it is."""


def show(*, as_json: bool) -> None:
    """Print the table of formats."""
    rows = [(row, reader_of(row)) for row in (*FORMATS, UNNAMED)]
    if as_json:
        record = {
            "version": records.JSON_VERSION,
            "formats": [_record(row, reader) for row, reader in rows],
        }
        terminal.write(records.json_line(record))
        return
    screen = render.Screen.of("never")
    tables.show(screen, _HEADING, [_row(row, reader) for row, reader in rows])


def reader_of(row: Format) -> Reader:
    """Who reads a kind of files here."""
    if row.program:
        there = shutil.which(_PROGRAMS[row.program]) is not None
        return Reader(row.program, "" if there else None, "" if there else _system_command(row))
    if not row.library:
        return Reader("fahras", metadata_version("fahras") or "", "")
    version = metadata_version(row.library)
    return Reader(row.library, version, "" if version else f"pip install {row.package}")


def metadata_version(package: str) -> str | None:
    """The version of an installed package."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _system_command(row: Format) -> str:
    for manager in ("apt", "dnf", "brew"):
        if shutil.which(manager):
            return f"{manager} install {row.program}"
    return f"the package {row.program} of your system"


def _endings(row: Format) -> str:
    return " ".join(row.endings) if row.endings else _BY_CONTENT


def _row(row: Format, reader: Reader) -> tuple[str, ...]:
    with_what = f"{reader.name} {reader.version or ''}".strip()
    return row.name, _endings(row), with_what, reader.install


def _record(row: Format, reader: Reader) -> records.Record:
    return {
        "kind": row.name,
        "endings": list(row.endings),
        "reader": reader.name,
        "reader_version": reader.version or None,
        "installed": reader.version is not None,
        "install": reader.install or None,
    }
