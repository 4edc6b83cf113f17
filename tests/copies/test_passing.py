"""Lines that are no part of a text: learned by folder, never the snippet, never lost."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cli_process import run
from copied_texts import story

from indexer import Index
from indexer.copies.passing import spans_in, whole
from indexer.results import SearchOptions

FOOTER = "اشترك في نشرتنا البريدية لتصلك أخبار القاذفات كل صباح"
LINK = "اقرأ أيضا: هبوط المظليين في الوادي"
FILES = {
    **{f"site/{n}.txt": f"{story(n, 60)}\nTT\n{FOOTER}" for n in range(8)},
    "site/own.txt": f"{story(20, 60)}\nعادت القاذفات إلى قواعدها\n{story(21, 40)}\n{FOOTER}",
    "site/short.txt": f"{story(30, 20)}\n{FOOTER}",
    "other/once.txt": f"{story(31, 60)}\n{FOOTER}",
    "other/paras.txt": f"{story(40, 60)}\n\nهبوط المظليين في الوادي ليلا\n\n{story(41, 200)}",
    "other/linking.txt": f"{story(42, 40)}\n\n{LINK}\n\n{story(43, 20)}",
    **{f"same/{n}.txt": f"{story(50, 60)}\nخاتمة {n}" for n in range(12)},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("passing")
    for name, text in FILES.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(text, "utf-8")
    with Index.create(home) as index:
        index.update()
    return home


def test_lines_are_learned_for_a_folder(folder: Path) -> None:
    with Index.open(folder) as index:
        found = [(line.folder, line.text, line.documents) for line in index.recurring_lines()]
    assert found == [("site", FOOTER, 10), ("site", "TT", 8)]  # not those of twelve copies


def test_they_win_no_snippet_and_are_never_lost(folder: Path) -> None:
    with Index.open(folder) as index:
        hits = index.search("القاذفات", SearchOptions(limit=None)).hits
        shown = {hit.id: hit.snippets[0].text for hit in hits}
        exact = index.search(f'"{FOOTER}"', SearchOptions(limit=None)).hits
    assert len(shown) == len(exact) == 11
    assert "عادت القاذفات" in shown["site/own.txt"]
    assert FOOTER not in shown["site/own.txt"]
    assert FOOTER in shown["site/1.txt"]  # there is nothing else to show
    assert hits[0].id in ("site/own.txt", "other/once.txt")  # it is no footer in that folder


def test_they_found_no_copies(tmp_path: Path) -> None:
    footer = story(99, 80)
    for number in range(9):
        (tmp_path / f"{number}.txt").write_text(f"{story(number, 400)}\n{footer}", "utf-8")
    for number in (20, 21):
        (tmp_path / f"{number}.txt").write_text(f"{story(number, 20)}\n{footer}", "utf-8")
    with Index.create(tmp_path) as index:
        index.update()
        assert list(index.duplicates()) == []
        for path in tmp_path.glob("?.txt"):
            path.unlink()
        index.update()  # now it is no line that recurs, and most of two texts
        assert [len(group.copies) for group in index.duplicates()] == [2]


def test_who_only_links_to_a_story_comes_after_it(folder: Path) -> None:
    with Index.open(folder) as index:
        hits = index.search("هبوط المظليين الوادي").hits
    assert [hit.id for hit in hits] == ["other/paras.txt", "other/linking.txt"]
    assert hits[1].score > hits[0].score


LINKS = [
    pytest.param("نص\nاقرأ أيضاً: عنوان آخر\nنص", ["اقرأ أيضاً: عنوان آخر"], id="with a headline"),
    pytest.param(
        "اقرأ ايضا\nعنوان\nعنوان ثان\n\nنص", ["اقرأ ايضا", "عنوان", "عنوان ثان"], id="list"
    ),
    pytest.param("• شاهد أيضًا صور الحفل", ["• شاهد أيضًا صور الحفل"], id="bullet"),
    pytest.param("مواضيع ذات صلة:\r\nعنوان", ["مواضيع ذات صلة:\r", "عنوان"], id="related"),
    pytest.param("أخبار ذات صلة", ["أخبار ذات صلة"], id="alone"),
    pytest.param("قال: اقرأ أيضا ما كتب", [], id="within a sentence"),
    pytest.param("اقرأ أيضا " + "كلمة " * 40, [], id="a paragraph"),
    pytest.param("اقرأ أيضا\n" + "كلمة " * 40, ["اقرأ أيضا"], id="a text below"),
    pytest.param("مواضيع كثيرة", [], id="other words"),
    pytest.param("أخبار ذات صلةٍ", ["أخبار ذات صلةٍ"], id="marks"),
    pytest.param("", [], id="nothing"),
]


@pytest.mark.parametrize(("text", "links"), LINKS)
def test_links(text: str, links: list[str]) -> None:
    assert [text[start:end] for start, end in spans_in(text, frozenset())] == links


def test_a_phrase_that_goes_on_beyond_a_line_is_not_cut() -> None:
    text = "بحر\nكتاب\nمدينة ثم كتاب\nنص كتاب"
    lines = spans_in(text, frozenset({"كتاب", "بحر"}))
    assert [text[start:end] for start, end in lines] == ["بحر", "كتاب"]
    words = [match.span() for match in re.finditer("كتاب|مدينة", text)]
    assert [text[start:end] for start, end in whole(text, lines, words)] == ["بحر"]


def test_recurring_lines_are_met_whatever_the_space() -> None:
    text = "نص\n  TT \nTTT\nTT"
    spans = spans_in(text, frozenset({"TT"}))
    assert [text[start:end].strip() for start, end in spans] == ["TT", "TT"]


def test_the_command_lists_them(folder: Path) -> None:
    assert run("stats", "--boilerplate", cwd=folder).lines == [
        f"10\tsite\t{FOOTER}",
        "8\tsite\tTT",
    ]
    found = json.loads(run("stats", "--boilerplate", "--json", cwd=folder).text)
    assert found["boilerplate"][1] == {"folder": "site", "text": "TT", "documents": 8}


def test_duplicates_says_what_differs(tmp_path: Path) -> None:
    text = story(1, 100)
    (tmp_path / "news").mkdir()
    (tmp_path / "a.txt").write_text(text, "utf-8")
    words = text.split()
    other = [*words[:50], "جديدة", *words[51:], "ذيل"]
    (tmp_path / "news" / "b.txt").write_text(" ".join(other), "utf-8")
    (tmp_path / "c.txt").write_text(story(2, 100), "utf-8")
    assert run("index", "-q", cwd=tmp_path).code == 0
    done = run("duplicates", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.lines[0] == "a.txt  100 words"
    assert done.lines[1] == f"  news/b.txt  0.95  -{words[50]} +جديدة; +ذيل"
    assert run("duplicates", "c.txt", cwd=tmp_path).code == 1
    assert run("duplicates", "news", cwd=tmp_path).lines == done.lines
    assert run("duplicates", "--min-overlap", "1", cwd=tmp_path).code == 1
    refused = run("duplicates", "--min-overlap", "0.2", cwd=tmp_path)
    assert (refused.code, refused.err) == (2, "fahras: min_overlap is 0.2: it is from 0.5 to 1\n")
    (group,) = json.loads(run("duplicates", "--json", cwd=tmp_path).text)["groups"]
    assert [copy["overlap"] for copy in group["documents"]] == [1.0, 0.9479]
    assert group["documents"][1]["differences"] == [
        {"first": words[50], "other": "جديدة"},
        {"first": "", "other": "ذيل"},
    ]
