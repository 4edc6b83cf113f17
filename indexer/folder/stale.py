"""Is a file still the one that was indexed?"""

from __future__ import annotations

import os

from indexer.errors import ExtractError
from indexer.folder.columns import FileEntry
from indexer.results import Staleness


def staleness_of(path: str, entry: FileEntry) -> Staleness | None:
    """Whether the file is gone or has changed since indexing. Read only if its time differs."""
    try:
        now = os.stat(path)
    except OSError:
        return "vanished"
    if entry.failure:  # its documents are those of an earlier content
        return "changed"
    if now.st_size != entry.size or now.st_mtime_ns == entry.mtime_ns:
        return "changed" if now.st_size != entry.size else None
    from indexer.extract import hash_file

    try:
        return "changed" if hash_file(path) != entry.digest else None
    except (OSError, ExtractError):
        return "changed"
