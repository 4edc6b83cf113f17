"""Some texts in an index here, and what a cluster would hold of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from word_lists import Dictionary

from indexer.index import Index
from indexer.parts.part import unpack
from indexer.remote.analysis import Terms, prepared

CORPUS = Path(__file__).parent.parent.parent / "corpus"


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("texts")
    for number, path in enumerate(sorted(CORPUS.rglob("*.txt"))[:30]):
        text = " ".join(path.read_text("utf-8", "replace").split()[:150])
        (folder / f"{number:02}.txt").write_text(text, "utf-8")
    for path in sorted(CORPUS.glob("news/*almadar.txt")):  # with a tail that is another article
        (folder / path.name).write_bytes(path.read_bytes())
    with Index.create(folder) as index:
        index.update()
        yield index


@pytest.fixture(scope="session")
def hits(local: Index) -> list[dict[str, Any]]:
    """What a cluster would hold of them."""
    snapshot, documents = local._snapshot, []
    for doc in range(snapshot.size):
        segment, docnum = snapshot.locate(doc)
        texts = {name: segment.text(docnum, name) for name in ("title", "text")}
        record = segment.record(docnum)
        parts = tuple(part.start for part in unpack(record.get("parts"))[1:])
        documents.append({**record, **texts, "_parts_text": parts})
    assert any(document["_parts_text"] for document in documents)
    sources = prepared(Terms(), documents, [0] * len(documents))
    return [{"_id": str(n), "_source": json.loads(source)} for n, source in enumerate(sources)]


@pytest.fixture(scope="session")
def dictionary(hits: list[dict[str, Any]]) -> Dictionary:
    return Dictionary([hit["_source"] for hit in hits])
