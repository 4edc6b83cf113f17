"""A text that is one word very often is shown as any other, and every mark in it still counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from folders import indexed, write_folder

from indexer.results import SearchOptions
from indexer.snippets import locate

OFTEN = 50


def test_the_best_passage_is_looked_for_among_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"كتاب {'نص ' * 100}" + "كتاب " * OFTEN + "كتابٌ"
    with indexed(write_folder(tmp_path, {"a.txt": text})) as index:
        usual = index.search("كتاب").hits[0]
        monkeypatch.setattr("indexer.reading.showing.MOST_SHOWN", 1)
        few = index.search("كتاب").hits[0]
        assert len(usual.matches) > 1
        assert [match.start for match in few.matches] == [0]
        assert (few.score, few.id) == (usual.score, usual.id)
        marked = index.search("كتابٌ", SearchOptions(strict=frozenset({"marks"})))
        assert marked.total == 1
    assert locate.MOST_SHOWN > 10_000
