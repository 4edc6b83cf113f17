r"""What does an RTF file say? Its text, as striprtf reads it, without pictures and deletions.

Title and date of making are those of its `{\info …}`.

Parsed in the worker: its time on what a stranger wrote is not ours to promise.
"""

from __future__ import annotations

import re

from indexer.extract.types import Extraction, Record

_SECONDS, _SECONDS_A_MIB = 10, 10
_PICTURE = re.compile(rb"\{(?:\\\*\\shppict\s*\{)?\\pict\b")
_CONTROLS = re.compile("[\0-\x08\x0e-\x1f]")
_TOKEN = re.compile(rb"([{}])|\\([a-z]+)(-?\d*) ?|\\(?:'[0-9a-fA-F]{2}|[^a-z])|[^\\{}]+", re.DOTALL)
_TITLE = re.compile(rb"\{\\title\b ?")
_MOMENTS = [
    re.compile(rb"\{\\%b\s*\\yr(\d{4})\s*\\mo(\d{1,2})\s*\\dy(\d{1,2})(?!\d)" % name)
    for name in (b"creatim", b"revtim")
]
_BRACE = re.compile(rb"(?<!\\)[{}]")


def extract_rtf(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of an RTF file."""
    from indexer.extract.worker import read_apart

    bare = without_deletions(without_pictures(data))
    seconds = _SECONDS + _SECONDS_A_MIB * (len(bare) >> 20)
    title, text = read_apart(f"{__name__}:parse", bare, seconds=seconds)
    extraction.records = (Record(None, title, text, _date_of(bare)),)


def parse(data: bytes) -> tuple[str, str]:
    """(title, text); what the worker is asked for."""
    found = _TITLE.search(data)
    if found is None:
        return "", _text_of(data)
    head = data[: found.start()].partition(rb"{\info")[0]  # says the charset
    end = _end_of_group(data, found.start())
    return " ".join(_text_of(head + data[found.end() : end] + b"}").split()), _text_of(data)


def _date_of(data: bytes) -> str | None:
    """When it was made or else changed last: an ISO date; None where it does not say."""
    for moment in _MOMENTS:
        if found := moment.search(data):
            year, month, day = map(int, found.groups())
            return f"{year:04}-{month:02}-{day:02}"
    return None


def _text_of(data: bytes) -> str:
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


def without_deletions(data: bytes) -> bytes:
    r"""The file without what was deleted while changes were tracked: text that is `\deleted`."""
    if rb"\deleted" not in data:
        return data
    kept: list[bytes] = []
    deleted = [False]
    for token in _TOKEN.finditer(data):
        brace, word, number = token.groups()
        if brace == b"{":
            deleted.append(deleted[-1])
        elif brace and len(deleted) > 1:
            deleted.pop()
        if word in (b"deleted", b"plain"):
            deleted[-1] = word == b"deleted" and number != b"0"
        is_text = not brace and (not word or word == b"u")
        if not (is_text and deleted[-1]):
            kept.append(token.group())
    return b"".join(kept)


def _end_of_group(data: bytes, start: int) -> int:
    depth = 0
    for brace in _BRACE.finditer(data, start):
        depth += 1 if brace.group() == b"{" else -1
        if not depth:
            return brace.end()
    return len(data)
