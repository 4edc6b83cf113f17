"""An index that lies, with right checksums, is answered or refused: a sample of all lies.

`benchmarks/reliability.py forged` tries thousands. Limits of memory and time are the system's.
"""

from __future__ import annotations

import random
import shutil
import sys
from functools import partial
from pathlib import Path

import pytest

from indexer import Index
from indexer.codec.container import Container
from indexer.errors import IndexCorruptError
from indexer.upkeep.checkup import check

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

import forgery
import strangers

LIES_EACH = 3


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forged") / "sound"
    folder.mkdir()
    for number, word in enumerate(("كتاب", "قلم", "بحر", "جبل", "شمس")):
        (folder / f"{number}.txt").write_text(f"{word} في البيت {word}\n2017", "utf-8")
    with Index.create(folder) as index:
        index.update()
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")
@pytest.mark.parametrize("name", forgery.LIES)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # a fork beside threads
def test_a_lie_is_answered_or_refused_within_bounds(sound: Path, tmp_path: Path, name: str) -> None:
    chance = random.Random(name)
    for number in range(LIES_EACH):
        folder = tmp_path / f"{number}"
        shutil.copytree(sound, folder)
        what = forgery.LIES[name](folder, chance)
        for use, act in strangers.USES.items():
            assert strangers.limited(partial(act, folder)) in ("answered", "refused"), (what, use)


def _rewritten(path: Path, name: str, change: object) -> None:
    container = Container.open(str(path))
    arrays = {n: container.array(n).copy() for n in container.names()}
    if callable(change):
        arrays[name] = change(arrays[name])
    else:
        del arrays[name]
    forgery._write(path, container.meta, arrays)


GONE = None
LIES = [
    ("f/text/term_bytes", lambda a: a | 0x80),
    ("f/text/positions", GONE),
    ("f/text/positions", lambda a: a.astype("<f8")),
    ("f/text/stem_gram_counts", lambda a: a[:1]),
    ("f/text/stem_gram_groups", GONE),
    ("f/text/stem_gram_starts", lambda a: a[::-1]),
    ("f/text/bearing_lengths", GONE),
    ("f/text/docs", lambda a: a + 60_000),
    ("f/text/sample_offsets", lambda a: a[:-1]),
    ("c/file", lambda a: a[:-1]),
    ("c/date", lambda a: a | 0x80),
]


@pytest.mark.parametrize(("name", "change"), LIES)
def test_verify_names_the_array_that_lies(
    sound: Path, tmp_path: Path, name: str, change: object
) -> None:
    """Each of these once gave an internal error."""
    folder = tmp_path / "lies"
    shutil.copytree(sound, folder)
    (path,) = folder.glob(".fahras/data-*/*.fhs")
    _rewritten(path, name, change)
    damage = check(str(folder / ".fahras")).damage
    assert damage
    assert damage[0].file == path.name
    assert strangers.limited(partial(strangers._ask, folder)) in ("answered", "refused")


def test_no_array_is_missing_without_a_word(sound: Path, tmp_path: Path) -> None:
    """An index without one of its arrays, any of them, answers or is said to be damaged."""
    folder = tmp_path / "lies"
    shutil.copytree(sound, folder)
    (path,) = folder.glob(".fahras/data-*/*.fhs")
    whole = path.read_bytes()
    refused = set()
    for name in Container.open(str(path)).names():
        path.write_bytes(whole)
        _rewritten(path, name, GONE)
        try:
            strangers._ask(folder)
        except IndexCorruptError:
            refused.add(name)
    assert {"s/text/blocks", "records/blocks", "f/text/docs"} <= refused


def test_numbers_of_files_have_a_limit(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lies"
    shutil.copytree(sound, folder)
    with Index.open(folder) as index:
        catalogue, data = index._load_catalogue(), index._location.data_dir
    catalogue.next_number = 1 << 40
    forgery.listed(Path(data), catalogue)
    with pytest.raises(IndexCorruptError), Index.open(folder) as index:
        index.update()


def test_a_small_file_that_is_said_to_be_large_takes_no_room(tmp_path: Path) -> None:
    import tracemalloc

    from indexer.storage.untrusted import read_own

    (tmp_path / "x").write_bytes(b"small")
    tracemalloc.start()
    assert read_own(str(tmp_path / "x"), 1 << 31) == b"small"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20
