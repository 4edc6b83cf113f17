"""What will a run do? The roots, or what is named, compared with the catalogue."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from analyzers.named import NamedTuple
from indexer.errors import FahrasError, Remedy
from indexer.folder.catalogue import Catalogue
from indexer.folder.changes import Changes, Look, look_at, look_at_loose
from indexer.folder.choices import Choose
from indexer.folder.columns import FileEntry
from indexer.process import seldom_collected
from indexer.reports import Progress, ProgressCallback


class Asked(NamedTuple):
    """What an update is asked to do; see `Index.update`."""

    paths: Sequence[str] = ()
    forget: Sequence[str] = ()
    listed: Sequence[str] | None = None
    changed: Sequence[str] | None = None
    choose: Choose | None = None

    @property
    def is_part(self) -> bool:
        """Whether only a part of the index is asked for."""
        return bool(self.paths) or self.listed is not None or self.changed is not None


class Plan:
    """What a run will do; making it changes nothing."""

    def __init__(self) -> None:
        self.changes: list[Changes] = []
        self.forgotten: list[FileEntry] = []
        self.skipped: dict[str, int] = {}
        self.places: list[str] = []
        """The absolute paths that were examined, with all below them."""

    def add(self, places: Iterable[str], seen: Look) -> None:
        """Add the result for some places."""
        self.places += places
        self.changes.append(seen.changes)
        for extension, count in seen.skipped.items():
            self.skipped[extension] = self.skipped.get(extension, 0) + count

    def all(self, kind: str) -> list[Any]:
        """The states of one kind in all roots."""
        return [state for changes in self.changes for state in getattr(changes, kind)]

    @property
    def is_empty(self) -> bool:
        """Whether nothing needs to be written."""
        return not self.forgotten and all(changes.is_empty for changes in self.changes)


def plan_update(
    catalogue: Catalogue,
    asked: Asked,
    report: ProgressCallback | None,
    look: Callable[[Catalogue, str], Look],
) -> Plan:
    """Examine what is asked for and compare it with the catalogue; all of it if nothing is.

    Adds new roots to the catalogue and removes forgotten ones. Raises FahrasError if a path to
    forget is not indexed or a new root does not exist.
    """
    plan = Plan()
    is_new, said = catalogue.updated is None, catalogue.said
    paths = asked.paths
    if is_new and not (asked.is_part or asked.forget or catalogue.roots or catalogue.loose):
        paths = [catalogue.home]  # a new index covers the folder it was made for
    for path in asked.forget:
        _forget(catalogue, path, plan)
    roots = [catalogue.key(os.path.abspath(path)) for path in paths]
    for root in roots:
        if not os.path.exists(catalogue.absolute(root)) and not catalogue.below(root):
            raise FahrasError(f"{catalogue.absolute(root)} is not there: nothing was indexed")
        catalogue.add_root(root)
    if asked.choose is not None:
        catalogue.choose(asked.choose(catalogue.choices))
    if report is not None:
        report(Progress("scan", 0, 0))
    is_whole = is_new or not asked.is_part or catalogue.said != said
    with seldom_collected():
        for root in catalogue.roots if is_whole else dict.fromkeys(roots):
            plan.add([catalogue.absolute(root)], look(catalogue, root))
        _look_at_files(catalogue, asked, plan, is_whole=is_whole)
    return plan


def _look_at_files(catalogue: Catalogue, asked: Asked, plan: Plan, *, is_whole: bool) -> None:
    """Examine files that are named one by one, and those below no root if all is asked for."""
    named = [os.path.abspath(path) for path in asked.listed or asked.changed or ()]
    by_root: dict[str | None, dict[str, None]] = {}
    for path in named:
        by_root.setdefault(catalogue.root_of(catalogue.key(path)), {})[path] = None
    alone = dict.fromkeys(map(catalogue.key, by_root.pop(None, {})))
    for root, paths in by_root.items():
        if root is not None and catalogue.absolute(root) not in plan.places:
            plan.add(paths, look_at(catalogue, root, paths))
    if asked.listed is not None:
        gone = [key for key in catalogue.loose if key not in alone]
        plan.forgotten += [catalogue.files.pop(key) for key in gone if key in catalogue.files]
        catalogue.loose = list(alone)
    loose = catalogue.loose if is_whole else [key for key in alone if key in catalogue.loose]
    if loose:
        places = list(map(catalogue.absolute, loose))
        plan.add(places, look_at_loose(catalogue, loose, must_be=asked.listed is not None))


def refuse_loss(catalogue: Catalogue) -> None:
    """Raise FahrasError if a root is gone: a rebuilt index would lack its texts."""
    for root in map(catalogue.absolute, catalogue.roots):
        if not os.path.exists(root):
            raise FahrasError(
                f"{root} is not there, and a rebuilt index would lose its texts: bring it "
                "back, or forget it",
                remedy=Remedy("forget", root),
            )


def _forget(catalogue: Catalogue, path: str, plan: Plan) -> None:
    key = catalogue.key(os.path.abspath(path))
    if key not in catalogue.roots:
        known = ", ".join(catalogue.absolute(root) for root in catalogue.roots) or "none"
        raise FahrasError(
            f"{path} is not indexed by itself, so it cannot be forgotten (what is: {known})"
        )
    plan.forgotten += [catalogue.files.pop(forgotten) for forgotten in catalogue.below(key)]
    catalogue.roots = [root for root in catalogue.roots if root != key]
