"""The description of the JSON API, which the site gives as `/openapi.json`.

`python -m indexer.web.openapi > openapi.json` prints it, for `indexer/web/static`. Made from the
table of parameters and the schema of a hit in `docs/hit.schema.json`; a test compares it with the
file.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from indexer.cli import VERSION
from indexer.cli.output.records import JSON_VERSION
from indexer.web.questions import PATHS, Parameter

Schema = dict[str, Any]

_DOCS = os.path.join(os.path.dirname(__file__), "..", "..", "docs")
_TOLD = {
    "/api/search": ("Search the index; the fields are those of fahras search --json.", "Results"),
    "/api/document": (
        "The text of a document; the fields are those of fahras show --json.",
        "Document",
    ),
    "/api/stats": ("What the index holds.", "Stats"),
}
_FAILURES = {
    "400": "The question cannot be understood.",
    "404": "There is no such document.",
    "413": "A question has no body.",
    "414": "The address is too long.",
    "421": "The Host is not the site's.",
    "503": "The index cannot be read, or not in time.",
}


def description() -> Schema:
    """The whole of it."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Fahras",
            "version": VERSION,
            "license": {"name": "GPL-3.0-or-later"},
            "description": "Search an index of Arabic text on this computer. Reading only.",
        },
        "paths": {path: {"get": _operation(path)} for path in _TOLD},
        "components": {"schemas": _schemas()},
    }


def _operation(path: str) -> Schema:
    told, kind = _TOLD[path]
    return {
        "operationId": path.rpartition("/")[2],
        "summary": told,
        "parameters": [_parameter(parameter) for parameter in PATHS[path]],
        "responses": {
            "200": _response("The answer.", kind),
            **{status: _response(reason, "Error") for status, reason in _FAILURES.items()},
        },
    }


def _response(reason: str, kind: str) -> Schema:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{kind}"}}}
    return {"description": reason, "content": content}


def _parameter(parameter: Parameter) -> Schema:
    described: Schema = {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "allowEmptyValue": not parameter.required,
        "description": parameter.help,
        "schema": _schema_of(parameter),
    }
    if parameter.kind == "list":
        described |= {"style": "form", "explode": True}
    return described


def _schema_of(parameter: Parameter) -> Schema:
    if parameter.kind == "flag":
        return {"type": "boolean", "default": False}
    if parameter.kind == "number":
        schema: Schema = {
            "type": "integer",
            "minimum": parameter.least,
            "maximum": parameter.most,
        }
        return schema | ({"default": int(parameter.default)} if parameter.default else {})
    text: Schema = {"type": "string"}
    text |= (
        {"enum": list(parameter.choices)} if parameter.choices else {"maxLength": parameter.chars}
    )
    if parameter.kind == "list":
        return {"type": "array", "items": text}
    if parameter.required:
        text["minLength"] = 1
    if parameter.pattern:
        text["pattern"] = parameter.pattern
    return text | ({"default": parameter.default} if parameter.default else {})


def _schemas() -> dict[str, Schema]:
    with open(os.path.join(_DOCS, "hit.schema.json"), encoding="utf-8") as file:
        text = file.read().replace("#/$defs/", "#/components/schemas/")
    hit: Schema = json.loads(text)
    shared = hit.pop("$defs")
    hit.pop("$schema")
    hit["properties"].pop("version")  # of --jsonl only
    return {"Hit": hit, **shared, **_ANSWERS}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_VERSION: Schema = {"const": JSON_VERSION}
_DIVISION = _object(kind=_TEXT, offset=_COUNT, label=_TEXT, title=_TEXT, level=_COUNT)
_ANSWERS: dict[str, Schema] = {
    "Results": _object(
        version=_VERSION,
        query=_TEXT,
        total=_COUNT,
        groups=_COUNT,
        offset=_COUNT,
        limit=_COUNT,
        elapsed_ms={"type": "number"},
        hits={"type": "array", "items": {"$ref": "#/components/schemas/Hit"}},
        unknown_words={
            "type": "array",
            "items": _object(
                word=_TEXT, suggestions=_TEXTS, written=_COUNT, held={"type": "boolean"}
            ),
        },
        notes=_TEXTS,
        reasons={
            "type": "array",
            "items": _object(
                code=_TEXT,
                words=_TEXTS,
                names=_TEXTS,
                counts={"type": "array", "items": _COUNT},
                message=_TEXT,
            ),
        },
    ),
    "Document": _object(
        version=_VERSION,
        id=_TEXT,
        path=_TEXT,
        line=_COUNT,
        inside=_TEXT_OR_NULL,
        title=_TEXT,
        title_from=_TEXT_OR_NULL,
        date=_TEXT_OR_NULL,
        date_from=_TEXT_OR_NULL,
        date_text=_TEXT_OR_NULL,
        calendar=_TEXT_OR_NULL,
        size=_COUNT,
        encoding=_TEXT,
        text=_TEXT,
        matches={"type": "array", "items": {"$ref": "#/components/schemas/match"}},
        divisions={"type": "array", "items": _DIVISION},
        division={"anyOf": [_DIVISION, {"type": "null"}]},
    ),
    "Stats": _object(
        version=_VERSION,
        documents=_COUNT,
        files=_COUNT,
        terms=_COUNT,
        text_bytes=_COUNT,
        updated=_TEXT_OR_NULL,
    ),
    "Error": _object(version=_VERSION, error=_TEXT),
}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(description(), indent=1, ensure_ascii=False) + "\n")
