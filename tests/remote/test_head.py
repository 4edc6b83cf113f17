"""What is committed, and who may write?"""

from __future__ import annotations

import json
import os
import socket
import time
from typing import Any

import pytest
from cluster_doubles import Documents, client_of

from indexer.errors import IndexCorruptError, IndexLockedError, IndexVersionError, NoIndexError
from indexer.remote.client import ConflictError
from indexer.remote.head import LEASE_S, Head, Meta
from indexer.remote.mapping import REMOTE_VERSION

LEASE = "/news-meta/_doc/lease"


@pytest.fixture
def documents() -> Documents:
    return Documents()


@pytest.fixture
def meta(documents: Documents) -> Meta:
    return Meta(client_of(documents))


def test_a_head_is_read_as_it_was_written(meta: Meta) -> None:
    with pytest.raises(NoIndexError):
        meta.read()
    head = Head(3, ("0", "7"), 5, (("كاتب", "title"),), 9, (("text", 4),), 12, (1, 2), ((3, 4),))
    version = meta.write(head, None)
    assert meta.read() == (head, version)


def test_a_head_that_lacks_what_heads_say_of_late_is_read(meta: Meta, documents: Documents) -> None:
    said = Head(1, ("0",), lines_next=7)._asdict()
    del said["lines_next"]
    documents.held["/news-meta/_doc/head"] = 1, json.dumps({"said": said})
    assert meta.read()[0] == Head(1, ("0",))


def test_of_two_commits_from_one_head_one_is_refused(meta: Meta) -> None:
    first = meta.write(Head(1, ("0",)), None)
    meta.write(Head(1, ("0",), 1), first)
    with pytest.raises(ConflictError):
        meta.write(Head(1, ("0",), 2), first)
    with pytest.raises(ConflictError):
        meta.write(Head(1, ("0",), 2), None)
    assert meta.read()[0].generation == 1


@pytest.mark.parametrize(
    "change", [{"version": 99}, {"analyzer": 99}, {"version": 99, "gone": None}]
)
def test_another_version_must_be_rebuilt(
    change: dict[str, Any], meta: Meta, documents: Documents
) -> None:
    said = Head(1, ("0",))._asdict() | change
    if said["gone"] is None:
        del said["gone"]
    documents.held["/news-meta/_doc/head"] = 1, json.dumps({"said": said})
    with pytest.raises(IndexVersionError):
        meta.read()
    found = meta.found()
    assert found is not None
    assert found[0].number == 1, "a rebuild must leave alone what is in use"


@pytest.mark.parametrize("said", [None, {"version": REMOTE_VERSION}, {"version": 99}])
def test_a_damaged_head_is_refused(said: Any, meta: Meta, documents: Documents) -> None:
    documents.held["/news-meta/_doc/head"] = 1, json.dumps({"said": said})
    with pytest.raises(IndexCorruptError):
        meta.read()


@pytest.mark.parametrize("size", [0, 1, (4 << 20) - 1, 4 << 20, (4 << 20) + 1])
def test_a_catalogue_comes_back_from_its_pieces(size: int, meta: Meta) -> None:
    data = os.urandom(size)
    gate = meta.open_gates(1, "0000000a").catalogue
    head = Head(1, ("0",), 7, catalogue=meta.write_pieces("catalogue", data, 7, gate))
    assert meta.read_pieces("catalogue", head) == data


@pytest.mark.parametrize("damage", ["lost", "another"])
def test_a_damaged_catalogue_is_refused(damage: str, meta: Meta, documents: Documents) -> None:
    gate = meta.open_gates(1, "0000000a").catalogue
    head = Head(1, ("0",), 7, catalogue=meta.write_pieces("catalogue", b"files", 7, gate))
    if damage == "another":
        meta.write_pieces("catalogue", b"filed", 7, gate)
    else:
        del documents.held["/news-meta/_doc/catalogue-7-0"]
    with pytest.raises(IndexCorruptError):
        meta.read_pieces("catalogue", head)


def test_lines_are_kept_until_others_are_learnt(meta: Meta) -> None:
    gate = meta.open_gates(1, "0000000a").catalogue
    head = Head(
        1, ("0",), 7, lines=meta.write_pieces("lines", b"lines", 7, gate), lines_generation=7
    )
    assert (
        meta.read_pieces("lines", head)
        == meta.read_pieces("lines", head._replace(generation=8))
        == b"lines"
    )
    meta.drop_pieces("catalogue", head._replace(catalogue=head.lines))
    assert meta.read_pieces("lines", head) == b"lines"
    meta.drop_pieces("lines", head)
    with pytest.raises(IndexCorruptError, match="lines that recur"):
        meta.read_pieces("lines", head)


def test_one_writes_at_a_time(meta: Meta) -> None:
    with meta.lease(), pytest.raises(IndexLockedError, match=f"process {os.getpid()}"):  # noqa: SIM117
        with meta.lease(0):
            pass
    with meta.lease(0):
        pass


def lease_of(host: str, pid: int, until: float) -> str:
    return json.dumps({"said": {"host": host, "pid": pid, "until": until}})


HERE, ELSEWHERE, NOBODY = socket.gethostname(), "elsewhere.test", 1 << 22
TAKEN = {
    "run out": (ELSEWHERE, 1, -1, True),
    "elsewhere": (ELSEWHERE, NOBODY, 60, False),
    "a process of this machine": (HERE, os.getppid(), 60, False),
    "a process that is no more": (HERE, NOBODY, 60, True),
}


@pytest.mark.parametrize("case", TAKEN)
def test_whose_lease_is_taken_over(case: str, meta: Meta, documents: Documents) -> None:
    host, pid, left, is_taken = TAKEN[case]
    documents.held[LEASE] = 1, lease_of(host, pid, time.time() + left)
    if is_taken:
        with meta.lease(0):
            pass
    else:
        with pytest.raises(IndexLockedError, match=host), meta.lease(0):
            pass


def test_what_a_lost_answer_hides_is_asked_for(meta: Meta, documents: Documents) -> None:
    """A request is sent again, and refused as its first arrival was done already."""
    documents.lose_answers = 1
    version = meta.write(Head(1, ("0",)), None)
    assert meta.version() == version
    documents.lose_answers = 1
    assert meta.write(Head(1, ("0",), 1), version) == meta.version()
    documents.lose_answers = 1
    with meta.lease(0) as lease, pytest.raises(IndexLockedError), meta.lease(0):
        lease.keep()


def test_who_had_the_lease_can_neither_commit_nor_write(meta: Meta, documents: Documents) -> None:
    """As if stopped right before its commit, while the lease ran out and another one took it."""
    first = meta.write(Head(1, ("0",)), None)
    gates = meta.open_gates(1, "0000000a")
    documents.held[LEASE] = 99, lease_of(ELSEWHERE, 1, time.time() - 1)
    with meta.lease(0) as lease:
        with pytest.raises(ConflictError):
            meta.write(Head(1, ("0",), 1, documents=7), first)
        meta.open_gates(1, lease.token)
        with pytest.raises(ConflictError, match="run it again"):
            meta.write_pieces("catalogue", b"files", 1, gates.catalogue)
    assert meta.read()[0] == Head(1, ("0",))


def test_a_first_commit_is_fenced_off_too(meta: Meta, documents: Documents) -> None:
    documents.held[LEASE] = 1, lease_of(ELSEWHERE, 1, time.time() - 1)
    with meta.lease(0):
        with pytest.raises(ConflictError):
            meta.write(Head(1, ("0",)), None)
        with pytest.raises(NoIndexError):
            meta.read()
        meta.write(Head(2, ("0",)), meta.version())
    assert meta.read()[0].number == 2


def test_a_lease_that_was_given_back_costs_no_write(meta: Meta) -> None:
    version = meta.write(Head(1, ("0",)), None)
    with meta.lease():
        pass
    with meta.lease():
        assert meta.version() == version


def test_who_lost_the_lease_stops(
    meta: Meta, documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    with meta.lease() as lease:
        lease.keep()
        before = documents.held[LEASE][0]
        now = time.time()
        monkeypatch.setattr("time.time", lambda: now + LEASE_S * 0.6)
        lease.keep()
        assert documents.held[LEASE][0] > before, "it was renewed"
        documents.held[LEASE] = 99, lease_of(ELSEWHERE, 1, now + 999)
        monkeypatch.setattr("time.time", lambda: now + LEASE_S * 1.5)
        with pytest.raises(IndexLockedError, match="run it again"):
            lease.keep()
    assert documents.held[LEASE][0] == 99, "another's is left alone"
