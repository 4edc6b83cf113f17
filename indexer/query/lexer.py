"""What are the pieces of a query's text? Words, quoted phrases, signs, brackets, names of fields.

Cuts and nothing more: what the pieces mean together is the parser's business.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from analyzers.normalizer import unmark
from indexer.errors import QueryError

TEXT_FIELDS = {"title": "title", "عنوان": "title", "text": "text", "نص": "text"}
FILTER_FIELDS = {"path": "path", "مسار": "path", "date": "date", "تاريخ": "date"}

_QUOTES = {"«": "»", '"': '"', "“": "”", "„": "“”", "”": "”"}
_LEXEME = re.compile(
    r"""(?P<space>\s+)
      | (?P<open>\()
      | (?P<close>\))
      | (?P<quote>[«"“„”])
      | (?P<sign>(?<![^\s(:])[+-](?=[^\s+-]))
      | (?P<field>[^\W\d_]+:(?=[^\s)]))
      | (?P<word>[^\s()«»"“„”]+)
      | (?P<other>.)""",
    re.VERBOSE,
)
_VALUE = re.compile(r"[^\s()«»\"“„”]+")
CLOSING_MARKS = "؟،؛۔!?.,;:…"
"""What may end a word of a query and belongs to the sentence around it."""

_BOOST = re.compile(r"\^\d+(?:\.\d+)?")
_SUFFIX = re.compile(r"(?:~(?P<slop>\d+))?(?:\^(?P<boost>\d+(?:\.\d+)?))?")


class Lexeme(NamedTuple):
    """A piece of a query, which has `text` at `start`. `kind` is the name of a group of _LEXEME."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the next piece may begin."""
        return self.start + len(self.text)


def lexemes_of(text: str) -> list[Lexeme]:
    """Cut a query. Raises QueryError where a quotation mark is never closed."""
    lexemes: list[Lexeme] = []
    at = 0
    while at < len(text):
        match = _LEXEME.match(text, at)
        if match is None:  # a lone surrogate or the like
            at += 1
            continue
        kind = str(match.lastgroup)
        lexeme = _quoted(text, at) if kind == "quote" else Lexeme(kind, match.group(), at)
        if kind == "word":
            _check_boost(lexeme, lexemes[-1] if lexemes else None, text)
        if kind != "space":
            lexemes.append(lexeme)
        at = lexeme.end
        if kind == "field" and unmark(lexeme.text[:-1]) in FILTER_FIELDS:
            value = _VALUE.match(text, at)
            if value is not None:  # a path may hold a colon
                lexemes.append(Lexeme("word", value.group(), at))
                at = value.end()
    return lexemes


def _check_boost(word: Lexeme, before: Lexeme | None, text: str) -> None:
    """Raise QueryError for a ^ behind a word, phrase or bracket that no number follows."""
    written = word.text.rstrip(CLOSING_MARKS)
    at = written.find("^")
    behind = at > 0 or (at == 0 and before is not None and before.end == word.start)
    if behind and not (at > 0 and _BOOST.fullmatch(written, at)):
        raise QueryError(
            "after ^ stands how much a word or a phrase counts, as in نفط^2",
            text,
            word.start + at,
            len(written) - at,
        )


def _quoted(text: str, start: int) -> Lexeme:
    closers = _QUOTES[text[start]]
    end = start + 1
    while end < len(text) and text[end] not in closers:
        end += 1
    if end == len(text):
        raise QueryError(
            f"the quotation mark {text[start]} is never closed: add {closers[0]} or take it out",
            text,
            start,
        )
    suffix = _SUFFIX.match(text, end + 1)
    assert suffix is not None  # noqa: S101  every part of the pattern is optional
    return Lexeme("quote", text[start : suffix.end()], start)


def unquoted(lexeme: Lexeme) -> tuple[str, re.Match[str]]:
    """The text between the quotation marks, and what follows them."""
    stop = max(lexeme.text.rfind(closer) for closer in _QUOTES[lexeme.text[0]])
    suffix = _SUFFIX.fullmatch(lexeme.text, stop + 1)
    assert suffix is not None  # noqa: S101  the lexer matched it
    return lexeme.text[1:stop], suffix
