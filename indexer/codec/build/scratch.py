"""Temporary files for runs and unfinished arrays until their segment is written.

They are unnamed and beside the index (never in a /tmp that may be memory), so a killed process
leaves nothing behind.
"""

from __future__ import annotations

import mmap
import tempfile
from contextlib import ExitStack
from typing import IO

import numpy as np

from indexer.codec.container import Container, ContainerWriter
from indexer.codec.postings import Array, Postings

_IN_MEMORY_BYTES = 4 << 20


class Scratch:
    """Temporary files in one folder (None: the system's)."""

    def __init__(self, folder: str | None) -> None:
        self._folder = folder
        self._spools = ExitStack()
        self._runs: list[mmap.mmap] = []

    def spool(self) -> IO[bytes]:
        """A binary file that stays in memory while it is small."""
        return self._spools.enter_context(
            tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=self._folder)
        )

    def release(self) -> None:
        """Release the pages of spilled runs that were read; they are still in the files."""
        if hasattr(mmap, "MADV_DONTNEED"):
            for run in self._runs:
                run.madvise(mmap.MADV_DONTNEED)

    def close(self) -> None:
        """Close every spool; mapped runs are freed with the last array that uses them."""
        self._spools.close()

    def spill(self, postings: Postings) -> Postings:
        """The same postings, moved to a mapped file."""
        with tempfile.TemporaryFile(dir=self._folder) as file:
            writer = ContainerWriter(file)
            for part, array in postings._asdict().items():
                if array is not None:
                    writer.add(part, array)
            writer.close()
            self._runs.append(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            run = Container(self._runs[-1], "run")
        return Postings(**{part: run.array(part) for part in Postings._fields if part in run})


class ArraySpool:
    """An array that is written piece by piece, in one dtype."""

    def __init__(self, scratch: Scratch, dtype: np.dtype[np.generic]) -> None:
        self.dtype = dtype
        self._file = scratch.spool()

    def append(self, values: Array) -> None:
        """Add values at the end."""
        data = np.ascontiguousarray(values, dtype=self.dtype)
        if data.size:
            self._file.write(data.view(np.uint8).data)

    def finish(self, writer: ContainerWriter, name: str) -> None:
        """Write the whole array under a name."""
        writer.add_stream(name, self.dtype, self._file)
        self._file.close()  # its bytes are no longer needed, and may be many
