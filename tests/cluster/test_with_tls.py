"""Do the commands work with TLS and passwords, by the rights that docs/cluster.md asks for?"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from launcher import Cluster
from secured import Authority, Security, role_of

from indexer.cli.app import run
from indexer.remote.address import CA, PASSWORD, USER


class Guarded(NamedTuple):
    """A cluster with users, by name their passwords."""

    nodes: Cluster
    name: str
    passwords: dict[str, str]

    @property
    def security(self) -> Security:
        assert self.nodes.security is not None
        return self.nodes.security

    @property
    def url(self) -> str:
        return f"{self.nodes.url}/{self.name}"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        return self.security.ask(self.nodes.base_of(0), method, path, body)


@pytest.fixture(scope="module")
def guarded(secure: Cluster) -> Guarded:
    name = f"tls-{secrets.token_hex(3)}"
    assert secure.security is not None
    passwords = {
        user: secure.security.add_user(secure.base_of(0), user, role)
        for user, role in (
            ("writer", role_of(name)), ("reader", role_of(name, "reader")), ("nobody", None)
        )
    }  # fmt: skip
    return Guarded(secure, name, passwords)


class Commands:
    """The command line of some user, in a folder of texts."""

    def __init__(
        self,
        guarded: Guarded,
        folder: Path,
        environ: pytest.MonkeyPatch,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        self._guarded, self.environ, self._capfd = guarded, environ, capfd
        environ.chdir(folder)
        environ.setenv("NETRC", str(folder / "none"))
        environ.setenv("FAHRAS_INDEX", guarded.url)
        environ.setenv(CA, str(guarded.security.ca))

    def of(self, user: str) -> Commands:
        self.environ.setenv(USER, user)
        self.environ.setenv(PASSWORD, self._guarded.passwords[user])
        return self

    def __call__(self, *line: str) -> tuple[int, str, str]:
        """(exit code, stdout, stderr), neither of which has a password."""
        code = run(line)
        out, err = self._capfd.readouterr()
        for password in self._guarded.passwords.values():
            assert password not in out + err
        return code, out, err

    def done(self, *line: str) -> str:
        """What a command prints that must have nothing to complain of."""
        code, out, err = self(*line)
        assert (code, err) == (0, ""), line
        assert "was not removed" not in out
        return out

    def refused(self, *line: str) -> str:
        """The one line that says why not."""
        code, _, err = self(*line)
        assert code == 2, line
        assert err.count("\n") == 1
        return err


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    for name, text in {"a": "نفط وغاز", "b": "نفط في كتاب", "c": "كُتُب المكتبة"}.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    return folder


@pytest.fixture
def fahras(
    guarded: Guarded,
    texts: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Commands:
    return Commands(guarded, texts, monkeypatch, capfd)


READING = [
    ["search", "نفط"], ["search", "نفط", "--all"], ["search", "كتا*"], ["search", "كتاب~1"],
    ["search", "«نفط وغاز»", "--explain"], ["search", "كتاب", "--match", "root"],
    ["search", "كُتُب", "--strict", "marks"], ["similar", "a.txt"], ["terms", "كتا"], ["terms", "*"],
    ["terms", "*", "--sort", "count"], ["stats"], ["show", "a.txt"], ["export"], ["verify"],
    ["duplicates"],
]  # fmt: skip


def test_whoever_writes_needs_only_these_rights(fahras: Commands, texts: Path) -> None:
    """A file comes, changes and goes; the index is made, rebuilt and repaired."""
    fahras.of("writer")
    assert "3 added" in fahras.done("index", ".")
    (texts / "d.txt").write_text("ماء", "utf-8")
    (texts / "a.txt").write_text("نفط وغاز كثير", "utf-8")
    assert "1 added, 1 changed" in fahras.done("index")
    (texts / "d.txt").unlink()
    assert "1 removed" in fahras.done("index")
    fahras.done("index", "--field-alias", "جسم=text")
    assert "3 documents" in fahras.done("index", "--rebuild")
    for line in READING:
        code, _, err = fahras(*line)
        assert code in (0, 1), (line, err)


def test_what_is_missing_is_repaired(fahras: Commands, guarded: Guarded) -> None:
    query = {"query": {"term": {"file": 2}}}
    guarded.ask("POST", f"{guarded.name}-d2/_delete_by_query?refresh=true", query)
    assert "0 of 1 documents are there" in fahras.of("reader")("verify")[1]
    assert "repaired" in fahras.of("writer").done("verify", "--repair")


@pytest.mark.parametrize("line", READING, ids=" ".join)
def test_whoever_reads_needs_fewer(line: list[str], fahras: Commands) -> None:
    code, out, err = fahras.of("reader")(*line)
    assert (code, bool(out)) == ((1, False) if line == ["duplicates"] else (0, True)), err


@pytest.mark.parametrize("line", [["index"], ["index", "--rebuild"]], ids=" ".join)
def test_whoever_may_only_read_is_told_which_right_is_missing(
    line: list[str], fahras: Commands
) -> None:
    said = fahras.of("reader").refused(*line)
    assert "does not let this user do that (indices:" in said
    assert "docs/cluster.md has the rights that are needed" in said
    assert "3 files" in fahras("stats")[1], "and nothing has changed"


@pytest.mark.parametrize("line", [["search", "نفط"], ["index"], ["verify"], ["stats"]])
def test_whoever_has_no_rights_is_told_so(line: list[str], fahras: Commands) -> None:
    assert "does not let this user do that" in fahras.of("nobody").refused(*line)


def test_a_wrong_password_or_none_is_told(fahras: Commands) -> None:
    fahras.environ.setenv(USER, "reader")
    fahras.environ.setenv(PASSWORD, "sesame")
    said = fahras.refused("search", "نفط")
    assert "does not know who asks" in said
    assert "sesame" not in said
    for name in (USER, PASSWORD):
        fahras.environ.delenv(name)
    said = fahras.refused("search", "نفط")
    assert USER in said
    assert "netrc" in said


def test_another_authority_is_not_trusted(fahras: Commands, tmp_path: Path) -> None:
    fahras.of("reader").environ.setenv(CA, str(Authority(tmp_path).ca.path))
    assert "is not trusted" in fahras.refused("search", "نفط")
    fahras.environ.delenv(CA)
    assert CA in fahras.refused("search", "نفط")


def test_a_host_by_another_name_is_refused(fahras: Commands, guarded: Guarded) -> None:
    where = guarded.url.replace("127.0.0.1", "localhost")
    assert "another name" in fahras.of("reader").refused("search", "نفط", "--index", where)


def test_a_cluster_with_tls_is_not_asked_without(fahras: Commands, guarded: Guarded) -> None:
    where = guarded.url.replace("+https", "")
    assert "one with TLS: by opensearch+https://" in fahras.refused(
        "search", "نفط", "--index", where
    )


def test_name_and_password_from_a_file(fahras: Commands, guarded: Guarded, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.touch(0o600)
    netrc.write_text(f"machine 127.0.0.1 login reader password {guarded.passwords['reader']}\n")
    fahras.environ.setenv("NETRC", str(netrc))
    assert "a.txt" in fahras.done("search", "نفط")
    netrc.chmod(0o644)
    assert f"chmod 600 {netrc}" in fahras.refused("search", "نفط")


def test_no_password_is_on_the_cluster(guarded: Guarded) -> None:
    guarded.ask("POST", f"{guarded.name}-*/_refresh")
    for what in ("_search?size=1000", "_settings", "_mapping", "_alias"):
        said = json.dumps(guarded.ask("GET", f"{guarded.name}-*/{what}"), ensure_ascii=False)
        assert guarded.name in said
        assert not [p for p in guarded.passwords.values() if p in said]
