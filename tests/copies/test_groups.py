"""Laws of groups: no document is lost, and neither order nor number of updates matters."""

from __future__ import annotations

import random
import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from copied_texts import as_sets, changed, story, words
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import Index
from indexer.codec.copies import StoredCopies
from indexer.copies import renewal
from indexer.ranking.parts import Parts

FOOTER = " ".join(words(12, random.Random(99)))
STORIES = [story(seed) for seed in range(9)]
TEXTS = [
    *STORIES,
    *(changed(STORIES[0], 0.04, seed) for seed in range(4)),
    STORIES[1] + "\n" + FOOTER,
    *(f"{text}\nTT\n{FOOTER}" for text in STORIES),
    "\n".join(STORIES[2].split("\n")[:3]),
    f"{STORIES[0]}\n\n\n\nافتتاح الجسر\n\n{STORIES[6]}",
    f"{STORIES[7]}\n\n\n\nافتتاح الجسر\n\n{STORIES[6]}",
    STORIES[3] + "\n" + STORIES[4],
    STORIES[5],
    "كلمة\nTT",
    "",
]


def known(folder: Path) -> tuple[set[frozenset[str]], list[tuple[object, ...]]]:
    """(the groups as sets of paths and parts, the recurring lines) of the index of a folder."""
    with Index.open(folder) as index:
        opened, catalogue = index._opened
        stored = StoredCopies.open(opened.folder, opened.toc)
        if stored is None:
            return set(), []
        paths = dict(zip(catalogue.files.column("number"), catalogue.files, strict=True))
        members = defaultdict(list)
        numbers, live = index._snapshot.file_numbers, index._snapshot.live
        parts = Parts.of(index._snapshot)
        assert len(stored.groups) == parts.count
        pairs = zip(*parts.places(np.arange(parts.count)), strict=True)
        for (doc, part), group in zip(pairs, stored.groups.tolist(), strict=True):
            if live is None or live[doc]:
                members[group].append(f"{paths[int(numbers[doc])]}:{part}")
        docs = {name.rpartition(":")[0] for group in members.values() for name in group}
        assert len(docs) == index.document_count
        members.pop(0, None)
        assert all(len(group) > 1 for group in members.values())
        return as_sets(members.values()), [tuple(line) for line in stored.lines]


STEPS = st.lists(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 11), st.integers(0, len(TEXTS) - 1)),
        min_size=1,
        max_size=14,
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_groups_are_those_of_a_new_index_whatever_came_before(
    steps: list[list[tuple[int, int, int]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A step writes, removes and moves files of two folders; then all is indexed anew beside it."""
    folder = tmp_path_factory.mktemp("steps") / "home"
    for name in "ab":
        (folder / name).mkdir(parents=True)
    Index.create(folder).close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renewal, "_WHOLE", 0)  # however much of this little changes
        for step in steps:
            _take(step, folder)
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".fahras"))
    with Index.create(copy) as index:
        index.update()
    assert known(folder) == known(copy)


def _take(step: list[tuple[int, int, int]], folder: Path) -> None:
    for kind, name, text in step:
        path = folder / "ab"[name % 2] / f"{name}.txt"
        if kind == 2:
            path.unlink(missing_ok=True)
        elif kind == 3 and path.exists():
            path.rename(folder / "ab"[(name + 1) % 2] / f"{name}-{text}.txt")
        else:
            path.write_text(TEXTS[text], "utf-8")
    with Index.create(folder) as index:
        index.update()
