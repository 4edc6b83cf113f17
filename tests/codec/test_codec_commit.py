"""Commits: whole or not at all, from one process or several, and a TOC that cannot run code."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from whoosh import fields
from whoosh import query as q
from whoosh.index import LockError

from indexer.codec import format as fmt
from indexer.codec.build import series
from indexer.codec.build.parallel import BuildError
from indexer.codec.commits import (
    check,
    generation_of,
    read_toc,
    remove_stale_files,
    write_toc,
)
from indexer.codec.container import Container
from indexer.codec.contents import Fingerprint, fingerprint_of
from indexer.codec.whoosh.formfield import FormField
from indexer.codec.whoosh.index import ColumnarIndex, create_index, field_arrays, open_index
from indexer.errors import IndexCorruptError, IndexVersionError

SCHEMA = fields.Schema(
    path=fields.ID(stored=True, unique=True),
    n=fields.NUMERIC(int, stored=True, sortable=True),
    text=FormField(),
)


def check_and_clean(folder: str) -> None:
    check(folder)
    remove_stale_files(folder)


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


def test_the_schema_is_for_the_reader_to_know(tmp_path):
    create_index(tmp_path, SCHEMA, 7)
    assert open_index(tmp_path, SCHEMA, 7).schema.names() == SCHEMA.names()
    with pytest.raises(IndexVersionError, match="schema 7; schema 8 is needed"):
        open_index(tmp_path, SCHEMA, 8)
    for change in (lambda w: w.add_field("x", fields.ID), lambda w: w.remove_field("n")):
        with pytest.raises(TypeError), open_index(tmp_path, SCHEMA, 7).writer() as writer:
            change(writer)


def test_damage_to_the_toc_is_found(tmp_path):
    filled(tmp_path)
    (toc,) = tmp_path.glob("_MAIN_*.toc")
    sound = toc.read_bytes()
    chance = random.Random(1)
    for _ in range(60):
        damaged = bytearray(sound)
        damaged[chance.randrange(len(sound))] ^= 1 << chance.randrange(8)
        toc.write_bytes(damaged)
        with pytest.raises(IndexCorruptError):
            open_index(tmp_path, SCHEMA)
    for length in range(0, len(sound), 7):
        toc.write_bytes(sound[:length])
        with pytest.raises(IndexCorruptError):
            open_index(tmp_path, SCHEMA)


# The same without Whoosh


def files_of(ix: ColumnarIndex) -> set[str]:
    segments = {segment.file_name for segment in ix._segments()}
    return {f"_MAIN_{ix.latest_generation()}.toc", *segments}


def test_what_is_asked_without_whoosh_is_what_whoosh_reads(tmp_path):
    folder, stale = str(tmp_path), ("_MAIN_0.toc", "_MAIN_7.toc.new", f"MAIN_{'a' * 16}.fhs")
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
    stale = tmp_path / f"MAIN_{'a' * 16}.fhs"
    stale.write_bytes(b"x")
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
    assert stale.exists()
    check_and_clean(str(tmp_path))
    assert not stale.exists()


def test_a_segment_of_another_index_is_refused(tmp_path):
    ours, other = filled(tmp_path / "ours"), filled(tmp_path / "other", 11)
    (segment,), (stranger,) = ours._segments(), other._segments()
    sound = tmp_path / "other" / stranger.file_name
    sound.replace(tmp_path / "ours" / segment.file_name)
    for opened in (ours.reader, lambda: check_and_clean(str(tmp_path / "ours"))):
        with pytest.raises(IndexCorruptError, match="not the file that the table of contents"):
            opened()


def _with_directory(segment: Path, change: Callable[[dict[str, Any]], object]) -> Fingerprint:
    """The same segment with another directory, all checksums right; what the TOC is to say."""
    data = segment.read_bytes()
    directory, offset = fmt.read_directory(memoryview(data))
    change(directory)
    said = json.dumps(directory).encode()
    segment.write_bytes(data[:offset] + said + fmt.pack_footer(offset, said))
    return fingerprint_of(segment.read_bytes())


@pytest.mark.parametrize(
    "lie",
    [
        lambda d: d["arrays"]["f/text/docs"].__setitem__(2, 1),
        lambda d: d["arrays"]["f/text/docs"].__setitem__(2, 1 << 60),
        lambda d: d["arrays"]["f/text/docs"].__setitem__(2, -1),
        lambda d: d["arrays"]["f/text/docs"].__setitem__(1, 1 << 60),
        lambda d: d["arrays"]["f/text/docs"].__setitem__(1, 65),
        lambda d: d["arrays"]["f/text/docs"].__setitem__(1, 0),
        lambda d: d["arrays"]["f/text/docs"].__setitem__(0, "|O"),
        lambda d: d["arrays"]["f/text/docs"].__setitem__(0, "<U1000000"),
        lambda d: d["arrays"]["f/text/docs"].__setitem__(0, []),
        lambda d: d["arrays"]["f/text/docs"].pop(),
        lambda d: d["arrays"].pop("f/text/tf"),
        lambda d: d["arrays"].pop("records/sizes"),
        lambda d: d["arrays"]["f/text/lengths"].__setitem__(2, 3),
        lambda d: d["arrays"]["f/text/stem_heads"].__setitem__(2, 0),
        lambda d: d["meta"].update(documents="10"),
        lambda d: d["meta"].update(fields=[]),
        lambda d: d["meta"].update(stored=["nothing"]),
        lambda d: d["meta"]["fields"]["text"].update(postings=None),
        lambda d: d["meta"]["fields"]["text"].pop("positions"),
        lambda d: d.update(meta=[]),
        lambda d: d.update(arrays=7),
        lambda d: d.clear(),
    ],
    ids=range(22),
)
def test_a_segment_whose_arrays_lie_about_their_lengths_is_refused(tmp_path, lie):
    filled(tmp_path)
    (segment,) = tmp_path.glob("*.fhs")
    toc = read_toc(str(tmp_path))
    for change, is_sound in ((lambda d: None, True), (lie, False)):
        file = _with_directory(segment, change)
        write_toc(str(tmp_path), toc._replace(segments=(toc.segments[0]._replace(file=file),)))
        if is_sound:
            assert len(paths(open_index(tmp_path, SCHEMA))) == 10
        else:
            with pytest.raises(IndexCorruptError, match=re.escape(str(segment))):
                open_index(tmp_path, SCHEMA).reader()


def test_a_toc_under_the_name_of_another_is_refused(tmp_path):
    filled(tmp_path)
    (toc,) = tmp_path.glob("_MAIN_*.toc")
    toc.rename(tmp_path / "_MAIN_17.toc")
    with pytest.raises(IndexCorruptError, match="is that of commit 1"):
        open_index(tmp_path, SCHEMA)


def test_only_names_that_are_ours_are_removed(tmp_path):
    ix = filled(tmp_path)
    kept = {
        "MAIN_report.key", "MAIN_abc.fhs", f"MAIN_{'a' * 16}.docx", f"MAIN_{'A' * 16}.fhs",
        "_MAIN_03.toc", "_MAIN_3.toc.old", "_MAIN_x.toc", "files-backup.zip", "MAIN.tmp",
    }  # fmt: skip
    for name in kept:
        (tmp_path / name).write_text("mine")
    check_and_clean(str(tmp_path))
    writer = ix.writer()
    writer.add_document(**document(3))
    writer.commit()
    writer = ix.writer()
    writer.cancel()
    create_index(tmp_path, SCHEMA)
    assert kept <= {path.name for path in tmp_path.iterdir()}


def test_no_index_here(tmp_path):
    with pytest.raises(IndexCorruptError, match="lost its table of contents"):
        open_index(tmp_path, SCHEMA)


def test_damage_to_a_segment_is_found(tmp_path):
    ix = filled(tmp_path)
    assert ix.verify() == []
    (segment,) = tmp_path.glob("*.fhs")
    sound = segment.read_bytes()
    damaged = bytearray(sound)
    damaged[len(sound) // 2] ^= 4
    segment.write_bytes(damaged)
    assert open_index(tmp_path, SCHEMA).verify()
    segment.write_bytes(sound[:-100])
    with pytest.raises(IndexCorruptError):
        open_index(tmp_path, SCHEMA).reader()


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :]


def test_a_merge_copies_nothing_that_is_damaged(tmp_path):
    ix = filled(tmp_path)
    (segment,) = tmp_path.glob("*.fhs")
    sound, container = segment.read_bytes(), Container.open(str(segment))
    names = [name for name in container.names() if container.span(name)[1]]
    assert len(names) > 30
    for name in names:
        segment.write_bytes(flipped(sound, container.span(name)[0]))
        writer = ix.writer()
        writer.add_document(**document(99))
        with pytest.raises(IndexCorruptError, match=re.escape(f"{segment}: checksum of {name} ")):
            writer.commit(optimize=True)
        segment.write_bytes(sound)
        assert ix.verify() == []
    assert len(paths(ix)) == 10


def test_a_text_that_is_damaged_is_not_given_out(tmp_path):
    ix = filled(tmp_path)
    (segment,) = tmp_path.glob("*.fhs")
    sound, container = segment.read_bytes(), Container.open(str(segment))
    first, length = container.span("s/text/blocks")
    refusals = []
    for place in range(first, first + length):
        segment.write_bytes(flipped(sound, place))
        with ix.searcher() as searcher:
            try:
                assert searcher.stored_fields(3) == document(3)
            except IndexCorruptError as error:
                refusals.append(str(error))
    assert len(refusals) >= length - 1  # all but the bit that says whether there is a checksum
    assert all(said.startswith(f"{segment}: s/text/blocks: block 0 ") for said in refusals)


# One writer


def test_commits_leave_no_stale_files(tmp_path):
    ix = filled(tmp_path)
    for stale in ("_MAIN_0.toc", "_MAIN_7.toc.new", f"MAIN_{'a' * 16}.fhs"):
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
    assert len(paths(open_index(tmp_path, SCHEMA))) == 11


def test_cancel_leaves_the_index_as_it_was(tmp_path):
    ix = filled(tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    writer = ix.writer()
    writer.delete_by_values("path", ["p1"])
    writer.add_document(**document(99))
    writer.build([range(20, 30), range(30, 40)], lambda unit: map(document, unit))
    writer.cancel()
    assert {path.name for path in tmp_path.iterdir()} == before
    assert paths(open_index(tmp_path, SCHEMA)) == sorted(f"p{i}" for i in range(10))


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


def of_small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a segment be full after some ten documents."""
    monkeypatch.setattr(series, "SEGMENT_TOKENS", 50)
    monkeypatch.setattr(series, "DOCUMENTS_AT_ONCE", 5)
    monkeypatch.setattr("indexer.codec.build.collect.BATCH_CHARS", 10)


def built(folder: Path, documents: int) -> ColumnarIndex:
    ix = create_index(folder, SCHEMA)
    writer = ix.writer()
    assert writer.build([range(documents)], lambda unit: map(document, unit)) == documents
    writer.commit()
    return ix


def test_build_closes_full_segments_and_merges_every_few(tmp_path, monkeypatch):
    whole = built(tmp_path / "whole", 100)
    of_small_segments(monkeypatch)
    monkeypatch.setattr(series, "MERGED_AT_ONCE", 1000)
    parted = built(tmp_path / "parted", 100)
    count = len(field_arrays(parted.reader(), "text"))
    assert count > 9
    monkeypatch.setattr(series, "MERGED_AT_ONCE", 4)
    merged = built(tmp_path / "merged", 100)
    sizes = [segment.doc_count() for segment in merged._segments()]
    assert len(sizes) == count // 4 + count % 4
    assert sum(sizes) == 100
    assert merged.verify() == []
    files = [path for path in (tmp_path / "merged").iterdir() if path.suffix == ".fhs"]
    assert len(files) == len(sizes)
    query = q.Or([q.Term("text", "المكتبة"), q.Term("text", "كتاب")])
    for ix in (parted, merged):
        assert paths(ix) == paths(whole)
        with ix.searcher() as ours, whole.searcher() as theirs:
            found = {hit["path"]: hit.score for hit in ours.search(query, limit=None)}
            assert found == {hit["path"]: hit.score for hit in theirs.search(query, limit=None)}


def test_a_build_that_fails_at_a_merge_leaves_nothing(tmp_path, monkeypatch):
    of_small_segments(monkeypatch)
    ix = create_index(tmp_path, SCHEMA)
    before = {path.name for path in tmp_path.iterdir()}

    def no_more(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("indexer.codec.build.builder.SegmentBuilder.add_segment", no_more)
    writer = ix.writer()
    with pytest.raises(OSError, match="the disk is full"):
        writer.build([range(60)], lambda unit: map(document, unit))
    writer.cancel()
    assert {path.name for path in tmp_path.iterdir()} - before <= {"MAIN_WRITELOCK"}


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
from test_codec_commit import SCHEMA, document
from indexer.codec.whoosh.index import open_index
def read(unit):
    os.write(1, b"reading\\n")
    time.sleep(0.2)
    yield document(unit)
open_index(sys.argv[1], SCHEMA).writer().build(range(100), read)
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
    root = Path(__file__).parent.parent
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=root)


KILLED = """
import sys
from test_codec_commit import SCHEMA, document
from indexer.codec.whoosh.index import open_index
ix = open_index(sys.argv[1], SCHEMA)
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
    held = set(paths(open_index(tmp_path, SCHEMA)))
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
        ix = open_index(tmp_path, SCHEMA)
        assert {p.name for p in tmp_path.iterdir() if p.suffix in (".fhs", ".toc")} == files_of(ix)
        found = set(paths(ix))
        assert found == then or (found == held and not done)
        assert ix.verify() == []
        held = found
    writer = open_index(tmp_path, SCHEMA).writer()
    writer.commit()
    assert len(list(tmp_path.glob("*.fhs"))) == len(open_index(tmp_path, SCHEMA)._segments())
