"""The text that a reader reads on a page: what is visible, without the furniture around it.

Takes `<main>` or `<article>` where the page has one, else the body, leaves out navigation,
asides, banners and scripts, and sets block elements on lines of their own. Nothing is fetched or
run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzers.named import NamedTuple
from indexer.extract.charsets import decode
from indexer.extract.flow import Flow
from indexer.extract.html_head import date_of_page, title_of_page
from indexer.extract.types import Extraction, Record
from indexer.parts.layout import Division, Layout

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_HIDDEN = (
    "script, style, noscript, template, svg, math, iframe, object, canvas, audio, video, "
    "button, select, textarea, datalist, [hidden]"
)
_FURNITURE = (
    "nav, aside, footer, dialog, [role=navigation], [role=banner], [role=contentinfo], "
    "[role=complementary], [role=search], [role=dialog], [role=alertdialog], [role=menu]"
)
_FURNITURE_NAME = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|nav|navbar|navigation|menu|breadcrumbs?|sidebar"
    r"|share|sharing|social|skip-link)(?:$|[\s_-])",
    re.IGNORECASE,
)
_NAMEABLE = (
    "div[class], div[id], section[class], section[id], ul[class], ul[id], p[class], a[class]"
)

# fmt: off
_PARAGRAPHS = frozenset((
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "article", "section", "main",
    "figure", "table", "ul", "ol", "dl", "hr",
))
_LINES = frozenset((
    "address", "body", "caption", "dd", "details", "div", "dt", "fieldset", "figcaption", "footer",
    "form", "header", "legend", "li", "summary", "tbody", "tfoot", "thead", "tr",
))
# fmt: on
_CELLS = frozenset(("td", "th"))
_HEADINGS = frozenset(("h1", "h2", "h3"))

_CHARSET = re.compile(
    rb"""<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*["']?\s*([\w.:-]+)""",
    re.IGNORECASE,
)
_DECLARATION_BYTES = 4096

_SMALL_CHARS = 1 << 16
_FEW_TAGS = 2_000
"""The parser's time, and the size of its tree, grow with the square of what is nested, of unclosed
letters in bold, of the attributes of one tag: a page that is not small is parsed by the worker."""

_SECONDS, _SECONDS_A_MIB = 3, 2
"""For a page; an honest one, of tags without end, takes half a second a MiB."""


def extract_html(data: bytes, extraction: Extraction) -> None:
    """Fill in the one record of a page; the offsets of its matches are those of the text made."""
    source, extraction.encoding, extraction.replaced = decode(data, _declared_charset(data))
    page = _read(source)
    layout = Layout(page.headings) if page.headings else None
    extraction.records = (Record(None, page.title, page.text, page.date, layout=layout),)


class Page(NamedTuple):
    """What is read of a page."""

    title: str
    text: str
    date: str | None
    headings: tuple[Division, ...]


def text_of_page(data: bytes) -> tuple[Page, int]:
    """A page that is a part of something else, and how much of it was replaced."""
    source, _, replaced = decode(data, _declared_charset(data))
    return _read(source), replaced


def _read(source: str) -> Page:
    """A page, read by the worker where it is not small."""
    if len(source) <= _SMALL_CHARS and source.count("<") <= _FEW_TAGS:
        return _page(source)
    from indexer.extract.worker import read_apart

    utf8 = source.encode("utf-8")
    seconds = _SECONDS + _SECONDS_A_MIB * (len(utf8) >> 20)
    title, text, date, headings = read_apart(f"{__name__}:parse_page", utf8, seconds=seconds)
    return Page(title, text, date, tuple(Division(*heading) for heading in headings))


def parse_page(utf8: bytes) -> Page:
    """What the worker is asked for."""
    return _page(utf8.decode("utf-8"))


def _page(source: str) -> Page:
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(source)
    text, headings = _readable(page)
    return Page(title_of_page(page), text, date_of_page(page), tuple(headings))


def _declared_charset(data: bytes) -> str | None:
    found = _CHARSET.search(data[:_DECLARATION_BYTES])
    return found.group(1).decode("ascii", "replace") if found else None


def _readable(page: LexborHTMLParser) -> tuple[str, list[Division]]:
    """The text of the page, and its headings, without what is hidden and what is furniture.

    Nodes are skipped, never taken out of the tree: the parser frees those at once, also under
    the hands of whoever still holds one.
    """
    if page.root is None or page.body is None:
        return "", []
    hidden = _ids(page.root, _HIDDEN)
    sizes = _visible_sizes(page.root, hidden)
    scope = _scope(page, sizes) or page.body
    furniture = _FURNITURE if scope.tag != "body" else f"{_FURNITURE}, header"
    skipped = hidden | _ids(scope, furniture) | _furniture_by_name(scope, sizes)
    return _text_of(scope, skipped - {scope.mem_id})


def _ids(scope: LexborNode, selector: str) -> set[int]:
    return {node.mem_id for node in scope.css(selector)}


def _visible_sizes(root: LexborNode, hidden: set[int]) -> dict[int, int]:
    """Number of visible characters in each element, by `mem_id`, counted in one walk."""
    sizes: dict[int, int] = {}
    total = 0
    for node, entering in _walk(root, hidden):
        if node.tag == "-text":
            total += len((node.text_content or "").strip()) if entering else 0
        elif entering:
            sizes[node.mem_id] = total
        else:
            sizes[node.mem_id] = total - sizes[node.mem_id]
    return sizes


def _scope(page: LexborHTMLParser, sizes: dict[int, int]) -> LexborNode | None:
    """`<main>`, or the one article that is most of the page; None means the body.

    Lists of teasers are often articles too, so that none of several is taken unless it outweighs
    the others together.
    """
    main = page.css_first("main, [role=main]")
    if main is not None and sizes.get(main.mem_id):
        return main
    articles = sorted(page.css("article"), key=lambda node: sizes.get(node.mem_id, 0))
    others = sum(sizes.get(node.mem_id, 0) for node in articles[:-1])
    return articles[-1] if articles and sizes.get(articles[-1].mem_id, 0) > others else None


def _furniture_by_name(scope: LexborNode, sizes: dict[int, int]) -> set[int]:
    """Elements whose class or id says menu or banner, unless they are most of the page."""
    found = set()
    bearing = _bearing(scope)
    for node in scope.css(_NAMEABLE):
        names = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
        if node.mem_id in bearing or not _FURNITURE_NAME.search(names):
            continue
        if 2 * sizes.get(node.mem_id, 0) < sizes.get(scope.mem_id, 0):
            found.add(node.mem_id)
    return found


def _bearing(scope: LexborNode) -> set[int]:
    """Elements that contain a heading, the main part or an article, which no menu does."""
    found: set[int] = set()
    for node in scope.css("h1, main, article"):
        above = node.parent
        while above is not None and above.mem_id not in found:
            found.add(above.mem_id)
            above = above.parent
    return found


def _walk(scope: LexborNode, skipped: set[int]) -> Iterator[tuple[LexborNode, bool]]:
    """Every node that is not skipped: (node, True) on the way in, (node, False) on the way out.

    Without recursion: pages nest deeper than Python's stack.
    """
    node: LexborNode | None = scope
    while node is not None:
        shown = node.mem_id not in skipped
        if shown:
            yield node, True
            if node.child is not None:
                node = node.child
                continue
        while node is not None:
            if shown:
                yield node, False
            shown = True
            if node.mem_id == scope.mem_id:
                return
            if node.next is not None:
                node = node.next
                break
            node = node.parent


def _text_of(scope: LexborNode, skipped: set[int]) -> tuple[str, list[Division]]:
    """The visible text of an element, with block elements on lines of their own; its headings."""
    flow = Flow()
    headings: list[Division] = []
    preformatted = 0
    for node, entering in _walk(scope, skipped):
        tag = node.tag
        if tag == "-text":
            if entering:
                flow.add(node.text_content or "", preformatted > 0)
        elif tag == "br":
            flow.break_line(entering)
        elif tag in _PARAGRAPHS:
            flow.separate(2)
            if tag in _HEADINGS:
                if entering:
                    flow.watch()
                elif (watched := flow.watched()) is not None:
                    headings.append(Division(watched[0], "heading", "", watched[1], int(tag[1])))
            preformatted += (1 if entering else -1) if tag == "pre" else 0
        elif tag in _LINES:
            flow.separate(1)
        elif tag in _CELLS and not entering:
            flow.end_cell()
    return flow.finish(), headings
