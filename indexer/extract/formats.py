"""The only table of formats: the kinds of files that are read, and by what.

A new format is a module with a function of `(data, extraction)` and a row here. The first bytes of
a file decide its kind, before its name: a `.doc` is often RTF. Modules, and the libraries that they
need, are imported for the first file of the kind.
"""

from __future__ import annotations

from typing import NamedTuple

from indexer.extract.types import MAX_FILE_BYTES, MAX_PAGE_BYTES


class Format(NamedTuple):
    """A row of the table."""

    name: str
    endings: tuple[str, ...]
    """Of file names, in lower case."""
    module: str
    function: str
    magic: tuple[bytes, ...] = ()
    """What such files begin with, whatever their name."""
    holds: bytes = b""
    """What a container of this kind holds: the name of a part, which is never packed."""
    library: str = ""
    """The package on PyPI that reads them, where the project alone does not."""
    streams: bool = False
    """Whether it is read piece by piece, as a file of records is, and never held whole."""
    has_fields: bool = False
    """Whether its documents are records with fields, whose names `--fields` may say."""
    is_risky: bool = False
    """Whether its parser runs in the worker process."""
    max_bytes: int = MAX_FILE_BYTES
    version: int = 1
    """Raised when the same file gives another text, title or date: files that an older version read
    are read again, and only those."""

    @property
    def reader(self) -> str:
        """What the catalogue remembers of who read a file."""
        return f"{self.name}/{self.version}"


FORMATS = (
    Format("text", (".txt", ".text"), "text", "extract_text"),
    Format("Markdown", (".md", ".markdown"), "markdown", "extract_markdown"),
    Format("HTML", (".html", ".htm", ".xhtml"), "html", "extract_html", library="selectolax",
           max_bytes=MAX_PAGE_BYTES),
    Format("JSON lines", (".jsonl", ".jsonl.gz"), "jsonl", "extract_jsonl", streams=True,
           has_fields=True),
    Format("PDF", (".pdf",), "pdf", "extract_pdf", (b"%PDF-",), library="pypdfium2",
           is_risky=True),
    Format("Word", (".docx", ".docm", ".dotx"), "office", "extract_docx",
           holds=b"word/document.xml"),
    Format("PowerPoint", (".pptx", ".pptm", ".ppsx"), "office", "extract_pptx",
           holds=b"ppt/presentation.xml"),
    Format("OpenDocument", (".odt", ".ott"), "office", "extract_opendocument",
           holds=b"mimetypeapplication/vnd.oasis.opendocument.text"),
    Format("OpenDocument slides", (".odp",), "office", "extract_opendocument",
           holds=b"mimetypeapplication/vnd.oasis.opendocument.presentation"),
    Format("spreadsheet", (".xlsx", ".xlsm", ".xlsb"), "sheets", "extract_sheets",
           holds=b"xl/workbook.", library="python-calamine", is_risky=True),
    Format("spreadsheet 97", (".xls",), "sheets", "extract_sheets",
           holds="Workbook".encode("utf-16-le"), library="python-calamine", is_risky=True),
    Format("OpenDocument sheets", (".ods",), "sheets", "extract_sheets",
           holds=b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
           library="python-calamine", is_risky=True),
    Format("Word 97", (".doc", ".dot"), "doc", "extract_doc",
           holds="WordDocument".encode("utf-16-le"), library="olefile", is_risky=True),
    Format("RTF", (".rtf",), "rtf", "extract_rtf", (rb"{\rtf",), library="striprtf",
           is_risky=True),
    Format("mail", (".eml",), "mail", "extract_mail"),
    Format("mailbox", (".mbox",), "mail", "extract_box"),
    Format("table", (".csv", ".tsv"), "table", "extract_table", has_fields=True),
    Format("OpenITI mARkdown", (".completed", ".inprogress"), "openiti", "extract_openiti",
           (b"######OpenITI#",)),
    Format("subtitles", (".srt", ".vtt"), "subtitles", "extract_subtitles"),
    Format("EPUB", (".epub",), "epub", "extract_epub", holds=b"mimetypeapplication/epub+zip"),
)  # fmt: skip

_CONTAINERS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""What zips, and the files of older office programs, begin with."""

_TELLING = (*_CONTAINERS, *(magic for row in FORMATS for magic in row.magic))

BY_ENDING = {ending: format_ for format_ in FORMATS for ending in format_.endings}
EXTENSIONS: frozenset[str] = frozenset(BY_ENDING)
"""The ends of file names that are read, in lower case."""


def readers() -> frozenset[str]:
    """The readers of today; what others have read is read again."""
    return frozenset(row.reader for row in FORMATS)


def extension_of(path: str) -> str:
    """The extension in lower case, `.jsonl.gz` as one; "" for a name that has none."""
    name = path.rpartition("/")[2].lower()
    stem, dot, last = name.rpartition(".")
    if not dot or not stem:
        return ""
    return ".jsonl.gz" if last == "gz" and stem.endswith(".jsonl") else dot + last


def by_content(data: bytes, named: Format) -> Format:
    """The format that the first bytes tell, or else the one that the name does; text if empty."""
    if not data:
        return FORMATS[0]
    if not data.startswith(_TELLING):
        return named
    if data.startswith(_CONTAINERS):
        fitting = [row for row in FORMATS if row.holds and row.holds in data]
        if named in fitting:
            return named
        return max(fitting, key=lambda row: len(row.holds), default=named)
    return next((row for row in FORMATS if row.magic and data.startswith(row.magic)), named)
