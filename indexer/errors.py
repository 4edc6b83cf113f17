"""What can go wrong, as types. The library raises these; only `indexer.cli` prints them or exits.

Each message is one line that says what happened. What would help is a `Remedy`, a plain value: the
command line words it as a command, a program acts on it.
"""

from __future__ import annotations

from typing import Literal

from analyzers.named import NamedTuple

WHOOSH_RELEASE = "3.54.0"
"""The one release of whoosh3 that Fahras works with."""


class Remedy(NamedTuple):
    """What would help, and at which path.

    index: index a folder, into an index at `path` if it is given; rebuild: build the index again;
    name_roots: rebuild the index at `path` and say which folders it is of; name_index: say that
    the index at `path` is meant; move_index: keep the index elsewhere; forget: forget what is
    indexed of `path`; report: look where the error arose.
    """

    act: Literal["index", "rebuild", "name_roots", "name_index", "move_index", "forget", "report"]
    path: str = ""


class FahrasError(Exception):
    """Base of every error that the library raises on purpose."""

    remedy: Remedy | None = None
    """What would help beyond what the message says, if anything does."""

    def __init__(self, message: str, *, remedy: Remedy | None = None) -> None:
        super().__init__(message)
        if remedy is not None:
            self.remedy = remedy


class NoIndexError(FahrasError):
    """No index was found at the place, or in any folder above it."""

    remedy = Remedy("index")


class NoRootsError(FahrasError):
    """An index that is to be rebuilt does not tell any more what it is an index of."""


class IndexVersionError(FahrasError):
    """The index was written with another format or analyzer version; it must be rebuilt."""

    remedy = Remedy("rebuild")


class IndexCorruptError(FahrasError):
    """The index's files contradict their checksums, sizes or each other.

    The message says which file is damaged, and how.
    """

    remedy = Remedy("rebuild")


class IndexRefusedError(FahrasError):
    """An index that was only found may be a stranger's: it is used where it is named."""


class IndexLockedError(FahrasError):
    """Another process is writing to this index."""


class IndexNotWritableError(FahrasError):
    """The index, or the folder that it would be made in, cannot be written to, or not any more."""


class WhooshMismatchError(FahrasError):
    """`import whoosh` is not the Whoosh that Fahras is pinned to."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"Fahras needs whoosh3 {WHOOSH_RELEASE}, but import whoosh gives {found}, which "
            "another package installed over it: run pip uninstall whoosh whoosh-reloaded, then "
            f"pip install --force-reinstall whoosh3=={WHOOSH_RELEASE}"
        )


class ExtractError(FahrasError):
    """A file cannot be read as the text it claims to be; the run goes on without it.

    digest: of the bytes that were read, "" where that was not all of them. reader: what tried, as
    `Extraction.reader`.
    """

    digest = ""
    reader = ""


class PassingError(ExtractError):
    """The fault is not in the file: it may be read next time though it is the same."""


class NoTextError(ExtractError):
    """The bytes are those of a kind of file that is not read."""


class DocumentNotFoundError(FahrasError):
    """No document of the index answers to this path or id."""


class OptionError(FahrasError, ValueError):
    """A search was asked for with an unknown value; the message names the known ones."""


class QueryError(FahrasError):
    """A query that cannot be understood.

    `position` and `length` are code points in `query` and mark the part at fault.
    """

    def __init__(self, message: str, query: str = "", position: int = 0, length: int = 1) -> None:
        super().__init__(message)
        self.query = query
        self.position = position
        self.length = length
