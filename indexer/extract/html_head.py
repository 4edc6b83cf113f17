"""What does a page say of itself? Its title, without the name of the site, and its date.

The date is that of publishing: what the page says to machines about the article, then the dates in
its text that are marked as such. Where there are several marked ones, of other articles perhaps,
only one beside the heading counts. The day of a change is taken where nothing else is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from indexer.extract.dates import iso_date
from indexer.extract.flow import SPACES

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_PUBLISHED = (
    "article:published_time", "og:published_time", "og:article:published_time", "datepublished",
    "date", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "dc.date.created",
    "dcterms.created", "citation_publication_date", "citation_date", "publication_date",
    "publish-date", "publishdate", "pubdate", "published", "parsely-pub-date", "sailthru.date",
    "datecreated", "uploaddate",
)  # fmt: skip
_CHANGED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified")
_JSON_DATES = re.compile(
    r'"(datePublished|dateCreated|uploadDate|dateModified)"\s*:\s*"([^"]{4,60})"'
)
_TIMES = (
    'time[itemprop="datePublished"]', "time[pubdate]", "header time[datetime]",
    "article header time[datetime]",
)  # fmt: skip


def title_of_page(page: LexborHTMLParser) -> str:
    """The title; or the heading or the title for sharing, if these only lack the site's name."""
    title = line_of(page.css_first("head > title"))
    heading = line_of(page.css_first("h1"))
    if heading and (not title or heading in title):
        return heading
    shared = _line(_metas(page).get("og:title", ""))
    return shared if shared and (not title or shared in title) else title


def date_of_page(page: LexborHTMLParser) -> str | None:
    """The date of publishing as it is written."""
    metas = _metas(page)
    told = [metas[name] for name in _PUBLISHED if name in metas]
    told += [*_in_json(page), *_marked(page), *(metas[name] for name in _CHANGED if name in metas)]
    return next((date for date in told if iso_date(date)), None)


def line_of(node: LexborNode | None) -> str:
    """The text of a node on one line."""
    return _line(node.text(deep=True)) if node is not None else ""


def _line(text: str) -> str:
    return SPACES.sub(" ", text).strip()


def _metas(page: LexborHTMLParser) -> dict[str, str]:
    """The values of a page's meta tags by name, in small letters; of several the first."""
    found: dict[str, str] = {}
    for node in page.css("meta[content]"):
        given = node.attributes
        name = given.get("property") or given.get("name") or given.get("itemprop") or ""
        found.setdefault(name.strip().lower(), given.get("content") or "")
    return found


def _in_json(page: LexborHTMLParser) -> Iterator[str]:
    """The dates in JSON-LD, those of publishing first; broken JSON holds them as well."""
    scripts = page.css('script[type="application/ld+json"]')
    pairs = [pair for node in scripts for pair in _JSON_DATES.findall(node.text(deep=True))]
    for wanted in ("datePublished", "dateCreated", "uploadDate", "dateModified"):
        yield from (date for name, date in pairs if name == wanted)


def _marked(page: LexborHTMLParser) -> Iterator[str]:
    """The dates of <time>, as far as it is clear which is that of the page."""
    for selector in _TIMES:
        node = page.css_first(selector)
        if node is not None:
            yield node.attributes.get("datetime") or line_of(node)
    dates = [node.attributes.get("datetime") or "" for node in page.css("time[datetime]")]
    if len({iso_date(date) for date in dates}) == 1:
        yield dates[0]
