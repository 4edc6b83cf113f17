"""Whom does a client trust, and what does it tell of who asks? A server with TLS, no cluster."""

from __future__ import annotations

import base64
import json
import logging
import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from secured import Authority, Certificate

from indexer.errors import FahrasError, NoIndexError
from indexer.remote.address import CA, PASSWORD, USER
from indexer.remote.index import RemoteIndex

pytest.importorskip("opensearchpy")
pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")

PROJECT = str(Path(__file__).resolve().parent.parent.parent)
SECRET = "سرّ sesame:1"
USERS = {"قارئ": SECRET}


class Door(BaseHTTPRequestHandler):
    """Knows one user, and has no index."""

    def do_GET(self) -> None:
        said = self.headers.get("authorization", "").removeprefix("Basic ")
        user, _, password = base64.b64decode(said).decode("utf-8").partition(":")
        body = json.dumps({"error": {"reason": f"Unauthorized: {self.headers}"}}).encode()
        self.send_response(404 if USERS.get(user) == password else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that trusts nobody goes away: that is what is tested."""


@contextmanager
def serving(certificate: Certificate | None) -> Iterator[str]:
    """A server on loopback; its address, without the scheme."""
    server = Quiet(("127.0.0.1", 0), Door)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}/news"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def certificate(authority: Authority) -> Certificate:
    return authority.sign("node")


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Open the index there, as an environment says, and what is said of that in one line."""
    monkeypatch.setattr("indexer.remote.client.Client.__init__.__defaults__", (None, print, ()))

    def asked(where: str, ca: object = None, password: str = SECRET) -> str:
        monkeypatch.setenv("NETRC", str(tmp_path / "none"))
        monkeypatch.setenv(USER, "قارئ")
        monkeypatch.setenv(PASSWORD, password)
        monkeypatch.delenv(CA, raising=False)
        if ca is not None:
            monkeypatch.setenv(CA, str(ca))
        with pytest.raises(FahrasError) as raised:
            RemoteIndex.at(where)
        said = str(raised.value)
        assert "\n" not in said
        assert password not in said
        return "no index" if isinstance(raised.value, NoIndexError) else said

    return asked


def test_whose_certificate_is_trusted(
    ask: Any, authority: Authority, certificate: Certificate, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "theirs").ca.path
    with serving(certificate) as place:
        assert ask(f"opensearch+https://{place}", authority.ca.path) == "no index"
        for ca in (None, other):
            said = ask(f"opensearch+https://{place}", ca)
            assert f"not trusted: {CA} may name the file of certificates" in said
        elsewhere = place.replace("127.0.0.1", "localhost")
        said = ask(f"opensearch+https://{elsewhere}", authority.ca.path)
        assert "a certificate for another name" in said


def test_a_certificate_that_expired_is_refused(ask: Any, authority: Authority) -> None:
    with serving(authority.sign("old", days=-1)) as place:
        said = ask(f"opensearch+https://{place}", authority.ca.path)
        assert "has expired: it must be renewed there" in said


def test_tls_where_none_is_and_none_where_it_is(
    ask: Any, authority: Authority, certificate: Certificate
) -> None:
    with serving(None) as place:
        said = ask(f"opensearch+https://{place}", authority.ca.path)
        assert "does not speak TLS" in said
    with serving(certificate) as place:
        assert "one with TLS: by opensearch+https://" in ask(f"opensearch://{place}")


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_without_certificates_is_named(
    content: str | None, ask: Any, tmp_path: Path
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content, "utf-8")
    assert str(path) in ask("opensearch+https://127.0.0.1:9/news", path)


def test_a_password_arrives_as_it_is_and_is_nowhere_else(
    ask: Any, authority: Authority, certificate: Certificate, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in what is logged at any level, though the server repeats all that it was sent."""
    with caplog.at_level(logging.DEBUG), serving(certificate) as place:
        where = f"opensearch+https://{place}"
        assert ask(where, authority.ca.path) == "no index"
        assert "does not know who asks" in ask(where, authority.ca.path, "another sesame")
    for secret in (SECRET, "another sesame"):
        assert secret not in caplog.text


@pytest.mark.parametrize("debug", [[], ["--debug"]])
def test_no_password_is_on_the_terminal(
    debug: list[str], authority: Authority, certificate: Certificate, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.touch(0o600)
    netrc.write_text("machine 127.0.0.1 login me password sesame\n", "utf-8")
    with serving(certificate) as place:
        command = ["search", "نفط", "--index", f"opensearch+https://{place}", *debug]
        done = subprocess.run(
            [sys.executable, "-m", "indexer", *command], capture_output=True, text=True,
            cwd=tmp_path, timeout=60,
            env={"NETRC": str(netrc), CA: str(authority.ca.path), "PYTHONPATH": PROJECT},
        )  # fmt: skip
    assert done.returncode == (1 if debug else 2)
    assert "does not know who asks" in done.stderr
    for secret in ("sesame", base64.b64encode(b"me:sesame").decode()):
        assert secret not in done.stdout + done.stderr
    assert debug or done.stderr.count("\n") == 1
