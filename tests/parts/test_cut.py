"""A text is cut where a reader would cut it, and nowhere else."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import IndexCorruptError
from indexer.parts import tails
from indexer.parts.cut import FEWEST_WORDS, MOST_WORDS, cut
from indexer.parts.layout import Division, Layout
from indexer.parts.part import Part, StoredPart, pack, part_at, span_of, unpack

CORPUS = Path(__file__).parents[2] / "corpus"
SEEDS = Path(__file__).parents[3] / "shared" / "seeds"


def words(count: int, of: str = "كلمة") -> str:
    """A paragraph."""
    return " ".join(f"{of}{number % 97}" for number in range(count)) + "."


def news(name: str) -> str:
    return (CORPUS / name).read_text("utf-8").strip()


def places(text: str, layout: Layout | None = None) -> list[tuple[str, int]]:
    """(title, line) of each part behind the first."""
    return [(part.title, part.line) for part in cut(text, layout)[1:]]


LINES = st.sampled_from(["", " ", "عنوان قصير", "---", words(45, "نفط"), words(45, "بيت"), "\f"])
TEXTS = st.lists(LINES, max_size=30).map("\n".join) | st.text(max_size=200)


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    kinds = st.sampled_from(["chapter", "heading", "page", "sheet"])
    starts = sorted(draw(st.lists(st.integers(0, 1500), max_size=12)))
    return Layout(tuple(Division(s, draw(kinds), "", f"باب {s}", draw(st.integers(1, 3)))
                        for s in starts))  # fmt: skip


@settings(max_examples=50)
@given(TEXTS, st.none() | layouts(), st.integers(1, 9))
def test_the_parts_together_are_the_text(text: str, layout: Layout | None, times: int) -> None:
    text *= times
    parts = cut(text, layout)
    assert "".join(text[part.start : part.end] for part in parts) == text
    assert all(part.start < part.end for part in parts) or parts == (Part(0, 0, "", 1),)
    lines = [part.line for part in parts]
    assert lines == sorted(lines)
    for part in parts:
        first = len(text[part.start : part.end]) - len(text[part.start : part.end].lstrip())
        if text[part.start : part.end].strip():
            assert part.line == 1 + text.count("\n", 0, part.start + first)


TAILS = {
    "desalination-ras-ghadir-2-difaf":
        ("زربية الجدات تعود إلى الواجهة في معرض الصناعة التقليدية", 13),
    "flood-wadi-reem-3-alafaq": ("بطولة الشطرنج المدرسية تتوج طفلة في التاسعة", 22),
    "merger-waha-difaf-3-almadar": ("لقلق مهاجر يعود الى العش نفسه للسنة السابعة", 11),
}  # fmt: skip


@pytest.mark.parametrize("name", TAILS)
def test_an_unrelated_article_behind_blank_lines_is_a_part(name: str) -> None:
    assert places(news(f"news/{name}.txt")) == [TAILS[name]]


NEWS = sorted(f"news/{path.name}" for path in CORPUS.glob("news/*-[1-5]-*.txt")
              if path.stem not in TAILS)  # fmt: skip
OTHERS = sorted(f"science/{path.name}" for path in CORPUS.glob("science/*.txt"))


def joined(one: str, other: str, between: str) -> tuple[str, str, int]:
    """Two articles in one text, with the headline and line of the second."""
    text = one + between + other
    return text, other.partition("\n")[0].strip(), 1 + (one + between).count("\n")


@pytest.mark.parametrize("between", ["\n\n\n", "\n\n\n\n\n", "\r\n\r\n\r\n", "\n \n\t\n\n",
                                     "\n\n-----\n", "\n\n* * *\n\n\n", "\n\n———\n\n"])  # fmt: skip
def test_what_may_stand_between_two_articles(between: str) -> None:
    text, title, line = joined(news(NEWS[0]), news(OTHERS[0]), between)
    assert places(text) == [(title, line)]


@pytest.mark.parametrize("between", ["\n", "\n\n", " ", "\n---\n"])
def test_what_does_not_part_two_articles(between: str) -> None:
    assert places(joined(news(NEWS[0]), news(OTHERS[0]), between)[0]) == []


def test_articles_of_different_matters_are_told_apart() -> None:
    found = 0
    for one, other in product(NEWS, OTHERS):
        text, title, line = joined(news(one), news(other), "\n\n\n\n")
        found += places(text) == [(title, line)]
    assert found >= 0.97 * len(NEWS) * len(OTHERS)


def test_reports_of_one_event_are_not_cut_apart() -> None:
    for one, other in product(NEWS, NEWS):
        if one != other and one.split("-")[0] == other.split("-")[0]:
            assert places(joined(news(one), news(other), "\n\n\n\n")[0]) == []


def test_three_articles_are_three_parts_and_each_has_its_date() -> None:
    second = news(OTHERS[0]).replace("\n", "\n\nنشر في 18 يناير 2025\n\n", 1)
    third = news(OTHERS[-1])
    parts = cut("\n\n\n".join([news(NEWS[0]), second, third]))
    titles = [text.split("\n")[0] for text in (second, third)]
    assert [part.title for part in parts] == ["", *titles]
    assert [part.date for part in parts] == ["", "2025-01-18", ""]


NO_TAILS = {
    "paragraphs": "\n\n".join([news(NEWS[0]), *[words(60, str(n)) for n in range(5)]]),
    "paragraphs far apart": "\n\n\n".join([words(60, "نفط"), words(60, "بيت")]),
    "a caption": news(NEWS[0]) + "\n\n\n\nصورة الجسر القديم\n\n" + words(20, "جسر"),
    "a short lead": words(20, "خبر") + "\n\n\n" + news(OTHERS[0]),
    "a link": news(NEWS[0]) + "\n\n\n\nاقرأ أيضا\nبطولة الشطرنج تتوج طفلة\nلقلق يعود إلى عشه",
    "nothing behind": news(NEWS[0]) + "\n\n\n\n",
    "nothing before": "\n\n\n\n" + news(NEWS[0]),
    "one line": words(700),
    "empty": "",
}


@pytest.mark.parametrize("text", NO_TAILS.values(), ids=NO_TAILS)
def test_what_is_one_article_is_one_part(text: str) -> None:
    assert len(cut(text)) == 1


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the scraped pages are not here")
def test_scraped_pages() -> None:
    lines = {path.name[:3]: [(p.line, p.title[:9]) for p in cut(path.read_text("utf-8"))[1:]]
             for path in SEEDS.glob("*.txt")}  # fmt: skip
    assert lines == {"000": [(21, "«هدنة غزة")], "001": [(26, "مصر: «حما")],
                     "002": [(33, "«هدنة غزة")], "003": [], "004": []}  # fmt: skip


# Headings and size


def book(*sections: tuple[int, str, int]) -> tuple[str, Layout]:
    """A text of sections: (level, title, words)."""
    text, divisions = "", []
    for level, title, count in sections:
        divisions.append(Division(len(text), "heading", "", title, level))
        text += f"{title}\n\n{words(count)}\n\n"
    return text, Layout(tuple(divisions))


def titles(*sections: tuple[int, str, int]) -> list[str]:
    return [part.title for part in cut(*book(*sections))]


HEADED = {
    "chapters": ([(1, "أ", 400), (1, "ب", 500), (1, "ج", 300)], ["أ", "ب", "ج"]),
    "a short text keeps its headings": ([(1, "أ", 200), (1, "ب", 200)], [""]),
    "short sections go together": ([(1, n, 100) for n in "ابتثجح"], ["ا", "ث"]),
    "a title page": ([(1, "غلاف", 3), (1, "أ", 400), (1, "ب", 400)], ["أ", "ب"]),
    "a short end": ([(1, "أ", 400), (1, "ب", 400), (1, "فهرس", 20)], ["أ", "ب"]),
    "chapters before sections":
        ([(1, "أ", 200), (2, "أ1", 200), (1, "ب", 200), (2, "ب1", 200)], ["أ", "ب"]),
    "sections of a long chapter":
        ([(1, "أ", 20), (2, "أ1", 600), (2, "أ2", 600), (1, "ب", 600)], ["أ1", "أ2", "ب"]),
    "one title over all": ([(1, "كتاب", 5), (2, "أ", 400), (2, "ب", 400)], ["أ", "ب"]),
}  # fmt: skip


@pytest.mark.parametrize(("sections", "expected"), HEADED.values(), ids=HEADED)
def test_headings(sections: list[tuple[int, str, int]], expected: list[str]) -> None:
    assert titles(*sections) == expected


def test_chapters_stand_above_headings() -> None:
    first, second = words(500) + "\f", words(500) + "\f"
    at = len(first)
    layout = Layout((Division(0, "chapter", "1", "أ"), Division(at, "chapter", "2", "ب"),
                     Division(at + 300, "heading", "", "داخل", 1)))  # fmt: skip
    assert places(first + second, layout) == [("ب", 1)]


def test_what_is_long_is_cut_between_paragraphs() -> None:
    paragraphs = [words(150, f"فقرة{number}") + "\n\n" for number in range(60)]
    text = "".join(paragraphs)
    parts = cut(text)
    bounds = {0} | {len("".join(paragraphs[: n + 1])) for n in range(len(paragraphs))}
    assert len(parts) > 2
    assert {part.start for part in parts} <= bounds
    sizes = [text[part.start : part.end].count(" ") for part in parts]
    assert min(sizes) >= FEWEST_WORDS
    assert max(sizes) <= MOST_WORDS


@pytest.mark.parametrize("end", [".\n", ". ", "، "])
def test_without_paragraphs_lines_sentences_or_words_are_kept_whole(end: str) -> None:
    text = end.join(words(10)[:-1] for _ in range(900))
    for part in cut(text)[1:]:
        assert text[: part.start].endswith(end[-1] if end == "، " else end)


def test_one_word_without_an_end_is_cut_nowhere_for_ever() -> None:
    assert len(cut("ا" * 100_000)) == 1
    assert len(cut("ا ب " * 20_000)) > 10


# What is stored


def test_the_example_of_the_specification() -> None:
    parts = [Part(0, 4000, "", 1), Part(4000, 9000, "هدنة غزة تقترب", 21, "2025-01-18")]
    packed = "0\t1\n4000\t20\tهدنة غزة تقترب\t2025-01-18"
    assert pack(parts) == packed
    assert unpack(packed) == (
        StoredPart(0), StoredPart(4000, "هدنة غزة تقترب", 21, "2025-01-18"),
    )  # fmt: skip
    assert [span_of(unpack(packed), number, 9000) for number in (0, 1)] == [(0, 4000), (4000, 9000)]
    assert [part_at(unpack(packed), at) for at in (0, 3999, 4000, 8999)] == [0, 0, 1, 1]


def test_nothing_is_stored_of_one_part() -> None:
    assert pack(cut("نص")) is None
    assert unpack(None) == ()


@settings(max_examples=50)
@given(TEXTS, layouts())
def test_what_is_packed_comes_back(text: str, layout: Layout) -> None:
    parts = cut(text * 7, layout)
    if len(parts) > 1:
        stored = unpack(pack(parts))
        assert [(s.start, s.line, s.date) for s in stored] == [
            (p.start, p.line, p.date) for p in parts
        ]


@pytest.mark.parametrize("stored", ["x\t1", "0", "0\tä", "\n"])
def test_what_was_never_packed_is_refused(stored: str) -> None:
    with pytest.raises(IndexCorruptError):
        unpack(stored)


def test_what_words_without_articles_decide_stems_would_decide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The quick look only finds that nothing is unlike; what it does not find, stems decide."""
    story = "ارتفعت أسعار النفط في الأسواق العالمية بعد اجتماع وزراء الطاقة في فيينا. " * 8
    other = "فاز المنتخب الوطني بكأس البطولة بعد مباراة مثيرة حضرها جمهور الملعب الكبير. " * 8
    forms = "أسعارها سعرها نفطية سوقهم عالمي اجتماعات وزير الطاقات ارتفاعها لأسواقهم بأسعارهم " * 8
    alike, unlike, forms_apart = (
        f"{story}\n\n\n\nعنوان\n\n{rest}" for rest in (story, other, forms)
    )
    asked: list[str] = []
    stem = tails._stem

    def told(form: str) -> str:
        asked.append(form)
        return stem(form)

    monkeypatch.setattr(tails, "_STEMS", tails._Keys(told))
    assert tails.unrelated(alike, tails.headlines(alike)) == []
    assert not asked
    assert tails.unrelated(unlike, tails.headlines(unlike)) == [unlike.index("عنوان")]
    assert asked
    asked.clear()
    assert tails.unrelated(forms_apart, tails.headlines(forms_apart)) == []
    assert asked
