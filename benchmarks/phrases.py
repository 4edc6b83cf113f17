"""Does a phrase find what a plain program finds? The frequent two-word phrases of some texts.

    python benchmarks/phrases.py --collections DIR

The plain program looks in unmarked, folded text for the two words, with و ف ب ل ك or nothing before
the first (لل for ال with ل). Also counted: what is found that the definition does not cover, that
is, without one of all the proclitics before either word.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path

from report import use_checkout

use_checkout()

from analyzers.analyzer import analyze  # noqa: E402
from analyzers.proclitics import PROCLITICS  # noqa: E402
from analyzers.variants import VariantTable  # noqa: E402
from indexer import Index, SearchOptions  # noqa: E402

PHRASES = 40
SONS = {"بن": "ابن", "ابن": "بن"}
BEFORE_FIRST = ("و", "ف", "ب", "ل", "ك")
ALL = SearchOptions(limit=None, snippets=0)

Words = list[tuple[str, str, bool]]
"""Of each word of a text: unmarked, folded, whether it is a stopword."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--collections", metavar="DIR", type=Path, required=True)
    parser.add_argument("--texts", metavar="N", type=int, default=3000)
    given = parser.parse_args()
    texts = first_texts(given.collections / "saudinews" / "docs.jsonl.gz", given.texts)
    words = [words_of(text) for text in texts]
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(texts):
            (Path(folder) / f"{number}.txt").write_text(text, "utf-8")
        with Index.create(folder) as index:
            index.update()
            report(index, words)


def first_texts(path: Path, count: int) -> list[str]:
    """The first texts of a collection."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in islice(lines, count)]


def words_of(text: str) -> Words:
    """The words of a text in order."""
    found = (token.analysis for token in analyze(text))
    return [(word.unmarked, word.folded, word.stopword) for word in found]


def report(index: Index, texts: Sequence[Words]) -> None:
    """Print what each phrase finds, beside the plain program."""
    pairs = Counter(
        (one[0], other[0])
        for words in texts
        for one, other in pairwise(words)
        if not one[2] and not other[2]
    )
    plain_total = common_total = stray_total = 0
    print(f"{'plain':>6} {'found':>6} {'both':>6} {'stray':>6}  phrase")
    for (one, other), _ in pairs.most_common(PHRASES):
        plain = holding(texts, pattern(one, BEFORE_FIRST), pattern(other, ()))
        covered = set().union(
            *(
                holding(texts, *(pattern(word, ("و", *PROCLITICS)) for word in way))
                for way in ways(one, other)
            )
        )
        hits = index.search(f'"{one} {other}"', ALL).hits
        found = {int(hit.id.removesuffix(".txt")) for hit in hits}
        common, stray = len(plain & found), len(found - covered)
        print(f"{len(plain):6} {len(found):6} {common:6} {stray:6}  {one} {other}")
        plain_total, common_total = plain_total + len(plain), common_total + common
        stray_total += stray
    print(f"{common_total:,} of {plain_total:,} ({common_total / plain_total:.1%}); ", end="")
    print(f"{stray_total} not covered")


def pattern(word: str, before: Sequence[str]) -> re.Pattern[str]:
    """The folded forms of a word, alone or behind one of some proclitics."""
    (token,) = analyze(word)
    folded = token.analysis.folded
    lam = "|[وف]?لل" + re.sub("^الل?", "", folded) if before and folded.startswith("ال") else ""
    return re.compile(f"(?:{'|'.join(before)})?{folded}{lam}" if before else folded)


def ways(one: str, other: str) -> Iterator[tuple[str, ...]]:
    """Two words and what the table of variants, or a name's بن, sets in their place."""
    sides_of = VariantTable.default().sides_of
    firsts = [(one,), *sides_of((one,)), *((SONS[son],) for son in SONS if son == one)]
    yield from ((*a, *b) for a in firsts for b in ((other,), *sides_of((other,))))
    yield from (side for side in sides_of((one, other)) if side not in ((one,), (other,)))


def holding(texts: Sequence[Words], *wanted: re.Pattern[str]) -> set[int]:
    """The numbers of the texts that hold some words side by side."""
    return {
        number
        for number, words in enumerate(texts)
        if any(
            all(word.fullmatch(words[at + i][1]) for i, word in enumerate(wanted))
            for at in range(len(words) - len(wanted) + 1)
        )
    }


if __name__ == "__main__":
    main()
