"""Which words of their own do users count as one? Tables of variants, read once each."""

from __future__ import annotations

import os

from analyzers.variants import VariantTable
from indexer.errors import FahrasError
from indexer.given import MIB, read_given

VARIANTS_NAME = "variants.txt"
"""A user's own table, beside the data folder; it outlives rebuilds."""

_VARIANTS_BYTES = 4 * MIB


class VariantTables:
    """Unions of the built-in table with those of some files, known until a file changes."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], VariantTable] = {}

    def united(self, own: str, files: tuple[str, ...]) -> VariantTable:
        """The built-in table, that of an index itself, where there is one, then of `files`.

        Raises FahrasError, which names the file.
        """
        wanted = (own, *files) if os.path.exists(own) else files
        key = tuple(map(as_it_is, wanted))
        if key not in self._known:
            table = VariantTable.default()
            for path in wanted:
                table = _with_file(table, path, streams=path != own)
            self._known[key] = table
        return self._known[key]


def as_it_is(path: str) -> object:
    """What tells a file from another of that name, or from itself before it was changed."""
    try:
        info = os.stat(path)
    except OSError:
        return path
    return os.path.abspath(path), info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns


def _with_file(table: VariantTable, path: str, *, streams: bool) -> VariantTable:
    """The table with the groups of a user's file; errors name the file."""
    try:
        data = read_given(path, _VARIANTS_BYTES, streams=streams)
        return table.with_text(data.decode("utf-8-sig"), path)
    except OSError as error:
        raise FahrasError(f"the table of variants {path}: {error.strerror}") from error
    except FahrasError as error:
        raise FahrasError(f"the table of variants {error}") from error
    except UnicodeDecodeError as error:
        raise FahrasError(f"the table of variants {path} is not UTF-8: save it as UTF-8") from error
    except ValueError as error:
        raise FahrasError(f"the table of variants {error}") from error
