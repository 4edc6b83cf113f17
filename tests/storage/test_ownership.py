"""Who may use an index that was only found? As git: its owner, and root for who called sudo."""

from __future__ import annotations

import os

import pytest

from indexer.errors import IndexRefusedError, Remedy
from indexer.storage.ownership import require_home_within, require_own

ME = os.geteuid() if hasattr(os, "geteuid") else 0


@pytest.mark.skipif(os.name != "posix", reason="owners are POSIX's")
@pytest.mark.parametrize(
    ("user", "sudo", "may"),
    [
        (ME, None, True),
        (ME, "4711", True),
        (ME + 1, None, False),
        (ME + 1, str(ME), False),  # only root may be here for somebody else
        (0, str(ME), True),
        (0, "4711", ME == 0),
        (0, "x", ME == 0),
        (0, "-1", ME == 0),
        (0, "9" * 5000, ME == 0),
        (0, "", ME == 0),
    ],
)
def test_who_may_use_what_i_own(tmp_path, monkeypatch, user, sudo, may):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.delenv("SUDO_UID", raising=False)
    if sudo is not None:
        monkeypatch.setenv("SUDO_UID", sudo)
    if may:
        require_own(str(tmp_path), str(tmp_path / "absent"))
    else:
        with pytest.raises(IndexRefusedError) as refused:
            require_own(str(tmp_path))
        assert refused.value.remedy == Remedy("name_index", str(tmp_path))


@pytest.mark.skipif(ME != 0, reason="only root gives files away")
def test_no_part_of_it_may_be_a_strangers(tmp_path):
    for name in ("folder", "file"):
        (tmp_path / name).write_text("")
    os.chown(tmp_path / "file", 4711, -1)
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "his").symlink_to("folder")
    os.chown(tmp_path / "his", 4711, -1, follow_symlinks=False)
    require_own(str(tmp_path), str(tmp_path / "folder"))
    for name in ("file", "link", "his"):
        with pytest.raises(IndexRefusedError, match="belongs to user 4711, not to you"):
            require_own(str(tmp_path), str(tmp_path / name))


def test_the_home_lies_in_the_folder_of_the_index(tmp_path):
    folder, link = tmp_path / "folder", tmp_path / "link"
    (folder / "below").mkdir(parents=True)
    link.symlink_to("folder")
    for home in (folder, folder / "below", link, link / "below"):
        for start in (folder, link):
            require_home_within(str(start / ".fahras"), str(home))
    for home in (tmp_path, tmp_path / "folder2", "/", folder / ".." / "x"):
        with pytest.raises(IndexRefusedError, match="outside"):
            require_home_within(str(folder / ".fahras"), str(home))
