"""Are the copies on a cluster those of an index here?"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from cluster_doubles import Searched, client_of, held_of
from copied_texts import changed, story

from indexer.copies.duplicates import Known, duplicates
from indexer.index import Index
from indexer.remote import commit, copies
from indexer.remote.client import ClusterError
from indexer.remote.commit import OpenCommit
from indexer.remote.head import Head, Meta
from indexer.reports import CopyGroup

FIRST, SECOND, THIRD = (story(seed) for seed in (1, 2, 3))
OTHER = f"{story(8)}\n\n\n\nافتتاح الجسر\n\n{THIRD}"
FOOTER = story(99, 60, line=60)
FILES = {
    "a/first.txt": FIRST,
    "a/near.txt": changed(FIRST, 0.03),
    "b/again.txt": FIRST,
    "b/half.txt": changed(FIRST, 0.1),
    "b/second.txt": SECOND,
    "c/part.txt": OTHER,
    "c/third.txt": THIRD,
    "c/alone.txt": story(4),
    "c/short.txt": "كلمتان فقط",
    **{f"d/{seed}.txt": f"{story(seed, 400)}\n{FOOTER}" for seed in range(20, 32)},
    **{f"d/{seed}.txt": f"{story(seed, 30)}\n{FOOTER}" for seed in (40, 41)},
}
RECORDS = [{"id": "one", "text": SECOND, "date": "2020-05-01"}, {"id": "two", "text": SECOND}]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    home = tmp_path_factory.mktemp("copies")
    for name, text in FILES.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(text, "utf-8")
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS)
    (home / "records.jsonl").write_text(lines, "utf-8")
    with Index.create(home) as index:
        index.update()
        assert [line.text for line in index.recurring_lines()] == [FOOTER], "else it makes copies"
        yield index


@pytest.fixture
def there(index: Index) -> Searched:
    """The same documents on a cluster, and one that is not committed yet."""
    sources = {hit["_id"]: hit["_source"] for hit in held_of(index)}
    stray = {**sources["1-0"], "file": next_number(index)}
    return Searched({**sources, f"{stray['file']}-0": stray})


def next_number(index: Index) -> int:
    return int(index._catalogue.next_number)


def opened(there: Searched, next_number: int = 1 << 20) -> OpenCommit:
    client = client_of(there)
    return OpenCommit(client, Meta(client), Head(1, ("0",), next_number=next_number))


def groups_there(
    there: Searched, index: Index, path: str | None, least: float | None
) -> list[CopyGroup]:
    def known() -> Known:
        commit = opened(there, next_number(index))
        corpus, found = copies.found_there(commit, index._catalogue.files)
        return Known(corpus, found.pairs, found.common)

    return list(duplicates(known, index._files, path=path, least=least))


@pytest.mark.parametrize("least", [None, 0.5, 0.8, 1])
@pytest.mark.parametrize("folder", [None, "b", "c/part.txt", "d", "nowhere"])
def test_groups_are_those_of_an_index_here(
    least: float | None,
    folder: str | None,
    index: Index,
    there: Searched,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Members, their order, parts, overlaps, differences; in pages and blocks of few documents."""
    monkeypatch.setattr(commit, "_PAGE_OF_COLUMNS", 5)
    monkeypatch.setattr(copies, "_AT_ONCE", 4)
    monkeypatch.setattr(copies, "_TEXTS_AT_ONCE", 2)
    path = None if folder is None else f"{index.home}/{folder}"
    wanted = list(index.duplicates(path, min_overlap=least))
    assert groups_there(there, index, path=path, least=least) == wanted
    if folder is None:
        assert len(wanted) == 3
        assert any(copy.part for group in wanted for copy in group.copies)


def test_lines_that_recur_are_those_of_an_index_here(index: Index, there: Searched) -> None:
    _, found = copies.found_there(opened(there, next_number(index)), index._catalogue.files)
    assert tuple(found.lines) == index.recurring_lines() != ()


def test_texts_are_fetched_in_blocks_and_only_those_shown(index: Index, there: Searched) -> None:
    assert groups_there(there, index, path=f"{index.home}/c", least=None)
    fetches = [asked for asked in there.asked if "_mget" in asked]
    assert len(fetches) == 3, "the line that recurs, names, texts"


def test_what_went_meanwhile_is_said(there: Searched) -> None:
    found = copies.RemoteLibrary(opened(there), [(99, 0)])
    with pytest.raises(ClusterError, match="changed meanwhile"):
        list(found.records([0]))


def test_a_text_in_pieces_is_read_whole() -> None:
    pieces = {
        f"50-{place}": {"text": f"{place} ", "title": "عنوان", "stored": {"cut": place}}
        for place in range(1 << 16, (1 << 16) + 3)
    }
    library = copies.RemoteLibrary(opened(Searched(pieces)), [(50, (1 << 16) + 2)])
    (found,) = library.contents([0])
    assert found.text == "65536 65537 65538 "
    assert found.title == "عنوان"
