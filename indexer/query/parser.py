"""What does the text of a query mean? Query text in, plain nodes out, or an error with its place.

    words            best match: any word makes a document belong, more and rarer words rank higher
    «عبارة» "..."    a phrase; `"..."~5` its words near each other; * and ~ as outside
    +word -word      wanted, not wanted        AND OR NOT      (capital letters; و أو ليس are words)
    ( ... )          grouping                  word^2          counts twice
    بيت*  *بيت*      forms that begin with, or hold; a star inside stands for any letters
    كتاب~1           forms that differ by one letter at most (also ~2; ~ is ~1)
    title: عنوان: text: نص: path: مسار: date: تاريخ:          fields

OR binds tighter than the mere standing side by side of words, AND tighter than OR: a b OR c AND d
is a (b OR (c AND d)). Brackets, signs and words side by side mean what they mean to the classic
parser of Lucene; its chains of operators without brackets, where the same text is a b +c +d, are
not followed. A group beside words is as good as one of them: it makes members and adds its score.
Words on both sides of it are no neighbours, and how many words a document holds is counted outside
groups. A sign within one side of an OR says nothing about the other. A quoted phrase is wanted.

A colon after a name that is no field separates words; a name that is nearly a field's is an error.
Brackets and quotation marks without a partner, and ^ without a number, separate words, with a note.

Punctuation that is not listed here, Arabic question marks and commas among it, separates words and
means nothing. Stopwords count only where nothing else is asked for. `plain_query` takes a text as
words only. How large a query may be is said in `limits`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from analyzers.normalizer import plain_words
from analyzers.tokenizer import shared_tokenizer
from analyzers.variants import VariantTable
from indexer.errors import QueryError
from indexer.query import limits
from indexer.query.grammar import ParsedQuery, Reading
from indexer.query.letters import LETTER_SWITCHES, has_marks
from indexer.query.lexer import Cut, cut
from indexer.query.nodes import OtherName, PatternWord, PhraseWord, QueryWord, WordLevel
from indexer.ranking.settings import DEFAULT
from indexer.results import DEFAULT_MATCH, MatchLevel

_SONS = {"بن": "ابن", "ابن": "بن"}
"""Not in the table: outside names بن is another word."""


class QueryParser:
    """Parses queries for one index.

    `fields` are searched where a query names none; `paths` turns a glob into file numbers.
    `match` is the weakest tier that makes a document belong, None for what is usual: "variant", for
    quoted words their letters. With `all_words` every word must belong.
    `variants` is the table of words that stand for each other; `strict` are the foldings turned off
    (`results.STRICT_SWITCHES`). With `respell`, words that the index lacks may be replaced. `asked`
    is what the word that names what is asked for counts, `request` what one does that helps to
    ask. `negation` is what a negator and its word
    count together. `aliases` are other names of fields.
    """

    def __init__(
        self,
        *,
        fields: tuple[str, ...] = ("title", "text"),
        match: MatchLevel | None = None,
        all_words: bool = False,
        paths: Callable[[str], frozenset[int]] = lambda glob: frozenset(),
        variants: VariantTable | None = None,
        strict: frozenset[str] = frozenset(),
        respell: bool = True,
        asked: float = DEFAULT.asked,
        negation: float = DEFAULT.negation,
        aliases: Mapping[str, str] | None = None,
        request: float = DEFAULT.request,
    ) -> None:
        self.respell = respell
        self.aliases = aliases or {}
        self.asked = asked
        self.request = request
        self.negation = negation
        self.fields = fields
        self._match: MatchLevel = match or DEFAULT_MATCH
        self.quoted_level: WordLevel = match or "joined"
        self._all_words = all_words
        self._paths = paths
        self._variants = variants if self._match in ("variant", "root") else None
        self._tokenizer = shared_tokenizer()
        self.letters = strict & LETTER_SWITCHES
        self._marks = "marks" in strict

    def plain_query(self, text: str) -> ParsedQuery:
        """The words of a text, whatever signs stand between them.

        Raises QueryError only for what is larger than a query may be, see `limits`.
        """
        _check_size(text)
        run = Reading(self, text, Cut([], []))
        words = run.words(text, 0)
        return run.result([run.word_clause(word, self.fields) for word in words])

    def parse(self, text: str) -> ParsedQuery:
        """Parse the query language.

        Raises QueryError, with its place, for a name that is nearly a field's, an operator without
        its words, or a date that is none; and for what is larger than a query may be, see `limits`.
        """
        _check_size(text)
        run = Reading(self, text, cut(text, self.aliases))
        return run.result(run.sequence(self.fields))

    def words(self, text: str, start: int) -> list[QueryWord]:
        """The words of a piece of the query that begins at `start`, by the one tokenizer.

        Most pieces are plain words, which it would give back as they are.
        """
        plain = plain_words(text)
        if plain is not None:
            return [QueryWord.of(word, start + s, start + e) for word, s, e in plain]
        tokens = self._tokenizer.tokenize(text)
        found = [
            QueryWord.of(self._tokenizer.forms[form], start + s, start + e)
            for form, s, e in zip(
                tokens.form_ids.tolist(), tokens.starts.tolist(), tokens.ends.tolist(), strict=True
            )
        ]
        return [self._with_marks(word, text, start) for word in found] if self._marks else found

    def _with_marks(self, word: QueryWord, text: str, start: int) -> QueryWord:
        """The word, and how it was written if it bears vowel marks."""
        written = text[word.start - start : word.end - start]
        return word._replace(written=written) if has_marks(written) else word

    @property
    def match(self) -> MatchLevel:
        """The weakest tier that makes a document belong."""
        return self._match

    @property
    def all_words(self) -> bool:
        """Whether every word is wanted."""
        return self._all_words

    def sides_of(self, words: Sequence[QueryWord]) -> tuple[tuple[QueryWord, ...], ...]:
        """What the variant table sets beside these words, each side as words of the query."""
        if self._variants is None:
            return ()
        return _placed(self._variants.sides_of(_forms(words)), words)

    def written_sides_of(self, words: Sequence[QueryWord]) -> tuple[tuple[QueryWord, ...], ...]:
        """The same with the proclitics of the first word, which count where words are quoted."""
        if self._variants is None:
            return ()
        return _placed(self._variants.written_sides_of(_forms(words)), words)

    def other_names(self, words: Sequence[PhraseWord]) -> tuple[OtherName, ...]:
        """What may stand in a phrase for some of its words.

        The sides of the table, and بن for ابن before another name. Not a side that only leaves
        words out (السعودية for العربية السعودية): they were typed.
        """
        found = []
        for first, word in enumerate(words):
            son = _SONS.get(str(word)) if self._variants is not None else None
            if son is not None and first + 1 < len(words):
                found.append(OtherName(first, first + 1, (QueryWord.of(son),)))
            for last in range(first + 1, min(first + self.longest_side, len(words)) + 1):
                name = words[first:last]
                if isinstance(name[-1], PatternWord):
                    break
                forms = tuple(map(str, name))
                sides = () if self._variants is None else self._variants.written_sides_of(forms)
                found += [
                    OtherName(first, last, tuple(map(QueryWord.of, side)))
                    for side in sides
                    if not _is_within(side, forms)
                ]
        return tuple(found)

    @property
    def longest_side(self) -> int:
        """How many words of a query the variant table can take together."""
        return 1 if self._variants is None else self._variants.longest

    def file_numbers(self, glob: str) -> frozenset[int]:
        """The files whose path meets a glob."""
        return self._paths(glob)


def _forms(words: Sequence[QueryWord]) -> tuple[str, ...]:
    return tuple(word.unmarked for word in words)


def _is_within(some: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return any(words[at : at + len(some)] == some for at in range(len(words)))


def _placed(
    sides: Iterable[Sequence[str]], words: Sequence[QueryWord]
) -> tuple[tuple[QueryWord, ...], ...]:
    """Sides of the table as words that stand where these do."""
    start, end = words[0].start, words[-1].end
    return tuple(tuple(QueryWord.of(form, start, end) for form in side) for side in sides)


def _check_size(text: str) -> None:
    if len(text) > limits.CHARACTERS:
        raise QueryError(
            f"a query may have {limits.CHARACTERS:,} characters at most; this one has {len(text):,}"
        )
