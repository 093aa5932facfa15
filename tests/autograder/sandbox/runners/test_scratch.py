"""What a submission leaves in its scratch folder goes, however deep it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.sandbox.runners.filesystem_view import remove_scratch


def nest(folder: Path, depth: int) -> None:
    """Folders within folders, deeper than any path can say."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("within", dir_fd=here)
        os.close(os.open("file", os.O_CREAT, dir_fd=here))
        inner = os.open("within", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


def test_folders_within_folders_are_removed(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    nest(scratch, 3000)
    remove_scratch(scratch)
    assert not scratch.exists()


def test_what_is_locked_goes_and_what_is_linked_stays(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    locked = tmp_path / "scratch" / "locked"
    locked.mkdir(parents=True)
    (locked / "file").touch()
    (locked / "link").symlink_to(outside)
    locked.chmod(0)
    remove_scratch(tmp_path / "scratch")
    assert not (tmp_path / "scratch").exists()
    assert (outside / "kept").exists()


def test_a_folder_that_is_gone_is_no_error(tmp_path):
    remove_scratch(tmp_path / "gone")


def test_an_interrupt_does_not_keep_a_folder(tmp_path, monkeypatch):
    folder, remove = tmp_path / "scratch", os.rmdir
    (folder / "inner").mkdir(parents=True)

    def interrupted(path):
        monkeypatch.setattr("os.rmdir", remove)
        raise KeyboardInterrupt

    monkeypatch.setattr("os.rmdir", interrupted)
    with pytest.raises(KeyboardInterrupt):
        remove_scratch(folder)
    assert not folder.exists()
