"""What is installed with Fahras, as a bill of materials (CycloneDX 1.6, JSON), on stdout.

    python tools/sbom.py [EXTRA ...] > fahras.cdx.json

From the metadata of the packages of this environment: name, version, licence, which needs which,
and the hash of the list of its files with their hashes (RECORD). Nothing is asked of the network.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata
from typing import Any

ROOT = "fahras"
_needed = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)").match
_extra_of = re.compile(r"""extra\s*==\s*["']([^"']+)["']""").search


def canonical(name: str) -> str:
    """The name of a package as indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needs(package: metadata.Distribution, extras: Sequence[str] = ()) -> Iterator[str]:
    """The installed packages that one needs, with these extras."""
    for line in package.requires or ():
        requirement, _, marker = line.partition(";")
        extra = _extra_of(marker)
        found = _needed(requirement)
        if found is None or (extra and extra[1] not in extras):
            continue
        name = canonical(found[1])
        if _installed(name) is not None:
            yield name
        elif not marker:
            raise SystemExit(f"{name} is not installed, which {package.name} needs")


def _installed(name: str) -> metadata.Distribution | None:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None


def component(package: metadata.Distribution) -> dict[str, Any]:
    """What is said of one package."""
    about = package.metadata
    name = canonical(about["Name"])
    record = package.read_text("RECORD") or ""
    said: dict[str, Any] = {
        "type": "application" if name == ROOT else "library",
        "bom-ref": reference(package),
        "name": about["Name"],
        "version": package.version,
        "purl": reference(package),
        "licenses": [{"license": {"name": licence_of(about)}}],
    }
    if record:
        digest = hashlib.sha256(record.encode()).hexdigest()
        said["properties"] = [{"name": "fahras:record-sha256", "value": digest}]
    return said


def licence_of(about: Any) -> str:
    """The licence that a package names, in whichever of three ways."""
    classifiers = [c for c in about.get_all("Classifier") or () if c.startswith("License ::")]
    written = (about.get("License") or "").strip().partition("\n")[0]
    return str(
        about.get("License-Expression")
        or (classifiers[0].rpartition(" :: ")[2] if classifiers else "")
        or written
        or "not named"
    )


def reference(package: metadata.Distribution) -> str:
    """The name of a package all over the world."""
    return f"pkg:pypi/{canonical(package.metadata['Name'])}@{package.version}"


def bill(extras: Sequence[str] = ()) -> dict[str, Any]:
    """The bill of materials of the installed Fahras."""
    root = metadata.distribution(ROOT)
    found: dict[str, metadata.Distribution] = {ROOT: root}
    edges: dict[str, list[str]] = {}
    waiting = [ROOT]
    while waiting:
        name = waiting.pop()
        wanted = sorted(set(needs(found[name], extras if name == ROOT else ())))
        edges[name] = wanted
        for other in wanted:
            if other not in found:
                found[other] = metadata.distribution(other)
                waiting.append(other)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component(root)},
        "components": [component(found[name]) for name in sorted(found) if name != ROOT],
        "dependencies": [
            {"ref": reference(found[name]), "dependsOn": [reference(found[n]) for n in edges[name]]}
            for name in sorted(found)
        ],
    }


if __name__ == "__main__":
    json.dump(bill(sys.argv[1:]), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
