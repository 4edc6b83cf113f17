"""Whole vocabularies at once: what the plain functions say of each word."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import SHARED, shared_texts

from analyzers.bulk.normalizer import fold_all
from analyzers.bulk.packed import ALPHABET, MOST_LETTERS, ODD, Numbering, Spelled, Words, fits, pack
from analyzers.bulk.vocabulary import root_all, splits_all, stem_all
from analyzers.lists import read_list
from analyzers.normalizer import CLOSED_LIST, fold
from analyzers.proclitics import PROCLITICS, splits
from analyzers.protected import ENDING_SETS, lexicon
from analyzers.roots import root
from analyzers.stemmer import COMPOUNDS, stem
from analyzers.suffixes import PLURALS, PRONOUNS
from analyzers.tokenizer import Tokenizer

UNFOLDED = ALPHABET + "آأؤإئٱةىکی"
BEGINNINGS = ["", *COMPOUNDS, *PROCLITICS, "وب", "فب"]
ENDINGS = sorted(set(PRONOUNS + PLURALS).union(*ENDING_SETS))
SHARED_TEXTS = {
    "corpora/diacritized_classical.jsonl.gz": None,
    "collections/saudinews/docs.jsonl.gz": 1000,
    "collections/najiz_faq/docs.jsonl.gz": None,
}

words_with_affixes = st.builds(
    "{}{}{}".format,
    st.sampled_from(BEGINNINGS),
    st.text(UNFOLDED, min_size=1, max_size=6),
    st.sampled_from(ENDINGS),
)
known_with_affixes = st.builds(
    "{}{}{}".format,
    st.sampled_from(BEGINNINGS),
    st.sampled_from(sorted(lexicon().known)),
    st.sampled_from(ENDINGS),
)
forms = st.lists(
    st.one_of(
        words_with_affixes,
        known_with_affixes,
        st.text(ALPHABET, min_size=1, max_size=MOST_LETTERS + 3),
        st.text(min_size=1),
    )
)


def is_as_one_by_one(chosen: Sequence[str]) -> None:
    """Hold every function to what it says of each word by itself."""
    numbering = Numbering()
    folded = fold_all(numbering, Spelled(chosen))
    plain = [*map(fold, chosen)]
    assert numbering.texts(folded) == plain
    stems = stem_all(numbering, folded)
    plain_stems = [*map(stem, plain)]
    assert numbering.texts(stems) == plain_stems
    assert numbering.texts(root_all(numbering, stems)) == [*map(root, plain_stems)]
    owners, rests = splits_all(numbering, folded)
    found = sorted(zip(owners.tolist(), numbering.texts(rests), strict=True))
    expected = [(owner, rest) for owner, word in enumerate(plain) for rest in splits(word)]
    assert found == sorted(expected)


@given(forms)
def test_all_at_once_is_one_by_one(chosen: list[str]) -> None:
    is_as_one_by_one(chosen)


@pytest.mark.parametrize("affixes", [("", ""), ("و", ""), ("ال", ""), ("ب", "ها"), ("ول", "يه")])
def test_every_known_word_with_affixes(affixes: tuple[str, str]) -> None:
    before, behind = affixes
    is_as_one_by_one([before + word + behind for word in lexicon().known])


@pytest.mark.parametrize("name", ["stopwords.txt", "variants.txt", "proclitic_letters.txt"])
def test_every_word_of_a_list(name: str) -> None:
    is_as_one_by_one([*dict.fromkeys(read_list(name).split())])


def test_every_word_of_two_spellings() -> None:
    is_as_one_by_one([*CLOSED_LIST])


@pytest.mark.parametrize("name", SHARED_TEXTS)
def test_every_form_of_shared_texts(name: str) -> None:
    if not (SHARED / name).exists():
        pytest.skip("the shared texts are not here")
    tokenizer = Tokenizer()
    tokenizer.tokenize_batch(list(shared_texts(name, SHARED_TEXTS[name])))
    is_as_one_by_one(tokenizer.forms)


@given(st.lists(st.one_of(st.text(ALPHABET), st.text())))
def test_a_number_gives_its_word_back(words: list[str]) -> None:
    numbering = Numbering()
    numbers = numbering.numbers(words)
    assert numbering.texts(numbers) == words
    assert len(set(numbers.tolist())) == len(set(words))
    assert ((numbers < ODD) == [*map(fits, words)]).all()


@given(st.lists(st.text(ALPHABET, min_size=1, max_size=MOST_LETTERS), min_size=1), st.data())
def test_packed_words_part_as_strings_do(texts: list[str], data: st.DataObject) -> None:
    words = Words.of(np.array([*map(pack, texts)], np.uint64))
    count = data.draw(st.integers(1, 4))
    begin, end = data.draw(st.tuples(*[st.text(ALPHABET, min_size=1, max_size=4)] * 2))
    assert words.begin(begin).tolist() == [text.startswith(begin) for text in texts]
    assert words.end(end).tolist() == [text.endswith(end) for text in texts]
    assert _texts(words.take(_longer(texts, count)).without_last(count)) == [
        text[:-count] for text in texts if len(text) > count
    ]
    assert _texts(words.take(_longer(texts, count)).without_first(count)) == [
        text[count:] for text in texts if len(text) > count
    ]
    assert words.first().tolist() == [pack(text[0]) for text in texts]
    assert words.last().tolist() == [pack(text[-1]) for text in texts]


def _longer(texts: list[str], count: int) -> np.ndarray:
    return np.flatnonzero([len(text) > count for text in texts])


def _texts(words: Words) -> list[str]:
    return Numbering().texts(words.letters)


@given(st.lists(st.text()), st.lists(st.text()))
def test_numbers_of_another_numbering_are_adopted(own: list[str], others: list[str]) -> None:
    one, other = Numbering(), Numbering()
    one.numbers(own)
    adopted = one.adopt(other, other.numbers(others))
    assert adopted.tolist() == one.numbers(others).tolist()
    assert one.texts(adopted) == others
