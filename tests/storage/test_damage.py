"""A changed byte of a segment is found before an answer comes of it, and long arrays in blocks."""

from __future__ import annotations

import io
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer import Index
from indexer.codec.container import Container, ContainerWriter
from indexer.codec.format import CHECKED_BYTES, LONG_BYTES
from indexer.errors import FahrasError, IndexCorruptError

FLIPS = 150
WORDS = ("كتاب", "قلم", "بحر", "جبل", "شمس", "قمر", "نهر", "الكتب")
QUERIES = ("البيت", "بحر OR قمر", "نهر", "كتب", "بح*", '"في البيت"', "date:2017")
COUNT = LONG_BYTES // 4 + 1
"""Of four-byte values: eight whole blocks and a short one."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage") / "sound"
    folder.mkdir()
    for number, word in enumerate(WORDS):
        (folder / f"{number}.txt").write_text(f"{word} في البيت\n2017\n{word}", encoding="utf-8")
    with Index.create(folder) as index:
        index.update()
    return folder


def _answers(folder: Path) -> list[Any]:
    with Index.open(folder) as index:
        return [
            *(index.search(query).hits for query in QUERIES),
            [index.document(f"{number}.txt").text for number in range(8)],
            [*index.terms()],
            index.stats().tokens,
        ]


def test_no_flipped_byte_gives_a_wrong_answer(sound: Path) -> None:
    right = _answers(sound)
    (segment,) = sound.glob(".fahras/data-*/*.fhs")
    whole = segment.read_bytes()
    chance = random.Random(18)
    refused = 0
    try:
        for place in chance.sample(range(len(whole)), FLIPS):
            changed = bytearray(whole)
            changed[place] ^= 1 << chance.randrange(8)
            segment.write_bytes(changed)
            try:
                assert _answers(sound) == right, place
            except FahrasError:
                refused += 1
    finally:
        segment.write_bytes(whole)
    assert refused > FLIPS / 3


@pytest.mark.parametrize("array", ["docs", "tf", "positions", "doc_counts", "term_bytes"])
def test_a_changed_array_is_named(sound: Path, tmp_path: Path, array: str) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(sound, folder)
    (segment,) = folder.glob(".fahras/data-*/*.fhs")
    changed = bytearray(segment.read_bytes())
    changed[Container.open(str(segment)).span(f"f/text/{array}")[0]] ^= 1
    segment.write_bytes(changed)
    with (
        pytest.raises(IndexCorruptError, match=f"checksum of f/text/{array} does not match"),
        Index.open(folder) as index,
    ):
        index.search('"كتاب في البيت"')


@pytest.mark.parametrize("streamed", [False, True])
def test_of_a_long_array_only_what_is_read_is_checked(streamed: bool) -> None:
    file = io.BytesIO()
    writer = ContainerWriter(file)
    values = np.arange(COUNT, dtype="<u4")
    if streamed:
        writer.add_stream("long", values.dtype, io.BytesIO(values.tobytes()))
    else:
        writer.add("long", values)
    writer.close()
    data = bytearray(file.getvalue())
    bad = 3 * CHECKED_BYTES // 4  # the first value of the fourth block
    data[Container(bytes(data), "x").span("long")[0] + bad * 4] ^= 1

    def checks() -> Any:
        return Container(bytes(data), "x").checks("long")

    for first, last in ((0, bad), (bad + CHECKED_BYTES // 4, COUNT), (bad, bad), (7, 9)):
        checks().part(first, last)
        checks().parts(np.array([[first, last]] * 20))
    checks().places(np.array([0, bad - 1, bad + CHECKED_BYTES // 4, COUNT - 1]))
    for first, last in ((0, COUNT), (bad, bad + 1), (bad - 1, bad + 1)):
        with pytest.raises(IndexCorruptError):
            checks().part(first, last)
        with pytest.raises(IndexCorruptError):
            checks().parts(np.array([[5, 6]] * 20 + [[first, last]]))
    for whole in (lambda: checks().all(), lambda: checks().places(np.array([bad + 5]))):
        with pytest.raises(IndexCorruptError):
            whole()
    assert Container(bytes(data), "x").verify() == ["x: checksum of long does not match"]


def test_what_was_checked_is_not_checked_again_and_all_of_it_makes_it_sound() -> None:
    file = io.BytesIO()
    writer = ContainerWriter(file)
    writer.add("long", np.arange(COUNT, dtype="<u4"))
    writer.close()
    checks = Container(file.getvalue(), "x").checks("long")
    for first in range(0, COUNT, 1000):
        assert not checks.sound
        checks.part(first, min(first + 1000, COUNT))
    assert checks.sound
