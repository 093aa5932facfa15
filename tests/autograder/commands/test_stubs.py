"""`gradus stubs`: written, checked, and never over a student's work."""

import pytest

from framework.errors import ConflictError


def test_stubs_are_written_checked_and_protected(gradus, tiny_course):
    code, output = gradus("stubs", "--check")
    assert code == 1
    assert "the file is missing" in output
    assert "2 of 2 stubs are out of date" in output
    assert "wrote exercises" in gradus("stubs")[1].replace("\\", "/")
    assert gradus("stubs", "--check") == (0, "All 2 stubs are up to date.\n")
    assert gradus("stubs") == (0, "All stubs are up to date.\n")
    stub = tiny_course.exercise("sums").stub
    stub.write_text("# my work\n")
    with pytest.raises(ConflictError, match=r"sums\.py. `gradus stubs --force` does"):
        gradus("stubs")
    assert stub.read_text() == "# my work\n"
    assert "edits are kept as" in gradus("stubs", "--force")[1]
    assert gradus("stubs", "--check")[0] == 0


def test_check_shows_a_short_diff(gradus, written):
    stub = written.exercise("sums").stub
    stub.write_text(stub.read_text().replace("Sums.", "Sumz.") + "x = 1\n" * 100)
    code, output = gradus("stubs", "--check")
    assert code == 1
    assert '-"""Sumz."""\n+"""Sums."""' in output
    assert "more lines" in output
    assert len(output.splitlines()) < 30


def test_check_writes_nothing(gradus, tiny_course, course_root):
    gradus("stubs", "--check")
    assert not tiny_course.exercise("sums").stub.exists()
    assert not (course_root / ".gradus").exists()
