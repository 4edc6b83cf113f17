"""Which Whoosh index holds the documents, and how is it opened and written?

The one place that chooses codec and writer.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import whoosh

from indexer.codec import index as columnar
from indexer.errors import (
    IndexCorruptError,
    IndexLockedError,
    NoIndexError,
    WhooshMismatchError,
)
from indexer.ranking.weighting import FahrasWeighting
from indexer.schema import fahras_schema

WHOOSH_VERSION = (3, 54, 0)


def check_whoosh() -> None:
    """Raise WhooshMismatchError unless `import whoosh` gives the Whoosh we are pinned to."""
    if tuple(whoosh.__version__) != WHOOSH_VERSION:
        found = ".".join(map(str, whoosh.__version__))
        wanted = ".".join(map(str, WHOOSH_VERSION))
        raise WhooshMismatchError(
            f"Fahras needs whoosh3 {wanted}, but import whoosh gives version {found}, which "
            "another package installed over it: run pip uninstall whoosh whoosh-reloaded, then "
            f"pip install --force-reinstall whoosh3=={wanted}"
        )


def create_index(folder: str) -> int:
    """Make an empty Whoosh index in a folder; its generation."""
    check_whoosh()
    made = columnar.create_index(folder, fahras_schema())
    generation = int(made.latest_generation())
    made.close()
    return generation


def open_index(folder: str) -> Any:
    """Open the Whoosh index of a folder. Raises IndexCorruptError where there is none."""
    check_whoosh()
    try:
        return columnar.open_index(folder)
    except (NoIndexError, OSError) as error:
        raise IndexCorruptError(
            f"the index in {folder} cannot be opened ({error}): run fahras index --rebuild"
        ) from error


def open_searcher(index: Any) -> Any:
    """A Whoosh searcher on the newest commit, with our weighting."""
    return index.refresh().searcher(weighting=FahrasWeighting())


def open_writer(index: Any) -> Any:
    """A Whoosh writer; nothing it does is seen before its commit."""
    return index.refresh().writer()


@contextmanager
def exclusive(index_dir: str) -> Iterator[None]:
    """Hold the index for writing. Raises IndexLockedError where another process does.

    The lock is the system's (flock): it ends with its process, however that ends.
    """
    with open(os.path.join(index_dir, "lock"), "w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise IndexLockedError(
                f"another fahras is writing to {index_dir}: wait until it is done"
            ) from error
        yield
