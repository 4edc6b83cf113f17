"""How is the term dictionary of a field built: order of terms, groups, order of postings?

Reading it is `arrays.py`; the bytes are in `format.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analyzers.proclitics import PROCLITICS, splits
from analyzers.stemmer import stem
from indexer.codec.container import ContainerWriter
from indexer.codec.format import GRAM_LEVEL, LEVELS
from indexer.codec.grams import build_grams
from indexer.codec.postings import Array, smallest_unsigned, starts_of


@dataclass(slots=True)
class Level:
    """The groups of one level in one vocabulary. ids: by term, into keys, which are distinct."""

    ids: Array
    keys: list[bytes]


@dataclass(slots=True)
class Vocabulary:
    """The distinct terms of one source, in any order; levels are () where terms have no groups."""

    terms: list[bytes]
    levels: tuple[Level, ...] = ()


@dataclass(slots=True)
class Dictionary:
    """The terms of a whole segment's field.

    terms: in the order of their bytes. ordinals: for each vocabulary, the ordinal of its terms.
    slots: by ordinal; None where they are the same. groups: for each level, group by ordinal.
    starts: for each level, first slot of each group, and the number of slots.
    """

    terms: list[bytes]
    ordinals: list[Array]
    slots: Array | None
    levels: list[Level]
    starts: list[Array]

    def slots_of(self, vocabulary: int) -> Array:
        """The slot of each term of a vocabulary."""
        ordinals = self.ordinals[vocabulary]
        return ordinals if self.slots is None else self.slots.take(ordinals)


def build_dictionary(vocabularies: Sequence[Vocabulary]) -> Dictionary:
    """Unite vocabularies.

    Raises ValueError where only some are grouped, or where levels do not nest: a folded form in
    two stems, say.
    """
    terms, ordinals = _united_terms(vocabularies)
    if not any(v.levels for v in vocabularies):
        return Dictionary(terms, ordinals, None, [], [])
    if any(v.terms and not v.levels for v in vocabularies):
        raise ValueError("terms with groups cannot be united with terms that have none")
    levels = [
        _united_level(
            [v.levels[i] if v.levels else None for v in vocabularies], ordinals, len(terms)
        )
        for i in range(len(LEVELS))
    ]
    order = _slot_order(levels, len(terms))
    slots = np.empty(len(terms), np.int64)
    slots[order] = np.arange(len(terms))
    starts = [_group_starts(level, order) for level in levels]
    return Dictionary(terms, ordinals, slots, levels, starts)


def _united_terms(vocabularies: Sequence[Vocabulary]) -> tuple[list[bytes], list[Array]]:
    if len(vocabularies) == 1:
        own = vocabularies[0].terms
        order = sorted(range(len(own)), key=own.__getitem__)
        ordinals = np.empty(len(own), np.int64)
        ordinals[order] = np.arange(len(own))
        return [own[i] for i in order], [ordinals]
    terms = sorted(set().union(*(v.terms for v in vocabularies)))
    place = {term: i for i, term in enumerate(terms)}
    return terms, [
        np.fromiter(map(place.__getitem__, v.terms), np.int64, len(v.terms)) for v in vocabularies
    ]


def _united_level(levels: Sequence[Level | None], ordinals: list[Array], count: int) -> Level:
    keys: dict[bytes, int] = {}
    ids = np.zeros(count, np.int64)
    for level, ordinal in zip(levels, ordinals, strict=True):
        if level is not None:
            united = np.array([keys.setdefault(key, len(keys)) for key in level.keys], np.int64)
            ids[ordinal] = united.take(level.ids) if len(united) else 0
    return _compact(Level(ids, list(keys)))


def _compact(level: Level) -> Level:
    """The level without keys that no term has (their documents are gone)."""
    used = np.bincount(level.ids, minlength=len(level.keys)) > 0
    if used.all():
        return level
    renumbered = np.cumsum(used) - 1
    kept = np.flatnonzero(used).tolist()
    return Level(renumbered.take(level.ids), [level.keys[i] for i in kept])


def _slot_order(levels: list[Level], count: int) -> Array:
    """Ordinals in the order of slots: groups by their first term, the widest level first.

    First terms, not keys, decide, so that no keys need sorting and equal indexes get equal bytes.
    """
    sort_keys = [np.arange(count)]
    for level in levels:
        first = np.zeros(len(level.keys), np.int64)
        first[level.ids[::-1]] = np.arange(count)[::-1]
        sort_keys.append(first.take(level.ids))
    return np.lexsort(sort_keys)


def _group_starts(level: Level, order: Array) -> Array:
    in_slots = level.ids.take(order)
    heads = np.flatnonzero(np.diff(in_slots, prepend=-1))
    if len(heads) != len(level.keys):
        raise ValueError("the groups of a term dictionary must nest")
    return np.append(heads, len(order))


def write_dictionary(writer: ContainerWriter, prefix: str, dictionary: Dictionary) -> None:
    """Write terms, slots and groups; stem df comes later, with the postings."""
    _write_strings(writer, f"{prefix}term_", dictionary.terms)
    if dictionary.slots is None:
        return
    writer.add(f"{prefix}slots", dictionary.slots.astype("<u4"))
    order = np.argsort(dictionary.slots, kind="stable")
    place = {term: ordinal for ordinal, term in enumerate(dictionary.terms)}
    for name, level, starts in zip(LEVELS, dictionary.levels, dictionary.starts, strict=True):
        heads = np.zeros(len(order), np.bool_)
        heads[starts[:-1]] = True
        spelled = _spelled_as_key(level, place)
        writer.add(f"{prefix}{name}_heads", np.packbits(heads))
        writer.add(f"{prefix}{name}_spelled", np.packbits(spelled.take(order)))
        key_of_group = level.ids.take(order.take(starts[:-1]))
        unspelled = np.ones(len(level.keys), np.bool_)
        unspelled[level.ids[spelled]] = False
        _write_keys(writer, f"{prefix}{name}_key_", level, key_of_group, unspelled)
        if name == GRAM_LEVEL:
            _write_grams(writer, f"{prefix}{name}_", [level.keys[k] for k in key_of_group.tolist()])
            _write_bearing(writer, f"{prefix}bearing_", dictionary, key_of_group)


def _write_bearing(
    writer: ContainerWriter, prefix: str, dictionary: Dictionary, key_of_group: Array
) -> None:
    """Write, by the stem of what is left, which stems may bear a lone proclitic before it."""
    folded, stems = dictionary.levels[LEVELS.index("folded")], dictionary.levels[1]
    group_of_key = np.empty(len(stems.keys), np.int64)
    group_of_key[key_of_group] = np.arange(len(key_of_group))
    stem_of_folded = np.empty(len(folded.keys), np.int64)
    stem_of_folded[folded.ids] = stems.ids
    texts = [key.decode("utf-8", "surrogatepass") for key in folded.keys]
    stem_of = dict(zip(texts, map(stems.keys.__getitem__, stem_of_folded.tolist()), strict=True))
    numbers: dict[bytes, int] = {}
    targets, owners = [], []
    for text, stem_key in zip(texts, stem_of_folded.tolist(), strict=True):
        if text.startswith(PROCLITICS):
            for rest in splits(text):
                target = stem_of.get(rest) or stem(rest).encode("utf-8", "surrogatepass")
                targets.append(numbers.setdefault(target, len(numbers)))
                owners.append(stem_key)
    _write_strings(writer, prefix, sorted(numbers))
    place = np.empty(len(numbers), np.int64)
    place[[numbers[target] for target in sorted(numbers)]] = np.arange(len(numbers))
    pairs = place[np.array(targets, np.int64)] << 32 | group_of_key[np.array(owners, np.int64)]
    pairs.sort()
    pairs = pairs[np.diff(pairs, prepend=-1) != 0]
    counts = np.bincount(pairs >> 32, minlength=len(numbers))
    writer.add(f"{prefix}group_starts", starts_of(counts).astype("<u4"))
    writer.add(f"{prefix}groups", (pairs & 0xFFFFFFFF).astype("<u4"))


def _write_grams(writer: ContainerWriter, prefix: str, keys: list[bytes]) -> None:
    grams = build_grams(keys)
    writer.add(f"{prefix}gram_codes", grams.codes.astype("<u8"))
    writer.add(f"{prefix}gram_starts", grams.starts.astype("<u4"))
    writer.add(f"{prefix}gram_groups", grams.owners.astype(smallest_unsigned(len(keys), 2)))
    writer.add(f"{prefix}gram_counts", grams.counts)


def _spelled_as_key(level: Level, place: dict[bytes, int]) -> Array:
    """Bool by ordinal: whether the term is spelled as the key of its own group.

    place: the ordinal of each term.
    """
    found = np.fromiter((place.get(key, -1) for key in level.keys), np.int64, len(level.keys))
    groups = np.flatnonzero(found >= 0)
    ordinals = found.take(groups)
    spelled = np.zeros(len(place), np.bool_)
    spelled[ordinals] = level.ids.take(ordinals) == groups
    return spelled


def _write_keys(
    writer: ContainerWriter, prefix: str, level: Level, key_of_group: Array, unspelled: Array
) -> None:
    """key_of_group: index into the level's keys, by group. unspelled: bool by key."""
    group_of_key = np.empty(len(level.keys), np.int64)
    group_of_key[key_of_group] = np.arange(len(key_of_group))
    others = sorted(np.flatnonzero(unspelled).tolist(), key=level.keys.__getitem__)
    _write_strings(writer, prefix, [level.keys[i] for i in others])
    writer.add(f"{prefix}groups", group_of_key.take(np.array(others, np.int64)).astype("<u4"))


def _write_strings(writer: ContainerWriter, prefix: str, strings: Iterable[bytes]) -> None:
    """Write strings end to end as `<prefix>bytes`, with `<prefix>starts`."""
    listed = list(strings)
    starts = starts_of(np.fromiter(map(len, listed), np.int64, len(listed)))
    writer.add_bytes(f"{prefix}bytes", b"".join(listed))
    writer.add(f"{prefix}starts", starts.astype("<u4"))
