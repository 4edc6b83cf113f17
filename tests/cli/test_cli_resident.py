"""A command line answered by the resident process is as if it had been carried out here."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer

import pytest
from cli_process import COMMAND, PATIENCE_S, Run, environment, run, run_on_terminal

from indexer import Index
from indexer.cli import opening, resident
from indexer.cli.line.options import COMMANDS
from indexer.cli.resident import client
from indexer.cli.resident.answering import AskedIndex, to_json
from indexer.cli.resident.serving import AT_ONCE, KNOWN, Held
from indexer.reading.reader import Reader
from indexer.results import SearchOptions, SearchResults
from indexer.storage import location, manifest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")

PATIENT = [
    sys.executable, "-c",
    f"from indexer.cli.resident import child; child._HANDED_OVER_S = {PATIENCE_S}; "
    "from indexer.__main__ import main; main()",
]  # fmt: skip
"""A command that also waits for a client that is kept from saying at once what it wants."""

NOT_SERVED = 99
ONLY_SERVED = (
    f"import sys; from indexer.cli import resident; resident.PATIENCE_S = {PATIENCE_S}; "
    "from indexer.cli.resident import client; code = client.answer(sys.argv[1:]); "
    f"sys.exit({NOT_SERVED} if code is None else code)"
)
"""A command that cannot carry its line out by itself, and waits longer on a busy machine."""


@contextmanager
def serving(folder: Path, *arguments: str, command: list[str] = PATIENT) -> Iterator[int]:
    """The pid of a resident process for the index of a folder; it must end well."""
    process = subprocess.Popen(
        [*command, *(arguments or ("serve", "--socket"))],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    guard = Timer(PATIENCE_S, process.kill)
    guard.start()
    try:
        assert process.stdout
        if not process.stdout.readline():
            pytest.fail(process.communicate()[1])
        yield process.pid
        process.terminate()
        _, error = process.communicate()
        assert process.returncode in (0, -signal.SIGKILL), error
    finally:
        guard.cancel()
        process.kill()
        process.communicate()


def served(*arguments: str, cwd: Path, stdin: bytes = b"", **changes: str) -> Run:
    """Answered by the resident process, or NOT_SERVED."""
    done = subprocess.run(
        [sys.executable, "-c", ONLY_SERVED, *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env=environment(**changes),
        timeout=PATIENCE_S,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


def children_of(pid: int) -> list[int]:
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with an index that is served."""
    folder = tmp_path_factory.mktemp("texts")
    (folder / "below").mkdir()
    (folder / "a.txt").write_text("أسعار النفط في السوق\n\nارتفعت الأسعار.", "utf-8")
    (folder / "below" / "b.txt").write_text("منع الصدام في الجو\nقاذفات روسية", "utf-8")
    (folder / "long.txt").write_text("سطر من النفط والغاز\n" * 20_000, "utf-8")
    (folder / "queries.txt").write_text("نفط\nالصدام\n", "utf-8")
    (folder / "qrels.tsv").write_text("1\ta.txt\t1\n2\tbelow/b.txt\t1\n", "utf-8")
    (folder / "words").write_text("نفط بترول\n", "utf-8")
    run("index", "-q", "--type", "txt", cwd=folder)
    with serving(folder):
        served("search", "نفط", cwd=folder)
        yield folder


LINES = [
    "search نفط", "search --json نفط", "search --jsonl نفط", "search --csv نفط", "search -l نفط",
    "search -0 نفط", "search -c نفط", "search -q نفط", "search -q زقزقة", "search زقزقة",
    "search --json زقزقة", "search --explain نفط", "search --color always الصدام -نفط",
    "search --hyperlink always --color always نفط", "search --strict marks نفط",
    "search --format {path}:{line} نفط", "search --format {nonsense} نفط", "search", "search نفط (",
    "search --limit 0 نفط", "search --limt 3 نفط", "search --variants words بترول",
    "search --variants missing بترول", "search --queries queries.txt --jsonl",
    "search --queries - -l", "search --in below/* في", "search --json --csv نفط", "search --help",
    "show a.txt", "show a.txt:1 -Q نفط --color always", "show a.txt --json", "show missing.txt",
    "show", "similar long.txt", "export", "export --in below/*", "search --here السوق",
    "terms", "terms --json ال", "stats", "stats --json",
    "stats --skipped", "eval queries.txt qrels.tsv", "eval queries.txt missing",
    "eval queries.txt qrels.tsv --run -", "search -- --no-resident", "search --index=.fahras نفط",
]  # fmt: skip
VARYING = re.compile(rb'"(elapsed_ms|seconds)": ?[0-9.e-]+|[0-9.]+ (?:m?s\b|queries)')


@pytest.mark.parametrize("line", LINES)
def test_an_answer_is_the_same(line: str, texts: Path) -> None:
    stdin = "نفط\nزقزقة\n".encode()
    answer = served(*line.split(), cwd=texts, stdin=stdin)
    command, *rest = line.split()
    plain = run(command, "--no-resident", *rest, cwd=texts, stdin=stdin)
    assert answer.code == plain.code != NOT_SERVED
    assert VARYING.sub(b"", answer.out) == VARYING.sub(b"", plain.out)
    assert answer.err == plain.err


@pytest.mark.parametrize(("columns", "colour"), [(40, ""), (100, ""), (60, "1")])
def test_on_a_terminal_it_is_the_same(columns: int, colour: str, texts: Path) -> None:
    line = ("search", "النفط")
    answer, plain = (
        run_on_terminal(*line, *more, cwd=texts, columns=columns, NO_COLOR=colour)
        for more in ((), ("--no-resident",))
    )
    assert answer.code == plain.code
    assert VARYING.sub(b"", answer.out) == VARYING.sub(b"", plain.out)
    assert (b"\x1b[" in answer.out) != bool(colour)


def test_it_is_used_by_itself_and_can_be_left_aside(texts: Path) -> None:
    def imported(*more: str) -> str:
        return run("search", "-q", "نفط", *more, cwd=texts, PYTHONPROFILEIMPORTTIME="1").err

    wait_for(lambda: "numpy" not in imported())
    assert "indexer.cli.app" in imported("--no-resident")


def test_it_answers_from_folders_below_and_elsewhere(texts: Path, tmp_path: Path) -> None:
    assert served("search", "-l", "السوق", cwd=texts / "below").lines == ["../a.txt"]
    index = str(texts / ".fahras")
    assert served("search", "-c", "السوق", "--index", index, cwd=tmp_path).text == "1\n"
    assert served("search", "-c", "السوق", cwd=tmp_path, FAHRAS_INDEX=index).text == "1\n"
    assert served("search", "-c", "السوق", "--index", str(texts), cwd=tmp_path).text == "1\n"
    assert served("search", "-c", "السوق", cwd=tmp_path).code == NOT_SERVED


def test_another_name_of_the_index_leads_to_other_paths(texts: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(texts)
    index = str(tmp_path / "link" / ".fahras")
    lines = ("search", "--json", "الصدام", "--index", index)
    answer, plain = served(*lines, cwd=tmp_path), run(*lines, "--no-resident", cwd=tmp_path)
    assert VARYING.sub(b"", answer.out) == VARYING.sub(b"", plain.out)


def test_a_closed_pipe_ends_both(texts: Path) -> None:
    for only in ([sys.executable, "-c", ONLY_SERVED], COMMAND):
        process = subprocess.Popen(
            [*only, "export"], cwd=texts, env=environment(), stdout=subprocess.PIPE
        )
        assert process.stdout
        process.stdout.read(1)
        process.stdout.close()
        assert process.wait(PATIENCE_S) == -signal.SIGPIPE


def waiting_for_stdin(folder: Path) -> subprocess.Popen[bytes]:
    """A client whose line reads from a stdin that stays open."""
    return subprocess.Popen(
        [sys.executable, "-c", ONLY_SERVED, "search", "--queries", "-"],
        cwd=folder,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def reading(pid: int) -> list[int]:
    """The children of a server that have taken a line on: they have the stdin of its client."""
    ours, found = os.readlink(f"/proc/{pid}/fd/0"), []
    for child in children_of(pid):
        with suppress(FileNotFoundError):  # it has just ended
            if os.readlink(f"/proc/{child}/fd/0") != ours:
                found.append(child)
    return found


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def small(folder: Path) -> Path:
    """A folder with a small index."""
    folder.mkdir(exist_ok=True)
    (folder / "a.txt").write_text("شمس", "utf-8")
    with Index.create(folder) as index:
        index.update()
    return folder


def test_ctrl_c_is_passed_on_and_a_killed_client_takes_its_child_along(tmp_path: Path) -> None:
    folder = small(tmp_path)
    with serving(folder) as server:
        served("search", "شمس", cwd=folder)
        for pause in (0, 0.001, 0.01, 0.1):  # before it reads, and while it does
            process = waiting_for_stdin(folder)
            wait_for(lambda: bool(reading(server)))
            time.sleep(pause)
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE_S) == 130
            assert process.communicate() == (b"", b"fahras: interrupted\n")
            wait_for(lambda: not reading(server))
        for number in (signal.SIGKILL, signal.SIGTERM):
            process = waiting_for_stdin(folder)
            wait_for(lambda: bool(reading(server)))
            process.send_signal(number)
            assert process.wait(PATIENCE_S) == -number
            process.communicate()
            wait_for(lambda: not reading(server))


def test_a_busy_server_is_left_alone(tmp_path: Path) -> None:
    folder = small(tmp_path)
    with serving(folder) as server:
        served("search", "شمس", cwd=folder)
        waiting = [waiting_for_stdin(folder) for _ in range(AT_ONCE)]
        wait_for(lambda: len(reading(server)) == AT_ONCE)
        assert run("search", "-c", "شمس", cwd=folder) == Run(0, b"1\n", "")
        for process in waiting:
            process.communicate(b"")
        assert served("search", "-c", "شمس", cwd=folder).text == "1\n"


def test_a_slow_a_dead_and_another_server_are_no_trouble(tmp_path: Path) -> None:
    folder = small(tmp_path)
    answer = Run(0, b"1\n", "")
    with serving(folder) as server:
        served("search", "شمس", cwd=folder)
        for pid in (server, *children_of(server)):
            os.kill(pid, signal.SIGSTOP)
        assert run("search", "-c", "شمس", cwd=folder) == answer
        for pid in (server, *children_of(server)):
            os.kill(pid, signal.SIGKILL)
        assert run("search", "-c", "شمس", cwd=folder) == answer
    assert (folder / ".fahras" / resident.SOCKET_NAME).exists()
    other = (
        "import indexer.cli as cli; cli.VERSION = '0'; from indexer.__main__ import main; main()"
    )
    with serving(folder, command=[sys.executable, "-c", other]):
        time.sleep(0.3)
        assert served("search", "-c", "شمس", cwd=folder).code == NOT_SERVED
        assert run("search", "-c", "شمس", cwd=folder) == answer
    assert not (folder / ".fahras" / resident.SOCKET_NAME).exists()
    (folder / ".fahras" / resident.SOCKET_NAME).touch()
    assert run("search", "-c", "شمس", cwd=folder) == answer


def test_strange_clients_do_it_no_harm(tmp_path: Path) -> None:
    folder = small(tmp_path)
    with serving(folder):
        served("search", "شمس", cwd=folder)
        path = str(folder / ".fahras" / resident.SOCKET_NAME)
        for packet in (b"", b"?", resident.ALIKE, resident.ALIKE + b"\0x\0y", b"\0" * 100_000):
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
                stranger.connect(path)
                stranger.send(packet)
                stranger.settimeout(PATIENCE_S)
                assert stranger.recv(16) != resident.READY
        assert served("search", "-c", "شمس", cwd=folder).text == "1\n"
        environ = {f"V{number}": "x" * 100_000 for number in range(4)}
        assert served("search", "-c", "شمس", cwd=folder, **environ).code == NOT_SERVED


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_it_answers_its_own_user_only(tmp_path: Path) -> None:
    folder = small(tmp_path)
    with serving(folder):
        served("search", "شمس", cwd=folder)
        path = str(folder / ".fahras" / resident.SOCKET_NAME)
        assert os.stat(path).st_mode & 0o777 == 0o600
        script = (
            "import os, socket, sys\n"
            "here = os.open(sys.argv[1], os.O_PATH)\n"
            "s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
            "os.setgid(65534); os.setuid(65534)\n"
            "s.settimeout(30)\n"
            "s.connect(f'/proc/self/fd/{here}')\n"
            "print(s.recv(10))\n"
        )
        refused = subprocess.run(
            [sys.executable, "-c", script, path], capture_output=True, text=True, check=False
        )
        assert "PermissionError" in refused.stderr
        os.chmod(path, 0o666)
        dropped = subprocess.run(
            [sys.executable, "-c", script, path], capture_output=True, text=True, check=False
        )
        assert dropped.stdout == "b''\n", dropped.stderr


def test_a_client_hands_nothing_to_another_user(
    texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = str(texts / ".fahras")
    client._connected(index).close()
    monkeypatch.setattr(resident, "peer_of", lambda _: [1, os.geteuid() + 1, 0])
    with pytest.raises(PermissionError):
        client._connected(index)
    monkeypatch.undo()
    os.chmod(index, 0o755)
    with pytest.raises(PermissionError):
        client._connected(index)
    os.chmod(index, 0o700)


def test_what_others_commit_is_seen(tmp_path: Path) -> None:
    folder = small(tmp_path)
    with serving(folder):
        for count, command in enumerate((["index", "-q"], ["index", "-q", "--rebuild"]), 2):
            (folder / f"{count}.txt").write_text("شمس", "utf-8")
            assert run(*command, cwd=folder).code == 0
            assert run("search", "-c", "شمس", cwd=folder).text == f"{count}\n"
            assert served("search", "-c", "شمس", cwd=folder).text == f"{count}\n"
        for word in ("ضياء", "نور"):
            (folder / ".fahras" / "variants.txt").write_text(f"شمس {word}\n", "utf-8")
            assert served("search", "-c", word, cwd=folder).text == "3\n"
        with open(folder / ".fahras" / "fahras.json", "ab") as file:
            file.write(b"?")
        lines = ("search", "شمس")
        answer, plain = served(*lines, cwd=folder), run(*lines, "--no-resident", cwd=folder)
        assert (answer.code, answer.err) == (plain.code, plain.err)
        assert plain.code == 2


def test_there_is_one_for_an_index_and_it_goes_with_it(tmp_path: Path) -> None:
    folder = small(tmp_path)
    with serving(folder):
        second = run("serve", "--socket", cwd=folder)
        assert (second.code, second.out) == (2, b"")
        assert "served already" in second.err
        assert served("search", "-c", "شمس", cwd=folder).text == "1\n"
    with serving(folder) as server:
        shutil.rmtree(folder / ".fahras")
        wait_for(lambda: Path(f"/proc/{server}/stat").read_text().split()[2] == "Z")
    assert run("serve", "--socket", cwd=folder).code == 2
    assert run("serve", cwd=folder).code == 2


def test_a_path_may_be_longer_than_a_socket_s(tmp_path: Path) -> None:
    folder = tmp_path / ("طويل" * 20)
    small(folder)
    with serving(folder):
        assert served("search", "-c", "شمس", cwd=folder).text == "1\n"


def test_it_has_the_client_s_umask_and_refuses_tight_limits(texts: Path, tmp_path: Path) -> None:
    script = f"import os, sys; os.umask(0o027); {ONLY_SERVED}"
    path = tmp_path / "run"
    subprocess.run(
        [sys.executable, "-c", script, "eval", "queries.txt", "qrels.tsv", "--run", str(path)],
        cwd=texts,
        env=environment(),
        capture_output=True,
        check=True,
    )
    assert path.stat().st_mode & 0o777 == 0o640
    tight = subprocess.run(
        [sys.executable, "-c", ONLY_SERVED, "search", "نفط"],
        cwd=texts,
        env=environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29)),
        check=False,
    )
    assert tight.returncode == NOT_SERVED


def test_watch_has_one_beside_it(tmp_path: Path) -> None:
    folder = small(tmp_path)
    with serving(folder, "watch"):
        wait_for(lambda: served("search", "-c", "شمس", cwd=folder).text == "1\n")
    wait_for(lambda: served("search", "شمس", cwd=folder).code == NOT_SERVED)
    with serving(folder, "watch") as watching:
        wait_for((folder / ".fahras" / resident.SOCKET_NAME).exists)
        os.kill(watching, signal.SIGKILL)
        wait_for(lambda: not (folder / ".fahras" / resident.SOCKET_NAME).exists())
    with serving(folder, "watch", "--no-resident") as watching:
        assert not children_of(watching)


def test_the_client_knows_what_it_does_not_import() -> None:
    assert client._INDEX_NAME == location.INDEX_NAME
    assert client._MANIFEST_NAME == manifest.NAME
    for name, request in COMMANDS.items():
        names = {word for option in request.options() for word in option.names}
        assert (client.LEFT_ASIDE in names) == (name in {*resident.COMMANDS, "watch"})
        if name in resident.COMMANDS:
            assert client._INDEX_OPTION in names
            assert request.rows()["index"].environment == client._INDEX_VARIABLE  # type: ignore[attr-defined]


def test_the_client_imports_nothing_that_takes_time() -> None:
    code = (
        "import sys; before = set(sys.modules); import indexer.__main__, _socket; "
        "print(*sorted({*sys.modules} - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) <= {
        "__future__", "_socket", "atexit", "errno", "indexer", "indexer.__main__", "indexer.cli",
        "indexer.cli.resident", "indexer.cli.resident.client",
    }  # fmt: skip


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """What a resident process holds of a folder with one file, all its words known."""
    (tmp_path / "a.txt").write_text("أسعار النفط", "utf-8")
    with Index.create(tmp_path) as index:
        index.update()
    for name in ("collect_seldom", "keep_freed_memory", "set_apart"):
        monkeypatch.setattr(f"indexer.process.{name}", lambda: None)
    held = Held(str(tmp_path / ".fahras"))
    while held.warm_more():
        pass
    yield held
    opening.hold(None)


def test_what_was_searched_for_is_searched_for_once_more(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, SearchOptions]] = []
    monkeypatch.setattr(AskedIndex, "remember", lambda _, *search: asked.append(search))
    searches = [("نفط", SearchOptions()), ("نفط", SearchOptions(strict=frozenset({"ta", "hamza"})))]
    searches += [("نفط", SearchOptions(only=("a", "b"), limit=None)), ("سعر (", SearchOptions())]
    for search in searches * 2:
        held.learn(*json.loads(json.dumps(to_json(*search))))
    assert [held.ask_again() for _ in range(5)] == [True] * 4 + [False]
    assert sorted(asked, key=searches.index) == searches
    for number in range(KNOWN):
        held.learn(*to_json(str(number), SearchOptions()))
    held.learn(*to_json("نفط", SearchOptions()))  # so long ago that nobody knows
    assert [held.ask_again() for _ in range(KNOWN + 2)] == [True] * (KNOWN + 1) + [False]


def plain(results: SearchResults) -> SearchResults:
    return results._replace(elapsed_ms=0)


@pytest.mark.parametrize("words", ["نفط", "زقزقة", "-نفط", "سعر نفط"])
def test_an_answer_is_given_again_as_long_as_it_holds(
    held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    index, options = held._index, SearchOptions(mark_titles=True)
    assert index is not None
    index.remember(words, options)

    def found() -> tuple[SearchResults, bool]:
        """What is found, and whether it was looked for."""
        looked = []
        real = Reader._search
        monkeypatch.setattr(
            Reader, "_search", lambda self, *given: looked.append(1) or real(self, *given)
        )
        results = plain(index.search(words, options))
        monkeypatch.undo()
        with Index.open(index_dir=str(tmp_path / ".fahras")) as other:
            assert plain(other.search(words, options)) == results
        return results, bool(looked)

    first, looked = found()
    assert not looked
    assert index.latest == (words, options)
    (tmp_path / ".fahras" / "variants.txt").write_text("زقزقة نفط\n", "utf-8")
    assert found()[1]
    (tmp_path / ".fahras" / "variants.txt").unlink()
    assert found() == (first, False)
    for change in (lambda path: path.write_text("x", "utf-8"), Path.unlink):
        change(tmp_path / "a.txt")
        assert found()[1] == bool(first.hits)


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("path:./a* نفط", SearchOptions()),
        ("نفط", SearchOptions(within=("./a*",))),
        ("نفط", SearchOptions(variants_files=("words",))),
    ],
)
def test_what_may_mean_something_else_elsewhere_is_not_remembered(
    held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str, options: SearchOptions
) -> None:
    index = held._index
    assert index is not None
    (tmp_path / "below").mkdir()
    for folder in (tmp_path, tmp_path / "below"):
        (folder / "words").write_text("نفط بترول\n" if folder == tmp_path else "", "utf-8")
        monkeypatch.chdir(folder)
        with Index.open(index_dir=str(tmp_path / ".fahras")) as other:
            assert plain(other.search(query, options)) == plain(index.search(query, options))
        index.remember(query, options)


TOLD = """
import os, socket
from indexer.cli.resident import child
ours, theirs = socket.socketpair()
if not os.fork():
    child._QUICK_S = {quick}
    child.stand_by(theirs, lambda: None, lambda: {searched})
theirs.close()
one, other = socket.socketpair()
other.close()  # a client that says nothing
socket.send_fds(ours, [b"."], [one.fileno()])
print(ours.recv(1000).decode() or None)
"""


@pytest.mark.parametrize(
    ("searched", "quick", "told"),
    [
        (["x نفط", {}], 9, r'["x \u0646\u0641\u0637", {}]'),
        (["x نفط", {}], 0, "None"),
        (None, 9, "None"),
    ],
)
def test_a_child_tells_what_was_searched_for_if_that_was_quick(
    searched: object, quick: int, told: str
) -> None:
    code = TOLD.format(searched=searched, quick=quick)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == told


def test_an_index_on_a_cluster_has_none(tmp_path: Path) -> None:
    done = run("serve", "--socket", "--index", "opensearch://127.0.0.1:1/news", cwd=tmp_path)
    assert done.code == 2
    assert done.err == "fahras: an index on a cluster has no resident process: leave --socket out\n"
