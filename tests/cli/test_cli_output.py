"""The kinds of output, in pipes: bytes of the source, fields of the schema."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from cli_process import PROJECT, Run, run, run_on_terminal
from small_texts import TEXTS

from indexer.cli.output.records import HIT_FIELDS

SCHEMA = json.loads((PROJECT / "docs" / "hit.schema.json").read_text(encoding="utf-8"))

TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def violations(value: Any, schema: dict[str, Any], place: str = "hit") -> list[str]:
    """Where a value breaks the schema; knows the keywords that ours uses."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    names = schema.get("type", list(TYPES))
    allowed = [TYPES[name] for name in ([names] if isinstance(names, str) else names)]
    if isinstance(value, bool) and bool not in allowed:
        return [f"{place}: a boolean"]
    if not any(isinstance(value, kind) for kind in allowed):
        return [f"{place}: {value!r} is not {names}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{place}: {value!r}")
    if "const" in schema and value != schema["const"]:
        found.append(f"{place}: {value!r}")
    if "minimum" in schema and value is not None and value < schema["minimum"]:
        found.append(f"{place}: {value!r} too small")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [
            f"{place}.{name} missing" for name in schema.get("required", ()) if name not in value
        ]
        if schema.get("additionalProperties") is False:
            found += [f"{place}.{name} unknown" for name in value if name not in properties]
        for name, item in value.items():
            found += violations(item, properties.get(name, {}), f"{place}.{name}")
    if isinstance(value, list):
        for number, item in enumerate(value):
            found += violations(item, schema.get("items", {}), f"{place}[{number}]")
    return found


def hits(done: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.lines]


def test_schema_names_the_fields_of_the_contract() -> None:
    assert tuple(SCHEMA["required"]) == HIT_FIELDS


@pytest.mark.parametrize(
    "flags",
    [
        [],
        ["--explain"],
        ["--no-snippets"],
        ["--snippets", "3"],
        ["--match", "root"],
    ],
    ids=lambda flags: " ".join(flags) or "plain",
)
def test_hits_hold_to_the_schema(texts: Path, flags: list[str]) -> None:
    found = hits(run("search", "--jsonl", "--all", *flags, "المدينة السفينة", cwd=texts))
    assert found
    for hit in found:
        assert violations(hit, SCHEMA) == []
        assert hit["version"] == 2
        assert ("explain" in hit) == ("--explain" in flags)


def test_a_wrong_hit_breaks_the_schema(texts: Path) -> None:
    hit = hits(run("search", "--jsonl", "-n", "1", "المدينة", cwd=texts))[0]
    assert violations({**hit, "line": 0}, SCHEMA)
    assert violations({**hit, "stale": True}, SCHEMA)
    assert violations({**hit, "more": 1}, SCHEMA)
    assert violations({name: hit[name] for name in hit if name != "id"}, SCHEMA)
    assert violations(
        {**hit, "matches": [{"word": "x", "start": 0, "end": 1, "tier": "?"}]}, SCHEMA
    )


def test_json_is_one_object_with_the_hits_of_jsonl(texts: Path) -> None:
    whole = json.loads(run("search", "--json", "المدينة", cwd=texts).text)
    names = "version query by total groups offset limit elapsed_ms hits unknown_words notes reasons"
    assert list(whole) == names.split()
    assert (whole["version"], whole["query"], whole["offset"], whole["limit"]) == (
        2,
        "المدينة",
        0,
        10,
    )
    assert whole["total"] == len(whole["hits"]) > 0
    lines = hits(run("search", "--jsonl", "المدينة", cwd=texts))
    assert [{"version": 2, **hit} for hit in whole["hits"]] == lines


def test_json_says_what_the_index_does_not_hold(texts: Path) -> None:
    done = run("search", "--json", "المدبنة", cwd=texts)
    whole = json.loads(done.text)
    assert done.err == ""
    assert [unknown["word"] for unknown in whole["unknown_words"]] == ["المدبنة"]


def test_matches_slice_to_the_written_words(texts: Path) -> None:
    for hit in hits(run("search", "--jsonl", "--all", "مدينه كاتب", cwd=texts)):
        name = hit["path"]
        if name.endswith(".txt"):
            for match in hit["matches"]:
                assert TEXTS[name][match["start"] : match["end"]] == match["word"]
            start = hit["snippet_offset"]
            assert TEXTS[name].startswith(hit["snippet"], start)
            if hit["byte_offset"] is not None:
                assert TEXTS[name].encode()[hit["byte_offset"] :].decode()
            assert 1 <= hit["line"] <= TEXTS[name].count("\n") + 1


def test_vowelled_word_is_marked_whole(texts: Path) -> None:
    hit = hits(run("search", "--jsonl", "الكاتب", cwd=texts))[0]
    assert [match["word"] for match in hit["matches"]] == ["الكَاتِبُ"]


def test_grep_lines(texts: Path) -> None:
    done = run("search", "قاذفات", "-روسية", cwd=texts)
    assert len(done.lines) == 1
    path, line, text = done.lines[0].split(":", 2)
    assert (path, line) == ("news/second.txt", "1")
    assert "قاذفات تعبر الحدود" in text


@pytest.mark.parametrize("dash", ["-روسية", "-«روسية»", '-"روسية"', "-(روسية)"])
def test_dash_before_arabic_belongs_to_the_query(texts: Path, dash: str) -> None:
    done = run("search", "-l", "قاذفات", dash, "-n", "5", cwd=texts)
    assert done.lines == ["news/second.txt"]


def test_words_after_two_dashes_are_the_query(texts: Path) -> None:
    done = run("search", "--json", "--", "قاذفات", "-abc", "--json", cwd=texts)
    assert json.loads(done.text)["query"] == "قاذفات -abc --json"


def test_paths_are_relative_to_where_the_command_runs(texts: Path) -> None:
    assert run("search", "-l", "قاذفات -روسية", cwd=texts / "news").lines == ["second.txt"]
    elsewhere = run(
        "search", "-l", "قاذفات -روسية", "--index", str(texts / ".fahras"), cwd=Path("/")
    )
    assert elsewhere.lines == [os.path.relpath(texts / "news/second.txt", "/")]


def test_paths_come_once(texts: Path) -> None:
    assert run("search", "-l", "الميناء", cwd=texts).lines == ["records.jsonl"]
    assert run("search", "-c", "الميناء", cwd=texts).text == "2\n"


def test_limit_offset_and_all(texts: Path) -> None:
    every = run("search", "-l", "--all", "قاذفات المدينة بستان الحارس", cwd=texts).lines
    assert len(every) > 3
    assert (
        run("search", "-l", "-n", "2", "قاذفات المدينة بستان الحارس", cwd=texts).lines == every[:2]
    )
    two = run("search", "-l", "-n2", "--offset=1", "قاذفات المدينة بستان الحارس", cwd=texts)
    assert two.lines == every[1:3]


def test_sort_by_path(texts: Path) -> None:
    lines = run("search", "-l", "--sort", "path", "قاذفات المدينة بستان", cwd=texts).lines
    assert lines == sorted(lines)
    assert len(lines) > 2


def test_in_narrows(texts: Path) -> None:
    lines = run("search", "-l", "--in", "news/*", "قاذفات المدينة", cwd=texts).lines
    assert sorted(lines) == ["news/first.txt", "news/second.txt"]


def test_nul_separates_odd_names(odd_names: tuple[Path, list[bytes]]) -> None:
    folder, names = odd_names
    done = run("search", "-0", "--all", "زعفران", cwd=folder)
    assert sorted(done.out.split(b"\0")[:-1]) == sorted(names)
    for name in done.out.split(b"\0")[:-1]:
        assert os.path.exists(os.path.join(os.fsencode(folder), name))


def test_undecodable_path_comes_as_base64_too(odd_names: tuple[Path, list[bytes]]) -> None:
    folder, names = odd_names
    done = run("search", "--jsonl", "--all", "زعفران", cwd=folder)
    encoded = [hit["path_base64"] for hit in hits(done) if "path_base64" in hit]
    undecodable = [name for name in names if b"\xff" in name]
    assert [base64.b64decode(text) for text in encoded] == undecodable
    for hit in hits(done):
        assert violations(hit, SCHEMA) == []


FORMATS = [
    pytest.param("{path}:{line}", ["news/second.txt:1"], id="fields"),
    pytest.param("{path}\\t{line}\\n", ["news/second.txt\t1", ""], id="escapes"),
    pytest.param("{{{line}}}", ["{1}"], id="braces"),
    pytest.param(
        "{line:>3}|{line:03}|{path:_<20}|{path:.4}",
        ["  1|001|news/second.txt_____|news"],
        id="widths",
    ),
    pytest.param("{score:.0f}{score:>4.0f}|{page:>3}|{part:d}", ["2   2|   |0"], id="numbers"),
    pytest.param("{stale} {query_id}{title_matches}|", [" قاذفات|"], id="values"),
    pytest.param("[bold]{line}[/bold] \\\\t", ["[bold]1[/bold] \\t"], id="no-markup"),
]


@pytest.mark.parametrize(("template", "lines"), FORMATS)
def test_format(texts: Path, template: str, lines: list[str]) -> None:
    done = run("search", "--format", template, "قاذفات -روسية", cwd=texts)
    assert done.text.removesuffix("\n").split("\n") == lines


@pytest.mark.parametrize(
    "field", ["{title:d}", "{line:>9999}", "{score:{line}}", "{path!r}", "{score:.2}}", "{line:c}"]
)
def test_a_field_that_cannot_be_written_so_is_refused(texts: Path, field: str) -> None:
    done = run("search", "--format", field, "قاذفات", cwd=texts)
    assert (done.code, done.text) == (2, "")
    assert "--format" in done.err


def test_a_table_for_spreadsheets(texts: Path) -> None:
    done = run("search", "--csv", "--queries", "-", cwd=texts, stdin="المدينة\nقاذفات".encode())
    heading, *rows = csv.reader(io.StringIO(done.text))
    hits = [dict(zip(heading, row, strict=True)) for row in rows]
    assert {hit["query_id"] for hit in hits} == {"1", "2"}
    expected = run("search", "--jsonl", "--queries", "-", cwd=texts,
                   stdin="المدينة\nقاذفات".encode())  # fmt: skip
    found = [json.loads(line) for line in expected.lines]
    assert [hit["snippet"] for hit in hits] == [
        " ".join(hit["snippet"].split("\n")) for hit in found
    ]
    assert [hit["line"] for hit in hits] == [str(hit["line"]) for hit in found]


def test_format_snippet_is_one_line(texts: Path) -> None:
    done = run("search", "--format", "{snippet}", "قاذفات -روسية", cwd=texts)
    source = TEXTS["news/second.txt"].replace("\n", " ")
    assert done.text.count("\n") == 1
    assert done.text.removesuffix("\n") in source


def test_pipes_get_the_bytes_of_the_source(texts: Path) -> None:
    done = run("search", "حارس", "--context", "400", cwd=texts)
    line = done.text.split(": ", 1)[1]
    for part in (
        "\x1b[31mأحمر\x1b]0;title\x07",
        "\u202eمقلوب \u2066معزول",
        "[bold red]ليس وسما[/]",
    ):
        assert part in line
    assert "\u2068" not in done.text


def test_no_colour_in_pipes_unless_asked(texts: Path) -> None:
    assert "\x1b" not in run("search", "قاذفات", cwd=texts).text
    painted = run("search", "--color", "always", "قاذفات", cwd=texts, NO_COLOR="1").text
    assert "\x1b[" in painted
    assert "\x1b[1;31mقاذفات\x1b[0m" in painted


def test_colour_in_a_pipe_still_disarms_the_text(texts: Path) -> None:
    painted = run("search", "--color", "always", "حارس", "--context", "400", cwd=texts).text
    assert "\x1b[31mأحمر" not in painted
    assert "\x1b]0" not in painted
    assert "\u202e" not in painted


def test_no_snippets(texts: Path) -> None:
    assert run("search", "--no-snippets", "قاذفات -روسية", cwd=texts).lines == ["news/second.txt:1"]


def test_explain_adds_up(texts: Path) -> None:
    for hit in hits(run("search", "--jsonl", "--explain", "قاذفات روسية", cwd=texts)):
        explain = hit["explain"]
        parts = sum(word["contribution"] for word in explain["words"])
        total = parts + sum(explain[part] for part in ("proximity", "lead", "question", "constant"))
        assert total == pytest.approx(hit["score"], rel=1e-5)
    assert "idf" in run("search", "--explain", "قاذفات", cwd=texts).text


FREQUENCIES = ("document_frequency", "collection_frequency")
BATCH = "قاذفات\n\nطغرغريشات\nسفينة\n"


def test_batch_tags_its_results(texts: Path) -> None:
    done = run("search", "--queries", "-", "--jsonl", cwd=texts, stdin=BATCH.encode())
    assert done.code == 0
    assert {hit["query_id"] for hit in hits(done)} == {"1", "4"}
    counts = run("search", "--queries", "-", "-c", cwd=texts, stdin=BATCH.encode())
    assert counts.lines == ["1\t2", "3\t0", "4\t1"]


def test_batch_of_json_lines(texts: Path) -> None:
    lines = '{"id": "q7", "text": "سفينة"}\n{"id": "q8", "text": "بستان"}\n'
    done = run("search", "--queries", "-", "--json", cwd=texts, stdin=lines.encode())
    answers = [json.loads(line) for line in done.lines]
    assert [(answer["query_id"], answer["total"]) for answer in answers] == [("q7", 1), ("q8", 1)]


def test_batch_goes_on_after_a_broken_query(texts: Path) -> None:
    lines = 'AND\nسفينة\n{"id": 1\n(\n'
    done = run("search", "--queries", "-", "-c", cwd=texts, stdin=lines.encode())
    assert (done.code, done.lines) == (2, ["2\t1", "4\t0"])
    assert {line[:12] for line in done.errors} == {"fahras: -:1:", "fahras: -:3:", "fahras: -:4:"}


def _places(texts: Path, *flags: str) -> list[list[object]]:
    done = run("search", "قاذفات البستان سفينة", "--all", "--jsonl", *flags, cwd=texts)
    return [[h["id"], h["line"], h["column"], h["byte_offset"]] for h in hits(done)]


def test_the_place_is_true_whatever_else_is_asked_for(texts: Path) -> None:
    places = _places(texts)
    assert any(line != 1 for _, line, *_ in places)
    assert _places(texts, "--no-snippets") == places
    template = "{id}|{line}|{column}|{byte_offset}"
    done = run("search", "قاذفات البستان سفينة", "--all", "--format", template, cwd=texts)
    assert done.lines == ["|".join("" if v is None else str(v) for v in row) for row in places]
    line_only = run("search", "قاذفات البستان سفينة", "--all", "--format", "{line}", cwd=texts)
    assert line_only.lines == [str(row[1]) for row in places]


def test_plain_takes_a_query_as_words(texts: Path) -> None:
    query = "NOT سفينة AND ("
    assert run("search", query, "-c", cwd=texts).code == 2
    assert run("search", "--plain", query, "-c", cwd=texts).lines == ["1"]


@pytest.mark.parametrize("name", ["news/first.txt", "crlf.txt", "hostile.txt"])
def test_show_gives_the_text_unchanged(texts: Path, name: str) -> None:
    assert run("show", name, cwd=texts).out == TEXTS[name].encode("utf-8")
    assert run("show", name, "-Q", "قاذفات الحارس", cwd=texts).out == TEXTS[name].encode("utf-8")


def test_show_begins_at_the_line(texts: Path) -> None:
    done = run("show", "crlf.txt:2", cwd=texts)
    assert done.out == "فيه بستان\r\nوالسطر الثالث\r\n".encode()
    assert run("show", "second.txt:3", cwd=texts / "news").lines == ["لم يعرف أحد من أين جاءت."]


@pytest.mark.parametrize("line", ["4", "9" * 19, "9" * 20, "9" * 5000, "٩" * 5000])
def test_show_of_a_line_beyond_the_last(texts: Path, line: str) -> None:
    done = run("show", f"crlf.txt:{line}", cwd=texts)
    assert (done.code, done.text) == (2, "")
    assert "crlf.txt has no line" in done.err
    assert ": it has 3" in done.err


LINES = [
    pytest.param(["crlf.txt:2-2"], "فيه بستان\r\n", id="one"),
    pytest.param(["crlf.txt:2-3"], "فيه بستان\r\nوالسطر الثالث\r\n", id="two"),
    pytest.param(["crlf.txt:2-99"], "فيه بستان\r\nوالسطر الثالث\r\n", id="as-many-as-there-are"),
    pytest.param(["crlf.txt:3", "-C", "0"], "والسطر الثالث\r\n", id="just-the-line"),
    pytest.param(["crlf.txt:3", "-C", "1"], "فيه بستان\r\nوالسطر الثالث\r\n", id="around"),
    pytest.param(["crlf.txt:2", "-N", "-C0"], "     2\tفيه بستان\r\n", id="numbered"),
]


@pytest.mark.parametrize(("arguments", "shown"), LINES)
def test_show_of_some_lines(texts: Path, arguments: list[str], shown: str) -> None:
    done = run("show", *arguments, cwd=texts)
    assert (done.out.decode(), done.err) == (shown, "")


def test_matches_are_marked_in_numbered_lines(texts: Path) -> None:
    done = run("show", "-N", "news/second.txt", "-Q", "قاذفات", "--color", "always", cwd=texts)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.text)
    assert plain == run("show", "-N", "news/second.txt", cwd=texts).text
    marked = "\x1b[1;31mقاذفات\x1b[0m"
    assert done.text.count(marked) == TEXTS["news/second.txt"].count("قاذفات")


def test_numbers_count_the_lines_of_the_whole_text(texts: Path) -> None:
    text = TEXTS["news/first.txt"]
    expected = [f"{n:6}\t{line}" for n, line in enumerate(text.splitlines(), 1)]
    assert run("show", "-N", "news/first.txt", cwd=texts).lines == expected
    assert run("show", "-N", "news/first.txt:2", cwd=texts).lines == expected[1:]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["crlf.txt", "-C", "2"], "-C needs a line"),
        (["crlf.txt:3-2"], "the first comes after the last"),
        (["crlf.txt:3", "-C", "-1"], "is too small"),
    ],
)
def test_lines_that_cannot_be_shown(texts: Path, arguments: list[str], message: str) -> None:
    done = run("show", *arguments, cwd=texts)
    assert (done.code, done.text) == (2, "")
    assert message in done.err


@pytest.mark.parametrize(
    ("pager", "before"), [("sed s/^/PAGED/", "PAGED"), ("cat", ""), ("no-such", ""), ("less '", "")]
)
def test_a_terminal_gets_a_pager(texts: Path, pager: str, before: str) -> None:
    shown = run_on_terminal("show", "news/second.txt:3", cwd=texts, PAGER=pager)
    assert shown.code == 0
    assert shown.text.splitlines()[0].startswith(before + "لم يعرف")
    plain = run_on_terminal("show", "--no-pager", "news/second.txt:3", cwd=texts, PAGER=pager)
    assert "PAGED" not in plain.text
    assert run("show", "news/second.txt:3", cwd=texts, PAGER=pager).text.startswith("لم يعرف")


def test_show_takes_what_search_gives(texts: Path) -> None:
    for hit in hits(run("search", "--jsonl", "--all", "المدينة سفينة", cwd=texts)):
        shown = json.loads(run("show", "--json", hit["id"], "-Q", "المدينة سفينة", cwd=texts).text)
        assert shown["id"] == hit["id"]
        assert shown["text"].startswith(hit["snippet"], hit["snippet_offset"])
        for match in shown["matches"]:
            assert shown["text"][match["start"] : match["end"]] == match["word"]


def test_show_marks_the_matches(texts: Path) -> None:
    done = run("show", "news/second.txt", "-Q", "قاذفات", "--color", "always", cwd=texts)
    assert "\x1b[1;31mقاذفات\x1b[0m تعبر الحدود\n" in done.text


def test_terms(texts: Path) -> None:
    rows = [line.split("\t") for line in run("terms", "قاذ", cwd=texts).lines]
    assert [(row[0], row[3]) for row in rows] == [("قاذفات", "2")]
    assert run("terms", "قاذ*", cwd=texts).out == run("terms", "قاذ", cwd=texts).out
    assert "no term begins with: طغرغ" in run("terms", "طغرغ*", cwd=texts).err
    lines = run("terms", "--jsonl", "-n", "3", cwd=texts).lines
    assert [set(json.loads(line)) for line in lines] == [
        {"version", "term", "folded", "stem", "root", *FREQUENCIES}
    ] * 3


def test_analyze(texts: Path) -> None:
    rows = [line.split("\t") for line in run("analyze", "والكُتّاب من", cwd=texts).lines]
    assert [row[0] for row in rows] == ["والكُتّاب", "من"]
    assert [row[1] for row in rows] == ["والكتاب", "من"]
    assert [row[5] for row in rows] == ["no", "yes"]
    done = run("analyze", "--json", "-", cwd=texts, stdin="والكُتّاب من".encode())
    tokens = json.loads(done.text)["tokens"]
    assert [(token["start"], token["end"]) for token in tokens] == [(0, 9), (10, 12)]


def test_stats(texts: Path) -> None:
    stats = json.loads(run("stats", "--json", cwd=texts).text)
    assert (stats["documents"], stats["files"]) == (8, 7)
    assert stats["roots"] == [str(texts)]
    assert "8 in 7 files" in run("stats", cwd=texts).text
