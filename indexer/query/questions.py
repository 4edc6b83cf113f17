"""Which words of a question say what is asked for, rather than what the question is about?

The word after a question word is the verb or the kind of the answer (كم عدد, متى ولد, ما عاصمة).
A text that answers gives the answer in its place, or says it otherwise, so it is evidence of less
weight than the words that question and answer share. With the article it is such a word itself
(ما الصوم). Some words say little of the topic wherever they stand (يتم, المقصود, طريقة): see
`analyzers.asking`.
"""

from __future__ import annotations

from analyzers.asking import asks_for, helps_to_ask, noun_of
from analyzers.stemmer import strip_article
from analyzers.stopwords import CONJUNCTIONS
from indexer.query.nodes import QueryWord

QUESTION_WORDS = frozenset(
    """
    ما ماذا ماهو ماهي ماهى ماهم بماذا لماذا متى أين اين كيف كم أي اي أية اية بأي لأي بأية لأية
    فيم بم شو ايش إيش وش ايه إيه ليش ليه وين فين ازاي
    """.split()  # noqa: SIM905  as text it can be read
)
"""Stopwords that ask for a thing, as unmarked forms. Not هل, after which all is topic, nor من,
which is the preposition far oftener than who."""


WHETHER = "هل"
"""What asks for yes or no."""

_EARLY = 4
"""A question word among so many words makes a question: later it is a relative (كل ما يلزم)."""


class Asking:
    """Goes through the words of one query in order, and says what each weighs as part of it."""

    def __init__(self, asked: float, request: float) -> None:
        """What counts the word that names what is asked for; what, a word that helps to ask."""
        self._share = asked
        self._request = request
        self._asked = False
        self._place = 0
        self._question_word = ""
        self._stems: list[str] = []

    @property
    def question_word(self) -> str:
        """The unmarked question word at the beginning of the query, empty if it has none."""
        return self._question_word

    @property
    def noun(self) -> str | None:
        """What names what is asked for, where no word of the query does."""
        noun = noun_of(self._question_word)
        named = noun is not None and any(asks_for(noun, stem) for stem in self._stems)
        return None if named else noun

    def weight(self, word: QueryWord) -> float:
        """What the next word counts. Stopwords between a question word and its word are passed."""
        analysis = word.analysis
        self._place += 1
        if self._place <= _EARLY and not self._question_word:
            self._question_word = _question_word(word.unmarked)
        if analysis.stopword:
            self._asked |= _asks(word.unmarked)
            return 1.0
        self._stems.append(analysis.stem)
        asked, self._asked = self._asked, False
        share = self._share if asked and not _has_article(analysis.folded) else 1.0
        return min(share, self._request) if helps_to_ask(analysis.folded) else share

    def pass_over(self) -> None:
        """Something else stands next: what was asked for is named by it."""
        self._place += 1
        self._asked = False


def _asks(unmarked: str) -> bool:
    return unmarked in QUESTION_WORDS or (
        unmarked[0] in CONJUNCTIONS and unmarked[1:] in QUESTION_WORDS
    )


def _question_word(unmarked: str) -> str:
    """The question word that a word is, without a conjunction; empty if it is none."""
    for word in (unmarked, unmarked[1:] if unmarked[0] in CONJUNCTIONS else ""):
        if word == WHETHER or noun_of(word) is not None:
            return word
    return ""


def _has_article(folded: str) -> bool:
    return strip_article(folded) != folded
