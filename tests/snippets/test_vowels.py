"""Documents with the vowel marks of a query are those that reading all texts would find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from both_engines import ENGINES, searcher_of
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whoosh import fields

from analyzers.normalizer import unmark
from analyzers.notes import LONGEST_WORD, Notes, notes_of, word_of
from analyzers.tokenizer import Tokenizer, shared_tokenizer
from analyzers.vowels import marks_of
from indexer.codec.arrays import FieldArrays
from indexer.codec.build import collect
from indexer.codec.build.builder import SegmentBuilder
from indexer.codec.build.source import SegmentSource
from indexer.codec.consistency import faults_of
from indexer.codec.container import Container, ContainerWriter
from indexer.codec.whoosh.formfield import FormField
from indexer.codec.whoosh.index import create_index, field_arrays, segment_views
from indexer.codec.whoosh.snapshot import snapshot_of
from indexer.query.letters import marks_agree
from indexer.query.nodes import Leaf, PhraseQuery
from indexer.query.parser import QueryParser
from indexer.ranking.leaves import Leaves
from indexer.snippets.highlighter import Highlighter
from indexer.snippets.targets import targets_of_leaf
from indexer.snippets.vowels import MarksReader, _different

LETTERS = "اأإبتجرسكلمهنويىةء" + "ﻛﺘﻻﻹﷲٱ"
MARKS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670\u0653\u0654\u06e1\u06d6\u0640\u200c"
WORDS = st.lists(
    st.tuples(st.sampled_from(LETTERS), st.text(MARKS, max_size=3)), min_size=1, max_size=6
).map(lambda pairs: "".join(letter + marks for letter, marks in pairs))


@pytest.mark.parametrize(
    ("form", "written", "note"),
    [
        ("كتب", "كَتَبَ", ".َ.َ.َ"),
        ("كتب", "كتبٌ", "...ٌ"),
        ("كتب", "كَتب", ".َ"),
        ("كتابا", "كتاباً", "....ً"),
        ("كتابا", "كتابًا", "....ً"),
        ("مكرر", "مكرّر", "...ّ"),
        ("كتب", "كـتب", ""),
        ("كتب", "كتب", ""),
        ("كتب", "ﻛﺘﺐ", ""),
        ("كتب", "ﻛﹷﺘﺐ", ".َ"),
        ("كتب", "كﹶتب", ".َ"),
        ("لا", "ﻻً", ".ً"),
        ("سلام", "سَﻻمٌ", ".َ...ٌ"),
        ("لإ", "ﻹِ", "..ِ"),
        ("سلام", "سﻻم", ""),
        ("عاجل", "عاااجل", "عاااجل"),
    ],
)
def test_notes(form: str, written: str, note: str) -> None:
    assert notes_of([form, form], [written, written]) == [note, note]
    assert marks_of(word_of(form, note)) == marks_of(written)


@given(WORDS)
def test_a_note_says_which_marks_a_word_bears(written: str) -> None:
    form = unmark(written)
    assert marks_of(word_of(form, *notes_of([form], [written]))) == marks_of(written)


@given(st.lists(WORDS, max_size=6).map(" ".join))
@example("لا لاً ﻻً ﻻ سﻻمٌ سلام ﻹِ ﷲَُِ")
@example("كِتَابًا كتاباً كتاَباً كتاباًَ فتىً فتًى اً كَََتب كَّتب كـَتب بِسْمِ استغفارُهُنَّ وسيستعملونهنّاللهم")
def test_many_words_are_noted_as_one_is(text: str) -> None:
    tokenizer = Tokenizer()
    notes = Notes(tokenizer)
    batch = tokenizer.tokenize_batch([text])
    lengths = np.array([*map(len, tokenizer.forms)], np.int64)
    ways = notes.of_batch([text], batch, lengths)
    kinds = [0] * len(batch.starts) if ways is None else notes.ways.kinds.take(ways).tolist()
    found = [(token, notes.table[kind]) for token, kind in enumerate(kinds) if kind]
    assert found == expected(text)


@given(st.lists(WORDS, max_size=4).map(" ".join), WORDS)
def test_a_word_agrees_as_it_is_noted_or_as_it_is_written(text: str, asked: str) -> None:
    tokenizer = Tokenizer()
    notes = Notes(tokenizer)
    batch = tokenizer.tokenize_batch([text])
    lengths = np.array([*map(len, tokenizer.forms)], np.int64)
    ways = notes.of_batch([text], batch, lengths)
    rows = zip(*(column.tolist() for column in batch[:3]), strict=True)
    for token, (form, start, end) in enumerate(rows):
        way = 0 if ways is None else ways[token]
        assert not way or notes.ways.forms[way] == form
        word = word_of(tokenizer.forms[form], notes.table[notes.ways.kinds[way]])
        assert marks_agree(asked, word) == marks_agree(asked, text[start:end])


FILLER = "كلام كثير لا صلة له بشيء "
TEXTS = [
    "قرأ كِتَابًا في البيت. ثم بَيْت الكتاب، وكُتُبهم في تِشْرين الثاني.",
    FILLER * 90 + "كِتَاب " + FILLER * 90 + "«بَيْتُ كِتَابٍ» 2017 " + FILLER * 9,
    "كُتُبُ كَتَبَ كُتِبَ كتب بَيْتٌ كِتَاب بَيْت",
    "كِتابُ البيتِ وبَيت الكِتَاب " * 30,
    "نوفمبرَ والبَيت المكتبة مكتبات ٱلصَّلَوٰةَ ﻛِﺘَﺎب ﷺ",
    "تِشْرين الثاني ونُوفَمبر",
    "",
    "كت" + "\u064e" * (2 * LONGEST_WORD) + "اب بيت",
    FILLER * 30,
]
QUERIES = [
    "كِتَاب", "كِتاب", "كتَاب", "الكِتَابِ", "كِتَابًا", "كَتَاب", "كُتُب", "كَتَبَ", "بَيْت كِتَاب",
    "«بَيْت كِتَاب»", "«بيت كِتَاب»", "«كُتُب كَتَبَ»", "«كَتَبَ كُتُب»", '"كِتَاب بَيْت"~3',
    '"كُتُب كَتَبَ"~4', '"بَيْت بَيْت"~4', "تِشْرين الثاني", "«تِشْرين الثاني»", "نُوفمبر", "صَلاة",
    "title:كِتَاب", "+بَيت -نوفمبر", "كتا* بَيْت", "مُحَمَّد",
]  # fmt: skip


@pytest.fixture(scope="module", params=ENGINES)
def searcher(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = str(tmp_path_factory.mktemp("index"))
    with searcher_of(request.param, folder, (TEXTS[:3], TEXTS[3:]), "عنوان كِتَاب") as opened:
        yield opened


@pytest.mark.parametrize("match", ["exact", "stem", "variant", "root"])
@pytest.mark.parametrize("query", QUERIES)
def test_the_documents_that_reading_them_finds(searcher: Any, query: str, match: str) -> None:
    snapshot = snapshot_of(searcher)
    leaves = Leaves(snapshot)
    for leaf in QueryParser(match=match, strict=frozenset({"marks"})).parse(query).leaves:
        highlighter = Highlighter(targets_of_leaf(leaf, leaves.resolver), shared_tokenizer())
        docs = leaves.members(leaf)
        for segment in snapshot.segments:
            here = docs[(docs >= segment.base) & (docs < segment.base + segment.size)]
            here = here - segment.base
            found = MarksReader(snapshot).bearing(leaf, segment, here)
            assert found.tolist() == [read(leaf, segment, doc, highlighter) for doc in here]


def read(leaf: Leaf, segment: Any, doc: int, highlighter: Highlighter) -> bool:
    """Whether one field of a document, which is read whole, has a leaf with its marks."""
    near = isinstance(leaf, PhraseQuery) and leaf.slop is not None
    texts = [segment.text(doc, name) for name in leaf.fields]
    found = [{h.target for h in highlighter.of_text(text)} for text in texts]
    return any(len(targets) >= (_different(leaf) if near else 1) for targets in found)


SCHEMA = fields.Schema(path=fields.ID(stored=True), title=FormField(), text=FormField())


def noted(ix: Any) -> list[list[tuple[int, str]]]:
    """By document, (token, note) of each that is noted."""
    return [doc for _, arrays in field_arrays(ix.reader(), "text") for doc in noted_in(arrays)]


def noted_in(arrays: FieldArrays) -> list[list[tuple[int, str]]]:
    """The same of one segment."""
    found: list[list[tuple[int, str]]] = [[] for _ in range(arrays.document_count)]
    places = np.arange(arrays.position_count)
    docs, tokens = arrays.docs.repeat(arrays.tf), arrays.positions_at(places)
    kinds = arrays.notes.kinds_at(np.arange(arrays.term_count), places)
    for doc, token, kind in zip(docs.tolist(), tokens.tolist(), kinds.tolist(), strict=True):
        if kind:
            found[doc].append((token, arrays.notes[kind]))
    return [sorted(doc) for doc in found]


def expected(text: str) -> list[tuple[int, str]]:
    tokenizer = Tokenizer()
    tokens = tokenizer.tokenize(text)
    rows = enumerate(zip(*(column.tolist() for column in tokens), strict=True))
    kept = [(at, *row) for at, row in rows if row[2] - row[1] <= LONGEST_WORD]
    forms = [tokenizer.forms[form] for _, form, _, _ in kept]
    notes = notes_of(forms, [text[start:end] for _, _, start, end in kept])
    return [(at, note) for (at, *_), note in zip(kept, notes, strict=True) if note]


@pytest.mark.parametrize("batch_chars", [1 << 18, 200, 64])
def test_notes_are_stored(
    tmp_path: Path, batch_chars: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "BATCH_CHARS", batch_chars)
    monkeypatch.setattr("analyzers.tokenizer.CHUNK_CHARS", 1000)
    ix = create_index(tmp_path / "index", SCHEMA)
    with ix.writer() as writer:
        for text in TEXTS:
            writer.add_document(path="a", text=text)
    assert noted(ix) == [expected(text) for text in TEXTS]
    assert ix.verify() == []
    (view,) = segment_views(ix.reader())
    assert not [*faults_of(view.terms.container)]


WRITTEN = ["كتب", "كَتَبَ", "كُتِبَ", "كُتُب", "كتبَ", "كِتب", "بيت", "بَيْت", "ﷺ", "صَلوٰة", "كُتُ", "ﻛِﺘﺐ"]
WRITTEN_TEXTS = st.lists(st.lists(st.sampled_from(WRITTEN), max_size=30).map(" ".join), max_size=6)


@settings(max_examples=40)
@given(st.lists(WRITTEN_TEXTS, min_size=1, max_size=3), st.data())
def test_words_are_noted_however_often_they_are_written_in_a_way(
    parts: list[list[str]], data: Any
) -> None:
    gone = [np.array([data.draw(st.booleans()) for _ in texts], np.bool_) for texts in parts]
    merged, kept = SegmentBuilder(None), []
    for texts, deleted in zip(parts, gone, strict=True):
        builder, file = SegmentBuilder(None), BytesIO()
        for text in texts:
            builder.add_documents(SCHEMA, [{"text": text}])
        builder.write(file)
        merged.add_segment(SCHEMA, SegmentSource(Container(file.getvalue(), "part"), deleted))
        kept += [text for text, is_gone in zip(texts, deleted, strict=True) if not is_gone]
    file = BytesIO()
    merged.write(file)
    container = Container(file.getvalue(), "merged")
    assert [*faults_of(container)] == []
    if "f/text/docs" in container:
        assert noted_in(FieldArrays(container, "text")) == [expected(text) for text in kept]


def test_merges_keep_the_notes_of_what_is_alive(tmp_path: Path) -> None:
    ix = create_index(tmp_path / "index", SCHEMA)
    for first in range(0, len(TEXTS), 3):
        with ix.writer() as writer:
            for number, text in enumerate(TEXTS[first : first + 3], first):
                writer.add_document(path=str(number), text=text)
    writer = ix.writer()
    for number in (0, 4, 5):
        writer.delete_by_values("path", [str(number)])
    writer.commit(optimize=True)
    alive = [text for number, text in enumerate(TEXTS) if number not in (0, 4, 5)]
    assert noted(ix) == [expected(text) for text in alive]
    assert ix.verify() == []


def test_nothing_is_stored_of_texts_without_marks(tmp_path: Path) -> None:
    ix = create_index(tmp_path / "index", SCHEMA)
    with ix.writer() as writer:
        writer.add_document(path="a", text=FILLER)
    (view,) = segment_views(ix.reader())
    assert not [name for name in view.terms.container.names() if "/note_" in name]
    assert noted(ix) == [[]]


LIES: dict[str, tuple[str, Callable[[Any], Any], str]] = {
    "one more slot": ("slots", lambda a: a | 0xF0, "note_slots"),
    "no such note": ("kinds", lambda a: a + 9, "note_kinds"),
    "one way twice": ("kinds", lambda a: a * 0 + 1, "note_kinds"),
    "more codes": ("counts", lambda a: a + 1, "note"),
    "no such slot": ("counts", lambda a: a[:-1], "note_counts"),
}


@pytest.mark.parametrize(("name", "change", "section"), LIES.values(), ids=LIES)
def test_notes_that_cannot_be_are_found(
    tmp_path: Path,
    name: str,
    change: Callable[[Any], Any],
    section: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    true = ContainerWriter.add

    def add(self: ContainerWriter, named: str, array: Any) -> None:
        true(self, named, change(array) if named == f"f/text/note_{name}" else array)

    monkeypatch.setattr(ContainerWriter, "add", add)
    ix = create_index(tmp_path / "index", SCHEMA)
    with ix.writer() as writer:
        writer.add_document(path="a", text="كَتَبَ كُتُبا كُتِبَ كتب كلاما كَلاما بيت " * 3)
    (view,) = segment_views(ix.reader())
    assert [fault.section for fault in faults_of(view.terms.container)] == [f"f/text/{section}"]
