"""How much work is something? The lines of our own code that run are counted; no clock is asked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from cli_process import PROJECT

OURS = (str(PROJECT / "indexer"), str(PROJECT / "analyzers"))
SLACK = 1.1


class Work:
    """What was done: lines run, items taken."""

    def __init__(self) -> None:
        self.done = 0

    def trace(self, frame: FrameType, event: str, _argument: object) -> Any:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        self.done += event == "line"
        return self.trace


@contextmanager
def counted() -> Iterator[Work]:
    """Count the lines of our code that run."""
    work = Work()
    before = sys.gettrace()
    sys.settrace(work.trace)
    try:
        yield work
    finally:
        sys.settrace(before)


def is_linear(cost: Callable[[int], int], size: int) -> bool:
    """Whether four times as much costs little more than four times as much."""
    return cost(4 * size) <= 4 * SLACK * cost(size)
