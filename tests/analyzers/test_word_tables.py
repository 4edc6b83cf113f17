"""Is the dictionary read as it stands, and are its plurals cleaned by the rules?"""

from __future__ import annotations

from pathlib import Path

import small_dictionary

from tools import arramooz
from tools.plural_table import clean, pairs_of

BROKEN = arramooz.BROKEN_PLURAL
NOUNS = [
    {"vocalized": "شَاعِرٌ", "root": "شعر", "broken_plural": "شُعَرَاءُ;شَوَاعِرُ"},
    {"vocalized": "شِعَارٌ", "root": "شعر", "number": BROKEN, "single": "شَاعِرٌ"},  # generated
    {"vocalized": "كِتَابٌ", "root": "كتب", "broken_plural": "(ج) كُتُبٌ"},
    {"vocalized": "كُتُبٌ", "root": "كتب", "number": BROKEN, "single": "كِتَابٌ"},
    {"vocalized": "قَدَمٌ", "root": "قدم,قدو", "broken_plural": "أَقْدَامٌ، وَقَدْ تُذَكَّر"},
    {"vocalized": "نَادِي", "root": "ندو", "broken_plural": "أَنْدِيَةٌ; النَّوَادِي"},
    {"vocalized": "مَوْطِنٌ", "root": "وطن", "broken_plural": "مَوَاطِنُ"},
    {"vocalized": "مُوَاطِنٌ", "root": "وطن"},
    {"vocalized": "نَجْمَةٌ", "broken_plural": "نَجْمٌ"},
]


def test_the_dictionary_is_handed_out_as_it_stands(tmp_path: Path) -> None:
    path = small_dictionary.write(tmp_path / "d.sqlite", NOUNS, [("أَمْكَنَ", "مكن")])
    nouns = list(arramooz.nouns(path))
    assert [noun.word for noun in nouns[:3]] == ["شاعر", "شعار", "كتاب"]
    assert nouns[4].roots == {"قدم", "قدو"}
    assert nouns[4].plurals == ("أَقْدَامٌ", "وَقَدْ", "تُذَكَّر")
    assert nouns[3].is_plural
    assert not nouns[2].is_plural
    assert [verb.word for verb in arramooz.verbs(path)] == ["أمكن"]


def test_the_rules_keep_what_is_a_plural(tmp_path: Path) -> None:
    path = small_dictionary.write(tmp_path / "d.sqlite", NOUNS)
    kept = set(clean(arramooz.nouns(path), frozenset()))
    assert kept == {
        ("شاعر", "شعراء"),
        ("شاعر", "شواعر"),
        ("كتاب", "كتب"),
        ("قدم", "أقدام"),
        ("نادي", "أندية"),
        ("نادي", "نوادي"),
    }
    assert ("شاعر", "شواعر") not in clean(arramooz.nouns(path), frozenset({("شاعر", "شواعر")}))


def test_a_pair_knows_which_entry_named_it(tmp_path: Path) -> None:
    path = small_dictionary.write(tmp_path / "d.sqlite", NOUNS)
    told = {pair[:2]: pair.told_by for pair in pairs_of(arramooz.nouns(path))}
    assert told["كتاب", "كتب"] == {"singular", "plural"}
    assert told["شاعر", "شعار"] == {"plural"}
    assert told["شاعر", "شعراء"] == {"singular"}
