"""What does an RTF file say? Its text, as striprtf reads it, without the pictures in it.

Parsed in the worker: its time on what a stranger wrote is not ours to promise.
"""

from __future__ import annotations

import re

from indexer.extract.types import Extraction, Record

_SECONDS, _SECONDS_A_MIB = 10, 10
_PICTURE = re.compile(rb"\{(?:\\\*\\shppict\s*\{)?\\pict\b")
_CONTROLS = re.compile("[\0-\x08\x0e-\x1f]")
_BRACE = re.compile(rb"(?<!\\)[{}]")


def extract_rtf(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of an RTF file."""
    from indexer.extract.worker import read_apart

    bare = without_pictures(data)
    seconds = _SECONDS + _SECONDS_A_MIB * (len(bare) >> 20)
    text = read_apart(f"{__name__}:parse", bare, seconds=seconds)
    extraction.records = (Record(None, "", text),)


def parse(data: bytes) -> str:
    """The text; what the worker is asked for."""
    from striprtf.striprtf import rtf_to_text

    text: str = rtf_to_text(data.decode("latin-1"), errors="replace")
    return _CONTROLS.sub("", text.replace("\r", "\n")).encode("utf-8", "replace").decode("utf-8")


def without_pictures(data: bytes) -> bytes:
    """The file without its pictures, whose bytes are written in letters."""
    kept = []
    begin = 0
    while (picture := _PICTURE.search(data, begin)) is not None:
        kept.append(data[begin : picture.start()])
        begin = _end_of_group(data, picture.start())
    return b"".join([*kept, data[begin:]])


def _end_of_group(data: bytes, start: int) -> int:
    depth = 0
    for brace in _BRACE.finditer(data, start):
        depth += 1 if brace.group() == b"{" else -1
        if not depth:
            return brace.end()
    return len(data)
