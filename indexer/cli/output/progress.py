"""How far is a run? A bar on stderr while a person watches: files, bytes, rate, time left.

A file that takes more than a second is named. Into pipes nothing is written.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from indexer.cli.output import terminal

if TYPE_CHECKING:
    from rich.progress import Task
    from rich.text import Text

    from indexer.reports import Progress, ProgressCallback

_LONG_S = 1.0
_NAME_CHARS = 40


@contextmanager
def shown(*, quiet: bool) -> Iterator[ProgressCallback | None]:
    """A function to report to; None if nobody watches. Only then Rich is imported."""
    if quiet or not terminal.is_terminal(sys.stderr) or os.environ.get("TERM") == "dumb":
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.progress import Progress as Bar
    from rich.text import Text

    class FileAtHand(ProgressColumn):
        """The file that is being read, once it takes long."""

        max_refresh = None

        def render(self, task: Task) -> Text:
            return Text(name_of_slow(task.fields["file"], task.fields["since"]), style="dim")

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[files]}"),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
        FileAtHand(),
    )
    console = Console(stderr=True, markup=False, emoji=False, highlight=False)
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("scan", total=None, files="", file="", since=0.0)
        at_hand = ""

        def advance(progress: Progress) -> None:
            nonlocal at_hand
            if progress.file != at_hand:
                at_hand = progress.file
                bar.update(task, file=at_hand, since=time.monotonic())
            bar.update(
                task,
                description=progress.phase,
                completed=progress.bytes_done,
                total=progress.bytes_total or None,
                files=f"{progress.done:,}/{progress.total:,} files" if progress.total else "",
            )

        yield advance


def name_of_slow(path: str, since: float) -> str:
    """The name of a file that is being read since a time of `time.monotonic`, if that is long."""
    if not path or time.monotonic() - since < _LONG_S:
        return ""
    name = terminal.safe_name(os.path.basename(path))
    return name if len(name) <= _NAME_CHARS else f"{name[: _NAME_CHARS - 1]}…"
