"""Every exercise of the provider `torch`, graded on a GPU in float64.

``tests/exercises/test_every_exercise.py`` grades them on the CPU.
"""

import pytest
from devices import on_devices
from grading import setting_of

from autograder.course.reading import find_course
from autograder.grading.request import GradeRequest, answer
from autograder.verdicts import Verdict

COURSE = find_course()
#: A tape of NumPy arrays has no form on torch.
NAMES = [each.name for each in COURSE.code_exercises if each.name != "autograd"]


@pytest.mark.timeout(300)
@on_devices(NAMES, sample=("gradient_clipping",))
def test_the_provider_gets_full_marks(name, device):
    exercise = COURSE.exercise(name)
    setting = setting_of(COURSE, provider="torch", device=device)
    (result,) = answer(GradeRequest(setting, None, (exercise,))).exercises
    right = (Verdict.PASSED, Verdict.FOR_A_PERSON)
    assert [(c.id, c.message, c.details) for c in result.checks if c.verdict not in right] == []
    assert result.earned == exercise.points
