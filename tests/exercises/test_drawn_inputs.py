"""Every check with points draws inputs: a table of the answers of fixed ones would earn them.

What the solution is asked, and what it answers to callbacks that are drawn, is compared at two
seeds. Trained checks draw their texts. A sample of the exercises is compared by default, and
all are with ``-m slow``.
"""

from dataclasses import replace

import numpy as np
import pytest
from graded_changes import GradedChanges, untrained

from autograder.course.reading import find_course

COURSE = find_course()
NAMES = [exercise.name for exercise in COURSE.code_exercises]
#: Exercises that are compared by default.
SAMPLE = "neuron", "regularization", "bidirectional"


def plain(value):
    """What is sent, in a form that can be compared."""
    if isinstance(value, np.ndarray):
        return value.shape, str(value.dtype), value.tobytes()
    if isinstance(value, (tuple, list)):
        return tuple(plain(part) for part in value)
    if isinstance(value, dict):
        return tuple((key, plain(part)) for key, part in value.items())
    return repr(value)


def asked(grader, under_test):
    """Check with points -> all that it asks of the solution."""
    transcripts = under_test.transcripts
    return {
        check.id.partition("::")[2]: [
            (
                [plain(vars(step)) for step in exchange.steps],
                [plain(outcome.value) for outcome in exchange.outcomes],
            )
            for exchange in transcripts[check.id].exchanges
        ]
        for check in grader.run(under_test, select=untrained)
        if check.points and transcripts[check.id].complete
    }


def fixed_checks(name):
    exercise = COURSE.exercise(name)
    with GradedChanges(COURSE).opened(exercise, exercise.solution_source()) as (grader, opened):
        first, second = (asked(grader, replace(opened, seed=s)) for s in (1, 2))
    return {check for check, steps in first.items() if steps == second[check]}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in SAMPLE else pytest.mark.slow) for name in NAMES],
)
def test_every_check_draws(name):
    assert fixed_checks(name) == set()
