"""The pages on the query language: their queries find something in `corpus/`, in both languages."""

from __future__ import annotations

import re
import shutil

import pytest
from cli_process import PROJECT

from indexer import Index, SearchOptions
from indexer.query.lexer import FILTER_FIELDS, TEXT_FIELDS
from indexer.results import MATCH_LEVELS, STRICT_SWITCHES

ENGLISH, ARABIC = (
    (PROJECT / "docs" / name).read_text(encoding="utf-8")
    for name in ("query-language.md", "query-language.ar.md")
)


def rows(page: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)


QUERIES = [row for row in rows(ENGLISH) if row not in (*MATCH_LEVELS, "--match")]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    texts = tmp_path_factory.mktemp("home") / "corpus"
    shutil.copytree(PROJECT / "corpus", texts, ignore=shutil.ignore_patterns(".fahras"))
    made = Index.create(texts)
    made.update()
    return made


def found(index: Index, query: str) -> set[str]:
    return {hit.id for hit in index.search(query, SearchOptions(limit=None)).hits}


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_of_the_page_finds_something(index: Index, query: str) -> None:
    results = index.search(query)
    assert results.total
    assert not results.notes


def test_both_pages_have_the_same_rows() -> None:
    assert rows(ENGLISH) == rows(ARABIC)
    assert list(MATCH_LEVELS) == [row for row in rows(ENGLISH) if row in MATCH_LEVELS]


@pytest.mark.parametrize("page", [ENGLISH, ARABIC], ids=["english", "arabic"])
def test_every_field_and_switch_is_there(page: str) -> None:
    assert all(f"{name}:" in page for name in (*TEXT_FIELDS, *FILTER_FIELDS))
    assert all(switch in page for switch in STRICT_SWITCHES)


def test_what_the_rows_say_is_so(index: Index) -> None:
    assert found(index, "والسُّيول") == found(index, "سيول")
    assert found(index, "١٥٠٠") == found(index, "1,500")
    assert found(index, '"رأس الغدير"') == found(index, "«رأس الغدير»")
    assert found(index, "+سيول أمطار") == found(index, "سيول")
    assert found(index, "سيول -تعويضات") == found(index, "سيول") - found(index, "تعويضات")
    assert found(index, "title:سيول") == found(index, "عنوان:سيول")
    assert found(index, "مكتب*") < found(index, "*مكتب*")
