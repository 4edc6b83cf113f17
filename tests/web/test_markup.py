"""Does a hit become HTML in which nothing of a document acts as markup?"""

from __future__ import annotations

import os

import pytest
from asgi import tags_of, words_of
from hypothesis import given
from hypothesis import strategies as st

from indexer.results import TIERS, Hit, Match, Snippet
from indexer.web import page
from indexer.web.markup import CLASSES, FILES, direction, file_link, hit_article, marked, safe


def hit(**changes: object) -> Hit:
    """A hit of a text file, changed."""
    plain = Hit("a.txt", os.path.abspath("a.txt"), 3, 1, 0, 0, "نفط", None, 10, 1.0)
    return plain._replace(**changes)


def test_text_is_escaped_and_words_are_marked_whole() -> None:
    found = marked("<b>النفط</b> & غاز", 100, [Match("النفط", 103, 108, "exact")])
    assert found == '&lt;b&gt;<mark class="same">النفط</mark>&lt;/b&gt; &amp; غاز'


def test_marks_are_anchors_where_they_stand() -> None:
    found = marked("من نفط", 50, [Match("نفط", 53, 56, "stem")], anchors=True)
    assert found == 'من <mark class="form" id="c53">نفط</mark>'


def test_a_match_outside_of_the_text_is_not_marked() -> None:
    assert "<mark" not in marked("نفط", 2, [Match("نفط", 0, 3, "exact")])


SAFE = {
    "quotes": ("\"'", "&quot;&#x27;"),
    "an escape sequence": ("\x1b[31m", "␛[31m"),
    "a bidi override": ("a\u202eb\u2066c", "abc"),
    "a lone surrogate": ("\udcff", "\ufffd"),
    "a mark that is text": ("a\u200f\u200db", "a\u200f\u200db"),
    "line ends": ("a\r\nb\tc", "a\nb\tc"),
}


@pytest.mark.parametrize(("text", "shown"), SAFE.values(), ids=SAFE)
def test_what_must_not_act_is_made_harmless(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(st.text(alphabet="<>&\"'/ abنفط\u202e\x00\r\n=-!`", max_size=60))
def test_no_text_of_a_hit_makes_a_tag(text: str) -> None:
    snippet = Snippet(text, 0, 1, (Match(text[:2], 0, 2, "root"),) if len(text) > 1 else ())
    names = {"id": text, "path": f"/{text}", "inside": text, "copies": (text,), "page": text}
    made = hit_article(
        hit(title=text, snippets=(snippet,), date_text=text, date="2017", **names), FILES
    )
    known = {
        "article",
        "h2",
        "a",
        "p",
        "bdi",
        "span",
        "time",
        "mark",
        "details",
        "summary",
        "ul",
        "li",
    }
    tags = tags_of(made)
    assert {tag for tag, _ in tags} <= known
    attributes = {"class", "href", "dir"}
    assert all(set(given) <= attributes for _, given in tags)


def test_every_tier_is_told_apart_and_in_the_style() -> None:
    assert CLASSES.keys() == set(TIERS)
    style = page.style_sheet()
    assert all(f"mark.{kind} " in style for kind in set(CLASSES.values()))
    assert CLASSES["exact"] != CLASSES["stem"] != CLASSES["root"] != CLASSES["exact"]


FILE_LINKS = {
    "a name that would leave its attribute": (
        '/a/"><script>\udcff',
        None,
        "file:///a/%22%3E%3Cscript%3E%FF",
    ),
    "a question mark and a fragment": ("/a?b#c.txt", None, "file:///a%3Fb%23c.txt"),
    "a page of a PDF": ("/a.pdf", 3, "file:///a.pdf#page=3"),
    "a page that is no number": ("/a.pdf", "iv", "file:///a.pdf"),
    "a slide": ("/a.pptx", 3, "file:///a.pptx"),
}


@pytest.mark.parametrize(("path", "number", "link"), FILE_LINKS.values(), ids=FILE_LINKS)
def test_links_lead_to_files(path: str, number: int | str | None, link: str) -> None:
    assert file_link(hit(path=path, page=number)) == link


def test_the_facts_of_a_hit() -> None:
    shown = hit_article(hit(date="2017-11-28", stale="changed", copies=("/x", "/y")), FILES)
    words = words_of(shown)
    assert "a.txt:3" in words
    assert "2017-11-28" in words
    assert "تغيّر الملف" in words
    assert "نسختان أخريان" in words
    assert "p7" in words_of(hit_article(hit(page=7), FILES))
    assert "rec-1" in words_of(hit_article(hit(id="rec-1"), FILES))


def test_a_hit_without_title_is_called_by_its_file() -> None:
    assert ">a.txt</a>" in hit_article(hit(title=""), FILES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("BBC عربي", "rtl"), ("Arabic news", "ltr"), ("123", "ltr"), ("ﷺ", "rtl")],
)
def test_direction_is_that_of_the_text(text: str, expected: str) -> None:
    assert direction(text) == expected
