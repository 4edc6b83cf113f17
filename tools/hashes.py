r"""Exact versions and hashes of what pip would install, so that a later install gets the same.

    python -m pip install --dry-run --ignore-installed --quiet --report - . --group dev \
      | python tools/hashes.py > requirements.hashed.txt
    python -m pip install --require-hashes --no-deps -r requirements.hashed.txt

Names, versions and hashes only: from where they come is the business of your pip.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def lines(report: dict[str, Any]) -> list[str]:
    """A requirement for each package of pip's report; those built here have no hash."""
    found = []
    for item in report["install"]:
        about = item["metadata"]
        hashes = item["download_info"].get("archive_info", {}).get("hashes", {})
        if "sha256" in hashes:
            found.append(f"{about['name']}=={about['version']} --hash=sha256:{hashes['sha256']}")
    return sorted(found, key=str.lower)


if __name__ == "__main__":
    sys.stdout.write("".join(f"{line}\n" for line in lines(json.load(sys.stdin))))
