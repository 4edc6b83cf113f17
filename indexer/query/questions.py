"""Which word of a question names what is asked for, rather than what the question is about?

The word after a question word is the verb or the kind of the answer (كم عدد, متى ولد, ما عاصمة).
A text that answers gives the answer in its place, or says it otherwise, so it is evidence of less
weight than the words that question and answer share. With the article it is such a word itself
(ما الصوم).
"""

from __future__ import annotations

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


class Asking:
    """Goes through the words of one query in order, and says what each weighs as part of it."""

    def __init__(self, share: float) -> None:
        """share: what the word that names what is asked for counts."""
        self._share = share
        self._asked = False

    def weight(self, word: QueryWord) -> float:
        """What the next word counts. Stopwords between a question word and its word are passed."""
        analysis = word.analysis
        if analysis.stopword:
            self._asked |= _asks(word.unmarked)
            return 1.0
        asked, self._asked = self._asked, False
        return self._share if asked and not _has_article(analysis.folded) else 1.0

    def pass_over(self) -> None:
        """Something else stands next: what was asked for is named by it."""
        self._asked = False


def _asks(unmarked: str) -> bool:
    return unmarked in QUESTION_WORDS or (
        unmarked[0] in CONJUNCTIONS and unmarked[1:] in QUESTION_WORDS
    )


def _has_article(folded: str) -> bool:
    return strip_article(folded) != folded
