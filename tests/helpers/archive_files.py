"""Archives made by hand: zips whose names are in old code pages, tars, bombs."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping


def zip_of(files: Mapping[str, str | bytes], *, stored: bool = False) -> bytes:
    buffer = io.BytesIO()
    kind = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(buffer, "w", kind) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, kind)
    return buffer.getvalue()


def zip_named(name: bytes, content: str) -> bytes:
    """A zip of one file whose name is written as these bytes, without the flag of UTF-8."""
    data = zip_of({"A" * len(name): content})
    return data.replace(b"A" * len(name), name)


def tar_of(files: Mapping[str, str | bytes], **how: object) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", **how) as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def encrypted(data: bytes) -> bytes:
    """The zip with the flag that its parts are encrypted."""
    local, central = b"PK\x03\x04", b"PK\x01\x02"
    changed = bytearray(data)
    for sign, offset in ((local, 6), (central, 8)):
        at = -1
        while (at := data.find(sign, at + 1)) >= 0:
            changed[at + offset] |= 1
    return bytes(changed)
