"""What is a whole page made of? The frame, the form, the list of hits, errors.

The static page of `search --html` and the search page of the site have the same list of hits and
the same style sheet. The static page holds its style and no script, and refuses to load anything.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from indexer.results import DEFAULT_MATCH, SORT_KEYS
from indexer.web import questions, wording
from indexer.web.markup import FILES, Places, direction, hit_article, safe
from indexer.web.questions import Values, address

if TYPE_CHECKING:
    from indexer.reports import IndexStats
    from indexer.results import SearchResults, UnknownWord

STATIC = os.path.join(os.path.dirname(__file__), "static")
"""The files that the site's pages load."""

_LEVELS = {
    "exact": "الحروف نفسها",
    "folded": "مع توحيد الهمزات والتاء والياء",
    "stem": "وصيغ الكلمة",
    "plural": "وجموع التكسير",
    "variant": "والكتابات الأخرى",
    "root": "وكل كلمات الجذر",
}
_SORTS = {"relevance": "الأقرب", "date": "الأحدث", "path": "المسار", "size": "الأكبر"}
_FIELDS = {"": "العنوان والنص", "title": "العنوان فقط", "text": "النص فقط"}
_LETTERS = {"hamza": "الهمزات", "ta": "ة من ه", "ya": "ى من ي", "marks": "الحركات"}
_EXAMPLES = (
    ("مجلس الأمن", "أي الكلمات؛ وما جمعها وقرّب بينها أولًا"),
    ("«مجلس الأمن»", "العبارة كما هي"),
    ("+قاذفات -روسية", "يجب أن ترد؛ ويجب ألا ترد"),
    ("بيت*", "كل كلمة تبدأ هكذا"),
    ("عنوان:حرب", "في العنوان"),
    ("date:2017-11..2017-12", "بين تاريخين"),
)


def static_page(results: SearchResults) -> str:
    """One file that stands alone: the hits, with links to their files."""
    style = style_sheet()
    digest = b64encode(_sha256(style)).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}"><style>{style}</style>'
    title = f'<h1 dir="{direction(results.query)}">{safe(results.query)}</h1>'
    top = f'<header class="top"><span class="name">{wording.NAME}</span>{title}</header>'
    return _frame(results.query, head, top + _answer(results, FILES, None))


def search_page(results: SearchResults, values: Values, places: Places) -> str:
    """The search page of the site with an answer."""
    return _site(results.query, _form(values) + _answer(results, places, values))


def home_page(stats: IndexStats) -> str:
    """The search page before anything is asked."""
    rows = "".join(
        f'<li><a href="{escape(address("/", {"q": (query,)}))}"><bdi>{safe(query)}</bdi></a> '
        f"<span>{told}</span></li>"
        for query, told in _EXAMPLES
    )
    updated = (stats.updated or "")[:10]
    since = f' · آخر تحديث <time dir="ltr">{safe(updated)}</time>' if updated else ""
    main = (
        '<main id="answer"><div class="count">'
        f"<p>{wording.documents(stats.documents)}{since}</p></div>"
        f'<section class="home"><h2>كيف تسأل</h2><ul>{rows}</ul>'
        "<p><kbd>/</kbd> للكتابة · <kbd>j</kbd> <kbd>k</kbd> للتنقل · <kbd>Enter</kbd> للفتح · "
        "<kbd>Esc</kbd> للرجوع</p></section></main>"
    )
    return _site("", _form({}) + main)


def error_page(message: str, values: Values) -> str:
    """The search page with what went wrong, in the library's words."""
    told = f'<p class="error" role="alert" lang="en" dir="ltr">{safe(message)}</p>'
    return _site(questions.text_of(values), _form(values) + f'<main id="answer">{told}</main>')


def document_page(title: str, main: str) -> str:
    """The page of a document."""
    return _site(title, main, kind="reading")


def style_sheet() -> str:
    """The style of all pages."""
    with open(os.path.join(STATIC, "style.css"), encoding="utf-8") as file:
        return file.read()


def _sha256(text: str) -> bytes:
    import hashlib

    return hashlib.sha256(text.encode("utf-8")).digest()


def _site(title: str, body: str, kind: str = "searching") -> str:
    head = (
        '<link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/style.css">'
        '<script src="/script.js" defer></script>'
    )
    return _frame(title, head, body, kind)


def _frame(title: str, head: str, body: str, kind: str = "static") -> str:
    shown = f"{safe(title)} · {wording.NAME}" if title.strip() else wording.NAME
    return (
        '<!DOCTYPE html>\n<html lang="ar" dir="rtl"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="referrer" content="no-referrer">'
        f'{head}<title>{shown}</title></head>\n<body class="{kind}">{body}</body></html>\n'
    )


def _answer(results: SearchResults, places: Places, values: Values | None) -> str:
    """The hits and what is said of them; `values`: on the site, where links lead on."""
    if not results.total:
        return f'<main id="answer">{_nothing(results, values)}</main>'
    legend = "".join(
        f'<li><mark class="{kind}">{told}</mark></li>' for kind, told in wording.LEGEND.items()
    )
    time = wording.seconds(results.elapsed_ms)
    return (
        f'<main id="answer"><div class="count"><p role="status">{wording.totals(results)}'
        f' <span class="time">· <bdi>{time}</bdi></span></p><ul class="legend">{legend}</ul></div>'
        f"{_told(results, values)}"
        f"{''.join(hit_article(hit, places) for hit in results.hits)}"
        f"{_pages(results, values) if values is not None else ''}</main>"
    )


def _told(results: SearchResults, values: Values | None) -> str:
    """Words that are not in the index, and the library's notes."""
    ours, notes = wording.told(results)
    rows = [f'<p class="note">{safe(sentence)}</p>' for sentence in ours]
    rows += [f'<p class="note" lang="en" dir="ltr">{safe(note)}</p>' for note in notes]
    return "".join((*rows, _meant(results, values)))


def _nothing(results: SearchResults, values: Values | None) -> str:
    """Why there are no hits."""
    if results.offset:
        return '<p class="none">لا نتائج بعد هذا الموضع</p>'
    rows = "".join(f"<li>{safe(wording.sentence(reason))}</li>" for reason in results.reasons)
    notes = "".join(
        f'<p class="note" lang="en" dir="ltr">{safe(note)}</p>' for note in results.notes
    )
    quoted = f"<bdi>{safe(results.query)}</bdi>"
    return (
        f'<p class="none" role="status">لا نتائج لـ «{quoted}»</p><ul class="reasons">{rows}</ul>'
        f"{notes}{_meant(results, values)}"
    )


def _meant(results: SearchResults, values: Values | None) -> str:
    """Did you mean: on the site the words are links to the query with them."""
    links = [
        _instead(results.query, unknown, word, values)
        for unknown in results.unknown_words
        for word in unknown.suggestions
    ]
    return f'<p class="meant">هل تقصد: {"، ".join(links)}؟</p>' if links else ""


def _instead(query: str, unknown: UnknownWord, word: str, values: Values | None) -> str:
    if values is None:
        return f"<bdi>{safe(word)}</bdi>"
    wanted = address("/", values, q=query.replace(unknown.word, word, 1), offset="")
    return f'<a href="{escape(wanted)}"><bdi>{safe(word)}</bdi></a>'


def _pages(results: SearchResults, values: Values) -> str:
    """The way to the hits before and after these."""
    step = results.limit or 10
    links = []
    if results.offset:
        before = max(results.offset - step, 0)
        where = address("/", values, offset=str(before) if before else "")
        links.append(f'<a rel="prev" href="{escape(where)}">→ السابقة</a>')
    reached = results.offset + len(results.hits)
    if results.hits and reached < results.hit_count:
        where = address("/", values, offset=str(reached))
        links.append(f'<a rel="next" href="{escape(where)}">التالية ←</a>')
    return f'<nav class="pages">{"".join(links)}</nav>' if links else ""


def _form(values: Values) -> str:
    """The search form, as the address says it; it works without the script, too."""
    query = safe(questions.text_of(values))
    narrowed = any(name not in ("q", "offset", "sort", "spelling", "limit") for name in values)
    rows = (
        _select(
            "match",
            "مدى التطابق",
            _LEVELS,
            questions.first(values, "match", DEFAULT_MATCH),
            DEFAULT_MATCH,
        ),
        _select("field", "في", _FIELDS, questions.first(values, "field"), ""),
        _text("since", "من تاريخ", "2017-11", values),
        _text("until", "إلى تاريخ", "2017-12-31", values),
        _text("in", "في الملفات", "news/*", values),
        _checks("strict", "ميّز", _LETTERS, values.get("strict", ())),
        _checks("all_words", "", {"true": "كل الكلمات معًا"}, values.get("all_words", ())),
    )
    sort = questions.first(values, "sort", SORT_KEYS[0])
    ordering = _select("sort", "الترتيب", _SORTS, sort, SORT_KEYS[0])
    return (
        '<header class="top"><form id="ask" role="search" action="/" method="get">'
        f'<a class="name" href="/">{wording.NAME}</a>'
        f'<input id="q" type="search" name="q" value="{query}" dir="auto" aria-label="السؤال" '
        f'placeholder="ابحث في النصوص" maxlength="{questions.QUERY_CHARS}" autocomplete="off" '
        'autocapitalize="off" spellcheck="false"><button type="submit">ابحث</button>'
        f'<details class="filters"{" open" if narrowed else ""}><summary>تضييق البحث</summary>'
        f'<div class="fields">{"".join(rows)}{ordering}</div></details></form></header>'
    )


def _select(name: str, label: str, choices: dict[str, str], chosen: str, default: str) -> str:
    """A choice; the default has no value, so that it is not said in the address."""
    rows = "".join(
        f'<option value="{"" if value == default else value}"'
        f"{' selected' if value == chosen else ''}>{shown}</option>"
        for value, shown in choices.items()
    )
    return f'<label>{label} <select name="{name}">{rows}</select></label>'


def _text(name: str, label: str, example: str, values: Values) -> str:
    value = safe(", ".join(values.get(name, ())) if name != "in" else questions.first(values, name))
    return (
        f'<label>{label} <input name="{name}" value="{value}" dir="ltr" placeholder="{example}" '
        'autocomplete="off" size="12"></label>'
    )


def _checks(name: str, label: str, choices: dict[str, str], chosen: Sequence[str]) -> str:
    boxes = "".join(
        f'<label><input type="checkbox" name="{name}" value="{value}"'
        f"{' checked' if value in chosen else ''}> {shown}</label>"
        for value, shown in choices.items()
    )
    legend = f"<legend>{label}</legend>" if label else ""
    return f"<fieldset>{legend}{boxes}</fieldset>"
