"""Hands a command line to the resident process of its index, where there is one.

Whatever is not as it should be, the answer is None, and the line is carried out here as always.
So this need not know what a line means, nor whether an index may be trusted: the resident process
carries out the same line, and finds its index by itself. Nothing is imported here that takes time.
"""

from __future__ import annotations

import os
import sys

from indexer.cli import resident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _socket import socket

LEFT_ASIDE = "--no-resident"
_OWN = (LEFT_ASIDE, "--debug", "--pick", "--open")
"""What a line may hold that is for this process: fzf and editors are of this terminal's session."""

_INDEX_OPTION, _INDEX_VARIABLE = "--index", "FAHRAS_INDEX"
_INDEX_NAME, _MANIFEST_NAME = ".fahras", "fahras.json"
_OTHERS = 0o077
_PASSED_ON_S = 1.0
_LOST = "the resident process was ended; run the command again"


def answer(arguments: list[str]) -> int | None:
    """The exit code of a line that the resident process has carried out, or None."""
    if not _may_be_handed_over(arguments):
        return None
    try:
        connection = _connected(_index_of(arguments))
    except OSError:  # nobody listens
        return None
    try:
        child = _hand_over(connection, arguments)
    except OSError:  # nobody answers, or too much is said
        child = None
    code = None if child is None else _outcome(connection, child)
    connection.close()  # a child that is waiting for us ends
    return code


def _may_be_handed_over(arguments: list[str]) -> bool:
    """Whether a line only reads an index, and wants nothing of this very process."""
    if sys.platform != "linux" or not arguments or arguments[0] not in resident.COMMANDS:
        return False
    words = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if any(word in _OWN for word in words) or sys.warnoptions or sys._xoptions:
        return False
    # a pager is of this terminal's session: it reads keys, and gets Ctrl-C by itself
    return words[0] != "show" or "--no-pager" in words or not os.isatty(1)


def _index_of(arguments: list[str]) -> str:
    """The index folder that a line probably means; what it does mean, the child finds out."""
    named = os.environ.get(_INDEX_VARIABLE, "")
    for at, word in enumerate(arguments):
        if word == "--":
            break
        if word == _INDEX_OPTION:
            named = "".join(arguments[at + 1 : at + 2])
        elif word.startswith(f"{_INDEX_OPTION}="):
            named = word[len(_INDEX_OPTION) + 1 :]
    if named:
        inside = os.path.join(named, _INDEX_NAME)
        return inside if _is_index(inside) and not _is_index(named) else named
    folder = os.getcwd()
    while not _is_index(candidate := os.path.join(folder, _INDEX_NAME)) and folder != "/":
        folder = os.path.dirname(folder)
    return candidate


def _is_index(folder: str) -> bool:
    return os.path.lexists(os.path.join(folder, _MANIFEST_NAME))


def _connected(index_dir: str) -> socket:
    """A connection to a process of this user, that listens in a folder that is only theirs.

    A path of a socket has at most 107 bytes, so it is named by way of its folder's descriptor.
    Raises OSError.
    """
    folder = os.open(index_dir, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        info = os.fstat(folder)
        if info.st_uid != os.geteuid() or info.st_mode & _OTHERS:
            raise PermissionError
        os.stat(resident.SOCKET_NAME, dir_fd=folder, follow_symlinks=False)
        from _socket import AF_UNIX, SOCK_SEQPACKET, socket

        connection = socket(AF_UNIX, SOCK_SEQPACKET)
        connection.settimeout(resident.PATIENCE_S)
        connection.connect(f"/proc/self/fd/{folder}/{resident.SOCKET_NAME}")
    finally:
        os.close(folder)
    if resident.peer_of(connection)[1] != os.geteuid():
        connection.close()
        raise PermissionError
    return connection


def _hand_over(connection: socket, arguments: list[str]) -> int | None:
    """A descriptor of the child that has taken a line on, None where none does. Raises OSError."""
    from _socket import CMSG_SPACE, SCM_RIGHTS, SOL_SOCKET

    here = os.open(".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    mask = os.umask(_OTHERS)
    os.umask(mask)
    connection.send(resident.packed(mask, arguments))
    said, ancillary, _, _ = connection.recvmsg(len(resident.READY), CMSG_SPACE(4))
    if said != resident.READY or not ancillary:
        return None
    streams = resident.as_bytes([*range(resident.STREAMS), here])
    connection.sendmsg([resident.GO], [(SOL_SOCKET, SCM_RIGHTS, streams)])
    return resident.as_integers(ancillary[0][2])[0]


def _outcome(connection: socket, child: int) -> int:
    """Wait for the exit code. Ctrl-C is passed on; a signal that killed the child kills us.

    It is passed on again after a while: Python may begin to read from stdin just as one comes.
    """
    said = None
    connection.settimeout(None)
    while said is None:
        try:
            said = connection.recv(len(resident.READY) * 4)
        except (KeyboardInterrupt, TimeoutError):
            _pass_on(child)
            connection.settimeout(_PASSED_ON_S)
        except OSError:
            said = b""
    if not said:
        sys.stderr.write(f"fahras: {_LOST}\n")
        return 2
    code = int(said)
    if code < 0:
        import signal

        if -code not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return abs(code)


def _pass_on(child: int) -> None:
    import signal
    from contextlib import suppress

    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(child, signal.SIGINT)
