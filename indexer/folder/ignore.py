"""The files that an ignore file leaves out. The syntax is that of `.gitignore`.

The rules are git's: the last pattern that matches decides. Patterns may come with a stranger's
folder, so none may take more than a moment: a star takes the first place where what follows it
matches and never tries another. That finds the same files, because the next star can match anything
in between. Time is the length of the pattern times that of the name; trying all places would be
exponential.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator

from analyzers.named import NamedTuple
from indexer.errors import FahrasError

MOST_PATTERNS = 2_000
MOST_CHARS = 1_000
"""Limits per file and per pattern: every name below a root is compared with all patterns."""

_MAGIC = re.compile(r"[*?\[\\]")
_SIGN = re.compile(r"\*+|\?|\\.|\[[!^]?\]?(?:\[:\w+:\]|[^\]\\]|\\.)*\]|.", re.DOTALL)
_POSIX = {
    "alnum": "A-Za-z0-9", "alpha": "A-Za-z", "digit": "0-9", "lower": "a-z", "upper": "A-Z",
    "space": r"\s", "blank": r" \t", "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_POSIX_CLASS = re.compile(r"\[:(\w+):\]")


class Rule(NamedTuple):
    """One pattern."""

    leaves_out: bool
    folders_only: bool
    is_name: bool
    """Whether it is compared only with the last name of a path."""
    plain: str
    """The one name that it matches, "" if it has signs or slashes."""
    regex: str
    fits: Callable[[str], object]
    line: int
    text: str
    """The line as it is written."""


class Ignore:
    """The rules of one file."""

    def __init__(self, rules: Iterable[Rule], path: str = "", folder: str = "") -> None:
        self._rules = list(rules)[::-1]
        self._plain = {rule.plain for rule in self._rules}
        signs = [rule for rule in self._rules if not rule.plain]
        self._names = _any_of(rule.regex for rule in signs if rule.is_name)
        self._paths = _any_of(rule.regex for rule in signs if not rule.is_name)
        self._begin = len(os.path.join(folder, "")) if folder else 0
        self.path = path

    @classmethod
    def parse(cls, text: str, path: str, folder: str = "", *, strict: bool = True) -> Ignore:
        """The rules of a file's text, for paths that begin with `folder`.

        Raises FahrasError, which names the file and the line; if not `strict`, a line without a
        pattern matches nothing, as in git.
        """
        return cls(_rules(text, path, strict), path, folder)

    def __call__(self, path: str) -> bool:
        """Whether a path is left out; that of a folder ends in "/"."""
        bare = path.rstrip("/")
        rule = self.decides(bare, is_folder=bare != path)
        return rule is not None and rule.leaves_out

    def decides(self, path: str, *, is_folder: bool) -> Rule | None:
        """The rule that decides about a path: the last that matches; None if none does.

        The folders above it are not checked: a walk asks about them first, and does not enter.
        """
        path = path[self._begin :]
        name = path[path.rfind("/") + 1 :]
        if not (name in self._plain or _fits(self._names, name) or _fits(self._paths, path)):
            return None
        for rule in self._rules:
            is_asked = is_folder or not rule.folders_only
            if is_asked and rule.fits(name if rule.is_name else path):
                return rule
        return None


_AT_ONCE = 100
"""Patterns that are compared with a name by one regular expression."""


def _any_of(regexes: Iterable[str]) -> list[Callable[[str], object]]:
    """Regular expressions that match what any of these matches."""
    listed = [f"(?:{regex})" for regex in regexes]
    parts = (listed[at : at + _AT_ONCE] for at in range(0, len(listed), _AT_ONCE))
    return [re.compile("|".join(part), re.DOTALL).fullmatch for part in parts]


def _fits(regexes: list[Callable[[str], object]], name: str) -> bool:
    for fits in regexes:  # noqa: SIM110  a generator takes twice as long, for every file
        if fits(name):
            return True
    return False


def _rules(text: str, path: str, strict: bool) -> Iterator[Rule]:
    """The rules of the lines that have one; raises FahrasError for a line that cannot be used."""
    count = 0
    for number, line in enumerate(text.split("\n"), 1):
        pattern = _without_blanks(line.removesuffix("\r"))
        if not pattern or pattern.startswith("#"):
            continue
        count += 1
        if count > MOST_PATTERNS or len(pattern) > MOST_CHARS:
            raise FahrasError(
                f"{path}, line {number}: up to {MOST_PATTERNS:,} patterns of up to {MOST_CHARS:,} "
                "characters are read: leave some out, or name their folders"
            )
        try:
            rule = rule_of(pattern, number)
        except ValueError as error:
            if strict:
                raise FahrasError(f"{path}, line {number}: {error}: remove the line") from error
            continue
        if rule is not None:
            yield rule


def rule_of(pattern: str, line: int = 0) -> Rule | None:
    """The rule of a pattern; None for one that, according to git, no name can match.

    Raises ValueError if it is no pattern.
    """
    text, leaves_out = pattern, not pattern.startswith("!")
    pattern = pattern if leaves_out else pattern[1:]
    if not pattern or (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        raise ValueError("no pattern")
    folders_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    is_name = "/" not in pattern
    pattern = pattern.removeprefix("/")
    if not pattern:
        return None
    if is_name and not _MAGIC.search(pattern):
        fits = pattern.__eq__
        return Rule(leaves_out, folders_only, is_name, pattern, "", fits, line, text)
    regex = _path_regex(pattern.split("/"))
    try:
        matches = re.compile(regex, re.DOTALL).fullmatch
    except re.error:  # a bracket that is never closed, a range from z to a
        return None
    return Rule(leaves_out, folders_only, is_name, "", regex, matches, line, text)


def _without_blanks(line: str) -> str:
    """A line without trailing spaces; a backslash keeps the first of them."""
    bare = line.rstrip(" ")
    escaped = len(bare) < len(line) and (len(bare) - len(bare.rstrip("\\"))) % 2
    return bare + " " if escaped else bare


def _path_regex(names: list[str]) -> str:
    """The regular expression of a path; each `**` matches any number of folders."""
    runs: list[list[str]] = [[]]
    for name in names:
        if len(name) > 1 and not name.strip("*"):
            runs.append([])
        else:
            runs[-1].append(_name_regex(name))
    if len(runs) == 1:
        return "/".join(runs[0])
    first, *middle, last = runs
    regex = "".join(f"{name}/" for name in first)
    for run in filter(None, middle):
        regex += f"(?>(?:[^/]+/)*?{'/'.join(run)}/)"
    return regex + (f"(?:[^/]+/)*{'/'.join(last)}" if last else ".+")


def _name_regex(name: str) -> str:
    """The regular expression of one name, each star but the last taking the first place."""
    pieces = [""]
    for sign in _SIGN.findall(name):
        if sign[0] == "*":
            pieces.append("")
        else:
            pieces[-1] += _char_regex(sign)
    if len(pieces) == 1:
        return pieces[0]
    inner = [piece for piece in pieces[1:-1] if piece]
    return pieces[0] + "".join(f"(?>[^/]*?{piece})" for piece in inner) + "[^/]*" + pieces[-1]


def _char_regex(sign: str) -> str:
    if sign == "?":
        return "[^/]"
    if sign[0] == "\\":
        return re.escape(sign[1:])
    if sign[0] != "[" or len(sign) == 1:
        return "(?!)" if sign == "[" else re.escape(sign)
    body = sign[1:-1]
    negated = body[:1] in ("!", "^")
    body = _class_body(body[1:] if negated else body)
    return f"(?!/)[{'^' if negated else ''}{body}]"


def _class_body(body: str) -> str:
    """The content of a bracketed class, with its posix classes, escaped where necessary."""
    parts = _POSIX_CLASS.split(body)
    for i, part in enumerate(parts):
        if i % 2:
            parts[i] = _POSIX.get(part, "")
        else:
            parts[i] = re.sub(r"\\(.)|([\[\]^&~|])", lambda m: re.escape(m[1] or m[2]), part)
    return "".join(parts)
