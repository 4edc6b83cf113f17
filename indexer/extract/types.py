"""What does reading a file give? The types that every format hands out, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from analyzers.named import NamedTuple
from indexer.reports import FileProblem

if TYPE_CHECKING:
    from indexer.extract.fields import Fields, Role
    from indexer.extract.package import Budget
    from indexer.parts.layout import Layout

MAX_FILE_BYTES = 400 * 1024 * 1024
"""The largest file, or record, that is read: bytes and text, side by side, take less than 1 GiB."""

MAX_PAGE_BYTES = 32 * 1024 * 1024
"""The largest HTML page: its tree takes 10 to 45 times as much memory as its source."""

MAX_PROBLEMS = 100
"""Problems kept one by one for a file; a file of broken lines must not fill the memory."""


class Record(NamedTuple):
    """One document as the file gives it.

    Formats give the title and date that the document says of itself, the date as it is written;
    `origin.completed` understands dates and fills in what is missing.

    A file that holds several says what each is called: `id` is a name of the document's own, `item`
    is one within its file (the number of a mail, the name of a sheet). Without both the file itself
    is the document.
    """

    id: str | None
    title: str
    text: str
    date: str | None = None
    line: int = 1
    """The line of the file on which the record stands, from 1."""
    text_bytes: int | None = None
    """The size of the text in UTF-8, where reading the file told it."""
    item: str = ""
    is_line: bool = False
    """Whether it has neither `id` nor `item`, and is called by its line."""
    member: str = ""
    """Where its file lies within the file that was opened: `!/inside.txt` of an archive."""
    encoding: str = ""
    """Of its own file, where that lies within another."""
    layout: Layout | None = None
    """Where its pages and headings begin; None where nothing is known of them."""
    title_from: str = ""
    """What gave the title: "metadata", "heading", "first line", …; "" where there is none."""
    date_from: str = ""
    date_text: str = ""
    """The date as it is written, where that is otherwise than `date`."""
    calendar: str = ""
    """`hijri` of a date that is written so; "" for ours."""


class Extraction:
    """The records of one file, and what was met while reading them.

    `records` can be consumed once. For record files they stream: `digest`, `size`, `replaced`
    and `problems` are complete only when they are consumed, which is why this type is not frozen.
    """

    def __init__(
        self,
        path: str,
        *,
        digest: str = "",
        size: int = 0,
        fields: Mapping[Role, str] | None = None,
    ) -> None:
        self.path = path
        self._said = fields
        self.records: Iterable[Record] = ()
        self.is_of_records = False
        """Whether its documents are records with fields."""
        self.encoding = "utf-8"
        self.replaced = 0
        """U+FFFD put in for bytes that are no text in `encoding`; those of the source do not
        count."""
        self.digest = digest
        """blake2b-16 (hex) of the file's bytes as they were read."""
        self.size = size
        """How many bytes of the file were read."""
        self.reader = ""
        """The format that read it, with its version; of a container, those of its parts as well,
        separated by commas."""
        self.depth = 0
        """In how many other files it lies."""
        self.budget: Budget | None = None
        """What may still be unpacked of the file that it lies in, or of itself."""
        self.problems: list[FileProblem] = []
        self.unlisted = 0
        """Problems met beyond `MAX_PROBLEMS`."""
        self._unlisted_loss = False

    @cached_property
    def fields(self) -> Fields:
        """What the fields of records are called, for files of records."""
        from indexer.extract.fields import Fields

        return Fields(self._said)

    def report(self, reason: str, line: int | None = None, *, lost: bool = True) -> None:
        """Note a problem that did not keep the rest of the file from being read.

        lost: whether something of the file is missing from what was read.
        """
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(FileProblem(self.path, reason, line, fatal=False, lost=lost))
        else:
            self.unlisted += 1
            self._unlisted_loss |= lost

    def close_report(self) -> None:
        """Say, once and last, how much was lost: stray bytes, and problems that are not listed.

        Of a file of records also which names of `--fields` none of them has.
        """
        closing = [(reason, False) for reason in self.fields.unmet()] if self.is_of_records else []
        if self.unlisted:
            unlisted = f"{self.unlisted} more problems of this file are not listed"
            closing.append((unlisted, self._unlisted_loss))
        if self.replaced:
            replaced = (
                f"{self.replaced} stray bytes or byte sequences are no {self.encoding} text; "
                "each is indexed as U+FFFD"
            )
            closing.append((replaced, False))
        self.problems += [
            FileProblem(self.path, reason, fatal=False, lost=lost) for reason, lost in closing
        ]
