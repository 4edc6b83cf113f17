"""Build the term dictionary of a field: order of terms, groups, order of postings.

Reading it is `arrays.py`; the bytes are in `format.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from analyzers.bulk.packed import ODD, Encoded, Numbering, Numbers, Spelled, own_letters
from analyzers.named import NamedTuple
from analyzers.ranked import distinct_of, inverse_of, numbered
from indexer.codec.build.bearing import Bearings, bearings_of
from indexer.codec.container import ContainerWriter
from indexer.codec.format import BEARING_LEVEL, GRAM_LEVEL, LEVELS, STRINGS_A_MARK
from indexer.codec.grams import build_grams
from indexer.codec.postings import Array, smallest_unsigned, starts_of
from indexer.codec.strings import first_bytes, other_letters_of, sieve_of


class Level(NamedTuple):
    """The groups of one level. ids: by term, into keys. keys: distinct, as numbers, ascending."""

    ids: Array
    keys: Numbers

    @classmethod
    def of(cls, numbers: Numbers) -> Level:
        """The groups of terms with these keys."""
        keys, _, ids = numbered(numbers)
        return cls(ids, keys)

    def part(self, where: Array) -> Level:
        """The groups of some of the terms."""
        ids = self.ids.take(where)
        used = np.zeros(len(self.keys), np.bool_)
        used[ids] = True
        return Level((np.cumsum(used) - 1).take(ids), self.keys[used])


@dataclass(slots=True)
class Vocabulary:
    """The distinct terms of one source, in the order of their bytes.

    levels: their keys are numbers of `numbering`; () where terms have no groups. own: as
    `own_numbers` gives, with levels only. bearings: those of all folded forms, and perhaps of
    others; None if they were not computed.
    """

    terms: list[bytes]
    levels: tuple[Level, ...] = ()
    numbering: Numbering = field(default_factory=Numbering)
    own: Numbers | None = None
    bearings: Bearings | None = None

    def part(self, where: Array) -> Vocabulary:
        """Some of the terms. where: ascending."""
        return Vocabulary(
            [self.terms[i] for i in where.tolist()],
            tuple(level.part(where) for level in self.levels),
            self.numbering,
            None if self.own is None else self.own.take(where),
            self.bearings,
        )


def own_numbers(numbering: Numbering, terms: Spelled, folded: Numbers) -> Numbers:
    """The number of each term itself; 0, no word, if none of its keys can have this spelling.

    A term that does not fit in a number equals a key only if its folded form does not fit either.
    """
    own, fit = terms.packed(own_letters())
    own[~fit] = 0
    odd = np.flatnonzero(~fit & (folded >= ODD))
    own[odd] = numbering.numbers([terms.texts[i] for i in odd.tolist()])
    return own


@dataclass(slots=True)
class Groups:
    """The groups of a whole segment's field.

    slots: by ordinal. levels, starts: for each level; the first slot of each group, and the number
    of slots. own: by ordinal, as `own_numbers` gives. bearings: as in `Vocabulary`.
    """

    numbering: Numbering
    slots: Array
    levels: list[Level]
    starts: list[Array]
    own: Numbers
    bearings: Bearings


@dataclass(slots=True)
class Dictionary:
    """The terms of a whole segment's field.

    terms: in the order of their bytes. ordinals: for each vocabulary, the ordinal of its terms.
    groups: None where terms have none; their slots are their ordinals.
    """

    terms: list[bytes]
    ordinals: list[Array]
    groups: Groups | None

    def slots_of(self, vocabulary: int) -> Array:
        """The slot of each term of a vocabulary."""
        ordinals = self.ordinals[vocabulary]
        return ordinals if self.groups is None else self.groups.slots.take(ordinals)


def build_dictionary(vocabularies: Sequence[Vocabulary]) -> Dictionary:
    """Unite vocabularies.

    Raises ValueError if only some have groups, or if levels do not nest, as with a folded form in
    two stems.
    """
    terms, ordinals = _united_terms(vocabularies)
    if not any(v.levels for v in vocabularies):
        return Dictionary(terms, ordinals, None)
    if any(v.terms and not v.levels for v in vocabularies):
        raise ValueError("terms with groups cannot be united with terms that have none")
    return Dictionary(terms, ordinals, _united_groups(vocabularies, terms, ordinals))


def _united_terms(vocabularies: Sequence[Vocabulary]) -> tuple[list[bytes], list[Array]]:
    if len(vocabularies) == 1:
        own = vocabularies[0].terms
        return own, [np.arange(len(own))]
    terms = sorted(set().union(*(v.terms for v in vocabularies)))
    place = {term: i for i, term in enumerate(terms)}
    return terms, [
        np.fromiter(map(place.__getitem__, v.terms), np.int64, len(v.terms)) for v in vocabularies
    ]


def _united_groups(
    vocabularies: Sequence[Vocabulary], terms: list[bytes], ordinals: list[Array]
) -> Groups:
    """The united groups of some vocabularies; `ordinals` are the places of the terms of each."""
    numbering = vocabularies[0].numbering
    levels = [_united_level(vocabularies, i, ordinals, numbering) for i in range(len(LEVELS))]
    order = _slot_order(levels, len(terms))
    starts = [_group_starts(level, order) for level in levels]
    own, bearings = None, None
    if len(vocabularies) == 1:
        own, bearings = vocabularies[0].own, vocabularies[0].bearings
    folded = levels[0]
    if own is None:
        own = own_numbers(numbering, Spelled(decoded(terms)), folded.keys.take(folded.ids))
    if bearings is None:
        bearings = bearings_of(numbering, folded.keys)
    return Groups(numbering, inverse_of(order), levels, starts, own, bearings)


def decoded(strings: list[bytes]) -> list[str]:
    """The strings as text; decoded all at once unless one contains a newline."""
    texts = b"\n".join(strings).decode("utf-8", "surrogatepass").split("\n")
    if len(texts) == len(strings):
        return texts
    return [string.decode("utf-8", "surrogatepass") for string in strings]


def _united_level(
    vocabularies: Sequence[Vocabulary], level: int, ordinals: list[Array], numbering: Numbering
) -> Level:
    """One level of all terms; a group that no term has (its documents are gone) has no key."""
    if len(vocabularies) == 1:
        return vocabularies[0].levels[level]
    numbers = np.zeros(max((int(o.max()) + 1 for o in ordinals if len(o)), default=0), np.uint64)
    for vocabulary, ordinal in zip(vocabularies, ordinals, strict=True):
        if vocabulary.levels:
            ids, keys = vocabulary.levels[level]
            numbers[ordinal] = numbering.adopt(vocabulary.numbering, keys).take(ids)
    return Level.of(numbers)


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
    """Write terms, slots and groups."""
    write_strings(writer, f"{prefix}term_", dictionary.terms)
    groups = dictionary.groups
    if groups is None:
        return
    writer.add(f"{prefix}slots", groups.slots.astype("<u4"))
    order = inverse_of(groups.slots)
    writer.add(f"{prefix}ordinals", order.astype("<u4"))
    for name, level, starts in zip(LEVELS, groups.levels, groups.starts, strict=True):
        heads = np.zeros(len(order), np.bool_)
        heads[starts[:-1]] = True
        spelled = level.keys.take(level.ids) == groups.own
        writer.add(f"{prefix}{name}_heads", np.packbits(heads))
        writer.add(f"{prefix}{name}_spelled", np.packbits(spelled.take(order)))
        key_of_group = level.ids.take(order.take(starts[:-1]))
        group_of_key = inverse_of(key_of_group)
        unspelled = np.ones(len(level.keys), np.bool_)
        unspelled[level.ids[spelled]] = False
        others = level.keys[unspelled]
        by_bytes = _write_keys(writer, f"{prefix}{name}_key_", groups.numbering, others)
        writer.add(
            f"{prefix}{name}_key_groups", group_of_key[unspelled].take(by_bytes).astype("<u4")
        )
        if name == BEARING_LEVEL:
            odd = level.keys[level.keys >= ODD]  # all others have letters of the alphabet only
            letters = other_letters_of(groups.numbering.texts(odd))
            writer.add(f"{prefix}{name}_letters", np.array([*map(ord, letters)], "<u4"))
            _write_bearing(writer, f"{prefix}bearing_", groups, group_of_key)
        if name == GRAM_LEVEL:
            _write_grams(
                writer, f"{prefix}{name}_", groups.numbering, level.keys.take(key_of_group)
            )


def _write_bearing(
    writer: ContainerWriter, prefix: str, groups: Groups, group_of_key: Array
) -> None:
    """Write, by the stem of what is left, the forms that may have a lone proclitic before it.

    group_of_key: by key of the level "folded".
    """
    folded = groups.levels[0]
    words, targets = groups.bearings
    first = folded.keys.searchsorted(words)
    kept = np.flatnonzero(folded.keys.searchsorted(words, side="right") > first)
    targets, _, which = numbered(targets.take(kept))
    place_of_target = inverse_of(_write_keys(writer, prefix, groups.numbering, targets))
    pairs = place_of_target.take(which) << 32 | group_of_key.take(first.take(kept))
    pairs = distinct_of(pairs)
    counts = np.bincount(pairs >> 32, minlength=len(targets))
    writer.add(f"{prefix}group_starts", starts_of(counts).astype("<u4"))
    writer.add(f"{prefix}groups", (pairs & 0xFFFFFFFF).astype("<u4"))


def _write_grams(writer: ContainerWriter, prefix: str, numbering: Numbering, keys: Numbers) -> None:
    grams = build_grams(numbering, keys)
    writer.add(f"{prefix}gram_codes", grams.codes.astype("<u8"))
    writer.add(f"{prefix}gram_starts", grams.starts.astype("<u4"))
    writer.add(f"{prefix}gram_groups", grams.owners.astype(smallest_unsigned(len(keys), 2)))
    writer.add(f"{prefix}gram_counts", grams.counts)


def _write_keys(writer: ContainerWriter, prefix: str, numbering: Numbering, keys: Numbers) -> Array:
    """Write distinct keys in the order of their bytes, which is returned."""
    order = numbering.order(keys)
    _write_encoded(writer, prefix, numbering.encoded(keys.take(order)))
    return order


def write_strings(writer: ContainerWriter, prefix: str, strings: Sequence[bytes]) -> None:
    """Write strings: `<prefix>bytes`, `lengths`, `marks`, `firsts` and `sieve`."""
    lengths = np.fromiter(map(len, strings), np.int64, len(strings))
    _write_encoded(writer, prefix, Encoded(np.frombuffer(b"".join(strings), np.uint8), lengths))


def _write_encoded(writer: ContainerWriter, prefix: str, strings: Encoded) -> None:
    data, lengths = strings
    writer.add(f"{prefix}bytes", data)
    writer.add(f"{prefix}lengths", lengths.astype(smallest_unsigned(int(lengths.max(initial=0)))))
    starts = starts_of(lengths)
    marks = starts[:-1:STRINGS_A_MARK]
    writer.add(f"{prefix}marks", marks.astype("<u4"))
    writer.add(f"{prefix}firsts", first_bytes(data, marks, lengths[::STRINGS_A_MARK]))
    writer.add(f"{prefix}sieve", sieve_of(data, starts))
