"""The cluster that these tests run on: one node, started once, or the one that is named.

Those with TLS always start their own, if the security plugin was fetched.

Without FAHRAS_TEST_CLUSTER they are skipped: `make test-cluster` sets it. `start` starts a node of
its own; an address such as opensearch://127.0.0.1:9201 names one that runs.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import pytest
from launcher import Cluster, cluster, is_prepared

from indexer.remote.address import parse
from indexer.remote.client import Client

ASKED = os.environ.get("FAHRAS_TEST_CLUSTER", "")


@pytest.fixture(scope="session")
def base() -> Iterator[str]:
    """The address of a cluster, without the name of an index."""
    if not ASKED:
        pytest.skip("needs a cluster: make test-cluster")
    if ASKED != "start":
        yield ASKED
        return
    with cluster(1) as nodes:
        yield nodes.url


@pytest.fixture(scope="session")
def secure() -> Iterator[Cluster]:
    """A node with TLS, of which only the administrator is known."""
    if not ASKED:
        pytest.skip("needs a cluster: make test-cluster")
    if not is_prepared(secure=True):
        pytest.skip("the security plugin is not here: make jars fetches it from Maven Central")
    with cluster(1, secure=True) as nodes:
        yield nodes


@pytest.fixture
def url(base: str) -> Iterator[str]:
    """The address of an index that is not there yet, and not any more afterwards."""
    name = f"test-{secrets.token_hex(4)}"
    yield f"{base}/{name}"
    Client(parse(f"{base}/{name}")).ask("DELETE", f"{name}-*")
