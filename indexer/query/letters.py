"""Do two written words agree where a query has turned foldings off? Letters, and vowel marks.

Such a search asks, beside the tier at which a word of a text meets one of the query, that their
letters agree where both have the same letter once folded: in their common stem, also after it where
what follows is the same in both, and all over where the whole folded words are one. Elsewhere, in
affixes that only one has, any letter will do; so does a word in which the stem is not to be seen.

    hamza    أ إ آ ٱ ؤ ئ ء each agree with themselves only (the article's alef is never a hamza)
    ta       ة does not agree with ه
    ya       ى, ي and the Persian ی do not agree with one another
    marks    a letter of the query's word that bears vowel marks (shadda and tanween are some)
             agrees with a letter that bears the same; one that bears none, with any

The first three are symmetric. They compare forms, so the dictionary alone answers them, see
`indexer.ranking.strict`; marks are not in it, see `indexer.snippets.vowels`. A row of the variant
table is no folding: the word of a text is compared with the side of the row that it met.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pyarabic import araby_const as araby

from analyzers.analyzer import Analysis, analyze_form
from analyzers.normalizer import fold
from analyzers.vowels import Marks, marks_of

LETTER_SWITCHES = frozenset({"hamza", "ta", "ya"})
"""The switches of `results.STRICT_SWITCHES` that forms alone can answer."""

_HAMZAS = "أإآٱؤئءٲٳٵٶٷٸۀۂۓ"
_TAS = "ةه"
_YAS = "ىيی"
_SEATED = "أؤئ"

_REMEMBERED = 1 << 16


@lru_cache(maxsize=_REMEMBERED)
def letters_agree(one: str, other: str, switches: frozenset[str]) -> bool:
    """Whether two unmarked forms agree in their letters."""
    first, second = analyze_form(one), analyze_form(other)
    if first.folded == second.folded:
        stem = max(first.folded.find(first.stem), 0)
        one, other = (
            form[:stem].replace(araby.ALEF_WASLA, araby.ALEF) + form[stem:] for form in (one, other)
        )
    a, b = _pieces(one, first.folded), _pieces(other, second.folded)
    return all(_agree(a[i], b[j], switches) for i, j in _common(first, second))


def pieces_agree(pieces: Sequence[str], form: str, switches: frozenset[str]) -> bool:
    """Whether a form holds unmarked pieces one after the other, in these letters.

    An empty first piece leaves the beginning open, an empty last one the end.
    """
    folded = analyze_form(form).folded
    letters = _pieces(form, folded)
    at = 0
    for number, piece in enumerate(pieces):
        wanted = fold(piece)
        place = len(folded) - len(wanted) if number == len(pieces) - 1 and wanted else at
        while not _stands(piece, wanted, folded, letters, place, switches):
            place += 1
            if number == 0 or place > len(folded) - len(wanted):
                return False
        if place < at:
            return False
        at = place + len(wanted)
    return True


def _stands(
    piece: str, wanted: str, folded: str, letters: list[str], at: int, switches: frozenset[str]
) -> bool:
    """Whether a piece stands at a place of a folded form, in these letters."""
    if not wanted or not folded.startswith(wanted, at):
        return not wanted
    own = zip(_pieces(piece, wanted), letters[at : at + len(wanted)], strict=True)
    return all(_agree(a, b, switches) for a, b in own)


def has_marks(written: str) -> bool:
    """Whether a word bears vowel marks."""
    return any(mark for mark in marks_of(written)[1])


@lru_cache(maxsize=_REMEMBERED)
def marks_agree(asked: str, written: str) -> bool:
    """Whether a word of a text bears the marks that a word of a query has; both as written."""
    (one, wanted), (other, borne) = marks_of(asked), marks_of(written)
    if not one or not other:
        return True
    first, second = analyze_form(one), analyze_form(other)
    a = _by_piece(wanted, _pieces(one, first.folded))
    b = _by_piece(borne, _pieces(other, second.folded))
    return all(not a[i] or a[i] == b[j] for i, j in _common(first, second))


def _common(one: Analysis, other: Analysis) -> list[tuple[int, int]]:
    """The places in two folded forms that are the same letter of the same stem or affix."""
    if one.folded == other.folded:
        return [(i, i) for i in range(len(one.folded))]
    stem = min(one.stem, other.stem, key=lambda stem: (len(stem), stem))
    first, second = one.folded.find(stem), other.folded.find(stem)
    if first < 0 or second < 0:
        return []
    length = len(stem)
    if one.folded[first + length :] == other.folded[second + length :]:
        length = len(one.folded) - first
    return [(first + i, second + i) for i in range(length)]


def _agree(one: str, other: str, switches: frozenset[str]) -> bool:
    if one == other:
        return True
    if "hamza" in switches and _only(_HAMZAS, one) != _only(_HAMZAS, other):
        return False
    return not any(
        name in switches and (a := _only(chars, one)) and (b := _only(chars, other)) and a != b
        for name, chars in (("ta", _TAS), ("ya", _YAS))
    )


def _only(chars: str, text: str) -> str:
    return "".join(char for char in text if char in chars)


def _pieces(unmarked: str, folded: str) -> list[str]:
    """For each letter of a folded form what it was before; the pieces make up the unmarked form.

    Nearly always a letter. A hamza that folding drops goes to the letter that it stood by; of the
    numerals, whose spelling is a list's, what is not alike on both sides stays together.
    """
    shorter = min(len(unmarked), len(folded))
    left = 0
    while left < shorter and _folds(unmarked[left], folded[left]):
        left += 1
    right = 0
    while right < shorter - left and _folds(unmarked[-1 - right], folded[-1 - right]):
        right += 1
    pieces = [*unmarked[:left], *[""] * (len(folded) - left - right)]
    pieces += unmarked[len(unmarked) - right :]
    between = unmarked[left : len(unmarked) - right]
    place = min(left, len(pieces) - 1)
    pieces[place] = pieces[place] + between if place < left else between + pieces[place]
    return pieces


def _folds(letter: str, folded: str) -> bool:
    if letter == folded or (folded == araby.HAMZA and letter in _SEATED):
        return True
    return fold(letter) == folded


def _by_piece(marks: Marks, pieces: Sequence[str]) -> list[frozenset[str]]:
    found = []
    at = 0
    for piece in pieces:
        found.append(frozenset[str]().union(*marks[at : at + len(piece)]))
        at += len(piece)
    return found
