"""The cluster that these tests run on: one node, started once, or the one that is named.

Without FAHRAS_TEST_CLUSTER they are skipped: `make test-cluster` sets it. `start` starts a node of
its own; an address such as opensearch://127.0.0.1:9201 names one that runs.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import pytest
from launcher import cluster

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


@pytest.fixture
def url(base: str) -> str:
    """The address of an index that is not there yet."""
    return f"{base}/test-{secrets.token_hex(4)}"
