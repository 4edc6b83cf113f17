"""Store texts and other values, and read them back one document at a time.

Blobs of whole documents are compressed together in blocks (zstd); reading a document unpacks its
block and keeps it for the next. Merging copies blocks whose documents are all alive as they are.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import IO, Any

import numpy as np
import zstandard

from analyzers.named import NamedTuple
from indexer.codec.container import Container, ContainerWriter
from indexer.codec.postings import Array
from indexer.errors import IndexCorruptError

BLOCK_BYTES = 48 << 10
BLOCK_DOCUMENTS = 64
"""A block is closed at either: a title is read without unpacking hundreds of others."""

LEVEL = 3

_PIECE_CHARS = 4 << 20
"""A longer text is a block of its own, compressed in pieces of this many code points."""


class BlobWriter:
    """Collects one blob (or none) per document, in the order of docnums, into `scratch`."""

    def __init__(self, scratch: IO[bytes]) -> None:
        self._scratch = scratch
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
        self._sizes: list[int] = []
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._block_starts = [0]
        self._block_docs = [0]

    def __len__(self) -> int:
        return len(self._sizes)

    def add(self, docnum: int, blob: bytes) -> None:
        """The blob of a document; documents that were skipped have none."""
        if len(self._sizes) < docnum:
            self.fill(docnum)
        self._sizes.append(len(blob) + 1)
        self._pending.append(blob)
        self._pending_bytes += len(blob)
        if self._pending_bytes >= BLOCK_BYTES or len(self._pending) >= BLOCK_DOCUMENTS:
            self._flush()

    def add_text(self, docnum: int, text: str) -> None:
        """The same for a text; a long one is encoded and compressed piece by piece."""
        if len(text) <= _PIECE_CHARS:
            self.add(docnum, text.encode("utf-8", "surrogatepass"))
            return
        self._flush()
        self.fill(docnum)
        packer = self._compressor.compressobj()
        packed = size = 0
        for start in range(0, len(text), _PIECE_CHARS):
            piece = text[start : start + _PIECE_CHARS].encode("utf-8", "surrogatepass")
            size += len(piece)
            packed += self._scratch.write(packer.compress(piece))
        packed += self._scratch.write(packer.flush())
        self._sizes.append(size + 1)
        self._end_block(packed)

    def fill(self, doc_count: int) -> None:
        """Give no blob to the documents up to `doc_count`."""
        self._sizes.extend([0] * (doc_count - len(self._sizes)))

    def add_block(self, frame: bytes | memoryview, sizes: list[int]) -> None:
        """A whole compressed block, as a `BlobReader` holds it; `sizes` as in the format."""
        self._flush()
        self._sizes.extend(sizes)
        self._append(frame)

    def _flush(self) -> None:
        if len(self._sizes) > self._block_docs[-1]:
            self._append(self._compressor.compress(b"".join(self._pending)))
            self._pending, self._pending_bytes = [], 0

    def _append(self, frame: bytes | memoryview) -> None:
        self._scratch.write(frame)
        self._end_block(len(frame))

    def _end_block(self, packed_bytes: int) -> None:
        self._block_starts.append(self._block_starts[-1] + packed_bytes)
        self._block_docs.append(len(self._sizes))

    def finish(self, writer: ContainerWriter, prefix: str, doc_count: int) -> None:
        """Write the four arrays `<prefix>blocks`, `block_starts`, `block_docs`, `sizes`."""
        self.fill(doc_count)
        self._flush()
        writer.add_stream(f"{prefix}blocks", np.dtype("u1"), self._scratch)
        writer.add(f"{prefix}block_starts", np.array(self._block_starts, "<u8"))
        writer.add(f"{prefix}block_docs", np.array(self._block_docs, "<u4"))
        writer.add(f"{prefix}sizes", np.array(self._sizes, "<u4"))


class _Block(NamedTuple):
    """Blobs of documents from `first` on, end to end; `bounds`: where each begins, and the end."""

    first: int
    data: bytes
    bounds: list[int]


_LARGEST_BLOCK_BYTES = 1 << 30
"""Limit for a block: files of more than 400 MiB are refused, and text can grow by half."""

_HELD_BYTES = 1 << 20
"""About this much of unpacked blocks is cached, and always the last one, whatever its size."""


class BlobReader:
    """The blobs of one segment under one prefix; where they are is read with the first of them."""

    def __init__(self, container: Container, prefix: str) -> None:
        self._container = container
        self._prefix = prefix
        self._held: dict[int, _Block] = {}
        self._held_bytes = 0

    @cached_property
    def _blocks(self) -> memoryview:
        """All frames; each has a checksum of its own."""
        return self._container.raw(f"{self._prefix}blocks")

    @cached_property
    def _block_starts(self) -> Array:
        return self._container.array(f"{self._prefix}block_starts")

    @cached_property
    def _block_docs(self) -> Array:
        return self._container.array(f"{self._prefix}block_docs")

    @cached_property
    def _sizes(self) -> Array:
        return self._container.array(f"{self._prefix}sizes")

    @cached_property
    def _decompressor(self) -> zstandard.ZstdDecompressor:
        return zstandard.ZstdDecompressor()

    def _damaged(self, block: int, how: str) -> IndexCorruptError:
        name = f"{self._container.name}: {self._prefix}blocks"
        return IndexCorruptError(f"{name}: block {block} {how}")

    @property
    def count(self) -> int:
        """How many documents there are."""
        return len(self._sizes)

    def get(self, docnum: int) -> bytes | None:
        """The blob of a document, None where it has none."""
        if not self._sizes[docnum]:
            return None
        wanted = self._block_docs.dtype.type(docnum)
        block = int(self._block_docs.searchsorted(wanted, side="right")) - 1
        held = self._held.get(block) or self._hold(block)
        place = docnum - held.first
        return held.data[held.bounds[place] : held.bounds[place + 1]]

    def bounds_are_right(self) -> bool:
        """Whether the blocks lie end to end and have all documents, each once."""
        starts, docs = self._block_starts.astype(np.int64), self._block_docs.astype(np.int64)
        return bool(
            len(docs)
            and (starts[0], docs[0]) == (0, 0)
            and (starts[-1], docs[-1]) == (len(self._blocks), len(self._sizes))
            and (np.diff(starts) >= 0).all()
            and (np.diff(docs) > 0).all()
        )

    def _hold(self, block: int) -> _Block:
        """Unpack a block, and cache it with other recently used ones."""
        while self._held_bytes > _HELD_BYTES:
            self._held_bytes -= len(self._held.pop(next(iter(self._held))).data)
        first, last = self._block_docs[block : block + 2].tolist()
        sizes = self._sizes[first:last].tolist()
        bounds = [0, *accumulate(size - 1 if size else 0 for size in sizes)]
        data = self._unpacked(block, bounds[-1])
        held = self._held[block] = _Block(first, data, bounds)
        self._held_bytes += len(data)
        return held

    def _unpacked(self, block: int, size: int) -> bytes:
        """The bytes of a block, no more than its documents have, so no frame can exhaust memory."""
        frame = self._frame(block)
        try:
            if size <= _LARGEST_BLOCK_BYTES and zstandard.frame_content_size(frame) in (size, -1):
                data: bytes = self._decompressor.decompress(frame, size)
                if len(data) == size:
                    return data
        except zstandard.ZstdError as error:
            raise self._damaged(block, f"is damaged: {error}") from error
        raise self._damaged(block, "has not the size that it should")

    def _frame(self, block: int) -> memoryview:
        start, stop = self._block_starts[block : block + 2].tolist()
        return self._blocks[start:stop]

    def copy_to(self, target: BlobWriter, alive: Array | None) -> None:
        """Append all documents that are alive (bool by docnum; None: all) to another writer."""
        for block in range(len(self._block_docs) - 1):
            first, last = self._block_docs[block : block + 2].tolist()
            if alive is None or alive[first:last].all():
                target.add_block(self._frame(block), self._sizes[first:last].tolist())
                continue
            for docnum in (first + np.flatnonzero(alive[first:last])).tolist():
                blob = self.get(docnum)
                if blob is None:
                    target.fill(len(target) + 1)
                else:
                    target.add(len(target), blob)


_TO_JSON = json.JSONEncoder(separators=("\n", ":"), ensure_ascii=False, check_circular=False).encode
"""Members are separated by a newline, which is always escaped inside them."""

_IS_JSON = frozenset((str, bool, int, float, type(None))).__contains__


def encode_records(records: Sequence[dict[str, Any]]) -> list[bytes | None]:
    """The stored values of each document as bytes, None for one that has none.

    Raises TypeError for a value that has no place in JSON.
    """
    kept = [record for record in records if record]
    if all(_IS_JSON(kind) for record in kept for kind in map(type, record.values())):
        encoded = _in_json(kept)  # one call for all: it costs several times what a record does
    else:
        plain = [{key: _plain(value) for key, value in record.items()} for record in kept]
        encoded = [text for record in plain for text in _in_json([record])]
    texts = iter(encoded)
    return [next(texts).encode("utf-8", "surrogatepass") if record else None for record in records]


def _in_json(records: list[dict[str, Any]]) -> list[str]:
    """Each record as JSON; several only where no value is an object or a list."""
    inner = _TO_JSON(records)[2:-2]
    parts = inner.split("}\n{") if len(records) > 1 else [inner] * len(records)
    return ["{" + part.replace("\n", ",") + "}" for part in parts]


def decode_record(blob: bytes) -> dict[str, Any]:
    """The stored values that `encode_records` was given."""
    record: dict[str, Any] = json.loads(blob.decode("utf-8", "surrogatepass"))
    return {key: _original(value) for key, value in record.items()}


def _plain(value: Any) -> Any:
    """A stored value as JSON has it; what JSON lacks as an object of one member (`format.py`)."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, bytes):
        import base64

        return {"$bytes": base64.b64encode(value).decode("ascii")}
    if isinstance(value, datetime.datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"$date": value.isoformat()}
    import decimal

    if isinstance(value, decimal.Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, tuple):
        return {"$tuple": [_plain(item) for item in value]}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"$object": {key: _plain(item) for key, item in value.items()}}
    raise TypeError(f"a stored value cannot be {type(value).__name__}: {value!r:.80}")


def _original(value: Any) -> Any:
    """The value of which `_plain` made this."""
    if isinstance(value, list):
        return [_original(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((tag, content),) = value.items()
    if tag == "$bytes":
        import base64

        return base64.b64decode(content)
    if tag == "$datetime":
        return datetime.datetime.fromisoformat(content)
    if tag == "$date":
        return datetime.date.fromisoformat(content)
    if tag == "$decimal":
        import decimal

        return decimal.Decimal(content)
    if tag == "$tuple":
        return tuple(_original(item) for item in content)
    return {key: _original(item) for key, item in content.items()}
