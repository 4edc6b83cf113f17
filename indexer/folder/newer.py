"""Is there more in the folder than the index knows? A look at names, sizes and times, no further.

For whoever found nothing: it reads no file, and stops after many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from analyzers.named import NamedTuple
from indexer.folder.catalogue import Catalogue
from indexer.folder.columns import Stamp
from indexer.folder.walk import walk

MOST_FILES = 50_000
"""Files that are looked at: a fifth of a second."""


class Newer(NamedTuple):
    """What a folder holds beside what is indexed, in numbers of files.

    changed: files of another size or time, which may be the same all the same. other_kinds: by
    ending, those that are never read.
    """

    added: int
    changed: int
    other_kinds: Mapping[str, int]


class _EnoughError(Exception):
    """So many files were looked at that the rest is left."""


def newer(catalogue: Catalogue, most: int = MOST_FILES) -> Newer:
    """What the roots of a catalogue hold that it does not know, among their first `most` files."""
    look = _Look(most)
    for root in catalogue.roots:
        look.known = catalogue.stamps_below(root)
        try:
            seen = walk(catalogue.absolute(root), look.take, catalogue.choices)
            look.other_kinds.update(seen.skipped)
        except _EnoughError:
            break
    return Newer(look.added, look.changed, look.other_kinds)


class _Look:
    def __init__(self, most: int) -> None:
        self.known: Mapping[str, Mapping[str, Stamp]] = {}
        self.added = self.changed = 0
        self.other_kinds: Counter[str] = Counter()
        self._left = most

    def take(self, folder: str, files: Mapping[str, Stamp]) -> None:
        """Count what is new in a folder."""
        known = self.known.get(folder, {})
        for name, stamp in files.items():
            self.added += name not in known
            self.changed += known.get(name, stamp) != stamp
        self._left -= len(files)
        if self._left < 0:
            raise _EnoughError
