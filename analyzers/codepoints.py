"""A text as an array of its code points, and back. Lone surrogates are code points like others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def code_points(text: str) -> NDArray[np.uint32]:
    """The code point of each character; the array is read-only."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def text_of(points: NDArray[Any]) -> str:
    """The text of some code points."""
    return points.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
