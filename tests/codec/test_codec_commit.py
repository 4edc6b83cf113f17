"""Commits: whole or not at all, from one process or several, and a TOC that cannot run code."""

from __future__ import annotations

import io
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from whoosh import fields
from whoosh import query as q
from whoosh.filedb.filestore import RamStorage
from whoosh.index import LockError

from indexer.codec.build import series
from indexer.codec.build.parallel import BuildError
from indexer.codec.commits import check_and_clean, generation_of, seal_of, toc_parts
from indexer.codec.whoosh.formfield import FormField
from indexer.codec.whoosh.index import ColumnarIndex, create_index, field_arrays, open_index
from indexer.codec.whoosh.toc import restricted_loads
from indexer.errors import IndexCorruptError, NoIndexError

SCHEMA = fields.Schema(
    path=fields.ID(stored=True, unique=True),
    n=fields.NUMERIC(int, stored=True, sortable=True),
    text=FormField(),
)


def document(i: int) -> dict:
    return {"path": f"p{i}", "n": i, "text": f"كتاب رقم {i} في المكتبة"}


def filled(folder: Path, count: int = 10) -> ColumnarIndex:
    ix = create_index(folder, SCHEMA)
    writer = ix.writer()
    writer.add_documents(document(i) for i in range(count))
    writer.commit()
    return ix


def paths(ix: ColumnarIndex) -> list[str]:
    with ix.searcher() as searcher:
        return sorted(d["path"] for d in searcher.documents())


# The TOC


class _Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/fahras-evil",)


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps(_Evil()),
        pickle.dumps(_Evil(), 2),
        b"cposix\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cwhoosh.fields\nstruct.Struct\n.",
        b"cwhoosh.columns\nPickleColumn\n.",
        b"cwhoosh.formats\nCharacters\n.",
        b"cwhoosh.util.loading\nfind_object\n.",
        b"\x80\x04\x8c\x0ewhoosh.columns\x8c\x0astruct.sys\x93.",
        b"garbage",
        b"",
    ],
    ids=range(11),
)
def test_a_toc_cannot_run_code(data):
    with pytest.raises(IndexCorruptError):
        restricted_loads(data)


def test_whoosh_schemas_pass_the_unpickler(tmp_path):
    import decimal

    from whoosh import analysis, columns

    schema = fields.Schema(
        a=fields.TEXT(analyzer=analysis.StandardAnalyzer() | analysis.CharsetFilter({97: "b"})),
        b=fields.NUMERIC(int, bits=64, signed=False, decimal_places=2, default=decimal.Decimal(1)),
        c=fields.DATETIME(sortable=True),
        d=fields.KEYWORD(commas=True, lowercase=True),
        e=fields.NGRAM,
        f=fields.BOOLEAN,
        g=fields.IDLIST,
        h=fields.ID(sortable=columns.RefBytesColumn()),
        i=fields.STORED,
    )
    create_index(tmp_path, schema)
    assert open_index(tmp_path).schema.names() == schema.names()


def test_damage_to_the_toc_is_found(tmp_path):
    filled(tmp_path)
    (toc,) = tmp_path.glob("_MAIN_*.toc")
    sound = toc.read_bytes()
    chance = random.Random(1)
    for _ in range(60):
        damaged = bytearray(sound)
        damaged[chance.randrange(len(sound) - 12)] ^= 1 << chance.randrange(8)
        toc.write_bytes(damaged)
        with pytest.raises(IndexCorruptError):
            open_index(tmp_path)
    for length in range(0, len(sound) - 12, 41):
        toc.write_bytes(sound[:length])
        with pytest.raises(IndexCorruptError):
            open_index(tmp_path)


# The same without Whoosh


def files_of(ix: ColumnarIndex) -> set[str]:
    segments = {segment.file_name for segment in ix._segments()}
    return {f"_MAIN_{ix.latest_generation()}.toc", *segments}


def test_what_is_asked_without_whoosh_is_what_whoosh_reads(tmp_path):
    folder, stale = str(tmp_path), ("_MAIN_0.toc", "_MAIN_7.toc.new", "MAIN_abc.fhs")
    ix = create_index(tmp_path, SCHEMA)
    for first in range(0, 100, 10):
        writer = ix.writer()
        writer.add_documents(document(i) for i in range(first, first + 10))
        writer.delete_by_values("path", [f"p{first - 3}"])
        writer.commit()
        for name in (*stale, "notes.txt"):
            (tmp_path / name).write_bytes(b"x")
        check_and_clean(folder)
        assert generation_of(folder) == ix.latest_generation()
        left = {path.name for path in tmp_path.iterdir()}
        assert left - {"MAIN_WRITELOCK", "notes.txt"} == files_of(ix)


def test_without_whoosh_damage_is_found_too(tmp_path):
    ix = filled(tmp_path)
    (tmp_path / "MAIN_abc.fhs").write_bytes(b"x")
    for name in files_of(ix):
        path = tmp_path / name
        sound = path.read_bytes()
        for damaged in (b"", sound[: len(sound) // 2], sound[:20] + b"x" + sound[21:]):
            path.write_bytes(damaged)
            with pytest.raises(IndexCorruptError):
                check_and_clean(str(tmp_path))
        path.unlink()
        with pytest.raises(IndexCorruptError, match=r"lost its table|is gone"):
            check_and_clean(str(tmp_path))
        path.write_bytes(sound)
    assert (tmp_path / "MAIN_abc.fhs").exists()
    check_and_clean(str(tmp_path))
    assert not (tmp_path / "MAIN_abc.fhs").exists()


def test_without_whoosh_a_toc_cannot_run_code_either(tmp_path):
    filled(tmp_path)
    (path,) = tmp_path.glob("_MAIN_*.toc")
    segments = toc_parts(path.read_bytes()).segments
    for evil in (pickle.dumps([_Evil()]), pickle.dumps([fields.Schema()]), b"garbage"):
        body = path.read_bytes()[:-12].removesuffix(segments) + evil
        path.write_bytes(body + seal_of(body))
        segments = evil
        with pytest.raises(IndexCorruptError):
            check_and_clean(str(tmp_path))


def test_no_index_here(tmp_path):
    with pytest.raises(NoIndexError):
        open_index(tmp_path)


def test_damage_to_a_segment_is_found(tmp_path):
    ix = filled(tmp_path)
    assert ix.verify() == []
    (segment,) = tmp_path.glob("*.fhs")
    sound = segment.read_bytes()
    damaged = bytearray(sound)
    damaged[len(sound) // 2] ^= 4
    segment.write_bytes(damaged)
    assert open_index(tmp_path).verify()
    segment.write_bytes(sound[:-100])
    with pytest.raises(IndexCorruptError):
        open_index(tmp_path).reader()


# One writer


def test_commits_leave_no_stale_files(tmp_path):
    ix = filled(tmp_path)
    for stale in ("_MAIN_0.toc", "_MAIN_7.toc.new", "MAIN_abc.fhs", "MAIN_abc.fhs.x"):
        (tmp_path / stale).write_bytes(b"x")
    (tmp_path / "notes.txt").write_text("mine")
    writer = ix.writer()
    writer.add_document(**document(99))
    with pytest.raises(LockError):
        ix.writer()
    writer.commit(optimize=True)
    names = {path.name for path in tmp_path.iterdir()}
    assert len(names - {"MAIN_WRITELOCK", "notes.txt"}) == 2
    assert "notes.txt" in names
    assert len(paths(open_index(tmp_path))) == 11


def test_cancel_leaves_the_index_as_it_was(tmp_path):
    ix = filled(tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    writer = ix.writer()
    writer.delete_by_values("path", ["p1"])
    writer.add_document(**document(99))
    writer.build([range(20, 30), range(30, 40)], lambda unit: map(document, unit))
    writer.cancel()
    assert {path.name for path in tmp_path.iterdir()} == before
    assert paths(open_index(tmp_path)) == sorted(f"p{i}" for i in range(10))


def test_a_reader_keeps_what_it_opened(tmp_path):
    ix = filled(tmp_path)
    with ix.searcher() as searcher:
        writer = ix.writer()
        writer.delete_by_values("n", [fields.NUMERIC(int).to_bytes(3)])
        writer.add_document(**document(50))
        writer.commit(optimize=True)
        assert len(searcher.search(q.Term("text", "المكتبة"), limit=None)) == 10
        assert searcher.document(path="p3")["n"] == 3
    assert "p3" not in paths(ix)


def test_an_index_in_memory():
    ix = ColumnarIndex.create(RamStorage(), SCHEMA)
    for part in (range(5), range(5, 9)):
        writer = ix.writer()
        writer.add_documents(map(document, part))
        writer.commit()
    assert len(paths(ix)) == 9
    assert ix.verify() == []


def test_full_segments_are_closed(tmp_path, monkeypatch):
    monkeypatch.setattr("indexer.codec.whoosh.writer.SEGMENT_TOKENS", 12)
    monkeypatch.setattr("indexer.codec.build.collect.BATCH_CHARS", 10)
    ix = filled(tmp_path, 11)
    assert len(paths(ix)) == 11
    assert len(field_arrays(ix.reader(), "text")) > 2


# Several processes


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_build_takes_every_unit_once(tmp_path, processes):
    ix = create_index(tmp_path, SCHEMA)
    units = [range(i, i + 7) for i in range(0, 70, 7)]

    def read(unit):
        for i in unit:
            yield document(i)
        yield ("done", unit.start)

    told = []
    writer = ix.writer()
    assert writer.build(units, read, processes=processes, on_message=told.append) == 70
    writer.add_document(**document(100))
    writer.commit()
    assert sorted(told) == [("done", unit.start) for unit in units]
    assert paths(ix) == sorted(f"p{i}" for i in [*range(70), 100])
    assert ix.verify() == []


def test_build_closes_full_segments(tmp_path, monkeypatch):
    monkeypatch.setattr(series, "SEGMENT_TOKENS", 50)
    monkeypatch.setattr(series, "DOCUMENTS_AT_ONCE", 5)
    monkeypatch.setattr("indexer.codec.build.collect.BATCH_CHARS", 10)
    ix = create_index(tmp_path, SCHEMA)
    writer = ix.writer()
    assert writer.build([range(60)], lambda unit: map(document, unit)) == 60
    writer.commit()
    assert len(field_arrays(ix.reader(), "text")) > 3
    assert len(paths(ix)) == 60


def _raise(_unit):
    yield document(1)
    raise OSError("the disk is gone")


def _die(_unit):
    yield document(1)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("read", "message"), [(_raise, "the disk is gone"), (_die, "without a result")]
)
def test_a_worker_that_fails_fails_the_build(tmp_path, read, message):
    ix = filled(tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    writer = ix.writer()
    with pytest.raises(BuildError, match=message):
        writer.build([1, 2, 3], read)
    writer.cancel()
    assert {path.name for path in tmp_path.iterdir()} == before
    ix.writer().cancel()


# Killed

ORPHANED = """
import os, sys, time
from test_codec_commit import document
from indexer.codec.whoosh.index import open_index
def read(unit):
    os.write(1, b"reading\\n")
    time.sleep(0.2)
    yield document(unit)
open_index(sys.argv[1]).writer().build(range(100), read)
"""


def test_workers_end_with_their_parent(tmp_path):
    ix = filled(tmp_path)
    child = _started(ORPHANED, str(tmp_path))
    assert child.stdout.readline() == b"reading\n"
    child.kill()
    child.wait()
    writer = ix.writer(timeout=20)
    writer.commit()
    child.stdout.close()
    assert paths(ix) == sorted(f"p{i}" for i in range(10))
    assert len(list(tmp_path.glob("*.fhs"))) == 1


def _started(program: str, *arguments: str) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["tests", *sys.path])}
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=root)


KILLED = """
import sys
from test_codec_commit import document
from indexer.codec.whoosh.index import open_index
ix = open_index(sys.argv[1])
writer = ix.writer()
first = int(sys.argv[2])
writer.delete_by_values("path", [f"p{first - 1}"])
writer.build([range(i, i + 50) for i in range(first, first + 200, 50)], lambda u: map(document, u))
print("committing", flush=True)
writer.commit(optimize=bool(first % 400))
print("committed", flush=True)
"""


def test_killed_during_commit(tmp_path):
    filled(tmp_path, 200)
    held = set(paths(open_index(tmp_path)))
    chance = random.Random(3)
    for first in range(200, 1200, 200):
        child = _started(KILLED, str(tmp_path), str(first))
        assert child.stdout.readline() == b"committing\n"
        time.sleep(chance.random() * 0.04)
        child.send_signal(signal.SIGKILL)
        done = b"committed" in child.stdout.read()
        child.wait()
        child.stdout.close()
        then = (held - {f"p{first - 1}"}) | {f"p{i}" for i in range(first, first + 200)}
        check_and_clean(str(tmp_path))
        ix = open_index(tmp_path)
        assert {p.name for p in tmp_path.iterdir() if p.suffix in (".fhs", ".toc")} == files_of(ix)
        found = set(paths(ix))
        assert found == then or (found == held and not done)
        assert ix.verify() == []
        held = found
    writer = open_index(tmp_path).writer()
    writer.commit()
    assert len(list(tmp_path.glob("*.fhs"))) == len(open_index(tmp_path)._segments())


def test_pickled_segments_are_small(tmp_path):
    ix = filled(tmp_path, 50)
    (segment,) = ix._segments()
    file = io.BytesIO()
    pickle.dump(segment, file)
    assert len(file.getvalue()) < 300
