"""The root that a stem might come from: the wide, weak key `r = root(s)`.

Matches a stem with the patterns of Arabic derivation after ISRI (Taghva, Elkhoury and Coombs
2005) and gives the three or four letters that the pattern leaves for the root; no dictionary.
It is often wrong, so it may add to a score and retrieve on request, but never decides by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyarabic import araby_const as araby

from analyzers.operations import ONE, F, Operations, W

ENDINGS = araby.HEH + araby.YEH + araby.ALEF
WEAK = araby.WAW + araby.YEH + araby.ALEF
_ROOT_LETTERS = 3
_MI = (araby.MEEM + araby.YEH,)
"""The beginning of a noun مفعال from a root in و: ميقات comes from وقت, as مواقيت does."""

PATTERNS = {
    4: ("ي---", "-ا--", "--ا-", "--و-", "--ي-", "م---", "ا---", "ت---", "ن---"),
    5: (
        "م--و-", "ا-ت--", "م-ت--", "ي-ت--", "ت-ت--", "م-ا--", "-وا--", "--اي-", "ت-ا--", "ا--ا-",
        "ت--ي-", "م--ا-", "م--ي-", "ان---", "من---", "ين---", "مت---", "يت---", "ت-و--", "ا--و-",
        "ي-ا--", "ا-ا--", "--ا-ي", "-ا-و-", "---ان",
    ),
    6: (
        "است---", "مست---", "يست---", "تست---", "ا-ت-ا-", "ان--ا-", "م-ا-ي-", "ت-ا-ي-", "مت-ا--",
        "-وا-ي-", "يت-ا--", "م-وا--", "ا-ا-ي-", "ت-ت-ا-", "م--ا-ي",
    ),
    7: ("است--ا-", "م-ا-ا--"),
}  # fmt: skip
"""Patterns by length; `-` is a letter of the root. The first that fits wins."""


def root(stem: str) -> str:
    """The root-like key of a stem; the stem itself if it has three letters or no pattern fits."""
    return stem if stem.isascii() else root_key(ONE, stem)


def root_key(on: Operations[W, F], stem: W) -> W:
    """`root` of stems that have folded Arabic letters only."""
    bare = _without_ending(on, stem)
    five = on.longer(bare, 4) & on.no(on.longer(bare, 5))
    lost_waw = five & on.begins(bare, _MI) & on.letter_in(bare, araby.ALEF, 1)
    return even(on, on.radicals(on.changed(bare, lost_waw, _with_first_waw), PATTERNS))


def _with_first_waw(on: Operations[W, F], stem: W) -> W:
    return on.put(stem, araby.WAW, 3)


def _without_ending(on: Operations[W, F], stem: W) -> W:
    """The stem without endings, which the stem of a known word may keep (سعودي, رياضه, علما)."""
    return on.trimmed(stem, ENDINGS, _ROOT_LETTERS)


def even(on: Operations[W, F], letters: W) -> W:
    """One letter for the weak ones و, ي and ا, which alternate in the middle and at the end."""
    three = on.longer(letters, _ROOT_LETTERS - 1) & on.no(on.longer(letters, _ROOT_LETTERS))
    letters = on.changed(letters, three & on.letter_in(letters, WEAK, 1), _with_waw_inside)
    return on.changed(letters, three & on.letter_in(letters, WEAK), _with_last_yeh)


def _with_waw_inside(on: Operations[W, F], letters: W) -> W:
    return on.put(letters, araby.WAW, 1)


def _with_last_yeh(on: Operations[W, F], letters: W) -> W:
    return on.put(letters, araby.YEH)


_PREFIXES = araby.YEH + araby.TEH + araby.NOON + araby.ALEF + araby.MEEM
_IMPERFECT = _PREFIXES[:3]
_HOLLOW_PREFIXES = araby.ALEF + araby.MEEM + araby.TEH


def kindred(stem: str) -> tuple[str, ...]:
    """Other roots whose words may be related to the stem, hidden by weak or doubled letters.

    Such a word keeps too few letters to tell: يقع comes from وقع, يحد from حدد, ينشئ from نشي, مدير
    from دور. First the roots that the stem may be read as, then the keys that `root` gives to words
    of those roots. Wider than `root`, and no proof by itself.
    """
    own = root(stem)
    read = (own, *_readings(stem))
    found = (*read, *(key for of in read if len(of) == 3 for key in _hidden(of)))
    return tuple(key for key in dict.fromkeys(found) if key != own)


def _readings(stem: str) -> Iterator[str]:
    """The roots of a prefix and two letters (يقع, ملغي), or of a hollow word with one (اعاد)."""
    bare = _without_ending(ONE, stem)
    if len(bare) == 3 and bare[0] in _PREFIXES:
        first, last = bare[1], bare[2]
        if bare[0] in _IMPERFECT:
            yield araby.WAW + first + last
        yield first + last + last
        yield even(ONE, first + last + araby.YEH)
    if len(bare) == 4 and bare[0] in _HOLLOW_PREFIXES and bare[2] in ENDINGS:
        yield even(ONE, bare[1] + araby.WAW + bare[3])


def _hidden(root: str) -> Iterator[str]:
    """The keys of words that lack a weak or doubled letter of their three-letter root."""
    first, middle, last = root[0], root[1], root[2]
    if first == araby.WAW:
        yield from (prefix + middle + last for prefix in WEAK[1:] + araby.TEH)
    elif first in WEAK:
        yield araby.WAW + middle + last
    if last in (middle, araby.YEH):
        yield from (prefix + first + middle for prefix in _PREFIXES)
    if middle == araby.WAW:
        yield from (prefix + first + last for prefix in _HOLLOW_PREFIXES)
