"""A hit is a document by its best part: score, passage, line and title are those of the part."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from memory_engine import memory_snapshot

from analyzers import analyze
from indexer import Index, SearchOptions
from indexer.extract.text import heading
from indexer.parts.part import Part
from indexer.query.parser import QueryParser
from indexer.ranking.bm25 import idf, saturation
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.hits import PartChooser
from indexer.ranking.settings import RankingSettings
from indexer.results import Hit

CORPUS = Path(__file__).parents[2] / "corpus"
SEEDS = Path(__file__).parents[3] / "shared" / "seeds"

PLAIN = RankingSettings(proximity=0, lead=0, coverage=0)
WORDS = "قطار مسرح زيتون بحيرة جسر شاعر سفينة نهر طبيب ملعب".split()  # noqa: SIM905


def parser() -> QueryParser:
    return QueryParser(fields=("text",), match="folded", respell=False)


def documents(rng: random.Random) -> list[dict[str, Any]]:
    """Texts of words that have nothing in common; every second one has parts."""
    made = []
    for number in range(30):
        text = " ".join(rng.choice(WORDS) for _ in range(rng.randint(5, 60)))
        starts = tuple(sorted(rng.sample(range(len(text)), 3))) if number % 2 else ()
        fixed = {"file": number, "record": "", "line": 1, "date": "", "encoding": "", "title": ""}
        made.append({**fixed, "text": text, "_parts_text": starts})
    return made


def scores_of_parts(
    document: dict[str, Any], query: str, docs: list[dict[str, Any]]
) -> list[float]:
    """By BM25 as it is written, each part as if it were a document."""
    tokens = [(token.word, token.start) for token in analyze(document["text"])]
    average = sum(len(analyze(doc["text"])) for doc in docs) / len(docs)
    bounds = [0, *document["_parts_text"], len(document["text"])]
    scores = []
    for first, last in pairwise(bounds):
        here = [word for word, start in tokens if first <= start < last]
        norm = PLAIN.k1 * (1 - PLAIN.b + PLAIN.b * len(here) / average)
        score = 0.0
        for word in query.split():
            df = sum(word in doc["text"].split() for doc in docs)
            tf = np.array([here.count(word) * PLAIN.exact])
            score += idf(len(docs), df) * float(saturation(tf, np.array([norm]), PLAIN.k1)[0])
        scores.append(score)
    return scores


@pytest.mark.parametrize("query", ["قطار", "قطار مسرح", "زيتون بحيرة جسر شاعر"])
@pytest.mark.parametrize("segments", [1, 3])
def test_a_document_scores_what_its_best_part_scores(query: str, segments: int) -> None:
    docs = documents(random.Random(7))
    snapshot = memory_snapshot(docs, segments, PLAIN)
    evaluator = Evaluator(snapshot)
    parsed = parser().parse(query)
    found, scores = evaluator.everything(parsed.query)
    best = PartChooser(parsed.leaves, evaluator.leaves).best(found)
    assert len(found) > 20
    for doc, score, part in zip(found.tolist(), scores.tolist(), best.tolist(), strict=True):
        expected = scores_of_parts(docs[doc], query, docs)
        assert score == pytest.approx(max(expected), rel=1e-5)
        assert expected[part] == pytest.approx(max(expected))


def test_a_share_of_the_parts_lies_between() -> None:
    docs = documents(random.Random(8))
    query = parser().parse("قطار مسرح").query
    whole, half, best = (
        Evaluator(memory_snapshot(docs, 1, RankingSettings(part=share))).everything(query)[1]
        for share in (0.0, 0.5, 1.0)
    )
    assert half == pytest.approx((whole + best) / 2, rel=1e-5)
    assert (whole != best).any()


PHRASES = {
    "«نهر جسر»": ("نهر شاعر جسر شاعر نهر", "قطار نهر جسر قطار"),
    '"نهر جسر"~3': ("نهر شاعر شاعر شاعر شاعر شاعر جسر", "نهر قطار قطار جسر"),
}


@pytest.mark.parametrize("query", PHRASES)
def test_of_a_phrase_the_part_is_that_with_the_phrase(query: str) -> None:
    first, second = PHRASES[query]
    text = f"{first} . {second}"
    fields = {"file": 0, "record": "", "line": 1, "date": "", "encoding": "", "title": ""}
    given = {**fields, "text": text, "_parts_text": (len(first) + 3,)}
    evaluator = Evaluator(memory_snapshot([given]))
    parsed = parser().parse(query)
    assert evaluator.members(parsed.query).tolist() == [0]
    assert PartChooser(parsed.leaves, evaluator.leaves).best(np.array([0])).tolist() == [1]


# In an index


def text_of(name: str) -> str:
    return (CORPUS / name).read_text("utf-8").strip()


FIRST, SECOND, THIRD = (
    text_of(f"science/{name}.txt") for name in ("honey-bees", "volcanoes", "moon-phases")
)
DATED = SECOND.replace("\n", "\n\nنشر في 18 يناير 2025\n\n", 1)
BOOK = "".join(
    f"# الباب {name}\n\n" + f"نص الباب عن {word} وغيره. " * 80 + "\n\n"
    for name, word in (("الأول", "القطار"), ("الثاني", "المسرح"), ("الثالث", "الزيتون"))
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("texts")
    (made / "page.txt").write_text(f"{FIRST}\n\n\n\n{DATED}\n\n\n\n{THIRD}\n", "utf-8")
    (made / "bees.txt").write_text(FIRST, "utf-8")
    (made / "book.md").write_text(BOOK, "utf-8")
    (made / "note.txt").write_text("القطار والمسرح\n", "utf-8")
    return made


@pytest.fixture(scope="module")
def index(folder: Path) -> Iterator[Index]:
    with Index.create(folder, index_dir=str(folder.parent / "index")) as made:
        made.update()
        yield made


def hit(index: Index, query: str, path: str, **options: Any) -> Hit:
    found = index.search(query, SearchOptions(**options)).hits
    (wanted,) = (hit for hit in found if hit.id == path)
    return wanted


def test_a_hit_bears_the_title_line_and_date_of_its_article(index: Index) -> None:
    title = heading(SECOND)
    found = hit(index, "براكين", "page.txt")
    assert (found.title, found.part, found.part_title) == (heading(FIRST), 1, title)
    assert found.date == "2025-01-18"
    assert found.line is not None
    assert found.line > FIRST.count("\n") + 1
    own = hit(index, "نحل", "page.txt")
    assert (own.part, own.part_title, own.date) == (0, None, None)


def test_the_headline_of_another_article_leads_to_it(index: Index) -> None:
    title = heading(SECOND)
    found = hit(index, title, "page.txt")
    assert found.line == f"{FIRST}\n\n\n\n".count("\n") + 1
    assert found.snippets[0].text.startswith(title)


def test_passages_are_of_the_best_part_before_others(index: Index) -> None:
    found = hit(index, "براكين الأرض القمر", "page.txt", snippets=9)
    part = index.document("page.txt").parts[found.part]
    inside = [part.start <= s.offset < part.end for s in found.snippets]
    assert inside == sorted(inside, reverse=True)
    assert set(inside) == {True, False}


def test_chapters_of_a_book(index: Index) -> None:
    titles = {word: hit(index, word, "book.md") for word in ("القطار", "المسرح", "الزيتون")}
    assert [found.part for found in titles.values()] == [0, 1, 2]
    assert titles["المسرح"].part_title == "الباب الثاني"


QUERIES = ["القطار", "القطار المسرح", "نحل براكين", '"نص الباب"', "+القطار المسرح", "نحل -عسل",
           "القطار AND الزيتون", "مس*", "عنوان:النحل", "path:*.txt القمر"]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_parts_find_no_more_and_no_fewer_documents(
    folder: Path, index: Index, query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "indexer.update.run.cut", lambda text, _layout: (Part(0, len(text), "", 1),)
    )
    with Index.create(folder, index_dir=str(tmp_path / "whole")) as whole:
        whole.update()
        options = SearchOptions(limit=None, copies=True)
        expected, found = (i.search(query, options) for i in (whole, index))
    assert {hit.id for hit in found.hits} == {hit.id for hit in expected.hits}
    assert found.total == expected.total
    assert all(hit.part == 0 for hit in expected.hits)


@pytest.mark.parametrize("query", QUERIES)
def test_hits_by_part(index: Index, query: str) -> None:
    documents = index.search(query, SearchOptions(limit=None, copies=True))
    parts = index.search(query, SearchOptions(limit=None, by="part", copies=True))
    assert parts.by == "part"
    assert parts.total == len(parts.hits) >= documents.total
    assert [hit.score for hit in parts.hits] == sorted((h.score for h in parts.hits), reverse=True)
    first = {hit.id: hit for hit in reversed(parts.hits)}
    assert {i: (h.part, h.score) for i, h in first.items()} == {
        hit.id: (hit.part, pytest.approx(hit.score)) for hit in documents.hits
    }
    assert len({(hit.id, hit.part) for hit in parts.hits}) == parts.total
    for found in parts.hits:
        spans = index.document(found.id).parts
        if found.matches and spans:
            span = spans[found.part]
            assert all(span.start <= match.start < span.end for match in found.matches)
    options = SearchOptions(limit=2, by="part", copies=True)
    pages = [index.search(query, options._replace(offset=n)) for n in (0, 2, 4)]
    shown = [(hit.id, hit.part) for page in pages for hit in page.hits]
    assert shown == [(hit.id, hit.part) for hit in parts.hits[:6]]
    assert {page.total for page in pages} == {parts.total}


def test_by_part_in_the_order_of_paths_is_the_order_of_the_text(index: Index) -> None:
    found = index.search("الباب نص", SearchOptions(by="part", sort="path", limit=None)).hits
    assert [(hit.id, hit.part) for hit in found if hit.id == "book.md"] == [
        ("book.md", 0), ("book.md", 1), ("book.md", 2),
    ]  # fmt: skip


def test_parts_are_the_document_of_the_library(index: Index) -> None:
    document = index.document("page.txt")
    assert "".join(document.text[p.start : p.end] for p in document.parts) == document.text
    assert index.document("bees.txt").parts == ()


# What hits above have told


def told(tmp_path: Path, texts: dict[str, str], query: str) -> list[str]:
    """The passage of each hit, in the order of the names."""
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    with Index.create(tmp_path) as made:
        made.update()
        options = SearchOptions(sort="path", context_chars=40)
        return [hit.snippets[0].text for hit in made.search(query, options).hits]


SHARED = "وصل القطار إلى المحطة صباح اليوم."


def test_what_a_hit_above_shows_is_not_shown_again(tmp_path: Path) -> None:
    own = "قال السائق إن القطار سريع."
    first, second = told(
        tmp_path, {"a.txt": f"{SHARED}\n\nثم سكت.\n", "b.txt": f"{SHARED}\n\n{own}\n"}, "القطار"
    )
    assert first == SHARED
    assert second == own


def test_but_it_is_where_nothing_else_says_as_much(tmp_path: Path) -> None:
    poor = "قال السائق إن الجو جميل وإن المحطة بعيدة."
    passages = told(
        tmp_path,
        {"a.txt": f"{SHARED}\n\nثم سكت.\n", "b.txt": f"{SHARED}\n\n{poor}\n"},
        "القطار صباح اليوم",
    )
    assert passages == [SHARED, SHARED]


def test_a_sentence_wins_over_a_caption(tmp_path: Path) -> None:
    caption, sentence = "قطار في المحطة (رويترز)", "وصل القطار في موعده."
    assert told(tmp_path, {"a.txt": f"{caption}\n\n{sentence}\n"}, "القطار") == [sentence]
    only = tmp_path / "only"
    only.mkdir()
    assert told(only, {"a.txt": f"{caption}\n\nلا شيء.\n"}, "القطار") == [caption]


# Scraped pages


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    if not SEEDS.is_dir():
        pytest.skip("the scraped pages are not here")
    folder = tmp_path_factory.mktemp("pages")
    for path in SEEDS.glob("*.txt"):
        (folder / path.name[:7]).with_suffix(".txt").write_bytes(path.read_bytes())
    with Index.create(folder) as made:
        made.update()
        yield made


HEADLINE = "«هدنة غزة» تقترب وسط جولات مكوكية وحديث عن «تنازلات»"


@pytest.mark.parametrize("query", ["هدنة غزة", "تنازلات"])
def test_the_second_article_of_scraped_pages(pages: Index, query: str) -> None:
    opened = {hit.id[:3]: hit for hit in pages.search(query, SearchOptions(copies=True)).hits}
    for page, line in (("000", 21), ("002", 33)):
        assert (opened[page].line, opened[page].part_title) == (line, HEADLINE)
        assert opened[page].snippets[0].text.startswith(HEADLINE)
    shown = [hit for hit in pages.search(query).hits if hit.part_title == HEADLINE]
    assert len(shown) == 1  # it is the same article
    assert {shown[0].id[:3], *(os.path.basename(c)[:3] for c in shown[0].copies)} == {"000", "002"}


def test_the_first_article_of_scraped_pages(pages: Index) -> None:
    hits = pages.search("البوكمال", SearchOptions(snippets=50, copies=True)).hits
    assert len(hits) == 4
    assert {hit.part for hit in hits} == {0}
    assert all(s.line is not None and s.line < 21 for hit in hits for s in hit.snippets[:1])
    assert "غزة" not in " ".join(s.text for hit in hits for s in hit.snippets)
