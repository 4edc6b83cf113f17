"""How does the site reach a browser? uvicorn on a loopback address, with limits, until a signal.

Slow and silent clients are cut off: a request and its answer may take `REQUEST_S` together, which
uvicorn itself does not limit.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from indexer.errors import FahrasError
from indexer.web.site import site
from indexer.web.workers import ANSWER_S, Workers

REQUEST_S = ANSWER_S + 10
"""Seconds from the first byte of a request to the last of its answer."""

_KEPT_ALIVE_S = 15
_HEAD_BYTES = 32_768
_CONNECTIONS = 400
_MOST_WORKERS = 2
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Impatient(H11Protocol):
    """HTTP, but a connection ends if a request and its answer take too long."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait(transport)

    def _wait(self, transport: asyncio.Transport) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(REQUEST_S, transport.abort)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()

    def on_response_complete(self) -> None:
        """Begin to wait for the next one."""
        super().on_response_complete()
        self._wait(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)


class _Server(uvicorn.Server):
    """uvicorn, ended by our signals and telling which it was."""

    ended_by = 0

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let the signals end it, and what they did before be as it was afterwards."""
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End, at the second time without waiting for answers."""
        self.force_exit = self.should_exit
        self.should_exit = True
        self.ended_by = sig


def serve(host: str, port: int, index_dir: str, ready: Callable[[str], None]) -> int:
    """Serve the index until a signal comes, and return its number.

    ready: called with the address of the site as soon as it can be opened. Raises FahrasError
    where the port cannot be had.
    """
    with _listening(host, port) as listener:
        port = listener.getsockname()[1]
        return asyncio.run(_served(listener, _addresses(host, port), index_dir, ready))


def _listening(host: str, port: int) -> socket.socket:
    """What connections come to; they send at once, which asyncio sees to for other sockets only.

    Else the body of an answer waits for its head to be acknowledged, 40 ms.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "there is no such port"
        raise FahrasError(f"port {port} of {host}: {reason}: give another with --port N") from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _addresses(host: str, port: int) -> list[str]:
    """The values of Host that are ours, the first one the site's own."""
    names = [f"[{host}]" if ":" in host else host, "localhost"]
    return [f"{name}:{port}" for name in names] + (names if port == 80 else [])


async def _served(
    listener: socket.socket, hosts: list[str], index_dir: str, ready: Callable[[str], None]
) -> int:
    workers = Workers(index_dir, min(os.cpu_count() or 1, _MOST_WORKERS))
    config = uvicorn.Config(
        site(workers.ask, hosts),
        http=_Impatient,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=_KEPT_ALIVE_S,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=_HEAD_BYTES,
    )
    server = _Server(config)
    try:
        await workers.start()
        ready(f"http://{hosts[0]}/")
        await server.serve(sockets=[listener])
    finally:
        await workers.stop()
    return server.ended_by
