"""Which words of a line are the query's, though they begin with a dash? Which line needs no parser?

`-روسية` is no option but a word that is not wanted: a mark hides its dash from Typer. Typer takes
35 ms to be imported and to learn the options of a search, so a plain line, words and the commonest
options of `search` or `index`, is read here. All else is Typer's, help and errors too; a test holds
that both read alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_QUERY_DASH = re.compile(r"-[^A-Za-z0-9-]", re.DOTALL)
_NUL = "\0"
"""Marks a dash that belongs to the query; no argument of a process can hold a NUL."""

_LIMITS = ("-n", "--limit")
_INDEX = "--index"
_SEARCH_SWITCHES = {
    "--all": "all_hits",
    "-l": "paths",
    "--paths": "paths",
    "-0": "null",
    "--null": "null",
    "-c": "count",
    "--count": "count",
    "-q": "quiet",
    "--quiet": "quiet",
    "--json": "json",
    "--jsonl": "jsonl",
    "--no-snippets": "no_snippets",
}
_INDEX_SWITCHES = {"--rebuild": "rebuild", "--json": "json"}


def prepared(arguments: Sequence[str]) -> tuple[list[str], bool]:
    """The words with each dash of the query marked, and whether `--debug` stood among them."""
    words: list[str] = []
    debug = False
    for place, argument in enumerate(arguments):
        if argument == "--":
            return [*words, *arguments[place:]], debug
        if argument == "--debug":
            debug = True
        elif _QUERY_DASH.match(argument):
            words.append(_NUL + argument)
        else:
            words.append(argument)
    return words, debug


def as_typed(value: Any) -> Any:
    """A value, or a list of them, without the mark of a dash."""
    if isinstance(value, str):
        return value.removeprefix(_NUL)
    if isinstance(value, list):
        return [as_typed(item) for item in value]
    return value


Asked = dict[str, Any]
"""What a command is asked, by the names of its parameters."""


def plain_search(words: Sequence[str], environment: Mapping[str, str]) -> Asked | None:
    """What `answer` is asked; None where Typer must read the line."""
    if words[:1] != ["search"]:
        return None
    asked = _plain("query", words[1:], _SEARCH_SWITCHES, environment)
    return asked if asked and "query" in asked else None


def plain_index(words: Sequence[str], environment: Mapping[str, str]) -> Asked | None:
    """What `follow` is asked; None where Typer must read the line."""
    if words[:1] != ["index"]:
        return None
    asked = _plain("paths", words[1:], _INDEX_SWITCHES, environment)
    return asked if asked is not None and "limit" not in asked else None


def _plain(
    own: str, words: Sequence[str], switches: Mapping[str, str], environment: Mapping[str, str]
) -> Asked | None:
    """The words that are no options under the name `own`, and the options."""
    asked: Asked = {}
    if index := environment.get("FAHRAS_INDEX"):
        asked["index"] = index
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            asked.setdefault(own, []).append(word)
        elif word in switches:
            asked[switches[word]] = True
        elif (option := _with_value(word, rest)) is not None:
            asked.update(option)
        else:
            return None
    return {name: as_typed(value) for name, value in asked.items()}


def _with_value(name: str, rest: Iterator[str]) -> Asked | None:
    value = next(rest, "-")
    if name == _INDEX and not value.startswith("-"):
        return {"index": value}
    if name in _LIMITS and value.isascii() and value.isdigit() and int(value) > 0:
        return {"limit": int(value)}
    return None
