"""Is an index what was written, and do its parts agree? `fahras verify`, and what its repair needs.

Every byte of every segment is compared with its checksum, segments with the table of contents and
the list of files, arrays with one another; `deep` also compares the texts with the files.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from analyzers.named import NamedTuple
from indexer.codec import commits
from indexer.codec.consistency import faults_of, living, numbers_of
from indexer.codec.container import Container
from indexer.codec.contents import SegmentEntry, Toc
from indexer.codec.copies import StoredCopies, copies_name
from indexer.codec.opened import SegmentReader, open_segment
from indexer.copies.renewal import differences
from indexer.errors import ExtractError, IndexCorruptError
from indexer.extract import extract_path
from indexer.folder.catalogue import Catalogue
from indexer.folder.columns import FileEntry
from indexer.reports import Progress, ProgressCallback
from indexer.storage import location as storage
from indexer.storage import manifest

Segment = tuple[SegmentEntry, Container]


class Damage(NamedTuple):
    """What is wrong, in which file of the index, or of the folder, and in which section of it."""

    file: str
    section: str
    problem: str


class Checkup(NamedTuple):
    """What was found. `broken`: names of segments. `stale`: keys of files to read again."""

    damage: tuple[Damage, ...] = ()
    segments: int = 0
    documents: int = 0
    bytes_checked: int = 0
    files_compared: int = 0
    broken: frozenset[str] = frozenset()
    stale: frozenset[str] = frozenset()
    needs_rebuild: bool = False
    """Whether the small files that name everything else are damaged themselves."""


def check(index_dir: str, *, deep: bool = False, report: ProgressCallback | None = None) -> Checkup:
    """Check an index; it is looked at again if others commit meanwhile.

    Raises NoIndexError and IndexVersionError.
    """
    while True:
        try:
            location = storage.read(index_dir)
            toc = commits.read_toc(location.data_dir)
        except IndexCorruptError as error:
            return _small_file(index_dir, error, manifest.NAME)
        found = _check(location, toc, deep, report)
        with suppress(IndexCorruptError):
            moved = storage.read(index_dir).data_dir != location.data_dir
            if moved or commits.generation_of(location.data_dir) != toc.generation:
                continue
        return found


def _small_file(index_dir: str, error: IndexCorruptError, name: str) -> Checkup:
    """What is known if a file that names all others is damaged."""
    path, _, problem = str(error).partition(": ")
    is_path = os.path.isabs(path) or path.startswith(index_dir)
    file = os.path.basename(path.removesuffix(" is damaged")) if is_path else name
    return Checkup((Damage(file, "", problem if is_path else str(error)),), needs_rebuild=True)


def _check(
    location: storage.Location, toc: Toc, deep: bool, report: ProgressCallback | None
) -> Checkup:
    total = sum(entry.file.size_bytes for entry in toc.segments)
    damage: list[Damage] = []
    sound: list[Segment] = []
    broken = set()
    done = 0
    for number, entry in enumerate(toc.segments):

        def seen(count: int, before: int = done, number: int = number) -> None:
            if report is not None:
                report(Progress("verify", number, len(toc.segments), before + count, total))

        found = list(_segment_damage(location.data_dir, entry, seen))
        if found:
            broken.add(entry.file_name)
            damage += found
        else:
            sound.append((entry, open_segment(location.data_dir, entry)))
        done += entry.file.size_bytes
    documents = sum(entry.documents - entry.deleted for entry in toc.segments)
    result = Checkup(tuple(damage), len(toc.segments), documents, done, 0, frozenset(broken))
    name = storage.catalogue_name(toc.generation)
    try:
        catalogue = storage.load_catalogue(location, toc)
        _ = catalogue.choices
    except (IndexCorruptError, OSError) as error:
        lost = Damage(name, "", str(error).rpartition(": ")[2])
        return result._replace(damage=(*damage, lost), needs_rebuild=True)
    stale = {}
    compared = 0
    if not broken:
        stale = _unlisted(catalogue, sound)
        damage += _copies_damage(location.data_dir, toc, catalogue, sound)
    if deep:
        changed, compared = _changed_texts(catalogue, sound, report)
        stale = changed | stale
    listed = [Damage(name if not key else catalogue.absolute(key), "", stale[key]) for key in stale]
    return result._replace(
        damage=(*damage, *listed), files_compared=compared, stale=frozenset(stale)
    )


def _segment_damage(
    folder: str, entry: SegmentEntry, seen: Callable[[int], None]
) -> Iterator[Damage]:
    """What is wrong with a segment; the second half only where all checksums are right."""
    try:
        container = open_segment(folder, entry)
        faults = list(container.faults(seen))
    except (IndexCorruptError, OSError) as error:
        problem = error.strerror or "" if isinstance(error, OSError) else str(error)
        yield Damage(entry.file_name, "", problem.rpartition(": ")[2])
        return
    for section, problem in faults or faults_of(container):
        yield Damage(entry.file_name, section, problem)


def _copies_damage(
    folder: str, toc: Toc, catalogue: Catalogue, sound: list[Segment]
) -> Iterator[Damage]:
    """What is wrong with the copies that a commit knows: they follow from its segments."""
    name = copies_name(toc.generation)
    try:
        stored = StoredCopies.open(folder, toc)
        faults = [] if stored is None else list(stored.container.faults())
        if stored is not None and not faults:
            faults = list(differences(stored, sound, catalogue.files))
    except (IndexCorruptError, OSError) as error:
        problem = error.strerror or "" if isinstance(error, OSError) else str(error)
        yield Damage(name, "", problem.rpartition(": ")[2])
        return
    for section, problem in faults:
        yield Damage(name, section, problem)


def held_in(segments: Iterable[Segment]) -> Counter[int]:
    """How many documents of each file the segments hold, by the number of the file."""
    held: Counter[int] = Counter()
    for entry, container in segments:
        held.update(numbers_of(entry, container))
    return held


def incomplete(catalogue: Catalogue, held: Counter[int]) -> list[str]:
    """The keys of the files that have not as many documents as the list says."""
    files = catalogue.files
    return [key for key in files if held[files[key].number] != files[key].documents]


def _unlisted(catalogue: Catalogue, sound: list[Segment]) -> dict[str, str]:
    """Files that the segments hold otherwise than the list says, by key; "" for unknown ones."""
    held = held_in(sound)
    found = dict.fromkeys(incomplete(catalogue, held), "the index lacks documents of it")
    known = {catalogue.files[key].number for key in catalogue.files}
    strangers = sum(count for number, count in held.items() if number not in known)
    if strangers:
        found[""] = f"{strangers:,} documents are of files that it does not list"
    return found


def _changed_texts(
    catalogue: Catalogue,
    sound: list[Segment],
    report: ProgressCallback | None,
) -> tuple[dict[str, str], int]:
    """Files that read otherwise than the index says, and how many were compared.

    Files that changed since they were indexed, or could not be read, are left to the next run.
    """
    places: defaultdict[int, list[tuple[SegmentReader, int]]] = defaultdict(list)
    for entry, container in sound:
        reader = SegmentReader(container)
        for number, docnum in living(entry, container):
            places[number].append((reader, docnum))
    found: dict[str, str] = {}
    compared = 0
    keys = list(catalogue.files)
    fields = dict(catalogue.choices.fields)
    total, done = sum(catalogue.files.column("size")), 0
    for count, key in enumerate(keys):
        file, path = catalogue.files[key], catalogue.absolute(key)
        if report is not None:
            report(Progress("compare", count, len(keys), done, total, path))
        done += file.size
        if file.failure or file.number not in places or not _is_as_it_was(path, file):
            continue
        held = [reader.text(docnum, "text") or "" for reader, docnum in places[file.number]]
        with suppress(ExtractError, OSError):
            read = [record.text for record in extract_path(path, fields=fields).records]
            compared += 1
            if sorted(read) != sorted(held):
                found[key] = "its text is not what the index holds"
    return found, compared


def _is_as_it_was(path: str, file: FileEntry) -> bool:
    try:
        status = os.stat(path)
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (file.size, file.mtime_ns)
