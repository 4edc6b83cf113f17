"""Which field of a record is which: the names that are known, those that are said, what is told."""

from __future__ import annotations

import json

import pytest

from indexer.errors import ExtractError
from indexer.extract import Extraction, Record, extract
from indexer.extract.fields import Role

ARTICLE = {"headline": "عنوان", "story": "نص الخبر", "writer": "سلمى", "on": "2017-11-02", "no": 7}
SAID: dict[Role, str] = {
    "text": "story", "title": "headline", "author": "writer", "date": "on", "id": "no",
}  # fmt: skip


def as_lines(*records: dict[str, object]) -> tuple[str, bytes]:
    return "a.jsonl", "\n".join(json.dumps(r, ensure_ascii=False) for r in records).encode()


def as_table(*records: dict[str, object]) -> tuple[str, bytes]:
    rows = [list(records[0]), *(map(str, record.values()) for record in records)]
    return "a.csv", "\n".join(",".join(row) for row in rows).encode()


FORMS = pytest.mark.parametrize("form", [as_lines, as_table])


def read(file: tuple[str, bytes], said: dict[Role, str]) -> tuple[list[Record], Extraction]:
    extraction = extract(*file, fields=said)
    records = list(extraction.records)
    return records, extraction


@FORMS
def test_names_that_are_said(form) -> None:
    (record,), extraction = read(form(ARTICLE), SAID)
    assert record[:4] == ("7", "عنوان - سلمى", "نص الخبر", "2017-11-02")
    assert not extraction.problems


KNOWN = [
    ({"body": "نص", "headline": "عنوان", "published": "2017"}, ("نص", "عنوان")),
    ({"النص": "نص", "العنوان": "عنوان"}, ("نص", "عنوان")),
    ({"content": "نص", "subject": "عنوان"}, ("نص", "عنوان")),
    ({"body": "متن", "text": "نص", "headline": "فرعي", "title": "عنوان"}, ("نص", "عنوان")),
    ({"text": "نص", "author": "سلمى"}, ("نص", "")),
]


@FORMS
@pytest.mark.parametrize(("fields", "expected"), KNOWN, ids=[",".join(k[0]) for k in KNOWN])
def test_names_that_need_not_be_said(form, fields, expected) -> None:
    (record,), extraction = read(form(fields), {})
    assert (record.text, record.title) == expected
    assert not extraction.problems


@FORMS
def test_a_name_that_is_said_comes_first_and_the_known_ones_serve_files_without_it(form) -> None:
    said: dict[Role, str] = {"text": "story"}
    assert read(form({"text": "ملخص", "story": "نص"}), said)[0][0].text == "نص"
    (record,), extraction = read(form({"text": "نص", "id": "1"}), said)
    assert record.text == "نص"
    (problem,) = extraction.problems
    assert not problem.lost
    assert problem.reason == (
        'no record has a field "story", which was said to be the text; its fields are text, id'
    )


def test_a_name_met_in_any_record_is_met() -> None:
    lines = as_lines({"text": "أ"}, {"text": "ب", "headline": "عنوان"})
    records, extraction = read(lines, {"title": "headline"})
    assert [record.title for record in records] == ["", "عنوان"]
    assert not extraction.problems


def test_dots_lead_into_objects() -> None:
    record = {"article": {"body": {"plain": "نص"}}, "text": "ملخص", "a.b": "عنوان"}
    (read_record,), _ = read(as_lines(record), {"text": "article.body.plain", "title": "a.b"})
    assert (read_record.text, read_record.title) == ("نص", "عنوان")
    (other,), extraction = read(as_lines({"article": "x", "text": "نص"}), {"text": "article.body"})
    assert other.text == "نص"
    assert "article.body" in extraction.problems[0].reason


def test_records_without_any_text_are_one_error_that_names_what_is_there() -> None:
    articles = [{"n": number, "kind": "خبر", "story": "نص طويل هنا"} for number in range(200)]
    with pytest.raises(ExtractError) as caught:
        read(as_lines(*articles), {})
    assert str(caught.value) == (
        "no record has a field text, body or content; its fields are n, kind, story: "
        "say which is the text, as in text=story"
    )
    with pytest.raises(ExtractError, match='a field "boddy", which was said to be the text'):
        read(as_lines(*articles), {"text": "boddy"})


def test_single_records_without_a_text_are_told_one_by_one() -> None:
    records, extraction = read(as_lines({"text": "نص"}, {"title": "وحده"}), {})
    assert len(records) == 1
    assert [(p.line, p.lost) for p in extraction.problems] == [(2, True)]


def test_a_table_says_what_it_has_though_all_columns_are_its_text() -> None:
    (record,), extraction = read(as_table({"مدينة": "القاهرة"}), {"text": "story"})
    assert record.text == "مدينة: القاهرة"
    assert "its fields are مدينة" in extraction.problems[0].reason
