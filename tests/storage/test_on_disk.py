"""Does an index have only the files that docs/on-disk.md names, and are only these removed?"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from faults import NOWHERE, broken_at
from scenarios import SCENARIOS

from indexer import Index
from indexer.cli.resident import SOCKET_NAME
from indexer.codec.format import FORMAT_VERSION
from indexer.storage import location, manifest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "on-disk.md").read_text("utf-8")
NAMES = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
NUMBER = re.compile("(?<=[-_])N")
NO_LONGER_MADE = {"data-N/files-N.json", "data-N/MAIN.tmp/"}


def pattern(name: str) -> re.Pattern[str]:
    """What a name of the page stands for."""
    wild = NUMBER.sub("[0-9]+", name.rstrip("/")).replace("ID", "[0-9a-z]{16}")
    return re.compile(wild.replace(".", r"\."))


def named(path: str) -> set[str]:
    return {name for name in NAMES if pattern(name).fullmatch(path)}


def test_the_page_says_which_format_is_written() -> None:
    assert f"| unreleased | {FORMAT_VERSION} |" in PAGE


def test_every_file_that_comes_to_be_is_on_the_page(tmp_path: Path) -> None:
    """Also those of a moment: the steps of each change are watched."""
    met = {"variants.txt", SOCKET_NAME}
    for number, scenario in enumerate(SCENARIOS.values()):
        home = tmp_path / str(number) / "home"
        home.mkdir(parents=True)
        with broken_at(-1, NOWHERE, whole_paths=True) as steps:
            scenario.prepare(home)
            scenario.act(home)
        index_dir = str(home / ".fahras")
        paths = {step.partition(" ")[2] for step in steps if not step.endswith(" (deleted)")}
        paths |= {os.path.join(base, n) for base, _, names in os.walk(index_dir) for n in names}
        for path in paths:
            if path.startswith(index_dir + os.sep):
                assert named(os.path.relpath(path, index_dir)), path
                met |= named(os.path.relpath(path, index_dir))
    assert set(NAMES) - met == NO_LONGER_MADE


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("data-N/")])
def test_what_a_data_folder_has_is_removed_with_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("شمس", "utf-8")
    with Index.create(tmp_path) as index:
        index.update()
    path = tmp_path / ".fahras" / NUMBER.sub("7", name).replace("ID", "0123456789abcdef")
    assert named(os.path.relpath(path, tmp_path / ".fahras")) == {name}
    (path if name.endswith("/") else path.parent).mkdir(parents=True)
    if not name.endswith("/"):
        path.touch()
    with Index.open(tmp_path) as index:
        assert index.update().notes == ()
    assert not (tmp_path / ".fahras" / "data-7").exists()


def test_the_page_names_what_the_code_names() -> None:
    assert {manifest.NAME, location.LOCK_NAME, manifest.NAME + ".new"} <= set(NAMES)
    assert manifest.is_data_folder("data-7")


def test_paths_on_the_page_lead_somewhere() -> None:
    for path in re.findall(r"`((?:indexer|tests)/[\w./-]+)`", PAGE):
        assert (ROOT / path).exists(), path
