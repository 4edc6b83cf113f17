"""The list of files: by path, by number, in the order of paths, and the same from the disk."""

from __future__ import annotations

import json
import os
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zstandard import ZstdCompressor

from indexer import Index
from indexer.errors import IndexCorruptError, IndexVersionError, Remedy
from indexer.folder import catalogue as catalogues
from indexer.folder import columns
from indexer.folder.catalogue import Catalogue
from indexer.folder.columns import FileEntry, Files
from indexer.folder.lookup import FileTable
from indexer.reports import FileProblem
from indexer.storage import location as storage

DIGEST = "0123456789abcdef" * 2


def entry(number: int, path: str, **values) -> FileEntry:
    return FileEntry(number, path, 3, 10**18 + 1, DIGEST, 2, 3, "utf-8")._replace(**values)


def packed_and_back(files: Files) -> Files:
    return Files.unpack(files.pack(), files.packed().names)


ENTRIES = st.lists(
    st.builds(
        FileEntry,
        number=st.integers(1, 2**32 - 1),
        path=st.text(st.characters(exclude_characters="\0"), min_size=1),
        size=st.integers(0, 2**40),
        mtime_ns=st.integers(-(2**62), 2**62),
        digest=st.sampled_from(["", DIGEST]),
        documents=st.integers(0, 2**31),
        text_bytes=st.integers(0, 2**40),
        encoding=st.sampled_from(["utf-8", "windows-1256"]),
        reader=st.sampled_from(["", "text/1", "PDF/2", "zip/1,PDF/2"]),
        failure=st.sampled_from(["", "damaged", "a scan"]),
    ),
    unique_by=lambda entry: entry.path,
)


@given(ENTRIES, st.data(), st.integers(1, 4))
def test_files_are_a_mapping_that_comes_back_from_the_disk(entries, data, rows) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "ROWS", rows)
        patch.setattr(columns, "_HELD_BLOCKS", 3)
        check_a_mapping(entries, data)


def check_a_mapping(entries, data) -> None:
    files, plain = Files(entries), {entry.path: entry for entry in entries}
    for path in data.draw(st.sets(st.sampled_from(sorted(plain)))) if plain else ():
        assert files.pop(path) == plain.pop(path)
    for path in data.draw(st.sets(st.sampled_from(sorted(plain)))) if plain else ():
        files[path] = plain[path] = plain[path]._replace(size=7, encoding="utf-16", failure="")
    assert dict(files) == plain
    assert {path: files.digest(path) for path in files} == {p: e.digest for p, e in plain.items()}
    assert dict(files.stamps()) == {path: (e.size, e.mtime_ns) for path, e in plain.items()}
    assert sorted(files.column("documents")) == sorted(e.documents for e in plain.values())
    failures = {path: e.failure for path, e in plain.items() if e.failure}
    assert dict(files.failures()) == failures
    assert files.outdated({"text/1", "zip/1"}) == {p for p, e in plain.items() if "PDF" in e.reader}
    again = packed_and_back(files)
    assert dict(again.failures()) == failures
    assert again.names["failure"] == sorted(
        set(again.names["failure"]), key=again.names["failure"].index
    )
    assert set(again.names["reader"]) == {e.reader for e in plain.values()}
    assert {path: again.digest(path) for path in plain} == {p: e.digest for p, e in plain.items()}
    for absent in ("", "\U0010ffff" * 9):
        with pytest.raises(KeyError):
            again.digest(absent)
    numbered = {p: plain[p]._replace(number=n) for n, p in enumerate(sorted(plain), 1)}
    table = FileTable(Catalogue("/home", files=packed_and_back(Files(numbered.values()))))
    assert [table.entry(number) for number in range(1, len(plain) + 1)] == [*numbered.values()]
    assert dict(again) == plain
    assert list(again) == sorted(plain)
    assert dict(packed_and_back(again)) == plain
    for path, value in plain.items():  # some blocks are as on the disk, some are not
        again[path] = value._replace(documents=9)
    assert dict(packed_and_back(again)) == {p: e._replace(documents=9) for p, e in plain.items()}


def test_a_file_stands_under_its_own_path() -> None:
    with pytest.raises(ValueError, match="is not"):
        Files()["b"] = entry(1, "a")


def test_a_table_knows_files_by_number_and_in_the_order_of_paths() -> None:
    files = Files([entry(9, "b.txt"), entry(3, "a/c.md"), entry(5, "a.txt")])
    table = FileTable(Catalogue("/home", ["."], files))
    assert table.ranks(np.array([9, 5, 3, 3])).tolist() == [2, 0, 1, 1]
    assert table.entry(3) == entry(3, "a/c.md")
    assert table.matching("*.txt") == {9, 5}
    assert table.matching("a/") == {3}
    with pytest.raises(IndexCorruptError):
        table.entry(4)


def test_below_a_root() -> None:
    paths = ["a/b.txt", "ab.txt", "/other/c.txt", "."]
    known = Catalogue("/home", [], Files(entry(n, path) for n, path in enumerate(paths, 1)))
    assert known.below("a") == ["a/b.txt"]
    assert known.below(".") == ["a/b.txt", "ab.txt", "."]
    assert {f: list(names) for f, names in known.stamps_below("/other").items()} == {
        "/other": ["c.txt"]
    }
    assert {f: list(names) for f, names in known.stamps_below(".").items()} == {
        "/home/a": ["b.txt"], "/home": ["ab.txt"], "/": ["home"],
    }  # fmt: skip


KEYS = st.sampled_from(
    ["a.txt", "b/a.txt", "b/c/d.txt", "/home/b/e.txt", "/x/a.txt", "/a.txt", "."]
)


@given(st.sets(KEYS), st.sampled_from([".", "b", "b/c", "/x", "/", "a.txt"]))
def test_stamps_below_a_root_are_those_of_the_files_below(keys: set[str], root: str) -> None:
    known = Catalogue("/home", [], Files(entry(n, key, size=n) for n, key in enumerate(keys)))
    stamps = known.stamps_below(root)
    assert {os.path.join(f, name): stamps[f][name] for f in stamps for name in stamps[f]} == {
        known.absolute(key): (known.files[key].size, known.files[key].mtime_ns)
        for key in known.below(root)
    }


KNOWN = Catalogue(
    "/home", ["."], Files([entry(7, "\udcff سطر\n.txt")]), 8, "2024-01-01T00:00:00+00:00", 5,
    [FileProblem("\udcfe", "سبب", 3, fatal=False)],
)  # fmt: skip


@pytest.mark.parametrize("known", [KNOWN, Catalogue("/home")], ids=["one file", "none"])
def test_a_catalogue_comes_back_from_the_disk(tmp_path: Path, known: Catalogue) -> None:
    catalogues.save(known, str(tmp_path / "files"))
    assert vars(catalogues.load(str(tmp_path / "files"))) == vars(known)
    assert catalogues.head_of(str(tmp_path / "files"))["roots"] == known.roots


def test_no_damaged_byte_of_a_catalogue_goes_unseen(tmp_path: Path) -> None:
    path = tmp_path / "files"
    catalogues.save(KNOWN, str(path))
    whole = path.read_bytes()
    damaged = [whole[:n] + bytes([whole[n] ^ 1]) + whole[n + 1 :] for n in range(len(whole))]
    for data in (b"", b"{", whole[:-1], whole + b"\0", *damaged):
        path.write_bytes(data)
        with pytest.raises(IndexCorruptError):
            catalogues.load(str(path))


def _with_head(path: Path, **changes: object) -> None:
    """The same catalogue, its checksum too, but for what is said in its first line."""
    line, _, packed = path.read_bytes()[:-4].partition(b"\n")
    body = json.dumps({**json.loads(line), **changes}).encode() + b"\n" + packed
    path.write_bytes(body + zlib.crc32(body).to_bytes(4, "little"))


@pytest.mark.parametrize(
    "lie",
    [
        {"home": None}, {"home": "\0"}, {"home": "\ud800"}, {"roots": "/"}, {"roots": [1]},
        {"roots": ["a\0b"]}, {"next_number": "1"}, {"next_number": True}, {"next_number": -1},
        {"updated": 5}, {"updated_ns": 1.5}, {"updated_ns": 1 << 70}, {"names": "utf-8"},
        {"names": {"encoding": ["utf-8"], "reader": [None], "failure": [""]}}, {"names": {}},
        {"names": {"encoding": "utf-8", "reader": [""], "failure": [""]}},
        {"columns": {}}, {"columns": []}, {"columns": [["path", -5]]},
        {"columns": [["path"]]}, {"columns": [["path", 5]]}, {"columns": [["path", [-5]]]},
        {"problems": {}}, {"problems": [{}]}, {"problems": ["abc"]},
        {"problems": [{"path": "a\0", "reason": "", "line": 1, "fatal": True}]},
        {"problems": [{"path": "a", "reason": 5, "line": 1, "fatal": True}]},
        {"problems": [{"path": "a", "reason": "", "line": "1", "fatal": True}]},
    ],
    ids=str,
)  # fmt: skip
def test_a_catalogue_that_lies_is_refused(tmp_path: Path, lie: dict[str, object]) -> None:
    path = tmp_path / "files"
    catalogues.save(KNOWN, str(path))
    _with_head(path)
    catalogues.load(str(path))
    _with_head(path, **lie)
    with pytest.raises(IndexCorruptError):
        catalogues.load(str(path))


@pytest.mark.parametrize("line", [b"[" * 100_000, b"[]", b"7", b'"x"', b"null", b"\xff", b""])
def test_a_catalogue_that_is_no_catalogue_is_refused(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "files"
    body = line + b"\n"
    path.write_bytes(body + zlib.crc32(body).to_bytes(4, "little"))
    with pytest.raises(IndexCorruptError):
        catalogues.load(str(path))
    with pytest.raises(IndexCorruptError) as refused:
        catalogues.head_of(str(path))
    assert refused.value.remedy == Remedy("rebuild")


def test_columns_that_contradict_each_other_are_refused() -> None:
    packed, numbers = KNOWN.files.pack(), KNOWN.files.column("number")
    pack = ZstdCompressor(write_content_size=True).compress
    for name, frames in {
        "size": [], "number": packed["number"] * 2, "digest": [pack(bytes(15))], "path": [],
    }.items():  # fmt: skip
        with pytest.raises(ValueError, match="columns"):
            Files.unpack({**packed, name: frames}, KNOWN.files.names)
    for name, data in {
        "size": pack(bytes(16)), "number": pack(b""),
        "path": pack(bytes(100_000)), "reader": pack(bytes(8))[:-1],
        "encoding": pack(bytes([7] + [0] * 7)), "mtime_ns": b"",
    }.items():  # fmt: skip
        files = Files.unpack({**packed, name: [data]}, KNOWN.files.names)
        with pytest.raises(IndexCorruptError):
            FileTable(Catalogue("/home", files=files)).entry(next(iter(numbers)))
    for paths in (b"a\0b", b"\xff"):
        files = Files.unpack({**packed, "path": [pack(paths)]}, KNOWN.files.names)
        with pytest.raises(IndexCorruptError):
            FileTable(Catalogue("/home", files=files)).entry(next(iter(numbers)))
        with pytest.raises(IndexCorruptError):
            _ = files.paths


def test_a_catalogue_of_another_commit_is_refused(tmp_path: Path) -> None:
    expected = catalogues.save(KNOWN, str(tmp_path / "one"))
    other = catalogues.save(Catalogue("/other", ["."]), str(tmp_path / "other"))
    assert catalogues.load(str(tmp_path / "one"), expected).home == "/home"
    assert other != expected
    with pytest.raises(IndexCorruptError):
        catalogues.load(str(tmp_path / "other"), expected)


def test_a_catalogue_is_not_read_through_a_link_nor_from_a_device(tmp_path: Path) -> None:
    catalogues.save(KNOWN, str(tmp_path / "elsewhere"))
    (tmp_path / "link").symlink_to("elsewhere")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "/dev/zero"):
        with pytest.raises(IndexCorruptError, match="link or a device"):
            catalogues.load(str(tmp_path / name))
    whole = (tmp_path / "elsewhere").read_bytes()
    catalogues.save(Catalogue("/"), str(tmp_path / "link"))
    assert (tmp_path / "elsewhere").read_bytes() == whole
    assert not (tmp_path / "link").is_symlink()


def test_a_rebuild_learns_the_roots_of_an_index_of_format_1(tmp_path: Path) -> None:
    index_dir = tmp_path / "index"
    (index_dir / "data-1").mkdir(parents=True)
    identity = {"format": 1, "analyzer": 1, "data": "data-1", "home": "/home"}
    (index_dir / "fahras.json").write_text(json.dumps(identity))
    document = {"home": "/home", "roots": ["news", "/other"], "columns": [], "files": []}
    (index_dir / "data-1" / "files-4.json").write_text(json.dumps(document))
    with pytest.raises(IndexVersionError, match="format 1, "):
        storage.read(str(index_dir))
    assert storage.home_and_roots(str(index_dir))[:2] == ("/home", ["news", "/other"])


def test_a_folder_whose_index_was_named_by_a_relative_path_can_move(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    (old / "a.txt").write_text("نفط", encoding="utf-8")
    monkeypatch.chdir(old)
    for _ in range(2):
        with Index.create(".", index_dir=".fahras") as index:
            index.update()
            assert index.stats().roots == (str(old),)
    monkeypatch.chdir(tmp_path)
    old.rename(new)
    with Index.open(new) as index:
        report = index.update()
        assert (report.unchanged, report.added, report.problems) == (1, 0, ())
    assert storage.home_and_roots(str(new / ".fahras"))[:2] == (str(new), ["."])


def test_absolute_paths_below_a_home_become_relative() -> None:
    paths = ["/home/b.txt", "/home/a/z.txt", "/other/c.txt"]
    known = Catalogue(".", ["/home", "/other"], Files(entry(n, p) for n, p in enumerate(paths)))
    known.take_home("/home")
    assert known.roots == [".", "/other"]
    assert {path: known.files[path].number for path in known.files.packed()} == {
        "/other/c.txt": 2, "a/z.txt": 1, "b.txt": 0,
    }  # fmt: skip
    assert all(known.files[path].path == path for path in known.files)
    assert known.files.packed().paths == ["/other/c.txt", "a/z.txt", "b.txt"]


def test_they_stay_where_two_files_would_be_one() -> None:
    paths = ["/home/b.txt", "b.txt"]
    known = Catalogue(".", [".", "/home"], Files(entry(n, p) for n, p in enumerate(paths)))
    known.take_home("/home")
    assert list(known.files) == paths
    assert known.roots == [".", "/home"]


@given(st.text("ab./", min_size=1, max_size=8))
def test_keys_are_relative_and_normal(name: str) -> None:
    path = "/home/" + name
    assert Catalogue("/home").key(path) == os.path.relpath(path, "/home")
