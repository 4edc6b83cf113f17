"""What is in a 7z archive? Unpacked by py7zr in the worker, into memory, within limits."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from indexer.errors import ExtractError
from indexer.extract.members import Member, all_records_of, refuse_depth
from indexer.extract.package import MOST_ENTRIES, MOST_PART_BYTES, BombError
from indexer.extract.types import Extraction

if TYPE_CHECKING:
    from py7zr.io import Py7zIO

MOST_BYTES = 64 << 20
"""Of all that is in an archive: it comes out of the worker at once."""

_SECONDS, _SECONDS_A_MIB = 30, 10


def extract_7z(data: bytes, extraction: Extraction) -> None:
    """Fill in the records of all that is in an archive."""
    from indexer.extract.worker import read_apart

    refuse_depth(extraction)
    seconds = _SECONDS + _SECONDS_A_MIB * (len(data) >> 20)
    files, skipped = read_apart(f"{__name__}:parse", data, seconds=seconds)
    for name in skipped:
        extraction.report(f"!/{name}: more than {MOST_PART_BYTES >> 20} MiB: unpack it")
    members = (Member(name, (base64.b64decode(content),)) for name, content in files)
    extraction.records = all_records_of(members, extraction)


def parse(data: bytes) -> tuple[list[tuple[str, str]], list[str]]:
    """(name, content in base64) of each file, and the names of those too large; for the worker."""
    import py7zr
    from py7zr import exceptions
    from py7zr.io import WriterFactory

    class Pieces(WriterFactory):  # type: ignore[misc]  # untyped
        """Takes what is unpacked, as long as it is not too much."""

        def __init__(self) -> None:
            self.files: dict[str, _File] = {}
            self.given = 0

        def create(self, filename: str) -> Py7zIO:
            file = self.files[filename] = _File(self)
            return file

    class _File(py7zr.io.Py7zIO):  # type: ignore[misc]  # untyped
        def __init__(self, all_: Pieces) -> None:
            self.content = io.BytesIO()
            self._all = all_

        def write(self, s: bytes | bytearray) -> int:
            self._all.given += len(s)
            if self._all.given > MOST_BYTES:
                raise BombError(f"it unpacks to more than {MOST_BYTES >> 20} MiB: unpack it")
            return self.content.write(s)

        def read(self, size: int | None = None) -> bytes:
            return self.content.read(-1 if size is None else size)

        def seek(self, offset: int, whence: int = 0) -> int:
            return self.content.seek(offset, whence)

        def flush(self) -> None:
            """Nothing waits."""

        def size(self) -> int:
            return self.content.getbuffer().nbytes

    pieces = Pieces()
    try:
        with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
            if archive.needs_password():
                raise ExtractError("protected by a password: unpack it, or save it without")
            infos = [info for info in archive.list() if not info.is_directory]
            if len(infos) > MOST_ENTRIES:
                raise ExtractError(f"{len(infos):,} files, where {MOST_ENTRIES:,} are the limit")
            large = [i.filename for i in infos if (i.uncompressed or 0) > MOST_PART_BYTES]
            wanted = [i.filename for i in infos if (i.uncompressed or 0) <= MOST_PART_BYTES]
            if wanted:
                archive.extract(targets=wanted, factory=pieces)
    except exceptions.PasswordRequired:
        raise ExtractError("protected by a password: unpack it, or save it without") from None
    except (exceptions.ArchiveError, EOFError, OSError, ValueError) as error:
        raise ExtractError(f"damaged: {error}") from error
    files = [
        (name, base64.b64encode(file.content.getvalue()).decode("ascii"))
        for name, file in pieces.files.items()
    ]
    return files, large
