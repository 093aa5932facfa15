"""The grader of many submissions: same verdicts as `grade`, prepared once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from autograder.conversations.remembered import Remembered, RememberingSession
from autograder.conversations.transcript import Transcript
from autograder.course.kit import kit_of
from autograder.course.reading import Exercise
from autograder.grading.grader import Grader
from autograder.grading.kit.references import open_solution
from autograder.grading.many.collected import CollectedChecks
from autograder.grading.many.explained import RememberedDiagnoses
from autograder.grading.many.following import DivergedError, FollowingSession
from autograder.grading.many.known import KnownAnswers
from autograder.grading.pytest_run import OnCheck
from autograder.grading.request import GradeRequest
from autograder.grading.setting import Setting
from autograder.grading.under_test import ExerciseUnderTest
from autograder.grading.workers import Workers
from autograder.isolation.host.process import Launch
from autograder.isolation.host.sandbox_session import SandboxSession
from autograder.isolation.host.session import Session
from autograder.record.results import CheckResult, ExerciseResult, Report
from autograder.submissions.submission import Submission
from framework.log import logger

if TYPE_CHECKING:
    import pytest

_log = logger("many")


@dataclass
class Shared:
    """What all submissions of one setting share, by the name of each exercise.

    Attributes:
        checks: collected once.
        answers: of the reference.
        known: answers of submissions with which checks passed.
        diagnoses: of all exercises.
    """

    checks: dict[str, CollectedChecks] = field(default_factory=dict)
    answers: dict[str, Remembered] = field(default_factory=dict)
    known: KnownAnswers = field(default_factory=KnownAnswers)
    diagnoses: RememberedDiagnoses = field(default_factory=RememberedDiagnoses)

    def forget_answers(self) -> None:
        """Forget answers, which hold for one seed; open sessions ask anew from their next check."""
        self.known.clear()
        for remembered in self.answers.values():
            remembered.clear()


class SharingGrader(Grader):
    """Grades one submission of many.

    Args:
        shared: what it has in common with the others.
    """

    def __init__(
        self,
        setting: Setting,
        submission: Submission | None,
        workers: Workers | None = None,
        *,
        shared: Shared,
    ) -> None:
        super().__init__(setting, submission, workers)
        self._shared = shared
        self._is_following = True
        self._session_of: dict[str, FollowingSession] = {}

    def _sandboxed(self, launch: Launch, folder: str, exercise: Exercise) -> SandboxSession:
        """Return a session that follows what is known of other submissions."""
        self._session_of = {}
        if not self._is_following:
            return super()._sandboxed(launch, folder, exercise)
        deadlines, known = self._setting.deadlines(exercise), self._shared.known
        session = FollowingSession(launch, folder, exercise.name, deadlines, known)
        self._session_of = {exercise.name: session}
        return session

    def _reference(self, exercise: Exercise) -> Session:
        """Return the reference; the answers of solutions are remembered."""
        if kit_of(exercise.root) is not None and not exercise.solution.is_file():
            return super()._reference(exercise)
        self._setting.course.require_solutions(exercise)
        remembered = self._shared.answers.setdefault(exercise.name, Remembered())
        return RememberingSession(partial(open_solution, self._setting, exercise), remembered)

    def run(
        self,
        exercise: Exercise,
        under_test: ExerciseUnderTest,
        on_check: OnCheck | None = None,
        plugins: Sequence[object] = (),
        needs: Callable[[pytest.Item], bool] = lambda item: True,
    ) -> list[CheckResult]:
        """Run the checks, which are collected once.

        Args:
            needs: see `CollectedChecks.run`.
        """
        reference, checks = under_test.reference_session, self._collected(exercise, under_test)
        run = partial(checks.run, under_test, on_check, plugins, needs=needs)
        if not isinstance(reference, RememberingSession):
            return run()
        try:
            return run(before=reference.begin_check)
        except DivergedError as check:
            _log.info("%s: %s asked something else: all run again", exercise.name, check)
            self._begin_anew(exercise, under_test)
            return run(before=reference.begin_check)

    def _collected(self, exercise: Exercise, under_test: ExerciseUnderTest) -> CollectedChecks:
        """Return the checks of `exercise`, collected at the first call."""
        if exercise.name not in self._shared.checks:
            self._shared.checks[exercise.name] = CollectedChecks(exercise, under_test)
        return self._shared.checks[exercise.name]

    def _begin_anew(self, exercise: Exercise, under_test: ExerciseUnderTest) -> None:
        """Give `under_test` a new session, which follows nothing."""
        under_test.session.close()
        under_test.transcripts.clear()
        self._is_following = False
        under_test.session = self._session(exercise)

    def _diagnosed_by_reference(
        self,
        exercise: Exercise,
        checks: list[CheckResult],
        asked: Mapping[str, Transcript],
    ) -> list[CheckResult]:
        """Return `checks` with diagnoses; equal answers are explained once."""
        session = self._session_of.get(exercise.name)

        def diagnose() -> list[CheckResult]:
            others = session.transcripts() if session is not None else {}
            return super(SharingGrader, self)._diagnosed_by_reference(
                exercise, checks, {**asked, **others}
            )

        states = session.states if session is not None else {}
        return self._shared.diagnoses.explained(exercise.name, checks, asked, states, diagnose)


class _Silent:
    """Hears how far grading is, and tells it to no one."""

    def check_done(self, exercise: Exercise, result: CheckResult) -> None:
        """Ignore it."""

    def exercise_done(self, result: ExerciseResult) -> None:
        """Ignore it."""


class ManyGrader:
    """Grades submissions one after the other, each with the report that `grade` would make of it.

    Checks are collected once, the reference is asked once, and equal wrong answers are explained
    once. Submissions run in workers of `setting.sandbox`; with a fork server these start in
    milliseconds. One object serves one process, and all submissions have the same `setting`.

        with load_submission(path, setting.course) as submission:
            report = grader.grade(submission, exercises)
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self.shared = Shared()

    def grade(self, submission: Submission, exercises: Sequence[Exercise]) -> Report:
        """Grade `exercises` of `submission`, in turn."""
        request = GradeRequest(
            self._setting,
            submission,
            tuple(exercises),
            jobs=1,
            listener=_Silent(),
            grader=partial(SharingGrader, shared=self.shared),
        )
        report: Report = self._setting.plugins.hook.grade_submission(request=request)
        return report
