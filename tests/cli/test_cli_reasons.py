"""Every zero has its reason: the sentences on stderr, as a person reads them, and their codes."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from cli_process import run
from folders import write_folder, write_records

from indexer import Index, SearchOptions
from indexer.cli.output import hints
from indexer.errors import QueryError
from indexer.folder import newer
from indexer.reading.reasons import Reason
from indexer.results import MATCH_LEVELS

TEXTS = {
    "raid.txt": "قصفت الطائرات المدينة القديمة ليلا",
    "market.txt": "زار الوزير السوق الكبير في المدينة",
    "sub/garden.txt": "في الحديقة أشجار وأزهار، والوزير في الحديقة",
    "sub/night.txt": "عاد الوزير ليلا إلى المدينة",
}
RECORDS = [
    {"id": "s1", "title": "الميناء", "text": "سفينة في البحر", "date": "2018-01-02"},
    {"id": "s2", "title": "الميناء", "text": "سفينة على الشاطئ", "date": "2019-03-04"},
    {"id": "s3", "text": "سفينة بلا تاريخ"},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = write_folder(tmp_path_factory.mktemp("reasons"), TEXTS)
    write_records(place / "ships.jsonl", RECORDS)
    assert run("index", cwd=place).code == 0
    return place


ROWS = {
    "unknown": (["طغرغش"], ["not in the index: طغرغش"]),
    "misspelled": (
        ["الحديغة"],
        ["not in the index: الحديغة; did you mean (هل تقصد): الحديقة"],
    ),
    "both wanted": (
        ["+طائرات +حديقة"],
        ["no document holds both «طائرات» (1 document) and «حديقة» (1)"],
    ),
    "AND": (
        ["وزير AND سفينة"],
        ["no document holds both «وزير» (3 documents) and «سفينة» (3)"],
    ),
    "all words": (
        ["--all-words", "طائرات", "سوق"],
        [
            "no document holds both «طائرات» (1 document) and «سوق» (1)",
            "without --all-words: 2 documents",
        ],
    ),
    "three that meet in pairs": (
        ["+المدينة +الوزير +ليلا +السوق"],
        ["no document holds both «ليلا» (2 documents) and «السوق» (1)"],
    ),
    "a phrase": (
        ['"المدينة ليلا"'],
        ["the words of «المدينة ليلا» stand nowhere so; 2 documents hold them apart"],
    ),
    "words near each other": (
        ['"الطائرات ليلا"~1'],
        ["the words of «الطائرات ليلا» stand nowhere so; 1 document holds them apart"],
    ),
    "a phrase of words that never meet": (
        ["«الطائرات الحديقة»"],
        ["no document holds both «الطائرات» (1 document) and «الحديقة» (1)"],
    ),
    "a phrase with a star": (
        ['"الطا* ليلا"'],
        ["the words of «الطا* ليلا» stand nowhere so; 1 document holds them apart"],
    ),
    "excluded": (["طائرات -المدينة"], ["without -المدينة: 1 document"]),
    "a group excluded": (
        ["وزير -(مدينة OR حديقة)"],
        ["without -مدينة -حديقة: 3 documents"],
    ),
    "--in": (["--in", "sub/*", "طائرات"], ["without --in: 1 document"]),
    "--in of no file": (
        ["--in", "news/*", "طائرات"],
        ["no indexed file matches --in news/*", "without --in: 1 document"],
    ),
    "path:": (["طائرات", "path:sub/*"], ["without path:sub/*: 1 document"]),
    "path: of no file": (["طائرات", "path:news/*"], ["no indexed file matches path:news/*"]),
    "no dates": (
        ["مدينة", "date:2017"],
        ["without date:2017: 3 documents, none of which has a date"],
    ),
    "other dates": (
        ["سفينة", "date:2020..2021"],
        ["without date:2020..2021: 3 documents, from 2018-01-02 to 2019-03-04; 1 without a date"],
    ),
    "--field": (
        ["--field", "title", "سفينة"],
        [
            "«سفينة» stands in no title; 3 documents hold it elsewhere",
            "without --field: 3 documents",
        ],
    ),
    "title:": (
        ["عنوان:سفينة"],
        ["«سفينة» stands in no title; 3 documents hold it elsewhere"],
    ),
    "--match": (
        ["--match", "exact", "سفن"],
        [
            "«سفن» stands nowhere so; 3 documents hold other forms of it",
            "without --match: 3 documents",
        ],
    ),
    "--strict": (["--strict", "hamza", "اشجار"], ["without --strict: 1 document"]),
    "two options together": (
        ["--field", "title", "--in", "sub/*", "سفينة"],
        [
            "«سفينة» stands in no title; 3 documents hold it elsewhere",
            "without --field, --in: 3 documents",
        ],
    ),
    "a quoted word": (
        ['"سفن"'],
        ["«سفن» stands nowhere so; 3 documents hold other forms of it"],
    ),
    "a star": (["ظغظ*"], ["no word of the index fits ظغظ*"]),
}


@pytest.mark.parametrize(("words", "sentences"), ROWS.values(), ids=ROWS)
def test_the_reason_is_told(folder: Path, words: list[str], sentences: list[str]) -> None:
    done = run("search", "--spelling", "never", *words, cwd=folder)
    assert (done.code, done.text) == (1, "")
    told = [line.removeprefix("fahras: ") for line in done.errors]
    assert told[0].startswith("nothing found for: ")
    assert told[1:] == sentences


def test_json_has_codes_and_sentences(folder: Path) -> None:
    done = run("search", "--json", "+طائرات +حديقة", cwd=folder)
    assert (done.code, done.err) == (1, "")
    (reason,) = json.loads(done.text)["reasons"]
    assert reason == {
        "code": "apart",
        "words": ["طائرات", "حديقة"],
        "names": [],
        "counts": [1, 1],
        "message": "no document holds both «طائرات» (1 document) and «حديقة» (1)",
    }
    batch = run("search", "--json", "--queries", "-", cwd=folder, stdin="طغرغش\nسفينة\n".encode())
    told = [json.loads(line)["reasons"] for line in batch.lines]
    assert [[reason["code"] for reason in reasons] for reasons in told] == [["unknown_word"], []]


@pytest.mark.parametrize("flag", ["-l", "-c", "--jsonl", "--format={path}"])
def test_every_form_of_output_tells(folder: Path, flag: str) -> None:
    done = run("search", flag, "طائرات", "-المدينة", cwd=folder)
    assert done.errors[1:] == ["fahras: without -المدينة: 1 document"]


def test_an_offset_beyond_the_last(folder: Path) -> None:
    done = run("search", "--offset", "9", "سفينة", cwd=folder)
    assert done.errors == ["fahras: --offset 9 is beyond the last of 3 documents"]


def test_an_index_older_than_its_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("مدينة", "utf-8")
    (tmp_path / "b.txt").write_text("مدينة أخرى", "utf-8")
    (tmp_path / "broken.txt").write_bytes(b"\0\1\2\0" * 100)
    assert run("index", cwd=tmp_path).code == 2
    (tmp_path / "b.txt").write_text("مدينة وبستان", "utf-8")
    for name in ("new.txt", "sub/new.md", "sub/table.png", "more.png", "one.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("بستان", "utf-8")
    done = run("search", "بستان", cwd=tmp_path)
    assert [line.removeprefix("fahras: ") for line in done.errors] == [
        "nothing found for: بستان",
        "not in the index: بستان",
        "since the index was updated 2 files were added and 1 may have changed: run fahras index",
        "1 file could not be read; fahras stats names them",
        "files of other kinds are not indexed: 2 .png, 1 .mp4",
    ]
    assert len(run("search", "مدينة", cwd=tmp_path).errors) == 1  # of the file that it shows


def test_what_the_index_leaves_out_is_not_new(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("مدينة", "utf-8")
    assert run("index", "--exclude", "draft*", cwd=tmp_path).code == 0
    (tmp_path / "draft.txt").write_text("بستان", "utf-8")
    assert len(run("search", "بستان", cwd=tmp_path).errors) == 2


def test_the_folder_is_looked_at_once_and_not_without_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    look = newer.newer

    def counted(catalogue: newer.Catalogue, most: int = 2) -> newer.Newer:
        seen.append(most)
        return look(catalogue, most)

    monkeypatch.setattr(newer, "newer", counted)
    with Index.open(folder) as index:
        assert index.why_nothing(index.search("سفينة")) == ()
        assert seen == []
        for word in ("طغرغش", "ضضضضض"):
            reasons = index.why_nothing(index.search(word))
            assert reasons == (Reason("unknown_word", (word,)),)
        assert seen == [2]


PIECES = (
    "طائرات", "وزير", "طغرغش", "و", '"', "«", "»", "(", ")", "+", "-", " OR ", " AND ", " NOT ",
    "*", "~1", "^2", "title:", "نص:", "path:sub/*", "date:2017", "سفينة", "نوفمبر",
    "تشرين الثاني", " ", " ",
)  # fmt: skip


def test_any_query_has_reasons_for_nothing(folder: Path) -> None:
    chance = random.Random(11)
    told = 0
    with Index.open(folder) as index:
        for _ in range(700):
            query = "".join(chance.choices(PIECES, k=chance.randrange(1, 9)))
            options = SearchOptions(
                all_words=chance.random() < 0.3, match=chance.choice(MATCH_LEVELS)
            )
            try:
                results = index.search(query, options)
            except QueryError:
                continue
            reasons = index.why_nothing(results, options)
            assert bool(reasons) == (not results.total), query
            told += bool(reasons)
            for reason in reasons:
                assert hints.sentence(reason)
    assert told > 100


def test_reasons_are_true(folder: Path) -> None:
    """Counts are what a search without the reason finds."""
    with Index.open(folder) as index:
        for query, bare in (
            ("طائرات -المدينة", "طائرات"),
            ("سفينة date:2020", "سفينة"),
            ('"المدينة ليلا"', "+المدينة +ليلا"),
        ):
            (reason,) = index.why_nothing(index.search(query))
            assert reason.counts[0] == index.search(bare).total > 0
        narrow = SearchOptions(all_words=True, match="exact", fields=("title",))
        results = index.search("السفن البحر", narrow)
        assert results.total == 0
        for reason in index.why_nothing(results, narrow):
            if reason.code == "filter":
                assert reason.counts[0] > 0
