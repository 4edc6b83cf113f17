"""Numbers as a person reads them in a sentence."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """`1 file`, `2,000 files`."""
    return f"{count:,} {noun if count == 1 else f'{noun}s'}"


def size(size_bytes: int) -> str:
    """Bytes as a person reads them, in decimal units."""
    if size_bytes < 1000:
        return f"{size_bytes} bytes"
    value, unit = size_bytes / 1000, "kB"
    for larger in ("MB", "GB", "TB"):
        if value < 999.95:
            break
        value, unit = value / 1000, larger
    return f"{value:.1f} {unit}"
