"""What a search is asked for is checked before it runs: unknown values are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from indexer import Index
from indexer.errors import FahrasError, OptionError
from indexer.results import (
    FIELD_NAMES,
    MATCH_LEVELS,
    SORT_KEYS,
    STRICT_SWITCHES,
    SearchOptions,
)

REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "match in capitals": ({"match": "Root"}, MATCH_LEVELS),
    "no match": ({"match": ""}, MATCH_LEVELS),
    "a tier that makes no members": ({"match": "spelling"}, MATCH_LEVELS),
    "sort misspelled": ({"sort": "siez"}, SORT_KEYS),
    "field misspelled": ({"fields": ("txt",)}, FIELD_NAMES),
    "one field of two": ({"fields": ("text", "body")}, FIELD_NAMES),
    "a filter is no field": ({"fields": ("path",)}, FIELD_NAMES),
    "no field": ({"fields": ()}, FIELD_NAMES),
    "a text for fields": ({"fields": "text"}, ("collection",)),
    "switch misspelled": ({"strict": frozenset({"hamzah"})}, STRICT_SWITCHES),
    "a text for switches": ({"strict": "hamza"}, ("collection",)),
    "limit below 0": ({"limit": -1}, ("minimum is 0",)),
    "offset below 0": ({"offset": -5}, ("minimum is 0",)),
    "snippets below 0": ({"snippets": -1}, ("minimum is 0",)),
    "no context": ({"context_chars": 0}, ("minimum is 1",)),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("folder")
    (folder / "a.txt").write_text("كتاب البيت", encoding="utf-8")
    made = Index.create(folder)
    made.update()
    return made


@pytest.mark.parametrize(("values", "choices"), REFUSED.values(), ids=REFUSED)
def test_unknown_values_are_refused_with_the_choices(
    index: Index, values: dict[str, Any], choices: tuple[str, ...]
) -> None:
    options = SearchOptions(**values)
    asking: list[Callable[[], object]] = [
        lambda: index.search("كتاب", options),
        lambda: index.rank("كتاب", options),
        lambda: index.matches("كتاب", "كتاب", options),
    ]
    for ask in asking:
        with pytest.raises(OptionError) as caught:
            ask()
        assert isinstance(caught.value, FahrasError)
        assert next(iter(values)) in str(caught.value)
        assert all(choice in str(caught.value) for choice in choices)


def test_every_known_value_is_taken(index: Index) -> None:
    for match in MATCH_LEVELS:
        assert index.search("كتاب", SearchOptions(match=match)).total == 1
    for sort in SORT_KEYS:
        assert index.search("كتاب", SearchOptions(sort=sort)).total == 1
    for switch in STRICT_SWITCHES:
        assert index.search("كتاب", SearchOptions(strict=frozenset({switch}))).total == 1
    for field in FIELD_NAMES:
        index.search("كتاب", SearchOptions(fields=(field,)))
    assert index.search("كتاب", SearchOptions(limit=0)).hits == ()


def test_types_say_the_same_choices() -> None:
    hints = get_type_hints(SearchOptions)
    assert get_args(get_args(hints["match"])[0]) == MATCH_LEVELS
    assert get_args(hints["sort"]) == SORT_KEYS
    assert get_args(get_args(hints["strict"])[0]) == STRICT_SWITCHES
    assert get_args(get_args(hints["fields"])[0]) == FIELD_NAMES


def test_the_fields_of_a_search_are_those_of_the_index(tmp_path: Path) -> None:
    from indexer.schema import FORM_FIELDS

    assert set(FIELD_NAMES) == set(FORM_FIELDS)
