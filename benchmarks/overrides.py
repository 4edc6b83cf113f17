"""What is a setting, and how is it tried? Options of a search, and constants of the ranking.

`default`, or KEY=VALUE with commas between several. KEY is a field of SearchOptions (`match=stem`,
`strict=hamza+ta`), of the ranking's settings (`root=0`), or a path to any constant
(`analyzers.variants.ENABLED=False`, `indexer.ranking.settings.DEFAULT.field_weights.title=3`).
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from report import use_checkout

use_checkout()

from indexer.results import SearchOptions  # noqa: E402

DEPTH = 100
"""How many documents are ranked for a query that is measured."""

RANKING = "indexer.ranking.settings.DEFAULT"


OPTIONS = frozenset(SearchOptions._fields)


@contextmanager
def setting(text: str) -> Iterator[SearchOptions]:
    """The options of a setting; constants are changed until the block ends."""
    options = SearchOptions(plain=True, fields=("text",), snippets=0, limit=DEPTH)
    undo: list[tuple[Any, str, Any]] = []
    try:
        for key, value in parse_setting(text).items():
            if key in OPTIONS:
                options = options._replace(**{key: _like(getattr(options, key), value)})
            else:
                undo.append(_override(key if "." in key else f"{RANKING}.{key}", value))
        yield options
    finally:
        for owner, name, before in reversed(undo):
            _assign(owner, name, before)


def parse_setting(text: str) -> dict[str, str]:
    """KEY=VALUE pairs of a setting; `default` has none. Raises SystemExit where it is neither."""
    pairs = {}
    for part in filter(None, text.split(",")):
        key, equals, value = part.partition("=")
        if equals:
            pairs[key.strip()] = value.strip()
        elif part.strip() != "default":
            raise SystemExit(f"{part!r} is no setting: write default or KEY=VALUE")
    known = OPTIONS | ranking_settings()
    for key in pairs:
        if "." not in key and key not in known:
            raise SystemExit(f"unknown setting {key}: one of {', '.join(sorted(known))}")
    return pairs


def ranking_settings() -> frozenset[str]:
    """The names of the ranking's own settings."""
    try:
        from indexer.ranking.settings import DEFAULT
    except ImportError:
        return frozenset()
    return frozenset(DEFAULT.field_names)


def _like(present: Any, value: str) -> Any:
    """A value of the kind of the present one: `+` stands between several. Of None, a text."""
    if isinstance(present, frozenset | tuple):
        return type(present)(filter(None, value.split("+")))
    if present is None or isinstance(present, str):
        return value
    return ast.literal_eval(value)


def _override(path: str, value: str) -> tuple[Any, str, Any]:
    """Change `package.module.NAME` or one of its attributes or keys; (owner, name, old value)."""
    names = path.split(".")
    for depth in range(len(names) - 1, 0, -1):
        try:
            owner: Any = importlib.import_module(".".join(names[:depth]))
        except ModuleNotFoundError:
            continue
        for name in names[depth:-1]:
            owner = owner[name] if isinstance(owner, dict) else getattr(owner, name)
        last = names[-1]
        before = owner[last] if isinstance(owner, dict) else getattr(owner, last)
        _assign(owner, last, _like(before, value))
        return owner, last, before
    raise SystemExit(f"no module for {path}")


def _assign(owner: Any, name: str, value: Any) -> None:
    if isinstance(owner, dict):
        owner[name] = value
    else:
        object.__setattr__(owner, name, value)
