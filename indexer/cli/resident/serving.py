"""The resident process: holds an index open, and has a forked child answer each client.

One child always stands by, forked and rehearsed before it is needed. While nobody asks, what was
searched for is searched for once more, and then words of the index, so that what any search reads
is in memory, checked and decoded, and above all what searches for the same words do.

It serves one user and one index, whose folder it has locked: the lock goes with the process, so a
socket that a killed one left behind is taken over by the next.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from itertools import islice
from typing import Any

from analyzers.named import NamedTuple
from indexer import process
from indexer.cli import exits, opening, resident
from indexer.cli.output import terminal
from indexer.cli.resident.answering import AskedIndex, from_json, to_json
from indexer.cli.resident.child import END_SIGNALS, stand_by
from indexer.codec import commits
from indexer.errors import FahrasError
from indexer.results import SearchOptions
from indexer.storage import location as storage
from indexer.storage import ownership

_LOOK_MS = 500
"""How often the index is looked at while nobody asks."""

AT_ONCE = 2 * (os.cpu_count() or 1)
"""Clients that are answered at once; others wait, and soon carry their lines out themselves."""

_PAUSE_MS = 20
"""After how long a pause something is prepared for the next client."""

_PRIVATE = 0o177

_TOLD = 1 << 12
"""Bytes of the longest search that is told."""

KNOWN = 256
"""Searches that are known to have been told."""

_COMMANDS = (*resident.COMMANDS, "batch")
_OUTPUT = ("printing", "render", "records", "template", "tables", "hints", "errors", "wrap",
           "blocks", "links", "figures", "bidi", "formats")  # fmt: skip
_MODULES = (
    *(f"indexer.cli.commands.{name}" for name in _COMMANDS),
    *(f"indexer.cli.output.{name}" for name in _OUTPUT),
    "indexer.folder.leftovers", "indexer.folder.newer", "indexer.measures",
    "indexer.ranking.explain", "indexer.ranking.similar", "indexer.ranking.spelling",
    "indexer.ranking.terms", "indexer.reading.documents", "indexer.reading.reasons",
    "indexer.reports", "indexer.snippets.vowels", "gzip", "json", "resource",
)  # fmt: skip
"""What lines that read an index may import."""

_REHEARSAL = SearchOptions(plain=True, mark_titles=True)
_WARMING = 40
"""Searches after which little is new to a search."""

_WORDS = 3
"""Words of each."""


def answer_lines(index_dir: str, lifeline: int | None = None) -> int:
    """Be the resident process of an index until a signal comes; the exit code."""
    number = signal.SIGTERM
    terminal.interrupt_on_end_signals()
    server = Resident(index_dir)
    try:
        if lifeline is None:
            terminal.write(f"answering for {terminal.safe_name(index_dir)}\n")
            terminal.flush()
        server.run(lifeline)
    except KeyboardInterrupt as ending:
        number = signal.Signals(ending.args[0])
    finally:
        server.close()
    return exits.INTERRUPTED if number == signal.SIGINT else exits.FOUND


class Child(NamedTuple):
    """A child, what tells that it has ended, and the way to hand a connection to it."""

    pid: int
    watched: int
    channel: socket.socket


class Resident:
    """The resident process of one index."""

    def __init__(self, index_dir: str) -> None:
        """Open the index and listen. Raises FahrasError where it cannot be, or is, served."""
        if sys.platform != "linux":
            raise FahrasError("serve --socket needs Linux")
        self._index_dir = os.path.abspath(index_dir)
        storage.read(self._index_dir)
        ownership.make_private(self._index_dir, [])
        self._folder = os.open(self._index_dir, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(self._folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"the index in {index_dir} is served already, by another process"
            raise FahrasError(message) from None
        self._held = Held(self._index_dir)
        self._listener = _listener(self._folder)
        self._own = os.stat(resident.SOCKET_NAME, dir_fd=self._folder)
        self._poll = select.poll()
        self._spare: Child | None = None
        self._served: dict[int, tuple[Child, socket.socket]] = {}
        """By what tells that a child has ended, the child and its client."""

    def close(self) -> None:
        """Take the socket away; answers that have begun are given."""
        self._listener.close()
        self._dismiss_spare()
        if self._is_in_place():
            os.unlink(resident.SOCKET_NAME, dir_fd=self._folder)
        os.close(self._folder)

    def run(self, lifeline: int | None = None) -> None:
        """Answer until the index is removed, or until the other end of `lifeline` is closed."""
        if lifeline is not None:
            self._poll.register(lifeline, 0)
        idle = False
        while self._is_in_place():
            is_free = len(self._served) < AT_ONCE
            self._poll.register(self._listener, select.POLLIN if is_free else 0)
            ready = [
                descriptor for descriptor, _ in self._poll.poll(_LOOK_MS if idle else _PAUSE_MS)
            ]
            if lifeline in ready:
                return
            for descriptor in ready:
                if descriptor in self._served:
                    self._reap(descriptor)
                elif descriptor != self._listener.fileno():
                    self._end_deserted(descriptor)
            if self._listener.fileno() in ready:  # last: it may take a descriptor closed just now
                self._accept()
            idle = not ready and self._is_prepared()

    def _is_in_place(self) -> bool:
        """Whether the socket is still where clients look for it."""
        with suppress(OSError):
            now = os.stat(resident.SOCKET_NAME, dir_fd=self._folder)
            return os.path.samestat(now, self._own)
        return False

    def _is_prepared(self) -> bool:
        """Do a little of what can be done before the next client; tells whether it was the last."""
        if self._held.keep_up() or self._held.ask_again() or self._held.warm_more():
            self._dismiss_spare()
            return False
        if self._spare is None:
            self._spare = self._fork()
        return True

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        _, user, group = resident.peer_of(connection)
        if (user, group) != (os.geteuid(), os.getegid()):
            connection.close()
            return
        if self._held.keep_up():
            self._dismiss_spare()
        child, self._spare = self._spare or self._fork(), None
        with suppress(OSError):  # killed, which is told when it is reaped
            socket.send_fds(child.channel, [b"."], [connection.fileno()])
        self._served[child.watched] = child, connection
        self._poll.register(child.watched, select.POLLIN)
        self._poll.register(connection, 0)

    def _fork(self) -> Child:
        """A child that stands by. What is the parent's it lets go of, above all the lock."""
        ours, theirs = socket.socketpair()
        signal.pthread_sigmask(signal.SIG_BLOCK, END_SIGNALS)
        pid = os.fork()
        if not pid:
            for other in (self._listener, ours):
                other.close()
            for child, client in self._served.values():
                child.channel.close()
                client.close()
            for descriptor in (self._folder, *self._served):
                os.close(descriptor)
            stand_by(theirs, self._held.rehearse, self._held.searched)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, END_SIGNALS)
        theirs.close()
        return Child(pid, os.pidfd_open(pid), ours)

    def _dismiss_spare(self) -> None:
        if self._spare is not None:
            os.kill(self._spare.pid, signal.SIGKILL)
            os.waitpid(self._spare.pid, 0)
            os.close(self._spare.watched)
            self._spare.channel.close()
            self._spare = None

    def _reap(self, watched: int) -> None:
        """Say how a child ended, if it could not say so itself."""
        child, connection = self._served.pop(watched)
        _, status = os.waitpid(child.pid, 0)
        with suppress(OSError):
            connection.send(b"%d" % os.waitstatus_to_exitcode(status))
        with suppress(OSError, ValueError):
            self._held.learn(*json.loads(child.channel.recv(_TOLD, socket.MSG_DONTWAIT)))
        child.channel.close()
        for descriptor in (watched, connection.fileno()):
            with suppress(KeyError):
                self._poll.unregister(descriptor)
        os.close(watched)
        connection.close()

    def _end_deserted(self, descriptor: int) -> None:
        """A client has gone: what it was to be told is not wanted any more."""
        for child, connection in self._served.values():
            if connection.fileno() == descriptor:
                self._poll.unregister(descriptor)
                os.kill(child.pid, signal.SIGKILL)


class Held:
    """The index, open at its newest commit, and warm."""

    def __init__(self, index_dir: str) -> None:
        self._index_dir = index_dir
        self._state: object = None
        self._index: AskedIndex | None = None
        self._words: list[str] = []
        """What is to be searched for, and what was."""
        self._warmed = 0
        self._told: set[tuple[str, SearchOptions]] = set()
        """What children have searched for, and of that what is to be searched for again."""
        self._waiting: list[tuple[str, SearchOptions]] = []
        process.collect_seldom()
        process.keep_freed_memory()
        for name in _MODULES:
            import_module(name)
        self.keep_up()

    def keep_up(self) -> bool:
        """Open the index anew if another commit, or another index, is in use; tells whether it is.

        What is wrong with an index is said by the lines that ask for it, each for itself.
        """
        state = _state_of(self._index_dir)
        if state == self._state:
            return False
        self._state, self._index = state, None
        self._words, self._warmed = [], 0
        self._told, self._waiting = set(), []
        with suppress(Exception):
            self._index = AskedIndex.held(self._index_dir)
            self._words = [_first_words(text.text) for text in islice(self._index.documents(), 1)]
            self.warm_more()
        opening.hold(self._index)
        return True

    def warm_more(self) -> bool:
        """Search once more, so that later searches find more of what they read in memory.

        Of what is found, the beginnings of passages are searched for next, and so all over.
        """
        if self._index is None or self._warmed >= min(len(self._words), _WARMING):
            return False
        words = self._words[self._warmed]
        self._warmed += 1
        with suppress(Exception):
            found = self._index.search(words, _REHEARSAL).hits
            passages = [_first_words(hit.snippets[0].text) for hit in found if hit.snippets]
            self._words += [words for words in passages if words not in self._words]
        process.set_apart()
        return True

    def searched(self) -> list[Any] | None:
        """For a child: what it has searched for, as JSON."""
        latest = None if self._index is None else self._index.latest
        return None if latest is None else to_json(*latest)

    def learn(self, text: str, said: dict[str, Any]) -> None:
        """Take note of what a child has searched for."""
        asked = from_json(text, said)
        if asked not in self._told:
            if len(self._told) == KNOWN:
                self._told.clear()
            self._told.add(asked)
            self._waiting.append(asked)

    def ask_again(self) -> bool:
        """Search for something that was searched for; tells whether there was anything."""
        if self._index is None or not self._waiting:
            return False
        with suppress(Exception):
            self._index.remember(*self._waiting.pop())
        process.set_apart()
        return True

    def rehearse(self) -> None:
        """A search for what was not searched for before: it uses as much memory as others."""
        if self._index is not None and self._words:
            with suppress(Exception):
                words = self._words[min(self._warmed, len(self._words) - 1)]
                self._index.search(words, _REHEARSAL)
            self._index.latest = None


def _first_words(text: str) -> str:
    return " ".join(text.split(maxsplit=_WORDS)[:_WORDS])


def _state_of(index_dir: str) -> object:
    """What is another after a commit, a rebuild, or another change of what is in use."""
    try:
        location = storage.read(index_dir)
        return location, commits.generation_of(location.data_dir)
    except (FahrasError, OSError) as error:
        return str(error)


def _listener(folder: int) -> socket.socket:
    """A socket in a folder that only its owner may use; one that is there is of a killed process.

    A path of a socket has at most 107 bytes, so it is named by way of the folder's descriptor.
    """
    with suppress(FileNotFoundError):
        os.unlink(resident.SOCKET_NAME, dir_fd=folder)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    mask = os.umask(_PRIVATE)
    try:
        listener.bind(f"/proc/self/fd/{folder}/{resident.SOCKET_NAME}")
    finally:
        os.umask(mask)
    listener.listen()
    listener.setblocking(False)
    return listener
