"""How much of a document's text is found, and in which order? Known texts against what is read.

    python benchmarks/documents.py DIR [--only PRODUCER] [--show FILE]

DIR holds `pdf/PRODUCER-FONT-KIND.pdf` and `truth/KIND.txt`. Of the words, vowel marks and tatweel
set aside: recall, how many of the text's are found; precision, how many of those found are the
text's; order, how many stand in the longest run of words that is in both in the same order. Beside
Fahras stand pdfium's own text, pypdf, and poppler's pdftotext, each where it is installed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import time
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable

from report import Cell, Table, use_checkout

use_checkout()

from indexer.extract import pdf  # noqa: E402

BARS = (93.0, 91.0, 93.0)
"""What recall, precision and order over all files must reach."""

_SET_ASIDE = re.compile("[\u064b-\u065f\u0670\u0640\u06d6-\u06ed]")
Reader = Callable[[str], str]
Score = tuple[float, float, float]


def words(text: str) -> list[str]:
    """The words of a text, spelled as they are compared."""
    return re.findall(r"\w+", _SET_ASIDE.sub("", unicodedata.normalize("NFKC", text)))


def longest_common(first: list[str], second: list[str]) -> int:
    """Words of the longest common subsequence (Hunt and Szymanski 1977)."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(second):
        places[word].append(place)
    tails: list[int] = []
    for word in first:
        for place in reversed(places[word]):
            at = bisect_left(tails, place)
            tails[at : at + 1] = [place]
    return len(tails)


def score(truth: str, found: str) -> Score:
    """(recall, precision, order) in per cent."""
    wanted, got = words(truth), words(found)
    shared = sum((Counter(wanted) & Counter(got)).values())
    in_order = longest_common(wanted, got)
    return (
        100 * shared / len(wanted),
        100 * shared / max(1, len(got)),
        100 * in_order / len(wanted),
    )


def by_fahras(path: str) -> str:
    with open(path, "rb") as file:
        return pdf.PAGE_END.join(pdf.parse(file.read())["pages"])


def by_pdfium(path: str) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def by_pypdf(path: str) -> str:
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def by_poppler(path: str) -> str:
    command = ["pdftotext", "-enc", "UTF-8", path, "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


def readers() -> dict[str, Reader]:
    """Those that are installed."""
    found: dict[str, Reader] = {"Fahras": by_fahras, "pdfium's own text": by_pdfium}
    try:
        import pypdf  # noqa: F401
    except ImportError:
        print("pypdf is not installed: pip install pypdf")
    else:
        found["pypdf"] = by_pypdf
    if shutil.which("pdftotext"):
        found["pdftotext"] = by_poppler
    else:
        print("pdftotext is not installed: it comes with poppler")
    return found


def pages_of(path: str) -> int:
    import pypdfium2

    return len(pypdfium2.PdfDocument(path))


def measure(read: Reader, folder: str, names: list[str]) -> tuple[dict[str, list[Score]], float]:
    """(the scores by kind, milliseconds of the processor a page)."""
    scores: dict[str, list[Score]] = defaultdict(list)
    elapsed, pages = 0.0, 0
    for name in names:
        path = os.path.join(folder, "pdf", name)
        kind = name.removesuffix(".pdf").rpartition("-")[2]
        with open(os.path.join(folder, "truth", f"{kind}.txt"), encoding="utf-8") as file:
            truth = file.read()
        before = time.process_time()
        found = read(path)
        elapsed += time.process_time() - before
        pages += pages_of(path)
        for key in (kind, "all"):
            scores[key].append(score(truth, found))
    return scores, 1000 * elapsed / pages


def mean(scores: list[Score]) -> Score:
    recall, precision, order = (sum(column) / len(scores) for column in zip(*scores, strict=True))
    return recall, precision, order


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", metavar="DIR")
    parser.add_argument("--only", default="", metavar="PRODUCER")
    parser.add_argument("--show", metavar="FILE", help="print what is read of one file")
    options = parser.parse_args()
    if options.show:
        print(by_fahras(options.show))
        return 0
    names = sorted(os.listdir(os.path.join(options.folder, "pdf")))
    names = [name for name in names if name.startswith(options.only) and name[:2] != "x-"]
    measured = {reader: measure(read, options.folder, names) for reader, read in readers().items()}
    scores, _ = measured["Fahras"]
    rows: list[list[Cell]] = []
    for kind in sorted(scores, key=lambda kind: (kind == "all", kind)):
        means = [mean(theirs[kind]) for theirs, _ in measured.values()]
        shown = ["/".join(f"{value:.1f}" for value in values) for values in means]
        rows.append([kind, len(scores[kind]), *shown])
    rows.append(["ms a page", None, *(f"{ms:.1f}" for _, ms in measured.values())])
    table = Table("Words of PDFs: recall/precision/order", ["kind", "files", *measured], rows)
    print(table.markdown())
    reached = all(s >= bar for s, bar in zip(mean(scores["all"]), BARS, strict=True))
    print(f"bars {BARS}: {'reached' if reached else 'NOT REACHED'}")
    return 0 if reached else 1


if __name__ == "__main__":
    raise SystemExit(main())
