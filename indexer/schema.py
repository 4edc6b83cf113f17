"""Which fields does a document have?

file      number of the file in the catalogue, which knows its path
record    the id of a record inside its file; empty where the file is the document
line      the line of its file on which the document begins, 1 for a whole file
part      0 for the whole document
date      ISO 8601, or empty
encoding  of the file, as it was read
title     text, a form field
text      text, a form field

The terms of a form field are unmarked written forms. What the analyzer derives from them belongs
to the term dictionary, see `indexer.ranking.source`. To Whoosh: `codec/whoosh/schema.py`.
"""

from __future__ import annotations

SCHEMA_VERSION = 1
"""What a TOC calls these fields; raised with them."""

FORM_FIELDS = ("title", "text")
