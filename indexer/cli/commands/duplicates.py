"""`fahras duplicates`: the groups of near-identical documents, and what differs in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.line.kinds import UsageError
from indexer.cli.output import records, render, terminal
from indexer.cli.output.render import PATH, QUIET, TITLE

if TYPE_CHECKING:
    from indexer.cli.line.options import DuplicatesRequest
    from indexer.cli.output.wrap import Line
    from indexer.reports import Copy, CopyGroup, Difference

_DIFFERENCES_SHOWN = 3
_WORDS_SHOWN = 6


def run(request: DuplicatesRequest) -> int:
    """Print the groups."""
    from indexer.cli.opening import open_index

    least = None if request.min_overlap is None else _share(request.min_overlap)
    screen = render.Screen.of(request.color)
    with open_index(request.index) as opened:
        groups = opened.duplicates(request.path or None, min_overlap=least)
        count = _print_json(groups, screen) if request.json else _print(groups, screen)
    if not count and not request.json:
        terminal.complain("no documents are near-identical")
    return exits.FOUND if count else exits.NOTHING


def _share(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"--min-overlap: {text} is no number: give one from 0.5 to 1") from None


def _print_json(groups: Iterable[CopyGroup], screen: render.Screen) -> int:
    found = [{"documents": [records.copy_record(c) for c in group.copies]} for group in groups]
    record = {"version": records.JSON_VERSION, "groups": found}
    terminal.write(records.json_line(record, for_terminal=screen.is_terminal))
    return len(found)


def _print(groups: Iterable[CopyGroup], screen: render.Screen) -> int:
    """A paragraph for each group, as it is found."""
    count = 0
    for count, group in enumerate(groups, 1):
        screen.show([*([[]] if count > 1 else []), *_lines(group, screen)])
    return count


def _lines(group: CopyGroup, screen: render.Screen) -> Iterator[Line]:
    for number, copy in enumerate(group.copies):
        name = _name(copy, screen)
        if not number:
            yield [*name, (f"  {copy.words:,} words", QUIET)]
        else:
            yield [("  ", ""), *name, (f"  {copy.overlap:.2f}", TITLE), *_differing(copy, screen)]


def _name(copy: Copy, screen: render.Screen) -> Line:
    """Where a copy is: a document or, as `show` takes it, one of its parts, with its title."""
    path = records.relative_path(copy.path)
    if copy.part is None:
        return [(screen.name(path), PATH)]
    title = [(f"  {screen.data(copy.part_title)}", TITLE)] if copy.part_title else []
    return [(screen.name(f"{path}:part{copy.part}"), PATH), *title]


def _differing(copy: Copy, screen: render.Screen) -> Line:
    """The first differences, each as what is not there and what is instead."""
    shown = [_told(d, screen) for d in copy.differences[:_DIFFERENCES_SHOWN]]
    rest = len(copy.differences) - len(shown)
    if rest:
        shown.append(f"and {rest:,} more")
    return [("  " + "; ".join(shown), QUIET)] if shown else []


def _told(difference: Difference, screen: render.Screen) -> str:
    sides = (("-", difference.first), ("+", difference.other))
    return " ".join(sign + screen.data(_short(text)) for sign, text in sides if text)


def _short(text: str) -> str:
    words = text.split()
    if len(words) <= _WORDS_SHOWN:
        return text
    half = _WORDS_SHOWN // 2
    return " ".join([*words[:half], "…", *words[-half:]])
