"""Does a text come up that is bound into a book with others, and is it the part that is shown?

    python benchmarks/books.py --collections DIR
    python benchmarks/books.py --collections DIR --only arcd --settings part=0 part=0.5 part=1

The texts of each collection, shuffled with a fixed seed, become books of 12 to 40: Markdown, each
text under a heading of its own. `books` has nothing else, `mixed` leaves every second text a file
by itself. Given are the mean reciprocal rank of the first book or file with a relevant text, and
of the books that come first because of one, how many show the part that holds it.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
from collections.abc import Sequence
from typing import NamedTuple

from judged import read_judgements, read_lines
from overrides import setting
from relevance import chosen
from report import RUNS, Corpus, Report, Table, publish, use_checkout

use_checkout()

from indexer.index import Index  # noqa: E402

SIZES = {"arcd": 20, "xquad_ar": 12, "quranqa": 30, "najiz_faq": 40, "saudinews": 30}
"""Texts a book."""

MOST_TEXTS, MOST_QUERIES = 6000, 500
SEED = 5


class Bound(NamedTuple):
    """A folder of books: by document, its file and where in the text of that it stands."""

    folder: str
    places: dict[str, tuple[str, int]]


def bind(collection: str, size: int, folder: str, *, mixed: bool) -> Bound:
    """Write the books, and what is not bound."""
    documents = list(read_lines(os.path.join(collection, "docs.jsonl.gz")))
    random.Random(SEED).shuffle(documents)
    documents = documents[:MOST_TEXTS]
    bound = documents[: len(documents) // 2] if mixed else documents
    places = {}
    for first in range(0, len(bound), size):
        name, text = f"book{first}.md", ""
        for document in bound[first : first + size]:
            text += "# نص\n\n"
            places[document["id"]] = name, len(text)
            text += document["text"].strip() + "\n\n"
        _write(folder, name, text)
    for document in documents[len(bound) :]:
        name = f"{document['id']}.txt"
        places[document["id"]] = name, 0
        _write(folder, name, document["text"])
    return Bound(folder, places)


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
        file.write(text)


def row_of(collection: str, bound: Bound, text: str, kind: str) -> list[str | int | float | None]:
    """One setting on one folder: its measures."""
    judgements = read_judgements(os.path.join(collection, "qrels.tsv"))
    asked = ranks = first = shown = of_books = 0.0
    with setting(text) as options, Index.open(bound.folder) as index:
        for query in read_lines(os.path.join(collection, "queries.jsonl.gz")):
            judged = judgements.get(query["id"], {})
            places = [bound.places[d] for d, r in judged.items() if r > 0 and d in bound.places]
            if not places or asked == MOST_QUERIES:
                continue
            asked += 1
            files = {file for file, _ in places}
            hits = index.search(query["text"], options._replace(limit=10)).hits
            rank = next((n for n, hit in enumerate(hits, 1) if hit.id in files), None)
            ranks += 1 / rank if rank else 0
            if rank == 1 and hits[0].id.endswith(".md"):
                of_books += 1
                parts = index.document(hits[0].id).parts
                span = parts[hits[0].part] if parts else None  # a short book is one part
                shown += any(
                    file == hits[0].id and (span is None or span.start <= start < span.end)
                    for file, start in places
                )
            first += rank == 1
    return [
        os.path.basename(collection), kind, text, int(asked), f"{100 * ranks / asked:.2f}",
        f"{100 * first / asked:.1f}", f"{100 * shown / max(of_books, 1):.1f}",
    ]  # fmt: skip


def main(argv: Sequence[str] | None = None) -> None:
    """Bind, ask, print, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    add = parser.add_argument
    add("--collections", metavar="DIR", default=os.environ.get("FAHRAS_COLLECTIONS"))
    add("--only", nargs="+", metavar="NAME", default=list(SIZES))
    add("--settings", nargs="+", metavar="SETTING", default=["part=0", "part=0.5", "default"])
    add("--out", default=RUNS, metavar="DIR", help="folder of reports; - for none")
    options = parser.parse_args(argv)
    collections = chosen(options.collections, options.only)
    columns = ["collection", "folder", "setting", "queries", "MRR@10", "first %", "part shown %"]
    table = Table("Texts bound into books (MRR x 100)", columns)
    for collection in collections:
        for kind in ("books", "mixed"):
            with tempfile.TemporaryDirectory() as folder:
                size = SIZES[os.path.basename(collection)]
                bound = bind(collection, size, folder, mixed=kind == "mixed")
                with Index.create(folder) as index:
                    index.update()
                for text in options.settings:
                    table.rows.append(row_of(collection, bound, text, kind))
    report = Report("books", [Corpus.of(path) for path in collections], {"seed": SEED})
    report.tables = [table]
    publish(report, options.out)


if __name__ == "__main__":
    main()
