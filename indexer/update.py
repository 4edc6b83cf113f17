"""How does an index follow its folder? One run: scan, read, write, commit.

Nothing is visible to readers before the commit, and a run that fails or is interrupted leaves the
index as it was. A file that cannot be read is reported and left out; the run goes on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from indexer import scan
from indexer.catalogue import Catalogue, FileEntry
from indexer.errors import ExtractError, FahrasError
from indexer.extract import Extraction, extract_path
from indexer.results import FileProblem, Progress, UpdateReport
from indexer.scan import Changes, FileState

Report = Callable[[Progress], None]


@dataclass(slots=True)
class Plan:
    """What a run will do, found by looking only."""

    changes: list[Changes] = field(default_factory=list)
    forgotten: list[FileEntry] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    problems: list[FileProblem] = field(default_factory=list)

    def all(self, kind: str) -> list[Any]:
        """The states of one kind, of all roots."""
        return [state for changes in self.changes for state in getattr(changes, kind)]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.forgotten and all(changes.is_empty for changes in self.changes)


def plan_update(
    catalogue: Catalogue, paths: Sequence[str], forget: Sequence[str], report: Report | None
) -> Plan:
    """Look at the roots (at `paths` only, where given) and compare them with the catalogue.

    Adds new roots to the catalogue and takes forgotten ones from it. Raises FahrasError where a
    path to forget is not indexed or a new root is not there.
    """
    plan = Plan()
    for path in forget:
        _forget(catalogue, path, plan)
    roots = [catalogue.key(os.path.abspath(path)) for path in paths]
    for root in roots:
        if not os.path.exists(catalogue.absolute(root)) and not catalogue.below(root):
            raise FahrasError(f"{catalogue.absolute(root)} is not there: nothing was indexed")
        catalogue.add_root(root)
    if report is not None:
        report(Progress("scan", 0, 0))
    for root in dict.fromkeys(roots) if paths else list(catalogue.roots):
        _look(catalogue, root, plan)
    return plan


def _forget(catalogue: Catalogue, path: str, plan: Plan) -> None:
    key = catalogue.key(os.path.abspath(path))
    entries = catalogue.below(key)
    if not entries and key not in catalogue.roots:
        known = ", ".join(catalogue.absolute(root) for root in catalogue.roots) or "none"
        raise FahrasError(f"{path} is not indexed, so it cannot be forgotten (roots: {known})")
    plan.forgotten.extend(entries.values())
    for forgotten in entries:
        del catalogue.files[forgotten]
    catalogue.roots = [root for root in catalogue.roots if root != key]


def _look(catalogue: Catalogue, root: str, plan: Plan) -> None:
    known = {}
    for entry in catalogue.below(root).values():
        path = catalogue.absolute(entry.path)
        known[path] = FileState(path, entry.size, entry.mtime_ns, entry.digest)
    seen = scan.walk(catalogue.absolute(root))
    plan.changes.append(scan.compare(known, seen, last_run_ns=catalogue.updated_ns or None))
    for extension, count in seen.skipped.items():
        plan.skipped[extension] = plan.skipped.get(extension, 0) + count


class Run:
    """The writing half of an update: deletes, adds, and keeps the catalogue in step."""

    def __init__(self, writer: Any, catalogue: Catalogue, report: Report | None) -> None:
        self._writer = writer
        self._catalogue = catalogue
        self._report = report
        self.problems: list[FileProblem] = []
        self.bytes_read = 0
        self.failed: set[str] = set()

    def carry_out(self, plan: Plan) -> None:
        """Bring writer and catalogue to what the plan saw. Does not commit."""
        files = self._catalogue.files
        for entry in plan.forgotten:
            self._delete(entry)
        for state in plan.all("removed"):
            self._delete(files.pop(self._catalogue.key(state.path)))
        for old, new in plan.all("moved"):
            entry = files.pop(self._catalogue.key(old.path))
            self._keep(replace(entry, path=self._catalogue.key(new.path)), new)
        for state in plan.all("touched"):
            self._keep(files[self._catalogue.key(state.path)], state)
        self._read([*plan.all("changed"), *plan.all("added")])

    def _keep(self, entry: FileEntry, state: FileState) -> None:
        self._catalogue.files[entry.path] = replace(entry, mtime_ns=state.mtime_ns)

    def _delete(self, entry: FileEntry) -> None:
        if entry.documents:
            self._writer.delete_by_term("file", entry.number)

    def _read(self, states: list[FileState]) -> None:
        for done, state in enumerate(states):
            if self._report is not None:
                self._report(Progress("index", done, len(states)))
            self._read_file(state)
        if self._report is not None and states:
            self._report(Progress("commit", len(states), len(states)))

    def _read_file(self, state: FileState) -> None:
        """Index one file. One that cannot be read stays as it was indexed before, if it was."""
        key = self._catalogue.key(state.path)
        before = self._catalogue.files.get(key)
        number = self._catalogue.take_number()
        extraction = Extraction(state.path)
        documents = text_bytes = 0
        try:
            extraction = extract_path(state.path)
            for fields in document_fields(number, extraction):
                self._writer.add_document(**fields)
                documents += 1
                text_bytes += len(fields["text"].encode("utf-8", "surrogatepass"))
        except ExtractError as error:
            self.problems.append(FileProblem(state.path, str(error)))
            if not documents:
                self.failed.add(state.path)
                return
        if before is not None:
            self._delete(before)
        self.bytes_read += extraction.size
        self.problems += extraction.problems
        self._catalogue.files[key] = FileEntry(
            number,
            key,
            extraction.size,
            state.mtime_ns,
            extraction.digest,
            documents,
            text_bytes,
            extraction.encoding,
        )


def document_fields(number: int, extraction: Extraction) -> Iterator[dict[str, Any]]:
    """The Whoosh documents of a file, from its records as they stream."""
    for record in extraction.records:
        yield {
            "file": number,
            "record": record.id or "",
            "part": 0,
            "date": record.date or "",
            "encoding": extraction.encoding,
            "title": record.title,
            "text": record.text,
        }


def stamp(catalogue: Catalogue, started_ns: int, problems: list[FileProblem]) -> None:
    """Note when the run began and what it could not read."""
    catalogue.updated_ns = started_ns
    catalogue.updated = datetime.fromtimestamp(started_ns / 1e9, UTC).isoformat(timespec="seconds")
    catalogue.problems = [problem for problem in problems if problem.fatal]


def report_of(plan: Plan, catalogue: Catalogue, run: Run | None, started: float) -> UpdateReport:
    """What was found and done, in numbers."""
    failed = run.failed if run else set()
    kinds = ("added", "changed", "moved", "removed")
    counts = {
        kind: sum(1 for s in plan.all(kind) if kind == "moved" or s.path not in failed)
        for kind in kinds
    }
    counts["removed"] += len(plan.forgotten)
    problems = [*plan.problems, *(p for c in plan.changes for p in c.problems)]
    return UpdateReport(
        **counts,
        unchanged=len(plan.all("unchanged")) + len(plan.all("touched")),
        documents=sum(entry.documents for entry in catalogue.files.values()),
        bytes_read=run.bytes_read if run else 0,
        elapsed_s=time.perf_counter() - started,
        problems=tuple(problems + (run.problems if run else [])),
        notes=_notes(plan),
    )


def _notes(plan: Plan) -> tuple[str, ...]:
    if not plan.skipped:
        return ()
    kinds = sorted(plan.skipped.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{count} {kind or 'without extension'}" for kind, count in kinds[:5])
    return (f"passed over, as no kind of file that is read: {named}",)
