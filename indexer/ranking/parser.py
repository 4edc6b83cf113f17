"""What does the text of a query mean? Query text in, Whoosh query out, or an error with its place.

    words            best match: any word makes a document belong, more and rarer words rank higher
    «عبارة» "..."    a phrase; `"..."~5` its words near each other
    +word -word      wanted, not wanted        AND OR NOT      (capital letters; و أو ليس are words)
    ( ... )          grouping                  word^2          counts twice
    بيت*  *بيت*      forms that begin with, or hold
    title: عنوان: text: نص: path: مسار: date: تاريخ:          fields

OR binds tighter than the mere standing side by side of words, AND tighter than OR. Punctuation
that is not listed here, Arabic question marks and commas among it, separates words and means
nothing. `plain_query` takes a text as words only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from whoosh import query as whoosh_query

from analyzers.normalizer import fold, unmark
from analyzers.tokenizer import Tokenizer
from indexer.errors import QueryError
from indexer.ranking.expand import QueryWord
from indexer.ranking.queries import FilterQuery, FormsQuery, PatternQuery, PhraseQuery, StemQuery

TEXT_FIELDS = {"title": "title", "عنوان": "title", "text": "text", "نص": "text"}
FILTER_FIELDS = {"path": "path", "مسار": "path", "date": "date", "تاريخ": "date"}

_QUOTES = {"«": "»", '"': '"', "“": "”", "„": "“”", "”": "”"}
_LEXEME = re.compile(
    r"""(?P<space>\s+)
      | (?P<open>\()
      | (?P<close>\))
      | (?P<quote>[«"“„”])
      | (?P<sign>(?<![^\s(])[+-](?=[^\s+-]))
      | (?P<field>[^\W\d_]+:(?=\S))
      | (?P<word>[^\s()«»"“„”]+)
      | (?P<other>.)""",
    re.VERBOSE,
)
_SUFFIX = re.compile(r"(?:~(?P<slop>\d+))?(?:\^(?P<boost>\d+(?:\.\d+)?))?")
_WORD_SUFFIX = re.compile(r"\^(\d+(?:\.\d+)?)$")
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query ready to run.

    `words` are all words that can add to a score, in order, for messages and highlighting;
    `leaves` the queries they became. `notes` tell what the query was taken to mean where a
    reader could wonder.
    """

    query: Any
    words: tuple[QueryWord, ...]
    leaves: tuple[FormsQuery, ...]
    notes: tuple[str, ...] = ()

    @property
    def patterns(self) -> tuple[PatternQuery, ...]:
        """The words with a star among the leaves."""
        return tuple(leaf for leaf in self.leaves if isinstance(leaf, PatternQuery))


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class _Clause:
    """One item of a sequence: its query and its sign. `weak`: it holds stopwords only.

    '+' wanted, '-' not wanted, '=' a filter that restricts the others, '' as good as any other.
    """

    query: Any
    sign: str
    weak: bool = False


class QueryParser:
    """Parses queries for one index.

    `fields` are searched where a query names none; `paths` turns a glob into file numbers.
    `match` is the weakest tier that makes a document belong; with `all_words` every word must.
    """

    def __init__(
        self,
        *,
        fields: tuple[str, ...] = ("title", "text"),
        match: str = "variant",
        all_words: bool = False,
        paths: Callable[[str], frozenset[int]] = lambda glob: frozenset(),
    ) -> None:
        self._fields = fields
        self._match = match
        self._all_words = all_words
        self._paths = paths
        self._tokenizer = Tokenizer()

    def plain_query(self, text: str) -> ParsedQuery:
        """The words of a text, whatever signs stand between them. Never an error."""
        run = _Run(self, text, [])
        words = self.words(text, 0)
        return run.result([run.word_clause(word, self._fields) for word in words])

    def parse(self, text: str) -> ParsedQuery:
        """Parse the query language.

        Raises QueryError, with its place, for an unknown field, an unclosed bracket or quote, an
        operator without its words, or a date that is none.
        """
        run = _Run(self, text, _lexemes(text))
        return run.result(run.sequence(self._fields, closing=None))

    def words(self, text: str, start: int) -> list[QueryWord]:
        """The words of a piece of the query that begins at `start`, by the one tokenizer."""
        tokens = self._tokenizer.tokenize(text)
        return [
            QueryWord.of(self._tokenizer.forms[form], start + s, start + e)
            for form, s, e in zip(
                tokens.form_ids.tolist(), tokens.starts.tolist(), tokens.ends.tolist(), strict=True
            )
        ]

    @property
    def match(self) -> str:
        """The weakest tier that makes a document belong."""
        return self._match

    @property
    def all_words(self) -> bool:
        """Whether every word is wanted."""
        return self._all_words

    def file_numbers(self, glob: str) -> frozenset[int]:
        """The files whose path meets a glob."""
        return self._paths(glob)


def _lexemes(text: str) -> list[_Lexeme]:
    lexemes: list[_Lexeme] = []
    at = 0
    while at < len(text):
        match = _LEXEME.match(text, at)
        if match is None:  # a lone surrogate or the like
            at += 1
            continue
        kind = str(match.lastgroup)
        lexeme = _quoted(text, at) if kind == "quote" else _Lexeme(kind, match.group(), at)
        if kind != "space":
            lexemes.append(lexeme)
        at = lexeme.end
    return lexemes


def _quoted(text: str, start: int) -> _Lexeme:
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
    return _Lexeme("quote", text[start : suffix.end()], start)


class _Run:
    """One parse: the lexemes left, and what was met on the way."""

    def __init__(self, parser: QueryParser, text: str, lexemes: list[_Lexeme]) -> None:
        self.parser = parser
        self.text = text
        self.lexemes = lexemes
        self.at = 0
        self.leaves: list[FormsQuery] = []
        self.negated = 0

    def result(self, clauses: list[_Clause]) -> ParsedQuery:
        """The whole query from its outermost clauses."""
        stop_only = bool(clauses) and all(c.weak for c in clauses)
        notes = ("the query holds nothing but stopwords; they were searched",) if stop_only else ()
        query = self.combine(clauses)
        words = {(word.start, word.end): word for leaf in self.leaves for word in leaf_words(leaf)}
        ordered = tuple(words[key] for key in sorted(words))
        return ParsedQuery(query, ordered, tuple(self.leaves), notes)

    def peek(self) -> _Lexeme | None:
        """The next lexeme, None at the end."""
        return self.lexemes[self.at] if self.at < len(self.lexemes) else None

    def sequence(self, fields: tuple[str, ...], closing: _Lexeme | None) -> list[_Clause]:
        """Clauses side by side, up to a closing bracket or the end."""
        clauses: list[_Clause] = []
        while (lexeme := self.peek()) is not None:
            if lexeme.kind == "close":
                if closing is None:
                    raise QueryError(
                        "this bracket was never opened: take it out", self.text, lexeme.start
                    )
                self.at += 1
                return clauses
            clauses.extend(self.alternatives(fields))
        if closing is not None:
            raise QueryError("this bracket is never closed: add )", self.text, closing.start)
        return clauses

    def alternatives(self, fields: tuple[str, ...]) -> list[_Clause]:
        """Clauses joined by OR."""
        first = self.conjunction(fields)
        operands = [first]
        while self._take_operator("OR"):
            operands.append(self.conjunction(fields))
        if len(operands) == 1:
            return first
        return [_Clause(whoosh_query.Or([self.combine(o) for o in operands]), "")]

    def conjunction(self, fields: tuple[str, ...]) -> list[_Clause]:
        """Clauses joined by AND."""
        first = self.item(fields)
        operands = [first]
        while self._take_operator("AND"):
            operands.append(self.item(fields))
        if len(operands) == 1:
            return first
        return [_Clause(_conjoined([c for o in operands for c in o], self.combine), "")]

    def _take_operator(self, name: str) -> bool:
        lexeme = self.peek()
        if lexeme is None or lexeme.kind != "word" or lexeme.text != name:
            return False
        self.at += 1
        after = self.peek()
        if after is None or after.kind == "close" or after.text in ("AND", "OR"):
            raise QueryError(
                f"{name} needs words on both sides", self.text, lexeme.start, len(name)
            )
        return True

    def item(self, fields: tuple[str, ...]) -> list[_Clause]:
        """One clause, or several where a word of the query is several to the tokenizer."""
        lexeme = self.lexemes[self.at]
        self.at += 1
        if lexeme.kind == "sign":
            return self.signed(lexeme, lexeme.text, fields)
        if lexeme.kind == "word" and lexeme.text == "NOT":
            return self.signed(lexeme, "-", fields)
        if lexeme.kind == "word" and lexeme.text in ("AND", "OR"):
            raise QueryError(
                f"{lexeme.text} needs words on both sides",
                self.text,
                lexeme.start,
                len(lexeme.text),
            )
        if lexeme.kind == "open":
            clauses = self.sequence(fields, closing=lexeme)
            if not clauses:
                return []
            weak = all(clause.weak for clause in clauses)
            return [_Clause(self.combine(clauses), "", weak)]
        if lexeme.kind == "quote":
            return self.phrase(lexeme, fields)
        if lexeme.kind == "field":
            return self.fielded(lexeme, fields)
        return self.word(lexeme, fields) if lexeme.kind == "word" else []

    def signed(self, sign: _Lexeme, kind: str, fields: tuple[str, ...]) -> list[_Clause]:
        """A clause that is wanted or not wanted."""
        if self.peek() is None or self.lexemes[self.at].kind == "close":
            raise QueryError(
                f"{sign.text} needs a word after it", self.text, sign.start, len(sign.text)
            )
        held = len(self.leaves)
        clauses = self.item(fields)
        if kind == "-":
            del self.leaves[held:]  # what must not be there is neither scored nor shown
        return [replace(clause, sign=kind, weak=False) for clause in clauses]

    def fielded(self, lexeme: _Lexeme, fields: tuple[str, ...]) -> list[_Clause]:
        """A clause in a field of its own."""
        name = unmark(lexeme.text[:-1])
        if name in TEXT_FIELDS:
            return self.item((TEXT_FIELDS[name],)) if self.peek() else []
        if name not in FILTER_FIELDS:
            known = ", ".join(f"{field}:" for field in (*TEXT_FIELDS, *FILTER_FIELDS))
            raise QueryError(
                f"there is no field {name}: (known are {known}); put the words in quotation marks "
                "to search for them",
                self.text,
                lexeme.start,
                len(lexeme.text),
            )
        value = self.lexemes[self.at]
        self.at += 1
        if FILTER_FIELDS[name] == "date":
            query = FilterQuery(dates=self._dates(value))
        else:
            query = FilterQuery(files=self.parser.file_numbers(value.text.strip('«»"“”')))
        return [_Clause(query, "=")]

    def _dates(self, lexeme: _Lexeme) -> tuple[str, str]:
        text = unmark(lexeme.text)
        first, dots, last = text.partition("..")
        last = last if dots else first
        for date in (first, last):
            if (date and not _DATE.fullmatch(date)) or not (first or last):
                raise QueryError(
                    "a date is written 2017, 2017-11 or 2017-11-28, a range 2017-11..2017-12",
                    self.text,
                    lexeme.start,
                    len(lexeme.text),
                )
        return first, last

    def phrase(self, lexeme: _Lexeme, fields: tuple[str, ...]) -> list[_Clause]:
        """A quoted phrase, with its slop and boost."""
        closers = _QUOTES[lexeme.text[0]]
        stop = max(lexeme.text.rfind(closer) for closer in closers)
        words = self.parser.words(lexeme.text[1:stop], lexeme.start + 1)
        suffix = _SUFFIX.fullmatch(lexeme.text, stop + 1)
        assert suffix is not None  # noqa: S101  the lexer matched it
        boost = float(suffix["boost"] or 1)
        if not words:
            return []
        if len(words) == 1:
            return [self.word_clause(words[0], fields, boost, match="folded")]
        slop = int(suffix["slop"]) if suffix["slop"] else None
        level = "exact" if self.parser.match == "exact" else "folded"
        query = PhraseQuery(fields, tuple(words), level=level, slop=slop, boost=boost)
        self.leaves.append(query)
        return [_Clause(query, "+")]

    def word(self, lexeme: _Lexeme, fields: tuple[str, ...]) -> list[_Clause]:
        """A word, with its star and boost; or the several words that the tokenizer finds in it."""
        text, boost = lexeme.text, 1.0
        if match := _WORD_SUFFIX.search(text):
            text, boost = text[: match.start()], float(match[1])
        words = self.parser.words(text, lexeme.start)
        if len(words) == 1 and text.endswith("*"):
            return [self._pattern(words[0], fields, boost, infix=text.startswith("*"))]
        return [self.word_clause(word, fields, boost) for word in words]

    def _pattern(
        self, word: QueryWord, fields: tuple[str, ...], boost: float, *, infix: bool
    ) -> _Clause:
        query = PatternQuery(fields, fold(word.unmarked), infix=infix, boost=boost)
        self.leaves.append(query)
        return _Clause(query, "")

    def word_clause(
        self, word: QueryWord, fields: tuple[str, ...], boost: float = 1.0, match: str = ""
    ) -> _Clause:
        """The clause of a single word. `match` narrows the parser's own."""
        level = self.parser.match
        if match and level != "exact":
            level = match
        query = StemQuery(fields, word, level, boost)
        self.leaves.append(query)
        return _Clause(query, "", weak=word.analysis.stopword)

    def combine(self, clauses: Sequence[_Clause]) -> Any:
        """One query from clauses side by side, stopwords left out where anything else stands."""
        kept = [c for c in clauses if not c.weak] if any(not c.weak for c in clauses) else clauses
        for clause in clauses:
            if clause not in kept and clause.query in self.leaves:
                self.leaves.remove(clause.query)
        must = [c.query for c in kept if c.sign == "+"]
        may = [c.query for c in kept if c.sign == ""]
        never = [c.query for c in kept if c.sign == "-"]
        if self.parser.all_words:
            must, may = must + may, []
        filters = [c.query for c in kept if c.sign == "="]
        return _assemble(must, may, never, filters)


def _assemble(must: list[Any], may: list[Any], never: list[Any], filters: list[Any]) -> Any:
    query: Any = whoosh_query.NullQuery
    if must and may:
        query = whoosh_query.AndMaybe(_joined(whoosh_query.And, must), _joined_or(may))
    elif must:
        query = _joined(whoosh_query.And, must)
    elif may:
        query = _joined_or(may)
    elif never or filters:
        query = whoosh_query.Every(boost=0.0)
    if filters:
        query = whoosh_query.Require(query, _joined(whoosh_query.And, filters))
    if never:
        query = whoosh_query.AndNot(query, _joined_or(never))
    return query


def _joined(kind: Any, queries: list[Any]) -> Any:
    return queries[0] if len(queries) == 1 else kind(queries)


def _joined_or(queries: list[Any]) -> Any:
    return _joined(whoosh_query.Or, queries)


def _conjoined(clauses: list[_Clause], combine: Callable[[list[_Clause]], Any]) -> Any:
    """AND: every operand is wanted, unless it says itself that it is not."""
    strong = [replace(c, sign=c.sign or "+") for c in clauses]
    return combine(strong)


def leaf_words(leaf: FormsQuery) -> tuple[QueryWord, ...]:
    """The words that a leaf of a query stands for; a pattern stands for none."""
    if isinstance(leaf, StemQuery):
        return (leaf.word,)
    if isinstance(leaf, PhraseQuery):
        return leaf.words
    return ()
