"""Checks that train a model: their thresholds were measured, and they never take long."""

import math
from dataclasses import replace

import pytest
from graded_changes import GradedChanges

from autograder.course.reading import find_course
from autograder.course.thresholds import HIGHER, better
from autograder.results.findings.figures import Curve
from autograder.verdicts import Verdict
from plugins.authoring.calibration.tolerance import FALSE_FAILURE

COURSE = find_course()
TRAINED = [exercise for exercise in COURSE.code_exercises if exercise.thresholds]

#: Seconds of processor time of the worker for one training of a check.
LONGEST = 10


@pytest.fixture(params=TRAINED, ids=lambda exercise: exercise.name)
def exercise(request):
    return request.param


def test_every_threshold_was_measured_and_promises_few_false_failures(exercise):
    for name, threshold in exercise.thresholds.items():
        assert threshold.seeds >= 100, f"{name}: `gradus calibrate {exercise.name}` measures it"
        assert threshold.false_failure <= FALSE_FAILURE
        assert better(threshold.mean, threshold.value, threshold.direction)


def never_reached(threshold):
    return replace(threshold, value=math.inf if threshold.direction == HIGHER else -math.inf)


@pytest.mark.slow
def test_what_never_reaches_its_threshold_fails_in_time(exercise):
    thresholds = {name: never_reached(result) for name, result in exercise.thresholds.items()}
    trainings = sum(threshold.attempts for threshold in thresholds.values())
    limit = replace(exercise.time, total=min(exercise.time.total, LONGEST * trainings))
    hopeless = replace(exercise, thresholds=thresholds, time=limit)
    source = exercise.solution_source()
    with GradedChanges(COURSE).opened(hopeless, source) as (grader, under_test):
        trained = [check for check in grader.run(under_test) if check.of(Curve)]
    assert len(trained) >= len(thresholds)
    assert {check.verdict for check in trained} == {Verdict.FAILED}
