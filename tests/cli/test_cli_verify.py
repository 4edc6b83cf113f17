"""`fahras verify` as a real process: what it names, what a repair keeps and what it cannot save."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from cli_process import run, run_on_terminal

from indexer import Index
from indexer.cli.output import records
from indexer.codec import contents
from indexer.codec.commits import read_toc
from indexer.codec.container import Container, ContainerWriter
from indexer.codec.contents import Toc
from indexer.codec.copies import Found, StoredCopies
from indexer.codec.copies import save as save_copies
from indexer.errors import FahrasError
from indexer.folder.catalogue import Catalogue, save
from indexer.storage import location as storage
from indexer.storage.location import Location
from indexer.upkeep.checkup import check
from indexer.upkeep.repair import repair

WORDS = ("كتاب", "قلم", "بحر", "جبل", "شمس")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two segments: five texts, and one more."""
    folder = tmp_path_factory.mktemp("verify") / "sound"
    folder.mkdir()
    for number, word in enumerate(WORDS):
        (folder / f"{number}.txt").write_text(f"{word} في البيت {word}", encoding="utf-8")
    with Index.create(folder) as index:
        index.update()
        (folder / "more.txt").write_text("خيمة في الصحراء", encoding="utf-8")
        index.update()
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "texts")
    return tmp_path / "texts"


def segments_of(folder: Path) -> list[Path]:
    """The larger first: that of the five texts."""
    found = folder.glob(".fahras/data-*/*.fhs")
    return sorted(found, key=lambda path: path.stat().st_size, reverse=True)


def answers(folder: Path) -> list[list[object]]:
    with Index.open(folder) as index:
        return [
            [sorted(hit.id for hit in index.search(query).hits) for query in (*WORDS, "في")],
            [(name, index.document(name).text) for name in sorted(index._catalogue.files)],
        ]


def _flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def _flip_array(name: str) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        path = segments_of(folder)[0]
        _flip(path, Container.open(str(path)).span(name)[0])

    return act


def _cut(folder: Path) -> None:
    path = segments_of(folder)[0]
    path.write_bytes(path.read_bytes()[:-100])


def _swapped(folder: Path) -> None:
    first, second = segments_of(folder)
    second.write_bytes(first.read_bytes())


def _flip_file(pattern: str) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        (path,) = folder.glob(f".fahras/{pattern}")
        _flip(path, path.stat().st_size // 2)

    return act


def _forged_groups(folder: Path) -> None:
    """All documents copies of each other, in a file that the table of contents names."""
    data = str(folder / ".fahras" / "data-1")
    toc = read_toc(data)
    stored = StoredCopies.open(data, toc)
    assert stored is not None
    everything = Found(np.ones_like(stored.groups), stored.pairs, stored.common, stored.lines)
    named = toc._replace(copies=save_copies(data, toc.generation, everything))
    Path(data, contents.toc_name(toc.generation)).write_bytes(contents.encode(named))


DAMAGES = [
    pytest.param(_flip_array("f/text/tf"), ".fhs: f/text/tf: its checksum", id="tf"),
    pytest.param(_flip_array("s/text/blocks"), ".fhs: s/text/blocks: its checksum", id="texts"),
    pytest.param(_flip_array("c/file"), ".fhs: c/file: its checksum", id="column"),
    pytest.param(_cut, ".fhs: the file is cut off", id="cut"),
    pytest.param(lambda f: segments_of(f)[0].unlink(), ".fhs: a part of the index", id="gone"),
    pytest.param(_swapped, ".fhs: it is not the file that", id="foreign"),
    pytest.param(_flip_file("data-1/*.toc"), ".toc: ", id="toc"),
    pytest.param(_flip_file("data-1/files-*.fhc"), ".fhc: ", id="list-of-files"),
    pytest.param(_flip_file("data-1/copies-*.fhc"), ".fhc: ", id="copies"),
    pytest.param(_flip_array("prints/keys"), ".fhs: prints/keys: its checksum", id="prints"),
    pytest.param(_forged_groups, ".fhc: groups: they are not those", id="groups"),
    pytest.param(_flip_file("fahras.json"), "fahras.json: ", id="fahras.json"),
]


@pytest.mark.parametrize(("damage", "words"), DAMAGES)
def test_damage_is_named_and_repaired(
    folder: Path, damage: Callable[[Path], None], words: str
) -> None:
    right = answers(folder)
    damage(folder)
    found = check(str(folder / ".fahras"))
    assert len(found.damage) == 1
    assert words in ": ".join(part for part in found.damage[0] if part)
    assert repair(str(folder / ".fahras"), found) == ((), 0)
    assert answers(folder) == right
    assert check(str(folder / ".fahras"), deep=True).damage == ()


def test_a_repair_that_cannot_be_looked_at_says_that_it_is_done(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = answers(folder)
    _flip_array("f/text/tf")(folder)
    found = check(str(folder / ".fahras"))

    before, load = set(segments_of(folder)), storage.load_catalogue

    def full(location: Location, *toc: Toc) -> Catalogue:
        if toc or set(segments_of(folder)) == before:
            return load(location, *toc)
        raise OSError(errno.ENOSPC, "No space left on device", "files-3.fhc")

    with monkeypatch.context() as patched:
        patched.setattr(storage, "load_catalogue", full)
        with pytest.raises(FahrasError, match=r"the index is repaired, but .*files-3\.fhc"):
            repair(str(folder / ".fahras"), found)
    assert answers(folder) == right


def test_the_command_says_what_it_finds_and_does(folder: Path) -> None:
    _flip_array("f/text/tf")(folder)
    (segment, _) = segments_of(folder)
    done = run("verify", cwd=folder)
    line = f"{segment.name}: f/text/tf: its checksum does not match\n"
    assert (done.code, done.text) == (2, line)
    assert done.err == "fahras: the index is damaged: run fahras verify --repair\n"
    repaired = run("verify", "--repair", cwd=folder)
    assert (repaired.code, repaired.err) == (0, "")
    assert repaired.text.startswith(f"{line}repaired: segments: ")
    assert run("verify", "--deep", cwd=folder).text.startswith("sound: ")


def test_numbers_of_many_files_are_no_damage(tmp_path: Path) -> None:
    """Terms of numbers are bytes that need not be UTF-8, from 128 on."""
    for number in range(300):
        (tmp_path / f"{number}.txt").write_text(f"كتاب {number}", encoding="utf-8")
    assert run("index", "-q", cwd=tmp_path).code == 0
    done = run("verify", "--deep", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.text.startswith("sound: ")


def test_what_is_sound_is_kept_and_what_is_lost_is_named(folder: Path) -> None:
    broken, kept = segments_of(folder)
    _flip_array("f/text/tf")(folder)
    before = kept.read_bytes()
    (folder / "2.txt").unlink()
    (folder / "3.txt").rename(folder / "moved.txt")
    done = run("verify", "--repair", "--json", cwd=folder)
    said = json.loads(done.text)
    assert done.code == 2
    assert said["sound"]
    assert said["repaired"]
    assert (said["version"], said["lost_unnamed"]) == (records.JSON_VERSION, 0)
    assert said["lost"] == [str(folder / "2.txt")]
    assert said["damage"][0] | {"problem": ""} == {
        "file": broken.name, "section": "f/text/tf", "problem": ""
    }  # fmt: skip
    assert kept.read_bytes() == before
    assert not broken.exists()
    found = [["0.txt"], ["1.txt"], [], ["moved.txt"], ["4.txt"]]
    assert answers(folder)[0][: len(found)] == found


def test_what_is_lost_is_named_by_the_list_of_files_even_without_fahras_json(folder: Path) -> None:
    _flip_file("fahras.json")(folder)
    (folder / "2.txt").unlink()
    done = run("verify", "--repair", cwd=folder)
    assert (done.code, done.err) == (
        2, f"fahras: {folder}/2.txt: lost: the file cannot be read again\n"
    )  # fmt: skip


def test_what_is_lost_with_the_list_of_files_is_counted(folder: Path) -> None:
    _flip_file("data-1/files-*.fhc")(folder)
    (folder / "2.txt").unlink()
    done = run("verify", "--repair", cwd=folder)
    assert (done.code, done.err) == (
        2, "fahras: 1 document lost with the list of files, which alone had their names\n"
    )  # fmt: skip
    assert run("verify", cwd=folder).code == 0


def test_how_far_it_is_shows_on_a_terminal_only(folder: Path) -> None:
    shown = run_on_terminal("verify", "--deep", cwd=folder)
    assert (shown.code, "sound: segments: 2" in shown.text) == (0, True)
    bar, _, _ = shown.text.partition("sound")
    assert "compare" in bar
    assert "5/6 files" in bar
    assert run("verify", "--deep", cwd=folder).err == ""


def test_a_list_of_files_of_another_commit_is_found(folder: Path, tmp_path: Path) -> None:
    with Index.open(folder) as index:
        catalogue, data = index._load_catalogue(), index._location.data_dir
    entry = catalogue.files["0.txt"]
    catalogue.files["0.txt"] = entry._replace(documents=2)
    toc = read_toc(data)
    known = save(catalogue, f"{data}/files-{toc.generation}.fhc")
    Path(data, contents.toc_name(toc.generation)).write_bytes(
        contents.encode(toc._replace(catalogue=known))
    )
    done = run("verify", cwd=folder)
    assert (done.code, done.text) == (2, f"{folder}/0.txt: the index lacks documents of it\n")
    assert run("verify", "--repair", cwd=folder).code == 0
    assert run("verify", cwd=folder).code == 0


def test_deep_finds_a_text_that_is_not_that_of_its_file(folder: Path) -> None:
    path = folder / "0.txt"
    info = path.stat()
    path.write_text(path.read_text("utf-8").replace("كتاب", "خراب"), "utf-8")
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    assert run("verify", cwd=folder).code == 0
    done = run("verify", "--deep", cwd=folder)
    assert (done.code, done.text) == (2, f"{path}: its text is not what the index holds\n")
    assert run("verify", "--deep", "--repair", cwd=folder).code == 0
    assert "خراب" in run("show", "0.txt", cwd=folder).text


def _forged(folder: Path, name: str, change: Callable[[np.ndarray], object]) -> None:
    """Change an array of the larger segment and make every checksum right again."""
    path = segments_of(folder)[0]
    container = Container.open(str(path))
    arrays = {n: container.array(n).copy() for n in container.names()}
    change(arrays[name])
    with open(path, "wb") as file:
        writer = ContainerWriter(file)
        writer.meta = container.meta
        for other, array in arrays.items():
            writer.add(other, array)
        known = writer.close()
    data = str(path.parent)
    toc = read_toc(data)
    entries = tuple(
        row._replace(file=known) if row.file_name == path.name else row for row in toc.segments
    )
    toc_path = path.parent / contents.toc_name(toc.generation)
    toc_path.write_bytes(contents.encode(toc._replace(segments=entries)))


def _put(place: int, value: int) -> Callable[[np.ndarray], object]:
    return lambda array: array.__setitem__(place, value)


FORGERIES = [
    ("f/text/docs", _put(0, 60_000), "f/text/docs"),
    ("f/text/tf", _put(0, 200), "f/text/tf"),
    ("f/text/doc_counts", _put(0, 254), "f/text/doc_counts"),
    ("f/text/doc_counts", _put(0, 255), "f/text"),
    ("f/text/pos_counts", _put(-1, 250), "f/text/pos_counts"),
    ("f/text/term_lengths", _put(0, 250), "f/text/term_bytes"),
    ("f/text/term_marks", _put(0, 9), "f/text/term_bytes"),
    ("f/text/slots", _put(0, 4_000_000), "f/text/slots"),
    ("f/text/ordinals", _put(0, 4_000_000), "f/text/ordinals"),
    ("f/text/ordinals", lambda array: array.__setitem__(slice(2), array[1::-1]), "f/text/ordinals"),
    ("f/text/sample_offsets", _put(0, 1_000_000), "f/text/sample_offsets"),
    ("s/text/sizes", _put(0, 1 << 30), "s/text"),
    ("s/text/block_starts", _put(1, 1 << 60), "s/text"),
    ("records/block_docs", _put(1, 1 << 31), "records"),
]


@pytest.mark.parametrize(("name", "change", "section"), FORGERIES)
def test_what_a_stranger_forged_is_named_and_no_search_ends_in_an_internal_error(
    folder: Path, name: str, change: Callable[[np.ndarray], object], section: str
) -> None:
    _forged(folder, name, change)
    (path, _) = segments_of(folder)
    assert Container.open(str(path)).verify() == []
    damage = check(str(folder / ".fahras")).damage
    assert damage[0].file == path.name
    assert damage[0].section.startswith(section)
    questions: list[Callable[[Index], object]] = [
        lambda index: index.search("كتاب"),
        lambda index: index.search('"في البيت"'),
        lambda index: [*index.terms()],
        lambda index: index.document("0.txt"),
    ]
    for ask in questions:
        with suppress(FahrasError), Index.open(folder) as index:  # any other error is a failure
            ask(index)
