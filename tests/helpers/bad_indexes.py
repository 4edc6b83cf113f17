"""Rows of the table in `bad_input`: an index that is not there, damaged, gone or not ours."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from bad_files import run_humbly
from bad_input import WORD, Case, write
from cli_process import run
from folders import set_version

_REBUILD = ["index", "--rebuild"]


def _damaged(key: str, met: str, name: str, how: str, answer: str, code: int = 2) -> list[Case]:
    """Both `search` and `index` answer; `--rebuild` makes all well."""

    def prepare(folder: Path) -> None:
        (path,) = (folder / ".fahras").glob(name)
        data = path.read_bytes() if path.is_file() else b""
        if how == "removed":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        elif how == "cut off":
            path.write_bytes(data[: len(data) // 2])
        elif how == "empty":
            path.write_bytes(b"")
        else:
            path.write_bytes(data[:20] + bytes([data[20] ^ 255]) + data[21:])

    return [
        Case(f"{key}-{command[0]}", "A damaged index", f"{met} {how}; `fahras {command[0]}`",
             command, answer, code, prepare, then=_REBUILD)
        for command in (["search", WORD], ["index"])
    ]  # fmt: skip


_RUN = "run fahras index --rebuild"
_LIST = f"fahras: the list of indexed files, PATH/.fahras/data-1/files-1.fhc, is damaged: {_RUN}"
_SEGMENT = "fahras: PATH/.fahras/data-1/MAIN_N.fhs"
_TOC = "fahras: PATH/.fahras/data-1/_MAIN_1.toc: the table of contents is damaged"

DAMAGED = [
    *_damaged("identity-cut", "fahras.json", "fahras.json", "cut off",
              f"fahras: PATH/.fahras/fahras.json is damaged: it is not JSON: {_RUN}"),
    *_damaged("list-removed", "files-N.fhc", "data-1/files-*.fhc", "removed", _LIST),
    *_damaged("list-cut", "files-N.fhc", "data-1/files-*.fhc", "cut off", _LIST),
    *_damaged("list-flipped", "files-N.fhc", "data-1/files-*.fhc", "with a byte changed", _LIST),
    *_damaged("toc-removed", "the TOC", "data-1/*.toc", "removed",
              f"fahras: the index in PATH/.fahras/data-1 has lost its table of contents: {_RUN}"),
    *_damaged("toc-cut", "the TOC", "data-1/*.toc", "cut off",
              f"{_TOC}: it is cut off: {_RUN}"),
    *_damaged("toc-flipped", "the TOC", "data-1/*.toc", "with a byte changed",
              f"{_TOC}: checksum: {_RUN}"),
    *_damaged("segment-removed", "a segment", "data-1/*.fhs", "removed",
              f"{_SEGMENT}: a part of the index is gone: {_RUN}"),
    *_damaged("segment-empty", "a segment", "data-1/*.fhs", "empty",
              f"{_SEGMENT}: the file is empty: {_RUN}"),
    *_damaged("segment-cut", "a segment", "data-1/*.fhs", "cut off",
              f"{_SEGMENT}: the file is cut off or its footer is damaged: {_RUN}"),
    *_damaged("segment-flipped", "a segment", "data-1/*.fhs", "with a byte changed",
              f"{_SEGMENT}: the header is damaged: {_RUN}"),
    *_damaged("data-removed", "the data folder", "data-1", "removed",
              f"fahras: the index in PATH/.fahras/data-1 has lost its table of contents: {_RUN}"),
]  # fmt: skip


def _place(
    key: str, met: str, command: list[str] | Callable, answer: str, code: int = 2,
    prepare: Callable = lambda folder: None, **more: object,
) -> Case:  # fmt: skip
    return Case(key, "Where the index is", met, command, answer, code, prepare, **more)


def _two_roots(folder: Path) -> None:
    write(folder, "one/a.txt", "سفينة")
    run("index", "one", "good.txt", "--index", "kept", cwd=folder)
    shutil.rmtree(folder / "one")


def _elsewhere(folder: Path) -> None:
    write(folder, "one/a.txt", "سفينة")
    run("index", "one", *_KEPT, cwd=folder)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _without_roots(folder: Path) -> None:
    _elsewhere(folder)
    _cut(folder / "kept" / "fahras.json")
    _cut(folder / "kept" / "data-1" / "files-1.fhc")


def _read_only(folder: Path) -> None:
    write(folder, "new.txt")
    for path, _, _ in os.walk(folder / ".fahras"):
        os.chmod(path, 0o500)


def _fake_whoosh(folder: Path) -> None:
    write(folder, "fake/whoosh/__init__.py", "__version__ = (2, 7, 4)\n")


def _with_fake_whoosh(folder: Path):
    path = f"{folder / 'fake'}{os.pathsep}{Path(__file__).parents[2]}"
    write(folder, "new.txt")
    return run("index", cwd=folder, PYTHONPATH=path)


_KEPT = ["--index", "kept"]
_UNWRITABLE = (
    "fahras: the index in PATH/.fahras cannot be written to (Permission denied); it can still be "
    "searched: change its mode, or keep it elsewhere with --index DIR"
)

PLACES = [
    _place("none", "no index here", ["search", WORD],
           "fahras: there is no index in PATH or in any folder above it: make one with "
           "fahras index",
           index=False, then=["index"]),
    _place("none-named", "no index in the folder named", ["search", WORD, *_KEPT],
           "fahras: there is no index in kept: make one with fahras index PATH --index kept"),
    _place("not-a-folder", "a file named as index", ["search", WORD, "--index", "good.txt"],
           "fahras: there is no index in good.txt: make one with fahras index PATH --index "
           "good.txt"),
    _place("rebuild-none", "`--rebuild` of no index", _REBUILD,
           "fahras: there is no index in PATH or in any folder above it: make one with "
           "fahras index",
           index=False, then=["index"]),
    _place("format", "an index of another format", ["search", WORD],
           "fahras: the index in PATH/.fahras is of format 99, analyzer N; this Fahras "
           "needs format "
           f"N, analyzer N: {_RUN}", 2, lambda folder: set_version(folder, format=99),
           then=_REBUILD),
    _place("analyzer", "an index of another analyzer, updated", ["index"],
           "fahras: the index in PATH/.fahras is of format N, analyzer 99; this Fahras "
           "needs format "
           f"N, analyzer N: {_RUN}", 2, lambda folder: set_version(folder, analyzer=99),
           then=_REBUILD),
    _place("moved", "a folder moved together with its index",
           lambda folder: (shutil.move(folder / "here", folder / "there"),
                           run("search", WORD, cwd=folder / "there"))[1], "", 0,
           lambda folder: (write(folder, "here/b.txt", WORD), run("index", cwd=folder / "here"),
                           run("index", "here", "--index", "here/.fahras", cwd=folder))),
    _place("gone", "an indexed folder that is gone", ["index", *_KEPT],
           "fahras: one: it is not there; what is indexed of it is kept: bring it back, or "
           "forget it", 2, _two_roots,
           then=["search", "-q", "سفينة", *_KEPT]),
    _place("gone-rebuilt", "the same, with `--rebuild`", ["index", "--rebuild", *_KEPT],
           "fahras: PATH/one is not there, and a rebuilt index would lose its texts: "
           "bring it "
           "back, or forget it with --forget PATH/one", 2, _two_roots,
           then=["search", "-q", "سفينة", *_KEPT]),
    _place("gone-forgotten", "the same, with `--forget`", ["index", "--forget", "one", *_KEPT],
           "", 0, _two_roots),
    _place("roots-kept", "`--rebuild` of an index elsewhere, its `fahras.json` cut off",
           [*_REBUILD, *_KEPT], "", 0,
           lambda folder: (_elsewhere(folder), _cut(folder / "kept" / "fahras.json")),
           then=["search", "-q", "سفينة", *_KEPT]),
    _place("roots-lost", "the same, its list of files too", [*_REBUILD, *_KEPT],
           "fahras: which folders kept is an index of cannot be read any more: name them, as in "
           "fahras index --rebuild PATH --index kept", 2, _without_roots,
           then=[*_REBUILD, "one", *_KEPT]),
    _place("forget-stranger", "`--forget` of what was never indexed",
           ["index", "--forget", "stranger"],
           "fahras: stranger is not indexed by itself, so it cannot be forgotten (what is: PATH)"),
    _place("read-only-search", "an index that cannot be written to, searched",
           run_humbly("search", "-q", WORD), "", 0, _read_only),
    _place("read-only-index", "the same, updated", run_humbly("index"), _UNWRITABLE, 2, _read_only),
    _place("read-only-rebuild", "the same, with `--rebuild`", run_humbly(*_REBUILD), _UNWRITABLE, 2,
           _read_only),
    _place("read-only-folder", "a folder that cannot be written to, without an index",
           run_humbly("index", "sealed"),
           "fahras: the index in PATH/sealed/.fahras cannot be written to (Permission denied); "
           "nothing was indexed: change its mode, or keep it elsewhere with --index DIR", 2,
           lambda folder: (write(folder, "sealed/a.txt"), os.chmod(folder / "sealed", 0o500)),
           index=False, then=["index"]),
    _place("no-permission", "an index that cannot be read", run_humbly("search", WORD),
           "fahras: PATH/.fahras/fahras.json: Permission denied: change its mode, or ask its owner",
           2, lambda folder: os.chmod(folder / ".fahras", 0)),
    _place("whoosh", "another Whoosh installed over the one needed", _with_fake_whoosh,
           "fahras: Fahras needs whoosh3 3.54.0, but import whoosh gives a Whoosh without "
           "whoosh.filedb, which another package installed over it: run pip uninstall whoosh "
           "whoosh-reloaded, then pip install --force-reinstall whoosh3==3.54.0", 2, _fake_whoosh),
]  # fmt: skip

INDEXES = [*DAMAGED, *PLACES]
