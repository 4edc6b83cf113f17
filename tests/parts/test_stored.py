"""What an index stores of parts: nothing of plain texts, and else where they begin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from whoosh import fields

from analyzers import analyze
from indexer import Index
from indexer.codec.build import collect
from indexer.codec.build.collect import FormCollector
from indexer.codec.build.fieldwriter import FieldData, PartStarts
from indexer.codec.consistency import faults_of
from indexer.codec.whoosh.formfield import FormField
from indexer.codec.whoosh.index import create_index, field_arrays, segment_views
from indexer.parts.part import unpack
from indexer.ranking.source import Record

SCHEMA = fields.Schema(path=fields.ID(stored=True), title=FormField(), text=FormField())
WORDS = "نفط بيت، كتاب نهر. جسر مدينة قمر\n\nشمس بحر " * 40
PARTS = (100, 101, 500, 1000)


def tokens_before(text: str, places: tuple[int, ...]) -> list[int]:
    starts = [token.start for token in analyze(text)]
    return [sum(start < place for start in starts) for place in places]


def rows(ix: Any) -> list[tuple[int, int]]:
    """(document, token) of every part, over the segments."""
    found = []
    for base, arrays in field_arrays(ix.reader(), "text"):
        docs, tokens = arrays.part_docs.tolist(), arrays.part_tokens.tolist()
        found += [(base + doc, token) for doc, token in zip(docs, tokens, strict=True)]
    return found


@pytest.mark.parametrize("batch_chars", [1 << 18, 200, 64])
def test_parts_begin_with_tokens(
    tmp_path: Path, batch_chars: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "BATCH_CHARS", batch_chars)
    ix = create_index(tmp_path / "index", SCHEMA)
    with ix.writer() as writer:
        writer.add_document(path="plain", text=WORDS)
        writer.add_document(path="parted", text=WORDS, _parts_text=PARTS)
        writer.add_document(path="other", text="نفط")
        writer.add_document(path="parted too", text=WORDS, title="بيت", _parts_text=PARTS[:1])
    expected = tokens_before(WORDS, PARTS)
    assert rows(ix) == [*((1, token) for token in expected), (3, expected[0])]
    assert ix.verify() == []


def test_merges_keep_the_parts_of_what_is_alive(tmp_path: Path) -> None:
    ix = create_index(tmp_path / "index", SCHEMA)
    for name in "abc":
        with ix.writer() as writer:
            writer.add_document(path=name, text=WORDS, _parts_text=PARTS[:2])
            writer.add_document(path=name + " plain", text=WORDS)
    first, second = tokens_before(WORDS, PARTS[:2])
    assert len(ix.reader().leaf_readers()) > 1
    writer = ix.writer()
    writer.delete_by_values("path", ["a plain", "b"])
    writer.commit(optimize=True)
    assert rows(ix) == [(0, first), (0, second), (2, first), (2, second)]
    assert ix.verify() == []


def test_a_folder_with_a_second_article(tmp_path: Path) -> None:
    corpus = Path(__file__).parents[2] / "corpus" / "news"
    (tmp_path / "news").mkdir()
    for name in ("flood-wadi-reem-3-alafaq.txt", "flood-wadi-reem-1-mirsal.txt"):
        (tmp_path / "news" / name).write_bytes((corpus / name).read_bytes())
    with Index.create(tmp_path / "news") as index:
        index.update([tmp_path / "news"])
        records = {stored["file"]: stored for stored in stored_values(index)}
        parts = [unpack(stored.get("parts")) for stored in records.values()]
        assert sorted(map(len, parts)) == [0, 2]
        (of_two,) = (part for part in parts if part)
        assert of_two[1].title == "بطولة الشطرنج المدرسية تتوج طفلة في التاسعة"


def stored_values(index: Index) -> list[Record]:
    snapshot = index._snapshot
    return [segment.record(doc) for segment in snapshot.segments for doc in range(segment.size)]


LIES = {
    "as it is": ([0], [3], []),
    "of no document": ([7], [3], ["f/text/part_docs"]),
    "behind the last word": ([0], [9999], ["f/text/part_docs"]),
    "in no order": ([0, 0], [9, 3], ["f/text/part_docs"]),
}


@pytest.mark.parametrize(("docs", "tokens", "faults"), LIES.values(), ids=LIES)
def test_parts_that_cannot_be_are_found(
    tmp_path: Path,
    docs: list[int],
    tokens: list[int],
    faults: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    finish = FormCollector.finish

    def lying(collector: FormCollector) -> FieldData:
        data = finish(collector)
        data.parts = [PartStarts(np.array(docs), np.array(tokens))]
        return data

    monkeypatch.setattr(FormCollector, "finish", lying)
    ix = create_index(tmp_path / "index", SCHEMA)
    with ix.writer() as writer:
        writer.add_document(path="a", text=WORDS, _parts_text=PARTS[: len(docs)])
    (view,) = segment_views(ix.reader())
    assert [fault.section for fault in faults_of(view.terms.container)] == faults
