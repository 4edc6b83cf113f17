"""How does what was written outlive a crash? The one act that the standard library leaves out."""

from __future__ import annotations

import os


def sync_folder(path: str) -> None:
    """Make the names in a folder durable: files made, renamed or removed there before."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
