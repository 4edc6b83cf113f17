"""The text of an e-book: the pages of its spine in order, each read like any HTML page."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from urllib.parse import unquote

from analyzers.named import NamedTuple
from indexer.errors import ExtractError
from indexer.extract.html import text_of_page
from indexer.extract.package import Package, local, parse_xml
from indexer.extract.types import Extraction, Record
from indexer.parts.layout import PAGE_END, Division, Layout

_CONTAINER = "META-INF/container.xml"
_PROTECTION = "META-INF/encryption.xml"


class _Book(NamedTuple):
    pages: list[str]
    """Where they lie in the package."""
    title: str
    date: str | None


def extract_epub(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a book; each page of its spine ends in a form feed."""
    package = Package(data, _CONTAINER, extraction.budget)
    book = _book(package, _root_file(package))
    texts: list[str] = []
    divisions: list[Division] = []
    start = 0
    for number, name in enumerate(book.pages, 1):
        page, replaced = text_of_page(package.read(name))
        extraction.replaced += replaced
        texts.append(page.text + PAGE_END)
        title = page.headings[0].title if page.headings else page.title
        divisions.append(Division(start, "chapter", str(number), title))
        divisions += [head._replace(start=start + head.start) for head in page.headings]
        start += len(texts[-1])
    if not "".join(texts).strip() and _PROTECTION in package.names:
        raise ExtractError("protected against copying: it can only be read with its own program")
    if not "".join(texts).strip():
        raise ExtractError("its pages hold no text")
    layout = Layout(tuple(divisions))
    extraction.records = (Record(None, book.title, "".join(texts), book.date, layout=layout),)


def _root_file(package: Package) -> str:
    paths: list[str] = []

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "rootfile":
            paths.append(local(attributes, "full-path"))

    parse_xml(package.chunks(_CONTAINER), start, lambda _: None, lambda _: None)
    if not paths:
        raise ExtractError("damaged: it names no contents")
    return paths[0]


def _book(package: Package, root: str) -> _Book:
    """What the package file says: the spine, resolved against its own folder, title and date."""
    places: dict[str, str] = {}
    spine: list[str] = []
    values: dict[str, str] = {}
    inside: list[str] = []
    folder = posixpath.dirname(root)

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        inside.append("" if tag in values else tag)  # the first title and date are those meant
        if tag == "item":
            place = posixpath.join(folder, unquote(local(attributes, "href")))
            places[local(attributes, "id")] = posixpath.normpath(place)
        elif tag == "itemref":
            spine.append(local(attributes, "idref"))

    def end(_: str) -> None:
        inside.pop()

    def text(piece: str) -> None:
        values[inside[-1]] = values.get(inside[-1], "") + piece

    parse_xml(package.chunks(root), start, end, text, doctype=True)
    pages = [places[name] for name in dict.fromkeys(spine) if name in places]
    title = " ".join(values.get("title", "").split())
    return _Book(pages, title, values.get("date"))
