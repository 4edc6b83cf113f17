"""How does Whoosh search with our queries? Any node of ours as a Whoosh query, with our scores."""

from __future__ import annotations

from typing import Any

from whoosh import query as whoosh_query
from whoosh.matching import ListMatcher, NullMatcher

from indexer.codec.whoosh.snapshot import base_of, snapshot_of
from indexer.query.nodes import AndQuery, Node, OrQuery
from indexer.ranking.evaluator import Evaluator


class NodeQuery(whoosh_query.Query):  # type: ignore[misc]
    """A node for Whoosh's searchers: it matches what the evaluator finds, with the same scores."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.boost = 1.0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NodeQuery) and self.node == other.node

    def __hash__(self) -> int:
        return hash(self.node)

    def __repr__(self) -> str:
        return f"NodeQuery({self.node!r})"

    __str__ = __repr__

    def estimate_size(self, ixreader: Any) -> int:
        """As many documents as there are: a bound, as Whoosh asks for."""
        return int(ixreader.doc_count_all())

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        """A Whoosh matcher over the documents of one segment."""
        snapshot = snapshot_of(searcher)
        segment, _ = snapshot.locate(base_of(searcher))
        docs, scores = Evaluator(snapshot).of_segment(self.node, segment)
        return ListMatcher(docs.tolist(), scores.tolist()) if len(docs) else NullMatcher()


def as_whoosh(node: Node) -> Any:
    """A query for Whoosh's searchers, in which AND and OR are Whoosh's own."""
    if isinstance(node, AndQuery | OrQuery):
        kind = whoosh_query.And if isinstance(node, AndQuery) else whoosh_query.Or
        return kind([as_whoosh(child) for child in node.subqueries], boost=node.boost)
    return NodeQuery(node)
