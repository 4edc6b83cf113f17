"""Stars and misspelled words over a whole dictionary, against one form after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from cli_process import run
from folders import indexed, write_folder
from hypothesis import example, given
from hypothesis import strategies as st
from oracles import edits_between

from analyzers.analyzer import analyze_form
from indexer import Index, SearchOptions
from indexer.query.patterns import Fuzzy, Wildcard
from indexer.ranking import edits, fuzzy
from indexer.ranking.edits import near
from indexer.ranking.keys import Keys
from indexer.ranking.stars import fitting

LETTERS = "ابتكهءa٣é中\u08a0😀"
"""Letters of one to four bytes, some of which share their last byte."""

WORDS = st.one_of(st.text("ابتك", max_size=7), st.text(LETTERS, max_size=4), st.text("abc"))


def keys_of(words: Sequence[str]) -> tuple[list[str], Keys]:
    ordered = sorted(set(words), key=str.encode)
    return ordered, Keys.of(map(str.encode, ordered))


@given(WORDS, st.integers(0, 3), st.lists(WORDS, max_size=40))
@example("اا", 1, ["aا", "اا", "ااa"])  # mixed keys, before the Arabic ones and among them
@example("كت", 2, ["", "中中", "كت\u08a0\u08a0"])
@example("ab", 1, ["ba", "a", "ab", "abc"])
def test_all_keys_so_near_and_no_other(word: str, most: int, words: list[str]) -> None:
    ordered, keys = keys_of(words)
    places, distances = near(word, most, keys)
    far = [edits_between(word, key) for key in ordered]
    assert places.tolist() == [place for place, d in enumerate(far) if d <= most]
    assert distances.tolist() == [d for d in far if d <= most]


@pytest.mark.parametrize("most", [0, 1, 2, 3])
@pytest.mark.parametrize("word", ["كتب", "كت", "ككتاب", "بتكابت"])
def test_all_keys_that_begin_alike(word: str, most: int) -> None:
    """Every string of up to five of four letters: what is shared by many beginnings is theirs."""
    alike = ("".join(some) for size in range(6) for some in product("ابتك", repeat=size))
    ordered, keys = keys_of([*alike])
    places, distances = near(word, most, keys)
    far = [edits_between(word, key) for key in ordered]
    assert places.tolist() == [place for place, d in enumerate(far) if d <= most]
    assert distances.tolist() == [d for d in far if d <= most]


@pytest.mark.parametrize("size", [14, 17, 300])
def test_long_words_of_which_only_the_beginning_tells(size: int) -> None:
    word = ("كتابمن" * size)[:size]
    once = {word, word[1:], word + "ا", word[:-1] + "ه", word[:5] + word[6:], "ب" + word}
    twice = {word[2:], word[:-2], word[:3] + word[5:], "ه" + word[1:-1], "هه" + word[2:]}
    thrice = {word[3:], "ه" + word[3:], word[:-3], word[::-1]}
    ordered, keys = keys_of([*once, *twice, *thrice])
    places, _ = near(word, 2, keys)
    assert {ordered[place] for place in places.tolist()} == once | twice


@pytest.mark.parametrize("word", ["كتاب", "تكبات", "بتكابت", "ككك", "كت", "ب"])
def test_one_edit_among_hundreds_of_keys_of_a_size(word: str) -> None:
    """So many that they are first told by their halves: edits in each place, ends, exchanges."""
    letters = "ابتكم"
    once = {word[:i] + a + word[j:] for a in ("", *letters) for i in range(len(word) + 1)
            for j in range(i, min(i + 1, len(word)) + 1)}  # fmt: skip
    once |= {word[:i] + word[i : i + 2][::-1] + word[i + 2 :] for i in range(len(word))}
    others = {a + b + c + word[3:] for a in letters for b in letters for c in letters}
    others |= {word[:-3] + end[:3] for end in others}
    ordered, keys = keys_of([*filter(None, once | others)])
    places, distances = near(word, 1, keys)
    far = [edits_between(word, key) for key in ordered]
    assert places.tolist() == [place for place, d in enumerate(far) if d <= 1]
    assert distances.tolist() == [d for d in far if d <= 1]


@given(st.text("ابپ", min_size=2, max_size=3), st.sampled_from(["", "پ", "a"]))
def test_all_that_is_an_edit_away_is_listed_once(word: str, others: str) -> None:
    letters = "اب"
    assert edits.can_be_listed(word, 1)
    listed = [edits.once_edited(word, some) for some in ("", letters, *filter(None, [others]))]
    assert sum(map(len, listed)) == len(set().union(*listed))
    universe = {"".join(some) for size in range(len(word) - 1, len(word) + 2)
                for some in product(sorted({*letters, *others, *word}), repeat=size)}  # fmt: skip
    near_by = {some for some in universe if edits_between(word, some) <= 1}
    own = set(word) - {*letters, *others}  # of those none is put in
    assert {some for some in near_by if all(some.count(a) <= word.count(a) for a in own)} == (
        set().union(*listed)
    )


@pytest.mark.parametrize(
    ("word", "near_by"), [("a", 1), ("كتب", 2), ("ك", 1), ("book", 1), ("كa", 1)]
)
def test_what_may_hold_no_arabic_letter_is_not_listed(word: str, near_by: int) -> None:
    assert not edits.can_be_listed(word, near_by)


PIECES = st.lists(st.text("ابa", max_size=2), min_size=2, max_size=5)


@given(PIECES, st.lists(st.text("ابa中", max_size=8), max_size=40))
def test_pieces_are_found_as_fnmatch_finds_them(pieces: list[str], words: list[str]) -> None:
    ordered, keys = keys_of(words)
    found = fitting([[piece] for piece in pieces], keys)
    star = "*".join(pieces)
    assert [ordered[p] for p in found.tolist()] == [w for w in ordered if fnmatchcase(w, star)]


@given(st.lists(st.text("مسءوؤئةهت", max_size=3), min_size=2, max_size=4).filter(any),
       st.lists(st.text("مسءوهت", min_size=1, max_size=7), max_size=40))  # fmt: skip
def test_pieces_with_several_spellings(pieces: list[str], words: list[str]) -> None:
    """مسؤ* is مسو or مسء and more letters: as the pattern itself decides, form by form."""
    ordered, keys = keys_of(words)
    pattern = Wildcard(tuple(pieces))
    found = fitting(pattern.spellings, keys)
    assert [ordered[p] for p in found.tolist()] == [w for w in ordered if pattern.tier(w)]


TEXTS = {
    "a.txt": "كتب كتاب كاتب مكتب مكتبة والكتب أكتب كتبت كتبا\n",
    "b.txt": "كتاب إكتتاب كتائب مسؤول مسؤولية تكتب كتب كتب hello helo ٢٠١٧\n",
    "c.txt": "كنب كتم قطب كسب كتف كتڨب كڨب ڨكتب كتب٣ كتaب پتب كتب。ك hallo 2018 كتف كتف\n",
}
PATTERNS = [
    Fuzzy("كتڨب", 1), Fuzzy("كت", 1), Fuzzy("ك", 1),
    Fuzzy("كتب", 1), Fuzzy("كتب", 2), Fuzzy("مسؤول", 1), Fuzzy("hello", 1), Fuzzy("2017", 1),
    Wildcard(("", "كتب", "")), Wildcard(("ك", "ب")), Wildcard(("مسؤ", "")), Wildcard(("", "ب")),
    Wildcard(("", "ه", "ل", "")), Wildcard(("h", "o")),
]  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Two segments, and a document that is not there any more."""
    folder = write_folder(tmp_path_factory.mktemp("patterns"), TEXTS)
    with indexed(folder) as made:
        write_folder(folder, {"d.txt": "كتب كتابي كاتبا\n"})
        made.update()
        (folder / "c.txt").unlink()
        made.update()
        yield made


@pytest.mark.parametrize("pattern", PATTERNS, ids=str)
def test_the_terms_of_an_index(index: Index, pattern: Fuzzy | Wildcard) -> None:
    for source in index._snapshot.sources(("text",)):
        every = source.arrays.terms  # type: ignore[attr-defined]
        forms = [every[i].decode() for i in range(len(every))]
        if isinstance(pattern, Wildcard):
            spans = source.matching(pattern)
        else:
            spans = source.near(pattern.word, pattern.edits).spans
        found = source.forms(spans)
        fit = [form for form in forms if pattern.tier(analyze_form(form).folded)]
        assert sorted(found) == sorted(fit)


def test_the_nearest_forms_then_the_most_frequent_are_kept(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = index._snapshot
    every = fuzzy.misspelled(Fuzzy("كتب", 2), snapshot, ("text",))
    assert not every.is_cut
    far = {k: d for n in every.found.values() for k, d in zip(n.keys, n.distances, strict=True)}
    held = [{analyze_form(w).folded for w in text.split()} for name, text in TEXTS.items()
            if name != "c.txt"] + [{"كتب", "كتابي", "كاتبا"}]  # fmt: skip
    ranked = sorted(far, key=lambda key: (far[key], -sum(key in doc for doc in held), key))
    for most in range(1, len(ranked)):
        monkeypatch.setattr(fuzzy, "MOST_FORMS", most)
        cut = fuzzy.misspelled(Fuzzy("كتب", 2), snapshot, ("text",))
        assert cut.forms == len(ranked)
        assert cut.meant == frozenset(ranked[:most])
        kept = np.concatenate([cut.spans(source) for source in snapshot.sources(("text",))])
        assert len(kept) < sum(len(near.spans) for near in every.found.values())


def test_forms_that_are_left_out_are_said(
    index: Index, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert index.search("كتب~2").notes == ()
    monkeypatch.setattr(fuzzy, "MOST_FORMS", 2)
    index._snapshot.memory.clear()
    (note,) = index.search("كتب~2 -كتب~2", SearchOptions(limit=1)).notes
    assert note.startswith("«كتب~2» fits ")
    assert "only the 2 nearest were searched" in note


def test_the_command_says_which_forms_are_left_out(tmp_path: Path) -> None:
    """1,100 forms of four letters, each two edits from كتب."""
    letters = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
    forms = [f"كت{a}{b}" for a in letters for b in letters]
    forms += [f"{a}كت{b}" for a in letters for b in letters]
    with indexed(write_folder(tmp_path, {"a.txt": " ".join(forms)})):
        pass
    done = run("search", "كتب~2", "-l", cwd=tmp_path)
    assert done.lines == ["a.txt"]
    assert "«كتب~2» fits 1," in done.err
    assert "only the 1,000 nearest were searched" in done.err
    notes = json.loads(run("search", "كتب~2", "--json", cwd=tmp_path).out)["notes"]
    assert len(notes) == 1
