"""Which Whoosh index holds the documents, and how is it written?

The one place that chooses codec and writer. What only reads does without: see `codec.opened`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import whoosh

from indexer.codec.commits import generation_of, segments_in_place
from indexer.codec.contents import Fingerprint
from indexer.codec.opened import OpenedIndex
from indexer.codec.whoosh import index as columnar
from indexer.codec.whoosh.schema import fahras_schema
from indexer.errors import WHOOSH_RELEASE, WhooshMismatchError
from indexer.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    from indexer.codec.whoosh.writer import ColumnarWriter


def check_whoosh() -> None:
    """Raise WhooshMismatchError unless `import whoosh` gives the Whoosh we are pinned to."""
    found = ".".join(map(str, whoosh.__version__))
    if found != WHOOSH_RELEASE:
        raise WhooshMismatchError(f"version {found}")


def create_index(folder: str, catalogue: Fingerprint | None = None) -> None:
    """Make an empty Whoosh index in a folder: generation 0, which goes with a catalogue."""
    check_whoosh()
    columnar.create_index(folder, fahras_schema(), SCHEMA_VERSION, catalogue).close()


def open_index(folder: str) -> columnar.ColumnarIndex:
    """Open the Whoosh index of a folder. Raises IndexCorruptError where there is none."""
    check_whoosh()
    generation_of(folder)
    with segments_in_place():
        return columnar.open_index(folder, fahras_schema(), SCHEMA_VERSION)


def open_writer(index: columnar.ColumnarIndex) -> ColumnarWriter:
    """A Whoosh writer; nothing it does is seen before its commit."""
    fresh: columnar.ColumnarIndex = index.refresh()
    return fresh.writer()


def found_in(opened: OpenedIndex, query: object) -> tuple[list[int], list[float]]:
    """The documents of an opened index that a query of Whoosh finds, and their scores."""
    from indexer.codec.whoosh.snapshot import found_by
    from indexer.codec.whoosh.weighting import FahrasWeighting

    check_whoosh()
    index = columnar.open_index(opened.folder, fahras_schema(), SCHEMA_VERSION)
    searcher = index.searcher_of(opened.toc, FahrasWeighting())
    return found_by(searcher, query)
