"""Whatever stands in the small files of an index: right answers or a refusal, and a rebuild helps.

Bytes are flipped, cut, doubled, moved and taken from another index; half of the time the checksum
is made right again, as somebody would who means ill.
"""

from __future__ import annotations

import random
import shutil
import signal
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from indexer import Index
from indexer.errors import FahrasError
from indexer.storage import manifest

ROUNDS = 120
SECONDS = 60
"""Of one round; a round takes hundredths of them."""

FILES = {
    "fahras.json": "fahras.json",
    "TOC": "data-*/*.toc",
    "catalogue": "data-*/files-*.fhc",
    "copies": "data-*/copies-*.fhc",
}


def _build(folder: Path, words: str) -> Path:
    """Two segments, one with a deleted document, and a problem in the catalogue."""
    folder.mkdir()
    for number, word in enumerate(words.split()):
        (folder / f"{number}.txt").write_text(f"{word} في البيت\n{word}", encoding="utf-8")
    (folder / "b.jsonl").write_text('{"id": "r1", "text": "نهر"}\n{broken\n', encoding="utf-8")
    with Index.create(folder) as index:
        index.update()
        (folder / "0.txt").write_text("سفينة في البحر", encoding="utf-8")
        index.update()
    return folder


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(tmp_path_factory.mktemp("mutations") / "sound", "كتاب قلم بحر جبل شمس قمر")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(tmp_path_factory.mktemp("mutations") / "other", "باب دار نار ماء")


def _answers(folder: Path) -> list[Any]:
    """What an index says when it is asked all that there is to ask."""
    with Index.open(folder) as index:
        hits = [
            [hit._replace(path=Path(hit.path).name) for hit in index.search(q).hits]
            for q in ("البيت", "بحر OR قمر", "نهر", "سفينة")
        ]
        return [
            hits,
            index.document("1.txt").text,
            index.document_count,
            [*index.terms()],
            [problem.reason for problem in index.problems()],
            index.stats().tokens,
        ]


def _found(answers: list[Any]) -> list[Any]:
    """Of answers, what does not depend on the documents that are deleted but not yet gone."""
    return [[sorted(hit.id for hit in hits) for hits in answers[0]], *answers[1:3]]


def _mutated(data: bytes, other: bytes, chance: random.Random) -> bytes:
    place, place2 = sorted(chance.choices(range(len(data) + 1), k=2))
    flipped = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    extreme = bytearray(data)
    width = chance.choice((1, 2, 4, 8))
    extreme[place : place + width] = chance.choice((b"\xff", b"\0", b"\x7f", b"9")) * width
    return chance.choice(
        [
            bytes(flipped), bytes(flipped), bytes(flipped), bytes(extreme), bytes(extreme),
            data[:place], data[place:], data[:place] + data[place2:],
            data[:place2] + data[place:], data[place2:] + data[place:place2] + data[:place],
            data[:place] + other[place:], other,
        ]
    )  # fmt: skip


def _sealed(name: str, data: bytes) -> bytes:
    """The same with the checksum that it ought to have."""
    if name != "fahras.json":
        return data[:-4] + zlib.crc32(data[:-4]).to_bytes(4, "little")
    try:
        return manifest.encode(manifest.decode(data, "x"))
    except FahrasError:
        return data


@contextmanager
def _within(seconds: int) -> Iterator[None]:
    def hang(*_: object) -> None:
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGALRM, hang)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _says(ask: Callable[[Path], object], folder: Path) -> object:
    """The answer, None for a refusal that says what to do."""
    try:
        return ask(folder)
    except FahrasError as error:
        remedy = error.remedy
    assert remedy is not None
    assert remedy.act in ("rebuild", "name_index", "name_roots")
    return None


def _update(folder: Path) -> bool:
    with Index.open(folder) as index:
        index.update()
    return True


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="no alarm on this system")
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("is_sealed", [False, True], ids=["damaged", "forged"])
def test_small_files_are_right_or_refused(
    sound: Path, other: Path, tmp_path: Path, name: str, is_sealed: bool
) -> None:
    chance = random.Random(f"{name} {is_sealed}")
    right = _answers(sound)
    for number in range(ROUNDS):
        folder = tmp_path / "folder"
        shutil.copytree(sound, folder)
        (path,) = (folder / ".fahras").glob(FILES[name])
        (stranger,) = (other / ".fahras").glob(FILES[name])
        data = _mutated(path.read_bytes(), stranger.read_bytes(), chance)
        path.write_bytes(_sealed(name, data) if is_sealed else data)
        with _within(SECONDS):
            said = _says(_answers, folder)
            assert is_sealed or said in (None, right), data
            _says(_update, folder)
            if number % 8 == 0 and not is_sealed:
                with Index.rebuild(folder) as index:
                    index.update()
                assert _found(_answers(folder)) == _found(right)
        shutil.rmtree(folder)
