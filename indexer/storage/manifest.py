"""Read and write `fahras.json`: the versions of an index, and where its data and its home are.

::

    {"analyzer":2,"crc32":2236044478,"data":"data-1","format":3,"home":".."}

`data` is the data folder in use; `home` is where the paths of the index start, absolute or from the
index's own folder. Names of one's own for fields, where there are any, are "aliases":
{"rubrik":"title"}. The crc32 is that of the same object without it, in ASCII, sorted, without
spaces; before format 3 there was none. Anything else is refused: the file may have come with
somebody else's folder.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from typing import Any

from analyzers.named import NamedTuple
from indexer.codec.format import FORMAT_VERSION
from indexer.errors import IndexCorruptError

NAME = "fahras.json"

LARGEST_BYTES = 1 << 16
"""A home has at most 4,096 bytes, and an escaped byte takes six."""

_MOST_ALIASES = 100
"""Of names, and of the letters of one."""

is_data_folder = re.compile(r"data-[1-9][0-9]{0,8}").fullmatch
_LONGEST_HOME = 4096


class Manifest(NamedTuple):
    """What an index of any version says about itself."""

    format: int
    analyzer: int
    data: str
    home: str
    aliases: tuple[tuple[str, str], ...] = ()


def encode(manifest: Manifest) -> bytes:
    """The bytes of `fahras.json`."""
    said = _said(manifest)
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


def _said(manifest: Manifest) -> dict[str, Any]:
    """What a manifest says, without its checksum. An index without aliases says nothing of them."""
    said = manifest._asdict()
    aliases = dict(said.pop("aliases"))
    return said | {"aliases": aliases} if aliases else said


def _json(said: dict[str, Any]) -> bytes:
    return json.dumps(said, separators=(",", ":"), sort_keys=True).encode("ascii")


def _checked(said: Any) -> Manifest:
    """The manifest, with every value checked. Raises ValueError, KeyError or TypeError."""
    if not isinstance(said, dict):
        raise TypeError("it is not an object")
    aliases = _aliases(said.get("aliases", {}))
    manifest = Manifest(said["format"], said["analyzer"], said["data"], said["home"], aliases)
    if manifest.format == FORMAT_VERSION and said.get("crc32") != zlib.crc32(
        _json(_said(manifest))
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


def _is_home(path: str) -> bool:
    return 0 < len(path) <= _LONGEST_HOME and "\0" not in path


def _aliases(said: Any) -> tuple[tuple[str, str], ...]:
    """The names of fields, each with its field; what a field is, is the query's business."""
    if not isinstance(said, dict) or len(said) > _MOST_ALIASES:
        raise TypeError("no names of fields")
    for text in (*said, *said.values()):
        if not isinstance(text, str) or not 0 < len(text) <= _MOST_ALIASES:
            raise ValueError(f"no name of a field: {text!r:.80}")
    return tuple(sorted(said.items()))
