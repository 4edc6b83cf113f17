"""`fahras index`: what it finds, says and returns, and where the index is."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from cli_process import COMMAND, environment, run
from small_texts import write_texts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose index these tests change, each from the state that the one before left."""
    folder = tmp_path_factory.mktemp("changing")
    write_texts(folder)
    return folder


def report(folder: Path, *arguments: str) -> dict[str, int]:
    done = run("index", "--json", *arguments, cwd=folder)
    assert done.code == 0, done.err
    whole = json.loads(done.text)
    return {name: whole[name] for name in ("added", "changed", "moved", "removed", "unchanged")}


def counts(**given: int) -> dict[str, int]:
    return {**dict.fromkeys(("added", "changed", "moved", "removed", "unchanged"), 0), **given}


def test_a_run_does_just_what_happened(folder: Path) -> None:
    done = run("index", cwd=folder)
    assert done.text.startswith("Files: 7 added; 8 documents in the index (")
    assert run("index", cwd=folder).text.startswith("Nothing changed: 7 files, 8 documents")
    os.utime(folder / "crlf.txt")
    assert report(folder) == counts(unchanged=7)
    (folder / "crlf.txt").write_text("نص جديد", encoding="utf-8")
    assert report(folder) == counts(changed=1, unchanged=6)
    os.rename(folder / "vowels.txt", folder / "renamed.txt")
    assert report(folder) == counts(moved=1, unchanged=6)
    (folder / "notes.md").unlink()
    assert report(folder) == counts(removed=1, unchanged=6)
    assert run("search", "-l", "جديد", cwd=folder).lines == ["crlf.txt"]
    assert run("search", "-l", "الكاتب", cwd=folder).lines == ["renamed.txt"]
    assert run("search", "-q", "حديقة", cwd=folder).code == 1


def test_rebuild_keeps_the_roots(folder: Path) -> None:
    assert report(folder, "--rebuild") == counts(added=6)


def test_forget(tmp_path: Path) -> None:
    write_texts(tmp_path / "one")
    write_texts(tmp_path / "two")
    run("index", "one", "two", cwd=tmp_path)
    assert run("search", "-c", "قاذفات", cwd=tmp_path).text == "4\n"
    done = run("index", "--forget", "one", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    paths = run("search", "-l", "قاذفات", cwd=tmp_path).lines
    assert sorted(paths) == ["two/news/first.txt", "two/news/second.txt"]
    unknown = run("index", "--forget", "three", cwd=tmp_path)
    assert (unknown.code, len(unknown.errors)) == (2, 1)


def test_a_folder_below_finds_the_index(folder: Path) -> None:
    assert run("search", "-q", "جديد", cwd=folder / "news").code == 0
    assert not (folder / "news" / ".fahras").exists()


def test_index_elsewhere(tmp_path: Path) -> None:
    source, index = tmp_path / "source", tmp_path / "index"
    write_texts(source)
    assert run("index", "source", "--index", "index", cwd=tmp_path).code == 0
    assert not (source / ".fahras").exists()
    flag = run("search", "-l", "قاذفات", "--index", str(index), cwd=tmp_path)
    assert sorted(flag.lines) == ["source/news/first.txt", "source/news/second.txt"]
    variable = run("search", "-l", "قاذفات", cwd=tmp_path, FAHRAS_INDEX=str(index))
    assert variable.lines == flag.lines
    absent = run("search", "x", "--index", "nowhere", cwd=tmp_path)
    assert absent.code == 2
    assert "fahras index PATH --index nowhere" in absent.err


def test_records_of_one_file(tmp_path: Path) -> None:
    write_texts(tmp_path / "source")
    done = run("index", "source/records.jsonl", "--index", "index", cwd=tmp_path)
    assert "2 documents" in done.text
    found = run("search", "--format", "{id} {path}", "السفينة", "--index", "index", cwd=tmp_path)
    assert found.lines == ["rec-1 source/records.jsonl"]


def test_unreadable_files_are_named_and_the_rest_indexed(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("كلمة", encoding="utf-8")
    for number in range(12):
        (tmp_path / f"bad{number:02}.txt").write_bytes(b"\x7fELF\x00\x00\x01\x02" * 600)
    done = run("index", cwd=tmp_path)
    assert done.code == 2
    assert "1 added; 1 document in the index" in done.text
    assert len(done.errors) == 11
    assert done.errors[0].startswith("fahras: bad00.txt: ")
    assert done.errors[-1] == "fahras: … and 2 more; `fahras index --json` lists all"
    assert run("search", "-l", "كلمة", cwd=tmp_path).lines == ["good.txt"]
    assert "12 files could not be read" in run("search", "طغرغريشات", cwd=tmp_path).err


def test_empty_folder(tmp_path: Path) -> None:
    done = run("index", cwd=tmp_path)
    assert done.code == 0
    assert done.err.startswith("fahras: no texts in .: ")
    assert "0 documents" in done.text
    nothing = run("search", "كلمة", cwd=tmp_path)
    assert nothing.code == 1
    assert "the index holds no documents" in nothing.err


def test_absent_folder(tmp_path: Path) -> None:
    done = run("index", "absent", cwd=tmp_path)
    assert (done.code, done.out) == (2, b"")
    assert done.err == "fahras: absent: No such file or directory\n"
    assert not (tmp_path / ".fahras").exists()


def test_a_folder_gone_since_is_not_forgotten(tmp_path: Path) -> None:
    write_texts(tmp_path / "source")
    run("index", "source", "--index", "index", cwd=tmp_path)
    shutil.move(tmp_path / "source", tmp_path / "away")
    done = run("index", "--index", "index", cwd=tmp_path)
    assert "Traceback" not in done.err
    assert run("search", "-c", "قاذفات", "--index", "index", cwd=tmp_path).text == "2\n"


def test_killed_at_any_moment_it_leaves_the_old_index_or_the_new(tmp_path: Path) -> None:
    chance = random.Random(5)
    names = [f"{number}.txt" for number in range(40)]
    for name in names:
        (tmp_path / name).write_text("سفينة القديم", encoding="utf-8")
    run("index", cwd=tmp_path)
    for round_ in range(5):
        word = "ابتثج"[round_] * 5
        (tmp_path / f"later-{round_}.txt").write_text(f"سفينة {word}", encoding="utf-8")
        names[round_] = f"moved-{round_}.txt"
        os.rename(tmp_path / f"{round_}.txt", tmp_path / names[round_])
        process = subprocess.Popen(
            [*COMMAND, "index"], cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL
        )
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.random() * 0.6)
        process.kill()
        process.wait()
        held = int(run("search", "-c", "سفينة", cwd=tmp_path).text)
        assert held in (40 + round_, 41 + round_)
        assert run("search", "-c", word, cwd=tmp_path).text == f"{held - 40 - round_}\n"
        assert sum(report(tmp_path).values()) == 41 + round_
        assert run("search", "-c", word, cwd=tmp_path).text == "1\n"
    assert report(tmp_path) == counts(unchanged=45)


def test_fields_have_names_of_ones_own(folder: Path) -> None:
    names = ("--field-alias", "العنوان_الرئيسي=title", "--field-alias=ملف=مسار")
    done = run("index", *names, cwd=folder)
    assert (done.code, done.err) == (0, "")
    by_alias = run("search", "-l", "العنوان_الرئيسي:قاذفات", cwd=folder).lines
    assert by_alias == run("search", "-l", "title:قاذفات", cwd=folder).lines
    assert run("search", "-c", "ملف:news/*", cwd=folder).text == "2\n"
    assert "العنوان_الرئيسي: is title:" in run("stats", cwd=folder).text
    run("index", "--rebuild", cwd=folder)
    assert run("search", "-l", "العنوان_الرئيسي:قاذفات", cwd=folder).lines == by_alias
    run("index", "--field-alias", "ملف=", cwd=folder)
    aliases = json.loads(run("stats", "--json", cwd=folder).text)["field_aliases"]
    assert aliases == {"العنوان_الرئيسي": "title"}
    run("index", "--field-alias", "العنوان_الرئيسي=", cwd=folder)


@pytest.mark.parametrize(
    ("alias", "said"),
    [
        ("عنوان=text", "is a field of every index"),
        ("Title=text", "is a field of every index"),
        ("كاتب=author", "there is no field author: it may be title, text, path, date"),
        ("كا تب=title", "cannot name a field"),
        ("2كاتب=title", "cannot name a field"),
        ("كاتب:=title", "cannot name a field"),
        ("كاتب", "is no NAME=FIELD"),
        ("=title", "is no NAME=FIELD"),
        ("غائب=", "there is no name غائب"),
    ],
)
def test_names_that_are_none_are_refused(folder: Path, alias: str, said: str) -> None:
    done = run("index", "--field-alias", alias, cwd=folder)
    assert done.code == 2
    assert said in done.err
    assert json.loads(run("stats", "--json", cwd=folder).text)["field_aliases"] == {}
