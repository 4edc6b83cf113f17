"""Make what is damaged of an index again from the texts, and keep what is sound.

A repair is one update: files with documents in a broken segment are read again, everything else
stays, and the commit drops the broken segments. Until it, the index on disk is as it was. Where
the small files that name all others are damaged, everything is read again, as by a rebuild.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from analyzers.named import NamedTuple
from indexer.codec import commits
from indexer.codec.opened import open_segment
from indexer.errors import FahrasError, IndexCorruptError
from indexer.folder.catalogue import Catalogue
from indexer.index import Index
from indexer.reports import ProgressCallback
from indexer.storage import location as storage
from indexer.upkeep import checkup
from indexer.upkeep.checkup import Checkup


class Repaired(NamedTuple):
    """What a repair could not save.

    lost: absolute paths of the files that could not be read again, so that what the index held of
    them is gone. unnamed: documents that are gone together with every list of their files.
    """

    lost: tuple[str, ...] = ()
    unnamed: int = 0


def repair(
    index_dir: str,
    found: Checkup,
    *,
    report: ProgressCallback | None = None,
    wait_s: float | None = None,
) -> Repaired:
    """Repair an index of what a checkup found. Raises as `Index.update` and `Index.rebuild`."""
    before = _known(index_dir)
    if found.needs_rebuild or "" in found.stale:
        with Index.rebuild(index_dir=index_dir, wait_s=wait_s) as index:
            index.update(progress=report)
    else:
        with Index.open(index_dir=index_dir, wait_s=wait_s) as index:
            index.replace_broken(found.broken, lambda *held: _again(found, *held), report)
    with done_before():
        after = storage.load_catalogue(storage.locate(index_dir))
    if before is not None:
        before.take_home(after.home)
        return Repaired(_lost(before, after))
    return Repaired(unnamed=max(0, found.documents - sum(after.files.column("documents"))))


@contextmanager
def done_before() -> Iterator[None]:
    """Say that the repair is done where what follows it cannot read the index."""
    try:
        yield
    except OSError as error:
        what = f"{error.filename}: {error.strerror}"
        raise FahrasError(f"the index is repaired, but cannot be read again: {what}") from error


def _again(found: Checkup, catalogue: Catalogue, data_dir: str) -> list[str]:
    """The keys of the files to read again: those that lack documents without broken segments."""
    entries = commits.read_toc(data_dir).segments
    kept = [
        (entry, open_segment(data_dir, entry))
        for entry in entries
        if entry.file_name not in found.broken
    ]
    stale = found.stale.intersection(catalogue.files)
    return [*{*checkup.incomplete(catalogue, checkup.held_in(kept)), *stale}]


def _lost(before: Catalogue, after: Catalogue) -> tuple[str, ...]:
    """The files that gave documents and give none now, unless others have the same content."""
    holding = {key for key in after.files if after.files[key].documents}
    digests = {after.files.digest(key) for key in holding}
    gone = [key for key in before.files if before.files[key].documents and key not in holding]
    lost = [key for key in gone if before.files.digest(key) not in digests]
    return tuple(map(before.absolute, lost))


def _known(index_dir: str) -> Catalogue | None:
    """The list of files, if one can still be read."""
    with suppress(IndexCorruptError, OSError):
        return storage.load_catalogue(storage.locate(index_dir))
    return storage.any_catalogue(index_dir)
