"""Are the numbers and reasons of the pages Arabic as it is written?"""

from __future__ import annotations

import typing
from typing import Any, cast

import pytest

from indexer.reading import reasons
from indexer.reading.reasons import Reason
from indexer.results import Hit, SearchResults, Unit
from indexer.web import wording

COUNTED = {
    0: "لا وثائق",
    1: "وثيقة واحدة",
    2: "وثيقتان",
    3: "3 وثائق",
    10: "10 وثائق",
    11: "11 وثيقة",
    99: "99 وثيقة",
    100: "100 وثيقة",
    102: "102 وثيقة",
    103: "103 وثائق",
    111: "111 وثيقة",
    1_003: "1,003 وثائق",
    29_144: "29,144 وثيقة",
}


@pytest.mark.parametrize(("count", "written"), COUNTED.items())
def test_counted_documents(count: int, written: str) -> None:
    assert wording.documents(count) == written


def test_two_after_a_preposition() -> None:
    assert wording.documents(2, governed=True) == "وثيقتين"
    assert wording.sentence(Reason("unreadable", counts=(2,))).startswith("تعذّرت قراءة ملفين؛")
    assert wording.sentence(Reason("unreadable", counts=(11,))).startswith("تعذّرت قراءة 11 ملفًا؛")


REASONS = {
    "no_words": (Reason("no_words"), "ليس في السؤال كلمة"),
    "empty_index": (Reason("empty_index"), "خالٍ"),
    "unknown_word": (Reason("unknown_word", ("نفط",), ("نفد",)), "«نفط»"),
    "doubted_word": (Reason("doubted_word", ("نفط",), ("نفد",), (2,)), "مرتين"),
    "other_field": (Reason("other_field", ("نفط",), ("title",), (2,)), "في العنوان؛"),
    "other_form": (Reason("other_form", ("نفط",), counts=(2,)), "في وثيقتين"),
    "no_form": (Reason("no_form", ("نف*",)), "«نف*»"),
    "apart": (Reason("apart", ("نفط", "غاز"), counts=(3, 2)), "(3 وثائق) و«غاز» (وثيقتان)"),
    "apart, three": (Reason("apart", ("ا", "ب", "ج"), counts=(1, 5, 0)), "من غير «ب»: 5 وثائق"),
    "phrase": (Reason("phrase", ("«نفط وغاز»",), counts=(3,)), "كلمات «نفط وغاز»"),
    "excluded": (Reason("excluded", ("نفط",), counts=(3,)), "-نفط: 3 وثائق"),
    "filter": (Reason("filter", names=("all_words", "date:2017"), counts=(1,)), "date:2017"),
    "no_file": (Reason("no_file", names=("news/*",)), "news/*"),
    "no_place": (Reason("no_place", names=("/a/b",)), "/a/b"),
    "no_dates": (Reason("no_dates", names=("since",), counts=(3,)), "ولا تاريخ"),
    "other_dates": (Reason("other_dates", names=("since", "2016", "2017"), counts=(3, 1)), "2016"),
    "old_index": (Reason("old_index", counts=(1, 2)), "أضيف ملف واحد وربما تغيّر ملفان"),
    "unreadable": (Reason("unreadable", counts=(3,)), "3 ملفات"),
    "other_kinds": (Reason("other_kinds", names=("exe", ""), counts=(3, 1)), "1 بلا امتداد"),
}


TOTALS: dict[str, tuple[int, int, int, int | None, Unit]] = {
    "لا وثائق": (0, 0, 0, 0, "document"),
    "وثيقتان": (2, 0, 2, None, "document"),
    "وثيقتان · نسخة أخرى": (2, 0, 3, 2, "document"),
    "1–10 من 141 وثيقة · 5 نسخ أخرى": (10, 0, 146, 141, "document"),
    "1 من وثيقتين · نسختان أخريان": (1, 0, 4, 2, "document"),
    "11–12 من 12 وثيقة": (2, 10, 12, 12, "document"),
    "3 وثائق": (0, 10, 3, 3, "document"),
    "قسمان": (2, 0, 2, 2, "part"),
    "1 من قسمين · 11 نسخة أخرى": (1, 0, 13, 2, "part"),
}
"""(hits shown, the first of them, all found, hits in all, what they are)."""


@pytest.mark.parametrize(("written", "found"), TOTALS.items())
def test_what_is_shown_of_how_many(
    written: str, found: tuple[int, int, int, int | None, Unit]
) -> None:
    shown, offset, total, groups, by = found
    hits = cast("tuple[Hit, ...]", (cast("Any", None),) * shown)
    results = SearchResults("", total, hits, offset, 10, 1.0, by=by, groups=groups)
    assert wording.totals(results) == written


@pytest.mark.parametrize(("reason", "part"), REASONS.values(), ids=REASONS)
def test_every_reason_is_said(reason: Reason, part: str) -> None:
    assert part in wording.sentence(reason)


def test_no_reason_is_left_out() -> None:
    assert {reason.code for reason, _ in REASONS.values()} == set(typing.get_args(reasons.Code))
