"""What is spoken in a film? The lines of SRT and WebVTT without numbers, times and tags.

What is left out leaves its line empty, so that the line of a hit is that of the file.
"""

from __future__ import annotations

import re

from indexer.extract.charsets import decode
from indexer.extract.types import Extraction, Record

_TIMES = re.compile(r"\s*(?:\d+:)?\d{1,2}:\d{1,2}[.,]\d{1,3}\s*-->.*")
_NUMBER = re.compile(r"\s*\d+\s*")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,80}>|\{\\[^{}\n]{0,80}\}")
_BLOCK = re.compile(r"(?:WEBVTT|NOTE|STYLE|REGION)\b")


def extract_subtitles(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a file of subtitles."""
    text, extraction.encoding, extraction.replaced = decode(data)
    lines = text.splitlines()
    shown = []
    is_hidden = False
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        is_hidden = bool(line.strip()) and (is_hidden or _BLOCK.match(line) is not None)
        is_frame = _TIMES.match(line) or (_NUMBER.fullmatch(line) and _TIMES.match(following))
        shown.append("" if is_hidden or is_frame else _TAG.sub("", line))
    extraction.records = (Record(None, "", "\n".join(shown) + "\n" * bool(shown)),)
