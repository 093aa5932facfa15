"""`gradus hand-in`: the zip, and what is missing in it."""

import zipfile

import pytest

from framework.errors import BadInputError, ConflictError


def test_the_zip_has_what_is_begun_and_the_rest_is_named(gradus, written, solved, course_root):
    written.exercise("squash").stub.write_text("import helpers\n" + solved["squash"])
    (written.exercise("squash").folder / "helpers.py").write_text("x = 1\n")
    code, output = gradus("hand-in")
    assert code == 0
    with zipfile.ZipFile(course_root / "hand_in.zip") as archive:
        assert archive.namelist() == ["first_unit/squash/squash.py"]
        assert archive.read("first_unit/squash/squash.py").endswith(solved["squash"].encode())
    assert "Wrote hand_in.zip with 1 of 2 exercises." in output
    assert "in it, written: squash" in output
    assert "missing, not started: sums" in output
    assert "Not graded as they are now: `grade squash`" in output
    assert "helpers" in output
    with pytest.raises(ConflictError, match=r"hand_in\.zip exists"):
        gradus("hand-in")
    assert gradus("hand-in", "--force")[0] == 0


def test_the_zip_is_graded_as_the_folder_is(gradus, written, solved, course_root):
    from autograder.submissions.submission import load_submission

    for name in ("squash", "sums"):
        written.exercise(name).stub.write_text(solved[name])
    gradus("hand-in", "--out", "mine.zip")
    with (
        load_submission(course_root / "mine.zip", written) as handed_in,
        load_submission(course_root / "exercises", written) as own,
    ):
        assert handed_in.hash == own.hash


def test_a_graded_notebook_is_handed_in(
    gradus, written, solved, course_root, make_notebook, grade_own
):
    (course_root / "squash.ipynb").write_bytes(make_notebook(solved["squash"], name="squash"))
    grade_own("squash.ipynb")
    assert "in it, passed, squash.ipynb: squash" in gradus("hand-in")[1]
    with zipfile.ZipFile(course_root / "hand_in.zip") as archive:
        assert archive.namelist() == ["first_unit/squash/squash.ipynb"]


def test_nothing_is_an_error(gradus, written, course_root):
    with pytest.raises(BadInputError, match="no exercise is started"):
        gradus("hand-in")
    assert not (course_root / "hand_in.zip").exists()
