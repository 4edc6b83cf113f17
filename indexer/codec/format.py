"""The bytes of a segment. This docstring is the specification; the code below follows it.

FORMAT_VERSION 6
================

A segment is one file, `<index name>_<segment id>.fhs`. Numbers are little-endian; `u1 u2 u4 u8` are
unsigned integers of 1 to 8 bytes, `f4` is an IEEE float. Strings are UTF-8 (lone surrogates as the
three bytes that Python's `surrogatepass` gives them).

::

    file      = header array* directory footer
    header    = "FAHRASSG" version:u4 zero[52]                      64 bytes
    array     = zero[0..63] value*          begins at a multiple of 64; gaps are zero
    directory = JSON, ASCII, itself beginning at a multiple of 64:
                {"arrays": {name: [type, offset, count, crc32]}, "meta": {...}}
                type is numpy's: "<u4", "|u1", "<f4"; crc32 is zlib's, of the array's bytes
    footer    = directory_offset:u8 directory_length:u8 directory_crc32:u4
                crc32 of the 20 bytes before:u4 "GSSARHAF"          32 bytes

An array X of more than 64 KiB has another beside it, `crc/X`, u4: the crc32 of each 8 KiB of it,
so that a search that reads a part of X checks that part. Where it is missing, X is checked as a
whole.

Opening checks header, footer, the file's length, the directory's checksum, that every array lies in
the file and is as long as the others say, and that the file is the one that the TOC names
(`contents.py`); an array, or what is read of it, is checked when it is first read; `verify` and
every merge check all arrays and gaps.

`meta` holds `documents` (how many, deleted ones too), `fields` {name: {"format": Whoosh's format
class, "postings", "positions", "length_total", "max_tf": numbers}}, `stored` (names of fields with
texts of their own), `columns` (names), `level_names`.

Deletions are not in the file: a segment never changes. They are bits in the TOC (`contents.py`).

An indexed field F: arrays `f/F/...`
------------------------------------
Terms are numbered in the order of their bytes: the *ordinal*, 0 to T-1. Postings lie in the order
of *slots*, also 0 to T-1. Where terms have groups, slots are sorted so that the terms of every
group of every level are neighbours; a group of terms is therefore one slice of postings.
Elsewhere slot and ordinal are the same.

================ ======== ==================================================================
`term_...`                the terms, by ordinal: strings, see below
`slots`          u4       T: slot by ordinal; absent where they are the same
`ordinals`       u4       T: ordinal by slot; likewise
`doc_...`                 T: how many postings each slot has: counts, see below
`docs`           u2 | u4  docnum of each posting, slot after slot, ascending within a slot
`tf`             u1..u4   occurrences, by posting
`weights`        f4       by posting, only where a weight differs from the tf
`pos_...`                 T: how many positions each slot has: counts; tf[p] of them belong to
                          posting p
`positions`      u2 | u4  token numbers in the document, slot after slot, ascending within a posting
`value_starts`   u8       by posting + 1, and `values` u1: Whoosh's posting values, only for formats
                          other than Existence, Frequency and Positions
`lengths`        u1..u4   by docnum: tokens that count for the length (no stopwords); absent where
                          the field is not scorable
`token_counts`   u1..u4   by docnum: all tokens, form fields only
`sample_offsets` u4       code point at which token 0, 64, 128, ... of a document begins, document
                          after document; n tokens have ceil(n / 64); form fields only
`part_docs`      u4       of texts of several parts, by part but for the first of each text: its
                          docnum, ascending; absent where no text has any
`part_tokens`    u4       likewise: the number of the token with which it begins, ascending in each
                          document
================ ======== ==================================================================

How words are written: what a note says is in `analyzers/notes.py`. A *way* is a term with a note,
or with the empty one. The ways of a slot have the ranks 0, 1, ... from the most frequent one on.
Slots of which no word has a note are left out. Form fields only; all absent where no word has one:

================ ======== ==================================================================
`note/...`                the distinct notes, in the order of their bytes, the empty one first: 256
                          of them, with line breaks between, are a stored value, see below
`note_slots`     u1       ceil(T/8): bit 7 - i % 8 of byte i // 8 is set where slot i has notes
`note_heads`     u1       W bits, likewise: where way i is the first of a slot
`note_kinds`     u1..u4   W: which note, by way
`note_...`                for each slot of several ways: how many bits its codes have: counts
`note_codes`     u1       bits, the first of a byte the highest: of each position of these slots the
                          rank of its way, as many ones and a zero; of the last rank of a slot only
                          the ones
================ ======== ==================================================================

Groups, for each level L of `level_names` (folded, stem, root; each a function of the one before,
so that they nest). Groups are numbered in the order of their slots.

================ ======== ==================================================================
`L_heads`        u1       ceil(T/8): bit 7 - i % 8 of byte i // 8 is set where slot i begins a group
`L_spelled`      u1       likewise: where the term of slot i is spelled as the key of its group
`L_key_...`               the keys of groups without such a term, in the order of their bytes:
                          strings, see below
`L_key_groups`   u4       K: the groups that they name
`L_gram_codes`   u8       C: the trigrams of the padded keys, ascending; a trigram is its three code
                          points, 21 bits each, the first highest, 0 being the padding. The
                          level "stem" only, as the next three
`L_gram_starts`  u4       C+1: where the groups of each trigram begin
`L_gram_groups`  u2 | u4  the groups whose keys hold each trigram, ascending within it
`L_gram_counts`  u1       G: how many distinct trigrams a key has; 0 if it is left out (digits,
                          more than 40 code points)
================ ======== ==================================================================

`folded_letters`, u4, ascending: the letters of those keys of the level "folded" that hold one from
U+0600 to U+06FF, but for ء, ا and ب to ي. So all that may be an edit away from a word can be
listed.

Forms that may have a lone proclitic, by the stem of what is left without it: for the target كتاب
the forms بكتاب and لكتابهم. `analyzers.proclitics` decides which; counts only weigh them.

======================== ======== ==========================================================
`bearing_...`                     the targets, in the order of their bytes: strings, see below
`bearing_group_starts`   u4       B+1: where the groups of each target begin
`bearing_groups`         u4       the groups of the level "folded", ascending within a target
======================== ======== ==========================================================

Strings and counts are arrays under one prefix. A slice begins where the ones before it end, so only
every sixteenth start of strings is stored, and none of counts. Strings are looked up by the first
bytes of every sixteenth; those of "ab" are the number 0x6162000000000000:

================ ============ ==============================================================
`..._bytes`      u1           n strings, end to end
`..._lengths`    u1 | u2 | u4 n: how many bytes each has
`..._marks`      u4           ceil(n/16): where strings 0, 16, 32, ... begin
`..._firsts`     u8           ceil(n/16): the first 8 bytes of those strings, the first byte
                              highest, zeros behind shorter ones
`..._sieve`      u1           n: what a string that is not there can be told by. Of each string,
                              whose crc32 is h, two bits of byte h * n // 2**32 are set: number
                              h % 8, and that plus 1 plus h // 8 % 8 % 7, modulo 8
`..._counts`     u1           n counts, each 255 where it is 255 or more,
`..._large`      u4 | u8      and those themselves, in order
================ ============ ==============================================================

Stored values: arrays `s/F/...` for a form field's text, `records/...` for everything else
-----------------------------------------------------------------------------------
One blob per document, compressed together in blocks of whole documents: at most 64 of them, about
48 KiB before compression. Notes, `f/F/note/...`, have a blob per 256 in the place of documents.

================ ======== ==================================================================
`blocks`         u1       zstd frames with checksums, end to end
`block_starts`   u8       B+1: where each begins
`block_docs`     u4       B+1: docnum of each block's first document; the last is the count
`sizes`          u4       by docnum: bytes of the blob, plus 1; 0 where the document has none
================ ======== ==================================================================

A text's blob is its UTF-8. A record's blob is a JSON object {field: value}; values that JSON lacks
are objects of one member: {"$bytes": base64}, {"$datetime": ISO 8601}, {"$date": ...},
{"$decimal": text}, {"$tuple": [...]}; {"$object": {...}} is an object as it stands.

Prints: arrays `prints/...`, what is kept of texts to find their copies
-----------------------------------------------------------------------
What grams, lines and keys are, and which grams are kept, is said in `copies/prints.py`. Absent
where no document has a field "text". Each part of a document is a text, numbered in the order of
documents and parts: as many as there are documents and values in `f/text/part_docs` together.

================ ======== ==================================================================
`gram_counts`    u1       by text: 0 where no grams are kept, else 1 more than it has in `grams`
`minima`         u4       16 for each text that has grams: the smallest gram of each bin, all ones
                          where a bin has none
`order`          u2 | u4  for each of the 16 bins the texts that have grams, numbered from 0,
                          ascending by their minimum
`grams`          u4       the other grams, ascending within each text
`line_counts`    u1..u4   by text: how many lines with words it has
`lines`          u4       the lines, in their order
`keys`           u8       by text
================ ======== ==================================================================

Columns: `c/F`, u1: the bytes of the field's Whoosh column, as Whoosh writes them.

A worked example
----------------
A container of one array, `f/t/docs` = [0, 1, 1] as u2, and of meta {"documents": 2} is 229 bytes;
lines of zeros are left out::

      0  46 41 48 52 41 53 53 47 06 00 00 00 00 00 00 00  FAHRASSG........
     64  00 00 01 00 01 00 00 00 00 00 00 00 00 00 00 00  ................
    128  7b 22 61 72 72 61 79 73 22 3a 7b 22 66 2f 74 2f  {"arrays":{"f/t/
    144  64 6f 63 73 22 3a 5b 22 3c 75 32 22 2c 36 34 2c  docs":["<u2",64,
    160  33 2c 32 37 35 31 31 37 39 35 39 5d 7d 2c 22 6d  3,275117959]},"m
    176  65 74 61 22 3a 7b 22 64 6f 63 75 6d 65 6e 74 73  eta":{"documents
    192  22 3a 32 7d 7d 80 00 00 00 00 00 00 00 45 00 00  ":2}}........E..
    208  00 00 00 00 00 82 7c 9b 0d a9 db 5b 3a 47 53 53  ......|....[:GSS
    224  41 52 48 41 46                                   ARHAF

The header ends at 64, the array at 70, the directory begins at 128 (80 00 .. in the footer) and has
69 bytes (45 00 ..).

A field without groups, whose documents 0 and 1 are "b a b" and "b":
`term_bytes` "ab", `term_lengths` 1 1, `term_marks` 0, `term_firsts`
0x6100000000000000; `doc_counts` 1 2, `docs` 0 0 1, `tf` 1 2 1;
`pos_counts` 1 3, `positions` 1 0 2 0; nothing in `doc_large` and `pos_large`; `lengths` 3 1. The
term b has ordinal 1, slot 1, postings docs[1:3], and in document 0 the positions positions[1:3].
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Container, Iterator
from functools import lru_cache
from typing import Any

FORMAT_VERSION = 6
"""Raised whenever a file of an index changes its layout or meaning: a segment (above), the TOC
(`contents.py`), the catalogue (`catalogue.py`) or `fahras.json` (`manifest.py`).

1: the first.
2: the catalogue in columns, `files-N.fhc` instead of `files-N.json`; counts and lengths instead of
   starts in segments.
3: a TOC of our own instead of Whoosh's pickles; it binds segments and catalogue to itself.
   Blocks of stored values and `fahras.json` have checksums.
4: the catalogue remembers who read each file and which could not be read; documents, where title
   and date are from, and their parts; segments have prints, and the TOC names what is known of
   copies.
5: notes on how the words of a text are written, so that their vowel marks are known without it.
   Prints, and what is known of copies, are of parts; minima have an order to be looked up by.
6: the columns of the catalogue in blocks of rows; notes in the order of the postings, by rank among
   those of a form. Strings have a sieve, so that most that are not there are not looked for; folded
   forms have their letters, so that those an edit away from a word can be listed. Ordinals by slot.
"""

MAGIC = b"FAHRASSG"
END_MAGIC = MAGIC[::-1]
ALIGNMENT = 64
_ITEM_BYTES = {"|u1": 1, "|i1": 1} | {f"<{k}{n}": n for k in "uif" for n in (2, 4, 8)}
HEADER = struct.Struct("<8sI52x")
FOOTER = struct.Struct("<QQII8s")
_FOOTER_CHECKED = struct.Struct("<QQI")

_NUMBERS = ("|u1", "<u2", "<u4", "<u8")
_BYTES = ("blocks", "values")
_BYTES_TOO = ("_bytes", "_heads", "_spelled", "_sieve", "note_slots", "note_codes")

LONG_BYTES, CHECKED_BYTES = 1 << 16, 1 << 13
CHECKSUMS = "crc/"

EXTENSION = ".fhs"
SAMPLE_TOKENS = 64
STRINGS_A_MARK = 16
LARGE_COUNT = 255
NOTES_A_BLOB = 256
LEVELS = ("folded", "stem", "root")
GRAM_LEVEL = "stem"
BEARING_LEVEL = "folded"


class FormatError(Exception):
    """The bytes are not those of a segment of this version."""


def pack_header() -> bytes:
    """The first 64 bytes of a file."""
    return HEADER.pack(MAGIC, FORMAT_VERSION)


def pack_footer(directory_offset: int, directory: bytes) -> bytes:
    """The last 32 bytes of a file."""
    checked = _FOOTER_CHECKED.pack(directory_offset, len(directory), zlib.crc32(directory))
    return checked + struct.pack("<I8s", zlib.crc32(checked), END_MAGIC)


def read_directory(data: memoryview) -> tuple[dict[str, Any], int]:
    """(directory, its offset), after every check that opening promises."""
    if len(data) < HEADER.size + FOOTER.size:
        raise FormatError("the file is too short to be a segment")
    magic, version = HEADER.unpack(data[: HEADER.size])
    if magic != MAGIC:
        raise FormatError("the file is not a segment")
    if version != FORMAT_VERSION:
        raise FormatError(f"format version {version}, this program reads {FORMAT_VERSION}")
    if any(data[HEADER.size - 52 : HEADER.size]):
        raise FormatError("the header is damaged")
    tail = bytes(data[-FOOTER.size :])
    offset, length, directory_crc, footer_crc, end_magic = FOOTER.unpack(tail)
    if end_magic != END_MAGIC or zlib.crc32(tail[: _FOOTER_CHECKED.size]) != footer_crc:
        raise FormatError("the file is cut off or its footer is damaged")
    if offset < HEADER.size or offset + length + FOOTER.size != len(data):
        raise FormatError("the file's length is not what its footer says")
    directory = bytes(data[offset : offset + length])
    if zlib.crc32(directory) != directory_crc:
        raise FormatError("the directory is damaged")
    return _parsed(directory, offset), offset


def _parsed(directory: bytes, end: int) -> dict[str, Any]:
    """A directory whose arrays all lie between the header and `end`."""
    try:
        parsed = json.loads(directory)
        for name, (kind, offset, count, crc32) in parsed["arrays"].items():
            numbers = type(offset) is type(count) is type(crc32) is int
            if not numbers or offset < HEADER.size or offset % ALIGNMENT or count < 0:
                raise ValueError(name)
            if offset + count * _ITEM_BYTES[kind] > end:
                raise ValueError(name)
        if not isinstance(parsed["meta"], dict):
            raise ValueError("meta")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise FormatError(f"the directory is damaged: {error}") from error
    checked: dict[str, Any] = parsed
    return checked


def check_lengths(directory: dict[str, Any]) -> None:
    """Raise FormatError if an array is of another type, or is longer or shorter than others say.

    So code that reads arrays side by side never runs past the end of one.
    """
    try:
        _check_types(directory)
        counts = {name: count for name, (_, _, count, _) in directory["arrays"].items()}
        for name, length in _wanted_lengths(directory["meta"], counts):
            if counts[name] != length:
                raise FormatError(f"{name} has {counts[name]} values in the place of {length}")
    except (LookupError, TypeError, AttributeError) as error:
        raise FormatError(f"the directory is damaged: it does not say {error}") from error


def _check_types(directory: dict[str, Any]) -> None:
    """Raise FormatError for an array or a number in the metadata that is not of its type."""
    for name, (kind, *_) in directory["arrays"].items():
        if kind not in _types_of(name):
            raise FormatError(f"{name} is of type {kind}")
    meta = directory["meta"]
    numbers = [meta["documents"]]
    for field in meta["fields"].values():
        numbers += [field[name] for name in ("postings", "positions", "length_total", "max_tf")]
    if not all(type(number) is int and 0 <= number < 1 << 63 for number in numbers):
        raise FormatError("the directory is damaged: no number")


@lru_cache(1 << 10)
def _types_of(name: str) -> Container[str]:
    """The types that an array of that name may have; segments name theirs alike."""
    part = name.rpartition("/")[2]
    if name.startswith(CHECKSUMS):
        return _ITEM_BYTES
    if part in _BYTES or part.endswith(_BYTES_TOO) or name.startswith("c/"):
        return ("|u1",)
    return ("<f4",) if part == "weights" else _NUMBERS


def _wanted_lengths(meta: dict[str, Any], counts: dict[str, int]) -> Iterator[tuple[str, int]]:
    """(array, how many values it must have) according to the metadata and other arrays."""
    documents = meta["documents"]
    for field, numbers in meta["fields"].items():
        terms = counts[f"f/{field}/term_lengths"]
        wanted = {
            "term_marks": -(-terms // STRINGS_A_MARK),
            "term_firsts": -(-terms // STRINGS_A_MARK),
            "term_sieve": terms,
            "doc_counts": terms,
            "docs": numbers["postings"],
            "tf": numbers["postings"],
        }
        if numbers["positions"]:
            wanted |= {"pos_counts": terms, "positions": numbers["positions"]}
        held = {
            "pos_counts": terms,
            "positions": numbers["positions"],
            "weights": numbers["postings"],
            "lengths": documents,
            "token_counts": documents,
            "slots": terms,
            "ordinals": terms,
            "part_tokens": counts.get(f"f/{field}/part_docs", 0),
            "note_slots": -(-terms // 8),
            "note_heads": -(-counts.get(f"f/{field}/note_kinds", 0) // 8),
            **{
                f"{level}_{part}": -(-terms // 8)
                for level in LEVELS
                for part in ("heads", "spelled")
            },
        }
        for part, length in (wanted | held).items():
            if part in wanted or f"f/{field}/{part}" in counts:
                yield f"f/{field}/{part}", length
        if f"f/{field}/note_slots" in counts:
            prefix = f"f/{field}/note/"
            yield f"{prefix}block_docs", counts[f"{prefix}block_starts"]
    for prefix in ("records/", *(f"s/{field}/" for field in meta["stored"])):
        yield f"{prefix}blocks", counts[f"{prefix}blocks"]
        yield f"{prefix}sizes", documents
        yield f"{prefix}block_docs", counts[f"{prefix}block_starts"]
    if "prints/keys" in counts:
        for name in ("gram_counts", "line_counts", "keys"):
            yield f"prints/{name}", documents + counts.get("f/text/part_docs", 0)
        for name, other in {"minima": "order", "grams": "grams", "lines": "lines"}.items():
            yield f"prints/{name}", counts[f"prints/{other}"]
    for field in meta["columns"]:
        yield f"c/{field}", counts[f"c/{field}"]
