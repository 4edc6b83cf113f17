"""Where the index is, and what is said when there is none.

The library is imported here, when a command first needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.errors import NoIndexError

if TYPE_CHECKING:
    from indexer.index import Index


def open_index(index_dir: str | None) -> Index:
    """Open the index of this folder, of one above, or the one that was named."""
    from indexer.index import Index

    try:
        return Index.open(".", index_dir=index_dir)
    except NoIndexError:
        if index_dir is not None:
            place, command = f"in {index_dir}", f"fahras index PATH --index {index_dir}"
        else:
            place, command = "here or in any folder above", "fahras index"
        raise NoIndexError(f"no index {place}; make one with: {command}") from None
