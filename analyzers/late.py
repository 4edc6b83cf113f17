"""How is a regular expression compiled when it is first used? Most that are imported never are."""

from __future__ import annotations

import re
from typing import Any

_METHODS = ("match", "fullmatch", "search", "sub", "finditer")


class _Late:
    """A pattern; once it was used, its methods are those of what it was compiled to."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self.pattern)
        vars(self).update({method: getattr(compiled, method) for method in _METHODS})
        return getattr(compiled, name)


def late(pattern: str) -> re.Pattern[str]:
    """A pattern as `re.compile` makes it, compiled when it is first used."""
    found: Any = _Late(pattern)
    pattern_of: re.Pattern[str] = found
    return pattern_of
