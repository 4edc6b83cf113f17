"""An OpenSearch cluster to try and to test with: one node or three, on loopback, from Maven's jars.

    python tests/cluster/launcher.py [NODES]     start it, say where it is, stop it on Ctrl-C
    python tests/cluster/launcher.py --server    one node as a server would run, to measure it
    python tests/cluster/launcher.py --prepare   only fetch and compile what it needs

Needs Java 17 and Maven, whose ordinary client fetches the jars once, into `build/cluster`. There is
no security plugin among them: the nodes listen on loopback only. Most live for minutes, so that
Java's second compiler would cost more than it gains; one that is measured has it, and more memory.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE.parent.parent / "build" / "cluster"
HEAP_MB = 256
SERVER_HEAP_MB = 1024
FETCH_S = 120
START_S = 240


class ClusterError(Exception):
    """No cluster can be had here; the message says why."""


def prepare() -> tuple[Path, Path]:
    """The folders of the jars and of our class, made where they are missing."""
    for tool in ("java", "javac", "mvn"):
        if shutil.which(tool) is None:
            raise ClusterError(f"{tool} is not installed: a cluster needs Java 17 and Maven")
    jars, classes = BUILD / "lib", BUILD / "classes"
    if not list(jars.glob("opensearch-[0-9]*.jar")):
        _run(
            "the jars of OpenSearch cannot be fetched",
            *("mvn", "-q", "-B", "-f", str(HERE / "pom.xml")),
            *("dependency:copy-dependencies", f"-DoutputDirectory={jars}"),
        )
    if not (classes / "Node.class").exists():
        _run(
            "the launcher does not compile",
            *("javac", "-cp", f"{jars}/*", "-d", str(classes), str(HERE / "Node.java")),
        )
    return jars, classes


def _run(what: str, *command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_S)
    except subprocess.TimeoutExpired as error:
        raise ClusterError(f"{what} in {FETCH_S} s") from error
    if done.returncode:
        raise ClusterError(f"{what}: {(done.stdout + done.stderr).strip()[-500:]}")


class Cluster:
    """Some nodes, numbered from 0. Each can be killed and started again with its data."""

    def __init__(self, base: Path, size: int = 1, first_port: int = 0, heap_mb: int = HEAP_MB):
        self.base, self.size, self.heap_mb = base, size, heap_mb
        quick = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        self._java = quick if heap_mb < SERVER_HEAP_MB else []
        ports = _free_ports(2 * size) if not first_port else range(first_port, first_port + 10)
        self.http, self.transport = list(ports)[:size], list(ports)[-size:]
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """The address without the name of an index."""
        return "opensearch://" + ",".join(f"127.0.0.1:{port}" for port in self.http)

    def pid(self, node: int) -> int:
        return self._processes[node].pid

    def start(self, nodes: Sequence[int] = ()) -> None:
        """Start all nodes or some, and wait until they answer."""
        jars, classes = prepare()
        started = nodes or range(self.size)
        for node in started:
            self._start(node, jars, classes)
        for node in started:
            self._await(node)

    def _start(self, node: int, jars: Path, classes: Path) -> None:
        home = self.base / f"node{node}"
        home.mkdir(parents=True, exist_ok=True)
        seeds = ",".join(f"127.0.0.1:{port}" for port in self.transport)
        names = ",".join(f"node{number}" for number in range(self.size))
        kind = (
            ["discovery.type=single-node"]
            if self.size == 1
            else [f"discovery.seed_hosts={seeds}", f"cluster.initial_cluster_manager_nodes={names}"]
        )
        with (home / "log").open("ab") as log:
            self._processes[node] = subprocess.Popen(
                [
                    *("java", f"-Xms{self.heap_mb}m", f"-Xmx{self.heap_mb}m", *self._java),
                    *("-Xshare:auto", "-Djava.awt.headless=true"),
                    *("-Dfile.encoding=UTF-8", "-Djava.security.manager=allow"),
                    *(f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",),
                    *("-Dlog4j2.disable.jmx=true", "-Dopensearch.allow_insecure_settings=true"),
                    *("-cp", f"{classes}:{jars}/*", "Node", str(home)),
                    *("cluster.name=fahras-try", f"node.name=node{node}"),
                    *(f"http.port={self.http[node]}", f"transport.port={self.transport[node]}"),
                    *("cluster.routing.allocation.disk.threshold_enabled=false",),
                    f"path.repo={self.base / 'snapshots'}",
                    *kind,
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _await(self, node: int) -> None:
        where = (
            f"http://127.0.0.1:{self.http[node]}/_cluster/health?wait_for_status=yellow&timeout=5s"
        )
        give_up = time.monotonic() + START_S
        while time.monotonic() < give_up:
            if self._processes[node].poll() is not None:
                break
            try:
                with urllib.request.urlopen(where, timeout=10) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        log = (self.base / f"node{node}" / "log").read_text(errors="replace")
        raise ClusterError(f"a node did not start in {START_S} s: {log[-800:]}")

    def kill(self, node: int) -> None:
        """End a node as a power cut would."""
        self._processes[node].send_signal(signal.SIGKILL)
        self._processes[node].wait()

    def stop(self) -> None:
        """End all nodes in good order."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@contextmanager
def cluster(size: int = 1, first_port: int = 0, heap_mb: int = HEAP_MB) -> Iterator[Cluster]:
    """A cluster, stopped at the end; its data are removed."""
    with tempfile.TemporaryDirectory(prefix="fahras-cluster-") as base:
        nodes = Cluster(Path(base), size, first_port, heap_mb)
        try:
            nodes.start()
            yield nodes
        finally:
            nodes.stop()


def main() -> None:
    if sys.argv[1:] == ["--prepare"]:
        try:
            prepare()
        except ClusterError as error:
            sys.exit(f"no cluster: {error}")
        return
    is_server = sys.argv[1:] == ["--server"]
    size = int(sys.argv[1]) if len(sys.argv) > 1 and not is_server else 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with cluster(size, 9201, SERVER_HEAP_MB if is_server else HEAP_MB) as nodes:
            print(f"A cluster of {size} is at {nodes.url}/NAME; Ctrl-C stops it", flush=True)
            print(f"  fahras index corpus --index {nodes.url}/corpus", flush=True)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        print("stopped")
    except ClusterError as error:
        sys.exit(f"no cluster: {error}")


if __name__ == "__main__":
    main()
