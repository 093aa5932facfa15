"""`gradus reset`: a fresh stub, and a backup of the work."""

from pathlib import Path

import pytest

from framework.errors import BadInputError


def test_reset_keeps_numbered_backups(gradus, written, course_root):
    stub = written.exercise("squash").stub
    pristine = stub.read_text("utf-8")
    assert "is already the original stub: nothing to do" in gradus("reset", "squash")[1]
    for number in (1, 2):
        stub.write_text(f"work = {number}\n")
        output = gradus("reset", "squash")[1]
        copy = Path(f".gradus/backups/squash/squash.{number}.py")
        assert f"Your file is saved as {copy}\n" in output
        assert (course_root / copy).read_text() == f"work = {number}\n"
        assert stub.read_text("utf-8") == pristine
    stub.unlink()
    assert gradus("reset", "squash")[0] == 0
    assert stub.read_text("utf-8") == pristine


def test_reset_without_solutions_touches_nothing(gradus, written):
    exercise = written.exercise("squash")
    exercise.solution.unlink()
    exercise.stub.write_text("work = 1\n")
    with pytest.raises(BadInputError, match="take a fresh stub from where you got the course"):
        gradus("reset", "squash")
    assert exercise.stub.read_text() == "work = 1\n"


def test_undo_puts_the_last_backup_back(gradus, written, course_root):
    stub = written.exercise("squash").stub
    with pytest.raises(BadInputError, match=r"no backup of exercises/first_unit/squash/squash\.py"):
        gradus("reset", "squash", "--undo")
    stub.write_text("work = 1\n")
    gradus("reset", "squash")
    assert (
        "is your backup .gradus/backups/squash/squash.1.py again"
        in gradus("reset", "squash", "--undo")[1]
    )
    assert stub.read_text() == "work = 1\n"
    assert "already your last backup" in gradus("reset", "squash", "--undo")[1]


def test_undo_saves_what_is_in_its_place(gradus, written, course_root):
    stub = written.exercise("squash").stub
    stub.write_text("work = 1\n")
    gradus("reset", "squash")
    stub.write_text("work = 2\n")
    assert "saved as .gradus/backups/squash/squash.2.py" in gradus("reset", "squash", "--undo")[1]
    assert stub.read_text() == "work = 1\n"
    assert (course_root / ".gradus/backups/squash/squash.2.py").read_text() == "work = 2\n"
