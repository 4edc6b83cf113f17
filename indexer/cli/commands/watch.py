"""`fahras watch`: keeps an index up to date while its folders change, a line for each batch.

Beside it runs the resident process of the index, which answers those who read it.
"""

from __future__ import annotations

import signal
import sys
import time
from contextlib import nullcontext
from types import FrameType
from typing import TYPE_CHECKING, Any

from indexer.cli import exits
from indexer.cli.commands.updating import Updating, answering
from indexer.cli.output import terminal
from indexer.cli.output.figures import counted
from indexer.storage import location as storage

if TYPE_CHECKING:
    from indexer.cli.line.options import WatchRequest
    from indexer.update.following import Following

_COUNTS = ("added", "changed", "moved", "removed")


class _Stop:
    """Set by a signal; the update that runs is ended, and takes back what it began."""

    def __init__(self, updating: Updating) -> None:
        self.number = 0
        self._updating = updating
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._heard)

    def is_set(self) -> bool:
        return bool(self.number)

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        self.number = number
        self._updating.end()


def run(request: WatchRequest) -> int:
    """Follow the folders of an index until a signal ends it."""
    index_dir = storage.named(request.index) if request.index else storage.find(".")
    following = _following(index_dir)
    updating = Updating(index_dir)
    stop = _Stop(updating)
    _say_roots(following.catalogue.roots, request)
    alone = request.no_resident or storage.is_remote(index_dir)
    with nullcontext() if alone else answering(index_dir):
        _follow(following, updating, stop, request)
    return exits.INTERRUPTED if stop.number == signal.SIGINT else exits.FOUND


def _follow(following: Following, updating: Updating, stop: _Stop, request: WatchRequest) -> None:
    is_first = True
    for paths in following.batches(stop):
        report = updating.update(paths)
        if stop.is_set():
            break
        if report is None:
            following.failed()
            terminal.complain("the index is as it was; it will be tried again")
            continue
        following.succeeded()
        if is_first or any(report[name] for name in _COUNTS):
            _say(report, request)
        is_first = False


def _following(index_dir: str) -> Following:
    if storage.is_remote(index_dir):
        from indexer.remote.following import RemoteFollowing

        return RemoteFollowing(index_dir)
    from indexer.update.following import Following

    return Following(index_dir)


def _say_roots(roots: list[str], request: WatchRequest) -> None:
    if not request.json:
        terminal.write(f"watching {counted(len(roots), 'folder')}\n")
        terminal.flush()


def _say(report: dict[str, Any], request: WatchRequest) -> None:
    """One line, at once."""
    from indexer.cli.output import records

    summary = report.pop("summary")
    if request.json:
        report = {"time": time.strftime("%Y-%m-%dT%H:%M:%S%z"), **report}
        on_terminal = terminal.is_terminal(sys.stdout)
        terminal.write(records.json_line(report, for_terminal=on_terminal))
    else:
        terminal.write(f"{time.strftime('%H:%M:%S')} {summary}\n")
    terminal.flush()
