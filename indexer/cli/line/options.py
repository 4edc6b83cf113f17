"""The one table of options: what each command can be asked, and the typed request it becomes.

A command is a class; each of its attributes is a row: an option or an argument with its names,
kind, default, help and group. From these rows come the reader (`reader`), Typer's signatures and
`--help` (`typer_app`) and `docs/cli.md` (`reference`). A command is run with an instance, in which
every row has become its value: `request.limit` is an int.

A new option is one row here, and its use in the command. Defaults of a search are the library's.
"""

from __future__ import annotations

from typing import Literal, get_args

from indexer.cli.line.kinds import (
    Choice,
    Flag,
    Names,
    Number,
    OptionalChoice,
    OptionalNumber,
    Remaining,
    Request,
    Text,
    Texts,
    Word,
)
from indexer.results import (
    FIELD_NAMES,
    MATCH_LEVELS,
    SORT_KEYS,
    STRICT_SWITCHES,
    TERM_SORT_KEYS,
    UNITS,
    SearchOptions,
)

Colour = Literal["auto", "always", "never"]
COLOURS: tuple[Colour, ...] = get_args(Colour)

Bidi = Literal["auto", "none", "isolate", "visual"]
_BIDI: tuple[Bidi, ...] = get_args(Bidi)

SPELLING = ("auto", "always", "never")

_DEFAULT = SearchOptions()

_HITS, _MATCHING, _SHOWN = "Which hits", "Matching", "What is shown of a hit"
_OUTPUT, _SOURCE, _ACTION = "Output", "Queries and index", "Action"
_FILES = "Which files (kept with the index; said again, an option replaces what it said)"

INDEX = Text(
    _SOURCE,
    "--index",
    "The index, or the folder in whose .fahras it is, if that is neither this one nor above; on a "
    "cluster opensearch://HOST/NAME.",
    metavar="DIR",
    environment="FAHRAS_INDEX",
)
NO_RESIDENT = Flag(
    _SOURCE,
    "--no-resident",
    "Do not let a resident process answer (`fahras serve --socket`, `fahras watch`).",
)
JSON = Flag(_OUTPUT, "--json", "Print one JSON object.")
JSON_LINES = Flag(_OUTPUT, "--jsonl", "Print one JSON object per line, raw UTF-8.")
WAIT = OptionalNumber(
    _ACTION,
    "--wait",
    "How long to wait while another fahras is writing to the index. Default: 2.",
    metavar="SECONDS",
    default=None,
    environment="FAHRAS_WAIT",
)
COLOUR = Choice(
    _OUTPUT,
    "--color",
    "Colour: auto is colour on a terminal, unless NO_COLOR is set.",
    COLOURS,
    default="auto",
)
FIELD = Names(
    _MATCHING,
    "--field",
    "Search these fields only: title, text. Default: both.",
    FIELD_NAMES,
    default=_DEFAULT.fields,
)
MATCH = OptionalChoice(
    _MATCHING,
    "--match",
    "How loosely a word may match for a document to be a hit: the same letters "
    "(exact), the same but for hamza, ta marbuta and the like (folded), the same stem, "
    "its broken plural or the word of which it is one (plural), "
    "another spelling of the table (variant), or the same root. Default: variant, and for "
    "quoted words their letters with what is written joined before them.",
    MATCH_LEVELS,
)
STRICT = Names(
    _MATCHING,
    "--strict",
    "Tell apart letters that are the same by default: hamza, ta (ة from ه), ya (ى from ي), "
    "marks (the vowel marks of the query).",
    STRICT_SWITCHES,
)
ALL_WORDS = Flag(_MATCHING, "--all-words", "Only documents that hold every word of the query.")
VARIANTS = Texts(
    _MATCHING,
    "--variants",
    "More words that stand for each other, one group per line: سوريا سورية. May be repeated.",
    metavar="FILE",
)
WITHIN = Texts(
    _HITS,
    "--in",
    "Only files whose path below the indexed folder matches, as in 'news/*'; './*' begins in "
    "this folder. May be repeated: one must match.",
    metavar="GLOB",
)
HERE = Flag(_HITS, "--here", "Only files below the folder where the command runs.")
LISTED = Text(
    _HITS,
    "--files-from",
    "Only the files that this file lists, one on a line or each ended by NUL; - is stdin.",
    metavar="FILE",
)
SINCE = Text(
    _HITS,
    "--since",
    "Only documents of this year, month or day, or later: 2017, 2017-11 or 2017-11-28. "
    "Those without a date are left out.",
    metavar="DATE",
)
UNTIL = Text(
    _HITS, "--until", "Only documents of this year, month or day, or earlier.", metavar="DATE"
)
PLAIN = Flag(
    _MATCHING, "--plain", "Take the query as words only: no operators, no fields, no errors."
)

LIMIT = OptionalNumber(
    _HITS, "--limit -n", "How many hits.", metavar="N", minimum=1, default=_DEFAULT.limit
)
OFFSET = Number(_HITS, "--offset", "Skip the first N hits.", metavar="N", default=_DEFAULT.offset)
ALL_HITS = Flag(_HITS, "--all", "All hits.")
SNIPPETS = Number(
    _SHOWN,
    "--snippets",
    "Passages for each hit.",
    metavar="N",
    minimum=1,
    default=_DEFAULT.snippets,
)
NO_SNIPPETS = Flag(_SHOWN, "--no-snippets", "No passages.")
CONTEXT = Number(
    _SHOWN,
    "--context",
    "About how long a passage is.",
    metavar="CHARS",
    minimum=1,
    default=_DEFAULT.context_chars,
)
EXPLAIN = Flag(_SHOWN, "--explain", "Show what each word added to a score.")
PATHS = Flag(_OUTPUT, "--paths -l", "Print the paths only, each once.")
NULL = Flag(_OUTPUT, "--null -0", "End each path with NUL, for xargs -0; implies -l.")
COUNT = Flag(_OUTPUT, "--count -c", "Print the number of documents, or of parts.")
QUIET = Flag(_OUTPUT, "--quiet -q", "Print nothing; the exit code tells.")
OPEN = Flag(
    _OUTPUT, "--open", "Open the best hit, or the one picked, at its line in VISUAL or EDITOR."
)
PICK = Flag(
    _OUTPUT,
    "--pick",
    "Choose a hit from a list, in which fzf, if it is installed, searches as you type; print its "
    "place, with -l its path.",
)
HTML = Text(
    _OUTPUT,
    "--html",
    "Write the hits as a page for a browser, one file that stands alone; - is stdout.",
    metavar="FILE",
)
CSV = Flag(_OUTPUT, "--csv", "Print a table for spreadsheets: a heading, then a row per hit.")
FORMAT = Text(
    _OUTPUT,
    "--format",
    "A line for each hit, {name} for the fields of the JSON: "
    "'{path}:{line}: {snippet}'; {score:.2f} and {title:>40} as Python writes them. "
    "\\t and \\n are a tab and a line end.",
    metavar="TEMPLATE",
)
BIDI = Choice(
    _OUTPUT,
    "--bidi",
    "Right-to-left text on a terminal: in logical order for a terminal that orders it (none, "
    "which auto is), with isolates around each row (isolate), or ordered and shaped here "
    "(visual; needs fahras[visual]).",
    _BIDI,
    default="auto",
)
HYPERLINK = Text(
    _OUTPUT,
    "--hyperlink",
    "Links to the files: auto, where colour goes to a terminal, always, never, the name of a "
    "format of ripgrep's (file, kitty, vscode, …), or a URL with {path}, {line}, {column} and "
    "{host} in it.",
    metavar="FORMAT",
)


class FahrasRequest(Request):
    """`fahras` itself. `--debug` may stand anywhere and is taken out before a line is read."""

    command = ""
    version = Flag("", "--version -V", "Print the version and exit.")
    debug = Flag("", "--debug", "On an error, show where it arose. May stand anywhere.")


class IndexRequest(Request):
    """`fahras index`."""

    command = "index"
    paths = Remaining("PATH", "Folders or files to index.")
    rebuild = Flag(
        _ACTION, "--rebuild", "Build it again from scratch, also if another version built it."
    )
    forget = Texts(
        _ACTION,
        "--forget",
        "Remove from the index what `fahras index PATH` added. May be repeated.",
        metavar="PATH",
    )
    field_alias = Texts(
        _ACTION,
        "--field-alias",
        "Keep a name of your own for a field of queries, as in كاتب=title; NAME= takes it away. "
        "May be repeated.",
        metavar="NAME=FIELD",
    )
    formats = Flag(
        _OUTPUT, "--formats", "Print which files are read, with what, and what else could be."
    )
    files_from = Text(
        _ACTION,
        "--files-from",
        "Only the files that this file lists, one on a line; - is stdin. Those below no indexed "
        "folder replace what an earlier list had there.",
        metavar="FILE",
    )
    null = Flag(
        _ACTION,
        "--null -0",
        "The files of --files-from end with NUL, as they are taken to if any does.",
    )
    wait = WAIT
    include = Texts(
        _FILES,
        "--include",
        "Only files that match, written as in .gitignore: '*.txt', 'news/'. May be repeated: one "
        "must match.",
        metavar="GLOB",
    )
    exclude = Texts(
        _FILES,
        "--exclude",
        "Leave out files and folders that match. May be repeated.",
        metavar="GLOB",
    )
    types = Texts(
        _FILES,
        "--type",
        "Only files of this type: an ending (pdf, docx, html), or text, web, office, word, slides, "
        "sheets, mail, books, records. May be repeated.",
        metavar="NAME",
    )
    hidden = Flag(_FILES, "--hidden", "Also files and folders whose name begins with a dot.")
    no_ignore = Flag(_FILES, "--no-ignore", "Do not obey .gitignore, .ignore and .fahrasignore.")
    follow = Flag(_FILES, "--follow -L", "Follow links to files and folders, each once.")
    max_size = Text(
        _FILES,
        "--max-size",
        "Leave out larger files: 500K, 20M, 1G; 0 is no limit. Default: what can be held in "
        "memory, 400M, and files of records of any size.",
        metavar="SIZE",
    )
    fields = Texts(
        _FILES,
        "--fields",
        "What the fields of records in .jsonl, .json and .csv are called: "
        "text=body,title=headline; also date, author, id. Dots lead into objects: "
        "text=article.body.",
        metavar="ROLE=NAME,…",
    )
    reset_options = Flag(
        _FILES, "--reset-options", "Forget what earlier runs said here; begin with the defaults."
    )
    quiet = Flag(_OUTPUT, "--quiet -q", "Print nothing but errors; the exit code tells.")
    index = INDEX
    json = JSON


class SearchRequest(Request):
    """`fahras search`."""

    command = "search"
    query = Remaining("QUERY", "The words to search for.", may_be_empty=True)
    limit = LIMIT
    offset = OFFSET
    all_hits = ALL_HITS
    copies = Flag(
        _HITS,
        "--copies",
        "Make copies, which are near-identical documents, hits of their own. Otherwise the best "
        "hit of them stands for all and names the others; with -l and -c documents are counted.",
    )
    by = Choice(
        _HITS,
        "--by",
        "What a hit is: a document, shown by its best part, or a part: a chapter or section of a "
        "long text, or one of several articles in a text.",
        UNITS,
        default=_DEFAULT.by,
    )
    sort = Choice(
        _HITS,
        "--sort",
        "The order of the hits; dates newest, sizes largest first.",
        SORT_KEYS,
        default=_DEFAULT.sort,
    )
    within = WITHIN
    here = HERE
    files_from = LISTED
    since = SINCE
    until = UNTIL
    field = FIELD
    match = MATCH
    strict = STRICT
    all_words = ALL_WORDS
    plain = PLAIN
    spelling = Choice(
        _MATCHING,
        "--spelling",
        "Whether a word that the index lacks is replaced by the one that was probably meant, which "
        "stderr names: auto is for hits on a terminal only.",
        SPELLING,
        default="auto",
    )
    variants = VARIANTS
    snippets = SNIPPETS
    no_snippets = NO_SNIPPETS
    context = CONTEXT
    explain = EXPLAIN
    paths = PATHS
    null = NULL
    count = COUNT
    quiet = QUIET
    json = JSON
    jsonl = JSON_LINES
    csv = CSV
    html = HTML
    format = FORMAT
    pick = PICK
    open = OPEN
    color = COLOUR
    bidi = BIDI
    hyperlink = HYPERLINK
    queries = Text(
        _SOURCE,
        "--queries",
        "Run a batch: one query per line, or JSON lines with id and text; - is stdin. "
        "Results carry the id, or the number of the line.",
        metavar="FILE",
    )
    index = INDEX
    no_resident = NO_RESIDENT


class ShowRequest(Request):
    """`fahras show`."""

    command = "show"
    hit = Word("HIT", "PATH, PATH:LINE, PATH:FIRST-LAST, PATH:pPAGE, PATH:partN or a hit's id.")
    query = Text(
        _MATCHING,
        "--query -Q",
        "Mark the words that meet this.",
        metavar="QUERY",
        may_be_empty=True,
    )
    match = MATCH
    strict = STRICT
    variants = VARIANTS
    context = OptionalNumber(
        _SHOWN,
        "--context -C",
        "Only the line of PATH:LINE, or the lines FIRST to LAST, and N more on each side.",
        metavar="N",
        default=None,
    )
    number = Flag(_SHOWN, "--number -N", "Before each line its number in the text.")
    no_pager = Flag(
        _OUTPUT, "--no-pager", "On a terminal, do not page long texts by PAGER, or less."
    )
    json = JSON
    index = INDEX
    no_resident = NO_RESIDENT
    color = COLOUR


class SimilarRequest(Request):
    """`fahras similar`."""

    command = "similar"
    hit = Word("HIT", "PATH, PATH:LINE of a record, or a hit's id.")
    limit = LIMIT
    offset = OFFSET
    all_hits = ALL_HITS
    within = WITHIN
    here = HERE
    files_from = LISTED
    since = SINCE
    until = UNTIL
    snippets = SNIPPETS
    no_snippets = NO_SNIPPETS
    context = CONTEXT
    explain = EXPLAIN
    paths = PATHS
    null = NULL
    count = COUNT
    quiet = QUIET
    json = JSON
    jsonl = JSON_LINES
    csv = CSV
    html = HTML
    format = FORMAT
    open = OPEN
    color = COLOUR
    bidi = BIDI
    hyperlink = HYPERLINK
    index = INDEX
    no_resident = NO_RESIDENT


class ExportRequest(Request):
    """`fahras export`."""

    command = "export"
    query = Remaining(
        "QUERY", "Only documents that this finds, written as for search.", may_be_empty=True
    )
    within = WITHIN
    here = HERE
    files_from = LISTED
    since = SINCE
    until = UNTIL
    field = FIELD
    match = MATCH
    strict = STRICT
    all_words = ALL_WORDS
    plain = PLAIN
    variants = VARIANTS
    index = INDEX
    no_resident = NO_RESIDENT


class TermsRequest(Request):
    """`fahras terms`."""

    command = "terms"
    pattern = Word(
        "PATTERN",
        "Only terms that begin so or, with stars, that fit: كتا, '*كتاب*', 'م*تب'.",
        required=False,
    )
    sort = Choice(
        _OUTPUT,
        "--sort",
        "The order: by letters, or the most frequent first, by how often they occur (count) or in "
        "how many documents.",
        TERM_SORT_KEYS,
        default="alphabet",
    )
    limit = OptionalNumber(
        _OUTPUT, "--limit -n", "How many. Default: all.", metavar="N", minimum=1, default=None
    )
    index = INDEX
    no_resident = NO_RESIDENT
    json = JSON
    jsonl = JSON_LINES
    color = COLOUR


class DuplicatesRequest(Request):
    """`fahras duplicates`."""

    command = "duplicates"
    path = Word("PATH", "Only groups with a document there or below.", required=False)
    min_overlap = Text(
        _HITS,
        "--min-overlap",
        "The share of the runs of five words of the shorter text that copies have in common, from "
        "0.5 to 1, estimated from a sample of them; what is printed is counted, and may be less. "
        "Default: 0.6, as search has it.",
        metavar="F",
    )
    index = INDEX
    no_resident = NO_RESIDENT
    json = JSON
    color = COLOUR


class AnalyzeRequest(Request):
    """`fahras analyze`."""

    command = "analyze"
    text = Remaining(
        "TEXT", "The text, or - to read it from stdin.", required=True, may_be_empty=True
    )
    steps = Flag(
        _OUTPUT,
        "--steps",
        "Each step with its rule and, where there is an index, what the word meets in it. On a "
        "terminal a single word is shown so.",
    )
    index = INDEX
    json = JSON
    color = COLOUR


class EvalRequest(Request):
    """`fahras eval`."""

    command = "eval"
    queries = Word("QUERIES", "The queries.")
    qrels = Word("QRELS", "The judgements.")
    index = INDEX
    no_resident = NO_RESIDENT
    field = FIELD
    match = MATCH
    strict = STRICT
    all_words = ALL_WORDS
    variants = VARIANTS
    json = JSON
    run = Text(_OUTPUT, "--run", "Write a TREC run; - is stdout.", metavar="FILE")


class StatsRequest(Request):
    """`fahras stats`."""

    command = "stats"
    skipped = Flag(
        _OUTPUT, "--skipped", "List what below the folders is not in the index, and why."
    )
    boilerplate = Flag(
        _OUTPUT,
        "--boilerplate",
        "List the lines that recur in a folder's files which have nothing else in common, with "
        "the number of documents: captions, navigation, footers. They show no hit and make no "
        "copies.",
    )
    null = Flag(_OUTPUT, "--null -0", "Print only the paths of --skipped, each ended by NUL.")
    index = INDEX
    no_resident = NO_RESIDENT
    json = JSON


class VerifyRequest(Request):
    """`fahras verify`."""

    command = "verify"
    deep = Flag(_ACTION, "--deep", "Also compare the texts in the index with the files.")
    repair = Flag(
        _ACTION, "--repair", "Read again what is damaged, from the files; keep what is sound."
    )
    wait = WAIT
    index = INDEX
    json = JSON


class WatchRequest(Request):
    """`fahras watch`."""

    command = "watch"
    index = INDEX
    no_resident = Flag(
        _ACTION, "--no-resident", "Start no resident process beside it (`fahras serve --socket`)."
    )
    json = Flag(_OUTPUT, "--json", "Print one JSON object for each batch, on a line.")


class CompletionRequest(Request):
    """`fahras completion`."""

    command = "completion"
    shell = Word("SHELL", "bash, zsh or fish.")
    line = Text(
        _ACTION,
        "--line",
        "Print what may follow this beginning of a command line, as the scripts ask.",
        metavar="LINE",
        may_be_empty=True,
    )


class HelpRequest(Request):
    """`fahras help`."""

    command = "help"
    about = Word("COMMAND", "The command. Default: all of them, in short.", required=False)


class ServeRequest(Request):
    """`fahras serve`."""

    command = "serve"
    socket = Flag(
        _ACTION,
        "--socket",
        "Hold the index open, and answer the commands of this user that read it.",
    )
    port = Number(_SOURCE, "--port", "The port; 0 is any that is free.", metavar="N", default=8470)
    host = Text(
        _SOURCE,
        "--host",
        "The address: 127.0.0.1, which is the default, or ::1. Only this computer reaches these.",
        metavar="ADDRESS",
    )
    browser = Flag(_ACTION, "--open", "Open it in the browser.")
    index = INDEX


COMMANDS: dict[str, type[Request]] = {
    request.command: request
    for request in (
        IndexRequest,
        SearchRequest,
        ShowRequest,
        SimilarRequest,
        ExportRequest,
        TermsRequest,
        DuplicatesRequest,
        AnalyzeRequest,
        EvalRequest,
        StatsRequest,
        VerifyRequest,
        WatchRequest,
        CompletionRequest,
        HelpRequest,
        ServeRequest,
    )
}
"""The request of each command; its module in `indexer.cli.commands` bears the command's name."""
