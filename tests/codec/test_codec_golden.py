"""An index of this version stays readable, one of an older version is refused: golden indexes.

`python tests/codec/test_codec_golden.py` writes the golden index of a new version; never
write an old version's again.
"""

from __future__ import annotations

import datetime
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from whoosh import fields
from whoosh import query as q

from analyzers.bulk.packed import Numbering, Numbers
from analyzers.bulk.vocabulary import Splits
from indexer.codec.container import Container
from indexer.codec.format import FORMAT_VERSION
from indexer.codec.whoosh.formfield import FormField
from indexer.codec.whoosh.index import create_index, field_arrays, open_index, segment_views
from indexer.errors import IndexCorruptError

DATA = Path(__file__).parents[1] / "data"
SCHEMA = fields.Schema(
    path=fields.ID(stored=True, unique=True),
    size=fields.NUMERIC(int, stored=True, sortable=True),
    day=fields.DATETIME(stored=True),
    title=FormField(),
    text=FormField(),
    note=fields.STORED(),
)
DOCUMENTS = [
    {
        "path": "a.txt",
        "size": 10,
        "day": datetime.datetime(2020, 5, 17, 8, 30),
        "title": "مكتبة المدينة",
        "text": "كَتَبَ الطالب في المكتبة كتابا، وكتب المعلمون في المكتبات",
        "note": ["x", 1, None],
    },
    {"path": "b.txt", "size": 7, "title": "Beta", "text": "الكتاب 2021 كتاب الكتاب", "note": b"\0"},
    {"path": "c.txt", "size": 3, "text": " ".join(["بيت"] * 130)},
    {"path": "d.txt", "size": 1, "text": "محذوف"},
]


PARTS = {"c.txt": (64 * 4, 100 * 4), "a.txt": (7,)}
"""Where other parts of the texts begin."""


def _of_each(rule: Callable[[str], str]) -> Callable[[Numbering, Numbers], Numbers]:
    """A rule for words, on their numbers."""
    return lambda numbering, numbers: numbering.numbers([*map(rule, numbering.texts(numbers))])


def _splits(numbering: Numbering, folded: Numbers) -> Splits:
    texts = list(enumerate(numbering.texts(folded)))
    parted = [(owner, text[1:]) for owner, text in texts if text[0] in "ب"]
    owners = np.array([owner for owner, _ in parted], np.int64)
    return Splits(owners, numbering.numbers([rest for _, rest in parted]))


RULES = {
    "forms.fold_all": lambda numbering, forms: numbering.numbers(
        [form.replace("ة", "ه") for form in forms.texts]
    ),
    "forms.stem_all": _of_each(lambda folded: folded.removeprefix("ال")),
    "forms.root_all": _of_each(lambda stem: stem[:3]),
    "forms.stopwords": lambda: ("في", "وكتب"),
    "bearing.stem_all": _of_each(lambda folded: folded.removeprefix("ال")),
    "bearing.splits_all": _splits,
}
"""In place of the analyzer's, so that better rules leave the golden index alone."""


def write(folder: Path) -> None:
    """One segment with one deleted document."""
    with pytest.MonkeyPatch.context() as patch:
        for name, rule in RULES.items():
            patch.setattr(f"indexer.codec.build.{name}", rule)
        _write(folder)


def _write(folder: Path) -> None:
    ix = create_index(folder, SCHEMA)
    writer = ix.writer()
    for document in DOCUMENTS:
        parts = PARTS.get(document["path"])
        writer.add_document(**document, **({"_parts_text": parts} if parts else {}))
    writer.commit()
    writer = ix.writer()
    writer.delete_by_values("path", ["d.txt"])
    writer.commit(merge=False)


@pytest.fixture
def golden(tmp_path):
    return open_index(
        shutil.copytree(DATA / f"codec_v{FORMAT_VERSION}", tmp_path / "golden"), SCHEMA
    )


def test_the_golden_index_is_sound(golden):
    assert golden.verify() == []


def test_the_golden_index_is_read(golden):
    with golden.searcher() as searcher:
        assert searcher.doc_count() == 3
        found = searcher.search(q.Term("text", "الكتاب"))
        assert [hit["path"] for hit in found] == ["b.txt"]
        for document in DOCUMENTS[:3]:
            assert searcher.document(path=document["path"]) == document
        ranked = [h["size"] for h in searcher.search(q.Every(), sortedby="size")]
        assert ranked == [3, 7, 10]


@pytest.mark.parametrize("version", range(1, FORMAT_VERSION))
def test_an_index_of_an_older_version_is_refused(version):
    folder = DATA / f"codec_v{version}"
    plain = f"format version {version}" if version >= 3 else "it is no table of contents"
    with pytest.raises(IndexCorruptError, match=plain):
        open_index(folder, SCHEMA)
    (segment,) = folder.glob("*.fhs")
    with pytest.raises(IndexCorruptError, match=f"version {version}, .* {FORMAT_VERSION}"):
        Container.open(str(segment))


def test_the_arrays_of_the_golden_index(golden):
    ((_, arrays),) = field_arrays(golden.reader(), "text")
    first, last = arrays.group_slots("stem", arrays.group("stem", "كتاب"))
    forms = {arrays.term(int(i)) for i in arrays.ordinal_by_slot[first:last]}
    assert forms == {"الكتاب", "كتاب"}
    first, last = arrays.group_slots("root", arrays.group("root", "كتا"))
    forms = {arrays.term(int(i)) for i in arrays.ordinal_by_slot[first:last]}
    assert forms == {"الكتاب", "كتاب", "كتابا"}
    docs, tf = arrays.postings(arrays.slots_of_term("الكتاب"))
    assert (docs.tolist(), tf.tolist()) == ([1], [2])
    assert arrays.positions(arrays.slots_of_term("الكتاب")).tolist() == [0, 3]
    assert arrays.lengths_by_docnum.tolist() == [6, 4, 130, 1]
    assert arrays.token_counts_by_docnum.tolist() == [9, 4, 130, 1]
    assert arrays.samples(2).tolist() == [0, 64 * 4, 128 * 4]
    assert arrays.part_docs.tolist() == [0, 2, 2]
    assert arrays.part_tokens.tolist() == [1, 64, 100]


def test_the_same_documents_still_give_the_same_arrays(golden, tmp_path):
    """All but compressed bytes, which may differ from one zstd to another."""
    write(tmp_path / "new")
    old, new = (_container(ix) for ix in (golden, open_index(tmp_path / "new", SCHEMA)))
    assert old.meta == new.meta
    assert old.names() == new.names()
    for name in old.names():
        if not name.endswith(("/blocks", "/block_starts")):
            assert old.array(name).tolist() == new.array(name).tolist(), name


def _container(ix) -> Container:
    (view,) = segment_views(ix.reader())
    return view.terms.container


if __name__ == "__main__":
    target = DATA / f"codec_v{FORMAT_VERSION}"
    if target.exists():
        sys.exit(f"{target} is there already")
    write(target)
    (target / "MAIN_WRITELOCK").unlink()
