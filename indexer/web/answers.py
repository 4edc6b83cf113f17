"""What does an index answer to an address? A page, or JSON with the fields of the command line.

Knows nothing of HTTP but status numbers and types. One question at a time: an open index is not
for several threads (`workers` asks several processes instead).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from analyzers.named import NamedTuple
from indexer.cli.output import errors, records, terminal
from indexer.errors import (
    DocumentNotFoundError,
    FahrasError,
    OptionError,
    QueryError,
)
from indexer.index import Index
from indexer.results import Staleness
from indexer.web import page, questions, reading, wording
from indexer.web.markup import Places
from indexer.web.questions import QuestionError, Values, address, first, text_of

if TYPE_CHECKING:
    from indexer.results import Hit, SearchOptions, SearchResults

HTML, JSON = "text/html; charset=utf-8", "application/json"

MOST_CHARS = 20_000_000
"""Code points of a document that is given whole, as JSON; ten times a very long book."""

Basis = dict[str, Any]
"""What an answer was made of, as JSON: the state of the index, and what was said of each file.
As long as it holds, the answer does."""


class Answer(NamedTuple):
    """What goes back to the browser. basis: of one that may be given again."""

    status: int
    kind: str
    body: bytes
    basis: Basis | None = None


SAME = Answer(304, "", b"")
"""To whoever has an answer: its basis holds."""


class Answers:
    """The answers of the index in a folder, as it is when it is asked."""

    def __init__(self, index_dir: str) -> None:
        self._index_dir = index_dir
        self._index: Index | None = None

    def answer(self, path: str, query_string: bytes, known: Basis | None = None) -> Answer:
        """The answer to a known path; whatever goes wrong is an answer, too.

        known: the basis of an answer to this that the asker has; `SAME` if it would be given again.
        """
        values: Values = {}
        try:
            values = questions.read(path, query_string)
            index = self._opened()
            if known is not None and _holds(known, index):
                return SAME
            state = index.state
            body, files = _PAGES[path](index, values)
            basis = None if files is None else {"state": state, "files": files}
            return Answer(200, JSON if _is_api(path) else HTML, _utf8(body), basis)
        except QueryError as error:
            return failure(path, 400, errors.query_message(error), values)
        except (QuestionError, OptionError) as error:
            return failure(path, 400, str(error), values)
        except DocumentNotFoundError as error:
            return failure(path, 404, str(error), values)
        except (FahrasError, OSError) as error:
            self._close()
            return failure(path, 503, f"the index cannot be read: {error}", values)
        except Exception as error:  # noqa: BLE001  the last resort: the next question is another
            self._close()
            message = f"internal error: {type(error).__name__}: {error}"
            terminal.complain(message)
            return failure(path, 500, message, values)

    def warm(self) -> None:
        """Open the index and what a search needs, so that the first question need not wait."""
        with suppress(FahrasError, OSError):  # said to whoever asks
            self._opened().search(wording.NAME)

    def _opened(self) -> Index:
        """The index with all that was committed by now."""
        if self._index is None:
            self._index = Index.open(index_dir=self._index_dir)
        else:
            self._index.refresh_if_changed()
        return self._index

    def _close(self) -> None:
        """Let the index go, to be opened again for the next question."""
        index, self._index = self._index, None
        if index is not None:
            index.close()


Made = tuple[str, dict[str, Staleness | None] | None]
"""An answer, and what it says of files by their paths; None for one that is made anew each time."""


def _search_page(index: Index, values: Values) -> Made:
    if not text_of(values).strip():
        return page.home_page(index.stats()), {}
    results = _found(index, values, for_page=True)
    return page.search_page(results, values, _places(index, values)), _said(results)


def _search_json(index: Index, values: Values) -> Made:
    results = _found(index, values, for_page=False)
    return records.json_line(records.results_record(results)), _said(results)


def _document_page(index: Index, values: Values) -> Made:
    document = index.document(*_named(values))
    query, options = text_of(values), _marking(values)
    found = reading.page_of(
        document,
        values,
        _places(index, values),
        lambda text: index.matches(text, query, options) if query.strip() else (),
    )
    return found, None


def _document_json(index: Index, values: Values) -> Made:
    query = text_of(values)
    document = index.document(*_named(values))
    if len(document.text) > MOST_CHARS:
        raise QuestionError("the document is too long for this: use fahras show --json")
    found = index.matches(document.text, query, _marking(values)) if query.strip() else ()
    return records.json_line(records.document_record(document, document.line or 1, found)), None


def _stats_json(index: Index, values: Values) -> Made:
    stats = index.stats()
    record: dict[str, object] = {
        "version": records.JSON_VERSION,
        "documents": stats.documents,
        "files": stats.files,
        "terms": stats.terms,
        "text_bytes": stats.text_bytes,
        "updated": stats.updated,
    }
    return records.json_line(record), {}


_PAGES: dict[str, Callable[[Index, Values], Made]] = {
    "/": _search_page,
    "/document": _document_page,
    "/api/search": _search_json,
    "/api/document": _document_json,
    "/api/stats": _stats_json,
}


def _found(index: Index, values: Values, *, for_page: bool) -> SearchResults:
    """The results, with the reasons where nothing was found."""
    query, options = text_of(values), questions.options_of(values, for_page=for_page)
    results = index.search(query, options)
    if results.total:
        return results
    return results._replace(reasons=index.why_nothing(results, options))


def _said(results: SearchResults) -> dict[str, Staleness | None] | None:
    """What is said of the files of hits; None where the folder was asked for reasons, too."""
    return {hit.path: hit.stale for hit in results.hits} if results.total else None


def _holds(basis: Basis, index: Index) -> bool:
    """Whether an answer that was made of this would be made again."""
    files = basis["files"].items()
    return basis["state"] == index.state and all(
        index.staleness(path) == said for path, said in files
    )


def failure(path: str, status: int, message: str, values: Values | None = None) -> Answer:
    """What goes wrong, as a page or as JSON."""
    if _is_api(path):
        record = {"version": records.JSON_VERSION, "error": message}
        return Answer(status, JSON, _utf8(json.dumps(record, ensure_ascii=False) + "\n"))
    shown = {name: value for name, value in (values or {}).items() if name != "id"}
    return Answer(status, HTML, _utf8(page.error_page(message, shown)))


def _is_api(path: str) -> bool:
    return path.startswith("/api/")


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _named(values: Values) -> tuple[str, int | None]:
    """The document that is meant."""
    name, line = first(values, "id"), first(values, "line")
    if not name:
        raise QuestionError("id is missing: give what a hit calls its document")
    return name, int(line) if line else None


def _marking(values: Values) -> SearchOptions:
    """How words are marked in a document."""
    chosen = {name: given for name, given in values.items() if name in ("match", "strict")}
    return questions.options_of(chosen, for_page=True)


def _places(index: Index, values: Values) -> Places:
    """Links to the documents of hits, each at its best passage."""
    said = {name: given for name, given in values.items() if name in ("q", "match", "strict")}
    marking = address("", said).replace("?", "&", 1)

    def reading(hit: Hit) -> str:
        line = "" if hit.line is None else str(hit.line)
        place = next((m.start for snippet in hit.snippets for m in snippet.matches), None)
        at = "" if place is None else str(place)
        where = address("/document", {"id": (hit.id,)}, line=line, at=at) + marking
        return where if place is None else f"{where}#c{at}"

    return Places(reading, index.home)
