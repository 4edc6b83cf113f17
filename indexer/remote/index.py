"""An index on a cluster, with the methods of any other: see `indexer.index`.

The run that reads and compares files is the same; here is what differs in making and changing an
index: a lease instead of a lock, bulk requests instead of segments, one write of the head, not a
rename.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from indexer.errors import (
    FahrasError,
    IndexCorruptError,
    IndexVersionError,
    NoRootsError,
    Remedy,
)
from indexer.folder import catalogue as catalogues
from indexer.folder.catalogue import Catalogue
from indexer.index import Index
from indexer.remote.address import Address, parse
from indexer.remote.client import (
    PATIENT,
    Client,
    ClusterError,
    ConflictError,
    MissingError,
    overtaken,
)
from indexer.remote.commit import OpenCommit, admitted_by
from indexer.remote.head import Gates, Head, Lease, Meta, Version
from indexer.remote.mapping import Json, documents_body, words_body
from indexer.remote.reader import RemoteReader
from indexer.remote.writer import Place, RemoteWriter
from indexer.schema import FORM_FIELDS

if TYPE_CHECKING:
    from collections.abc import Set

    from indexer.reports import ProgressCallback


_ALWAYS_LEARNT = 2_000
"""Of so many documents lines are learnt at every commit, in less than a tenth of a second."""

_SHARE_TO_LEARN = 4
"""Else where one of so many came, or went, since lines were learnt; one that changed did both."""


class RemoteIndex(RemoteReader, Index):
    """An index on a cluster. Make one with `Index.create`, `open` or `rebuild`."""

    def __init__(
        self, address: Address, client: Client | None = None, wait_s: float | None = None
    ) -> None:
        super().__init__(client or Client(address))
        self._patient = client or Client(address, patience=PATIENT)
        self._wait_s = wait_s
        self._lock = None
        self._stack = ExitStack()
        self._lease: Lease | None = None
        self._gates: Gates | None = None

    # Opening

    @classmethod
    def at(cls, where: str, wait_s: float | None = None) -> RemoteIndex:
        """Open the index there. Raises NoIndexError or IndexVersionError."""
        index = cls(parse(where), wait_s=wait_s)
        index._meta.read()
        return index

    @classmethod
    def made(cls, home: str, where: str, wait_s: float | None = None) -> RemoteIndex:
        """A new index there; what is there already is opened instead."""
        index = cls(parse(where), wait_s=wait_s)
        if index._meta.found() is not None:
            index._meta.read()
            return index
        index._hold()
        if index._meta.found() is None:
            index._begin_with(Catalogue(home), 0)
        return index

    @classmethod
    def anew(
        cls,
        where: str,
        roots: Sequence[str] = (),
        home: str = ".",
        wait_s: float | None = None,
    ) -> RemoteIndex:
        """An index that replaces the one there; see `Index.rebuild`."""
        index = cls(parse(where), wait_s=wait_s)
        index._hold()
        try:
            index._begin_with(*index._kept(list(roots), home))
        except BaseException:
            index._release()
            raise
        return index

    def _kept(self, roots: list[str], home: str) -> tuple[Catalogue, int | None]:
        """The catalogue to begin again with, and the number of the documents' index so far."""
        number, catalogue = None, None
        try:
            found = self._meta.found()
            number = 0 if found is None else found[0].number
            if found is not None:
                catalogue = self._catalogue_of(found[0])
            elif not roots:
                self._meta.read()  # says that there is none
        except (IndexCorruptError, IndexVersionError):
            if not roots:
                remedy = Remedy("name_roots", str(self._address))
                raise NoRootsError(
                    f"{self._address} does not tell any more what it is an index of", remedy=remedy
                ) from None
        if catalogue is None:
            home = os.path.abspath(home)
            catalogue = Catalogue(home)
            return Catalogue(home, [catalogue.key(os.path.abspath(root)) for root in roots]), number
        return (
            Catalogue(catalogue.home, catalogue.roots, said=catalogue.said, loose=catalogue.loose),
            number,
        )

    def _hold(self) -> None:
        self._lease = self._stack.enter_context(Meta(self._patient).lease(self._wait_s))

    @property
    def _held(self) -> Lease:
        assert self._lease is not None  # noqa: S101  whoever writes holds it
        return self._lease

    def _release(self) -> None:
        self._stack.close()
        self._lease, self._gates = None, None

    def _begin_with(self, catalogue: Catalogue, before: int | None) -> None:
        """Make the indices of a new one, which are used from its first commit on.

        What a killed run, or one that still believes to write, made is removed, and its number is
        not used again: so that what that run may yet remove is not ours. before: which one is in
        use; None: the head does not say it, so that none is removed.
        """
        self._held.keep()
        number = (before or 0) + 1
        while self._client.has(self._meta.documents_index(number)):
            if before is not None:
                self._drop(number)
            number += 1
        shards, replicas = self._address.shards, self._address.replicas
        documents, words = self._meta.documents_index(number), self._meta.words_index(number)
        self._client.ask("DELETE", words, ignore_unavailable="true")
        for index, body in ((documents, documents_body), (words, words_body)):
            with suppress(ConflictError):  # the answer to the first request was lost
                self._client.ask("PUT", index, body(shards, replicas))
        self._fresh = Head(number, self._routes(documents, shards)), catalogue
        self._is_new = True

    def _routes(self, index: str, shards: int) -> tuple[str, ...]:
        """For each shard a routing value that leads there."""
        found: dict[int, str] = {}
        for number in range(64 * shards):
            route = str(number)
            answer = self._client.ask("GET", f"{index}/_search_shards", routing=route)
            if not answer["shards"]:  # what is said where the index is not there any more
                raise overtaken(self._address)
            found.setdefault(answer["shards"][0][0]["shard"], route)
            if len(found) == shards:
                break
        return tuple(found[shard] for shard in sorted(found))

    def close(self) -> None:
        """See Index."""
        self._let_go()
        if self._is_new and self._fresh is not None:
            self._drop(self._fresh[0].number)
        self._is_new, self._fresh = False, None
        self._release()

    def _drop(self, number: int) -> None:
        """Remove the documents and words of an index that is not in use."""
        with suppress(FahrasError):
            for name in (self._meta.documents_index(number), self._meta.words_index(number)):
                self._client.ask("DELETE", name, ignore_unavailable="true")

    # Writing

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if self._lease is None:
            self._hold()
        try:
            yield
        except MissingError as error:  # what we write to was removed
            raise overtaken(self._address) from error
        finally:
            if not self._is_new:
                self._release()

    def _clear(self) -> list[str]:
        """Remove what killed runs left."""
        self._let_go()
        if not self._is_new:
            head = self._head
            left: Json = {"bool": {"must_not": [{"bool": admitted_by(head)}]}}
            writer = self._writer(head)
            writer.remove(left)
            writer.remove_words()
        return []

    def _load_catalogue(self) -> Catalogue:
        """A catalogue of one's own to change."""
        if self._fresh is not None and self._is_new:
            return self._fresh[1]
        return self._catalogue_of(self._head)

    def _gates_of(self, head: Head) -> Gates:
        """The gates of this run, which shut those of earlier ones.

        Renewed after that, the lease was ours all the time, so that `head` is the newest one; and
        whoever takes it later shuts these gates.
        """
        if self._gates is None:
            self._held.keep()
            self._gates = self._meta.open_gates(head.number, self._held.token)
            self._held.renew()
        return self._gates

    def _writer(self, head: Head) -> RemoteWriter:
        gates = self._gates_of(head)
        return RemoteWriter(
            self._patient,
            self._held,
            Place(gates.documents, gates.words, head.next_number, knows=head.forms > 0),
            head.generation + 1,
        )

    def _writing(  # type: ignore[override]  # another writer with the same methods
        self, catalogue: Catalogue, notes: list[str]
    ) -> AbstractContextManager[RemoteWriter]:
        return self._written(catalogue, notes)

    @contextmanager
    def _written(self, catalogue: Catalogue, notes: list[str]) -> Iterator[RemoteWriter]:
        head = self._head
        before = self._meta.version()
        writer = self._writer(head)
        try:
            yield writer
        except BaseException:
            with suppress(Exception):
                writer.cancel()
            raise
        notes += self._commit_to(writer, catalogue, head, before)

    def _commit_to(
        self, writer: RemoteWriter, catalogue: Catalogue, head: Head, before: Version | None
    ) -> list[str]:
        """Write the catalogue, then the head: from then on the run is part of the index."""
        old = self._before()
        writer.refresh()
        following = head._replace(
            generation=writer.generation if not self._is_new else _next(old),
            next_number=catalogue.next_number,
            gone=tuple(sorted(set(writer.gone))),
            updated=catalogue.updated,
            aliases=self._aliases_to_keep(old),
            forms=head.forms + writer.forms,
        )
        gate = self._gates_of(head).catalogue
        following = self._with_lines(self._counted(following), catalogue, gate)
        self._held.keep()
        data = catalogues.packed(catalogue)
        pieces = self._meta.write_pieces("catalogue", data, following.generation, gate)
        following = following._replace(catalogue=pieces)
        version = self._meta.write(following, before)
        self._is_new, self._fresh = False, None
        notes: list[str] = []
        try:
            self._finish(writer, following, version, old)
        except FahrasError as error:  # the commit is valid; the next run does it
            notes.append(f"what is no longer needed was not removed: {error}")
        self._let_go()
        return notes

    def _before(self) -> tuple[Head, Version] | None:
        """The commit that is replaced, if there is one that can be read."""
        with suppress(IndexCorruptError):
            return self._meta.found()
        return None

    def _aliases_to_keep(self, old: tuple[Head, Version] | None) -> tuple[tuple[str, str], ...]:
        if self._fresh is not None and self._fresh[0].aliases:
            return self._fresh[0].aliases
        return old[0].aliases if old is not None else ()

    def _finish(
        self,
        writer: RemoteWriter,
        head: Head,
        version: Version,
        old: tuple[Head, Version] | None,
    ) -> None:
        """Remove what the commit made needless, and let people find the documents by the name."""
        if head.gone:
            writer.remove({"bool": {"must": [{"bool": _gone_of(head)}]}})
            self._meta.write(head._replace(gone=()), version)
        if old is not None:
            self._meta.drop_pieces("catalogue", old[0])
            if old[0].lines_generation != head.lines_generation:
                self._meta.drop_pieces("lines", old[0])
        if old is None or old[0].number != head.number:
            name = self._address.name
            actions: list[Json] = [
                {"add": {"index": self._meta.documents_index(head.number), "alias": name}}
            ]
            if old is not None:
                gone = self._meta.documents_index(old[0].number)
                actions.append({"remove": {"index": gone, "alias": name, "must_exist": False}})
            self._client.ask("POST", "_aliases", {"actions": actions})
            if old is not None:
                self._drop(old[0].number)

    def _counted(self, head: Head) -> Head:
        """The head with the numbers of documents and words that it will have."""
        sums = {name: {"sum": {"field": f"{name}_length"}} for name in FORM_FIELDS}
        body = {
            "size": 0,
            "track_total_hits": True,
            "query": {"bool": admitted_by(head)},
            "aggs": sums,
        }
        answer = OpenCommit(self._patient, self._meta, head).search(body)
        lengths = {name: int(answer["aggregations"][name]["value"]) for name in FORM_FIELDS}
        return head._replace(
            documents=answer["hits"]["total"]["value"], lengths=tuple(lengths.items())
        )

    def _with_lines(self, head: Head, catalogue: Catalogue, gate: str) -> Head:
        """The head with the lines that recur: learnt anew if there are other documents enough."""
        count, before = head.documents, head.lines_documents
        commit = OpenCommit(self._patient, self._meta, head)
        if count > _ALWAYS_LEARNT:
            since = {"range": {"file": {"gte": head.lines_next}}}
            came = commit.best({"bool": {"must": [since], **commit.admitted}}, 0)[1]
            if max(came, before - (count - came)) * _SHARE_TO_LEARN < before:
                return head
        from indexer.remote.copies import learnt_in, texts_there

        texts = texts_there(commit, self._held.keep)
        pieces = self._meta.write_pieces(
            "lines", learnt_in(texts, catalogue.files), head.generation, gate
        )
        return head._replace(
            lines=pieces,
            lines_generation=head.generation,
            lines_documents=count,
            lines_next=head.next_number,
        )

    def replace_broken(
        self, broken: Set[str], again: Any, progress: ProgressCallback | None = None
    ) -> None:
        """See `read_again`: a cluster has no segments of ours."""
        raise FahrasError("an index on a cluster is repaired by its files")

    def read_again(self, keys: Sequence[str], progress: ProgressCallback | None = None) -> None:
        """Read some files again and replace what is indexed of them."""
        from indexer.folder.changes import look
        from indexer.update.plan import Asked, plan_update
        from indexer.update.run import Run, problems_of, stamp

        started_ns = time.time_ns()
        with self._locked():
            self._clear()
            catalogue = self._load_catalogue()
            gone = [catalogue.files.pop(key).number for key in keys if key in catalogue.files]
            plan = plan_update(catalogue, Asked(), progress, look)
            with self._written(catalogue, []) as writer:
                run = Run(writer, catalogue, progress, gone)
                run.carry_out(plan)
                stamp(catalogue, started_ns, problems_of(plan, run), plan.places)

    def alias_fields(self, aliases: Mapping[str, str]) -> tuple[str, ...]:
        """See Index."""
        from indexer.query.aliases import renamed

        with self._locked():
            if self._is_new and self._fresh is not None:
                named = tuple(sorted(renamed(self.aliases, aliases).items()))
                self._fresh = self._fresh[0]._replace(aliases=named), self._fresh[1]
            else:
                head, version = self._meta.read()
                named = tuple(sorted(renamed(dict(head.aliases), aliases).items()))
                self._meta.write(head._replace(aliases=named), version)
            self._let_go()
        return ()


def _gone_of(head: Head) -> Json:
    return {"should": admitted_by(head)["must_not"], "minimum_should_match": 1}


def _next(old: tuple[Head, Version] | None) -> int:
    return 1 if old is None else old[0].generation + 1


__all__ = ["ClusterError", "RemoteIndex"]
