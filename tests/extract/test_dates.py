"""Dates as they are written, and what a document is called and dated by."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from cli_process import run, run_on_terminal
from hypothesis import given
from hypothesis import strategies as st

from indexer.extract import extract
from indexer.extract.dates import dates_in, iso_date, read_date
from indexer.extract.hijri import gregorian
from indexer.extract.months import GREGORIAN, HIJRI
from indexer.extract.origin import date_in_name, date_of_line, name_as_title

TOMORROW_OF_NEXT_YEAR = (date.today() + timedelta(days=400)).isoformat()

VALUES = [
    # ISO 8601; what has an offset is told in UTC
    ("2024-03-05", "2024-03-05"), ("2024-3-5", "2024-03-05"), ("2024/03/05", "2024-03-05"),
    ("٢٠٢٤-٠٣-٠٥", "2024-03-05"), ("۲۰۲۴-۰۳-۰۵", "2024-03-05"), ("20240305", "2024-03-05"),
    ("2024", "2024"), ("2024-03", "2024-03"), ("2024-03-05 at noon", "2024-03-05"),
    ("2024-03-05T10:00:00Z", "2024-03-05T10:00:00+00:00"),
    ("2024-03-05T01:30:00+03:00", "2024-03-04T22:30:00+00:00"),
    ("2024-03-05T22:00:00-05:00", "2024-03-06T03:00:00+00:00"),
    ("2013-12-23T23:15:00", "2013-12-23T23:15:00"),
    # mail and PDF
    ("Tue, 14 Mar 2023 10:00:00 +0300", "2023-03-14T07:00:00+00:00"),
    ("14 Mar 2023 10:00 GMT", "2023-03-14T10:00:00+00:00"),
    ("D:20230314100000+03'00'", "2023-03-14T07:00:00+00:00"), ("D:20230314", "2023-03-14"),
    ("D:20230314100000Z", "2023-03-14T10:00:00+00:00"), ("D:202303", "2023-03"),
    # the day first, unless there is no such month
    ("5-11-2017", "2017-11-05"), ("٥/١١/٢٠١٧", "2017-11-05"), ("05.11.2017م", "2017-11-05"),
    ("12/31/2017", "2017-12-31"),
    # months, from Iraq to Morocco
    ("٥ تشرين الثاني/نوفمبر ٢٠١٧", "2017-11-05"), ("14 آذار (مارس) 2023م", "2023-03-14"),
    ("الثلاثاء 14 مارس 2023", "2023-03-14"), ("3 جانفي 2020", "2020-01-03"),
    ("٣ فيفري ٢٠٢٠", "2020-02-03"), ("12 غشت 2019", "2019-08-12"), ("7 شتنبر 2018", "2018-09-07"),
    ("1 يوليوز 2018", "2018-07-01"), ("5 أيّار 1999", "1999-05-05"), ("9 يونية 2001", "2001-06-09"),
    ("20 أوت 1955", "1955-08-20"), ("1 الفاتح 1990", "1990-09-01"), ("30 مايس 2003", "2003-05-30"),
    ("March 14, 2023", "2023-03-14"), ("14th March 2023", "2023-03-14"),
    ("1er août 2020", "2020-08-01"),
    ("نوفمبر 2017", "2017-11"), ("تشرين الأول/أكتوبر 2017", "2017-10"),
    ("16 صفر 1439 هـ - 05 نوفمبر 2017 مـ", "2017-11-05"),
]  # fmt: skip
HIJRI_VALUES = [
    ("١٥ رمضان ١٤٣٨ هـ", "2017-06-10"), ("15/9/1438هـ", "2017-06-10"), ("1438-09-15", "2017-06-10"),
    ("15 رَمَضان 1438", "2017-06-10"), ("١ محرّم ١٤٤٥", "2023-07-19"),
    ("9 ذو الحجة 1444", "2023-06-27"), ("٢٩ ربيع الآخر ١٤٣٠هـ", "2009-04-25"),
    ("1 جمادى الأولى 1440 هـ", "2019-01-07"), ("رمضان 1438", "2017-06"),
    ("1438هـ", "2017"), ("310 هـ", "0922"),
    ("15 رمضان 310 هـ", "0923-01-11"), ("30 رمضان 1438", "2017-06-25"),
]  # fmt: skip
NO_DATES = [
    "2024-13-45", "أمس", "310", "", "  ", "15/9/1399", "15 رمضان 310", "٢٩ شباط ٢٠٢٣", "14-15-2017",
    "1/1/20", "32 يناير 2020", "0001-01-01", "0001-01-01T00:00:00", "1970-01-01T00:00:00Z",
    "2099-01-01", TOMORROW_OF_NEXT_YEAR, "5 مارس/أبريل 2017", "31 صفر 1439", "هاتف 0120-11-2017",
    "1.2.3.2017", "x" * 10_000, None, 20240305, 5.5, ["2024-03-05"],
]  # fmt: skip


@pytest.mark.parametrize(("value", "wanted"), VALUES)
def test_a_date_is_understood_however_it_is_written(value: str, wanted: str) -> None:
    read = read_date(value)
    assert read is not None
    assert (read.date, read.calendar) == (wanted, "")
    assert read.text in value


@pytest.mark.parametrize(("value", "wanted"), HIJRI_VALUES)
def test_a_date_of_the_hijra_is_compared_as_ours(value: str, wanted: str) -> None:
    read = read_date(value)
    assert read == (wanted, value, "hijri")


@pytest.mark.parametrize("value", NO_DATES)
def test_what_is_no_date_or_an_unlikely_one_gives_none(value: object) -> None:
    assert iso_date(value) is None


@given(st.text(max_size=60) | st.from_regex(r"\d{1,4}[-/ ]\w{0,9}[-/ ]\d{1,4}", fullmatch=True))
def test_whatever_is_written_is_a_date_or_none(text: str) -> None:
    read = read_date(text)
    assert read is None or iso_date(read.date) == read.date or read.calendar
    for place in dates_in(text):
        assert text[place.start : place.end] == place.dated.text


@given(st.dates(date(1700, 1, 1), date(2026, 1, 1)), st.sampled_from(sorted(GREGORIAN)))
def test_every_name_of_a_month_gives_its_month(day: date, name: str) -> None:
    month = GREGORIAN[name]
    assert iso_date(f"{min(day.day, 28)} {name} {day.year}") == (
        f"{day.year}-{month:02}-{min(day.day, 28):02}"
    )


@pytest.mark.parametrize("name", sorted(HIJRI))
def test_every_name_of_a_month_of_the_hijra_gives_its_month(name: str) -> None:
    known = gregorian(1440, HIJRI[name], 3)
    assert known is not None
    assert iso_date(f"3 {name} 1440") == known.isoformat()


UNEVEN = (1342, 1343, 1345, 1348, 1349, 1364)
"""Years in which the table begins, or has a month of 28 or 31 days."""


@given(st.integers(1, 1499), st.integers(1, 12), st.integers(1, 29))
def test_days_of_the_hijra_follow_each_other(year: int, month: int, day: int) -> None:
    this, following = gregorian(year, month, day), gregorian(year, month, day + 1)
    assert this is not None
    assert following == this + timedelta(days=1)
    first = gregorian(year + month // 12, month % 12 + 1, 1)
    assert first is not None
    uneven = 2 * (year in UNEVEN)
    assert 29 - uneven <= (first - this).days + day - 1 <= 30 + uneven


@pytest.mark.parametrize(
    ("day", "wanted"),
    [((1, 1, 1), "0622-07-19"), ((1343, 1, 1), "1924-08-01"), ((1500, 12, 29), "2077-11-15"),
     ((1445, 9, 1), "2024-03-11"), ((0, 1, 1), None), ((1501, 1, 1), None), ((1440, 13, 1), None),
     ((1440, 1, 31), None)],
)  # fmt: skip
def test_days_of_the_hijra_that_are_known(day: tuple[int, int, int], wanted: str | None) -> None:
    found = gregorian(*day)
    assert (found and found.isoformat()) == wanted


NAMES = [
    ("2017-11-05.txt", "2017-11-05"), ("20171105.pdf", "2017-11-05"),
    ("٢٠١٧-١١-٠٥.txt", "2017-11-05"), ("2017-11-05_1230.txt", "2017-11-05"),
    ("5-11-2017.docx", "2017-11-05"), ("تقرير 5-11-2017 نهائي.docx", "2017-11-05"),
    ("report_2017_11_05.md", "2017-11-05"), ("report-2017.11.05-final.md", "2017-11-05"),
    ("IMG-20171105-WA0001.txt", "2017-11-05"), ("Scan20171105.pdf", "2017-11-05"),
    ("20171105_1230.txt", "2017-11-05"), ("20171105T123000.txt", "2017-11-05"),
    ("خبر_٥_نوفمبر_٢٠١٧.txt", "2017-11-05"), ("محضر ٥ تشرين الثاني ٢٠١٧.doc", "2017-11-05"),
    ("محضر 16 صفر 1439.doc", "2017-11-05"), ("خطاب ١٤٣٩-٠٢-١٦.pdf", "2017-11-05"),
    ("2017-11.txt", "2017-11"), ("نشرة نوفمبر 2017.pdf", "2017-11"),
    ("000_d24226f80323e818.txt", None), ("report 2017.pdf", None), ("رؤية 2030.txt", None),
    ("12345678.txt", None), ("20179905.txt", None), ("d20171105e.txt", None),
    ("v2017-18.txt", None),
    ("2017-11-05_2017-11-12.txt", None), ("0120171105.txt", None), ("1-2-3.txt", None),
    ("2010-11-12-13.txt", None), ("20991231.txt", None), ("a.txt", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "wanted"), NAMES)
def test_the_date_in_the_name_of_a_file(name: str, wanted: str | None) -> None:
    read = date_in_name(f"/some/2001-01-01/{name}")
    assert (read and read.date) == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("عقد إيجار الشقة.pdf", "عقد إيجار الشقة"), ("annual_report-2017.txt", "annual report 2017"),
     ("محضر_الاجتماع.docx", "محضر الاجتماع"), ("text.txt", ""), ("نص.txt", ""),
     ("000_d24226f80323e818.txt", ""), ("IMG-20171105-WA0001.jpg", ""), ("2017-11-05.txt", "")],
)  # fmt: skip
def test_a_name_of_several_words_is_a_title(name: str, wanted: str) -> None:
    assert name_as_title(f"/x/{name}") == wanted


STORY = "قال مسؤولون إن الحكومة أقرت الميزانية الجديدة بعد نقاش طويل في البرلمان.\n" * 3
LINES = [
    ("خبر عاجل\nالأحد 5 نوفمبر 2017\n\n", "2017-11-05"),
    ("خبر عاجل\nنشر في: 5-11-2017 12:30 م\n\n", "2017-11-05"),
    ("خبر عاجل\nتاريخ النشر: ٢٠١٧/١١/٠٥ - آخر تحديث: ٢٠١٧/١١/٠٦\n\n", "2017-11-05"),
    ("خبر\nالأحد - 16 صفر 1439 هـ - 05 نوفمبر 2017 مـ رقم العدد [14222]\n\n", "2017-11-05"),
    ("القاهرة 5 نوفمبر 2017 (رويترز) - ", "2017-11-05"),
    ("بيروت في 5 تشرين الثاني/نوفمبر 2017 (أ ف ب) - ", "2017-11-05"),
    ("عنوان الخبر\nالرياض - 16 صفر 1439هـ\n", "2017-11-05"),
    ("الرياض في 16/2/1439هـ\n\n", None),  # alone on the first line a place may be part of a title
    ("التاريخ: 16/2/1439هـ\n\n", "2017-11-05"),
    ("تقرير اللجنة - 5 نوفمبر 2017\n\n", "2017-11-05"),
    ("5 نوفمبر 2017 – تقرير اللجنة\n\n", "2017-11-05"),
    ("Published on Sunday, November 5, 2017\n\n", "2017-11-05"),
    # dates of events
    ("في 5 نوفمبر 2017 اندلعت معركة كبيرة في المدينة واستمرت أياما.\n", None),
    ("ثورة 25 يناير 2011\n\n", None),
    ("معركة حطين - 4 يوليو 1187\n\n", None),
    ("ولد الشاعر في القاهرة 5 نوفمبر 1917 وتوفي فيها.\n", None),
    ("أعلن الوزير أن المؤتمر سيعقد في 5 نوفمبر 2017 - وهو الثالث.\n", None),
    ("بناء على خطابكم رقم 15 بتاريخ 5-11-2017 نفيدكم بالآتي\n\n", None),
    ("محمد سعيد (5 نوفمبر 1917 - 3 مارس 1990)\n\n", None),
    ("هاتف: 0120-11-2017\n\n", None),
]  # fmt: skip


@pytest.mark.parametrize(("opening", "wanted"), LINES)
def test_a_dateline_is_the_date_and_events_are_not(opening: str, wanted: str | None) -> None:
    read = date_of_line(opening + STORY)
    assert (read and read.date) == wanted


def test_a_date_far_down_is_not_the_date_of_a_text() -> None:
    assert date_of_line(STORY * 9 + "\nالأحد 5 نوفمبر 2017\n") is None


FILES = [
    # name, content, title, title_from, date, date_from, date_text
    ("a.txt", "عنوان\n\n" + STORY, "عنوان", "first line", None, "", ""),
    ("2017-11-05.txt", STORY, "", "", "2017-11-05", "file name", ""),
    ("محضر الاجتماع ٥-١١-٢٠١٧.txt", STORY, "محضر الاجتماع ٥ ١١ ٢٠١٧", "file name",
     "2017-11-05", "file name", "٥-١١-٢٠١٧"),
    ("2017-11-05.md", "---\ntitle: س\ndate: ١٥ رمضان ١٤٣٨ هـ\n---\nنص", "س", "front matter",
     "2017-06-10", "front matter", "١٥ رمضان ١٤٣٨ هـ"),
    ("b.md", "# خبر\n\nالأحد 5 نوفمبر 2017\n\n" + STORY, "خبر", "heading",
     "2017-11-05", "text", "5 نوفمبر 2017"),
    ("c.html", "<title>خبر | موقع</title><meta property='og:title' content='خبر'>"
     "<meta property='article:published_time' content='2017-11-05T01:00:00+02:00'><p>نص",
     "خبر", "page", "2017-11-04T23:00:00+00:00", "page", "2017-11-05T01:00:00+02:00"),
    ("d.html", "<title>خبر</title><script type='application/ld+json'>{\"@graph\": [{"
     '"dateModified": "2018-01-01", "datePublished": "2017-11-05"}]}</script><p>نص',
     "خبر", "page", "2017-11-05", "page", ""),
    ("e.html", "<h1>خبر</h1><time datetime='2017-11-05'>أمس</time><p>نص",
     "خبر", "page", "2017-11-05", "page", ""),
    ("f.html", "<h1>خبر</h1><time datetime=2017-11-05>أ</time><time datetime=2016-01-01>ب</time>",
     "خبر", "page", None, "", ""),
    ("g.html", "<h1>خبر</h1><META NAME='DC.Date' CONTENT='5 نوفمبر 2017'><p>نص",
     "خبر", "page", "2017-11-05", "page", "5 نوفمبر 2017"),
    ("h.eml", "Subject: تقرير\nDate: Sun, 05 Nov 2017 10:00:00 +0300\n\nنص", "تقرير", "header",
     "2017-11-05T07:00:00+00:00", "header", "Sun, 05 Nov 2017 10:00:00 +0300"),
    ("i.csv", "عنوان,نص,تاريخ\nخبر,كلام,٥ نوفمبر ٢٠١٧\n", "خبر", "field",
     "2017-11-05", "field", "٥ نوفمبر ٢٠١٧"),
    ("2017-11-05.csv", "عنوان,نص\nخبر,كلام\n", "خبر", "field", None, "", ""),
    ("0310Tabari.Tarikh.completed", "######OpenITI#\n#META# 010.AuthorNAME :: الطبري\n"
     "#META# 020.BookTITLE :: التاريخ\n#META#Header#End#\n# نص\n", "التاريخ - الطبري", "metadata",
     "0922", "metadata", "310 هـ"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "title", "title_from", "date", "date_from", "date_text"), FILES
)
def test_title_and_date_and_what_gave_them(
    name: str, content: str, title: str, title_from: str, date: str, date_from: str, date_text: str
) -> None:
    (record,) = extract(name, content.encode()).records
    assert (record.title, record.title_from) == (title, title_from)
    assert (record.date, record.date_from, record.date_text) == (date, date_from, date_text)


def test_files_within_files_have_their_own_titles_and_dates(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as box:
        box.writestr("محضر 16 صفر 1440.txt", STORY)
        box.writestr("a.md", "---\ndate: ١٥ رمضان ١٤٣٨ هـ\n---\n# خبر\n\nنص")
    found = list(extract("2001-01-01.zip", packed.getvalue()).records)
    assert [(r.date, r.date_from, r.date_text, r.calendar, r.title_from) for r in found] == [
        ("2018-10-25", "file name", "16 صفر 1440", "hijri", ""),
        ("2017-06-10", "front matter", "١٥ رمضان ١٤٣٨ هـ", "hijri", "heading"),
    ]
    (record,) = extract("5-11-2017.txt.gz", gzip.compress(STORY.encode())).records
    assert (record.date, record.date_from, record.date_text) == (
        "2017-11-05", "file name", "5-11-2017",
    )  # fmt: skip


def test_the_command_shows_filters_and_sorts_by_dates(tmp_path: Path) -> None:
    for name, text in {
        "2017-11-05.txt": "سفينة أولى في الميناء\n",
        "16 صفر 1440.txt": "سفينة ثانية في الميناء\n",
        "c.txt": "سفينة بلا تاريخ\n",
        "d.md": "---\ndate: 2017-12-31T23:30:00-02:00\n---\nسفينة ثالثة\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    run("index", cwd=tmp_path)

    def found(*arguments: str) -> list[str]:
        return run("search", "-l", *arguments, cwd=tmp_path).lines

    assert found("سفينة", "--sort", "date") == [
        "16 صفر 1440.txt", "d.md", "2017-11-05.txt", "c.txt",
    ]  # fmt: skip
    assert sorted(found("سفينة", "--since", "2017-12")) == ["16 صفر 1440.txt", "d.md"]
    assert found("سفينة", "--until", "٢٠١٧-١١-٠٥") == ["2017-11-05.txt"]
    assert found("سفينة", "--since", "2017-11", "--until", "2017-11") == ["2017-11-05.txt"]
    assert found("سفينة date:2018-01-01") == ["d.md"]  # in UTC
    told = json.loads(run("show", "--json", "16 صفر 1440.txt", cwd=tmp_path).out)
    assert {key: told[key] for key in ("date", "date_from", "date_text", "calendar")} == {
        "date": "2018-10-25", "date_from": "file name", "date_text": "16 صفر 1440",
        "calendar": "hijri",
    }  # fmt: skip
    (hit,) = json.loads(run("search", "--json", "ثانية", cwd=tmp_path).out)["hits"]
    assert (hit["date"], hit["date_text"]) == ("2018-10-25", "16 صفر 1440")
    shown = run_on_terminal("search", "ثانية", cwd=tmp_path).text
    assert "2018-10-25 (16 صفر 1440)" in re.sub("\x1b\\[[0-9;]*m|[\u2066-\u2069]", "", shown)
    for query in (["سفينة", "--since", "2020"], ["سفينة date:2020"]):
        nothing = run("search", *query, cwd=tmp_path)
        assert nothing.code == 1
        assert "from 2017-11-05 to 2018-10-25; 1 without a date" in nothing.err
    wrong = run("search", "سفينة", "--since", "2017-13", cwd=tmp_path)
    assert (wrong.code, len(wrong.errors)) == (2, 1)
    assert "a date is written 2017, 2017-11 or 2017-11-28" in wrong.err
