"""Read the prints of a segment's texts: what they are is said in `copies.prints`.

There is a text for each part of each document, in their order; a document of one part, or without a
field `PRINTED_FIELD`, is one text.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from analyzers.ranked import changes
from indexer.codec.container import Container
from indexer.copies.prints import Prints

Ints = NDArray[Any]

PRINTED_FIELD = "text"

_FIELD = f"f/{PRINTED_FIELD}/"


class SegmentTexts(NamedTuple):
    """By text of a segment: docnum, ascending, and how many words it has."""

    docs: Ints
    words: Ints


def has_prints(container: Container) -> bool:
    """Whether any document of a segment was given prints."""
    return "prints/keys" in container


def read_prints(container: Container) -> Prints:
    """The prints of all texts of a segment; of none, where it has none."""
    if has_prints(container):
        return Prints(*(container.array(f"prints/{name}") for name in Prints._fields))
    count = len(read_texts(container).docs)
    none = np.zeros(count, np.int64)
    return Prints.none()._replace(
        gram_counts=none, line_counts=none, keys=np.zeros(count, np.uint64)
    )


def read_order(container: Container) -> Ints:
    """What `copies.lookup` finds minima by."""
    return container.array("prints/order") if has_prints(container) else np.zeros(0, np.uint32)


def read_texts(container: Container) -> SegmentTexts:
    """The texts of a segment."""
    count = container.meta["documents"]
    docs, words = np.arange(count), np.zeros(count, np.int64)
    if f"{_FIELD}token_counts" in container:
        words = container.array(f"{_FIELD}token_counts").astype(np.int64)
    if f"{_FIELD}part_docs" not in container:
        return SegmentTexts(docs, words)
    owners = container.array(f"{_FIELD}part_docs").astype(np.int64)
    docs = docs.repeat(1 + np.bincount(owners, minlength=count))
    firsts = np.zeros(len(docs), np.int64)
    firsts[owners + 1 + np.arange(len(owners))] = container.array(f"{_FIELD}part_tokens")
    ends = np.append(firsts[1:], 0)
    last = changes(docs[::-1])[::-1]
    ends[last] = words
    return SegmentTexts(docs, ends - firsts)
