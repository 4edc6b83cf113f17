"""Arabic text in, tokens out: tokenizer, normalizer, light stemmer, roots, stopwords, variants.

`analyze` shows what becomes of a text; `ArabicAnalyzer` packages it as an analyzer for any Whoosh
schema. Nothing here reads files other than its own data or knows about an index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzers.analyzer import Analysis, Token, analyze, analyze_form
    from analyzers.whoosh_adapter import ArabicAnalyzer

__all__ = [
    "ANALYZER_VERSION",
    "Analysis",
    "ArabicAnalyzer",
    "Token",
    "analyze",
    "analyze_form",
]

ANALYZER_VERSION = 4
"""Raised whenever a text could yield other tokens or forms than before.

1: the first.
2: وكالة and verbs such as يتعاون are known words.
3: the article goes before anything else is asked; the Quran's spelling is read as today's; signs,
emoji, web addresses and drawn-out letters are the words that they stand for.
4: which forms may bear a lone proclitic is decided by lists; يلغي is of ألغت; fold is idempotent
for two hamzas in a row; an emoji has its modifiers.
"""


def __getattr__(name: str) -> Any:
    """Import the pieces on first use, so that the command line starts without them."""
    if name == "ArabicAnalyzer":
        from analyzers.whoosh_adapter import ArabicAnalyzer

        return ArabicAnalyzer
    if name in __all__:
        from analyzers import analyzer

        return getattr(analyzer, name)
    raise AttributeError(f"module 'analyzers' has no attribute {name!r}")
