"""Rows of the table in `bad_input`: queries, options, and files that commands take."""

from __future__ import annotations

import gzip
import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

from bad_input import WORD, Case, write
from cli_process import COMMAND, Run, environment

_NO_WORDS = "fahras: the query holds no words, so nothing was searched: give at least one"


TILDE = f'"{WORD} روسيا"~'
STARS = "*ه" * 100 + "*ب"


def _query(key: str, met: str, query: str, answer: str, code: int = 2) -> Case:
    return Case(key, "Queries", met, ["search", query], answer, code)


def _pointed(message: str, query: str, at: int, length: int) -> str:
    return f"fahras: {message}\n  {query}\n  {' ' * at}{'^' * length}"


QUERIES = [
    _query("stopwords", "stopwords alone, which are searched then", "من إلى",
           "fahras: the query holds nothing but stopwords; they were searched", 0),
    _query("punctuation", "punctuation alone", "؟!،", _NO_WORDS, 1),
    _query("empty-query", "an empty query", "", _NO_WORDS, 1),
    _query("long-query", "a word of 60,000 letters", "ضط" * 30_000,
           "fahras: a word of a query may have 1,000 letters at most; this one has 60,000: "
           f"here: {'ضط' * 10}\n  {'ضط' * 60}\n  {'^' * 20}"),
    _query("stars", "100 stars in a word", STARS,
           f"fahras: nothing found for: {STARS}\nfahras: no word of the index fits {STARS}", 1),
    _query("tilde", "a number of 5,000 digits after a phrase", TILDE + "9" * 5000,
           "fahras: at most 1,000,000 words may stand between those of a phrase: here: "
           f"{'9' * 20}\n"
           f"  {TILDE}{'9' * 105}\n{' ' * 17}{'^' * 20}"),
    Case("long-batch", "Queries", "a query of 100,000 characters, from a file",
         ["search", "-c", "--queries", "long.txt"], "", 0,
         lambda folder: write(folder, "long.txt", f"{WORD} " * 14_286)),
    _query("many-words", "1,000 words", f"{WORD} روسية " * 500, "", 0),
    _query("field", "a name that is nearly a field's", f"titel:{WORD}",
           _pointed("there is no field titel: did you mean title:? For the word, put a space after "
                    "the colon", f"titel:{WORD}", 0, 6)),
    _query("no-field", "a colon after a name that is no field", f"body:{WORD}", "", 0),
    _query("open-bracket", "a bracket that is never closed", f"({WORD}",
           "fahras: the bracket ( has no partner: it was taken as punctuation", 0),
    _query("close-bracket", "a bracket that was never opened", f"{WORD})",
           "fahras: the bracket ) has no partner: it was taken as punctuation", 0),
    _query("quote", "a quotation mark that is never closed", f'"{WORD}',
           'fahras: the quotation mark " has no partner: it was taken as punctuation', 0),
    _query("guillemet", "a guillemet that is never closed", f"«{WORD}",
           "fahras: the quotation mark « has no partner: it was taken as punctuation", 0),
    _query("operator", "an operator alone", "AND",
           _pointed("AND needs words on both sides", "AND", 0, 3)),
    _query("not", "NOT alone", "NOT", _pointed("NOT needs a word after it", "NOT", 0, 3)),
    _query("or", "an operator at the end", f"{WORD} OR",
           _pointed("OR needs words on both sides", f"{WORD} OR", 7, 2)),
    _query("date", "a date that is none", "date:2017-13",
           _pointed("a date is written 2017, 2017-11 or 2017-11-28, a range 2017-11..2017-12: "
                    "here: 2017-13", "date:2017-13", 5, 7)),
    _query("boost", "a boost that is no number", f"{WORD}^",
           "fahras: ^ without a number was taken as punctuation; نفط^2 counts twice", 0),
]  # fmt: skip


def _in_little_memory(folder):
    command = shlex.join([*COMMAND, "search", WORD])
    done = subprocess.run(
        ["sh", "-c", f"ulimit -v 60000; exec {command}"],
        cwd=folder, capture_output=True, env=environment(),
    )  # fmt: skip
    return Run(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


def _options(key: str, command: list[str], answer: str, code: int = 2, met: str = "") -> Case:
    shown = met or "`fahras " + " ".join(command) + "`"
    return Case(key, "Options and commands", shown, command, answer, code)


OPTIONS = [
    _options("limit", ["search", "-n", "0", WORD],
             "fahras: --limit: 0 is too small, give 1 or more (see fahras search --help)"),
    _options("offset", ["search", "--offset", "-1", WORD],
             "fahras: --offset: -1 is too small, give 0 or more (see fahras search --help)"),
    _options("option", ["search", "--limt", "3", WORD],
             "fahras: no such option: --limt; did you mean --limit? (see fahras search --help)"),
    _options("command", ["serch", WORD], "fahras: no such command: serch; did you mean search?"),
    _options("no-query", ["search"],
             "fahras: give a query, or --queries FILE, one of the two (see fahras search --help)"),
    _options("show-bytes", ["show", os.fsdecode(b"caf\xe9.txt:1")],
             "fahras: no document is called caf\ufffd.txt: give a path, or an id as a search "
             "prints it", met="`fahras show` of a name that is not UTF-8, and a line"),
    _options("no-name", ["show", ""], "fahras: HIT is empty: give one (see fahras show --help)",
             met="`fahras show ''`"),
    _options("no-glob", ["search", "--in", "", WORD],
             "fahras: --in: GLOB is empty: give one, or leave --in out (see fahras search --help)",
             met=f"`fahras search --in '' {WORD}`"),
    _options("no-folder", ["index", "--forget", ""],
             "fahras: --forget: PATH is empty: give one, or leave --forget out (see fahras index "
             "--help)", met="`fahras index --forget ''`"),
    _options("no-words", ["analyze", ""],
             "fahras: the text holds no words: give at least one", 1, met="`fahras analyze ''`"),
    _options("page-of-many", ["search", "--html", "a.html", "--queries", "q.txt"],
             "fahras: --html is a page of one query: give the queries of the file one by one, or "
             "take --csv for a table of all (see fahras search --help)"),
    Case("little-memory", "Options and commands", "`fahras search` under `ulimit -v 60000`",
         _in_little_memory,
         "fahras: less than 200 MB of memory is allowed to it: raise the limit with ulimit -v", 2),
    _options("show", ["show", "absent.txt"],
             "fahras: no document is called absent.txt: give a path, or an id as a search prints "
             "it"),
]  # fmt: skip


def _endless(path):
    path.symlink_to("/dev/zero")


def _given(
    key: str,
    met: str,
    name: str,
    content: bytes | str | Callable[[Path], object],
    command: list[str],
    answer: str,
):
    def prepare(folder):
        if callable(content):
            content(folder / name)
        else:
            write(folder, name, content)

    return Case(key, "Files that commands take", met, command, answer, 2, prepare)


_EVAL = ["eval", "queries.jsonl", "qrels.tsv"]


def _eval(key: str, met: str, qrels: str, answer: str) -> Case:
    def prepare(folder):
        write(folder, "queries.jsonl", f'{{"id": "q1", "text": "{WORD}"}}\n')
        write(folder, "qrels.tsv", qrels)

    return Case(key, "Files that commands take", met, _EVAL, answer, 2, prepare)


GIVEN = [
    _given("variants", "a broken table of variants", "my.txt", "سوريا\n",
           ["search", "--variants", "my.txt", WORD],
           "fahras: the table of variants my.txt, line 1: a group needs two sides or more, as in "
           "«سوريا سورية» or «تشرين الثاني = نوفمبر»; found «سوريا»"),
    _given("variants-bytes", "a table of variants that is not UTF-8", "my.txt", b"\xff\xfe\x01",
           ["search", "--variants", "my.txt", WORD],
           "fahras: the table of variants my.txt is not UTF-8: save it as UTF-8"),
    _given("variants-absent", "a table of variants that is not there", "other.txt", "",
           ["search", "--variants", "my.txt", WORD],
           "fahras: the table of variants my.txt: No such file or directory"),
    _given("variants-groups", "a table of variants of 200,000 groups", "my.txt",
           "سوريا شام\n" * 200_000, ["search", "--variants", "my.txt", WORD],
           "fahras: the table of variants my.txt has more than 100,000 groups: leave some out"),
    _given("variants-sides", "a group of 20,000 words among the variants", "my.txt",
           " ".join(f"كلمة{number}" for number in range(20_000)),
           ["search", "--variants", "my.txt", WORD],
           "fahras: the table of variants my.txt, line 1: a group has up to 64 sides, a side up to "
           "16 words: split it"),
    _given("variants-endless", "an endless table of variants", "my.txt", _endless,
           ["search", "--variants", "my.txt", WORD],
           "fahras: the table of variants my.txt: more than 4 MiB, the limit: make it smaller"),
    _given("variants-own-fifo", "a pipe as the index's own table of variants",
           ".fahras/variants.txt", os.mkfifo, ["search", WORD],
           "fahras: the table of variants PATH/.fahras/variants.txt: not a regular file: put one "
           "in its place"),
    _given("variants-own-device", "a device as the index's own table of variants",
           ".fahras/variants.txt", _endless, ["search", WORD],
           "fahras: the table of variants PATH/.fahras/variants.txt: not a regular file: put one "
           "in its place"),
    _given("queries-endless", "an endless file of queries", "q.txt", _endless,
           ["search", "--queries", "q.txt"],
           "fahras: q.txt: more than 256 MiB, the limit: make it smaller"),
    _given("queries-bomb", "1 GB of queries in a .gz of 1 MB", "q.gz",
           lambda path: path.write_bytes(gzip.compress(bytes(1 << 20), 1) * 1024),
           ["search", "--queries", "q.gz"],
           "fahras: q.gz: more than 256 MiB, the limit: make it smaller"),
    _given("queries-absent", "a file of queries that is not there", "other.txt", "",
           ["search", "--queries", "q.txt"], "fahras: q.txt: No such file or directory"),
    _given("queries-empty", "a file of queries that holds none", "q.txt", "\n",
           ["search", "--queries", "q.txt"], "fahras: no queries in q.txt; write one a line"),
    _given("queries-json", "a broken JSON line among the queries", "q.txt", f'{WORD}\n{{"id": 1\n',
           ["search", "--queries", "q.txt"],
           'fahras: q.txt:2: not a JSON object with "text", nor a plain query'),
    _given("queries-one", "a broken query among others", "q.txt", f"{WORD}\nAND\n{WORD}\n",
           ["search", "--queries", "q.txt"],
           "fahras: q.txt:2: AND needs words on both sides"),
    _eval("qrels-queries", "judgements of other queries", "q9\tgood.txt\t1\n",
          "fahras: no query of queries.jsonl has a relevant document in qrels.tsv"),
    _eval("qrels-documents", "judgements of other documents", "q1\tstranger\t1\n",
          "fahras: no document of qrels.tsv is in the index, as stranger is not: its ids must be "
          "those that fahras search --json prints"),
    _eval("qrels-broken", "a broken line of judgements", "q1\tgood.txt\tyes\n",
          "fahras: qrels.tsv:1: not query, document, relevance (a whole number of "
          "at most 1,000,000)"),
]  # fmt: skip

COMMANDS = [*QUERIES, *OPTIONS, *GIVEN]
