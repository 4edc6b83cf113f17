"""Read the prints of a segment's documents: what they are is said in `copies.prints`."""

from __future__ import annotations

import numpy as np

from indexer.codec.container import Container
from indexer.copies.prints import Prints


def has_prints(container: Container) -> bool:
    """Whether any document of a segment was given prints."""
    return "prints/keys" in container


def read_prints(container: Container) -> Prints:
    """The prints of all documents of a segment, by docnum; of none, where it has none."""
    if has_prints(container):
        return Prints(*(container.array(f"prints/{name}") for name in Prints._fields))
    count = container.meta["documents"]
    none = np.zeros(count, np.int64)
    return Prints.none()._replace(
        gram_counts=none, line_counts=none, keys=np.zeros(count, np.uint64)
    )
