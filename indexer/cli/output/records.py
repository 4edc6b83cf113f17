"""What does a result look like as JSON? The fields of `docs/hit.schema.json`, in its order.

Refuses to print: it makes dictionaries of plain values, and one line of each.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from indexer.cli.output import terminal

if TYPE_CHECKING:
    from indexer.copies.lines import Recurring
    from indexer.parts.layout import Division
    from indexer.parts.part import Part
    from indexer.reading.reasons import Reason
    from indexer.reports import (
        Copy,
        Document,
        Explanation,
        FileProblem,
        IndexStats,
        LeftOut,
        TermStats,
        UpdateReport,
    )
    from indexer.results import Hit, Match, SearchResults, Snippet

JSON_VERSION = 2
"""Raised when a field changes its meaning or leaves; new fields do not raise it.

2: `stale` says what became of a file; `line`, `column` and `byte_offset` are null where no text
that is shown holds a match.
"""

HIT_FIELDS = (
    "id",
    "query_id",
    "path",
    "line",
    "column",
    "byte_offset",
    "page",
    "inside",
    "part",
    "part_title",
    "title",
    "title_matches",
    "date",
    "date_text",
    "score",
    "matches",
    "snippet",
    "snippet_offset",
    "copies",
    "stale",
    "place",
)
"""The fields that every hit has, also the names that `--format` knows."""

Record = dict[str, object]

_LONE_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
"""No JSON in UTF-8 can hold them; a document's own escapes may."""


def json_line(value: Record, *, for_terminal: bool = False) -> str:
    """One line of JSON, raw UTF-8; on a terminal without raw control characters."""
    line = json.dumps(value, ensure_ascii=False)
    if not line.isascii():
        line = line.translate(_LONE_SURROGATES)
    return (terminal.safe_json(line) if for_terminal else line) + "\n"


def relative_path(path: str) -> str:
    """The path from where the command runs, or whole where there is no way from here."""
    try:
        return os.path.relpath(path)
    except (OSError, ValueError):
        return path


def path_fields(path: str, name: str = "path") -> Record:
    """A path as text, and as base64 of its bytes too where they are not UTF-8."""
    text = terminal.utf8_name(path)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        import base64

        raw = os.fsencode(path)
        encoded = base64.b64encode(raw).decode("ascii")
        return {name: raw.decode("utf-8", "replace"), f"{name}_base64": encoded}
    return {name: text}


def match_record(match: Match) -> Record:
    """A written word that met the query."""
    return {"word": match.word, "start": match.start, "end": match.end, "tier": match.tier}


def snippet_record(snippet: Snippet) -> Record:
    """A passage, for `--snippets` beyond one."""
    return {
        "text": snippet.text,
        "offset": snippet.offset,
        "line": snippet.line,
        "page": snippet.page,
        "matches": [match_record(match) for match in snippet.matches],
    }


def explanation_record(explanation: Explanation) -> Record:
    """Why a hit has its score: contributions, proximity, …, constant add up to it."""
    return {
        "score": explanation.score,
        "proximity": explanation.proximity,
        "lead": explanation.lead,
        "question": explanation.question,
        "part": explanation.part,
        "constant": explanation.constant,
        "words": [
            {
                "word": word.word,
                "df": word.df,
                "idf": word.idf,
                "pooled_tf": word.pooled_tf,
                "length": word.length,
                "contribution": word.contribution,
                "terms": [
                    {"term": term, "tier": tier, "weight": weight, "tf": tf}
                    for term, tier, weight, tf in word.terms
                ],
            }
            for word in explanation.words
        ],
    }


def hit_record(hit: Hit, query_id: str | None = None) -> Record:
    """One hit with the fields of the output contract."""
    first = hit.snippets[0] if hit.snippets else None
    record: Record = {
        "id": hit.id,
        "query_id": query_id,
        **path_fields(relative_path(hit.path)),
        "line": hit.line,
        "column": hit.column,
        "byte_offset": hit.byte_offset,
        "page": hit.page,
        "inside": hit.inside or None,
        "part": hit.part,
        "part_title": hit.part_title,
        "title": hit.title,
        "title_matches": [match_record(match) for match in hit.title_matches],
        "date": hit.date,
        "date_text": hit.date_text,
        "score": hit.score,
        "matches": [match_record(match) for match in hit.matches],
        "snippet": first.text if first else None,
        "snippet_offset": first.offset if first else None,
        "copies": [terminal.utf8_name(relative_path(name)) for name in hit.copies],
        "stale": hit.stale,
        "place": path_fields(place_of(hit), "place")["place"],
    }
    if len(hit.snippets) > 1:
        record["snippets"] = [snippet_record(snippet) for snippet in hit.snippets]
    if hit.explanation is not None:
        record["explain"] = explanation_record(hit.explanation)
    return record


def place_of(hit: Hit) -> str:
    """Where a hit is, as `show` takes it: a path, what is inside, and a page or else a line."""
    at = hit.line if hit.page is None else f"p{hit.page}"
    return relative_path(hit.path) + hit.inside + ("" if at is None else f":{at}")


def reason_record(reason: Reason) -> Record:
    """Why nothing was found: a code, what it is about, and the sentence that a person reads."""
    from indexer.cli.output import hints

    return {
        "code": reason.code,
        "words": list(reason.words),
        "names": list(reason.names),
        "counts": list(reason.counts),
        "message": hints.sentence(reason),
    }


def results_record(results: SearchResults, query_id: str | None = None) -> Record:
    """The whole answer to one query."""
    record: Record = {
        "version": JSON_VERSION,
        "query": results.query,
        "by": results.by,
        "total": results.total,
        "groups": results.hit_count,
        "offset": results.offset,
        "limit": results.limit,
        "elapsed_ms": round(results.elapsed_ms, 3),
        "hits": [hit_record(hit, query_id) for hit in results.hits],
        "unknown_words": [
            {
                "word": unknown.word,
                "suggestions": list(unknown.suggestions),
                "written": unknown.written,
                "held": unknown.held,
            }
            for unknown in results.unknown_words
        ],
        "notes": list(results.notes),
        "reasons": [reason_record(reason) for reason in results.reasons],
    }
    return record if query_id is None else {"query_id": query_id, **record}


def copy_record(copy: Copy) -> Record:
    """A document of a group of copies, or a part of one."""
    return {
        **path_fields(relative_path(copy.path)),
        "part": copy.part,
        "line": copy.line,
        "title": copy.title,
        "part_title": copy.part_title,
        "date": copy.date,
        "words": copy.words,
        "overlap": round(copy.overlap, 4),
        "differences": [{"first": d.first, "other": d.other} for d in copy.differences],
    }


def recurring_record(lines: Iterable[Recurring]) -> Record:
    """The lines that recur, see `fahras stats --boilerplate`."""
    return {
        "version": JSON_VERSION,
        "boilerplate": [
            {"folder": line.folder, "text": line.text, "documents": line.documents}
            for line in lines
        ],
    }


def problem_record(problem: FileProblem) -> Record:
    """A file that could not be read, or not wholly."""
    return {
        **path_fields(problem.path),
        "line": problem.line,
        "reason": problem.reason,
        "fatal": problem.fatal,
        "lost": problem.lost,
    }


def problem_records(problems: Iterable[FileProblem]) -> list[Record]:
    """All that could not be read."""
    return [problem_record(problem) for problem in problems]


def report_record(report: UpdateReport) -> Record:
    """What `fahras index` did."""
    return {
        "version": JSON_VERSION,
        "added": report.added,
        "changed": report.changed,
        "moved": report.moved,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "unread": report.unread,
        "documents": report.documents,
        "bytes_read": report.bytes_read,
        "elapsed_s": round(report.elapsed_s, 6),
        "problems": problem_records(report.problems),
        "notes": list(report.notes),
    }


def division_record(division: Division) -> Record:
    """A page, slide, sheet, chapter or heading of a text, from its offset on."""
    return {
        "kind": division.kind,
        "offset": division.start,
        "label": division.label,
        "title": division.title,
        "level": division.level,
    }


def part_record(number: int, part: Part) -> Record:
    """A part of a text, by the number that a hit has of it."""
    return {
        "part": number,
        "title": part.title or None,
        "line": part.line,
        "date": part.date or None,
        "offset": part.start,
        "length": part.end - part.start,
    }


def document_record(document: Document, line: int, matches: Iterable[Match]) -> Record:
    """One document as `fahras show` gives it."""
    return {
        "version": JSON_VERSION,
        "id": document.id,
        **path_fields(relative_path(document.path)),
        "line": line,
        "inside": document.inside or None,
        "division": division_record(document.division) if document.division else None,
        "title": document.title,
        "title_from": document.title_from,
        "date": document.date,
        "date_from": document.date_from,
        "date_text": document.date_text,
        "calendar": document.calendar,
        "size": document.size,
        "encoding": document.encoding,
        "text": document.text,
        "matches": [match_record(match) for match in matches],
        "divisions": [division_record(d) for d in document.layout.divisions]
        if document.layout
        else [],
        "parts": [part_record(number, part) for number, part in enumerate(document.parts)],
    }


def export_record(document: Document) -> Record:
    """One document as `fahras export` gives it: what `show` says of it, but for what was asked."""
    record = document_record(document, document.line or 1, ())
    return {name: value for name, value in record.items() if name not in ("division", "matches")}


def stats_record(stats: IndexStats, options: list[str], left_out: Mapping[str, int]) -> Record:
    """What an index holds, what it takes in, and how much it leaves out, by kind."""
    return {
        "version": JSON_VERSION,
        **path_fields(stats.index_dir, "index_dir"),
        "roots": [path_fields(root)["path"] for root in stats.roots],
        "documents": stats.documents,
        "files": stats.files,
        "tokens": stats.tokens,
        "terms": stats.terms,
        "text_bytes": stats.text_bytes,
        "index_bytes": stats.index_bytes,
        "segments": stats.segments,
        "format_version": stats.format_version,
        "analyzer_version": stats.analyzer_version,
        "updated": stats.updated,
        "field_aliases": dict(stats.aliases),
        "options": options,
        "left_out": dict(left_out),
        "problems": problem_records(stats.problems),
    }


def skipped_record(left_out: Iterable[LeftOut]) -> Record:
    """What is not in an index, and why."""
    return {
        "version": JSON_VERSION,
        "skipped": [
            {**path_fields(relative_path(item.path)), "why": item.why, "reason": item.reason}
            for item in left_out
        ],
    }


def term_record(term: TermStats) -> Record:
    """A written form of the vocabulary."""
    return {
        "term": term.term,
        "folded": term.folded,
        "stem": term.stem,
        "root": term.root,
        "document_frequency": term.document_frequency,
        "collection_frequency": term.collection_frequency,
    }
