"""Fahras: index a folder of Arabic text once, search it from Python, the terminal and scripts.

    from indexer import Index
    with Index.create("texts") as index:
        index.update()
        for hit in index.search("قاذفات روسية").hits:
            print(hit.path, hit.line, hit.score)

The library prints nothing, never exits and reads no environment.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing takes a third of the time that Python takes to start
if TYPE_CHECKING:
    from indexer.index import Index
    from indexer.results import SearchOptions, SearchResults

__all__ = ["Index", "SearchOptions", "SearchResults", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import the index, and with it Whoosh and numpy, when first asked for."""
    if name == "Index":
        from indexer.index import Index

        return Index
    if name in ("SearchOptions", "SearchResults"):
        from indexer import results

        return getattr(results, name)
    raise AttributeError(f"module 'indexer' has no attribute {name!r}")
