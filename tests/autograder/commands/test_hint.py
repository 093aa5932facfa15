"""`gradus hint`: one hint after the other."""

import pytest

from framework.errors import UnknownNameError


def test_hints_come_one_by_one(gradus, lines, written):
    assert lines(gradus("hint", "squash")[1]) == [
        "Hint 1 of 3",
        "a nudge",
        "",
        "2 more hints: `gradus hint squash`",
    ]
    second = gradus("hint", "squash")[1]
    assert "a push [with brackets]" in second
    assert "a nudge" not in second
    assert "This was the last hint" in gradus("hint", "squash")[1]
    again = gradus("hint", "squash")[1]
    assert "nearly the answer" in again
    assert "There are no more hints" in again
    assert "Hint 1 of 1" in gradus("hint", "sums")[1]


def test_all_hints_at_once_leave_the_count_alone(gradus, written):
    output = gradus("hint", "squash", "--all")[1]
    assert [f"Hint {i} of 3" in output for i in (1, 2, 3)] == [True] * 3
    assert "Hint 1 of 3" in gradus("hint", "squash")[1]


@pytest.mark.parametrize("damage", ["", "[]", '{"squash": "many"}'])
def test_damaged_memory_starts_again(gradus, written, course_root, damage):
    gradus("hint", "squash")
    (course_root / ".gradus/hints.json").write_text(damage)
    assert "Hint 1 of 3" in gradus("hint", "squash")[1]


def test_hints_of_another_revision_start_again(gradus, written, course_root):
    gradus("hint", "squash")
    assert "Hint 2 of 3" in gradus("hint", "squash")[1]
    toml = course_root / "exercises/first_unit/squash/exercise.toml"
    toml.write_text(toml.read_text("utf-8").replace("a nudge", "another nudge"), "utf-8")
    assert "another nudge" in gradus("hint", "squash")[1]


def test_mathematics_of_a_hint_is_plain_text(gradus, written):
    toml = written.exercise("squash").toml
    toml.write_text(toml.read_text("utf-8").replace("a nudge", "use $x_{t-1}$"), "utf-8")
    assert "use x_{t−1}" in gradus("hint", "squash")[1]


@pytest.fixture
def named(written):
    """The tiny course; two of the hints of squash name a task."""
    toml = written.exercise("squash").toml
    text = toml.read_text("utf-8").replace('"a nudge"', '"double: a nudge"')
    toml.write_text(text.replace('"nearly', '"Sigmoid.forward, at last: nearly'), "utf-8")
    return written


def test_hints_of_one_task(gradus, named):
    output = gradus("hint", "squash", "Sigmoid")[1]
    assert "Hint 1 of 1" in output
    assert "This was the last hint" in output
    assert (
        "no more hints. `gradus hint squash Sigmoid --all`"
        in gradus("hint", "squash", "Sigmoid")[1]
    )
    assert "Hint 1 of 3" in gradus("hint", "squash")[1]
    with pytest.raises(UnknownNameError, match="no task of squash 'squish'"):
        gradus("hint", "squash", "squish")


def test_a_task_without_hints_gets_those_of_the_exercise(gradus, named):
    toml = named.exercise("squash").toml
    toml.write_text(toml.read_text("utf-8").replace("double: ", ""), "utf-8")
    assert "a nudge" in gradus("hint", "squash", "double")[1]


def test_hints_of_passed_tasks_are_left_out(gradus, named, solved, grade_own):
    wrong = solved["squash"].replace("return 2 * x", "return 3 * x")
    named.exercise("squash").stub.write_text(wrong)
    grade_own("squash")
    assert "double: a nudge" in gradus("hint", "squash")[1]
    output = gradus("hint", "squash")[1]
    assert "Hint 2 of 2" in output
    assert "a push" in output
    assert "Hints for passed tasks are left out: Sigmoid." in output
    assert "There are no more hints" in gradus("hint", "squash")[1]
    assert "nearly the answer" in gradus("hint", "squash", "Sigmoid")[1]
