"""Are the copies on a cluster those of an index here?"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator

import numpy as np
import pytest
from cluster_doubles import Searched, client_of, held_of, place_of
from copied_texts import changed, story
from folders import indexed, write_folder, write_records

from indexer.copies.duplicates import Known, duplicates
from indexer.index import Index
from indexer.remote import commit, copies
from indexer.remote.client import ClusterError
from indexer.remote.commit import OpenCommit
from indexer.remote.head import Head, Meta
from indexer.remote.source import Candidate
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
    home = write_folder(tmp_path_factory.mktemp("copies"), FILES)
    write_records(home / "records.jsonl", RECORDS)
    with indexed(home) as index:
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
    texts = copies.texts_there(opened(there, next_number(index)))
    found = copies.lines_in(copies.learnt_in(texts, index._catalogue.files))
    stored = index._copies
    assert stored is not None
    assert found.recurring == stored.lines != []
    assert found.common.tolist() == stored.common.tolist()


def test_of_no_lines_nothing_is_kept(index: Index) -> None:
    nothing = copies.learnt_in(copies.texts_there(opened(Searched({}))), index._catalogue.files)
    assert nothing == b""
    assert copies.lines_in(nothing).recurring == ()


def test_all_documents_at_hand_make_the_groups_of_an_index_here(
    index: Index, there: Searched
) -> None:
    """And without what is known of lines that recur also one of two that share but these."""
    stored, candidates = index._copies, candidates_of(there, index)
    assert stored is not None
    library = copies.RemoteLibrary(opened(there), [])
    groups = copies.groups_among(candidates, stored.common, library)
    assert groups.tolist() == stored.groups.tolist()
    others = copies.groups_among(candidates, stored.common[:0], library)
    assert others.max() == groups.max() + 1


def candidates_of(there: Searched, index: Index) -> list[Candidate]:
    """Its committed documents, in the order of the index."""
    found = [
        Candidate(*place_of(source), prints=b64decode(source["prints"]))
        for source in there.sources.values()
        if source["file"] < next_number(index)
    ]
    return sorted(found, key=lambda each: each[:2])


def test_some_documents_at_hand_make_groups_as_if_they_were_all(
    index: Index, there: Searched
) -> None:
    first, again, near, alone = (
        next(each for each in candidates_of(there, index) if named(each, index) == name)
        for name in ("a/first.txt", "b/again.txt", "a/near.txt", "c/alone.txt")
    )
    library, none = copies.RemoteLibrary(opened(there), []), np.zeros(0, np.uint32)
    bare = Candidate(alone.file, alone.place + 1)
    for found, wanted in (([first, again, near, alone], [1, 1, 1, 0]), ([first, alone], [0, 0]),
                          ([near, bare, first], [1, 0, 1]), ([], [])):  # fmt: skip
        assert copies.groups_among(found, none, library).tolist() == wanted


def named(candidate: Candidate, index: Index) -> str:
    return index._files.entry(candidate.file).path


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
