"""Rows of the table in `bad_input`: files and folders that cannot be indexed as they are."""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import sys
from pathlib import Path

from bad_input import Case, write
from cli_process import Run, environment

_LIMIT = 1 << 30
_RECORDS = '{"id": "1", "text": "سفينة"}\n{"id": 2, broken\n{"id": "3", "text": "ميناء"}\n'


def humbly(*arguments: str) -> list[str]:
    """The command as one whom permissions bind, which they do not bind root."""
    bind = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    return [*bind, sys.executable, "-m", "indexer", *arguments]


def run_humbly(*arguments: str):
    def act(folder: Path) -> Run:
        done = subprocess.run(
            humbly(*arguments), cwd=folder, capture_output=True, env=environment()
        )
        return Run(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))

    return act


def _sparse(folder: Path) -> None:
    write(folder, "huge.txt", b"")
    os.truncate(folder / "huge.txt", _LIMIT)


def _without(folder: Path, name: str) -> None:
    write(folder, f"{name}/inside.txt" if name == "closed" else name)
    (folder / name).chmod(0)


def _socket(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    here = os.open(".", os.O_RDONLY)
    os.chdir(folder)  # the path of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("socket.txt")
    finally:
        os.fchdir(here)
        os.close(here)


def _empty(folder: Path) -> None:
    (folder / "good.txt").unlink()


def _loops(folder: Path) -> None:
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "dangling.txt").symlink_to("nowhere.txt")
    (folder / "self").symlink_to(".")


def _damaged_gzip(folder: Path) -> None:
    lines = "".join(f'{{"id": "{number}", "text": "سفينة"}}\n' for number in range(1000))
    write(folder, "cut.jsonl.gz", gzip.compress(lines.encode())[:1500])


def _file(key: str, met: str, answer: str, code: int, prepare, command=None, **more) -> Case:
    return Case(
        key, "Files and folders", met, command or ["index"], answer, code, prepare,
        **{"index": False, **more},
    )  # fmt: skip


FILES = [
    _file("empty-folder", "an empty folder",
          "fahras: no texts in .: fahras index --formats lists what is read", 0, _empty),
    _file("unread-kinds", "a folder of other kinds of files",
          "fahras: no texts in .: fahras index --formats lists what is read", 0,
          lambda folder: (_empty(folder), write(folder, "a.png"), write(folder, "b.iso"))),
    _file("search-empty", "a search of an index without documents",
          "fahras: nothing found for: ريم\nfahras: not in the index: ريم\n"
          "fahras: the index holds no documents: add some with fahras index PATH", 1,
          lambda folder: (_empty(folder), run_humbly("index")(folder)), ["search", "ريم"]),
    _file("named-picture", "a file of another kind, named",
          "fahras: a.png: not a kind of file that is read", 2,
          lambda folder: write(folder, "a.png"), ["index", "a.png"], then=["index", "."]),
    _file("absent", "a path that is not there",
          "fahras: absent: No such file or directory", 2, lambda folder: None, ["index", "absent"],
          then=["index"]),
    _file("file-permission", "a file without permission",
          "fahras: secret.txt: no permission to read it: change its mode, or leave it out", 2,
          lambda folder: _without(folder, "secret.txt"), run_humbly("index")),
    _file("folder-permission", "a folder without permission",
          "fahras: closed: no permission to read it: change its mode, or leave it out", 2,
          lambda folder: _without(folder, "closed"), run_humbly("index")),
    _file("root-permission", "a folder without permission, named",
          "fahras: closed: no permission to read it: change its mode, or leave it out", 2,
          lambda folder: _without(folder, "closed"), run_humbly("index", "closed", "good.txt")),
    _file("binary", "a binary file named .txt",
          "fahras: photo.txt: a binary file (it holds zero bytes): leave it out", 2,
          lambda folder: write(folder, "photo.txt", bytes(range(256)) * 40)),
    _file("program", "a program named .txt",
          "fahras: ls.txt: not a text but a program: convert it to text, or leave it out", 2,
          lambda folder: write(folder, "ls.txt", b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 4)),
    _file("huge", "a file of 1 GB",
          "fahras: huge.txt: 1.0 GiB are more than the limit of 400 MiB: split the file, or write "
          "its texts as records of a .jsonl file", 2, _sparse),
    _file("endless-line", "one line of 5 MB", "", 0,
          lambda folder: write(folder, "line.txt", "كلمة " * 560_000)),
    _file("broken-line", "a broken JSONL line",
          "fahras: records.jsonl:2: broken JSON, the line was left out: Expecting property name "
          "enclosed in double quotes: line 1 column 11 (char 10) (the rest is indexed)", 2,
          lambda folder: write(folder, "records.jsonl", _RECORDS)),
    _file("no-records", "a JSONL file without records", "", 0,
          lambda folder: write(folder, "records.jsonl", "\n\n")),
    _file("no-text", "JSONL records without text",
          "fahras: records.jsonl: no record has a field text, body or content; its fields are "
          "story: say which is the text, as in text=story",
          2, lambda folder: write(folder, "records.jsonl", '{"story": "x"}\n')),
    _file("one-id", "JSONL records of one id",
          "fahras: records.jsonl:2: the id 'a' occurs again; this record is kept as 'a#2'", 0,
          lambda folder: write(folder, "records.jsonl", '{"id": "a", "text": "سفينة"}\n' * 2)),
    _file("nested-page", "a page of 300,000 <div>, one in the other",
          "fahras: deep.html: reading it takes more than 5 seconds of the processor: split it, or "
          "leave it out", 2, lambda folder: write(folder, "deep.html", "<div>" * 300_000)),
    _file("many-marks", "two million marks on one letter", "", 0,
          lambda folder: write(folder, "marks.txt", "ب" + "َ" * 2_000_000)),
    _file("many-signs", "a million accents on one letter", "", 0,
          lambda folder: write(folder, "signs.txt", "a" + "\u0301\u0315" * 500_000)),
    _file("long-word", "a word of a million letters", "", 0,
          lambda folder: write(folder, "word.txt", "ئ" * 1_000_000)),
    _file("cut-gzip", "a .jsonl.gz that is cut off",
          "fahras: cut.jsonl.gz: damaged gzip data, what stands before the damage is kept: it ends "
          "early (the rest is indexed)\n"
          "fahras: cut.jsonl.gz:N: broken JSON, the line was left out: N (the rest is indexed)",
          2, _damaged_gzip),
    _file("no-gzip", "a .jsonl.gz that is none",
          "fahras: a.jsonl.gz: not gzip data, though its name ends in .gz: unpack or rename it", 2,
          lambda folder: write(folder, "a.jsonl.gz", '{"text": "x"}\n')),
    _file("pipe", "a pipe and a socket named .txt",
          "fahras: pipe.txt: not a regular file (a pipe, socket or device): it was not opened\n"
          "fahras: socket.txt: not a regular file (a pipe, socket or device): it was not opened", 2,
          _socket),
    _file("loops", "links in a circle, or to nothing", "", 0, _loops),
    _file("loops-followed", "the same, if links are followed",
          "fahras: dangling.txt: a link that leads nowhere: No such file or directory\n"
          "fahras: loop.txt: a link that leads nowhere: Too many levels of symbolic links", 2,
          _loops, ["index", "--follow"]),
    _file("names", "names with a line break, an escape sequence, or not in UTF-8", "", 0,
          lambda folder: [write(folder, name) for name in ("a\nb.txt", "\x1b[31m.txt",
                                                           b"\xff\xfe.txt")]),
    _file("bad-name", "the same, of a file that cannot be read",
          "fahras: a␊␛[31m.txt: a binary file (it holds zero bytes): leave it out", 2,
          lambda folder: write(folder, "a\n\x1b[31m.txt", bytes(5000))),
    _file("ignore-bytes", "a .fahrasignore that is not UTF-8", "", 0,
          lambda folder: write(folder, ".fahrasignore", b"\xff\xfe*.bak\n")),
    _file("ignore-fifo", "a pipe named .fahrasignore",
          "fahras: PATH/.fahrasignore: not a regular file: put one in its place", 2,
          lambda folder: os.mkfifo(folder / ".fahrasignore"), index=True),
    _file("ignore-device", "a .fahrasignore that is a device",
          "fahras: PATH/.fahrasignore: not a regular file: put one in its place", 2,
          lambda folder: (folder / ".fahrasignore").symlink_to("/dev/zero"), index=True),
    _file("ignore-large", "a .fahrasignore of 10 MB",
          "fahras: PATH/.fahrasignore: more than 1 MiB, the limit: make it smaller", 2,
          lambda folder: write(folder, ".fahrasignore", "*.bak\n" * 1_700_000), index=True),
    _file("ignore-many", "a .fahrasignore of 100,000 patterns",
          "fahras: PATH/.fahrasignore, line 2001: up to 2,000 patterns of up to 1,000 characters "
          "are read: leave some out, or name their folders", 2,
          lambda folder: write(folder, ".fahrasignore", "*.bak\n" * 100_000), index=True),
    _file("ignore-bomb", "a .fahrasignore of many stars", "", 0,
          lambda folder: (write(folder, ".fahrasignore", "a*" * 400 + "b"),
                          write(folder, "a" * 250 + ".txt"))),
    _file("ignore-permission", "a .fahrasignore without permission",
          "fahras: PATH/.fahrasignore says what to leave out: no permission to read it: change "
          "its mode, or leave it out", 2,
          lambda folder: _without(folder, ".fahrasignore"), run_humbly("index"), then=["index"]),
]  # fmt: skip
