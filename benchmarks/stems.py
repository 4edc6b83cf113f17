"""Which words does the stemmer cut into strangers? Over a dictionary and what collections hold.

    python benchmarks/stems.py --collections DIR [--dictionary FILE] [--worst 300]

Four kinds of faults, each weighted by the tokens of the collections that it touches:

- article: X, الX, والX and للX are one word, but not one stem;
- strangers: two words of the dictionary, of different roots, share a stem;
- parted: a word of the dictionary and one of its own inflections have different stems;
- radical: the stem of a word of the dictionary lacks a letter of its root.

It measures, and mends nothing. The dictionary's roots have faults of their own, so that a line is
a question, not a verdict.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from judged import read_lines
from report import use_checkout

use_checkout()

from analyzers.normalizer import fold  # noqa: E402
from analyzers.protected import protected_stem  # noqa: E402
from analyzers.stemmer import stem  # noqa: E402
from analyzers.stopwords import is_stopword  # noqa: E402
from analyzers.tokenizer import shared_tokenizer  # noqa: E402
from tools import arramooz  # noqa: E402

Counts = Mapping[str, int]
"""Tokens in the collections by folded form."""

WEAK = frozenset("اوي")
ENDINGS = ("ين", "ان", "ون", "ات", "ه", "ها", "هم", "هما", "هن", "نا", "كم", "ك", "ي")
AFTER_TEH = ("ها", "هم", "هما", "نا", "كم", "ه", "ان", "ين", "ك", "ي")
NISBA = ("يه", "يات", "يين", "يون")


class Fault(NamedTuple):
    """One fault: how many tokens it touches, and what is wrong, in words and stems."""

    tokens: int
    text: str


def count_forms(collections: Iterable[str]) -> Counter[str]:
    """The tokens of all documents, by folded form; stopwords are left out."""
    unmarked: Counter[str] = Counter()
    tokenizer = shared_tokenizer()
    for collection in collections:
        for record in read_lines(os.path.join(collection, "docs.jsonl.gz")):
            ids = tokenizer.tokenize(f"{record.get('title') or ''}\n{record['text']}").form_ids
            unmarked.update(tokenizer.forms[form] for form in ids.tolist())
    counts: Counter[str] = Counter()
    for form, tokens in unmarked.items():
        if form and "ء" <= form[0] <= "ي" and not is_stopword(form):
            counts[fold(form)] += tokens
    return counts


def with_article(word: str) -> dict[str, str]:
    """A folded word behind the article and what is written before it, by a name of each shape."""
    after_li = word if word[0] == "ل" else "ل" + word
    return {"ال": "ال" + word, "وال": "وال" + word, "بال": "بال" + word, "لل": "ل" + after_li}


def article_faults(counts: Counts) -> Iterator[Fault]:
    """Words that are attested behind the article and have another stem there than alone."""
    for word in counts:
        if len(word) < 3 or word.startswith(("ال", "لل", "وال", "بال", "فال", "كال")):
            continue
        shapes = with_article(word)
        attested = counts.get(shapes["ال"], 0)
        alone = stem(word)
        parted = {name: stem(shape) for name, shape in shapes.items() if stem(shape) != alone}
        if attested and parted:
            tokens = sum(counts.get(shapes[name], 0) for name in parted)
            behind = ", ".join(f"{shapes[name]} {found}" for name, found in parted.items())
            yield Fault(min(tokens, counts[word]), f"{word} {alone} | {behind} ({tokens} tokens)")


def tokens_of(word: str, counts: Counts) -> int:
    """The tokens of a word, alone and behind the article."""
    return counts.get(word, 0) + sum(counts.get(shape, 0) for shape in with_article(word).values())


Roots = dict[str, frozenset[str]]
"""Roots by folded word of the dictionary."""


def words_of(dictionary: str) -> Roots:
    """The words of the dictionary with all roots that any entry of that spelling has.

    Words that are entered with their article are left out, and roots of other than three or four
    letters, which are words by mistake.
    """
    roots: dict[str, set[str]] = defaultdict(set)
    for entry in (*arramooz.nouns(dictionary), *arramooz.verbs(dictionary)):
        word = fold(entry.word)
        if len(word) > 2 and word.isalpha():
            sound = (root for root in entry.roots if len(root) in {3, 4} and "ة" not in root)
            roots[word].update(map(_comparable, sound))
    return {
        word: frozenset(found)
        for word, found in roots.items()
        if not (word.startswith("ال") and word[2:] in roots)
    }


def _comparable(root: str) -> str:
    """A root with one letter for the weak ones and hamza, which dictionaries write in many ways."""
    even = "".join("و" if letter in "اأإآءؤئويى" else letter for letter in root)
    return even[:-1] if len(even) == 4 and even[-1] == "و" else even  # a nisba is no radical


def stranger_faults(roots: Roots, counts: Counts) -> Iterator[Fault]:
    """Pairs of attested words of the dictionary with one stem and no root in common."""
    by_stem: dict[str, list[str]] = defaultdict(list)
    for word in roots:
        if roots[word]:
            by_stem[stem(word)].append(word)
    for shared, words in by_stem.items():
        weights = {word: tokens_of(word, counts) for word in words}
        ranked = sorted(words, key=weights.__getitem__, reverse=True)
        for other in ranked[1:]:
            first = next((w for w in ranked if w != other and _strangers(w, other, roots)), None)
            if first is not None and weights[first] >= weights[other] > 0:
                told = f"{first} {weights[first]} ({_shown(roots[first])})"
                with_other = f"{other} {weights[other]} ({_shown(roots[other])})"
                yield Fault(weights[other], f"{shared} | {told} | {with_other}")


def _strangers(word: str, other: str, roots: Roots) -> bool:
    """Whether two words have no root in common; one of four letters may be an ending too long."""
    if roots[word] & roots[other]:
        return False
    return not any(
        len(a) != len(b) and (_holds(a, _strong(b)) or _holds(b, _strong(a)))
        for a in roots[word]
        for b in roots[other]
    )


def _shown(roots: frozenset[str]) -> str:
    return "/".join(sorted(roots)) or "?"


def inflections(word: str) -> Iterator[str]:
    """What a noun may look like with its endings, folded."""
    if word.endswith("ه"):
        yield from (word[:-1] + "ت" + ending for ending in AFTER_TEH)
        yield word[:-1] + "ات"
    elif not word.endswith(("ا", "ي")):
        yield from (word + ending for ending in (*ENDINGS, *NISBA))
    elif word.endswith("ي"):
        yield from (word + ending for ending in ("ه", "ات", "ين", "ون", "ها", "هم", "نا"))


def parted_faults(nouns: Iterable[str], roots: Roots, counts: Counts) -> Iterator[Fault]:
    """Attested inflections, neither entries nor listed, whose stem is not that of their word."""
    for word in nouns:
        if word.startswith("ال") or not tokens_of(word, counts):
            continue
        own = stem(word)
        for form in inflections(word):
            tokens = tokens_of(form, counts)
            listed = protected_stem(form) is not None
            if tokens and not listed and form not in roots and stem(form) != own:
                told = f"{word} {own} ({tokens_of(word, counts)}) | {form} {stem(form)}"
                yield Fault(min(tokens, tokens_of(word, counts)), f"{told} ({tokens} tokens)")


def radical_faults(roots: Roots, counts: Counts) -> Iterator[Fault]:
    """Attested words whose stem lacks strong letters that all of their roots have."""
    for word, found in roots.items():
        tokens = tokens_of(word, counts)
        if tokens and found and not word.startswith("ال"):
            cut = stem(word)
            letters = [_strong(root) for root in found]
            if any(_holds(word, strong) for strong in letters) and not any(
                _holds(cut, strong) for strong in letters
            ):
                yield Fault(tokens, f"{word} {cut} ({_shown(found)}) {tokens} tokens")


def _strong(root: str) -> str:
    """Letters of a root that no derivation loses; of a doubled one only the first is sure."""
    strong = [letter for letter in root if letter not in WEAK]
    return "".join(letter for letter, _ in groupby(strong))


def _holds(word: str, letters: str) -> bool:
    """Whether letters stand in a word in their order."""
    rest = iter(word)
    return all(letter in rest for letter in letters)


def report(faults: Mapping[str, Sequence[Fault]], worst: int) -> Iterator[str]:
    """The faults of each kind, worst first."""
    for kind, found in faults.items():
        yield f"== {kind}: {len(found)} faults, {sum(f.tokens for f in found)} tokens"
        ranked = sorted(found, key=lambda fault: (-fault.tokens, fault.text))
        yield from (f"{fault.tokens}\t{fault.text}" for fault in ranked[:worst])
        yield ""


def main() -> None:
    """Print the worst faults of each kind."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--collections", required=True, help="folder of judged collections")
    parser.add_argument("--dictionary", default=arramooz.installed(), help="Arramooz's SQLite file")
    parser.add_argument("--worst", type=int, default=75, help="faults shown of each kind")
    options = parser.parse_args()
    folders = sorted(entry.path for entry in os.scandir(options.collections) if entry.is_dir())
    counts = count_forms(folders)
    faults = {"article": list(article_faults(counts))}
    if options.dictionary is None:
        print("Arramooz is not installed: only the article is checked (--dictionary FILE)")
    else:
        roots = words_of(options.dictionary)
        nouns = {fold(noun.word) for noun in arramooz.nouns(options.dictionary)} & roots.keys()
        faults["strangers"] = list(stranger_faults(roots, counts))
        faults["parted"] = list(parted_faults(nouns, roots, counts))
        faults["radical"] = list(radical_faults(roots, counts))
    print("\n".join(report(faults, options.worst)))


if __name__ == "__main__":
    main()
