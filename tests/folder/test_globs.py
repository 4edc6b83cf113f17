"""Which files a pattern of `--in` and `path:` means: what is looked up is what is compared."""

from __future__ import annotations

import fnmatch
import os
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.folder.catalogue import Catalogue
from indexer.folder.columns import FileEntry, Files
from indexer.folder.lookup import FileTable

PATHS = st.lists(
    st.lists(st.text("ab.-0[", min_size=1, max_size=3), min_size=1, max_size=3).map("/".join),
    unique=True,
    max_size=12,
)
GLOBS = st.text("ab.-0/*?[]!", max_size=6)


def table(paths: list[str]) -> FileTable:
    entries = [
        FileEntry(number, path, 1, 1, "", 1, 1, "utf-8") for number, path in enumerate(paths, 1)
    ]
    return FileTable(Catalogue("/home", ["."], Files(entries)))


def compared(paths: list[str], glob: str) -> set[str]:
    """Every path with every pattern that a glob stands for."""
    glob = glob.rstrip(os.sep) or glob
    patterns = (glob, os.path.join(glob, "*"), os.path.join("*", glob))
    return {path for path in paths if any(re.match(fnmatch.translate(p), path) for p in patterns)}


def found(paths: list[str], glob: str) -> set[str]:
    return {paths[number - 1] for number in table(paths).matching(glob)}


@given(PATHS, GLOBS)
def test_as_every_path_compared(paths: list[str], glob: str) -> None:
    assume(glob.split(os.sep, 1)[0] not in (os.curdir, os.pardir))  # those begin at this folder
    assert found(paths, glob) == compared(paths, glob)


@pytest.mark.parametrize(
    ("glob", "names"),
    [
        ("news", {"news/a.txt", "news/b.md"}),
        ("news/", {"news/a.txt", "news/b.md"}),
        ("news/a.txt", {"news/a.txt", "old/news/a.txt"}),
        ("*.md", {"news/b.md", "newspaper/c.md"}),
        ("/news", set()),
        ("", {"news/a.txt", "news/b.md", "newspaper/c.md", "old/news/a.txt", "new"}),
        ("old/*/a.txt", {"old/news/a.txt"}),
        ("news?aper", {"newspaper/c.md"}),
        ("[mn]ew", {"new"}),
    ],
)
def test_a_folder_stands_for_what_is_below(glob: str, names: set[str]) -> None:
    paths = ["new", "news/a.txt", "news/b.md", "newspaper/c.md", "old/news/a.txt"]
    assert found(paths, glob) == names
    assert compared(paths, glob) == names


def test_found_once_for_a_pattern() -> None:
    files = table(["a.txt", "b/a.txt"])
    assert files.matching("b") is files.matching("b/")
