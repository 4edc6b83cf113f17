"""How do several processes build segments at once, and what if one of them dies?

Each worker takes units of work until none is left, collects their documents and writes segments of
its own into the index's folder; the parent alone commits. Nothing is shared but a counter and one
pipe a worker. A worker that fails or dies fails the whole build: its siblings are ended, and what
was written is removed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from indexer.codec.builder import SegmentBuilder
from indexer.codec.prepare import Document
from indexer.codec.segment import ColumnarSegment
from indexer.errors import FahrasError
from indexer.garbage import seldom_collected, set_apart

SEGMENT_TOKENS = 10_000_000
"""A segment is closed when it has so many tokens (about 110 MB of text), to bound memory: its
vocabulary and the arrays that write it take about 400 MB in each worker."""

DOCUMENTS_AT_ONCE = 256
CHARS_AT_ONCE = 1 << 18
"""Documents are given to a builder when there are so many, or so many characters in them."""

MESSAGES_AT_ONCE = 128
"""A worker hands its messages over so many at a time: waking the parent costs more than they do."""

Unit = TypeVar("Unit")
Read = Callable[[Unit], Iterable[Document | Any]]


class BuildError(FahrasError):
    """A worker process could not do its part."""


class SegmentSeries:
    """Writes documents into as many segments of an index's folder as memory asks for."""

    def __init__(self, folder: str, indexname: str, schema: Any) -> None:
        self._folder = folder
        self._indexname = indexname
        self._schema = schema
        self._builder = SegmentBuilder(folder)
        self._waiting: list[Document] = []
        self._waiting_chars = 0
        self._segments: list[ColumnarSegment] = []

    def add(self, document: Document) -> None:
        """Add a document; whether it can be indexed may show only with one of the next."""
        self._waiting.append(document)
        self._waiting_chars += sum(len(v) for v in document.values() if isinstance(v, str))
        if len(self._waiting) >= DOCUMENTS_AT_ONCE or self._waiting_chars >= CHARS_AT_ONCE:
            self._add_waiting()

    def _add_waiting(self) -> None:
        self._builder.add_documents(self._schema, self._waiting)
        self._waiting, self._waiting_chars = [], 0
        if self._builder.token_count >= SEGMENT_TOKENS:
            self._close()
            self._builder = SegmentBuilder(self._folder)

    def _close(self) -> None:
        if self._builder.doc_count:
            segment = ColumnarSegment(self._indexname, self._builder.doc_count)
            path = os.path.join(self._folder, segment.file_name)
            segment.size_bytes = self._builder.write_to(path)
            self._segments.append(segment)
        self._builder.close()

    def finish(self) -> list[ColumnarSegment]:
        """Write what is left; the segments, their files on the disk."""
        self._add_waiting()
        self._close()
        return self._segments

    def remove(self) -> None:
        """Remove the files that were written; for a series that was not finished."""
        self._builder.close()
        for segment in self._segments:
            os.unlink(os.path.join(self._folder, segment.file_name))


def build_segments(
    folder: str,
    indexname: str,
    schema: Any,
    units: Sequence[Unit],
    read: Read[Unit],
    processes: int,
    on_message: Callable[[Any], None] | None,
) -> list[ColumnarSegment]:
    """See `ColumnarWriter.build`. Works in this process where one is enough or fork is missing."""
    tell = on_message or _ignore
    workers = min(processes, len(units))
    if workers <= 1 or "fork" not in multiprocessing.get_all_start_methods():
        return _build_here(SegmentSeries(folder, indexname, schema), units, read, tell)
    crew = _Crew(workers)
    try:
        crew.start(_work, (folder, indexname, schema, units, read))
        segments = list(crew.results(tell))
    except BaseException:
        crew.end()
        raise
    crew.join()
    return segments


def _ignore(_message: Any) -> None:
    return


def _build_here(
    series: SegmentSeries, units: Iterable[Unit], read: Read[Unit], tell: Callable[[Any], None]
) -> list[ColumnarSegment]:
    try:
        with seldom_collected():
            for unit in units:
                for item in read(unit):
                    if isinstance(item, dict):
                        series.add(item)
                    else:
                        tell(item)
            return series.finish()
    except BaseException:
        series.remove()
        raise


class _Crew:
    """The worker processes of one build."""

    def __init__(self, size: int) -> None:
        self._context = multiprocessing.get_context("fork")
        self._next_unit = self._context.Value("q", 0)
        self._size = size
        self._receivers: list[Any] = []
        self._processes: list[Any] = []

    def start(self, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        for _ in range(self._size):
            receiver, sender = self._context.Pipe(duplex=False)
            process = self._context.Process(
                target=work, args=(sender, self._next_unit, *arguments), daemon=True
            )
            with warnings.catch_warnings():
                # Python 3.12 warns of fork where numpy has started threads of its own. Those idle
                # and hold no lock that a worker needs: workers do no linear algebra.
                warnings.simplefilter("ignore", DeprecationWarning)
                process.start()
            self._processes.append(process)
            self._receivers.append(receiver)
            sender.close()  # so that the end of the process is the end of the pipe

    def results(self, tell: Callable[[Any], None]) -> Iterator[ColumnarSegment]:
        """The segments of all workers; passes their messages on meanwhile."""
        open_pipes = list(self._receivers)
        while open_pipes:
            for pipe in list(wait(open_pipes)):
                kind, content = _received(pipe)
                if kind == "messages":
                    for message in content:
                        tell(message)
                elif kind == "segments":
                    yield from content
                    open_pipes.remove(pipe)
                else:
                    raise content

    def end(self) -> None:
        """End the workers that still run."""
        for process in self._processes:
            process.terminate()
        self.join()

    def join(self) -> None:
        for process in self._processes:
            process.join()
        for receiver in self._receivers:
            receiver.close()


def _received(pipe: Any) -> tuple[str, Any]:
    try:
        kind, content = pipe.recv()
    except EOFError:
        return "error", BuildError(
            "a worker process ended without a result, perhaps for want of memory; the index is as "
            "it was: run it again, with less beside it"
        )
    return kind, content


def _work(
    sender: Connection,
    next_unit: Any,
    folder: str,
    indexname: str,
    schema: Any,
    units: Sequence[Unit],
    read: Read[Unit],
) -> None:
    """What a worker process does. Ctrl-C is the parent's business: it ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    set_apart()
    series = SegmentSeries(folder, indexname, schema)
    waiting: list[Any] = []

    def tell(message: Any) -> None:
        waiting.append(message)
        if len(waiting) == MESSAGES_AT_ONCE:
            sender.send(("messages", list(waiting)))
            waiting.clear()

    try:
        segments = _build_here(series, _taken(units, next_unit), read, tell)
        sender.send(("messages", waiting))
        sender.send(("segments", segments))
    except Exception as error:  # noqa: BLE001  whatever it was, the parent must hear of it
        sender.send(("error", _for_parent(error)))


def _for_parent(error: Exception) -> Exception:
    """What the parent raises: the error itself where it speaks to the user, else a BuildError."""
    failure = error
    if not isinstance(error, FahrasError) and getattr(error, "errno", None) is None:
        failure = BuildError(
            f"indexing failed in a worker process: {type(error).__name__}: {error} "
            "(--debug shows where)"
        )
    failure.add_note(traceback.format_exc())
    return failure


def _taken(units: Sequence[Unit], next_unit: Any) -> Iterator[Unit]:
    """The units that this worker takes: each goes to the first worker that asks.

    A worker whose parent was killed stops at its next unit, and with it goes the index's lock.
    """
    parent = multiprocessing.parent_process()
    while parent is None or parent.is_alive():
        with next_unit.get_lock():
            number = next_unit.value
            next_unit.value = number + 1
        if number >= len(units):
            return
        yield units[number]
    raise BuildError("the parent process is gone")
