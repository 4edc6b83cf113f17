"""Which of some changed paths may change an index? Without reading or listing anything.

A path that is left out does not matter; an ignore file stands for its folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from indexer.extract import may_be_read
from indexer.folder.choices import Choices
from indexer.folder.rules import MARKS
from indexer.folder.selection import NEVER
from indexer.folder.walk import Folder, Walk, top_of, way_to


def what_matters(root: str, paths: Iterable[str], choices: Choices) -> list[str]:
    """Those of some paths at or below a root that are not left out; others may be folders of them.

    Raises FahrasError for a `.fahrasignore` that cannot be used.
    """
    seen = Walk(root, choices=choices)
    ways: dict[str, Folder | None] = {root: top_of(seen)}
    matter: dict[str, None] = {}
    for path in paths:
        folder, name = os.path.split(path)
        if path == root:
            matter[path] = None
        elif name in MARKS:
            matter[folder] = None
        elif name not in NEVER and way_to(seen, path, ways) is not None and _is_read(path):
            matter[path] = None
    return list(matter)


def _is_read(path: str) -> bool:
    """Whether a path may be of a file that is read; one that is gone may have been a folder."""
    return may_be_read(path) or not os.path.lexists(path) or os.path.isdir(path)
