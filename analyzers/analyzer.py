"""Analyze a written word for the index by composing the steps: form -> (u, f, s, r).

Each step is a function of the one before it (f of u, s of f), so words that match at a stronger
tier match at every weaker one.
"""

from __future__ import annotations

from functools import lru_cache

from analyzers.named import NamedTuple
from analyzers.normalizer import fold
from analyzers.roots import root
from analyzers.stemmer import stem
from analyzers.stopwords import is_stopword


class Analysis(NamedTuple):
    """What the analyzer makes of one unmarked form."""

    unmarked: str
    folded: str
    stem: str
    root: str
    stopword: bool


class Token(NamedTuple):
    """A word of a text: `text[start:end] == word`, offsets in code points, and its `analysis`."""

    word: str
    start: int
    end: int
    analysis: Analysis


@lru_cache(maxsize=1 << 12)
def analyze_form(unmarked: str) -> Analysis:
    """Analyze one unmarked form `u`, as the tokenizer and `normalizer.unmark` give it."""
    folded = fold(unmarked)
    stemmed = stem(folded)
    return Analysis(unmarked, folded, stemmed, root(stemmed), is_stopword(unmarked))


def analyze(text: str) -> list[Token]:
    """The words of a text in order, stopwords included, each with its analysis."""
    from analyzers.tokenizer import shared_tokenizer

    tokenizer = shared_tokenizer()
    tokens = tokenizer.tokenize(text)
    return [
        Token(text[start:end], start, end, analyze_form(tokenizer.forms[form]))
        for form, start, end in zip(
            tokens.form_ids.tolist(), tokens.starts.tolist(), tokens.ends.tolist(), strict=True
        )
    ]
