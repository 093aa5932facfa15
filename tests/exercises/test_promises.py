"""Every hidden check names the sentence of README.md or of the stub that it tests."""

import pytest

from autograder.course.promises import promise_problems, promise_table
from autograder.course.reading import find_course

COURSE = find_course()


@pytest.mark.parametrize("exercise", COURSE.code_exercises, ids=lambda exercise: exercise.name)
def test_every_hidden_check_names_a_sentence_of_the_text(exercise):
    table = promise_table(exercise)
    assert any(check.hidden for check in table.checks)
    assert list(promise_problems(table)) == []
