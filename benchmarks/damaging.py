"""Is damage found before a wrong answer is given? Bytes changed, files cut, exchanged or gone.

After each, the index must answer rightly or refuse, and `fahras verify` must name it. `small`:
every byte of every file of a small index; `large`: places of a large one, by chance; `files`: whole
files; `updates`: bytes changed before an update, which must neither spread nor hide the damage.
"""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from report import Table
from tally import Part, Tally

from indexer import Index, SearchOptions
from indexer.errors import FahrasError
from indexer.upkeep.checkup import check

WORDS = ("كتاب", "قلم", "بحر", "جبل", "شمس", "قمر", "نهر", "الكتب")
LARGE_QUERIES = ("البيت", "بحر OR قمر", '"في البيت"', "title:5")
"""Fewer, because there are many trials."""

QUERIES = ("البيت", "بحر OR قمر", "كتب", "بح*", '"في البيت"', "شمص~", "date:2017", "title:شمس")
_ALL = SearchOptions(limit=None)
_CUTS = 12

Answers = tuple[object, ...]


def _small(folder: Path, words: Sequence[str] = WORDS) -> Path:
    """Two segments, of which one has a deleted document, and a file that cannot be read."""
    folder.mkdir(parents=True)
    for number, word in enumerate(words):
        (folder / f"{number}.txt").write_text(f"{word} في البيت\n2017\n{word}", "utf-8")
    (folder / "bad.jsonl").write_text('{"id": "r", "text": "نهر"}\n{', "utf-8")
    with Index.create(folder) as index:
        index.update()
        (folder / "0.txt").write_text("سفينة في البحر", "utf-8")
        index.update()
    return folder


def _large(folder: Path, seed: int) -> Path:
    """600 texts of a thousand words, as frequent as words are; arrays of many blocks."""
    chance = random.Random(seed)
    letters = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
    words = ["".join(chance.choices(letters, k=chance.randint(3, 8))) for _ in range(30_000)]
    words[:200] = [chance.choice(WORDS) for _ in range(200)]
    folder.mkdir(parents=True)
    for number in range(600):
        places = (min(int(chance.paretovariate(0.6)) - 1, 29_999) for _ in range(1000))
        text = " ".join(words[place] for place in places)
        (folder / f"{number}.txt").write_text(f"{number}\n{text}", "utf-8")
    with Index.create(folder) as index:
        index.update()
    return folder


def _answers(folder: Path, names: tuple[str, ...], *, everything: bool) -> Answers:
    """What an index says; of a large one, not all that could be asked."""
    with Index.open(folder) as index:
        options = _ALL if everything else SearchOptions()
        queries = QUERIES if everything else LARGE_QUERIES
        hits = [index.search(query, options).hits for query in queries]
        texts = [index.document(name).text for name in names]
        more = (list(index.terms()), index.stats().tokens) if everything else ()
        return (hits, texts, index.document_count, *more)


def _outcome(ask: Callable[[], Answers], right: Answers) -> str:
    """`right`, `refused`, or what is wrong."""
    try:
        return "right" if ask() == right else "a wrong answer, without a word"
    except FahrasError:
        return "refused"
    except Exception as error:  # noqa: BLE001  that is what is looked for
        return f"internal error: {error!r}"


def _is_found(folder: Path) -> bool:
    """Whether `fahras verify` would find anything."""
    try:
        return bool(check(str(folder / ".fahras")).damage)
    except FahrasError:  # the number of a version was changed
        return True


class _Flips:
    """Changes a bit of one file at a time, and counts what came of it."""

    def __init__(self, folder: Path, right: Answers, ask: Callable[[], Answers]) -> None:
        self._folder = folder
        self._right = right
        self._ask = ask
        self.outcomes: Counter[str] = Counter()

    def flip(self, path: Path, place: int, bit: int) -> str | None:
        """What is wrong with a bit changed; afterwards it is as it was."""
        with open(path, "r+b") as file:
            file.seek(place)
            byte = file.read(1)[0]
            _put(file, place, byte ^ 1 << bit)
            try:
                outcome = _outcome(self._ask, self._right)
                found = _is_found(self._folder)
            finally:
                _put(file, place, byte)
        self.outcomes[outcome] += 1
        self.outcomes["found by verify"] += found
        if outcome not in ("right", "refused"):
            return outcome
        return None if found else "verify did not find it"


def _put(file: Any, place: int, byte: int) -> None:
    file.seek(place)
    file.write(bytes([byte]))
    file.flush()


def _kind(path: Path) -> str:
    kinds = {".json": "fahras.json", ".toc": "table of contents", ".fhc": "list of files"}
    return kinds.get(path.suffix, "segment")


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.glob(".fahras/**/*"))
    return [path for path in found if path.is_file() and path.stat().st_size]


_COLUMNS = ("file", "bytes", "answered rightly", "refused", "found by verify")


def _row(paths: list[Path], flips: _Flips) -> Callable[[], tuple[int, ...]]:
    def cells() -> tuple[int, ...]:
        names = ("right", "refused", "found by verify")
        counts = tuple(flips.outcomes[name] for name in names)
        flips.outcomes.clear()
        return (sum(path.stat().st_size for path in paths), *counts)

    return cells


def small(work: Path, seed: int, trials: int) -> Part:
    """Every byte of a small index (0 trials), or so many of them; one bit by chance of each."""
    chance = random.Random(seed)
    folder = _small(work / "small")
    names = tuple(f"{number}.txt" for number in range(len(WORDS)))

    def ask() -> Answers:
        return _answers(folder, names, everything=True)

    flips = _Flips(folder, ask(), ask)
    tally = Tally("Every byte of a small index, a bit of each changed", _COLUMNS, "wrong")
    paths = _files(folder)
    share = trials / sum(path.stat().st_size for path in paths) if trials else 1.0
    for kind in dict.fromkeys(map(_kind, paths)):
        chosen = [path for path in paths if _kind(path) == kind]

        def results(chosen: list[Path] = chosen) -> Iterator[tuple[str, str | None]]:
            for path in chosen:
                for place in range(path.stat().st_size):
                    if chance.random() <= share:
                        bit = chance.randrange(8)
                        yield f"{path.name} at {place}", flips.flip(path, place, bit)

        tally.add(kind, results(), _row(chosen, flips))
    return tally.part("bytes of a small index changed")


def large(work: Path, seed: int, trials: int) -> Part:
    """So many bytes of a large index, by chance, a bit of each."""
    chance = random.Random(seed)
    folder = _large(work / "large", seed)
    names = ("0.txt", "500.txt")

    def ask() -> Answers:
        return _answers(folder, names, everything=False)

    flips = _Flips(folder, ask(), ask)
    tally = Tally(f"Bytes of a large index changed, seed {seed}", _COLUMNS, "wrong")
    paths = [path for path in _files(folder) if _kind(path) == "segment"]

    def results() -> Iterator[tuple[str, str | None]]:
        for _ in range(trials):
            path = chance.choice(paths)
            place = chance.randrange(path.stat().st_size)
            yield f"{path.name} at {place}", flips.flip(path, place, chance.randrange(8))

    tally.add("segment", results(), _row(paths, flips))
    return tally.part("bytes of a large index changed")


def files(work: Path, seed: int, _trials: int = 0) -> Part:
    """Every file of a small index cut, emptied, gone, a folder, or another in its place."""
    chance = random.Random(seed)
    sound, other = _small(work / "sound"), _small(work / "other", WORDS[::-1])
    names = tuple(f"{number}.txt" for number in range(len(WORDS)))
    folder = work / "folder"
    shutil.copytree(sound, folder)
    right = _answers(folder, names, everything=True)
    tally = Tally("Whole files of an index cut, exchanged, foreign or gone", ("damage",), "wrong")

    def judged(act: Callable[[Path], None], path: Path) -> str | None:
        shutil.rmtree(folder / ".fahras")
        shutil.copytree(sound / ".fahras", folder / ".fahras")
        act(path)
        ask = lambda: _answers(folder, names, everything=True)  # noqa: E731
        outcome = _outcome(ask, right)
        if outcome not in ("right", "refused"):
            return outcome
        is_same = (
            path.is_file() and path.read_bytes() == (sound / path.relative_to(folder)).read_bytes()
        )
        return None if is_same or _is_found(folder) else "verify did not find it"

    def stranger(path: Path) -> Path:
        return chance.choice([p for p in _files(other) if _kind(p) == _kind(path)])

    def neighbour(path: Path) -> Path:
        return chance.choice([p for p in _files(folder) if p.name != path.name])

    ways: dict[str, Callable[[Path], None]] = {
        "emptied": lambda path: path.write_bytes(b""),
        "removed": lambda path: path.unlink(),
        "longer by a byte": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
        "a folder in its place": lambda path: (path.unlink(), path.mkdir())[1],
        "that of another index": lambda path: shutil.copyfile(stranger(path), path) and None,
        "another of this index": lambda path: shutil.copyfile(neighbour(path), path) and None,
    }
    paths = [path.relative_to(sound) for path in _files(sound)]
    for name, act in ways.items():
        found = [(str(path), judged(act, folder / path)) for path in paths]
        tally.add(name, iter(found))
    cuts = []
    for path in paths:
        size = (sound / path).stat().st_size
        for place in {0, 1, size - 1, *(chance.randrange(size) for _ in range(_CUTS))}:
            wrong = judged(lambda path, place=place: os.truncate(path, place), folder / path)
            cuts.append((f"{path} at {place}", wrong))
    tally.add("cut off", iter(cuts))
    return tally.part("files cut, exchanged, foreign or gone")


def updates(work: Path, seed: int, trials: int) -> Part:
    """Bytes changed, then an update: right answers, a refusal, or damage that is still found."""
    chance = random.Random(seed)
    sound = _small(work / "sound")
    folder, after = work / "folder", work / "after"
    for target in (folder, after):
        shutil.copytree(sound, target)
        (target / "1.txt").write_text("خيمة", "utf-8")
    with Index.open(after) as index:
        index.update()
    names = tuple(f"{number}.txt" for number in range(len(WORDS)))
    shape = lambda place: _found(place, names)  # noqa: E731
    right = shape(after)
    outcomes: Counter[str] = Counter()
    tally = Tally(f"Bytes changed before an update, seed {seed}", ("what",), "wrong")

    def results() -> Iterator[tuple[str, str | None]]:
        paths = [path.relative_to(sound) for path in _files(sound)]
        for _ in range(trials):
            shutil.rmtree(folder / ".fahras")
            shutil.copytree(sound / ".fahras", folder / ".fahras")
            path = folder / chance.choice(paths)
            place, bit = chance.randrange(path.stat().st_size), chance.randrange(8)
            with open(path, "r+b") as file:
                file.seek(place)
                _put(file, place, file.read(1)[0] ^ 1 << bit)
            yield f"{path.name} at {place}", _updated(folder, right, shape, outcomes)

    tally.add("a bit of any file", results())
    rows = [(name, count) for name, count in sorted(outcomes.items())]
    part = tally.part("bytes changed before an update")
    return part._replace(tables=[*part.tables, Table("What the updates did", ("", "times"), rows)])


def _found(folder: Path, names: tuple[str, ...]) -> Answers:
    """Of the answers what does not depend on how documents lie in segments."""
    with Index.open(folder) as index:
        hits = [sorted(hit.id for hit in index.search(query, _ALL).hits) for query in QUERIES]
        return (hits, [index.document(name).text for name in names], index.document_count)


def _updated(
    folder: Path, right: Answers, shape: Callable[[Path], Answers], outcomes: Counter[str]
) -> str | None:
    try:
        with Index.open(folder) as index:
            index.update()
    except FahrasError:
        outcomes["refused the index"] += 1
        return None if _is_found(folder) else "verify did not find it"
    except Exception as error:  # noqa: BLE001  that is what is looked for
        return f"internal error: {error!r}"
    outcome = _outcome(lambda: shape(folder), right)
    damaged = _is_found(folder)
    outcomes["committed, damage still found by verify" if damaged else "left it behind"] += 1
    if outcome == "right" or (outcome == "refused" and damaged):
        return None
    return f"{outcome}, damage {'found' if damaged else 'not found'}"
