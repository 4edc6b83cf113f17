"""What is kept of a text depends on nothing but its words."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from copied_texts import overlap, story, words
from hypothesis import given
from hypothesis import strategies as st

from analyzers.tokenizer import Tokenizer
from indexer.copies import pairs
from indexer.copies.pairs import LEAST_LENGTH, Texts, overlaps
from indexer.copies.prints import (
    BINS,
    EMPTY,
    FEWEST_WORDS,
    LongPrint,
    Prints,
    grams_in,
    grams_of,
    hashes_of,
    level_of,
    line_breaks,
    prints_of,
)

NOTHING = np.zeros(0, np.uint32)


def printed(texts: list[str]) -> tuple[Prints, np.ndarray]:
    """(prints, grams of each) of texts that are tokenized together."""
    tokenizer = Tokenizer()
    batch = tokenizer.tokenize_batch(texts)
    lengths = np.array([len(text) + 1 for text in texts])
    starts = batch.starts + (lengths.cumsum() - lengths).repeat(np.diff(batch.bounds))
    hashes = hashes_of(tokenizer.forms).take(batch.form_ids)
    found = prints_of(hashes, starts, batch.bounds, line_breaks(texts))
    return found, grams_in(np.diff(batch.bounds))


def alike(one: Prints, other: Prints) -> bool:
    return all(map(np.array_equal, one, other))


TEXT = st.builds(
    lambda seed, count, line: story(seed, count, line=line) if count else "",
    st.integers(0, 50),
    st.sampled_from([0, 1, 4, 5, 29, 30, 31, 64, 70, 200, 700]),
    st.integers(1, 40),
)


@given(st.lists(TEXT, min_size=1, max_size=6))
def test_neighbours_play_no_part(texts: list[str]) -> None:
    together, _ = printed(texts)
    for place, text in enumerate(texts):
        assert alike(together.of(np.array([place])), printed([text])[0])


@given(TEXT)
def test_a_sample_is_of_the_grams_of_the_text(text: str) -> None:
    found, sizes = printed([text])
    tokenizer = Tokenizer()
    forms = [tokenizer.forms[i] for i in tokenizer.tokenize(text).form_ids.tolist()]
    grams = sorted(set(grams_of(hashes_of(forms)).tolist())) if len(forms) >= FEWEST_WORDS else []
    limit = (1 << 32) >> int(level_of(sizes)[0])
    minima = found.minima[found.minima != EMPTY].tolist()
    assert sorted([*minima, *found.grams.tolist()]) == [gram for gram in grams if gram < limit]
    for gram in minima:
        assert gram == min(g for g in grams if g % BINS == gram % BINS)


@pytest.mark.parametrize(
    ("grams", "level"), [(0, 0), (1, 0), (64, 0), (65, 1), (128, 1), (129, 2), (4096, 6), (4097, 7)]
)
def test_levels(grams: int, level: int) -> None:
    assert level_of(np.array([grams])).tolist() == [level]


def test_a_key_is_that_of_the_words_on_their_lines() -> None:
    one, two = story(1, 40), story(2, 40)
    lines = one.split("\n")
    texts = [one, one.replace("\n", " \n\n"), "\n".join(lines[::-1]), one + " " + two, two, one]
    keys = printed(texts)[0].keys.tolist()
    assert keys[0] == keys[1] == keys[5]
    assert len(set(keys)) == 4


@given(st.integers(0, 9), st.integers(1, 60), st.lists(st.integers(0, 3000), max_size=5))
def test_a_text_in_pieces_is_that_of_the_whole(seed: int, line: int, cuts: list[int]) -> None:
    text = story(seed, 400, line=line).replace("\n", "\n\n")
    bounds = [0, *sorted(text.find(" ", min(at, len(text) - 8)) for at in cuts), len(text)]
    tokenizer, long = Tokenizer(), LongPrint()
    for start, end in pairwise(sorted(max(bound, 0) for bound in bounds)):
        tokens = tokenizer.tokenize(text[start:end])
        hashes = hashes_of(tokenizer.forms).take(tokens.form_ids)
        long.add(hashes, tokens.starts, line_breaks([text[start:end]]))
    assert alike(long.finish(), printed([text])[0])


@given(st.lists(TEXT.filter(bool), min_size=1, max_size=5))
def test_a_part_has_the_prints_of_a_text_by_itself(texts: list[str]) -> None:
    """Even where it begins in the middle of a line."""
    together = " ".join(texts)
    tokenizer = Tokenizer()
    batch = tokenizer.tokenize_batch([together])
    begins = np.cumsum([0, *(len(text) + 1 for text in texts[:-1])])
    bounds = np.append(batch.starts.searchsorted(begins), len(batch.starts))
    hashes = hashes_of(tokenizer.forms).take(batch.form_ids)
    found = prints_of(hashes, batch.starts, bounds, line_breaks([together]))
    assert alike(found, printed(texts)[0])


def test_hashes_of_forms_differ_as_they_do() -> None:
    forms = ["ab", "ba", "a", "b", "aab", "aba", "ب", "با", "اب", "\ud800", "x" * 100, "x" * 101]
    assert len(set(hashes_of(forms).tolist())) == len(forms)
    assert hashes_of(forms[::-1]).tolist() == hashes_of(forms).tolist()[::-1]
    assert hashes_of([]).tolist() == []


@pytest.mark.parametrize("share", [0.0, 0.05, 0.2, 1.0])
def test_the_overlap_is_about_that_of_all_grams(share: float) -> None:
    """Of forty pairs together, as the sample of a pair is small."""
    errors = []
    for seed in range(40):
        chance = random.Random(seed)
        first = words(chance.randrange(60, 600), chance)
        second = [words(1, chance)[0] if chance.random() < share else word for word in first]
        texts = [" ".join(first), " ".join(second[: max(len(first) // 2, 40)])]
        prints, sizes = printed(texts)
        ranked = Texts.of(prints, sizes)
        if len(ranked.keys) < 2:
            continue
        measured = overlaps(ranked, np.array([[0, 1]]), NOTHING)[0]
        errors.append(measured - overlap(*texts))
    assert abs(np.mean(errors)) < 0.03
    assert np.abs(errors).max() < 0.35


def test_a_text_is_no_copy_of_one_that_is_much_longer() -> None:
    long = story(5, 600)
    for share, expected in ((LEAST_LENGTH * 0.6, 0.0), (LEAST_LENGTH * 1.5, 1.0)):
        part = " ".join(long.split()[: int(600 * share)])
        prints, sizes = printed([long, part])
        ranked = Texts.of(prints, sizes)
        assert overlaps(ranked, np.array([[0, 1]]), NOTHING).tolist() == [expected]


def test_grams_without_weight_found_no_copies() -> None:
    prints, sizes = printed([story(6, 100), story(6, 100) + " " + story(7, 20)])
    ranked = Texts.of(prints, sizes)
    every = np.unique(np.concatenate([prints.minima, prints.grams]))
    assert overlaps(ranked, np.array([[0, 1]]), NOTHING)[0] > 0.9
    assert overlaps(ranked, np.array([[0, 1]]), every)[0] == 0


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_it_plays_no_part_how_many_pairs_are_compared_at_a_time(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [story(8, 300), story(8, 200), story(8, 260) + " " + story(9, 80), story(10, 90)]
    prints, sizes = printed(texts)
    ranked = Texts.of(prints, sizes)
    every = np.array([(a, b) for a in range(4) for b in range(a + 1, 4)])
    alone = [overlaps(ranked, every[[place]], NOTHING)[0] for place in range(len(every))]
    assert 0 < sum(overlap > 0.5 for overlap in alone) < len(every)
    monkeypatch.setattr(pairs, "_PAIRS_AT_ONCE", at_once)
    assert overlaps(ranked, every, NOTHING).tolist() == alone
