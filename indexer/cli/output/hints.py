"""Why was nothing found, and what should a reader know beside the hits? Sentences on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from indexer.cli.output import terminal
from indexer.cli.output.figures import counted
from indexer.results import STALENESS, SearchResults

if TYPE_CHECKING:
    from indexer.cli.output.printing import Output
    from indexer.reading.reasons import Reason
    from indexer.results import Hit

_SPELLED = {"all_words": "all-words", "files_from": "files-from"}
"""Options of a reason that are spelled otherwise here."""


def explain(results: SearchResults) -> None:
    """Say that nothing was found, and each reason that is known."""
    if any(reason.code == "no_words" for reason in results.reasons):
        terminal.complain(sentence(results.reasons[0]))
        return
    terminal.complain(f"nothing found for: {results.query}")
    for reason in results.reasons:
        terminal.complain(sentence(reason))
    for note in results.notes:
        terminal.complain(note)


def sentence(reason: Reason) -> str:
    """A reason as a person reads it."""
    code, words, names, counts = reason
    quoted = [word if word[:1] == "«" else f"«{word}»" for word in words]
    match code:
        case "no_words":
            return "the query holds no words, so nothing was searched: give at least one"
        case "empty_index":
            return "the index holds no documents: add some with fahras index PATH"
        case "unknown_word":
            return f"not in the index: {words[0]}{_meant(names)}"
        case "doubted_word":
            return f"{_rarely(words[0], counts[0])}{_meant(names)}"
        case "other_field":
            where = " or ".join(names)
            return f"{quoted[0]} stands in no {where}; {_holders(counts)} it elsewhere"
        case "other_form":
            return f"{quoted[0]} stands nowhere so; {_holders(counts)} other forms of it"
        case "no_form":
            return f"no word of the index fits {words[0]}"
        case "apart":
            return _apart(quoted, counts)
        case "phrase":
            return f"the words of {quoted[0]} stand nowhere so; {_holders(counts)} them apart"
        case "excluded":
            signs = " ".join(f"-{word}" for word in words)
            return f"without {signs}: {_documents(counts)}"
        case "filter":
            return f"without {_spelled(names)}: {_documents(counts)}"
        case "no_file":
            glob = names[0] if ":" in names[0] else f"--in {names[0]}"
            return f"no indexed file matches {glob}"
        case "no_place":
            return f"no file is indexed in {terminal.safe_name(names[0])}"
        case "no_dates":
            return f"without {_spelled(names)}: {_documents(counts)}, none of which has a date"
        case "other_dates":
            return _other_dates(names, counts)
        case "old_index":
            return _old_index(*counts)
        case "unreadable":
            return f"{counted(counts[0], 'file')} could not be read; fahras stats names them"
        case "other_kinds":
            kinds = ", ".join(
                f"{count:,} {name or 'without ending'}"
                for name, count in zip(names, counts, strict=True)
            )
            return f"files of other kinds are not indexed: {kinds}"


def _apart(words: Sequence[str], counts: Sequence[int]) -> str:
    if len(words) == 2:
        (first, second), (n, m) = words, counts
        return f"no document holds both {first} ({counted(n, 'document')}) and {second} ({m:,})"
    left_out, most = max(zip(words, counts, strict=True), key=lambda pair: pair[1])
    every = ", ".join(words)
    rest = f"; without {left_out}: {counted(most, 'document')}" if most else ""
    return f"no document holds all of {every}{rest}"


def _other_dates(names: Sequence[str], counts: Sequence[int]) -> str:
    *filters, first, last = names
    dated = f"of {first}" if first == last else f"from {first} to {last}"
    undated = f"; {counts[1]:,} without a date" if counts[1] else ""
    return f"without {_spelled(filters)}: {_documents(counts)}, {dated}{undated}"


def _old_index(added: int, changed: int) -> str:
    told = []
    if added:
        told.append(f"{counted(added, 'file')} {'was' if added == 1 else 'were'} added")
    if changed:
        told.append(
            f"{changed:,} may have changed"
            if told
            else f"{counted(changed, 'file')} may have changed"
        )
    return f"since the index was updated {' and '.join(told)}: run fahras index"


def _documents(counts: Sequence[int]) -> str:
    return counted(counts[0], "document")


def _holders(counts: Sequence[int]) -> str:
    return f"{_documents(counts)} {'holds' if counts[0] == 1 else 'hold'}"


def _spelled(names: Sequence[str]) -> str:
    """Options with their dashes, and pieces of the query as they are."""
    return ", ".join(name if ":" in name else f"--{_SPELLED.get(name, name)}" for name in names)


def remark(results: SearchResults, output: Output) -> None:
    """What stands beside an answer: notes, files that are not as they were, and that there is more.

    The last where paths end on a terminal; other answers say it themselves.
    """
    if output.kind == "text" and output.screen.is_terminal:
        tell_words(results)
    else:
        for note in results.notes:
            terminal.complain(note)
    if not results.hits and results.offset:
        beyond = f"--offset {results.offset} is beyond the last of {results.hit_count:,}"
        terminal.complain(f"{beyond} documents")
    tell_stale(results.hits, left_out=output.kind == "paths")
    cut_short = output.kind == "paths" and len(results.hits) < results.total
    if cut_short and terminal.is_terminal(sys.stderr):
        shown = f"the first {len(results.hits):,} of {results.total:,}"
        terminal.complain(f"{shown} documents; --all for all")


def tell_stale(hits: Iterable[Hit], *, left_out: bool) -> None:
    """How many of the files of some hits have changed or vanished.

    left_out: whether those that have vanished are not shown.
    """
    states = list({hit.path: hit.stale for hit in hits}.values())
    told = []
    for state in STALENESS:
        count = states.count(state)
        if count:
            have = "files have" if count > 1 else "file has"
            rest = ", left out here" if left_out and state == "vanished" else ""
            told.append(f"{count:,} {have} {state}{rest}")
    if told:
        message = " and ".join(told)
        terminal.complain(f"since the index was updated {message}: run fahras index")


def tell_words(results: SearchResults) -> None:
    """The words that the index does not hold, with the nearest it does, and the notes."""
    noted = "\n".join(results.notes)
    for unknown in results.unknown_words:
        told = f"«{unknown.word}»" in noted  # what was found in its place
        if told and all(word in noted for word in unknown.suggestions[:1]):
            continue
        message = f"not in the index: {unknown.word}"
        if unknown.held:
            message = _rarely(unknown.word, unknown.written)
        terminal.complain(message + _meant(unknown.suggestions))
    for note in results.notes:
        terminal.complain(note)


def _meant(words: Sequence[str]) -> str:
    return f"; did you mean (هل تقصد): {'، '.join(words)}" if words else ""


def _rarely(word: str, written: int) -> str:
    """How often the index holds a word that it hardly has."""
    if not written:
        return f"no text has {word}, only other forms of it"
    return f"the index has {word} only {'once' if written == 1 else f'{written:,} times'}"
