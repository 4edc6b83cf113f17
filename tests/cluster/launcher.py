"""An OpenSearch cluster to try and to test with: one node or three, on loopback, from Maven's jars.

    python tests/cluster/launcher.py [NODES]     start it, say where it is, stop it on Ctrl-C
    python tests/cluster/launcher.py --secure [NODES]  the same with TLS and passwords
    python tests/cluster/launcher.py --server    one node as a server would run, to measure it
    python tests/cluster/launcher.py --prepare   only fetch and compile what they need

Needs Java 17 and Maven, whose ordinary client fetches the jars once, into `build/cluster`, and
those with the security plugin into `build/cluster-secure`. The nodes listen on loopback only. Most
live for minutes, so that Java's second compiler would cost more than it gains; one that is measured
has it, and more memory.
"""

from __future__ import annotations

import argparse
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from secured import Security, role_of

HERE = Path(__file__).parent
BUILD = HERE.parent.parent / "build"
HEAP_MB = 256
SERVER_HEAP_MB = 1024
FETCH_S = 120
START_S = 240


class ClusterError(Exception):
    """No cluster can be had here; the message says why."""


def prepare(*, secure: bool = False) -> tuple[Path, Path]:
    """The folders of the jars and of our class, made where they are missing."""
    for tool in ("java", "javac", "mvn", *(["openssl"] if secure else ())):
        if shutil.which(tool) is None:
            raise ClusterError(f"{tool} is not installed: a cluster needs Java 17 and Maven")
    jars, classes = _places(secure)
    if not is_prepared(secure=secure):
        _run(
            "the jars of OpenSearch cannot be fetched",
            *("mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), *(("-Psecure",) if secure else ())),
            *("dependency:copy-dependencies", f"-DoutputDirectory={jars}"),
        )
        for plugin in jars.glob("*.zip"):
            _unpack(plugin, jars)
    made, source = classes / "Node.class", HERE / "Node.java"
    if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
        _run(
            "the launcher does not compile",
            *("javac", "-cp", f"{jars}/*", "-d", str(classes), str(source)),
        )
    return jars, classes


def is_prepared(*, secure: bool = False) -> bool:
    """Whether the jars are there."""
    jars, _ = _places(secure)
    return any(jars.glob("opensearch-security-*.jar" if secure else "opensearch-[0-9]*.jar"))


def _places(secure: bool) -> tuple[Path, Path]:
    build = BUILD / ("cluster-secure" if secure else "cluster")
    return build / "lib", build / "classes"


def _unpack(plugin: Path, jars: Path) -> None:
    """Put the jars of a plugin beside those of the node, which are taken where both have one."""

    def kind(name: str) -> str:
        return re.split(r"-\d", name)[0]

    held = {kind(jar.name) for jar in jars.glob("*.jar")}
    with zipfile.ZipFile(plugin) as content:
        # the plugin's own jar comes last: it tells that all are there
        for name in sorted(content.namelist(), key=lambda name: name.startswith("opensearch-sec")):
            if name.endswith(".jar") and kind(name) not in held:
                content.extract(name, jars)


def _run(what: str, *command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_S)
    except subprocess.TimeoutExpired as error:
        raise ClusterError(f"{what} in {FETCH_S} s") from error
    if done.returncode:
        raise ClusterError(f"{what}: {(done.stdout + done.stderr).strip()[-500:]}")


class Cluster:
    """Some nodes, numbered from 0. Each can be killed and started again with its data."""

    def __init__(
        self,
        base: Path,
        size: int = 1,
        first_port: int = 0,
        heap_mb: int = HEAP_MB,
        *,
        secure: bool = False,
    ) -> None:
        self.base, self.size, self.heap_mb = base, size, heap_mb
        self.security = Security(base) if secure else None
        quick = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        self._java = quick if heap_mb < SERVER_HEAP_MB else []
        ports = _free_ports(2 * size) if not first_port else range(first_port, first_port + 10)
        self.http, self.transport = list(ports)[:size], list(ports)[-size:]
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """The address without the name of an index."""
        scheme = "opensearch+https" if self.security else "opensearch"
        return f"{scheme}://" + ",".join(f"127.0.0.1:{port}" for port in self.http)

    def base_of(self, node: int) -> str:
        """Where a node answers, as other programs write it."""
        return f"{'https' if self.security else 'http'}://127.0.0.1:{self.http[node]}"

    def pid(self, node: int) -> int:
        return self._processes[node].pid

    def start(self, nodes: Sequence[int] = ()) -> None:
        """Start all nodes or some, and wait until they answer."""
        jars, classes = prepare(secure=self.security is not None)
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
                    *(self.security.settings(home) if self.security else ()),
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _await(self, node: int) -> None:
        where = f"{self.base_of(node)}/_cluster/health?wait_for_status=yellow&timeout=5s"
        context = self.security.context if self.security else None
        give_up = time.monotonic() + START_S
        while time.monotonic() < give_up:
            if self._processes[node].poll() is not None:
                break
            try:
                with urllib.request.urlopen(where, timeout=10, context=context) as answer:
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
def cluster(
    size: int = 1, first_port: int = 0, heap_mb: int = HEAP_MB, *, secure: bool = False
) -> Iterator[Cluster]:
    """A cluster, stopped at the end; its data are removed."""
    with tempfile.TemporaryDirectory(prefix="fahras-cluster-") as base:
        nodes = Cluster(Path(base), size, first_port, heap_mb, secure=secure)
        try:
            nodes.start()
            yield nodes
        finally:
            nodes.stop()


def _fetch() -> None:
    """Fetch what tests need; without the security plugin, those with TLS are skipped."""
    try:
        prepare()
    except ClusterError as error:
        sys.exit(f"no cluster: {error}")
    try:
        prepare(secure=True)
    except ClusterError as error:
        print(f"no cluster with TLS: {error}", file=sys.stderr)


def _netrc(nodes: Cluster) -> Path:
    """A file with the name and the password of a user who may write the index `corpus`."""
    assert nodes.security is not None
    password = nodes.security.add_user(nodes.base_of(0), "fahras", role_of("corpus"))
    found = nodes.base / "netrc"
    found.touch(0o600)
    found.write_text(f"machine 127.0.0.1 login fahras password {password}\n", "utf-8")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", type=int, default=1)
    for option in ("--secure", "--server", "--prepare"):
        parser.add_argument(option, action="store_true")
    options = parser.parse_args()
    if options.prepare:
        _fetch()
        return
    heap_mb = SERVER_HEAP_MB if options.server else HEAP_MB
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with cluster(options.size, 9201, heap_mb, secure=options.secure) as nodes:
            print(f"A cluster of {options.size} is at {nodes.url}/NAME; Ctrl-C stops it")
            if nodes.security:
                print(f"  export FAHRAS_CLUSTER_CA={nodes.security.ca} NETRC={_netrc(nodes)}")
            print(f"  fahras index corpus --index {nodes.url}/corpus", flush=True)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        print("stopped")
    except ClusterError as error:
        sys.exit(f"no cluster: {error}")


if __name__ == "__main__":
    main()
