"""stem, root and splits of a whole vocabulary at once. (fold: `bulk.normalizer`.)

Words are numbers (`packed`). Those that fit go through the rules together; the others go through
the functions for a single word. This is many times faster than word by word.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analyzers.bulk.packed import ODD, Array, Numbering, Numbers, Words
from analyzers.bulk.words import MANY, by_size
from analyzers.named import NamedTuple
from analyzers.proclitics import PROCLITICS, may_bear, may_part, splits
from analyzers.roots import root, root_key
from analyzers.stemmer import light_stem, stem
from analyzers.suffixes import MIN_STEM


def stem_all(numbering: Numbering, folded: Numbers) -> Numbers:
    """`stem` of folded words."""
    return _derived(numbering, folded, lambda words: light_stem(MANY, words), stem)


def root_all(numbering: Numbering, stemmed: Numbers) -> Numbers:
    """`root` of stems."""
    return _derived(numbering, stemmed, lambda words: root_key(MANY, words), root)


def _derived(
    numbering: Numbering,
    numbers: Numbers,
    of_words: Callable[[Words], Words],
    of_word: Callable[[str], str],
) -> Numbers:
    """Apply `of_words` to the words that fit, and `of_word` to each of the others."""
    is_odd = numbers >= ODD
    if not is_odd.any():
        return of_words(Words.of(numbers)).letters
    result = np.empty(len(numbers), np.uint64)
    result[~is_odd] = of_words(Words.of(numbers[~is_odd])).letters
    odd = numbering.texts(numbers[is_odd])
    result[is_odd] = numbering.numbers([of_word(word) for word in odd])
    return result


class Splits(NamedTuple):
    """What words might be without a lone proclitic. owners: which word; rests: what is left."""

    owners: Array
    rests: Numbers


def splits_all(numbering: Numbering, folded: Numbers) -> Splits:
    """`splits` of folded words, in no particular order."""
    is_odd = folded >= ODD
    fitting = np.flatnonzero(~is_odd)
    owners, rests = _splits(Words.of(folded.take(fitting)))
    odd = np.flatnonzero(is_odd)
    texts = numbering.texts(folded.take(odd))
    parted = [
        (owner, splits(text)) for owner, text in zip(odd.tolist(), texts, strict=True) if text
    ]
    return Splits(
        np.concatenate(
            [fitting.take(owners), np.array([o for o, p in parted for _ in p], np.int64)]
        ),
        np.concatenate([rests, numbering.numbers([rest for _, p in parted for rest in p])]),
    )


def _splits(words: Words) -> Splits:
    where = np.flatnonzero(MANY.begins(words, PROCLITICS))
    where = where[may_bear(MANY, words.take(where))]
    owners, rests = [], []
    for size, proclitics in by_size(PROCLITICS):
        parts = where[words.sizes.take(where) >= np.uint64(size + MIN_STEM)]
        parts = parts[proclitics.of(words.take(parts).head(size))]
        parts = parts[may_part(MANY, words.take(parts), size)]
        owners.append(parts)
        rests.append(words.take(parts).without_first(size).letters)
    return Splits(np.concatenate(owners), np.concatenate(rests))
