r"""The help of `fahras` and of each command: what it does, examples that run, exit codes.

The options below each help are those of the table. A block that begins with `\b` is not wrapped.
"""

from __future__ import annotations

ABOUT = """Index a folder of Arabic text once, then search it.

\b
  fahras index ~/texts           build the index, or bring it up to date
  fahras search سيول وادي ريم      ranked hits with the words marked
  fahras search -l سيول -تعويضات   only the paths; without the word تعويضات
  fahras show news.txt:12        the text of a hit

The index lives in .fahras in the indexed folder and is found from any folder below it."""

HELP = {
    "index": """Build the index of a folder, or bring it up to date.

Only new and changed files are read; they are recognised by size and time, if in doubt by content.
Without PATH, the index of this folder is brought up to date, or made if there is none. With PATH,
only that folder or file is.

Files: .txt, .md, .html, .pdf, .docx, .doc, .rtf, .odt, .pptx, .odp, .epub, .srt, .vtt, .eml; and
with several documents each .jsonl, .jsonl.gz (records with id, title, text), .csv, .tsv, .mbox,
.xlsx, .xls, .ods.

Left out are hidden names, links, and what ignore files say, all written as .gitignore is:
.fahrasignore counts more than .ignore, that more than .gitignore (within a git repository), and
deeper ones more than those above. `fahras stats --skipped` lists what was left out, and why.

\b
Examples
  fahras index                                  this folder
  fahras index ~/texts                          that one, its index in ~/texts/.fahras
  fahras index /mnt/archive --index ~/archive   a folder that cannot be written to
  fahras index docs.jsonl.gz --index ./records  records of one file
  fahras index --forget ~/drafts                no longer index that folder
  fahras index --type pdf --exclude drafts/     only PDFs, now and in later runs
  fahras index --fields text=body,title=name    what the fields of records are called
  git ls-files -z | fahras index -0 --files-from -   just these files
  fahras index --rebuild                        build the whole index again

Exit codes: 0 all is indexed, 2 an error, also when single files could not be read.""",
    "search": """Search the index; the best documents come first, ten unless asked otherwise.

The whole index is searched, from whatever folder below it the command runs. Paths of --in are those
below the indexed folder; --here leaves out what is not below this one.

The words of the query are joined with spaces. A word also meets its other forms: with and
without article, conjunction, preposition, pronoun, plural ending, vowel marks, and in another
spelling of hamza, ta marbuta or ya; the nearer the form, the higher the document.

\b
Query language
  مجلس الأمن            any of the words; more of them, and nearer, is better
  "مجلس الأمن"          the phrase; also «مجلس الأمن»
  "حقوق الإنس*"         a phrase with a star, or ~1, in it
  "مجلس الأمن"~5        the words within five places of each other
  +قاذفات -روسية       must hold; must not hold (a dash needs no -- before Arabic)
  بيت AND (شعر OR نثر) NOT حديث    in capitals; و, أو and ليس are ordinary words
  بيت*  *بيت*  م*تب     any word that begins so; that holds it; a star is any letters
  موتسارت~1             the word, or one a letter apart (~2: two)
  عنوان:حرب title:حرب   in the title; نص: or text: in the text
  path:news/*           by path; date:2017-11..2017-12 by date, as --since and --until
  نفط^2                 counts double

\b
Examples
  fahras search سيول وادي ريم
  fahras search -n 3 --snippets 2 '"وادي ريم"'
  fahras search -l سيول -تعويضات | head -1
  fahras search -0 سيول --in 'news/*' | xargs -0 wc -w
  fahras search --pick --open سيول    choose a hit while typing, and edit it
  fahras search --here سيول           only below this folder
  fahras search -l سيول | fahras search -l --files-from - تعويضات
  fahras search --jsonl --all سيول | jq -r .title
  fahras search --format '{path}:{line}: {snippet}' سيول
  fahras search --csv --all سيول > hits.csv
  fahras search --html hits.html -n 50 سيول      a page to read, print or send
  fahras search --queries questions.txt --jsonl > hits.jsonl

Exit codes: 0 something was found, 1 nothing was, 2 an error.""",
    "show": """Print the text of a hit as it was indexed.

HIT is what search prints: a path, a path and a line (the text from that line on, or the record at
that line), a path and a page, or the id of the JSON output. Into a pipe goes the text alone,
unchanged; on a terminal a long text is paged.

\b
Examples
  fahras show news/flood-wadi-reem-1-mirsal.txt
  fahras show news/flood-wadi-reem-1-mirsal.txt:5 -Q 'وادي ريم'
  fahras show science/honey-bees.txt:5 -C 2 -N   two lines on each side, with their numbers
  fahras show science/honey-bees.txt:3-7         these lines
  fahras show book.pdf:p3                        a page
  fahras show wire-001 --json | jq -r .text

Exit codes: 0 shown, 2 an error.""",
    "similar": """Search for texts like one: the most similar first, printed as search prints hits.

HIT is what search prints, as for show; a line, page or part of a document stands for all of it.
Texts are found by its own most telling words, those that are frequent in it and rare elsewhere, of
which they must hold enough. HIT itself and texts that are the same again are left out.

\b
Examples
  fahras similar news/flood-wadi-reem-1-mirsal.txt
  fahras similar -n 3 --jsonl news/flood-wadi-reem-1-mirsal.txt | jq -r .path
  fahras similar --here -l records/wires.jsonl:3

Exit codes: 0 something was found, 1 nothing was, 2 an error.""",
    "duplicates": """List documents that are near-identical: groups of copies, and what differs.

The first of a group is the shortest; the others say which share of its runs of five words they have
in common with it, and the first words that differ: -without, +with. In JSON all differences. Where
only parts of documents are copies these are listed, as show takes them: page.txt:part1.

\b
Examples
  fahras duplicates
  fahras duplicates news --min-overlap 0.75
  fahras duplicates --json | jq -r '.groups[] | [.documents[1:][].path] | @tsv'

Exit codes: 0 there are copies, 1 there are none, 2 an error.""",
    "export": """Print the indexed texts as JSON lines: all, or those that a query finds.

One object for each document, in the order of the index, with id, path, line (of a record), inside
(its place in an archive or mailbox), title, date, what gave these two, size, encoding, text, and
divisions (where pages and headings begin). They are printed one by one, however many there are.

\b
Examples
  fahras export > texts.jsonl
  fahras export --in 'news/*' --since 2003 | jq -r .text
  fahras export وادي ريم --all-words | jq -r '[.date, .title] | @tsv'

Exit codes: 0 something was printed, 1 no document is so, 2 an error.""",
    "terms": """Print the vocabulary of the index: written forms with stem, root and frequencies.

Columns: term, stem, root, documents that hold it, how often it occurs. Into a pipe they are
separated by tabs, without a heading. A pattern is compared with the letters of the terms as they
are written, without vowel marks; a star in it stands for any letters.

\b
Examples
  fahras terms كتاب                 those that begin so
  fahras terms '*كتاب*'             those that hold it
  fahras terms --sort count -n 20   the most frequent words
  fahras terms | awk -F '\\t' '$2 == "كتاب"'   the forms of a stem

Exit codes: 0 something was found, 1 no such term, 2 an error.""",
    "analyze": """Show what the analyzer makes of a text, step by step.

Columns: the word as written, without marks (unmarked), with its spelling folded (folded), without
affixes (stem), the wide key (root), and whether it is a stopword. With --steps a row for each step:
what comes of it, by which rule, and what of the index the word meets at which tier. No index is
needed.

\b
Examples
  fahras analyze 'والكُتّاب في المكتبة'
  fahras analyze --steps وبالمدارس
  fahras analyze - < text.txt
  fahras analyze --json كتابهم | jq -r '.tokens[].stem'

Exit codes: 0 words were found, 1 the text holds none, 2 an error.""",
    "eval": """Measure the index on judged queries: nDCG@10, MRR@10, recall@10 and recall@100.

QUERIES is JSON lines with id and text, or a query a line (its id is the number of the line); .gz
is unpacked. QRELS has the columns query, document, relevance, or TREC's four. Gains are linear,
discounts log2; a query for which nothing is found counts 0. Queries are taken as plain words,
100 documents each, ties in the order of their ids.

\b
Examples
  fahras eval queries.jsonl qrels.tsv
  fahras eval queries.jsonl.gz qrels.tsv --index ./records --field text --run fahras.run

Exit codes: 0 measured, 2 an error.""",
    "stats": """Print what the index holds: folders, documents, words, sizes, versions.

Also what it was told to take in, and how much below its folders is left out, by kind, as they are
now. Files that could not be read are listed on stderr. They are not tried again until they change,
or until Fahras has a better reader for their kind.

\b
Examples
  fahras stats
  fahras stats --json | jq .documents
  fahras stats --skipped | grep ignored         path, kind and reason, separated by tabs

Exit codes: 0 printed, 2 an error.""",
    "verify": """Check an index: every checksum, and whether its parts agree with one another.

Each line of damage names the file, the section and the problem. --deep also reads the indexed files
that have not changed since and compares their texts. --repair reads again those files of which
something is damaged, keeps everything else, and names the files that are not there any more, whose
texts are lost with the damage. Until a repair is done, the index is as it was. On a terminal a bar
shows how far it is.

\b
Examples
  fahras verify
  fahras verify --deep --json | jq '.damage[]'
  fahras verify --repair

Exit codes: 0 sound, or repaired without loss, 2 damaged, or an error.""",
    "watch": """Keep an index up to date while its folders change, until Ctrl-C.

First everything is looked at, as by `fahras index`; then only what changes, a moment after it has.
A line is printed for each batch of changes. Other runs may use and update the index meanwhile: it
is only locked while a batch is written. An update that fails is tried again. Beside it runs
`fahras serve --socket`, unless --no-resident is given.

docs/watch.md says how to run it in the background, with systemd or launchd.

\b
Examples
  fahras watch
  fahras watch --json | jq -c '{time, added, changed, removed}'

Exit codes: 0 ended by SIGTERM or SIGHUP, 130 by Ctrl-C, 2 an error.""",
    "completion": """Print the script that lets a shell complete commands, options and words.

Tab completes options and their values, paths, the fields of queries, and after two letters the
words of the index, the most frequent first. bash 4, zsh 5 and fish 3 or newer.

\b
Examples
  eval "$(fahras completion bash)"                 in ~/.bashrc
  eval "$(fahras completion zsh)"                  in ~/.zshrc, after compinit
  fahras completion fish | source                  in ~/.config/fish/config.fish

Exit codes: 0 printed, 1 nothing may follow, 2 an error.""",
    "help": """Print this help, or that of a command, as `--help` does.

\b
Examples
  fahras help
  fahras help search

Exit codes: 0 printed, 2 no such command.""",
    "serve": """Search in a browser on this computer, or answer commands faster, until Ctrl-C.

The site searches as you type, marks the words, and shows each document with its matches; keys: /
to type, j and k for the next and the previous hit, Enter to open it, Esc to go back. Nothing on it
can be changed, nothing is loaded from elsewhere, and no other computer can reach it. It sees each
new commit and each rebuild. /api/search, /api/document and /api/stats give JSON with the fields of
--json; /openapi.json describes them, docs/serve.md too. Needs pip install 'fahras[web]'.

With --socket there is no site: search, show, similar, duplicates, export, terms, stats and eval
of this user are answered over the file `socket` in the index folder, several times faster and with
the same output. Where it does not run, is busy, or is of another version, they do their work as
always; so they do with --no-resident. `fahras watch` does this, too. It needs Linux;
docs/resident.md says more.

\b
Examples
  fahras serve --open
  fahras serve --port 0 --index ~/texts/.fahras
  curl -s --get http://127.0.0.1:8470/api/search --data-urlencode q=نفط | jq .total
  fahras serve --socket &

Exit codes: 0 ended by SIGTERM or SIGHUP, 130 by Ctrl-C, 2 an error.""",
}
"""By command; the first line stands in the list of commands."""
