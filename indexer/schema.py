"""Which fields does a document have?

The terms of a `FormField` are unmarked written forms. What the analyzer derives from them belongs
to the term dictionary, see `indexer.ranking.source`.
"""

from __future__ import annotations

from typing import Any

from whoosh.fields import ID, NUMERIC, STORED, Schema

from indexer.codec.whoosh.formfield import FormField

SCHEMA_VERSION = 1
"""What a TOC calls the fields below; raised with them."""

FORM_FIELDS = ("title", "text")


def fahras_schema() -> Any:
    """The schema of an index of documents.

    file      number of the file in the catalogue, which knows its path
    record    the id of a record inside its file; empty where the file is the document
    line      the line of its file on which the document begins, 1 for a whole file
    part      0 for the whole document
    date      ISO 8601, or empty
    """
    return Schema(
        file=NUMERIC(int, bits=32, signed=False, stored=True, sortable=True, shift_step=0),
        record=ID(stored=True),
        line=STORED(),
        part=STORED(),
        date=ID(stored=True, sortable=True),
        encoding=STORED(),
        title=FormField(),
        text=FormField(),
    )
