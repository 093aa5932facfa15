"""Training of the reference once for each seed, in parallel processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import pytest

from autograder.checks.host_limits import UNLIMITED
from autograder.checks.metric_threshold import Measurement
from autograder.course.reading import Exercise
from autograder.grading.checks_run import Checks
from autograder.grading.grader import Grader
from autograder.grading.parallel import in_parallel
from autograder.grading.pytest_plugin import fixtures_of
from autograder.grading.setting import Setting
from autograder.record.results import CheckResult
from autograder.verdicts import Verdict
from framework.errors import GradusError


def _with_metric(items: list[pytest.Item]) -> None:
    """Leave out every check without a metric."""
    items[:] = [item for item in items if "metric_threshold" in fixtures_of(item)]


def measure(
    setting: Setting, exercise: Exercise, seeds: Sequence[int], jobs: int
) -> Iterator[tuple[Measurement, ...]]:
    """Return the metrics that the checks of `exercise` measure, for each of `seeds`.

    Args:
        setting: the settings of grading; its provider is measured.
        jobs: the number of parallel processes; 0 for one per processor.

    Raises:
        GradusError: the reference fails such a check, which says nothing about its metric.
    """
    return in_parallel(partial(_measure_one, setting, exercise), seeds, jobs)


def _measure_one(setting: Setting, exercise: Exercise, seed: int) -> tuple[Measurement, ...]:
    grader = Grader(replace(setting, seed=seed), None)
    try:
        with grader.under_test(exercise) as under_test:
            calibrating = replace(under_test, calibrating=True, host_limits=UNLIMITED)
            results = Checks(exercise).run(calibrating, select=_with_metric)
    finally:
        grader.close()
    for problem in _problems(results):
        raise GradusError(f"{exercise.name}, seed {seed}: {problem}")
    return tuple(calibrating.measured)


def _problems(results: Sequence[CheckResult]) -> Iterator[str]:
    for result in results:
        if result.verdict is not Verdict.PASSED:
            yield f"{result.id} {result.verdict} on the reference: {result.message}"
