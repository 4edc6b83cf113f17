"""What a person sees on a terminal: golden views at three widths, and what holds at any width."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from arabic_reshaper import ArabicReshaper
from bidi.algorithm import get_display
from cli_process import PROJECT, run, run_on_terminal
from hypothesis import given
from hypothesis import strategies as st
from screens import View, drawn
from views import RECORDS, SHOWN, TEXTS, WIDTHS, golden, make_folder, path_of, seen

from indexer.cli.line.kinds import UsageError
from indexer.cli.output import bidi, links
from indexer.cli.output.wrap import Line, columns_of, width_of, wrapped

SOURCE = "\n".join(
    [*TEXTS.values(), *(record.get("title", "") + "\n" + record["text"] for record in RECORDS)]
)
ARABIC_RUN = re.compile("[\u0600-\u06ff]+(?: [\u0600-\u06ff]+)*")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("views")
    make_folder(place)
    return place


@pytest.fixture(scope="module")
def views(folder: Path) -> dict[tuple[str, int], View]:
    return {(name, columns): seen(name, columns, folder) for name, columns in SHOWN}


@pytest.mark.parametrize(("name", "columns"), SHOWN)
def test_golden(views: dict[tuple[str, int], View], name: str, columns: int) -> None:
    """`python tests/helpers/views.py` renews them."""
    assert golden(views[name, columns]) == path_of(name, columns).read_text("utf-8")


def rows_of_text(shown: View) -> list[str]:
    """The rows with titles and passages."""
    return [row.strip() for row in shown.rows if re.match(r"  [^\s(]", row)]


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("name", ["words", "limited"])
def test_rows_are_pieces_of_the_source(
    views: dict[tuple[str, int], View], name: str, columns: int
) -> None:
    """In logical order, no word broken, no row wider than the terminal."""
    source = " ".join(SOURCE.split())
    rows = rows_of_text(views[name, columns])
    assert len(rows) >= 4
    for row in rows:
        assert len(row) <= columns - 2
        for run_of_words in ARABIC_RUN.findall(row):
            assert re.search(rf"(?<!\w){re.escape(run_of_words)}(?!\w)", source)
        assert f" {row} " in f" {source} "


@pytest.mark.parametrize("columns", WIDTHS)
def test_matches_are_painted_whole(views: dict[tuple[str, int], View], columns: int) -> None:
    shown = views["words", columns]
    assert set(" ".join(shown.texts("bold red")).split()) == {"مدينة", "البوكمال", "ترامب"}
    assert set(shown.texts("bold underscore red")) == {"ترمب", "المدينة", "مدن"}
    assert views["explained", 60].texts("bold red")[1] == "البُوكَمَالُ"


def test_a_narrow_terminal_breaks_no_word(folder: Path) -> None:
    whole = set(SOURCE.split())
    shown = run_on_terminal("search", "المدينة هدنة", "--color", "never", cwd=folder, columns=12)
    rows = [row for row in shown.text.splitlines() if re.match(r"  \S", row)]
    words = {word for row in rows if "(" not in row for word in row.split()}
    assert words - whole == {"rec-7", "2017-11-19"}


def test_the_next_step_leads_on(folder: Path) -> None:
    search = ("search", "مدينة", "--sort", "path", "--color", "never")
    first = run_on_terminal(*search, "-n", "2", cwd=folder).text.splitlines()
    step = re.search(r"\(more: (--offset \d+) or (-n \d+)\)", first[-2])
    assert step is not None, first
    every = run("search", "-l", "--all", "--sort", "path", "مدينة", cwd=folder).lines
    after = run("search", "-l", "--sort", "path", *step[1].split(), "مدينة", cwd=folder)
    assert after.lines == every[2:]
    last = run_on_terminal(*search, cwd=folder).text
    assert "more:" not in last


def test_in_a_pipe_nothing_is_wrapped_or_reordered(folder: Path) -> None:
    plain = run("search", "--sort", "path", "ترامب", cwd=folder, COLUMNS="20")
    flags = ("--bidi", "visual", "--hyperlink", "auto")
    assert run("search", "--sort", "path", *flags, "ترامب", cwd=folder).out == plain.out
    path, line, text = plain.lines[0].split(":", 2)
    assert text.strip() in TEXTS[path].split("\n")[int(line) - 1]


def in_visual_order(rows: list[Line]) -> list[Line]:
    order = bidi.order_of("visual")
    assert order is not None
    return order(rows)


STRONG = st.text(st.sampled_from("بتثجدرسلاأة ab12(),.«»"), min_size=1, max_size=40)


@given(STRONG)
def test_visual_order_is_that_of_the_unicode_algorithm(text: str) -> None:
    (row,) = in_visual_order([[(text, "bold")]])
    assert "".join(piece for piece, _ in row) == get_display(ArabicReshaper().reshape(text))


@given(st.lists(st.tuples(STRONG, st.sampled_from(["", "bold red"])), min_size=1, max_size=6))
def test_visual_order_keeps_styles(line: Line) -> None:
    (row,) = in_visual_order([line])
    shape = ArabicReshaper().reshape
    for style in ("", "bold red"):
        sent = sorted("".join(shape(text) for text, own in line if own == style))
        mirrored = str.maketrans("()«»", "((««")
        shown = sorted("".join(text for text, own in row if own == style))
        assert [c.translate(mirrored) for c in shown if c not in "()«»"] == [
            c for c in sent if c not in "()«»"
        ]


def test_marks_stay_behind_their_letters() -> None:
    (row,) = in_visual_order([[("كَتَبَ", "")]])
    assert row == [("\ufe90\u064e\ufe98\u064e\ufedb\u064e", "")]


def test_a_text_from_right_to_left_ends_at_one_column() -> None:
    rows = in_visual_order([[("كتاب طويل", "")], [("قصير", "")]])
    assert [width_of(row) for row in rows] == [9, 9]
    assert rows[1][0] == (" " * 5, "")
    assert [width_of(row) for row in in_visual_order([[("a book", "")], [("a", "")]])] == [
        6,
        1,
    ]


WORDS = st.lists(st.text(st.sampled_from("كتابَ٣x世\u200c"), min_size=1, max_size=9), min_size=1)


@given(WORDS, st.integers(1, 40))
def test_wrapping_keeps_every_word(words: list[str], columns: int) -> None:
    rows = wrapped([("  ".join(words), ""), ("\n", "bold")], columns)
    texts = ["".join(text for text, _ in row) for row in rows]
    assert " ".join(texts) == " ".join(words)
    for row, text in zip(rows, texts, strict=True):
        assert width_of(row) <= columns or " " not in text


def test_the_short_way_to_count_columns_is_right() -> None:
    for code in range(0x20, 0x3000):
        letter = chr(code)
        unmarked = unicodedata.category(letter) not in ("Mn", "Me", "Cf")
        assert columns_of(letter) == int(unmarked) * (1 + (code in WIDE)), hex(code)


WIDE = [c for c in range(0x20, 0x3000) if unicodedata.east_asian_width(chr(c)) in "WF"]


def test_words_of_several_pieces_stay_together() -> None:
    line: Line = [("قال «", ""), ("ترمب", "bold red"), ("»، ثم", "")]
    assert wrapped(line, 8) == [
        [("قال", "")],
        [("«", ""), ("ترمب", "bold red"), ("»،", "")],
        [("ثم", "")],
    ]


def test_visual_without_its_packages_names_the_extra(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "arabic_reshaper.py").write_text("raise ModuleNotFoundError(name=__name__)\n")
    flags = ("search", "--bidi", "visual", "مدينة")
    path = f"{tmp_path}:{PROJECT}"
    shown = run_on_terminal(*flags, cwd=folder, columns=100, PYTHONPATH=path)
    assert shown.code == 2
    said = "fahras: --bidi visual needs arabic_reshaper: run pip install 'fahras[visual]'"
    assert shown.text.strip() == said


OPENED = re.compile(r"\x1b\]8;;([^\x1b]+)\x1b\\([^\x1b]|\x1b\[)")


def test_paths_are_links_on_a_terminal(folder: Path) -> None:
    shown = run_on_terminal("search", "--sort", "path", "مدينة", cwd=folder).text
    targets = [target for target, _ in OPENED.findall(shown)]
    assert len(targets) == 5
    assert all(target.startswith("file://") and target.isascii() for target in targets)
    assert any(target.endswith("/%D8%B9%D9%8A%D9%86/%D9%85%D8%AF%D9%8A%D9%86%D8%A9%20"
                               "%D8%A7%D9%84%D8%A8%D9%88%D9%83%D9%85%D8%A7%D9%84.txt")
               for target in targets)  # fmt: skip
    assert shown.count("\x1b]8;;\x1b\\") == 5
    assert "news/2017/albukamal.txt:" in "\n".join(drawn(shown, 80).rows)
    for flags in (["--hyperlink", "never"], ["--color", "never"]):
        assert "\x1b]8" not in run_on_terminal("search", "مدينة", *flags, cwd=folder).text
    assert "\x1b]8" not in run_on_terminal("search", "مدينة", cwd=folder, TERM="linux").text


def test_links_have_a_line_where_the_terminal_knows_lines(folder: Path) -> None:
    search = ("search", "--in", "news/*", "ترامب")
    kitty = run_on_terminal(*search, cwd=folder, TERM="xterm-kitty").text
    assert OPENED.findall(kitty)[0][0].endswith("albukamal.txt#5")
    code = run_on_terminal(*search, cwd=folder, TERM_PROGRAM="vscode").text
    assert re.fullmatch(r"vscode://file/.*albukamal\.txt:5:\d+", OPENED.findall(code)[0][0])


LINKS = [
    ("never", True, ""),
    ("auto", False, ""),
    ("auto", True, "file://{host}{path}"),
    ("always", False, "file://{host}{path}"),
    ("kitty", False, "file://{host}{path}#{line}"),
    ("x-editor:open?f={path}&l={line}", False, "x-editor:open?f={path}&l={line}"),
]


@pytest.mark.parametrize(("choice", "paints", "form"), LINKS)
def test_which_links(choice: str, paints: bool, form: str) -> None:
    assert links.format_of(choice, {"TERM": "xterm"}, paints=paints) == form


@pytest.mark.parametrize(
    "choice", ["", "allways", "file://x", "{path}", "f:{path}{row}", "f:\x1b{path}"]
)
def test_what_is_no_link_is_refused(choice: str) -> None:
    with pytest.raises(UsageError, match="--hyperlink"):
        links.format_of(choice, {}, paints=True)


@given(st.text(st.characters(codec="utf-8")), st.integers(1))
def test_no_name_ends_a_link(name: str, line: int) -> None:
    link = links.opening("f:{path}:{line}", "/" + name, line, None)
    assert link.isascii()
    assert re.fullmatch(r"\x1b\]8;;f:/[!-~]*:\d+\x1b\\", link)
