"""A Whoosh index of our codec, and one of Whoosh's own: what is asked of either is the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from whoosh import index as whoosh_index

from indexer.codec.whoosh import engine
from indexer.codec.whoosh.schema import fahras_schema

ENGINES = ("columnar", "stock")


@contextmanager
def searcher_of(
    name: str, folder: str, segments: Sequence[Sequence[str]], title: str
) -> Iterator[Any]:
    """A searcher of an engine over texts that all have one title; a segment for each list."""
    if name == "columnar":
        engine.create_index(folder)
        index = engine.open_index(folder)
    else:
        index = whoosh_index.create_in(folder, fahras_schema())
    for texts in segments:
        writer = index.writer()
        for number, text in enumerate(texts):
            writer.add_document(file=number, record="", date="", encoding="utf-8",
                                title=title, text=text)  # fmt: skip
        writer.commit(merge=False)
    opened = index.refresh().searcher()
    try:
        yield opened
    finally:
        opened.close()
