"""How is analyzers/data/first_letters.txt made? From a dictionary's words, and a list of ours.

    python -m tools.first_letters [--dictionary FILE]

It lists the words that begin with ب, ل, ف, ك or س of their own, so that no proclitic is taken off:
كاهل is not ك and أهل. The dictionary is Arramooz (see `tools.arramooz`): its nouns, their plurals
and singulars, and its verbs; the broken plurals of analyzers/data/plurals.txt are added. Words that
the stemmer knows, or whose letter data/proclitic_letters.txt has, are left out: nothing is taken
off those anyway. `tools/first_letters.txt` is what was judged by hand after reading the words of
six collections: names and loan words that the dictionary lacks, words that in texts are mostly
another one behind a proclitic (بطريق), and nouns that are read behind one whatever else has the
same letters (بدوره).

The list is three lines with empty ones between: stems, whole forms, and forms of such nouns; all
folded (`f`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from analyzers.lists import lines_of, read_list
from analyzers.normalizer import fold, unmark
from analyzers.operations import ONE
from analyzers.proclitics import PROCLITICS
from analyzers.stemmer import COMPOUNDS, has_no_own_letter, is_known, stem
from analyzers.suffixes import MIN_STEM
from tools import arramooz

HAND = os.path.join(os.path.dirname(__file__), "first_letters.txt")
TABLE = "first_letters.txt"
_PLURALS = "plurals.txt"
_REFUSED, _WHOLE, _OPEN = "-", "=", "+"
_PRONOUNS = ("ها", "هم", "هما", "نا", "كم", "ه", "ك", "ي")


class Judged(NamedTuple):
    """What the hand says: stems to add and to take out, forms that are words, nouns behind clitics.

    All but the nouns are folded.
    """

    stems: frozenset[str]
    refused: frozenset[str]
    forms: frozenset[str]
    nouns: frozenset[str]


def judged(path: str = HAND) -> Judged:
    """The words of `tools/first_letters.txt`, folded; stems are made of words that are not."""
    words: dict[str, set[str]] = {"": set(), _REFUSED: set(), _WHOLE: set(), _OPEN: set()}
    with open(path, encoding="utf-8") as file:
        for _, line in lines_of(file.read()):
            kind = ""
            for word in line.split():
                if word in (_REFUSED, _WHOLE, _OPEN):
                    kind = word
                else:
                    words[kind].add(word)
    refused, forms = (frozenset(map(fold, words[kind])) for kind in (_REFUSED, _WHOLE))
    stems = frozenset(stem(fold(word)) for word in words[""]) - refused
    return Judged(stems, refused, forms, frozenset(words[_OPEN]))


def entries(dictionary: str) -> Iterator[str]:
    """All words of the dictionary and of the table of plurals, folded."""
    for noun in arramooz.nouns(dictionary):
        yield from (fold(unmark(w)) for w in (noun.vocalized, noun.singular, *noun.plurals) if w)
    yield from (fold(verb.word) for verb in arramooz.verbs(dictionary))
    for _, line in lines_of(read_list(_PLURALS)):
        yield from map(fold, line.split())


def is_open(word: str) -> bool:
    """Whether only the table can tell that the word bears no proclitic."""
    long = len(word) > MIN_STEM and word.startswith(PROCLITICS) and not word.startswith(COMPOUNDS)
    return long and not is_known(word) and has_no_own_letter(ONE, word)


def with_pronouns(noun: str) -> Iterator[str]:
    """The folded forms of a noun as written, alone and with each pronoun."""
    folded = fold(noun)
    yield folded
    if noun.endswith("ة"):
        before_pronoun = [folded[:-1] + "ت"]
    elif noun.endswith("اء"):
        before_pronoun = [folded.removesuffix("ء") + seat for seat in "ءوي"]
    else:
        before_pronoun = [folded[:-1] + "ا" if noun.endswith("ى") else folded]
    yield from (fold(base + pronoun) for base in before_pronoun for pronoun in _PRONOUNS)


def derive(dictionary: str) -> str:
    """The text of the table: stems, then whole forms, in order."""
    hand = judged()
    words = (word for word in entries(dictionary) if word.isalpha() and is_open(word))
    stems = {stem(word) for word in words} - hand.refused | hand.stems
    nouns = {form for noun in hand.nouns for form in with_pronouns(noun)}
    stems = set(map(fold, stems))
    return "\n\n".join(" ".join(sorted(part)) for part in (stems, hand.forms, nouns)) + "\n"


if __name__ == "__main__":
    arramooz.rewrite(TABLE, derive, __doc__)
