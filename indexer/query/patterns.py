"""Which forms of the dictionary fit a word with a star, or a word that may be misspelled?

Patterns are compared with folded forms, so that they are normalised like any word. Here it is
done form by form; `ranking.stars` and `ranking.edits` search a whole dictionary.
"""

from __future__ import annotations

from functools import lru_cache

from pyarabic import araby_const as araby

from analyzers.named import NamedTuple
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


class Wildcard(NamedTuple):
    """Pieces of a word as unmarked letters, anything or nothing between them.

    An empty first piece leaves the beginning open, an empty last one the end: ("كتا", "") is كتا*,
    ("", "تا", "") is *تا*.
    """

    pieces: tuple[str, ...]

    @property
    def spellings(self) -> tuple[tuple[str, ...], ...]:
        """As what each piece may stand in a folded form; those of a piece are equally long.

        مسؤ* is مسو or مسء and more letters: ("مسؤ", "") gives (("مسو", "مسء"), ("",)).
        """
        return _spellings(self.pieces)

    def tier(self, folded: str) -> Tier | None:
        """The tier at which a folded form fits, None if it does not."""
        return "folded" if _fits(self.pieces, folded) else None

    def agrees(self, unmarked: str, switches: frozenset[str]) -> bool:
        """Whether a form that fits does so with the foldings of `switches` turned off."""
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
    """See Wildcard.spellings."""
    *firsts, last = pieces
    open_ended = (
        tuple(_certain(piece, last=False) + end for end in _OPEN_ENDS.get(piece[-1:], ("",)))
        for piece in firsts
    )
    return (*open_ended, (fold(last),))


def _certain(piece: str, *, last: bool) -> str:
    """The folded letters of a piece that do not hang on what follows it."""
    return fold(piece) if last or piece[-1:] not in _OPEN_ENDS else fold(piece[:-1])


_folded = lru_cache(maxsize=1 << 10)(fold)


class Fuzzy(NamedTuple):
    """A word that may differ by some edits: a letter more, less, other, or two exchanged."""

    unmarked: str
    edits: int

    @property
    def word(self) -> str:
        """The folded form that it is a misspelling of."""
        return _folded(self.unmarked)

    def tier(self, folded: str) -> Tier | None:
        """The tier at which a folded form fits, None if it does not."""
        if folded == self.word:
            return "folded"
        return "spelling" if within(self.word, folded, self.edits) else None

    def agrees(self, unmarked: str, switches: frozenset[str]) -> bool:
        """See Wildcard. Of a form that is misspelled no letter is asked."""
        same = fold(unmarked) == self.word
        return not same or letters_agree(self.unmarked, unmarked, switches)

    def __str__(self) -> str:
        return f"{self.unmarked}~{self.edits}"


FormPattern = Wildcard | Fuzzy


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
