"""Damaged files of every format are read or refused with a reason: nothing else ever comes out.

A sample, the same each time; `benchmarks/mutations.py` reads a thousand of each format.
"""

from __future__ import annotations

import pytest
from many_files import FILES
from mutations import mutants

from indexer.errors import ExtractError
from indexer.extract import extension_of, extract
from indexer.update.run import document_fields

A_FORMAT = {extension_of(name): name for name in FILES if not name.startswith("refused/")}


@pytest.mark.parametrize("ending", sorted(A_FORMAT))
def test_mutated_files_are_read_or_refused(ending: str) -> None:
    name = A_FORMAT[ending]
    refusals = []
    for mutant in mutants(FILES[name], 25, seed=7):
        try:
            extraction = extract(name, mutant)
            for record in extraction.records:
                document_fields(1, record, extraction.encoding)["text"].encode("utf-8")
        except ExtractError as error:
            refusals.append(str(error))
    assert all(reason.strip() and "\n" not in reason for reason in refusals)


def test_mutants_are_the_same_each_time_and_other_than_their_source() -> None:
    data = FILES["office/a.docx"]
    first = list(mutants(data, 20, seed=1))
    assert first == list(mutants(data, 20, seed=1))
    assert len(set(first)) > 15
    assert sum(mutant.startswith(b"PK") for mutant in first) > 10
