"""What one run is told about files is kept, said by `stats`, and changed by saying it again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_process import run

FILES = {
    "a.txt": "سفينة", "b.md": "سفينة", ".h.txt": "سفينة", "drafts/c.txt": "سفينة", "d.png": "x",
    ".fahrasignore": "e.txt\n", "e.txt": "سفينة", "bin.txt": "a\0b", "link.txt": "",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8") if text else None
    (tmp_path / "link.txt").symlink_to("a.txt")
    return tmp_path


def found(folder: Path, word: str = "سفينة") -> list[str]:
    return sorted(run("search", "-l", word, cwd=folder).lines)


def test_what_is_said_is_kept_until_it_is_said_again(folder: Path) -> None:
    run("index", "--exclude", "drafts/", "--hidden", cwd=folder)
    assert found(folder) == [".h.txt", "a.txt", "b.md"]
    (folder / "drafts" / "new.txt").write_text("سفينة", "utf-8")
    (folder / ".i.txt").write_text("سفينة", "utf-8")
    run("index", cwd=folder)
    assert found(folder) == [".h.txt", ".i.txt", "a.txt", "b.md"]
    assert "options     --exclude drafts/ --hidden\n" in run("stats", cwd=folder).text
    run("index", "--exclude", "*.md", "--no-ignore", cwd=folder)
    assert found(folder) == [
        ".h.txt", ".i.txt", "a.txt", "drafts/c.txt", "drafts/new.txt", "e.txt",
    ]  # fmt: skip
    run("index", "--rebuild", cwd=folder)
    assert "b.md" not in found(folder)
    assert ".h.txt" in found(folder)
    run("index", "--reset-options", "--type", "text", "--max-size", "1K", cwd=folder)
    assert found(folder) == ["a.txt", "b.md", "drafts/c.txt", "drafts/new.txt"]


def test_what_is_left_out_is_counted_and_listed(folder: Path) -> None:
    assert run("index", "-q", "--exclude", "drafts/", cwd=folder).out == b""
    stats = run("stats", cwd=folder).text
    for line in ("1 by ignore files", "1 by --include or --exclude", "1 hidden", "1 links",
                 "1 of kinds that are not read (.png 1)", "1 binary"):  # fmt: skip
        assert line in stats
    listed = run("stats", "--skipped", cwd=folder)
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in listed.lines}
    assert {path: why for path, (why, _) in rows.items()} == {
        ".h.txt": "hidden", "bin.txt": "binary", "d.png": "kind", "drafts": "excluded",
        "e.txt": "ignored", "link.txt": "link",
    }  # fmt: skip
    assert rows["e.txt"][1].endswith(".fahrasignore, line 1: e.txt")
    null = run("stats", "--skipped", "-0", cwd=folder).text.split("\0")
    assert null == [*rows, ""]
    record = json.loads(run("stats", "--skipped", "--json", cwd=folder).text)
    assert [item["path"] for item in record["skipped"]] == list(rows)
    assert json.loads(run("stats", "--json", cwd=folder).text)["left_out"]["hidden"] == 1


def test_a_list_of_files_is_kept_up_to_date_and_replaced(folder: Path) -> None:
    ix = ("--index", str(folder.parent / "ix"))
    done = run("index", "--files-from", "-", *ix, cwd=folder, stdin=b"a.txt\ne.txt\nnowhere.txt\n")
    assert done.code == 2
    assert "nowhere.txt: it is not there" in done.err
    assert sorted(run("search", "-l", "سفينة", *ix, cwd=folder).lines) == ["a.txt", "e.txt"]
    (folder / "a.txt").write_text("قطار", "utf-8")
    (folder / "nowhere.txt").write_text("قطار", "utf-8")
    assert run("index", *ix, cwd=folder).code == 0
    assert sorted(run("search", "-l", "قطار", *ix, cwd=folder).lines) == ["a.txt", "nowhere.txt"]
    (folder / "list").write_bytes(b"e.txt\0b.md\0")
    assert run("index", "-0", "--files-from", "list", *ix, cwd=folder).code == 0
    assert sorted(run("search", "-l", "سفينة", *ix, cwd=folder).lines) == ["b.md", "e.txt"]
    assert run("search", "-q", "قطار", *ix, cwd=folder).code == 1
    run("index", "--rebuild", *ix, cwd=folder)
    assert sorted(run("search", "-l", "سفينة", *ix, cwd=folder).lines) == ["b.md", "e.txt"]


def test_fields_are_kept_and_records_read_again_if_they_change(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text('{"story": "سفينة", "lead": "قطار"}\n', "utf-8")
    assert run("index", cwd=tmp_path).err == (
        "fahras: r.jsonl: no record has a field text, body or content; its fields are story, "
        "lead: say which is the text, as in text=story\n"
    )
    assert run("index", "--fields", "text=story", cwd=tmp_path).code == 0
    assert found(tmp_path) == ["r.jsonl"]
    assert run("index", "--fields", "text=lead", cwd=tmp_path).code == 0
    assert (found(tmp_path), found(tmp_path, "قطار")) == ([], ["r.jsonl"])
    assert run("index", cwd=tmp_path).text.startswith("Nothing changed: 1 file")


def test_a_part_of_a_folder_has_the_rules_of_the_whole(folder: Path) -> None:
    (folder / ".fahrasignore").write_text("c.txt\nsecret/\n", "utf-8")
    (folder / "secret").mkdir()
    (folder / "secret" / "s.txt").write_text("سفينة", "utf-8")
    run("index", cwd=folder)
    (folder / "drafts" / "new.txt").write_text("سفينة", "utf-8")
    run("index", "drafts", cwd=folder)
    done = run("index", "secret", cwd=folder)
    assert "left out, by an ignore file" in done.err
    assert found(folder) == ["a.txt", "b.md", "drafts/new.txt", "e.txt"]


WRONG = [
    (["--max-size", "1Q"], "--max-size: '1Q' is no size: give 500K, 20M or 1G, or 0 for any"),
    (["--fields", "tone=x"], "--fields: 'tone=x' is not ROLE=NAME, with a role of text, title"),
    (["--type", "soup"], "soup is no type of file; there are "),
    (["--exclude", "!"], "to exclude !: no pattern"),
    (["-0"], "--null: it is for --files-from"),
    (["--files-from", "x", "--rebuild"], "--files-from: it cannot be combined with PATH"),
    (["--files-from", "nowhere"], "nowhere: No such file or directory"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[" ".join(w[0]) for w in WRONG])
def test_what_cannot_be_said_is_refused(folder: Path, arguments: list[str], message: str) -> None:
    done = run("index", *arguments, cwd=folder)
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith(f"fahras: {message}")
    assert not (folder / ".fahras").exists()
