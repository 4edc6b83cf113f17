"""Which files does `--type mail` mean? Types by name: endings, formats, and groups of formats."""

from __future__ import annotations

from functools import cache

from indexer.errors import FahrasError
from indexer.extract.formats import FORMATS

GROUPS: dict[str, tuple[str, ...]] = {
    "text": ("text", "Markdown"),
    "web": ("HTML",),
    "office": (
        "Word", "Word 97", "RTF", "OpenDocument", "PowerPoint", "OpenDocument slides",
        "spreadsheet", "spreadsheet 97", "OpenDocument sheets",
    ),
    "word": ("Word", "Word 97", "RTF", "OpenDocument"),
    "slides": ("PowerPoint", "OpenDocument slides"),
    "sheets": ("spreadsheet", "spreadsheet 97", "OpenDocument sheets", "table"),
    "mail": ("mail", "mailbox"),
    "books": ("EPUB", "OpenITI mARkdown"),
    "records": ("JSON lines", "table"),
}  # fmt: skip
"""The names of formats in each group."""


@cache
def types() -> dict[str, frozenset[str]]:
    """The endings of file names of each type: `pdf`, `jsonl`, `markdown`, `mail`, `office`, …"""
    known = {ending[1:]: frozenset({ending}) for row in FORMATS for ending in row.endings}
    by_format = {row.name: frozenset(row.endings) for row in FORMATS}
    known |= {name.lower().replace(" ", "-"): endings for name, endings in by_format.items()}
    for group, names in GROUPS.items():
        known[group] = frozenset().union(*(by_format.get(name, frozenset()) for name in names))
    return known


def endings_of(names: tuple[str, ...]) -> frozenset[str]:
    """The endings of some types. FahrasError, with those that there are, for one that is none."""
    known = types()
    for name in names:
        if name not in known:
            listed = ", ".join(sorted(known))
            raise FahrasError(f"{name:.40} is no type of file; there are {listed}")
    return frozenset().union(*(known[name] for name in names))
