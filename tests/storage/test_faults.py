"""Broken at a step, a change leaves the index as it was or as it would be: a sample of all ways.

`benchmarks/reliability.py` tries each of them.
"""

from __future__ import annotations

import errno
import os
import random
from pathlib import Path

import pytest
from faults import BREAKS, NOWHERE, broken_at
from power import Disk
from scenarios import AGES_S, SCENARIOS, leftovers, state_of, update
from trials import WHEN_DONE, Trial

from indexer import Index
from indexer.errors import IndexNotWritableError
from indexer.storage import durable

SAMPLE = 6
"""Trials a scenario, beside those right at its commit."""


def at_commit(trial: Trial) -> list[int]:
    """The steps from the last renaming on, which makes the commit."""
    last = max(n for n, step in enumerate(trial.steps) if step.startswith("replace"))
    return [last, *range(last + 1, min(last + 4, len(trial.steps)))]


@pytest.mark.parametrize("name", SCENARIOS)
def test_whatever_breaks_nothing_is_lost(name: str, tmp_path: Path) -> None:
    trial = Trial(name, tmp_path)
    chance = random.Random(name)
    cases = [(place, way) for place in at_commit(trial)[:2] for way in ("EIO", "power lost")]
    cases.append((WHEN_DONE, "power lost"))
    for _ in range(SAMPLE):
        cases.append((chance.randrange(len(trial.steps)), chance.choice(list(BREAKS))))
    for place, way in cases:
        wrong = trial.run(place, BREAKS[way], chance.choice(AGES_S), chance.randrange(1 << 32))
        assert wrong is None, f"{way} at step {place} of {trial.steps}: {wrong}"


@pytest.mark.parametrize("way", ["EIO", "interrupted after"])
@pytest.mark.parametrize("name", ["update", "rebuild"])
def test_after_the_renaming_nothing_cancels_a_commit(name: str, way: str, tmp_path: Path) -> None:
    trial = Trial(name, tmp_path)
    for place in range(at_commit(trial)[0] + 1, len(trial.steps)):
        assert trial.run(place, BREAKS[way], 0) is None
        assert state_of(tmp_path / "home") == trial.after


@pytest.mark.parametrize("synced", ["", "file", "folder", "both"])
def test_what_is_not_waited_for_may_be_lost(synced: str, tmp_path: Path) -> None:
    """The disk of the trials, by itself: who forgets to wait finds the old, a cut, or the new."""
    (tmp_path / "disk").mkdir()
    new, name = str(tmp_path / "disk" / "new"), str(tmp_path / "disk" / "name")
    found = set()
    for seed in range(40):
        stash = tmp_path / f"stash{seed}"
        stash.mkdir()
        Path(name).write_text("old")
        disk = Disk(str(stash), seed)
        with broken_at(-1, NOWHERE, disk=disk):
            with durable.create(new) as file:
                file.write(b"and new")
                file.flush()
                if synced in ("file", "both"):
                    durable.sync(file)
            durable.replace(new, name)
            if synced in ("folder", "both"):
                durable.sync_folder(str(tmp_path / "disk"))
        disk.fail()
        found.add(Path(name).read_text())
    cut = {text for text in found if text not in ("old", "and new")}
    assert ("old" in found) == (synced in ("", "file"))
    assert bool(cut) == (synced in ("", "folder"))
    assert "and new" in found


@pytest.mark.parametrize("way", ["EIO", "short write, then ENOSPC"])
def test_a_file_without_a_name_that_cannot_be_written(way: str, tmp_path: Path) -> None:
    trial = Trial("spilled", tmp_path)
    nameless = [n for n, step in enumerate(trial.steps) if "(deleted)" in step]
    assert len(nameless) > 5
    for place in nameless[:: len(nameless) // 4]:
        assert trial.run(place, BREAKS[way], 0) is None


def texts(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("قلم", "utf-8")
    return tmp_path


def test_what_fails_after_a_commit_is_a_note(tmp_path: Path) -> None:
    update(texts(tmp_path))
    (tmp_path / "b.txt").write_text("خيمة", "utf-8")
    with Index.open(tmp_path) as index, broken_at(-1, NOWHERE) as steps:
        index.update()
    last = max(n for n, step in enumerate(steps) if step.startswith("replace"))
    for after, note in ((1, "update the index again"), (2, "the next run tries again")):
        (tmp_path / "b.txt").write_text(f"خيمة {after}", "utf-8")
        with Index.open(tmp_path) as index:
            with broken_at(last + after, BREAKS["EIO from then on"]):
                report = index.update()
            assert report.changed == 1
            assert note in report.notes[0]
            assert "Input/output error" in report.notes[0]
            assert index.update().notes == ()
        assert leftovers(tmp_path / ".fahras") == []


def test_an_error_names_its_file_and_what_became_of_the_index(tmp_path: Path) -> None:
    with (
        broken_at(9, BREAKS["EIO"]) as steps,
        pytest.raises(IndexNotWritableError, match=r"\.fahras/.*Input.*nothing was indexed"),
    ):
        update(texts(tmp_path))
    assert len(steps) > 9
    update(tmp_path)
    (tmp_path / "b.txt").write_text("خيمة", "utf-8")
    with (
        broken_at(1, BREAKS["EIO"]),
        pytest.raises(IndexNotWritableError, match=r"MAIN_\w+\.fhs: Input.*; it is as it was"),
    ):
        update(tmp_path)
    assert leftovers(tmp_path / ".fahras") == []


@pytest.mark.parametrize("name", ["fahras.json", "_MAIN_1.toc", "files-1.fhc"])
def test_a_file_that_cannot_be_read_is_named_and_not_called_damaged(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(texts(tmp_path))
    real = os.open

    def failing(path: str, *options: int, **more: int) -> int:
        if os.path.basename(path) == name:
            raise OSError(errno.EIO, os.strerror(errno.EIO), path)
        return real(path, *options, **more)

    monkeypatch.setattr(os, "open", failing)
    with pytest.raises(OSError, match=rf"Input/output error.*{name}"):
        Index.open(tmp_path).search("قلم")
