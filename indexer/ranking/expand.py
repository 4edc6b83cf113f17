"""Which terms does a word of a query mean? A word becomes named groups of terms with weights.

An expansion names a group by level and key ("stem", "كتاب") instead of listing terms: each segment
resolves it against its own dictionary. Groups are in order of strength; a term belongs to the first
that holds it, which gives it its tier and its weight. Everything here is decided by the dictionary
of the index at the moment of the query, so documents never need to be indexed again for it.

The tiers are those of `results.TIERS`. What a lone proclitic (ب ل ف ك) is taken off is decided by
word and form alone (`analyzers.proclitics`), so that no other document can take one out of a
result; the counts of the collection only weigh it, see `_Likely`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from analyzers.analyzer import Analysis, analyze_form
from analyzers.asking import asking_alike
from analyzers.feminines import pairs_of, parted
from analyzers.late import late
from analyzers.named import NamedTuple
from analyzers.plurals import bears, relatives
from analyzers.proclitics import PROCLITICS, rests_in, splits
from analyzers.roots import kindred, root
from analyzers.stemmer import ARTICLE, behind, is_known, stem
from analyzers.variants import matched_exactly
from indexer.codec.grams import likeness
from indexer.query.nodes import QueryWord, WordLevel
from indexer.ranking.settings import RankingSettings
from indexer.ranking.source import Level, Vocabulary
from indexer.results import Tier

_TWICE = late(r"(.)\1+")

_ATTACHED = ("و", "ف", "ب", "ل", "ك")
"""What may be written together with a short word of the variant table."""

_JOINED = ("و", *PROCLITICS)
"""What may be written together with a word of a phrase."""

_BEFORE_NAMES = ("", *_ATTACHED, ARTICLE, "وال", "فال", "بال", "كال", "لل")
"""The same with the article, for names that are met by their whole letters."""

_STUMP_LETTERS = 3
"""A stem of so few letters that lost some is a stump, which is another word more often than not."""


Reach = Level | Literal["nearest"]
"""How a group is found: by a form of its terms, or as the stems that are spelled like one."""


class Expansion(NamedTuple):
    """A group of terms: all whose form at `level` is `key`. `retrieves`: it makes members.

    The level "nearest" is the other stems spelled like `key`; their weight is multiplied by the
    square of their likeness. At the level "root" the weight is that of the stem `stem`, and others
    count less the less they are like it. `core` groups are the word itself: their documents make
    its idf. `form` is the unmarked form that the terms stand for: the word's, or that of a variant.

    Of a narrowed group only some terms are meant: those that `bears` a word with its clitics (طلبة,
    not طلب), all but those of `apart`, another word of the stem than `form` (مكتب of مكتبة), or
    those that are a lone proclitic and a word of the stem `behind` (بصورة of صورة, not البصورة).
    """

    level: Reach
    key: str
    tier: Tier
    weight: float
    retrieves: bool = True
    core: bool = True
    form: str = ""
    stem: str = ""
    bears: str = ""
    apart: bool = False
    behind: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether terms of the group are left out."""
        return self.apart or bool(self.bears) or bool(self.behind)

    def admits(self, unmarked: str) -> bool:
        """Whether a term of the group is meant."""
        return self.fits(unmarked) and (not self.behind or self.behind in rests_in(unmarked))

    def fits(self, unmarked: str) -> bool:
        """The same of terms that are a lone proclitic and a word of `behind` if that is given."""
        if self.bears and not bears(unmarked, self.bears):
            return False
        return not (self.apart and parted(self.form, unmarked))


def key_at(analysis: Analysis, level: Level) -> str:
    """The form of a term at a level, which names its group there."""
    return analysis.unmarked if level == "exact" else str(getattr(analysis, level))


def group_at(word: QueryWord, level: Level, weight: float = 1.0) -> Expansion:
    """The group of the word itself at a level: exact, folded or stem."""
    apart = level == "stem" and bool(pairs_of(word.analysis.stem))
    key = key_at(word.analysis, level)
    return Expansion(level, key, level, weight, form=word.unmarked, apart=apart)


def _joined_groups(word: QueryWord, settings: RankingSettings) -> Iterator[Expansion]:
    """The folded form of a word behind each proclitic that Arabic writes joined.

    The article is as the query has it: of الأمن also والأمن, بالأمن and للأمن, but not أمن.
    """
    own = group_at(word, "folded", settings.folded)
    for form in behind_proclitics(word.unmarked):
        yield own._replace(key=analyze_form(form).folded, tier="stem", form=form)


def behind_proclitics(unmarked: str) -> Iterator[str]:
    """A form with each proclitic before it; one with an article also as if it were a letter."""
    for proclitic in _JOINED:
        yield from dict.fromkeys((behind(proclitic, unmarked), proclitic + unmarked))


def written_groups(
    word: QueryWord, level: Literal["exact", "folded"], settings: RankingSettings
) -> list[Expansion]:
    """The groups of the word as it is written, up to `level`."""
    exact = group_at(word, "exact", settings.exact)
    return [exact] if level == "exact" else [exact, group_at(word, "folded", settings.folded)]


def expand(
    word: QueryWord,
    match: WordLevel,
    vocabulary: Vocabulary,
    settings: RankingSettings,
    variants: Iterable[str] = (),
    *,
    quoted: bool = False,
) -> tuple[Expansion, ...]:
    """The groups that `word` means when documents may belong by the tier `match` or a stronger.

    Up to the tier plural nothing weaker counts at all; from variant on, spelling and root add to
    the scores of documents that belong.

    `variants` are the unmarked forms that a table sets beside the word. A `quoted` word also meets
    its letters behind what is written joined, whatever the lists say; at the level "joined" it
    meets nothing else, and of its variants their letters.
    """
    if match in ("exact", "folded"):
        return tuple(written_groups(word, match, settings))
    found = written_groups(word, "folded", settings)
    if quoted or match == "joined":
        found += _joined_groups(word, settings)
    if match == "joined":
        found += _lettered_variants(variants, settings)
        return tuple(_first_of_each(found))
    found.append(group_at(word, "stem", settings.stem))
    likely = _Likely(vocabulary, settings)
    parts = settings.proclitic > 0 and not word.analysis.stopword
    rests = splits(word.analysis.folded) if parts else ()
    rest = likely.rest_of(word, rests)
    if parts:
        found += _proclitic_groups(word, rests, rest, likely, settings)
    if match != "stem" and not word.analysis.stopword:
        found += _plural_groups(word, rests, likely, settings)
    if match not in ("stem", "plural"):
        found += _variant_groups(variants, likely, settings)
        missing = not vocabulary.holds(found)
        if not word.analysis.stopword:
            found += _asking_groups(word, rest, settings)
            found += _relatives(word, rest, match, settings, missing=missing)
    return tuple(_first_of_each(e for e in found if e.weight > 0))


def targets_of(word: QueryWord, match: WordLevel, variants: Iterable[str]) -> Iterator[str]:
    """The stems of which `expand` asks what bears them, or how often they occur."""
    if match in ("exact", "folded", "joined"):
        return
    yield word.analysis.stem
    if not word.analysis.stopword:
        rests = splits(word.analysis.folded)
        yield from map(stem, rests)
        if match != "stem":
            yield from map(_stem_of, _relatives_of(word, rests))
    if match not in ("stem", "plural"):
        yield from map(_stem_of, variants)


def _stem_of(form: str) -> str:
    return analyze_form(form).stem


def _asking_groups(
    word: QueryWord, rest: str | None, settings: RankingSettings
) -> Iterator[Expansion]:
    """Words that ask for the same as this one. Those of its root are relatives already."""
    for own in (word.analysis.stem, *([] if rest is None else [stem(rest)])):
        for form in asking_alike(own):
            analysis = analyze_form(form)
            if root(analysis.stem) != root(own):
                level: Level = "exact" if analysis.stopword else "stem"
                key = key_at(analysis, level)
                yield Expansion(
                    level, key, "asking", settings.asking, retrieves=False, core=False, form=form
                )


def _relatives(
    word: QueryWord,
    rest: str | None,
    match: WordLevel,
    settings: RankingSettings,
    *,
    missing: bool,
) -> Iterator[Expansion]:
    """Neighbours in spelling, which retrieve for a missing word only, and words of the root.

    Those of the word, and of what it is without its proclitic; roots that the word may have besides
    come last.
    """
    own = word.analysis.stem
    stems = [own] if rest is None else [own, stem(rest)]
    unlisted = not is_known(word.analysis.folded)  # a known word is not misspelled
    for key in stems:
        if not key.isdigit():
            retrieves = missing and unlisted and key == own
            yield _relative(word, "nearest", key, "spelling", settings.spelling, retrieves)
    for key in stems:
        retrieves = match == "root" and key == own
        kin = _relative(word, "root", root(key), "root", settings.root, retrieves)
        yield kin._replace(stem=key)
    for key in stems:
        kin = _relative(word, "root", "", "root", settings.root * settings.kindred, False)
        yield from (kin._replace(key=other, stem=key) for other in kindred(key))


def _relative(
    word: QueryWord, level: Reach, key: str, tier: Tier, weight: float, retrieves: bool
) -> Expansion:
    return Expansion(level, key, tier, weight, retrieves, core=False, form=word.unmarked)


def _first_of_each(expansions: Iterable[Expansion]) -> Iterator[Expansion]:
    seen: set[tuple[str, str, str, str]] = set()
    for expansion in expansions:
        group = (expansion.level, expansion.key, expansion.bears, expansion.behind)
        if group not in seen:
            seen.add(group)
            yield expansion


def _proclitic_groups(
    word: QueryWord,
    rests: tuple[str, ...],
    likely_rest: str | None,
    likely: _Likely,
    settings: RankingSettings,
) -> Iterator[Expansion]:
    """Stems that are the word's own but for a lone proclitic, on the word or in the texts.

    What is not likely counts little, and is no part of the word's idf.
    """
    own = group_at(word, "stem", settings.proclitic)
    for rest in rests:
        group = own._replace(key=stem(rest))
        yield group if rest == likely_rest else _unlikely(group, settings)
    for target in (word.analysis.stem, *map(stem, rests)):
        yield from likely.bearing(own, target)


def _unlikely(group: Expansion, settings: RankingSettings) -> Expansion:
    return group._replace(weight=group.weight * settings.unlikely, core=False)


def _plural_groups(
    word: QueryWord, rests: tuple[str, ...], likely: _Likely, settings: RankingSettings
) -> Iterator[Expansion]:
    """The broken plurals of a word, or the words of which it is one, with their clitics.

    Only forms that bear the relative itself: طلبة of طالب has the stem of طلب, another word.
    """
    for form in _relatives_of(word, rests):
        key = _stem_of(form)
        group = Expansion("stem", key, "plural", settings.plural, core=False, form=form, bears=form)
        yield group
        yield from likely.bearing(group, key)


def _relatives_of(word: QueryWord, rests: tuple[str, ...]) -> tuple[str, ...]:
    """The broken plurals and singulars of a word, or of what it is without its proclitic."""
    found = (relatives(form) for form in (word.unmarked, *rests))
    return tuple(next(filter(None, found), ()))


class _Likely:
    """Weighs by counts whether a word of the index or of the query bears a proclitic.

    It is likely where the rest of it is a word that occurs at least as often, and where it is not
    often written with the article itself: nothing that bears a proclitic takes the article. What is
    not likely still belongs to a result, at a small weight: whatever is counted, a document that
    has لحقوق has حقوق.
    """

    def __init__(self, vocabulary: Vocabulary, settings: RankingSettings) -> None:
        self._vocabulary = vocabulary
        self._settings = settings

    def rest_of(self, word: QueryWord, rests: tuple[str, ...]) -> str | None:
        """The likeliest of what a word of the query is without its proclitic; None if none is."""
        if not rests:
            return None
        stemmed = word.analysis.stem
        count = self._vocabulary.count("stem", stemmed)
        if count and self._takes_article(stemmed, count):
            return None
        counts = {rest: self._vocabulary.count("stem", stem(rest)) for rest in rests}
        best = max(counts, key=lambda rest: counts[rest])
        return best if counts[best] > 0 and counts[best] >= count else None

    def bearing(self, own: Expansion, target: str) -> Iterator[Expansion]:
        """The group `own` for each stem of the index with forms of `target` behind a proclitic."""
        most = max(self._vocabulary.count("stem", target), 1)  # the query's word is one, too
        for key in sorted(self._vocabulary.bearing(target)):
            if key == target:
                continue
            group = own._replace(key=key, behind=target)
            count = self._vocabulary.count("stem", key)
            likely = count <= most and not self._takes_article(key, count)
            yield group if likely else _unlikely(group, self._settings)

    def _takes_article(self, stemmed: str, count: int) -> bool:
        return self._vocabulary.article_count(stemmed) >= self._settings.article_share * count


def _variant_groups(
    variants: Iterable[str], likely: _Likely, settings: RankingSettings
) -> Iterator[Expansion]:
    """What a table sets beside the word. Short words are met by their letters alone: آب not أب.

    So are names of which the stemmer leaves a stump: مكرون (ماكرون) not مكر, رحمان (رحمن) not رحم.
    """
    for form in variants:
        analysis = analyze_form(form)
        if matched_exactly(form):
            for proclitic in ("", *_ATTACHED):
                key = proclitic + form
                yield Expansion("exact", key, "variant", settings.variant, core=False, form=form)
            continue
        name = analysis.folded.removeprefix(ARTICLE)
        if len(analysis.stem) <= _STUMP_LETTERS and analysis.stem not in (name, analysis.folded):
            for before in _BEFORE_NAMES:
                key = before + name
                yield Expansion("folded", key, "variant", settings.variant, core=False, form=form)
            continue
        weight = settings.variant
        group = Expansion("stem", analysis.stem, "variant", weight, core=False, form=form)
        yield group
        yield from likely.bearing(group, analysis.stem)


def _lettered_variants(variants: Iterable[str], settings: RankingSettings) -> Iterator[Expansion]:
    """What a table sets beside a quoted word: its letters, behind joined proclitics too."""
    for form in variants:
        exact = matched_exactly(form)
        for spelled in (form, *behind_proclitics(form)):
            level: Level = "exact" if exact else "folded"
            key = spelled if exact else analyze_form(spelled).folded
            yield Expansion(level, key, "variant", settings.variant, core=False, form=spelled)


def name_groups(
    form: str, level: WordLevel, vocabulary: Vocabulary, settings: RankingSettings
) -> tuple[Expansion, ...]:
    """The groups of a word that a table sets in a phrase for one of its words, at its level."""
    found = list(_lettered_variants((form,), settings))
    if level in ("variant", "root"):
        found += _variant_groups((form,), _Likely(vocabulary, settings), settings)
    return tuple(_first_of_each(found))


def is_part(one: str, other: str) -> bool:
    """Whether one stem is a piece of the other: another word more likely than a misspelling.

    Such neighbours (لبن of لبنان, كريم of تكريم) add to scores, but never make a member. A letter
    typed twice (كتابب) is a misspelling all the same.
    """
    return (one in other or other in one) and _TWICE.sub(r"\1", one) != _TWICE.sub(r"\1", other)


def group_of(
    analysis: Analysis, expansions: Iterable[Expansion], settings: RankingSettings
) -> Expansion | None:
    """The group by which a written form meets the word so expanded, None if it does not."""
    for expansion in expansions:
        if expansion.level == "nearest":
            like = likeness(analysis.stem, expansion.key)
            near = like >= settings.likeness and analysis.stem != expansion.key
            if near and not (expansion.retrieves and is_part(analysis.stem, expansion.key)):
                return expansion
        elif key_at(analysis, expansion.level) == expansion.key and expansion.admits(
            analysis.unmarked
        ):
            return expansion
    return None
