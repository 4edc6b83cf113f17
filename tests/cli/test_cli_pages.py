"""Where a hit is within its file: pages, slides, sheets. `show` takes every place told."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from cli_process import run
from pages import pdf_of, presentation_of

from indexer.extract import extract
from indexer.parts.layout import Division

HEAD = "annual survey of the northern districts"
WORDS = ("wheat", "barley", "olives", "dates")

needs_pdfium = pytest.mark.skipif(
    importlib.util.find_spec("pypdfium2") is None, reason="pypdfium2 is not installed"
)


def pages() -> list[list[str]]:
    return [
        [HEAD, *(f"line {n} on {word}" for n in range(1, 6)), f"the survey counts {word} here",
         str(number)]
        for number, word in enumerate(WORDS, 1)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("places")
    (where / "sub").mkdir()
    (where / "sub" / "book.pdf").write_bytes(pdf_of(pages(), outline=[("Olives", 2)]))
    (where / "talk.pptx").write_bytes(presentation_of(["الشريحة الأولى", "عن الزيتون", "الختام"]))
    (where / "notes.md").write_text("# عنوان\n\nنص عن القطن\n", "utf-8")
    assert run("index", cwd=where).code == 0
    return where


def hits(folder: Path, *words: str) -> list[dict]:
    return json.loads(run("search", "--json", *words, cwd=folder).text)["hits"]


@needs_pdfium
def test_a_hit_in_a_pdf_names_its_page(folder: Path) -> None:
    (hit,) = hits(folder, "olives")
    assert (hit["page"], hit["inside"]) == (3, None)
    assert hit["snippet"].startswith("line")
    assert run("search", "olives", cwd=folder).text.startswith("sub/book.pdf:p3: ")
    shown = run("search", "olives", "--format", "{path}:p{page}", cwd=folder).text
    assert shown == "sub/book.pdf:p3\n"
    text = run("show", "sub/book.pdf:p3", cwd=folder).text
    assert text.startswith(HEAD)
    assert "olives" in text
    assert "dates" not in text
    document = json.loads(run("show", "sub/book.pdf:p3", "--json", cwd=folder).text)
    assert document["division"]["label"] == "3"
    assert document["text"][document["division"]["offset"] :].startswith(HEAD)
    (mark,) = (d for d in document["divisions"] if d["kind"] == "heading")
    assert (mark["title"], mark["offset"]) == ("Olives", document["division"]["offset"])


@needs_pdfium
def test_a_running_header_wins_no_snippet(folder: Path) -> None:
    (hit,) = hits(folder, "survey", "dates")
    assert hit["page"] == 4
    assert HEAD not in hit["snippet"]
    assert "the survey counts dates here" in hit["snippet"]
    (hit,) = hits(folder, "northern")  # found nowhere else
    assert hit["page"] == 1
    assert hit["snippet"].startswith(HEAD)


@needs_pdfium
def test_several_passages_each_have_their_page(folder: Path) -> None:
    (hit,) = hits(folder, "counts", "--snippets", "3", "--context", "20")
    assert [snippet["page"] for snippet in hit["snippets"]] == [1, 2, 3]


def test_a_slide_is_a_page_of_its_presentation(folder: Path) -> None:
    (hit,) = hits(folder, "الزيتون")
    assert (hit["page"], hit["id"]) == (2, "talk.pptx")
    for name in ("talk.pptx:p2", "talk.pptx#2"):
        assert run("show", name, cwd=folder).text == "عن الزيتون\n\f"


def test_what_has_no_pages_says_so(folder: Path) -> None:
    (hit,) = hits(folder, "القطن")
    assert (hit["page"], hit["inside"], hit["line"]) == (None, None, 3)
    for name in ("notes.md:p1", "talk.pptx:p9", "talk.pptx#9", "notes.md#1", "gone.pdf:p1"):
        shown = run("show", name, cwd=folder)
        assert shown.code == 2
        assert shown.err.count("\n") == 1


HEADINGS = [
    ("a.html", "<p>x</p><h1>الأول</h1><p>نص</p><h3>الثالث <i>هنا</i></h3><h4>لا</h4><h2> </h2>",
     [("الأول", 1), ("الثالث هنا", 3)]),
    ("a.md", "---\ntitle: ت\n---\n# الأول\n```\n# لا\n```\nالثاني\n------\n### ثالث #\n#لا",
     [("الأول", 1), ("الثاني", 2), ("ثالث", 3)]),
    ("a.md", "نص بلا عنوان", []),
    ("a", "######OpenITI#\n#META#Header#End#\n### | باب\n# نص\n### || فصل PageV01P001\n# نص\n",
     [("باب", 1), ("فصل", 2)]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "source", "headings"), HEADINGS)
def test_headings_are_where_they_stand(
    name: str, source: str, headings: list[tuple[str, int]]
) -> None:
    path = name if "." in name else f"{name}.completed"
    (record,) = extract(path, source.encode()).records
    found = [d for d in record.layout.divisions if d.kind == "heading"] if record.layout else []
    assert [(d.title, d.level) for d in found] == headings
    for division in found:
        assert division.title.split()[0] in record.text[division.start :].split("\n")[0]


def test_a_page_of_openiti_ends_at_its_number() -> None:
    source = (
        "######OpenITI#\n#META#Header#End#\n### | باب\n# أول PageV01P009 ثان\n# تمام PageV01P010\n"
        "# ثالث PageV02P001\n"
    )
    (record,) = extract("a.completed", source.encode()).records
    of_word = {word: record.layout.page_at(record.text.index(word)) for word in
               ("أول", "ثان", "تمام", "ثالث")}  # fmt: skip
    assert {word: page.label for word, page in of_word.items()} == {
        "أول": "9", "ثان": "10", "تمام": "10", "ثالث": "2/1",
    }  # fmt: skip
    starts = [division.start for division in record.layout.divisions]
    assert starts == sorted(starts)
    assert [division.kind for division in record.layout.divisions[:2]] == ["page", "heading"]


def test_a_sheet_alone_can_be_named() -> None:
    from indexer.parts.layout import Layout

    layout = Layout((Division(0, "sheet", "1", "أسعار"),))
    assert layout.named("أسعار", ("sheet",)) == layout.named("1", ("sheet",)) == layout.divisions[0]
    assert layout.named("غير", ("sheet",)) is None
