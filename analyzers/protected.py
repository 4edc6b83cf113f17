"""Which words does the stemmer know, and what is their stem? The list is data/protected.txt.

A known word keeps its stem with every clitic before it and every ending behind it, so that لبنان,
بلبنان and اللبنانيون are one and none of them is milk. All of it is matched on folded forms (`f`).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from itertools import product
from typing import NamedTuple

PROCLITICS = frozenset(
    ["", "ال", "لل", *"وفبلك"]
    + [c + p for c in "وف" for p in ("ال", "لل", "بال", "كال", "ب", "ل", "ك")]
    + ["بال", "كال"]
)
"""What may stand before a known word."""

_PRONOUNS = ("ها", "هم", "هما", "هن", "كم", "كما", "نا", "ه", "ك", "ي")
_OTHER_ENDINGS = (
    "ا ات ان ون ين ت وا يا يه يات يان يون يين يته يتها يتهم يتنا ياته ياتها ياتهم "
    "اته اتها اتهم اتنا اتك اتكم اتي ته تها تهم تنا تان تين"
)
_ENDINGS = frozenset(["", *_PRONOUNS, *_OTHER_ENDINGS.split()])
_LONG_PRONOUNS = frozenset(["", "ها", "هم", "هما", "هن", "كم", "كما", "نا"])
_AFTER_TEH = frozenset([*_PRONOUNS, "ان", "ين"])
_AFTER_HAMZA = frozenset([*_PRONOUNS, "ين", "ان"])
_ALONE = frozenset([""])

_EXACT, _SHORT = "=", "+"
_HEAD_LETTERS = 2
_MIN_BODY = 2


class Known(NamedTuple):
    """A known beginning of a word: its stem, and the endings with which it is still that word."""

    stem: str
    endings: frozenset[str]


def parse_protected(text: str) -> dict[str, Known]:
    """The words of a list: `word [stem]` a line, `=` before a word alone, `+` a short noun."""
    known: dict[str, Known] = {}
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        form = words[0].lstrip(_EXACT + _SHORT)
        stem = words[1] if len(words) > 1 else form
        if line.startswith(_EXACT):
            known[form] = Known(stem, _ALONE)
        elif line.startswith(_SHORT):
            known[form] = Known(stem, _LONG_PRONOUNS)
        else:
            known[form] = Known(stem, _ALONE if form[-1] == "ا" else _ENDINGS)
            known.update(_before_ending(form, stem))
    return known


def _before_ending(form: str, stem: str) -> dict[str, Known]:
    """How a known word is spelled when something follows: ة becomes ت, a lost hamza its seat."""
    if form.endswith("ه"):
        return {form[:-1] + "ت": Known(stem, _AFTER_TEH), form[:-1] + "ات": Known(stem, _ENDINGS)}
    if form.endswith("ا"):
        return {form + seat: Known(stem, _AFTER_HAMZA) for seat in "ءوي"}
    return {}


def _entries(name: str) -> list[str]:
    lines = (files("analyzers") / "data" / name).read_text("utf-8").splitlines()
    return [word for line in lines for word in line.partition("#")[0].split()]


@cache
def protected() -> dict[str, Known]:
    """The built-in list."""
    return parse_protected((files("analyzers") / "data/protected.txt").read_text("utf-8"))


@cache
def _heads() -> frozenset[str]:
    return frozenset(form[:_HEAD_LETTERS] for form in protected())


def protected_stem(folded: str) -> str | None:
    """The stem of a known word with its clitics, else None. The longest known word wins."""
    known, heads = protected(), _heads()
    for start in range(5):
        if folded[start : start + _HEAD_LETTERS] in heads and folded[:start] in PROCLITICS:
            for end in range(len(folded), start + _MIN_BODY - 1, -1):
                entry = known.get(folded[start:end])
                if entry is not None and folded[end:] in entry.endings:
                    return entry.stem
    return None


_WAW_PATTERNS = (
    "و{0}{1}", "و{0}ا{1}", "و{0}و{1}", "و{0}ي{1}", "وا{0}{1}", "و{0}اي{1}", "وا{0}ي{1}",
)  # fmt: skip
"""Words built on a root in و, by its other two letters: وعد, وفاق, وصول, وزير, واجب, وسائل."""


@cache
def waw_words() -> frozenset[str]:
    """Stems whose و is a letter of the root (وزير), from the roots that begin with it."""
    words = {
        pattern.format(root[1], root[2:])
        for root, pattern in product(_entries("waw_roots.txt"), _WAW_PATTERNS)
    }
    weak = {word[:-1] for word in words if word[-1] in "يهات" and len(word) > 3}
    return frozenset(words | weak)
