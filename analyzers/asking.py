"""Words that help to ask: those that say little of the topic, and those that ask for the same.

ما معنى كذا, ما المقصود بكذا and ما تعريف كذا are one question, and a text that answers it need
hold none of them. The lists are data/request_words.txt and data/questions.txt.
"""

from __future__ import annotations

from functools import cache, lru_cache

from pyarabic import araby_const as araby

from analyzers.analyzer import analyze_form
from analyzers.lists import lines_of, read_list, words_of
from analyzers.normalizer import TO_BARE, fold, unmark

_ASKS = "?"


@cache
def _request_words() -> dict[str, list[str]]:
    """The words of the list, by what is left of each without the letters that folding changes."""
    found: dict[str, list[str]] = {}
    for word in words_of(read_list("request_words.txt")):
        found.setdefault(word.translate(TO_BARE), []).append(word)
    return found


def helps_to_ask(folded: str) -> bool:
    """Whether a folded word says little of what a question is about."""
    words = {fold(unmark(word)) for word in _request_words().get(folded.translate(TO_BARE), ())}
    return folded in words or (folded[0] == araby.WAW and folded[1:] in words)


class _Group:
    """A line of questions.txt: its question words, and the words that ask for the same."""

    def __init__(self, line: str) -> None:
        asking, _, rest = line.rpartition(_ASKS)
        self.question_words = frozenset(map(unmark, asking.split()))
        self.bare = rest.translate(TO_BARE)
        self._rest = rest

    @property
    def forms(self) -> tuple[str, ...]:
        """The words, as unmarked forms."""
        return tuple(map(unmark, self._rest.split()))


@cache
def _groups() -> tuple[_Group, ...]:
    return tuple(_Group(line) for _, line in lines_of(read_list("questions.txt")))


@cache
def _stems_of(group: _Group) -> frozenset[str]:
    return frozenset(analyze_form(form).stem for form in group.forms)


@lru_cache(maxsize=1 << 12)
def _groups_of(stem: str) -> tuple[_Group, ...]:
    """The groups with a word of this stem. Only lines that may have one are analyzed."""
    bare = stem.translate(TO_BARE)
    return tuple(g for g in _groups() if bare in g.bare and stem in _stems_of(g))


@lru_cache(maxsize=1 << 12)
def asking_alike(stem: str) -> tuple[str, ...]:
    """The words, as unmarked forms, that ask for the same as a word of this stem."""
    forms = dict.fromkeys(form for group in _groups_of(stem) for form in group.forms)
    return tuple(form for form in forms if analyze_form(form).stem != stem)


def noun_of(question_word: str) -> str | None:
    """The word that names what a question word (`u`) asks for: معنى of ما, تاريخ of متى."""
    for group in _groups():
        if question_word in group.question_words:
            return group.forms[0]
    return None


def asks_for(noun: str, stem: str) -> bool:
    """Whether a word of this stem asks for the same as a noun that `noun_of` gives."""
    return any(noun == group.forms[0] for group in _groups_of(stem))
