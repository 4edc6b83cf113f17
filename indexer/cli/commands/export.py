"""`fahras export`: the indexed texts as JSON lines, for other programs to read."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.commands.search import options_of
from indexer.cli.output import records, terminal

if TYPE_CHECKING:
    from indexer.cli.line.options import ExportRequest


def run(request: ExportRequest) -> int:
    """Print each document as soon as it is read."""
    from indexer.cli.opening import open_index

    options = options_of(request)._replace(respell=False)
    words = " ".join(terminal.utf8_argument(word) for word in request.query)
    for_terminal = terminal.is_terminal(sys.stdout)
    code = exits.NOTHING
    with open_index(request.index) as opened:
        for document in opened.documents(words, options):
            record = records.export_record(document)
            terminal.write(records.json_line(record, for_terminal=for_terminal))
            code = exits.FOUND
    if code == exits.NOTHING:
        terminal.complain("no document is so: see fahras stats, or ask for less")
    return code
