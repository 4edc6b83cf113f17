"""Rows of the table in `bad_input`: an index that came with a folder, and that may be meant ill."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bad_input import WORD, Case, write
from cli_process import Run, run

from indexer.codec import commits, contents
from indexer.codec.container import Container
from indexer.storage import manifest

_REBUILD = ["index", "--rebuild"]
_RUN = "run fahras index --rebuild"
_FAHRAS_JSON = "fahras: PATH/.fahras/fahras.json is damaged"
_NO_FILE = "it is a link or a device, not a file"
_PRECIOUS = "files-backup.iso", "MAIN_report.key", "mine.txt"
"""Files of the user: nothing that an index says may change or remove them."""


def _stranger(
    key: str, met: str, command: list[str], answer: str, code: int,
    prepare: Callable[[Path], object], **more: Any,
) -> Case:  # fmt: skip
    def perform(folder: Path) -> Run:
        for name in _PRECIOUS:
            write(folder, name, WORD)
        said = (folder / ".fahras" / "fahras.json").read_bytes()
        prepare(folder)
        done = run(*command, cwd=folder)
        if done.code and "then" not in more:
            (folder / ".fahras" / "fahras.json").write_bytes(said)
        for name in _PRECIOUS:
            assert (folder / name).read_text("utf-8") == WORD
        return done

    return Case(key, "An index that somebody else made", f"{met}; `fahras {' '.join(command)}`",
                perform, answer, code, **more)  # fmt: skip


def _says(**said: object) -> Callable[[Path], object]:
    """A `fahras.json` with its own checksum."""

    def prepare(folder: Path) -> None:
        path = folder / ".fahras" / "fahras.json"
        sound = manifest.decode(path.read_bytes(), "fahras.json")
        path.write_bytes(manifest.encode(sound._replace(**said)))

    return prepare


def _with_json(data: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / ".fahras" / "fahras.json").write_bytes(data)


def _linked(name: str, target: str = "../mine.txt") -> Callable[[Path], object]:
    """A link in the index's folder, in the place of whatever bears that name."""

    def prepare(folder: Path) -> None:
        path = folder / ".fahras" / name
        path.unlink(missing_ok=True)
        path.symlink_to(os.path.join(*[".."] * name.count("/"), target))

    return prepare


def _moved_away(pattern: str) -> Callable[[Path], object]:
    """A link to the very file, which lies outside now."""

    def prepare(folder: Path) -> None:
        (path,) = (folder / ".fahras").glob(pattern)
        path.rename(folder / path.name)
        path.symlink_to(folder / path.name)

    return prepare


def _fifo(folder: Path) -> None:
    path = folder / ".fahras" / "fahras.json"
    path.unlink()
    os.mkfifo(path)


def _huge(folder: Path) -> None:
    os.truncate(folder / ".fahras" / "fahras.json", 10 << 30)


def _toc(**lies: int) -> Callable[[Path], object]:
    """A TOC that says other numbers of its segment, with a right checksum."""

    def prepare(folder: Path) -> None:
        data_dir = folder / ".fahras" / "data-1"
        toc = commits.read_toc(str(data_dir))
        segment = toc.segments[0]._replace(**lies)
        path = data_dir / contents.toc_name(toc.generation)
        path.write_bytes(contents.encode(toc._replace(segments=(segment,))))

    return prepare


def _cut_toc(folder: Path) -> None:
    """A TOC that claims four thousand million segments."""
    path = folder / ".fahras" / "data-1" / "_MAIN_1.toc"
    body = path.read_bytes()[:24] + b"\xff" * 4 + path.read_bytes()[28:-4]
    path.write_bytes(body + zlib.crc32(body).to_bytes(4, "little"))


def _of_another(pattern: str) -> Callable[[Path], object]:
    """A file of the index of another folder, under the name that it has here."""

    def prepare(folder: Path) -> None:
        write(folder, "other/x.txt", "بحر")
        write(folder, "other/y.txt", "نهر")
        run("index", ".", "--index", ".fahras", cwd=folder / "other")
        (ours,) = (folder / ".fahras" / "data-1").glob(pattern)
        (theirs,) = (folder / "other" / ".fahras" / "data-1").glob(pattern)
        shutil.copyfile(theirs, ours)

    return prepare


def _damaged_before_a_merge(folder: Path) -> None:
    """Two of three texts changed, so that their segment is rewritten; a byte of it changed too."""
    for name in ("one.txt", "two.txt", "three.txt"):
        write(folder, name, f"نص {name}")
    run(*_REBUILD, cwd=folder)
    for name in ("one.txt", "two.txt", "good.txt"):
        write(folder, name, f"{WORD} جديد {name}")
    (path,) = (folder / ".fahras").glob("data-*/*.fhs")
    place, _ = Container.open(str(path)).span("s/text/blocks")
    with open(path, "r+b") as file:
        file.seek(place)
        byte = file.read(1)
        file.seek(place)
        file.write(bytes([byte[0] ^ 8]))


_TOO_LONG = "fahras: PATH/.fahras/data-1/files-1.fhc is damaged: it is too long (N bytes)"
_LIST = "fahras: the list of indexed files, PATH/.fahras/data-1/files-1.fhc, is damaged"

STRANGERS = [
    _stranger("data-above", 'fahras.json says `"data": ".."`', ["index"],
              f"{_FAHRAS_JSON}: no data folder: '..': {_RUN}", 2, _says(data=".."),
              then=_REBUILD),
    _stranger("data-root", 'fahras.json says `"data": "/"`', ["search", WORD],
              f"{_FAHRAS_JSON}: no data folder: '/': {_RUN}", 2, _says(data="/"), then=_REBUILD),
    _stranger("data-link", "the data folder is a link to the folder above", ["index"],
              f"fahras: PATH/.fahras/data-2 is damaged: it is a link, not a folder: {_RUN}", 2,
              lambda folder: (_says(data="data-2")(folder), _linked("data-2", "..")(folder)),
              then=_REBUILD),
    _stranger("home-nul", "the home is a NUL", ["search", WORD],
              f"{_FAHRAS_JSON}: no home: '\\x00': {_RUN}", 2, _says(home="\0"), then=_REBUILD),
    _stranger("home-outside", "the home lies outside the folder", ["index"],
              "fahras: the index in PATH/.fahras is of /etc, which is outside PATH: if that is "
              "meant, name it: --index PATH/.fahras", 2, _says(home="/etc")),
    _stranger("home-outside-rebuild", "the same", _REBUILD,
              "fahras: the index in PATH/.fahras is of /etc, which is outside PATH: if that is "
              "meant, name it: --index PATH/.fahras", 2, _says(home="/etc")),
    _stranger("json-types", "fahras.json holds numbers for texts", ["index"],
              f"{_FAHRAS_JSON}: no data folder: 7: {_RUN}", 2, _says(data=7), then=_REBUILD),
    _stranger("json-list", "fahras.json is a list", ["index"],
              f"{_FAHRAS_JSON}: it is not an object: {_RUN}", 2, _with_json(b"[]"),
              then=_REBUILD),
    _stranger("json-deep", "fahras.json is nested deeply", ["search", WORD],
              f"{_FAHRAS_JSON}: it is not JSON: {_RUN}", 2, _with_json(b"[" * 60_000),
              then=_REBUILD),
    _stranger("json-fifo", "fahras.json is a FIFO", ["search", WORD],
              f"{_FAHRAS_JSON}: {_NO_FILE}: {_RUN}", 2, _fifo, then=_REBUILD),
    _stranger("json-zero", "fahras.json is /dev/zero", ["search", WORD],
              f"{_FAHRAS_JSON}: {_NO_FILE}: {_RUN}", 2, _linked("fahras.json", "/dev/zero"),
              then=_REBUILD),
    _stranger("json-huge", "fahras.json has 10 GiB", ["search", WORD],
              f"{_FAHRAS_JSON}: it is too long (10,737,418,240 bytes): {_RUN}", 2, _huge,
              then=_REBUILD),
    _stranger("link-lock", "the lock is a link to a file", ["index"],
              "fahras: PATH/.fahras/lock is a link or a device: remove it", 2, _linked("lock")),
    _stranger("link-new", "fahras.json.new is a link to a file", _REBUILD, "", 0,
              _linked("fahras.json.new")),
    _stranger("link-next-list", "the next list of files is a link to a file", ["index"], "", 0,
              lambda folder: (_linked("data-1/files-2.fhc")(folder), write(folder, "new.txt"))),
    _stranger("link-next-toc", "the next TOC is a link to a file", ["index"], "", 0,
              lambda folder: (_linked("data-1/_MAIN_2.toc.new")(folder),
                              write(folder, "new.txt"))),
    _stranger("link-whoosh-lock", "Whoosh's lock is a link to a file", ["index"],
              f"fahras: PATH/.fahras/data-1/MAIN_WRITELOCK is damaged: {_NO_FILE}: {_RUN}", 2,
              lambda folder: (_linked("data-1/MAIN_WRITELOCK")(folder), write(folder, "new.txt")),
              then=_REBUILD),
    _stranger("link-temporary", "Whoosh's folder for half-made files is a link", ["index"],
              "", 0,
              lambda folder: (_linked("data-1/MAIN.tmp", "..")(folder), write(folder, "new.txt"))),
    _stranger("link-list", "the list of files is a link", ["search", WORD],
              f"fahras: PATH/.fahras/data-1/files-1.fhc is damaged: {_NO_FILE}: {_RUN}", 2,
              _moved_away("data-1/files-1.fhc"), then=_REBUILD),
    _stranger("link-toc", "the TOC is a link", ["search", WORD],
              f"fahras: PATH/.fahras/data-1/_MAIN_1.toc is damaged: {_NO_FILE}: {_RUN}", 2,
              _moved_away("data-1/*.toc"), then=_REBUILD),
    _stranger("link-segment", "a segment is a link", ["search", WORD],
              f"fahras: PATH/.fahras/data-1/MAIN_N.fhs is damaged: {_NO_FILE}: {_RUN}", 2,
              _moved_away("data-1/*.fhs"), then=_REBUILD),
    _stranger("toc-documents", "the TOC counts more documents", ["search", WORD],
              "fahras: PATH/.fahras/data-1/MAIN_N.fhs: not the number of documents of the table "
              f"of contents: {_RUN}", 2, _toc(documents=4_000_000_000), then=_REBUILD),
    _stranger("toc-count", "the TOC counts more segments", ["search", WORD],
              "fahras: PATH/.fahras/data-1/_MAIN_1.toc: the table of contents is damaged: it has "
              f"no room for 4294967295 segments: {_RUN}", 2, _cut_toc, then=_REBUILD),
    _stranger("other-list", "the list of files is that of another index", ["search", WORD],
              f"{_TOO_LONG}: {_RUN}", 2, _of_another("files-1.fhc"), then=_REBUILD),
    _stranger("other-segment", "a segment is that of another index", ["search", WORD],
              "fahras: PATH/.fahras/data-1/MAIN_N.fhs: it is not the file that the table of "
              f"contents names: {_RUN}", 2, _of_another("*.fhs"), then=_REBUILD),
    _stranger("other-toc", "the TOC is that of another index", ["search", WORD],
              f"{_LIST}: {_RUN}", 2, _of_another("*.toc"), then=_REBUILD),
    _stranger("merge", "a byte of a segment is not as it was written", ["index"],
              "fahras: PATH/.fahras/data-2/MAIN_N.fhs: checksum of s/text/blocks does "
              f"not match: {_RUN}", 2, _damaged_before_a_merge, then=_REBUILD),
]  # fmt: skip
