"""Durable changes to the files of an index.

Every file, name and folder of an index is made, renamed and removed by these functions, so that a
test can make any single call fail, or end the process there (`tests/helpers/faults.py`). Errors
name the file that they are about.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from indexer.errors import FahrasError
from indexer.storage.untrusted import create_own, naming


def make_folder(path: str, mode: int = 0o700) -> None:
    """Make a folder that only its owner may use. Raises FileExistsError if the name is taken."""
    os.mkdir(path, mode)


def make_folders(path: str, mode: int = 0o700) -> None:
    """Make a folder durably, with any missing ones above it (those with the usual mode)."""
    if os.path.isdir(path):
        return
    above = os.path.dirname(os.path.abspath(path))
    make_folders(above, 0o777)
    with suppress(FileExistsError):
        make_folder(path, mode)
    sync_folder(above)


@contextmanager
def created(path: str) -> Iterator[IO[bytes]]:
    """A new file to write to; it is safely on disk when the block ends."""
    with naming(path), create(path) as file:
        yield file
        file.flush()
        sync(file)


def create(path: str) -> IO[bytes]:
    """A new file, open for writing; it replaces anything that a killed run left there."""
    return open(create_own(path), "wb")


def sync(file: IO[bytes]) -> None:
    """Wait until everything written to a file is on disk."""
    os.fsync(file.fileno())


def write(path: str, data: bytes) -> None:
    """Make a file of these bytes; it is on disk when this returns."""
    with created(path) as file:
        file.write(data)


def replace(old: str, new: str) -> None:
    """Rename a file atomically, replacing any file with the new name."""
    os.replace(old, new)


def unlink(path: str) -> None:
    """Remove a file, if it exists."""
    with suppress(FileNotFoundError):
        os.unlink(path)


def remove_folder(path: str) -> None:
    """Remove an empty folder, if it exists."""
    with suppress(FileNotFoundError):
        os.rmdir(path)


def sync_folder(path: str) -> None:
    """Make earlier changes to the names in a folder durable: files made, renamed or removed."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with naming(path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def noting(notes: list[str], meaning: str) -> Iterator[None]:
    """Turn errors into notes that begin with `meaning`, in work that follows a commit or can wait.

    Such work must never undo a commit, and the next run does what is left.
    """
    try:
        yield
    except OSError as error:
        notes.append(f"{meaning} ({error.filename}: {error.strerror})")
    except FahrasError as error:
        notes.append(f"{meaning} ({error})")


NOT_SYNCED = "the disk may not hold this commit yet: update the index again"
NOT_REMOVED = "files that are not needed any more could not be removed; the next run tries again"
