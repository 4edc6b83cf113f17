"""Which forms of the dictionary fit a word with a star, or a word that may be misspelled?

Patterns are compared with folded forms, so that they are normalised like any word. What a form must
hold to fit is said by `literals`, so that a dictionary need not try every form.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, Protocol

from pyarabic import araby

from analyzers.normalizer import fold
from indexer.query.letters import letters_agree, pieces_agree
from indexer.results import Tier

_OPEN_ENDS = {
    araby.WAW_HAMZA: araby.WAW + araby.HAMZA,
    araby.YEH_HAMZA: araby.YEH + araby.HAMZA,
    araby.HAMZA: araby.HAMZA + araby.WAW + araby.YEH,
    araby.TEH_MARBUTA: araby.HEH + araby.TEH,
}
"""What the last letter of a piece may have become when more letters follow it."""


class FormPattern(Protocol):
    """Decides about folded forms."""

    @property
    def literals(self) -> tuple[str, ...]:
        """Every form that fits holds one of these at least; an empty one is held by all."""

    @property
    def prefix(self) -> str:
        """What all forms begin with that fit, where that is all that is asked; else empty."""

    @property
    def word(self) -> str:
        """The folded form that the pattern is a misspelling of, empty where it is none."""

    def tier(self, folded: str) -> Tier | None:
        """The tier at which a folded form fits, None if it does not."""

    def agrees(self, unmarked: str, switches: frozenset[str]) -> bool:
        """Whether a form that fits does so with the foldings of `switches` turned off."""


class Wildcard(NamedTuple):
    """Pieces of a word as unmarked letters, anything or nothing between them.

    An empty first piece leaves the beginning open, an empty last one the end: ("كتا", "") is كتا*,
    ("", "تا", "") is *تا*.
    """

    pieces: tuple[str, ...]

    @property
    def literals(self) -> tuple[str, ...]:
        """See FormPattern: the longest piece."""
        return (max((_certain(p, last=p is self.pieces[-1]) for p in self.pieces), key=len),)

    @property
    def prefix(self) -> str:
        """See FormPattern."""
        first = self.pieces[0]
        return fold(first) if self.pieces[1:] == ("",) and first[-1:] not in _OPEN_ENDS else ""

    @property
    def word(self) -> str:
        """See FormPattern: none."""
        return ""

    def tier(self, folded: str) -> Tier | None:
        """See FormPattern."""
        return "folded" if _fits(self.pieces, folded) else None

    def agrees(self, unmarked: str, switches: frozenset[str]) -> bool:
        """See FormPattern."""
        return pieces_agree(self.pieces, unmarked, switches)

    def __str__(self) -> str:
        return "*".join(self.pieces)


def _fits(pieces: tuple[str, ...], folded: str) -> bool:
    """Whether a folded form is made of some pieces in their order, with anything between them.

    Each piece is taken where it stands first: if the rest fits after any place of it, it fits after
    that one. So no place is tried twice, however many stars there are.
    """
    first, *middle, last = _spellings(pieces)
    if not folded.startswith(first) or not folded.endswith(last):
        return False
    at, end = len(first[0]), len(folded) - len(last[0])
    for spellings in middle:
        places = [place for s in spellings if (place := folded.find(s, at, end)) >= 0]
        if not places:
            return False
        at = min(places) + len(spellings[0])
    return at <= end


@lru_cache(maxsize=1 << 10)
def _spellings(pieces: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """As what each piece may stand in a folded form; all spellings of a piece are as long.

    مسؤ* is مسو or مسء and more letters; ("مسؤ", "") gives (("مسو", "مسء"), ("",)).
    """
    *firsts, last = pieces
    open_ended = (
        tuple(_certain(piece, last=False) + end for end in _OPEN_ENDS.get(piece[-1:], ("",)))
        for piece in firsts
    )
    return (*open_ended, (fold(last),))


def _certain(piece: str, *, last: bool) -> str:
    """The folded letters of a piece that do not hang on what follows it."""
    return fold(piece) if last or piece[-1:] not in _OPEN_ENDS else fold(piece[:-1])


class Fuzzy(NamedTuple):
    """A word that may differ by some edits: a letter more, less, other, or two exchanged."""

    unmarked: str
    edits: int

    @property
    def literals(self) -> tuple[str, ...]:
        """See FormPattern: of `edits` + 1 pieces one stays whole; two more for exchanged letters.

        An exchange touches two neighbouring pieces (Navarro, A Guided Tour to Approximate String
        Matching, 2001, section 8: partitioning into exact search).
        """
        word, count = fold(self.unmarked), 2 * self.edits + 1
        cuts = [len(word) * i // count for i in range(count + 1)]
        return tuple(dict.fromkeys(word[a:b] for a, b in pairwise(cuts)))

    @property
    def prefix(self) -> str:
        """See FormPattern: nothing is sure."""
        return ""

    @property
    def word(self) -> str:
        """See FormPattern."""
        return fold(self.unmarked)

    def tier(self, folded: str) -> Tier | None:
        """See FormPattern."""
        if folded == self.word:
            return "folded"
        return "spelling" if within(self.word, folded, self.edits) else None

    def agrees(self, unmarked: str, switches: frozenset[str]) -> bool:
        """See FormPattern. Of a form that is misspelled no letter is asked."""
        same = fold(unmarked) == fold(self.unmarked)
        return not same or letters_agree(self.unmarked, unmarked, switches)

    def __str__(self) -> str:
        return f"{self.unmarked}~{self.edits}"


def within(one: str, other: str, edits: int) -> bool:
    """Whether two strings differ by so many edits at most.

    The optimal string alignment distance (Damerau 1964): letters added, left out, exchanged for
    another or with their neighbour, no place touched twice. Row by row, given up when hopeless.
    """
    if abs(len(one) - len(other)) > edits:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, its in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > edits and min(before) > edits:
            return False
    return row[-1] <= edits
