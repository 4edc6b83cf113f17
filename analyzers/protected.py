"""Which words does the stemmer know, and what is their stem? The list is data/protected.txt.

A known word keeps its stem with every clitic before it and every ending behind it, so that لبنان,
بلبنان and اللبنانيون are one and none of them is milk. All of it is matched on folded forms (`f`).
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import NamedTuple

from analyzers.lists import lines_of, read_list, words_of

ARTICLES = frozenset(
    ["", "ال", "لل", "بال", "كال"]
    + [c + p for c in "وف" for p in ("ال", "لل", "بال", "كال")]
)
"""What may stand before any known word."""

LONE_PROCLITICS = frozenset(["و", "ف", "ب", "ل", "ك", "وب", "ول", "وك", "فب", "فل", "فك"])
"""What may stand only before a known word of four letters or more: shorter ones arise by chance."""

_PRONOUNS = ("ها", "هم", "هما", "هن", "كم", "كما", "نا", "ه", "ك", "ي")
_OTHER_ENDINGS = (
    "ا ات ان ون ين ت وا يا يه يات يان يون يين يته يتها يتهم يتنا ياته ياتها ياتهم "
    "اته اتها اتهم اتنا اتك اتكم اتي ته تها تهم تنا تان تين"
)
_ENDINGS = frozenset(["", *_PRONOUNS, *_OTHER_ENDINGS.split()])
_LONG_PRONOUNS = frozenset(["", "ها", "هم", "هما", "هن", "كم", "كما", "نا"])
_AFTER_TEH = frozenset([*_PRONOUNS, "ان", "ين"])
_AFTER_HAMZA = frozenset([*_PRONOUNS, "ين", "ان"])
_PLURALS = frozenset(["ات", "اته", "اتها", "اتهم", "اتنا", "اتكم"])
_ALONE = frozenset([""])
_NO_ENDING = frozenset(["", "ء"])

_ENDINGS_OF_MARK = {"!": _ALONE, "=": _NO_ENDING, "+": _LONG_PRONOUNS}
_HEAD_LETTERS = 2
_MIN_AFTER_LETTER = 4


class Known(NamedTuple):
    """A known beginning of a word: its stem, and the endings with which it is still that word."""

    stem: str
    endings: frozenset[str]


def parse_protected(text: str) -> dict[str, Known]:
    """The words of a list, `word [stem]` a line, by form; for the marks see the list's header."""
    known: dict[str, Known] = {}
    for _, line in lines_of(text):
        words = line.split()
        form = words[0].lstrip("".join(_ENDINGS_OF_MARK))
        stem = words[1] if len(words) > 1 else form
        endings = _ENDINGS_OF_MARK.get(line[0], _ENDINGS)
        if endings is _ENDINGS:
            for spelled, entry in _before_ending(form, stem).items():
                known.setdefault(spelled, entry)
            endings = _NO_ENDING if _is_closed(form) else _ENDINGS
        known[form] = Known(stem, endings)
    known.update({"ل" + form: entry for form, entry in known.items() if form[0] == "ل"})
    return known


def _is_closed(form: str) -> bool:
    """Whether nothing follows this spelling: ا, or ة of so short a word that سنها is not of سنة."""
    return form[-1] == "ا" or (len(form) == 3 and form[-1] == "ه")


def _before_ending(form: str, stem: str) -> dict[str, Known]:
    """How a known word is spelled when something follows: ة becomes ت, a lost hamza its seat."""
    if form.endswith("ه"):
        return {form[:-1] + "ت": Known(stem, _AFTER_TEH), form[:-1] + "ات": Known(stem, _ENDINGS)}
    if form.endswith("ا"):
        seated = {form + seat: Known(stem, _AFTER_HAMZA) for seat in "وي"}
        return {**seated, form + "ء": Known(stem, _AFTER_HAMZA | _PLURALS)}
    return {}


@cache
def protected() -> dict[str, Known]:
    """The built-in list."""
    return parse_protected(read_list("protected.txt"))


@cache
def _lengths_of_heads() -> dict[str, tuple[int, ...]]:
    """How long known words are, longest first, by their first letters."""
    lengths: dict[str, set[int]] = {}
    for form in protected():
        lengths.setdefault(form[:_HEAD_LETTERS], set()).add(len(form))
    return {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}


def protected_stem(folded: str) -> str | None:
    """The stem of a known word with its clitics, else None. The longest known word wins."""
    heads = _lengths_of_heads()
    for start in range(min(5, len(folded) - _HEAD_LETTERS + 1)):
        lengths = heads.get(folded[start : start + _HEAD_LETTERS])
        if lengths is not None:
            before = folded[:start]
            if before in ARTICLES:
                found = _known_at(folded, start, lengths, _HEAD_LETTERS)
            elif before in LONE_PROCLITICS:
                found = _known_at(folded, start, lengths, _MIN_AFTER_LETTER)
            else:
                continue
            if found is not None:
                return found
    return None


def _known_at(folded: str, start: int, lengths: tuple[int, ...], least: int) -> str | None:
    known = protected()
    for length in lengths:
        if length < least:
            break
        if start + length > len(folded):
            continue
        entry = known.get(folded[start : start + length])
        if entry is not None and folded[start + length :] in entry.endings:
            return entry.stem if start == 0 or entry.endings is not _ALONE else None
    return None


_WAW_PATTERNS = (
    "و{0}{1}", "و{0}ا{1}", "و{0}و{1}", "و{0}ي{1}", "وا{0}{1}", "و{0}اي{1}", "وا{0}ي{1}",
)  # fmt: skip
"""Words built on a root in و, by its other two letters: وعد, وفاق, وصول, وزير, واجب, وسائل."""

_LOST_LAST_RADICALS = {
    "و{0}ا{1}": "يه", "و{0}ي{1}": "يه", "و{0}و{1}": "ه", "وا{0}{1}": "يه", "و{0}{1}": "يهات",
}  # fmt: skip
"""Last letters of a root that the stemmer takes for an ending, by pattern: وادي is وادـ to it."""


@cache
def waw_words() -> frozenset[str]:
    """Stems whose و is a letter of the root (وزير), from the roots that begin with it."""
    words = set()
    for root, pattern in product(words_of(read_list("waw_roots.txt")), _WAW_PATTERNS):
        word = pattern.format(root[1], root[2:])
        words.add(word)
        if word[-1] in _LOST_LAST_RADICALS.get(pattern, "") and len(word) > 3:
            words.add(word[:-1])
    return frozenset(words)
