"""What is committed of an index on a cluster, and who may write to it?

NAME-meta has these documents:

head             which index holds the documents, and what readers need to know of them: see `Head`
catalogue-G-N    piece N of the catalogue of generation G, as `folder.catalogue` packs it, in base64
lines-G-N        likewise of the lines that recur, as `copies` packs them, learnt at generation G
lease            who writes, and until when

A commit is one write of the head, refused if another one came between. Documents of files from
`next_number` on, or of `gone` files, are not part of it: readers leave them out, so that they see
a commit whole or not at all; the next run removes what a killed one left.

A writer may be stopped, for longer than its lease, at any moment, and go on while another one
writes. So nothing that it still sends may arrive. Documents, words and the catalogue are sent to
aliases that are one run's own (`Gates`) and that the next run removes; a cluster refuses what is
sent to an alias that is not there. The head is written again, unchanged, by whoever takes a lease
over: so the commit of the other one is refused, as one came between.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal

from analyzers import ANALYZER_VERSION
from analyzers.named import NamedTuple
from indexer.errors import (
    IndexCorruptError,
    IndexLockedError,
    IndexVersionError,
    NoIndexError,
    Remedy,
)
from indexer.remote.client import Client, ConflictError, MissingError, overtaken
from indexer.remote.mapping import REMOTE_VERSION, Json, meta_body
from indexer.storage.lock import LOCK_WAIT_S

_PIECE_BYTES = 4 << 20
_LOOK_S = 0.2
_TRIES = 5
LEASE_S = 60
"""How long a writer that is not heard of keeps others out."""


_LATER = {"lines_next"}
"""What heads of this version say of late: one that does not is as if it were 0."""

Pieces = tuple[tuple[int, int], ...]
"""The size and the checksum of each."""

Kind = Literal["catalogue", "lines"]
_LISTS: dict[Kind, str] = {"catalogue": "indexed files", "lines": "lines that recur"}
"""What is kept in pieces is a list of these."""


class Head(NamedTuple):
    """A commit.

    number: of the index of its documents. routes: for each shard, a routing value that leads there.
    lengths: by field, of all documents together. forms: how many the lexicon lists. catalogue: the
    sizes and checksums of its pieces; lines: of those of the lines that recur, which were learnt at
    generation lines_generation of so many documents, of files below number lines_next.
    """

    number: int
    routes: tuple[str, ...]
    generation: int = 0
    aliases: tuple[tuple[str, str], ...] = ()
    documents: int = 0
    lengths: tuple[tuple[str, int], ...] = ()
    forms: int = 0
    next_number: int = 1
    gone: tuple[int, ...] = ()
    catalogue: Pieces = ()
    lines: Pieces = ()
    lines_generation: int = 0
    lines_documents: int = 0
    lines_next: int = 0
    updated: str | None = None
    version: int = REMOTE_VERSION
    analyzer: int = ANALYZER_VERSION

    def pieces(self, kind: Kind) -> Iterator[tuple[str, tuple[int, int]]]:
        """Under which name each piece of the catalogue, or of the lines, is kept; see `Pieces`."""
        generation, pieces = self.generation, self.catalogue
        if kind == "lines":
            generation, pieces = self.lines_generation, self.lines
        for number, piece in enumerate(pieces):
            yield _piece_name(kind, generation, number), piece


class Version(NamedTuple):
    """Of a head as it was read: another write makes another one."""

    seq_no: int
    primary_term: int


class Gates(NamedTuple):
    """The aliases by which one run writes: its documents, its words and its catalogue."""

    documents: str
    words: str
    catalogue: str


class Meta:
    """NAME-meta of one index."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._index = f"{client.address.name}-meta"

    def documents_index(self, number: int) -> str:
        """The index of the documents."""
        return f"{self._client.address.name}-d{number}"

    def words_index(self, number: int) -> str:
        """The lexicon."""
        return f"{self.documents_index(number)}-words"

    def make(self) -> None:
        """Make it if it is missing."""
        if not self._client.has(self._index):
            with suppress(ConflictError):
                self._client.ask("PUT", self._index, meta_body(self._client.address.replicas))

    def found(self) -> tuple[Head, Version] | None:
        """The newest commit; None if there is none.

        Of one of another version only what is called as here, which is what a rebuild needs.
        """
        read = self._read_head()
        if read is None or not read[0]:
            return None
        said, version = read
        known = {name: _frozen(said[name]) for name in Head._fields if name in said}
        is_whole = known.keys() | _LATER == {*Head._fields}
        if not (is_whole if said.get("version") == REMOTE_VERSION else "number" in known):
            raise IndexCorruptError(f"the head of {self._client.address} is damaged")
        least: Json = {"routes": (), "version": 0}
        return Head(**(least | known)), version

    def version(self) -> Version | None:
        """Of the head as it stands, if it was ever written."""
        read = self._read_head()
        return None if read is None else read[1]

    def _read_head(self) -> tuple[Json, Version] | None:
        """What the head says: nothing where a run was fenced off before the first commit."""
        try:
            answer = self._client.ask("GET", f"{self._index}/_doc/head")
        except MissingError:
            return None
        said = answer["_source"]["said"]
        if not isinstance(said, dict):
            raise IndexCorruptError(f"the head of {self._client.address} is damaged")
        return said, Version(answer["_seq_no"], answer["_primary_term"])

    def read(self) -> tuple[Head, Version]:
        """The newest commit. Raises NoIndexError or IndexVersionError."""
        where = str(self._client.address)
        found = self.found()
        if found is None:
            raise NoIndexError(f"there is no index at {where}", remedy=Remedy("index", where))
        if (found[0].version, found[0].analyzer) != (REMOTE_VERSION, ANALYZER_VERSION):
            raise _another_version(where)
        return found

    def write(self, head: Head, before: Version | None) -> Version:
        """Commit, if the head is still that of `before`. Raises ConflictError."""
        return _put(self._client, f"{self._index}/_doc/head", head._asdict(), before)

    def open_gates(self, number: int, token: str) -> Gates:
        """Let one run write, and no earlier one any more."""
        documents, words = self.documents_index(number), self.words_index(number)
        actions: list[Json] = []
        for index in (documents, words, self._index):
            gate = {"index": index, "alias": f"{index}-by-{token}"}
            shut = {"index": index, "alias": f"{index}-by-*"}  # with `must_exist` no star is meant
            actions += [{"remove": shut}, {"add": gate}]
        self._client.ask("POST", "_aliases", {"actions": actions})
        return Gates(*(f"{index}-by-{token}" for index in (documents, words, self._index)))

    def _fence(self) -> None:
        """Make the head another one, with the same content: whoever read it cannot commit now."""
        for _ in range(_TRIES):
            said, before = self._read_head() or ({}, None)
            with suppress(ConflictError):  # it has committed at the last moment
                _put(self._client, f"{self._index}/_doc/head", said, before)
                return
        raise overtaken(self._client.address)

    # The catalogue, and the lines that recur

    def write_pieces(self, kind: Kind, data: bytes, generation: int, gate: str) -> Pieces:
        """Write a catalogue, or lines, in pieces; what the head says of them.

        Raises ConflictError if the gate was removed.
        """
        pieces = []
        for number, first in enumerate(range(0, len(data), _PIECE_BYTES)):
            piece = data[first : first + _PIECE_BYTES]
            said = {"said": {"data": base64.b64encode(piece).decode("ascii")}}
            name = _piece_name(kind, generation, number)
            self._client.ask("PUT", f"{gate}/_doc/{name}", said, require_alias="true")
            pieces.append((len(piece), zlib.crc32(piece)))
        return tuple(pieces)

    def read_pieces(self, kind: Kind, head: Head) -> bytes:
        """The catalogue, or the lines, of a commit. Raises IndexCorruptError."""
        damage = f"the list of {_LISTS[kind]} of {self._client.address} is damaged"
        found = []
        for name, said in head.pieces(kind):
            try:
                source = self._client.ask("GET", f"{self._index}/_doc/{name}")["_source"]
                piece = base64.b64decode(source["said"]["data"])
            except (MissingError, KeyError, TypeError, ValueError) as error:
                raise IndexCorruptError(damage) from error
            if (len(piece), zlib.crc32(piece)) != tuple(said):
                raise IndexCorruptError(damage)
            found.append(piece)
        return b"".join(found)

    def drop_pieces(self, kind: Kind, head: Head) -> None:
        """Remove those of an older commit."""
        for name, _ in head.pieces(kind):
            with suppress(MissingError):
                self._client.ask("DELETE", f"{self._index}/_doc/{name}")

    # The lease

    @contextmanager
    def lease(self, wait_s: float | None = None) -> Iterator[Lease]:
        """Be the only writer, after waiting so long at most for another one to end.

        Raises IndexLockedError, which says who it is.
        """
        self.make()
        lease = Lease(self._client, f"{self._index}/_doc/lease")
        give_up = time.monotonic() + (LOCK_WAIT_S if wait_s is None else wait_s)
        while True:
            try:
                is_from_another = lease.take()
                break
            except IndexLockedError:
                if time.monotonic() >= give_up:
                    raise
            self._client.sleep(_LOOK_S)
        try:
            if is_from_another:
                self._fence()
            yield lease
        finally:
            lease.give_back()


class Lease:
    """The right to write, for LEASE_S after it was taken or renewed."""

    def __init__(self, client: Client, path: str) -> None:
        self._client = client
        self._path = path
        self._version: Version | None = None
        self._until = 0.0
        self.token = secrets.token_hex(4)
        """Whose it is: no other run has the same."""

    def take(self) -> bool:
        """Take it; whether another writer had not given it back. Raises IndexLockedError."""
        try:
            self._write(None)
        except ConflictError:
            answer = self._client.ask("GET", self._path)
            said = answer["_source"]["said"]
            if not _is_over(said):
                raise IndexLockedError(
                    f"{self._client.address} is being written to by process {said['pid']} on "
                    f"{said['host']}: wait until it is done (if it was killed, {LEASE_S} s)"
                ) from None
            version = Version(answer["_seq_no"], answer["_primary_term"])
            try:
                self._write(version)
            except ConflictError:
                raise IndexLockedError(
                    f"another process has just begun to write to {self._client.address}"
                ) from None
            return True
        return False

    def keep(self) -> None:
        """Renew it if half of its time is over. Raises IndexLockedError if it was lost."""
        if time.time() >= self._until - LEASE_S / 2:
            self.renew()

    def renew(self) -> None:
        """Have it for LEASE_S from now. Raises IndexLockedError if it was lost."""
        if self._version is None:
            return
        try:
            self._write(self._version)
        except ConflictError as error:
            raise IndexLockedError(
                f"this process was not heard of for {LEASE_S} s, and another one writes to "
                f"{self._client.address} now: run it again"
            ) from error

    def give_back(self) -> None:
        """Let others write."""
        if self._version is not None:
            with suppress(Exception):  # it ends by itself
                self._client.ask("DELETE", self._path, **_if_still(self._version))
            self._version = None

    def _write(self, before: Version | None) -> None:
        until = time.time() + LEASE_S
        said = {"host": socket.gethostname(), "pid": os.getpid(), "until": until}
        said["token"] = self.token
        self._version = _put(self._client, self._path, said, before)
        self._until = until


def _piece_name(kind: Kind, generation: int, number: int) -> str:
    return f"{kind}-{generation}-{number}"


def _put(client: Client, path: str, said: Json, before: Version | None) -> Version:
    """Write a document that is still as before, or is not there yet. Raises ConflictError.

    If an answer is lost, the request is sent again, and is refused as what it would change is
    changed already. So it is looked whether that is our own doing.
    """
    how: Json = {"op_type": "create"} if before is None else _if_still(before)
    try:
        answer = client.ask("PUT", path, {"said": said}, **how)
    except ConflictError:
        try:
            answer = client.ask("GET", path)
        except MissingError:
            answer = {}
        if not answer or answer["_source"]["said"] != json.loads(json.dumps(said)):
            raise
    return Version(answer["_seq_no"], answer["_primary_term"])


def _if_still(version: Version) -> Json:
    return {"if_seq_no": version.seq_no, "if_primary_term": version.primary_term}


def _is_over(said: Json) -> bool:
    """Whether a lease ran out, or its writer, a process of this machine, is no more."""
    if time.time() > said["until"]:
        return True
    if said["host"] != socket.gethostname() or said["pid"] == os.getpid():
        return False
    try:
        os.kill(said["pid"], 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _another_version(where: str) -> IndexVersionError:
    return IndexVersionError(
        f"{where} was written by another version of Fahras: it must be rebuilt",
        remedy=Remedy("rebuild", where),
    )


def _frozen(value: Any) -> Any:
    """Lists, as JSON has them, as tuples."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
