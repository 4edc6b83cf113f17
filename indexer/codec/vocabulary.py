"""What does the analyzer say of the forms that one segment's texts have, each asked once?

The tokenizer numbers distinct forms; when all are known, folded form, stem and root are asked for
all at once (`analyzers.bulk`).
"""

from __future__ import annotations

import numpy as np

from analyzers.bulk import fold_all, root_all, stem_all
from analyzers.packed import Numbering
from analyzers.spellings import distinct
from analyzers.stopwords import stopwords
from analyzers.tokenizer import Tokenizer
from indexer.codec.dictionary import Vocabulary, decoded
from indexer.codec.postings import Array


def vocabulary_of_terms(terms: list[bytes]) -> Vocabulary:
    """The groups of terms that came as terms, not as texts (from another codec's segment)."""
    return _analyzed(decoded(terms), terms)


def _analyzed(forms: list[str], terms: list[bytes]) -> Vocabulary:
    numbering = Numbering()
    folded = fold_all(numbering, forms)
    stems = stem_all(numbering, folded)
    distinct_stems, _, which = distinct(stems)
    roots = root_all(numbering, distinct_stems).take(which)
    return Vocabulary(terms, (folded, stems, roots), numbering)


class FormVocabulary:
    """Tokenizer and stopwords of one segment in the making; shared by its fields."""

    def __init__(self) -> None:
        self.tokenizer = Tokenizer()
        self._stopwords = bytearray()

    def __len__(self) -> int:
        return len(self.tokenizer.forms)

    def stopword_flags(self) -> Array:
        """Bool by form id: whether the form is a stopword."""
        known = len(self._stopwords)
        self._stopwords.extend(map(stopwords().__contains__, self.tokenizer.forms[known:]))
        return np.frombuffer(bytes(self._stopwords), np.bool_)

    def vocabulary(self, form_ids: Array) -> Vocabulary:
        """The terms and groups of these forms, in this order. form_ids: rising."""
        forms = self.tokenizer.forms
        chosen = [forms[i] for i in form_ids.tolist()]
        encoded = "\n".join(chosen).encode("utf-8", "surrogatepass")  # no form holds a line's end
        return _analyzed(chosen, encoded.split(b"\n") if chosen else [])
