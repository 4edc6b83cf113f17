"""Is an index on a cluster what was written? Its list of files against its documents.

The cluster checks its own files. What can be out of step is which documents there are: every file
must have as many as the list says, and no document may be of a file that is not there.
"""

from __future__ import annotations

from collections.abc import Iterator

from indexer.errors import IndexCorruptError
from indexer.folder import catalogue as catalogues
from indexer.folder.catalogue import Catalogue
from indexer.remote.address import parse
from indexer.remote.client import Client
from indexer.remote.commit import OpenCommit
from indexer.remote.head import Meta
from indexer.remote.index import RemoteIndex
from indexer.remote.mapping import Json
from indexer.remote.writer import PART_BITS
from indexer.reports import ProgressCallback
from indexer.upkeep.checkup import Checkup, Damage
from indexer.upkeep.repair import Repaired

_PAGE = 10_000


def check(index_dir: str, *, deep: bool = False, report: ProgressCallback | None = None) -> Checkup:
    """Check an index. `deep` reads nothing more: the cluster has checksums of its own.

    Raises NoIndexError, IndexVersionError and ClusterError.
    """
    client = Client(parse(index_dir))
    meta = Meta(client)
    commit = OpenCommit(client, meta, meta.read()[0])
    segments = int(commit.figures["_all"]["primaries"]["segments"]["count"])
    size = int(commit.figures["_all"]["primaries"]["store"]["size_in_bytes"])
    try:
        catalogue = catalogues.unpacked(meta.read_pieces("catalogue", commit.head), index_dir)
    except IndexCorruptError as error:
        return Checkup((Damage("head", "catalogue", str(error)),), segments, needs_rebuild=True)
    held = dict(_held(commit))
    damage, stale = [], set()
    for key, number, documents in _files(catalogue):
        there = held.pop(number, 0)
        if there != documents:
            problem = f"{there:,} of {documents:,} documents are there"
            damage.append(Damage(catalogue.absolute(key), "", problem))
            stale.add(key)
    if held:
        problem = f"{sum(held.values()):,} documents are of files that are not in the list"
        damage.append(Damage("documents", "", problem))
    documents = commit.head.documents
    return Checkup(tuple(damage), segments, documents, size, stale=frozenset(stale))


def _files(catalogue: Catalogue) -> Iterator[tuple[str, int, int]]:
    """(key, number, documents) of each file."""
    for key in catalogue.files:
        entry = catalogue.files[key]
        yield key, entry.number, entry.documents


def _held(commit: OpenCommit) -> Iterator[tuple[int, int]]:
    """(file, documents) for every file that has any; the parts of a cut text are one."""
    whole = {"script": {"source": f"doc['place'].value % {1 << PART_BITS} == 0 ? 1 : 0"}}
    pages: Json = {"size": _PAGE, "sources": [{"file": {"terms": {"field": "file"}}}]}
    body: Json = {
        "size": 0,
        "query": {"bool": commit.admitted},
        "aggs": {"files": {"composite": pages, "aggs": {"whole": {"sum": whole}}}},
    }
    while True:
        found = commit.search(body)["aggregations"]["files"]
        for bucket in found["buckets"]:
            yield int(bucket["key"]["file"]), int(bucket["whole"]["value"])
        if "after_key" not in found:
            return
        pages["after"] = found["after_key"]


def repair(
    index_dir: str,
    found: Checkup,
    *,
    report: ProgressCallback | None = None,
    wait_s: float | None = None,
) -> Repaired:
    """Read again what is not as the list says. Raises as `Index.update` and `Index.rebuild`."""
    address = parse(index_dir)
    if found.needs_rebuild:
        with RemoteIndex.anew(index_dir, wait_s=wait_s) as index:
            index.update(progress=report)
        return Repaired()
    with RemoteIndex(address, wait_s=wait_s) as index:
        before = {key: index.document_path(key) for key in found.stale}
        index.read_again(sorted(found.stale), report)
        index.refresh()
        kept = set(index.documented())
    return Repaired(tuple(path for key, path in before.items() if key not in kept))
