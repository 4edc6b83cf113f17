"""Do the commands answer on a cluster as they do here? The real command on a real node."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from cli_process import PATIENCE_S
from copied_texts import story

from indexer.errors import IndexLockedError, IndexVersionError
from indexer.index import Index
from indexer.remote.address import parse
from indexer.remote.client import Client, ClusterError, ConflictError
from indexer.remote.head import Meta
from indexer.remote.mapping import REMOTE_VERSION, Json
from indexer.results import SearchOptions

PROJECT = Path(__file__).resolve().parent.parent.parent
CORPUS = PROJECT / "corpus"


def fahras(*arguments: str, cwd: Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "indexer", *arguments], cwd=cwd, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)}, timeout=PATIENCE_S,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> str:
    where = str(tmp_path_factory.mktemp("here") / "index")
    with Index.create(CORPUS, index_dir=where) as index:
        index.update()
    return where


@pytest.fixture(scope="module")
def there(base: str) -> str:
    where = f"{base}/corpus-{os.getpid()}"
    code, out, err = fahras("index", ".", "--index", where, cwd=CORPUS)
    assert (code, err) == (0, "")
    assert "documents in the index" in out
    return where


COMMANDS = [
    ["search", "أسعار الماء"], ["search", "«مجلس الإدارة»", "--jsonl"], ["search", "غائببب"],
    ["search", "كتاب", "--all", "--paths"], ["search", "كتب", "--sort", "path", "-n", "5"],
    ["search", "كتاب", "--count"], ["search", "مكت*", "--match", "root", "--explain"],
    ["search", "الكتاب", "--strict", "hamza,ta", "--csv"], ["search", "title:الماء"],
    ["search", "ماء", "--in", "news/*", "--since", "2015"], ["search", "قطار", "--sort", "date"],
    ["search", "كِتاب", "--strict", "marks"], ["terms", "كتا"], ["terms", "*تاب", "--sort", "count"],
    ["show", "science/groundwater.txt"], ["show", "science/groundwater.txt:3", "--query", "ماء"],
    ["show", "nothing.txt"], ["export"], ["export", "ماء", "--all-words"],
    ["eval", "queries.jsonl", "qrels.tsv"], ["similar", "science/groundwater.txt"],
    ["similar", "wire-006", "-n", "3", "--jsonl"], ["similar", "faq-009", "--in", "news/*"],
    ["search", "فيضان الوادي", "--by", "part", "--jsonl"], ["search", "الماء", "--copies"],
]  # fmt: skip


ALL_AT_ONCE = """
import json, os, sys
import numpy, indexer.reading.search, indexer.remote.search
from indexer.cli.app import run
for number, line in enumerate(json.loads(sys.argv[1])):
    if not os.fork():
        for stream, name in ((1, "out"), (2, "err")):
            flags = os.O_WRONLY | os.O_CREAT
            os.dup2(os.open(f"{sys.argv[2]}/{number}.{name}", flags, 0o600), stream)
        code = run(line)
        sys.stdout.flush(), sys.stderr.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.wait()[1]))
"""
"""Each command in a process of its own, forked when all is imported: quicker than one by one."""


def answers(where: str, folder: Path) -> list[tuple[str, str, str]]:
    """(exit code, stdout, stderr) of every command, without the seconds that it took."""
    commands = [[*command, "--index", where] for command in COMMANDS]
    codes = subprocess.run(
        [sys.executable, "-c", ALL_AT_ONCE, json.dumps(commands), str(folder)], cwd=CORPUS,
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(PROJECT)},
        timeout=PATIENCE_S,
    )  # fmt: skip
    assert not codes.stderr
    told = [
        tuple((folder / f"{number}.{name}").read_text("utf-8") for name in ("out", "err"))
        for number in range(len(commands))
    ]
    seconds = re.compile(r" in [\d.]+ s")
    return [
        (code, seconds.sub("", out), err)
        for code, (out, err) in zip(codes.stdout.split(), told, strict=True)
    ]


@pytest.fixture(scope="module")
def said(
    here: str, there: str, tmp_path_factory: pytest.TempPathFactory
) -> list[list[tuple[str, str, str]]]:
    return [answers(where, tmp_path_factory.mktemp("said")) for where in (here, there)]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_says_the_same(
    command: list[str], said: list[list[tuple[str, str, str]]]
) -> None:
    wanted, given = (every[COMMANDS.index(command)] for every in said)
    assert given == wanted
    assert int(given[0]) in (0, 1, 2)


def test_stats_and_verify(there: str, here: str) -> None:
    _, out, _ = fahras("stats", "--json", "--index", there, cwd=CORPUS)
    _, local, _ = fahras("stats", "--json", "--index", here, cwd=CORPUS)
    given, wanted = json.loads(out), json.loads(local)
    same = ("documents", "files", "tokens", "terms", "text_bytes", "roots")
    assert [given[name] for name in same] == [wanted[name] for name in same]
    assert given["index_dir"] == there
    code, out, _ = fahras("verify", "--index", there, cwd=CORPUS)
    assert (code, out.startswith("sound")) == (0, True)


@pytest.mark.parametrize(
    "command",
    [["duplicates"], ["duplicates", "--json"], ["duplicates", "news", "--min-overlap", "0.8"],
     ["duplicates", "science"], ["duplicates", "--min-overlap", "0.2"],
     ["stats", "--boilerplate"]],
    ids=" ".join,
)  # fmt: skip
def test_copies_are_those_of_an_index_here(command: list[str], here: str, there: str) -> None:
    wanted, given = (fahras(*command, "--index", where, cwd=CORPUS) for where in (here, there))
    assert given == wanted


def test_what_is_not_to_be_had_is_said_in_a_line(there: str) -> None:
    code, _, err = fahras("serve", "--socket", "--index", there, cwd=CORPUS)
    assert code == 2
    assert err.count("\n") == 1
    assert err.startswith("fahras: an index on a cluster ")


def test_an_index_that_is_not_there(url: str, tmp_path: Path) -> None:
    code, _, err = fahras("search", "نفط", "--index", url, cwd=tmp_path)
    assert code == 2
    assert "there is no index at" in err
    assert f"--index {url}" in err


# Writing


class Folder:
    """A folder of small texts and its index on the cluster."""

    def __init__(self, path: Path, url: str) -> None:
        self.path, self.url = path, url

    def write(self, **texts: str) -> None:
        for name, text in texts.items():
            (self.path / f"{name}.txt").write_text(text, "utf-8")

    def update(self, **options: Any) -> Any:
        with Index.create(self.path, index_dir=self.url) as index:
            return index.update(**options)

    def found(self, query: str = "نفط") -> list[str]:
        with Index.open(index_dir=self.url) as index:
            hits = index.search(query, SearchOptions(limit=None)).hits
            return sorted(Path(hit.path).stem for hit in hits)

    @property
    def client(self) -> Client:
        return Client(parse(self.url))

    def raw(self, query: Json) -> int:
        """How many documents the cluster holds, committed or not."""
        head = Meta(self.client).read()[0]
        index = Meta(self.client).documents_index(head.number)
        self.client.ask("POST", f"{index}/_refresh")
        return int(self.client.ask("POST", f"{index}/_count", {"query": query})["count"])


@pytest.fixture
def folder(tmp_path: Path, url: str) -> Folder:
    return Folder(tmp_path, url)


def test_files_come_change_move_and_go(folder: Folder) -> None:
    folder.write(a="نفط", b="غاز", c="نفط كثير")
    assert folder.update().added == 3
    assert folder.found() == ["a", "c"]
    folder.write(a="ماء", b="نفط وغاز")
    (folder.path / "c.txt").rename(folder.path / "d.txt")
    report = folder.update()
    assert (report.changed, report.moved) == (2, 1)
    assert folder.found() == ["b", "d"]
    (folder.path / "b.txt").unlink()
    assert folder.update().removed == 1
    assert folder.found() == ["d"]
    assert folder.raw({"match_all": {}}) == 2, "nothing is left of what went"
    assert folder.update().unchanged == 2


def test_a_reader_sees_a_commit_whole_or_not_at_all(folder: Folder) -> None:
    """Documents of a run that is not committed are neither found nor counted."""
    folder.write(a="نفط")
    folder.update()
    with Index.open(index_dir=folder.url) as reader:
        head = Meta(folder.client).read()[0]
        index = Meta(folder.client).documents_index(head.number)
        stray = {"file": head.next_number, "place": 0, "text_u": "نفط"}
        folder.client.ask("PUT", f"{index}/_doc/stray", stray | {"both": "نفط"})
        folder.client.ask("POST", f"{index}/_refresh")
        assert reader.search("نفط").total == 1
        assert len(list(reader.documents())) == 1
    assert folder.raw({"match_all": {}}) == 2
    folder.write(b="غاز")
    folder.update()
    assert folder.raw({"match_all": {}}) == 2, "the next run removed it"


def test_the_lexicon_grows_by_what_is_new(folder: Folder) -> None:
    folder.write(a="نفط وغاز", b="ماء")
    folder.update()
    head = Meta(folder.client).read()[0]
    words = Meta(folder.client).words_index(head.number)

    def listed() -> tuple[int, int]:
        """Documents of the lexicon, and forms that the index says it has."""
        folder.client.ask("POST", f"{words}/_refresh")
        count = folder.client.ask("POST", f"{words}/_count", {})["count"]
        with Index.open(index_dir=folder.url) as index:
            return count, index.stats().terms

    assert listed() == (3, 3)
    folder.write(c="ماء نفط")
    folder.update()
    assert listed() == (3, 3), "what is known is not told again"
    folder.write(d="النفط ماء نار")
    folder.update()
    assert listed() == (5, 5)
    with Index.open(index_dir=folder.url) as index:
        assert [term.term for term in index.terms("*نفط")] == ["النفط", "نفط"]
        assert [term.term for term in index.terms("ن")] == ["نار", "نفط"]
    assert folder.found("النفط") == ["a", "c", "d"]


def test_words_of_a_killed_run_are_removed_by_the_next(folder: Folder) -> None:
    folder.write(a="نفط")
    folder.update()
    head = Meta(folder.client).read()[0]
    words = Meta(folder.client).words_index(head.number)
    stray = {"s": "غاز", "u": ["غاز"], "f": ["غاز"], "r": "غاز", "n": head.next_number << 32}
    folder.client.ask("PUT", f"{words}/_doc/stray", stray)
    folder.write(b="غاز ماء")
    folder.update()
    assert not folder.client.has(f"{words}/_doc/stray")
    assert folder.found("غاز") == ["b"]
    with Index.open(index_dir=folder.url) as index:
        assert index.stats().terms == 3


def test_of_a_pattern_that_very_many_forms_fit_some_are_looked_for(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write(a="كتاب", b="كتابة", c="كتب كاتب")
    folder.update()
    assert folder.found("كت*") == ["a", "b", "c"]
    for module in ("lexicon", "clauses", "search"):
        monkeypatch.setattr(f"indexer.remote.{module}.MOST_FITTING", 1)
    with Index.open(index_dir=folder.url) as index:
        results = index.search("كت*", SearchOptions(limit=None))
    assert results.total == 1
    assert "«كت*» fits more than 1 forms: only these were searched" in results.notes


def test_a_rebuild_answers_by_the_old_until_it_is_done(folder: Folder) -> None:
    folder.write(a="نفط")
    folder.update()
    folder.write(b="نفط")
    with Index.rebuild(index_dir=folder.url) as index:
        assert folder.found() == ["a"]
        index.update()
    assert folder.found() == ["a", "b"]
    assert not folder.client.has(f"{parse(folder.url).name}-d1")
    assert folder.client.has(parse(folder.url).name), "people find it by the name"


def test_an_open_index_that_is_rebuilt_answers_by_the_new_one(folder: Folder) -> None:
    """The one that was open is gone by then."""
    folder.write(a="نفط")
    folder.update()
    with (
        Index.open(index_dir=folder.url) as first,
        Index.open(index_dir=folder.url) as second,
        Index.open(index_dir=folder.url) as third,
        Index.open(index_dir=folder.url) as fourth,
    ):
        readers = (first, second, third, fourth)
        assert [reader.search("نفط").total for reader in readers] == [1, 1, 1, 1]
        folder.write(b="نفط", c="نفط")
        with Index.rebuild(index_dir=folder.url) as index:
            index.update()
        assert first.search("نفط").total == 3
        assert second.document("b.txt").text == "نفط"
        assert len(third.rank("نفط")) == 3
        assert fourth.similar("a.txt").query


def test_a_host_that_is_down_is_passed_over(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that nobody knows. No server of names is asked, which may take its time."""
    named = socket.getaddrinfo

    def known(host: Any, *rest: Any, **how: Any) -> Any:
        if host == "no-host.invalid":
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return named(host, *rest, **how)

    monkeypatch.setattr(socket, "getaddrinfo", known)
    folder.write(a="نفط")
    one_down = folder.url.replace("//", "//127.0.0.1:9,")
    folder.url = one_down.replace("//", "//no-host.invalid,")
    folder.update()
    assert folder.found() == ["a"]
    code, _, err = fahras("search", "نفط", "--index", one_down, cwd=folder.path)
    assert (code, err) == (0, "")


def test_watch_follows_a_folder(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder.write(a="نفط")
    folder.update()
    written = tmp_path_factory.mktemp("elsewhere") / "b.txt"
    written.write_text("نفط", "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "indexer", "watch", "--index", folder.url], cwd=folder.path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    guard = Timer(PATIENCE_S, process.kill)
    guard.start()
    try:
        assert process.stdout is not None
        lines = iter(process.stdout)
        for awaited in ("watching 1 folder", "Nothing changed: 1 file"):
            assert any(awaited in line for line in lines)
        written.rename(folder.path / "b.txt")  # whole at once: a file half written is seen, too
        assert any("1 added" in line for line in lines)
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    finally:
        guard.cancel()
        process.kill()
        process.communicate()
    assert folder.found() == ["a", "b"]


def test_a_snapshot_is_the_whole_index(folder: Folder, url: str) -> None:
    """As docs/cluster.md tells: also under another name, where aliases stay behind."""
    folder.write(a="نفط", b="نفط")
    folder.update()
    client, name = folder.client, parse(url).name
    if "snapshots" not in str(client.ask("GET", "_nodes/settings", filter_path="**.path.repo")):
        pytest.skip("this cluster has no folder for snapshots")
    repository = {"type": "fs", "settings": {"location": name}}
    client.ask("PUT", f"_snapshot/{name}", repository)
    taken = f"_snapshot/{name}/one"
    indices = {"indices": f"{name}-*", "include_global_state": False}
    client.ask("PUT", taken, indices, wait_for_completion="true")
    folder.write(c="نفط")
    folder.update()
    other = {"rename_pattern": f"{name}-(.+)", "rename_replacement": f"{name}-copy-$1"}
    client.ask(
        "POST", f"{taken}/_restore", indices | other | {"include_aliases": False},
        wait_for_completion="true",
    )  # fmt: skip
    assert folder.found() == ["a", "b", "c"]
    copy = Folder(folder.path, f"{url}-copy")
    assert copy.found() == ["a", "b"]
    copy.update()
    assert copy.found() == ["a", "b", "c"]
    client.ask("DELETE", f"{name}-*")
    client.ask("POST", f"{taken}/_restore", indices, wait_for_completion="true")
    assert folder.found() == ["a", "b"]
    code, out, _ = fahras("verify", "--index", folder.url, cwd=folder.path)
    assert (code, out.startswith("sound")) == (0, True)
    folder.update()
    assert folder.found() == ["a", "b", "c"]
    client.ask("DELETE", f"_snapshot/{name}")


def test_a_rebuild_that_is_given_up_leaves_the_index(folder: Folder) -> None:
    folder.write(a="نفط")
    folder.update()
    with Index.rebuild(index_dir=folder.url):
        pass
    assert folder.found() == ["a"]
    assert not folder.client.has(f"{parse(folder.url).name}-d2")


def test_one_writes_at_a_time(folder: Folder) -> None:
    folder.write(a="نفط")
    folder.update()
    with (
        Meta(folder.client).lease(),
        Index.open(index_dir=folder.url, wait_s=0) as index,
        pytest.raises(IndexLockedError, match="is being written"),
    ):
        index.update()


def test_another_version_is_refused_and_can_be_rebuilt(folder: Folder) -> None:
    folder.write(a="نفط")
    folder.update()
    meta = Meta(folder.client)
    head, version = meta.read()
    meta.write(head._replace(analyzer=0, version=2), version)
    with pytest.raises(IndexVersionError):
        folder.found()
    with Index.rebuild(folder.path, index_dir=folder.url) as index:
        index.update()
    assert folder.found() == ["a"]


def put_head(folder: Folder, said: Json) -> None:
    name = parse(folder.url).name
    folder.client.ask("PUT", f"{name}-meta/_doc/head", {"said": said}, refresh="true")


def test_what_another_version_wrote_is_there_until_the_rebuild_is_done(folder: Folder) -> None:
    """Also where its head says other things than ours."""
    folder.write(a="نفط")
    folder.update()
    said = Meta(folder.client).read()[0]._asdict() | {"version": 1}
    put_head(folder, {"number": 1, "another": 1, "version": 1})
    with Index.rebuild(folder.path, index_dir=folder.url, roots=[str(folder.path)]) as index:
        assert folder.client.has(f"{parse(folder.url).name}-d1"), "the other one can go on reading"
        put_head(folder, said)
        index.update()
    assert folder.found() == ["a"]
    assert not folder.client.has(f"{parse(folder.url).name}-d1")


def test_a_damaged_head_does_not_let_a_rebuild_remove_anything(folder: Folder) -> None:
    folder.write(a="نفط")
    folder.update()
    put_head(folder, {"version": REMOTE_VERSION})
    with Index.rebuild(folder.path, index_dir=folder.url, roots=[str(folder.path)]) as index:
        assert folder.client.has(f"{parse(folder.url).name}-d1")
        index.update()
    assert folder.found() == ["a"]


def test_what_verify_finds_missing_is_repaired(folder: Folder) -> None:
    folder.write(a="نفط", b="نفط", c="غاز")
    folder.update()
    head = Meta(folder.client).read()[0]
    index = Meta(folder.client).documents_index(head.number)
    query = {"query": {"term": {"file": 2}}}
    folder.client.ask("POST", f"{index}/_delete_by_query", query, refresh="true")
    code, out, _ = fahras("verify", "--index", folder.url, cwd=folder.path)
    assert (code, "0 of 1 documents are there" in out) == (2, True)
    code, out, _ = fahras("verify", "--repair", "--index", folder.url, cwd=folder.path)
    assert (code, "repaired" in out) == (0, True)
    assert folder.found() == ["a", "b"]


def test_a_text_too_long_for_a_document_is_cut_and_shown_whole(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.remote.writer.MOST_CHARS", 400)
    text = "\n".join(f"سطر {number} من الكلام" for number in range(80)) + "\nنفط في الآخر\n"
    folder.write(a=text)
    folder.update()
    with Index.open(index_dir=folder.url) as index:
        (hit,) = index.search("نفط").hits
        assert hit.line == 81
        assert index.document("a.txt").text == text
    code, out, _ = fahras("verify", "--index", folder.url, cwd=folder.path)
    assert (code, out.startswith("sound")) == (0, True)


def menu_pages(count: int, first: int = 0, edition: int = 0) -> dict[str, str]:
    """Pages of one site that have more menu than text."""
    menu = f"القائمة نفط {story(99, 60, line=60)}"
    pages = range(first, first + count)
    return {f"page{n}": f"{menu}\n{story(n, 32)} نفط{' نفط' * edition}" for n in pages}


def test_pages_that_share_a_menu_are_hits_of_their_own(folder: Folder) -> None:
    """Nor is any shown by the menu: as of an index here."""
    pages = menu_pages(24)
    copied = story(50, 200)
    folder.write(**pages, copy1=f"{copied} نفط", copy2=f"{copied} نفط آخر")
    folder.update()
    with Index.create(folder.path) as local, Index.open(index_dir=folder.url) as index:
        local.update()
        wanted, given = (i.search("نفط", SearchOptions(limit=None)) for i in (local, index))
        assert given._replace(elapsed_ms=0) == wanted._replace(elapsed_ms=0)
        assert (given.total, given.groups) == (26, 25)
        assert index.recurring_lines() == local.recurring_lines()
        assert len(index.recurring_lines()) == 1


def test_lines_are_learnt_where_enough_documents_are_new(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.remote.index._ALWAYS_LEARNT", 0)
    meta = Meta(folder.client)
    learnt = []
    for first, count in ((0, 24), (24, 1), (25, 8), (0, 8), (0, 9)):
        folder.write(**menu_pages(count, first, len(learnt)))
        folder.update()
        head = meta.read()[0]
        assert meta.read_pieces("lines", head)
        learnt.append((head.lines_generation, head.lines_documents))
    assert learnt == [(1, 24), (1, 24), (3, 33), (3, 33), (5, 33)], "changed in place, too"
    assert not folder.client.has(f"{parse(folder.url).name}-meta/_doc/lines-1-0")


def test_copies_of_texts_too_long_for_a_document_are_found(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.remote.writer.MOST_CHARS", 700)
    text = story(1, 300)
    folder.write(a=text, b=f"{text}\nسطر في الآخر", c=story(2, 300), d=story(2, 60))
    folder.update()
    with Index.open(index_dir=folder.url) as index:
        (group,) = index.duplicates()
    assert [Path(copy.path).stem for copy in group.copies] == ["a", "b"]
    assert [copy.words for copy in group.copies] == [300, 303]


@pytest.mark.parametrize("delay_s", [0.4, 1.2])
def test_the_next_run_finishes_what_a_killed_one_began(folder: Folder, delay_s: float) -> None:
    folder.write(old="نفط")
    folder.update()
    for number in range(300):
        folder.write(**{f"t{number:03}": f"نفط وغاز {number} " * 40})
    process = subprocess.Popen(
        [sys.executable, "-m", "indexer", "index", "-q", "--index", folder.url],
        cwd=folder.path, env={**os.environ, "PYTHONPATH": str(PROJECT)}, start_new_session=True,
    )  # fmt: skip
    time.sleep(delay_s)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert folder.found() in (["old"], ["old", *(f"t{n:03}" for n in range(300))])
    folder.update()
    assert len(folder.found()) == 301
    assert folder.raw({"match_all": {}}) == 301, "none is there twice"


# A writer that is stopped for longer than its lease, and goes on


def let_the_lease_run_out(folder: Folder) -> None:
    path = f"{parse(folder.url).name}-meta/_doc/lease"
    said = folder.client.ask("GET", path)["_source"]["said"]
    folder.client.ask("PUT", path, {"said": said | {"until": 0}})


def assert_it_is_all_of_the_second(folder: Folder, texts: int) -> None:
    code, out, _ = fahras("verify", "--index", folder.url, cwd=folder.path)
    assert (code, out.startswith("sound")) == (0, True), out
    assert len(folder.found("ثانيا")) == texts
    assert folder.found("أولا") == []
    folder.update()
    assert folder.raw({"match_all": {}}) == texts, "and the next run removes what is left"


@pytest.mark.parametrize("is_fresh", [True, False])
def test_a_writer_that_goes_on_while_another_writes_is_refused(
    folder: Folder, is_fresh: bool
) -> None:
    """Stopped while it sends documents, which have the same ids as those of the other one."""
    if not is_fresh:
        folder.write(t000="قديم")
        folder.update()
    for number in range(150):
        folder.write(**{f"t{number:03}": f"أولا {number} " * 400})
    process = subprocess.Popen(
        [sys.executable, "-m", "indexer", "index", ".", "--index", folder.url], cwd=folder.path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)}, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    name = f"{parse(folder.url).name}-d1"
    for _ in range(600):
        with suppress(ClusterError):
            folder.client.ask("POST", f"{name}/_refresh")
            if folder.client.ask("GET", f"{name}/_count")["count"] > 1:
                break
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGSTOP)
    let_the_lease_run_out(folder)
    for number in range(150):
        folder.write(**{f"t{number:03}": f"ثانيا {number} " * (number + 1)})
    (folder.path / "t007.txt").unlink()  # so that files have other numbers
    folder.update()
    os.killpg(process.pid, signal.SIGCONT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2, out
    assert "run it again" in err
    assert_it_is_all_of_the_second(folder, 149)


MOMENTS = ["open_gates", "_counted", "write_pieces", "write"]


def overtake(
    index: Any, moment: str, other: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the lease of a writer run out, and another one write, right before a request of it."""
    owner = index if hasattr(index, moment) else index._meta
    original = getattr(owner, moment)

    def overtaken(*arguments: Any) -> Any:
        monkeypatch.setattr(owner, moment, original)
        other()
        return original(*arguments)

    monkeypatch.setattr(owner, moment, overtaken)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("how", [Index.open, Index.rebuild])
@pytest.mark.parametrize("others", [Index.open, Index.rebuild])
def test_a_writer_that_is_overtaken_does_not_commit(
    how: Any, others: Any, moment: str, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run begins and ends right before each request that counts."""
    folder.write(a="قديم", b="قديم")
    folder.update()
    folder.write(a="أولا", c="أولا")

    def other() -> None:
        let_the_lease_run_out(folder)
        folder.write(a="ثانيا", b="ثانيا")
        (folder.path / "c.txt").unlink()
        with others(index_dir=folder.url) as second:
            second.update()

    with how(index_dir=folder.url) as index:
        overtake(index, moment, other, monkeypatch)
        with pytest.raises((ConflictError, IndexLockedError), match="run it again"):
            index.update()
    assert_it_is_all_of_the_second(folder, 2)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_writer_that_is_overtaken_by_one_that_was_killed_does_not_commit(
    moment: str, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one has removed what was sent, as a killed run's, and gone no further."""
    folder.write(a="ثانيا")
    folder.update()
    folder.write(b="أولا")

    def other() -> None:
        let_the_lease_run_out(folder)
        with Index.open(index_dir=folder.url) as second, second._locked():
            second._clear()

    with Index.open(index_dir=folder.url) as index:
        overtake(index, moment, other, monkeypatch)
        with pytest.raises((ConflictError, IndexLockedError), match="run it again"):
            index.update()
    (folder.path / "b.txt").unlink()
    assert_it_is_all_of_the_second(folder, 1)
