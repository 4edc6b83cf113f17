"""Bring what is known of copies up to a new commit, by looking at what changed and its neighbours.

The result is a function of the texts that are there, see `pairs` and `lines`. It is reached
from the state of the commit before: the pairs of all texts that share a band with one that came,
went, or has a line that became recurring or ceased to be, are found anew, all others kept. For a
band has the same leader as before unless one of these is in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from analyzers.ranked import distinct_of, is_among, numbered
from indexer.codec import commits
from indexer.codec.container import Fault
from indexer.codec.contents import Fingerprint, SegmentEntry
from indexer.codec.copies import Found, StoredCopies, save
from indexer.codec.opened import open_segment
from indexer.copies.finding import common_of, found_in, lines_of
from indexer.copies.grouping import Groups, grouped, regrouped
from indexer.copies.lines import Recurring
from indexer.copies.pairs import Pairs, bands, pairs_among
from indexer.copies.prints import BINS, EMPTY, Grams, Hashes
from indexer.copies.segments import Segment, SegmentCorpus
from indexer.errors import IndexCorruptError
from indexer.folder.columns import Files

Ints = NDArray[Any]
Mask = NDArray[np.bool_]

_HALF = np.uint64(32)

_WHOLE = 8
"""Where more than one of so many texts changed, all pairs are found anew."""


class State(NamedTuple):
    """The commit before: what was found; by text of the corpus its group, and if it was live."""

    stored: StoredCopies
    groups: Groups
    live: Mask


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
    if not any(entry.documents for entry in entries):
        return None
    segments = [(entry, open_segment(folder, entry)) for entry in entries]
    before = None if anew else _before(folder, segments)
    found = (
        found_in(SegmentCorpus(segments), files)
        if before is None
        else renewed(*before, files, moved)
    )
    return save(folder, generation, found)


def _before(folder: str, segments: Sequence[Segment]) -> tuple[SegmentCorpus, State] | None:
    """(a corpus with what is gone of the newest commit, that commit), if all of it can be read."""
    here = {entry.segment_id for entry, _ in segments}
    try:
        toc = commits.read_toc(folder)
        stored = StoredCopies.open(folder, toc)
        if stored is None:
            return None
        others = (entry for entry in toc.segments if entry.segment_id not in here)
        corpus = SegmentCorpus(segments, [(entry, open_segment(folder, entry)) for entry in others])
        groups = corpus.of_commit(toc.segments, stored.groups)
        _ = stored.pairs, stored.common, stored.lines, corpus.keys
    except (IndexCorruptError, OSError):
        return None
    return corpus, State(stored, groups, corpus.live_in(toc.segments))


def differences(stored: StoredCopies, segments: Sequence[Segment], files: Files) -> Iterator[Fault]:
    """The sections of what a commit knows of copies that do not follow from its segments."""
    found = found_in(SegmentCorpus(segments), files)
    if not np.array_equal(stored.groups, found.groups):
        yield Fault("groups", "they are not those of the texts")
    if not all(map(np.array_equal, stored.pairs, found.pairs)):
        yield Fault("pairs", "they are not those of the texts")
    said = [line._replace(text="") for line in stored.lines]
    if said != [line._replace(text="") for line in found.lines]:
        yield Fault("lines", "they are not those of the texts")


def renewed(
    corpus: SegmentCorpus, before: State, files: Files, moved: Collection[int] = ()
) -> Found:
    """What there is to know of some texts, by what was known before."""
    came, went = _difference(corpus, before)
    lines = _renewed_lines(corpus, before, came, went, files, moved)
    common, changed = before.stored.common, [came, went]
    if lines != before.stored.lines:
        keys = [(line.folder, line.line) for line in lines]
        if keys != [(line.folder, line.line) for line in before.stored.lines]:
            common = common_of(lines)
            changed.append(corpus.having(_differing(common, before.stored.common)))
    texts = distinct_of(np.concatenate(changed))
    pairs, touched = _renewed_pairs(corpus, before.stored.pairs, texts, common)
    other = np.flatnonzero(corpus.live != before.live)  # of another segment than before, too
    if touched is None or _are_many(other, corpus):
        return Found(grouped(corpus, pairs), pairs, common, lines)
    touched = distinct_of(np.concatenate([touched, corpus.keys.take(other)]))
    groups = regrouped(corpus, before.groups, before.stored.pairs, pairs, touched)
    return Found(groups, pairs, common, lines)


def _are_many(texts: Ints, corpus: SegmentCorpus) -> bool:
    """Whether so many texts changed that all are looked at."""
    many: bool = len(texts) * _WHOLE > corpus.live.sum()
    return many


def _difference(corpus: SegmentCorpus, before: State) -> tuple[Ints, Ints]:
    """(the texts that are live and were not, those that were and are not), ascending.

    A text that was copied to another segment is the one that it was: one of the same key.
    """
    came = np.flatnonzero(corpus.live & ~before.live)
    went = np.flatnonzero(before.live & ~corpus.live)
    if not len(came) or not len(went):
        return came, went
    keys, _, number = numbered(corpus.keys.take(np.concatenate([came, went])))
    here, there = number[: len(came)], number[len(came) :]
    balance = np.bincount(here, minlength=len(keys)) - np.bincount(there, minlength=len(keys))
    return came[balance.take(here) > 0], went[balance.take(there) < 0]


def _differing(one: Grams, other: Grams) -> Grams:
    """The grams that are in only one of two ascending lists."""
    return distinct_of(np.concatenate([one[~is_among(one, other)], other[~is_among(other, one)]]))


# Pairs


def _renewed_pairs(
    corpus: SegmentCorpus, known: Pairs, changed: Ints, common: Grams
) -> tuple[Pairs, Hashes | None]:
    """(the pairs of a commit, the keys of texts whose pairs were found anew; None: of all).

    changed: texts that came, went or lost their lines, ascending.
    """
    if _are_many(changed, corpus):
        return pairs_among(corpus.distinct(np.flatnonzero(corpus.live)), common), None
    mates = _sharing(corpus, corpus.of(changed).minima)
    touched = distinct_of(corpus.keys.take(np.concatenate([changed, mates])))
    near = _near(corpus, corpus.of(mates).minima)
    fresh = pairs_among(corpus.distinct(near), common, touched)
    gone = is_among(known.shorter, touched) | is_among(known.longer, touched)
    return known.where(~gone).with_others(fresh), touched


def _sharing(corpus: SegmentCorpus, minima: Grams) -> Ints:
    """The live texts that share a band with texts of these minima."""
    near = _near(corpus, minima)
    wanted, own = (bands(least.reshape(-1, BINS)) for least in (minima, corpus.of(near).minima))
    number = np.arange(len(own), dtype=np.uint64).reshape(-1, 1) << _HALF
    sought = distinct_of((number | wanted)[wanted != 0])
    return near[is_among((number | own).reshape(-1), sought).reshape(own.shape).any(axis=0)]


def _near(corpus: SegmentCorpus, minima: Grams) -> Ints:
    """The live texts that may share a band with texts of these minima: two bins make one."""
    wanted = distinct_of(minima)
    return corpus.near(wanted[wanted != EMPTY])


# Lines


def _renewed_lines(
    corpus: SegmentCorpus,
    before: State,
    came: Ints,
    went: Ints,
    files: Files,
    moved: Collection[int],
) -> list[Recurring]:
    """The recurring lines of a commit. came, went: the texts in which it differs."""
    if moved:
        here = is_among(corpus.file_numbers, np.array(sorted(moved), np.int64))
        came = distinct_of(np.concatenate([came, np.flatnonzero(here & corpus.live)]))
    lines = distinct_of(corpus.of(np.sort(np.concatenate([came, went]))).lines)
    if not len(lines):
        return before.stored.lines
    affected = set(lines.tolist())
    known = before.stored.lines
    fresh = lines_of(corpus, corpus.with_lines(lines), lines, files, known)
    kept = [line for line in known if line.line not in affected]
    return sorted([*kept, *fresh], key=lambda line: (line.folder, line.line))
