"""How do documents get to a cluster? What is sent, and what is sent again."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import pytest
from cluster_doubles import Answers, client_of
from hypothesis import given
from hypothesis import strategies as st

from analyzers import analyze, analyze_form
from analyzers.proclitics import rests_in
from indexer.codec.grams import grams_in
from indexer.remote import writer
from indexer.remote.analysis import Terms, prepared
from indexer.remote.client import ClusterError, ConflictError
from indexer.remote.columns import number_of, unpacked
from indexer.remote.writer import Bulk, cut


def answered(*statuses: int) -> dict[str, Any]:
    return {
        "errors": any(status >= 400 for status in statuses),
        "items": [{"index": {"status": status, "error": {"reason": "why"}}} for status in statuses],
    }


def sent(answers: Answers) -> list[list[str]]:
    """The ids of each request, in their order."""
    bodies = [body.decode().split("\n") for *_, body in answers.asked]
    return [[json.loads(line)["index"]["_id"] for line in body[:-1:2]] for body in bodies]


def filled(answers: Answers, names: str, slept: list[float] | None = None) -> Bulk:
    bulk = Bulk(client_of(answers, slept))
    for name in names:
        bulk.add("news-d1", name, "{}")
    return bulk


def test_only_what_was_refused_for_being_busy_is_sent_again_with_the_same_ids() -> None:
    answers = Answers(answered(201, 429, 200, 503), answered(429, 201), answered(201))
    slept: list[float] = []
    filled(answers, "abcd", slept).send()
    assert sent(answers) == [["a", "b", "c", "d"], ["b", "d"], ["b"]]
    assert len(slept) == 2
    assert slept[0] < slept[1]


@pytest.mark.parametrize("status", [400, 403, 413])
def test_a_refused_document_ends_the_run(status: int) -> None:
    with pytest.raises(ClusterError, match=f"{status}.*why"):
        filled(Answers(answered(201, status)), "ab").send()


def test_a_document_whose_gate_is_gone_ends_the_run() -> None:
    """It was refused, not overlooked: another run has shut the gate, or removed the index."""
    answers = Answers(answered(201, 404))
    with pytest.raises(ConflictError, match="run it again"):
        filled(answers, "ab").send()
    assert answers.asked[0][2]["require_alias"] == "true", "nothing but a gate is written to"


def test_a_cluster_that_stays_busy_ends_the_run() -> None:
    with pytest.raises(ClusterError, match="too busy"):
        filled(Answers(*[answered(429)] * 20), "a").send()


def test_requests_stay_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "BULK_BYTES", 1000)
    answers = Answers(*[lambda body: answered(*[201] * (body.count(b"\n") // 2))] * 99)
    bulk = Bulk(client_of(answers))
    for name in range(50):
        bulk.add("news-d1", f"{name:02}", json.dumps({"text": "نفط" * 20}))
    bulk.send()
    names = [name for request in sorted(sent(answers)) for name in request]  # two go at once
    assert names == [f"{name:02}" for name in range(50)]
    assert len(answers.asked) > 5
    assert max(len(body) for *_, body in answers.asked) <= 1000


@given(st.text("اب \n", max_size=200))
def test_the_pieces_of_a_long_text_are_the_text(text: str) -> None:
    document = {"file": 1, "line": 1, "text": text, "parts": "x", "_parts_text": (3,)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "MOST_CHARS", 20)
        pieces = list(cut(document))
    assert "".join(piece["text"] for piece in pieces) == text
    assert all(len(piece["text"]) <= 20 for piece in pieces)
    if len(pieces) == 1:
        assert pieces == [document]
        return
    at = 0
    for piece in pieces:
        assert piece["cut"] == 1 + text[:at].count("\n")
        assert not piece["_parts_text"], "the parts of the whole are not those of a piece"
        at += len(piece["text"])


TEXT = "كتب الولد رسائلَه إلى المدرسة، وبالقلم كتب: «والكتاب في المكتبة»."


def test_what_is_sent_of_a_text_is_what_the_analyzer_says() -> None:
    document = {"file": 7, "record": "r", "line": 1, "date": "2020", "title": "الكتب", "text": TEXT}
    (source,) = map(json.loads, prepared(Terms(), [document], [5]))
    analyses = [token.analysis for token in analyze(TEXT)]
    assert source["text_u"].split(" ") == [a.unmarked for a in analyses]
    assert source["text_length"] == sum(not a.stopword for a in analyses)
    assert source["title_u"] == "الكتب"
    counted = [a.stem for a in analyses if not a.stopword]
    assert sorted(source["both"].split(" ")) == sorted(
        [*[analyze_form("الكتب").stem] * 2, *counted]
    )
    assert (source["file"], source["place"], source["date"]) == (7, 5, "2020")
    assert source["stored"] == {"file": 7, "record": "r", "line": 1, "date": "2020"}


def told_of(terms: Terms, known: dict[str, frozenset[str]]) -> list[dict[str, Any]]:
    """What the lexicon gets."""
    return [json.loads(word) for word, _ in terms.words(7 << 32, known)]


def test_the_lexicon_lists_the_forms_of_each_stem() -> None:
    terms = Terms()
    for n in range(2):
        prepared(terms, [{"file": n, "line": 1, "title": "كتاب 15", "text": TEXT}], [0])
    words = {word["s"]: word for word in told_of(terms, {})}
    assert list(words) == [word["s"] for word in told_of(terms, {})], "each stem once"
    analyses = {token.analysis.unmarked: token.analysis for token in analyze(f"{TEXT} كتاب 15")}
    assert sorted(form for word in words.values() for form in word["u"]) == sorted(analyses)
    assert sorted(terms.distinct_stems()) == sorted(words)
    for stem, word in words.items():
        own = [analyses[form] for form in word["u"]]
        assert {a.stem for a in own} == {stem}
        assert {a.root for a in own} == {word["r"]}
        assert word["f"] == [a.folded for a in own]
        assert word.get("p", []) == sorted(set().union(*map(rests_in, word["u"])))
        assert sorted(word.get("g", [])) == sorted(grams_in(stem))
        assert word["n"] == 7 << 32


def test_what_the_lexicon_has_is_not_told_again() -> None:
    terms = Terms()
    prepared(terms, [{"file": 1, "line": 1, "title": "", "text": "كتاب الكتاب والكتاب نفط"}], [0])
    stem = analyze_form("كتاب").stem
    every = {word["s"]: word for word in told_of(terms, {})}
    assert len(every[stem]["u"]) == 3
    (word,) = told_of(terms, {"نفط": frozenset(["نفط"]), stem: frozenset(["كتاب", "كتب"])})
    assert (word["s"], sorted(word["u"])) == (stem, ["الكتاب", "والكتاب"])
    assert "g" not in word, "a stem has its trigrams once"
    assert not told_of(terms, {stem: frozenset(word["u"]) for stem, word in every.items()})


def test_forms_that_were_told_are_counted_by_their_numbers() -> None:
    terms = Terms()
    prepared(terms, [{"file": 1, "line": 1, "title": "", "text": "نفط غاز نفط"}], [0])
    (told,) = [forms for word, forms in terms.words(0, {}) if "نفط" in json.loads(word)["u"]]
    assert terms.numbers(told).tolist() == [number_of("نفط")]
    assert terms.numbers([]).tolist() == []


def test_each_index_has_requests_of_its_own_and_is_refreshed_among_them() -> None:
    answers = Answers(*[answered(201)] * 3)
    bulk = Bulk(client_of(answers))
    bulk.add("news-d1", "1-0", "{}")
    bulk.refresh("news-d1")
    bulk.add("news-d1-words", None, "{}")
    bulk.send()
    paths = [path for _, path, *_ in answers.asked]
    assert sorted(paths) == ["/news-d1-words/_bulk", "/news-d1/_bulk", "/news-d1/_refresh"]


def test_parts_are_told_by_the_word_that_they_begin_with() -> None:
    document = {
        "file": 1,
        "line": 1,
        "title": "",
        "text": "نفط غاز\n\nماء نار",
        "_parts_text": (9,),
    }
    (source,) = map(json.loads, prepared(Terms(), [document], [0]))
    assert unpacked(b64decode(source["ranked"])).columns[1].parts.tolist() == [2]


def test_what_ranking_reads_is_what_the_analyzer_says() -> None:
    document = {"file": 7, "record": "r", "line": 1, "date": "2020", "title": "الكتب", "text": TEXT}
    (source,) = map(json.loads, prepared(Terms(), [{**document, "_parts_text": (34,)}], [5]))
    ranked = unpacked(b64decode(source["ranked"]))
    assert ranked[:3] == (7, 5, "2020")
    for text, column in zip(("الكتب", TEXT), ranked.columns, strict=True):
        analyses = [token.analysis for token in analyze(text)]
        assert column.length == sum(not a.stopword for a in analyses)
        told = column.numbers.repeat(column.counts)[column.positions.argsort()]
        assert told.tolist() == [number_of(a.unmarked) for a in analyses]
        assert column.samples.tolist() == [token.start for token in analyze(text)][::64]
    assert [TEXT.split()[token] for token in ranked.columns[1].parts.tolist()] == ["كتب:"]
