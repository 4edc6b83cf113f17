"""Where is a cluster, what is the index called there, and who asks?

    opensearch://search1,search2:9200/news              without TLS
    opensearch+https://search1:9200/news?shards=6       with TLS; shards and replicas of a new index

Name and password never stand in an address, which is shown in messages: they are in
FAHRAS_CLUSTER_USER and FAHRAS_CLUSTER_PASSWORD, or in ~/.netrc (or the file that NETRC names),
which nobody else may read.
FAHRAS_CLUSTER_CA names a file of certificates to trust instead of the system's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from analyzers.named import NamedTuple
from indexer.errors import FahrasError

USER, PASSWORD, CA = "FAHRAS_CLUSTER_USER", "FAHRAS_CLUSTER_PASSWORD", "FAHRAS_CLUSTER_CA"

_PLAIN, _SECURE = "opensearch", "opensearch+https"
_PORT = 9200
_MOST_SHARDS, _MOST_REPLICAS = 1024, 10
_is_name = re.compile(r"[a-z0-9][a-z0-9_.-]{0,180}").fullmatch
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")
_EXAMPLE = "write it as opensearch://HOST:9200/NAME"


class AddressError(FahrasError):
    """An address of an index on a cluster that cannot be understood."""


class Address(NamedTuple):
    """An index on a cluster. hosts: (name, port) of each node that may be asked."""

    hosts: tuple[tuple[str, int], ...]
    secure: bool
    name: str
    shards: int = 1
    replicas: int | None = None
    """None: one as soon as there is a second node."""

    def __str__(self) -> str:
        scheme = _SECURE if self.secure else _PLAIN
        return f"{scheme}://{','.join(f'{host}:{port}' for host, port in self.hosts)}/{self.name}"


class Credentials(NamedTuple):
    """Who asks. Its repr has no password, so that none gets into a message."""

    user: str
    password: str

    def __repr__(self) -> str:
        return "Credentials(…)"


def parse(text: str) -> Address:
    """The index that an address names. Raises AddressError, which never repeats a password."""
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise AddressError(f"this is no address of an index: {_EXAMPLE}") from error
    if parts.scheme not in (_PLAIN, _SECURE):
        raise AddressError(f"this is no address of an index: {_EXAMPLE}")
    if "@" in parts.netloc:
        raise AddressError(
            "an address must not hold a name or password, as it is shown in messages: set "
            f"{USER} and {PASSWORD}, or use ~/.netrc"
        )
    name = parts.path.strip("/")
    if not _is_name(name):
        raise AddressError(
            f"{name!r} cannot be the name of an index: it takes small Latin letters, digits, "
            f"and - _ . inside; {_EXAMPLE}"
        )
    hosts = tuple(_host(host) for host in parts.netloc.split(","))
    return Address(hosts, parts.scheme == _SECURE, name, **_sizes(parts.query))


def _host(text: str) -> tuple[str, int]:
    found = _HOST.fullmatch(text)
    port = int(found[2]) if found and found[2] else _PORT
    if not found or not 0 < port < 1 << 16:
        raise AddressError(f"{text!r} is no host of a cluster: {_EXAMPLE}")
    return found[1], port


def _sizes(query: str) -> dict[str, int]:
    """What an address says of a new index."""
    found = {}
    limits = {"shards": (1, _MOST_SHARDS), "replicas": (0, _MOST_REPLICAS)}
    for key, value in parse_qsl(query, keep_blank_values=True):
        least, most = limits.get(key, (1, 0))
        if not (value.isascii() and value.isdecimal() and least <= int(value) <= most):
            raise AddressError(
                f"?{key}={value} is not understood: shards=1 to {_MOST_SHARDS} and replicas=0 to "
                f"{_MOST_REPLICAS} are"
            )
        found[key] = int(value)
    return found


def credentials(address: Address, environ: Mapping[str, str]) -> Credentials | None:
    """Who asks there: as the environment says, else netrc. Raises AddressError."""
    user, password = environ.get(USER), environ.get(PASSWORD)
    if user and password is not None:
        if ":" in user:
            raise AddressError(f"{USER} must not hold a colon")
        return Credentials(user, password)
    if user or password:
        missing = PASSWORD if user else USER
        raise AddressError(f"{missing} is not set: a name and a password go together")
    return _from_netrc(address, environ.get("NETRC"))


def _from_netrc(address: Address, path: str | None) -> Credentials | None:
    import netrc

    path = path or os.path.expanduser("~/.netrc")
    try:
        known = netrc.netrc(path)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, netrc.NetrcParseError):
        # what cannot be parsed may be a password, and would be in the error
        raise AddressError(f"{path} cannot be read: see its owner, mode and lines") from None
    for host, _ in address.hosts:
        found = known.authenticators(host.strip("[]"))
        if found is not None:
            _check_private(path)
            return Credentials(found[0], found[2] or "")
    return None


def _check_private(path: str) -> None:
    """Raise AddressError if others may read the password, or may have written it."""
    status = os.stat(path)
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o077):
        raise AddressError(f"{path} holds a password and must be yours alone: chmod 600 {path}")
