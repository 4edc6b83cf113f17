"""Words that name the same thing in another spelling. The table is data/variants.txt.

A line is a group of equivalents. Its sides are separated by blanks (سوريا سورية) or, if a side has
several words, by equals signs (تشرين الثاني = نوفمبر). Sides are matched on unmarked letters: آب is
not أب. Only a side of four or more letters is also matched in the spelling of hamza, ى and ة that
`fold` gives it, because only short words would be confused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from analyzers.lists import lines_of, read_list
from analyzers.normalizer import fold, unmark
from analyzers.stemmer import ARTICLE, behind

Side = tuple[str, ...]
"""The words of one side, each as an unmarked form `u`."""

MOST_GROUPS = 100_000
MOST_SIDES = 64
MOST_WORDS = 16
"""Limits for a table, for all groups of a side, and for a side: each bounds the cost of a query."""

_MIN_FOLDED_LETTERS = 4
_MIN_REST = 2
"""Letters that remain of a word without proclitics."""

_LAM_ARTICLE = "لل"

_PROCLITICS = {
    conjunction + proclitic: left
    for conjunction in ("", "و", "ف")
    for proclitic, left in (("لل", "ال"), ("بال", "ال"), ("كال", "ال"), ("ال", ""), ("", ""),
                            ("ب", ""), ("ل", ""), ("ك", ""))
    if conjunction + proclitic
}  # fmt: skip
"""What may come before a side, and which part belongs to the side (للأمم is ل and الأمم)."""


_REMEMBERED = 1 << 12
"""Sides whose others are kept."""

_MANY_WORDS = 400
"""From this many lookups on (a word needs several) reading the whole list is faster."""

_TO_BARE = str.maketrans({"=": " ", **dict.fromkeys("ءأإآٱاؤوئىيةه")})
"""Removes what folding may change or drop, so that all spellings of a word have one key."""


class VariantsError(ValueError):
    """A line of a variant file is not a group; the message names the line."""


class VariantTable:
    """Groups of sides, found by any of their sides."""

    def __init__(self, groups: Iterable[tuple[Side, ...]] = ()) -> None:
        self._sides_of: dict[Side, tuple[Side, ...]] = {}
        self._unread: _Unread | None = None
        self._asked: set[str] = set()
        self.written_sides_of = lru_cache(maxsize=_REMEMBERED)(self._written_sides_of)
        self.longest = 1
        """Number of words in the longest side: how far a query must look ahead."""
        for group in groups:
            self._add(group)

    @classmethod
    def parse(cls, text: str, name: str = "variants") -> VariantTable:
        """The table of a file's text; raises VariantsError with `name` and the line's number."""
        return cls(_groups(text, name))

    @classmethod
    @cache
    def default(cls) -> VariantTable:
        """The built-in table. Its lines are parsed when a word needs them: most never are."""
        table = cls()
        table._unread = _Unread(read_list("variants.txt"))
        table.longest = table._unread.longest
        return table

    def with_text(self, text: str, name: str) -> VariantTable:
        """A table of these groups and those in a user's file; raises as `parse` does."""
        self._read_rest()
        table = VariantTable()
        table._sides_of = dict(self._sides_of)
        table.longest = self.longest
        for group in _groups(text, name):
            table._add(group, name)
        return table

    def sides_of(self, words: Side) -> tuple[Side, ...]:
        """The other sides of the groups of which these words are a side.

        The words are unmarked; the first may have proclitics if the rest of it is a listed side.
        """
        return self._found(words)[2]

    def _written_sides_of(self, words: Side) -> tuple[Side, ...]:
        """The same, each with the proclitics of the first word: ولسورية beside ولسوريا."""
        proclitic, left, sides = self._found(words)
        return tuple((_behind(proclitic, left, first), *rest) for first, *rest in sides)

    def _found(self, words: Side) -> tuple[str, str, tuple[Side, ...]]:
        """What was taken off the first word, what of that belongs to the side, the others."""
        for proclitic, left in (("", ""), *_PROCLITICS.items()):
            rest = words[0][len(proclitic) :]
            if not words[0].startswith(proclitic) or (proclitic and len(rest) < _MIN_REST):
                continue
            key = _key((left + rest, *words[1:]))
            if self._unread is not None:
                self._read_for(key[0])
            found = self._sides_of.get(key)
            if found is not None:
                return proclitic, left, found
        return "", "", ()

    def __len__(self) -> int:
        self._read_rest()
        return len(self._sides_of)

    def _read_for(self, word: str) -> None:
        """Parse the lines that may contain a word; all of them after many lookups."""
        if self._unread is None or word in self._asked:
            return
        self._asked.add(word)
        if len(self._asked) > _MANY_WORDS:
            self._read_rest()
            return
        for group in self._unread.groups_with(word):
            self._add(group)

    def _read_rest(self) -> None:
        if self._unread is not None:
            for group in self._unread.groups_with(""):
                self._add(group)
            self._unread = None

    def _add(self, group: tuple[Side, ...], name: str = "variants") -> None:
        """Add a group; raises VariantsError if one of its sides then has too many others."""
        keys = [_key(side) for side in group]
        for key in keys:
            self.longest = max(self.longest, len(key))
            known = self._sides_of.get(key, ())
            sides = known + tuple(
                other
                for other, its_key in zip(group, keys, strict=True)
                if its_key != key and other not in known
            )
            if len(sides) >= MOST_SIDES:
                raise VariantsError(
                    f"{name}: «{' '.join(key)[:80]}» has more than {MOST_SIDES} sides, and a word "
                    "is searched with all of them: take out what does not mean the same"
                )
            self._sides_of[key] = sides


class _Unread:
    """The unparsed lines of the built-in list, found by the letters that no spelling changes."""

    def __init__(self, text: str) -> None:
        self._lines = [line.partition("#")[0] for line in text.split("\n")]
        self._bare = " " + "\n".join(self._lines).replace("\n", " \n ").translate(_TO_BARE) + " "
        self._read: set[int] = set()
        self.longest = max(
            (len(side.split()) for line in self._lines if "=" in line for side in line.split("=")),
            default=1,
        )

    def groups_with(self, word: str) -> Iterator[tuple[Side, ...]]:
        """The groups of all unread lines that may contain a word; of all lines if it is empty."""
        wanted = f" {bare} " if (bare := word.translate(_TO_BARE)) else " "
        line = place = 0
        while (found := self._bare.find(wanted, place)) >= 0:
            line += self._bare.count("\n", place, found + 1)
            place = found + 1
            if line not in self._read:
                self._read.add(line)
                yield from _groups(self._lines[line], "variants.txt")


def matched_exactly(word: str) -> bool:
    """Whether a side's word is too short to be matched by its stem: آب only by its letters."""
    return len(word) < _MIN_FOLDED_LETTERS


def _behind(proclitic: str, left: str, word: str) -> str:
    """The first word of a side behind what stood before that of the query.

    An article that is not part of the name is kept: الإنجليزي, الإنكليزي; one that is comes behind
    the letter: لبريطانيا, للمملكة المتحدة.
    """
    has_article = proclitic.endswith((ARTICLE, _LAM_ARTICLE))
    before = proclitic.removesuffix(ARTICLE)
    before = before[:-1] if before.endswith(_LAM_ARTICLE) else before
    if has_article and not left and not word.startswith(ARTICLE):
        word = ARTICLE + word
    return behind(before, word)


def _key(words: Side) -> Side:
    return tuple(fold(w) if len(w) >= _MIN_FOLDED_LETTERS else w for w in words)


def _groups(text: str, name: str) -> Iterator[tuple[Side, ...]]:
    """The groups of a table's text; raises VariantsError for a line that is not a group."""
    for count, (number, content) in enumerate(lines_of(text)):
        if count == MOST_GROUPS:
            raise VariantsError(f"{name} has more than {MOST_GROUPS:,} groups: leave some out")
        parts = content.split("=") if "=" in content else content.split()
        if len(parts) > MOST_SIDES or any(len(part.split()) > MOST_WORDS for part in parts):
            raise VariantsError(
                f"{name}, line {number}: a group has up to {MOST_SIDES} sides, a side up to "
                f"{MOST_WORDS} words: split it"
            )
        group = tuple(tuple(unmark(word) for word in part.split()) for part in parts)
        if len(group) < 2 or not all(side and all(side) for side in group):
            raise VariantsError(
                f"{name}, line {number}: a group needs two sides or more, "
                f"as in «سوريا سورية» or «تشرين الثاني = نوفمبر»; found «{content[:80]}»"
            )
        yield group
