"""Work out everything that documents add to a segment, before anything is changed.

So if one of the documents cannot be indexed, none leaves anything behind. They are processed field
by field, not one by one: a thousand small files cost little more than one large one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whoosh import fields

from analyzers.named import NamedTuple
from indexer.codec.stored import encode_records
from indexer.codec.whoosh.formfield import FormField

Document = dict[str, Any]
"""As `IndexWriter.add_document` takes it, options such as `_stored_title` among the fields."""

_ID_ANALYZER = fields.ID().analyzer
_ONE = (1).to_bytes(4, "big")


PartsByDoc = dict[int, tuple[int, ...]]
"""Where the parts of some texts begin, but for the first: code points, ascending."""


class Texts(NamedTuple):
    """The texts of a form field. docs: the place of each among the documents.

    stored: the text stored for each, which may differ from what is indexed; None: nothing. parts:
    of texts of several, by their place among the documents.
    """

    name: str
    docs: list[int]
    texts: list[str]
    stored: list[str | None]
    parts: PartsByDoc


class PlainPostings:
    """The postings of any other field. lengths: of those documents that have one."""

    def __init__(self, name: str, fieldobj: Any) -> None:
        self.name = name
        self.field = fieldobj
        self.docs: list[int] = []
        self.terms: list[bytes] = []
        self.weights: list[float] = []
        self.values: list[bytes] = []
        self.lengths: list[tuple[int, int]] = []


class Cells(NamedTuple):
    """The values of documents in the column of a field."""

    name: str
    column: Any
    docs: list[int]
    cells: list[Any]


class Prepared:
    """Everything that some documents add. records: the other stored values of each."""

    def __init__(self) -> None:
        self.texts: list[Texts] = []
        self.terms: list[PlainPostings] = []
        self.columns: list[Cells] = []
        self.records: list[bytes | None] = []


class _Values(NamedTuple):
    """The values of one field, by document: what is indexed, what is stored, and the boost."""

    docs: list[int]
    values: list[Any]
    stored: list[Any]
    boosts: list[float]


def prepare(schema: Any, documents: Sequence[Document]) -> Prepared:
    """Analyze and encode documents.

    Raises what the field types raise, TypeError for values that cannot be stored or indexed, and
    KeyError for fields that the schema lacks.
    """
    prepared = Prepared()
    records: list[Document] = [{} for _ in documents]
    names = sorted(set().union(*documents))
    options = any(name[0] == "_" for name in names)
    for name in names:
        values = None if name[0] == "_" else _values(name, documents, options)
        if values is None or not values.docs:
            continue
        fieldobj = schema[name]
        if isinstance(fieldobj, FormField):
            texts = _texts(name, fieldobj, values)
            if options:
                texts = texts._replace(parts=_parts(f"_parts_{name}", documents))
            prepared.texts.append(texts)
        else:
            if fieldobj.indexed:
                prepared.terms.append(_terms(name, fieldobj, values))
                prepared.terms.extend(_spellings(schema, name, fieldobj, values))
            if fieldobj.stored:
                for doc, value in zip(values.docs, values.stored, strict=True):
                    if value is not None:
                        records[doc][name] = value
        if fieldobj.column_type:
            prepared.columns.append(_cells(name, fieldobj, values))
    prepared.records = encode_records(records)
    return prepared


def _values(name: str, documents: Sequence[Document], options: bool) -> _Values:
    """The values of a field. options: whether any document has `_stored_...` or the like."""
    docs = [doc for doc, document in enumerate(documents) if document.get(name) is not None]
    values = [documents[doc][name] for doc in docs]
    stored, boosts = values, [1.0] * len(docs)
    if options:
        having = [documents[doc] for doc in docs]
        stored = [document.get(f"_stored_{name}", document[name]) for document in having]
        own = f"_{name}_boost"
        boosts = [float(d[own] if own in d else d.get("_boost", 1.0)) for d in having]
    return _Values(docs, values, stored, boosts)


def _texts(name: str, fieldobj: FormField, values: _Values) -> Texts:
    for text in values.values:
        if not isinstance(text, str):
            raise TypeError(f"field {name!r} takes a text, not {type(text).__name__}")
    if any(boost != 1.0 for boost in values.boosts):
        raise ValueError(f"field {name!r} takes no boost: its terms are counted, not weighed")
    stored = [str(text) if fieldobj.stored and text is not None else None for text in values.stored]
    return Texts(name, values.docs, values.values, stored, {})


def _parts(option: str, documents: Sequence[Document]) -> PartsByDoc:
    """What documents say of the parts of one of their texts, as `_parts_text` does."""
    return {doc: document[option] for doc, document in enumerate(documents) if option in document}


def _terms(name: str, fieldobj: Any, values: _Values) -> PlainPostings:
    """The postings of a field that is not a form field, and its lengths if it is scorable."""
    if fieldobj.vector:
        raise TypeError(f"field {name!r}: this codec keeps no term vectors")
    found = PlainPostings(name, fieldobj)
    if _has_one_term(fieldobj) and all(isinstance(value, str | int) for value in values.values):
        kept = [i for i, value in enumerate(values.values) if value != ""]
        found.docs = [values.docs[i] for i in kept]
        found.terms = [fieldobj.to_bytes(values.values[i]) for i in kept]
        found.weights = [values.boosts[i] for i in kept]
        found.values = [b""] * len(kept)
        return found
    for doc, value, boost in zip(values.docs, values.values, values.boosts, strict=True):
        length = 0
        for term, freq, weight, posting_value in fieldobj.index(value):
            found.docs.append(doc)
            found.terms.append(term)
            found.weights.append(weight * boost)
            found.values.append(posting_value or b"")
            length += freq
        if length and fieldobj.scorable:
            found.lengths.append((doc, length))
    return found


def _has_one_term(fieldobj: Any) -> bool:
    """Whether the only term of a value is `to_bytes(value)`, which saves a generator chain each."""
    if fieldobj.format.field_boost != 1.0:
        return False
    if type(fieldobj) is fields.ID:
        return bool(fieldobj.analyzer == _ID_ANALYZER)
    return type(fieldobj) is fields.NUMERIC and not fieldobj.shift_step


def _spellings(schema: Any, name: str, fieldobj: Any, values: _Values) -> list[PlainPostings]:
    """Whoosh's separate spelling field, for fields whose analyzer changes words."""
    if not fieldobj.separate_spelling():
        return []
    other = fieldobj.spelling_fieldname(name)
    found = PlainPostings(other, schema[other])
    for doc, value in zip(values.docs, values.values, strict=True):
        for word in fieldobj.spellable_words(value):
            found.docs.append(doc)
            found.terms.append(word.encode("utf-8"))
            found.weights.append(1.0)
            found.values.append(_ONE)
    return [found]


def _cells(name: str, fieldobj: Any, values: _Values) -> Cells:
    kept = [i for i, value in enumerate(values.stored) if value is not None]
    cells = [fieldobj.to_column_value(values.stored[i]) for i in kept]
    return Cells(name, fieldobj.column_type, [values.docs[i] for i in kept], cells)
