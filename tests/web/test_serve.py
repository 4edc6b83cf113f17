"""Does `fahras serve` live through what clients do, and end as it is told? A real server."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from cli_process import environment, run

from indexer.web import server as server_module

START = """
import sys
from indexer.web import server, workers
server.REQUEST_S, workers.ANSWER_S, workers.START_S = 1.0, 0.7, 10.0
from indexer.__main__ import main
main()
"""
"""The command with times that a test can wait for."""

WAIT_S = 30
FOUND = f"/api/search?q={quote('قاذفات')}"


def children(pid: int) -> list[int]:
    """The processes that a process started; none where the system does not tell."""
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    except OSError:
        return []
    return [int(child) for child in told.split()]


@contextmanager
def serving(
    folder: Path, *arguments: str, hurried: bool = False
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server on a free port: its process and the port."""
    command = ["-c", START] if hurried else ["-m", "indexer"]
    process = subprocess.Popen(
        [sys.executable, *command, "serve", "--port", "0", *arguments],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = re.match(r"http://127\.0\.0\.1:(\d+)/ ", process.stdout.readline())
        assert address is not None
        yield process, int(address[1])
    finally:
        for child in (*children(process.pid), process.pid):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        process.communicate()


@pytest.fixture(scope="module")
def server(texts: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    with serving(texts, hurried=True) as running:
        get(running[1])  # until then an answer may take its time
        yield running


def asked_once(port: int, target: str = FOUND) -> tuple[int, str]:
    """The answer to an orderly request."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)) as connection:
        connection.request("GET", target)
        reply = connection.getresponse()
        return reply.status, reply.read().decode("utf-8")


def get(port: int) -> tuple[int, str]:
    """The answer, when there is one: on a busy computer the hurried server may need several."""
    deadline = time.monotonic() + WAIT_S
    while True:
        with suppress(ConnectionError, http.client.HTTPException):
            status, body = asked_once(port)
            if status < 500:
                return status, body
        assert time.monotonic() < deadline


def total(port: int) -> int:
    status, body = get(port)
    assert status == 200
    return int(json.loads(body)["total"])


def sent(port: int, data: bytes) -> bytes:
    """What comes back for bytes, until the server closes."""
    with closing(socket.create_connection(("127.0.0.1", port), WAIT_S)) as connection:
        try:
            connection.sendall(data)
            chunks = iter(lambda: connection.recv(65_536), b"")
            return b"".join(chunks)
        except ConnectionError:
            return b""


HOST = b"Host: 127.0.0.1:%d\r\n"
BROKEN = {
    "no HTTP": (b"hello\r\n\r\n", b" 400 "),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), b" 400 "),
    "another version": (b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", b""),
    "a head without end": (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 200_000, b""),
    "headers without number": (
        b"GET / HTTP/1.1\r\n" + HOST + b"".join(b"X-%d: a\r\n" % n for n in range(5_000)) + b"\r\n",
        b"",
    ),
    "an address that is too long": (b"GET /?q=" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n", b" 400 "),
    "a body that is announced": (
        b"POST /?q=a HTTP/1.1\r\n" + HOST + b"Content-Length: 999999999999\r\n\r\nabc",
        b" 413 ",
    ),
    "two lengths": (
        b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b" 400 ",
    ),
    "a body in pieces": (
        b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nfffffff\r\n",
        b" 413 ",
    ),
    "a stranger's host": (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", b" 421 "),
    "another host in the address": (
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b" 421 ",
    ),
    "a path to elsewhere": (
        b"GET /../../etc/passwd HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
        b" 404 ",
    ),
    "a web socket": (
        b"GET / HTTP/1.1\r\n" + HOST + b"Connection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n",
        b" 200 ",
    ),
    "nothing": (b"", b""),
    "half a request": (b"GET / HT", b""),
    "a request a moment before its end": (b"GET / HTTP/1.1\r\n" + HOST, b""),
}


@pytest.mark.parametrize(("data", "status"), BROKEN.values(), ids=BROKEN)
def test_broken_and_slow_requests_are_ended(
    server: tuple[subprocess.Popen[str], int], data: bytes, status: bytes
) -> None:
    port = server[1]
    reply = sent(port, data.replace(HOST, HOST % port))
    assert status in reply.partition(b"\r\n")[0]
    assert b"root:" not in reply
    assert total(port) == 2


def test_a_client_that_never_ends_its_request_is_cut_off(
    server: tuple[subprocess.Popen[str], int],
) -> None:
    started = time.monotonic()
    with closing(socket.create_connection(("127.0.0.1", server[1]), WAIT_S)) as connection:
        try:
            while time.monotonic() < started + WAIT_S:
                connection.sendall(b"G")
                time.sleep(0.02)
            pytest.fail("it was never cut off")
        except ConnectionError:
            pass
    assert total(server[1]) == 2


def test_who_does_not_read_holds_nobody_up(server: tuple[subprocess.Popen[str], int]) -> None:
    port = server[1]
    request = b"GET /style.css HTTP/1.1\r\n" + HOST % port + b"\r\n"
    idle = [socket.create_connection(("127.0.0.1", port), WAIT_S) for _ in range(50)]
    try:
        for connection in idle:
            connection.sendall(request * 50)
        assert total(port) == 2
    finally:
        for connection in idle:
            connection.close()


def test_many_ask_at_a_time(server: tuple[subprocess.Popen[str], int]) -> None:
    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(lambda _: total(server[1]), range(100))) == {2}


on_linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc")


@on_linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_processes_that_die_or_hang_are_replaced(
    server: tuple[subprocess.Popen[str], int], number: signal.Signals
) -> None:
    process, port = server
    before = children(process.pid)
    for child in before:
        os.kill(child, number)
    deadline = time.monotonic() + 2 * WAIT_S
    while set(before) & set(children(process.pid)):  # one that is just starting takes longer
        assert time.monotonic() < deadline
        with suppress(ConnectionError, http.client.HTTPException):
            asked_once(port)
    assert total(port) == 2


@on_linux
def test_no_process_outlives_a_server_that_is_killed(texts: Path) -> None:
    with serving(texts) as (process, port):
        assert total(port) == 2
        left = children(process.pid)
        assert left
        process.kill()
        process.wait()
        deadline = time.monotonic() + WAIT_S
        while any(Path(f"/proc/{child}").exists() for child in left):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def state(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)]
)
def test_a_signal_ends_it_quietly_and_nothing_was_written(
    texts: Path, number: signal.Signals, code: int
) -> None:
    before = state(texts)
    with serving(texts) as (process, port):
        assert total(port) == 2
        idle = socket.create_connection(("127.0.0.1", port), WAIT_S)
        idle.sendall(b"GET / HT")
        process.send_signal(number)
        out, err = process.communicate(timeout=WAIT_S)
        idle.close()
    assert (process.returncode, out, err) == (code, "", "")
    assert state(texts) == before


def test_what_is_sent_does_not_wait_for_an_acknowledgement() -> None:
    with (
        server_module._listening("127.0.0.1", 0) as listener,
        closing(socket.create_connection(listener.getsockname(), WAIT_S)),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_that_is_taken_is_said(texts: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port), cwd=texts)
    assert done.code == 2
    assert done.err.startswith(f"fahras: port {port} of 127.0.0.1: ")
    assert done.err.endswith("give another with --port N\n")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_no_other_computer_may_reach_it(texts: Path, host: str) -> None:
    done = run("serve", "--host", host, "--port", "0", cwd=texts)
    assert done.code == 2
    assert "this computer only" in done.err


def test_a_port_that_is_none(texts: Path) -> None:
    done = run("serve", "--port", "70000", cwd=texts)
    assert (done.code, done.out) == (2, b"")
    assert "no such port" in done.err


def test_without_an_index_nothing_is_served(tmp_path: Path) -> None:
    done = run("serve", "--port", "0", cwd=tmp_path)
    assert done.code == 2
    assert "fahras index" in done.err


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_what_is_missing_is_named(texts: Path, missing: str) -> None:
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from indexer.cli.app import run\nsys.exit(run(['serve', '--port', '0']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=texts,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=WAIT_S,
    )
    assert done.returncode == 2
    assert done.stderr == (
        f"fahras: {missing} is missing: install it with pip install 'fahras[web]'\n"
    )
