"""Line, column and byte offset of a hit lead to its match, in the file as it is on disk."""

from __future__ import annotations

import codecs
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer import Index, SearchOptions
from indexer.results import Hit

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"

WORDS = [
    "كتاب", "مدينة", "قَافِلَة", "بحر", "سفينة", "الطريق", "نخلة", "والبستان", "مكتبة", "جبل", "رحلة",
    "وادي", "المطر", "قلعة", "سوق", "نهر",
]  # fmt: skip
RARE = ["زعفران", "بالمرجان", "زُمُرُّد"]
PLACES = SearchOptions(limit=None, places=True, mark_titles=True)

QUERIES = [
    *RARE, "مرجان زعفران", '"كتاب مدينة"', "قافلة +زمرد", "زعفر*", "زعفرن~1", "نص:المرجان",
    "سوق -بحر",
]  # fmt: skip


def lines(chance: random.Random) -> list[str]:
    """Lines of a text: some long, some blank, a rare word in one of many."""
    made = []
    for _ in range(chance.randrange(1, 60)):
        words = chance.choices(WORDS, k=chance.randrange(0, 14))
        if chance.random() < 0.1:
            words.insert(chance.randrange(len(words) + 1), chance.choice(RARE))
        made.append(" ".join(words))
    return made


ENDINGS = {
    "lf": ("\n", "utf-8"), "crlf": ("\r\n", "utf-8"), "bom": ("\n", "utf-8-sig"),
    "windows": ("\r\n", "windows-1256"), "utf-16": ("\n", "utf-16"),
    "feeds": ("\n\x0c", "utf-8"), "separators": ("\u2028", "utf-8"), "mac": ("\r", "utf-8"),
}  # fmt: skip
"""How lines end, and the encoding: each makes files of its own. A lone CR ends no line."""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("places")
    chance = random.Random(5)
    for name, (end, encoding) in ENDINGS.items():
        for number in range(12):
            text = end.join(lines(chance))
            (folder / f"{name}_{number}.txt").write_bytes(text.encode(encoding))
    with Index.create(folder) as made:
        made.update()
        yield made


def decoded(path: str) -> tuple[str, bytes]:
    """A plain text file as it is read, without its BOM, and its bytes."""
    data = Path(path).read_bytes()
    name = Path(path).stem.partition("_")[0]
    encoding = ENDINGS[name][1] if name in ENDINGS else "utf-8-sig"
    return data.decode(encoding).removeprefix("\ufeff"), data


def check(index: Index, hit: Hit, query: str) -> None:
    """The place of a hit is that of a word that the query meets."""
    text, data = decoded(hit.path)
    assert hit.line is not None
    assert hit.column is not None
    below = "\n".join(text.split("\n")[hit.line - 1 :])  # a phrase may go on below
    columns = [match.start + 1 for match in index.matches(below, query)]
    assert hit.column in columns, (hit.path, hit.line, hit.column)
    assert "\n" not in below[: hit.column]
    if hit.byte_offset is not None:
        place = data[hit.byte_offset :].decode("utf-8")
        assert place.startswith(hit.snippets[0].text)


@pytest.mark.parametrize("query", QUERIES)
def test_a_place_is_that_of_a_match(index: Index, query: str) -> None:
    hits = index.search(query, PLACES).hits
    assert hits
    for hit in hits:
        check(index, hit, query)


def test_byte_offsets_are_those_of_utf8_files_without_a_mark(index: Index) -> None:
    hits = index.search(" ".join(RARE), PLACES).hits
    told = {Path(hit.path).stem.partition("_")[0] for hit in hits if hit.byte_offset is not None}
    assert {"lf", "crlf"} <= told
    assert not told & {"bom", "windows", "utf-16"}


@pytest.mark.skipif(not SEEDS.is_dir(), reason="needs the shared texts")
def test_places_in_the_seeds(tmp_path: Path) -> None:
    with Index.create(SEEDS, index_dir=str(tmp_path / "index")) as index:
        index.update([str(SEEDS)])
        found = 0
        for query in ("البوكمال", "ترامب", "سوريا", "مجلس الأمن", '"دير الزور"', "حقوق", "النفط"):
            for hit in index.search(query, PLACES._replace(copies=True)).hits:
                check(index, hit, query)
                found += 1
        assert found > 20


@pytest.fixture(scope="module")
def titled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Documents whose titles stand in their text, and others whose do not."""
    folder = tmp_path_factory.mktemp("titles")
    page = "<html><head><title>زعفران الجبال</title></head><body><p>نص عن الوادي</p></body></html>"
    (folder / "page.html").write_text(page, "utf-8")
    (folder / "plain.txt").write_text("\n\nزعفران السهول\n\nنص عن الوادي\n", "utf-8")
    (folder / "notes.md").write_text("# زعفران الحقول\n\nنص عن الوادي\n", "utf-8")
    front = "---\ntitle: زعفران البحار\n---\n\nنص عن الوادي\n"
    (folder / "front.md").write_text(front, "utf-8")
    records = [{"id": "r1", "text": "سوق"}, {"id": "r2", "title": "زعفران السوق", "text": "نهر"}]
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (folder / "records.jsonl").write_text(lines, "utf-8")
    with Index.create(folder) as made:
        made.update()
        yield made


def test_the_line_of_a_title_is_where_it_stands_or_none(titled: Index) -> None:
    hits = {Path(hit.path).name: hit for hit in titled.search("زعفران", PLACES).hits}
    lines = {name: (hit.line, hit.column) for name, hit in hits.items()}
    assert lines == {
        "page.html": (None, None),
        "plain.txt": (3, 1),
        "notes.md": (1, 3),
        "front.md": (2, 8),
        "records.jsonl": (2, 1),
    }
    assert hits["page.html"].byte_offset is None
    for hit in hits.values():
        (match,) = hit.title_matches
        assert hit.title[match.start : match.end] == match.word == "زعفران"


def test_titles_are_marked_by_what_is_asked_of_titles(titled: Index) -> None:
    for query, marked in (("نص:الوادي", []), ("عنوان:زعفران نص:السهول", ["زعفران"])):
        hits = titled.search(query, PLACES._replace(within=("plain.txt",))).hits
        assert [match.word for hit in hits for match in hit.title_matches] == marked
    assert all(not h.title_matches for h in titled.search("زعفران", SearchOptions()).hits)


def test_filters_alone_have_no_place(titled: Index) -> None:
    hits = titled.search("path:*.md", PLACES).hits
    assert len(hits) == 2
    assert all((hit.line, hit.column, hit.byte_offset) == (None, None, None) for hit in hits)


def test_a_mark_of_utf8_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(codecs.BOM_UTF8 + "زعفران".encode())
    with Index.create(tmp_path) as index:
        index.update()
        (hit,) = index.search("زعفران", PLACES).hits
        assert (hit.line, hit.column, hit.byte_offset) == (1, 1, None)
