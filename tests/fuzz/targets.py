"""What is fuzzed: functions of bytes that must answer or refuse, and never anything else.

`run.py` feeds them, `test_seeds.py` gives them the kept seeds. A seed that once broke something
stays. An error that a target lets out is a fault of ours.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
from many_files import FILES

from analyzers.analyzer import analyze
from analyzers.normalizer import fold, unmark
from indexer import Index
from indexer.codec.columnar import LocalSegment
from indexer.codec.consistency import faults_of
from indexer.codec.container import Container, ContainerWriter
from indexer.codec.contents import Fingerprint, SegmentEntry
from indexer.codec.opened import OpenedSegment, SegmentReader
from indexer.errors import ExtractError, FahrasError, QueryError
from indexer.extract import extension_of, extract
from indexer.query.parser import QueryParser
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import Docs
from indexer.update.run import document_fields

ENDINGS = sorted({extension_of(name) for name in FILES if not name.startswith("refused/")})
QUERIES = ("كتاب", '"في البيت"', "كت*", "كتب~", "date:2017", "title:بحر")


def analyzer(data: bytes) -> None:
    """Tokens lie in the text, one after another; each step is idempotent, in order."""
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    end = 0
    for token in analyze(text):
        assert end <= token.start < token.end <= len(text)
        end = token.start
        form, folded, *_ = token.analysis
        assert unmark(form) == form
        assert fold(folded) == folded


def query(data: bytes) -> None:
    """A query is understood, or refused at a place that it has."""
    text = data.decode("utf-8", "replace")
    parser = QueryParser()
    for read in (parser.parse, parser.plain_query):
        try:
            parsed = read(text)
        except QueryError as error:
            refused: QueryError | None = error
        else:
            refused = None
            Evaluator(_sound()).rank(parsed.query, 10, _as_they_are)
        assert refused is None or (str(refused) and 0 <= refused.position <= len(refused.query))


def extractors(data: bytes) -> None:
    """The first byte says which ending the rest has; it is read, or refused with a reason."""
    if not data:
        return
    name = f"a{ENDINGS[data[0] % len(ENDINGS)]}"
    try:
        extraction = extract(name, data[1:])
        for record in extraction.records:
            document_fields(1, record, extraction.encoding)["text"].encode("utf-8")
    except ExtractError as error:
        reason = str(error)
    else:
        reason = "it was read"
    assert reason.strip()


def segment(data: bytes) -> None:
    """Each six bytes change an array of a sound segment: which, where, how; checksums are right.

    Whatever cannot be read then is found by what `verify` and a failing search ask.
    """
    container = Container(_segment(), "sound")
    arrays = {name: container.array(name).copy() for name in container.names()}
    names = sorted(arrays)
    for start in range(0, len(data) - 5, 6):
        name = names[data[start] % len(names)]
        array = arrays[name]
        if array.size:
            place = int.from_bytes(data[start + 1 : start + 3], "little") % array.size
            value = int.from_bytes(data[start + 3 : start + 6], "little", signed=True)
            array[place] = np.array(value).astype(array.dtype)
    file = io.BytesIO()
    writer = ContainerWriter(file)
    writer.meta = container.meta
    for name, array in arrays.items():
        writer.add(name, array)
    writer.close()
    changed = Container(file.getvalue(), "changed")
    if not list(faults_of(changed)):
        _read_all(changed)


def _read_all(container: Container) -> None:
    reader = SegmentReader(container)
    for docnum in range(reader.document_count):
        reader.record(docnum)
        reader.text(docnum, "text")
    evaluator = Evaluator(_snapshot(container))
    for text in QUERIES:
        with suppress(FahrasError):
            evaluator.rank(QueryParser().parse(text).query, 10, _as_they_are)


def _as_they_are(docs: Docs) -> Docs:
    return docs


def _snapshot(container: Container) -> Snapshot:
    documents: int = container.meta["documents"]
    entry = SegmentEntry("0" * 16, Fingerprint(0, 0), documents)
    return Snapshot((LocalSegment(OpenedSegment(SegmentReader(container), entry, 0)),))


@cache
def _sound() -> Snapshot:
    return _snapshot(Container(_segment(), "sound"))


@cache
def _segment() -> bytes:
    """A segment of a few texts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, word in enumerate(("كتاب", "بكتابه", "بحر", "مدرسة", "الكتب")):
            text = f"{word} في البيت {word}\n\nو{word} ٢٠١٧ " + "شمس قمر " * 40
            (folder / f"2017-0{number + 1}.txt").write_text(text, "utf-8")
        with Index.create(folder) as index:
            index.update()
        (path,) = folder.glob(".fahras/data-*/*.fhs")
        return path.read_bytes()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "analyzer": analyzer,
    "query": query,
    "extractors": extractors,
    "segment": segment,
}


def seeds_of(name: str) -> list[bytes]:
    """The kept seeds of a target, and for extractors a file of each format."""
    kept = sorted((Path(__file__).parent / "seeds" / name).iterdir())
    found = [path.read_bytes() for path in kept if path.is_file()]
    if name == "extractors":
        for path, data in sorted(FILES.items()):
            if extension_of(path) in ENDINGS:
                found.append(bytes([ENDINGS.index(extension_of(path))]) + data)
    return found
