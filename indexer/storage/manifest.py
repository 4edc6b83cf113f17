"""Read and write `fahras.json`: the versions of an index, and where its data and its home are.

::

    {"analyzer":2,"crc32":2236044478,"data":"data-1","format":3,"home":".."}

`data` is the data folder in use; `home` is where the paths of the index start, absolute or from the
index's own folder. The crc32 is that of the same object without it, in ASCII, sorted, without
spaces; before format 3 there was none. Anything else is refused: the file may have come with
somebody else's folder.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from typing import Any, NamedTuple

from indexer.codec.format import FORMAT_VERSION
from indexer.errors import IndexCorruptError

NAME = "fahras.json"

LARGEST_BYTES = 1 << 16
"""A home has at most 4,096 bytes, and an escaped byte takes six."""

is_data_folder = re.compile(r"data-[1-9][0-9]{0,8}").fullmatch
_is_home = re.compile(r"[^\0]{1,4096}", re.DOTALL).fullmatch


class Manifest(NamedTuple):
    """What an index of any version says about itself."""

    format: int
    analyzer: int
    data: str
    home: str


def encode(manifest: Manifest) -> bytes:
    """The bytes of `fahras.json`."""
    said = manifest._asdict()
    return _json(said | {"crc32": zlib.crc32(_json(said))})


def decode(data: bytes, path: str) -> Manifest:
    """The manifest in these bytes of the file `path`. Raises IndexCorruptError."""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise IndexCorruptError(f"{path} is damaged: it is not JSON") from error
    try:
        return _checked(said)
    except KeyError as error:
        raise IndexCorruptError(f"{path} is damaged: it does not say {error}") from error
    except (ValueError, TypeError) as error:
        raise IndexCorruptError(f"{path} is damaged: {error}") from error


def _json(said: dict[str, Any]) -> bytes:
    return json.dumps(said, separators=(",", ":"), sort_keys=True).encode("ascii")


def _checked(said: Any) -> Manifest:
    """The manifest, with every value checked. Raises ValueError, KeyError or TypeError."""
    if not isinstance(said, dict):
        raise TypeError("it is not an object")
    manifest = Manifest(*map(said.__getitem__, Manifest._fields))
    if manifest.format == FORMAT_VERSION and said.get("crc32") != zlib.crc32(
        _json(manifest._asdict())
    ):
        raise ValueError("checksum")
    for version in manifest[:2]:
        if type(version) is not int or not 0 <= version < 1 << 31:
            raise TypeError(f"no version: {version!r:.40}")
    if not isinstance(manifest.data, str) or not is_data_folder(manifest.data):
        raise ValueError(f"no data folder: {manifest.data!r:.80}")
    if not isinstance(manifest.home, str) or not _is_home(manifest.home):
        raise ValueError(f"no home: {manifest.home!r:.80}")
    os.fsencode(manifest.home)  # raises for surrogates that stand for no byte
    return manifest
