"""`fahras eval`: the index measured on judged queries, and its run in the form of TREC."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.commands import batch
from indexer.cli.output import records, terminal
from indexer.results import SearchOptions

if TYPE_CHECKING:
    from indexer import measures
    from indexer.cli.line.options import EvalRequest
    from indexer.index import Index

DEPTH = 100
"""How many documents a query of a run has."""

_HIGHEST_GRADE = 1_000_000

Ranking = list[tuple[str, float]]


def run(request: EvalRequest) -> int:
    """Rank every judged query and print the means."""
    from indexer import measures
    from indexer.cli.opening import open_index

    asked, judgements = batch.read_whole(request.queries), read_judgements(request.qrels)
    measurable = [query for query in asked if measures.judged(judgements.get(query.id, {}))]
    if not measurable:
        raise batch.BatchError(
            f"no query of {request.queries} has a relevant document in {request.qrels}"
        )
    started = time.perf_counter()
    with open_index(request.index) as opened:
        _refuse_strangers(opened, [judgements[query.id] for query in measurable], request.qrels)
        options = _options(request)
        rankings = {query.id: ranked(opened, query.text, options) for query in measurable}
    elapsed_ms = (time.perf_counter() - started) * 1000
    if request.run is not None:
        _write_run(request.run, rankings)
    measured = [
        measures.measure([document for document, _ in ranking], judgements[query_id])
        for query_id, ranking in rankings.items()
    ]
    if request.run != "-":
        left_out = len(asked) - len(measurable)
        _print_means(
            measures.mean(measured), len(measurable), left_out, elapsed_ms, json=request.json
        )
    return exits.FOUND


def _options(request: EvalRequest) -> SearchOptions:
    return SearchOptions(
        plain=True,
        fields=request.field,
        match=request.match,
        strict=frozenset(request.strict),
        all_words=request.all_words,
        variants_files=request.variants,
        snippets=0,
        limit=DEPTH,
    )


def ranked(index: Index, text: str, options: SearchOptions) -> Ranking:
    """The best documents of a query, equal scores in the order of their ids."""
    ranking = index.rank(text, options, DEPTH)
    return sorted(ranking, key=lambda entry: (-entry[1], entry[0]))


def _refuse_strangers(index: Index, judged: list[dict[str, int]], qrels: str) -> None:
    """Raise BatchError where no judged document is in the index: every figure would be 0."""
    names = [document for documents in judged for document in documents]
    if not any(index.holds(name) for name in names):
        raise batch.BatchError(
            f"no document of {qrels} is in the index, as {names[0]} is not: its ids must be "
            "those that fahras search --json prints"
        )


def read_judgements(path: str) -> dict[str, dict[str, int]]:
    """Relevance by query and document, from three columns or TREC's four."""
    judgements: dict[str, dict[str, int]] = {}
    for number, line in enumerate(batch.read_lines(path), 1):
        if not line.strip():
            continue
        cells = line.split("\t") if "\t" in line else line.split()
        try:
            query_id, document = cells[0], cells[-2]
            grade = judgements.setdefault(query_id, {})[document] = int(cells[-1])
            if len(cells) not in (3, 4) or abs(grade) > _HIGHEST_GRADE:
                raise ValueError
        except (ValueError, IndexError):
            raise batch.BatchError(
                f"{path}:{number}: not query, document, relevance (a whole number of at most "
                f"{_HIGHEST_GRADE:,})"
            ) from None
    return judgements


def _write_run(path: str, rankings: dict[str, Ranking]) -> None:
    lines = "".join(
        f"{query_id} Q0 {document} {rank} {score!r} fahras\n"
        for query_id, ranking in rankings.items()
        for rank, (document, score) in enumerate(ranking, 1)
    )
    if path == "-":
        terminal.write(lines)
        return
    with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        file.write(lines)


def _print_means(
    means: measures.Measures, queries: int, without_answer: int, elapsed_ms: float, *, json: bool
) -> None:
    """Print the mean of each measure, and how many queries and how much time it took."""
    if json:
        record = {
            "version": records.JSON_VERSION,
            "queries": queries,
            "left_out": without_answer,
            **asdict(means),
            "elapsed_ms": round(elapsed_ms, 3),
        }
        terminal.write(records.json_line(record))
        return
    left_out = f" ({without_answer:,} without judgements left out)" if without_answer else ""
    terminal.write(
        f"nDCG@10     {means.ndcg_10:.4f}\n"
        f"MRR@10      {means.mrr_10:.4f}\n"
        f"recall@10   {means.recall_10:.4f}\n"
        f"recall@100  {means.recall_100:.4f}\n"
        f"{queries:,} queries{left_out} in {elapsed_ms / 1000:.1f} s\n"
    )
