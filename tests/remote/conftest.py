"""Some texts in an index here, and what a cluster would hold of them."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster_doubles import held_of
from word_lists import Dictionary

from indexer.index import Index
from indexer.remote.columns import unpacked
from indexer.remote.source import Candidate

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
    return held_of(local)


@pytest.fixture(scope="session")
def candidates(hits: list[dict[str, Any]]) -> list[Candidate]:
    """The same as they come out of a search."""
    found = []
    for source in (hit["_source"] for hit in hits):
        ranked = unpacked(b64decode(source["ranked"]))
        shown = {name: source[name] for name in ("title", "text", "stored")}
        found.append(Candidate(*ranked[:3], ranked, shown))
    assert any(len(column.parts) for each in found for column in each.ranked.columns)
    return found


@pytest.fixture(scope="session")
def dictionary(hits: list[dict[str, Any]]) -> Dictionary:
    return Dictionary([hit["_source"] for hit in hits])
