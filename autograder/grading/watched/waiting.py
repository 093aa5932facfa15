"""A grader that is handed the submission once its checks are collected, and were rehearsed."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from autograder.course.reading import Exercise
from autograder.grading.many.grader import Shared, SharingGrader
from autograder.grading.pytest_run import OnCheck
from autograder.grading.setting import Setting
from autograder.grading.under_test import ExerciseUnderTest
from autograder.grading.workers import Workers
from autograder.record.results import CheckResult, ExerciseResult
from autograder.submissions.submission import Submission
from framework.errors import GradusError
from framework.providers.backends import REFERENCE

if TYPE_CHECKING:
    import pytest


class WaitingGrader(SharingGrader):
    """Grades one exercise, and waits for the submission before the first check.

    Args:
        submission: what workers are started for; its files are those of an earlier state.
        workers: of both states.
        receive: waits for the fields of the submission that is graded.
        is_asked: whether these have come already.
    """

    def __init__(
        self,
        setting: Setting,
        submission: Submission,
        workers: Workers,
        receive: Callable[[], dict[str, Any]],
        is_asked: Callable[[], bool],
    ) -> None:
        super().__init__(setting, submission, workers, shared=Shared())
        self._earlier, self._workers_of_both = submission, workers
        self._receive, self._is_asked = receive, is_asked
        self._open = ExitStack()
        self._began = time.perf_counter()

    def rehearse(self, exercise: Exercise) -> None:
        """Run the checks on the earlier state, until the submission comes.

        A check that passes with equal answers afterwards is not run again, and the reference is
        not asked again. Faults are reported when the submission is graded.
        """
        with suppress(GradusError), super().under_test(exercise) as under_test:
            self._workers_of_both.start(exercise)  # for the submission that comes
            super().run(exercise, under_test, needs=lambda item: not self._is_asked())

    def grade(
        self, exercise: Exercise, on_check: OnCheck | None = None, plugins: Sequence[object] = ()
    ) -> ExerciseResult:
        """Run the checks of `exercise`; the time that this waits does not count."""
        result = super().grade(exercise, on_check, plugins)
        return replace(result, seconds=time.perf_counter() - self._began)

    def run(
        self,
        exercise: Exercise,
        under_test: ExerciseUnderTest,
        on_check: OnCheck | None = None,
        plugins: Sequence[object] = (),
        needs: Callable[[pytest.Item], bool] = lambda item: True,
    ) -> list[CheckResult]:
        """Collect the checks, wait for the submission, and run them on it."""
        self._collected(exercise, under_test)
        self._import_reference(exercise)
        gc.collect()
        gc.freeze()  # what is prepared stays
        self._submission = replace(self._earlier, **self._receive())
        self._began = time.perf_counter()
        under_test.hand_in(self._source(exercise), partial(self._undefined, exercise))
        return super().run(exercise, under_test, on_check, plugins, needs)

    @contextmanager
    def under_test(self, exercise: Exercise) -> Iterator[ExerciseUnderTest]:
        """Prepare both sides of the checks; `close` ends them, once the result is on its way."""
        yield self._open.enter_context(super().under_test(exercise))

    def close(self) -> None:
        """End the workers."""
        self._open.close()
        super().close()

    def _import_reference(self, exercise: Exercise) -> None:
        """Import what the checks compare with; they report what cannot be imported."""
        for task in exercise.tasks:
            with suppress(Exception):
                self._setting.plugins.registry.get(task.registry_name, REFERENCE)
