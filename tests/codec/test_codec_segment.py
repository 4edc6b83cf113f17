"""A segment holds what its documents say: against plain dictionaries, merged and not."""

from __future__ import annotations

import contextlib
import datetime
import decimal
import io
import re
import tempfile
from bisect import bisect_left
from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import fields

from analyzers.analyzer import analyze_form
from analyzers.bulk.packed import Numbering, Spelled
from analyzers.tokenizer import Tokenizer
from indexer.codec import format as fmt
from indexer.codec.arrays import NOTHING, FieldArrays
from indexer.codec.build import collect
from indexer.codec.build.builder import SegmentBuilder
from indexer.codec.build.dictionary import (
    Level,
    Vocabulary,
    build_dictionary,
    decoded,
    write_strings,
)
from indexer.codec.build.forms import order_of
from indexer.codec.build.source import SegmentSource
from indexer.codec.container import Container, ContainerWriter
from indexer.codec.format import LEVELS, SAMPLE_TOKENS
from indexer.codec.grams import build_grams
from indexer.codec.stored import BlobReader, BlobWriter, decode_record, encode_records
from indexer.codec.strings import Sought, StringTable
from indexer.codec.whoosh.formfield import FormField
from indexer.codec.whoosh.index import create_index, field_arrays, open_index, segment_views

SCHEMA = fields.Schema(path=fields.ID(stored=True, unique=True), text=FormField())

SENTENCE = """كتاب الكتاب كتابهم والكتاب مكتبة المكتبات كاتب في من على المئة مئة المائة مَدْرَسَة مدرسه
    مسؤول مسئول 2021 ٢٠٢١ alpha Beta بيروت لبنان الطلاب طالب طلاب 😀 لِلْكُتُبِ
    كِتاب كِتَابٌ كُتّاب كِتَابُهم"""
WORDS = st.sampled_from([*SENTENCE.split(), "\ud800"])
TEXT = st.lists(WORDS, max_size=90).map(" ".join)
TEXTS = st.lists(TEXT, max_size=9)


def built(texts: list[str]) -> Container:
    builder = SegmentBuilder(None)
    for i, text in enumerate(texts):
        builder.add_documents(SCHEMA, [{"path": f"p{i}", "text": text}])
    return written(builder)


def written(builder: SegmentBuilder) -> Container:
    file = io.BytesIO()
    builder.write(file)
    return Container(file.getvalue(), "test")


def test_the_specification_names_all_that_the_directory_says() -> None:
    container = built(SENTENCE.splitlines())
    specified = " ".join(re.findall(r'`[\w/.]+`|"\w+"', fmt.__doc__ or ""))
    said = {*container.meta, *container.meta["fields"]["text"]}
    assert not [name for name in said if not re.search(rf'[`"]{name}[`"]', specified)]
    assert "formats" not in specified


class Oracle:
    """What one field should hold, by one form at a time."""

    def __init__(self, texts: list[str]) -> None:
        self.postings: dict[str, dict[int, list[int]]] = defaultdict(dict)
        self.lengths, self.counts, self.samples = [], [], []
        for docnum, text in enumerate(texts):
            tokenizer = Tokenizer()
            tokens = tokenizer.tokenize(text)
            forms = [tokenizer.forms[i] for i in tokens.form_ids.tolist()]
            for position, form in enumerate(forms):
                self.postings[form].setdefault(docnum, []).append(position)
            self.lengths.append(sum(not analyze_form(form).stopword for form in forms))
            self.counts.append(len(forms))
            self.samples.append(tokens.starts[::SAMPLE_TOKENS].tolist())

    def groups(self, level: str) -> dict[str, set[str]]:
        found = defaultdict(set)
        for form in self.postings:
            found[getattr(analyze_form(form), level)].add(form)
        return found


def assert_holds(container: Container, texts: list[str]) -> None:
    assert container.verify() == []
    if not texts:
        return
    oracle = Oracle(texts)
    arrays = FieldArrays(container, "text")
    terms = [arrays.term(i) for i in range(arrays.term_count)]
    assert terms == sorted(oracle.postings)
    for ordinal, term in enumerate(terms):
        slots = arrays.slots_of_term(term)
        docs, tf = arrays.postings(slots)
        expected = sorted(oracle.postings[term].items())
        assert docs.tolist() == [docnum for docnum, _ in expected]
        assert tf.tolist() == [len(places) for _, places in expected]
        assert arrays.positions(slots).tolist() == [p for _, places in expected for p in places]
        assert arrays.df(ordinal) == len(expected)
        assert arrays.counts_of(np.array([slots])).tolist() == [sum(tf.tolist())]
    assert arrays.lengths_by_docnum.tolist() == oracle.lengths
    assert arrays.token_counts_by_docnum.tolist() == oracle.counts
    assert [arrays.samples(i).tolist() for i in range(len(texts))] == oracle.samples
    for level in LEVELS:
        assert_groups(arrays, level, oracle)


def assert_groups(arrays: FieldArrays, level: str, oracle: Oracle) -> None:
    groups = oracle.groups(level)
    assert arrays.group_count(level) == len(groups)
    assert sorted(arrays.group_keys(level)) == sorted(
        key.encode("utf-8", "surrogatepass") for key in groups
    )
    for key, members in groups.items():
        group = arrays.group(level, key)
        assert arrays.group_key(level, group) == key
        first, last = arrays.group_slots(level, group)
        held = {arrays.term(int(i)) for i in arrays.ordinal_by_slot[first:last]}
        assert held == members
        docs = set().union(*(oracle.postings[form] for form in members))
        assert set(arrays.postings(arrays.group_slots(level, group))[0].tolist()) == docs
    assert arrays.group(level, "غائبة تماما") == -1
    assert arrays.group_slots(level, -1) == NOTHING


@given(TEXTS)
@settings(max_examples=40)
def test_a_segment_holds_its_documents(texts):
    assert_holds(built(texts), texts)


@given(st.lists(TEXTS, min_size=1, max_size=4), st.data())
@settings(max_examples=40)
def test_merged_segments_are_one_segment(parts, data):
    deletions = [np.array([data.draw(st.booleans()) for _ in texts], bool) for texts in parts]
    merged, kept = SegmentBuilder(None), []
    for texts, deleted in zip(parts, deletions, strict=True):
        merged.add_segment(SCHEMA, SegmentSource(built(texts), deleted))
        kept += [text for text, gone in zip(texts, deleted, strict=True) if not gone]
    container = written(merged)
    assert container.meta["documents"] == len(kept)
    if any(kept):
        assert_holds(container, kept)
        fresh = built(kept)
        for name in container.names():
            if name.startswith("f/text/"):
                assert container.array(name).tolist() == fresh.array(name).tolist(), name


@given(TEXTS)
@settings(max_examples=20)
def test_runs_do_not_show(texts):
    whole = built(texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collect, "RUN_TOKENS", 20)
        patch.setattr(collect, "BATCH_CHARS", 40)
        patch.setattr("analyzers.tokenizer.CHUNK_CHARS", 30)  # long texts go through several runs
        in_runs = built(texts)
    assert whole.names() == in_runs.names()
    for name in whole.names():
        assert whole.array(name).tolist() == in_runs.array(name).tolist(), name


def test_equal_documents_give_equal_bytes():
    texts = ["ذهب الطالب إلى المدرسة", "كتب الدرس", "alpha 12"]
    assert bytes(built(texts).buffer) == bytes(built(texts).buffer)


ANY_TEXT = st.text(max_size=40) | st.sampled_from(["\ud800", "ا" * 12, "ا" * 13, "ا" * 13 + "\0"])


@given(st.lists(ANY_TEXT | WORDS))
def test_forms_are_put_in_the_order_of_their_bytes(forms):
    encoded = [form.encode("utf-8", "surrogatepass") for form in forms]
    assert [encoded[i] for i in order_of(Spelled(forms)).tolist()] == sorted(encoded)


@given(st.lists(ANY_TEXT | WORDS, unique=True))
def test_numbers_are_put_in_the_order_of_the_bytes_they_stand_for(words):
    numbering = Numbering()
    numbers = numbering.numbers(words)
    order = numbering.order(numbers)
    encoded = sorted(word.encode("utf-8", "surrogatepass") for word in words)
    assert numbering.encoded(numbers.take(order)).data.tobytes() == b"".join(encoded)
    assert numbering.encoded(numbers.take(order)).lengths.tolist() == list(map(len, encoded))


@given(st.lists(ANY_TEXT | WORDS, unique=True))
def test_trigrams_are_those_of_the_padded_words(words):
    numbering = Numbering()
    grams = build_grams(numbering, numbering.numbers(words))
    held = {}
    for key, word in enumerate(words):
        if len(word) <= 40 and not any(map(str.isdigit, word)):
            padded = f"\0\0{word}\0\0"
            for at in range(len(word) + 2):
                code = sum(ord(c) << 21 * (2 - n) for n, c in enumerate(padded[at : at + 3]))
                held.setdefault(code, set()).add(key)
    assert grams.codes.tolist() == sorted(held)
    bounds = pairwise(grams.starts.tolist())
    found = [grams.owners[first:last].tolist() for first, last in bounds]
    assert found == [sorted(held[code]) for code in sorted(held)]
    counts = [sum(key in keys for keys in held.values()) for key in range(len(words))]
    assert grams.counts.tolist() == counts


@given(st.lists(st.text()))
def test_strings_are_decoded_together_as_one_by_one(texts):
    assert decoded([text.encode("utf-8", "surrogatepass") for text in texts]) == texts


def table_of(ordered) -> StringTable:
    file = io.BytesIO()
    writer = ContainerWriter(file)
    write_strings(writer, "s_", ordered)
    writer.close()
    return StringTable(Container(file.getvalue(), "test"), "s_")


@given(st.sets(st.binary(max_size=6) | st.binary(min_size=250, max_size=300), max_size=60))
def test_strings_are_found_where_they_stand(strings):
    ordered = sorted(strings)
    table = table_of(ordered)
    assert [table[i] for i in range(len(table))] == ordered
    assert table.starts.tolist() == [len(b"".join(ordered[:i])) for i in range(len(ordered) + 1)]
    for key in {*ordered, *(string[:-1] for string in ordered), b"", b"\xff"}:
        assert table.lower_bound(key) == bisect_left(ordered, key)
        assert table.find(key) == (ordered.index(key) if key in strings else -1)


@given(st.sets(st.binary(max_size=4), max_size=60), st.sets(st.binary(max_size=4), max_size=60))
def test_many_strings_are_sought_at_once(strings, others):
    ordered = sorted(strings)
    sought = Sought.of(sorted(strings | others))
    expected = [(n, ordered.index(s)) for n, s in enumerate(sought.strings) if s in strings]
    found = table_of(ordered).find_some(sought)
    assert list(zip(*(part.tolist() for part in found), strict=True)) == expected


def test_the_sieve_holds_back_most_strings_that_are_not_there():
    table = table_of(sorted(f"كتاب{number}".encode() for number in range(4000)))
    table._place = lambda key: pytest.fail("it was looked for")
    held_back = 0
    for number in range(4000, 5000):
        with contextlib.suppress(pytest.fail.Exception):
            held_back += table.find(f"كتاب{number}".encode()) == -1
    assert held_back > 900


LENGTHS = st.sampled_from([st.binary(max_size=2), st.binary(min_size=2, max_size=2)])


@given(LENGTHS.flatmap(st.sets), st.lists(st.binary(min_size=1, max_size=3)))
def test_several_strings_are_found_at_once(strings, others):
    ordered = sorted(strings)
    keys = [*ordered[::2], *others]
    expected = [ordered.index(key) for key in keys if key in strings]
    assert table_of(ordered).find_all(keys).tolist() == expected


def test_counts_of_any_size():
    texts = ["كل " * count for count in (1, 254, 255, 256, 70_000)] + ["كل"] * 300
    arrays = FieldArrays(built(texts), "text")
    assert arrays.doc_starts.whole.tolist() == [0, len(texts)]
    assert arrays.position_starts.whole.tolist() == [0, 1 + 254 + 255 + 256 + 70_000 + 300]


def test_groups_must_nest():
    numbering = Numbering()
    nested = tuple(Level.of(numbering.numbers(keys)) for keys in ("aba", "sts", "rrr"))
    crossing = tuple(Level.of(numbering.numbers(keys)) for keys in ("aba", "sst", "rrr"))
    terms = [b"x", b"y", b"z"]
    assert len(build_dictionary([Vocabulary(terms, nested, numbering)]).groups.starts) == len(
        nested
    )
    with pytest.raises(ValueError, match="nest"):
        build_dictionary([Vocabulary(terms, crossing, numbering)])


def test_prefix_range_and_infix():
    arrays = FieldArrays(built(["كتاب كتابة كاتب مكتب", "مكتبة"]), "text")
    first, last = arrays.prefix_range("كتا")
    assert [arrays.term(i) for i in range(first, last)] == ["كتاب", "كتابة"]
    assert arrays.prefix_range("") == (0, arrays.term_count)
    at = arrays.terms.data.tobytes().find("اتب".encode())
    ordinal = int(np.searchsorted(arrays.terms.starts, at, side="right")) - 1
    assert arrays.term(ordinal) == "كاتب"


# Stored values

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
    | st.datetimes() | st.dates() | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple)
    | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.lists(st.dictionaries(st.text(), VALUES | st.text(), max_size=5), max_size=5))
def test_records_come_back(records):
    blobs = encode_records(records)
    assert [{} if blob is None else decode_record(blob) for blob in blobs] == records


@given(st.lists(st.dictionaries(st.text(), st.text() | st.integers(), max_size=5), max_size=5))
def test_many_records_are_encoded_as_one_by_one(records):
    assert encode_records(records) == [blob for r in records for blob in encode_records([r])]


@pytest.mark.parametrize(
    "value",
    [datetime.datetime(2020, 1, 2, 3, 4, 5, 6), decimal.Decimal("1.10"), b"\x00\xff", (1, (2,))],
    ids=str,
)
def test_types_of_stored_values_survive(value):
    found = decode_record(*encode_records([{"v": value}]))["v"]
    assert type(found) is type(value)
    assert found == value


def test_values_without_a_place_in_json_are_refused():
    with pytest.raises(TypeError, match="set"):
        encode_records([{"v": {1, 2}}])


BLOBS = st.lists(st.none() | st.binary(max_size=40), max_size=60)


def blob_container(blobs: list[bytes | None]) -> Container:
    writer = BlobWriter(io.BytesIO())
    for docnum, blob in enumerate(blobs):
        if blob is not None:
            writer.add(docnum, blob)
    return finished(writer, len(blobs))


def finished(writer: BlobWriter, count: int) -> Container:
    file = io.BytesIO()
    container = ContainerWriter(file)
    writer.finish(container, "b/", count)
    container.close()
    return Container(file.getvalue(), "test")


@given(BLOBS, st.data())
def test_blobs_come_back_also_when_copied(blobs, data):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.codec.stored.BLOCK_BYTES", 100)
        reader = BlobReader(blob_container(blobs), "b/")
        assert [reader.get(i) for i in range(len(blobs))] == blobs
        alive = np.array([data.draw(st.booleans()) for _ in blobs], bool)
        copy = BlobWriter(io.BytesIO())
        reader.copy_to(copy, alive)
        kept = [blob for blob, keep in zip(blobs, alive, strict=True) if keep]
        copied = BlobReader(finished(copy, len(kept)), "b/")
        assert [copied.get(i) for i in range(len(kept))] == kept


@given(st.lists(st.none() | st.text(max_size=30), max_size=20))
def test_long_texts_are_packed_in_pieces(texts):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.codec.stored._PIECE_CHARS", 8)
        writer = BlobWriter(io.BytesIO())
        for docnum, text in enumerate(texts):
            if text is not None:
                writer.add_text(docnum, text)
        reader = BlobReader(finished(writer, len(texts)), "b/")
    found = [reader.get(i) for i in range(len(texts))]
    assert found == [t if t is None else t.encode("utf-8", "surrogatepass") for t in texts]


# Whole indexes


def test_a_failing_document_leaves_nothing_behind(tmp_path):
    schema = fields.Schema(
        path=fields.ID(stored=True), n=fields.NUMERIC(sortable=True), text=FormField()
    )
    ix = create_index(tmp_path, schema)
    writer = ix.writer()
    writer.add_document(path="a", n=1, text="كتاب")
    for wrong in ({"n": "x"}, {"text": 5}, {"other": "x"}, {"text": "ت", "_text_boost": 2.0}):
        with pytest.raises((TypeError, ValueError, fields.UnknownFieldError)):
            writer.add_document(path="b", **wrong)
    writer.add_document(path="c", n=2, text="قلم")
    writer.commit()
    with ix.searcher() as searcher:
        assert [d["path"] for d in searcher.documents()] == ["a", "c"]
        assert list(searcher.reader().column_reader("n")) == [1, 2]


def test_delete_by_values_and_bitmaps(tmp_path):
    ix = create_index(tmp_path, SCHEMA)
    for part in range(2):
        writer = ix.writer()
        for i in range(20):
            writer.add_document(path=f"{part}-{i}", text=f"كلمة {i}")
        writer.commit(merge=False)
    writer = ix.writer()
    assert writer.delete_by_values("path", ["0-3", "1-4", "1-5", "9-9"]) == 3
    writer.commit(merge=False)
    views = list(segment_views(open_index(tmp_path, SCHEMA).reader()))
    assert [np.flatnonzero(v.segment.deleted_mask()).tolist() for v in views] == [[3], [4, 5]]
    assert Counter(v.segment.deleted_count() for v in views) == {1: 1, 2: 1}


def test_small_updates_keep_segments_few(tmp_path):
    ix = create_index(tmp_path, SCHEMA)
    for i in range(60):
        writer = ix.writer()
        writer.delete_by_values("path", [str(i % 7)])
        writer.add_document(path=str(i % 7), text=f"كلمة {i}")
        writer.commit()
    reader = open_index(tmp_path, SCHEMA).reader()
    assert reader.doc_count() == 7
    assert len(field_arrays(reader, "text")) < 8
    assert len(list(tmp_path.glob("*.fhs"))) < 8


def test_scratch_files_have_no_names(tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collect, "RUN_TOKENS", 20)
        patch.setattr(collect, "BATCH_CHARS", 40)
        builder = SegmentBuilder(str(tmp_path))
        for i in range(30):
            builder.add_documents(SCHEMA, [{"path": str(i), "text": "كلمة طويلة في نص قصير " * 3}])
        assert list(tmp_path.iterdir()) == []
        with tempfile.TemporaryFile() as file:
            builder.write(file)
