"""The article decides no stem: a word, with the article, behind و and behind ل, is one."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import SHARED, shared_texts

from analyzers.lists import read_list, words_of
from analyzers.normalizer import fold
from analyzers.protected import lexicon, protected_stem
from analyzers.stemmer import COMPOUNDS, stem
from analyzers.tokenizer import Tokenizer

ARTICLES = ("ال", "وال", "لل")
LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"


def differing(word: str) -> list[str]:
    """The folded word behind each article that makes another word of it, by the rules alone.

    Left out are known words that look as if they had the article (العاب is games, للجنة is the
    committee's); `test_stemmer` says which they are.
    """
    behind = [article + word for article in ARTICLES]
    return [form for form in behind if protected_stem(form) is None and stem(form) != stem(word)]


def words_without_article(forms: Iterable[str]) -> list[str]:
    """Folded words of two letters or more, but for ه at the end of two (إليه is no اليه)."""
    folded = dict.fromkeys(map(fold, forms))
    return [
        word
        for word in folded
        if set(word) <= {*LETTERS, "ء"}
        and len(word) > 1
        and not (len(word) == 2 and word[-1] == "ه")
        and not word.startswith(COMPOUNDS)
    ]


@pytest.mark.parametrize("name", ["stopwords.txt", "proclitic_letters.txt", "waw_roots.txt"])
def test_every_word_of_a_list(name: str) -> None:
    words = words_without_article(words_of(read_list(name)))
    assert len(words) > 50
    assert [form for word in words for form in differing(word)] == []


def test_every_known_word() -> None:
    words = words_without_article(lexicon().known)
    assert len(words) > 2000
    assert [form for word in words for form in differing(word)] == []


@given(st.text(LETTERS, min_size=3, max_size=14))
def test_every_word(word: str) -> None:
    assert [form for w in words_without_article([word]) for form in differing(w)] == []


@pytest.mark.parametrize("name", ["collections/saudinews", "collections/quranqa"])
def test_every_word_of_shared_texts(name: str) -> None:
    path = f"{name}/docs.jsonl.gz"
    if not (SHARED / path).exists():
        pytest.skip("the shared texts are not here")
    tokenizer = Tokenizer()
    tokenizer.tokenize_batch(list(shared_texts(path, 4000)))
    words = words_without_article(tokenizer.forms)
    assert [form for word in words for form in differing(word)] == []
    known = [w for w in words if stem("ال" + w) != stem(w) and len(w) > 2]
    assert len(known) < len(words) / 300, "words that the list takes from the article are few"
