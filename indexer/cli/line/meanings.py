"""Which option does someone mean who writes one that is not there?

What other programs call it comes first, then an option of another command, then one that is spelled
alike. Asked only after a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from indexer.cli.line.options import COMMANDS

_CALLED = {
    "--limit": "max max-count max-results maximum top head first number num size results hits m k",
    "--offset": "skip start from-hit page",
    "--all": "no-limit unlimited everything",
    "--since": "after from newer start-date date-after",
    "--until": "before to older end-date date-before",
    "--in": "glob path folder directory dir files include g iglob scope",
    "--here": "cwd current local relative below",
    "--sort": "order order-by sort-by sortr",
    "--paths": "files-with-matches files-only list names filenames name-only",
    "--null": "null-data print0 zero nul z",
    "--count": "count-only total totals counts",
    "--quiet": "silent no-output s",
    "--json": "output-json as-json",
    "--jsonl": "ndjson json-lines jsonlines lines",
    "--html": "page browser web report print",
    "--csv": "tsv table spreadsheet excel",
    "--format": "template output printf print replace fmt o",
    "--color never": "no-color no-colour nocolor plain-output monochrome",
    "--color": "colour colors colours",
    "--bidi": "rtl direction reshape",
    "--hyperlink": "link links hyperlinks hyperlink-format osc8 url",
    "--context": "around width chars before-context after-context length A B",
    "--snippets": "passages fragments excerpts highlights",
    "--no-snippets": "no-passages no-highlight no-context titles-only",
    "--explain": "debug-score why score scores",
    "--queries": "batch file queries-from f",
    "--files-from": "list-of-files filelist from-file stdin",
    "--index": "database db data-dir index-dir home d",
    "--match exact": "word-regexp word whole-word exact verbatim w",
    "--match": "level tier fuzzy loose stem stems root",
    "--strict": "case-sensitive sensitive diacritics marks hamza",
    "--spelling": "suggest correct did-you-mean autocorrect typo",
    "--plain": "fixed-strings literal raw F Q",
    "--all-words": "and every all-terms require-all",
    "--field": "fields column title body",
    "--variants": "synonyms thesaurus aliases",
    "--number": "line-number line-numbers numbers n",
    "--no-pager": "no-less cat nopager",
    "--query": "highlight mark search q e regexp",
    "--open": "edit editor",
    "--pick": "interactive fzf select choose ui",
    "--steps": "verbose explain teach rules",
    "--exclude": "ignore skip not x",
    "--include": "only glob g",
    "--type": "ext extension kind t",
    "--hidden": "dotfiles all-files",
    "--no-ignore": "no-gitignore unrestricted u",
    "--follow": "follow-links dereference",
    "--max-size": "max-filesize size-limit",
    "--rebuild": "force reindex fresh recreate clean full",
    "--forget": "remove delete drop rm",
    "--deep": "full thorough",
    "--repair": "fix heal recover",
    "--skipped": "ignored left-out missing",
}
"""What other programs, and people, call an option; a name with a value is that option so."""

_NEEDLESS = {
    "ignore-case smart-case case i S": "capitals are never told apart",
    "recursive r R": "a folder is searched with all that is below it",
    "regexp regex perl-regexp extended-regexp e E P": "a star in a word stands for any letters",
    "verbose v": "stderr says what there is to say",
}
"""Options of other programs that have none here, and why."""

_ALIKE = 0.6
"""From this likeness on a name is taken for a slip; difflib's own default."""


def hint(name: str, known: Iterable[str]) -> str:
    """What to say of an option that a command does not know, after a semicolon; empty if nothing.

    name: as it is written, with its dashes. known: the names of the command's own options.
    """
    own, bare = set(known), name.lstrip("-")
    called = next((to for to, words in _CALLED.items() if _is_called(bare, words, to, own)), None)
    if called is not None:
        return f"; did you mean {called}?"
    for words, reason in _NEEDLESS.items():
        if bare in words.split():
            return f"; none is needed: {reason}"
    if len(bare) == 1:
        other = f"-{bare.swapcase()}"
        return f"; did you mean {other}?" if other in own else ""
    if others := [c for c, k in COMMANDS.items() if _has(k.options(), name)]:
        return f"; it is an option of fahras {', '.join(others)}"
    long = {option.lstrip("-"): option for option in own if option.startswith("--")}
    nearest = get_close_matches(bare.lower(), long, n=1, cutoff=_ALIKE)
    return f"; did you mean {long[nearest[0]]}?" if nearest else ""


def _is_called(bare: str, words: str, option: str, own: set[str]) -> bool:
    name = option.partition(" ")[0]
    return name in own and (bare if len(bare) == 1 else bare.lower()) in words.split()


def _has(options: Iterable[object], name: str) -> bool:
    return any(name in getattr(option, "names", ()) for option in options)
