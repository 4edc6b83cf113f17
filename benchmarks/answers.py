"""Does a hit's place hold a match, and does any query break the search? Three figures.

    python benchmarks/answers.py DOCS.jsonl.gz [--texts 3000] [--queries 20000] [--processes 200]

`places`: of the first hits for frequent words, printed as `{path}:{line}:{column}` by the command,
in how many a word that meets the query stands in that line of the file, at that column. `queries`:
random queries of words, operators, quotation marks, brackets, fields, stars, marks and signs, with
random options, asked in this process; `processes`: some with random options of the command line,
each in its own. Refusals with a reason are answers; anything else is a failure, printed with the
query. The same seed asks the same.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from judged import read_lines
from report import ROOT, use_checkout

use_checkout()

from analyzers.tokenizer import shared_tokenizer  # noqa: E402
from indexer import Index, SearchOptions  # noqa: E402
from indexer.cli.line.kinds import Choice, Flag, Names, Number, OptionalChoice  # noqa: E402
from indexer.cli.line.options import SearchRequest  # noqa: E402
from indexer.errors import FahrasError  # noqa: E402
from indexer.results import FIELD_NAMES, MATCH_LEVELS, SORT_KEYS, STRICT_SWITCHES  # noqa: E402

SEED = 20_261_128
ASKED, HITS = 20, 3
"""Queries of which places are looked at, and hits of each: 60 places."""

FREQUENT = 2000
SHORTEST = 4

SIGNS = [
    "AND", "OR", "NOT", "(", ")", '"', "«", "»", "“", "”", "+", "-", "*", "~1", "~2", "~5", "^2",
    "^0", "^", "~", ":", "عنوان:", "title:", "نص:", "text:", "path:", "path:*", "date:2017",
    "date:2017..", "date:..", "تاريخ:", "؟", "،", "؛", "\\", "/", "{", "}", "[", "]", "|", "&", "!",
    "\u064b", "\u0640", "\u200f", "\u202e", "\u2066", "\ufdfa", "\ufdfd", "😀", "\0", "\n", "\t",
    "\ud800", "\U000e0041", "%", "'", "`", "$", "http://a.b/ج", "1,500", "١٢٫٥", "F-16", "ﷲ", "ـــ",
]  # fmt: skip
LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإآءؤئ"

INTERACTIVE = ("pick", "open", "queries", "files_from", "index", "bidi", "hyperlink", "html")
"""Options of the command line that are left alone: they ask a person, or for a file."""


class Failure(NamedTuple):
    """A query that was not answered, and what came instead."""

    query: str
    what: str


def random_queries(words: Sequence[str], rng: random.Random) -> Iterator[str]:
    """Queries without end: pieces with and without spaces between."""
    while True:
        pieces = []
        for _ in range(rng.randint(1, rng.choice((2, 6, 15)))):
            kind = rng.random()
            if kind < 0.5:
                pieces.append(rng.choice(words))
            elif kind < 0.6:
                pieces.append("".join(rng.choices(LETTERS, k=rng.randint(1, 8))))
            else:
                pieces.append(rng.choice(SIGNS))
            pieces.append(rng.choice((" ", " ", "", "  ")))
        yield "".join(pieces)


def random_options(rng: random.Random) -> SearchOptions:
    """What a search may be asked besides."""
    return SearchOptions(
        limit=rng.choice((0, 1, 3, 3)),
        offset=rng.choice((0, 0, 2)),
        match=rng.choice((None, None, *MATCH_LEVELS)),
        strict=frozenset(rng.sample(STRICT_SWITCHES, rng.choice((0, 0, 1, 2)))),
        fields=rng.choice((FIELD_NAMES, FIELD_NAMES[:1], FIELD_NAMES[1:])),
        sort=rng.choice(("relevance", "relevance", *SORT_KEYS)),
        all_words=rng.random() < 0.2,
        plain=rng.random() < 0.1,
        explain=rng.random() < 0.1,
        mark_titles=rng.random() < 0.5,
        snippets=rng.choice((0, 1, 2)),
        context_chars=rng.choice((1, 40, 160)),
    )


def failures(index: Index, words: Sequence[str], count: int, seed: int) -> list[Failure]:
    """The queries in this process that ended in anything but an answer or a refusal."""
    rng, found = random.Random(seed), []
    for query in islice(random_queries(words, rng), count):
        options = random_options(rng)
        try:
            results = index.search(query, options)
            if not results.total:
                index.why_nothing(results, options)
        except FahrasError:
            continue
        except Exception as error:  # noqa: BLE001  whatever it is, it is what we look for
            found.append(Failure(query, f"{options}: {type(error).__name__}: {error}"))
    return found


def random_line(rng: random.Random) -> list[str]:
    """Some options of `fahras search`, right or nearly."""
    line = []
    for option in rng.sample(SearchRequest.options(), rng.choice((0, 1, 2, 3))):
        if option.name in INTERACTIVE:
            continue
        name = rng.choice(option.names)
        if isinstance(option, Flag):
            line.append(name)
        elif isinstance(option, Choice | OptionalChoice | Names):
            line += [name, rng.choice((*option.choices, "x"))]
        elif isinstance(option, Number):
            line += [name, rng.choice(("0", "1", "3", "99999999999999999999"))]
        else:
            line += [name, rng.choice(("2017", "*", "{path}", "{score:.1f}", "", "x" * 300))]
    return line


def process_failures(
    folder: str, words: Sequence[str], count: int, seed: int
) -> tuple[list[Failure], Counter[int]]:
    """The queries in processes of their own that ended otherwise, and how often which code came."""
    rng, found, codes = random.Random(seed), [], Counter[int]()
    for query in islice(random_queries(words, rng), count):
        line = [*random_line(rng), "--", query.replace("\0", " ")]
        done = fahras(["search", *line], folder)
        codes[done.returncode] += 1
        errors = done.stderr.decode("utf-8", "replace")
        if done.returncode not in (0, 1, 2) or "Traceback" in errors or "internal error" in errors:
            found.append(Failure(str(line), f"{done.returncode}: {errors[-500:]}"))
    return found, codes


def fahras(arguments: Sequence[str], folder: str) -> subprocess.CompletedProcess[bytes]:
    """A run of the command."""
    command = [os.fsencode(word) for word in (sys.executable, "-m", "indexer")]
    words = [word.encode("utf-8", "surrogatepass") for word in arguments]
    environment = {**os.environ, "PYTHONPATH": ROOT}
    return subprocess.run(
        command + words, cwd=folder, env=environment, capture_output=True, check=False, timeout=120
    )


def places(index: Index, folder: str, words: Sequence[str], seed: int) -> tuple[int, list[Failure]]:
    """How many places were looked at, and those where no match stands."""
    wrong, looked_at = [], 0
    for query in random.Random(seed).sample(words, ASKED):
        arguments = ["search", "-n", str(HITS), "--format", "{path}\t{line}\t{column}", "--", query]
        for row in fahras(arguments, folder).stdout.decode().splitlines():
            path, number, column = row.split("\t")
            looked_at += 1
            with open(os.path.join(folder, path), encoding="utf-8", newline="") as file:
                line = file.read().split("\n")[int(number or 1) - 1]
            starts = {match.start + 1 for match in index.matches(line, query)}
            if not number or int(column) not in starts:
                wrong.append(Failure(query, row))
    return looked_at, wrong


def written(docs: str, count: int, folder: str) -> list[str]:
    """Write the first texts of a collection as files; their frequent words."""
    tokenizer, counts = shared_tokenizer(), Counter[str]()
    for number, record in enumerate(islice(read_lines(docs), count)):
        text = f"{record.get('title') or ''}\n{record['text']}"
        ids = tokenizer.tokenize(text).form_ids.tolist()
        counts.update(tokenizer.forms[form] for form in ids)
        with open(os.path.join(folder, f"{number}.txt"), "w", encoding="utf-8") as file:
            file.write(text)
    return [w for w, _ in counts.most_common(FREQUENT) if len(w) >= SHORTEST and w.isalpha()]


def main() -> None:
    """Print the figures, and what failed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("docs")
    parser.add_argument("--texts", type=int, default=3000)
    parser.add_argument("--queries", type=int, default=20_000)
    parser.add_argument("--processes", type=int, default=200)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        words = written(given.docs, given.texts, folder)
        with Index.create(folder) as index:
            index.update()
            looked_at, failed = places(index, folder, words, given.seed)
            print(f"places: {looked_at - len(failed)} of {looked_at} hold a match")
            found = failures(index, words, given.queries, given.seed)
            print(f"queries: {len(found)} of {given.queries:,} failed in process")
        alone, codes = process_failures(folder, words, given.processes, given.seed)
        ends = ", ".join(f"{code}: {count}" for code, count in sorted(codes.items()))
        print(f"processes: {len(alone)} of {given.processes} failed (exit codes {ends})")
    for failure in (*failed, *found, *alone):
        print(f"  {failure.query!r}: {failure.what}")
    sys.exit(bool(failed or found or alone))


if __name__ == "__main__":
    main()
