"""The folder against the catalogue: what is seen, what is skipped, what became of it."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.extract import hash_file
from indexer.folder.changes import Changes, Comparison
from indexer.folder.choices import Choices
from indexer.folder.columns import Stamp
from indexer.folder.walk import Walk, name_order, walk

FOLLOW = Choices(follow=True)


def write(root: Path, name: str, content: str = "نص") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def names(seen: Walk) -> list[str]:
    return [os.path.relpath(path, seen.root) for path in sorted(seen.files, key=name_order)]


class Known(dict[str, Stamp]):
    """What a catalogue would hold of the files that were seen."""

    def __init__(self, seen: Walk) -> None:
        super().__init__(seen.files)
        self.digests = {path: hash_file(path) for path in self}


def by_folder(stamps: dict[str, Stamp]) -> dict[str, dict[str, Stamp]]:
    folders: dict[str, dict[str, Stamp]] = {}
    for path, stamp in stamps.items():
        folder, name = os.path.split(path)
        folders.setdefault(folder, {})[name] = stamp
    return folders


def against(known: Known, seen: Walk, **more) -> Changes:
    comparison = Comparison(by_folder(known), digest_of=known.digests.__getitem__, **more)
    for folder, files in seen.folders.items():
        comparison.take(folder, files)
    comparison.end(seen)
    return comparison.look().changes


def base(states) -> list[str]:
    return files(state.path for state in states)


def files(paths) -> list[str]:
    return [os.path.basename(path) for path in paths]


# --- walk


def test_files_come_in_the_order_of_names_a_folder_before_its_folders(tmp_path: Path):
    for name in ("b/x.txt", "b/a.md", "a/y.html", "z.txt", "a.jsonl", "أ.txt", "b/c/d.jsonl.gz"):
        write(tmp_path, name)
    assert names(walk(str(tmp_path))) == [
        "a.jsonl", "z.txt", "أ.txt", "a/y.html", "b/a.md", "b/x.txt", "b/c/d.jsonl.gz",
    ]  # fmt: skip


def test_what_is_seen_is_size_and_time_without_content(tmp_path: Path):
    path = write(tmp_path, "a.txt", "سلام")
    os.utime(path, ns=(5, 1_234_567_890_123_456_789))
    assert walk(str(tmp_path)).files == {str(path): (8, 1_234_567_890_123_456_789)}


def test_hidden_names_are_passed_over_and_other_extensions_counted(tmp_path: Path):
    for name in (
        ".fahras/x.txt",
        ".git/a.txt",
        ".a.txt",
        "ok.TXT",
        "a.png",
        "b.PNG",
        "x.iso",
        "Make",
        "notes.org",
        "a.txt~",
    ):
        write(tmp_path, name)
    seen = walk(str(tmp_path))
    assert names(seen) == ["Make", "notes.org", "ok.TXT"]
    assert dict(seen.skipped) == {".png": 2, ".iso": 1, ".txt~": 1}
    assert not seen.problems


def test_linked_folders_are_not_followed_even_in_circles(tmp_path: Path):
    write(tmp_path, "a/x.txt")
    (tmp_path / "a/up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "b").symlink_to(tmp_path / "a", target_is_directory=True)
    assert names(walk(str(tmp_path))) == ["a/x.txt"]


def test_a_linked_file_is_seen_once(tmp_path: Path):
    outside = write(tmp_path, "outside/o.txt")
    root = tmp_path / "root"
    write(root, "real.txt")
    (root / "alias.txt").symlink_to("real.txt")
    (root / "one.txt").symlink_to(outside)
    (root / "two.txt").symlink_to(outside)
    assert names(walk(str(root), choices=FOLLOW)) == ["one.txt", "real.txt"]
    assert names(walk(str(root))) == ["real.txt"]


def test_a_link_is_seen_once_also_below_a_linked_root(tmp_path: Path):
    root = tmp_path / "root"
    write(root, "real.txt")
    (root / "alias.txt").symlink_to("real.txt")
    (tmp_path / "door").symlink_to(root, target_is_directory=True)
    assert names(walk(str(tmp_path / "door"), choices=FOLLOW)) == ["real.txt"]
    assert names(walk(str(tmp_path / "door"))) == ["real.txt"]


def test_linked_folders_are_walked_once_if_links_are_followed(tmp_path: Path):
    root, far = tmp_path / "root", tmp_path / "far"
    write(root, "a/x.txt")
    write(far, "deep/y.txt")
    write(far, "z.txt")
    for name, target in {
        "a/up": root, "b": root / "a", "c": far, "d": far, "e": far / "deep",
    }.items():  # fmt: skip
        (root / name).symlink_to(target, target_is_directory=True)
    (far / "back").symlink_to(root, target_is_directory=True)
    (far / "self").symlink_to(".")
    seen = walk(str(root), choices=FOLLOW, lists=True)
    assert names(seen) == ["a/x.txt", "c/z.txt", "c/deep/y.txt"]
    assert {item.why for item in seen.left_out or ()} == {"link"}


def test_rules_for_folders_hold_for_linked_folders(tmp_path: Path):
    root, far = tmp_path / "root", tmp_path / "far"
    write(far, "z.txt")
    write(root, ".fahrasignore", "c/\n")
    for name in ("c", "d"):
        (root / name).symlink_to(far, target_is_directory=True)
    assert names(walk(str(root), choices=FOLLOW)) == ["d/z.txt"]


def test_a_link_to_nowhere_is_a_problem_only_if_it_would_be_read(tmp_path: Path):
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nothing")
    (tmp_path / "gone.lock").symlink_to(tmp_path / "nothing")
    assert not walk(str(tmp_path)).problems
    seen = walk(str(tmp_path), choices=FOLLOW)
    assert [os.path.basename(problem.path) for problem in seen.problems] == ["gone.txt"]
    assert not seen.files


def test_pipes_and_sockets_are_named_and_never_opened(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.txt")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server, pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        server.bind("s.md")
        seen = walk(str(tmp_path))
    assert sorted(os.path.basename(problem.path) for problem in seen.problems) == [
        "pipe.txt",
        "s.md",
    ]
    assert not seen.files


@pytest.mark.parametrize(
    "name",
    [b"\xe3\xe4.txt", "سلام عليكم.txt".encode(), b"a\nb.txt", b" .txt", b"-n.txt", b"\xff/\xfe.md"],
    ids=["not-utf8", "arabic", "newline", "space", "dash", "folder-not-utf8"],
)
def test_any_name_survives(tmp_path: Path, name: bytes):
    path = os.path.join(os.fsencode(tmp_path), name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    Path(os.fsdecode(path)).write_bytes(b"x")
    (found,) = walk(str(tmp_path)).files
    assert os.fsencode(found) == path
    assert hash_file(found)


def test_a_root_may_be_a_file(tmp_path: Path):
    path = str(write(tmp_path, ".hidden.txt"))
    assert list(walk(path).files) == [path]
    other = walk(str(write(tmp_path, "a.png")))
    assert not other.files
    assert "not a kind of file" in other.problems[0].reason


def test_a_root_that_is_gone_is_unreadable(tmp_path: Path):
    seen = walk(str(tmp_path / "gone"))
    assert seen.root in seen.unreadable
    assert len(seen.problems) == 1


def test_an_empty_folder_is_no_problem(tmp_path: Path):
    seen = walk(str(tmp_path))
    assert seen.root not in seen.unreadable
    assert not seen.files
    assert not seen.problems


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_locked_folder_is_a_problem_and_the_rest_is_seen(tmp_path: Path):
    write(tmp_path, "a.txt")
    write(tmp_path, "locked/b.txt")
    known = Known(walk(str(tmp_path)))
    (tmp_path / "locked").chmod(0)
    try:
        seen = walk(str(tmp_path))
        changes = against(known, seen)
    finally:
        (tmp_path / "locked").chmod(0o700)
    assert names(seen) == ["a.txt"]
    assert "permission" in seen.problems[0].reason
    assert files(changes.unreachable) == ["b.txt"]
    assert not changes.removed


def test_folders_deeper_than_the_stack_are_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    depth = 1050
    monkeypatch.chdir(tmp_path)
    for _ in range(depth):
        os.mkdir("d")
        os.chdir("d")
    Path("x.txt").write_text("x")
    seen = walk(str(tmp_path))
    Path("x.txt").unlink()
    for _ in range(depth):  # by hand: rmtree recurses
        os.chdir("..")
        os.rmdir("d")
    assert names(seen) == ["d/" * depth + "x.txt"]


def plain_order(path: str) -> tuple[bool | str, ...]:
    """Each folder (True) and its name, then the file (False) and its: `False` goes first."""
    *folders, name = path.split("/")
    return (*(part for folder in folders for part in (True, folder)), False, name)


PARTS = st.lists(st.text("a-\x01.", min_size=1, max_size=3), min_size=1, max_size=4)


@given(st.lists(PARTS.map("/".join), unique=True))
def test_files_stand_before_those_of_folders_in_the_order_of_names(paths: list[str]) -> None:
    assert sorted(paths, key=name_order) == sorted(paths, key=plain_order)


def test_added_files_come_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b/a.txt", "b.txt", "a/z.txt", "a/b/c.txt", "c.txt"):
        write(tmp_path, name)
    (tmp_path / "a.txt").symlink_to(write(tmp_path.parent, "far.txt"))
    added = against(Known(Walk("")), walk(str(tmp_path), choices=FOLLOW)).added
    assert [os.path.relpath(state.path, tmp_path) for state in added] == [
        "a.txt", "b.txt", "c.txt", "a/z.txt", "a/b/c.txt", "b/a.txt",
    ]  # fmt: skip


def test_each_file_is_noticed_once(tmp_path: Path) -> None:
    write(tmp_path, "b.txt")
    write(tmp_path, "a/c.md")
    write(tmp_path, "away.png")
    target = write(tmp_path.parent, "target.txt")
    (tmp_path / "a" / "link.txt").symlink_to(target)
    (tmp_path / "double.txt").symlink_to(tmp_path / "b.txt")
    for root in (str(tmp_path), str(target)):
        noticed: list[tuple[str, Stamp]] = []

        def notice(folder: str, files: Mapping[str, Stamp], noticed=noticed) -> None:
            noticed.extend((os.path.join(folder, name), files[name]) for name in files)

        seen = walk(root, notice, FOLLOW)
        assert sorted(noticed) == sorted(seen.files.items())


# --- compare


@pytest.fixture
def folder(tmp_path: Path) -> tuple[Path, Known]:
    write(tmp_path, "a.txt", "الأول")
    write(tmp_path, "b.txt", "الثاني هنا")
    write(tmp_path, "sub/c.txt", "الثالث هناك بعيدا")
    return tmp_path, Known(walk(str(tmp_path)))


def test_nothing_changed_reads_nothing(folder):
    root, known = folder
    changes = against(known, walk(str(root)), content_of=lambda path: pytest.fail(f"read {path}"))
    assert changes == Changes(unchanged=3)
    assert changes.is_empty


def test_another_time_with_the_same_content_is_touched(folder):
    root, known = folder
    os.utime(root / "a.txt", ns=(1, 1))
    changes = against(known, walk(str(root)))
    assert base(changes.touched) == ["a.txt"]
    assert changes.touched[0].mtime_ns == 1
    assert changes.touched[0].digest == known.digests[str(root / "a.txt")]
    assert changes.unchanged == 2
    assert not changes.changed


def test_an_edit_of_the_same_size_is_found_by_content(folder):
    root, known = folder
    write(root, "a.txt", "الآخر")
    os.utime(root / "a.txt", ns=(1, 1))
    assert base(against(known, walk(str(root))).changed) == ["a.txt"]


def test_an_edit_of_another_size_is_found_without_reading(folder):
    root, known = folder
    write(root, "a.txt", "نص أطول من الأول")
    changes = against(known, walk(str(root)), content_of=lambda path: pytest.fail(f"read {path}"))
    assert base(changes.changed) == ["a.txt"]


def test_an_edit_within_the_tick_of_the_clock_is_found_if_the_run_was_near(folder):
    root, known = folder
    path = root / "a.txt"
    _, written_ns = known[str(path)]
    write(root, "a.txt", "الآخر")
    os.utime(path, ns=(written_ns, written_ns))
    near, far = written_ns + 1_900_000_000, written_ns + 2_100_000_000
    assert base(against(known, walk(str(root)), last_run_ns=near).changed) == ["a.txt"]
    assert base(against(known, walk(str(path)), last_run_ns=far).changed) == []


def test_a_racy_file_that_did_not_change_is_unchanged(folder):
    root, known = folder
    changes = against(known, walk(str(root)), last_run_ns=0)
    assert changes.is_empty
    assert changes.unchanged == 3


def test_a_renamed_file_is_moved(folder):
    root, known = folder
    (root / "a.txt").rename(root / "sub" / "ا.txt")
    changes = against(known, walk(str(root)))
    assert [(base([old]), base([new])) for old, new in changes.moved] == [(["a.txt"], ["ا.txt"])]
    assert not changes.added
    assert not changes.removed


def test_a_renamed_folder_moves_files_of_one_content_under_their_own_names(tmp_path: Path):
    for name in ("old/1.txt", "old/2.txt", "old/3.txt"):
        write(tmp_path, name, "")
    known = Known(walk(str(tmp_path)))
    (tmp_path / "old").rename(tmp_path / "new")
    changes = against(known, walk(str(tmp_path)))
    assert [base(pair) for pair in changes.moved] == [
        ["1.txt", "1.txt"], ["2.txt", "2.txt"], ["3.txt", "3.txt"],
    ]  # fmt: skip


def test_a_copy_is_added_and_only_read_when_something_of_its_size_left(folder):
    root, known = folder
    write(root, "copy.txt", "الأول")
    changes = against(known, walk(str(root)), content_of=lambda path: pytest.fail(f"read {path}"))
    assert base(changes.added) == ["copy.txt"]
    assert not changes.moved


def test_same_size_but_other_content_is_no_move(folder):
    root, known = folder
    (root / "a.txt").unlink()
    write(root, "new.txt", "الآخر")
    changes = against(known, walk(str(root)))
    assert base(changes.added) == ["new.txt"]
    assert base(changes.removed) == ["a.txt"]


def test_an_unreachable_root_removes_nothing(folder):
    root, known = folder
    root.rename(root.with_name("elsewhere"))
    changes = against(known, walk(str(root)))
    assert changes.unreachable == tuple(sorted(known))
    assert changes.is_empty
    assert len(changes.problems) == 1


def test_files_of_an_unreadable_folder_are_kept(folder):
    root, known = folder
    seen = walk(str(root))
    del seen.folders[str(root / "sub")]["c.txt"]
    seen.unreadable.append(str(root / "sub"))
    changes = against(known, seen)
    assert files(changes.unreachable) == ["c.txt"]
    assert not changes.removed


def test_a_doubtful_file_that_cannot_be_read_is_kept_and_reported(folder):
    root, known = folder
    seen = walk(str(root))
    path = str(root / "a.txt")
    seen.folders[str(root)]["a.txt"] = (seen.files[path][0], 1)
    (root / "a.txt").unlink()
    changes = against(known, seen)
    assert files(changes.unreachable) == ["a.txt"]
    assert [problem.path for problem in changes.problems] == [path]


PATHS = st.sampled_from([f"/r/{folder}/{name}" for folder in "ab" for name in "123"])
STATES = st.dictionaries(
    PATHS, st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from("xy"))
)


@given(STATES, STATES, st.none() | st.integers(0, 3), st.lists(st.sampled_from(["/r/a", "/r"])))
def test_each_file_is_in_exactly_one_place(before, now, last_run_ns, unreadable):
    known = {path: state[:2] for path, state in before.items()}
    seen = Walk("/r")
    seen.folders = by_folder({path: state[:2] for path, state in now.items()})
    seen.unreadable += unreadable
    told: list[None] = []
    comparison = Comparison(
        by_folder(known),
        digest_of=lambda path: before[path][2],
        last_run_ns=last_run_ns,
        content_of=lambda path: now[path][2],
        on_change=lambda: told.append(None),
    )
    for folder, files in seen.folders.items():
        comparison.take(folder, files)
    comparison.end(seen)
    changes = comparison.look().changes
    assert bool(told) == any(known.get(path) != stamp for path, stamp in seen.files.items())
    doubtful = base_paths(changes.changed + changes.touched)
    unchanged = [path for path in known.keys() & now.keys() if path not in doubtful]
    assert changes.unchanged == len(unchanged)
    both = doubtful + unchanged
    olds = both + base_paths([old for old, _ in changes.moved])
    news = both + base_paths([new for _, new in changes.moved]) + base_paths(changes.added)
    assert sorted(olds + base_paths(changes.removed) + list(changes.unreachable)) == sorted(known)
    assert sorted(news) == sorted(seen.files)
    for old, new in changes.moved:
        assert before[old.path][::2] == now[new.path][::2]
    for path in unchanged:
        assert before[path][:2] == now[path][:2]
    for state in changes.touched:
        assert before[state.path][2] == now[state.path][2]


def base_paths(states) -> list[str]:
    return [state.path for state in states]


NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1)


@settings(max_examples=25)
@given(st.sets(NAMES.filter(lambda n: n not in (".", "..") and len(n.encode()) < 200), max_size=6))
def test_walking_is_deterministic_and_sees_every_file_that_is_not_hidden(found):
    with tempfile.TemporaryDirectory() as root:
        for name in found:
            Path(root, f"{name}.txt").write_text("x")
        first, second = walk(root), walk(root)
    assert list(first.files.items()) == list(second.files.items())
    visible = sorted(f"{name}.txt" for name in found if not name.startswith("."))
    assert names(first) == visible


def test_an_ignore_file_at_the_root_leaves_out_what_it_names(tmp_path: Path) -> None:
    for name in ("a.txt", "b.md", "drafts/c.txt", "drafts/keep.txt", "x/drafts/d.txt", "x/b.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("نص", encoding="utf-8")
    rules = "# comment\n/b.md\n/drafts/*\n!/drafts/keep.txt\n"
    (tmp_path / ".fahrasignore").write_text(rules, encoding="utf-8")
    seen = walk(str(tmp_path))
    names = {os.path.relpath(path, tmp_path) for path in seen.files}
    assert names == {"a.txt", "drafts/keep.txt", "x/drafts/d.txt", "x/b.md"}


def test_without_an_ignore_file_nothing_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("نص", encoding="utf-8")
    assert len(walk(str(tmp_path)).files) == 1
