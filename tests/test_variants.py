"""The variant table: sides of one or several words, matched on unfolded letters."""

import pytest

from analyzers.variants import VariantsError, VariantTable


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


def test_a_users_file_is_added(tmp_path: object) -> None:
    path = f"{tmp_path}/variants.txt"
    with open(path, "w", encoding="utf-8") as file:
        file.write("سوريا الشام")
    table = VariantTable.default().with_file(path)
    assert ("الشام",) in table.sides_of(("سوريا",))
    assert ("سورية",) in table.sides_of(("سوريا",))
    assert ("الشام",) not in VariantTable.default().sides_of(("سوريا",))
