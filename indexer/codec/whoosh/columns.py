"""The columns of fields, by which Whoosh sorts and filters, stored as Whoosh writes them."""

from __future__ import annotations

from typing import IO, Any

from whoosh.filedb.structfile import BufferFile, StructFile

from indexer.codec.container import Container


def column_writer(column: Any, file: IO[bytes]) -> Any:
    """Whoosh's writer of a column."""
    return column.writer(StructFile(file))


def read_column(container: Container, name: str, column: Any) -> Any:
    """Whoosh's reader of a field's column."""
    data = bytes(container.view(f"c/{name}"))
    return column.reader(BufferFile(data), 0, len(data), container.meta["documents"])
