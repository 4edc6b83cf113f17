"""Which index does a command read? In a child of a resident process, the one that is open already.

Everywhere else it is opened. Both are the index that is in use at that moment.
"""

from __future__ import annotations

from indexer import process
from indexer.index import Index
from indexer.storage import location as storage

_held: list[Index] = []


def hold(index: Index | None) -> None:
    """Let `open_index` answer with an open index from now on, as long as it is the one in use."""
    _held[:] = [] if index is None else [index]


def open_index(index_dir: str | None) -> Index:
    """The index that was named, else that of this folder. Raises as `Index.open`."""
    where = storage.named(index_dir) if index_dir else storage.find(".")
    for index in _held:
        if index.is_in_use(where):
            return index
    process.take_large_pages()
    return Index.open(index_dir=where)
