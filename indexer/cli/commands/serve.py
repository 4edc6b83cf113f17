"""`fahras serve`: an index that answers others as long as this runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.cli.line.kinds import UsageError
from indexer.storage import location as storage

if TYPE_CHECKING:
    from indexer.cli.line.options import ServeRequest


def run(request: ServeRequest) -> int:
    """Serve until a signal ends it."""
    if not request.socket:
        raise UsageError("give --socket")
    from indexer.cli.resident.serving import answer_lines

    return answer_lines(storage.named(request.index) if request.index else storage.find("."))
