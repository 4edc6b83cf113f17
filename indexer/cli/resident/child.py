"""Carries one command line out for a client, in a forked child of the resident process.

The child becomes what the client would have been: its folder, environment, streams, umask and
limits. Where it cannot, it refuses before anything has happened.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn

from analyzers.named import NamedTuple
from indexer.cli import resident

_HANDED_OVER_S = 5.0
"""How long a client may take to say what it wants."""

END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_QUICK_S = resident.PATIENCE_S
"""Of processor time: only who took less tells what was searched for, as other clients may wait."""

_NAMESPACES = ("ns/mnt", "ns/pid", "root")


class Asked(NamedTuple):
    """What a client asks for."""

    mask: int
    words: list[str]
    environment: dict[bytes, bytes]


Searched = Callable[[], object]
"""The search that was carried out, as JSON, None if none was."""


def stand_by(
    channel: socket.socket, rehearse: Callable[[], object], searched: Searched
) -> NoReturn:
    """Wait for the connection of a client, which comes through `channel`, and answer it.

    What was searched for is told through `channel` at the end, if that was quick.

    What a search changes in memory is the parent's at first, and copied when it is changed: that
    is done beforehand, by a search for nobody.
    """
    code = 1
    try:
        for number in END_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, END_SIGNALS)
        os.setsid()
        rehearse()
        _, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
        if descriptors:
            started = time.process_time()
            code = _answer(socket.socket(fileno=descriptors[0]))
            said = searched()
            if said is not None and time.process_time() - started < _QUICK_S:
                channel.send(json.dumps(said).encode("ascii"))
    finally:
        os._exit(code)


def _answer(connection: socket.socket) -> int:
    """Be the process of a client; the exit code."""
    connection.settimeout(_HANDED_OVER_S)
    asked = _asked(connection)
    if asked is None or not _take_on(connection, asked):
        return 1
    return _carried_out(connection, asked.words)


def _asked(connection: socket.socket) -> Asked | None:
    """The first packet; None if it is of another Fahras, or too long."""
    data, _, flags, _ = connection.recvmsg(resident.LONGEST)
    alike, *fields = data.split(b"\0")
    if alike != resident.ALIKE or flags & socket.MSG_TRUNC:
        return None
    mask, count, rest = int(fields[0]), int(fields[1]), fields[2:]
    pairs = (setting.partition(b"=") for setting in rest[count:])
    environment = {name: value for name, _, value in pairs}
    return Asked(mask, list(map(os.fsdecode, rest[:count])), environment)


def _take_on(connection: socket.socket, asked: Asked) -> bool:
    """Whether this process now is where and as the client is."""
    client, _, _ = resident.peer_of(connection)
    if not _is_in_our_world(client) or not _take_limits(client):
        return False
    signal.pthread_sigmask(signal.SIG_BLOCK, END_SIGNALS)  # until there is a line to be ended
    signal.signal(signal.SIGINT, signal.default_int_handler)
    us = os.pidfd_open(os.getpid())
    socket.send_fds(connection, [resident.READY], [us])
    os.close(us)
    said, streams, _, _ = socket.recv_fds(connection, len(resident.GO), resident.STREAMS + 1)
    if said != resident.GO or len(streams) != resident.STREAMS + 1:
        return False
    *ours, folder = streams
    for number, descriptor in enumerate(ours):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.fchdir(folder)
    os.close(folder)
    os.umask(asked.mask)
    os.environ.clear()
    os.environb.update(asked.environment)
    time.tzset()
    _open_streams()
    return True


def _is_in_our_world(client: int) -> bool:
    """Whether paths and processes mean the same to a client as to us."""
    with suppress(OSError):
        return all(
            os.path.samestat(os.stat(f"/proc/{client}/{name}"), os.stat(f"/proc/self/{name}"))
            for name in _NAMESPACES
        )
    return False


def _take_limits(client: int) -> bool:
    """Whether this process has the limits of a client (ulimit) and is as nice."""
    import resource

    names = ("AS", "CPU", "DATA", "FSIZE", "NOFILE", "STACK", "CORE")
    try:
        for name in names:
            number: int = getattr(resource, f"RLIMIT_{name}")
            limits = resource.prlimit(client, number)
            if limits != resource.getrlimit(number):
                resource.setrlimit(number, limits)
        niceness = os.getpriority(os.PRIO_PROCESS, client)
        if niceness != os.getpriority(os.PRIO_PROCESS, 0):
            os.setpriority(os.PRIO_PROCESS, 0, niceness)
    except (OSError, ValueError):
        return False
    # tight memory is refused by a new process with a message, here it would be just missing
    return resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


def _open_streams() -> None:
    """Python's streams over the descriptors 0 to 2, as Python opens them at its start."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        before = getattr(sys, name)
        stream = open(  # noqa: SIM115  it stays open
            number,
            "w" if number else "r",
            encoding=before.encoding,
            errors=before.errors,
            newline="\n",
            closefd=False,
        )
        if name == "stderr":
            stream.reconfigure(line_buffering=True)
        setattr(sys, name, stream)


def _carried_out(connection: socket.socket, words: Sequence[str]) -> int:
    """Carry a line out and tell its exit code, once everything is written."""
    from indexer.__main__ import carried_out, interrupted, is_all_written

    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, END_SIGNALS)
        code = carried_out(list(words))
        signal.pthread_sigmask(signal.SIG_BLOCK, END_SIGNALS)
    except KeyboardInterrupt:
        signal.pthread_sigmask(signal.SIG_BLOCK, END_SIGNALS)
        code = interrupted()
    is_all_written()
    connection.settimeout(None)
    with suppress(OSError):  # the client has gone
        connection.send(b"%d" % code)
    return code
