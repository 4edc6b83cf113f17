"""What is left out below a root, and why? By ignore files, hidden names, and what a run was told.

A folder that is left out is not entered, so what is below it is not asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from indexer.errors import FahrasError
from indexer.extract.formats import EXTENSIONS
from indexer.folder.choices import Choices
from indexer.folder.rules import MARKS, REPOSITORY, Rules

if TYPE_CHECKING:
    from indexer.folder.ignore import Ignore

Why = Literal["ignored", "excluded", "hidden", "type", "size", "link", "kind"]

NEVER = frozenset((".fahras", REPOSITORY))
"""Never entered, whatever is chosen: an index, and what git keeps for itself."""

HIDDEN: tuple[Why, str] = ("hidden", "its name begins with a dot")

UNCOUNTED = NEVER | MARKS
"""Hidden names that nobody misses."""


Refusal = tuple[Why, str]
"""Why a name is left out: the kind of reason, and the reason."""


class Selection:
    """What is chosen below one root."""

    def __init__(self, root: str, choices: Choices) -> None:
        """Raises FahrasError for a pattern or a type that is none."""
        self.hidden = choices.hidden
        self.obeys = choices.ignore
        self.follow = choices.follow
        self.limit = choices.max_bytes or 0
        """The largest size in bytes; 0 for any."""
        self.exclude = _patterns("exclude", choices.exclude, root)
        self.include = _patterns("include", choices.include, root)
        self.endings = _endings(choices.types)
        self.takes_unnamed = not choices.types or "text" in choices.types
        """Whether names that tell no format are taken."""
        self.is_asked = bool(choices.include or choices.types or self.limit)
        """Whether `refuses_file` may refuse anything."""

    def refuses(self, path: str, name: str, *, is_folder: bool, rules: Rules) -> Refusal | None:
        """Why neither a file nor a folder of this path is taken."""
        decided = rules.decide(path, is_folder=is_folder)
        if decided is not None and decided[1].leaves_out:
            ignore, rule = decided
            return "ignored", f"{ignore.path}, line {rule.line}: {rule.text}"
        excluding = self.exclude and self.exclude.decides(path, is_folder=is_folder)
        if excluding and excluding.leaves_out:
            return "excluded", f"by the pattern {excluding.text}"
        if name[0] == "." and not self.hidden and decided is None:
            return HIDDEN
        return None

    def includes(self, folder: str, *, above: bool) -> bool:
        """Whether all files below a folder are included; `above`: those of the folder above it."""
        if self.include is None:
            return True
        rule = self.include.decides(folder, is_folder=True)
        return above if rule is None else rule.leaves_out

    def refuses_file(self, path: str, ending: str, size: int, *, included: bool) -> Refusal | None:
        """Why a file of a known kind is not taken; `included`: all files of its folder are."""
        if self.include is not None:
            rule = self.include.decides(path, is_folder=False)
            if not (included if rule is None else rule.leaves_out):
                return "excluded", "no pattern includes it"
        if not (ending in self.endings or (self.takes_unnamed and ending not in EXTENSIONS)):
            return "type", "of another type"
        if self.limit and size > self.limit:
            return "size", f"{size:,} bytes, more than were allowed"
        return None


def _endings(types: tuple[str, ...]) -> frozenset[str]:
    if not types:
        return EXTENSIONS
    from indexer.extract.kinds import endings_of

    return endings_of(types)


def _patterns(option: str, patterns: tuple[str, ...], root: str) -> Ignore | None:
    """The patterns of an option, for paths that begin with the root."""
    if not patterns:
        return None
    from indexer.folder.ignore import Ignore, rule_of

    rules = []
    for pattern in patterns:
        try:
            rules.append(rule_of(pattern))
        except ValueError as error:
            raise FahrasError(f"to {option} {pattern}: {error}") from error
    return Ignore(filter(None, rules), option, root)
