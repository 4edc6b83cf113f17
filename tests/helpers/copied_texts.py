"""Stories, their copies, and lines that recur, of made words; and a plain search for the groups."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from analyzers.tokenizer import Tokenizer
from indexer.copies.pairs import LEAST_LENGTH

_LETTERS = "بتثجحخدذرزسشصضطظعغفقكلمنهوي"


def words(count: int, chance: random.Random) -> list[str]:
    return ["".join(chance.choices(_LETTERS, k=chance.randrange(3, 7))) for _ in range(count)]


def story(seed: int, count: int = 120, *, line: int = 20) -> str:
    """A story of `count` words, on lines of `line` words."""
    made = words(count, random.Random(seed))
    return "\n".join(" ".join(made[at : at + line]) for at in range(0, count, line))


def changed(text: str, share: float, seed: int = 0) -> str:
    """The story with a share of its words replaced."""
    chance = random.Random(seed)
    return "\n".join(
        " ".join(words(1, chance)[0] if chance.random() < share else w for w in line.split())
        for line in text.split("\n")
    )


def overlap(one: str, other: str, left_out: Iterable[str] = ()) -> float:
    """The share of the runs of five words of the shorter text that the longer one has."""
    few, many = sorted((_runs(one, left_out), _runs(other, left_out)), key=len)
    return len(few & many) / len(few) if len(few) >= LEAST_LENGTH * len(many) and few else 0.0


def _runs(text: str, left_out: Iterable[str]) -> set[tuple[str, ...]]:
    kept = "\n".join(line for line in text.split("\n") if line not in set(left_out))
    tokenizer = Tokenizer()
    forms = [tokenizer.forms[i] for i in tokenizer.tokenize(kept).form_ids.tolist()]
    return {tuple(forms[at : at + 5]) for at in range(len(forms) - 4)}


def as_sets(groups: Iterable[Sequence[str]]) -> set[frozenset[str]]:
    return {frozenset(group) for group in groups}
