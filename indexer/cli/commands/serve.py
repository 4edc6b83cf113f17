"""`fahras serve`: an index as a site for browsers on this computer, or for other commands."""

from __future__ import annotations

import ipaddress
import signal
from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.line.kinds import UsageError
from indexer.cli.output import terminal
from indexer.errors import FahrasError
from indexer.storage import location as storage

if TYPE_CHECKING:
    from indexer.cli.line.options import ServeRequest

_EXTRA = ("starlette", "uvicorn", "anyio", "h11", "click")
"""What `fahras[web]` brings."""


def run(request: ServeRequest) -> int:
    """Serve until a signal ends it."""
    index_dir = storage.named(request.index) if request.index else storage.find(".")
    if not request.socket:
        return _site(request, index_dir)
    if request.browser or request.host is not None:
        raise UsageError("--socket is for commands, --host and --open for browsers: give one")
    if storage.is_remote(index_dir):
        raise FahrasError("an index on a cluster has no resident process: leave --socket out")
    from indexer.cli.resident.serving import answer_lines

    return answer_lines(index_dir)


def _site(request: ServeRequest, index_dir: str) -> int:
    """Answer browsers."""
    from indexer.index import Index

    host = _loopback("localhost" if request.host is None else request.host)
    with Index.open(index_dir=index_dir):  # so that an index that cannot be used is said here
        pass
    try:
        from indexer.web import server
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in _EXTRA:
            raise
        raise FahrasError(
            f"{package} is missing: install it with pip install 'fahras[web]'"
        ) from error
    number = server.serve(host, request.port, index_dir, lambda url: _ready(url, request))
    return exits.INTERRUPTED if number == signal.SIGINT else exits.FOUND


def _loopback(host: str) -> str:
    """An address that nobody else can reach, or UsageError."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        is_own = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_own = False
    if not is_own:
        raise UsageError(
            f"--host {host}: the site has no password, so it is for this computer only; give "
            "127.0.0.1 or ::1, and use ssh -L to reach it from another"
        )
    return host


def _ready(url: str, request: ServeRequest) -> None:
    """Say where the site is, and show it where that is wanted."""
    terminal.write(f"{url} (Ctrl-C ends it)\n")
    terminal.flush()
    if request.browser:
        import webbrowser

        if not webbrowser.open(url):
            terminal.complain(f"no browser could be opened: open {url}")
