"""`fahras similar`: the documents that are like one, printed as those of a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.commands.named import named
from indexer.cli.commands.search import as_shown, filters_of, output_of
from indexer.cli.output import hints, terminal

if TYPE_CHECKING:
    from indexer.cli.line.options import SimilarRequest
    from indexer.cli.output.printing import Output
    from indexer.results import SearchResults

_WORDS_TOLD = 8


def run(request: SimilarRequest) -> int:
    """Find them and print them."""
    from indexer.cli.opening import open_index

    output = output_of(request)
    options = as_shown(filters_of(request), request, output)
    with open_index(request.index) as opened:
        _, name, lines, _ = named(opened, request.hit)
        results = opened.similar(name, lines.first if lines else None, options)
    output.printer()(results, None)
    terminal.flush()
    if not results.total and output.kind != "quiet":
        terminal.complain(f"nothing shares enough words with {terminal.safe_name(request.hit)}")
    elif output.kind not in ("quiet", "json"):
        _tell(results, output)
    return exits.FOUND if results.total else exits.NOTHING


def _tell(results: SearchResults, output: Output) -> None:
    """What stands beside the hits; to a person, the words by which they were found."""
    if output.kind == "text" and output.screen.is_terminal:
        words = results.query.split()
        rest = "، …" if len(words) > _WORDS_TOLD else ""
        terminal.complain(f"found by: {'، '.join(words[:_WORDS_TOLD])}{rest}")
    hints.remark(results, output)
