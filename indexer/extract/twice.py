"""Was a text encoded twice, and what was it before? Ø§Ù„ is ال.

A program took the bytes of a text for Latin letters and encoded these. `charsets` asks for texts
without Arabic letters only.
"""

from __future__ import annotations

import re

_LEAD_CHARS = 4096
_LETTER = re.compile("[\u0621-\u064a]")
_FEW_STRANGE = 8
_OF_WINDOWS = {bytes([number]).decode("cp1252", "ignore"): number for number in range(0x80, 0xA0)}
_LATIN_1 = re.compile("[\x80-\xff" + "".join(filter(None, _OF_WINDOWS)) + "]")
_WINDOWS_BYTES = {ord(char): number for char, number in _OF_WINDOWS.items() if char}
"""The bytes of the signs that windows-1252 has where Latin-1 has control characters."""


def encoded_twice(text: str, most_bits: float) -> tuple[str, str, int] | None:
    """The text of which a program made this one, its encoding, and the characters that were lost.

    most_bits: what a character of language may cost. None where the text is what it seems.
    """
    lead = text[:_LEAD_CHARS]
    strange = sum(not char.isascii() for char in lead)
    if strange < _FEW_STRANGE or 4 * strange < len(lead) or len(_LATIN_1.findall(lead)) < strange:
        return None
    from indexer.extract.plausible import surprise

    data = text.translate(_WINDOWS_BYTES).encode("latin-1", "replace")
    for encoding in ("utf-8", "windows-1256"):
        decoded = data.decode(encoding, "replace")
        read = decoded[:_LEAD_CHARS]
        foreign = sum(not char.isascii() for char in read)
        if 2 * len(_LETTER.findall(read)) < foreign:
            continue  # signs alone are no language
        if surprise(read) <= most_bits * foreign:
            lost = decoded.count("\ufffd") - text.count("\ufffd")
            return decoded, f"{encoding} in utf-8", max(0, lost)
    return None
