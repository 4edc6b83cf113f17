"""Copies: what do they cost, which are found, and is a story on a first page twice?

    python benchmarks/copies.py cost DOCS.jsonl.gz
    python benchmarks/copies.py curve DOCS.jsonl.gz
    python benchmarks/copies.py page DOCS.jsonl.gz
    python benchmarks/copies.py draw DOCS.jsonl.gz
    python benchmarks/copies.py read DOCS.jsonl.gz

`cost` indexes with and without, in turn, and updates one file. `curve` makes copies of 300 texts in
several ways and counts how many are found. `page` asks 40 queries out of stories that have copies,
among the first 3,000 texts. `draw` names 200 pairs out of random groups, to be read one by one.
`read` counts those of `copies_read.tsv` that are copies, and which still share a group.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from processes import folder_bytes
from report import HERE, ROOT, use_checkout

use_checkout()

from indexer import Index  # noqa: E402
from indexer.reports import Copy  # noqa: E402
from indexer.results import SearchOptions  # noqa: E402

READ = os.path.join(HERE, "copies_read.tsv")
SEED = 17
MADE = 300
DRAWN, DRAWN_SEED = 200, 2027
PAGE_TEXTS, PAGE_QUERIES, QUERY_WORDS = 3000, 40, 6
SAME_STORY = 0.6
_LETTERS = "بتثجحخدرزسشصطعغفقكلمنهوي"

_WITHOUT = """
from indexer.codec.build import builder
from indexer.copies import renewal
builder.PRINTED_FIELD = ""
renewal.renew = lambda *_, **__: None
"""
_INDEX = """
import resource, sys
sys.path.insert(0, {root!r})
import indexer.codec.whoosh.engine, indexer.codec.whoosh.writer, indexer.copies.renewal
import indexer.extract.origin, indexer.extract.text, indexer.update.run
{patch}
from indexer import Index
def spent():
    return sum(sum(resource.getrusage(who)[:2])
               for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
with Index.create({folder!r}, index_dir={where!r}) as index:
    before = spent()
    index.update({paths})
    print(spent() - before)
"""


def texts_of(path: str) -> Iterator[tuple[str, str]]:
    """(id, text) of each record."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            yield record["id"], record["text"]


def write(texts: Iterator[tuple[str, str]], folder: str) -> None:
    """A file for each, 1,000 to a folder; it is named by its id."""
    for number, (name, text) in enumerate(texts):
        place = os.path.join(folder, f"{number // 1000:03}")
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, f"{name}.txt"), "w", encoding="utf-8") as file:
            file.write(text)


def cpu_of(folder: str, where: str, patch: str, changed: str = "") -> float:
    """CPU seconds of an update in a process of its own, its children included."""
    paths = f"changed=[{changed!r}]" if changed else ""
    code = _INDEX.format(root=ROOT, patch=patch, folder=folder, where=where, paths=paths)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def cost(docs: str, work: str, rounds: int) -> None:
    """Indexing and one-file updates with and without, interleaved."""
    folder = os.path.join(work, "texts")
    write(texts_of(docs), folder)
    kinds = {"without": _WITHOUT, "with": ""}
    whole: dict[str, list[float]] = {kind: [] for kind in kinds}
    single: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for kind, patch in kinds.items():
            shutil.rmtree(os.path.join(work, kind), ignore_errors=True)
            whole[kind].append(cpu_of(folder, os.path.join(work, kind), patch))
    one = os.path.join(folder, "000", "one.txt")
    for number in range(3 * rounds):
        for kind, patch in kinds.items():
            with open(one, "w", encoding="utf-8") as file:
                file.write(f"{kind} {number} " + next(islice(texts_of(docs), number, None))[1])
            single[kind].append(1e3 * cpu_of(folder, os.path.join(work, kind), patch, one))
    for name, found, unit in (("indexing", whole, "s"), ("one file", single, "ms")):
        without, with_ = (min(found[kind]) for kind in kinds)
        print(f"{name}: CPU {without:.2f} {unit} without, {with_:.2f} with")
    sizes = [folder_bytes(os.path.join(work, kind)) for kind in kinds]
    print(f"size: {sizes[0]:,} without, {sizes[1]:,} with: +{sizes[1] / sizes[0] - 1:.1%}")
    with Index.open(index_dir=os.path.join(work, "with")) as index:
        sizes_of = Counter(len(group.copies) for group in index.duplicates())
        print(f"groups: {sizes_of.total():,} of {sum(n * c for n, c in sizes_of.items()):,} texts")
        print(f"recurring lines: {len(index.recurring_lines()):,}")


def changed(text: str, share: float, chance: random.Random) -> str:
    """A share of the words replaced by others."""
    return " ".join(
        "".join(chance.choices(_LETTERS, k=5)) if chance.random() < share else word
        for word in text.split()
    )


def moved(text: str, chance: random.Random) -> str:
    """Its paragraphs in another order; of one paragraph its halves."""
    parts = [part for part in text.split("\n") if part.strip()]
    if len(parts) < 2:
        words = text.split()
        parts = [" ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])]
    chance.shuffle(parts)
    return "\n".join(parts)


def framed(text: str, chance: random.Random) -> str:
    """A headline of eight words before it, a footer of thirty behind."""
    head, foot = (
        " ".join("".join(chance.choices(_LETTERS, k=5)) for _ in range(count)) for count in (8, 30)
    )
    return f"{head}\n{text}\n{foot}"


def half(text: str, chance: random.Random) -> str:
    """The first half of its words."""
    words = text.split()
    return " ".join(words[: len(words) // 2])


WAYS: dict[str, Callable[[str, random.Random], str]] = {
    **{
        f"{share:.0%} of the words changed": lambda text, chance, share=share: changed(  # type: ignore[misc]
            text, share, chance
        )
        for share in (0.02, 0.05, 0.1, 0.15, 0.2)
    },
    "paragraphs moved": moved,
    "headline and footer": framed,
    "cut to a half": half,
}


def curve(docs: str, work: str) -> None:
    """How many made copies share a group with their text, by way and by length."""
    chance = random.Random(SEED)
    pool = [(name, text) for name, text in texts_of(docs) if len(text.split()) >= 60]
    chosen = chance.sample(pool, MADE)
    print("way                       found   of texts with 60-149, 150-299, 300+ words")
    for way, make in WAYS.items():
        folder = os.path.join(work, "made")
        shutil.rmtree(folder, ignore_errors=True)
        write(iter(chosen), os.path.join(folder, "own"))
        write(((name, make(text, chance)) for name, text in chosen), os.path.join(folder, "made"))
        with Index.create(folder) as index:
            index.update()
            met = set()
            for group in index.duplicates():
                names = Counter(os.path.basename(copy.path)[:-4] for copy in group.copies)
                met |= {name for name, count in names.items() if count > 1}
        found, all_of = Counter(), Counter()
        for name, text in chosen:
            size = min(len(text.split()) // 150, 2)
            all_of[size] += 1
            found[size] += name in met
        shares = ", ".join(f"{found[size] / all_of[size]:.0%}" for size in range(3))
        print(f"{way:<26}{len(met) / MADE:5.0%}   {shares}")


def overlap(one: str, other: str) -> float:
    """The share of the runs of five words of the shorter text that are in the other one."""
    runs = []
    for text in (one, other):
        words = text.split()
        runs.append({tuple(words[at : at + 5]) for at in range(len(words) - 4)})
    few, many = sorted(runs, key=len)
    return len(few & many) / len(few) if few else 0.0


def page(docs: str, work: str) -> None:
    """First pages that show a story twice, with copies folded and opened."""
    folder = os.path.join(work, "page")
    write(islice(texts_of(docs), PAGE_TEXTS), folder)
    chance = random.Random(SEED)
    with Index.create(folder) as index:
        index.update()
        groups = list(index.duplicates())
        stories = chance.sample(groups, PAGE_QUERIES)
        for copies in (True, False):
            twice, extra = 0, []
            for group in stories:
                words = index.document(group.copies[0].path).text.split()
                query = " ".join(words[:QUERY_WORDS])
                options = SearchOptions(plain=True, copies=copies, snippets=0)
                shown = [index.document(h.id).text for h in index.search(query, options).hits]
                again = sum(
                    any(overlap(text, before) >= SAME_STORY for before in shown[:place])
                    for place, text in enumerate(shown)
                )
                twice += again > 0
                extra.append(again)
            kind = "opened" if copies else "folded"
            print(
                f"copies {kind}: {twice} of {PAGE_QUERIES} first pages show a story twice "
                f"(median {statistics.median(extra):g} hits too many)"
            )


def groups_of(docs: str, work: str) -> list[list[str]]:
    """The members of each group: their ids, and which part where a copy is no whole document."""
    folder = os.path.join(work, "read")
    write(texts_of(docs), folder)
    with Index.create(folder) as index:
        index.update()
        return [[named(copy) for copy in group.copies] for group in index.duplicates()]


def named(copy: Copy) -> str:
    """`d00001`, or `d00001:part2` as `show` names parts."""
    part = "" if copy.part is None else f":part{copy.part}"
    return os.path.basename(copy.path).removesuffix(".txt") + part


def draw(docs: str, work: str) -> None:
    """Of random groups the shortest member and another one."""
    chance = random.Random(DRAWN_SEED)
    for first, *others in chance.sample(groups_of(docs, work), DRAWN):
        print(first, chance.choice(others), sep="\t")


def read(docs: str, work: str) -> None:
    """What was said of the pairs that were read one by one, and what is said now."""
    with open(READ, encoding="utf-8") as file:
        rows = [line.split("\t") for line in file.read().splitlines() if not line.startswith("#")]
    right = sum(row[2] == "1" for row in rows)
    print(f"{right} of {len(rows)} pairs are copies: precision {right / len(rows):.1%}")
    groups = enumerate(groups_of(docs, work))
    group_of = {name: number for number, members in groups for name in members}
    for verdict, kind in (("1", "copies"), ("0", "others")):
        pairs = [row for row in rows if row[2] == verdict]
        held = sum(group_of.get(a, -1) == group_of.get(b, -2) for a, b, _ in pairs)
        parts = sum(":part" in a + b for a, b, _ in pairs)
        print(f"{held} of {len(pairs)} {kind} share a group; {parts} are of parts")


def main() -> None:
    """Run one of them in a temporary folder."""
    kind = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=kind)
    parser.add_argument("what", choices=("cost", "curve", "page", "draw", "read"))
    parser.add_argument("docs", help="a docs.jsonl.gz with id and text")
    parser.add_argument("--rounds", type=int, default=3, help="of `cost`")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        if asked.what == "cost":
            cost(asked.docs, work, asked.rounds)
        else:
            {"curve": curve, "page": page, "draw": draw, "read": read}[asked.what](asked.docs, work)


if __name__ == "__main__":
    main()
