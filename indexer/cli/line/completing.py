"""What may follow the beginning of a command line? From the table, files, and an index's words.

The scripts of `fahras completion` ask it at each Tab, so nothing is imported before it is needed:
numpy only for words of an index.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from analyzers.named import NamedTuple
from indexer.cli.line.kinds import Choice, Names, Option, OptionalChoice, Request, Row
from indexer.cli.line.options import COMMANDS, FahrasRequest
from indexer.cli.line.reader import HELP, is_word

SHELLS = ("bash", "zsh", "fish")

WORDS, FILES, FOLDERS = "words", "files", "folders"
"""Kinds of answers: the candidates themselves, or that the shell is to complete names of files."""

_FEWEST_LETTERS = 2
_MOST_WORDS = 50

_OPEN = "=:/,{"
"""What a candidate ends in that is not finished: the shell adds no space."""

_letters_at_end = re.compile(r"(?:[^\W_]|[\u064b-\u065f\u0670])*\Z").search
"""Vowel marks are among them."""


class Candidate(NamedTuple):
    """What may stand in the place of the word that was begun, and what it is."""

    text: str
    help: str = ""

    @property
    def is_finished(self) -> bool:
        """Whether a space may follow."""
        return not self.text.endswith(tuple(_OPEN))


class Answer(NamedTuple):
    """What may follow: `candidates` where the kind is `WORDS`."""

    kind: str
    candidates: tuple[Candidate, ...] = ()


class Begun(NamedTuple):
    """The whole words of a line, and the one that was begun, without quotes. quoted: it has one."""

    words: tuple[str, ...]
    last: str
    quoted: bool


def begun(line: str) -> Begun:
    """A line as a shell divides it, whose last quotation mark may still lack its partner."""
    words: list[str] = []
    word, quote, quoted, escaped, begins = "", "", False, False, True
    for char in line:
        if escaped:
            word, escaped, begins = word + char, False, False
        elif char == "\\" and quote != "'":
            escaped = True
        elif char == quote:
            quote = ""
        elif quote:
            word += char
        elif char in "'\"":
            quote, quoted, begins = char, True, False
        elif char.isspace():
            if not begins:
                words.append(word)
            word, quoted, begins = "", False, True
        else:
            word, begins = word + char, False
    return Begun((*words,), word, quoted)


def completed(line: str) -> Answer:
    """What may follow a line, whose first word is the command that was typed."""
    words, last, _ = begun(line)
    rest = [word for word in words[1:] if word != "--debug"]
    if not rest:
        names = _options(FahrasRequest, last, ()) if last.startswith("-") else _commands()
        return _matching(last, names)
    kind = COMMANDS.get(rest[0])
    return Answer(WORDS) if kind is None else _within(kind, rest[1:], last)


def _within(kind: type[Request], words: Sequence[str], last: str) -> Answer:
    """What may follow some words of a command."""
    named: dict[str, Option[object]] = {
        n: option for option in kind.options() for n in option.names
    }
    given, place, waiting, only_words = [], 0, None, False
    index = os.environ.get("FAHRAS_INDEX", "")
    for word in words:
        if waiting is not None:
            index = word if waiting.name == "index" else index
            waiting = None
        elif word == "--" and not only_words:
            only_words = True
        elif only_words or is_word(word):
            place += 1
        else:
            name, equals, value = word.partition("=")
            option = named.get(name) or named.get(f"-{word[-1]}")
            given += [option] if option is not None else []
            if option is not None and option.name == "index" and equals:
                index = value
            waiting = option if option is not None and option.takes_value and not equals else None
    if waiting is not None:
        return _values(waiting, "", last, index)
    if not only_words and last.startswith("--") and "=" in last:
        name, _, value = last.partition("=")
        option = named.get(name)
        return Answer(WORDS) if option is None else _values(option, f"{name}=", value, index)
    if not only_words and (last == "-" or not is_word(last)):
        return _matching(last, _options(kind, last, given))
    row = _argument(kind, place)
    return Answer(WORDS) if row is None else _values(row, "", last, index)


def _argument(kind: type[Request], place: int) -> Row[object] | None:
    """The argument that stands at a place."""
    arguments: list[Row[object]] = [*kind.arguments()]
    if place < len(arguments):
        return arguments[place]
    return arguments[-1] if arguments and arguments[-1].repeats else None


def _commands() -> Iterator[Candidate]:
    from indexer.cli.line.manual import HELP as MANUAL

    for name in COMMANDS:
        yield Candidate(name, MANUAL[name].partition("\n")[0])


def _options(
    kind: type[Request], last: str, given: Sequence[Option[object]]
) -> Iterator[Candidate]:
    """The options that are not given yet, unless they may be again; short ones after one dash."""
    for option in kind.options():
        if option.repeats or option not in given:
            names = option.names if last == "-" else option.names[:1]
            yield from (Candidate(name, _in_short(option.help)) for name in names)
    yield Candidate(HELP[0], "Show the help.")


def _in_short(text: str) -> str:
    """The beginning of a help text, to its first sentence or colon."""
    return re.split(r"[.:;(] ?", text, maxsplit=1)[0].rstrip()


def _values(row: Row[object], before: str, last: str, index: str) -> Answer:
    """The values of an option or argument that begin with `last`; `before` stands before them."""
    if isinstance(row, Choice | OptionalChoice):
        return _matching(last, map(Candidate, row.choices), before)
    if isinstance(row, Names):
        head, comma, tail = last.rpartition(",")
        taken = head.split(",")
        left = (Candidate(choice) for choice in row.choices if choice not in taken)
        return _matching(tail, left, before + head + comma)
    kind = _SHELL_S.get(row.metavar)
    if kind is not None:
        return Answer(kind)
    found = _OURS.get(row.metavar)
    return Answer(WORDS) if found is None else found(before, last, index)


def _matching(
    last: str, candidates: Iterator[Candidate] | Sequence[Candidate], before: str = ""
) -> Answer:
    """Those of some candidates that begin with `last`."""
    kept = [c._replace(text=before + c.text) for c in candidates if c.text.startswith(last)]
    return Answer(WORDS, (*kept,))


def _of_query(before: str, last: str, index: str) -> Answer:
    """Fields and, after two letters, words of the index; after `path:` its paths."""
    from indexer.query.lexer import FILTER_FIELDS, TEXT_FIELDS

    head, colon, tail = last.rpartition(":")
    if FILTER_FIELDS.get(head.lstrip("+-(")) == "path":
        return _of_paths(f"{before}{head}:", tail, index)
    found = _letters_at_end(last)
    start = found.start() if found else len(last)
    lead, letters = last[:start], last[start:]
    fields = [f"{name}:" for name in (*TEXT_FIELDS, *FILTER_FIELDS)] if not colon else []
    named = [Candidate(name, "field") for name in fields if letters and name.startswith(letters)]
    words = map(Candidate, _words(letters, index))
    return _matching("", [*named, *words], before + lead)


def _of_terms(before: str, last: str, index: str) -> Answer:
    return _matching("", [Candidate(word) for word in _words(last, index)], before)


def _words(letters: str, index: str) -> list[str]:
    """The most frequent words of the index that begin with some letters, two at least."""
    from analyzers.normalizer import unmark

    if len(letters) < _FEWEST_LETTERS or unmark(letters) != letters:
        return []
    from indexer.errors import FahrasError
    from indexer.index import Index

    with suppress(FahrasError, OSError), Index.open(".", index_dir=index or None) as opened:
        return opened.frequent_words(letters, _MOST_WORDS)
    return []


def _of_paths(before: str, last: str, index: str) -> Answer:
    """Files and folders below the indexed folder."""
    from indexer.errors import FahrasError
    from indexer.storage import location as storage

    folder, slash, name = last.rpartition("/")
    with suppress(FahrasError, OSError):
        home = storage.locate(storage.named(index) if index else storage.find(".")).home
        with os.scandir(os.path.join(home, folder)) as entries:
            names = sorted(e.name + "/" * e.is_dir() for e in entries if e.name[:1] != ".")
        return _matching(name, map(Candidate, names), before + folder + slash)
    return Answer(WORDS)


def _of_template(before: str, last: str, index: str) -> Answer:
    """The names of fields after a brace."""
    from indexer.cli.output.records import HIT_FIELDS

    head, brace, name = last.rpartition("{")
    fields = [Candidate(f"{field}}}") for field in HIT_FIELDS]
    return _matching(name, fields, before + head + brace) if brace else Answer(WORDS)


def _of_links(before: str, last: str, index: str) -> Answer:
    from indexer.cli.output.links import FORMATS

    return _matching(last, map(Candidate, ("auto", "always", "never", *FORMATS)), before)


def _of_commands(before: str, last: str, index: str) -> Answer:
    return _matching(last, _commands(), before)


def _of_shells(before: str, last: str, index: str) -> Answer:
    return _matching(last, map(Candidate, SHELLS), before)


_SHELL_S = {
    "FILE": FILES, "PATH": FILES, "HIT": FILES, "QUERIES": FILES, "QRELS": FILES, "DIR": FOLDERS,
}  # fmt: skip
"""What is completed by the shell itself, by what a row is called in help."""

_OURS: dict[str, Callable[[str, str, str], Answer]] = {
    "QUERY": _of_query,
    "PATTERN": _of_terms,
    "GLOB": _of_paths,
    "TEMPLATE": _of_template,
    "FORMAT": _of_links,
    "COMMAND": _of_commands,
    "SHELL": _of_shells,
}
"""What is completed here."""
