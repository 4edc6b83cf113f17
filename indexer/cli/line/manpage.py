r"""The man page: `python -m indexer.cli.line.manpage > docs/fahras.1`, read by `man fahras`.

It is made from the table of options and the help texts; a test compares it with the file. The
language is that of man(7): a line that begins with a dot is a request, `\-` is a dash to be typed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from indexer.cli import VERSION
from indexer.cli.line.manual import ABOUT, HELP
from indexer.cli.line.options import COMMANDS, FahrasRequest
from indexer.cli.line.reference import Entry, blocks, entries, entry, usage

_ENVIRONMENT = (
    ("FAHRAS_INDEX", "The index, as --index says it."),
    ("NO_COLOR", "If it is set and not empty, no colour."),
    ("PAGER", "What pages long texts of show on a terminal. Default: less."),
    ("VISUAL, EDITOR", "What --open opens files with; the first that is set. Default: vi."),
)
_FILES = (
    (".fahras/", "The index of the folder in which it is."),
    (".fahras/variants.txt", "Words of your own that stand for each other, one group a line."),
    (".fahrasignore", "What not to index in this folder, written as .gitignore is."),
)
_STATUS = """0: something was found, or done. 1: nothing was found. 2: an error, also if single
files could not be read; stderr says what to do."""


def manpage() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield f'.TH FAHRAS 1 "" "fahras {VERSION}" "User Commands"'
    yield ".SH NAME"
    yield r"fahras \- search folders of Arabic text"
    yield ".SH SYNOPSIS"
    yield r"\fBfahras\fR \fICOMMAND\fR [\fIOPTIONS\fR] \fR[\fIARGUMENTS\fR]"
    yield ".SH DESCRIPTION"
    yield from _prose(ABOUT)
    yield ".SH OPTIONS"
    yield from (line for row in FahrasRequest.options() for line in lines_of(entry(row)))
    yield ".SH COMMANDS"
    for name, kind in COMMANDS.items():
        yield f".SS {_escaped(usage(kind))}"
        yield from _prose(HELP[name])
        for row in entries(kind):
            yield from lines_of(row)
    for heading, rows in (("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES)):
        yield f".SH {heading}"
        for name, text in rows:
            yield from lines_of(Entry((name,), "", text))
    yield ".SH EXIT STATUS"
    yield from _prose(_STATUS)
    yield ".SH SEE ALSO"
    yield r"\fBrg\fR(1), \fBrecoll\fR(1), \fBfzf\fR(1), \fBjq\fR(1)"


def _prose(help_text: str) -> Iterator[str]:
    """The paragraphs of a help text; what must not be wrapped stands as it is."""
    for heading, text in blocks(help_text):
        yield ".PP"
        if heading is None:
            yield from map(_escaped, text.split("\n"))
            continue
        if heading:
            yield rf"\fB{_escaped(heading)}\fR"
        yield from (".RS 4", ".nf", *map(_escaped, text.split("\n")), ".fi", ".RE")


def lines_of(row: Entry | str) -> Iterator[str]:
    """The lines of an option or argument, or of the name of a group."""
    if isinstance(row, str):
        yield from (".PP", rf"\fI{_escaped(row)}\fR")
        return
    names = ", ".join(rf"\fB{_escaped(name)}\fR" for name in row.names)
    value = rf" \fI{_escaped(row.value)}\fR" if row.value else ""
    yield from (".TP", names + value, _escaped(row.help))


def _escaped(text: str) -> str:
    """A line that man(7) prints as it is."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return re.sub(r"^(?=[.'])", r"\\&", escaped)


if __name__ == "__main__":
    from indexer.cli.output.terminal import prepare_streams

    prepare_streams()
    sys.stdout.write(manpage())
