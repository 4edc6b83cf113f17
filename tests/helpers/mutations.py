"""Damaged files made of sound ones: bytes flipped, cut, repeated, also inside the parts of zips."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator

_MOST_REPEATED = 1 << 16


def mutants(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """`count` mutants of a file, always the same for a seed; of zips every second within a part."""
    rng = random.Random(seed)
    parts = _parts(data) if data.startswith(b"PK\x03\x04") else {}
    for number in range(count):
        if parts and number % 2:
            name = rng.choice(sorted(parts))
            yield _zipped(parts | {name: _mutant(parts[name], rng)}, rng)
        else:
            yield _mutant(data, rng)


def overwritten(data: bytes, count: int, seed: str, *, most: int, cut: float) -> Iterator[bytes]:
    """`count` copies with up to `most` bytes changed, a share `cut` of them without their end."""
    chance = random.Random(seed)
    for _ in range(count):
        mutated = bytearray(data)
        for _ in range(chance.randrange(1, most + 1)):
            mutated[chance.randrange(len(mutated))] = chance.randrange(256)
        end = chance.randrange(len(mutated)) if chance.random() < cut else len(mutated)
        yield bytes(mutated[:end])


def _mutant(data: bytes, rng: random.Random) -> bytes:
    mutated = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        rng.choice((_flip, _flip, _cut, _repeat, _overwrite, _swap))(mutated, rng)
    return bytes(mutated)


def _place(data: bytearray, rng: random.Random) -> int:
    return rng.randrange(len(data) + 1)


def _flip(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice((1, 4, 64))):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _cut(data: bytearray, rng: random.Random) -> None:
    start = _place(data, rng)
    del data[start : start + rng.choice((1, 16, 1024, len(data)))]


def _repeat(data: bytearray, rng: random.Random) -> None:
    start = _place(data, rng)
    piece = data[start : start + rng.choice((1, 16, 1024))]
    times = rng.choice((1, 2, 100))
    if len(piece) * times <= _MOST_REPEATED:
        data[start:start] = piece * times


def _overwrite(data: bytearray, rng: random.Random) -> None:
    start, size = _place(data, rng), rng.choice((1, 2, 4, 8, 64))
    filling = rng.choice((b"\0", b"\xff", b"\x7f", b"<", b'"', b"9"))
    data[start : start + size] = filling * len(data[start : start + size])


def _swap(data: bytearray, rng: random.Random) -> None:
    a, b = sorted((_place(data, rng), _place(data, rng)))
    size = min(rng.choice((4, 64, 1024)), b - a)
    data[a : a + size], data[b : b + size] = data[b : b + size], data[a : a + size]


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as box:
        return {name: box.read(name) for name in box.namelist()}


def _zipped(parts: dict[str, bytes], rng: random.Random) -> bytes:
    packed = io.BytesIO()
    method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(packed, "w", method) as box:
        for name, data in parts.items():
            box.writestr(name, data)
    return packed.getvalue()
