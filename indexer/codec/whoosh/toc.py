"""How does a commit reach the disk whole, and how is a TOC read without trusting it?

The TOC is Whoosh's own format, so that Whoosh opens our indexes: a few numbers, the schema and the
list of segments, both pickled; behind them, where Whoosh does not look, "FAHRASTC" and the crc32
(u4) of all before. Writing: every segment is on the disk before (`builder.write_to`); then the
folder is synced, the TOC goes to a temporary file, is synced, renamed, and the folder synced again.
Whoever is killed in between leaves the old TOC or the new one.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from whoosh import columns, fields, formats
from whoosh.index import TOC

from indexer.codec.commits import newest_generation, seal_of, stale_names, toc_parts, unpickled
from indexer.codec.container import folder_of
from indexer.errors import IndexCorruptError, NoIndexError
from indexer.storage.durable import sync_folder

_TEMPORARY = ".new"
_PLAIN = {
    ("builtins", "int"), ("builtins", "float"), ("builtins", "bool"), ("builtins", "str"),
    ("builtins", "bytes"), ("builtins", "set"), ("builtins", "frozenset"), ("builtins", "object"),
    ("copyreg", "_reconstructor"), ("re", "_compile"), ("decimal", "Decimal"),
    ("datetime", "datetime"), ("datetime", "date"), ("datetime", "timedelta"),
    ("whoosh.fields", "Schema"),
    ("indexer.codec.whoosh.segment", "ColumnarSegment"),
    ("indexer.codec.whoosh.formfield", "FormField"),
    ("analyzers.whoosh_adapter", "ArabicAnalyzer"),
    ("whoosh.codec.whoosh3", "W3Segment"),
}  # fmt: skip
_PROTOCOL_2_NAMES = {
    ("__builtin__", "long"): ("builtins", "int"),
    ("__builtin__", "unicode"): ("builtins", "str"),
    ("indexer.codec.segment", "ColumnarSegment"): (
        "indexer.codec.whoosh.segment",
        "ColumnarSegment",
    ),
    ("indexer.codec.formfield", "FormField"): ("indexer.codec.whoosh.formfield", "FormField"),
}
_ANALYSIS = {
    "whoosh.analysis.analyzers", "whoosh.analysis.filters", "whoosh.analysis.tokenizers",
    "whoosh.analysis.intraword", "whoosh.analysis.morph", "whoosh.analysis.ngrams",
    "whoosh.analysis.acore",
}  # fmt: skip
_UNTRUSTED_FORMATS = {"Characters", "PositionBoosts", "CharacterBoosts"}
"""Whoosh decodes the posting values of these with pickle."""


class _Unpickler(pickle.Unpickler):
    """Admits the classes that schemas and segments are made of, and nothing that acts."""

    def find_class(self, module: str, name: str) -> Any:
        """The class, or IndexCorruptError where it is not one that a TOC may hold."""
        module, name = _PROTOCOL_2_NAMES.get((module, name), (module, name))
        module = {"__builtin__": "builtins", "copy_reg": "copyreg"}.get(module, module)
        if "." not in name and ((module, name) in _PLAIN or _is_whoosh_class(module, name)):
            return super().find_class(module, name)
        raise IndexCorruptError(f"the index's table of contents may not refer to {module}.{name}")


def _is_whoosh_class(module: str, name: str) -> bool:
    if module == "whoosh.fields":
        return _is_subclass(getattr(fields, name, None), fields.FieldType)
    if module == "whoosh.formats":
        return name not in _UNTRUSTED_FORMATS and _is_subclass(
            getattr(formats, name, None), formats.Format
        )
    if module == "whoosh.columns":
        return name != "PickleColumn" and _is_subclass(getattr(columns, name, None), columns.Column)
    return module in _ANALYSIS and name[:1].isupper()


def _is_subclass(found: Any, base: type) -> bool:
    return isinstance(found, type) and issubclass(found, base)


def restricted_loads(data: bytes) -> Any:
    """Unpickle what a TOC may hold; IndexCorruptError for all else."""
    return unpickled(data, _Unpickler)


def read_toc(storage: Any, indexname: str, schema: Any = None) -> TOC:
    """The newest TOC; NoIndexError where there is none. `schema` replaces the stored one."""
    generation = newest_generation(storage.list(), indexname)
    if generation < 0:
        raise NoIndexError(f"no index named {indexname} in {storage}")
    with storage.open_file(TOC._filename(indexname, generation)) as file:
        parts = toc_parts(bytes(file.read()))
    segments = restricted_loads(parts.segments)
    if schema is None:
        schema = restricted_loads(parts.schema)
    return TOC(schema, segments, generation, version=parts.version, release=parts.release)


def write_toc(storage: Any, indexname: str, toc: TOC) -> None:
    """Make a TOC the newest one, for good."""
    folder = folder_of(storage)
    if folder is None:
        toc.write(storage, indexname)
        return
    sync_folder(folder)
    name = TOC._filename(indexname, toc.generation)
    written = _Renamed(storage, name)
    toc.write(written, indexname)
    temporary = os.path.join(folder, written.temporary)
    _seal(temporary)
    os.replace(temporary, os.path.join(folder, name))
    sync_folder(folder)


class _Renamed:
    """A storage to `TOC.write` that leaves the last step, the renaming, to us."""

    def __init__(self, storage: Any, name: str) -> None:
        self._storage = storage
        self.temporary = name + _TEMPORARY

    def create_file(self, _name: str) -> Any:
        """The temporary file, whatever name Whoosh wants."""
        return self._storage.create_file(self.temporary)

    def rename_file(self, *_names: str, **_options: bool) -> None:
        """Nothing: the file is synced first."""


def _seal(path: str) -> None:
    """Append the checksum and see the file on the disk."""
    with open(path, "r+b") as file:
        file.write(seal_of(file.read()))
        file.flush()
        os.fsync(file.fileno())


def remove_stale_files(
    storage: Any, indexname: str, generation: int, segments: Iterable[Any]
) -> None:
    """Remove files of this index that neither this generation nor its segments need."""
    current = [segment.segment_id() for segment in segments]
    for name in stale_names(storage.list(), indexname, generation, current):
        with suppress(FileNotFoundError):
            storage.delete_file(name)
