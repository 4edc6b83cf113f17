"""How is a cluster asked? One request in, its JSON out; what goes wrong is said in one line.

The client library is imported here and only when a cluster is asked.
"""

from __future__ import annotations

import base64
import os
import re
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from indexer.errors import FahrasError
from indexer.remote.address import CA, PASSWORD, USER, Address, Credentials, credentials
from indexer.remote.mapping import Json

_TIMEOUT_S = 60
_CONNECT_S = 10
"""Until another host is asked, where one does not even refuse."""

_RETRIES = 5
AT_ONCE = 2
"""Requests of a process that may be on their way at once."""

_BUSY = (429, 502, 503, 504)
_FULL = "Data too large"
"""What a node says that has no memory for a request now; as 500 where many nodes were asked."""

HASTY = (0.2, 0.5, 1, 2)
PATIENT = (0.2, 0.5, 1, 2, 4, 8, 15, 15, 15)
"""Seconds between tries of a request that a busy or recovering cluster refuses.

Who searches is told soon, who writes waits a minute."""


_by_a_gate = re.compile(r"-by-[0-9a-f]{8}(?:[/,]|$)").search


class ClusterError(FahrasError):
    """The cluster did not do what it was asked."""


class ConflictError(ClusterError):
    """Something is there already, or has changed since it was read."""


def overtaken(address: Address) -> ConflictError:
    """What is said to a writer whose requests are refused, as another one writes."""
    return ConflictError(f"another process writes to {address}: run it again")


class MissingError(ClusterError):
    """Something that was asked for is not there."""


class Transport(Protocol):
    """What of the client library is used."""

    def perform_request(
        self, method: str, url: str, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Any:
        """The answer to a request."""


class Client:
    """Asks one cluster. patience: how long to wait between tries, in turn."""

    def __init__(
        self,
        address: Address,
        transport: Transport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        patience: Sequence[float] = HASTY,
    ) -> None:
        self.address = address
        self.patience = patience
        self.sleep = sleep
        self._transport = transport or _connected(address)

    def ask(self, method: str, path: str, body: Any = None, **params: Any) -> Json:
        """The answer to one request; tried again while the cluster is busy or changes nodes.

        So only for what may be done twice. No part of an answer is taken for the whole. Raises
        MissingError, ConflictError or ClusterError.
        """
        for wait in (*self.patience, None):
            try:
                found = self._transport.perform_request(
                    method, "/" + path, params=params or None, body=body
                )
                return _whole(found if isinstance(found, dict) else {})
            except Exception as error:
                if wait is None or not _is_passing(error):
                    if isinstance(getattr(error, "status_code", None), int):
                        raise self._said(error, path) from None  # it may repeat all that was sent
                    raise self._said(error, path) from error
                self.sleep(wait)
        raise AssertionError

    def lines(self, path: str, lines: Sequence[str], **params: Any) -> Json:
        """The answer to a request whose body is JSON, an object a line."""
        body = ("\n".join(lines) + "\n").encode("utf-8", "replace")
        return self.ask("POST", path, body, **params)

    def refresh(self, indices: str) -> None:
        """Let what was written to some indices, with commas between, be seen."""
        self.ask("POST", f"{indices}/_refresh")

    def has(self, path: str) -> bool:
        """Whether something is there."""
        try:
            self.ask("GET", path)
        except MissingError:
            return False
        return True

    def _said(self, error: Exception, path: str) -> FahrasError:
        """The error as ours. A path by a gate (see `head`) is not there when that is shut."""
        status = getattr(error, "status_code", None)
        if isinstance(error, _PartError) and status in _BUSY:
            return ClusterError(f"not all parts of {self.address} answered: try again")
        where = ", ".join(f"{host}:{port}" for host, port in self.address.hosts)
        is_shut = status == 404 and _by_a_gate(path)
        if status == 409 or is_shut or "resource_already_exists" in str(error):
            return overtaken(self.address)
        if status == 404:
            return MissingError(f"{self.address.name} is not on the cluster at {where}")
        if status == 401:
            return ClusterError(
                f"the cluster at {where} does not know who asks: {USER} and {PASSWORD}, or the "
                "line of this host in ~/.netrc, must be a name and a password that it knows"
            )
        if status == 403:
            return ClusterError(
                f"the cluster at {where} does not let this user do that{_right(error)}: "
                "docs/cluster.md has the rights that are needed"
            )
        if isinstance(status, int):
            return ClusterError(f"the cluster at {where} refused ({status}): {_reason(error)}")
        kind = type(error).__name__
        if "SSL" in kind:
            return ClusterError(f"the cluster at {where} {_distrust(str(error))}")
        if _is_passing(error):
            return ClusterError(
                f"the cluster at {where} does not answer: is it up, and reachable?"
                + ("" if self.address.secure else " (one with TLS: by opensearch+https://)")
            )
        return ClusterError(f"asking the cluster at {where} failed: {kind}")


_DISTRUST = {
    "WRONG_VERSION_NUMBER": "does not speak TLS: without it, its address begins with opensearch://",
    "certificate has expired": "has a certificate that has expired: it must be renewed there",
    "not yet valid": "has a certificate that is not valid yet: are the clocks right?",
    "mismatch": "has a certificate for another name: its address must name the host as that does",
    "doesn't match": "has a certificate for another name: its address must name the host as that "
    "does",
    "CERTIFICATE_VERIFY_FAILED": f"has a certificate that is not trusted: {CA} may name the file "
    "of certificates to trust",
}
"""What the library says of a failed handshake, and what that means: the first that fits."""


def _distrust(said: str) -> str:
    for words, meaning in _DISTRUST.items():
        if words in said:
            return meaning
    return "did not agree on TLS: does it speak TLS 1.2 or newer?"


class _PartError(Exception):
    """Some shards did not answer, or one of several requests in one failed: as the library's."""

    def __init__(self, status: int, info: Any) -> None:
        super().__init__()
        self.status_code, self.info = status, info


_STATUS = {"index_not_found_exception": 404, "security_exception": 403}
"""Of a request that is part of another one, where that does not say it."""


def _whole(answer: Json) -> Json:
    """The answer. Raises _PartError if it is a part: it may yet be whole in a moment."""
    failed = answer.get("_shards", {}).get("failed") and "result" not in answer
    if failed or answer.get("failures") or (answer.get("timed_out") and "hits" in answer):
        raise _PartError(503, None)
    for one in (*answer.get("responses", ()), *answer.get("docs", ())):
        if "error" in one:
            kind = one["error"].get("type", "") if isinstance(one["error"], dict) else ""
            raise _PartError(one.get("status", _STATUS.get(kind, 503)), one)
        _whole(one)
    return answer


def _is_passing(error: Exception) -> bool:
    """Whether the same request may succeed later."""
    status = getattr(error, "status_code", None)
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"SSLError"}:
        return False
    if status == 500:
        return _FULL in _reason(error)
    return status in _BUSY or bool(names & {"ConnectionError", "ConnectionTimeout"})


def _right(error: Exception) -> str:
    """Which right is missing, as the security plugin says."""
    found = re.search(r"no permissions for \[(.{1,100}?)\] and ", _reason(error))
    return f" ({found[1]})" if found else ""


def _reason(error: Exception) -> str:
    """Why the cluster refused, as it says: never the request, which may be a text."""
    info = getattr(error, "info", None)
    said = info.get("error") if isinstance(info, dict) else None
    if isinstance(said, dict):
        causes = said.get("root_cause") or [said]
        said = causes[0].get("reason") if isinstance(causes[0], dict) else None
    return str(said or "no reason given")[:300]


def _connected(address: Address) -> Transport:
    """The client library's transport. Raises FahrasError where the library is missing."""
    try:
        from opensearchpy import OpenSearch
    except ImportError as error:
        raise FahrasError(
            "an index on a cluster needs opensearch-py: pip install 'fahras[opensearch]'"
        ) from error
    from urllib3 import Timeout

    options: Json = {}
    if who := credentials(address, os.environ):
        options["headers"] = {"authorization": _basic(who)}
    if address.secure:
        options |= {"use_ssl": True, "ssl_context": _trusting(os.environ.get(CA))}
    client = OpenSearch(
        [{"host": host.strip("[]"), "port": port} for host, port in address.hosts],
        timeout=Timeout(connect=_CONNECT_S, read=_TIMEOUT_S),
        pool_maxsize=AT_ONCE,
        max_retries=min(_RETRIES, len(address.hosts)),
        retry_on_timeout=True,
        retry_on_status=_BUSY,
        **options,
    )
    transport: Transport = client.transport
    return transport


def _basic(who: Credentials) -> str:
    """The header that says who asks; in UTF-8, as OpenSearch reads it."""
    said = f"{who.user}:{who.password}".encode()
    return f"Basic {base64.b64encode(said).decode('ascii')}"


def _trusting(ca: str | None) -> ssl.SSLContext:
    """What certificates are checked by: those of a file, or the system's."""
    try:
        return ssl.create_default_context(cafile=ca or None)
    except (OSError, ssl.SSLError) as error:
        raise FahrasError(f"{CA} names no file of certificates that can be read: {ca}") from error
