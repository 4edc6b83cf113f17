"""Find the newest commit of an index and check its files, without Whoosh or numpy.

`contents.py` specifies the TOC; here it is found, read and compared with the files beside it. A run
that finds nothing to write needs no more of an index than this.
"""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from analyzers.late import late
from indexer.codec import contents
from indexer.codec import format as fmt
from indexer.codec.contents import INDEX_NAME, SegmentEntry, Toc, toc_name
from indexer.errors import IndexCorruptError
from indexer.storage import durable
from indexer.storage.untrusted import naming, open_own, read_own

_generation_in = re.compile(rf"_{INDEX_NAME}_(0|[1-9][0-9]{{0,17}})\.toc(\.new)?").fullmatch
_SEGMENT = late(rf"{INDEX_NAME}_[0-9a-z]{{16}}\{fmt.EXTENSION}")


def newest_generation(names: Iterable[str]) -> int:
    """The number of the newest commit among the files of a folder, -1 where there is none."""
    found = map(_generation_in, names)
    return max((int(name[1]) for name in found if name and not name[2]), default=-1)


def generation_of(folder: str) -> int:
    """The number of the newest commit in a folder. Raises IndexCorruptError if there is none."""
    try:
        generation = newest_generation(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        generation = -1
    if generation < 0:
        raise IndexCorruptError(f"the index in {folder} has lost its table of contents")
    return generation


def read_toc(folder: str, generation: int | None = None) -> Toc:
    """The contents of a commit, the newest one unless another is named.

    Raises IndexCorruptError if the TOC is damaged, or its number is not the one in its name.
    """
    while True:
        number = generation_of(folder) if generation is None else generation
        path = os.path.join(folder, toc_name(number))
        try:
            toc = contents.decode(read_own(path, contents.LARGEST_BYTES))
        except FileNotFoundError:
            if generation is None and generation_of(folder) != number:
                continue  # another process committed, and removed what was the newest
            raise IndexCorruptError(f"{path}: a part of the index is gone") from None
        except fmt.FormatError as error:
            raise IndexCorruptError(f"{path}: the table of contents is damaged: {error}") from error
        if toc.generation != number:
            raise IndexCorruptError(f"{path}: it is that of commit {toc.generation}")
        return toc


def stale_names(names: Iterable[str], toc: Toc) -> list[str]:
    """TOCs and segments of an index that this commit does not need."""
    needed = {toc_name(toc.generation), *(segment.file_name for segment in toc.segments)}
    return [n for n in names if n not in needed and (_generation_in(n) or _SEGMENT.fullmatch(n))]


def write_toc(folder: str, toc: Toc) -> None:
    """Write the TOC that makes a commit the newest one; its files must already be on disk.

    The last step is a rename, so a killed process leaves either the old TOC or the new one.
    """
    durable.sync_folder(folder)
    path = os.path.join(folder, toc_name(toc.generation))
    durable.write(path + ".new", contents.encode(toc))
    durable.replace(path + ".new", path)


def check(folder: str) -> None:
    """Check that every segment of the newest commit is in its place. Raises IndexCorruptError.

    Checks what opening a searcher reads: headers, footers and directories.
    """
    for segment in read_toc(folder).segments:
        path = os.path.join(folder, segment.file_name)
        with segments_in_place(), mapped(path) as buffer:
            read_directory(buffer, path, segment)


def remove_stale_files(folder: str) -> None:
    """Remove TOCs and segments of an index that its newest commit does not need.

    The disk decides which one that is, not what a writer believes it did. The caller holds the
    lock.
    """
    for name in stale_names(os.listdir(folder), read_toc(folder)):
        durable.unlink(os.path.join(folder, name))


@contextmanager
def segments_in_place() -> Iterator[None]:
    """Turn the error for a missing segment into one that says what it means for the index."""
    try:
        yield
    except FileNotFoundError as error:
        raise IndexCorruptError(f"{error.filename}: a part of the index is gone") from error


def mapped(path: str) -> mmap.mmap:
    """A segment's file, mapped; the map stays valid when the file is unlinked."""
    with open(open_own(path), "rb") as file, naming(path):
        if os.fstat(file.fileno()).st_size == 0:
            raise IndexCorruptError(f"{path}: the file is empty")
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def read_directory(
    buffer: mmap.mmap | bytes, name: str, expected: SegmentEntry | None = None
) -> tuple[dict[str, Any], int]:
    """(directory, its offset) of a segment, after every check that opening it promises.

    expected: what the TOC says of the segment.
    """
    with memoryview(buffer) as data:
        try:
            directory, offset = fmt.read_directory(data)
            if expected is not None:
                fmt.check_lengths(directory)
        except fmt.FormatError as error:
            raise IndexCorruptError(f"{name}: {error}") from error
    if expected is not None and contents.fingerprint_of(buffer) != expected.file:
        raise IndexCorruptError(f"{name}: it is not the file that the table of contents names")
    if expected is not None and directory["meta"].get("documents") != expected.documents:
        raise IndexCorruptError(f"{name}: not the number of documents of the table of contents")
    return directory, offset
