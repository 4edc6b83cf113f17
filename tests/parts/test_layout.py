"""Pages and headings of a text: what is stored of them comes back, and what runs on is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import IndexCorruptError
from indexer.parts.layout import (
    KINDS,
    Division,
    Layout,
    pack,
    page_number,
    paged,
    running_lines,
    title_of,
    unpack,
)  # fmt: skip

LINES = st.text(max_size=30).map(title_of)
PAGES = st.integers(1, 99).map(str) | st.sampled_from(["iv", "12a", "2/7", "007", "0"])


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    divisions = []
    for start in sorted(draw(st.lists(st.integers(0, 5000), max_size=12))):
        kind = draw(st.sampled_from(KINDS))
        label = draw(PAGES if kind in ("page", "slide") else LINES)
        divisions.append(Division(start, kind, label, draw(LINES), draw(st.integers(1, 9))))
    starts = sorted(draw(st.sets(st.integers(0, 5000), max_size=6)))
    return Layout(tuple(divisions), tuple((start, start + 7) for start in starts))


@given(layouts())
def test_what_is_packed_comes_back(layout: Layout) -> None:
    assert unpack(pack(layout)) == layout


def test_nothing_is_stored_of_nothing() -> None:
    assert pack(None) is pack(Layout()) is None
    assert unpack(None) == Layout()


def test_the_example_of_the_specification() -> None:
    pages = [Division(start, "page", str(n)) for n, start in enumerate((0, 900, 1800), 1)]
    chapter = Division(921, "heading", "", "الفصل الأول")
    layout = Layout(tuple(sorted([*pages, chapter])), ((0, 20), (900, 920), (1800, 1820)))
    packed = "p0\nr0\t20\np900\nr0\t20\nh21\t\tالفصل الأول\np879\nr0\t20"
    assert pack(layout) == packed
    assert unpack(packed) == layout


@pytest.mark.parametrize("stored", ["x1", "p", "pä", "r0", "r0\tx", "h1\ta\tb\tc", "p" + "9" * 5000,
                                    "h1\t\t\t\t1", "\n"])  # fmt: skip
def test_what_was_never_packed_is_refused(stored: str) -> None:
    with pytest.raises(IndexCorruptError):
        unpack(stored)


def test_every_offset_has_its_page() -> None:
    text = "أول\n\fثان\n\f\fرابع"
    layout = paged(text)
    found = {char: layout.page_at(at) for at, char in enumerate(text)}
    assert {char: found[char].label for char in "أثر"} == {"أ": "1", "ث": "2", "ر": "4"}
    assert layout.page_at(10_000) == layout.divisions[-1]
    second = layout.named("2")
    assert text[second.start : layout.end_of(second, len(text))] == "ثان\n\f"
    assert Layout((Division(5, "page", "1"),)).page_at(4) is None


@pytest.mark.parametrize(
    ("label", "number"), [("12", 12), ("0", 0), ("iv", "iv"), ("٣", "٣"), ("1" * 20, "1" * 20)]
)
def test_a_label_is_a_number_where_it_is_one(label: str, number: int | str) -> None:
    assert page_number(label) == number


def runs(*pages: str, numbered: bool = True) -> list[str]:
    text = "\n\f".join(pages)
    starts = [text.index(page, sum(map(len, pages[:n]))) for n, page in enumerate(pages)]
    spans = [(start, start + len(page)) for start, page in zip(starts, pages, strict=True)]
    return [text[a:b] for a, b in running_lines(text, spans, numbered=numbered)]


def page(number: int, head: str = "كتاب الأمثال") -> str:
    body = "\n".join(f"سطر {word} من {chr(0x62A + number)}" for word in "أبجدهوز")
    return f"{head}\n{body}\nصفحة {number}"


def test_what_is_on_most_pages_runs() -> None:
    assert runs(page(1), page(2), page(3)) == [
        line for n in (1, 2, 3) for line in ("كتاب الأمثال", f"صفحة {n}")
    ]
    assert runs(page(1), page(2), page(3, "باب"), page(4)).count("كتاب الأمثال") == 3


@pytest.mark.parametrize(
    "pages",
    [
        (page(1), page(2)),
        (page(1, "أ"), page(2, "ب"), page(3, "ج"), page(4, "ج")),
        (page(1), page(2), page(3, "باب"), page(4, "فصل")),
    ],
    ids=["too few", "different", "half"],
)
def test_what_is_on_half_of_them_does_not(pages: tuple[str, ...]) -> None:
    assert not [line for line in runs(*pages) if "صفحة" not in line]


def test_numbers_may_have_to_be_the_same() -> None:
    assert runs(page(1), page(2), page(3), numbered=False) == ["كتاب الأمثال"] * 3
