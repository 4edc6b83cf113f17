"""Patterns that are compiled when they are first used are those that `re` compiles."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.late import late

PATTERNS = [r"(a)\1+|b", "^ا{2,}", r"(?a)\d+", "x*"]


@given(st.sampled_from(PATTERNS), st.text("abx12ا", max_size=9), st.booleans())
def test_it_matches_as_one_of_re(pattern: str, text: str, used: bool) -> None:
    ours, theirs = late(pattern), re.compile(pattern)
    if used:
        ours.match("")
    for name in ("match", "fullmatch", "search"):
        found, wanted = getattr(ours, name)(text), getattr(theirs, name)(text)
        assert (found and found.span()) == (wanted and wanted.span())
    assert ours.sub("_", text) == theirs.sub("_", text)
    assert [m.span() for m in ours.finditer(text)] == [m.span() for m in theirs.finditer(text)]
    assert (ours.pattern, ours.flags) == (theirs.pattern, theirs.flags)


def test_a_pattern_that_is_none_is_found_when_it_is_used() -> None:
    broken = late("(")
    with pytest.raises(re.error):
        broken.match("x")
