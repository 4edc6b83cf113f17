"""Which Whoosh index holds the documents, and how is it opened and written?

The one place that chooses codec and writer.
"""

from __future__ import annotations

from typing import Any

import whoosh

from indexer.codec.commits import generation_of, segments_in_place
from indexer.codec.contents import Fingerprint
from indexer.codec.whoosh import index as columnar
from indexer.errors import WHOOSH_RELEASE, WhooshMismatchError
from indexer.schema import SCHEMA_VERSION, fahras_schema


def check_whoosh() -> None:
    """Raise WhooshMismatchError unless `import whoosh` gives the Whoosh we are pinned to."""
    found = ".".join(map(str, whoosh.__version__))
    if found != WHOOSH_RELEASE:
        raise WhooshMismatchError(f"version {found}")


def create_index(folder: str, catalogue: Fingerprint | None = None) -> None:
    """Make an empty Whoosh index in a folder: generation 0, which goes with a catalogue."""
    check_whoosh()
    columnar.create_index(folder, fahras_schema(), SCHEMA_VERSION, catalogue).close()


def open_index(folder: str) -> Any:
    """Open the Whoosh index of a folder. Raises IndexCorruptError where there is none."""
    check_whoosh()
    generation_of(folder)
    with segments_in_place():
        return columnar.open_index(folder, fahras_schema(), SCHEMA_VERSION)


def open_searcher(index: Any) -> Any:
    """A Whoosh searcher on the newest commit, with our weighting.

    Raises IndexCorruptError where a segment is not there, perhaps because a newer commit merged it
    away, or is not whole.
    """
    from indexer.codec.whoosh.weighting import FahrasWeighting

    with segments_in_place():
        return index.refresh().searcher(weighting=FahrasWeighting())


def damage(index: Any) -> list[str]:
    """Everything that differs from what was written; reads the whole index."""
    return list(index.refresh().verify())


def open_writer(index: Any) -> Any:
    """A Whoosh writer; nothing it does is seen before its commit."""
    return index.refresh().writer()
