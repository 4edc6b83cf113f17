"""Build clauses from the pieces of a query: one method per rule of the grammar; see `parser`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from analyzers.late import late
from analyzers.named import NamedTuple
from analyzers.normalizer import unmark
from indexer.errors import QueryError
from indexer.query import limits
from indexer.query.clauses import Clause, Composer, Options, joined
from indexer.query.lexer import (
    CLOSING_MARKS,
    FILTER_FIELDS,
    TEXT_FIELDS,
    Cut,
    Lexeme,
    field_of,
    unquoted,
)
from indexer.query.negations import parted
from indexer.query.nodes import (
    FilterQuery,
    Leaf,
    Node,
    OrQuery,
    OtherName,
    PatternQuery,
    PatternWord,
    PhraseQuery,
    PhraseWord,
    QueryWord,
    Question,
    Side,
    StemQuery,
    WordLevel,
    leaf_words,
    patterns_of,
)
from indexer.query.patterns import FormPattern, Fuzzy, Wildcard
from indexer.query.questions import WHETHER, Asking
from indexer.results import DAYS_WRITTEN, MatchLevel, is_day

_WORD_SUFFIX = re.compile(r"(?P<fuzzy>~\d*)?(?:\^(?P<boost>\d+(?:\.\d+)?))?$")
_PIECES = late(r"[^\s()]+")
"""What stands between blanks or brackets in a phrase."""


_POINTED_AT = 20
"""Code points of what is too long that an error points at."""

_STOPWORDS_ONLY = "the query holds nothing but stopwords; they were searched"
_NO_WORDS = "the query holds no words, so nothing was searched"
_STRAY_STAR = "a star stands for letters of a word (بيت*, *بيت*, م*تب); others were ignored"
_STRAY_TILDE = 'a tilde stands after one word (كتاب~1) or a phrase ("..."~5); others were ignored'


class ParsedQuery(NamedTuple):
    """A query ready to run.

    `words` are all words that can add to a score, in order, for messages and highlighting;
    `leaves` the queries they became. `notes` tell what the query was taken to mean where a
    reader could wonder.
    """

    query: Node
    words: tuple[QueryWord, ...]
    leaves: tuple[Leaf, ...]
    notes: tuple[str, ...] = ()


class Settings(Options, Protocol):
    """What reading asks of a parser."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that are searched where a query names none."""

    @property
    def match(self) -> MatchLevel:
        """The weakest tier that makes a document match."""

    @property
    def aliases(self) -> Mapping[str, str]:
        """Other names of fields."""

    @property
    def quoted_level(self) -> WordLevel:
        """How quoted words are compared."""

    def written_sides_of(self, words: Sequence[QueryWord]) -> tuple[Side, ...]:
        """What the variant table sets beside words, with the proclitics of the first."""

    def other_names(self, words: Sequence[PhraseWord]) -> tuple[OtherName, ...]:
        """What may stand in a phrase for some of its words."""

    @property
    def asked(self) -> float:
        """What the word counts that names what a question asks for."""

    @property
    def request(self) -> float:
        """What a word counts that only helps to ask."""

    @property
    def respell(self) -> bool:
        """Whether words that the index lacks may be replaced."""

    def words(self, text: str, start: int) -> list[QueryWord]:
        """The words of a piece of the query that begins at `start`."""

    def file_numbers(self, glob: str) -> frozenset[int]:
        """The files whose path matches a glob."""


class Reading(Composer):
    """The state of one parse: the remaining lexemes, and what was found so far."""

    def __init__(self, parser: Settings, text: str, pieces: Cut) -> None:
        super().__init__(parser)
        self.parser = parser
        self.text = text
        self.fields = parser.fields
        self.lexemes = pieces.lexemes
        self.at = 0
        self.depth = 0
        self.asking = Asking(parser.asked, parser.request)
        self.notes = list(pieces.notes)
        self._different: set[Leaf] = set()
        self._terms = 0
        self._patterns = 0

    def result(self, clauses: list[Clause]) -> ParsedQuery:
        """The whole query from its outermost clauses."""
        if all(c.weak for c in clauses):
            self.notes.append(_STOPWORDS_ONLY if clauses else _NO_WORDS)
        query = self.combine(clauses, self._question())
        words = {(word.start, word.end): word for leaf in self.leaves for word in leaf_words(leaf)}
        ordered = tuple(words[key] for key in sorted(words))
        return ParsedQuery(query, ordered, tuple(self.leaves), tuple(dict.fromkeys(self.notes)))

    def _question(self) -> Question | None:
        """What the words read so far ask together."""
        word, noun = self.asking.question_word, self.asking.noun
        if not word:
            return None
        if noun is None or self.parser.match not in ("variant", "root"):
            return Question(word == WHETHER)
        asked = StemQuery(
            self.fields, QueryWord.of(noun), self.parser.match, strict=self.parser.letters,
            respell=False,
        )  # fmt: skip
        return Question(word == WHETHER, asked)

    def peek(self) -> Lexeme | None:
        """The next lexeme, None at the end."""
        return self.lexemes[self.at] if self.at < len(self.lexemes) else None

    def sequence(self, fields: tuple[str, ...]) -> list[Clause]:
        """Clauses side by side, up to a closing bracket or the end."""
        clauses: list[Clause] = []
        while (lexeme := self.peek()) is not None:
            if lexeme.kind == "close":
                self.at += 1
                return clauses
            clauses.extend(self.alternatives(fields))
        return clauses

    def alternatives(self, fields: tuple[str, ...]) -> list[Clause]:
        """Clauses joined by OR."""
        first = self.conjunction(fields)
        operands = [first]
        while self._take_operator("OR"):
            operands.append(self.conjunction(fields))
        held = [operand for operand in operands if operand]
        if len(operands) == 1 or not held:
            return first
        weak = [all(clause.weak for clause in operand) for operand in held]
        if not all(weak):
            self.forget(c for o, dropped in zip(held, weak, strict=True) if dropped for c in o)
            held = [o for o, dropped in zip(held, weak, strict=True) if not dropped]
        return [Clause(joined(OrQuery, [self.combine(o) for o in held]), "", all(weak))]

    def conjunction(self, fields: tuple[str, ...]) -> list[Clause]:
        """Clauses joined by AND."""
        first = self.item(fields)
        operands = [first]
        while self._take_operator("AND"):
            operands.append(self.item(fields))
        clauses = [clause for operand in operands for clause in operand]
        if len(operands) == 1 or not clauses:
            return first
        return [self.conjoined(clauses)]

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

    def item(self, fields: tuple[str, ...]) -> list[Clause]:
        """One clause, or several where a word of the query is several to the tokenizer."""
        lexeme = self.lexemes[self.at]
        self.at += 1
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise QueryError("the query is nested too deeply", self.text, lexeme.start)
        clauses = self.clauses_of(lexeme, fields)
        self.depth -= 1
        return clauses

    def clauses_of(self, lexeme: Lexeme, fields: tuple[str, ...]) -> list[Clause]:
        """What an item means that begins with this lexeme."""
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
            clauses = self.sequence(fields)
            if not clauses:
                return []
            weak = all(clause.weak for clause in clauses)
            return [Clause(self.combine(clauses), "", weak)]
        if lexeme.kind == "quote":
            return self.phrase(lexeme, fields)
        if lexeme.kind == "field":
            return self.fielded(lexeme, fields)
        return self.word(lexeme, fields) if lexeme.kind == "word" else []

    def signed(self, sign: Lexeme, kind: str, fields: tuple[str, ...]) -> list[Clause]:
        """A clause that is required or excluded."""
        if self.peek() is None or self.lexemes[self.at].kind == "close":
            raise QueryError(
                f"{sign.text} needs a word after it", self.text, sign.start, len(sign.text)
            )
        held = len(self.leaves)
        clauses = self.item(fields)
        if kind == "+":
            return [clause._replace(sign=clause.sign or "+", weak=False) for clause in clauses]
        if len(clauses) > 1 or any(clause.sign == "-" for clause in clauses):
            clauses = [self.conjoined(clauses)]  # the parts of one word, all of them; NOT NOT
        del self.leaves[held:]  # what must not be there is neither scored nor shown
        return [clause._replace(sign="-", weak=False) for clause in clauses]

    def fielded(self, lexeme: Lexeme, fields: tuple[str, ...]) -> list[Clause]:
        """A clause in a field of its own."""
        name = field_of(lexeme, self.parser.aliases)
        if name in TEXT_FIELDS:
            return self.item((TEXT_FIELDS[name],)) if self.peek() else []
        if self.peek() is None:
            raise QueryError(f"{lexeme.text} needs its value right after it", self.text, lexeme.end)
        value = self.lexemes[self.at]
        self.at += 1
        if value.kind not in ("word", "quote"):
            raise QueryError(
                f"{lexeme.text} needs its value right after it", self.text, value.start
            )
        text = unquoted(value)[0] if value.kind == "quote" else value.text
        written = lexeme.text + value.text
        if FILTER_FIELDS[name] == "date":
            query = FilterQuery(dates=self._dates(value, unmark(text)), written=written)
        else:
            query = FilterQuery(files=self.parser.file_numbers(text), written=written)
        return [Clause(query, "=")]

    def _dates(self, lexeme: Lexeme, text: str) -> tuple[str, str]:
        """(first, last) of a date or a range, either may be empty; raises QueryError otherwise."""
        first, dots, last = text.partition("..")
        last = last if dots else first
        for date in (first, last):
            if (date and not is_day(date)) or not (first or last):
                raise QueryError(
                    f"a date is written {DAYS_WRITTEN}, a range 2017-11..2017-12",
                    self.text,
                    lexeme.start,
                    len(lexeme.text),
                )
        return first, last

    def phrase(self, lexeme: Lexeme, fields: tuple[str, ...]) -> list[Clause]:
        """A quoted phrase, with its slop and boost. A quoted word is a phrase of one."""
        text, suffix = unquoted(lexeme)
        words = self._quoted_words(text, lexeme.start + 1)
        boost = _boost(suffix["boost"])
        if not words:
            return []
        self.asking.pass_over()
        if len(words) == 1:
            clause = self._quoted_word(words[0], fields, boost)
            return [clause._replace(sign="" if clause.weak else "+")]
        slop = self._slop(lexeme, suffix)
        query = PhraseQuery(
            fields,
            tuple(words),
            level=self.parser.quoted_level if slop is None else self.parser.match,
            slop=slop,
            boost=boost,
            strict=self.parser.letters,
            others=self.parser.other_names(words),
        )
        self._hold(query)
        return [Clause(query, "+")]

    def _quoted_words(self, text: str, start: int) -> list[PhraseWord]:
        """The words of a phrase, those with a star or a tilde as patterns."""
        if "*" not in text and "~" not in text:
            return list(self.words(text, start))
        found: list[PhraseWord] = []
        for piece in _PIECES.finditer(text):
            written, at = piece.group().rstrip(CLOSING_MARKS), start + piece.start()
            suffix = _WORD_SUFFIX.search(written)
            assert suffix is not None  # noqa: S101  every part of the pattern is optional
            pattern, words = self._pattern_or_words(written[: suffix.start()], at, suffix)
            if pattern is not None:
                found.append(PatternWord(pattern, at, at + len(written)))
            elif words:
                found += words
            elif "*" in written:
                self.notes.append(_STRAY_STAR)
        return found

    def _quoted_word(self, word: PhraseWord, fields: tuple[str, ...], boost: float) -> Clause:
        if isinstance(word, PatternWord):
            return self._pattern(word.pattern, fields, boost)
        return self.word_clause(word, fields, boost, quoted=True)

    def _slop(self, lexeme: Lexeme, suffix: re.Match[str]) -> int | None:
        """How many other words may stand between those of a phrase; None where none is said."""
        if not suffix["slop"]:
            return None
        slop = limits.number(suffix["slop"], limits.SLOP)
        if slop > limits.SLOP:
            raise QueryError(
                f"at most {limits.SLOP:,} words may stand between those of a phrase",
                self.text,
                lexeme.start + suffix.start("slop"),
                min(len(suffix["slop"]), _POINTED_AT),
            )
        return slop

    def word(self, lexeme: Lexeme, fields: tuple[str, ...]) -> list[Clause]:
        """A word, with star, tilde and boost; or the several words that the tokenizer finds in it.

        Raises QueryError where a tilde allows more edits than can be looked for.
        """
        text = lexeme.text.rstrip(CLOSING_MARKS)
        suffix = _WORD_SUFFIX.search(text)
        assert suffix is not None  # noqa: S101  every part of the pattern is optional
        text, boost = text[: suffix.start()], _boost(suffix["boost"])
        pattern, words = self._pattern_or_words(text, lexeme.start, suffix)
        if pattern is not None:
            return [self._pattern(pattern, fields, boost)]
        return [self.word_clause(word, fields, boost) for word in words]

    def _pattern_or_words(
        self, text: str, start: int, suffix: re.Match[str]
    ) -> tuple[FormPattern | None, list[QueryWord]]:
        """What is written between blanks: a pattern, or the words that it is else.

        `suffix` is what follows `text`, which begins at `start`.
        """
        self._check_length(start, len(text) if "*" in text else 0)
        pieces = self._pieces(text) if "*" in text else ()
        if pieces and not suffix["fuzzy"]:
            return Wildcard(pieces), []
        words = self.words(text, start)
        if words and "*" in text:
            self.notes.append(_STRAY_STAR)
        if len(words) == 1 and suffix["fuzzy"]:
            edits = limits.number(suffix["fuzzy"][1:] or "1", limits.EDITS)
            if edits > limits.EDITS:
                raise QueryError(
                    f"a word may be misspelled by {limits.EDITS} letters at most, as in "
                    f"{words[0].unmarked}~{limits.EDITS}",
                    self.text,
                    start + len(text),
                    min(len(suffix["fuzzy"]), _POINTED_AT),
                )
            if edits:
                return Fuzzy(words[0].unmarked, edits), []
        elif words and suffix["fuzzy"]:
            self.notes.append(_STRAY_TILDE)
        return None, words

    def _pieces(self, text: str) -> tuple[str, ...]:
        """The unmarked pieces of a word between its stars; () where one is no piece of a word."""
        pieces = []
        for piece in re.split(r"\*+", text):
            words = self.parser.words(piece, 0)
            if len(words) > 1 or (piece and not words):
                return ()
            pieces.append(words[0].unmarked if words else "")
        return tuple(pieces) if any(pieces) else ()

    def _pattern(self, pattern: FormPattern, fields: tuple[str, ...], boost: float) -> Clause:
        self.asking.pass_over()
        query = PatternQuery(fields, pattern, boost, strict=self.parser.letters)
        self._hold(query)
        return Clause(query, "")

    def word_clause(
        self,
        word: QueryWord,
        fields: tuple[str, ...],
        boost: float = 1.0,
        *,
        quoted: bool = False,
    ) -> Clause:
        """The clause of a single word."""
        level = self.parser.quoted_level if quoted else self.parser.match
        lettered = level == "joined"
        sides = self.parser.written_sides_of if lettered else self.parser.sides_of
        found = sides((word,))
        query = StemQuery(
            fields,
            word,
            level,
            boost * self.asking.weight(word),
            variants=tuple(side[0].unmarked for side in found if len(side) == 1),
            sides=(*(side for side in found if len(side) > 1), *self._in_two_words(word, level)),
            strict=self.parser.letters,
            respell=self.parser.respell and not lettered,
            quoted=quoted,
        )
        self._hold(query)
        return Clause(query, "", weak=word.analysis.stopword)

    def _in_two_words(self, word: QueryWord, level: WordLevel) -> tuple[Side, ...]:
        """A word in لا as two, where other spellings count."""
        return parted(word) if level in ("variant", "root") else ()

    def words(self, text: str, start: int) -> list[QueryWord]:
        """The words of a piece of the query that begins at `start`.

        Raises QueryError where one is longer than a word may be.
        """
        words = self.parser.words(text, start)
        for word in words:
            self._check_length(word.start, len(word.unmarked))
        return words

    def _check_length(self, start: int, letters: int) -> None:
        if letters > limits.LETTERS:
            raise QueryError(
                f"a word of a query may have {limits.LETTERS:,} letters at most; this one has "
                f"{letters:,}",
                self.text,
                start,
                _POINTED_AT,
            )

    def _hold(self, leaf: Leaf) -> None:
        """Keep a leaf of the query. Raises QueryError where there are more than may be."""
        self.leaves.append(leaf)
        if leaf in self._different:
            return
        self._different.add(leaf)
        self._terms += max(len(leaf_words(leaf)), 1)
        self._patterns += len(patterns_of(leaf))
        if self._terms > limits.TERMS:
            raise QueryError(
                f"a query may hold {limits.TERMS:,} different words at most: leave some out"
            )
        if self._patterns > limits.PATTERNS:
            raise QueryError(
                f"a query may hold {limits.PATTERNS} different words with a star or ~ at most: "
                "leave some out"
            )


def _boost(digits: str | None) -> float:
    return min(float(digits), limits.BOOST) if digits else 1.0
