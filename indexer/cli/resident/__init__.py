"""How does a command line reach the resident process of an index, and its answer come back?

`fahras serve --socket` and `fahras watch` hold an index open. The client (`client`) hands over its
line, its environment and its streams; a forked child of the resident process (`serving`, `child`)
carries it out on them, so that it behaves as if it had been started there. They exchange packets
over a Unix socket in the index folder:

    client -> what must be alike, umask, words, environment: fields with NUL between them (`packed`)
    child  -> b"ready", with a pidfd of the child for signals; it refuses by closing the connection
    client -> b"go", with descriptors of stdin, stdout, stderr and the current folder
    child  -> the exit code in digits; the resident process sends it if the child cannot, negative
              for the signal that killed it

Until `go` nothing has happened that anyone could see: so long the client may turn away and carry
the line out itself. Kernels name both users; each side refuses another than its own.

This module is imported by every command that only reads, so it imports next to nothing.
"""

from __future__ import annotations

import os
import sys

from indexer.cli import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _socket import socket

SOCKET_NAME = "socket"
"""The name of the socket in the index folder."""

COMMANDS = frozenset(
    {"search", "show", "similar", "duplicates", "export", "terms", "stats", "eval"}
)
"""What may be handed over: these only read an index."""

PATIENCE_S = 0.1
"""How long a client waits for `ready`; starting by itself takes about twice that."""

READY, GO = b"ready", b"go"
STREAMS = 3
"""stdin, stdout, stderr: the descriptors 0 to 2."""

LONGEST = 1 << 18
"""Bytes of the longest packet; the kernel's own limit is lower unless it was raised."""

_INT_BYTES = 4


def _written_ns() -> int:
    """When this file was installed: another installation of the same version is another."""
    try:
        return os.stat(__file__).st_mtime_ns
    except OSError:  # in an archive
        return 0


ALIKE = (
    f"{VERSION} {sys.hexversion} {_written_ns()} {sys.getfilesystemencoding()} "
    f"{sys.getfilesystemencodeerrors()} {sys.prefix} {os.path.abspath(__file__)}"
).encode("utf-8", "surrogateescape")
"""What must be the same on both sides, if one is to answer for the other."""


def packed(mask: int, words: list[str]) -> bytes:
    """The first packet: a umask, the words of a line, the environment of this process.

    Example: ALIKE, b"18", b"2", b"search", b"x", b"HOME=/root", b"TERM=dumb" joined by NUL.
    """
    fields = [ALIKE, b"%d" % mask, b"%d" % len(words), *map(os.fsencode, words)]
    return b"\0".join([*fields, *(b"%b=%b" % pair for pair in os.environb.items())])


def as_integers(data: bytes) -> list[int]:
    """What is in the C integers of some bytes."""
    starts = range(0, len(data) - _INT_BYTES + 1, _INT_BYTES)
    return [int.from_bytes(data[at : at + _INT_BYTES], sys.byteorder, signed=True) for at in starts]


def as_bytes(integers: list[int]) -> bytes:
    """C integers, the reverse of `as_integers`."""
    return b"".join(number.to_bytes(_INT_BYTES, sys.byteorder, signed=True) for number in integers)


def peer_of(connection: socket) -> list[int]:
    """The process, user and group at the other end, as the kernel knows them (`SO_PEERCRED`)."""
    from _socket import SO_PEERCRED, SOL_SOCKET

    return as_integers(connection.getsockopt(SOL_SOCKET, SO_PEERCRED, 3 * _INT_BYTES))
