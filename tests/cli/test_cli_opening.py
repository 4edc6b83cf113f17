"""`--open` and `--pick`; programs that write down what they are told play editors and fzf."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from cli_process import COMMAND, environment, run, run_beside_terminal, run_on_terminal
from folders import write_program

from indexer.cli.line.kinds import UsageError
from indexer.cli.output.editor import Spot, command_for

SPOT = Spot("/a b/{line} x.txt", 12, 3)

EDITORS = [
    ("vi", ["vi", "+12", SPOT.path]),
    ("/usr/bin/nvim -u NONE", ["/usr/bin/nvim", "-u", "NONE", "+12", SPOT.path]),
    ("emacs -nw", ["emacs", "-nw", "+12:3", SPOT.path]),
    ("emacsclient", ["emacsclient", "+12:3", SPOT.path]),
    ("nano", ["nano", "+12,3", SPOT.path]),
    ("code --wait", ["code", "--wait", "--goto", f"{SPOT.path}:12:3"]),
    ("kate", ["kate", "--line", "12", "--column", "3", SPOT.path]),
    ("hx", ["hx", f"{SPOT.path}:12:3"]),
    ("'/opt/my editor/ed'", ["/opt/my editor/ed", SPOT.path]),
    ("", ["vi", "+12", SPOT.path]),
]


@pytest.mark.parametrize(("editor", "words"), EDITORS)
def test_each_editor_has_its_own_way(editor: str, words: list[str]) -> None:
    assert command_for(SPOT, {"EDITOR": editor}, is_text=True) == words


def test_visual_comes_before_editor() -> None:
    both = {"VISUAL": "kate", "EDITOR": "vi"}
    assert command_for(SPOT, both, is_text=True)[0] == "kate"


@pytest.mark.parametrize("editor", ["vi", "emacs", "code", "kate", "nano"])
def test_without_a_line_only_the_file_is_named(editor: str) -> None:
    assert command_for(Spot("/x"), {"EDITOR": editor}, is_text=True) == [editor, "/x"]


def test_a_column_alone_is_the_first() -> None:
    assert command_for(Spot("/x", 4), {"EDITOR": "nano"}, is_text=True) == ["nano", "+4,1", "/x"]


def test_a_broken_variable_is_named() -> None:
    with pytest.raises(UsageError, match="EDITOR has a quotation mark"):
        command_for(SPOT, {"EDITOR": "vi '"}, is_text=True)


@pytest.fixture
def bin_path(tmp_path: Path) -> Path:
    """A folder for programs, with editors that write their words down."""
    told = shlex.quote(str(tmp_path / "told"))
    for name in ("kate", "vim", "xdg-open"):
        write_program(tmp_path / "bin", name, f'printf "%s\\n" {name} "$@" > {told}')
    return tmp_path / "bin"


def told(bin_path: Path) -> list[str]:
    return (bin_path.parent / "told").read_text("utf-8").splitlines()


def test_the_best_hit_is_opened_at_its_line(texts: Path, bin_path: Path) -> None:
    done = run("search", "--open", "بستان", cwd=texts, VISUAL="kate -n", PATH=str(bin_path))
    assert (done.code, done.out) == (0, b"")
    path = str(texts / "crlf.txt")
    assert told(bin_path) == ["kate", "-n", "--line", "2", "--column", "5", path]


def test_a_record_is_opened_at_its_line(texts: Path, bin_path: Path) -> None:
    run("search", "--open", "+بعيد", cwd=texts, EDITOR="vim", VISUAL="", PATH=str(bin_path))
    assert told(bin_path) == ["vim", "+2", str(texts / "records.jsonl")]


def test_similar_opens_too(texts: Path, bin_path: Path) -> None:
    done = run("similar", "news/first.txt", "--open", cwd=texts, EDITOR="vim", PATH=str(bin_path))
    assert done.code == 0
    assert told(bin_path)[-1] == str(texts / "news" / "second.txt")


def test_odd_names_reach_the_editor_whole(
    odd_names: tuple[Path, list[bytes]], bin_path: Path
) -> None:
    folder, names = odd_names
    script = f'for last; do :; done; printf "%s" "$last" > {shlex.quote(str(bin_path / "last"))}'
    write_program(bin_path, "vim", script)
    for name in (names[0], names[1], names[-1]):
        listed = os.fsencode(folder) + b"/" + name + b"\0"
        done = run("search", "--open", "--files-from", "-", "زعفران", cwd=folder, stdin=listed,
                   EDITOR="vim", PATH=str(bin_path))  # fmt: skip
        assert done.code == 0, done.err
        assert (bin_path / "last").read_bytes() == os.fsencode(folder) + b"/" + name


def test_what_is_no_text_is_left_to_the_system(tmp_path: Path, bin_path: Path) -> None:
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "a.txt").write_text("سفينة", "utf-8")
    assert run("index", cwd=folder).code == 0
    (folder / "a.txt").write_bytes(b"%PDF-1.4 ")
    run("search", "--open", "سفينة", cwd=folder, EDITOR="vim", PATH=str(bin_path))
    assert told(bin_path) == ["xdg-open", str(folder / "a.txt")]


def test_what_cannot_be_opened_is_said(texts: Path, bin_path: Path, tmp_path: Path) -> None:
    write_program(bin_path, "failing", "exit 3")
    for editor, message in (
        ("failing", "fahras: failing ended with 3"),
        ("nowhere", "fahras: nowhere: No such file or directory: set VISUAL or EDITOR"),
    ):
        done = run("search", "--open", "بستان", cwd=texts, EDITOR=editor, PATH=str(bin_path))
        assert (done.code, done.errors[0]) == (2, message)
    done = run("search", "--open", "طغرغش", cwd=texts, EDITOR="failing", PATH=str(bin_path))
    assert done.code == 1
    assert "nothing found" in done.err
    gone = tmp_path / "gone"
    gone.mkdir()
    (gone / "a.txt").write_text("سفينة", "utf-8")
    run("index", cwd=gone)
    (gone / "a.txt").unlink()
    done = run("search", "--open", "سفينة", cwd=gone, EDITOR="vim", PATH=str(bin_path))
    assert (done.code, done.errors) == (2, [f"fahras: {gone}/a.txt: No such file or directory"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--open", "--queries", "-"], "for one query"), (["--pick", "--queries", "-"], "one query"),
     (["--pick", "--files-from", "-", "x"], "give the list of --files-from as a file"),
     (["--open"], "give a query")],
)  # fmt: skip
def test_what_cannot_be_together(texts: Path, arguments: list[str], message: str) -> None:
    done = run("search", *arguments, cwd=texts)
    assert done.code == 2
    assert message in done.err


FZF = """
cat > "$LOG/list"
for word; do printf '%s\\n' "$word" >> "$LOG/words"; done
for word; do
    case $word in
    --bind=change:reload:*) command=${word#--bind=change:reload:} ;;
    --preview=*) preview=${word#--preview=} ;;
    esac
done
# as one types, fzf puts the words, quoted, in the place of {q}
typed() { printf '%s' "$1" | awk -v q="'$TYPED'" -v p="'vowels.txt'" \
    '{ gsub(/\\{q\\}/, q); gsub(/\\{4\\}/, p); print }'; }
sh -c "$(typed "$command")" > "$LOG/typed"
sh -c "$(typed "$preview")" > "$LOG/preview"
[ -n "$FAILS" ] && exit "$FAILS"
head -n 1 "$LOG/typed"
"""


@pytest.fixture
def fzf(bin_path: Path) -> dict[str, str]:
    """The environment in which fzf is the program above, and something is typed in it."""
    write_program(bin_path, "fzf", FZF)
    path = f"{bin_path}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "LOG": str(bin_path), "TYPED": "بستان", "FAILS": ""}


def test_a_hit_is_picked_in_fzf(texts: Path, fzf: dict[str, str]) -> None:
    done = run_beside_terminal("search", "--pick", "--in", "*.txt", "قاذفات", cwd=texts, **fzf)
    assert (done.code, done.text, done.err) == (0, "crlf.txt:2\n", "")
    log = Path(fzf["LOG"])
    assert "news/first.txt" in (log / "list").read_text("utf-8")
    words = (log / "words").read_text("utf-8").splitlines()
    assert "--disabled" in words
    assert "--query=قاذفات" in words
    assert "--in=*.txt" in next(word for word in words if word.startswith("--bind="))
    assert "دَخَلَ" in (log / "preview").read_text("utf-8")


def test_what_is_picked_is_printed_or_opened(texts: Path, fzf: dict[str, str]) -> None:
    assert (
        run_beside_terminal("search", "--pick", "-l", "x", cwd=texts / "news", **fzf).text
        == "../crlf.txt\n"
    )
    done = run_beside_terminal("search", "--pick", "--open", cwd=texts, EDITOR="kate", **fzf)
    assert (done.code, done.out) == (0, b"")
    assert told(Path(fzf["LOG"]))[1:5] == ["--line", "2", "--column", "5"]


def test_words_with_quotes_stay_words(texts: Path, fzf: dict[str, str], tmp_path: Path) -> None:
    hostile = f"'; touch {tmp_path}/harm; echo '"
    done = run_beside_terminal("search", "--pick", hostile, cwd=texts, **fzf)
    assert done.text == "crlf.txt:2\n"
    assert not (tmp_path / "harm").exists()
    assert f"--query={hostile}" in (Path(fzf["LOG"]) / "words").read_text("utf-8").splitlines()


@pytest.mark.parametrize(("returned", "code"), [("130", 1), ("1", 1), ("2", 2)])
def test_nothing_is_picked(texts: Path, fzf: dict[str, str], returned: str, code: int) -> None:
    done = run_beside_terminal(
        "search", "--pick", "قاذفات", cwd=texts, **{**fzf, "FAILS": returned}
    )
    assert (done.code, done.out) == (code, b"")
    assert bool(done.err) == (code == 2)


def test_without_a_terminal_fzf_is_not_run(texts: Path, fzf: dict[str, str]) -> None:
    command = [*COMMAND, "search", "--pick", "قاذفات"]
    done = subprocess.run(
        command, cwd=texts, env=environment(**fzf), capture_output=True, start_new_session=True
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == (
        "fahras: --pick: there is no terminal to choose on: run it on one "
        "(see fahras search --help)\n"
    )
    assert not (Path(fzf["LOG"]) / "list").exists()


def test_without_fzf_a_number_is_asked_for(texts: Path, bin_path: Path) -> None:
    done = run_on_terminal("search", "--pick", "قاذفات", cwd=texts, keys="بستان\n1\n",
                           PATH=str(bin_path))  # fmt: skip
    assert done.code == 0
    assert "2." in done.text
    assert done.lines[-1].endswith(": crlf.txt:2")


@pytest.mark.parametrize("keys", ["\n", "\x04"])
def test_without_fzf_one_may_leave(texts: Path, bin_path: Path, keys: str) -> None:
    done = run_on_terminal("search", "--pick", "قاذفات", cwd=texts, keys=keys, PATH=str(bin_path))
    assert done.code == 1


def test_without_fzf_and_terminal_it_is_said(texts: Path, bin_path: Path) -> None:
    done = run("search", "--pick", "قاذفات", cwd=texts, PATH=str(bin_path))
    assert done.code == 2
    assert "install fzf" in done.err


def test_the_place_is_what_show_takes(texts: Path) -> None:
    for place in run("search", "--format", "{place}", "--all", "ميناء قاذفات", cwd=texts).lines:
        assert run("show", place, cwd=texts).code == 0
