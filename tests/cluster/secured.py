"""What makes the nodes of `launcher` secure? Certificates, the security plugin's settings, users.

Everything is made when a cluster starts and is gone with its folder: no key and no password is in
the repository. Certificates are made by the openssl command; the administrator is who has one of
them, users have a name and a password, and the role of Fahras is the one in docs/cluster.md.
"""

from __future__ import annotations

import json
import re
import secrets
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple

PLUGIN = "org.opensearch.security.OpenSearchSecurityPlugin"
PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "cluster.md"
READY_S = 120
_CONFIG = {
    "config": {"config": {"dynamic": {"authc": {"basic": {
        "http_enabled": True, "transport_enabled": True, "order": 0,
        "http_authenticator": {"type": "basic", "challenge": False},
        "authentication_backend": {"type": "internal"},
    }}}}},
    "roles": {}, "rolesmapping": {}, "internalusers": {}, "actiongroups": {}, "tenants": {},
    "nodesdn": {}, "whitelist": {"config": {"enabled": False}},
    "allowlist": {"config": {"enabled": False}}, "audit": {"config": {"enabled": False}},
}  # fmt: skip
"""The plugin's own configuration, by type: nobody is known but the administrator."""

_FILES = {
    "config": "config", "roles": "roles", "rolesmapping": "roles_mapping",
    "internalusers": "internal_users", "actiongroups": "action_groups", "tenants": "tenants",
    "nodesdn": "nodes_dn", "whitelist": "whitelist", "allowlist": "allowlist", "audit": "audit",
}  # fmt: skip


class Certificate(NamedTuple):
    """A certificate and its key, as files."""

    path: Path
    key: Path


class Authority:
    """Signs certificates, valid for two days."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.ca = Certificate(folder / "ca.pem", folder / "ca-key.pem")
        _openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=ca"),
            *("-addext", "basicConstraints=critical,CA:TRUE"),
            *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
            *("-keyout", str(self.ca.key), "-out", str(self.ca.path)),
        )

    def sign(self, name: str, hosts: str = "IP:127.0.0.1", days: int = 2) -> Certificate:
        """One of that name for some hosts. days below 0: it has expired already."""
        made = Certificate(self._folder / f"{name}.pem", self._folder / f"{name}-key.pem")
        asked, more = self._folder / f"{name}.csr", self._folder / f"{name}.txt"
        more.write_text(
            f"subjectAltName={hosts}\nextendedKeyUsage=serverAuth,clientAuth\n"
            "keyUsage=digitalSignature,keyEncipherment\nbasicConstraints=CA:FALSE\n"
        )
        _openssl(
            *("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}"),
            *("-keyout", str(made.key), "-out", str(asked)),
        )
        _openssl(
            *("x509", "-req", "-in", str(asked), "-days", str(days), "-extfile", str(more)),
            *("-CA", str(self.ca.path), "-CAkey", str(self.ca.key), "-CAcreateserial"),
            *("-out", str(made.path)),
        )
        return made


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Security:
    """The certificates of one cluster, and its administrator."""

    def __init__(self, folder: Path) -> None:
        self._authority = Authority(folder / "certificates")
        self.ca = self._authority.ca.path
        self._layers = {
            # nodes look up each other's names; clients are to see one that is not for `localhost`
            "transport": self._authority.sign("node", "IP:127.0.0.1,DNS:localhost"),
            "http": self._authority.sign("http"),
        }
        self._admin = self._authority.sign("admin")
        self.context = ssl.create_default_context(cafile=str(self.ca))
        self.context.load_cert_chain(*self._admin)

    def settings(self, home: Path) -> list[str]:
        """The settings of a node, whose folder gets what they name."""
        config = home / "config"
        (config / "opensearch-security").mkdir(parents=True, exist_ok=True)
        for kind, content in _CONFIG.items():
            said = {"_meta": {"type": kind, "config_version": 2}, **content}
            # YAML reads JSON
            (config / "opensearch-security" / f"{_FILES[kind]}.yml").write_text(json.dumps(said))
        found = [f"plugin={PLUGIN}"]
        for layer, (certificate, key) in self._layers.items():
            files = {"cert": certificate, "key": key, "trustedcas": self.ca}
            found.append(f"plugins.security.ssl.{layer}.enabled=true")
            for kind, path in files.items():
                (config / path.name).write_bytes(path.read_bytes())
                found.append(f"plugins.security.ssl.{layer}.pem{kind}_filepath={path.name}")
        return [
            *found,
            "plugins.security.nodes_dn=CN=node",
            "plugins.security.authcz.admin_dn=CN=admin",
            "plugins.security.allow_default_init_securityindex=true",
        ]

    def ask(self, base: str, method: str, path: str, body: Any = None) -> Any:
        """The answer to a request of the administrator; base: https://HOST:PORT."""
        request = urllib.request.Request(
            f"{base}/{path}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30, context=self.context) as answer:
            return json.loads(answer.read())

    def add_user(self, base: str, user: str, role: Any = None) -> str:
        """A user with a role of its own, or with none; the password, which is made here."""
        password = f"{secrets.token_urlsafe(12)}كلمة"
        self._set(base, f"internalusers/{user}", {"password": password})
        if role is not None:
            self._set(base, f"roles/{user}", role)
            self._set(base, f"rolesmapping/{user}", {"users": [user]})
        return password

    def _set(self, base: str, what: str, body: Any) -> None:
        """The plugin takes some time until it has made its own index."""
        give_up = time.monotonic() + READY_S
        while True:
            try:
                self.ask(base, "PUT", f"_plugins/_security/api/{what}", body)
                return
            except urllib.error.HTTPError as error:
                if time.monotonic() > give_up or error.code == 400:
                    raise RuntimeError(f"{what}: {error.read().decode()[:300]}") from error
            time.sleep(0.3)


def role_of(name: str, kind: str = "writer") -> Any:
    """The role that docs/cluster.md gives to the writers, or readers, of an index of that name."""
    found = re.search(rf"PUT \S+/roles/news-{kind}\n(\{{.*?)\n```", PAGE.read_text("utf-8"), re.S)
    assert found, f"{PAGE} has no role for a {kind}"
    return json.loads(found[1].replace("news", name))
