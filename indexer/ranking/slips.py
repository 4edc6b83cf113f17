"""Which terms are one slip of the pen from a word, and what does a slip cost?

A slip is a letter more, less, other, or two neighbours exchanged. Letters that many confuse, and
those side by side on the Arabic keyboard, cost less.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_KEYBOARD = ("ضصثقفغعهخحجد", "شسيبلاتنمكط", "ئءؤرﻻىةوزظ")
_ALIKE = ("اأإآٱءؤئ", "ةه", "ىيئ", "ضظ", "تطة", "سص", "ذزدظ", "وؤ", "حخج", "ثت", "قك", "غق")
"""Letters that are one to many who write: seats of hamza, letters that sound or look alike."""

_FOLDED = str.maketrans("أإآٱىةؤئ", "ااااي" + "هوي")
"""One letter for one, so that a word keeps its places; what `fold` does beyond needs neighbours."""

_SAME, _ALIKE_COST, _NEAR_COST, _COST = 0.0, 0.8, 0.9, 1.0
_SEAT_COST = 0.1
FEWEST_LETTERS = 3


def _pairs(groups: Iterable[str]) -> frozenset[tuple[str, str]]:
    return frozenset((a, b) for group in groups for a in group for b in group if a != b)


_ALIKE_PAIRS = _pairs(_ALIKE)
_SEAT_PAIRS = _pairs(("اأإآٱ", "ىي", "ةه", "وؤ", "يئ"))
_NEAR_PAIRS = _pairs(row[i : i + 2] for row in _KEYBOARD for i in range(len(row) - 1))


def letter_cost(one: str, other: str) -> float:
    """What it costs to write one letter for another: 0 for the same, 1 for any."""
    if one == other:
        return _SAME
    if (one, other) in _SEAT_PAIRS:
        return _SEAT_COST
    if (one, other) in _ALIKE_PAIRS:
        return _ALIKE_COST
    return _NEAR_COST if (one, other) in _NEAR_PAIRS else _COST


def edit_cost(one: str, other: str) -> float:
    """The cheapest way from one word to another: the optimal string alignment distance, weighted.

    A letter more or less costs 1, less where it doubles its neighbour; so do two exchanged.
    """
    before: list[float] = []
    row = [float(i) for i in range(len(other) + 1)]
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [float(i)]
        less = _ALIKE_COST if i > 1 and one[i - 2] == letter else _COST
        for j, its in enumerate(other, 1):
            more = _ALIKE_COST if j > 1 and other[j - 2] == its else _COST
            cost = min(
                before[j] + less, row[j - 1] + more, before[j - 1] + letter_cost(letter, its)
            )
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                cost = min(cost, earlier[j - 2] + _ALIKE_COST)
            row.append(cost)
    return row[-1]


def one_slip_away(word: str, data: bytes, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of the terms at most one slip from a word, seats of hamza and the like apart.

    `data`: the terms end to end in UTF-8, each from starts[i] to starts[i + 1]. Letters of a term
    are told by the bytes of the first letter of the word: Arabic and Latin words have letters of
    one width, others are not looked for. Costs some passes over the terms of about that length.
    """
    text = word.translate(_FOLDED)
    encoded = text.encode("utf-8", "surrogatepass")
    width = len(encoded) // max(len(text), 1)
    if len(text) < FEWEST_LETTERS or width not in (1, 2) or len(encoded) != width * len(text):
        return np.zeros(0, np.int64)
    wanted = np.frombuffer(encoded, f">u{width}")
    lengths = np.diff(starts)
    letters = np.frombuffer(data, np.uint8)
    found = []
    for more in (-1, 0, 1):
        size = width * (len(text) + more)
        terms = np.flatnonzero(lengths == size)
        if len(terms):
            rows = letters[starts[terms][:, None] + np.arange(size)].view(f">u{width}")
            found.append(terms[_slipped(wanted, _FOLDED_UNITS.take(rows) if width == 2 else rows)])
    return np.sort(np.concatenate(found)) if found else np.zeros(0, np.int64)


def _slipped(wanted: NDArray[np.generic], rows: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Whether each row differs from `wanted` by one slip or none.

    That is so where what begins alike and what ends alike cover all letters but the one that
    slipped, or all but two that are exchanged.
    """
    count, size = len(wanted), rows.shape[1]
    common = min(count, size)
    head = np.logical_and.accumulate(rows[:, :common] == wanted[:common], axis=1).sum(axis=1)
    tail = np.logical_and.accumulate(
        rows[:, ::-1][:, :common] == wanted[::-1][:common], axis=1
    ).sum(axis=1)
    one: NDArray[np.bool_] = head + tail >= max(count, size) - 1
    if count == size and count > 1:
        two = np.flatnonzero(head + tail == count - 2)
        at = head[two]
        exchanged = (rows[two, at] == wanted[at + 1]) & (rows[two, at + 1] == wanted[at])
        one[two[exchanged]] = True
    return one


def _folded_units() -> NDArray[np.uint16]:
    """By the two UTF-8 bytes of a letter, big-endian, those of the letter it is folded to."""
    units = np.arange(1 << 16, dtype=np.uint16)
    for source, target in _FOLDED.items():
        pair = [chr(point).encode() for point in (source, int(target))]
        units[int.from_bytes(pair[0], "big")] = int.from_bytes(pair[1], "big")
    return units


_FOLDED_UNITS = _folded_units()
