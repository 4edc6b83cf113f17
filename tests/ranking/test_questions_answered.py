"""Documents that answer as the question asks come first, and none is found or lost by it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer import Index, SearchOptions

Ranked = Callable[..., list[str]]


@pytest.fixture
def ranked(tmp_path: Path) -> Ranked:
    """Names of the files with some texts, best first, for a query."""

    def search(query: str, **texts: str) -> list[str]:
        for name, text in texts.items():
            (tmp_path / f"{name}.txt").write_text(text, "utf-8")
        with Index.create(tmp_path) as index:
            index.update()
            options = SearchOptions(fields=("text",), explain=True, limit=None, copies=True)
            hits = index.search(query, options).hits
        for hit in hits:
            assert hit.explanation is not None
            *parts, score = hit.explanation[1:]
            words = sum(word.contribution for word in hit.explanation.words)
            assert words + sum(parts) == pytest.approx(score, rel=1e-4)
        return [hit.id.removesuffix(".txt") for hit in hits]

    return search


YES = "نعم، يمكن تجديد رخصة المحاماة."
OTHER = "تجديد الرخصة لدى المحاماة شهرا."


def test_yes_answers_whether(ranked: Ranked) -> None:
    assert ranked("هل رخصة المحاماة تجدد", a=OTHER, b=YES) == ["b", "a"]


def test_yes_does_not_answer_how(ranked: Ranked) -> None:
    assert ranked("كيف رخصة المحاماة تجدد", a=YES, b=OTHER) == ["b", "a"]


def test_no_is_an_answer_where_yes_is(ranked: Ranked) -> None:
    """Elsewhere it begins any sentence."""
    no, rest = "لا تجدد رخصة المحاماة هنا.", "في اليوم تجدد رخصة المحاماة."
    plain = ranked("كيف رخصة المحاماة", a=no, b=rest)
    assert plain == ["a", "b"]
    assert ranked("كيف رخصة المحاماة", a=no, b=rest, c="نعم، يوم.") == ["b", "a"]


def test_what_asks_for_the_same_comes_first(ranked: Ranked) -> None:
    texts = {"a": "فوائد النمش", "b": "المقصود بالنمش"}
    assert ranked("ما معنى النمش", **texts) == ["b", "a"]
    assert ranked("ما هو النمش", **texts) == ["b", "a"]
    assert ranked("النمش", **texts) == ["a", "b"]


def test_when_is_met_by_year_and_year_by_when(ranked: Ranked) -> None:
    texts = {"a": "أين سقطت غرناطة", "b": "متى سقطت غرناطة"}
    assert ranked("عام سقوط غرناطة", **texts) == ["b", "a"]


def test_words_that_ask_for_the_same_find_nothing(ranked: Ranked) -> None:
    assert ranked("معنى النمش", a="تعريف الحديد", b="النمش") == ["b"]
    assert ranked("ما هو النمش", a="معنى الحديد", b="النمش") == ["b"]


def test_words_near_the_beginning_count_more(ranked: Ranked) -> None:
    filler = " ".join(f"كلمة{chr(0x628 + n % 20)}{chr(0x62E + n % 9)}" for n in range(90))
    late, early = f"{filler} السفينة غرقت", f"السفينة غرقت {filler}"
    assert ranked("غرقت السفينة", a=late, b=early) == ["b", "a"]
