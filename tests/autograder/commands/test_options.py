"""Options that the commands share."""

import pytest

from framework.errors import UnknownNameError


@pytest.mark.parametrize("command", ["show", "hint", "reset", "notebook"])
def test_unknown_exercise_suggests_one(gradus, written, command):
    with pytest.raises(UnknownNameError, match="no exercise 'squach': did you mean 'squash'"):
        gradus(command, "squach")


def test_course_can_be_named(gradus, written, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "Squashing" in gradus("list", "--course", str(written.root))[1]
