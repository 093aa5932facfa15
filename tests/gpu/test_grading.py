"""Every exercise of the provider `torch`, graded on a GPU in float64.

``tests/exercises/test_every_exercise.py`` grades them on the CPU.
"""

import pytest
from devices import on_devices

from autograder.course.reading import find_course
from autograder.grading.request import GradeRequest, answer
from autograder.grading.setting import GradeOptions, GradingSetting
from autograder.sandbox.runners import choose
from autograder.verdicts import Verdict
from framework.providers.plugins import Plugins

COURSE = find_course()
NAMES = [exercise.name for exercise in COURSE.code_exercises]


class Silence:
    """Listens to a grading without a word."""

    def check_done(self, exercise, result):
        pass

    def exercise_done(self, result):
        pass


@pytest.mark.timeout(300)
@on_devices(NAMES, sample=("gradient_clipping",))
def test_the_provider_gets_full_marks(name, device):
    exercise = COURSE.exercise(name)
    setting = GradingSetting(
        COURSE, Plugins(), choose("process"), GradeOptions(provider="torch", device=device)
    )
    (result,) = answer(GradeRequest(setting, None, (exercise,), 1, Silence())).exercises
    right = (Verdict.PASSED, Verdict.FOR_A_PERSON)
    assert [(c.id, c.message, c.details) for c in result.checks if c.verdict not in right] == []
    assert result.earned == exercise.points
