"""The variant table: sides of one or several words, matched on unfolded letters."""

from pathlib import Path

import pytest
from folders import indexed, write_folder

from analyzers.lists import read_list
from analyzers.variants import VariantsError, VariantTable, _Unread, matched_exactly


def test_a_side_finds_the_others() -> None:
    table = VariantTable.parse("سوريا سورية  # country\n\nتشرين الثاني = نوفمبر = نونبر")
    assert table.sides_of(("سوريا",)) == (("سورية",),)
    assert table.sides_of(("تشرين", "الثاني")) == (("نوفمبر",), ("نونبر",))
    assert table.sides_of(("تشرين",)) == ()
    assert table.longest == 2


def test_sides_are_matched_unfolded() -> None:
    table = VariantTable.parse("آب أغسطس")
    assert table.sides_of(("آب",)) == (("أغسطس",),)
    assert table.sides_of(("أب",)) == ()
    assert table.sides_of(("اغسطس",)) == (("آب",),)


def test_a_broken_line_is_named() -> None:
    with pytest.raises(VariantsError, match=r"mine\.txt, line 2"):
        VariantTable.parse("سوريا سورية\nوحيد", "mine.txt")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (" ".join(f"كلمة{i}" for i in range(20_000)), "line 1: a group has up to 64 sides"),
        (f"سوريا = {'بلاد ' * 17}", "a side up to 16 words"),
        ("\n".join(f"سوريا اسم{i}" for i in range(100)), r"«سوريا» has more than 64 sides"),
        ("\n".join(["سوريا سورية"] * 100_001), "more than 100,000 groups"),
    ],
    ids=["sides-of-a-group", "words-of-a-side", "sides-of-a-word", "groups"],
)
def test_what_a_query_could_not_carry_is_refused(text: str, reason: str) -> None:
    with pytest.raises(VariantsError, match=rf"mine\.txt.*{reason}"):
        VariantTable().with_text(text, "mine.txt")


def test_as_many_sides_as_are_admitted() -> None:
    names = [f"اسم{i}" for i in range(64)]
    table = VariantTable.parse(" ".join(names))
    assert len(table.sides_of((names[0],))) == 63


def test_a_users_file_is_added() -> None:
    table = VariantTable.default().with_text("سوريا الشام", "mine.txt")
    assert ("الشام",) in table.sides_of(("سوريا",))
    assert ("سورية",) in table.sides_of(("سوريا",))
    assert ("الشام",) not in VariantTable.default().sides_of(("سوريا",))


@pytest.mark.parametrize("word", ["وسوريا", "بسوريا", "لسوريا", "والسوريا"])
def test_a_side_may_have_proclitics(word: str) -> None:
    assert VariantTable.parse("سوريا سورية").sides_of((word,)) == (("سورية",),)


def test_the_article_of_a_side_may_follow_a_preposition() -> None:
    table = VariantTable.parse("الأمم المتحدة = هيئة الأمم")
    assert table.sides_of(("للأمم", "المتحدة")) == (("هيئة", "الأمم"),)


def test_short_sides_are_met_by_their_letters_alone() -> None:
    assert matched_exactly("آب")
    assert not matched_exactly("أغسطس")


def test_the_built_in_table_is_in_order() -> None:
    assert len(VariantTable.default()) > 600
    assert VariantTable.default().longest == 3


def test_lines_read_on_demand_are_those_of_the_whole_list() -> None:
    whole = VariantTable.parse(read_list("variants.txt"))
    assert VariantTable.default().longest == whole.longest
    for side in list(whole._sides_of):
        table = VariantTable()
        table._unread = _Unread(read_list("variants.txt"))
        assert set(table.sides_of(side)) == set(whole.sides_of(side)), side


NAMES = [
    ("ماكرون", "مكرون ومكرون لمكرون", "مكر بمكر"),
    ("رحمن", "رحمان والرحمان", "رحم أرحام"),
    ("فيينا", "فينا بفينا", "فين"),
    ("كورونا", "كرونا والكرونا", "كرو"),
    ("ريغان", "ريجان", "ريج"),
    ("كندا", "وكندا لكندا", "كند كنده"),
]


@pytest.mark.parametrize(("asked", "met", "apart"), NAMES)
def test_names_are_not_met_by_a_stump(tmp_path: Path, asked: str, met: str, apart: str) -> None:
    words = {f"{i}.txt": word for i, word in enumerate((*met.split(), *apart.split()))}
    with indexed(write_folder(tmp_path, words)) as index:
        found = {Path(hit.path).name for hit in index.search(asked).hits}
    assert {words[name] for name in found} == set(met.split())
