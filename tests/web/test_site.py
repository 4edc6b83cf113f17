"""Does the site answer what it should, and nobody and nothing else? Asked without a server."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from asgi import HOST, Reply, ask, tags_of, words_of
from small_texts import HOSTILE
from starlette.types import ASGIApp

from indexer.index import Index
from indexer.web import openapi, page, questions
from indexer.web.answers import Answer, Answers
from indexer.web.site import MOST_QUERY_BYTES, site

PROJECT = Path(__file__).resolve().parents[2]

EVIL_TITLE = '<script>alert(1)</script>"><img src=x onerror=alert(2)> خزامى'
BOOK = "".join(f"سطر رقم {number} من كتاب الخزامى\n" for number in range(9_000))


def site_of(folder: Path) -> ASGIApp:
    answers = Answers(str(folder / ".fahras"))

    async def answered(path: str, query_string: bytes) -> Answer:
        return answers.answer(path, query_string)

    return site(answered, [HOST, "localhost:8470"])


@pytest.fixture(scope="module")
def app(texts: Path) -> ASGIApp:
    return site_of(texts)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> ASGIApp:
    """A folder of what nobody should write."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "evil.html").write_text(
        f"<title>{EVIL_TITLE.replace('<', '&lt;')}</title><p>نص خزامى &lt;script&gt;", "utf-8"
    )
    (folder / "bidi.txt").write_text(f"خزامى \u202egnp.exe\n{HOSTILE}\n", "utf-8")
    (folder / "book.txt").write_text(BOOK, "utf-8")
    (folder / "long.txt").write_text("خزامى " * 40_000, "utf-8")
    (folder / "one.jsonl").write_text('{"id": "twin", "text": "خزامى أولى"}\n', "utf-8")
    (folder / "two.jsonl").write_text('\n\n{"id": "twin", "text": "خزامى ثانية"}\n', "utf-8")
    with open(os.fsencode(folder) + b"/\xff<b>.txt", "wb") as file:
        file.write("خزامى".encode())
    (folder.parent / "outside.txt").write_text("سر", "utf-8")
    with Index.create(folder) as index:
        index.update()
    return site_of(folder)


def get(app: ASGIApp, path: str, **said: object) -> Reply:
    query = "&".join(f"{name}={quote(str(value))}" for name, value in said.items())
    return ask(app, f"{path}?{query}")


def test_the_page_shows_the_hits_with_their_words_marked(app: ASGIApp) -> None:
    reply = get(app, "/", q="قاذفات روسية")
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert '<mark class="same">قاذفات</mark> <mark class="same">روسية</mark>' in reply.text
    assert "news/first.txt" in words_of(reply.text)
    assert "2 وثائق" not in reply.text
    assert "وثيقتان" in reply.text
    tags = tags_of(reply.text)
    assert ("html", {"lang": "ar", "dir": "rtl"}) in tags
    assert [given["value"] for tag, given in tags if given.get("id") == "q"] == ["قاذفات روسية"]


def test_a_hit_leads_to_its_document_at_the_match(app: ASGIApp) -> None:
    found = get(app, "/", q="الناطق")
    links = [given["href"] for tag, given in tags_of(found.text) if tag == "a"]
    link = next(link for link in links if link and link.startswith("/document?"))
    address, _, anchor = link.partition("#")
    reply = ask(app, address)
    assert reply.status == 200
    marks = [given for tag, given in tags_of(reply.text) if tag == "mark"]
    assert [mark["id"] for mark in marks] == [anchor]
    assert ("p", {"id": "L3", "data-line": "3", "dir": "rtl"}) in tags_of(reply.text)
    assert "وعاد السكان إليها." in words_of(reply.text)


def test_without_a_question_the_page_says_what_there_is(app: ASGIApp) -> None:
    assert "8 وثائق" in words_of(get(app, "/").text)
    assert "8 وثائق" in words_of(get(app, "/", q="  ").text)


def test_nothing_found_has_its_reason_and_what_may_be_meant(app: ASGIApp) -> None:
    reply = get(app, "/", q="روسية", since="2017")
    assert "تاريخ" in words_of(reply.text)
    assert "لا نتائج" in words_of(reply.text)
    near = get(app, "/", q="قاذفاط", spelling="never")
    links = [given.get("href") or "" for tag, given in tags_of(near.text) if tag == "a"]
    assert any(link.startswith(f"/?q={quote('قاذفات')}") for link in links)


def test_pages_of_hits_follow_one_another(odd: ASGIApp) -> None:
    first = get(odd, "/", q="خزامى", limit=2)
    following = next(
        given["href"] for tag, given in tags_of(first.text) if given.get("rel") == "next"
    )
    assert following is not None
    second = ask(odd, following)
    assert "3–4 من" in words_of(second.text)
    shown = [re.findall(r"<h2.*?</h2>", reply.text) for reply in (first, second)]
    assert len(shown[0]) == len(shown[1]) == 2
    assert not set(shown[0]) & set(shown[1])


def test_filters_are_kept_in_the_form(app: ASGIApp) -> None:
    reply = get(app, "/", q="قاذفات", match="exact", **{"in": "news/f*"})
    assert '<option value="exact" selected>' in reply.text
    assert 'name="in" value="news/f*"' in reply.text
    assert 'class="filters" open' in reply.text
    assert len(re.findall('class="hit"', reply.text)) == 1


def test_the_api_has_the_fields_of_the_command_line(app: ASGIApp) -> None:
    found = json.loads(get(app, "/api/search", q="المدينة", limit=1).body)
    schema = json.loads((PROJECT / "docs/hit.schema.json").read_text("utf-8"))
    assert found["hits"][0].keys() == set(schema["required"])
    assert found["total"] == 3
    shown = json.loads(get(app, "/api/document", id=found["hits"][0]["id"], q="المدينة").body)
    match = shown["matches"][0]
    assert shown["text"][match["start"] : match["end"]] == match["word"]
    assert json.loads(get(app, "/api/stats").body)["documents"] == 8


def test_only_pages_replace_words_unless_asked(app: ASGIApp) -> None:
    asked = {"q": "المدينه المدينط"}
    found, replaced = (
        json.loads(get(app, "/api/search", **asked, **said).body)
        for said in ({}, {"spelling": "always"})
    )
    assert (found["notes"], len(replaced["notes"])) == ([], 1)
    shown = words_of(get(app, "/", **asked).text)
    assert "ليست «المدينط» في الفهرس؛ وُجدت النتائج بما يشبهها: المدينة" in shown
    assert "is not in the index" not in shown


REFUSED = {
    "an unknown parameter": ("/api/search?q=x&foo=1", 400, "no such parameter: foo"),
    "a limit above the most": ("/api/search?q=x&limit=101", 400, "from 1 to 100"),
    "a limit in other digits": ("/api/search?q=x&limit=%D9%A3", 400, "from 1 to 100"),
    "an offset below 0": ("/api/search?q=x&offset=-1", 400, "from 0 to 10000"),
    "a number without end": (f"/api/search?q=x&offset={'9' * 4000}", 400, "too long"),
    "a match that is none": ("/api/search?q=x&match=Root", 400, "exact, folded"),
    "a switch that is none": ("/api/search?q=x&strict=hamza,foo", 400, "hamza, ta, ya"),
    "a flag that is none": ("/api/search?q=x&all_words=2", 400, "true or false"),
    "a date that is none": ("/api/search?q=x&since=2017-13", 400, "2017-11"),
    "a query that is broken": ("/api/search?q=titel:x", 400, "did you mean title:"),
    "a query that is long": (f"/api/search?q={'a' * 1001}", 400, "at most 1000"),
    "an address that is long": (f"/api/search?q={'a' * MOST_QUERY_BYTES}", 414, "too long"),
    "many parameters": (f"/api/search?{'q=a&' * 65}", 400, "too many"),
    "bytes that are not ASCII": ("/api/search?q=نفط", 400, "not ASCII"),
    "no document": ("/api/document", 400, "id is missing"),
    "a document that is not there": ("/api/document?id=none.txt", 404, "no document"),
    "two documents of one id": ("/api/document?id=twin", 404, "one.jsonl:1, two.jsonl:3"),
    "a file outside": ("/api/document?id=../outside.txt", 404, "no document"),
    "a file outside, escaped": ("/api/document?id=%2e%2e%2foutside.txt", 404, "no document"),
    "a file of the system": ("/api/document?id=/etc/passwd", 404, "no document"),
    "a name with NUL": ("/api/document?id=a%00b", 404, "no document"),
    "a part of the index": ("/api/document?id=.fahras/fahras.json", 404, "no document"),
}


@pytest.mark.parametrize(("target", "status", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_asked(odd: ASGIApp, target: str, status: int, message: str) -> None:
    reply = ask(odd, target)
    assert reply.status == status
    assert message in json.loads(reply.body)["error"]
    told = ask(odd, target.replace("/api/search", "/").replace("/api/document", "/document"))
    assert told.status == status
    assert message in words_of(told.text)


ELSEWHERE = ["/nothing", "/static/style.css", "/../style.css", "/style.css/", "//etc/passwd",
             "/api", "/%2e%2e/pyproject.toml", "/document/", "/.fahras/fahras.json"]  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_there_are_no_other_addresses(app: ASGIApp, target: str) -> None:
    assert ask(app, target).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("target", ["/?q=x", "/api/search?q=x", "/style.css"])
def test_nothing_can_be_done_but_asking(app: ASGIApp, method: str, target: str) -> None:
    assert ask(app, target, method=method).status == 405


STRANGERS = {
    "a name that was bound to us": ({"host": "evil.example:8470"}, 421),
    "our address without the port": ({"host": "127.0.0.1"}, 421),
    "another port": ({"host": "127.0.0.1:80"}, 421),
    "no host": ({"host": None}, 421),
    "two hosts": ({"headers": [("host", "evil.example")]}, 421),
    "another site": ({"headers": [("origin", "http://evil.example")]}, 403),
    "another port of this computer": ({"headers": [("origin", "http://127.0.0.1:3000")]}, 403),
    "a sandbox": ({"headers": [("origin", "null")]}, 403),
    "a picture in another site": (
        {"headers": [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")]},
        403,
    ),
    "a frame in another site": (
        {
            "headers": [
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "iframe"),
            ]
        },
        403,
    ),
    "a body": ({"headers": [("content-length", "5")]}, 413),
    "a body without end": ({"headers": [("transfer-encoding", "chunked")]}, 413),
}


@pytest.mark.parametrize(("sent", "status"), STRANGERS.values(), ids=STRANGERS)
@pytest.mark.parametrize("target", ["/?q=x", "/api/search?q=x", "/style.css", "/nothing"])
def test_strangers_are_sent_away(app: ASGIApp, sent: dict, status: int, target: str) -> None:
    reply = ask(app, target, **sent)
    assert reply.status == status
    assert "قاذفات" not in reply.text


FRIENDS = {
    "the other name": {"host": "localhost:8470"},
    "in capitals": {"host": "LOCALHOST:8470"},
    "our own script": {
        "headers": [("origin", f"http://{HOST}"), ("sec-fetch-site", "same-origin")]
    },
    "a link from another site": {
        "headers": [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ]
    },
    "an empty body": {"headers": [("content-length", "0")]},
}


@pytest.mark.parametrize("sent", FRIENDS.values(), ids=FRIENDS)
def test_we_ourselves_are_not(app: ASGIApp, sent: dict) -> None:
    assert ask(app, f"/api/search?q={quote('قاذفات')}", **sent).status == 200


@pytest.mark.parametrize("target", ["/?q=x", "/api/stats", "/style.css", "/nothing", "/?foo=1"])
def test_every_answer_has_the_headers(app: ASGIApp, target: str) -> None:
    for sent in ({}, {"host": "evil"}):
        headers = ask(app, target, **sent).headers
        policy = dict(
            part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers
        assert "access-control-allow-origin" not in headers


PAGES = ["/", "/?q=خزامى", "/?q=غائب", "/?q=titel:x", "/?q=خزامى&snippets=3&explain=true",
         "/document?id=evil.html&q=خزامى", "/document?id=bidi.txt",
         "/document?id=%FF%3Cb%3E.txt&q=خزامى", "/document?id=<script>", "/?<script>=1",
         "/?q=<script>alert(1)</script>", "/?q=\"onfocus=alert(1) autofocus x=\"",
         "/?in='><script>&q=خزامى"]  # fmt: skip


@pytest.mark.parametrize("target", PAGES)
def test_nothing_on_a_page_is_a_stranger_s(odd: ASGIApp, target: str) -> None:
    path, _, query = target.partition("?")
    reply = ask(odd, f"{path}?{quote(query, safe='=&%')}")
    tags = tags_of(reply.text)
    scripts = [given for tag, given in tags if tag == "script"]
    assert scripts == [{"src": "/script.js", "defer": None}]
    assert not [tag for tag, _ in tags if tag in ("style", "img", "iframe", "base", "object")]
    names = {name for _, given in tags for name in given}
    assert not [name for name in names if name.startswith("on") or name in ("style", "autofocus")]
    links = [given[name] or "" for _, given in tags for name in ("href", "src") if name in given]
    assert all(link.startswith("/") and not link.startswith("//") for link in links)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", reply.text)


def test_evil_is_shown_as_it_is_written(odd: ASGIApp) -> None:
    assert EVIL_TITLE in words_of(get(odd, "/document", id="evil.html").text)
    assert "%FF%3Cb%3E.txt" in get(odd, "/", q="خزامى", limit=50).text


def test_a_long_text_comes_in_parts_that_lose_nothing(odd: ASGIApp) -> None:
    address, numbers = "/document?id=book.txt&q=%D9%83%D8%AA%D8%A7%D8%A8", []
    for _ in range(20):
        reply = ask(odd, address)
        assert len(reply.body) < 2_000_000
        tags = tags_of(reply.text)
        numbers += [int(given["data-line"] or 0) for _, given in tags if "data-line" in given]
        following = [given["href"] for _, given in tags if given.get("rel") == "next"]
        if not following:
            break
        address = following[0] or ""
    assert sorted(set(numbers)) == list(range(1, 9_001))


@pytest.mark.parametrize("at", [0, 1, 100_000, 239_999, 10**9])
def test_a_line_without_end_is_cut_where_it_is_asked_for(odd: ASGIApp, at: int) -> None:
    reply = get(odd, "/document", id="long.txt", at=at, q="خزامى")
    assert reply.status == 200
    assert 1_000 < len(words_of(reply.text)) < 100_000
    if at < 240_000:
        place = (at // 6) * 6
        assert f'id="c{place}"' in reply.text


def test_records_of_one_id_are_told_apart_by_their_lines(odd: ASGIApp) -> None:
    found = get(odd, "/", q="خزامى", **{"in": "*.jsonl"})
    links = [given["href"] or "" for tag, given in tags_of(found.text) if tag == "a"]
    texts = [words_of(ask(odd, link.partition("#")[0]).text) for link in links if "twin" in link]
    assert sorted("ثانية" in text for text in texts) == [False, True]
    assert all("خزامى" in text for text in texts)


def test_the_site_follows_the_index(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("سنونو", "utf-8")
    with Index.create(tmp_path) as index:
        index.update()
        app = site_of(tmp_path)

        def total() -> int:
            return int(json.loads(get(app, "/api/search", q="سنونو").body)["total"])

        assert total() == 1
        (tmp_path / "b.txt").write_text("سنونو", "utf-8")
        index.update()
        assert total() == 2
    (tmp_path / "a.txt").unlink()
    with Index.rebuild(tmp_path) as rebuilt:
        rebuilt.update()
    assert total() == 1
    os.rename(tmp_path / ".fahras", tmp_path / ".gone")
    assert get(app, "/api/search", q="سنونو").status == 503
    os.rename(tmp_path / ".gone", tmp_path / ".fahras")
    assert total() == 1


def test_the_description_of_the_api_is_that_of_the_parameters(app: ASGIApp) -> None:
    given = json.loads(ask(app, "/openapi.json").body)
    assert given == openapi.description(), "see indexer/web/openapi.py"
    assert all(set(operations) == {"get"} for operations in given["paths"].values())
    assert given["paths"].keys() == {path for path in questions.PATHS if path.startswith("/api/")}


def test_our_files_load_nothing_from_elsewhere() -> None:
    for name in os.listdir(page.STATIC):
        text = Path(page.STATIC, name).read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        if name != "openapi.json":
            assert not re.search(
                r"https?:|//\w+\.|@import|url\(|innerHTML|insertAdjacent|eval\(", text
            )


def test_an_unchanged_file_is_not_sent_again(app: ASGIApp) -> None:
    tag = ask(app, "/style.css").headers["etag"]
    assert ask(app, "/style.css", [("if-none-match", tag)]).status == 304
