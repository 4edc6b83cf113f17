"""Highlights by positions and stored offsets are those that reading the whole text would give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from both_engines import ENGINES, searcher_of

from analyzers.tokenizer import shared_tokenizer
from indexer.codec.format import SAMPLE_TOKENS
from indexer.codec.whoosh.snapshot import snapshot_of
from indexer.query.parser import QueryParser
from indexer.ranking.evaluator import Evaluator
from indexer.snippets.highlighter import Highlighter
from indexer.snippets.locate import highlights_in
from indexer.snippets.targets import targets_of

FILLER = "كلام كثير لا صلة له بشيء "
NUMBERS = "في 28.11.2017 بلغ 12,500 و3.5 و1.2.3.4 من الـ24 "
TEXTS = [
    "قرأ كِتَابًا في البيت. ثم بيت الكتاب، وكُتُبهم في تشرين الثاني.",
    FILLER * 40 + "كتاب " + FILLER * 40 + "«بيت كتاب» 2017 " + FILLER * 9,
    NUMBERS * 60 + "كتاب",
    "كتاب " * 300,
    "1." * 400 + " بيت",
    "نوفمبر والبيت المكتبة مكتبات",
    "",
    "؟ ،",
    FILLER * 100,
]
QUERIES = [
    "كتاب", "بيت كتاب", "«بيت كتاب»", '"كتاب بيت"~3', "كتا*", "*تب*", "كناب~1",
    "تشرين الثاني", "نوفمبر", "28.11.2017", "2017", "11", "12,500 كتاب", "3.5 1.2.3.4",
    "+بيت -نوفمبر", "title:كتاب", "في", "مكتبة", "24",
]  # fmt: skip


@pytest.fixture(scope="module", params=ENGINES)
def searcher(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = str(tmp_path_factory.mktemp("index"))
    with searcher_of(request.param, folder, (TEXTS[:4], TEXTS[4:]), "عنوان كتاب") as opened:
        yield opened


@pytest.mark.parametrize("match", ["exact", "folded", "stem", "plural", "variant", "root"])
@pytest.mark.parametrize("query", QUERIES)
def test_the_same_words_as_in_the_whole_text(searcher: Any, query: str, match: str) -> None:
    snapshot = snapshot_of(searcher)
    leaves = QueryParser(match=match).parse(query).leaves
    highlighter = Highlighter(targets_of(leaves, Evaluator(snapshot)), shared_tokenizer())
    docs = list(range(len(TEXTS)))
    found = highlights_in(TEXTS, docs, leaves, highlighter, snapshot)
    assert found == [highlighter.of_text(text) for text in TEXTS]
    assert highlights_in(TEXTS[::-1], docs[::-1], leaves, highlighter, snapshot) == found[::-1]


def test_a_text_that_is_not_what_was_indexed_is_read_whole(searcher: Any) -> None:
    snapshot = snapshot_of(searcher)
    leaves = QueryParser().parse("كتاب").leaves
    highlighter = Highlighter(targets_of(leaves, Evaluator(snapshot)), shared_tokenizer())
    changed = ["و " + TEXTS[0], TEXTS[0]]
    found = highlights_in(changed, [0, 3], leaves, highlighter, snapshot)
    assert found == [highlighter.of_text(text) for text in changed]


def test_only_pieces_with_words_that_met_are_read(
    searcher: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = snapshot_of(searcher)
    if snapshot.segments[0].field("text").samples(0) is None:  # type: ignore[union-attr]
        pytest.skip("Whoosh's own codec stores no offsets")
    leaves = QueryParser().parse("كتاب").leaves
    highlighter = Highlighter(targets_of(leaves, Evaluator(snapshot)), shared_tokenizer())
    read: list[int] = []
    tokenizer = highlighter._tokenizer
    tokenize = tokenizer.tokenize_batch

    def counted(texts: Any) -> Any:
        batch = tokenize(texts)
        read.append(len(batch.form_ids))
        return batch

    monkeypatch.setattr(tokenizer, "tokenize_batch", counted)
    highlights_in([TEXTS[1]], [1], leaves, highlighter, snapshot)
    assert read
    assert sum(read) <= 2 * SAMPLE_TOKENS


def test_corpus_snippets_are_slices(tmp_path: Path) -> None:
    from indexer import Index

    for number, text in enumerate(TEXTS):
        (tmp_path / f"{number}.txt").write_text(text, "utf-8")
    with Index.create(tmp_path) as index:
        index.update()
        for query in QUERIES:
            for hit in index.search(query).hits:
                text = TEXTS[int(Path(hit.path).stem)]
                for snippet in hit.snippets:
                    assert text[snippet.offset : snippet.offset + len(snippet.text)] == snippet.text
                    assert all(text[m.start : m.end] == m.word for m in snippet.matches)
