"""The words that the stemmer knows, with their stems. The list is data/protected.txt.

A known word keeps its stem with every ending, and `stemmer` finds it behind every clitic, so that
لبنان, بلبنان and اللبنانيون have one stem and none of them is milk. All matching is on folded forms
(`f`).

data/known.txt is the list written out in full, which loads in a fraction of the time. After a
change of the lists run `python -m analyzers.protected` to rewrite it; a test compares the two.
"""

from __future__ import annotations

from functools import cache
from itertools import product

from analyzers.lists import lines_of, read_list, words_of, write_list
from analyzers.named import NamedTuple

_PRONOUNS = ("ها", "هم", "هما", "هن", "كم", "كما", "كن", "نا", "ه", "ك", "ي")
_OTHER_ENDINGS = (
    "ا ات ان ون ين ت وا يا يي يه يات يان يون يين يته يتها يتهم يتنا ياته ياتها ياتهم "
    "اته اتها اتهم اتهما اتهن اتنا اتك اتكم اتكن اتي "
    "ته تها تهم تهما تهن تك تكم تكن تنا تي تان تين"
)
_ENDINGS = frozenset(["", *_PRONOUNS, *_OTHER_ENDINGS.split()])
_LONG_PRONOUNS = frozenset(["", "ها", "هم", "هما", "هن", "كم", "كما", "نا"])
_AFTER_TEH = frozenset([*_PRONOUNS, "ان", "ين"])
_AFTER_HAMZA = frozenset([*_PRONOUNS, "ين", "ان"])
_AFTER_SEAT = _LONG_PRONOUNS - {""}
_SEATLESS = _LONG_PRONOUNS | {"ا", "ان", "ين"}
_PLURALS = frozenset(["ات", "اته", "اتها", "اتهم", "اتنا", "اتكم"])
ALONE = frozenset([""])
_NO_ENDING = frozenset(["", "ء"])

_SOUND = ("ات", "ان", "ون", "ين")
_DEFINITE = frozenset(["", "ي", "يه", *_SOUND, *("ي" + plural for plural in _SOUND), "تان", "تين"])
"""What may follow a word that has the article: neither a pronoun nor a tanween."""

_ENDINGS_OF_MARK = {"!": ALONE, "=": _NO_ENDING, "+": _LONG_PRONOUNS}
ENDING_SETS = (
    _ENDINGS, ALONE, _NO_ENDING, _LONG_PRONOUNS, _AFTER_TEH, _AFTER_HAMZA,
    _AFTER_HAMZA | _PLURALS, _SEATLESS, _AFTER_SEAT | {"ه"}, _AFTER_SEAT | {"ا"}, _DEFINITE,
)  # fmt: skip
"""All sets of endings; data/known.txt refers to each by its place."""

SHORTEST = 2
HEAD_LETTERS = 3
_ZERO = ord("@")
LONGEST_AFTER_SHORT = 4
_SHORT = 3


class Known(NamedTuple):
    """A known beginning of a word: its stem, and the endings with which it is still that word."""

    stem: str
    endings: frozenset[str]


class Lexicon(NamedTuple):
    """What data/known.txt says.

    known: stem and number of its set of endings, by form. lengths: by first three letters, the
    lengths of known forms, longest first, each a letter (@ is 0). waw_words: see `waw_words`.
    """

    known: dict[str, tuple[str, str]]
    lengths: dict[str, bytes]
    waw_words: frozenset[str]


def parse_protected(text: str) -> dict[str, Known]:
    """The words of a list of lines `word [stem]`, by form; the list's header explains its marks."""
    known: dict[str, Known] = {}
    behind_li: dict[str, Known] = {}
    for _, line in lines_of(text):
        words = line.split()
        form = words[0].lstrip("".join(_ENDINGS_OF_MARK))
        stem = words[1] if len(words) > 1 else form
        forms = {form: Known(stem, _ENDINGS_OF_MARK.get(line[0], _endings_of(form)))}
        known |= forms
        if line[0] not in _ENDINGS_OF_MARK:
            seated = _before_ending(form, stem)
            known = seated | known
            behind_li |= _behind_li(forms | seated)
    return known | behind_li


def _behind_li(known: dict[str, Known]) -> dict[str, Known]:
    """How words in ل are spelled after ل and the article, with one ل fewer (للغة, للجان).

    Short ones only without an ending: للبنك is the bank's, not milk's.
    """
    return {
        "ل" + form: Known(entry.stem, _DEFINITE if len(form) > _SHORT else ALONE)
        for form, entry in known.items()
        if form[0] == "ل"
    }


def _endings_of(form: str) -> frozenset[str]:
    """What may follow a form: nothing after ا, nor after ة in a word so short that سنها is سن."""
    if form[-1] == "ا" or (len(form) == 3 and form[-1] == "ه"):
        return _NO_ENDING
    return _SEATLESS if form[-1] == "ء" else _ENDINGS


def _before_ending(form: str, stem: str) -> dict[str, Known]:
    """How a known word is spelled before an ending: ة becomes ت, a dropped hamza gets a seat."""
    if form.endswith("ه"):
        return {form[:-1] + "ت": Known(stem, _AFTER_TEH), form[:-1] + "ات": Known(stem, _ENDINGS)}
    if form.endswith("ا"):
        seated = {form + seat: Known(stem, _AFTER_HAMZA) for seat in "وي"}
        return {**seated, form + "ء": Known(stem, _AFTER_HAMZA | _PLURALS)}
    if form.endswith("ء"):
        on_waw, on_yeh = Known(stem, _AFTER_SEAT | {"ه"}), Known(stem, _AFTER_SEAT | {"ا"})
        return {form[:-1] + "و": on_waw, form[:-1] + "ي": on_yeh}
    return {}


@cache
def lexicon() -> Lexicon:
    """What the list of known words says, read once."""
    words, heads, waw_words = read_list("known.txt").split("\n\n")
    fields = words.split()
    lengths = heads.split()
    return Lexicon(
        dict(zip(fields[::3], zip(fields[1::3], fields[2::3], strict=True), strict=True)),
        dict(zip(lengths[::2], map(str.encode, lengths[1::2]), strict=True)),
        frozenset(waw_words.split()),
    )


def derive() -> str:
    """The text of data/known.txt: forms, lengths by head, words in و; empty lines between them."""
    known = parse_protected(read_list("protected.txt"))
    lengths: dict[str, set[int]] = {}
    for form in known:
        if len(form) >= HEAD_LETTERS:
            lengths.setdefault(form[:HEAD_LETTERS], set()).add(len(form))
    return "\n\n".join(
        [
            "\n".join(
                f"{form} {entry.stem} {ENDING_SETS.index(entry.endings)}"
                for form, entry in sorted(known.items())
            ),
            "\n".join(
                f"{head} {''.join(chr(_ZERO + n) for n in sorted(found, reverse=True))}"
                for head, found in sorted(lengths.items())
            ),
            "\n".join(sorted(derive_waw_words())) + "\n",
        ]
    )


def protected_stem(folded: str, least: int = SHORTEST) -> str | None:
    """The stem of a known word of `least` or more letters with its ending, else None.

    The longest known word that the form begins with decides.
    """
    lists = lexicon()
    size = len(folded)
    for length in lists.lengths.get(folded[:HEAD_LETTERS], b""):
        end = length - _ZERO
        if end <= size:
            found = _stem_of(lists, folded, end)
            if found is not None:
                return found if end >= least else None
    if least == SHORTEST <= size <= SHORTEST + LONGEST_AFTER_SHORT:
        return _stem_of(lists, folded, SHORTEST)
    return None


def _stem_of(lists: Lexicon, folded: str, end: int) -> str | None:
    entry = lists.known.get(folded[:end])
    if entry is None:
        return None
    return entry[0] if folded[end:] in ENDING_SETS[int(entry[1])] else None


_WAW_PATTERNS = (
    "و{0}{1}", "و{0}ا{1}", "و{0}و{1}", "و{0}ي{1}", "وا{0}{1}", "و{0}اي{1}", "وا{0}ي{1}",
)  # fmt: skip
"""Words on a root in و, by its other two letters: وعد, وفاق, وصول, وزير, واجب, وسائل."""

_LOST_LAST_RADICALS = {
    "و{0}ا{1}": "يه", "و{0}ي{1}": "يه", "و{0}و{1}": "ه", "وا{0}{1}": "يه", "و{0}{1}": "يهات",
}  # fmt: skip
"""Last letters of a root that the stemmer takes for an ending, by pattern: وادي becomes وادـ."""


def waw_words() -> frozenset[str]:
    """Stems whose و is a letter of the root (وزير), derived from the roots that begin with و."""
    return lexicon().waw_words


def derive_waw_words() -> frozenset[str]:
    """The words on the roots of data/waw_roots.txt."""
    words = set()
    for root, pattern in product(words_of(read_list("waw_roots.txt")), _WAW_PATTERNS):
        word = pattern.format(root[1], root[2:])
        words.add(word)
        if word[-1] in _LOST_LAST_RADICALS.get(pattern, "") and len(word) > 3:
            words.add(word[:-1])
    return frozenset(words)


if __name__ == "__main__":
    write_list("known.txt", derive())
