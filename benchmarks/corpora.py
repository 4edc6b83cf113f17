"""Where do large corpora come from? Written out, sliced, and multiplied; always the same by seed.

    python benchmarks/corpora.py files DOCS.jsonl.gz OUT [--limit-mb 10]
    python benchmarks/corpora.py multiply DOCS.jsonl.gz OUT --mb 60 [--file-kb 38]
    python benchmarks/corpora.py short DOCS.jsonl.gz OUT.jsonl --documents 1000000

`files` writes each record as a .txt, 1,000 a folder. `multiply` does so again and again, with new
words coming at the rate that Heaps' law, fitted to the corpus itself, foretells; marks stay on
their letters; with `--file-kb`, texts are joined to files of that size, as books are. `short` draws
short documents from the corpus' words.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from report import relative_names, use_checkout

use_checkout()

from analyzers.normalizer import unmark  # noqa: E402
from analyzers.tokenizer import Tokenizer  # noqa: E402

SEED = 20_261_122
FOLDER_FILES = 1000
BETWEEN = "\n\n"
"""Stands between texts that are joined in a file."""

PROCLITICS = ("و", "ف", "ب", "ل", "ك", "ال", "وال", "بال", "لل")
ENCLITICS = ("ه", "ها", "هم", "نا", "كم", "ين", "ات", "ية", "ون")
WORD = re.compile(r"[^\W\d_a-zA-Z](?:[^\W\d_a-zA-Z]|[\u064b-\u065f\u0670])+")
MINTED_AGAIN = 1.0
"""How often a word that was minted earlier comes again, for each one that is minted."""


def records(path: str) -> Iterator[str]:
    """The texts of a .jsonl or .jsonl.gz, each with its title above it where it has one."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            title = record.get("title")
            yield f"{title}\n\n{record['text']}" if title else record["text"]


def texts_of(path: str) -> Iterator[str]:
    """The texts of a folder of .txt files, or the records of a file."""
    if not os.path.isdir(path):
        yield from records(path)
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".txt"):
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                    yield file.read()


@dataclass(frozen=True, slots=True)
class Written:
    """How much was written."""

    files: int
    size_bytes: int


def write_files(
    texts: Iterable[str], out: str, limit_bytes: int | None = None, first: int = 0
) -> Written:
    """Each text as NNN/NNNNNN.txt below `out`, until `limit_bytes` are written."""
    size = number = 0
    for number, text in enumerate(texts, 1):
        place = first + number - 1
        folder = os.path.join(out, f"{place // FOLDER_FILES:03d}")
        if number == 1 or place % FOLDER_FILES == 0:
            os.makedirs(folder, exist_ok=True)
        data = text.encode("utf-8", "surrogatepass")
        with open(os.path.join(folder, f"{place:06d}.txt"), "wb") as file:
            file.write(data)
        size += len(data)
        if limit_bytes is not None and size >= limit_bytes:
            break
    return Written(number, size)


@dataclass(frozen=True, slots=True)
class Heaps:
    """Vocabulary after n tokens: factor * n ** exponent (Heaps, Information Retrieval, 1978)."""

    factor: float
    exponent: float

    @classmethod
    def fit(cls, tokens: Sequence[int], forms: Sequence[int]) -> Heaps:
        """Least squares on logarithms, over the points after the first tenth of the tokens."""
        counted, seen = np.array(tokens, float), np.array(forms, float)
        late = counted >= counted[-1] / 10
        exponent, intercept = np.polyfit(np.log(counted[late]), np.log(seen[late]), 1)
        return cls(float(np.exp(intercept)), float(exponent))

    def rate(self, tokens: int) -> float:
        """How many of the next words are new, as a share."""
        return float(self.factor * self.exponent * max(tokens, 1) ** (self.exponent - 1))


class Vocabulary:
    """The forms of a corpus, how often each occurs, and how they grew."""

    def __init__(self, texts: Iterable[str]) -> None:
        tokenizer = Tokenizer(SEED)
        counts = np.zeros(0, np.int64)
        self.tokens = 0
        points: list[tuple[int, int]] = []
        for text in texts:
            ids = tokenizer.tokenize(text).form_ids
            counts = np.pad(counts, (0, max(0, 2 * len(tokenizer.forms) - len(counts))))
            np.add.at(counts, ids.astype(np.intp), 1)
            self.tokens += len(ids)
            if len(ids):
                points.append((self.tokens, len(tokenizer.forms)))
        self.forms = tokenizer.forms
        self.counts = counts[: len(self.forms)]
        points = points or [(1, 1)]
        self.heaps = Heaps.fit([n for n, _ in points], [v for _, v in points])


def clusters(word: str) -> list[str]:
    """The letters of a word, each with the marks that it bears."""
    found: list[str] = []
    for letter in word:
        if found and unicodedata.combining(letter):
            found[-1] += letter
        else:
            found.append(letter)
    return found


class Mint:
    """Makes words that were not there: other affixes, else inner letters in another order."""

    def __init__(self, known: Iterable[str], rng: random.Random) -> None:
        self._known = set(known)
        self._rng = rng
        self.minted: list[str] = []

    def new(self, word: str) -> str:
        """A word whose unmarked form is new, made from one that is not."""
        rng = self._rng
        while True:
            letters = clusters(word)
            kind = rng.random()
            if kind < 0.25:
                letters.insert(0, rng.choice(PROCLITICS))
            elif kind < 0.5:
                letters.append(rng.choice(ENCLITICS))
            else:
                rng.shuffle(letters)
            word = "".join(letters)
            form = unmark(word)
            if form not in self._known and "ة" not in form[:-1]:  # it ends a word
                self._known.add(form)
                self.minted.append(word)
                return word
            if len(letters) > 16:
                word = "".join(rng.sample(letters, 6))

    def again(self) -> str:
        """A word that was minted before."""
        return self._rng.choice(self.minted)


def grown(texts: Sequence[str], vocabulary: Vocabulary, seed: int = SEED) -> Iterator[str]:
    """The texts in order, then without end: drawn at random, new words put in at Heaps' rate."""
    yield from texts
    rng = random.Random(seed)
    mint = Mint(vocabulary.forms, rng)
    tokens = vocabulary.tokens
    spans: dict[int, NDArray[np.int32]] = {}
    while True:
        drawn = rng.choice(range(len(texts)))
        text = texts[drawn]
        if drawn not in spans:
            spans[drawn] = _words_in(text)
        rate = vocabulary.heaps.rate(tokens)
        tokens += len(spans[drawn])
        yield _varied(text, spans[drawn], rate, mint, rng) if len(spans[drawn]) else text


def _words_in(text: str) -> NDArray[np.int32]:
    """[words, 2]: where each begins and ends."""
    spans = [match.span() for match in WORD.finditer(text)]
    return np.array(spans, np.int32).reshape(-1, 2)


def _varied(
    text: str, spans: NDArray[np.int32], rate: float, mint: Mint, rng: random.Random
) -> str:
    """The text with some words replaced, so that `rate` of all are new."""
    expected = len(spans) * rate * (1 + MINTED_AGAIN)
    count = min(len(spans), int(expected) + (rng.random() < expected % 1))
    pieces, end = [], 0
    for start, stop in spans[sorted(rng.sample(range(len(spans)), count))].tolist():
        again = mint.minted and rng.random() < MINTED_AGAIN / (1 + MINTED_AGAIN)
        pieces += [text[end:start], mint.again() if again else mint.new(text[start:stop])]
        end = stop
    return "".join([*pieces, text[end:]])


def bound(texts: Iterable[str], size_bytes: int) -> Iterator[str]:
    """Texts joined by blank lines until they are at least so large, one after another."""
    held: list[str] = []
    size = 0
    for text in texts:
        held.append(text)
        size += len(text.encode("utf-8", "surrogatepass")) + len(BETWEEN)
        if size - len(BETWEEN) >= size_bytes:
            yield BETWEEN.join(held)
            held, size = [], 0
    if held:
        yield BETWEEN.join(held)


def multiply(
    source: str, out: str, size_bytes: int, seed: int = SEED, file_bytes: int = 0
) -> Written:
    """Write a corpus of `size_bytes` that begins as the source does and goes on as it would.

    file_bytes: texts are joined until a file has at least so many.
    """
    texts = [text for text in texts_of(source) if text.strip()]
    return write_files(bound(grown(texts, Vocabulary(texts), seed), file_bytes), out, size_bytes)


def write_short(
    source: str, out: str, documents: int, words: tuple[int, int] = (20, 100), seed: int = SEED
) -> Written:
    """JSON lines of short documents: words of the corpus, drawn as often as they occur there.

    New words come at Heaps' rate once the corpus' own number of tokens is passed.
    """
    vocabulary = Vocabulary(texts_of(source))
    rng = np.random.default_rng(seed)
    mint = Mint(vocabulary.forms, random.Random(seed))
    forms = np.array(vocabulary.forms, dtype=object)
    cumulative = np.cumsum(vocabulary.counts / max(vocabulary.counts.sum(), 1))
    tokens = size = 0
    with open(out, "w", encoding="utf-8") as file:
        for first in range(0, documents, 1000):
            lengths = rng.integers(words[0], words[1] + 1, min(1000, documents - first))
            total = int(lengths.sum())
            drawn = forms[
                np.minimum(np.searchsorted(cumulative, rng.random(total)), len(forms) - 1)
            ]
            if tokens > vocabulary.tokens:
                for place in np.flatnonzero(rng.random(total) < vocabulary.heaps.rate(tokens)):
                    drawn[place] = mint.new(drawn[place])
            tokens += total
            for number, piece in enumerate(np.split(drawn, np.cumsum(lengths)[:-1]), first):
                record = {"id": f"s{number:07d}", "title": "", "text": " ".join(piece)}
                size += file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return Written(1, os.path.getsize(out))


def slice_of(corpus: str, out: str, size_bytes: int) -> Written:
    """Evenly spaced files of a folder, hard links where that goes, until `size_bytes`."""
    names = relative_names(corpus)
    sizes = [os.path.getsize(os.path.join(corpus, name)) for name in names]
    step = max(1, sum(sizes) // max(size_bytes, 1))
    counted = Counter[str]()
    for name, size in list(zip(names, sizes, strict=True))[::step]:
        link(os.path.join(corpus, name), os.path.join(out, name))
        counted.update(files=1, size=size)
        if counted["size"] >= size_bytes:
            break
    return Written(counted["files"], counted["size"])


def link(source: str, target: str) -> None:
    """A hard link, or a copy where the file system has none between the two."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def linked(corpus: str, out: str) -> list[str]:
    """All files of a folder in another, hard links where that goes; their relative names."""
    names = relative_names(corpus)
    for name in names:
        link(os.path.join(corpus, name), os.path.join(out, name))
    return names


def add_line(path: str, line: str) -> None:
    """Make a file one line longer; what else is linked to it stays as it is."""
    with open(path, "rb") as file:
        data = file.read()
    with open(path + ".new", "wb") as file:
        file.write(data + f"\n{line}\n".encode())
    os.replace(path + ".new", path)


def main(argv: Sequence[str] | None = None) -> None:
    """Write one corpus."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    kinds = parser.add_subparsers(dest="kind", required=True)
    for kind in ("files", "multiply", "short"):
        command = kinds.add_parser(kind)
        command.add_argument("source", help="a .jsonl[.gz] with text, or a folder of .txt files")
        command.add_argument("out")
        command.add_argument("--seed", type=int, default=SEED)
    kinds.choices["files"].add_argument("--limit-mb", type=float)
    kinds.choices["multiply"].add_argument("--mb", type=float, default=60.0)
    kinds.choices["multiply"].add_argument(
        "--file-kb", type=float, default=0.0, help="join texts to files of so many kB"
    )
    kinds.choices["short"].add_argument("--documents", type=int, default=1_000_000)
    options = parser.parse_args(argv)
    if options.kind == "short":
        written = write_short(options.source, options.out, options.documents, seed=options.seed)
    elif os.path.isdir(options.out) and os.listdir(options.out):
        raise SystemExit("the folder to write to is not empty")
    elif options.kind == "files":
        limit = None if options.limit_mb is None else int(options.limit_mb * 1e6)
        written = write_files(texts_of(options.source), options.out, limit)
    else:
        size_bytes, file_bytes = int(options.mb * 1e6), int(options.file_kb * 1e3)
        written = multiply(options.source, options.out, size_bytes, options.seed, file_bytes)
    print(f"{written.files:,} files, {written.size_bytes / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
