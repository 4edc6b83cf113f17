"""The analyzer as a plain Whoosh analyzer, for anybody's schema.

    from whoosh.fields import ID, TEXT, Schema
    from analyzers import ArabicAnalyzer
    schema = Schema(path=ID(stored=True), body=TEXT(analyzer=ArabicAnalyzer(), stored=True))

It is a Whoosh tokenizer, so `ArabicAnalyzer() | SomeFilter()` works. This is the only module of
`analyzers` that knows about Whoosh.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whoosh.analysis import Token as WhooshToken
from whoosh.analysis import Tokenizer as WhooshTokenizer

from analyzers.analyzer import Analysis, analyze_form
from analyzers.tokenizer import shared_tokenizer

LEVELS = ("unmarked", "folded", "stem", "root")


class ArabicAnalyzer(WhooshTokenizer):  # type: ignore[misc]
    """Yields Whoosh tokens of one level: unmarked, folded, stem (the default) or root.

    Offsets are code points of the value. Stopwords are left out when `stopwords` is False and the
    caller wants them removed (Whoosh's default); positions count the words that remain, as with
    Whoosh's StopFilter, because phrases in its parser cannot have gaps. With `stopwords=True` they
    are words like any other.

    Raises ValueError for an unknown level.
    """

    def __init__(self, level: str = "stem", *, stopwords: bool = False) -> None:
        if level not in LEVELS:
            raise ValueError(f"unknown level {level!r}: one of {', '.join(LEVELS)}")
        self.level = level
        self.stopwords = stopwords

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((self.level, self.stopwords))

    def __call__(
        self,
        value: str,
        positions: bool = False,
        chars: bool = False,
        keeporiginal: bool = False,
        removestops: bool = True,
        start_pos: int = 0,
        start_char: int = 0,
        mode: str = "",
        **kwargs: Any,
    ) -> Iterator[WhooshToken]:
        """Tokenize `value`; the arguments are those that Whoosh gives to every tokenizer."""
        tokenizer = shared_tokenizer()
        found = tokenizer.tokenize(value)
        token = WhooshToken(positions, chars, removestops=removestops, mode=mode, **kwargs)
        spans = zip(
            found.form_ids.tolist(), found.starts.tolist(), found.ends.tolist(), strict=True
        )
        position = start_pos
        for form, start, end in spans:
            analysis: Analysis = analyze_form(tokenizer.forms[form])
            token.stopped = analysis.stopword and not self.stopwords
            if token.stopped and removestops:
                continue
            token.text = getattr(analysis, self.level)
            token.boost = 1.0
            if keeporiginal:
                token.original = value[start:end]
            if positions:
                token.pos = position
                position += 1
            if chars:
                token.startchar = start_char + start
                token.endchar = start_char + end
            yield token
