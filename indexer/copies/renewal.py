"""Bring what is known of copies up to a new commit, by looking at what changed and its neighbours.

The result is a function of the texts that are there, see `pairs` and `lines`. It is reached
from the state of the commit before: the pairs of all texts that share a band with one that came,
went, or has a line that became recurring or ceased to be, are found anew, all others kept. For a
band has the same leader as before unless one of these is in it.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from analyzers.ranked import distinct_of, is_among, numbered
from indexer.codec import commits
from indexer.codec.container import Container, Fault
from indexer.codec.contents import Fingerprint, SegmentEntry
from indexer.codec.copies import Found, StoredCopies, save
from indexer.codec.opened import deleted_mask, open_segment
from indexer.copies.corpus import Corpus, Segment
from indexer.copies.lines import FEWEST_DOCUMENTS, Recurring, Rows, recurring
from indexer.copies.pairs import FOLDED_OVERLAP, Pairs, bands, owners_of, pairs_among
from indexer.copies.prints import EMPTY, Grams, Hashes, grams_of, hashes_in
from indexer.errors import IndexCorruptError
from indexer.folder.columns import Files

Ints = NDArray[Any]

_WHOLE = 8
"""Where more than one of so many texts changed, all pairs are found anew."""


class State(NamedTuple):
    """The commit before: its texts, and what was found."""

    corpus: Corpus
    stored: StoredCopies


def renew(
    folder: str,
    generation: int,
    entries: Sequence[SegmentEntry],
    files: Files,
    moved: Collection[int] = (),
    *,
    anew: bool = False,
) -> Fingerprint | None:
    """Write what is known of copies at a new commit; None where there are no documents.

    entries: its segments, which are on disk, as those of the commit before still are. moved: the
    numbers of files whose folder is another than before. anew: take nothing from before.
    """
    opened = {entry.segment_id: open_segment(folder, entry) for entry in entries}
    corpus = Corpus([(entry, opened[entry.segment_id]) for entry in entries])
    if not corpus.size:
        return None
    before = None if anew else _before(folder, opened)
    return save(folder, generation, found_in(corpus, before, files, moved))


def _before(folder: str, opened: dict[str, Container]) -> State | None:
    """The newest commit, if all of it can be read."""
    try:
        toc = commits.read_toc(folder)
        stored = StoredCopies.open(folder, toc)
        if stored is None:
            return None
        segments = [
            (entry, opened.get(entry.segment_id) or open_segment(folder, entry))
            for entry in toc.segments
        ]
        state = State(Corpus(segments), stored)
        _ = stored.groups, stored.pairs, stored.common, stored.lines, state.corpus.keys
    except (IndexCorruptError, OSError):
        return None
    return state


def differences(stored: StoredCopies, segments: Sequence[Segment], files: Files) -> Iterator[Fault]:
    """The sections of what a commit knows of copies that do not follow from its segments."""
    found = found_in(Corpus(segments), None, files)
    if not np.array_equal(stored.groups, found.groups):
        yield Fault("groups", "they are not those of the texts")
    if not all(map(np.array_equal, stored.pairs, found.pairs)):
        yield Fault("pairs", "they are not those of the texts")
    said = [line._replace(text="") for line in stored.lines]
    if said != [line._replace(text="") for line in found.lines]:
        yield Fault("lines", "they are not those of the texts")


def found_in(
    corpus: Corpus, before: State | None, files: Files, moved: Collection[int] = ()
) -> Found:
    """What there is to know of some texts, with or without what was known before."""
    live = np.flatnonzero(corpus.live)
    if before is None:
        lines = _lines_of(corpus, live, None, files, ())
        common = _common(lines)
        pairs = pairs_among(corpus.distinct(live), common)
        return Found(grouped(corpus, pairs), pairs, common, lines)
    came, went = _difference(corpus, before.corpus)
    lines = _renewed_lines(corpus, before, came, went, files, moved)
    common = before.stored.common
    changed = _changed_keys(corpus, before.corpus, came, went)
    if lines != before.stored.lines:
        texts = [(line.folder, line.line) for line in lines]
        if texts != [(line.folder, line.line) for line in before.stored.lines]:
            common = _common(lines)
            differing = _differing(common, before.stored.common)
            dirty = corpus.keys.take(corpus.having(differing))
            changed = distinct_of(np.concatenate([changed, dirty]))
    pairs = _renewed_pairs(corpus, before, live, changed, common)
    return Found(grouped(corpus, pairs), pairs, common, lines)


def _difference(corpus: Corpus, before: Corpus) -> tuple[Ints, Ints]:
    """(the live texts here that are not there, those there that are not here), ascending.

    A text that was copied to another segment is the one that it was: one of the same key.
    """
    came, went = _outside(corpus, before), _outside(before, corpus)
    if not len(came) or not len(went):
        return came, went
    keys, _, number = numbered(np.concatenate([corpus.keys.take(came), before.keys.take(went)]))
    balance = np.bincount(number[: len(came)], minlength=len(keys))
    balance -= np.bincount(number[len(came) :], minlength=len(keys))
    here, there = number[: len(came)], number[len(came) :]
    return came[balance.take(here) > 0], went[balance.take(there) < 0]


def _outside(one: Corpus, other: Corpus) -> Ints:
    """The live texts of one corpus that are not live in the same segment of another."""
    held = {entry.segment_id: deleted_mask(entry) for entry, _ in other.segments}
    outside = []
    for entry, _ in one.segments:
        own = deleted_mask(entry)
        outside.append(~own & held.get(entry.segment_id, ~own))
    found: Ints = np.flatnonzero(one.by_text(outside, np.bool_))
    return found


def _changed_keys(corpus: Corpus, before: Corpus, came: Ints, went: Ints) -> Hashes:
    """The keys of some texts of this commit, and of the one before it, ascending."""
    return distinct_of(np.concatenate([corpus.keys.take(came), before.keys.take(went)]))


def _differing(one: Grams, other: Grams) -> Grams:
    """The grams that are in only one of two ascending lists."""
    return distinct_of(np.concatenate([one[~is_among(one, other)], other[~is_among(other, one)]]))


# Pairs


def _renewed_pairs(
    corpus: Corpus, before: State, live: Ints, changed: Hashes, common: Grams
) -> Pairs:
    """The pairs of a commit. changed: the keys of texts that came, went or lost their lines."""
    if not len(changed):
        return before.stored.pairs
    if len(changed) * _WHOLE > len(live):
        return pairs_among(corpus.distinct(live), common)
    touched = _touched(corpus, before.corpus, changed)
    own = corpus.of(np.flatnonzero(is_among(corpus.keys, touched)))
    fresh = pairs_among(corpus.distinct(_near(corpus, own.minima)), common, touched)
    kept = before.stored.pairs
    gone = is_among(kept.shorter, touched) | is_among(kept.longer, touched)
    return kept.where(~gone).with_others(fresh)


def _touched(corpus: Corpus, before: Corpus, changed: Hashes) -> Hashes:
    """The changed keys and those of all texts that share a band with one of them, ascending."""
    own = corpus.distinct(np.flatnonzero(is_among(corpus.keys, changed)))
    old = before.distinct(np.flatnonzero(is_among(before.keys, changed)))
    near = corpus.distinct(_near(corpus, np.concatenate([own.prints.minima, old.prints.minima])))
    met = np.zeros(len(near.keys), np.bool_)
    for band, *wanted in zip(*map(bands, (near.minima, own.minima, old.minima)), strict=True):
        sought = distinct_of(np.concatenate(wanted))
        met |= is_among(band, sought[sought != 0])
    return distinct_of(np.concatenate([changed, near.keys[met]]))


def _near(corpus: Corpus, minima: Grams) -> Ints:
    """The live texts that may share a band with texts of these minima: two bins make one."""
    wanted = distinct_of(minima)
    return corpus.near(wanted[wanted != EMPTY])


def grouped(corpus: Corpus, pairs: Pairs, least: float = FOLDED_OVERLAP) -> NDArray[np.uint32]:
    """By text its group, numbered in the order of their first texts; 0 for none."""
    known, owners = owners_of(pairs, least)
    texts = np.flatnonzero(corpus.live & corpus.has_grams)
    keys = corpus.keys.take(texts)
    texts, keys = _perhaps_grouped(texts, keys, known)
    owner = keys.copy()
    belongs = is_among(keys, known)
    if len(known):
        owner[belongs] = owners.take(known.searchsorted(keys[belongs]))
    groups = np.zeros(corpus.size, np.uint32)
    distinct, _, number = numbered(owner)
    sizes = np.bincount(number, minlength=len(distinct))
    firsts = np.full(len(distinct), corpus.size)
    np.minimum.at(firsts, number, texts)
    several = np.flatnonzero(sizes > 1)
    names = np.zeros(len(distinct), np.uint32)
    names[several.take(firsts.take(several).argsort())] = np.arange(1, len(several) + 1)
    groups[texts] = names.take(number)
    return groups


_TABLE_BITS = 18


def _perhaps_grouped(texts: Ints, keys: Hashes, known: Hashes) -> tuple[Ints, Hashes]:
    """The texts whose key is known or not theirs alone, and few others: by a table of bits."""
    places = (keys >> np.uint64(64 - _TABLE_BITS)).astype(np.int64)
    counts = np.bincount(places, minlength=1 << _TABLE_BITS)
    counts[(known >> np.uint64(64 - _TABLE_BITS)).astype(np.int64)] = 2
    several = counts.take(places) > 1
    return texts[several], keys[several]


# Lines


def _renewed_lines(
    corpus: Corpus, before: State, came: Ints, went: Ints, files: Files, moved: Collection[int]
) -> list[Recurring]:
    """The recurring lines of a commit. came, went: texts of this one and of the one before."""
    if moved:
        here = is_among(corpus.file_numbers, np.array(sorted(moved), np.int64))
        came = distinct_of(np.concatenate([came, np.flatnonzero(here & corpus.live)]))
    changed = [corpus.of(came).lines, before.corpus.of(went).lines]
    lines = distinct_of(np.concatenate(changed))
    if not len(lines):
        return before.stored.lines
    affected = set(lines.tolist())
    known = before.stored.lines
    fresh = _lines_of(corpus, corpus.with_lines(lines), lines, files, known)
    kept = [line for line in known if line.line not in affected]
    return sorted([*kept, *fresh], key=lambda line: (line.folder, line.line))


def _lines_of(
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
    found = []
    for key, count, first in zip(keys.tolist(), documents.tolist(), firsts.tolist(), strict=True):
        folder, line = names[key >> 32], key & 0xFFFFFFFF
        text = written.get((folder, line))
        if text is None:
            text = corpus.written(int(owners[first]), line)
        found.append(Recurring(folder, text, line, count))
    return sorted(found, key=lambda line: (line.folder, line.line))


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


def _common(lines: Sequence[Recurring]) -> Grams:
    """The grams within some lines."""
    grams = map(grams_of, hashes_in([line.text for line in lines]))
    return distinct_of(np.concatenate([np.zeros(0, np.uint32), *grams]))
