"""What is at which address, and who may ask? The site as an ASGI application.

It answers this computer's own browser only: the Host must be an address of the site (else a name
that points here could be a stranger's), and so must the Origin, where there is one. Nothing can be
written; there is no cookie, no inline script or style, no address outside the table.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Awaitable, Callable, Iterable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indexer.web.answers import Answer, failure
from indexer.web.page import STATIC
from indexer.web.questions import PATHS

Ask = Callable[[str, bytes], Awaitable[Answer]]
"""Has a path and a query string answered."""

MOST_QUERY_BYTES = 28_000
"""Of what an address says: the longest query in any letters, and the longest path, fit in."""

_FILES = {
    "/style.css": ("style.css", "text/css; charset=utf-8"),
    "/script.js": ("script.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    "/openapi.json": ("openapi.json", "application/json"),
}

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode("ascii")),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
]


def site(ask: Ask, hosts: Iterable[str]) -> ASGIApp:
    """The application; `hosts` are the values of Host that are ours, as in `127.0.0.1:8470`."""

    async def answered(request: Request) -> Response:
        path = request.url.path
        query_string: bytes = request.scope["query_string"]
        if len(query_string) > MOST_QUERY_BYTES:
            return _response(failure(path, 414, "the address is too long: ask for less"))
        return _response(await ask(path, query_string))

    routes = [Route(path, answered, methods=["GET"]) for path in PATHS]
    routes += [Route(path, _file(*file), methods=["GET"]) for path, file in _FILES.items()]
    application = Starlette(routes=routes)
    application.router.redirect_slashes = False
    return _Guard(application, frozenset(hosts))


def _response(answer: Answer) -> Response:
    headers = {"content-type": answer.kind, "cache-control": "no-store"}
    return Response(answer.body, answer.status, headers)


def _file(name: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    """What gives one of our own files, read once."""
    with open(os.path.join(STATIC, name), "rb") as file:
        data = file.read()
    tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
    headers = {"content-type": kind, "cache-control": "no-cache", "etag": tag}

    async def given(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(b"", 304, headers)
        return Response(data, 200, headers)

    return given


class _Guard:
    """Sends away who may not ask, and puts our headers on every answer."""

    def __init__(self, inner: ASGIApp, hosts: frozenset[str]) -> None:
        self._inner = inner
        self._hosts = hosts
        self._origins = frozenset(f"http://{host}" for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
            await send(message)

        refused = self._refusal(scope)
        if refused is None:
            await self._inner(scope, receive, guarded)
        else:
            status, message = refused
            answer = failure("/api/", status, message)
            headers = {"content-type": answer.kind, "connection": "close"}
            await Response(answer.body, status, headers)(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Why a request is not answered, if it is not."""
        given: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            given.setdefault(name, []).append(value.decode("latin-1").lower())
        host, origin = given.get(b"host", []), given.get(b"origin", [])
        if len(host) != 1 or host[0] not in self._hosts:
            return 421, "this site has another address, the one that fahras serve prints"
        if any(one not in self._origins for one in origin):
            return 403, "other sites may not ask this one"
        if _is_from_elsewhere(given):
            return 403, "other sites may lead here, not ask"
        if given.get(b"content-length", ["0"]) != ["0"] or b"transfer-encoding" in given:
            return 413, "a question has no body"
        return None


def _is_from_elsewhere(headers: dict[bytes, list[str]]) -> bool:
    """Whether another site asks by more than a link that a person follows to this one."""
    if headers.get(b"sec-fetch-site", ["none"])[0] in ("none", "same-origin"):
        return False
    followed = headers.get(b"sec-fetch-mode"), headers.get(b"sec-fetch-dest")
    return followed != (["navigate"], ["document"])
