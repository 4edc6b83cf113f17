"""Indexes that lie: each function changes one in a folder, by chance, and says what it did.

All checksums are made right again, as by somebody who means ill and has read `format.py`.
"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from indexer.codec import contents
from indexer.codec import format as fmt
from indexer.codec.commits import read_toc
from indexer.codec.container import Container, ContainerWriter
from indexer.codec.contents import Fingerprint, fingerprint_of
from indexer.folder.catalogue import Catalogue, save

Lie = Callable[[Path, random.Random], str]
EXTREMES = (
    -1, 0, 1, 7, 255, 256, 65_535, 65_536, 1 << 20, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 33,
    1 << 40, (1 << 62) - 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, 1 << 70, 10**30,
)  # fmt: skip


def _segment(folder: Path) -> Path:
    (path,) = folder.glob(".fahras/data-*/*.fhs")
    return path


def _sealed(path: Path, known: Fingerprint, **more: Any) -> None:
    """Bind the table of contents to the segment as it is now."""
    toc = read_toc(str(path.parent))
    rows = tuple(row._replace(file=known, **more) for row in toc.segments)
    target = path.parent / contents.toc_name(toc.generation)
    target.write_bytes(contents.encode(toc._replace(segments=rows)))


def values(folder: Path, chance: random.Random) -> str:
    """Numbers of an array are extreme."""
    path = _segment(folder)
    container = Container.open(str(path))
    arrays = {name: container.array(name).copy() for name in container.names()}
    name = chance.choice([n for n in arrays if arrays[n].size and not n.startswith(fmt.CHECKSUMS)])
    array = arrays[name]
    for _ in range(chance.choice((1, 1, 3))):
        place = chance.randrange(array.size)
        top = np.iinfo(array.dtype).max if array.dtype.kind in "ui" else 1
        value = chance.choice((0, 1, top, top - 1, top // 2, chance.randint(0, int(top))))
        array[place] = value
    if chance.random() < 0.3:
        arrays[name] = array[: chance.randrange(array.size + 1)]
    _write(path, container.meta, arrays)
    return f"values of {name}"


def swapped(folder: Path, chance: random.Random) -> str:
    """An array stands in the place of another, or is missing, or there twice over."""
    path = _segment(folder)
    container = Container.open(str(path))
    arrays = {name: container.array(name).copy() for name in container.names()}
    first, second = chance.sample(sorted(arrays), 2)
    act = chance.choice(("swapped", "missing", "doubled", "of another type"))
    if act == "swapped":
        arrays[first], arrays[second] = arrays[second], arrays[first]
    elif act == "missing":
        del arrays[first]
    elif act == "doubled":
        arrays[first] = np.concatenate([arrays[first]] * 2)
    else:
        kind = chance.choice(("<u2", "<u4", "<u8", "<f4", "<f8", "|i1", "<i8"))
        arrays[first] = arrays[first].astype(kind)
    _write(path, container.meta, arrays)
    return f"{first} {act}"


def meta(folder: Path, chance: random.Random) -> str:
    """What a segment says of itself is of another size, type or kind."""
    path = _segment(folder)
    container = Container.open(str(path))
    said = json.loads(json.dumps(container.meta))
    place = _twist(said, chance)
    _write(path, said, {name: container.array(name) for name in container.names()})
    return f"meta {place}"


def _write(path: Path, said: dict[str, Any], arrays: dict[str, Any]) -> None:
    path.unlink()
    with open(path, "wb") as file:
        writer = ContainerWriter(file)
        writer.meta = said
        for name, array in arrays.items():
            writer.add(name, array)
        known = writer.close()
    documents = said.get("documents")
    fits = type(documents) is int and 0 <= documents < 1 << 32
    _sealed(path, known, **({"documents": documents} if fits else {}))


def directory(folder: Path, chance: random.Random) -> str:
    """The directory of a segment lies about places, lengths and types, or is another JSON."""
    path = _segment(folder)
    data = path.read_bytes()
    found, offset = fmt.read_directory(memoryview(data))
    place = _twist(found, chance)
    text = json.dumps(found, separators=(",", ":")).encode("ascii")
    if chance.random() < 0.1:
        text = chance.choice((b"[" * 50_000, b"{}", b"[]", b"null", b'{"arrays":{},"meta":{}}',
                              text[:-1], b"1e999", b'{"arrays":' * 3000))  # fmt: skip
        place = f"is {text[:20]!r}"
    path.unlink()
    path.write_bytes(data[:offset] + text + fmt.pack_footer(offset, text))
    _sealed(path, fingerprint_of(path.read_bytes()))
    return f"directory {place}"


def footer(folder: Path, chance: random.Random) -> str:
    """The footer of a segment leads elsewhere."""
    path = _segment(folder)
    data = path.read_bytes()
    offset, length, crc, *_ = fmt.FOOTER.unpack(data[-fmt.FOOTER.size :])
    top = (1 << 64) - 1
    lies = [abs(chance.choice(EXTREMES)) % (top + 1), chance.randrange(len(data)), offset, length]
    offset, length = chance.choice(lies), chance.choice(lies)
    checked = fmt._FOOTER_CHECKED.pack(offset, length, crc)
    path.unlink()
    path.write_bytes(
        data[: -fmt.FOOTER.size] + checked
        + zlib.crc32(checked).to_bytes(4, "little") + fmt.END_MAGIC
    )  # fmt: skip
    _sealed(path, fingerprint_of(path.read_bytes()))
    return f"footer at {offset}, {length} long"


def toc(folder: Path, chance: random.Random) -> str:
    """The table of contents has other numbers."""
    (path,) = folder.glob(".fahras/data-*/*.toc")
    data = bytearray(path.read_bytes()[:-4])
    for _ in range(chance.choice((1, 2))):
        place = chance.randrange(8, len(data) - 3)
        data[place : place + 4] = (abs(chance.choice(EXTREMES)) & 0xFFFFFFFF).to_bytes(4, "little")
    path.write_bytes(bytes(data) + zlib.crc32(data).to_bytes(4, "little"))
    return "table of contents"


def catalogue(folder: Path, chance: random.Random) -> str:
    """The list of files has another head or other columns."""
    (path,) = folder.glob(".fahras/data-*/files-*.fhc")
    line, _, packed = path.read_bytes()[:-4].partition(b"\n")
    head = json.loads(line)
    place = "columns"
    if chance.random() < 0.6:
        place = _twist(head, chance)
    else:
        changed = bytearray(packed)
        for _ in range(chance.choice((1, 4))):
            at = chance.randrange(len(changed))
            changed[at : at + 1] = chance.choice((b"\xff", b"\0", b"\x7f", b""))
        packed = bytes(changed)
    body = json.dumps(head, separators=(",", ":")).encode("ascii") + b"\n" + packed
    crc32 = zlib.crc32(body)
    path.write_bytes(body + crc32.to_bytes(4, "little"))
    toc_now = read_toc(str(path.parent))
    target = path.parent / contents.toc_name(toc_now.generation)
    known = Fingerprint(len(body) + 4, crc32)
    target.write_bytes(contents.encode(toc_now._replace(catalogue=known)))
    return f"list of files: {place}"


def listed(data_dir: Path, files: Catalogue) -> None:
    """Put another list of files into the newest commit."""
    toc_now = read_toc(str(data_dir))
    known = save(files, str(data_dir / f"files-{toc_now.generation}.fhc"))
    target = data_dir / contents.toc_name(toc_now.generation)
    target.write_bytes(contents.encode(toc_now._replace(catalogue=known)))


def frames(folder: Path, chance: random.Random) -> str:
    """Compressed blocks that claim to hold more than they do, or hold very much."""
    import zstandard

    path = _segment(folder)
    container = Container.open(str(path))
    arrays = {name: container.array(name).copy() for name in container.names()}
    prefix = chance.choice(("s/text/", "records/"))
    size = chance.choice((1 << 20, 1 << 28, 1 << 31))
    if chance.random() < 0.5:
        packer = zstandard.ZstdCompressor(level=1).compressobj()
        packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(min(size, 1 << 28) >> 20))
        packed += packer.flush()
    else:
        packed = bytes.fromhex("28b52ffda0") + (size - 1).to_bytes(4, "little") + b"\1\0\0"
    arrays[f"{prefix}blocks"] = np.frombuffer(packed, np.uint8)
    starts = arrays[f"{prefix}block_starts"]
    starts[-1] = len(packed)
    if chance.random() < 0.5:
        arrays[f"{prefix}sizes"][:] = min(size, (1 << 32) - 1)
    _write(path, container.meta, arrays)
    return f"{prefix}blocks of {size:,} bytes"


def _twist(said: Any, chance: random.Random) -> str:
    """Change one value somewhere in a JSON object; where it is."""
    path = ""
    while True:
        keys = sorted(said) if isinstance(said, dict) else list(range(len(said)))
        if not keys:
            return path
        key = chance.choice(keys)
        path += f"/{key}"
        inner = said[key]
        if isinstance(inner, dict | list) and inner and chance.random() < 0.9:
            said = inner
            continue
        said[key] = chance.choice(
            (*EXTREMES, *EXTREMES, None, "", "\0", "x" * 1000, [], {}, [[]], 0.5, 1e300, True,
             "|u1", "<u8", "<u2", "<f4", "|O", "|V9", "../../x")
        )  # fmt: skip
        return path


LIES: dict[str, Lie] = {
    "numbers in arrays": values,
    "arrays exchanged, missing or of another type": swapped,
    "what a segment says of itself": meta,
    "its directory": directory,
    "its footer": footer,
    "compressed blocks": frames,
    "the table of contents": toc,
    "the list of files": catalogue,
}
