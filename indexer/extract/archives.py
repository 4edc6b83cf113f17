"""What is in an archive? Each file of a zip or tar, a document with the place where it lies.

Names that are not said to be UTF-8 are read in the code page that makes language of them: Windows
writes those of Arabic users in cp720 or windows-1256.
"""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from collections.abc import Iterator

from indexer.errors import ExtractError
from indexer.extract.members import Member, all_records_of
from indexer.extract.package import open_zip, zip_chunks
from indexer.extract.plausible import surprise
from indexer.extract.types import Extraction

_DAMAGE = (tarfile.TarError, ValueError, OverflowError, OSError, struct.error, EOFError)
"""What tarfile raises for damaged data."""

_CHUNK_BYTES = 1 << 20
_IS_UTF8, _IS_ENCRYPTED = 0x800, 0x1
_UNICODE_PATH = 0x7075
"""The field in which Info-ZIP and WinRAR write a name in UTF-8 beside the other one."""

_CODE_PAGES = (
    ("cp1256", 0.0),
    ("cp720", 2.0),
    ("iso8859-6", 4.0),
    ("cp1252", 8.0),
    ("cp437", 12.0),
)
"""To be tried for names, each with a handicap in bits, as in `charsets`."""


def extract_zip(data: bytes, extraction: Extraction) -> None:
    """Fill in the records of all that is in a zip, as they are asked for."""
    archive = open_zip(data)
    # `is_dir` fails where a name is empty, as it may be in a damaged zip
    infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
    locked = [info for info in infos if info.flag_bits & _IS_ENCRYPTED]
    if locked and len(locked) == len(infos):
        raise ExtractError("protected by a password: unpack it, or save it without")
    members = (Member(zip_name(info), zip_chunks(archive, info)) for info in infos)
    extraction.records = all_records_of(members, extraction)


def extract_tar(data: bytes, extraction: Extraction) -> None:
    """Fill in the records of all that is in a tar, as they are asked for."""
    try:
        archive = tarfile.open(fileobj=io.BytesIO(data), mode="r:")  # noqa: SIM115  in memory
    except _DAMAGE as error:
        raise ExtractError(f"damaged, or no tar: {error}") from error
    extraction.records = all_records_of(_tar_members(archive, extraction), extraction)


def _tar_members(archive: tarfile.TarFile, extraction: Extraction) -> Iterator[Member]:
    """The plain files of a tar; damage ends them, and is reported."""
    while True:
        try:
            info = archive.next()
        except _DAMAGE as error:
            extraction.report(f"damaged, what stands before the damage is kept: {error}")
            return
        if info is None:
            return
        archive.members = []  # type: ignore[attr-defined]  # it keeps them all otherwise
        if info.isreg():
            name = readable_name(info.name.encode("utf-8", "surrogateescape"))
            yield Member(name, _tar_chunks(archive, info))


def _tar_chunks(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Iterator[bytes]:
    try:
        file = archive.extractfile(info)
        while file is not None and (chunk := file.read(_CHUNK_BYTES)):
            yield chunk
    except _DAMAGE as error:
        raise ExtractError(f"damaged: {error}") from error


def zip_name(info: zipfile.ZipInfo) -> str:
    """The name of a file in a zip, in readable letters."""
    if info.flag_bits & _IS_UTF8:
        name = info.filename
    else:
        raw = info.filename.encode("cp437", "replace")
        name = _name_beside(info.extra) or readable_name(raw)
    return name if "/" in name else name.replace("\\", "/")


def _name_beside(extra: bytes) -> str:
    """The name in UTF-8 that the extra fields hold; "" if they hold none."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == _UNICODE_PATH and size > 5:
            return extra[at + 9 : at + 4 + size].decode("utf-8", "ignore")
        at += 4 + size
    return ""


def readable_name(raw: bytes) -> str:
    """A name as UTF-8, or in the code page in which it costs fewest bits as language."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    readings = []
    for page, handicap in _CODE_PAGES:
        name = raw.decode(page, "replace")
        readings.append((handicap + surprise(name), name))
    return min(readings)[1]
