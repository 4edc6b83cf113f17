"""What must hold for any Whoosh index, whatever its codec: one suite for the stock codec and ours.

Needs no test runner, so that it also runs under another Whoosh in an environment of its own:

    python -W ignore tests/helpers/codec_contract.py

prints one line a check and exits with 1 where one fails. Each check takes an `Engine` and asserts.
"""

from __future__ import annotations

import datetime
import random
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

import whoosh
from whoosh import fields, highlight, qparser, scoring, sorting
from whoosh import index as whoosh_index
from whoosh import query as q
from whoosh.writing import SegmentWriter

from indexer.codec.whoosh.codec import ColumnarCodec
from indexer.codec.whoosh.formfield import FormField
from indexer.codec.whoosh.index import create_index, open_index

OLD_WHOOSH = whoosh.__version__ < (3,)
"""2.7.4, on any codec, answers `Require` wrongly and never ends a top-k search with TF_IDF."""


@dataclass(frozen=True)
class Engine:
    """A way to create, open and write an index."""

    name: str
    create: Callable[[str, Any], Any]
    open: Callable[[str, Any], Any]
    writer: Callable[[Any], Any]


def _open_stock(folder: str, _schema: Any) -> Any:
    return whoosh_index.open_dir(folder)


ENGINES = (
    Engine("stock", whoosh_index.create_in, _open_stock, lambda ix: ix.writer()),
    Engine(
        "columnar codec, stock writer",
        whoosh_index.create_in,
        _open_stock,
        lambda ix: SegmentWriter(ix, codec=ColumnarCodec()),
    ),
    Engine("columnar", create_index, open_index, lambda ix: ix.writer()),
)

TEXTS = (
    "ذهب الطالب إلى المدرسة وقرأ الكتاب في المكتبة",
    "كتب المعلم الدرس على السبورة والطلاب يقرؤون الكتاب",
    "الكِتَابُ خير جليس في الزمان والمكتبات كثيرة",
    "سافر الرجل إلى القاهرة 2021 ثم عاد إلى المكتبة",
    "alfa bravo charlie alfa bravo delta",
)


SCHEMA = fields.Schema(
    path=fields.ID(stored=True, unique=True),
    title=fields.TEXT(stored=True, sortable=True),
    body=FormField(),
    plain=fields.TEXT(phrase=False),
    year=fields.NUMERIC(int, stored=True, sortable=True),
    price=fields.NUMERIC(float, stored=True),
    day=fields.DATETIME(stored=True, sortable=True),
    tag=fields.KEYWORD(stored=True, commas=True),
    cat=fields.ID(stored=True, sortable=True),
    ok=fields.BOOLEAN(stored=True),
    note=fields.STORED(),
)


def _document(i: int) -> dict[str, Any]:
    text = f"{TEXTS[i % 5]} رقم{i}"
    return {
        "path": f"/d/{i}",
        "title": f"عنوان {i}",
        "body": text,
        "plain": text,
        "year": 2000 + i % 7,
        "price": i / 4,
        "day": datetime.datetime(2020, 1, 1 + i % 28),
        "tag": "ا,ب" if i % 2 else "ج",
        "cat": f"c{i % 3}",
        "ok": bool(i % 2),
        "note": {"i": i, "kind": ["x", None, 1.5]},
    }


def _filled(engine: Engine, folder: str, sizes: tuple[int, ...] = (60, 20)) -> Any:
    ix = engine.create(folder, SCHEMA)
    first = 0
    for size in sizes:
        writer = engine.writer(ix)
        for i in range(first, first + size):
            writer.add_document(**_document(i))
        writer.commit(merge=False)
        first += size
    return engine.open(folder, SCHEMA)


def _paths(searcher: Any, query: Any) -> set[str]:
    return {hit["path"] for hit in searcher.search(query, limit=None)}


def _expected(test: Callable[[dict[str, Any]], bool], count: int = 80) -> set[str]:
    return {f"/d/{i}" for i in range(count) if test(_document(i))}


def check_terms(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder)
    with ix.searcher() as s:
        assert _paths(s, q.Term("body", "الكتاب")) == _expected(
            lambda d: "الكتاب" in d["body"] or "الكِتَابُ" in d["body"]
        )
        assert _paths(s, q.Term("body", "nothing")) == set()
        assert _paths(s, q.Term("tag", "ج")) == _expected(lambda d: d["tag"] == "ج")
        assert s.doc_frequency("plain", "alfa") == 16
        assert s.frequency("plain", "alfa") == 32
        assert s.reader().doc_frequency("body", "غائب") == 0


def check_boolean_queries(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder)
    terms = [q.Term("body", word) for word in ("الكتاب", "المكتبة", "إلى")]
    with ix.searcher() as s:
        sets = [_paths(s, term) for term in terms]
        assert _paths(s, q.And(terms)) == sets[0] & sets[1] & sets[2]
        assert _paths(s, q.Or(terms)) == sets[0] | sets[1] | sets[2]
        assert _paths(s, q.And([terms[2], q.Not(terms[0])])) == sets[2] - sets[0]
        assert _paths(s, q.AndMaybe(terms[0], terms[1])) == sets[0]
        assert _paths(s, q.Every()) == _expected(lambda d: True)
        if not OLD_WHOOSH:
            assert _paths(s, q.Require(terms[1], terms[2])) == sets[1] & sets[2]


def check_positions(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder)
    with ix.searcher() as s:
        assert _paths(s, q.Phrase("body", ["خير", "جليس"])) == _expected(
            lambda d: "خير جليس" in d["body"]
        )
        assert _paths(s, q.Phrase("body", ["جليس", "خير"])) == set()
        assert len(_paths(s, q.Phrase("body", ["alfa", "charlie"], slop=2))) == 16
        near = q.SpanNear(q.Term("body", "bravo"), q.Term("body", "delta"), slop=1)
        assert len(_paths(s, near)) == 16


def check_multiterm_queries(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder)
    with ix.searcher() as s:
        assert _paths(s, q.Prefix("body", "المك")) == _expected(lambda d: " المكتب" in d["body"])
        assert len(_paths(s, q.Wildcard("body", "ch*lie"))) == 16
        assert len(_paths(s, q.FuzzyTerm("body", "charlia"))) == 16
        assert _paths(s, q.NumericRange("year", 2001, 2003)) == _expected(
            lambda d: 2001 <= d["year"] <= 2003
        )
        first, last = datetime.datetime(2020, 1, 5), datetime.datetime(2020, 1, 9)
        assert _paths(s, q.DateRange("day", first, last)) == _expected(
            lambda d: first <= d["day"] <= last
        )
        assert _paths(s, q.TermRange("cat", "c1", "c2")) == _expected(lambda d: d["cat"] != "c0")


def check_parser(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder)
    parser = qparser.QueryParser("body", ix.schema)
    with ix.searcher() as s:
        found = _paths(s, parser.parse("الكتاب OR (year:2003 AND cat:c1)"))
        assert found == _expected(
            lambda d: (
                "الكتاب" in d["body"]
                or "الكِتَابُ" in d["body"]
                or (d["year"] == 2003 and d["cat"] == "c1")
            )
        )
        assert _paths(s, parser.parse("ok:true")) == _expected(lambda d: d["ok"])
        assert _paths(s, parser.parse("price:[1 TO 2]")) == _expected(
            lambda d: 1 <= d["price"] <= 2
        )


def check_stored(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder)
    with ix.searcher() as s:
        for i in (0, 3, 59, 60, 79):
            stored = s.document(path=f"/d/{i}")
            expected = _document(i)
            del expected["plain"]
            assert stored == expected, (stored, expected)
        assert sum(1 for _ in s.reader().all_stored_fields()) == 80


def check_columns(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder)
    with ix.searcher() as s:
        years = [h["year"] for h in s.search(q.Every(), sortedby="year", limit=None)]
        assert years == sorted(2000 + i % 7 for i in range(80))
        order = [sorting.FieldFacet("cat"), sorting.FieldFacet("year", reverse=True)]
        got = [(h["cat"], -h["year"]) for h in s.search(q.Every(), sortedby=order, limit=None)]
        assert got == sorted(got)
        groups = s.search(q.Every(), groupedby="cat", limit=None).groups("cat")
        assert {key: len(docs) for key, docs in groups.items()} == {"c0": 27, "c1": 27, "c2": 26}
        collapsed = s.search(q.Every(), collapse="cat", limit=None)
        assert {h["cat"] for h in collapsed} == {"c0", "c1", "c2"}


def check_filters_and_pages(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder)
    term = q.Term("body", "الكتاب")
    with ix.searcher() as s:
        every = _paths(s, term)
        only = {h["path"] for h in s.search(term, filter=q.Term("cat", "c1"), limit=None)}
        rest = {h["path"] for h in s.search(term, mask=q.Term("cat", "c1"), limit=None)}
        assert only | rest == every
        assert not only & rest
        pages = [h["path"] for n in (1, 2, 3, 4, 5) for h in s.search_page(term, n, pagelen=10)]
        assert set(pages) == every
        hit = s.search(q.Or([term, q.Term("body", "خير")]), terms=True)[0]
        assert ("body", "الكتاب".encode()) in hit.matched_terms()


def check_highlights_and_suggestions(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder)
    with ix.searcher() as s:
        hits = s.search(q.Term("body", "الكتاب"))
        assert "الكتاب" in hits[0].highlights("body") or "الكِتَابُ" in hits[0].highlights("body")
        hits.fragmenter = highlight.PinpointFragmenter()
        assert hits[0].highlights("body")
        assert "charlie" in s.suggest("body", "charlia")
        assert s.key_terms([1], "body")
        assert len(s.search(q.Term("path", "/d/7"))[0].more_like_this("body"))


def check_lexicon(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder)
    reader = ix.reader()
    words = list(reader.lexicon("plain"))
    assert words == sorted(words)
    assert b"bravo" in words
    assert list(reader.expand_prefix("plain", "br")) == [b"bravo"]
    info = reader.term_info("plain", "alfa")
    assert (info.doc_frequency(), info.weight(), info.max_weight()) == (16, 32, 2)
    assert (info.min_id(), info.max_id()) == (4, 79)
    assert ("plain", b"bravo") in reader
    assert ("plain", b"bravz") not in reader
    assert {"body", "plain", "path", "tag"} <= set(reader.indexed_field_names())
    names = [name for name, _ in reader.all_terms()]
    assert names == sorted(names)


def check_lengths(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder)
    reader = ix.reader()
    assert reader.doc_field_length(4, "plain") == 7
    assert reader.doc_field_length(0, "body") == 8  # 10 words, two of them stopwords
    total = sum(reader.doc_field_length(i, "plain") for i in range(80))
    assert reader.field_length("plain") == total


def check_scores(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder)
    others = () if OLD_WHOOSH else (scoring.TF_IDF(), scoring.Frequency())
    for weighting in (scoring.BM25F(), *others):
        with ix.searcher(weighting=weighting) as s:
            hits = s.search(q.Or([q.Term("body", "الكتاب"), q.Term("body", "خير")]), limit=None)
            scores = [hit.score for hit in hits]
            assert scores == sorted(scores, reverse=True)
            top = s.search(q.Or([q.Term("body", "الكتاب"), q.Term("body", "خير")]), limit=5)
            assert [hit.score for hit in top] == scores[:5]


def check_deletions(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder)
    writer = engine.writer(ix)
    assert writer.delete_by_term("cat", "c0") == 27
    writer.commit(merge=False)
    ix = engine.open(folder, SCHEMA)
    with ix.searcher() as s:
        assert s.doc_count() == 53
        assert s.doc_count_all() == 80
        assert _paths(s, q.Term("body", "alfa")) == _expected(
            lambda d: "alfa" in d["body"] and d["cat"] != "c0"
        )
        assert s.reader().is_deleted(0)
        assert not s.reader().is_deleted(1)
        assert _paths(s, q.Every()) == _expected(lambda d: d["cat"] != "c0")


def check_updates(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder)
    writer = engine.writer(ix)
    writer.update_document(**{**_document(4), "body": "نص جديد"})
    writer.commit(merge=False)
    with engine.open(folder, SCHEMA).searcher() as s:
        assert _paths(s, q.Term("body", "جديد")) == {"/d/4"}
        assert s.document(path="/d/4")["body"] == "نص جديد"
        assert s.doc_count() == 80


def check_optimize(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder, (30, 30, 20))
    writer = engine.writer(ix)
    writer.delete_by_term("cat", "c0")
    writer.commit(merge=False)
    queries = [
        q.Term("body", "الكتاب"),
        q.Phrase("body", ["خير", "جليس"]),
        q.Prefix("plain", "br"),
        q.NumericRange("year", 2001, 2003),
        q.Term("tag", "ج"),
    ]
    with engine.open(folder, SCHEMA).searcher() as s:
        before = [_paths(s, query) for query in queries]
    writer = engine.writer(engine.open(folder, SCHEMA))
    writer.commit(optimize=True)
    ix = engine.open(folder, SCHEMA)
    with ix.searcher() as s:
        assert s.doc_count() == s.doc_count_all() == 53
        assert [_paths(s, query) for query in queries] == before
        assert s.document(path="/d/5")["note"] == _document(5)["note"]
        years = [h["year"] for h in s.search(q.Every(), sortedby="year", limit=None)]
        assert years == sorted(2000 + i % 7 for i in range(80) if i % 3)
        assert s.reader().doc_field_length(0, "plain") == 9


def check_many_segments(engine: Engine, folder: str) -> None:
    ix = engine.create(folder, SCHEMA)
    for i in range(25):
        writer = engine.writer(ix)
        writer.add_document(**_document(i))
        writer.commit()
    with engine.open(folder, SCHEMA).searcher() as s:
        assert _paths(s, q.Every()) == _expected(lambda d: True, 25)
        assert len(_paths(s, q.Term("body", "alfa"))) == 5


def check_empty(engine: Engine, folder: str) -> None:
    ix = engine.create(folder, SCHEMA)
    engine.writer(ix).commit()
    with engine.open(folder, SCHEMA).searcher() as s:
        assert s.doc_count() == 0
        assert _paths(s, q.Every()) == set()
    writer = engine.writer(ix)
    writer.add_document(path="/empty", body="", plain="")
    writer.add_document(path="/marks", body="، ؛ ...")
    writer.add_document(path="/nothing")
    writer.commit()
    with engine.open(folder, SCHEMA).searcher() as s:
        assert s.doc_count() == 3
        assert s.document(path="/empty") == {"path": "/empty", "body": ""}
        assert _paths(s, q.Every()) == {"/empty", "/marks", "/nothing"}


def check_huge_field(engine: Engine, folder: str) -> None:
    ix = engine.create(folder, SCHEMA)
    words = [f"w{n % 701}" for n in range(70_000)]
    writer = engine.writer(ix)
    writer.add_document(path="/huge", body=" ".join(words) + " الخاتمة")
    writer.commit()
    with engine.open(folder, SCHEMA).searcher() as s:
        assert _paths(s, q.Phrase("body", [words[-1], "الخاتمة"])) == {"/huge"}
        assert s.frequency("body", "w0") == sum(word == "w0" for word in words)


def check_cancel_and_lock(engine: Engine, folder: str) -> None:
    ix = _filled(engine, folder)
    writer = engine.writer(ix)
    try:
        engine.writer(ix)
        raise RuntimeError("two writers at once")
    except whoosh_index.LockError:
        pass
    writer.add_document(**_document(99))
    writer.delete_by_term("cat", "c1")
    writer.cancel()
    with engine.open(folder, SCHEMA).searcher() as s:
        assert s.doc_count() == 80
    writer = engine.writer(ix)
    writer.commit()


def check_random_documents(engine: Engine, folder: str) -> None:
    chance = random.Random(5)
    words = [f"k{n}" for n in range(40)]
    texts = [chance.choices(words, k=chance.randrange(60)) for _ in range(120)]
    schema = fields.Schema(n=fields.ID(stored=True), body=fields.TEXT)
    ix = engine.create(folder, schema)
    for start in range(0, 120, 30):
        writer = engine.writer(ix)
        for i in range(start, start + 30):
            writer.add_document(n=str(i), body=" ".join(texts[i]))
        writer.commit(merge=False)
    with engine.open(folder, schema).searcher() as s:
        for word in words:
            found = {int(hit["n"]) for hit in s.search(q.Term("body", word), limit=None)}
            assert found == {i for i, text in enumerate(texts) if word in text}
        with_tf = s.postings("body", words[0])
        while with_tf.is_active():
            i = int(s.stored_fields(with_tf.id())["n"])
            places = [at for at, word in enumerate(texts[i]) if word == words[0]]
            assert with_tf.value_as("positions") == places
            assert with_tf.weight() == len(places)
            with_tf.next()


CHECKS = [value for name, value in list(globals().items()) if name.startswith("check_")]


def main() -> int:
    """Run everything, print a line a check, and say whether all passed."""
    failures = 0
    for engine in ENGINES:
        for check in CHECKS:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    check(engine, folder)
                    verdict = "pass"
                except Exception:  # noqa: BLE001  every failure is a line of the report
                    failures += 1
                    verdict = "FAIL\n" + traceback.format_exc()
            sys.stdout.write(f"{engine.name}: {check.__name__}: {verdict}\n")
    sys.stdout.write(f"{len(ENGINES) * len(CHECKS)} checks, {failures} failed\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
