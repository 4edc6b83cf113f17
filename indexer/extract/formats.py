"""The only table of formats: the kinds of files that are read, and by what.

A new format is a module with a function of `(data, extraction)` and a row here. The first bytes of
a file decide its kind, before its name: a `.doc` is often RTF. Modules, and the libraries that they
need, are imported for the first file of the kind.
"""

from __future__ import annotations

import codecs
import re

from analyzers.named import NamedTuple
from indexer.errors import PassingError
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
    extra: str = ""
    """The extra of the project that installs the library, where the project alone does not."""
    program: str = ""
    """The package of the system whose programs read them."""
    max_bytes: int = MAX_FILE_BYTES
    given: str = "metadata"
    """What `title_from` and `date_from` call the place where such files keep both; "" for files
    that only hold others."""
    is_prose: bool = False
    """Whether its first lines may say title and date, where nothing else does."""
    version: int = 1
    """Raised when the same file gives another text, title or date: files that an older version read
    are read again, and only those."""

    @property
    def reader(self) -> str:
        """What the catalogue remembers of who read a file."""
        return f"{self.name}/{self.version}"

    @property
    def package(self) -> str:
        """What pip is told to install for them; "" where the project alone reads them."""
        return f"'fahras[{self.extra}]'" if self.extra else self.library


FORMATS = (
    Format("text", (".txt", ".text"), "text", "extract_text", is_prose=True),
    Format("Markdown", (".md", ".markdown"), "markdown", "extract_markdown",
           given="front matter", is_prose=True),
    Format("HTML", (".html", ".htm", ".xhtml"), "html", "extract_html", library="selectolax",
           max_bytes=MAX_PAGE_BYTES, given="page", is_prose=True),
    Format("JSON lines", (".jsonl", ".jsonl.gz"), "jsonl", "extract_jsonl", streams=True,
           has_fields=True, given="field"),
    Format("JSON", (".json",), "json_file", "extract_json", has_fields=True, given="field",
           max_bytes=64 << 20),
    Format("XML", (".xml", ".tei", ".fb2", ".rss", ".atom"), "xml", "extract_xml",
           max_bytes=64 << 20, is_prose=True),
    Format("PDF", (".pdf",), "pdf", "extract_pdf", (b"%PDF-",), library="pypdfium2",
           is_risky=True, is_prose=True),
    Format("Word", (".docx", ".docm", ".dotx"), "office", "extract_docx",
           holds=b"word/document.xml", is_prose=True),
    Format("PowerPoint", (".pptx", ".pptm", ".ppsx"), "office", "extract_pptx",
           holds=b"ppt/presentation.xml", is_prose=True),
    Format("OpenDocument", (".odt", ".ott"), "office", "extract_opendocument",
           holds=b"mimetypeapplication/vnd.oasis.opendocument.text", is_prose=True),
    Format("OpenDocument slides", (".odp",), "office", "extract_opendocument",
           holds=b"mimetypeapplication/vnd.oasis.opendocument.presentation", is_prose=True),
    Format("spreadsheet", (".xlsx", ".xlsm", ".xlsb"), "sheets", "extract_sheets",
           holds=b"xl/workbook.", library="python-calamine", is_risky=True,
           given="sheet"),
    Format("spreadsheet 97", (".xls",), "sheets", "extract_sheets",
           holds="Workbook".encode("utf-16-le"), library="python-calamine", is_risky=True,
           given="sheet"),
    Format("OpenDocument sheets", (".ods",), "sheets", "extract_sheets",
           holds=b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
           library="python-calamine", is_risky=True,
           given="sheet"),
    Format("Word 97", (".doc", ".dot"), "doc", "extract_doc",
           holds="WordDocument".encode("utf-16-le"), library="olefile", is_risky=True,
           is_prose=True, version=2),
    Format("RTF", (".rtf",), "rtf", "extract_rtf", (rb"{\rtf",), library="striprtf",
           is_risky=True, is_prose=True, version=3),
    Format("mail", (".eml",), "mail", "extract_mail", given="header"),
    Format("mailbox", (".mbox",), "mail", "extract_box", given="header"),
    Format("table", (".csv", ".tsv"), "table", "extract_table", has_fields=True, given="field"),
    Format("OpenITI mARkdown", (".completed", ".inprogress"), "openiti", "extract_openiti",
           (b"######OpenITI#",), is_prose=True),
    Format("subtitles", (".srt", ".vtt"), "subtitles", "extract_subtitles"),
    Format("EPUB", (".epub",), "epub", "extract_epub", holds=b"mimetypeapplication/epub+zip"),
    Format("zip", (".zip",), "archives", "extract_zip", given=""),
    Format("tar", (".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst"), "archives", "extract_tar",
           given=""),
    Format("7z", (".7z",), "sevenzip", "extract_7z", (b"7z\xbc\xaf\x27\x1c",), library="py7zr",
           is_risky=True, extra="7z", given=""),
    Format("Access", (".bok", ".mdb", ".accdb"), "access", "extract_access",
           (b"\0\1\0\0Standard Jet DB", b"\0\1\0\0Standard ACE DB"), is_risky=True,
           program="mdbtools"),
    Format("gzip", (".gz",), "compressed", "extract_compressed", (b"\x1f\x8b\x08",), given=""),
    Format("bzip2", (".bz2",), "compressed", "extract_compressed", (b"BZh",), given=""),
    Format("xz", (".xz",), "compressed", "extract_compressed", (b"\xfd7zXZ\0",), given=""),
    Format("zstd", (".zst",), "compressed", "extract_compressed", (b"\x28\xb5\x2f\xfd",),
           given=""),
)  # fmt: skip

UNNAMED = Format("other text", (), "text", "extract_text", is_prose=True)
"""Files whose names tell nothing: text, if their bytes are, or what their first bytes tell."""

OTHER_KIND = "none/1"
"""Who has read a file that is no text: raised when another kind is read, so that it is tried."""

_OTHER_KINDS = """
jpg jpeg jpe png gif bmp tif tiff webp heic heif avif ico psd ai eps raw cr2 nef dng xcf svg
mp3 mp4 m4a m4b m4v aac ac3 flac ogg oga ogv opus wav wma wmv avi mkv mov mpg mpeg webm flv 3gp amr
mid midi aif aiff
exe dll so dylib a o obj lib bin com msi class jar war apk aab ipa deb rpm dmg pkg iso img vhd vhdx
vmdk qcow2 pyc pyo pyd whl egg wasm node elc beam
ttf otf woff woff2 eot pfb pfm fon
db sqlite sqlite3 db3 dbf mdf ldf frm ibd myd myi parquet feather arrow orc avro h5 hdf5 npy npz pkl
pickle mat rdata rds onnx pt pth safetensors gguf ckpt tfrecord
pst ost msg nsf lnk swp swo tmp lock crdownload part torrent cab ace arj lzh rar lz lzma lz4 br zpaq
jks p12 pfx gpg pgp sig kdbx map sketch fig dwg dxf blend stl fbx glb gltf shp shx fhs fhc
"""
OTHER_KINDS: frozenset[str] = frozenset("." + ending for ending in _OTHER_KINDS.split())
"""Endings of names, in lower case, of what is no text, or none for readers: never opened."""

_SNIFFED = (
    (rb"\s*<(?:!doctype html|html)\b", "HTML"),
    (rb"\s*<\?xml\b", "XML"),
    (rb"From \S+ [^\n]*\d{4}\r?\n[\w-]+:", "mailbox"),
    (rb"(?:Return-Path|Received|Delivered-To|MIME-Version|Message-ID|From|Date): [^\n]*\n"
     rb"(?:[\w-]+:|[ \t])[^\n]*\n", "mail"),
)  # fmt: skip
"""How files begin that names do not tell, looked for only where they tell nothing."""

_CONTAINERS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""What zips, and the files of older office programs, begin with."""

_TOP_FOLDERS = ("word/", "ppt/", "xl/")
_HEAD_BYTES = 4096
_MIMETYPE_BYTES = 200
_TAR, _TAR_AT = b"ustar", 257

_TELLING = (*_CONTAINERS, *(magic for row in FORMATS for magic in row.magic))

_NAMED = {row.name: row for row in FORMATS}
BY_ENDING = {ending: format_ for format_ in FORMATS for ending in format_.endings}
EXTENSIONS: frozenset[str] = frozenset(BY_ENDING)
"""The ends of file names that are read, in lower case."""


def missing(module: str | None) -> PassingError:
    """What is said of a module that is not installed."""
    package = next((row.package for row in FORMATS if row.library == module), module)
    return PassingError(f"{module} is missing, which reads it: run pip install {package}")


def may_be_read(path: str) -> bool:
    """Whether a name tells a format, or leaves it open what the file is."""
    return extension_of(path) not in OTHER_KINDS and not path.endswith("~")


def readers() -> frozenset[str]:
    """The readers of today; what others have read is read again."""
    return frozenset((OTHER_KIND, *(row.reader for row in (*FORMATS, UNNAMED))))


def extension_of(path: str) -> str:
    """The extension in lower case, `.jsonl.gz` as one; "" for a name that has none."""
    name = path.rpartition("/")[2].lower()
    stem, dot, last = name.rpartition(".")
    if not dot or not stem:
        return ""
    return ".jsonl.gz" if last == "gz" and stem.endswith(".jsonl") else dot + last


def _sniffed(data: bytes) -> Format:
    """What a text without a telling name is, by its beginning."""
    head = data[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf")
    found = (name for pattern, name in _SNIFFED if re.match(pattern, head, re.IGNORECASE))
    return _NAMED.get(next(found, ""), UNNAMED)


def _fitting(data: bytes) -> list[Format]:
    """The formats whose parts a container holds; a zip is asked for its own names of parts."""
    names = _names_in(data)
    if names is None:
        return [row for row in FORMATS if row.holds and row.holds in data]
    own = "\n".join(name for name in names if name.startswith(_TOP_FOLDERS)).encode(
        "utf-8", "surrogateescape"
    )
    kind = data[:_MIMETYPE_BYTES]
    return [
        row
        for row in FORMATS
        if row.holds and row.holds in (kind if row.holds.startswith(b"mimetype") else own)
    ]


def _names_in(data: bytes) -> list[str] | None:
    """The names of the parts of a zip; None where it is none, or damaged."""
    from indexer.errors import ExtractError
    from indexer.extract.package import open_zip

    if not data.startswith(b"PK"):
        return None
    try:
        return open_zip(data).namelist()
    except ExtractError:
        return None


def _other_zip(data: bytes, named: Format) -> Format:
    """What a container is that holds no part that tells: a zip, unless its name says more."""
    return _NAMED["zip"] if data.startswith(b"PK") and not named.holds else named


def by_content(data: bytes, named: Format) -> Format:
    """The format that the first bytes tell, or else the one that the name does; text if empty."""
    if not data:
        return FORMATS[0]
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    if data[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return _NAMED["tar"]
    if not data.startswith(_TELLING):
        return _sniffed(data) if named is UNNAMED else named
    if data.startswith(_CONTAINERS):
        fitting = _fitting(data)
        if named in fitting:
            return named
        return max(fitting, key=lambda row: len(row.holds), default=_other_zip(data, named))
    return next((row for row in FORMATS if row.magic and data.startswith(row.magic)), named)
