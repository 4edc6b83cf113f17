"""Reads a command line by the table of options, without Typer, as Typer would read it.

`-روسية` is no option but a word that is not wanted. Typer takes 35 ms to be imported and to learn
the options of a search, so that only help is left to it; a test holds that both read alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from indexer.cli.line.kinds import Option, Remaining, Request, UsageError, Word
from indexer.cli.line.options import COMMANDS, FahrasRequest

HELP = ("--help", "-h")


class Help(str):
    """The name of the command whose help is asked for; empty for that of `fahras`."""

    __slots__ = ()


Given = dict[str, list[str]]
"""The words given for each row, by the row's name; for a flag its own name on the line."""

Named = dict[str, Option[object] | None]
"""The options of a command by their names; None for help."""


def without_debug(arguments: Sequence[str]) -> tuple[list[str], bool]:
    """The words but for `--debug`, and whether it stood among them, before any `--`."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    words = [word for word in arguments[:end] if word != "--debug"]
    return [*words, *arguments[end:]], len(words) < end


def is_word(text: str) -> bool:
    """Whether a word on the line is no option: a dash before Arabic belongs to the query."""
    if len(text) < 2 or text[0] != "-":
        return True
    return text[1] != "-" and not (text[1].isascii() and text[1].isalnum())


def read(words: Sequence[str], environment: Mapping[str, str]) -> Request | Help:
    """What a line asks. Raises UsageError."""
    before = next((at for at, word in enumerate(words) if is_word(word)), len(words))
    given, asks_help = _sorted_out(FahrasRequest, words[:before])
    if given[""]:
        raise no_such_command(given[""][0], given[""])
    if asks_help or not words:
        return Help("")
    if "version" in given:
        return FahrasRequest(version=True)
    name = words[before] if before < len(words) else ""
    if not name:
        raise UsageError(f"give a command: {', '.join(COMMANDS)}")
    if name not in COMMANDS:
        raise no_such_command(name, words)
    given, asks_help = _sorted_out(COMMANDS[name], words[before + 1 :])
    return Help(name) if asks_help else _request(COMMANDS[name], given, environment)


def _sorted_out(kind: type[Request], words: Sequence[str]) -> tuple[Given, bool]:
    """The words of each row, those of arguments under "", and whether help is asked for."""
    given: Given = {"": []}
    named: Named = dict.fromkeys(HELP)
    named.update({name: option for option in kind.options() for name in option.names})
    asks_help = False
    rest = iter(words)
    for word in rest:
        if word == "--":
            given[""] += rest
        elif is_word(word):
            given[""].append(word)
        else:
            for option, value in _options(word, rest, named):
                if option is None:
                    asks_help = True
                else:
                    given.setdefault(option.name, []).append(value)
    return given, asks_help


def _options(
    word: str, rest: Iterator[str], named: Named
) -> Iterator[tuple[Option[object] | None, str]]:
    """The options of one word with their values: `--name`, `--name=value`, `-n`, `-n3`, `-lq`."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        option = _named(name, named)
        if option is not None and option.takes_value:
            yield option, value if equals else _next(name, rest)
        elif equals:
            raise UsageError(f"{name} takes no value")
        else:
            yield option, name
        return
    for at, letter in enumerate(word[1:], 2):
        name = f"-{letter}"
        option = _named(name, named)
        if option is not None and option.takes_value:
            yield option, word[at:] or _next(name, rest)
            return
        yield option, name


def _named(name: str, named: Named) -> Option[object] | None:
    """The option of a name, None for help."""
    if name in named:
        return named[name]
    from indexer.cli.line.meanings import hint

    raise UsageError(f"no such option: {name}{hint(name, named)}")


def _next(name: str, rest: Iterator[str]) -> str:
    value = next(rest, None)
    if value is None:
        raise UsageError(f"{name} needs a value")
    return value


def _request(kind: type[Request], given: Given, environment: Mapping[str, str]) -> Request:
    """The typed values of all rows that were given."""
    words: dict[str, Sequence[str]] = {**given}
    for option in kind.options():
        value = environment.get(option.environment) if option.environment else None
        if value and option.name not in given:
            words[option.name] = [value]
    words.update(_by_place(kind.arguments(), words.pop("")))
    rows = kind.rows()
    return kind(**{name: rows[name].read(values) for name, values in words.items()})


def _by_place(
    rows: Sequence[Word | Remaining], words: Sequence[str]
) -> Iterator[tuple[str, list[str]]]:
    """The words of each argument; a row of many takes what is left."""
    left = list(words)
    for row in rows:
        taken = left if row.repeats else left[:1]
        if taken:
            yield row.name, taken
        elif row.required:
            raise UsageError(f"{row.label} is missing")
        left = left[len(taken) :]
    if left:
        raise UsageError(f"too many arguments: {' '.join(word or repr(word) for word in left)}")


def no_such_command(word: str, words: Sequence[str]) -> UsageError:
    """The mistake of a line that begins with `word`, with what was probably meant."""
    import shlex
    from difflib import get_close_matches

    nearest = get_close_matches(word, COMMANDS, n=1)
    if nearest:
        advice = f"did you mean {nearest[0]}?"
    else:
        line = shlex.join(words) if word.isascii() else " ".join(words)
        advice = f"to search for it: fahras search {line}"
    return UsageError(f"no such command: {word}; {advice}", points_to_help=False)
