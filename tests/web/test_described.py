"""Does the API take what its description admits, and refuse what it does not?"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.web.answers import Answers
from indexer.web.openapi import description
from indexer.web.site import MOST_QUERY_BYTES

PATHS: dict[str, list[dict[str, Any]]] = {
    path: operations["get"]["parameters"] for path, operations in description()["paths"].items()
}


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """What a parameter may be, as its schema says it."""
    match schema["type"]:
        case "integer":
            return st.integers(schema["minimum"], schema["maximum"])
        case "boolean":
            return st.sampled_from(["true", "false"])
        case "array":
            return st.lists(values(schema["items"]), max_size=3)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "pattern" in schema:
        return st.from_regex(re.compile(schema["pattern"], re.ASCII), fullmatch=True)
    return st.text(min_size=schema.get("minLength", 0), max_size=40)


def questions(path: str) -> st.SearchStrategy[dict[str, Any]]:
    """Any question that the description admits."""
    required = {p["name"]: values(p["schema"]) for p in PATHS[path] if p["required"]}
    optional = {p["name"]: values(p["schema"]) for p in PATHS[path] if not p["required"]}
    return st.fixed_dictionaries(required, optional=optional)


@pytest.fixture(scope="module")
def answers(texts: Path) -> Answers:
    return Answers(str(texts / ".fahras"))


@pytest.mark.parametrize("path", PATHS)
@given(data=st.data())
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_what_is_admitted_is_answered(answers: Answers, path: str, data: st.DataObject) -> None:
    asked = data.draw(questions(path))
    if "plain" in asked:
        asked["plain"] = "true"  # else words may be operators, and be refused as those
    else:
        asked.pop("q", None)
    answer = answers.answer(path, urlencode(asked, doseq=True).encode())
    said = json.loads(answer.body)
    missing_day = answer.status == 400 and "a date is written" in said["error"]
    unknown = answer.status == 404 and path == "/api/document"
    assert answer.status == 200 or unknown or missing_day, (asked, said)
    if missing_day:  # the 31st of a month that has 30 days
        assert any(len(asked.get(name, "")) == 10 for name in ("since", "until"))


@pytest.mark.parametrize(
    ("day", "admitted"),
    [
        ("", True),
        ("2017", True),
        ("2017-11", True),
        ("2017-11-28", True),
        ("2017-13", False),
        ("2017-00", False),
        ("2017-1", False),
        ("2017-11-32", False),
        ("0000", False),
        ("0000000000", False),
        ("2017-11-28\n", False),
        ("غدا", False),
    ],
)
def test_days_are_described(answers: Answers, day: str, admitted: bool) -> None:
    (schema,) = (p["schema"] for p in PATHS["/api/search"] if p["name"] == "since")
    assert bool(re.fullmatch(schema["pattern"], day)) == admitted
    answer = answers.answer("/api/search", urlencode({"since": day}).encode())
    assert answer.status == (200 if admitted else 400)


def test_a_document_needs_a_name_that_is_not_empty(answers: Answers) -> None:
    (parameter,) = (p for p in PATHS["/api/document"] if p["name"] == "id")
    assert (parameter["required"], parameter["schema"]["minLength"]) == (True, 1)
    assert answers.answer("/api/document", b"id=").status == 400


def test_the_longest_query_and_the_longest_path_fit_in_an_address() -> None:
    query, path = "\U0001f600" * 1_000, "/" * 4_096
    assert len(urlencode({"q": query, "id": path, "match": "exact"})) < MOST_QUERY_BYTES
