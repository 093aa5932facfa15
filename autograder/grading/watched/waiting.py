"""A grader that is handed the submission once the checks are collected."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from autograder.course.reading import Exercise
from autograder.grading.grader import Grader
from autograder.grading.pytest_run import OnCheck
from autograder.grading.setting import Setting
from autograder.grading.under_test import ExerciseUnderTest
from autograder.grading.workers import Workers
from autograder.record.results import ExerciseResult
from autograder.submissions.submission import Submission
from framework.providers.backends import REFERENCE


class WaitingGrader(Grader):
    """Grades one exercise, and waits for the submission before the first check.

    Args:
        submission: what workers are started for; its files are those of an earlier state.
        receive: waits for the fields of the submission that is graded.
    """

    def __init__(
        self,
        setting: Setting,
        submission: Submission,
        workers: Workers,
        receive: Callable[[], dict[str, Any]],
    ) -> None:
        super().__init__(setting, submission, workers)
        self._earlier, self._receive = submission, receive
        self._prepared: ExerciseUnderTest | None = None
        self._began = time.perf_counter()

    def grade(
        self, exercise: Exercise, on_check: OnCheck | None = None, plugins: Sequence[object] = ()
    ) -> ExerciseResult:
        """Run the checks of `exercise`; the time that this waits does not count."""
        result = super().grade(exercise, on_check, [self, *plugins])
        return replace(result, seconds=time.perf_counter() - self._began)

    @contextmanager
    def under_test(self, exercise: Exercise) -> Iterator[ExerciseUnderTest]:
        """Prepare both sides of the checks, and import the reference."""
        with super().under_test(exercise) as self._prepared:
            self._import_reference(exercise)
            yield self._prepared

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        """Wait for the submission."""
        gc.collect()
        gc.freeze()  # what is prepared stays
        self._submission = replace(self._earlier, **self._receive())
        self._began = time.perf_counter()
        if self._prepared is not None:
            exercise = self._prepared.exercise
            undefined = partial(self._undefined, exercise)
            self._prepared.hand_in(self._source(exercise), undefined)

    def _import_reference(self, exercise: Exercise) -> None:
        """Import what the checks compare with; they report what cannot be imported."""
        for task in exercise.tasks:
            with suppress(Exception):
                self._setting.plugins.registry.get(task.registry_name, REFERENCE)
