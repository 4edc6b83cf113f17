"""How often is a misspelled word's first proposal the word that was meant?

    python benchmarks/spelling.py DOCS.jsonl.gz [--texts 3000] [--seeds 1 2 3]

Of the frequent words of the first texts each draw takes 80, and makes one edit in each: a letter
more, less, other, or two exchanged, evenly. An edit that makes another word of the texts is drawn
again, unless `--held` is given: nothing tells it from that word, but where it is rare. Right is a
proposal that is the word, or has its stem; where the stem of what was typed is held and nothing is
proposed, a best document found by such a word.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from itertools import islice

from judged import read_lines
from report import use_checkout

use_checkout()

from analyzers.analyzer import analyze_form  # noqa: E402
from analyzers.normalizer import fold  # noqa: E402
from analyzers.tokenizer import shared_tokenizer  # noqa: E402
from indexer import Index, SearchOptions, SearchResults  # noqa: E402

LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإآءؤئ"
WORDS, FREQUENT, SHORTEST = 80, 2000, 4


def slip(word: str, rng: random.Random) -> str:
    """The word with one edit."""
    at = rng.randrange(len(word))
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + rng.choice(LETTERS) + word[at:]
    if kind == 2:
        return word[:at] + rng.choice(LETTERS) + word[at + 1 :]
    at = rng.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def main() -> None:
    """Print a line a draw, and the proposals that were wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("docs")
    parser.add_argument("--texts", type=int, default=3000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--held", action="store_true", help="edits may make words of the texts")
    given = parser.parse_args()
    tokenizer, counts = shared_tokenizer(), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for number, record in enumerate(islice(read_lines(given.docs), given.texts)):
            text = f"{record.get('title') or ''}\n{record['text']}"
            ids = tokenizer.tokenize(text).form_ids.tolist()
            counts.update(tokenizer.forms[form] for form in ids)
            with open(os.path.join(folder, f"{number}.txt"), "w", encoding="utf-8") as file:
                file.write(text)
        with Index.create(folder) as index:
            index.update()
            for seed in given.seeds:
                draw(index, counts, seed, held=given.held)


def _met(results: SearchResults) -> tuple[str, ...]:
    """The words by which the best document was found."""
    return tuple(match.word for hit in results.hits for match in hit.matches)


def draw(index: Index, counts: Counter[str], seed: int, *, held: bool) -> None:
    """Print how many of one draw are right, and what is proposed in place of the others."""
    rng, forms = random.Random(seed), {fold(form) for form in counts}
    frequent = [w for w, _ in counts.most_common(FREQUENT) if len(w) >= SHORTEST and w.isalpha()]
    right, met, wrong, started = 0, 0, [], time.process_time()
    for word in rng.sample(frequent, WORDS):
        typed = slip(word, rng)
        while fold(typed) == fold(word) or (fold(typed) in forms and not held):
            typed = slip(word, rng)
        results = index.search(typed, SearchOptions(limit=1))
        unknown = results.unknown_words
        first = unknown[0].suggestions[:1] if unknown else _met(results)
        met += not unknown
        if any(analyze_form(form).stem == analyze_form(word).stem for form in first):
            right += 1
        else:
            wrong.append(f"{word}>{typed}:{','.join(first) if unknown else '(met)'}")
    spent = (time.process_time() - started) / WORDS * 1e3
    print(f"seed {seed}: {right} of {WORDS} right, {met} met by stem, {spent:.1f} ms each")
    print("   ", " ".join(wrong))


if __name__ == "__main__":
    main()
