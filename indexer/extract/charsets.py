"""Detect the encoding of bytes, and decode them; reports what was lost.

The order is from proof to guess: a byte order mark; UTF-16 recognized by its zero and 06 bytes;
valid UTF-8; UTF-8 with some stray bytes; what the document itself declares; the most likely code
page for Arabic files; and, if none of those looks like language, whatever `charset_normalizer` says
(imported only then). `docs/decisions/encoding-detection.md` has the figures. Binary files are
refused. The text never contains lone surrogates.
"""

from __future__ import annotations

import codecs
import re

from analyzers.named import NamedTuple
from indexer.errors import NoTextError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ALL_BOMS = tuple(bom for bom, _ in _BOMS)
_CODE_PAGES = (("windows-1256", 0.0), ("windows-1252", 3.0), ("iso-8859-6", 4.0))
"""The code pages to try, each with a handicap in bits: how much rarer such files are."""

_READABLE_BITS = 8.0
"""Language, in the right code page, costs 3.5 to 5.5 bits a character; a wrong one 9 to 16."""

_DOUBTED_BITS = 1.0
"""A declared code page is doubted where another is so much likelier, a character."""

_DECLARABLE = re.compile(r"utf-?8|(windows|cp|x-cp)-?\d{3,4}|iso-?8859-?\d+|koi8-[ru]|mac.*|asmo.*")
_TEXT_BYTES = bytes([*range(9, 14), 27, *range(32, 127), *range(128, 256)])
_SAMPLE_BYTES = 64 * 1024
_WINDOW_BYTES = 4 * 1024
_WINDOWS = 4

_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ", "xz data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"SQLite format 3", "a database"),
)


class Decoded(NamedTuple):
    """A text, its original encoding, and the number of U+FFFD that replace undecodable bytes."""

    text: str
    encoding: str
    replaced: int


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode a whole file; the byte order mark is dropped, line ends stay as they are.

    `declared` is what the document says of itself; proof in the bytes outweighs it, it outweighs
    guesses. Raises ExtractError for binary data.
    """
    encoding = _proven(data)
    if encoding is None:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            encoding = _judged(data, declared)
        else:
            if text.isascii() or _ARABIC.search(text, 0, _LEAD_CHARS):
                return Decoded(text, "utf-8", 0)
            from indexer.extract.twice import encoded_twice

            return Decoded(*(encoded_twice(text, _READABLE_BITS) or (text, "utf-8", 0)))
    return decode_as(data, encoding)


_ARABIC = re.compile("[\u0600-\u06ff]")
_LEAD_CHARS = 4096
"""How much of a text shows whether it is Arabic."""


def detect(sample: bytes) -> str:
    """Name the encoding of a stream by its beginning, which may end within a character."""
    encoding = _proven(sample)
    if encoding is not None:
        return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return _judged(sample, None)
    return "utf-8"


def decode_as(data: bytes, encoding: str) -> Decoded:
    """Decode in a known encoding; undecodable bytes become U+FFFD and are counted."""
    body = data[bom_length(data, encoding) :]
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    try:
        return Decoded(body.decode(codec), encoding, 0)
    except UnicodeDecodeError:
        text = body.decode(codec, "replace")
        genuine = body.decode(codec, "ignore").count("\ufffd")
        return Decoded(text, encoding, text.count("\ufffd") - genuine)


def bom_length(data: bytes, encoding: str) -> int:
    """The number of bytes of the byte order mark before the text."""
    for bom, name in _BOMS:
        if name == encoding and data.startswith(bom):
            return len(bom)
    return 0


def refuse_binary(data: bytes) -> None:
    """Raise ExtractError, naming the kind of data, if the first bytes show that it is no text."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise NoTextError(f"not a text but {kind}: convert it to text, or leave it out")


def refuse_binary_head(head: bytes) -> None:
    """Raise NoTextError if the first bytes of a file are those of no text."""
    sample = head[: len(head) & ~3]  # UTF-32 and UTF-16 are not cut within a character
    if detect(sample).startswith(("utf-16", "utf-32")):
        return
    if len(sample.translate(None, _TEXT_BYTES)) * 50 > len(sample):
        raise NoTextError("a binary file (control characters): leave it out")


def _proven(data: bytes) -> str | None:
    """The encoding that the bytes themselves give away; None if they are UTF-8 or a code page."""
    if data.startswith(_ALL_BOMS):
        for bom, name in _BOMS:
            if data.startswith(bom) and not (name == "utf-32-le" and len(data) % 4):
                return name
    if data.startswith(b"%PDF-"):
        refuse_binary(data)
    # Arabic in UTF-16 without any space holds no zero byte, but its high bytes are all 06.
    zero = b"\0" in data
    if zero or b"\x06" in data:
        wide = _utf16_without_mark(data)
        if wide is not None:
            return wide
    if zero:
        refuse_binary(data)
        raise NoTextError("a binary file (it holds zero bytes): leave it out")
    return None


def _utf16_without_mark(data: bytes) -> str | None:
    sample = data[: _SAMPLE_BYTES & ~1]
    shares = {name: _expected_share(sample, name) for name in ("utf-16-le", "utf-16-be")}
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] >= 0.9 else None


_UNEXPECTED = re.compile(
    "[^\t\n\r -~\u00a0-\u017f\u0600-\u06ff\u0750-\u077f\u2000-\u206f\u20a0-\u20cf"
    "\ufb50-\ufdff\ufe70-\ufeff\U0001f000-\U0001faff]"
)


def _expected_share(sample: bytes, encoding: str) -> float:
    text = sample.decode(encoding, "replace")
    return 1 - len(_UNEXPECTED.findall(text)) / len(text) if text else 0.0


def _judged(data: bytes, declared: str | None) -> str:
    """The likeliest encoding of bytes that are not valid UTF-8."""
    refuse_binary(data)
    if _mostly_utf8(data):
        return "utf-8"
    sample = _windows(data)
    controls = len(re.findall(rb"[\x01-\x08\x0e-\x19\x1c-\x1f\x7f]", sample))
    if controls * 50 > len(sample):
        raise NoTextError("a binary file (no encoding makes text of it): leave it out")
    return _declared(sample, declared) or _code_page(sample)


def _mostly_utf8(data: bytes) -> bool:
    """Whether at least half of what is not ASCII is valid UTF-8: a text with stray bytes.

    In windows-1256 and ISO-8859-6 a valid pair needs a letter before one of a few signs, so that
    their texts stay far below.
    """
    text = data.decode("utf-8", "replace")
    ascii_bytes = len(data.translate(None, bytes(range(128, 256))))
    bad = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    return len(text) - ascii_bytes - bad >= bad


def _windows(data: bytes) -> bytes:
    """Some pieces of `data`, spread from its first non-ASCII byte on, to judge it by."""
    first = re.search(rb"[\x80-\xff]", data)
    begin = max(0, first.start() - 64) if first else 0
    step = max(_WINDOW_BYTES, (len(data) - begin) // _WINDOWS)
    starts = [begin + i * step for i in range(_WINDOWS)]
    return b"\n".join(data[start : start + _WINDOW_BYTES] for start in starts)


def _declared(sample: bytes, label: str | None) -> str | None:
    """The codec of a label such as `x-cp1256`, if it is a known one that yields language."""
    if not label or not _DECLARABLE.fullmatch(label.lower()):
        return None
    name = label.lower().removeprefix("x-")
    name = "windows-1252" if name in ("iso-8859-1", "iso8859-1") else name
    try:
        codecs.lookup(name)
    except LookupError:
        return None
    if name.startswith("utf"):  # which these bytes are not, as was found before
        return None
    if not _is_judged_by_letters(name):
        return name
    own = _bits_a_char(sample, name)
    best = min(_bits_a_char(sample, page) for page, _ in _CODE_PAGES)
    return name if own <= min(_READABLE_BITS, best + _DOUBTED_BITS) else None


def _is_judged_by_letters(name: str) -> bool:
    return codecs.lookup(name).name in {codecs.lookup(page).name for page, _ in _CODE_PAGES}


def _surprise(text: str) -> float:
    """The result of `plausible`, imported late because most texts are UTF-8."""
    from indexer.extract.plausible import surprise

    return surprise(text)


def _code_page(sample: bytes) -> str:
    prices = {
        page: handicap + _surprise(sample.decode(page, "replace")) for page, handicap in _CODE_PAGES
    }
    best = min(prices, key=prices.__getitem__)
    if _bits_a_char(sample, best) <= _READABLE_BITS:
        return best
    return _by_library(sample) or best


def _bits_a_char(sample: bytes, encoding: str) -> float:
    strange = len(sample.translate(None, bytes(range(128))))
    return _surprise(sample.decode(encoding, "replace")) / max(1, strange)


def _by_library(sample: bytes) -> str | None:
    """Ask charset-normalizer; only single-byte answers, as UTF-16 was settled before."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_exclusion=["utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_7"])
    match = best.best()
    return match.encoding.replace("_", "-") if match is not None else None
