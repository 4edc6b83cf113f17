"""What Fahras is made of: bounds of versions, the bill of materials, hashes without hosts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
sys.path.append(str(ROOT / "tools"))

import hashes  # noqa: E402
import sbom  # noqa: E402


@pytest.mark.parametrize("requirement", PROJECT["dependencies"])
def test_a_dependency_has_both_bounds_and_what_is_installed_fits(requirement: str) -> None:
    found = re.fullmatch(r"([\w-]+)(?:==([\d.]+)|>=([\d.]+),<([\d.]+))", requirement)
    assert found, "give NAME==VERSION, or NAME>=TESTED,<NEXT_MAJOR"
    name, exact, least, below = found.groups()

    def parts(version: str) -> list[int]:
        return [int(part) for part in re.findall(r"\d+", version)[:3]]

    installed = parts(metadata.version(name))
    assert installed == parts(exact) if exact else parts(least) <= installed < parts(below)


def test_the_bill_names_everything_that_is_needed_with_version_and_licence() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "sbom.py")], capture_output=True, text=True
    )
    if "is not installed" in done.stderr or "PackageNotFoundError" in done.stderr:
        pytest.skip("fahras is not installed here with all that it needs")
    said = json.loads(done.stdout)
    assert (said["bomFormat"], said["metadata"]["component"]["name"]) == ("CycloneDX", "fahras")
    known = {sbom.canonical(part["name"]): part for part in said["components"]}
    for requirement in metadata.requires("fahras") or ():
        name = sbom.canonical(re.split(r"[^\w.-]", requirement)[0])
        if "extra ==" not in requirement:
            assert known[name]["version"] == metadata.version(name)
            assert known[name]["licenses"][0]["license"]["name"] != "not named"
    references = {part["bom-ref"] for part in (*said["components"], said["metadata"]["component"])}
    for row in said["dependencies"]:
        assert {row["ref"], *row["dependsOn"]} <= references
    assert "http" not in done.stdout


def test_hashed_requirements_name_no_host() -> None:
    digest = "a" * 64
    built = {"metadata": {"name": "fahras", "version": "0"}, "download_info": {"dir_info": {}}}
    wheel = {
        "metadata": {"name": "numpy", "version": "2.4.6"},
        "download_info": {
            "url": "https://host.example/numpy.whl",
            "archive_info": {"hashes": {"sha256": digest}},
        },
    }
    assert hashes.lines({"install": [built, wheel]}) == [f"numpy==2.4.6 --hash=sha256:{digest}"]
