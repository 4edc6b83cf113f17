"""Tables and books of OpenITI: what is a record, and what is a mark."""

from __future__ import annotations

import pytest
from cli_process import PROJECT

from indexer.extract import Record, extract

OTHER = PROJECT.parent.parent / "shared" / "documents" / "other"
if not OTHER.exists():
    OTHER = PROJECT.parent / "shared" / "documents" / "other"


def rows(source: str | bytes, name: str = "a.csv") -> list[Record]:
    return list(extract(name, source.encode() if isinstance(source, str) else source).records)


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_columns_of_known_names_are_those_of_the_record(sign: str) -> None:
    lines = ["id,العنوان,النص,التاريخ", '7,خبر,"وصل الوفد\nأمس",2023-01-02', ",آخر,نص,"]
    first, second = rows("\n".join(lines).replace(",", sign))
    assert first[:5] == Record("7", "خبر", "وصل الوفد\nأمس", "2023-01-02", 2)[:5]
    assert second[:5] == Record(None, "آخر", "نص", None, 4)[:5]


def test_without_a_column_of_texts_all_of_a_row_is_the_text() -> None:
    (record,) = rows("المدينة,السكان\nالقاهرة,21750000\n,\n")
    assert record.text == "المدينة: القاهرة\nالسكان: 21750000"


def test_rows_that_are_longer_or_shorter_than_the_header_lose_nothing() -> None:
    assert [r.text for r in rows("أ,ب\n1,2,3\n4\n")] == ["أ: 1\nب: 2\n3", "أ: 4"]


def test_ids_that_come_again_are_told_apart() -> None:
    assert [r.id for r in rows("id,text\na,س\na,ش\n")] == ["a", "a#2"]


def test_a_field_of_a_megabyte_is_read() -> None:
    (record,) = rows("text\n" + "ك" * 1_000_000)
    assert len(record.text) == 1_000_000


@pytest.mark.skipif(not OTHER.exists(), reason="no ../shared/documents")
@pytest.mark.parametrize("name", ["t-semicolon.csv", "t-1256.csv", "t.tsv"])
def test_known_tables(name: str) -> None:
    found = rows((OTHER / name).read_bytes(), name)
    assert [record.title for record in found] == ["خبر 0", "خبر 1", "خبر 2"]
    assert [record.date for record in found] == ["2023-01-01", "2023-01-02", "2023-01-03"]
    assert found[0].text.startswith("السلام عليكم ورحمة الله وبركاته")


BOOK = """######OpenITI#

#META# 000.SortField\t:: Shamela_0023775
#META# 010.AuthorNAME\t:: الجاحظ
#META# 011.AuthorDIED\t:: 255
#META# 020.BookTITLE\t:: الحيوان
#META# 021.BookSUBJ\t:: NODATA
#META#Header#End#

### | باب الخطب
# قال الجاحظ PageV01P023 في 5% من كتابه ms0012
~~وهو مشهور
### || فصل
# قفا نبك %~% من ذكرى
"""


@pytest.mark.parametrize("name", ["a.mARkdown", "a.completed", "a.txt"])
def test_a_book_of_openiti_has_no_marks_and_its_lines(name: str) -> None:
    (record,) = rows(BOOK, name)
    assert record.title == "الحيوان - الجاحظ"
    lines = record.text.split("\n")
    assert len(lines) == len(BOOK.split("\n"))
    assert lines[9:14] == [
        "باب الخطب", "قال الجاحظ في 5% من كتابه", "وهو مشهور", "فصل", "قفا نبك من ذكرى",
    ]  # fmt: skip
    assert not any(lines[:9])


def test_a_head_without_end_hides_nothing() -> None:
    (record,) = rows("######OpenITI#\n#META# title :: كتاب\n# نص أول\nنص ثان\n", "a.completed")
    assert "نص أول" in record.text
    assert "نص ثان" in record.text
