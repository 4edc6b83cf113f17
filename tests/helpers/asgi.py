"""Asks an ASGI application without a server or a client that would tidy the request up first."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

HOST = "127.0.0.1:8470"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


def ask(
    app: Any,
    target: str,
    headers: Iterable[tuple[str, str]] = (),
    method: str = "GET",
    host: str | None = HOST,
) -> Reply:
    """The reply to a request; `target` is the path and query as they stand in it."""
    path, _, query = target.partition("?")
    sent = [("host", host)] if host is not None else []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode("utf-8", "surrogateescape"),
        "root_path": "",
        "headers": [(n.lower().encode(), v.encode("utf-8")) for n, v in (*sent, *headers)],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8470),
    }
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    asyncio.run(app(scope, receive, send))
    start = messages[0]
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return Reply(start["status"], found, b"".join(m.get("body", b"") for m in messages[1:]))


class _Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def tags_of(page: str) -> list[tuple[str, dict[str, str | None]]]:
    """The tags of a page as a browser sees them, each with its attributes."""
    parser = _Markup()
    parser.feed(page)
    return parser.tags


def words_of(page: str) -> str:
    """The text of a page as a browser sees it."""
    parser = _Markup()
    parser.feed(page)
    return "".join(parser.words)
