"""Bring an index up to date with its folder. One run: scan, read, write, commit.

Nothing is visible to readers before the commit, and a run that fails or is interrupted leaves the
index as it was. A file that cannot be read is reported and left out; the run goes on.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from analyzers.named import NamedTuple
from indexer.errors import ExtractError, PassingError
from indexer.extract import MAX_FILE_BYTES, Extraction, Record, extension_of, extract_path
from indexer.extract.formats import BY_ENDING, OTHER_KIND
from indexer.folder.catalogue import Catalogue
from indexer.folder.changes import FileState, below
from indexer.folder.choices import Choices
from indexer.folder.columns import FileEntry
from indexer.parts.cut import cut
from indexer.reports import FileProblem, Progress, ProgressCallback, UpdateReport
from indexer.schema import ORIGINS
from indexer.update.plan import Plan

if TYPE_CHECKING:
    from indexer.extract.fields import Role

UNIT_FILES = 256
UNIT_BYTES = 4 << 20
"""A unit of work has at most this many files and about this many bytes."""

UNITS_A_PROCESS = 16
"""At least this many units per worker, so that all end at about the same time."""

PROCESSES = min(2, os.cpu_count() or 1)
"""Number of workers that read and analyze; each may need about 400 MB."""

ALONE_BYTES = 2 << 20
"""Below this, one process is done before a second has started, and makes one segment."""


class Unit(NamedTuple):
    """Files for one worker to read: (number, path) of each; how much of one is held at once."""

    files: tuple[tuple[int, str], ...]
    max_bytes: int = MAX_FILE_BYTES
    fields: tuple[tuple[Role, str], ...] = ()
    slow: frozenset[int] = frozenset()
    """The numbers of those that may take long."""


class FileBegun(NamedTuple):
    """A file that may take long is being read."""

    number: int
    is_urgent: bool = True


class FileRead(NamedTuple):
    """The result of reading one file in a worker.

    `error` says why reading stopped; `lasting` that it would stop again, as the fault is in what
    the file holds.
    """

    number: int
    size: int
    digest: str
    documents: int
    text_bytes: int
    encoding: str
    problems: tuple[FileProblem, ...]
    error: str | None
    reader: str = ""
    lasting: bool = False
    is_other: bool = False
    """Whether it is simply no kind of file that is read."""


def read_unit(unit: Unit) -> Iterator[dict[str, Any] | FileRead | FileBegun]:
    """The documents of each file, then the result. Runs in the worker processes."""
    fields = dict(unit.fields)
    for number, path in unit.files:
        if number in unit.slow:
            yield FileBegun(number)
        documents = text_bytes = 0
        extraction: Extraction | None = None
        error: ExtractError | None = None
        try:
            extraction = extract_path(path, max_bytes=unit.max_bytes, fields=fields)
            for record in extraction.records:
                yield document_fields(number, record, extraction.encoding)
                documents += 1
                known = record.text_bytes
                text_bytes += _utf8_bytes(record.text) if known is None else known
        except ExtractError as reason:
            error = reason
        except MemoryError:
            raise
        except Exception as reason:  # noqa: BLE001  whatever a damaged file makes of a reader
            kind = type(reason).__name__
            error = ExtractError(
                f"damaged, or more than its reader can take ({kind}): leave it out"
            )
        if extraction is None:
            extraction = Extraction(path, digest=error.digest if error else "")
            extraction.reader = error.reader if error else ""
        yield FileRead(
            number,
            extraction.size,
            extraction.digest,
            documents,
            text_bytes,
            extraction.encoding,
            tuple(extraction.problems),
            None if error is None else str(error),
            extraction.reader,
            lasting=error is not None and not isinstance(error, PassingError),
            is_other=error is not None and error.reader == OTHER_KIND,
        )


_PIECE_CHARS = 1 << 20


def _utf8_bytes(text: str) -> int:
    """The size of a text in UTF-8; a long one is never encoded all at once."""
    return sum(
        len(text[start : start + _PIECE_CHARS].encode("utf-8", "surrogatepass"))
        for start in range(0, len(text), _PIECE_CHARS)
    )


def units_of(files: Sequence[tuple[int, FileState]], choices: Choices = Choices()) -> list[Unit]:  # noqa: B008
    """Divide files, in their order, into units large enough for a worker."""
    most = choices.max_bytes
    max_bytes = sys.maxsize if most == 0 else max(most or 0, MAX_FILE_BYTES)
    total = sum(state.size for _, state in files)
    shares = UNITS_A_PROCESS * PROCESSES
    most_bytes = min(UNIT_BYTES, total // shares)
    most_files = min(UNIT_FILES, -(-len(files) // shares))
    groups: list[list[tuple[int, FileState]]] = []
    size = 0
    for number, state in files:
        if not groups or len(groups[-1]) == most_files or size >= most_bytes:
            groups.append([])
            size = 0
        groups[-1].append((number, state))
        size += state.size
    return [
        Unit(
            tuple((number, state.path) for number, state in group),
            max_bytes,
            choices.fields,
            frozenset(number for number, state in group if _may_take_long(state)),
        )
        for group in groups
    ]


_SLOW_BYTES, _SLOW_RISKY_BYTES = 4 << 20, 1 << 18
"""Files from which on reading one may take more than a second; the latter in the worker process."""


def _may_take_long(state: FileState) -> bool:
    if state.size < _SLOW_RISKY_BYTES:
        return False
    named = BY_ENDING.get(extension_of(state.path))
    return state.size >= _SLOW_BYTES or (named is not None and named.is_risky)


_MANY_BYTES = 8 << 20
"""So much text most likely holds dates."""


def _prepare(size: int) -> None:
    """Import and compile what files of `size` bytes need, before processes are made of this one."""
    import indexer.extract.origin
    import indexer.extract.text  # noqa: F401

    if size >= _MANY_BYTES:
        from indexer.extract import datelines, dates  # noqa: F401

        dates.compile_forms()


class Run:
    """The writing half of an update: deletes, adds, and keeps the catalogue in step."""

    def __init__(
        self,
        writer: Any,
        catalogue: Catalogue,
        report: ProgressCallback | None,
        gone: Sequence[int] = (),
    ) -> None:
        """`gone`: numbers of files whose documents are deleted in any case."""
        self._writer = writer
        self._catalogue = catalogue
        self._report = report
        self._gone = list(gone)
        self.problems: list[FileProblem] = []
        self.bytes_read = 0
        self.failed: set[str] = set()
        self.others: set[str] = set()
        """Those that turned out to be of no kind that is read."""

    def carry_out(self, plan: Plan) -> None:
        """Apply the plan to writer and catalogue. Does not commit."""
        files = self._catalogue.files
        self._gone += [entry.number for entry in plan.forgotten]
        for state in plan.all("removed"):
            self._gone.append(files.pop(self._catalogue.key(state.path)).number)
        moved = []
        for old, new in plan.all("moved"):
            entry = files.pop(self._catalogue.key(old.path))
            self._keep(entry._replace(path=self._catalogue.key(new.path)), new)
            if os.path.dirname(old.path) != os.path.dirname(new.path):
                moved.append(entry.number)
        self._writer.moved_files = moved
        for state in plan.all("touched"):
            self._keep(files[self._catalogue.key(state.path)], state)
        self._read([*plan.all("changed"), *plan.all("added")])
        if self._gone:
            self._writer.delete_by_values("file", self._gone)

    def _keep(self, entry: FileEntry, state: FileState) -> None:
        self._catalogue.files[entry.path] = entry._replace(mtime_ns=state.mtime_ns)

    def _read(self, states: list[FileState]) -> None:
        """Read files in worker processes, add their documents and report the progress."""
        numbered = {self._catalogue.take_number(): state for state in states}
        all_bytes = sum(state.size for state in states)
        done = bytes_done = 0
        begun: dict[int, str] = {}

        def receive(message: FileRead | FileBegun) -> None:
            nonlocal done, bytes_done
            state = numbered[message.number]
            if isinstance(message, FileBegun):
                begun[message.number] = state.path
            else:
                self._receive(message, state)
                done += 1
                bytes_done += state.size
                begun.pop(message.number, None)
            if self._report is not None:
                at_hand = next(iter(begun.values()), "")
                self._report(Progress("index", done, len(states), bytes_done, all_bytes, at_hand))

        units = units_of(list(numbered.items()), self._catalogue.choices)
        if units:
            alone = all_bytes < ALONE_BYTES
            processes = 1 if alone else PROCESSES
            if not alone:
                _prepare(all_bytes)
            self._writer.build(units, read_unit, processes=processes, on_message=receive)
            if self._report is not None:
                count = len(states)
                self._report(Progress("commit", count, count, all_bytes, all_bytes))

    def _receive(self, read: FileRead, state: FileState) -> None:
        """Note the result for a file. One that cannot be read keeps its documents, if any."""
        self.problems += read.problems
        key = self._catalogue.key(state.path)
        if read.is_other:
            self.others.add(state.path)
        elif read.error is not None:
            self.problems.append(FileProblem(state.path, read.error))
            if not read.documents:
                self.failed.add(state.path)
                if read.lasting:
                    self._remember_failure(key, read, state)
                return
        before = self._catalogue.files.get(key)
        if before is not None:
            self._gone.append(before.number)
        self.bytes_read += read.size
        self._catalogue.files[key] = FileEntry(
            read.number,
            key,
            state.size if read.is_other else read.size,
            state.mtime_ns,
            read.digest,
            read.documents,
            read.text_bytes,
            read.encoding,
            read.reader,
        )

    def _remember_failure(self, key: str, read: FileRead, state: FileState) -> None:
        """So that the same content is not tried again, by the same reader."""
        before = self._catalogue.files.get(key)
        if before is None:
            before = FileEntry(read.number, key, 0, 0, "", 0, 0, read.encoding)
        self._catalogue.files[key] = before._replace(
            size=state.size,
            mtime_ns=state.mtime_ns,
            digest=read.digest,
            reader=read.reader,
            failure=read.error or "",
        )


def document_fields(number: int, record: Record, encoding: str) -> dict[str, Any]:
    """The fields of the document for a record."""
    parts = cut(record.text, record.layout)
    if any(part.date for part in parts):
        from indexer.extract.origin import dated_until

        record = dated_until(record, parts[0].end)
    fields = {
        "file": number,
        "record": record.id or "",
        "line": record.line,
        "date": record.date or "",
        "encoding": record.encoding or encoding,
        "title": record.title,
        "text": record.text,
    }
    if record.item or record.member:
        fields |= {"item": record.item or None, "member": record.member or None}
    if record.is_line:
        fields["item"] = ""
    if record.title or record.date:
        fields |= {name: value for name in ORIGINS if (value := getattr(record, name))}
    if record.layout is not None:
        from indexer.parts.layout import pack

        fields["layout"] = pack(record.layout)
    if len(parts) > 1:
        from indexer.parts.part import pack as packed

        fields["parts"] = packed(parts)
        fields["_parts_text"] = tuple(part.start for part in parts[1:])
    return fields


def stamp(
    catalogue: Catalogue, started_ns: int, problems: list[FileProblem], places: Sequence[str]
) -> None:
    """Record when the run began and what it could not read at the places that it examined."""
    catalogue.updated_ns = started_ns
    catalogue.updated = datetime.fromtimestamp(started_ns / 1e9, UTC).isoformat(timespec="seconds")
    remembered = {catalogue.absolute(key) for key, _ in catalogue.files.failures()}
    seen = below(places, [old.path for old in catalogue.problems])
    kept = [old for old in catalogue.problems if old.path not in seen]
    catalogue.problems = kept + [p for p in problems if p.fatal and p.path not in remembered]


def problems_of(plan: Plan, run: Run | None) -> list[FileProblem]:
    """The files that could not be examined, then those that could not be read."""
    seen = [problem for changes in plan.changes for problem in changes.problems]
    return [*seen, *(run.problems if run else ())]


def report_of(
    plan: Plan, catalogue: Catalogue, run: Run | None, started: float, notes: Sequence[str] = ()
) -> UpdateReport:
    """The numbers of what was found and done."""
    failed = run.failed | run.others if run else set()
    others = _others(plan, catalogue)
    kinds = ("added", "changed", "moved", "removed")
    counts = {
        kind: sum(1 for s in plan.all(kind) if kind == "moved" or s.path not in failed)
        for kind in kinds
    }
    counts["removed"] += len(plan.forgotten)
    unread = _unread(plan, catalogue, failed)
    unchanged = sum(changes.unchanged + len(changes.touched) for changes in plan.changes)
    return UpdateReport(
        **counts,
        unchanged=unchanged - unread - len(others - failed),
        unread=unread,
        documents=sum(catalogue.files.column("documents")),
        bytes_read=run.bytes_read if run else 0,
        elapsed_s=time.perf_counter() - started,
        problems=tuple(problems_of(plan, run)),
        notes=(*_notes(plan, others), *notes),
    )


def _others(plan: Plan, catalogue: Catalogue) -> Set[str]:
    """The files examined that are of no kind that is read, now or when they were read."""
    known = list(map(catalogue.absolute, catalogue.files.read_by(OTHER_KIND)))
    return below(plan.places, known) if known else frozenset()


def _unread(plan: Plan, catalogue: Catalogue, failed: Set[str]) -> int:
    """How many of the files examined were not tried again, as they failed when they were read."""
    moved = {new.path for _, new in plan.all("moved")}
    failing = [catalogue.absolute(key) for key, _ in catalogue.files.failures()]
    return len(below(plan.places, failing) - failed - moved) if failing else 0


def _notes(plan: Plan, others: Set[str]) -> tuple[str, ...]:
    skipped = Counter(plan.skipped) + Counter(map(extension_of, others))
    if not skipped:
        return ()
    kinds = sorted(skipped.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{count} {kind or 'without extension'}" for kind, count in kinds[:5])
    return (f"files of other kinds were skipped: {named}",)
