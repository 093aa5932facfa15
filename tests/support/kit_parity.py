"""Verdicts of the public checks of an exercise in a course or kit, of one text after another.

They are graded as many submissions are: checks are collected once, the reference of a course is
asked once, and workers are forked.
"""

from contextlib import ExitStack, closing, contextmanager

from grading import setting_of

from autograder.conversations.player import RecordedSession
from autograder.diagnosis.from_recording import diagnosed_from_recording
from autograder.grading.checks_run import public_only
from autograder.grading.grader import Grader
from autograder.grading.watching import Memory
from autograder.judging.rules import confirmation
from autograder.results.report import ExerciseResult, TaskResult
from plugins.authoring.audit.trials import handed_in
from plugins.authoring.kits.building import SEED


class PublicChecks:
    """The public checks of one exercise, as a course or a kit runs them.

    Args:
        course: the full course, which has the solutions.
        graded_in: the course or the kit that grades.
    """

    def __init__(self, course, graded_in, exercise):
        self._course = setting_of(course, seed=SEED)  # which hands in and does not grade
        self._setting = setting_of(graded_in, "fork", seed=SEED)
        self._exercise, self._graded = exercise, graded_in.exercise(exercise.name)
        self._memory = Memory()
        self._right, _, _ = self._run(exercise.solution_source())

    def of(self, source):
        """Return check id -> the result of the text `source`; it has a diagnosis in a kit alone."""
        results, asked, reference = self._run(source)
        checks = self._confirmed([results[name] for name in self._right])
        if isinstance(reference, RecordedSession):
            known = {name: reference.tape_of(name) for name in asked}
            checks = diagnosed_from_recording(checks, asked, known)
        return {check.id: check for check in checks}

    def _run(self, source):
        with handed_in(self._course, self._exercise, "changed", source) as submission:
            grader = Grader(self._setting, submission, memory=self._memory)
            try:
                with grader.under_test(self._graded) as under_test:
                    checks = grader.run(under_test, select=public_only)
                    by_id = {check.id: check for check in checks}
                    return by_id, under_test.transcripts, under_test.reference_session
            finally:
                grader.close()

    def _confirmed(self, checks):
        tasks = (TaskResult(check.task, (check,)) for check in checks)
        name, unit = self._exercise.name, self._exercise.unit
        return list(confirmation(ExerciseResult(name, unit, name, tuple(tasks))).checks)

    def close(self):
        """End the servers that fork workers."""
        self._setting.sandbox.close()


@contextmanager
def public_checks(course, *graded_in, exercise):
    """Yield the `PublicChecks` of `exercise` in each of `graded_in`."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(closing(PublicChecks(course, one, exercise))) for one in graded_in
        ]
