"""What below the roots is not in the index, and why? Seen by walking them now."""

from __future__ import annotations

from indexer.extract.formats import OTHER_KIND
from indexer.folder.catalogue import Catalogue
from indexer.folder.walk import name_order, walk
from indexer.reports import LeftOut

_BINARY = ("a binary file", "not a text")
"""What is said of a file that holds no text."""


def left_out(catalogue: Catalogue) -> list[LeftOut]:
    """All that is left out, by path, folders without what is below them.

    Of files that would be taken, why the last update could not read them.
    """
    found: dict[str, LeftOut] = {}
    loose = set(map(catalogue.absolute, catalogue.loose))
    walks = []
    for root in map(catalogue.absolute, catalogue.roots):
        seen = walk(root, choices=catalogue.choices, lists=True)
        found |= {item.path: item for item in seen.left_out or ()}
        lost = (problem for problem in seen.problems if problem.fatal)
        found |= {p.path: LeftOut(p.path, "unreadable", p.reason) for p in lost}
        walks.append(seen)

    def is_taken(path: str) -> bool:
        return path in loose or any(seen.takes(path) for seen in walks)

    for problem in catalogue.all_problems():
        if is_taken(problem.path):
            why = "binary" if problem.reason.startswith(_BINARY) else "failed"
            found[problem.path] = LeftOut(problem.path, why, problem.reason)
    for path in map(catalogue.absolute, catalogue.files.read_by(OTHER_KIND)):
        if is_taken(path):
            found[path] = LeftOut(path, "binary", "it holds no text")
    return sorted(found.values(), key=lambda item: name_order(item.path))
