"""Do the arrays of a segment agree with one another? What checksums cannot tell.

A segment may be whole and yet not be what our writer made: whoever made it can give it the right
checksums. Everything that a search follows from array to array is compared here, in pieces, so
that no number in the file decides how much memory that takes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sized
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import distinct_of
from indexer.codec import commits
from indexer.codec.arrays import FieldArrays, levels_of
from indexer.codec.columns import read_numbers, read_texts
from indexer.codec.container import Container, Fault
from indexer.codec.contents import SegmentEntry
from indexer.codec.format import BEARING_LEVEL, GRAM_LEVEL, STRINGS_A_MARK
from indexer.codec.opened import SegmentReader, deleted_mask, open_segment
from indexer.codec.postings import Array, starts_of
from indexer.codec.prints import has_prints, read_order, read_prints
from indexer.codec.strings import StringTable, first_bytes, other_letters_of, sieve_of
from indexer.copies.prints import BINS
from indexer.errors import IndexCorruptError

_PIECE = 1 << 20
"""Postings that are looked at together."""


def faults_of(container: Container) -> Iterator[Fault]:
    """Every section whose arrays disagree. The checksums ought to be right."""
    try:
        reader = SegmentReader(container)
    except Exception as error:  # noqa: BLE001  whatever a forged file makes of a reader
        yield _unreadable("meta", error)
        return
    for name in reader.field_names:
        yield from _checked(f"f/{name}", lambda name=name: _field_faults(reader, name))  # type: ignore[misc]
    yield from _checked("stored", lambda: _stored_faults(reader))
    yield from _checked("c/file", lambda: _column_faults(container, "file", read_numbers))
    yield from _checked("c/date", lambda: _column_faults(container, "date", read_texts))
    if has_prints(container):
        yield from _checked("prints", lambda: _print_faults(container))


def disagreements_of(folder: str) -> list[str]:
    """What is wrong with the arrays of the newest commit in a folder, as sentences."""
    found = []
    for entry in commits.read_toc(folder).segments:
        container = open_segment(folder, entry)
        found += [f"{container.name}: {part}: {problem}" for part, problem in faults_of(container)]
    return found


def _checked(section: str, faults: Callable[[], Iterator[Fault]]) -> Iterator[Fault]:
    """The faults, with an error on the way as one of them."""
    try:
        yield from faults()
    except Exception as error:  # noqa: BLE001  see above
        yield _unreadable(section, error)


def _unreadable(section: str, error: Exception) -> Fault:
    words = str(error) if isinstance(error, IndexCorruptError) else type(error).__name__
    return Fault(section, f"its arrays do not fit together ({words})")


def _field_faults(reader: SegmentReader, name: str) -> Iterator[Fault]:
    arrays = reader.field(name)
    if arrays is None:
        return
    section = f"f/{name}"
    problem = _strings_problem(arrays.terms, are_words=arrays.grouped)  # others have numbers, too
    if problem:
        yield Fault(f"{section}/term_bytes", problem)
    terms = np.arange(arrays.term_count)
    if arrays.grouped and not np.array_equal(np.sort(arrays.slot_by_ordinal), terms):
        yield Fault(f"{section}/slots", "two terms have the same postings")
    elif arrays.grouped and (arrays.ordinal_by_slot.take(arrays.slot_by_ordinal) != terms).any():
        yield Fault(f"{section}/ordinals", "postings have other terms than terms have postings")
    for level in levels_of(arrays):
        yield from _group_faults(arrays, section, level)
        if level == GRAM_LEVEL:
            yield from _checked(f"{section}/{level}_gram", lambda: _gram_faults(arrays, section))
    if arrays.grouped:
        yield from _checked(f"{section}/bearing", lambda: _bearing_faults(arrays, section))
    if int(arrays.doc_starts.whole[-1]) != arrays.posting_count:
        yield Fault(f"{section}/doc_counts", "not as many postings as it says")
        return
    if arrays.has_positions and int(arrays.position_starts.whole[-1]) != arrays.position_count:
        yield Fault(f"{section}/pos_counts", "not as many positions as it says")
        return
    yield from _posting_faults(arrays, section)
    problem = _parts_problem(arrays)
    if problem:
        yield Fault(f"{section}/part_docs", problem)
    if arrays.notes.present:
        yield from _checked(f"{section}/note", lambda: _note_faults(arrays, section))


def _parts_problem(arrays: FieldArrays) -> str:
    docs, tokens = arrays.part_docs.astype(np.int64), arrays.part_tokens.astype(np.int64)
    if not len(docs):
        return ""
    if len(docs) != len(tokens) or int(docs.max()) >= arrays.document_count:
        return "a part is of no document"
    counts = arrays.token_counts_by_docnum
    if counts is None or (tokens > counts.take(docs)).any():
        return "a part begins behind the last word"
    if (np.diff(docs << 32 | tokens) < 0).any():
        return "the parts are not in their order"
    return ""


def _note_faults(arrays: FieldArrays, section: str) -> Iterator[Fault]:
    notes = arrays.notes
    starts, kinds = notes.way_starts, notes.kinds
    slots = notes.noted_slots
    if (
        len(starts) != len(slots) + 1
        or starts[0]
        or not len(slots)
        or int(slots[-1]) >= arrays.term_count
    ):
        yield Fault(f"{section}/note_slots", "not as many words have notes as it says")
        return
    if not notes.texts_are_right() or int(kinds.max()) >= len(notes.table):
        yield Fault(f"{section}/note_kinds", "there is no such note")
        return
    ways = np.diff(starts)
    owners = np.arange(len(ways)).repeat(ways)
    if (
        len(distinct_of(owners << 32 | kinds)) < len(kinds)
        or (kinds.take(starts[:-1])[ways == 1] == 0).any()
    ):
        yield Fault(f"{section}/note_kinds", "a word is written in one way twice, or in none")
        return
    codes = len(notes.code_starts) - 1
    if codes != int((ways > 1).sum()):
        yield Fault(f"{section}/note_counts", "not as many codes as it says")
        return
    positions = arrays.position_starts.whole
    first = 0
    while first < arrays.term_count:
        last = int(np.searchsorted(positions, positions[first] + _PIECE, side="right")) - 1
        last = min(max(last, first + 1), arrays.term_count)
        notes.ways_of(np.arange(first, last))
        first = last


def _strings_problem(table: StringTable, *, are_words: bool = True) -> str:
    starts = table.starts
    if int(starts[-1]) != len(table.data):
        return "the strings are not as long as it says"
    marks = np.asarray(table._marks)
    if not np.array_equal(marks, starts[:-1:STRINGS_A_MARK]):
        return "the strings do not begin where it says"
    firsts = first_bytes(table.data, starts[:-1:STRINGS_A_MARK], table.lengths[::STRINGS_A_MARK])
    if not np.array_equal(np.asarray(table._firsts), firsts):
        return "the strings do not begin with what it says"
    if not np.array_equal(np.asarray(table._sieve), sieve_of(table.data, starts)):
        return "the sieve is not that of the strings"
    before = None
    for place in range(len(table)):
        string = table.data[starts[place] : starts[place + 1]].tobytes()
        if are_words and _is_no_text(string):
            return "a string is not UTF-8"
        if before is not None and string <= before:
            return "the strings are not in their order"
        before = string
    return ""


def _is_no_text(string: bytes) -> bool:
    try:
        string.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return True
    return False


def _group_faults(arrays: FieldArrays, section: str, level: str) -> Iterator[Fault]:
    starts = arrays.group_starts(level)
    if arrays.term_count and starts.whole[0] != 0:
        yield Fault(f"{section}/{level}_heads", "the first term is in no group")
        return
    problem = _strings_problem(arrays.other_keys(level))
    if problem:
        yield Fault(f"{section}/{level}_key_bytes", problem)
        return
    keys = arrays.group_keys(level)
    if not all(keys):
        yield Fault(f"{section}/{level}_spelled", "a group has no key")
    if level == BEARING_LEVEL:
        texts = (key.decode("utf-8", "surrogatepass") for key in keys)
        if other_letters_of(texts) != arrays.other_letters:
            yield Fault(f"{section}/{level}_letters", "the keys have other letters")


def _gram_faults(arrays: FieldArrays, section: str) -> Iterator[Fault]:
    grams, groups = arrays.stem_grams, arrays.group_count(GRAM_LEVEL)
    if len(grams.counts) != groups or not _are_slices(grams.starts, grams.codes, grams.owners):
        yield Fault(
            f"{section}/{GRAM_LEVEL}_gram_starts", "the trigrams are not as many as it says"
        )
    elif len(grams.owners) and int(grams.owners.max()) >= groups:
        yield Fault(f"{section}/{GRAM_LEVEL}_gram_groups", "a trigram is of no group")


def _bearing_faults(arrays: FieldArrays, section: str) -> Iterator[Fault]:
    targets, starts, groups = arrays.bearing_targets, arrays.bearing_starts, arrays.bearing_groups
    problem = _strings_problem(targets)
    if problem:
        yield Fault(f"{section}/bearing_bytes", problem)
    elif not _are_slices(starts, targets, groups):
        yield Fault(f"{section}/bearing_group_starts", "the groups are not as many as it says")
    elif len(groups) and int(groups.max()) >= arrays.group_count(BEARING_LEVEL):
        yield Fault(f"{section}/bearing_groups", "there is no such group")


def _are_slices(starts: Array, owners: Sized, values: Sized) -> bool:
    """Whether each owner has a slice of the values, one after another, and none is left."""
    ends = starts.astype(np.int64)
    if len(ends) != len(owners) + 1:
        return not len(owners) and not len(values)
    return not (int(ends[0]) or int(ends[-1]) != len(values) or (np.diff(ends) < 0).any())


def _posting_faults(arrays: FieldArrays, section: str) -> Iterator[Fault]:
    """Postings against the dictionary and the number of documents, piece by piece."""
    starts = arrays.doc_starts.whole
    if arrays.term_count and int(np.diff(starts).min()) < 1:
        yield Fault(f"{section}/doc_counts", "a term has no postings")
        return
    first = 0
    while first < arrays.term_count:
        last = int(np.searchsorted(starts, starts[first] + _PIECE, side="right")) - 1
        last = min(max(last, first + 1), arrays.term_count)
        low, high = int(starts[first]), int(starts[last])
        arrays.check_postings(np.array([[low, high]]))
        docs, tf = arrays.docs[low:high], arrays.tf[low:high]
        begins = starts[first:last] - low
        if len(docs) and int(docs.max()) >= arrays.document_count:
            yield Fault(f"{section}/docs", "a posting names a document that is not there")
            return
        rises = np.ones(len(docs), np.bool_)
        rises[1:] = docs[1:] > docs[:-1]
        rises[begins] = True
        if not rises.all():
            yield Fault(f"{section}/docs", "the postings of a term are not in their order")
            return
        if arrays.has_positions:
            counted = np.add.reduceat(tf, begins, dtype=np.int64)
            if not np.array_equal(counted, np.diff(arrays.position_starts.whole[first : last + 1])):
                yield Fault(f"{section}/tf", "it does not agree with the positions")
                return
        first = last


def _column_faults(
    container: Container, name: str, read: Callable[[Container, str], NDArray[Any]]
) -> Iterator[Fault]:
    if len(read(container, name)) != container.meta["documents"]:
        yield Fault(f"c/{name}", "not as many values as documents")


def _stored_faults(reader: SegmentReader) -> Iterator[Fault]:
    """Every record and text, and each text against the places of its tokens."""
    for prefix in reader.misplaced():
        yield Fault(f"{prefix}/block_starts", "the blocks are not where documents look for them")
        return
    for docnum in range(reader.document_count):
        try:
            reader.record(docnum)
        except Exception as error:  # noqa: BLE001  see above
            yield _unreadable("records", error)
            break
    for name in reader.text_names:
        yield from _checked(f"s/{name}", lambda name=name: _text_faults(reader, name))  # type: ignore[misc]


def _text_faults(reader: SegmentReader, name: str) -> Iterator[Fault]:
    arrays = reader.field(name)
    if arrays is not None and arrays.token_counts_by_docnum is not None:
        starts = arrays.sample_starts_by_docnum
        if int(starts[-1]) != len(arrays.sample_offsets):
            yield Fault(f"f/{name}/sample_offsets", "not as many as it says")
            return
    for docnum in range(reader.document_count):
        text = reader.text(docnum, name)
        if arrays is None or arrays.token_counts_by_docnum is None:
            continue
        samples = arrays.samples(docnum)
        held = len(text or "")
        if len(samples) and (int(samples[-1]) >= held or (samples[1:] <= samples[:-1]).any()):
            yield Fault(f"f/{name}/sample_offsets", f"a word of document {docnum} is not in it")
            return


def _print_faults(container: Container) -> Iterator[Fault]:
    """Counts against what they count, and grams in their order."""
    prints = read_prints(container)
    others, lines = int(prints.others.sum()), int(prints.line_counts.sum(dtype=np.int64))
    if others != len(prints.grams) or int(prints.has_grams.sum()) * BINS != len(prints.minima):
        yield Fault("prints/gram_counts", "not as many grams as it says")
        return
    if lines != len(prints.lines):
        yield Fault("prints/line_counts", "not as many lines as it says")
    rises = np.ones(len(prints.grams), np.bool_)
    rises[1:] = prints.grams[1:] > prints.grams[:-1]
    starts = starts_of(prints.others)[:-1]
    rises[starts[starts < len(rises)]] = True
    if not rises.all():
        yield Fault("prints/grams", "the grams of a text are not in their order")
    problem = _order_problem(container)
    if problem:
        yield Fault("prints/order", problem)


def _order_problem(container: Container) -> str:
    """What is wrong with the order by which minima are found."""
    minima, order = read_prints(container).minima, read_order(container).astype(np.int64)
    by_bin = order.reshape(BINS, -1)
    rows = np.arange(by_bin.shape[1])
    if not all(np.array_equal(np.sort(row), rows) for row in by_bin):
        return "two texts have the same place"
    values = minima.take(by_bin * BINS + np.arange(BINS).reshape(-1, 1))
    return "" if (values[:, 1:] >= values[:, :-1]).all() else "the minima are not in their order"


def living(entry: SegmentEntry, container: Container) -> Iterator[tuple[int, int]]:
    """(number of its file, docnum) of every document that is not deleted."""
    docnums = np.flatnonzero(~deleted_mask(entry))
    numbers = read_numbers(container, "file").take(docnums)
    return zip(numbers.tolist(), docnums.tolist(), strict=True)


def numbers_of(entry: SegmentEntry, container: Container) -> Counter[int]:
    """How many documents that are not deleted each file has in a segment, by its number."""
    return Counter(number for number, _ in living(entry, container))
