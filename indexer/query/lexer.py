"""What are the pieces of a query's text? Words, quoted phrases, signs, brackets, names of fields.

Cuts and nothing more: what the pieces mean together is the parser's business.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from analyzers.late import late
from analyzers.named import NamedTuple
from analyzers.normalizer import unmark
from indexer.errors import QueryError
from indexer.query.patterns import within

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
_NAMED = late(r"[^\s():«»\"“„”+-][^\s():«»\"“„”]*:(?=[^\s)])")
"""What may be a field by a name of the index: that may hold digits and _."""

_VALUE = late(r"[^\s()«»\"“„”]+")
CLOSING_MARKS = "؟،؛۔!?.,;:…"
"""What may end a word of a query and belongs to the sentence around it."""

_BOOST = late(r"\^\d+(?:\.\d+)?")
_SUFFIX = late(r"(?:~(?P<slop>\d+))?(?:\^(?P<boost>\d+(?:\.\d+)?))?")


_STRAY_QUOTE = "the quotation mark {} has no partner: it was taken as punctuation"
_STRAY_BRACKET = "the bracket {} has no partner: it was taken as punctuation"
_STRAY_BOOST = "^ without a number was taken as punctuation; نفط^2 counts twice"


_NONE: Mapping[str, str] = MappingProxyType({})


class Lexeme(NamedTuple):
    """A piece of a query, which has `text` at `start`. `kind` is the name of a group of _LEXEME."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the next piece may begin."""
        return self.start + len(self.text)


class Cut(NamedTuple):
    """The pieces of a query, and what is said of signs that were taken as punctuation."""

    lexemes: list[Lexeme]
    notes: list[str]


def cut(text: str, aliases: Mapping[str, str] = _NONE) -> Cut:
    """Cut a query. Brackets and quotation marks without their partner are punctuation.

    `aliases` are other names of fields.

    Raises QueryError for a name that is nearly one of a field.
    """
    lexemes: list[Lexeme] = []
    notes: list[str] = []
    at = 0
    while at < len(text):
        match = _LEXEME.match(text, at)
        if match is None:  # a lone surrogate or the like
            at += 1
            continue
        kind = str(match.lastgroup)
        named = _NAMED.match(text, at) if aliases and kind in ("word", "field") else None
        if named is not None and unmark(named.group()[:-1]) in aliases:
            kind, match = "field", named
        lexeme: Lexeme | None = Lexeme(kind, match.group(), at)
        at = match.end()
        if kind == "quote":
            lexeme = _quoted(text, match.start())
            if lexeme is None:
                notes.append(_STRAY_QUOTE.format(match.group()))
            else:
                at = lexeme.end
        elif kind == "word":
            lexeme = _without_stray_boost(match, lexemes[-1] if lexemes else None, notes)
        elif kind == "field":
            lexeme, at = _named(match, text, aliases)
        if lexeme is None or kind == "space":
            continue
        lexemes.append(lexeme)
        if lexeme.kind == "field" and field_of(lexeme, aliases) in FILTER_FIELDS:
            value = _VALUE.match(text, at)
            if value is not None:  # a path may hold a colon
                lexemes.append(Lexeme("word", value.group(), at))
                at = value.end()
    return _paired(lexemes, notes)


def field_of(lexeme: Lexeme, aliases: Mapping[str, str]) -> str:
    """The field that a name and its colon mean, by one of the names that every index knows."""
    name = unmark(lexeme.text[:-1])
    return aliases.get(name, name)


def _named(match: re.Match[str], text: str, aliases: Mapping[str, str]) -> tuple[Lexeme, int]:
    """A name and its colon: a field, or a word that the colon parts from the next.

    Also where to go on: a whole address is one piece, and a sign right after such a colon is none.
    """
    start, at = match.span()
    name = unmark(match.group()[:-1])
    if name in TEXT_FIELDS or name in FILTER_FIELDS or name in aliases:
        return Lexeme("field", match.group(), start), at
    meant = _nearly_a_field(name, aliases)
    if meant:
        raise QueryError(
            f"there is no field {name}: did you mean {meant}:? For the word, put a space after "
            "the colon",
            text,
            start,
            len(match.group()),
        )
    address = _VALUE.match(text, start) if text.startswith("//", at) else None
    if address is not None:
        return Lexeme("word", address.group(), start), address.end()
    while text[at : at + 1] in ("+", "-"):
        at += 1
    return Lexeme("word", match.group(), start), at


def _nearly_a_field(name: str, aliases: Mapping[str, str]) -> str:
    """The field that a name is one slip away from, empty where it is none.

    A letter more or less, or two exchanged. One letter for another only in names of five letters
    and more: of four it makes words of their own (test, data, يسار). Two letters are no evidence.
    """
    for field in (*TEXT_FIELDS, *FILTER_FIELDS, *aliases):
        slipped = len(name) != len(field) or sorted(name) == sorted(field) or len(field) > 4
        if len(field) > 2 and slipped and within(name, field, 1):
            return field
    return ""


def _paired(lexemes: list[Lexeme], notes: list[str]) -> Cut:
    """The lexemes without brackets that have no partner."""
    opened: list[int] = []
    stray: set[int] = set()
    for number, lexeme in enumerate(lexemes):
        if lexeme.kind == "open":
            opened.append(number)
        elif lexeme.kind == "close":
            if opened:
                opened.pop()
            else:
                stray.add(number)
    stray.update(opened)
    notes += [_STRAY_BRACKET.format(lexemes[number].text) for number in sorted(stray)]
    return Cut([lexeme for n, lexeme in enumerate(lexemes) if n not in stray], notes)


def _without_stray_boost(
    match: re.Match[str], before: Lexeme | None, notes: list[str]
) -> Lexeme | None:
    """A word, without a ^ at its end that no number follows; None where nothing else is left."""
    written = match.group().rstrip(CLOSING_MARKS)
    at = written.find("^")
    behind = at > 0 or (at == 0 and before is not None and before.end == match.start())
    if not behind or (at > 0 and _BOOST.fullmatch(written, at)):
        return Lexeme("word", match.group(), match.start())
    notes.append(_STRAY_BOOST)
    kept = written.rstrip("^")
    return Lexeme("word", kept, match.start()) if kept else None


def _quoted(text: str, start: int) -> Lexeme | None:
    """The phrase that begins at `start`, None where its quotation mark is never closed."""
    closers = _QUOTES[text[start]]
    end = start + 1
    while end < len(text) and text[end] not in closers:
        end += 1
    if end == len(text):
        return None
    suffix = _SUFFIX.match(text, end + 1)
    assert suffix is not None  # noqa: S101  every part of the pattern is optional
    return Lexeme("quote", text[start : suffix.end()], start)


def unquoted(lexeme: Lexeme) -> tuple[str, re.Match[str]]:
    """The text between the quotation marks, and what follows them."""
    stop = max(lexeme.text.rfind(closer) for closer in _QUOTES[lexeme.text[0]])
    suffix = _SUFFIX.fullmatch(lexeme.text, stop + 1)
    assert suffix is not None  # noqa: S101  the lexer matched it
    return lexeme.text[1:stop], suffix
