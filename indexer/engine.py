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

from indexer import storage
from indexer.codec import index as columnar
from indexer.codec.toc import remove_stale_files
from indexer.errors import (
    WHOOSH_RELEASE,
    IndexCorruptError,
    IndexLockedError,
    NoIndexError,
    WhooshMismatchError,
)
from indexer.schema import fahras_schema


def check_whoosh() -> None:
    """Raise WhooshMismatchError unless `import whoosh` gives the Whoosh we are pinned to."""
    found = ".".join(map(str, whoosh.__version__))
    if found != WHOOSH_RELEASE:
        raise WhooshMismatchError(f"version {found}")


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
        os.listdir(folder)
        return columnar.open_index(folder)
    except PermissionError:
        raise
    except (NoIndexError, OSError) as error:
        raise IndexCorruptError(
            f"the index in {folder} has lost its table of contents: run fahras index --rebuild"
        ) from error


def open_searcher(index: Any) -> Any:
    """A Whoosh searcher on the newest commit, with our weighting. Raises what `check` raises."""
    from indexer.ranking.weighting import FahrasWeighting

    with _segments_in_place():
        return index.refresh().searcher(weighting=FahrasWeighting())


def check(index: Any) -> None:
    """Raise IndexCorruptError where a segment is not there or is not whole.

    It may be gone because a newer commit merged it away. Looks at headers, footers and directories
    only: as much as opening a searcher reads.
    """
    with _segments_in_place():
        index.refresh().reader().close()


@contextmanager
def _segments_in_place() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise IndexCorruptError(
            f"{error.filename}: a part of the index is gone: run fahras index --rebuild"
        ) from error


def clean(index: Any) -> None:
    """Remove what killed runs left behind; the caller holds the lock."""
    toc = index.refresh()._read_toc()
    remove_stale_files(index.storage, index.indexname, toc.generation, toc.segments)


def damage(index: Any) -> list[str]:
    """Everything that differs from what was written; reads the whole index."""
    return list(index.refresh().verify())


def open_writer(index: Any) -> Any:
    """A Whoosh writer; nothing it does is seen before its commit."""
    return index.refresh().writer()


@contextmanager
def exclusive(index_dir: str) -> Iterator[None]:
    """Hold the index for writing. Raises IndexLockedError where another process does.

    The lock is the system's (flock): it ends with its process, however that ends. What keeps the
    index from being written to, from the first byte to the last, comes as IndexNotWritableError.
    """
    with storage.writing(index_dir), open(_lock_path(index_dir), "w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise IndexLockedError(
                f"another fahras is writing to {index_dir}: wait until it is done"
            ) from error
        yield


def _lock_path(index_dir: str) -> str:
    return os.path.join(index_dir, "lock")
