"""A command line means the same to our reader and to Typer: both are made from one table."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from indexer.cli.line import meanings, typer_app
from indexer.cli.line.kinds import Choice, Names, Option, Request, UsageError
from indexer.cli.line.options import COMMANDS, FahrasRequest, SearchRequest
from indexer.cli.line.reader import HELP, Help, is_word, read, without_debug
from indexer.results import SearchOptions

GROUP: Any = typer.main.get_command(typer_app.build())
MISTAKE = typer.BadParameter.__mro__[1]
"""Click's UsageError, which Typer keeps to itself."""

MARK = "\0"
"""Hides the dash of a word of the query from Typer, to which it would be an option."""


def by_typer(words: list[str]) -> Request | Help | None:
    """What Typer reads; None where it finds a mistake."""
    name, *rest = [word if not is_word(word) or word[:1] != "-" else MARK + word for word in words]
    command = GROUP.commands[name]
    try:
        values = command.make_context(name, rest, help_option_names=[*HELP]).params
        unmarked = {key: without_mark(value) for key, value in values.items()}
        return typer_app.request_of(COMMANDS[name], unmarked)
    except typer.Exit:
        return Help(name)
    except UsageError:
        return None
    except MISTAKE:
        return None


def without_mark(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [without_mark(item) for item in value]
    return value.removeprefix(MARK) if isinstance(value, str) else value


def by_table(words: list[str], environment: dict[str, str]) -> Request | Help | None:
    try:
        return read(words, environment)
    except UsageError:
        return None


WORDS = ["نفط", "-روسية", "+قاذفات", "", "5", "a b", "\udcff", "search", "«", "/x", "-", "=", "a=b"]
VALUES = [*WORDS, "3", "07", "0", "-1", "-x", "--", "--json", "٣", " 4", "1_0", "9" * 5000]
STRAY = ["--", "-", "-x", "--nothing", "-h", "--help", "--js", "-l=1", "-lq", "-lx", "-qn3", "-nq"]


def spellings(option: Option[object]) -> Iterator[list[str]]:
    """An option as it may stand on a line, right and wrong."""
    values = list(VALUES)
    if isinstance(option, Choice | Names):
        values += [*option.choices, ",".join(option.choices), option.choices[0].upper()]
    for name in option.names:
        yield [name]
        for value in values:
            yield [name, value]
            yield [f"{name}={value}" if name.startswith("--") else f"{name}{value}"]


def lines(command: str) -> st.SearchStrategy[list[str]]:
    options = [line for option in COMMANDS[command].options() for line in spellings(option)]
    parts = [*([word] for word in (*WORDS, *STRAY)), *options]
    few = st.lists(st.one_of(*map(st.sampled_from, filter(None, (parts, options)))), max_size=5)
    return few.map(lambda chosen: [command, *(word for part in chosen for word in part)])


@pytest.mark.parametrize("command", COMMANDS)
@given(data=st.data(), index=st.sampled_from([None, "", "elsewhere"]))
def test_a_line_is_read_as_typer_reads_it(command, data, index) -> None:
    words = data.draw(lines(command))
    environment = {} if index is None else {"FAHRAS_INDEX": index}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("FAHRAS_INDEX", raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        assert by_table(words, environment) == by_typer(words)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_option_alone_is_read_as_typer_reads_it(command, monkeypatch) -> None:
    monkeypatch.delenv("FAHRAS_INDEX", raising=False)
    needed = ["a"] * sum(argument.required for argument in COMMANDS[command].arguments())
    for option in COMMANDS[command].options():
        for line in spellings(option):
            words = [command, *needed, *line]
            assert by_table(words, {}) == by_typer(words)


READ = [
    ("search -l قاذفات -روسية", {"query": ("قاذفات", "-روسية"), "paths": True}),
    ("search -n 3 --index x نفط", {"query": ("نفط",), "limit": 3, "index": "x"}),
    ("search -qn3 نفط", {"query": ("نفط",), "limit": 3, "quiet": True}),
    ("search --field title نفط", {"query": ("نفط",), "field": ("title",)}),
    ("search --strict ya,ta --strict ya نفط", {"query": ("نفط",), "strict": ("ya", "ta")}),
    ("search --in a --in=b نفط", {"query": ("نفط",), "within": ("a", "b")}),
    ("search -- -l", {"query": ("-l",)}),
    ("search -n 3 -n 4 نفط", {"query": ("نفط",), "limit": 4}),
]


@pytest.mark.parametrize(("line", "values"), READ)
def test_what_a_search_is_asked(line: str, values: dict[str, object]) -> None:
    assert read(line.split(), {}) == SearchRequest(**values)


MISTAKES = [
    ("serch x", "no such command: serch; did you mean search?"),
    ("نفط", "no such command: نفط; to search for it: fahras search نفط"),
    ("--nothing", "no such option: --nothing"),
    ("--debug", f"give a command: {', '.join(COMMANDS)}"),
    ("search --limt 3", "no such option: --limt; did you mean --limit?"),
    ("search --top 3", "no such option: --top; did you mean --limit?"),
    ("search -m 3", "no such option: -m; did you mean --limit?"),
    ("search --no-color", "no such option: --no-color; did you mean --color never?"),
    ("search --before 2017", "no such option: --before; did you mean --until?"),
    ("search --word-regexp", "no such option: --word-regexp; did you mean --match exact?"),
    ("search -i", "no such option: -i; none is needed: capitals are never told apart"),
    (
        "search --ignore-case",
        "no such option: --ignore-case; none is needed: capitals are never told apart",
    ),
    ("search --skipped", "no such option: --skipped; it is an option of fahras stats"),
    ("show --spelling", "no such option: --spelling; it is an option of fahras search"),
    ("show --before x", "no such option: --before"),
    ("search -j", "no such option: -j"),
    ("search --xyzzy", "no such option: --xyzzy"),
    ("search -n", "-n needs a value"),
    ("search -n x", "--limit: 'x' is not a whole number"),
    ("search -n 0", "--limit: 0 is too small, give 1 or more"),
    ("search --all=1", "--all takes no value"),
    ("search --sort siez", "--sort: 'siez' is not one of relevance, path, date, size"),
    (
        "search --match Root",
        "--match: 'Root' is not one of exact, folded, stem, plural, variant, root",
    ),
    ("search --field txt", "--field: 'txt' is not one of title, text"),
    ("search --strict ta,hamzah", "--strict: 'hamzah' is not one of marks, hamza, ta, ya"),
    ("search --color red", "--color: 'red' is not one of auto, always, never"),
    ("show", "HIT is missing"),
    ("show a b c", "too many arguments: b c"),
    ("eval queries", "QRELS is missing"),
]


@pytest.mark.parametrize(("line", "message"), MISTAKES)
def test_a_mistake_is_named_with_what_would_do(line: str, message: str) -> None:
    with pytest.raises(UsageError) as mistake:
        read(line.split(), {})
    assert str(mistake.value) == message


@pytest.mark.parametrize(
    ("line", "topic"),
    [("", ""), ("-h", ""), ("--help search", ""), ("search -h", "search"), ("show --help", "show"),
     ("search -n x --help", "search"), ("search -lh", "search")],
)  # fmt: skip
def test_help_is_typer_s(line: str, topic: str) -> None:
    assert read(line.split(), {}) == Help(topic)


def test_the_version_needs_no_command() -> None:
    assert read(["-V"], {}) == read(["--version", "search"], {}) == FahrasRequest(version=True)


@pytest.mark.parametrize(
    ("line", "words", "debug"),
    [("search --debug a", "search a", True), ("search a", "search a", False),
     ("search -- --debug", "search -- --debug", False), ("--debug -- --debug", "-- --debug", True)],
)  # fmt: skip
def test_debug_stands_anywhere_before_two_dashes(line: str, words: str, debug: bool) -> None:
    assert without_debug(line.split()) == (words.split(), debug)


def test_what_others_call_an_option_is_none_of_ours() -> None:
    names = {
        name for kind in COMMANDS.values() for option in kind.options() for name in option.names
    }
    for option, words in meanings._CALLED.items():
        assert option.split()[0] in names
        for word in words.split():
            dashed = f"-{word}" if len(word) == 1 else f"--{word}"
            owners = [k for k in COMMANDS.values() if any(dashed in o.names for o in k.options())]
            having = [k for k in owners if any(option.split()[0] in o.names for o in k.options())]
            assert not having, f"{dashed} is an option beside {option}"


def test_a_request_is_read_only_and_knows_its_rows() -> None:
    request = SearchRequest(limit=3)
    with pytest.raises(AttributeError, match="read-only"):
        request.limit = 4  # type: ignore[misc]
    with pytest.raises(TypeError, match="has no nothing"):
        SearchRequest(nothing=1)
    assert repr(request) == "SearchRequest(limit=3)"
    assert request != SearchRequest(limit=4)


def test_the_defaults_of_a_search_are_those_of_the_library() -> None:
    request, options = SearchRequest(), SearchOptions()
    assert request.limit == options.limit
    assert request.offset == options.offset
    assert (request.match, request.sort, request.field) == (
        options.match, options.sort, options.fields
    )  # fmt: skip
    assert (request.snippets, request.context) == (options.snippets, options.context_chars)


def test_no_two_options_of_a_command_share_a_name() -> None:
    for request in (FahrasRequest, *COMMANDS.values()):
        names = [name for option in request.options() for name in option.names]
        assert len(set(names)) == len(names)
        assert not {"-h", "--help"} & set(names)


def functions_of(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            yield node.name, len([argument for argument in every if argument.arg != "self"])


def test_no_function_of_the_command_line_takes_more_than_eight_arguments() -> None:
    folder = Path(__file__).resolve().parents[2] / "indexer" / "cli"
    counts = [(name, count) for path in folder.rglob("*.py") for name, count in functions_of(path)]
    assert len(counts) > 100
    assert not [(name, count) for name, count in counts if count > 8]
