"""`gradus stubs`: written, checked, and never over a student's work."""

import pytest

from framework.errors import BadInputError, ConflictError


def test_stubs_are_written_checked_and_protected(gradus, tiny_course):
    code, output = gradus("stubs", "--check")
    assert code == 1
    assert "the file is missing" in output
    assert "Out of date: 2 of 2 stubs." in output
    assert "wrote exercises" in gradus("stubs")[1].replace("\\", "/")
    assert gradus("stubs", "--check") == (0, "All 2 stubs are up to date.\n")
    assert gradus("stubs") == (0, "All stubs are up to date.\n")
    stub = tiny_course.exercise("sums").stub
    stub.write_text("# my work\n")
    with pytest.raises(ConflictError, match=r"sums\.py. `gradus stubs --force` overwrites them"):
        gradus("stubs")
    assert stub.read_text() == "# my work\n"
    assert "edits are saved as" in gradus("stubs", "--force")[1]
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


@pytest.mark.parametrize("command", ["list", "stubs"])
def test_a_solution_in_another_encoding_is_named_with_its_line(gradus, written, command):
    solution = written.exercise("sums").solution
    solution.write_bytes(solution.read_bytes() + b"# \xfcber\n")
    with pytest.raises(BadInputError, match=r"sums\.py, line 9, is not UTF-8 text"):
        gradus(command)


def test_a_solution_that_python_cannot_parse_is_named(gradus, written):
    solution = written.exercise("sums").solution
    solution.write_text("a = '\0'\n", "utf-8")
    with pytest.raises(BadInputError, match=r"sums\.py:1: Python cannot parse .*null"):
        gradus("stubs")
