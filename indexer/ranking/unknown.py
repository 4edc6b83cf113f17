"""Which words of a query does the index not hold, and which that it holds may have been meant?

A word is unknown if no form in the searched fields meets it at the tiers exact to variant,
whatever the tier that the search asks for. A rare word that is held may be a slip, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import log

from analyzers.analyzer import analyze_form
from analyzers.named import NamedTuple
from indexer.query.nodes import Leaf, PhraseQuery, QueryWord, StemQuery, words_of
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.expand import is_part
from indexer.ranking.phrases import phrase_frequencies
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import NO_ROOTS, FieldSource, Span, counted_forms, spans_of
from indexer.results import UnknownWord

_SUGGESTIONS = 3

_LEAST_LIKENESS = 0.5
"""Of what is only suggested: one wrong letter in a word of four."""

RARE = 20
"""How often, at most, a word may be written for it to be doubted."""

_DOUBTFUL = 1.5
"""How much more likely, in e-folds, the word that was meant must be than one that is written.

Of 3,000 words of headlines, in an index of other articles, 1 in 80 is doubted.
"""


class Missing(NamedTuple):
    """A word that the index does not hold; `retrieved`: its neighbours made documents belong."""

    unknown: UnknownWord
    retrieved: bool
    neighbours: tuple[str, ...] = ()


def missing_words(leaves: Sequence[Leaf], text: str, evaluator: Evaluator) -> list[Missing]:
    """The unknown words among the leaves of a query, in the order of its `text`, each once.

    No word of a phrase that is found: it, or another name for it, is there.
    """
    found: dict[str, Missing] = {}
    asked = [
        leaf
        for leaf in leaves
        if not (isinstance(leaf, PhraseQuery) and len(evaluator.leaves.members(leaf)))
    ]
    words = sorted(words_of(asked), key=lambda pair: pair[1].start)
    parted = _parted_by_teh(words, text, evaluator)
    for leaf, word in words:
        written = text[word.start : word.end] or word.unmarked
        if word in parted:
            found[parted[word].word] = Missing(parted[word], False)
            continue
        if written in found:
            continue
        if _is_held(leaf, word, evaluator):
            doubted = _doubted(leaf, word, written, evaluator)
            if doubted is not None:
                found[written] = Missing(doubted, False)
        else:
            meant = evaluator.leaves.resolver.proposals(word.unmarked, leaf.fields, True)
            slips = tuple(proposal.form for proposal in meant)
            retrieved = isinstance(leaf, StemQuery) and _retrieves_by_spelling(leaf, evaluator)
            keys, least = [word.analysis.stem], evaluator.snapshot.settings.likeness
            if not retrieved:
                keys, least = _keys(word), min(least, _LEAST_LIKENESS)
            snapshot, pieces = evaluator.snapshot, not retrieved
            asked_for = tuple(keys), least, leaf.fields, snapshot, pieces
            alike = snapshot.memory.get(_suggestions, *asked_for)
            suggestions = _one_a_stem(slips + alike)[:_SUGGESTIONS]
            searched = tuple(_in_its_place(leaf, evaluator)) or alike
            found[written] = Missing(UnknownWord(written, suggestions), retrieved, searched)
    return list(found.values())


def _parted_by_teh(
    words: Sequence[tuple[Leaf, QueryWord]], text: str, evaluator: Evaluator
) -> dict[QueryWord, UnknownWord]:
    """The words that are parted by a ة where none was meant to end a word: سرةع for سرعة.

    So are two words written as one (لعبةفليكي), which are near no other.
    """
    found: dict[QueryWord, UnknownWord] = {}
    for (leaf, word), (_, other) in pairwise(words):
        if word.end == other.start > 0 and text[: word.end].endswith("ة"):
            proposals = evaluator.leaves.resolver.proposals(
                word.unmarked + other.unmarked, leaf.fields, False
            )
            if proposals and proposals[0].worth >= 0:
                forms = tuple(proposal.form for proposal in proposals)
                unknown = UnknownWord(text[word.start : other.end], forms)
                found[word] = found[other] = unknown
    return found


def _one_a_stem(words: Sequence[str]) -> tuple[str, ...]:
    """The first word of each stem."""
    first: dict[str, str] = {}
    for word in words:
        first.setdefault(analyze_form(word).stem, word)
    return tuple(first.values())


def note_on(missing: Missing) -> str:
    """What a reader is told of a word by whose neighbours documents were found."""
    written, suggestions = missing.unknown.word, missing.neighbours
    return (
        f"«{written}» is not in the index; found by words spelled like it: {', '.join(suggestions)}"
    )


def _is_held(leaf: Leaf, word: QueryWord, evaluator: Evaluator) -> bool:
    """Whether a term of the index matches the word at the tier variant or a stronger one."""
    variants = leaf.variants if isinstance(leaf, StemQuery) else ()
    vocabulary = evaluator.snapshot.vocabulary(leaf.fields)
    groups = evaluator.leaves.resolver.expanded(word, "variant", leaf.fields, variants)
    if vocabulary.holds([group for group in groups if group.tier not in ("spelling", "root")]):
        return True
    resolver = evaluator.leaves.resolver
    return isinstance(leaf, StemQuery) and any(
        len(phrase_frequencies(places.places, places.slop, places.source)[0])
        for places in resolver.phrase_terms(leaf)
    )


def _doubted(leaf: Leaf, word: QueryWord, written: str, evaluator: Evaluator) -> UnknownWord | None:
    """A word that is in the index but was probably meant for another one; else None.

    It is written rarely, or nowhere and only its stem meets something, and another word, of a stem
    that it does not meet, is far more likely. That is asked last: proposals are looked for in the
    whole dictionary.
    """
    analysis = word.analysis
    count = evaluator.snapshot.vocabulary(leaf.fields).count("folded", analysis.folded)
    if analysis.stopword or count > RARE:
        return None
    resolver = evaluator.leaves.resolver
    meant = resolver.proposals(word.unmarked, leaf.fields, False)
    if not meant or meant[0].worth < (log(count) + _DOUBTFUL if count else 0):
        return None
    groups = resolver.expanded(word, "plural", leaf.fields, ())
    if analyze_form(meant[0].form).stem in {group.key for group in groups if group.level == "stem"}:
        return None
    forms = tuple(proposal.form for proposal in meant if proposal.worth >= 0)
    return UnknownWord(written, forms[:_SUGGESTIONS], count, held=True)


def _retrieves_by_spelling(leaf: StemQuery, evaluator: Evaluator) -> bool:
    asked = any(
        group.retrieves
        for group in evaluator.leaves.resolver.expansions(leaf)
        if group.tier == "spelling"
    )
    return asked and len(evaluator.leaves.members(leaf)) > 0


def _in_its_place(leaf: Leaf, evaluator: Evaluator) -> Iterator[str]:
    """The word that is searched in the place of one that the index lacks."""
    if isinstance(leaf, StemQuery):
        for group in evaluator.leaves.resolver.expansions(leaf):
            if group.tier == "spelling" and group.level == "stem":
                yield group.form


def _keys(word: QueryWord) -> list[str]:
    """What may be misspelled: the stem, and it with its suffix, which the error may have made."""
    folded, stem = word.analysis.folded, word.analysis.stem
    return list(dict.fromkeys([stem, folded[max(folded.find(stem), 0) :]]))


def _suggestions(
    keys: tuple[str, ...],
    least: float,
    fields: tuple[str, ...],
    snapshot: Snapshot,
    pieces: bool,
) -> tuple[str, ...]:
    """The commonest form of each of the stems nearest to a key: likeness first, then frequency.

    Without `pieces`, only of stems that retrieve: those that are no piece of a key, nor it of them.
    """
    likeness: dict[str, float] = {}
    forms: dict[str, Counter[str]] = {}
    for source in snapshot.sources(fields):
        for span, like in _near(keys, source, least).items():
            for form, count in counted_forms(source, spans_of([span])):
                stem = analyze_form(form).stem
                if not pieces and any(is_part(stem, key) for key in keys):
                    continue
                likeness[stem] = max(like, likeness.get(stem, 0.0))
                forms.setdefault(stem, Counter())[form] += count
    ranked = sorted(forms, key=lambda stem: (-likeness[stem], -forms[stem].total(), stem))
    return tuple(
        min(forms[stem], key=lambda form: (-forms[stem][form], form))
        for stem in ranked[:_SUGGESTIONS]
    )


def _near(keys: Sequence[str], source: FieldSource, least: float) -> dict[Span, float]:
    """The stems of one field like any of the keys, with the greatest likeness of each."""
    found: dict[Span, float] = {}
    for key in keys:
        (spans, _, likeness), _ = source.alike((key,), least, NO_ROOTS)
        own = [(span, 1.0) for span in source.group("stem", key).tolist()]
        for (first, last), like in (*own, *zip(spans.tolist(), likeness.tolist(), strict=True)):
            found[first, last] = max(like, found.get((first, last), 0.0))
    return found
