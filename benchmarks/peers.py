"""How do other engines index the same files? One process each, as a user of theirs would write it.

    python benchmarks/peers.py tantivy --threads 1 CORPUS OUT
    python benchmarks/peers.py fts5 CORPUS OUT
    python benchmarks/peers.py whoosh CORPUS OUT

All read the files below CORPUS in the order of their names, store the text and keep positions.
`postings` reads one document a line, already analysed, for the queries: the peers then hold the
very terms that Fahras compares with. A peer that is not installed ends with exit code 3.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from report import relative_names, use_checkout

use_checkout()

NOT_INSTALLED = 3
HEAP_BYTES = 400_000_000
STEMMED = "arabic_stem"
FTS5 = "CREATE VIRTUAL TABLE texts USING fts5({}, tokenize = 'unicode61 remove_diacritics 2')"


def read_files(corpus: str) -> Iterator[tuple[str, str]]:
    """(relative name, text) of every file."""
    for name in relative_names(corpus):
        with open(os.path.join(corpus, name), "rb") as file:
            yield name, file.read().decode("utf-8", "replace")


def tantivy_index(corpus: str, out: str, threads: int, analyzer: str) -> None:
    """Tantivy. `analyzer`: default (words, lower case) or stem (Snowball's Arabic stemmer too)."""
    tantivy = _tantivy()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("path", stored=True, tokenizer_name="raw")
    name = STEMMED if analyzer == "stem" else "default"
    builder.add_text_field("body", stored=True, tokenizer_name=name, index_option="position")
    index = tantivy.Index(builder.build(), path=out)
    register_stemmer(tantivy, index)
    writer = index.writer(heap_size=HEAP_BYTES, num_threads=threads)
    for path, text in read_files(corpus):
        writer.add_document(tantivy.Document(path=path, body=text))
    writer.commit()
    writer.wait_merging_threads()


def register_stemmer(tantivy: Any, index: Any) -> None:
    """Tantivy's own Arabic: simple tokenizer, lower case, Snowball's stemmer."""
    kinds = tantivy.Filter
    chain = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(kinds.lowercase())
    index.register_tokenizer(STEMMED, chain.filter(kinds.stemmer("arabic")).build())


def tantivy_postings(stems: str, folded: str, out: str) -> None:
    """Tantivy over analysed text, `stem` and `folded`, in one segment, a number stored."""
    tantivy = _tantivy()
    builder = tantivy.SchemaBuilder()
    for field in ("stem", "folded"):
        builder.add_text_field(
            field, stored=False, tokenizer_name="whitespace", index_option="position"
        )
    builder.add_unsigned_field("number", stored=True)
    index = tantivy.Index(builder.build(), path=out)
    writer = index.writer(heap_size=4 * HEAP_BYTES, num_threads=1)
    for number, (stem_line, folded_line) in enumerate(_lines(stems, folded)):
        writer.add_document(tantivy.Document(number=number, stem=stem_line, folded=folded_line))
    writer.commit()
    writer.wait_merging_threads()


def fts5_index(corpus: str, out: str) -> None:
    """SQLite FTS5, the text stored in its table."""
    connection = sqlite3.connect(os.path.join(out, "fts5.db"))
    connection.execute(FTS5.format("path UNINDEXED, body"))
    with connection:
        connection.executemany("INSERT INTO texts VALUES (?, ?)", read_files(corpus))
    connection.close()


def fts5_postings(stems: str, folded: str, out: str) -> None:
    """SQLite FTS5 over analysed text."""
    connection = sqlite3.connect(os.path.join(out, "fts5.db"))
    connection.execute(FTS5.format("stem, folded"))
    with connection:
        connection.executemany("INSERT INTO texts VALUES (?, ?)", _lines(stems, folded))
    connection.execute("INSERT INTO texts (texts) VALUES ('optimize')")
    connection.commit()
    connection.close()


def whoosh_index(corpus: str, out: str) -> None:
    """Whoosh with its stock codec and writer, and our analyzer."""
    from whoosh import index
    from whoosh.fields import ID, TEXT, Schema

    from analyzers import ArabicAnalyzer

    schema = Schema(
        path=ID(stored=True, unique=True),
        body=TEXT(analyzer=ArabicAnalyzer(), phrase=True, stored=True),
    )
    writer = index.create_in(out, schema).writer(limitmb=512)
    for path, text in read_files(corpus):
        writer.add_document(path=path, body=text)
    writer.commit()


def _lines(*paths: str) -> Iterator[tuple[str, ...]]:
    files = [open(path, encoding="utf-8") for path in paths]  # noqa: SIM115 - closed below
    try:
        for lines in zip(*files, strict=True):
            yield tuple(line.rstrip("\n") for line in lines)
    finally:
        for file in files:
            file.close()


def _tantivy() -> Any:
    try:
        import tantivy
    except ModuleNotFoundError:
        sys.exit(NOT_INSTALLED)
    return tantivy


def has_tantivy() -> bool:
    """Whether tantivy can be compared with."""
    from importlib.util import find_spec

    return find_spec("tantivy") is not None


def has_fts5() -> bool:
    """Whether this Python's SQLite has FTS5."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(FTS5.format("body"))
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


def main(argv: Sequence[str] | None = None) -> None:
    """Make one peer's index in an empty folder."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("engine", choices=["tantivy", "fts5", "whoosh"])
    parser.add_argument("source", nargs="+", help="CORPUS, or with --postings STEMS FOLDED")
    parser.add_argument("out")
    parser.add_argument("--threads", type=int, default=0, help="0: as many as tantivy chooses")
    parser.add_argument("--analyzer", choices=["default", "stem"], default="default")
    parser.add_argument("--postings", action="store_true", help="analysed text, a line a document")
    options = parser.parse_args(argv)
    os.makedirs(options.out)
    source = options.source
    if options.postings and options.engine == "tantivy":
        tantivy_postings(source[0], source[1], options.out)
    elif options.postings:
        fts5_postings(source[0], source[1], options.out)
    elif options.engine == "tantivy":
        tantivy_index(source[0], options.out, options.threads, options.analyzer)
    elif options.engine == "fts5":
        fts5_index(source[0], options.out)
    else:
        whoosh_index(source[0], options.out)


if __name__ == "__main__":
    main()
