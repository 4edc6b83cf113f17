"""What does a cluster keep? Fields and settings of its three indices.

NAME-dN       the documents. text_u and title_u have their written forms, as ready terms joined by
              spaces, in the order of the text. `both` has the stems of the words of title and text
              that are no stopwords, those of the title as often as they count: by it candidates are
              found, and documents that hold a stem. `ranked` has what ranking reads of a candidate,
              see `columns`, and `prints` what copies are found by, see `remote.prints`. _source has
              title, text and stored, which are shown.
NAME-dN-words the lexicon: a document for each stem s, with its written forms u, of each of these in
              the same order its folded form f, the root r, the trigrams g of the stem, and p, the
              stems that may stand behind a lone proclitic of its forms. Of one stem there may be
              several, of several runs and workers, each with other forms or some of the same; n
              says by whom: 32 bits are the first number that the run had for files.
NAME-meta     what is committed: see `head`

Folded forms, stems and roots of documents are not kept there: each is a set of written forms, which
the lexicon lists. N counts rebuilds. The head says which is in use; the alias NAME is for people.
"""

from __future__ import annotations

from typing import Any

from indexer.ranking.settings import DEFAULT
from indexer.ranking.source import Level
from indexer.schema import FORM_FIELDS

REMOTE_VERSION = 3
"""What of this page an index was written with; raised when it changes."""

Json = dict[str, Any]
"""A body or an answer, as JSON has it."""

SUFFIX: dict[Level, str] = {"exact": "u", "folded": "f", "stem": "s", "root": "r"}
"""The lexicon's field of a level."""

BOTH = "both"
RANKED = "ranked"
PRINTS = "prints"
VALUES = (RANKED, PRINTS)
"""Kept as doc values only."""

STORED = ("stored",)
SHOWN = ("title", "text", *STORED)
"""What is given of a document as it was sent, and is all that is kept of it so."""

MOST_SHOWN = 10_000
"""Documents that a cluster gives at once, its own default."""

MOST_TERMS = 65_536
"""Terms that one clause may name, the cluster's own default."""

RUN_BITS = 32
"""Of the lexicon's `n`, below the first file number of a run: which worker, and which batch."""

_TERM_LETTERS = 1_000
"""Of a term that is kept whole: Lucene takes 32,766 bytes."""


def forms_field(field: str) -> str:
    """The cluster's field with the written forms of a field."""
    return f"{field}_u"


def document_name(file: int, place: int) -> str:
    """The id of a document."""
    return f"{file}-{place}"


def key_of(term: str) -> str:
    """A term as it is kept: what no word is so long as is cut."""
    return term if len(term) <= _TERM_LETTERS else term[:_TERM_LETTERS]


def _terms(*, positions: bool) -> Json:
    options = "positions" if positions else "freqs"
    found: Json = {"type": "text", "analyzer": "ready", "index_options": options}
    return found | {"search_analyzer": "pooled", "similarity": "fahras"}


def _settings(shards: int, replicas: int | None) -> Json:
    """refresh_interval: nothing is seen before a commit, which refreshes."""
    found: Json = {"number_of_shards": shards, "refresh_interval": "-1"}
    if replicas is None:
        return found | {"auto_expand_replicas": "0-1"}
    return found | {"number_of_replicas": replicas}


def documents_body(shards: int, replicas: int | None) -> Json:
    """The index of the documents."""
    return {
        "settings": {
            **_settings(shards, replicas),
            "analysis": {
                "tokenizer": {
                    "spaces": {
                        "type": "char_group",
                        "tokenize_on_chars": [" "],
                        "max_token_length": 1 << 15,
                    }
                },
                "filter": {
                    "sides": {
                        "type": "pattern_capture",
                        "preserve_original": False,
                        "patterns": ["([^|]+)"],
                    }
                },
                "analyzer": {
                    "ready": {"type": "custom", "tokenizer": "spaces"},
                    "pooled": {"type": "custom", "tokenizer": "spaces", "filter": ["sides"]},
                },
            },
            "similarity": {"fahras": {"type": "BM25", "k1": DEFAULT.k1, "b": DEFAULT.b}},
        },
        "mappings": {
            "dynamic": "strict",
            "_source": {"includes": list(SHOWN)},
            "properties": {
                "file": {"type": "long"},
                "place": {"type": "long"},
                "date": {"type": "keyword"},
                "record": {"type": "keyword", "ignore_above": 8000},
                "title_length": {"type": "long"},
                "text_length": {"type": "long"},
                **{name: {"type": "object", "enabled": False} for name in SHOWN},
                **{forms_field(field): _terms(positions=True) for field in FORM_FIELDS},
                BOTH: _terms(positions=False),
                **{name: {"type": "binary", "doc_values": True} for name in VALUES},
            },
        },
    }


def words_body(shards: int, replicas: int | None) -> Json:
    """The lexicon."""
    keyword: Json = {"type": "keyword"}
    sought: Json = {"type": "keyword", "doc_values": False}
    return {
        "settings": _settings(shards, replicas),
        "mappings": {
            "dynamic": "strict",
            "properties": {
                **dict.fromkeys("us", keyword),
                **dict.fromkeys("frpg", sought),
                "n": {"type": "long"},
            },
        },
    }


def meta_body(replicas: int | None) -> Json:
    """What is committed: nothing of it is searched."""
    return {
        "settings": _settings(1, replicas),
        "mappings": {
            "dynamic": "strict",
            "properties": {"said": {"type": "object", "enabled": False}},
        },
    }
