"""What does a slip of the pen cost that makes one word of another?

Costs are logarithms of how rare a slip is, so that they can be set against how frequent words are
(Kernighan, Church and Gale, A Spelling Correction Program Based on a Noisy Channel Model, 1990). A
letter left out, or two exchanged, is one event; a letter typed for another is one of about twenty,
but for those that many confuse, and those side by side on the Arabic keyboard.
"""

from __future__ import annotations

from collections.abc import Iterable

_KEYBOARD = ("ضصثقفغعهخحجد", "شسيبلاتنمكط", "ئءؤرﻻىةوزظ")
_ALIKE = ("اأإآٱءؤئ", "ةه", "ىيئ", "ضظ", "تطةه", "سص", "ذزدظ", "وؤ", "حخج", "ثت", "قك", "غق",
          "رز", "طظ", "صض", "سش", "عغ", "فق")  # fmt: skip
"""Letters that many confuse: seats of hamza, letters that sound alike, or differ by their dots."""

LEFT_OUT = EXCHANGED = 2.0
_DOUBLED = _CONFUSED = 3.5
_NEAR_BY = 3.8
_OTHER = 5.0
_SEAT = 0.5


def _pairs(groups: Iterable[str]) -> frozenset[tuple[str, str]]:
    return frozenset((a, b) for group in groups for a in group for b in group if a != b)


_ALIKE_PAIRS = _pairs(_ALIKE)
_SEAT_PAIRS = _pairs(("اأإآٱ", "ىي", "ةه", "وؤ", "يئ"))
_NEAR_PAIRS = _pairs(row[i : i + 2] for row in _KEYBOARD for i in range(len(row) - 1))


def letter_cost(typed: str, meant: str) -> float:
    """What it costs to type one letter for another: 0 for the same, 5 for any."""
    if typed == meant:
        return 0.0
    if (typed, meant) in _SEAT_PAIRS:
        return _SEAT
    if (typed, meant) in _ALIKE_PAIRS:
        return _CONFUSED
    return _NEAR_BY if (typed, meant) in _NEAR_PAIRS else _OTHER


def slip_cost(typed: str, meant: str) -> float:
    """The cheapest slips that make what was typed of the word that was meant.

    The optimal string alignment distance, weighted. A letter too many costs less beside its double.
    """
    # of what is alike at either end one letter is compared, which may be doubled
    head = _alike(typed, meant)
    tail = _alike(typed[:head:-1], meant[:head:-1])
    first, last = max(head - 1, 0), max(tail - 1, 0)
    cost = _aligned(typed[first : len(typed) - last], meant[first : len(meant) - last])
    # only if a letter of those is one too many can it cost less: at least so much
    missing = max(len(meant) - len(typed) + 1, 0)
    return cost if cost <= _DOUBLED + LEFT_OUT * missing else _aligned(typed, meant)


def _alike(one: str, other: str) -> int:
    """How many letters two words begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _aligned(typed: str, meant: str) -> float:
    before: list[float] = []
    row = [LEFT_OUT * i for i in range(len(meant) + 1)]
    for i, letter in enumerate(typed):
        more = _extra_cost(typed, i)
        earlier, before, row = before, row, [row[0] + more]
        for j, its in enumerate(meant):
            cost = min(
                before[j + 1] + more, row[j] + LEFT_OUT, before[j] + letter_cost(letter, its)
            )
            if i and j and letter == meant[j - 1] and typed[i - 1] == its:
                cost = min(cost, earlier[j - 1] + EXCHANGED)
            row.append(cost)
    return row[-1]


def _extra_cost(typed: str, place: int) -> float:
    """What a letter too many costs: the double of its neighbour, or beside it on the keyboard."""
    letter = typed[place]
    beside = (typed[place - 1 : place], typed[place + 1 : place + 2])
    if letter in beside:
        return _DOUBLED
    return _NEAR_BY if any((letter, other) in _NEAR_PAIRS for other in beside) else _OTHER
