"""docs/reliability.md says what the newest reports say; reports are found by the name of a part."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "benchmarks"))

import reliability  # noqa: E402
import reliability_page  # noqa: E402


def test_the_page_is_that_of_the_newest_reports() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    made = reliability_page.page(reliability_page.newest())
    assert page == made, "run: python benchmarks/reliability.py --page > docs/reliability.md"


def test_every_part_has_its_place_on_the_page() -> None:
    placed = {name for names, _ in reliability_page.SECTIONS.values() for name in names}
    assert placed == set(reliability.PARTS)


def test_the_newest_reports_of_a_part_are_those_of_one_revision(tmp_path: Path) -> None:
    made = [
        ("2026-01-02", "", "new", 1),
        ("2026-01-01", "", "old", 20),
        ("2026-01-02", "-2", "new", 3),
        ("2026-01-01", "-9", "new", 5),
    ]
    for date, suffix, revision, count in made:
        table = {"title": "T", "columns": ["a", "b"], "rows": [["x", count]], "notes": []}
        report = {
            "raw": {"counts": {"kills by chance": count}, "wrong": [f"lost {count}"]},
            "tables": [table], "settings": {"seeds": "1"}, "versions": {"fahras": revision},
        }  # fmt: skip
        path = tmp_path / f"{date}-reliability-kills{suffix}.json"
        path.write_text(json.dumps(report), "utf-8")
    page = reliability_page.page(reliability_page.newest(str(tmp_path)))
    assert "| kills, all together | 9 |" in page
    assert "| not as promised | 3 |" in page
    assert "- lost 5" in page
    assert "lost 20" not in page
