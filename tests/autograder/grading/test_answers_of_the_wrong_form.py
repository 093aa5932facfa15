"""Answers that once became a fault of the grader, whose points then stopped to count."""

import pytest
from repository import text_of

from autograder.verdicts import Verdict

#: Appended to a solution: a subclass in place of a class, or a function in place of a function.
ADDED = {
    "a row short in evaluation": (
        "window_classifier",
        """
class WindowClassifier(WindowClassifier):
    def forward(self, ids):
        logits = super().forward(ids)
        return logits if self.training else logits[:-1]
""",
        {"WindowClassifier"},
        "forward has the wrong shape: expected",
    ),
    "a parameter that forward adds": (
        "window_classifier",
        text_of("texts/answers_of_the_wrong_form/source.py"),
        {"WindowClassifier"},
        "forward and backward may not add or reshape parameters: parameter more has shape (3,)",
    ),
}


@pytest.mark.parametrize("name", ADDED)
def test_it_is_a_failed_check_and_costs_its_points(graded, real_solution, real_course, name):
    exercise, text, tasks, words = ADDED[name]
    needed = {n: real_solution(n) for n in (exercise, *real_course.exercise(exercise).requires)}
    needed[exercise] += text
    report = graded(needed, exercise)
    (result,) = report.exercises
    assert {task.name for task in result.tasks if task.verdict is not Verdict.PASSED} == tasks
    wrong = [check for check in result.checks if check.verdict is not Verdict.PASSED]
    assert {check.verdict for check in wrong} == {Verdict.FAILED}
    assert any(words in check.message for check in wrong), [check.message for check in wrong]
    assert (result.not_graded, report.exit_code) == (0, 1)
    assert result.earned < result.possible == real_course.exercise(exercise).points
