"""How are the files within a file read? Each like any other, as deep as is allowed.

A member is called `FILE!/NAME`, one in another `FILE!/NAME!/NAME`. Names are labels: nothing is
unpacked to disk. What cannot be read of a member is a problem of the file in which it lies, and the
others are read all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from analyzers.named import NamedTuple
from indexer.errors import ExtractError, NoTextError, PassingError
from indexer.extract.formats import extension_of
from indexer.extract.jsonl import Ids
from indexer.extract.package import MOST_ENTRIES, BombError, Budget
from indexer.extract.types import Extraction, Record

_MOST_DEPTH = 3
_JUNK = ("__MACOSX/",)
_KINDS_NAMED = 5


class Member(NamedTuple):
    """A file within another."""

    name: str
    chunks: Iterable[bytes]
    """What it holds; where that cannot be had, asking for it raises ExtractError."""


def budget_of(extraction: Extraction) -> Budget:
    """What may be unpacked of the file at hand: set here once for all that is in it."""
    if extraction.budget is None:
        extraction.budget = Budget(extraction.size)
    return extraction.budget


def records_of(
    members: Iterable[Member],
    extraction: Extraction,
    within: str = "",
    *,
    tells_skipped: bool = True,
) -> Iterator[Record]:
    """The records of all members, with the place of each; problems become those of the whole.

    within: where in the file they lie, as `#3` of a mailbox. tells_skipped: whether it is a problem
    that some are of other kinds.
    """
    skipped: Counter[str] = Counter()
    places = Ids()
    budget = budget_of(extraction)
    for number, (name, chunks) in enumerate(members, 1):
        if number > MOST_ENTRIES:
            extraction.report(f"only the first {MOST_ENTRIES:,} files in it were read")
            break
        if not _is_hidden(name):
            place = places.own(f"{within}!/{name}")
            yield from _records(Member(place, chunks), extraction, budget, skipped)
    if skipped and tells_skipped:
        kinds = ", ".join(f"{n} {kind or 'other'}" for kind, n in skipped.most_common(_KINDS_NAMED))
        extraction.report(f"files of other kinds in it were skipped: {kinds}", lost=False)


def all_records_of(members: Iterable[Member], extraction: Extraction) -> Iterator[Record]:
    """The records of all members of a file that holds nothing else; ends its report."""
    yield from records_of(members, extraction)
    extraction.close_report()


def _is_hidden(name: str) -> bool:
    base = name.rpartition("/")[2]
    return not base or base.startswith(".") or name.startswith(_JUNK)


def _records(
    member: Member, extraction: Extraction, budget: Budget, skipped: Counter[str]
) -> Iterator[Record]:
    """The records of one member, whose name is its place."""
    place = member.name
    inner: Extraction | None = None
    try:
        inner = extract_within(place, b"".join(budget.part(member.chunks)), extraction)
        for record in inner.records:
            yield record._replace(
                member=place + record.member, encoding=record.encoding or inner.encoding
            )
    except BombError as error:
        if budget.is_spent:
            raise
        extraction.report(f"{place}: {error}")
    except PassingError as error:
        extraction.report(f"{place}: {error}")
        add_reader(extraction, "?")  # nobody's: the file is read again
    except ExtractError as error:
        if isinstance(error, NoTextError):
            skipped[extension_of(place)] += 1
        else:
            extraction.report(f"{place}: {error}")
    if inner is not None:
        add_reader(extraction, inner.reader)
        for problem in inner.problems:
            extraction.report(f"{place}: {problem.reason}", problem.line, lost=problem.lost)


def add_reader(extraction: Extraction, readers: str) -> None:
    """Note who else read a part of a file."""
    known = extraction.reader.split(",")
    extraction.reader = ",".join(dict.fromkeys([*known, *readers.split(",")]))


def extract_within(name: str, data: bytes, outer: Extraction) -> Extraction:
    """Read what lies within another file, and counts against its limits. Raises ExtractError."""
    from indexer.extract import extract

    refuse_depth(outer)
    return extract(name, data, fields=outer.fields.said, outer=outer)


def refuse_depth(outer: Extraction) -> None:
    """Raise ExtractError if what lies within a file is not read any more."""
    if outer.depth >= _MOST_DEPTH:
        raise ExtractError(f"it lies in more than {_MOST_DEPTH} others: unpack them")
