"""What are the fields of a document to Whoosh? See `indexer.schema`."""

from __future__ import annotations

from typing import Any

from whoosh.fields import ID, NUMERIC, STORED, Schema

from indexer.codec.whoosh.formfield import FormField
from indexer.schema import ORIGINS


def fahras_schema() -> Any:
    """The schema of an index of documents."""
    return Schema(
        file=NUMERIC(int, bits=32, signed=False, stored=True, sortable=True, shift_step=0),
        record=ID(stored=True),
        item=STORED(),
        member=STORED(),
        line=STORED(),
        layout=STORED(),
        **{name: STORED() for name in ORIGINS},
        parts=STORED(),
        date=ID(stored=True, sortable=True),
        encoding=STORED(),
        title=FormField(),
        text=FormField(),
    )
