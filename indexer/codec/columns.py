"""Read the columns of a segment, one value per document, without Whoosh.

Columns are kept as Whoosh writes them: see `format.py`, and `whoosh.columns` in Whoosh itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.codec.container import Container

_WITH_OFFSETS = b"X"


def has_column(container: Container, name: str) -> bool:
    """Whether a field has a column here."""
    return f"c/{name}" in container


def read_numbers(container: Container, name: str) -> NDArray[np.int64]:
    """A column of unsigned 32-bit numbers, by docnum; 0 where there is none.

    Documents after the last that has a number are missing at the end, as Whoosh writes it.
    """
    numbers = np.zeros(container.meta["documents"], np.int64)
    if has_column(container, name):
        found = np.frombuffer(container.view(f"c/{name}"), ">u4")
        numbers[: len(found)] = found
    return numbers


def read_texts(container: Container, name: str) -> NDArray[np.str_]:
    """A column of short texts, by docnum; empty where there is none.

    Whoosh's VarBytesColumn: values end to end, the length of each as big-endian numbers, of many
    documents where each begins as well, then the type of these numbers.
    """
    # 2017 2018-01 of three documents, the second without: "20172018-01" 04 00 07 "B"
    count = container.meta["documents"]
    if not count or not has_column(container, name):
        return np.zeros(count, "<U1")
    data = bytes(container.view(f"c/{name}"))
    end = len(data) - 1
    if data[end:] == _WITH_OFFSETS:
        end -= 2
        kind, offsets = data[end : end + 1], np.dtype(chr(data[end + 1]))
        end -= count * offsets.itemsize
    else:
        kind = data[end:]
    lengths_of = np.dtype(kind.decode("ascii")).newbyteorder(">")
    lengths = np.frombuffer(data, lengths_of, count, end - count * lengths_of.itemsize)
    stops = lengths.astype(np.int64).cumsum()
    starts = stops - lengths
    places = zip(starts.tolist(), stops.tolist(), strict=True)
    return np.array([data[start:stop].decode("utf-8") for start, stop in places])
