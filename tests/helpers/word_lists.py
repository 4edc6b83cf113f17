"""The words of some documents as a lexicon of dictionaries, by its definitions."""

from __future__ import annotations

from collections import Counter
from typing import Any

from analyzers import Analysis, analyze_form
from analyzers.proclitics import rests_in
from indexer.codec.grams import grams_in, likeness
from indexer.query.patterns import Fuzzy, Wildcard
from indexer.remote.lexicon import Count, Lexicon

QUERIES = [
    "قطار المدينة", "أسعار الماء", "+كتاب -مكتبة", "«مجلس الإدارة»", '"مياه البحر"~6', "مكت*",
    "كتابب", "المكتبةة", "شركه~1", "title:الماء سعر", "(قطار OR ماء) AND مدينة", "*تاب",
    "ما معنى الماء الجوفي", "بالقطار", "طلاب المدارس", "والكتب الجديده", "غائبببب",
    "تشرين الثاني", "كتب^2 ماء", "لم يكتب",
]  # fmt: skip


class Dictionary(Lexicon):
    """A lexicon that holds the words of some documents."""

    def __init__(self, sources: list[dict[str, Any]]) -> None:
        super().__init__(None, "", "", (), "")  # type: ignore[arg-type]  # nobody is asked
        self._held: dict[str, Counter[str]] = {}
        self._in: dict[str, Counter[str]] = {}
        for name in ("title", "text"):
            texts = [source[f"{name}_u"].split() for source in sources]
            self._held[name] = Counter(form for text in texts for form in text)
            self._in[name] = Counter(form for text in texts for form in set(text))
        forms = sorted(set().union(*self._held.values()))
        self._analyses = [analyze_form(form) for form in forms]

    def _fetch_words(
        self, forms: list[tuple[str, str]], near: list[Fuzzy], nearest: list[str]
    ) -> None:
        self._find_nearest(nearest)
        for sort, key in forms:
            found = [a for a in self._analyses if key in _keys(a, sort)]
            self._forms.known[sort, key] = tuple(a.unmarked for a in found)
            if sort == "r":
                self._stems[key] = tuple(sorted({a.stem for a in found}))
        for pattern in near:
            self._near.known[pattern] = tuple(
                (a.unmarked, a.folded) for a in self._analyses if pattern.tier(a.folded)
            )

    def _fetch_counts(self, forms: list[str], stems: list[str]) -> None:
        for form in forms:
            for name, held in self._held.items():
                self._counts[name, form] = Count(self._in[name][form], held[form])
        self._holders |= dict.fromkeys(stems, 0)

    def matching(self, pattern: Wildcard) -> tuple[tuple[str, str], ...]:
        return tuple((a.unmarked, a.folded) for a in self._analyses if pattern.tier(a.folded))

    def _find_nearest(self, stems: list[str]) -> None:
        others = sorted({a.stem for a in self._analyses if grams_in(a.stem)})
        for stem in stems:
            likes = [(other, likeness(stem, other)) for other in others if grams_in(stem)]
            self._nearest.known[stem] = tuple(
                (other, like) for other, like in likes if other != stem and like >= 0.5
            )


def _keys(a: Analysis, sort: str) -> set[str]:
    if sort == "p":
        return set(rests_in(a.unmarked))
    return {{"u": a.unmarked, "f": a.folded, "s": a.stem, "r": a.root}[sort]}
