"""The library's face: folders followed, spellings found, one writer, nothing half done."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from folders import indexed, set_version
from oracles import SHARED

from indexer import Index, SearchOptions
from indexer.errors import (
    DocumentNotFoundError,
    FahrasError,
    IndexCorruptError,
    IndexLockedError,
    IndexVersionError,
    NoIndexError,
    QueryError,
    Remedy,
)
from indexer.reports import Progress, UpdateReport
from indexer.results import SearchResults

PROJECT = Path(__file__).resolve().parent.parent
TEXTS = {
    "a.txt": "البستان\n\nفي البستان أشجار كثيرة.\nقال البستاني: نعم.\n",
    "b.txt": "المدينة\n\nعاد السكان إلى المَدِينَةِ أمس.\n\nخبر آخر عن سفينة.\n",
    "sub/c.md": "# سفينة\n\nرست السفينة في الميناء.\n",
}
EVERYTHING = SearchOptions(limit=None)
OLD = 1_500_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "texts"
    for name, text in TEXTS.items():
        write(home / name, text)
    return home


@pytest.fixture
def index(folder: Path) -> Iterator[Index]:
    with indexed(folder) as made:
        yield made


def write(path: Path, text: str, mtime: int = OLD) -> None:
    """A file as it was long ago, so that its time alone tells whether it changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="")
    os.utime(path, (mtime, mtime))


def counts(report: UpdateReport) -> tuple[int, int, int, int, int]:
    return (report.added, report.changed, report.moved, report.removed, report.unchanged)


def ids(results: SearchResults) -> list[str]:
    return sorted(hit.id for hit in results.hits)


def found(index: Index, query: str, **options: object) -> list[str]:
    return ids(index.search(query, EVERYTHING._replace(**options)))


def test_a_new_index_follows_the_folder_it_was_made_for(folder: Path) -> None:
    with Index.create(folder) as index:
        report = index.update()
        assert counts(report) == (3, 0, 0, 0, 0)
        assert report.documents == 3
        assert found(index, "بستان") == ["a.txt"]
        assert counts(index.update()) == (0, 0, 0, 0, 3)
        assert index.stats().roots == (str(folder),)


def test_it_is_found_from_any_folder_below(index: Index, folder: Path) -> None:
    with Index.open(folder / "sub") as again:
        assert found(again, "سفينة") == ["b.txt", "sub/c.md"]


def test_touched_edited_renamed_deleted(index: Index, folder: Path) -> None:
    os.utime(folder / "a.txt", (OLD + 9, OLD + 9))
    assert counts(index.update()) == (0, 0, 0, 0, 3)
    assert not index.search("بستان").hits[0].stale
    write(folder / "a.txt", "نخلة وحيدة\n", OLD + 20)
    assert index.search("بستان").hits[0].stale == "changed"
    assert counts(index.update()) == (0, 1, 0, 0, 2)
    assert (found(index, "بستان"), found(index, "نخلة")) == ([], ["a.txt"])
    (folder / "b.txt").rename(folder / "sub" / "moved.txt")
    report = index.update()
    assert counts(report) == (0, 0, 1, 0, 2)
    assert report.bytes_read == 0
    assert found(index, "مدينة") == ["sub/moved.txt"]
    (folder / "a.txt").unlink()
    assert counts(index.update()) == (0, 0, 0, 1, 2)
    assert found(index, "نخلة") == []
    assert index.stats().documents == 2


def test_an_edit_that_keeps_size_and_time_just_after_a_run_is_seen(folder: Path) -> None:
    with Index.create(folder) as index:
        now = time.time_ns()
        write(folder / "a.txt", "كلمة واحدة")
        os.utime(folder / "a.txt", ns=(now, now))
        index.update()
        write(folder / "a.txt", "كلمة ثانية")
        os.utime(folder / "a.txt", ns=(now, now))
        assert counts(index.update())[1] == 1
        assert found(index, "ثانية") == ["a.txt"]


def test_matches_slice_the_text_and_lines_are_right(index: Index, folder: Path) -> None:
    (hit,) = index.search("المدينه السكان", SearchOptions(snippets=3)).hits
    document = index.document(hit.id)
    assert document.text == TEXTS["b.txt"]
    assert {m.word for m in hit.matches} == {"المدينة", "السكان", "المَدِينَةِ"}
    for match in hit.matches:
        assert document.text[match.start : match.end] == match.word
    for snippet in hit.snippets:
        assert document.text[snippet.offset :].startswith(snippet.text)
    lines = document.text.split("\n")
    first = hit.snippets[0].matches[0]
    assert lines[hit.line - 1][hit.column - 1 :].startswith(first.word)
    assert hit.path == str(folder / "b.txt")
    raw = (folder / "b.txt").read_bytes()
    assert hit.byte_offset is not None
    assert raw[hit.byte_offset :].decode().startswith(hit.snippets[0].text)


def test_documents_by_id_and_path(index: Index, folder: Path) -> None:
    for name in ("sub/c.md", str(folder / "sub" / "c.md")):
        document = index.document(name)
        assert (document.id, document.title, document.encoding) == ("sub/c.md", "سفينة", "utf-8")
    with pytest.raises(DocumentNotFoundError, match="nowhere"):
        index.document("nowhere.txt")


def test_options(index: Index) -> None:
    assert found(index, "سفينة", within=("sub",)) == ["sub/c.md"]
    assert found(index, "سفينة", fields=("title",)) == ["sub/c.md"]
    assert found(index, "سفينة السكان", all_words=True) == ["b.txt"]
    assert found(index, "(foo:", plain=True) == []
    by_path = index.search("سفينة", SearchOptions(sort="path"))
    assert [hit.id for hit in by_path.hits] == ["b.txt", "sub/c.md"]
    page = index.search("سفينة", SearchOptions(limit=1, offset=1, sort="path"))
    assert (page.total, [hit.id for hit in page.hits]) == (2, ["sub/c.md"])
    assert index.search("سفينة", SearchOptions(snippets=0)).hits[0].snippets == ()
    assert index.search("سفينة", SearchOptions(limit=0)).total == 2
    with pytest.raises(QueryError):
        index.search("titel:bar")


def test_queries_of_nothing_find_nothing_and_say_so(index: Index) -> None:
    for query in ("", "؟", "«»"):
        results = index.search(query)
        assert (results.total, len(results.notes)) == (0, 1)


def test_rank_is_search(index: Index) -> None:
    hits = index.search("سفينة الميناء").hits
    assert index.rank("سفينة الميناء", k=10) == [(hit.id, hit.score) for hit in hits]


def test_terms_and_stats(index: Index) -> None:
    terms = {stats.term: stats for stats in index.terms("الب")}
    assert set(terms) == {"البستان", "البستاني"}
    assert terms["البستان"].document_frequency == 1
    stats = index.stats()
    assert (stats.documents, stats.files) == (3, 3)
    assert stats.text_bytes == sum(len(text.encode()) for text in TEXTS.values())
    assert stats.index_bytes > 0
    assert [t.term for t in index.terms(limit=2)] == sorted(t.term for t in index.terms())[:2]


def test_record_files(tmp_path: Path) -> None:
    records = [{"id": f"r{i}", "title": "خبر", "text": f"سفينة رقم {i}"} for i in range(5)]
    lines = "".join(json.dumps(record) + "\n" for record in records) + "broken\n"
    source = tmp_path / "docs.jsonl.gz"
    source.write_bytes(gzip.compress(lines.encode()))
    with Index.create(tmp_path, index_dir=str(tmp_path / "elsewhere")) as index:
        report = index.update([str(source)])
        assert (report.added, report.documents, len(report.problems)) == (1, 5, 1)
        assert report.problems[0].line == 6
        assert found(index, "سفينة") == ["r0", "r1", "r2", "r3", "r4"]
        assert index.document("r3").text == "سفينة رقم 3"
        assert index.search("سفينة").hits[0].byte_offset is None
        assert counts(index.update()) == (0, 0, 0, 0, 1)
        source.write_bytes(gzip.compress(lines.splitlines()[0].encode()))
        assert index.update().documents == 1
        assert found(index, "سفينة") == ["r0"]
        source.rename(tmp_path / "moved.jsonl.gz")
    with Index.open(index_dir=str(tmp_path / "elsewhere")) as index:
        assert index.stats().roots == (str(source),)


def test_a_file_that_cannot_be_read_keeps_what_was_indexed(index: Index, folder: Path) -> None:
    (folder / "a.txt").write_bytes(b"\x00\x01\x02binary\x00" * 50)
    report = index.update()
    assert [os.path.basename(problem.path) for problem in report.problems] == ["a.txt"]
    assert found(index, "بستان") == ["a.txt"]
    assert index.stats().problems


def test_forget(index: Index, folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "other" / "d.txt", "بستان بعيد")
    index.update([str(tmp_path / "other")])
    assert len(found(index, "بستان")) == 2
    assert index.update(forget=[str(tmp_path / "other")]).removed == 1
    assert found(index, "بستان") == ["a.txt"]
    with pytest.raises(FahrasError, match="cannot be forgotten"):
        index.update(forget=[str(tmp_path / "never")])
    index.update(forget=[str(folder)])
    assert (found(index, "بستان"), index.stats().roots) == ([], ())
    assert counts(index.update()) == (0, 0, 0, 0, 0)


def test_one_root_at_a_time(index: Index, folder: Path) -> None:
    write(folder / "new.txt", "خيمة")
    write(folder / "sub" / "new.txt", "خيمة")
    assert counts(index.update([str(folder / "sub")]))[0] == 1
    assert found(index, "خيمة") == ["sub/new.txt"]
    assert index.stats().roots == (str(folder),)


def test_a_root_that_is_gone_is_not_taken_for_deleted(folder: Path, tmp_path: Path) -> None:
    with Index.create(folder, index_dir=str(tmp_path / "index")) as index:
        index.update()
        folder.rename(tmp_path / "away")
        report = index.update()
        assert report.removed == 0
        assert len(report.problems) == 1
        assert found(index, "بستان") == ["a.txt"]
        assert index.search("بستان").hits[0].stale == "vanished"
        with pytest.raises(FahrasError, match="not there"):
            index.update([str(tmp_path / "never")])


def test_moved_with_its_folder(index: Index, folder: Path, tmp_path: Path) -> None:
    index.close()
    moved = tmp_path / "moved"
    folder.rename(moved)
    with Index.open(moved) as again:
        assert counts(again.update()) == (0, 0, 0, 0, 3)
        (hit,) = again.search("بستان").hits
        assert (hit.path, hit.stale) == (str(moved / "a.txt"), None)


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff\xfe.txt"
    try:
        with open(path, "wb") as file:
            file.write("زعفران".encode())
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    with Index.create(tmp_path) as index:
        index.update()
        (hit,) = index.search("زعفران").hits
        assert os.fsencode(hit.path) == path
        assert index.document(hit.id).text == "زعفران"
        assert counts(index.update()) == (0, 0, 0, 0, 1)


def test_no_index(tmp_path: Path) -> None:
    with pytest.raises(NoIndexError) as refused:
        Index.open(tmp_path)
    assert refused.value.remedy == Remedy("index")
    with pytest.raises(NoIndexError) as refused:
        Index.open(index_dir=str(tmp_path / "none"))
    assert refused.value.remedy == Remedy("index", str(tmp_path / "none"))
    with pytest.raises(NoIndexError):
        Index.rebuild(tmp_path)


@pytest.mark.parametrize("versions", [{"format": 999}, {"analyzer": 999}, {"format": 0}])
def test_another_version_is_refused_then_rebuilt(
    index: Index, folder: Path, versions: dict[str, int]
) -> None:
    index.close()
    set_version(folder, **versions)
    with pytest.raises(IndexVersionError) as refused:
        Index.open(folder)
    assert refused.value.remedy == Remedy("rebuild")
    with pytest.raises(IndexVersionError):
        Index.create(folder)
    with Index.rebuild(folder) as again:
        assert counts(again.update()) == (3, 0, 0, 0, 0)
        assert found(again, "بستان") == ["a.txt"]
    with Index.open(folder) as again:
        assert counts(again.update()) == (0, 0, 0, 0, 3)


def test_a_broken_identity_is_rebuilt(index: Index, folder: Path) -> None:
    index.close()
    (folder / ".fahras" / "fahras.json").write_text("{broken")
    with pytest.raises(IndexCorruptError) as refused:
        Index.open(folder)
    assert refused.value.remedy == Remedy("rebuild")
    with Index.rebuild(folder) as again:
        assert again.update().added == 3


def test_an_interrupted_rebuild_changes_nothing(index: Index, folder: Path) -> None:
    again = Index.rebuild(folder)
    with pytest.raises(KeyboardInterrupt):
        again.update(progress=interrupt("index", 1))
    again.close()
    assert found(index, "بستان") == ["a.txt"]
    with Index.open(folder) as opened:
        assert found(opened, "بستان") == ["a.txt"]
        assert counts(opened.update()) == (0, 0, 0, 0, 3)
    assert len(list((folder / ".fahras").glob("data-*"))) == 1


def test_a_rebuild_that_is_never_updated_is_undone(index: Index, folder: Path) -> None:
    Index.rebuild(folder).close()
    assert len(list((folder / ".fahras").glob("data-*"))) == 1
    assert found(index, "بستان") == ["a.txt"]


def test_progress_tells_bytes_and_names_a_large_file_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "small.txt").write_text("نص", encoding="utf-8")
    large = tmp_path / "large.txt"
    large.write_bytes(b"word \n" * 800_000)
    told: list[Progress] = []
    with Index.create(tmp_path) as index:
        index.update(progress=told.append)
    at_hand = [step for step in told if step.file]
    assert {step.file for step in at_hand} == {str(large)}
    total = 4_800_004
    assert all(step.bytes_total == total for step in told if step.phase != "scan")
    assert told[-1] == Progress("commit", 2, 2, total, total)
    assert [step.bytes_done for step in told] == sorted(step.bytes_done for step in told)


INTERRUPTIONS = [("scan", 0), ("index", 1), ("commit", 3)]


def interrupt(phase: str, done: int) -> Callable[[Progress], None]:
    def at(progress: Progress) -> None:
        if (progress.phase, progress.done) == (phase, done):
            raise KeyboardInterrupt

    return at


@pytest.mark.parametrize(("phase", "done"), INTERRUPTIONS)
def test_an_interrupted_update_changes_nothing(
    index: Index, folder: Path, phase: str, done: int
) -> None:
    for number, name in enumerate(TEXTS):
        write(folder / name, f"خيمة {number}", OLD + 50)
    with pytest.raises(KeyboardInterrupt):
        index.update(progress=interrupt(phase, done))
    assert (found(index, "بستان"), found(index, "خيمة")) == (["a.txt"], [])
    with Index.open(folder) as again:
        assert found(again, "بستان") == ["a.txt"]
    assert counts(index.update()) == (0, 3, 0, 0, 0)
    assert len(found(index, "خيمة")) == 3


def run_python(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        cwd=PROJECT, text=True, stdout=subprocess.PIPE, stdin=subprocess.PIPE,
    )  # fmt: skip


def test_a_killed_update_changes_nothing(index: Index, folder: Path) -> None:
    write(folder / "a.txt", "خيمة", OLD + 50)
    write(folder / "new.txt", "خيمة", OLD + 50)
    killed = run_python(
        """
        import os, sys
        from indexer import Index
        def kill(progress):
            if progress.phase == "commit":
                os.kill(os.getpid(), 9)
        Index.open(sys.argv[1]).update(progress=kill)
        """,
        str(folder),
    )
    killed.communicate()
    assert killed.returncode == -9
    assert (found(index, "بستان"), found(index, "خيمة")) == (["a.txt"], [])
    assert counts(index.update()) == (1, 1, 0, 0, 2)
    assert found(index, "خيمة") == ["a.txt", "new.txt"]


def test_one_writer_at_a_time_and_readers_beside_it(index: Index, folder: Path) -> None:
    write(folder / "new.txt", "خيمة", OLD + 50)
    code = """
        import sys
        from indexer import Index
        def wait(progress):
            if progress.phase == "commit":
                print("waiting", flush=True)
                sys.stdin.readline()
        with Index.open(sys.argv[1]) as index:
            index.update(progress=wait)
        """
    with run_python(code, str(folder)) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "waiting\n"
        with pytest.raises(IndexLockedError, match="wait"):
            index.update()
        assert found(index, "بستان") == ["a.txt"]
        writer.communicate("\n")
    assert writer.returncode == 0
    assert found(index, "بستان") == ["a.txt"]
    index.refresh()
    assert found(index, "خيمة") == ["new.txt"]


def test_a_reader_sees_what_another_process_rebuilt(index: Index, folder: Path) -> None:
    assert found(index, "بستان") == ["a.txt"]
    write(folder / "new.txt", "خيمة", OLD + 50)
    with Index.rebuild(folder) as other:
        other.update()
    assert found(index, "بستان") == ["a.txt"]
    index.refresh()
    assert found(index, "خيمة") == ["new.txt"]
    assert counts(index.update()) == (0, 0, 0, 0, 4)


def test_a_reader_finds_what_was_rebuilt_before_it_looked(index: Index, folder: Path) -> None:
    readers = [Index.open(folder) for _ in range(2)]
    for reader in readers:
        with Index.rebuild(folder) as other:
            other.update()
        with reader:
            assert found(reader, "بستان") == ["a.txt"]


def test_many_small_updates_keep_everything(folder: Path) -> None:
    with Index.create(folder) as index:
        for number in range(12):
            write(folder / f"n{number}.txt", f"خيمة رقم {number}")
            write(folder / "a.txt", f"بستان {number}", OLD + number)
            index.update()
        assert len(found(index, "خيمة")) == 12
        assert found(index, "بستان") == ["a.txt"]
        assert index.stats().documents == 15


# The five scraped pages


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, Path]]:
    if not (SHARED / "seeds").is_dir():
        pytest.skip("the shared texts are not here")
    home = tmp_path_factory.mktemp("seeds") / "pages"
    home.mkdir()
    for page in sorted((SHARED / "seeds").glob("*.txt")):
        shutil.copyfile(page, home / page.name)
        os.utime(home / page.name, (OLD, OLD))
    with Index.create(home) as index:
        assert counts(index.update()) == (5, 0, 0, 0, 0)
        yield index, home


def test_a_second_run_has_nothing_to_do(seeds: tuple[Index, Path]) -> None:
    report = seeds[0].update()
    assert counts(report) == (0, 0, 0, 0, 5)
    assert (report.bytes_read, report.problems) == (0, ())
    assert report.elapsed_s < 0.5


def test_the_city_is_found_in_the_four_files_about_it(seeds: tuple[Index, Path]) -> None:
    hits = seeds[0].search("البوكمال").hits
    named = [os.path.basename(name)[:3] for hit in hits for name in (hit.path, *hit.copies)]
    assert sorted(named) == ["000", "001", "003", "004"]
    assert [hit.id[:3] for hit in hits if hit.copies] == ["000"]


SPELLINGS = {
    "ta marbuta": ("قاذفات روسيه", "قاذفات روسية"),
    "hundred": ("المئه", "المئة"),
    "hundred, long spelling": ("المئه", "المائة"),
    "hamza": ("امس", "أمس"),
    "hamza and ta marbuta": ("الارهابيه", "الإرهابية"),
    "vowels and wasla": ("ٱلْبُوكَمَال", "البوكمال"),
    "conjunction": ("والقاذفات", "القاذفات"),
    "question mark": ("البوكمال؟", "البوكمال"),
}


@pytest.mark.parametrize(("typed", "plain"), SPELLINGS.values(), ids=SPELLINGS)
def test_spellings_find_the_same(seeds: tuple[Index, Path], typed: str, plain: str) -> None:
    assert found(seeds[0], typed) == found(seeds[0], plain) != []


def test_every_match_is_a_whole_written_word(seeds: tuple[Index, Path]) -> None:
    index, home = seeds
    for query in ("البوكمال", "قاذفات روسيه", "المئه", "«منع الصدام»", "قوات*", "سوريا OR روسيا"):
        results = index.search(query, SearchOptions(limit=None, snippets=5))
        assert results.hits, query
        for hit in results.hits:
            text = (home / hit.id).read_bytes().decode("utf-8-sig")
            assert index.document(hit.id).text == text
            assert hit.matches
            for match in hit.matches:
                assert text[match.start : match.end] == match.word
                around = text[match.start - 1 : match.start] + text[match.end : match.end + 1]
                assert not any(char.isalpha() for char in around)
            line = text.split("\n")[hit.line - 1]
            first = hit.snippets[0].matches[0]
            assert line[hit.column - 1 :].startswith(first.word)
            assert all(b.text in text for b in hit.snippets)
