"""How is the term dictionary of a field built: order of terms, groups, order of postings?

Reading it is `arrays.py`; the bytes are in `format.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from analyzers.bulk import splits_all, stem_all
from analyzers.packed import Numbering, Numbers
from analyzers.spellings import distinct
from indexer.codec.container import ContainerWriter
from indexer.codec.format import GRAM_LEVEL, LEVELS, STRINGS_A_MARK
from indexer.codec.grams import build_grams
from indexer.codec.postings import Array, smallest_unsigned, starts_of

_SORT_WORDS = 3


@dataclass(slots=True)
class Vocabulary:
    """The distinct terms of one source, in any order.

    levels: for each level, the key of the group of each term, as a number of `numbering`; () where
    terms have no groups.
    """

    terms: list[bytes]
    levels: tuple[Numbers, ...] = ()
    numbering: Numbering = field(default_factory=Numbering)


@dataclass(slots=True)
class Level:
    """The groups of one level. ids: by ordinal, into keys. keys: distinct, as numbers."""

    ids: Array
    keys: Numbers


@dataclass(slots=True)
class Dictionary:
    """The terms of a whole segment's field.

    terms: in the order of their bytes. ordinals: for each vocabulary, the ordinal of its terms.
    slots: by ordinal; None where they are the same. starts: for each level, first slot of each
    group, and the number of slots.
    """

    terms: list[bytes]
    ordinals: list[Array]
    numbering: Numbering
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
    numbering = vocabularies[0].numbering if vocabularies else Numbering()
    if not any(v.levels for v in vocabularies):
        return Dictionary(terms, ordinals, numbering, None, [], [])
    if any(v.terms and not v.levels for v in vocabularies):
        raise ValueError("terms with groups cannot be united with terms that have none")
    levels = [_united_level(vocabularies, i, ordinals, numbering) for i in range(len(LEVELS))]
    order = _slot_order(levels, len(terms))
    slots = np.empty(len(terms), np.int64)
    slots[order] = np.arange(len(terms))
    starts = [_group_starts(level, order) for level in levels]
    return Dictionary(terms, ordinals, numbering, slots, levels, starts)


def _united_terms(vocabularies: Sequence[Vocabulary]) -> tuple[list[bytes], list[Array]]:
    if len(vocabularies) == 1:
        own = vocabularies[0].terms
        order = order_of(own)
        ordinals = np.empty(len(own), np.int64)
        ordinals[order] = np.arange(len(own))
        return [own[i] for i in order.tolist()], [ordinals]
    terms = sorted(set().union(*(v.terms for v in vocabularies)))
    place = {term: i for i, term in enumerate(terms)}
    return terms, [
        np.fromiter(map(place.__getitem__, v.terms), np.int64, len(v.terms)) for v in vocabularies
    ]


def order_of(strings: list[bytes]) -> Array:
    """The order that sorts strings: by their first 24 bytes in numpy, where those tell."""
    first = np.array(strings, f"S{8 * _SORT_WORDS}").view(">u8").reshape(-1, _SORT_WORDS)
    columns = first.astype(np.uint64)
    order = np.lexsort(columns.T[::-1])
    ranked = columns.take(order, axis=0)
    same = np.flatnonzero((ranked[1:] == ranked[:-1]).all(axis=1))
    # runs of strings that begin alike: each stands between two places whose successors differ
    for run in np.split(same, np.flatnonzero(np.diff(same) > 1) + 1):
        if len(run):
            span = slice(run[0], run[-1] + 2)
            order[span] = sorted(order[span].tolist(), key=strings.__getitem__)
    return order


def decoded(strings: list[bytes]) -> list[str]:
    """The strings as text; all at once unless one of them holds a line's end."""
    texts = b"\n".join(strings).decode("utf-8", "surrogatepass").split("\n")
    if len(texts) == len(strings):
        return texts
    return [string.decode("utf-8", "surrogatepass") for string in strings]


def _united_level(
    vocabularies: Sequence[Vocabulary], level: int, ordinals: list[Array], numbering: Numbering
) -> Level:
    """One level of all terms; a group that no term has (its documents are gone) has no key."""
    numbers = np.zeros(max((int(o.max()) + 1 for o in ordinals if len(o)), default=0), np.uint64)
    for vocabulary, ordinal in zip(vocabularies, ordinals, strict=True):
        if vocabulary.levels:
            numbers[ordinal] = numbering.adopt(vocabulary.numbering, vocabulary.levels[level])
    keys, _, ids = distinct(numbers)
    return Level(ids, keys)


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
    write_strings(writer, f"{prefix}term_", dictionary.terms)
    if dictionary.slots is None:
        return
    writer.add(f"{prefix}slots", dictionary.slots.astype("<u4"))
    order = np.argsort(dictionary.slots, kind="stable")
    own = dictionary.numbering.numbers(decoded(dictionary.terms))
    for name, level, starts in zip(LEVELS, dictionary.levels, dictionary.starts, strict=True):
        heads = np.zeros(len(order), np.bool_)
        heads[starts[:-1]] = True
        spelled = level.keys.take(level.ids) == own
        writer.add(f"{prefix}{name}_heads", np.packbits(heads))
        writer.add(f"{prefix}{name}_spelled", np.packbits(spelled.take(order)))
        key_of_group = level.ids.take(order.take(starts[:-1]))
        group_of_key = np.empty(len(level.keys), np.int64)
        group_of_key[key_of_group] = np.arange(len(key_of_group))
        unspelled = np.ones(len(level.keys), np.bool_)
        unspelled[level.ids[spelled]] = False
        others = dictionary.numbering.encoded(level.keys[unspelled])
        _write_keys(writer, f"{prefix}{name}_key_", others, group_of_key[unspelled])
        if name == GRAM_LEVEL:
            keys = dictionary.numbering.encoded(level.keys.take(key_of_group))
            _write_grams(writer, f"{prefix}{name}_", keys)
            _write_bearing(writer, f"{prefix}bearing_", dictionary, group_of_key)


def _write_bearing(
    writer: ContainerWriter, prefix: str, dictionary: Dictionary, group_of_key: Array
) -> None:
    """Write, by the stem of what is left, which stems may bear a lone proclitic before it.

    group_of_key: by key of the level "stem".
    """
    numbering = dictionary.numbering
    folded, stems = dictionary.levels[:2]
    group_of_folded = np.empty(len(folded.keys), np.int64)
    group_of_folded[folded.ids] = group_of_key.take(stems.ids)
    owners, rests = splits_all(numbering, folded.keys)
    targets, _, which = distinct(stem_all(numbering, rests))
    words = numbering.encoded(targets)
    order = order_of(words)
    write_strings(writer, prefix, [words[i] for i in order.tolist()])
    place = np.empty(len(words), np.int64)
    place[order] = np.arange(len(words))
    pairs = place.take(which) << 32 | group_of_folded.take(owners)
    pairs.sort()
    pairs = pairs[np.diff(pairs, prepend=-1) != 0]
    counts = np.bincount(pairs >> 32, minlength=len(words))
    writer.add(f"{prefix}group_starts", starts_of(counts).astype("<u4"))
    writer.add(f"{prefix}groups", (pairs & 0xFFFFFFFF).astype("<u4"))


def _write_grams(writer: ContainerWriter, prefix: str, keys: list[bytes]) -> None:
    grams = build_grams(keys)
    writer.add(f"{prefix}gram_codes", grams.codes.astype("<u8"))
    writer.add(f"{prefix}gram_starts", grams.starts.astype("<u4"))
    writer.add(f"{prefix}gram_groups", grams.owners.astype(smallest_unsigned(len(keys), 2)))
    writer.add(f"{prefix}gram_counts", grams.counts)


def _write_keys(writer: ContainerWriter, prefix: str, keys: list[bytes], groups: Array) -> None:
    """Write keys, in the order of their bytes, and the group that each names."""
    order = order_of(keys)
    write_strings(writer, prefix, [keys[i] for i in order.tolist()])
    writer.add(f"{prefix}groups", groups.take(order).astype("<u4"))


def write_strings(writer: ContainerWriter, prefix: str, strings: Iterable[bytes]) -> None:
    """Write strings: `<prefix>bytes`, `<prefix>lengths` and `<prefix>marks`."""
    listed = list(strings)
    lengths = np.fromiter(map(len, listed), np.int64, len(listed))
    writer.add_bytes(f"{prefix}bytes", b"".join(listed))
    writer.add(f"{prefix}lengths", lengths.astype(smallest_unsigned(int(lengths.max(initial=0)))))
    writer.add(f"{prefix}marks", starts_of(lengths)[:-1:STRINGS_A_MARK].astype("<u4"))
