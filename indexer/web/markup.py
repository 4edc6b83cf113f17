"""How do a hit and its passages look as HTML? The one renderer of the static page and of the site.

Everything that comes from documents, paths and queries passes `safe` or `safe_name`, which make it
harmless by the rules of the terminal and then escape it. Refuses to know what a page is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from analyzers.named import NamedTuple
from indexer.cli.output import terminal
from indexer.cli.output.blocks import without_title
from indexer.cli.output.records import relative_path
from indexer.cli.output.render import highlighted
from indexer.web import wording

if TYPE_CHECKING:
    from indexer.reports import Explanation
    from indexer.results import Hit, Match

CLASSES: dict[str, str] = {
    "exact": "same",
    "folded": "same",
    "stem": "form",
    "plural": "form",
    "variant": "form",
    "asking": "like",
    "spelling": "like",
    "root": "like",
}
"""How each tier is marked: the word itself, another form of it, one that is only like it."""

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


class Places(NamedTuple):
    """Where hits lead, and what their paths are counted from.

    link: the address of a hit, not escaped yet. base: a folder; empty is where the command runs.
    """

    link: Callable[[Hit], str]
    base: str = ""

    def name(self, path: str) -> str:
        """A path as it is shown."""
        return os.path.relpath(path, self.base) if self.base else relative_path(path)


def safe(text: str) -> str:
    """A text as it may stand in an element or in a quoted attribute; its lines are kept.

    Control characters become visible, bidi overrides and embeddings are left out.
    """
    return escape(terminal.safe_lines(text))


def safe_name(path: str) -> str:
    """A file name as it may stand there."""
    return escape(terminal.safe_name(path))


def direction(text: str) -> str:
    """The value of `dir` for a text: right to left as soon as it has a letter of that kind."""
    return "rtl" if _RIGHT_TO_LEFT.search(text) else "ltr"


def marked(text: str, offset: int, matches: Iterable[Match], *, anchors: bool = False) -> str:
    """A text that begins at `offset`, escaped, its matches in `mark` with the class of their tier.

    anchors: whether each mark has the id `c` and its offset, for links to lead there.
    """
    pieces = []
    place = offset
    for part, tier in highlighted(text, offset, matches):
        if tier is None:
            pieces.append(safe(part))
        else:
            name = f' id="c{place}"' if anchors else ""
            pieces.append(f'<mark class="{CLASSES[tier]}"{name}>{safe(part)}</mark>')
        place += len(part)
    return "".join(pieces)


def hit_article(hit: Hit, places: Places) -> str:
    """One hit: its title, which is the link, its place and date, its passages."""
    title = hit.title.strip() and marked(hit.title, 0, hit.title_matches)
    title = title or safe_name(os.path.basename(hit.path) + hit.inside)
    parts = [
        f'<article class="hit"><h2 dir="{direction(hit.title)}">'
        f'<a href="{escape(places.link(hit))}">{title}</a></h2>',
        f'<p class="facts">{" ".join(_facts(hit, places))}</p>',
        *map(_passage, (without_title(hit.title, snippet) for snippet in hit.snippets)),
        _copies(hit, places),
    ]
    if hit.explanation is not None:
        parts.append(_explained(hit.explanation))
    return "".join((*parts, "</article>\n"))


def _facts(hit: Hit, places: Places) -> list[str]:
    """Where a hit is, and what else there is to know of it."""
    place = f"p{hit.page}" if hit.page is not None else hit.line
    at = "" if place is None else f":{place}"
    name = places.name(hit.path) + hit.inside
    facts = [f'<bdi class="path" dir="ltr">{safe_name(name)}{safe(at)}</bdi>']
    if not (hit.path + hit.inside).endswith(hit.id):  # a record, which has a name of its own
        facts.append(f'<bdi class="id">{safe_name(hit.id)}</bdi>')
    if hit.page is not None:
        facts.append(f"<span>{wording.PAGE} <bdi>{safe(str(hit.page))}</bdi></span>")
    if hit.date:
        written = f" (<bdi>{safe(hit.date_text)}</bdi>)" if hit.date_text else ""
        facts.append(f'<span><time dir="ltr">{safe(hit.date)}</time>{written}</span>')
    if hit.stale:
        facts.append(f'<strong class="stale">{wording.STALE[hit.stale]}</strong>')
    return facts


def _passage(passage: tuple[str, int, tuple[Match, ...]]) -> str:
    text, offset, matches = passage
    if not text.strip():
        return ""
    return f'<p class="passage" dir="{direction(text)}">{marked(text, offset, matches)}</p>'


def _copies(hit: Hit, places: Places) -> str:
    """The paths of the same text elsewhere, folded."""
    if not hit.copies:
        return ""
    rows = "".join(
        f'<li><bdi dir="ltr">{safe_name(places.name(path))}</bdi></li>' for path in hit.copies
    )
    told = wording.copies(len(hit.copies))
    return f'<details class="copies"><summary>{told}</summary><ul>{rows}</ul></details>'


def _explained(explanation: Explanation) -> str:
    """The parts of a score: each word of the query with the forms that met it, then the rest."""
    rows = [
        (safe(word.word), "، ".join(f"<bdi>{safe(term)}</bdi>" for term, *_ in word.terms), gained)
        for word in explanation.words
        if (gained := word.contribution)
    ]
    rest = (
        (wording.NEARNESS, explanation.proximity),
        (wording.LEAD, explanation.lead),
        (wording.QUESTION, explanation.question),
        (wording.CONSTANT, explanation.constant),
    )
    rows += [(name, "", gained) for name, gained in rest if gained]
    cells = "".join(
        f'<tr><th scope="row"><bdi>{name}</bdi></th><td>{forms}</td>'
        f'<td dir="ltr">{gained:.3f}</td></tr>'
        for name, forms, gained in rows
    )
    score = f'{wording.SCORE} <bdi dir="ltr">{explanation.score:.3f}</bdi>'
    return f'<details class="explain"><summary>{score}</summary><table>{cells}</table></details>'


def file_link(hit: Hit) -> str:
    """The address of the file of a hit by the bytes of its name; of a PDF, with the page."""
    page = ""
    if isinstance(hit.page, int) and hit.path.lower().endswith(".pdf"):
        page = f"#page={hit.page}"
    return "file://" + quote(os.fsencode(hit.path)) + page


FILES = Places(file_link)
"""To the files themselves, as a page may that is a file, too."""
