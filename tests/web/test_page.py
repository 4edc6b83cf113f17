"""Is what `search --html` writes one page that stands alone, and says all that the search does?"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from asgi import tags_of, words_of
from cli_process import run


def page_of(folder: Path, *arguments: str) -> str:
    done = run("search", "--html", "-", *arguments, cwd=folder)
    assert done.code == 0, done.err
    return done.text


def test_it_is_written_to_a_file_or_to_stdout(texts: Path, tmp_path: Path) -> None:
    file = tmp_path / "hits.html"
    done = run("search", "--html", str(file), "قاذفات", cwd=texts)
    assert (done.code, done.out, done.err) == (0, b"", "")
    printed = page_of(texts, "قاذفات")
    time = re.compile(r"<bdi>[\d.]+ م?ث</bdi>")
    assert time.sub("", file.read_text("utf-8")) == time.sub("", printed)
    assert printed.startswith('<!DOCTYPE html>\n<html lang="ar" dir="rtl">')
    assert '<mark class="same">قاذفات</mark>' in printed


def test_it_loads_nothing_and_runs_nothing(texts: Path) -> None:
    for words in (["قاذفات"], ["حارس", "--snippets", "3"], ["بستان", "--explain"]):
        tags = tags_of(page_of(texts, *words))
        assert not {tag for tag, _ in tags} & {"script", "link", "img", "form", "iframe", "base"}
        links = [given["href"] or "" for _, given in tags if "href" in given]
        assert links
        assert all(link.startswith("file:///") for link in links)


def test_only_its_own_style_is_allowed(texts: Path) -> None:
    page = page_of(texts, "قاذفات")
    (policy,) = [
        given["content"] or ""
        for tag, given in tags_of(page)
        if given.get("http-equiv") == "Content-Security-Policy"
    ]
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "<" not in style


def test_links_lead_to_the_files_by_the_bytes_of_their_names(
    odd_names: tuple[Path, list[bytes]],
) -> None:
    folder, names = odd_names
    tags = tags_of(page_of(folder, "زعفران", "--all"))
    links = [given["href"] or "" for tag, given in tags if tag == "a"]
    found = {unquote(urlparse(link).path, errors="surrogateescape") for link in links}
    assert found == {str(folder / name.decode("utf-8", "surrogateescape")) for name in names}
    assert all(Path(path).exists() for path in found)


def test_it_says_how_much_there_is_and_what_is_missing(texts: Path) -> None:
    assert "1 من وثيقتين" in words_of(page_of(texts, "-n", "1", "قاذفات"))
    done = run("search", "--html", "-", "--match", "exact", "غائب", cwd=texts)
    assert done.code == 1
    assert "ليست «غائب» في الفهرس" in words_of(done.text)
    assert "fahras: not in the index: غائب" in done.err


def test_the_parts_of_scores_are_shown_where_they_are_asked_for(texts: Path) -> None:
    assert "الدرجة" in words_of(page_of(texts, "--explain", "قاذفات"))
    assert "الدرجة" not in words_of(page_of(texts, "قاذفات"))


REFUSED = {
    "two outputs": (["--json"], "--json and --html exclude each other"),
    "a folder": ([], "Is a directory"),
}


@pytest.mark.parametrize(("more", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_written(texts: Path, more: list[str], message: str) -> None:
    done = run("search", "--html", ".", *more, "قاذفات", cwd=texts)
    assert done.code == 2
    assert message in done.err


def test_it_is_for_one_query(texts: Path) -> None:
    done = run("search", "--html", "-", "--queries", "-", cwd=texts, stdin="نفط".encode())
    assert (done.code, done.out) == (2, b"")
    assert "--html is a page of one query: give" in done.err


def test_similar_makes_pages_too(texts: Path) -> None:
    done = run("similar", "news/first.txt", "--html", "-", cwd=texts)
    assert done.text.startswith("<!DOCTYPE html>") or done.code == 1
