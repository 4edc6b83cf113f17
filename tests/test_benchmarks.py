"""Do the benchmarks run, and do they count rightly? On tiny corpora; speed is no matter here."""

from __future__ import annotations

import gzip
import itertools
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.append(str(BENCHMARKS))

import bars  # noqa: E402
import corpora  # noqa: E402
import floor  # noqa: E402
import growth  # noqa: E402
import history  # noqa: E402
import hits  # noqa: E402
import killing  # noqa: E402
import latency  # noqa: E402
import lucene  # noqa: E402
import overrides  # noqa: E402
import peers  # noqa: E402
import plot  # noqa: E402
import processes  # noqa: E402
import queries  # noqa: E402
import relevance  # noqa: E402
import report  # noqa: E402
import scale  # noqa: E402
import searching  # noqa: E402
import significance  # noqa: E402
import small_dictionary  # noqa: E402
import speed  # noqa: E402
import stems  # noqa: E402
import structure  # noqa: E402
from tally import Tally  # noqa: E402

from indexer.index import Index  # noqa: E402

WORDS = ["مدينة", "كتاب", "نهر", "جبل", "سماء", "بحر", "طريق", "سوق", "مدرسة", "حديقة", "قلعة"]
MADE = ["".join(letters) for letters in itertools.permutations("دزقشخغ", 4)]
"""Words that are none, for documents to have few in common."""


def sentences(count: int, seed: int = 1) -> list[str]:
    """Texts of frequent words, one of a word that two texts hold, and one that five hold."""
    rng = random.Random(seed)
    return [
        " ".join([*rng.choices(WORDS, k=30), MADE[number // 2], MADE[-1 - number // 5]])
        for number in range(count)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus of forty small files."""
    corpora.write_files(sentences(40), str(tmp_path / "tiny"))
    return tmp_path / "tiny"


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """A folder of collections with one, whose queries are half answered by exact words."""
    home = tmp_path / "collections" / "tiny"
    home.mkdir(parents=True)
    docs = [("d1", "كتب الولد درسه"), ("d2", "سافر الوزير أمس"), ("d3", "غابت الشمس عن القلعة")]
    asked = [("q1", "الولد"), ("q2", "وزير"), ("q3", "شمس"), ("q4", "القلعة")]
    answers = [("q1", "d1"), ("q2", "d2"), ("q3", "d3"), ("q4", "d3")]
    for name, rows in (("docs", docs), ("queries", asked)):
        with gzip.open(home / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            for key, text in rows:
                file.write(json.dumps({"id": key, "title": "", "text": text}) + "\n")
    (home / "qrels.tsv").write_text("".join(f"{q}\t{d}\t1\n" for q, d in answers))
    return home.parent


def test_corpus_hash_depends_on_names_and_contents_only(folder: Path) -> None:
    first = report.Corpus.of(str(folder))
    (folder / ".hidden").write_text("x")
    assert report.Corpus.of(str(folder)) == first
    assert first.files == 40
    (folder / "000" / "000000.txt").rename(folder / "000" / "other.txt")
    assert report.Corpus.of(str(folder)).blake2b != first.blake2b


def test_reports_are_not_overwritten(tmp_path: Path) -> None:
    made = report.Report("name", [], {}, [report.Table("T", ["a", "b"], [["x|y", 1234]])])
    first, second = made.save(str(tmp_path)), made.save(str(tmp_path))
    assert second == first + "-2"
    assert "| x\\|y | 1,234 |" in Path(first + ".md").read_text(encoding="utf-8")
    assert json.loads(Path(second + ".json").read_text(encoding="utf-8"))["name"] == "name"


@pytest.mark.parametrize(
    ("key", "value", "reached", "aimed"),
    [
        ("index_whoosh", 13.0, True, False),
        ("index_whoosh", 11.0, False, False),
        ("query_ms", 1.0, True, True),
        ("query_ms", 6.0, False, False),
        ("index_tantivy_n", 0.9, None, False),
    ],
)
def test_bars_know_their_direction(
    key: str, value: float, reached: bool | None, aimed: bool
) -> None:
    rows = bars.bar_table({key: value}).rows
    measured = [row for row in rows if row[4] != "not measured"]
    assert [(row[4], row[5]) for row in measured] == [(reached, aimed)]
    assert len(rows) == len(bars.BARS)


def test_bootstrap_finds_no_difference_where_there_is_none() -> None:
    scores = {"a": {f"q{n}": n % 3 / 2 for n in range(50)}}
    (row,) = significance.compare(scores, scores, 200)
    assert (row.delta, row.low, row.high, row.p) == (0, 0, 0, 1)


def test_bootstrap_finds_a_difference_and_repeats_itself() -> None:
    worse = {name: {f"q{n}": n % 5 / 10 for n in range(60)} for name in "ab"}
    better = {name: {q: s + 0.1 + s / 9 for q, s in by.items()} for name, by in worse.items()}
    rows = significance.compare(worse, better, 300)
    assert [row.name for row in rows] == ["a", "b", "mean"]
    assert all(row.p == 0 and 0.1 < row.low < row.delta < row.high for row in rows)
    assert rows == significance.compare(worse, better, 300)


def test_bootstrap_refuses_runs_of_different_queries() -> None:
    with pytest.raises(ValueError, match="different queries"):
        significance.compare({"a": {"q1": 1.0}}, {"a": {"q2": 1.0}}, 10)


def test_halves_are_every_second_query() -> None:
    scores = {"a": {"q1": 1.0, "q2": 2.0, "q3": 3.0}}
    assert significance.half(scores, 0) == {"a": {"q1": 1.0, "q3": 3.0}}
    assert significance.half(scores, 1) == {"a": {"q2": 2.0}}


def test_settings_are_undone() -> None:
    from indexer.results import SearchOptions

    with overrides.setting("match=stem,strict=hamza+ta") as options:
        assert options.match == "stem"
        assert options.strict == {"hamza", "ta"}
        assert options.fields == ("text",)
    before = significance.SEED
    with overrides.setting("significance.SEED=5") as options:
        assert significance.SEED == 5
        assert options.match == SearchOptions().match
    assert before == significance.SEED


@pytest.mark.parametrize("text", ["nonsense", "nonsense=1", "no.such.module=1"])
def test_unknown_settings_are_refused(text: str) -> None:
    with pytest.raises(SystemExit), overrides.setting(text):
        pass


def test_relevance_compares_two_settings(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, kept = tmp_path / "runs", tmp_path / "kept.json"
    base = ["--collections", str(collection), "--only", "tiny", "--out", str(out)]
    relevance.main([*base, "--save", str(kept), "--work", str(tmp_path / "work")])
    assert "| **Fahras** (default) | 100.0 | 100.0 |" in capsys.readouterr().out
    again = ["--compare", "match=exact", str(kept), "--resamples", "50", "--name", "pair"]
    relevance.main([*base, *again, "--work", str(tmp_path / "work")])
    printed = capsys.readouterr()
    assert "| tiny | 4 | 50.00 | 100.00 | +50.00 |" in printed.out
    assert "indexed" not in printed.err
    for written in out.iterdir():
        assert str(tmp_path) not in written.read_text(encoding="utf-8")


def test_relevance_ablates(collection: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = ["--collections", str(collection), "--only", "tiny", "--resamples", "20", "--out", "-"]
    relevance.main([*base, "--ablate", "match=exact"])
    assert "| match=exact | 50.00 | 50.00 | -50.00 |" in capsys.readouterr().out


def test_files_are_written_by_thousands_until_the_limit(tmp_path: Path) -> None:
    written = corpora.write_files(itertools.repeat("نص"), str(tmp_path / "out"), 4 * 1005)
    assert written == corpora.Written(1005, 4 * 1005)
    names = report.relative_names(str(tmp_path / "out"))
    assert (names[0], names[-1]) == ("000/000000.txt", "001/001004.txt")


def test_texts_are_joined_until_a_file_is_large_enough_and_none_is_lost() -> None:
    texts = ["ab", "c", "نص", "d", "e"]  # a letter of Arabic is two bytes
    assert list(corpora.bound(texts, 5)) == ["ab\n\nc", "نص\n\nd", "e"]
    assert list(corpora.bound(texts, 0)) == texts
    assert "\n\n".join(corpora.bound(texts, 7)) == "\n\n".join(texts)


def test_a_grown_corpus_keeps_heaps_law() -> None:
    rng = random.Random(3)
    letters = "بتجحخدرزسشصضطعغفقكلمنهوي"
    words = ["".join(rng.choices(letters, k=6)) for _ in range(4000)]
    texts = [" ".join(rng.choices(words, k=60)) for _ in range(60)]
    vocabulary = corpora.Vocabulary(texts)
    longer = list(itertools.islice(corpora.grown(texts, vocabulary), 240))
    assert longer[:60] == texts
    found = corpora.Vocabulary(longer)
    heaps = vocabulary.heaps
    assert found.tokens == 4 * vocabulary.tokens
    expected = heaps.factor * found.tokens**heaps.exponent
    assert abs(len(found.forms) - expected) < 0.15 * expected
    assert longer == list(itertools.islice(corpora.grown(texts, vocabulary), 240))


def test_minted_words_keep_marks_on_their_letters_and_are_new() -> None:
    mint = corpora.Mint(["كتاب"], random.Random(1))
    made = [mint.new("كِتَابٌ") for _ in range(200)]
    assert len({corpora.unmark(word) for word in made} - {"كتاب"}) == 200
    kept = {"كِ", "تَ", "ا", "بٌ"}
    assert all(len(kept.intersection(corpora.clusters(word))) >= 3 for word in made[:20])


def test_short_documents(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "short.jsonl"
    corpora.write_short(str(folder), str(out), 30, (2, 5))
    records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len({record["id"] for record in records}) == 30
    assert all(2 <= len(record["text"].split()) <= 5 for record in records)


def test_queries_are_the_same_each_time(folder: Path, tmp_path: Path) -> None:
    first = queries.prepare(str(folder), str(tmp_path / "a"), 3)
    second = queries.prepare(str(folder), str(tmp_path / "b"), 3)
    assert first.queries == second.queries
    assert {query.kind for query in first.queries} == set(queries.CLASSES)
    assert len(Path(first.stems).read_text(encoding="utf-8").splitlines()) == 40


def test_fts5_is_asked_in_its_own_language() -> None:
    ask = latency.fts5_match
    assert ask(queries.BenchQuery("AND of 2", "+أ +ب", ("ا", "ب"))) == 'stem : ("ا" AND "ب")'
    assert ask(queries.BenchQuery("phrase", '"أ ب"', ("ا", "ب"))) == 'folded : "ا ب"'
    assert ask(queries.BenchQuery("prefix", "كتا*", ("كتا",))) == 'folded : "كتا" *'


def test_speed_prints_every_row_without_peers(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peers, "has_tantivy", lambda: False)
    monkeypatch.setattr(peers, "has_fts5", lambda: False)
    sizes = ["--rounds", "1", "--queries", "2"]
    speed.main(["--corpus", str(folder), "--only", "index", "queries", *sizes, "--out", "-"])
    printed = capsys.readouterr().out
    assert all(f"| {bar.what} |" in printed for bar in bars.BARS)
    assert "| tantivy, 1 thread | not installed |" in printed
    assert "| OR of 8 | 2 |" in printed
    assert str(folder.parent) not in printed


def test_peak_memory_counts_child_processes() -> None:
    child = "x = bytearray(40_000_000); import time; time.sleep(0.4)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    assert processes.run([sys.executable, "-c", parent], memory=True).peak_bytes > 40_000_000


def test_a_failing_command_is_no_measurement() -> None:
    with pytest.raises(processes.CommandError, match="ended with 3: oh"):
        processes.run([sys.executable, "-c", "import sys; sys.stderr.write('oh'); sys.exit(3)"])


def test_rounds_are_interleaved_back_and_forth() -> None:
    order: list[str] = []

    def contender(name: str) -> float:
        order.append(name)
        return float(len(order))

    times = processes.interleaved({n: lambda n=n: contender(n) for n in "ab"}, 2)
    assert order == ["a", "b", "b", "a"]
    assert processes.medians(times) == {"a": 2.5, "b": 2.5}


def test_latency_values_take_the_worst_class() -> None:
    measured = {
        "kinds": ["rare", "mid"],
        "ms": {
            "default": [1.0, 3.0],
            "plain": [1.0, 1.0],
            "stem": [4.0, 3.0],
            "tantivy whole": [2.0, 1.0],
            "ready": [2.0, 2.0],
            "tantivy": [1.0, 0.5],
        },
        "totals": {"stem": [1, 2], "tantivy": [1, 3]},
    }
    assert searching.latency_values(measured) == {
        "query_ms": 2.0, "default_plain": 2.0, "tantivy_worst": 4.0, "tantivy_whole_worst": 3.0,
    }  # fmt: skip
    table = searching.latency_table(measured)
    assert [row[-3:-1] for row in table.rows[:2]] == [[2.0, 2.0], [4.0, 3.0]]
    assert [row[-1] for row in table.rows] == ["1 of 1", "0 of 1", None]


def test_engines_are_asked_streams_of_queries_and_take_turns() -> None:
    asked = [queries.BenchQuery("rare", text, ()) for text in "abc"]
    seen: list[str] = []

    def engine(name: str) -> Callable[[queries.BenchQuery], latency.Ask]:
        return lambda query: lambda: seen.append(f"{name}{query.text}")

    measured = latency.measure(asked, {"x": engine("x"), "y": engine("y")}, 2)
    streams = ["".join(name for name, _ in seen[i : i + 3]) for i in range(0, len(seen), 3)]
    assert streams[2:] == ["xxx", "yyy", "yyy", "xxx"]
    assert all([text for _, text in seen[i : i + 3]] == list("abc") for i in range(0, 18, 3))
    assert len(measured["ms"]["y"]) == len(asked)


def test_the_least_in_numpy_counts_what_the_evaluator_counts(folder: Path, tmp_path: Path) -> None:
    prepared = queries.prepare(str(folder), str(tmp_path / "plan"), 3)
    both = [query for query in prepared.queries if query.kind == floor.KIND]
    with Index.create(str(folder)) as index:
        index.update()
        for query in both:
            asked, snapshot = latency.made(index, query)
            counted = floor.least(asked, snapshot)()
            assert counted == latency.ready(asked, snapshot)() > 0


def test_stages_of_growth_hold_each_other(folder: Path, tmp_path: Path) -> None:
    made = growth.stages(str(folder), [0.02, 0.04], str(tmp_path), 1)
    assert made[1].paths[:1] == made[0].paths
    assert 20_000 <= made[0].size_bytes < 21_000
    assert 40_000 <= made[1].size_bytes < 41_000
    names = [name for path in made[1].paths for name in report.relative_names(path)]
    assert len(set(names)) == made[1].documents


def test_growth_claims_the_bar_only_at_its_sizes() -> None:
    def cost(megabytes: float, documents: int) -> growth.Cost:
        return growth.Cost("", megabytes, documents, 10.0, 300.0, 1.0, {"default": 2.0})

    small, large = cost(100.1, 1), cost(1000.2, 2)
    assert growth.bar_values([small, cost(300, 1)], cost(1, 500)) == {"memory_mib": 300.0}
    values = growth.bar_values([small, large], cost(1, 1_000_000))
    assert values["million_ms"] == 2.0
    assert values["growth"] == pytest.approx(9.992, abs=0.001)


def test_the_chart_is_xml() -> None:
    panel = plot.Panel("a < b", "MB", [(100, 20), (1000, 19.5)], limit=25)
    root = ElementTree.fromstring(plot.svg([panel, panel]))
    assert root.attrib["viewBox"] == "0 0 600 220"


def test_hits_has_a_row_for_each_power_of_ten() -> None:
    table = hits.table(100, 1)
    assert [row[0] for row in table.rows] == ["1", "10", "100"]
    assert hits.text_of(45).count(hits.QUERY) == 45
    assert all(cell > 0 for row in table.rows for cell in row[1:])  # type: ignore[operator]


def test_structure_traces_a_search(tmp_path: Path) -> None:
    table = structure.table([BENCHMARKS.parent])
    figures = {row[0]: row[1] for row in table.rows}
    assert (
        20 < figures["modules passed"] < figures["functions"] < figures["switches between modules"]
    )
    assert figures["modules passed"] <= figures["modules in all"]


def test_a_switch_is_counted_through_other_packages(tmp_path: Path) -> None:
    (tmp_path / "analyzers").mkdir()
    sources = {
        "one": "import functools, two\n"
        "def ask():\n    helper()\n    return functools.reduce(two.answer, [1, 2, 3])\n"
        "def helper(): pass\n",
        "two": "import string\n"
        "class Late(string.Formatter):\n"
        "    def get_value(self, key, args, kwargs): return back()\n"
        "def answer(a, b): return Late().format('{x}')\n",
    }
    for name, source in sources.items():
        (tmp_path / "analyzers" / f"{name}.py").write_text(source, "utf-8")
    sys.path.append(str(tmp_path / "analyzers"))
    import one
    import two

    two.back = one.helper
    trace = structure.traced(tmp_path, one.ask)
    assert trace.switches == {
        ("analyzers.one", "analyzers.two"): 2,
        ("analyzers.two", "analyzers.one"): 2,
    }
    assert trace.both_ways() == ["analyzers.one / analyzers.two"]
    assert len(trace.functions) == 4


def test_the_stem_checker_finds_each_kind_of_fault(tmp_path: Path) -> None:
    path = small_dictionary.write(
        tmp_path / "d.sqlite",
        [
            {"vocalized": "عَامٌّ", "root": "عمم"},
            {"vocalized": "عَامَةٌ", "root": "عمه"},
            {"vocalized": "طَالِبٌ", "root": "طلب"},
            {"vocalized": "طَلَبٌ", "root": "طلب"},
        ],
    )
    roots = stems.words_of(path)
    assert roots["عامه"] == {"عمه"}
    counts = {"عام": 9, "عامه": 5, "طالب": 4, "طالبين": 2}
    strangers = list(stems.stranger_faults(roots, counts))
    assert [(fault.tokens, fault.text.split()[2]) for fault in strangers] == [(5, "عام")]
    assert [fault.text.split()[0] for fault in stems.radical_faults(roots, counts)] == ["عامه"]
    assert not list(stems.parted_faults(roots, roots, counts))


def test_a_word_is_one_behind_every_article() -> None:
    counts = {"كتاب": 3, "الكتاب": 2, "غاز": 4, "الغاز": 7}
    shapes = stems.with_article("لبن")
    assert shapes == {"ال": "اللبن", "وال": "واللبن", "بال": "باللبن", "لل": "للبن"}
    assert stems.tokens_of("كتاب", counts) == 5
    assert not [f for f in stems.article_faults(counts) if f.text.startswith("كتاب ")]


def test_reliability_counts_what_goes_wrong(tmp_path: Path) -> None:
    part = killing.pairs(tmp_path, 1, 1)
    assert (part.wrong, part.counts) == ([], {"pairs of first runs": 1})
    tally = Tally("trials", ("change", "steps"))
    tally.add("made up", iter([("killed at a", None), ("killed at b", "gone")]), lambda: (7,))
    part = tally.part("kills")
    assert part.tables[0].rows == [("made up", 7, 2, 1), ("all", None, 2, 1)]
    assert (part.wrong, part.counts) == (["made up, killed at b: gone"], {"kills": 2})


def test_the_commit_begins_with_its_toc() -> None:
    shown = ["openat _MAIN_0.toc.new", "rename _MAIN_0.toc.new", "openat _MAIN_1.toc.new", "unlink"]
    found = [killing.Point(line.split()[0], n, line) for n, line in enumerate(shown)]
    assert killing.around_commit(found) == found[2:]


def test_scale_measures_each_query_in_a_process_of_its_own(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """كتب~1 meets كتاب, which is a letter away, and no other word of these texts."""
    monkeypatch.setattr(peers, "has_tantivy", lambda: False)
    monkeypatch.setattr(scale, "CLASSES", {"fuzzy 1": scale.CLASSES["fuzzy 1"]})
    work = tmp_path / "work"
    work.mkdir()
    indexes = scale.build(str(folder), str(work))
    (first, *_) = scale.measured(indexes, ["fuzzy 1"], 1).rows
    assert first[:2] == ["fuzzy 1", "كتب~1"]
    held = sum("كتاب" in path.read_text("utf-8").split() for path in folder.rglob("*.txt"))
    assert first[2] == held
    assert first[5:] == [None] * 6


def test_what_scale_asks_of_tantivy_has_a_method_for_each_query() -> None:
    for asked in scale.CLASSES.values():
        assert len(asked.peer) in (0, len(asked.queries))


JARS = BENCHMARKS.parent / "build" / "cluster" / "lib"


def test_lucene_is_left_out_where_it_is_not(tmp_path: Path) -> None:
    assert not lucene.is_there(None)
    assert not lucene.is_there(str(tmp_path))
    (tmp_path / "lucene-core-9.12.3.jar").touch()
    assert not lucene.is_there(str(tmp_path))
    assert lucene.version(str(tmp_path)) == "9.12.3"


@pytest.mark.skipif(not lucene.is_there(str(JARS)), reason="needs javac and Lucene (make jars)")
def test_lucene_finds_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    for name, text in {"a": "السوق اليوم", "b": "اليوم السوق السوق", "c": "كتاب"}.items():
        (tmp_path / "texts" / f"{name}.txt").write_text(text, "utf-8")
    lucene.use(str(JARS), str(tmp_path / "classes"))
    lucene.index(str(tmp_path / "texts"), str(tmp_path / "index"))
    for query, field, total in [
        ("السوق", None, 2), ("السوق AND كتاب", None, 0), ("السوق كتاب", "size", 3),
        ('"السوق اليوم"', None, 1), ("كتابب~1", None, 1), ("*سوق", None, 2),
    ]:  # fmt: skip
        found, times = lucene.ask(str(tmp_path / "index"), "اليوم", 3, query, field)
        assert (found, len(times)) == (total, 3)


def test_a_history_changes_a_copy_and_tells_each_update(folder: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.rglob("*.txt")}
    updates = list(history.History(str(folder), str(tmp_path / "work"), 1).updates(1, (100, 3)))
    changed = [(one.after, one.name) for one in updates]
    assert changed[:3] == [
        (history.FIRST, history.FIRST),
        (history.FIRST, history.NOTHING),
        (history.FIRST, history.SINGLE),
    ]
    many = ["1: one file of 100", "2: one file of 3"]
    assert changed[3:] == [(name, part) for name in many for part in (name, history.SINGLE)]
    assert updates[3].files < updates[5].files == len(before) // 3
    assert all(one.cpu_s > 0 and one.disk_bytes >= one.index_bytes > 0 for one in updates)
    assert {path.name: path.read_bytes() for path in folder.rglob("*.txt")} == before
    of_many, single = history.tables(updates)
    assert [row[0] for row in of_many.rows] == [history.FIRST, history.NOTHING, *many]
    assert [row[0] for row in single.rows] == [history.FIRST, *many]
