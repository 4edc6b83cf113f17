"""What is there to know of the copies and recurring lines of some texts? All are looked at.

The result is a function of the texts, see `pairs` and `lines`. Where most of them were known
before, `renewal` reaches the same by looking at less.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Container, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import distinct_of, is_among, numbered
from indexer.codec.copies import Found
from indexer.copies.corpus import Corpus
from indexer.copies.grouping import grouped
from indexer.copies.lines import FEWEST_DOCUMENTS, Recurring, Rows, recurring
from indexer.copies.pairs import pairs_among
from indexer.copies.prints import Grams, grams_of, hashes_in
from indexer.folder.columns import Files

Ints = NDArray[Any]


def found_in(corpus: Corpus, files: Files) -> Found:
    """The groups, pairs and recurring lines of the live texts of a corpus."""
    live = np.flatnonzero(corpus.live)
    lines = lines_of(corpus, live, None, files, ())
    common = common_of(lines)
    pairs = pairs_among(corpus.distinct(live), common)
    return Found(grouped(corpus, pairs), pairs, common, lines)


def lines_of(
    corpus: Corpus, texts: Ints, wanted: Grams | None, files: Files, known: Sequence[Recurring]
) -> list[Recurring]:
    """What recurs of the wanted lines (None: all), which are in these texts only."""
    prints = corpus.of(texts)
    lines, owners = prints.lines, texts.repeat(prints.line_counts)
    if wanted is not None:
        here = is_among(lines, wanted)
        lines, owners = lines[here], owners[here]
    lines, owners = _often(lines, owners)
    folders, names = _folders(corpus, owners, files)
    docs = corpus.docs.take(owners)
    rows = Rows(lines, folders, docs, corpus.voices(owners))
    keys, documents, firsts = recurring(rows)
    written = {(line.folder, line.line): line.text for line in known}
    found = [(names[key >> 32], key & 0xFFFFFFFF) for key in keys.tolist()]
    written |= _written(corpus, found, owners.take(firsts), written)
    return [
        Recurring(folder, written[folder, line], line, count)
        for (folder, line), count in sorted(zip(found, documents.tolist(), strict=True))
    ]


def _written(
    corpus: Corpus,
    found: Sequence[tuple[str, int]],
    owners: Ints,
    known: Container[tuple[str, int]],
) -> dict[tuple[str, int], str]:
    """How lines that are not known are written, each by a text of its own, read once for all."""
    wanted: dict[int, list[tuple[str, int]]] = {}
    for key, owner in zip(found, owners.tolist(), strict=True):
        if key not in known:
            wanted.setdefault(owner, []).append(key)
    lines = {owner: [line for _, line in keys] for owner, keys in wanted.items()}
    asked = (key for _, keys in sorted(wanted.items()) for key in keys)
    return dict(zip(asked, corpus.written(lines), strict=True))


def _often(lines: Grams, owners: Ints) -> tuple[Grams, Ints]:
    """The rows whose line has enough of them, before anything is asked of their folders."""
    distinct, _, number = numbered(lines)
    often = np.bincount(number, minlength=len(distinct)) >= FEWEST_DOCUMENTS
    kept = often.take(number)
    return lines[kept], owners[kept]


def _folders(corpus: Corpus, texts: Ints, files: Files) -> tuple[Grams, dict[int, str]]:
    """(the folder of each text as a number, the folders by number)."""
    numbers, _, place = numbered(corpus.file_numbers.take(texts))
    paths = dict(zip(files.column("number"), files, strict=True)) if len(numbers) else {}
    names: dict[int, str] = {}
    found = []
    for number in numbers.tolist():
        name = os.path.dirname(paths.get(number, ""))
        code = zlib.crc32(os.fsencode(name))
        names[code] = name
        found.append(code)
    return np.array(found, np.uint32).take(place), names


def common_of(lines: Sequence[Recurring]) -> Grams:
    """The grams within some lines."""
    grams = map(grams_of, hashes_in([line.text for line in lines]))
    return distinct_of(np.concatenate([np.zeros(0, np.uint32), *grams]))
