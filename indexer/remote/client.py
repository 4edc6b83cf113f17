"""How is a cluster asked? One request in, its JSON out; what goes wrong is said in one line.

The client library is imported here and only when a cluster is asked.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from indexer.errors import FahrasError
from indexer.remote.address import CA, PASSWORD, USER, Address, credentials
from indexer.remote.mapping import Json

_TIMEOUT_S = 60
_RETRIES = 5
AT_ONCE = 2
"""Requests of a process that may be on their way at once."""

_BUSY = (429, 502, 503, 504)
HASTY = (0.2, 0.5, 1, 2)
PATIENT = (0.2, 0.5, 1, 2, 4, 8, 15, 15, 15)
"""Seconds between tries of a request that a busy or recovering cluster refuses.

Who searches is told soon, who writes waits a minute."""


class ClusterError(FahrasError):
    """The cluster did not do what it was asked."""


class ConflictError(ClusterError):
    """Something is there already, or has changed since it was read."""


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

        So only for what may be done twice. Raises MissingError, ConflictError or ClusterError.
        """
        for wait in (*self.patience, None):
            try:
                found: Json = self._transport.perform_request(
                    method, "/" + path, params=params or None, body=body
                )
            except Exception as error:
                if wait is None or not _is_passing(error):
                    raise self._said(error) from error
                self.sleep(wait)
            else:
                return found if isinstance(found, dict) else {}
        raise AssertionError

    def lines(self, path: str, lines: Sequence[str], **params: Any) -> Json:
        """The answer to a request whose body is JSON, an object a line."""
        body = ("\n".join(lines) + "\n").encode("utf-8", "replace")
        return self.ask("POST", path, body, **params)

    def has(self, path: str) -> bool:
        """Whether something is there."""
        try:
            self.ask("GET", path)
        except MissingError:
            return False
        return True

    def _said(self, error: Exception) -> FahrasError:
        """The error as ours."""
        status = getattr(error, "status_code", None)
        where = ", ".join(f"{host}:{port}" for host, port in self.address.hosts)
        if status == 404:
            return MissingError(f"{self.address.name} is not on the cluster at {where}")
        if status == 409:
            return ConflictError(f"another process has just written to {self.address}")
        if status in (401, 403):
            return ClusterError(
                f"the cluster at {where} does not let you in ({status}): set {USER} and {PASSWORD}"
            )
        if isinstance(status, int):
            return ClusterError(f"the cluster at {where} refused ({status}): {_reason(error)}")
        kind = type(error).__name__
        if "SSL" in kind or "certificate" in str(error).lower():
            return ClusterError(
                f"the certificate of the cluster at {where} is not trusted: {CA} may name the file "
                "of certificates to trust"
            )
        if _is_passing(error):
            return ClusterError(f"the cluster at {where} does not answer: is it up, and reachable?")
        return ClusterError(f"asking the cluster at {where} failed: {kind}")


def _is_passing(error: Exception) -> bool:
    """Whether the same request may succeed later."""
    status = getattr(error, "status_code", None)
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"SSLError"}:
        return False
    return status in _BUSY or bool(names & {"ConnectionError", "ConnectionTimeout"})


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
    who = credentials(address, os.environ)
    ca = os.environ.get(CA)
    if ca and not os.path.isfile(ca):
        raise FahrasError(f"{CA} names no file: {ca}")
    options: Json = {"http_auth": tuple(who)} if who else {}
    if address.secure:
        options |= {"use_ssl": True, "verify_certs": True, "ca_certs": ca or None}
    client = OpenSearch(
        [{"host": host.strip("[]"), "port": port} for host, port in address.hosts],
        timeout=_TIMEOUT_S,
        pool_maxsize=AT_ONCE,
        max_retries=min(_RETRIES, len(address.hosts)),
        retry_on_timeout=True,
        retry_on_status=_BUSY,
        **options,
    )
    transport: Transport = client.transport
    return transport
