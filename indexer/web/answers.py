"""What does an index answer to an address? A page, or JSON with the fields of the command line.

Knows nothing of HTTP but status numbers and types. One question at a time: an open index is not
for several threads (`workers` asks several processes instead).
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from analyzers.named import NamedTuple
from indexer.cli.output import errors, records, terminal
from indexer.errors import (
    DocumentNotFoundError,
    FahrasError,
    OptionError,
    QueryError,
)
from indexer.index import Index
from indexer.web import page, questions, reading, wording
from indexer.web.markup import Places
from indexer.web.questions import QuestionError, Values, address, first, text_of

if TYPE_CHECKING:
    from indexer.results import Hit, SearchOptions, SearchResults

HTML, JSON = "text/html; charset=utf-8", "application/json"

MOST_CHARS = 20_000_000
"""Code points of a document that is given whole, as JSON; ten times a very long book."""


class Answer(NamedTuple):
    """What goes back to the browser."""

    status: int
    kind: str
    body: bytes


class Answers:
    """The answers of the index in a folder, as it is when it is asked."""

    def __init__(self, index_dir: str) -> None:
        self._index_dir = index_dir
        self._index: Index | None = None
        self._pages = {
            "/": self._search_page,
            "/document": self._document_page,
            "/api/search": self._search_json,
            "/api/document": self._document_json,
            "/api/stats": self._stats_json,
        }

    def answer(self, path: str, query_string: bytes) -> Answer:
        """The answer to a known path; whatever goes wrong is an answer, too."""
        values: Values = {}
        try:
            values = questions.read(path, query_string)
            return Answer(200, JSON if _is_api(path) else HTML, self._pages[path](values))
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

    def _search(self, values: Values, *, for_page: bool) -> SearchResults:
        """The results, with the reasons where nothing was found."""
        index, query = self._opened(), text_of(values)
        options = questions.options_of(values, for_page=for_page)
        results = index.search(query, options)
        if results.total:
            return results
        return results._replace(reasons=index.why_nothing(results, options))

    def _search_page(self, values: Values) -> bytes:
        if not text_of(values).strip():
            return _utf8(page.home_page(self._opened().stats()))
        results = self._search(values, for_page=True)
        return _utf8(page.search_page(results, values, self._places(values)))

    def _places(self, values: Values) -> Places:
        return Places(lambda hit: _reading(hit, values), self._opened().home)

    def _search_json(self, values: Values) -> bytes:
        results = self._search(values, for_page=False)
        return _utf8(records.json_line(records.results_record(results)))

    def _document_page(self, values: Values) -> bytes:
        index = self._opened()
        document = index.document(*_named(values))
        query, options = text_of(values), _marking(values)

        return _utf8(
            reading.page_of(
                document,
                values,
                self._places(values),
                lambda text: index.matches(text, query, options) if query.strip() else (),
            )
        )

    def _document_json(self, values: Values) -> bytes:
        index, query = self._opened(), text_of(values)
        document = index.document(*_named(values))
        if len(document.text) > MOST_CHARS:
            raise QuestionError("the document is too long for this: use fahras show --json")
        found = index.matches(document.text, query, _marking(values)) if query.strip() else ()
        return _utf8(
            records.json_line(records.document_record(document, document.line or 1, found))
        )

    def _stats_json(self, values: Values) -> bytes:
        stats = self._opened().stats()
        return _utf8(
            records.json_line(
                {
                    "version": records.JSON_VERSION,
                    "documents": stats.documents,
                    "files": stats.files,
                    "terms": stats.terms,
                    "text_bytes": stats.text_bytes,
                    "updated": stats.updated,
                }
            )
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


def _reading(hit: Hit, values: Values) -> str:
    """The address of the document of a hit, at the best passage."""
    said = {name: given for name, given in values.items() if name in ("q", "match", "strict")}
    line = "" if hit.line is None else str(hit.line)
    place = next((m.start for snippet in hit.snippets for m in snippet.matches), None)
    at = "" if place is None else str(place)
    where = address("/document", {"id": (hit.id,), **said}, line=line, at=at)
    return where if place is None else f"{where}#c{at}"
