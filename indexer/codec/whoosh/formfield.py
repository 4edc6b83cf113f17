"""The Whoosh field for text whose terms are unmarked written forms, with groups.

`FormField` works with any codec and writer; the columnar writer knows it and indexes its texts in
batches. Stopwords are terms and have positions, but do not count for the field length: the freq
that `index` reports for them is 0, and Whoosh sums those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from whoosh.fields import TEXT

from analyzers.whoosh_adapter import ArabicAnalyzer


class FormField(TEXT):  # type: ignore[misc]
    """A text field of unmarked written forms, always with positions."""

    def __init__(self, *, stored: bool = True) -> None:
        super().__init__(ArabicAnalyzer("unmarked", stopwords=True), phrase=True, stored=stored)

    def index(self, value: str, **kwargs: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """(term, occurrences that count for the length, weight, positions) of each form."""
        from analyzers.stopwords import is_stopword

        positions: dict[str, list[int]] = defaultdict(list)
        for token in self.analyzer(value, positions=True, mode="index"):
            positions[token.text].append(token.pos)
        boost = self.format.field_boost
        for form, places in positions.items():
            counted = 0 if is_stopword(form) else len(places)
            yield self.to_bytes(form), counted, len(places) * boost, self.format.encode(places)

    def to_bytes(self, value: Any) -> bytes:
        """A form as a term; lone surrogates pass, as they do in the texts."""
        if isinstance(value, bytes):
            return value
        text = value[0] if isinstance(value, list | tuple) else value
        return str(text).encode("utf-8", "surrogatepass")

    def from_bytes(self, bs: Any) -> str:
        """A term as text."""
        return bytes(bs).decode("utf-8", "surrogatepass")
