"""What a terminal is sent: rows and colours, never a stranger's control characters."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from cli_process import run_on_terminal

from indexer.cli.output import blocks, hints, render, terminal
from indexer.cli.output.progress import name_of_slow
from indexer.reports import Explanation, TermExplanation
from indexer.results import Hit, SearchResults, UnknownWord

SGR = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;(file://[!-~]*)?\x1b\\")
DANGEROUS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066\u2067]")


def disarmed(text: str) -> str:
    """The output without our own colours and links; nothing dangerous may be left."""
    rest = SGR.sub("", text)
    assert DANGEROUS.search(rest) is None, repr(rest)
    return rest


def test_a_hit_on_a_terminal(texts: Path) -> None:
    shown = run_on_terminal("search", "قاذفات -روسية", cwd=texts)
    assert shown.code == 0
    place, title, blank, totals = disarmed(shown.text).splitlines()
    assert place == "news/second.txt:1"
    assert title == "  قاذفات تعبر الحدود"
    assert blank == ""
    assert re.fullmatch(r"1 document in [\d.]+ m?s", totals)


def test_matched_words_are_painted_whole(texts: Path) -> None:
    shown = run_on_terminal("search", "الكاتب", cwd=texts)
    assert "\x1b[1;31mالكَاتِبُ\x1b[0m" in shown.text


def test_weaker_tiers_are_painted_otherwise(texts: Path) -> None:
    shown = run_on_terminal("search", "كاتب", cwd=texts)
    assert "\x1b[1;4;31mالكَاتِبُ\x1b[0m" in shown.text


@pytest.mark.parametrize("flags", [["--color", "never"], []], ids=["never", "NO_COLOR"])
def test_without_colour_no_escape_at_all(texts: Path, flags: list[str]) -> None:
    changes = {} if flags else {"NO_COLOR": "1"}
    shown = run_on_terminal("search", "قاذفات", *flags, cwd=texts, **changes)
    assert shown.code == 0
    assert "\x1b" not in shown.text


def test_dumb_terminal_gets_no_colour(texts: Path) -> None:
    assert "\x1b" not in run_on_terminal("search", "قاذفات", cwd=texts, TERM="dumb").text


HOSTILE_VIEWS = [
    pytest.param(["search", "حارس", "--context", "400"], id="search"),
    pytest.param(["search", "حارس", "--context", "400", "--color", "never"], id="search-plain"),
    pytest.param(
        ["search", "--format", "{snippet} {title}", "حارس", "--context", "400"], id="format"
    ),
    pytest.param(["search", "--json", "حارس", "--context", "400"], id="json"),
    pytest.param(["search", "--jsonl", "حارس", "--context", "400"], id="jsonl"),
    pytest.param(["show", "hostile.txt"], id="show"),
    pytest.param(["show", "hostile.txt", "-Q", "حارس", "--color", "never"], id="show-plain"),
    pytest.param(["analyze", "حارس \x1b[31m \u202e"], id="analyze"),
    pytest.param(["search", "طغرغريشات\x1b[31m\u202e"], id="error"),
    pytest.param(["show", "absent\x1b[31m\u202e.txt"], id="error-name"),
]


@pytest.mark.parametrize("arguments", HOSTILE_VIEWS)
def test_nothing_of_a_stranger_commands_the_terminal(texts: Path, arguments: list[str]) -> None:
    shown = run_on_terminal(*arguments, cwd=texts)
    text = disarmed(shown.text)
    assert "\x1b[31m" not in shown.text
    if arguments[0] in ("search", "show") and shown.code == 0:
        assert "[bold red]ليس وسما[/] :smile:" in text


def test_there_are_no_isolates_unless_asked_for(texts: Path) -> None:
    search = ("search", "حارس", "--context", "400")
    for flags in ([], ["--bidi", "auto"], ["--bidi", "none"]):
        assert "\u2068" not in run_on_terminal(*search, *flags, cwd=texts).text
    text = disarmed(run_on_terminal(*search, "--bidi", "isolate", cwd=texts).text)
    rows = [line for line in text.splitlines() if line.startswith("  ")]
    assert len(rows) > 2
    for row in rows:
        assert (row[:3], row[-1]) == ("  \u2068", "\u2069")
        assert (row.count("\u2068"), row.count("\u2069")) == (1, 1)


@pytest.mark.parametrize("flag", [[], ["-l"], ["-0"], ["--format", "{path}"], ["--json"]])
def test_file_names_command_nothing(odd_names: tuple[Path, list[bytes]], flag: list[str]) -> None:
    folder, names = odd_names
    shown = run_on_terminal("search", "--all", *flag, "زعفران", cwd=folder)
    text = disarmed(shown.text.replace("\0", "\n") if flag == ["-0"] else shown.text)
    assert "\x1b[31m" not in shown.text
    if flag in (["-l"], ["-0"], ["--format", "{path}"]):
        assert len(text.splitlines()) == len(names)
        assert "سطر␊آخر.txt" in text


def test_columns_of_the_environment_count(texts: Path) -> None:
    shown = run_on_terminal("search", "حارس", "--context", "400", cwd=texts, COLUMNS="30")
    rows = [line for line in disarmed(shown.text).splitlines() if line.startswith("  ")]
    assert len(rows) > 4
    assert max(map(len, rows)) <= 30


def test_progress_leaves_no_trace_in_the_summary(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("كلمة", encoding="utf-8")
    shown = run_on_terminal("index", cwd=tmp_path)
    assert shown.code == 0
    assert "1 added" in shown.text
    assert "1/1 files" in shown.text
    last = f"The index is in {tmp_path}/.fahras; search it with: fahras search WORDS"
    assert shown.lines[-1] == last
    quiet = run_on_terminal("index", "-q", cwd=tmp_path)
    assert (quiet.code, quiet.out) == (0, b"")
    assert run_on_terminal("index", cwd=tmp_path, TERM="dumb").text.startswith("Nothing changed")


def test_what_to_type_next_is_what_works(tmp_path: Path) -> None:
    (tmp_path / "in it").mkdir()
    (tmp_path / "in it" / "a.txt").write_text("كلمة", encoding="utf-8")
    shown = run_on_terminal("index", "in it", cwd=tmp_path)
    assert shown.lines[-1].endswith(f"search it with: cd '{tmp_path}/in it'; fahras search WORDS")
    shown = run_on_terminal("index", "in it", "--index", "ix", cwd=tmp_path)
    assert shown.lines[-1].endswith(f"search it with: fahras search --index {tmp_path}/ix WORDS")


@pytest.mark.parametrize(
    ("path", "seconds", "name"),
    [
        ("", 100.0, ""),
        ("/far/a.pdf", 0.5, ""),
        ("/far/a.pdf", 2.0, "a.pdf"),
        ("/far/a\n\x1b.pdf", 2.0, "a␊␛.pdf"),
        ("/far/" + "ب" * 90, 2.0, "ب" * 39 + "…"),
    ],
)
def test_a_file_is_named_once_it_takes_long(path: str, seconds: float, name: str) -> None:
    assert name_of_slow(path, time.monotonic() - seconds) == name


SAFE = [
    pytest.param("نص عادي", "نص عادي", id="text"),
    pytest.param("كِتَاب\u200c\u200d\u200f", "كِتَاب\u200c\u200d\u200f", id="marks-and-joiners"),
    pytest.param("a\x1b[31m", "a␛[31m", id="escape"),
    pytest.param("a\x9b31m", "a\ufffd31m", id="c1"),
    pytest.param("a\x7f\x00\x08", "a␡␀␈", id="controls"),
    pytest.param("a\nb\tc\r\nd\u2028e", "a b c  d e", id="breaks"),
    pytest.param("\u202eabc\u202c\u2066d\u2069", "abcd", id="overrides"),
    pytest.param("\ud800", "\ufffd", id="lone-surrogate"),
]


@pytest.mark.parametrize(("text", "expected"), SAFE)
def test_safe(text: str, expected: str) -> None:
    assert terminal.safe(text) == expected


def test_safe_names_show_their_line_breaks() -> None:
    assert terminal.safe_name("a\nb\tc.txt") == "a␊b␉c.txt"


def test_one_line_keeps_lengths() -> None:
    text = "a\r\nb\u2029c\td"
    assert terminal.one_line(text) == "a  b c d"
    assert len(terminal.one_line(text)) == len(text)


TOTALS = [
    pytest.param(1, 1, 0, "1 document in 1.5 ms", id="one"),
    pytest.param(10, 1234, 0, "10 of 1,234 documents in 1.5 ms", id="first"),
    pytest.param(10, 1234, 20, "number 21–30 of 1,234 documents in 1.5 ms", id="later"),
    pytest.param(1, 4, 3, "number 4 of 4 documents in 1.5 ms", id="last"),
    pytest.param(0, 4, 9, "0 of 4 documents in 1.5 ms", id="beyond"),
]


@pytest.mark.parametrize(("shown", "total", "offset", "line"), TOTALS)
def test_totals(shown: int, total: int, offset: int, line: str) -> None:
    hit = Hit("a", "/a", 1, 1, None, 0, "", None, 1, 1.0)
    results = SearchResults("q", total, (hit,) * shown, offset, 10, 1.5)
    assert blocks.totals(results) == line


def test_a_block_tells_all_about_a_hit() -> None:
    word = TermExplanation("نفط", (("نفط", "exact", 1.0, 2.0),), 3, 1.5, 2.0, 40.0, 1.25)
    explanation = Explanation((word,), 0.5, lead=0.25, question=0, part=0, constant=0, score=2)
    hit = Hit(
        "a.txt", "/a.txt", 7, 1, None, 0, "عنوان", "2017-11-19", 1, 1.75,
        copies=("b", "c"), stale="changed", explanation=explanation,
    )  # fmt: skip
    screen = render.Screen(is_terminal=True, colour=False)
    text = render.plain(blocks.blocks(screen, SearchResults("q", 1, (hit,), 0, 10, 1.0), None))
    place, also, names, title, added, more, proximity, lead, score, *_ = text.splitlines()
    assert names.split() == [os.path.relpath("b"), os.path.relpath("c")]
    assert place.endswith("/a.txt:7  ██████ 1.75  2017-11-19  +2 copies")
    assert also == "  (changed since it was indexed)"
    assert title == "  عنوان"
    assert "1.2500 نفط: df 3, idf 1.5000" in added
    assert "نفط (exact, weight 1, tf 2)" in " ".join((added + more).split())
    assert "0.5000 nearness" in proximity
    assert "0.2500 words near the beginning" in lead
    assert "2.0000 score" in score


def test_unknown_words_come_with_the_nearest_known(capsys: pytest.CaptureFixture[str]) -> None:
    unknown = (UnknownWord("قاذفاط", ("قاذفات", "قاذفة")), UnknownWord("زز", ()))
    results = SearchResults("q", 0, (), 0, 10, 1.0, unknown, ("ملاحظة\x1b[31m",))
    hints.tell_words(results)
    assert capsys.readouterr().err.splitlines() == [
        "fahras: not in the index: قاذفاط; did you mean (هل تقصد): قاذفات، قاذفة",
        "fahras: not in the index: زز",
        "fahras: ملاحظة␛[31m",
    ]
