"""How are the steps of the analyzer told? Each with its result and its rule, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzers.named import NamedTuple
from analyzers.steps import Steps, steps
from analyzers.suffixes import PLURALS, PRONOUNS

if TYPE_CHECKING:
    from analyzers import Token
    from analyzers.steps import Change
    from indexer.reports import Meeting

_SPELLED = {
    "marks": "vowel marks left out",
    "tatweel": "tatweel left out",
    "invisible": "invisible characters left out",
    "shapes": "presentation forms as letters",
    "digits": "digits as 0 to 9",
    "capitals": "capitals as small letters",
    "quranic": "the Quran's spelling as today's",
    "run": "signs and repeated letters as the words that they stand for",
    "letters": "letters of another code as these",
}
_FOLDED = {
    "alef": "أ إ آ ٱ as ا",
    "ya": "ى as ي",
    "ta": "ة as ه",
    "hamza": "hamza by its place, not by its seat",
    "keyboard": "letters of other keyboards as Arabic ones",
    "latin": "Latin letters without accents",
    "thousands": "a number without its points",
    "listed": "a word with two spellings, on a list",
}
_ENDINGS = {
    **dict.fromkeys(PRONOUNS, "a pronoun"),
    **dict.fromkeys(PLURALS, "an ending of plural or dual"),
    "ه": "ه or ة, a pronoun or the feminine ending",
    "ت": "ت, a feminine ending",
    "ي": "ي, of a nisba or of my",
    "ا": "ا, of tanween or a plural",
    "و": "و, of a plural",
    "ء": "ء, which an ending had kept",
    "ك": "a pronoun",
    "كن": "a pronoun",
    "ني": "a pronoun",
}
_MEETINGS = {
    "exact": "these letters",
    "folded": "the same but for hamza, ta marbuta and the like",
    "stem": "the same stem",
    "plural": "broken plurals, or the word of which it is one",
    "variant": "another name or spelling, on a list",
    "asking": "words that ask for the same",
    "spelling": "spelled alike",
    "root": "perhaps of the same root",
}
_FORMS_SHOWN = 8


class Step(NamedTuple):
    """A step of a word: its name, what comes of it, and by which rule."""

    name: str
    result: str
    rule: str


def lesson(token: Token) -> Iterator[Step]:
    """The steps of a word, from how it is written to its root, and what is known of it besides."""
    analysis, way = token.analysis, steps(token.word, token.analysis)
    yield Step("unmarked", analysis.unmarked, _joined(_SPELLED[code] for code in way.spelled))
    yield Step("folded", analysis.folded, _joined(_FOLDED[code] for code in way.folded))
    yield from _stemming(analysis.stem, way)
    yield Step(
        "root", analysis.root, f"the pattern {way.pattern}" if way.pattern else "as the stem"
    )
    if analysis.stopword:
        yield Step("stopword", "yes", "weighs nothing beside other words")
    if way.parts:
        yield Step("perhaps", " ".join(way.parts), "without a lone ب ل ف ك, if the index has it so")
    if way.plurals:
        yield Step(
            "plurals", " ".join(way.plurals), "its broken plurals or its singulars, on a list"
        )


def _stemming(stem: str, way: Steps) -> Iterator[Step]:
    """The steps of the stemmer, of which the last is the stem."""
    if not way.changes:
        yield Step("stem", stem, "nothing to remove")
    for change in way.changes[:-1]:
        yield Step("", change.result, _told(change))
    for change in way.changes[-1:]:
        yield Step("stem", stem, _told(change))


def _told(change: Change) -> str:
    """The rule of a step of the stemmer."""
    letters = change.letters
    match change.kind:
        case "known":
            return "a known word, on a list"
        case "article":
            return f"without {letters}, the article with what is joined before it"
        case "proclitic":
            return f"without {letters}, which is written joined"
        case "future":
            return f"without {letters}, of the future"
        case "letter":
            return f"{letters} as it is without the ending"
        case "ending":
            return f"without {letters}: {_ENDINGS.get(letters, 'an ending')}"


def _joined(rules: Iterator[str]) -> str:
    return "; ".join(rules) or "nothing to change"


def met(meetings: tuple[Meeting, ...]) -> Iterator[Step]:
    """What a word meets in an index, a step for each tier."""
    for meeting in meetings:
        shown = [f"{form} {count:,}" for form, count in meeting.forms[:_FORMS_SHOWN]]
        rest = len(meeting.forms) - len(shown)
        more = [f"and {rest:,} more"] if rest else []
        only = "" if meeting.retrieves else ", for the order only"
        yield Step(meeting.tier, "، ".join([*shown, *more]), f"{_MEETINGS[meeting.tier]}{only}")
